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
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.anomalies import examined, while_sweeping
from microgradphys.data import is_plain
from microgradphys.graph import ancestors
from microgradphys.namespaces import FLOAT_ERRORS, arrays, floats
from microgradphys.primitives import PRIMITIVES, Function, Primitive, add_at
from microgradphys.scopes import current

if TYPE_CHECKING:
    from microgradphys.value import Value

# More rows than this are faster summed by a product with ones, in blocks, than one after the other.
_LONG = 48


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
        seed: the gradient of the final result with respect to `output`, of output's shape; the sweep keeps it.
        watch: called with every contribution, in the order of the sweep.
        values: the namespace of operations on Values; with it the gradients are themselves Values.
        stop: nodes that the gradient reaches and does not go beyond, as a set.

    Returns:
        Floats and arrays in the dtype and shape of the data. Arrays that share memory with each other are read-only.

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
    waiting: dict[Value, list[tuple[Any, Any]]] = {}
    nodes = reversed(ancestors(output))
    for node in _this_side(nodes, output, stop) if stop else nodes:
        if node in waiting:
            _scatter_together(node, waiting.pop(node), gradients, values)
        if node.primitive is None:
            continue
        if watch is None and values is None:
            if node.held.__class__ is float and _send_numbers(node, gradients):
                continue
            if node.primitive.picks and node.parents[0].active and node.parents[0].shape:
                _add_in_place(node, gradients)
            else:
                _send(node, gradients)
            continue
        picks = node.primitive.picks
        if watch is None and picks and node.parents[0].active and is_plain(node.static[picks]):
            waiting.setdefault(node.parents[0], []).append((node.static[picks], gradients[node]))
            continue
        for item in _contributions(node, gradients, values):
            if watch is not None:
                watch(item)
    for node, picked in waiting.items():
        _scatter_together(node, picked, gradients, values)
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


def _operand(parent: Value) -> Any:
    """Return what a rule computes with for higher orders: a Value, or plain data if that is all there is to it."""
    trace = current.get().trace
    if trace is None:
        return parent if parent.active else parent.held
    # A number in the text of a function that is being compiled will never be another one.
    number = parent.primitive is None and not parent.active and parent.held.__class__ is float
    return parent.held if number and parent.time > trace.start else parent


def _contributions(node: Value, gradients: dict[Value, Any], values: Any) -> Iterator[Contribution]:
    """Add what one node sends back to its parents' gradients, one edge at a time."""
    upstream = gradients[node]
    inputs = [parent.held if values is None else _operand(parent) for parent in node.parents]
    assert node.primitive is not None
    joint = _joint_rule(node, inputs, upstream, values) if node.primitive.variadic else None
    for argument, parent in enumerate(node.parents):
        if parent.active:
            local, amount = (None, joint(argument)) if joint else _rule(node, argument, inputs, upstream, values)
            amount = fit(amount, parent.held)
            if amount.__class__ is np.ndarray:
                amount = amount.copy()
            total = gradients[parent] = gradients[parent] + amount if parent in gradients else amount
            yield Contribution(node, argument, parent, upstream, local, amount, total)


def _send(node: Value, gradients: dict[Value, Any]) -> None:
    """Do the same with nobody watching: no steps to tell, and running sums are added to in place where that is safe."""
    row, upstream = node.primitive, gradients[node]
    assert row is not None
    inputs = [parent.held for parent in node.parents]
    joint = _joint_rule(node, inputs, upstream, None) if row.variadic else None
    for argument, parent in enumerate(node.parents):
        if not parent.active:
            continue
        made = joint(argument) if joint else _rule(node, argument, inputs, upstream, None)[1]
        amount = fit(made, parent.held)
        total = gradients.get(parent)
        if total is None:
            gradients[parent] = _kept(made, upstream, row) if amount is made else amount
        elif total.__class__ is float:
            gradients[parent] = total + amount
        elif total.flags.writeable:
            total += amount
        else:
            gradients[parent] = np.asarray(total + amount)


def _kept(made: Any, upstream: Any, row: Primitive) -> Any:
    """Return what a rule made as an array that a parent may keep.

    A product is new, and so is what a vjp of the table computes. The upstream gradient itself, or a view of it, is
    shared and therefore made read-only (`Value.grad` copies it for whoever asks). Anything else, the rule may have
    kept for itself.
    """
    if made.__class__ is float or (row.partials and made is not upstream):
        return made
    base = made.base
    if made is upstream or (base is not None and (base is upstream or base is getattr(upstream, "base", None))):
        upstream.setflags(write=False)
        if made is not upstream:
            made.setflags(write=False)
        return made
    return made if base is None and PRIMITIVES.get(row.name) is row else made.copy()


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
    else:
        try:
            local = rule(xp, y, *inputs, **node.static)
        except ZeroDivisionError:
            # A Python float beside an array: it divides as numpy's would.
            inputs = [np.float64(a) if a.__class__ is float else a for a in inputs]
            local = rule(xp, y, *inputs, **node.static)
    if isinstance(local, np.ndarray) and values is not None:
        local = local.astype(node.dtype)  # A truth or a share, which must not widen a float32 gradient.
    return local, upstream if local.__class__ is int and local == 1 else upstream * local


def _joint_rule(node: Value, inputs: list[Any], upstream: Any, values: Any) -> Callable[[int], Any]:
    """Ask a rule for any number of arguments once for all of its edges: n edges are then a matter of n."""
    assert node.primitive is not None
    xp, y = (arrays, node.held) if values is None else (values, node)
    return node.primitive.vjps[0](xp, upstream, y, *inputs, **node.static)


def _scatter_together(node: Value, picked: list[tuple[Any, Any]], gradients: dict[Value, Any], values: Any) -> None:
    """Scatter the gradients of all elements that were picked from one node at once, over Values."""
    if len(picked) == 1:
        amount = values.scatter(picked[0][1], index=picked[0][0], shape=node.shape)
    else:
        places = np.arange(node.size).reshape(node.shape)
        index = np.concatenate([np.ravel(places[at]) for at, _ in picked])
        flat = values.concatenate(*(values.reshape(amount, shape=-1) for _, amount in picked), axis=0)
        amount = values.reshape(values.scatter(flat, index=index, shape=(node.size,)), shape=node.shape)
    gradients[node] = gradients[node] + amount if node in gradients else amount


def _add_in_place(node: Value, gradients: dict[Value, Any]) -> None:
    """Add the gradient of elements that were picked to a running total at their places, without zeros around it.

    Without this, taking n elements one by one is a matter of n².
    """
    parent, row = node.parents[0], node.primitive
    assert row is not None
    total = gradients.get(parent)
    if total is None or not total.flags.writeable:
        total = np.zeros(parent.held.shape, parent.held.dtype) if total is None else total.copy()
        gradients[parent] = total
    add_at(total, node.static[row.picks], gradients[node])


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
    if amount.__class__ is like.__class__ is np.ndarray and like.ndim:
        if amount.shape != like.shape:
            amount = _summed(amount, like.shape)
        return amount if amount.dtype is like.dtype else amount.astype(like.dtype, copy=False)
    shape = getattr(like, "shape", ())
    if hasattr(amount, "active"):
        if amount.shape != shape:
            amount = np.reshape(np.sum(amount, axis=_repeated(amount.shape, shape)), shape)
        if like.__class__ is float:
            if amount.held.__class__ is float:
                return amount
            return (amount if amount.dtype == np.float64 else amount.astype(np.float64)).sum()
        return amount if amount.dtype == like.dtype else amount.astype(like.dtype)
    if like.__class__ is float:
        return amount if amount.__class__ is float else float(np.sum(amount))
    return np.asarray(np.reshape(amount, shape) if shape else np.sum(amount), like.dtype)


@lru_cache(maxsize=1024)
def _repeated(had: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes along which an array of `shape` was repeated to have the shape `had`."""
    lead = len(had) - len(shape)
    if had[lead:] == shape:
        return tuple(range(lead))
    return (*range(lead), *(lead + k for k, size in enumerate(shape) if size == 1 and had[lead + k] != 1))


def _summed(amount: Any, shape: tuple[int, ...]) -> Any:
    """Sum an array over the axes along which it was repeated."""
    axes, size = _repeated(amount.shape, shape), prod(shape)
    if amount.size > _LONG * size > 0 and len(axes) == amount.ndim - len(shape):
        # The gradient of a bias: a row for each sample of the batch.
        rows = amount.reshape(-1, size)
        return np.ones(len(rows), amount.dtype).dot(rows).reshape(shape)
    # numpy's `sum` comes to the same, the longer way round.
    total = np.add.reduce(amount, axis=axes)
    return total if total.shape == shape else total.reshape(shape)
