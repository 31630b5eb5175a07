"""The elementwise rows: what is computed number by number, and its partial derivatives ∂y/∂a, ∂y/∂b, ∂y/∂c."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys import accurate
from microgradphys.rows.primitive import Primitive, flat
from microgradphys.rows.samples import M23, V3

_LN2, _LN10, _SQRT_HALF = math.log(2.0), math.log(10.0), math.sqrt(0.5)
_ERF_SLOPE, _GAUSS = 2.0 / math.sqrt(math.pi), 1.0 / math.sqrt(2.0 * math.pi)


def _sigmoid(xp: Any, a: Any) -> Any:
    """Compute 1/(1 + e⁻ᵃ) without overflow at either end."""
    e = xp.exp(-xp.absolute(a))
    # The larger of a truth and e is 1 where a is not negative, and e elsewhere: much faster than `where`.
    return xp.maximum(a >= 0, e) / (1.0 + e)


def _softplus(xp: Any, a: Any) -> Any:
    """Compute ln(1 + eᵃ) without overflow, and without losing eᵃ beside 1."""
    return xp.maximum(a, 0.0) + xp.log1p(xp.exp(-xp.absolute(a)))


def _logsigmoid(xp: Any, a: Any) -> Any:
    """Compute ln σ(a) without taking the logarithm of 0."""
    return xp.minimum(a, 0.0) - xp.log1p(xp.exp(-xp.absolute(a)))


def _cosine(xp: Any, a: Any, b: Any, y: Any) -> Any:
    """Compute a / y for y = √(a² + b²): 0 at the origin, ±1 where a alone is infinite."""
    tip, end = y == 0, (xp.absolute(a) == math.inf) & (xp.absolute(b) < math.inf)
    return xp.where(tip, 0.0, xp.where(end, xp.sign(a), a)) / xp.where(tip | end, 1.0, y)


def _each(function: Callable[[float], float], a: Any) -> Any:
    """Apply a function of `math` that numpy lacks to a float, or to each element of an array in its own dtype."""
    if isinstance(a, float):
        return function(a)
    flat_results = np.fromiter(map(function, np.ravel(a).tolist()), np.float64, np.size(a))
    return flat_results.reshape(np.shape(a)).astype(np.result_type(a))


# fmt: off
ELEMENTWISE: tuple[Primitive, ...] = (
    #         name            written               samples                                        ∂y/∂a, ∂y/∂b, ∂y/∂c
    # arithmetic
    Primitive("add",          "a + b",              ((0.5, -1.5), (V3, 2.0)),                      (lambda xp, y, a, b: 1,
                                                                                                    lambda xp, y, a, b: 1)),
    Primitive("subtract",     "a − b",              ((0.5, -1.5), (2.0, V3)),                      (lambda xp, y, a, b: 1,
                                                                                                    lambda xp, y, a, b: -1)),
    Primitive("multiply",     "a · b",              ((0.5, -1.5), (M23, V3)),                      (lambda xp, y, a, b: b,
                                                                                                    lambda xp, y, a, b: a)),
    Primitive("divide",       "a / b",              ((0.5, -1.5), (V3, 0.8), (2.0, 1.9)),          (lambda xp, y, a, b: 1 / b,
                                                                                                    lambda xp, y, a, b: -y / b)),
    Primitive("floor_divide", "⌊a / b⌋",            ((5.3, 2.0), (-5.3, 2.0), (V3, 0.15)),         (flat,
                                                                                                    flat),
              convention="the derivative is 0, at the jumps too"),
    Primitive("remainder",    "a mod b",            ((5.3, 2.0), (-5.3, 2.0), (V3, 0.15)),         (lambda xp, y, a, b: 1,
                                                                                                    lambda xp, y, a, b: -xp.floor_divide(a, b)),
              convention="at a multiple of b, where a mod b jumps, ∂y/∂a = 1 and ∂y/∂b = −⌊a / b⌋ all the same"),
    Primitive("fmod",         "fmod(a, b)",         ((5.3, 2.0), (-5.3, 2.0), (V3, 0.15)),         (lambda xp, y, a, b: 1,
                                                                                                    lambda xp, y, a, b: -xp.rint((a - y) / b)),
              textbook=(None, lambda xp, y, a, b: -xp.trunc(a / b)), convention="at a multiple of b, where fmod(a, b) jumps, ∂y/∂a = 1 and ∂y/∂b = −trunc(a / b) all the same"),
    Primitive("negative",     "−a",                 ((0.5,), (V3,)),                               (lambda xp, y, a: -1,)),
    Primitive("positive",     "+a",                 ((0.5,), (V3,)),                               (lambda xp, y, a: 1,)),
    Primitive("absolute",     "|a|",                ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: (a > 0) - 1.0 * (a < 0),),
              convention="|·|′(0) = 0"),
    Primitive("sign",         "sgn(a)",             ((0.5,), (-1.5,), (V3,)),                      (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("reciprocal",   "1 / a",              ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: -(y / a),)),
    # powers and roots
    Primitive("power",        "a ^ b",              ((1.5, 2.0), (0.7, -1.3), (2.5, 0.5)),         (lambda xp, y, a, b: accurate.power(xp, a, b),
                                                                                                    lambda xp, y, a, b: y * xp.log(xp.where(a > 0, a, 1))),
              textbook=(lambda xp, y, a, b: b * xp.power(a, accurate.less_one(xp, a, b)), None), convention="∂y/∂b = 0 where a ≤ 0; ∂y/∂a = 0 where a = b = 0"),
    Primitive("square",       "a ^ 2",              ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: 2 * a,)),
    Primitive("sqrt",         "√a",                 ((0.5,), (2.5,)),                              (lambda xp, y, a: 1 / (2 * y),)),
    Primitive("cbrt",         "∛a",                 ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: accurate.cbrt(xp, y, a),),
              textbook=(lambda xp, y, a: 1 / (3 * xp.square(y)),)),
    Primitive("hypot",        "√(a ^ 2 + b ^ 2)",   ((0.5, -1.5), (V3, 0.8)),                      (lambda xp, y, a, b: _cosine(xp, a, b, y),
                                                                                                    lambda xp, y, a, b: _cosine(xp, b, a, y)),
              convention="both derivatives are 0 where a = b = 0"),
    # exponentials and logarithms
    Primitive("exp",          "e ^ a",              ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: y,)),
    Primitive("exp2",         "2 ^ a",              ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: y * _LN2,)),
    Primitive("expm1",        "e ^ a − 1",          ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: xp.exp(a),)),
    Primitive("log",          "ln(a)",              ((0.5,), (2.5,)),                              (lambda xp, y, a: 1 / a,)),
    Primitive("log2",         "log_2(a)",           ((0.5,), (2.5,)),                              (lambda xp, y, a: 1 / (a * _LN2),)),
    Primitive("log10",        "log_10(a)",          ((0.5,), (2.5,)),                              (lambda xp, y, a: 1 / (a * _LN10),)),
    Primitive("log1p",        "ln(1 + a)",          ((0.5,), (-0.6,), (V3,)),                      (lambda xp, y, a: 1 / (1 + a),)),
    Primitive("logaddexp",    "ln(e ^ a + e ^ b)",  ((0.5, -1.5), (V3, 0.8)),                      (lambda xp, y, a, b: accurate.share(xp, a, b),
                                                                                                    lambda xp, y, a, b: accurate.share(xp, b, a)),
              textbook=(lambda xp, y, a, b: xp.sigmoid(a - b), lambda xp, y, a, b: xp.sigmoid(b - a)), convention="1/2 for each of two equal infinities"),
    # angles
    Primitive("sin",          "sin(a)",             ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: xp.cos(a),)),
    Primitive("cos",          "cos(a)",             ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: -xp.sin(a),)),
    Primitive("tan",          "tan(a)",             ((0.5,), (-1.2,), (V3,)),                      (lambda xp, y, a: 1 + y * y,)),
    Primitive("arcsin",       "arcsin(a)",          ((0.5,), (-0.8,), (V3 / 2,)),                  (lambda xp, y, a: 1 / xp.sqrt((1 - a) * (1 + a)),)),
    Primitive("arccos",       "arccos(a)",          ((0.5,), (-0.8,), (V3 / 2,)),                  (lambda xp, y, a: -1 / xp.sqrt((1 - a) * (1 + a)),)),
    Primitive("arctan",       "arctan(a)",          ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: 1 / (1 + a * a),)),
    Primitive("arctan2",      "arctan2(a, b)",      ((0.5, -1.5), (V3, 0.8)),                      (lambda xp, y, a, b: _cosine(xp, b, a, xp.hypot(a, b)) / xp.hypot(a, b),
                                                                                                    lambda xp, y, a, b: -(_cosine(xp, a, b, xp.hypot(a, b)) / xp.hypot(a, b))),
              convention="nan where a = b = 0"),
    Primitive("deg2rad",      "rad(a)",             ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: math.pi / 180,)),
    Primitive("rad2deg",      "deg(a)",             ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: 180 / math.pi,)),
    # hyperbolic functions
    Primitive("sinh",         "sinh(a)",            ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: xp.cosh(a),)),
    Primitive("cosh",         "cosh(a)",            ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: xp.sinh(a),)),
    Primitive("tanh",         "tanh(a)",            ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: 1 - y * y,)),
    Primitive("arcsinh",      "arsinh(a)",          ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: 1 / xp.hypot(1.0, a),)),
    Primitive("arccosh",      "arcosh(a)",          ((1.5,), (2.5,)),                              (lambda xp, y, a: 1 / (xp.sqrt(a - 1) * xp.sqrt(a + 1)),)),
    Primitive("arctanh",      "artanh(a)",          ((0.5,), (-0.8,), (V3 / 2,)),                  (lambda xp, y, a: 1 / ((1 - a) * (1 + a)),)),
    # steps
    Primitive("floor",        "⌊a⌋",                ((0.6,), (-1.3,), (V3 + 0.1,)),                (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("ceil",         "⌈a⌉",                ((0.6,), (-1.3,), (V3 + 0.1,)),                (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("trunc",        "trunc(a)",           ((0.6,), (-1.3,), (V3 + 0.1,)),                (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("rint",         "round(a)",           ((0.6,), (-1.3,), (V3 + 0.1,)),                (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("round",        "round(a)",           ((0.6,), (-1.3,), ((V3,), {"decimals": 1})),   (flat,),
              statics=("decimals",), convention="the derivative is 0, at the jumps too"),
    # choices
    Primitive("maximum",      "max(a, b)",          ((0.5, -1.5), (-0.5, 1.5), (V3, 0.1)),         (lambda xp, y, a, b: (a > b) + 0.5 * (a == b),
                                                                                                    lambda xp, y, a, b: (b > a) + 0.5 * (a == b)),
              convention="the gradient is shared equally between ties"),
    Primitive("minimum",      "min(a, b)",          ((0.5, -1.5), (-0.5, 1.5), (V3, 0.1)),         (lambda xp, y, a, b: (a < b) + 0.5 * (a == b),
                                                                                                    lambda xp, y, a, b: (b < a) + 0.5 * (a == b)),
              convention="the gradient is shared equally between ties"),
    Primitive("clip",         "clip(a, b, c)",      ((0.5, -1.0, 1.0), (-1.5, -1.0, 1.0), (1.5, -1.0, 1.0), (V3, -0.4, 0.9)),
                                                                                                   (lambda xp, y, a, b, c: (b <= a) & (a <= c),
                                                                                                    lambda xp, y, a, b, c: (a < b) & (b <= c),
                                                                                                    lambda xp, y, a, b, c: (a > c) | (b > c)),
              forward=lambda xp, a, b, c: xp.minimum(xp.maximum(a, b), c), convention="at a bound the gradient is a's; where b > c it is all c's"),
    Primitive("where",        "where(a, b, c)",     ((1.0, 0.5, -1.5), (V3 > 0, V3, 2.0)),         (flat,
                                                                                                    lambda xp, y, a, b, c: a != 0,
                                                                                                    lambda xp, y, a, b, c: a == 0),
              convention="the condition has no derivative; the branch not taken gets 0, and further back 0 times an infinite slope is nan"),
    # activations and the error function
    Primitive("sigmoid",      "σ(a)",               ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: y * (1 - y),),
              forward=_sigmoid),
    Primitive("logsigmoid",   "logsigmoid(a)",      ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: xp.sigmoid(-a),),
              forward=_logsigmoid),
    Primitive("softplus",     "softplus(a)",        ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: xp.sigmoid(a),),
              forward=_softplus),
    Primitive("relu",         "relu(a)",            ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: a > 0,),
              forward=lambda xp, a: xp.maximum(a, 0.0), convention="relu′(0) = 0"),
    Primitive("leaky_relu",   "leaky_relu(a)",      ((0.5,), (-1.5,), ((V3,), {"slope": 0.2})),    (lambda xp, y, a, slope=0.01: (a > 0) + slope * (a <= 0),),
              forward=lambda xp, a, slope=0.01: xp.where(a > 0, a, slope * a), statics=("slope",), convention="leaky_relu′(0) = slope"),
    Primitive("elu",          "elu(a)",             ((0.5,), (-1.5,), ((V3,), {"alpha": 0.7})),    (lambda xp, y, a, alpha=1.0: xp.where(a > 0, 1.0, alpha * xp.exp(xp.where(a > 0, 0.0, a))),),
              forward=lambda xp, a, alpha=1.0: xp.where(a > 0, a, alpha * xp.expm1(xp.minimum(a, 0.0))), statics=("alpha",), convention="elu′(0) = alpha"),
    Primitive("silu",         "silu(a)",            ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: accurate.silu(xp, a),),
              textbook=(lambda xp, y, a: xp.sigmoid(a) * (1 + a * xp.sigmoid(-a)),),
              forward=lambda xp, a: xp.where(a == -math.inf, 0.0, a) * xp.sigmoid(a)),
    Primitive("gelu",         "gelu(a)",            ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: accurate.gelu(xp, a),),
              textbook=(lambda xp, y, a: xp.erfc(-a * _SQRT_HALF) / 2 + a * (xp.exp(-a * a / 2) * _GAUSS),),
              forward=lambda xp, a: xp.where(a == -math.inf, 0.0, a) * xp.erfc(-a * _SQRT_HALF) / 2),
    Primitive("erf",          "erf(a)",             ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: accurate.bell(xp, a, _ERF_SLOPE),),
              textbook=(lambda xp, y, a: xp.exp(-a * a) * _ERF_SLOPE,), forward=lambda xp, a: _each(math.erf, a)),
    Primitive("erfc",         "erfc(a)",            ((0.5,), (-1.5,), (V3,)),                      (lambda xp, y, a: -accurate.bell(xp, a, _ERF_SLOPE),),
              textbook=(lambda xp, y, a: -xp.exp(-a * a) * _ERF_SLOPE,), forward=lambda xp, a: _each(math.erfc, a)),
)
