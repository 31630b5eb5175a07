"""The arrows of a folded graph: every edge between two nodes, and one arrow for all edges between two boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from viz.steps import Move
from viz.storyboard import Storyboard


@dataclass(frozen=True, slots=True)
class Bundle:
    """An arrow from box to box. edges: what it stands for. values: how many different values flow along it."""

    source: int
    target: int
    edges: list[int]
    values: int
    live: bool


class Bundles:
    """The arrows between boxes.

    Args:
        story: the storyboard.
        members: the nodes in each box.

    Attributes:
        box_of: for each node its box, -1 for a node that is in none.
        drawn: the arrows.
        leaving: for each box, the nodes inside that are used outside of it.
    """

    def __init__(self, story: Storyboard, members: Sequence[Sequence[int]]) -> None:
        """Sort the edges by the boxes at their ends."""
        self._story = story
        self.box_of = np.full(len(story.nodes), -1)
        for b, inside in enumerate(members):
            self.box_of[np.asarray(inside, int)] = b
        counts = [len(node.parents) for node in story.nodes]
        sources = np.fromiter(chain.from_iterable(node.parents for node in story.nodes), int, sum(counts))
        starts, ends = self.box_of[sources], self.box_of[np.repeat(np.arange(len(counts)), counts)]
        self._between = np.flatnonzero((starts >= 0) & (ends >= 0) & (starts != ends))
        self.leaving: list[list[int]] = [[] for _ in members]
        sizes = [len(inside) for inside in members]
        bundled: dict[tuple[int, ...], list[int]] = {}
        for e in self._between.tolist():
            a, b = int(starts[e]), int(ends[e])
            bundled.setdefault((a, b) if sizes[a] > 1 or sizes[b] > 1 else (a, b, e), []).append(e)
        self.drawn = [self._bundle(key, edges, sources) for key, edges in bundled.items()]
        self._of_edge = {e: k for k, bundle in enumerate(self.drawn) for e in bundle.edges}
        for e in self._between.tolist():
            self.leaving[starts[e]].append(int(sources[e]))
        self.leaving = [sorted(set(inside)) for inside in self.leaving]

    def of_edge(self, edge: int) -> int | None:
        """The arrow that stands for an edge; None for an edge inside a box."""
        return self._of_edge.get(edge)

    def moves(self) -> Iterator[tuple[int, Move]]:
        """The arrows that stand for one edge only, and the contribution that flows along it."""
        for bundle in self.drawn:
            move = self._story.contribution_along(bundle.edges[0]) if len(bundle.edges) == 1 else None
            if move is not None:
                yield bundle.edges[0], move

    def _bundle(self, key: tuple[int, ...], edges: list[int], sources: np.ndarray) -> Bundle:
        """Describe one arrow."""
        carried = set(sources[edges].tolist())
        live = any(not self._story.nodes[k].constant for k in carried)
        return Bundle(key[0], key[1], edges, len(carried), live)
