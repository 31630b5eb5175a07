"""What `xp` means in the table of primitives: numpy for arrays, `math` for Python floats.

A Python float stays a Python float, which is four times faster than a 0-d array, and behaves as numpy's
float64 does: where `math` raises (`exp(1000)`, `1/0`, `log(-1)`), numpy's inf or nan is the answer.
The third meaning of `xp`, operations on Values, lives with `Value`. Rows that users add with `primitive` are found
in all three.
"""

import math
import operator
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from microgradphys.primitives import ELEMENTWISE, PRIMITIVES, QUESTIONS, Primitive

FLOAT_ERRORS = (ArithmeticError, ValueError)

# The rows that users added, and the one that is being tried out in this thread or task, which nobody else sees yet.
OWN_ROWS: dict[str, Primitive] = {}
trial: ContextVar[Primitive | None] = ContextVar("trial", default=None)


class Namespace(SimpleNamespace):
    """The functions of the table as attributes; a row that a user added is found when it is asked for."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Find a row that is not one of the table's."""
        tried = trial.get()
        row = tried if tried is not None and tried.name == name else OWN_ROWS.get(name)
        if row is None:
            raise AttributeError(f"no row of the table of primitives is called {name!r}")
        return self._function_of(row)

    def _function_of(self, row: Primitive) -> Callable[..., Any]:
        """Make the function that a row means here."""
        assert row.forward is not None
        return partial(row.forward, self)


def _maximum(a: float, b: float) -> float:
    """Return the larger number, or nan if either is."""
    return a if a >= b or a != a else b


def _minimum(a: float, b: float) -> float:
    """Return the smaller number, or nan if either is."""
    return a if a <= b or a != a else b


def _sign(a: float) -> float:
    """Return 1, −1, 0, or nan for nan."""
    return a if a != a else (a > 0.0) - 1.0 * (a < 0.0)


def _logaddexp(a: float, b: float) -> float:
    """Compute ln(eᵃ + eᵇ), the larger taken out first; equal infinities stay what they are."""
    return _maximum(a, b) + (math.log(2.0) if a == b else math.log1p(math.exp(-abs(a - b))))


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    """Make a rounding function of `math` return a float, with the sign of its argument even where that is 0."""
    return lambda a: math.copysign(function(a), a)


# Functions of Python floats that never raise, and those that do where numpy says inf or nan.
_TOTAL: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "negative": operator.neg,
    "positive": operator.pos,
    "sign": _sign,
    "logaddexp": _logaddexp,
    # Python rounds decimals exactly, numpy by scaling: one answer for both.
    "round": lambda a, decimals=0: float(np.round(a, decimals)),
    "absolute": abs,
    "square": lambda a: a * a,
    "maximum": _maximum,
    "minimum": _minimum,
    "where": lambda condition, a, b: a if condition else b,
}
_RAISING: dict[str, Callable[..., Any]] = {
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "reciprocal": lambda a: 1.0 / a,
    "power": math.pow,
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "trunc": _whole(math.trunc),
    "rint": _whole(round),
    "deg2rad": math.radians,
    "rad2deg": math.degrees,
}


def _guarded(name: str) -> Callable[..., float]:
    """Compute with `math`, and let numpy answer where that raises."""
    # numpy's arcsin is asin in `math`.
    fast = _RAISING.get(name) or getattr(math, name.replace("arc", "a", 1))

    def function(*args: float) -> float:
        try:
            return fast(*args)
        except FLOAT_ERRORS:
            return float(getattr(np, name)(*(np.float64(a) for a in args)))

    function.__doc__ = f"Compute {name} of Python floats, with numpy's answers at the edges."
    return function


def function_of(xp: Namespace, row: Primitive) -> Callable[..., Any]:
    """Return what a row computes: its own forward, or the function of its name."""
    # The table's rows are there by name; a user's row may have been followed by another of its name.
    known = vars(xp).get(row.name)
    if known is not None:
        return known
    assert row.forward is not None
    return partial(row.forward, xp)


def _with_rows(functions: dict[str, Callable[..., Any]], rows: tuple[Primitive, ...]) -> Namespace:
    """Make a namespace of functions and of the rows that say their own forward in terms of it."""
    namespace = Namespace(**functions)
    for row in rows:
        if row.forward:
            setattr(namespace, row.name, partial(row.forward, namespace))
    return namespace


def _power(a: Any, b: Any) -> Any:
    """Raise to a power; for the exponent 2, and the 1 that is left of it in the derivative, numpy would take longer."""
    if b.__class__ is float and a.__class__ is np.ndarray and (b == 2.0 or b == 1.0):
        return np.square(a) if b == 2.0 else np.positive(a)
    return np.power(a, b)


# The operators come to the same as numpy's functions, by a shorter way.
_SHORTER = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "power": _power}
_ROWS = (*PRIMITIVES.values(), *QUESTIONS)
floats = _with_rows({r.name: _TOTAL.get(r.name) or _guarded(r.name) for r in ELEMENTWISE if not r.forward}, ELEMENTWISE)
arrays = _with_rows(
    {row.name: _SHORTER.get(row.name) or getattr(np, row.name) for row in _ROWS if not row.forward}, _ROWS
)
