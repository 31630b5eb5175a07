"""Findings about leaves that are not part of the graph though they were probably meant to be.

Leaves that were said to be parameters are named whatever they are. Of the other leaves of a program, many belong to
other graphs: none is named that already holds a gradient, or that something else of the program was computed from,
unless that was copied into this graph as a plain number. Of those that nothing uses, only those are named that were
made beside the leaves of this graph: as items of one list, on neighbouring lines, or, where lines are not known, one
after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from microgradphys.graph import everything
from microgradphys.mathematics import Symbol
from microgradphys.notation import write
from microgradphys.value import Value
from viz.symptoms.findings import Case, Finding

# So many lines, or Values made in between, are still beside each other.
_BESIDE = 3
_INDEX = re.compile(r"(_\{?\d+\}?|\[.*\]|\d+)$")


def outside(case: Case) -> Iterator[Finding]:
    """Name the parameters, and the leaves made beside those of the graph, that are not part of it."""
    inside = set(everything(case.loss))
    loss = case.label(case.story.loss)
    named = {value: name for name, value in reversed(list(case.names.items()))}
    wanted = _suspects(case, named, inside) if case.parameters is None else list(dict.fromkeys(case.parameters))
    for value in wanted:
        if value in inside:
            continue
        label = Symbol(value.name or named.get(value) or "a parameter without a name")
        yield Finding(
            "not reached",
            "note" if case.parameters is None else "trouble",
            None,
            label,
            f"{write(label)} is not part of the graph of {loss}: no gradient will ever reach it. Use it where "
            f"{loss} is computed, and do not pass it through .data or detach().",
        )


def _suspects(case: Case, named: dict[Value, str], inside: set[Value]) -> list[Value]:
    """The leaves of the program that were probably meant to be part of the graph."""
    there = [value for value in dict.fromkeys(case.names.values()) if value not in inside]
    leaves = [value for value in there if value.primitive is None and value.active and value.received is None]
    if not leaves:
        return []
    elsewhere = _apart([value for value in there if value.primitive is not None], inside)
    used = {leaf for value in elsewhere for leaf in value.parents}
    ours = [node for node in inside if node.primitive is None]
    lost = {v for value in elsewhere if _copied(value, ours) for v in everything(value)}
    beside = _Beside(case.loss, ours, named, len(leaves))
    return [leaf for leaf in leaves if leaf in lost or (leaf not in used and beside.holds(leaf))]


def _apart(values: list[Value], inside: set[Value]) -> list[Value]:
    """The computed nodes of the program that are not part of the graph."""
    seen, stack = set(values), list(values)
    while stack:
        for parent in stack.pop().parents:
            if parent not in seen and parent not in inside:
                seen.add(parent)
                stack.append(parent)
    return [node for node in seen if node.primitive is not None and node not in inside]


def _copied(value: Value, leaves: list[Value]) -> bool:
    """Whether a leaf holds the very numbers of a computed node that is older: somebody passed its data on."""
    # Whole numbers such as 0 and 1 are equal by chance.
    telling = bool(np.any(np.mod(value.held, 1.0))) if np.all(np.isfinite(value.held)) else False
    return telling and any(
        leaf.time > value.time and leaf.shape == value.shape and np.array_equal(leaf.held, value.held)
        for leaf in leaves
    )


class _Beside:
    """Tells which leaves were made beside those of a graph."""

    def __init__(self, loss: Value, leaves: list[Value], named: dict[Value, str], count: int) -> None:
        """Note the names, lines and times of the graph's leaves."""
        self.named = named
        self.families = {_family(named[leaf]) for leaf in leaves if leaf in named} - {None}
        self.places = {place for leaf in leaves if (place := _place(leaf))}
        self.last = _place(loss)
        self.times = (min(leaf.time for leaf in leaves) - count - _BESIDE, loss.time)

    def holds(self, leaf: Value) -> bool:
        """Whether a leaf is beside them."""
        family, place = _family(self.named[leaf]), _place(leaf)
        if family in self.families:
            return True
        # What one statement made are items of one list, or objects of one class that have nothing to do with another.
        if place in self.places:
            return False
        if place is None or not self.places:
            return place is None and not self.places and self.times[0] <= leaf.time <= self.times[1]
        lines = [number for file, number in self.places if file == place[0]]
        if not lines:
            return False
        end = self.last[1] if self.last and self.last[0] == place[0] else max(lines) + _BESIDE
        return min(lines) - _BESIDE <= place[1] <= end


def _family(name: str) -> str | None:
    """The name of the list that a leaf is an item of, if it has an index."""
    return found if (found := _INDEX.sub("", name)) != name else None


def _place(node: Value) -> tuple[str, int] | None:
    """The line of the program that made a node, where it is known; older prompts call every line the first."""
    place = getattr(node, "place", None)
    return place if place and place[0] != "<stdin>" else None
