"""Elementwise rows in ONNX: which are operators there, and how the others are put together from rows that are.

What ONNX lacks is written as mathematics over `xp`, as in the table of primitives itself, such that nothing is lost
near 0 and nothing overflows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "add": "Add",
        "subtract": "Sub",
        "multiply": "Mul",
        "divide": "Div",
        "negative": "Neg",
        "positive": "Identity",
        "absolute": "Abs",
        "sign": "Sign",
        "reciprocal": "Reciprocal",
        "power": "Pow",
        "sqrt": "Sqrt",
        "exp": "Exp",
        "log": "Log",
        "sin": "Sin",
        "cos": "Cos",
        "arctan": "Atan",
        "tanh": "Tanh",
        "floor": "Floor",
        "ceil": "Ceil",
        "rint": "Round",
        "maximum": "Max",
        "minimum": "Min",
        "sigmoid": "Sigmoid",
        "softplus": "Softplus",
        "relu": "Relu",
        "erf": "Erf",
        "greater": "Greater",
        "greater_equal": "GreaterOrEqual",
        "less": "Less",
        "less_equal": "LessOrEqual",
        "equal": "Equal",
    }
)

# ONNX Runtime computes these in float32 only.
SINGLE = frozenset("Atan Erf Det".split())


def _small(xp: Any, a: Any, near: Any, far: Any) -> Any:
    """Choose between what is exact near 0 and what is right everywhere else."""
    return xp.where(xp.absolute(a) < 0.5, near, far)


def _hypot(xp: Any, a: Any, b: Any) -> Any:
    """Compute √(a² + b²), the larger taken out first."""
    a, b = xp.absolute(a), xp.absolute(b)
    large, small = xp.maximum(a, b), xp.minimum(a, b)
    ratio = small / xp.where((large > 0.0) & (large < math.inf), large, 1.0)
    return xp.where(large == math.inf, math.inf, large * xp.sqrt(1.0 + ratio * ratio))


def _expm1(xp: Any, a: Any) -> Any:
    """Compute eᵃ − 1 as 2t / (1 − t) near 0, with t = tanh(a / 2)."""
    t = xp.tanh(xp.where(xp.absolute(a) < 0.5, a, 0.0) * 0.5)
    return _small(xp, a, 2.0 * t / (1.0 - t), xp.exp(a) - 1.0)


def _log1p(xp: Any, a: Any) -> Any:
    """Compute ln(1 + a), corrected near 0 for what is rounded away in 1 + a (W. Kahan)."""
    u = 1.0 + a
    rounded = u - 1.0
    nothing = rounded == 0.0
    near = xp.where(nothing, a, xp.log(u) * a / xp.where(nothing, 1.0, rounded))
    return _small(xp, a, near, xp.log(u))


def _sinh(xp: Any, a: Any) -> Any:
    """Compute (eᵃ − e⁻ᵃ) / 2."""
    e = xp.expm1(xp.where(xp.absolute(a) < 0.5, a, 0.0))
    return _small(xp, a, (e + e / (e + 1.0)) * 0.5, (xp.exp(a) - xp.exp(-a)) * 0.5)


def _arcsinh(xp: Any, a: Any) -> Any:
    """Compute ln(a + √(a² + 1)), odd, without a² where that overflows."""
    size = xp.absolute(a)
    large = size > 1e8
    inner = xp.where(large, 1.0, size)
    square = inner * inner
    near = xp.log1p(inner + square / (1.0 + xp.sqrt(1.0 + square)))
    return xp.sign(a) * xp.where(large, xp.log(size) + math.log(2.0), near)


def _arccosh(xp: Any, a: Any) -> Any:
    """Compute ln(a + √(a² − 1)) from the distance to 1."""
    t = a - 1.0
    return xp.log1p(t + xp.sqrt(t) * xp.sqrt(t + 2.0))


def _arctanh(xp: Any, a: Any) -> Any:
    """Compute ln((1 + a) / (1 − a)) / 2, odd."""
    size = xp.absolute(a)
    return xp.sign(a) * 0.5 * xp.log1p(2.0 * size / (1.0 - size))


def _arctan2(xp: Any, a: Any, b: Any) -> Any:
    """Find the angle of the point (b, a)."""
    upright = b == 0.0
    angle = xp.arctan(a / xp.where(upright, 1.0, b))
    behind = xp.where(b < 0.0, xp.where(a >= 0.0, math.pi, -math.pi), 0.0)
    return xp.where(upright, xp.sign(a) * (math.pi / 2), angle + behind)


def _logaddexp(xp: Any, a: Any, b: Any) -> Any:
    """Compute ln(eᵃ + eᵇ), the larger taken out first; equal infinities stay what they are."""
    return xp.where(a == b, a + math.log(2.0), xp.maximum(a, b) + xp.log1p(xp.exp(-xp.absolute(a - b))))


def _remainder(xp: Any, a: Any, b: Any) -> Any:
    """Compute what is left of a / b, with the sign of b."""
    rest = xp.fmod(a, b)
    return xp.where(xp.sign(rest) * xp.sign(b) < 0.0, rest + b, rest)


def _floor_divide(xp: Any, a: Any, b: Any) -> Any:
    """Compute ⌊a / b⌋ from the rest, as numpy does: a / b may be rounded up to a whole number."""
    return xp.where(b == 0.0, a / b, xp.rint((a - xp.remainder(a, b)) / b))


# Of a Chebyshev fit, accurate to 1.2e-7 of the result everywhere (W. Press and others, Numerical Recipes, "erfcc").
_FIT = (
    *(-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806),
    *(0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277),
)


def _erfc(xp: Any, a: Any) -> Any:
    """Compute 1 − erf(a), accurate also where erf is nearly 1."""
    size = xp.absolute(a)
    t = 1.0 / (1.0 + 0.5 * size)
    total: Any = _FIT[-1]
    for coefficient in reversed(_FIT[:-1]):
        total = total * t + coefficient
    tail = t * xp.exp(total - size * size)
    return xp.where(a >= 0.0, tail, 2.0 - tail)


WRITTEN: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "square": lambda xp, a: a * a,
        "cbrt": lambda xp, a: xp.sign(a) * xp.power(xp.absolute(a), 1.0 / 3.0),
        "hypot": _hypot,
        "exp2": lambda xp, a: xp.power(2.0, a),
        "expm1": _expm1,
        "log2": lambda xp, a: xp.log(a) / math.log(2.0),
        "log10": lambda xp, a: xp.log(a) / math.log(10.0),
        "log1p": _log1p,
        "logaddexp": _logaddexp,
        "tan": lambda xp, a: xp.sin(a) / xp.cos(a),
        "arcsin": lambda xp, a: xp.arctan(a / xp.sqrt((1.0 - a) * (1.0 + a))),
        "arccos": lambda xp, a: 2.0 * xp.arctan(xp.sqrt((1.0 - a) / (1.0 + a))),
        "arctan2": _arctan2,
        "deg2rad": lambda xp, a: a * (math.pi / 180.0),
        "rad2deg": lambda xp, a: a * (180.0 / math.pi),
        "sinh": _sinh,
        "cosh": lambda xp, a: (xp.exp(a) + xp.exp(-a)) * 0.5,
        "arcsinh": _arcsinh,
        "arccosh": _arccosh,
        "arctanh": _arctanh,
        "trunc": lambda xp, a: xp.sign(a) * xp.floor(xp.absolute(a)),
        "round": lambda xp, a, decimals=0: xp.rint(a * 10.0**decimals) / 10.0**decimals if decimals else xp.rint(a),
        "remainder": _remainder,
        "floor_divide": _floor_divide,
        "logsigmoid": lambda xp, a: -xp.softplus(-a),
        "silu": lambda xp, a: xp.where(a == -math.inf, 0.0, a) * xp.sigmoid(a),
        "gelu": lambda xp, a: xp.where(a == -math.inf, 0.0, a) * (1.0 + xp.erf(a * math.sqrt(0.5))) * 0.5,
        "erfc": _erfc,
    }
)
