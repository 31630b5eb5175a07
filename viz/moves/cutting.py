"""Moves cut into steps: by contribution, by node, by layer, by pass; and the sentence that each step says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.moves.passes import Pass
from viz.steps import PHASES, By, Move, Node, Step

# The names that a sentence has room for.
_MOST_NAMES = 6
# A step of more moves than this is not searched for the rest of its names.
_MOST_SEARCHED = 1000


class Cutter:
    """Makes the steps of a storyboard.

    Args:
        by: how much is one step.
        nodes: the nodes of the graph.
        moves: what is cut.
        passes: the same as columns.
    """

    def __init__(self, by: By, nodes: Sequence[Node], moves: Sequence[Move], passes: Sequence[Pass]) -> None:
        """Find where steps begin."""
        self._by: By = by
        self._nodes = nodes
        self._moves = moves
        self._senders = [k for one in passes for k in one.senders]
        self._starts = range(len(moves) + 1) if by == "contribution" else self._cuts(passes)

    def __len__(self) -> int:
        """The number of steps."""
        return len(self._starts) - 1

    def step(self, k: int) -> Step:
        """Make the step after `k` others."""
        start, stop = self._starts[k], self._starts[k + 1]
        moves = self._moves[start:stop]
        last = moves[-1]
        return Step(last.id, k + 1, last.phase, start, moves, self._sentence)

    def _cuts(self, passes: Sequence[Pass]) -> list[int]:
        """Where steps begin that are more than one move, and the end of the last."""
        number_of: dict[tuple[str, ...], int] = {}
        scopes = np.array([number_of.setdefault(node.scope, len(number_of)) for node in self._nodes])
        cuts = [0]
        for one in passes:
            group = np.array(one.senders, int)
            if self._by == "layer":
                group = scopes[group]
            inner = [] if self._by == "update" else np.flatnonzero(np.diff(group)) + 1 + one.start
            cuts += [*map(int, inner), one.start + len(one.nodes)]
        return list(dict.fromkeys(cuts))

    def _sentence(self, step: Step) -> str:
        """Say which pass, which step of how many, where, and what becomes known."""
        whole = self._by == "update"
        where = "" if whole else printable(" / ".join(self._nodes[self._senders[step.stop - 1]].scope))
        parts = (PHASES[step.phase], f"step {step.number} of {len(self)}", where, "" if whole else self._what(step))
        return " · ".join(filter(None, parts))

    def _what(self, step: Step) -> str:
        """Say what a step computes."""
        labels: dict[str, None] = {}
        for move in islice(step.moves, _MOST_SEARCHED):
            labels[write(self._nodes[move.node].label)] = None
            if len(labels) > _MOST_NAMES:
                break
        more = len(labels) > _MOST_NAMES or len(step.moves) > _MOST_SEARCHED
        names = ", ".join(list(labels)[:_MOST_NAMES]) + (" …" if more else "")
        if step.phase == "update":
            return f"update {names}"
        if step.phase != "backward":
            return f"compute {names}"
        return f"start at {names}" if step.move.edge is None else f"contribution to {names}"
