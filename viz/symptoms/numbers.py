"""Findings about numbers that are none: the first nan or infinity, forward or backward, and where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from viz.steps import Move
from viz.symptoms.findings import Case, Finding, finite


def not_finite(case: Case) -> Iterator[Finding]:
    """Name the leaves that brought nan or infinity in, and the first operation that made one out of finite numbers.

    Where the loss and all gradients are finite nevertheless (an attention mask is full of −∞), no leaf is named, and
    the operation is a note.
    """
    nodes = case.story.nodes
    well = finite(case.data(case.story.loss)) and all(map(finite, case.gradients.values()))
    broken = [k for k in range(len(nodes)) if not finite(case.data(k))]
    for k in broken:
        if nodes[k].op is None and not well:
            yield case.finding(
                "not finite",
                "trouble",
                k,
                f"The data of {case.label(k)} hold {_bad(case.data(k))}: it comes with the data, not from an "
                "operation. Clean the data first.",
            )
    made = next((k for k in broken if nodes[k].op and all(finite(case.data(p)) for p in nodes[k].parents)), None)
    if made is not None:
        yield case.finding("not finite", "note" if well else "trouble", made, _of_forward(case, made))
    elif not broken:
        move = next(filter(_begins, case.backward), None)
        if move is not None:
            yield case.finding("not finite", "trouble", move.node, _of_backward(case, move))


def _begins(move: Move) -> bool:
    """Whether a contribution, or the sum with it, is not finite though the gradient that arrives is."""
    return move.edge is not None and finite(move.upstream) and not finite(move.total)


def _of_forward(case: Case, k: int) -> str:
    """Say which operation made the first one."""
    parents = ", ".join(f"{case.label(p)} = {_range(case.data(p))}" for p in case.story.nodes[k].parents)
    return (
        f"{case.label(k)} is the first that is {_bad(case.data(k))}: {case.story.nodes[k].op} made it out of finite "
        f"numbers, {parents}. Keep its input where {case.story.nodes[k].op} is finite."
    )


def _of_backward(case: Case, move: Move) -> str:
    """Say which contribution was the first one."""
    assert move.edge is not None
    target = case.story.edges[move.edge].target
    what = "the contribution" if not finite(move.contribution) else "the sum"
    return (
        f"{case.gradient(move.node)} is the first gradient that is {_bad(move.total)}: the values are all finite, but "
        f"{what} through {case.label(target)} is not, for the derivative of {case.story.nodes[target].op} has no "
        f"finite value at {_range(case.data(move.node))}. Keep {case.label(move.node)} away from there."
    )


def _bad(number: Any) -> str:
    """Say what a number is that is not finite."""
    return "nan" if np.any(np.isnan(number)) else "infinite"


def _range(number: Any) -> str:
    """Write a number, or from where to where those of an array go."""
    if np.size(number) == 1:
        return f"{float(np.ravel(number)[0]):.4g}"
    return f"numbers from {float(np.min(number)):.4g} to {float(np.max(number)):.4g}"
