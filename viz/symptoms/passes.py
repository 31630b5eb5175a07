"""Findings about backward passes: none yet, more than one added up, or data that changed since.

`backward()` adds to the gradients of leaves and replaces those of computed nodes. So what a leaf holds can be compared
with what one backward pass of its graph gives, which the storyboard computes anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from microgradphys.contributions import fit
from microgradphys.namespaces import arrays
from microgradphys.value import Value
from viz.symptoms.findings import SAME, SAME_SINGLE, Case, Finding, finite, shown, some


def not_computed(case: Case) -> Iterator[Finding]:
    """Say that no backward pass has run; `replay` leaves its gradients on the leaves alone, which is one."""
    story = case.story
    if case.loss.grad is not None or case.stale:
        return
    held = [story.recording[k].grad for k in case.leaves]
    if held and all(g is not None and same(g, case.gradients[k]) for g, k in zip(held, case.leaves, strict=True)):
        return
    name = case.label(story.loss)
    older = [case.label(k) for k, g in zip(case.leaves, held, strict=True) if g is not None and np.any(g)]
    also = f" What {some(older)} hold{'s' if len(older) == 1 else ''} is of another graph." if older else ""
    yield case.finding(
        "not computed",
        "note",
        story.loss,
        f"No gradient of {name} is computed yet: call {_call(case)} first.{also}",
    )


def stale(case: Case) -> Iterator[Finding]:
    """Name each leaf whose data changed after the loss was computed from it."""
    for leaf in case.stale:
        k = case.story.index(leaf)
        yield case.finding(
            "stale graph",
            "note",
            k,
            f"The data of {case.label(k)} changed after {case.label(case.story.loss)} was computed from it; what is "
            f"shown is computed {'again with the new' if case.original else 'with the old'} data. Compute "
            f"{case.label(case.story.loss)} again before you call backward().",
        )


def accumulated(case: Case) -> Iterator[Finding]:
    """Compare what each leaf holds with what one backward pass gives."""
    if case.loss.grad is None or not np.all(np.equal(case.loss.grad, 1.0)):
        # Part of a larger graph, whose other parts send their gradients to the same leaves.
        return
    for k in case.leaves:
        held, once = case.story.recording[k].grad, _once(case, k)
        if held is None or once is None or not finite(held) or not finite(once) or same(held, once):
            continue
        if not np.any(held):
            continue
        yield case.finding("accumulated", "note", k, _sum_sentence(case, k, held, once))


def _sum_sentence(case: Case, k: int, held: Any, once: Any) -> str:
    """Say how what a leaf holds differs from one backward pass."""
    name = case.label(k)
    passes = _passes(held, once)
    fact = (
        f"The gradient that {name} holds, {shown(held)}, is the sum of {passes} backward passes of this graph, "
        f"{shown(once)} each."
        if passes
        else f"The gradient that {name} holds, {shown(held)}, is not that of one backward pass of this graph, "
        f"{shown(once)}: other passes were added to it."
    )
    return f"{fact} Unless you add up batches on purpose, reset it with {name}.zero_grad() before each backward()."


def same(a: Any, b: Any) -> bool:
    """Whether two gradients are equal but for rounding.

    >>> same(0.1 + 0.2, 0.3), same(0.3, 0.6)
    (True, False)
    """
    if np.shape(a) != np.shape(b):
        return False
    part = SAME_SINGLE if np.asarray(a).dtype == np.float32 else SAME
    largest = max(float(np.max(np.abs(b), initial=0.0)), float(np.max(np.abs(a), initial=0.0)))
    return bool(np.all(np.abs(np.subtract(a, b)) <= part * largest))


def _passes(held: Any, once: Any) -> int:
    """The number of equal backward passes that make this sum, 0 if no whole number of them does."""
    if not np.any(once):
        return 0
    place = int(np.argmax(np.abs(once)))
    passes = round(float(np.ravel(held)[place] / np.ravel(once)[place]))
    return passes if passes >= 2 and same(held, np.multiply(passes, once)) else 0


def _once(case: Case, k: int) -> Any:
    """The gradient that one backward pass gives a leaf, None where that cannot be known any more."""
    return case.gradients.get(k) if not case.original else _of_old_data(case, k)


def _of_old_data(case: Case, k: int) -> Any:
    """Compute the last backward pass's gradient of a leaf of a stale graph, from what computed nodes hold of it.

    The old data of the leaves are gone: a local derivative that needs them is not known. To see whether it does, they
    are replaced by nan.
    """
    story, leaf, total = case.story, case.story.recording[k], None
    for move in case.moves.get(k, ()):
        assert move.edge is not None
        edge = story.edges[move.edge]
        node = case.original[story.recording[edge.target]]
        if node.grad is None:
            return None
        amount = fit(_sent(node, edge.argument, frozenset(case.stale)), leaf.held)
        total = amount if total is None else total + amount
    return total if total is not None and finite(total) else None


def _sent(node: Value, argument: int, changed: frozenset[Value]) -> Any:
    """What a computed node sent to one of its parents in the last backward pass."""
    row = node.primitive
    assert row is not None
    inputs = [np.full(p.shape, np.nan) if p in changed else np.asarray(p.held) for p in node.parents]
    y: Any = np.asarray(node.held)
    with np.errstate(all="ignore"):
        if row.partials:
            return np.asarray(node.grad) * row.partials[argument](arrays, y, *inputs, **node.static)
        return row.vjp(argument)(arrays, np.asarray(node.grad), y, *inputs, **node.static)


def _call(case: Case) -> str:
    """How the program calls backward() on the loss, if it has a name for it."""
    names = [*(name for name, value in case.names.items() if value is case.loss), case.loss.name or ""]
    name = next(filter(str.isidentifier, names), None)
    return "backward() on it" if name is None else f"{name}.backward()"
