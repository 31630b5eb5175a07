"""The reverse sweep: from the output to the leaves, one contribution at a time.

Each edge of the graph carries one contribution, the upstream gradient times the local derivative, and a node's
gradient is the sum of what its edges bring. The running sums live in the sweep and not on the nodes, so two sweeps
over one graph cannot disturb each other. The same loop serves numbers and, for higher orders, Values.

The method is reverse accumulation: S. Linnainmaa, BIT 16 (1976) 146; A. Griewank and A. Walther,
"Evaluating Derivatives", 2nd ed. (2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.graph import ancestors
from microgradphys.namespaces import FLOAT_ERRORS, arrays, floats
from microgradphys.primitives import Function, add_at

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
    owned: set[Value] = set()
    waiting: dict[Value, list[tuple[Any, Any]]] = {}
    for node in reversed(ancestors(output)):
        if node in waiting:
            amount = _scattered(node, waiting.pop(node), values)
            gradients[node] = gradients[node] + amount if node in gradients else amount
        if node.primitive is None:
            continue
        if watch is None and values is None and node.held.__class__ is float and _send_numbers(node, gradients):
            continue
        if watch is None and node.primitive.picks and node.parents[0].active:
            if values is None:
                _add_in_place(node, gradients, owned)
            else:
                index = node.static[node.primitive.picks]
                waiting.setdefault(node.parents[0], []).append((index, gradients[node]))
            continue
        for item in _contributions(node, gradients, values):
            if watch is not None:
                watch(item)
    return gradients


def _contributions(node: Value, gradients: dict[Value, Any], values: Any) -> Iterator[Contribution]:
    """Add what one node sends back to its parents' gradients, one edge at a time."""
    upstream = gradients[node]
    inputs: list[Any] = [parent if values is not None and parent.active else parent.held for parent in node.parents]
    assert node.primitive is not None
    joint = _joint_rule(node, inputs, upstream, values) if node.primitive.variadic else None
    for argument, parent in enumerate(node.parents):
        if parent.active:
            local, amount = (None, joint(argument)) if joint else _rule(node, argument, inputs, upstream, values)
            amount = fit(amount, parent.held)
            total = gradients[parent] = gradients[parent] + amount if parent in gradients else amount
            yield Contribution(node, argument, parent, upstream, local, amount, total)


def _rule(node: Value, argument: int, inputs: list[Any], upstream: Any, values: Any) -> tuple[Any, Any]:
    """Compute one edge's local derivative and contribution: of floats, of arrays or, for higher orders, of Values."""
    row = node.primitive
    y: Any = node.held
    assert row is not None
    xp = floats if y.__class__ is float and row.partials else arrays
    if values is not None:
        xp, y = values, node
    if not row.partials:
        return None, row.vjp(argument)(xp, upstream, y, *inputs, **node.static)
    rule = row.partials[argument]
    local = number_of(rule, y, inputs, node.static) if xp is floats else rule(xp, y, *inputs, **node.static)
    if isinstance(local, np.ndarray) and values is not None:
        local = local.astype(node.dtype)  # A truth or a share, which must not widen a float32 gradient.
    return local, upstream * local


def _joint_rule(node: Value, inputs: list[Any], upstream: Any, values: Any) -> Callable[[int], Any]:
    """Ask a rule for any number of arguments once for all of its edges: n edges are then a matter of n."""
    assert node.primitive is not None
    xp, y = (arrays, node.held) if values is None else (values, node)
    return node.primitive.vjps[0](xp, upstream, y, *inputs, **node.static)


def _scattered(node: Value, picked: list[tuple[Any, Any]], values: Any) -> Any:
    """Scatter the gradients of all elements that were picked from one node at once, over Values."""
    if len(picked) == 1:
        return values.scatter(picked[0][1], index=picked[0][0], shape=node.shape)
    places = np.arange(node.size).reshape(node.shape)
    index = np.concatenate([np.ravel(places[at]) for at, _ in picked])
    flat = values.concatenate(*(values.reshape(amount, shape=-1) for _, amount in picked), axis=0)
    return values.reshape(values.scatter(flat, index=index, shape=(node.size,)), shape=node.shape)


def _add_in_place(node: Value, gradients: dict[Value, Any], owned: set[Value]) -> None:
    """Add the gradient of elements that were picked to a running total at their places, without zeros around it.

    The totals of the parents in `owned` were made here and are nobody else's yet: a node's gradient is passed on only
    when everything that uses the node has had its turn. Without this, taking n elements one by one is a matter of n².
    """
    parent = node.parents[0]
    assert node.primitive is not None
    # A sum of two 0-d arrays is a scalar of numpy, to which nothing can be added in place.
    if parent not in owned or not parent.shape:
        owned.add(parent)
        total = np.zeros(parent.held.shape, parent.held.dtype)
        total += gradients.get(parent, 0)
        gradients[parent] = total
    add_at(gradients[parent], node.static[node.primitive.picks], gradients[node])


def number_of(rule: Function, y: float, inputs: list[Any], static: dict[str, Any]) -> Any:
    """Compute a local derivative of Python floats; where Python raises, numpy's inf or nan is the answer."""
    try:
        return rule(floats, y, *inputs, **static)
    except FLOAT_ERRORS:
        return float(rule(arrays, np.float64(y), *map(np.float64, inputs), **static))


def _send_numbers(node: Value, gradients: dict[Value, Any]) -> bool:
    """Do the same for one or two Python floats, which is most of a scalar graph and worth a short way.

    Returns False, with nothing done, where the long way is needed.
    """
    row, parents = node.primitive, node.parents
    assert row is not None
    rules = row.partials
    if not rules or node.static:
        return False
    upstream, y = gradients[node], node.held
    try:
        if len(parents) == 2:
            a, b = parents
            p, q = a.held, b.held
            if p.__class__ is not float or q.__class__ is not float:
                return False
            first = upstream * rules[0](floats, y, p, q) if a.active else None
            second = upstream * rules[1](floats, y, p, q) if b.active else None
            if first is not None:
                gradients[a] = gradients[a] + first if a in gradients else first
            if second is not None:
                gradients[b] = gradients[b] + second if b in gradients else second
            return True
        a = parents[0]
        p = a.held
        if p.__class__ is not float or not a.active or len(parents) > 1:
            return False
        first = upstream * rules[0](floats, y, p)
    except FLOAT_ERRORS:
        return False
    gradients[a] = gradients[a] + first if a in gradients else first
    return True


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
