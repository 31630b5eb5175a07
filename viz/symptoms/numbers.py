"""Findings about numbers that are none: the first nan or infinity, forward or backward, and where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from microgradphys.symbols import number_text
from viz.picture import Index
from viz.steps import Move
from viz.symptoms.findings import Case, Finding, finite, some

# How to keep away from nan and infinity, for the operations that make them; others are within their own powers.
_MENDS = {
    "log": "Keep its argument above 0.",
    "log2": "Keep its argument above 0.",
    "log10": "Keep its argument above 0.",
    "log1p": "Keep its argument above −1.",
    "sqrt": "Keep its argument at 0 or above.",
    "divide": "Keep the divisor away from 0.",
    "reciprocal": "Keep its argument away from 0.",
    "exp": "Keep its argument below 709, or use a function that is safe, as sigmoid, softmax, softplus or logsumexp.",
    "arcsin": "Keep its argument between −1 and 1.",
    "arccos": "Keep its argument between −1 and 1.",
}
_OVERFLOW = "No number is larger than 10³⁰⁸: scale the numbers down, or take logarithms."


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
            yield case.finding("not finite", "trouble", k, _of_leaf(case, k))
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


def _of_leaf(case: Case, k: int) -> str:
    """Say what a leaf holds; a parameter may have it from an update."""
    data = case.data(k)
    count, size = int(np.sum(~np.isfinite(data))), int(np.size(data))
    what = _named(case, k, _first(data))
    fact = f"{what} is {_bad(data)}" + (f", and {count - 1} more of its {size} numbers are not finite" * (count > 1))
    if case.story.nodes[k].constant:
        return f"{fact}: it comes with the data, not from an operation. Clean the data first."
    return (
        f"{fact} before anything is computed: it was given so, or an update made it. Clean the data, or start again "
        "with a smaller learning rate."
    )


def _of_forward(case: Case, k: int) -> str:
    """Say which operation made the first one, out of which numbers."""
    node, value = case.story.nodes[k], case.data(k)
    row, at = case.story.recording[k].primitive, _first(value)
    elementwise = row is not None and bool(row.partials)
    parents = dict.fromkeys(f"{case.label(p)} = {_there(case, p, at, node.shape, elementwise)}" for p in node.parents)
    overflow = bool(np.any(np.isinf(value))) and node.op not in _MENDS
    mend = _OVERFLOW if overflow else _MENDS.get(node.op or "", f"Keep its arguments where {node.op} is finite.")
    return (
        f"{_named(case, k, at)} is the first number that is {_bad(value)}: {node.op} made it out of "
        f"{some(list(parents), 3)}. {mend}"
    )


def _of_backward(case: Case, move: Move) -> str:
    """Say which contribution was the first one."""
    assert move.edge is not None
    target, number = case.story.edges[move.edge].target, case.data(move.node)
    what = "the contribution" if not finite(move.contribution) else "the sum"
    start = (
        f"{case.gradient(move.node)} is the first gradient that is {_bad(move.total)}: the values are all finite, but "
        f"{what} through {case.label(target)} is not, for "
    )
    if move.local is not None and not finite(move.local):
        at = _first(move.local)
        there = number[at] if np.shape(number) == np.shape(move.local) and at else number
        return (
            f"{start}the derivative of {case.story.nodes[target].op} has no finite value at {_range(there)}. Keep "
            f"{case.label(move.node)} away from there."
        )
    return f"{start}it is larger than any number. Use smaller weights, or scale the loss."


def _bad(number: Any) -> str:
    """Say what a number is that is not finite."""
    return "nan" if np.any(np.isnan(number)) else "infinite"


def _first(number: Any) -> Index:
    """Where the first element stands that is nan or, where none is, infinite."""
    wrong = np.isnan(number) if np.any(np.isnan(number)) else ~np.isfinite(number)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(wrong)), np.shape(number)))


def _named(case: Case, k: int, at: Index) -> str:
    """What an element is called."""
    return f"Element {list(at)} of {case.label(k)}" if at else case.label(k)


def _there(case: Case, k: int, at: Index, shape: Index, elementwise: bool) -> str:
    """Write what an operation had of an argument: of an elementwise one the element in the same place."""
    number = case.data(k)
    return _range(np.broadcast_to(number, shape)[at] if elementwise and at else number)


def _range(number: Any) -> str:
    """Write a number, or from where to where those of an array go."""
    if np.size(number) == 1:
        return number_text(float(np.ravel(number)[0]))
    return f"numbers from {number_text(float(np.min(number)))} to {number_text(float(np.max(number)))}"
