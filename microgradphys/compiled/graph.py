"""A recorded graph of numbers as straight-line source: forwards and backwards, in Python floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgradphys.compiled.kind import Kind
from microgradphys.recording import apply
from microgradphys.transforms import value_and_grad
from microgradphys.value import Value


def straight_line(
    loss: Value, nodes: list[Value]
) -> tuple[str, Callable[[dict[str, float], dict[str, float]], tuple[float, dict[str, float]]], dict[Value, str]]:
    """Write the computation of a loss and of its gradient as a function of the data on the leaves.

    Args:
        loss: a number.
        nodes: the graph, operands first.

    Returns:
        The source; the function, from the data of the leaves and of the constants, each by name, to the loss and the
        gradients of the leaves; and the name of each.

    >>> x, y = Value(2.0, "x"), Value(3.0, "y")
    >>> loss = x * y
    >>> source, run, names = straight_line(loss, [x, y, loss])
    >>> run({"x": 5.0, "y": 7.0}, {})
    (35.0, {'x': 7.0, 'y': 5.0})
    """
    names = _names([node for node in nodes if node.primitive is None])

    def graph(leaves: dict[str, Any], constants: dict[str, Any]) -> Any:
        given = {**leaves, **constants}
        made = {node: given[name] for node, name in names.items()}
        for node in nodes:
            if node.primitive is not None:
                made[node] = apply(node.primitive, *[made[parent] for parent in node.parents], **node.static)
                if isinstance(made[node], Value):
                    made[node].name = node.name
        return made[loss]

    leaves = {name: node.held for node, name in names.items() if node.active}
    constants = {name: node.held for node, name in names.items() if not node.active}
    kind = Kind(value_and_grad(graph), (leaves, constants), {})
    return kind.source, kind.run, names


def _names(leaves: list[Value]) -> dict[Value, str]:
    """Name every leaf, those that have no name of their own by their number."""
    taken = {leaf.name for leaf in leaves}
    numbers = (f"c{k}" for k in range(len(leaves) * 2))
    names: dict[Value, str] = {}
    for leaf in leaves:
        again = leaf.name is None or leaf.name in names.values()
        names[leaf] = next(name for name in numbers if name not in taken) if again else str(leaf.name)
    return names
