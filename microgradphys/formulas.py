"""`formula`: what a program computed, as mathematics.

>>> from microgradphys import Value
>>> x, y = Value(1.0, "x"), Value(2.0, "y")
>>> formula((1 - x) ** 2 + 100 * (y - x**2) ** 2)
'(1 − x)² + 100 · (y − x²)²'
"""

from __future__ import annotations

from typing import Any

from microgradphys.data import brief, is_value
from microgradphys.errors import InputError
from microgradphys.graph import ancestors
from microgradphys.notation import Notation, write
from microgradphys.source import Printer


def formula(y: Any, notation: Notation = "plain") -> str:
    r"""Write how a Value follows from those that have names, whole, however long that is.

    Args:
        y: the Value. What it is called itself is not looked at; whatever else has a name is written as that.
        notation: "plain", "latex", "typst" or "mathml".

    Raises:
        InputError: it is not a Value, it is too long to be read, or there is no such notation.

    >>> from microgradphys import Value
    >>> w, x = Value(0.5, "w_1"), Value(2.0, "x_1")
    >>> formula(w * x + 1, "latex")
    'w_{1} \\cdot x_{1} + 1'
    """
    if not is_value(y):
        raise InputError(f"{brief(y)} is not a Value, so it does not know how it was computed")
    return write(Printer(ancestors(y, constants=True)).in_full(y), notation)
