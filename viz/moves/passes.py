"""The passes of a storyboard as columns of numbers: which node's number becomes known at each move, and which number.

A move itself, with its formulas, is made from the columns only when somebody looks at it (`viz.moves.telling`), so that
a graph of a hundred thousand nodes is a matter of a second.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from microgradphys.backward import Contribution, sweep
from microgradphys.rerun import recompute
from microgradphys.value import Value
from viz.steps import Phase


@dataclass(frozen=True)
class Pass:
    """One pass, a row a move.

    start: the number of moves before it. nodes: whose number becomes known. senders: who computes it or sends it.
    values: the numbers. contributions: of the backward pass, for every move but the first. data: what the formulas of
    this pass are computed with.
    """

    phase: Phase
    start: int
    nodes: list[int]
    senders: list[int]
    values: list[Any]
    contributions: list[Contribution]
    data: Mapping[Value, Any]

    @property
    def stop(self) -> int:
        """The number of moves done when it ends."""
        return self.start + len(self.nodes)

    def rows(self, node: int) -> list[int]:
        """The rows in which the number of a node becomes known, or more of it does."""
        order, nodes = self._sorted
        return order[bisect_left(nodes, node) : bisect_right(nodes, node)]

    @cached_property
    def _sorted(self) -> tuple[list[int], list[int]]:
        """The rows in the order of their nodes, and these nodes."""
        nodes = np.array(self.nodes, int)
        order = np.argsort(nodes, kind="stable")
        return order.tolist(), nodes[order].tolist()

    def known(self, moves: int) -> dict[int, Any]:
        """The numbers by node after so many moves of the storyboard."""
        stop = max(moves - self.start, 0)
        return dict(zip(self.nodes[:stop], self.values[:stop], strict=True))


def forward_and_backward(
    recording: list[Value], index: Mapping[Value, int], data: Mapping[Value, Any], seed: Any
) -> list[Pass]:
    """Follow the forward pass as it was recorded, and the backward pass as the sweep goes."""
    forward = _forward("forward", 0, recording, data)
    watched: list[Contribution] = []
    sweep(recording[-1], seed, lambda item: watched.append(_kept(item)))
    top = index[recording[-1]]
    nodes = [top, *(index[item.parent] for item in watched)]
    senders = [top, *(index[item.node] for item in watched)]
    values = [seed, *(item.total for item in watched)]
    return [forward, Pass("backward", len(forward.nodes), nodes, senders, values, watched, data)]


def _kept(item: Contribution) -> Contribution:
    """Copy a local derivative that is an array of the program's own, which may change."""
    return replace(item, local=np.array(item.local)) if item.local.__class__ is np.ndarray else item


def update_and_again(
    recording: list[Value], passes: list[Pass], learning_rate: float, chosen: Collection[int] | None
) -> list[Pass]:
    """Follow one step of gradient descent on the chosen leaves, None for all, and the new forward pass."""
    backward = passes[-1]
    data, start = backward.data, backward.stop
    gradients = backward.known(start)
    leaves = [k for k, node in enumerate(recording) if node.primitive is None and k in gradients]
    if chosen is not None:
        leaves = [k for k in leaves if k in chosen]
    values = [data[recording[k]] - learning_rate * gradients[k] for k in leaves]
    update = Pass("update", start, leaves, leaves, values, [], data)
    changed = {node: data[node] for node in recording if node.primitive is None}
    changed |= zip(map(recording.__getitem__, leaves), values, strict=True)
    return [update, _forward("again", start + len(leaves), recording, recompute(recording, changed))]


def _forward(phase: Phase, start: int, recording: list[Value], data: Mapping[Value, Any]) -> Pass:
    """One move for each computed node, in the order in which the program computed them."""
    computed = [k for k, node in enumerate(recording) if node.primitive is not None]
    return Pass(phase, start, computed, computed, [data[recording[k]] for k in computed], [], data)
