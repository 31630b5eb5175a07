"""What `xp` means in the table of primitives: numpy for arrays, `math` for Python floats.

A Python float stays a Python float, which is four times faster than a 0-d array, and behaves as numpy's
float64 does: where `math` raises (`exp(1000)`, `1/0`, `log(-1)`), numpy's inf or nan is the answer.
The third meaning of `xp`, operations on Values, lives with `Value`.
"""

import math
import operator
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from microgradphys.primitives import ELEMENTWISE, PRIMITIVES, Primitive

FLOAT_ERRORS = (ArithmeticError, ValueError)


def _maximum(a: float, b: float) -> float:
    """Return the larger number, or nan if either is."""
    return a if a >= b or a != a else b


def _minimum(a: float, b: float) -> float:
    """Return the smaller number, or nan if either is."""
    return a if a <= b or a != a else b


# Functions of Python floats that never raise, and those that do where numpy says inf or nan.
_TOTAL: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "negative": operator.neg,
    "absolute": abs,
    "square": lambda a: a * a,
    "maximum": _maximum,
    "minimum": _minimum,
    "where": lambda condition, a, b: a if condition else b,
}
_RAISING: dict[str, Callable[..., Any]] = {"divide": operator.truediv, "power": math.pow}


def _guarded(name: str) -> Callable[..., float]:
    """Compute with `math`, and let numpy answer where that raises."""
    fast = _RAISING.get(name) or getattr(math, name)

    def function(*args: float) -> float:
        try:
            return fast(*args)
        except FLOAT_ERRORS:
            return float(getattr(np, name)(*(np.float64(a) for a in args)))

    function.__doc__ = f"Compute {name} of Python floats, with numpy's answers at the edges."
    return function


def _with_rows(functions: dict[str, Callable[..., Any]], rows: tuple[Primitive, ...]) -> SimpleNamespace:
    """Make a namespace of functions and of the rows that say their own forward in terms of it."""
    namespace = SimpleNamespace(**functions)
    for row in rows:
        if row.forward:
            setattr(namespace, row.name, partial(row.forward, namespace))
    return namespace


_ROWS = tuple(PRIMITIVES.values())
floats = _with_rows({r.name: _TOTAL.get(r.name) or _guarded(r.name) for r in ELEMENTWISE if not r.forward}, ELEMENTWISE)
arrays = _with_rows({row.name: getattr(np, row.name) for row in _ROWS if not row.forward}, _ROWS)
