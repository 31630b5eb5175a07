"""Computing a recorded graph again: with other data beside it, or anew with the data of now."""

from __future__ import annotations

from typing import Any

from microgradphys.forward import as_number, compute
from microgradphys.graph import everything
from microgradphys.recording import apply
from microgradphys.value import Value


def recompute(nodes: list[Value], changed: dict[Value, Any]) -> dict[Value, Any]:
    """Compute a recorded graph again with other data on some leaves; the recording itself stays as it is.

    Args:
        nodes: the graph, as `graph.ancestors` returns it with constants.
        changed: new data for some of the leaves.

    Returns:
        The data that every node would have.

    >>> from microgradphys.graph import ancestors
    >>> x = Value(3.0)
    >>> y = x * x + 1
    >>> recompute(ancestors(y, constants=True), {x: 5.0})[y], y.data
    (26.0, 10.0)
    """
    data: dict[Value, Any] = {}
    for node in nodes:
        if node.primitive is None:
            data[node] = changed.get(node, node.held)
        else:
            inputs = [data[parent] for parent in node.parents]
            result = as_number(compute(node.primitive, inputs, node.static), inputs)
            if result.__class__ is not float:
                # A view, for some operations return what they were given.
                result = result.view()
                result.setflags(write=False)
            data[node] = result
    return data


def recorded_again(output: Value) -> Value:
    """Record a graph once more with the data that its leaves hold now.

    The leaves are the same; every computed node is new, with the name, scope and line of the old.

    >>> x = Value(3.0, "x")
    >>> y = (x * x).named("y")
    >>> x.data = 5.0
    >>> recorded_again(y)
    Value(data=25.0, grad=None, name='y')
    """
    again: dict[Value, Value] = {}
    for node in everything(output):
        again[node] = node
        if node.primitive is not None:
            again[node] = apply(node.primitive, *(again[parent] for parent in node.parents), **node.static)
            again[node].name, again[node].scope = node.name, node.scope
            if hasattr(node, "place"):
                again[node].place = node.place
    return again[output]
