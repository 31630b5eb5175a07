"""The reverse sweep: from the output to the leaves, one contribution at a time.

Each edge of the graph carries one contribution, the upstream gradient times the local derivative, and a node's
gradient is the sum of what its edges bring. The running sums live in the sweep and not on the nodes, so two sweeps
over one graph cannot disturb each other. The same loop serves numbers and, for higher orders, Values.

The method is reverse accumulation: S. Linnainmaa, BIT 16 (1976) 146; A. Griewank and A. Walther,
"Evaluating Derivatives", 2nd ed. (2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.anomalies import examined, while_sweeping
from microgradphys.graph import ancestors
from microgradphys.namespaces import FLOAT_ERRORS, arrays, floats
from microgradphys.primitives import Function
from microgradphys.scopes import current

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
    stop: Collection[Value] = (),
) -> dict[Value, Any]:
    """Return the gradient of `output` with respect to every active node it depends on.

    Args:
        output: the node to differentiate, of any shape.
        seed: the gradient of the final result with respect to `output`, of output's shape.
        watch: called with every contribution, in the order of the sweep.
        values: the namespace of operations on Values; with it the gradients are themselves Values.
        stop: nodes that the gradient reaches and does not go beyond, as a set.

    Raises:
        StaleGraphError: data changed since it was recorded.

    >>> from microgradphys import Value
    >>> x = Value(3.0, "x")
    >>> sweep(x * x, 1.0, watch=lambda c: print(c.parent.name, c.argument, c.amount, c.total))[x]
    x 0 3.0 3.0
    x 1 3.0 6.0
    6.0
    """
    setting = current.get()
    if setting.anomaly == "everywhere":
        with while_sweeping():
            return sweep(output, seed, examined(watch), values, stop)
    trace = setting.trace
    # While a function is compiled, everything is recorded: even what follows from the seed alone may meet an index.
    gradients: dict[Value, Any] = {output: seed if trace is None else trace.constant(seed, None)}
    nodes = reversed(ancestors(output))
    for node in _this_side(nodes, output, stop) if stop else nodes:
        if node.primitive is None:
            continue
        if watch is None and values is None and node.held.__class__ is float and _send_numbers(node, gradients):
            continue
        for item in _contributions(node, gradients, values):
            if watch is not None:
                watch(item)
    if trace is not None:
        trace.swept(gradients)
    return gradients


def _this_side(nodes: Iterable[Value], output: Value, stop: Collection[Value]) -> Iterator[Value]:
    """Leave out the nodes to stop at, and those that are reached through them only."""
    reached = {output}
    for node in nodes:
        if node in reached and node not in stop:
            reached.update(node.parents)
            yield node


def _contributions(node: Value, gradients: dict[Value, Any], values: Any) -> Iterator[Contribution]:
    """Add what one node sends back to its parents' gradients, one edge at a time."""
    upstream = gradients[node]
    inputs: list[Any] = [parent if values is not None else parent.held for parent in node.parents]
    for argument, parent in enumerate(node.parents):
        if parent.active:
            local, amount = _rule(node, argument, inputs, upstream, values)
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
    if xp is floats:
        local = number_of(rule, y, inputs, node.static)
        return local, upstream * local
    try:
        local = rule(xp, y, *inputs, **node.static)
    except ZeroDivisionError:
        # A Python float beside an array: it divides as numpy's would.
        local = rule(xp, y, *(np.float64(a) if a.__class__ is float else a for a in inputs), **node.static)
    return local, upstream * local


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
        if like.__class__ is float:
            if amount.held.__class__ is float:
                return amount
            return (amount if amount.dtype == np.float64 else amount.astype(np.float64)).sum()
        return amount if amount.dtype == like.dtype else amount.astype(like.dtype)
    if like.__class__ is float:
        return float(amount)
    return np.asarray(amount, like.dtype)
