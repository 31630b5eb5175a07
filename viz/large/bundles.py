"""The arrows of a folded graph: every edge between two nodes, and one arrow for all edges between two boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
        ends: for each edge the node it comes from, and the node it goes to.
        members: the nodes in each box.

    Attributes:
        box_of: for each node its box, -1 for a node that is in none.
        drawn: the arrows.
        leaving: for each box, the nodes inside that are used outside of it.
    """

    def __init__(
        self, story: Storyboard, ends: tuple[np.ndarray, np.ndarray], members: Sequence[Sequence[int]]
    ) -> None:
        """Sort the edges by the boxes at their ends."""
        self._story = story
        self.box_of = np.full(len(story.nodes), -1)
        for b, inside in enumerate(members):
            self.box_of[np.asarray(inside, int)] = b
        sources, targets = ends
        starts, arrivals = self.box_of[sources], self.box_of[targets]
        between = np.flatnonzero((starts >= 0) & (arrivals >= 0) & (starts != arrivals)).tolist()
        sizes = [len(inside) for inside in members]
        bundled: dict[tuple[int, ...], list[int]] = {}
        leaving: list[set[int]] = [set() for _ in members]
        for e in between:
            a, b = int(starts[e]), int(arrivals[e])
            leaving[a].add(int(sources[e]))
            bundled.setdefault((a, b) if sizes[a] > 1 or sizes[b] > 1 else (a, b, e), []).append(e)
        self.drawn = [self._bundle(key, edges, sources) for key, edges in bundled.items()]
        self._of_edge = {e: k for k, bundle in enumerate(self.drawn) for e in bundle.edges}
        self.leaving = [sorted(inside) for inside in leaving]

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
