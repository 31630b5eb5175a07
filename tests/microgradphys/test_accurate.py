"""Accuracy over the whole range: every slope of every elementwise row against forty digits, and the textbook's form.

The points are drawn evenly from the exponents of the numbers, with both signs, from the smallest normal number to the
largest; beside them stand the edges: kinks, ends of domains, the ends of the range, and their neighbours. A point counts
where value and derivative are numbers of full precision, neither overflown nor subnormal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import Value, grad
from microgradphys.namespaces import arrays
from microgradphys.primitives import ELEMENTWISE, PRIMITIVES, Primitive
from microgradphys.value import apply

mp = mpmath.mp.clone()
mp.dps = 40
ALLOWED = 4.0  # ulp


def wide(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compute with as many digits as 1 beside the smallest number needs."""

    def computed(*args: Any) -> Any:
        with mp.workdps(700):
            return function(*args)

    return computed


def sigma(a: Any) -> Any:
    """The logistic function."""
    return 1 / (1 + mp.exp(-a))


def phi(a: Any) -> Any:
    """The density of the normal distribution."""
    return mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi)


def normal(a: Any) -> Any:
    """The normal distribution."""
    return mp.erfc(-a / mp.sqrt(2)) / 2


def towards_zero(a: Any) -> Any:
    """Leave out the digits after the point."""
    return mp.floor(a) if a > 0 else mp.ceil(a)


def chosen(first: Any, second: Any) -> tuple[Any, Any]:
    """Share a slope of 1 between the larger and the smaller of two."""
    return (mp.mpf(1), mp.mpf(0)) if first > second else (mp.mpf(0), mp.mpf(1)) if first < second else (mp.mpf(0.5),) * 2


One = tuple[Callable[..., Any], Callable[..., tuple[Any, ...]]]
# For each row its value and its slopes, written here once more and independently of the table.
EXACT: dict[str, One] = {
    "add": (lambda a, b: a + b, lambda a, b: (1, 1)),
    "subtract": (lambda a, b: a - b, lambda a, b: (1, -1)),
    "multiply": (lambda a, b: a * b, lambda a, b: (b, a)),
    "divide": (lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2)),
    "floor_divide": (wide(lambda a, b: mp.floor(a / b)), lambda a, b: (0, 0)),
    "remainder": (wide(lambda a, b: a - b * mp.floor(a / b)), wide(lambda a, b: (1, -mp.floor(a / b)))),
    "fmod": (wide(lambda a, b: a - b * towards_zero(a / b)), wide(lambda a, b: (1, -towards_zero(a / b)))),
    "negative": (lambda a: -a, lambda a: (-1,)),
    "positive": (lambda a: a, lambda a: (1,)),
    "absolute": (abs, lambda a: (mp.sign(a),)),
    "sign": (mp.sign, lambda a: (0,)),
    "reciprocal": (lambda a: 1 / a, lambda a: (-1 / a**2,)),
    "power": (lambda a, b: a**b, lambda a, b: (b * a ** (b - 1), a**b * mp.log(a))),
    "square": (lambda a: a * a, lambda a: (2 * a,)),
    "sqrt": (mp.sqrt, lambda a: (1 / (2 * mp.sqrt(a)),)),
    "cbrt": (lambda a: mp.sign(a) * mp.cbrt(abs(a)), lambda a: (mp.cbrt(abs(a)) / (3 * abs(a)),)),
    "hypot": (wide(mp.hypot), wide(lambda a, b: (a / mp.hypot(a, b), b / mp.hypot(a, b)))),
    "exp": (mp.exp, lambda a: (mp.exp(a),)),
    "exp2": (lambda a: mp.mpf(2) ** a, lambda a: (mp.mpf(2) ** a * mp.log(2),)),
    "expm1": (mp.expm1, lambda a: (mp.exp(a),)),
    "log": (mp.log, lambda a: (1 / a,)),
    "log2": (lambda a: mp.log(a, 2), lambda a: (1 / (a * mp.log(2)),)),
    "log10": (mp.log10, lambda a: (1 / (a * mp.log(10)),)),
    "log1p": (mp.log1p, wide(lambda a: (1 / (1 + a),))),
    "logaddexp": (
        wide(lambda a, b: max(a, b) + mp.log1p(mp.exp(-abs(a - b)))),
        wide(lambda a, b: (sigma(a - b), sigma(b - a))),
    ),
    "sin": (wide(mp.sin), wide(lambda a: (mp.cos(a),))),
    "cos": (wide(mp.cos), wide(lambda a: (-mp.sin(a),))),
    "tan": (wide(mp.tan), wide(lambda a: (1 / mp.cos(a) ** 2,))),
    "arcsin": (wide(mp.asin), wide(lambda a: (1 / mp.sqrt(1 - a * a),))),
    "arccos": (wide(mp.acos), wide(lambda a: (-1 / mp.sqrt(1 - a * a),))),
    "arctan": (mp.atan, wide(lambda a: (1 / (1 + a * a),))),
    "arctan2": (
        wide(lambda a, b: mp.atan2(a, b)),
        wide(lambda a, b: (b / (a * a + b * b), -a / (a * a + b * b))),
    ),
    "deg2rad": (mp.radians, lambda a: (mp.pi / 180,)),
    "rad2deg": (mp.degrees, lambda a: (180 / mp.pi,)),
    "sinh": (mp.sinh, lambda a: (mp.cosh(a),)),
    "cosh": (mp.cosh, lambda a: (mp.sinh(a),)),
    "tanh": (mp.tanh, lambda a: (mp.sech(a) ** 2,)),
    "arcsinh": (wide(mp.asinh), wide(lambda a: (1 / mp.sqrt(1 + a * a),))),
    "arccosh": (wide(mp.acosh), wide(lambda a: (1 / mp.sqrt(a * a - 1),))),
    "arctanh": (wide(mp.atanh), wide(lambda a: (1 / (1 - a * a),))),
    "floor": (mp.floor, lambda a: (0,)),
    "ceil": (mp.ceil, lambda a: (0,)),
    "trunc": (towards_zero, lambda a: (0,)),
    "rint": (mp.nint, lambda a: (0,)),
    "round": (mp.nint, lambda a: (0,)),
    "maximum": (max, chosen),
    "minimum": (min, lambda a, b: chosen(b, a)),
    "clip": (lambda a, b, c: min(max(a, b), c), lambda a, b, c: (int(b <= a <= c), int(a < b <= c), int(a > c or b > c))),
    "where": (lambda a, b, c: b if a else c, lambda a, b, c: (0, int(a != 0), int(a == 0))),
    "sigmoid": (wide(sigma), wide(lambda a: (sigma(a) * sigma(-a),))),
    "logsigmoid": (wide(lambda a: min(a, 0) - mp.log1p(mp.exp(-abs(a)))), wide(lambda a: (sigma(-a),))),
    "softplus": (wide(lambda a: max(a, 0) + mp.log1p(mp.exp(-abs(a)))), wide(lambda a: (sigma(a),))),
    "relu": (lambda a: max(a, 0), lambda a: (int(a > 0),)),
    "leaky_relu": (lambda a: a if a > 0 else a * mp.mpf(0.01), lambda a: (1 if a > 0 else mp.mpf(0.01),)),
    "elu": (lambda a: a if a > 0 else mp.expm1(a), lambda a: (1 if a > 0 else mp.exp(a),)),
    "silu": (lambda a: a * sigma(a), wide(lambda a: (sigma(a) * (1 + a * sigma(-a)),))),
    "gelu": (lambda a: a * normal(a), lambda a: (normal(a) + a * phi(a),)),
    "erf": (mp.erf, lambda a: (2 * mp.exp(-a * a) / mp.sqrt(mp.pi),)),
    "erfc": (mp.erfc, lambda a: (-2 * mp.exp(-a * a) / mp.sqrt(mp.pi),)),
}
