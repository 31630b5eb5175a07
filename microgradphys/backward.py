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
from microgradphys.contributions import added, fit, joint_rule, owned, rule_of
from microgradphys.data import is_plain
from microgradphys.graph import ancestors
from microgradphys.namespaces import FLOAT_ERRORS, floats
from microgradphys.picking import put_back
from microgradphys.prepared import prepare, prepared
from microgradphys.rows.shapes import add_at
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
    plain = watch is values is trace is None and not stop and output.primitive is not None
    if plain and (found := prepared(output, seed)) is not None:
        return found
    # While a function is compiled, everything is recorded: even what follows from the seed alone may meet an index.
    gradients: dict[Value, Any] = {output: seed if trace is None else trace.constant(seed, None)}
    waiting: dict[Value, list[tuple[Any, Any]]] = {}
    nodes = ancestors(output)
    for node in _this_side(reversed(nodes), output, stop) if stop else reversed(nodes):
        if node in waiting:
            _put_back(node, waiting.pop(node), gradients, values)
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
        _put_back(node, picked, gradients, values)
    if trace is not None:
        trace.swept(gradients)
    if plain:
        prepare(output, seed, nodes)
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
    joint = joint_rule(node, inputs, upstream, values) if node.primitive.variadic else None
    for argument, parent in enumerate(node.parents):
        if parent.active:
            local, amount = (None, joint(argument)) if joint else rule_of(node, argument, inputs, upstream, values)
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
    joint = joint_rule(node, inputs, upstream, None) if row.variadic else None
    for argument, parent in enumerate(node.parents):
        if not parent.active:
            continue
        made = joint(argument) if joint else rule_of(node, argument, inputs, upstream, None)[1]
        total = gradients.get(parent)
        if total is None:
            gradients[parent] = owned(made, parent.held, upstream, row)
        else:
            gradients[parent] = added(total, fit(made, parent.held))


def _put_back(node: Value, picked: list[tuple[Any, Any]], gradients: dict[Value, Any], values: Any) -> None:
    """Add the gradients of all elements that were picked from one node at once, over Values."""
    amount = put_back(node.shape, picked, values)
    if not node.shape:
        amount = fit(amount, node.held)
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
