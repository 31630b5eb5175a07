"""Large heaps of nodes cut into few parts: repeated blocks once with their count, and stretches of what is left.

A program that loops records the same block of operations again and again. In the order of the program such blocks
follow each other, so they are found as runs of a sequence that equals itself, shifted by the length of a block; every
block of a run is then compared with the first, operation by operation and operand by operand, so a count is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from microgradphys.value import Value

# So many parts of one heap can be looked at side by side.
MOST_PARTS = 24
# How many distances between equal operations are tried as the length of a block.
_MOST_LENGTHS = 24


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a sequence: `count` equal blocks of `length` items from `start`; a count of 1 is no repetition."""

    start: int
    length: int
    count: int = 1

    @property
    def stop(self) -> int:
        """Where it ends."""
        return self.start + self.length * self.count


class Sequenced:
    """Nodes in the order of the program, each as a number that says which operation on which kind of operands it is.

    Args:
        nodes: the nodes.
        own: leaves that are each an operand of its own, as the parameters are that all samples go through.
    """

    def __init__(self, nodes: Sequence[Value], own: Collection[Value]) -> None:
        """Number the operations."""
        self._nodes = nodes
        self._place = {node: k for k, node in enumerate(nodes)}
        number_of: dict[Hashable, int] = {}
        self.codes = np.array([number_of.setdefault(self._kind(node, own), len(number_of)) for node in nodes], int)

    def _kind(self, node: Value, own: Collection[Value]) -> Hashable:
        """What a block must have at this place to be equal: row, options, scope, and the leaves that are their own."""
        if node.primitive is None:
            return node.active, node.scope, node.shape, node in own and id(node)
        operands = tuple(id(one) if one in own else 0 for one in node.parents)
        return node.op, node.scope, repr(node.static) if node.static else "", operands

    def equal_blocks(self, run: Run) -> Run:
        """The longest part of a run whose blocks are equal, operands inside a block by their place in it."""
        number_of: dict[Hashable, int] = {}
        kinds = []
        for start in range(run.start, run.stop, run.length):
            kinds.append(number_of.setdefault(self._block(start, run.length), len(number_of)))
        rows = [list(row) for _, row in groupby(range(run.count), kinds.__getitem__)]
        longest = max(rows, key=len)
        return Run(run.start + longest[0] * run.length, run.length, len(longest))

    def _block(self, start: int, length: int) -> tuple[tuple[Any, ...], ...]:
        """A block with the places of its operands; an operand from outside the block is any."""
        place = self._place
        return tuple(
            (self.codes[k], *(max(place.get(one, -1) - start, -1) for one in self._nodes[k].parents))
            for k in range(start, start + length)
        )


def shared_leaves(nodes: Sequence[Value]) -> set[Value]:
    """The leaves that are used all along: parameters of a network that one sample after the other goes through, say."""
    uses: dict[Value, list[int]] = {}
    for k, node in enumerate(nodes):
        for parent in node.parents:
            if parent.primitive is None:
                uses.setdefault(parent, []).append(k)
    return {leaf for leaf, at in uses.items() if len(at) > 2 and at[-1] - at[0] >= len(nodes) / 2}


def runs(nodes: Sequence[Value]) -> list[Run]:
    """Cut nodes in the order of the program into runs of equal blocks, and stretches between them.

    >>> x = Value(0.5)
    >>> nodes = [x]
    >>> for _ in range(50):
    ...     nodes += [nodes[-1] * 2.0]
    ...     nodes += [nodes[-1] + 1.0]
    >>> runs(nodes)
    [Run(start=0, length=1, count=1), Run(start=1, length=2, count=50)]
    """
    shared = shared_leaves([node for node in nodes if node.primitive is not None])
    sequences = [Sequenced(nodes, own) for own in ((shared, ()) if shared else ((),))]
    # What is shorter than this would not make the picture smaller.
    least = max(len(nodes) // 50, 6)
    found: list[Run] = []
    waiting = [(0, len(nodes))]
    while waiting:
        start, stop = waiting.pop()
        best = None
        if stop - start >= least:
            best = next(filter(None, (_longest(sequence, start, stop, least) for sequence in sequences)), None)
        if best is None:
            found += [Run(start, stop - start)] if stop > start else []
        else:
            found.append(best)
            waiting += [(start, best.start), (best.stop, stop)]
    return sorted(found, key=lambda run: run.start)


def _longest(sequence: Sequenced, start: int, stop: int, least: int) -> Run | None:
    """The run that covers most of a stretch, of the shortest blocks that do; None if nothing is there three times.

    Args:
        sequence: the nodes.
        start: where the stretch begins.
        stop: where it ends.
        least: how much of it the run must cover.
    """
    codes = sequence.codes[start:stop]
    candidates = []
    for length in _lengths(codes):
        equal = np.flatnonzero(np.diff(np.concatenate([[0], codes[:-length] == codes[length:], [0]])))
        begins, ends = equal[::2], equal[1::2]
        k = int(np.argmax(ends - begins)) if len(begins) else -1
        if k >= 0 and ends[k] - begins[k] >= 2 * length:
            covered = int(ends[k] - begins[k]) + length
            candidates.append((covered // length * length, -length, int(begins[k])))
    for covered, minus_length, begin in sorted(candidates, reverse=True)[:4]:
        run = sequence.equal_blocks(Run(start + begin, -minus_length, covered // -minus_length))
        if run.count >= 3 and run.count * run.length >= least:
            return run
    return None


def _lengths(codes: np.ndarray) -> list[int]:
    """Lengths that a repeated block may have.

    They are the most frequent distances between equal operations, and the usual one of each of the rarest.
    """
    order = np.argsort(codes, kind="stable")
    same = codes[order][1:] == codes[order][:-1]
    gaps = (order[1:] - order[:-1])[same]
    if not len(gaps):
        return []
    frequent = Counter(gaps.tolist()).most_common(_MOST_LENGTHS)
    kinds = codes[order][1:][same]
    rare = [int(np.median(gaps[kinds == kind])) for kind, _ in Counter(kinds.tolist()).most_common()[-_MOST_LENGTHS:]]
    return sorted({gap for gap, _ in frequent} | set(rare))


def stretches(nodes: Sequence[Value], parts: int) -> list[Run]:
    """Cut nodes in the order of the program into about so many stretches, where few edges cross the cut.

    >>> x = Value(0.5)
    >>> nodes = [x]
    >>> for _ in range(99):
    ...     nodes += [-nodes[-1]]
    >>> [run.length for run in stretches(nodes, 4)]
    [25, 25, 25, 25]
    """
    place = {node: k for k, node in enumerate(nodes)}
    change = np.zeros(len(nodes) + 1, int)
    for k, node in enumerate(nodes):
        for parent in node.parents:
            if parent in place:
                change[place[parent] + 1] += 1
                change[k + 1] -= 1
    crossing = np.cumsum(change)
    size = len(nodes) / parts
    cuts = [0]
    for part in range(1, parts):
        ideal = round(part * size)
        low, high = max(cuts[-1] + 1, ideal - int(size / 4)), min(len(nodes) - 1, ideal + int(size / 4))
        near = np.arange(low, high + 1)
        cuts.append(int(near[np.lexsort((abs(near - ideal), crossing[near]))[0]]))
    return [Run(a, b - a) for a, b in zip(cuts, [*cuts[1:], len(nodes)], strict=True)]


def equal_stretches(groups: Sequence[Sequence[Value]], depth: int) -> list[Run]:
    """Find which groups that follow each other are equal: row by row, operand by operand, inner scopes too.

    Args:
        groups: the nodes of each.
        depth: how many scopes around their nodes do not count.
    """
    number_of: dict[Hashable, int] = {}
    kinds = [number_of.setdefault(_shape_of(nodes, depth), len(number_of)) for nodes in groups]
    found: list[Run] = []
    for _, run in groupby(range(len(kinds)), kinds.__getitem__):
        same = list(run)
        found.append(Run(same[0], 1, len(same)))
    return found


def _shape_of(nodes: Sequence[Value], depth: int) -> Hashable:
    """All there is to a group but its numbers, and the names and operands outside of it."""
    place = {node: k for k, node in enumerate(nodes)}
    return tuple(
        (
            node.op,
            node.scope[depth:],
            repr(node.static) if node.static else "",
            (node.active, node.shape) if node.primitive is None else (),
            tuple(place.get(parent, -1) for parent in node.parents),
        )
        for node in nodes
    )
