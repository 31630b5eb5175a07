"""The recorded graph: its nodes in the order in which the program made them.

A node knows its parents, never its children, so a graph that nobody holds is freed at once. Every walk is
a loop, never a recursion: a chain of a million operations is an ordinary graph.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from microgradphys.errors import StaleGraphError
from microgradphys.witness import changed_under

if TYPE_CHECKING:
    from microgradphys.node import Node
    from microgradphys.value import Value

_by_time = attrgetter("time")


def ancestors(output: Value, constants: bool = False) -> list[Value]:
    """Return every node that `output` depends on, itself last, in the order of their making.

    Args:
        output: the node to start from.
        constants: also return the nodes through which no gradient flows.

    Raises:
        StaleGraphError: data of a node was changed after something was computed from it.

    >>> from microgradphys import Value
    >>> a = Value(2.0, "a")
    >>> [node.op or node.name for node in ancestors(a * a + 1)]
    ['a', 'multiply', 'add']
    """
    seen = {output}
    stack = [output]
    while stack:
        node = stack.pop()
        time = node.time
        for parent in node.parents:
            if parent.time > time:
                raise StaleGraphError(_stale(parent))
            if (parent.active or constants) and parent not in seen:
                seen.add(parent)
                stack.append(parent)
            elif parent.witness is not None and not parent.active and changed_under(parent, (node,)):
                raise StaleGraphError(_stale(parent))
    nodes = sorted(seen, key=_by_time)
    for node in nodes:
        if node.witness is not None and changed_under(node, nodes):
            raise StaleGraphError(_stale(node))
    return nodes


def everything(output: Value) -> list[Value]:
    """Return every node that `output` depends on, constants too, operands first, whatever became of their data.

    >>> from microgradphys import Value
    >>> len(everything(Value(2.0) * 3))
    3
    """
    seen, stack = {output}, [output]
    while stack:
        for parent in stack.pop().parents:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    # A leaf that was given new data is younger than what was computed from its old data.
    return sorted(seen, key=lambda node: (node.primitive is not None, node.time))


def _stale(node: Value) -> str:
    """Say which data changed, and what to do."""
    return (
        f"the data of {describe(node)} changed after this graph was computed from it; "
        "compute the graph again before you ask for its gradient"
    )


def describe(node: Node) -> str:
    """Name a node in an error message: its own name, or what made it.

    >>> from microgradphys import Value
    >>> describe(Value(1.0, "w")), describe(Value([1.0, 2.0]) * 2)
    ("'w'", 'a result of multiply with shape (2,)')
    """
    if node.name is not None:
        return repr(node.name)
    what = f"a result of {node.op}" if node.op else "an unnamed leaf" if node.active else "an unnamed constant"
    return f"{what} with shape {node.shape}"
