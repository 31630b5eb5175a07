"""A graph as one formula of its leaves: what a network is when it is written out."""

from __future__ import annotations

from collections.abc import Collection

from microgradphys.errors import InputError
from microgradphys.graph import ancestors
from microgradphys.mathematics import Math
from microgradphys.source import Printer
from microgradphys.value import Value

# A formula of more operations fills pages; one that is nested deeper is more than its writers can hold.
_MOST_OPERATIONS, _DEEPEST = 2000, 100


def closed_form(y: Value, known: Collection[Value] = ()) -> Math:
    """Write out a Value as one formula of the leaves that it was computed from; names that lie between are not used.

    Args:
        y: any Value; what is used twice is written twice.
        known: Values that are not written out, but called by their names.

    Returns:
        The formula; `microgradphys.notation.write` writes it as text, LaTeX, Typst or MathML.

    Raises:
        InputError: the formula would have more than 2000 operations, or more than 100 inside each other.

    >>> from microgradphys import sigmoid
    >>> from microgradphys.notation import write
    >>> x, w = Value(1.0, "x"), Value(2.0, "w")
    >>> a = sigmoid(w * x).named("a")
    >>> write(closed_form(a * a + 1))
    'σ(w · x) · σ(w · x) + 1'
    """
    nodes = ancestors(y, constants=True)
    printer = Printer(nodes)
    written: dict[Value, Math] = {}
    operations: dict[Value, int] = {}
    depths: dict[Value, int] = {}
    for node in nodes:
        if node in known:
            written[node], operations[node], depths[node] = printer.label(node), 0, 0
            continue
        operations[node] = bool(node.parents) + sum(operations[parent] for parent in node.parents)
        depths[node] = 1 + max((depths[parent] for parent in node.parents), default=-1)
        if operations[node] > _MOST_OPERATIONS or depths[node] > _DEEPEST:
            raise InputError(
                f"written out, the formula has more than {_MOST_OPERATIONS} operations, or more than {_DEEPEST} inside "
                "each other; write out a part of the graph"
            )
        written[node] = printer.expression(node, written.__getitem__) if node.parents else printer.label(node)
    return written[y]
