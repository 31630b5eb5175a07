"""The reverse sweep: from the output to the leaves, one contribution at a time.

Each edge of the graph carries one contribution, the upstream gradient times the local derivative, and a node's
gradient is the sum of what its edges bring. The running sums live in the sweep and not on the nodes, so two sweeps
over one graph cannot disturb each other. The same loop serves numbers and, for higher orders, Values.

The method is reverse accumulation: S. Linnainmaa, BIT 16 (1976) 146; A. Griewank and A. Walther,
"Evaluating Derivatives", 2nd ed. (2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.graph import ancestors
from microgradphys.namespaces import FLOAT_ERRORS, arrays, floats

if TYPE_CHECKING:
    from microgradphys.value import Value


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one edge adds to the gradient of one parent.

    node and argument: the edge, from `node` back to `node.parents[argument]`. upstream: the gradient of the
    output with respect to `node`. local: ∂node/∂parent for elementwise rows, None for structural ones.
    amount: what is added. total: the parent's gradient with it.
    """

    node: Value
    argument: int
    parent: Value
    upstream: Any
    local: Any
    amount: Any
    total: Any


def sweep(
    output: Value,
    seed: Any,
    watch: Callable[[Contribution], None] | None = None,
    values: Any = None,
) -> dict[Value, Any]:
    """Return the gradient of `output` with respect to every active node it depends on.

    Args:
        output: the node to differentiate, of any shape.
        seed: the gradient of the final result with respect to `output`, of output's shape.
        watch: called with every contribution, in the order of the sweep.
        values: the namespace of operations on Values; with it the gradients are themselves Values.

    Raises:
        StaleGraphError: data changed since it was recorded.

    >>> from microgradphys import Value
    >>> x = Value(3.0, "x")
    >>> sweep(x * x, 1.0, watch=lambda c: print(c.parent.name, c.argument, c.amount, c.total))[x]
    x 0 3.0 3.0
    x 1 3.0 6.0
    6.0
    """
    gradients: dict[Value, Any] = {output: seed}
    for node in reversed(ancestors(output)):
        row = node.primitive
        if row is None:
            continue
        upstream, y, rules = gradients[node], node.held, row.partials
        numbers = y.__class__ is float and values is None and rules and not node.static
        inputs = [parent.held for parent in node.parents]
        for argument, parent in enumerate(node.parents):
            if not parent.active:
                continue
            if numbers:
                try:
                    local = rules[argument](floats, y, *inputs)
                except FLOAT_ERRORS:
                    local = float(rules[argument](arrays, np.float64(y), *map(np.float64, inputs)))
                amount = upstream * local
            else:
                local, amount = _contribution(node, argument, upstream, inputs, values)
            if amount.__class__ is not float or parent.held.__class__ is not float:
                amount = fit(amount, parent.held)
            total = gradients[parent] = gradients[parent] + amount if parent in gradients else amount
            if watch is not None:
                watch(Contribution(node, argument, parent, upstream, local, amount, total))
    return gradients


def _contribution(node: Value, argument: int, upstream: Any, inputs: list[Any], values: Any) -> tuple[Any, Any]:
    """Compute one edge's local derivative and contribution, of arrays or, for higher orders, of Values."""
    row = node.primitive
    assert row is not None
    xp, y = arrays, node.held
    if values is not None:
        xp, y = values, node
        inputs = [parent if parent.active else parent.held for parent in node.parents]
    if row.partials:
        local = row.partials[argument](xp, y, *inputs, **node.static)
        return local, upstream * local
    return None, row.vjps[argument](xp, upstream, y, *inputs, **node.static)


def fit(amount: Any, like: Any) -> Any:
    """Undo broadcasting: sum `amount` over the axes along which `like` was repeated, and take its dtype.

    >>> fit(np.ones((2, 3)), np.zeros(3))
    array([2., 2., 2.])
    >>> fit(np.ones((2, 3)), 0.0)
    6.0
    """
    shape = getattr(like, "shape", ())
    had = getattr(amount, "shape", ())
    if had != shape:
        lead = len(had) - len(shape)
        repeated = (lead + axis for axis, size in enumerate(shape) if size == 1 and had[lead + axis] != 1)
        amount = np.reshape(np.sum(amount, axis=(*range(lead), *repeated)), shape)
    if hasattr(amount, "active"):
        return amount
    if like.__class__ is float:
        return float(amount)
    return np.asarray(amount, like.dtype)
