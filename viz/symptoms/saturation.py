"""Findings about saturation: a sigmoid, tanh or softmax that has hardly any slope for all inputs of the batch.

It is trouble where a parameter gets hardly any gradient for it. A step that is meant, as the Fermi function at a low
temperature, takes no gradient from a parameter whose value matters, and is a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from microgradphys.recording import constant
from microgradphys.value import Value
from viz.storyboard import Storyboard
from viz.symptoms.findings import SATURATED, STEEPEST, Case, Finding
from viz.symptoms.units import Group, groups, level, whom

# What may stand between a probability and its logarithm: 1 − y, the y of the right class, a bound above 0, and, with
# a product with the targets, a sum over the classes.
_ON_THE_WAY = frozenset({"subtract", "negative", "add", "clip", "maximum", "getitem", "reshape", "sum"})
# A parameter is left with nothing if it has less than this part of what the units would pass on to it.
_LEFT = 10 * SATURATED
_MEANT = "No parameter loses its gradient by that: a sharp step may be meant."


def saturated(case: Case) -> Iterator[Finding]:
    """Find the sigmoids, tanhs and softmaxes with hardly any slope; one that feeds a logarithm may well be."""
    uses = _uses(case)

    def wanted(case: Case, k: int) -> bool:
        return case.story.nodes[k].op in STEEPEST and not _feeds_logarithm(case, k, uses)

    units = groups(case, wanted, lambda y, local, op: np.abs(local) < SATURATED * STEEPEST[op])
    for group in chain(units, _softmaxes(case, wanted)):
        who, verb, when = whom(case, group)
        if who:
            op = case.story.nodes[group.nodes[0]].op or ""
            sure = level(group)
            meant = sure == "trouble" and not _loses(case, group)
            mend = _MEANT if meant else "Start with smaller weights, or scale the inputs."
            yield case.finding(
                "saturated",
                "note" if meant else sure,
                group.nodes[0],
                f"{who} {verb} saturated {when}: the local derivative is less than a thousandth of {STEEPEST[op]:g}, "
                f"the largest that {op} has. {mend}",
            )


def _loses(case: Case, group: Group) -> bool:
    """Whether a parameter gets less than a hundredth of what these units would pass on to it with their full slopes."""
    story, asleep = case.story, np.all(group.asleep, axis=0)
    passed: list[Value] = []
    for k in group.nodes:
        below = story.recording[story.nodes[k].parents[0]]
        if below.active:
            slope: Any = np.reshape(np.where(asleep, _full(case, k), 0.0), story.nodes[k].shape)
            passed.append(np.sum(below * constant(slope)))
    if not passed:
        return False
    could = Storyboard(sum(passed[1:], passed[0]), learning_rate=None)
    sent = could.state(len(could.steps)).gradients
    return any(
        np.any(np.abs(case.gradients[k]) < _LEFT * np.abs(sent.get(could.index(story.recording[k]), 0.0)))
        for k in _parameters(case, group.nodes[0])
        if story.recording[k] in could.data
    )


def _full(case: Case, k: int) -> Any:
    """What a unit would send to what it is applied to if it had its largest slope."""
    node, gradient = case.story.recording[k], np.asarray(case.gradients[k])
    if node.op == "softmax":
        gradient = gradient - np.mean(gradient, axis=node.static["axis"], keepdims=True)
    return STEEPEST[node.op or ""] * gradient


def _parameters(case: Case, k: int) -> set[int]:
    """The leaves to be trained: those that were said to be; without them all but those a unit takes one by one."""
    if case.parameters is not None:
        return {leaf for leaf in case.leaves if case.story.recording[leaf] in set(case.parameters)}
    nodes, inputs, stack = case.story.nodes, set(), [k]
    while stack:
        node = nodes[stack.pop()]
        row = node.recorded.primitive
        if row is None:
            continue
        # A bias is broadcast over a batch, a weight is multiplied and summed.
        alike = {p for p in node.parents if row.partials and node.shape and nodes[p].shape == node.shape} - inputs
        inputs |= alike
        stack += alike
    return set(case.leaves) - inputs


def _feeds_logarithm(case: Case, k: int, uses: dict[int, list[int]]) -> bool:
    """Whether a node goes into a logarithm, perhaps as 1 − y: the cross-entropy undoes its saturation."""
    seen, stack = {k}, [k]
    while stack:
        for t in uses.get(stack.pop(), ()):
            op = case.story.nodes[t].op or ""
            if op.startswith("log"):
                return True
            weighted = op == "multiply" and any(case.story.nodes[p].constant for p in case.story.nodes[t].parents)
            if (op in _ON_THE_WAY or weighted) and t not in seen:
                seen.add(t)
                stack.append(t)
    return False


def _uses(case: Case) -> dict[int, list[int]]:
    """The nodes that are computed from each node."""
    uses: dict[int, list[int]] = {}
    for edge in case.story.edges:
        uses.setdefault(edge.source, []).append(edge.target)
    return uses


def _softmaxes(case: Case, wanted: Callable[[Case, int], bool]) -> Iterator[Group]:
    """Ask of each softmax for which inputs it is all but one-hot; one of a single number always is."""
    for k, node in enumerate(case.story.nodes):
        if node.op != "softmax" or node.constant or not wanted(case, k):
            continue
        y: Any = np.asarray(case.data(k))
        steepest: Any = np.max(y * (1 - y), axis=case.story.recording[k].static["axis"])
        if y.size > steepest.size and np.all(np.isfinite(y)):
            asleep = np.reshape(steepest < SATURATED * STEEPEST["softmax"], (-1, 1))
            yield Group((k,), asleep, float(np.all(asleep)))
