"""The table of primitives: what each operation computes, and what its derivative is, said once.

Read a row as a lecturer would: `y = tanh(a)`, `∂y/∂a = 1 − y²`. Everything else in this project follows
from the rows: numpy's functions and Python's operators on a `Value`, gradients of any order, the formula
on the blackboard, the number on the edge of a picture, and the tests.

*Elementwise* rows hold one partial derivative ∂y/∂xᵢ per argument, in plain algebra over a namespace `xp`:
numpy for arrays, a `math`-like namespace for Python floats, the operations on Values for higher orders.
*Structural* rows (matmul, sum, reshape …) hold one vector-Jacobian product per argument: given `g`, the gradient
of the loss with respect to `y`, it returns the contribution to the gradient of that argument. Broadcasting is not a row's business: the sweep undoes it, once.

Positional arguments are differentiable; keyword arguments (`axis=`, `shape=` …) are static.

*Questions* (comparisons, truths, positions) have no derivative at all. An ordinary run answers them with plain data;
a function that is being compiled records them, for the answer may differ at the next call.

A trap, and why the rows are written as they are: `relu` as `maximum(a, 0)` would say 1/2 at 0, because
`maximum` shares its gradient among ties; every row states its own convention where its function has a kink.
An argument that moves the result only by jumps, as that of `floor`, has the rule `flat`.

Where the textbook's form of a slope would lose digits, the row computes another (`accurate.py`), and shows the textbook's.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from microgradphys import accurate, structural
from microgradphys.data import plain_index
from microgradphys.errors import DataError

Function = Callable[..., Any]


@dataclass(frozen=True, eq=False, slots=True)
class Primitive:
    """One row of the table.

    name: numpy's name where numpy has the function. written: how mathematics writes it, in `a`, `b`, `c`.
    partials or vjps: one per differentiable argument. samples: points where the generated tests check
    the row, each a tuple of arguments or (arguments, static keywords). forward: `forward(xp, *args, **static)`
    where `getattr(xp, name)` is not it. statics: the keyword arguments the row understands.
    convention: what the derivative is where the function has none. variadic: the row takes any number of arguments,
    and its one vjp returns a function from an argument's place to its contribution. picks: the keyword with the index
    at which the row takes elements of its argument; the sweep may then add `g` there, without an array of zeros around it.
    textbook: the partials as a lecture writes them, where they are computed in another form that keeps its digits;
    formulas show these, and None stands for a partial that is computed as it is shown.
    """

    name: str
    written: str
    samples: tuple[Any, ...]
    partials: tuple[Function, ...] = ()
    vjps: tuple[Function, ...] = ()
    forward: Function | None = None
    statics: tuple[str, ...] = ()
    convention: str = ""
    variadic: bool = False
    picks: str = ""
    textbook: tuple[Function | None, ...] = ()

    @property
    def arity(self) -> int:
        """The number of positional arguments; the least number of them if the row is variadic."""
        return len(self.partials or self.vjps)

    def vjp(self, argument: int) -> Function:
        """Return the vector-Jacobian product of a structural row for one of its arguments."""
        if self.variadic:
            return lambda *args, **static: self.vjps[0](*args, **static)(argument)
        return self.vjps[argument]

    def shown(self, argument: int) -> Function:
        """Return the partial that formulas show: the textbook's."""
        return (self.textbook[argument] if self.textbook else None) or self.partials[argument]

    def __repr__(self) -> str:
        """Show the row by its name."""
        return f"<primitive {self.name}>"


def flat(xp: Any, y: Any, *inputs: Any, **static: Any) -> int:
    """Say 0, as the rule of an argument that moves the result nowhere, or only by jumps."""
    return 0


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


def _astype(xp: Any, a: Any, *, dtype: Any) -> Any:
    """Turn the elements into another kind of real number."""
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise DataError(f"astype: a Value holds float32 or float64, not {np.dtype(dtype)}; use .data.astype(...)")
    return np.asarray(a).astype(dtype)


def _scatter(xp: Any, a: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    """Add the elements of `a` into zeros of `shape` at `index`, so that repeated indices add up."""
    out = np.zeros(shape, np.result_type(a))
    add_at(out, plain_index(index), a)
    return out


def add_at(total: Any, index: Any, amount: Any) -> None:
    """Add to an array at an index, in place, so that repeated indices add up."""
    places = index if isinstance(index, tuple) else (index,)
    if all(isinstance(at, (int, np.integer, slice, type(None), type(...))) for at in places):
        total[index] += amount  # No position can come twice, and this is much faster.
    else:
        np.add.at(total, index, amount)


def _transpose_vjp(xp: Any, g: Any, y: Any, a: Any, *, axes: Any = None) -> Any:
    """Put the axes back in their old order."""
    if axes is None:
        return xp.transpose(g)
    return xp.transpose(g, axes=tuple(np.argsort([axis % len(axes) for axis in axes]).tolist()))


def _matmul(xp: Any, a: Any, b: Any) -> Any:
    """Multiply; of two matrices, `dot` is the same product without the preparations for stacks of them."""
    if a.__class__ is b.__class__ is np.ndarray and a.ndim == b.ndim == 2:
        return a.dot(b)
    return np.matmul(a, b)


def _matmul_vjp_a(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the left factor: g bᵀ, in each of numpy's shapes of a product."""
    if a.ndim == b.ndim == 2:
        return xp.matmul(g, b.T)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return g * b
    if np.ndim(b) == 1:
        return xp.outer(g, b) if np.ndim(g) == 1 else xp.expand_dims(g, axis=-1) * b
    if np.ndim(a) == 1:
        return xp.squeeze(xp.matmul(b, xp.expand_dims(g, axis=-1)), axis=-1)
    return xp.matmul(g, xp.swapaxes(b, axis1=-1, axis2=-2))


def _matmul_vjp_b(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the right factor: aᵀ g, in each of numpy's shapes of a product."""
    if a.ndim == b.ndim == 2:
        return xp.matmul(a.T, g)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return a * g
    if np.ndim(a) == 1:
        return xp.outer(a, g) if np.ndim(g) == 1 else xp.expand_dims(a, axis=-1) * xp.expand_dims(g, axis=-2)
    if np.ndim(b) == 1:
        transposed = xp.swapaxes(a, axis1=-1, axis2=-2)
        if np.ndim(g) == 1:
            return xp.matmul(transposed, g)
        return xp.squeeze(xp.matmul(transposed, xp.expand_dims(g, axis=-1)), axis=-1)
    return xp.matmul(xp.swapaxes(a, axis1=-1, axis2=-2), g)


def _outer_vjp_a(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the left factor: g b, in the shape that `outer` flattened."""
    return xp.reshape(xp.matmul(g, xp.reshape(b, shape=-1)), shape=np.shape(a))


def _outer_vjp_b(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the right factor: a g, in the shape that `outer` flattened."""
    return xp.reshape(xp.matmul(xp.reshape(a, shape=-1), g), shape=np.shape(b))


def _logsumexp(xp: Any, a: Any, *, axis: Any = -1, keepdims: bool = False) -> Any:
    """Compute ln Σ eᵃ, the largest term taken out first, so that nothing overflows."""
    top = np.max(a, axis=axis, keepdims=True, initial=-math.inf)
    top = np.where(np.isfinite(top), top, np.zeros_like(top))
    with np.errstate(divide="ignore", over="ignore"):
        y = np.log(np.sum(np.exp(a - top), axis=axis, keepdims=True)) + top
    return y if keepdims else np.squeeze(y, axis=axis)


def _logsumexp_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = -1, keepdims: bool = False) -> Any:
    """Hand every term its share of the sum, and nothing where there is no sum."""
    shape = structural.kept(a, axis)
    gone = xp.reshape(y, shape=shape) == -math.inf
    return xp.where(gone, 0.0, xp.reshape(g, shape=shape)) * xp.softmax(xp.where(gone, 0.0, a), axis=axis)


def _softmax(xp: Any, a: Any, *, axis: Any = -1) -> Any:
    """Compute eᵃ / Σ eᵃ, the largest term taken out first, so that nothing overflows."""
    e = np.exp(a - np.max(a, axis=axis, keepdims=True, initial=-math.inf))
    return e / np.sum(e, axis=axis, keepdims=True)


def _softmax_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = -1) -> Any:
    """Contribution y (g − Σ g y)."""
    return y * (g - xp.sum(g * y, axis=axis, keepdims=True))


def _log_softmax(xp: Any, a: Any, *, axis: Any = -1) -> Any:
    """Compute a − ln Σ eᵃ, the largest term taken out first, so that nothing overflows."""
    below = a - np.max(a, axis=axis, keepdims=True, initial=-math.inf)
    return below - np.log(np.sum(np.exp(below), axis=axis, keepdims=True))


def _log_softmax_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = -1) -> Any:
    """Contribution g − eʸ Σ g."""
    return g - xp.exp(y) * xp.sum(g, axis=axis, keepdims=True)


_LN2, _LN10, _SQRT_HALF = math.log(2.0), math.log(10.0), math.sqrt(0.5)
_ERF_SLOPE, _GAUSS = 2.0 / math.sqrt(math.pi), 1.0 / math.sqrt(2.0 * math.pi)
_M23 = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.6]])
_M32 = np.array([[0.5, -0.3], [1.4, 0.2], [-0.8, 0.9]])
_V3 = np.array([0.2, -0.5, 1.3])
_V2 = np.array([0.6, -1.1])
_B223 = np.stack([_M23, 0.5 - _M23])
_D223 = np.stack([_M23, 0.45 - _M23])  # no two elements are equal
_A22 = np.array([[1.3, -0.4], [0.8, 0.9]])
_S22 = np.array([[2.0, 0.6], [0.6, 1.1]])
_Z23 = np.array([[0.0, -1.2, 0.7], [0.0, 0.4, -0.6]])

# fmt: off
ELEMENTWISE: tuple[Primitive, ...] = (
    #         name            written               samples                                        ∂y/∂a, ∂y/∂b, ∂y/∂c
    # arithmetic
    Primitive("add",          "a + b",              ((0.5, -1.5), (_V3, 2.0)),                     (lambda xp, y, a, b: 1,
                                                                                                    lambda xp, y, a, b: 1)),
    Primitive("subtract",     "a − b",              ((0.5, -1.5), (2.0, _V3)),                     (lambda xp, y, a, b: 1,
                                                                                                    lambda xp, y, a, b: -1)),
    Primitive("multiply",     "a · b",              ((0.5, -1.5), (_M23, _V3)),                    (lambda xp, y, a, b: b,
                                                                                                    lambda xp, y, a, b: a)),
    Primitive("divide",       "a / b",              ((0.5, -1.5), (_V3, 0.8), (2.0, 1.9)),         (lambda xp, y, a, b: 1 / b,
                                                                                                    lambda xp, y, a, b: -y / b)),
    Primitive("floor_divide", "⌊a / b⌋",            ((5.3, 2.0), (-5.3, 2.0), (_V3, 0.15)),        (flat,
                                                                                                    flat),
              convention="the derivative is 0, at the jumps too"),
    Primitive("remainder",    "a mod b",            ((5.3, 2.0), (-5.3, 2.0), (_V3, 0.15)),        (lambda xp, y, a, b: 1,
                                                                                                    lambda xp, y, a, b: -xp.floor_divide(a, b)),
              convention="at a multiple of b, where a mod b jumps, ∂y/∂a = 1 and ∂y/∂b = −⌊a / b⌋ all the same"),
    Primitive("fmod",         "fmod(a, b)",         ((5.3, 2.0), (-5.3, 2.0), (_V3, 0.15)),        (lambda xp, y, a, b: 1,
                                                                                                    lambda xp, y, a, b: -xp.rint((a - y) / b)),
              textbook=(None, lambda xp, y, a, b: -xp.trunc(a / b)), convention="at a multiple of b, where fmod(a, b) jumps, ∂y/∂a = 1 and ∂y/∂b = −trunc(a / b) all the same"),
    Primitive("negative",     "−a",                 ((0.5,), (_V3,)),                              (lambda xp, y, a: -1,)),
    Primitive("positive",     "+a",                 ((0.5,), (_V3,)),                              (lambda xp, y, a: 1,)),
    Primitive("absolute",     "|a|",                ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: (a > 0) - 1.0 * (a < 0),),
              convention="|·|′(0) = 0"),
    Primitive("sign",         "sgn(a)",             ((0.5,), (-1.5,), (_V3,)),                     (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("reciprocal",   "1 / a",              ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: -(y / a),)),
    # powers and roots
    Primitive("power",        "a ^ b",              ((1.5, 2.0), (0.7, -1.3), (2.5, 0.5)),         (lambda xp, y, a, b: accurate.power(xp, a, b),
                                                                                                    lambda xp, y, a, b: y * xp.log(xp.where(a > 0, a, 1))),
              textbook=(lambda xp, y, a, b: b * xp.power(a, accurate.less_one(xp, a, b)), None), convention="∂y/∂b = 0 where a ≤ 0; ∂y/∂a = 0 where a = b = 0"),
    Primitive("square",       "a ^ 2",              ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: 2 * a,)),
    Primitive("sqrt",         "√a",                 ((0.5,), (2.5,)),                              (lambda xp, y, a: 1 / (2 * y),)),
    Primitive("cbrt",         "∛a",                 ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: accurate.cbrt(xp, y, a),),
              textbook=(lambda xp, y, a: 1 / (3 * xp.square(y)),)),
    Primitive("hypot",        "√(a ^ 2 + b ^ 2)",   ((0.5, -1.5), (_V3, 0.8)),                     (lambda xp, y, a, b: _cosine(xp, a, b, y),
                                                                                                    lambda xp, y, a, b: _cosine(xp, b, a, y)),
              convention="both derivatives are 0 where a = b = 0"),
    # exponentials and logarithms
    Primitive("exp",          "e ^ a",              ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: y,)),
    Primitive("exp2",         "2 ^ a",              ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: y * _LN2,)),
    Primitive("expm1",        "e ^ a − 1",          ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: xp.exp(a),)),
    Primitive("log",          "ln(a)",              ((0.5,), (2.5,)),                              (lambda xp, y, a: 1 / a,)),
    Primitive("log2",         "log_2(a)",           ((0.5,), (2.5,)),                              (lambda xp, y, a: 1 / (a * _LN2),)),
    Primitive("log10",        "log_10(a)",          ((0.5,), (2.5,)),                              (lambda xp, y, a: 1 / (a * _LN10),)),
    Primitive("log1p",        "ln(1 + a)",          ((0.5,), (-0.6,), (_V3,)),                     (lambda xp, y, a: 1 / (1 + a),)),
    Primitive("logaddexp",    "ln(e ^ a + e ^ b)",  ((0.5, -1.5), (_V3, 0.8)),                     (lambda xp, y, a, b: accurate.share(xp, a, b),
                                                                                                    lambda xp, y, a, b: accurate.share(xp, b, a)),
              textbook=(lambda xp, y, a, b: xp.sigmoid(a - b), lambda xp, y, a, b: xp.sigmoid(b - a)), convention="1/2 for each of two equal infinities"),
    # angles
    Primitive("sin",          "sin(a)",             ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: xp.cos(a),)),
    Primitive("cos",          "cos(a)",             ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: -xp.sin(a),)),
    Primitive("tan",          "tan(a)",             ((0.5,), (-1.2,), (_V3,)),                     (lambda xp, y, a: 1 + y * y,)),
    Primitive("arcsin",       "arcsin(a)",          ((0.5,), (-0.8,), (_V3 / 2,)),                 (lambda xp, y, a: 1 / xp.sqrt((1 - a) * (1 + a)),)),
    Primitive("arccos",       "arccos(a)",          ((0.5,), (-0.8,), (_V3 / 2,)),                 (lambda xp, y, a: -1 / xp.sqrt((1 - a) * (1 + a)),)),
    Primitive("arctan",       "arctan(a)",          ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: 1 / (1 + a * a),)),
    Primitive("arctan2",      "arctan2(a, b)",      ((0.5, -1.5), (_V3, 0.8)),                     (lambda xp, y, a, b: _cosine(xp, b, a, xp.hypot(a, b)) / xp.hypot(a, b),
                                                                                                    lambda xp, y, a, b: -(_cosine(xp, a, b, xp.hypot(a, b)) / xp.hypot(a, b))),
              convention="nan where a = b = 0"),
    Primitive("deg2rad",      "rad(a)",             ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: math.pi / 180,)),
    Primitive("rad2deg",      "deg(a)",             ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: 180 / math.pi,)),
    # hyperbolic functions
    Primitive("sinh",         "sinh(a)",            ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: xp.cosh(a),)),
    Primitive("cosh",         "cosh(a)",            ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: xp.sinh(a),)),
    Primitive("tanh",         "tanh(a)",            ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: 1 - y * y,)),
    Primitive("arcsinh",      "arsinh(a)",          ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: 1 / xp.hypot(1.0, a),)),
    Primitive("arccosh",      "arcosh(a)",          ((1.5,), (2.5,)),                              (lambda xp, y, a: 1 / (xp.sqrt(a - 1) * xp.sqrt(a + 1)),)),
    Primitive("arctanh",      "artanh(a)",          ((0.5,), (-0.8,), (_V3 / 2,)),                 (lambda xp, y, a: 1 / ((1 - a) * (1 + a)),)),
    # steps
    Primitive("floor",        "⌊a⌋",                ((0.6,), (-1.3,), (_V3 + 0.1,)),               (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("ceil",         "⌈a⌉",                ((0.6,), (-1.3,), (_V3 + 0.1,)),               (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("trunc",        "trunc(a)",           ((0.6,), (-1.3,), (_V3 + 0.1,)),               (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("rint",         "round(a)",           ((0.6,), (-1.3,), (_V3 + 0.1,)),               (flat,),
              convention="the derivative is 0, at the jumps too"),
    Primitive("round",        "round(a)",           ((0.6,), (-1.3,), ((_V3,), {"decimals": 1})),  (flat,),
              statics=("decimals",), convention="the derivative is 0, at the jumps too"),
    # choices
    Primitive("maximum",      "max(a, b)",          ((0.5, -1.5), (-0.5, 1.5), (_V3, 0.1)),        (lambda xp, y, a, b: (a > b) + 0.5 * (a == b),
                                                                                                    lambda xp, y, a, b: (b > a) + 0.5 * (a == b)),
              convention="the gradient is shared equally between ties"),
    Primitive("minimum",      "min(a, b)",          ((0.5, -1.5), (-0.5, 1.5), (_V3, 0.1)),        (lambda xp, y, a, b: (a < b) + 0.5 * (a == b),
                                                                                                    lambda xp, y, a, b: (b < a) + 0.5 * (a == b)),
              convention="the gradient is shared equally between ties"),
    Primitive("clip",         "clip(a, b, c)",      ((0.5, -1.0, 1.0), (-1.5, -1.0, 1.0), (1.5, -1.0, 1.0), (_V3, -0.4, 0.9)),
                                                                                                   (lambda xp, y, a, b, c: (b <= a) & (a <= c),
                                                                                                    lambda xp, y, a, b, c: (a < b) & (b <= c),
                                                                                                    lambda xp, y, a, b, c: (a > c) | (b > c)),
              forward=lambda xp, a, b, c: xp.minimum(xp.maximum(a, b), c), convention="at a bound the gradient is a's; where b > c it is all c's"),
    Primitive("where",        "where(a, b, c)",     ((1.0, 0.5, -1.5), (_V3 > 0, _V3, 2.0)),       (flat,
                                                                                                    lambda xp, y, a, b, c: a != 0,
                                                                                                    lambda xp, y, a, b, c: a == 0),
              convention="the condition has no derivative; the branch not taken gets 0, and further back 0 times an infinite slope is nan"),
    # activations and the error function
    Primitive("sigmoid",      "σ(a)",               ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: y * (1 - y),),
              forward=_sigmoid),
    Primitive("logsigmoid",   "logsigmoid(a)",      ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: xp.sigmoid(-a),),
              forward=_logsigmoid),
    Primitive("softplus",     "softplus(a)",        ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: xp.sigmoid(a),),
              forward=_softplus),
    Primitive("relu",         "relu(a)",            ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: a > 0,),
              forward=lambda xp, a: xp.maximum(a, 0.0), convention="relu′(0) = 0"),
    Primitive("leaky_relu",   "leaky_relu(a)",      ((0.5,), (-1.5,), ((_V3,), {"slope": 0.2})),   (lambda xp, y, a, slope=0.01: (a > 0) + slope * (a <= 0),),
              forward=lambda xp, a, slope=0.01: xp.where(a > 0, a, slope * a), statics=("slope",), convention="leaky_relu′(0) = slope"),
    Primitive("elu",          "elu(a)",             ((0.5,), (-1.5,), ((_V3,), {"alpha": 0.7})),   (lambda xp, y, a, alpha=1.0: xp.where(a > 0, 1.0, alpha * xp.exp(xp.where(a > 0, 0.0, a))),),
              forward=lambda xp, a, alpha=1.0: xp.where(a > 0, a, alpha * xp.expm1(xp.minimum(a, 0.0))), statics=("alpha",), convention="elu′(0) = alpha"),
    Primitive("silu",         "silu(a)",            ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: accurate.silu(xp, a),),
              textbook=(lambda xp, y, a: xp.sigmoid(a) * (1 + a * xp.sigmoid(-a)),),
              forward=lambda xp, a: xp.where(a == -math.inf, 0.0, a) * xp.sigmoid(a)),
    Primitive("gelu",         "gelu(a)",            ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: accurate.gelu(xp, a),),
              textbook=(lambda xp, y, a: xp.erfc(-a * _SQRT_HALF) / 2 + a * (xp.exp(-a * a / 2) * _GAUSS),),
              forward=lambda xp, a: xp.where(a == -math.inf, 0.0, a) * xp.erfc(-a * _SQRT_HALF) / 2),
    Primitive("erf",          "erf(a)",             ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: accurate.bell(xp, a, _ERF_SLOPE),),
              textbook=(lambda xp, y, a: xp.exp(-a * a) * _ERF_SLOPE,), forward=lambda xp, a: _each(math.erf, a)),
    Primitive("erfc",         "erfc(a)",            ((0.5,), (-1.5,), (_V3,)),                     (lambda xp, y, a: -accurate.bell(xp, a, _ERF_SLOPE),),
              textbook=(lambda xp, y, a: -xp.exp(-a * a) * _ERF_SLOPE,), forward=lambda xp, a: _each(math.erfc, a)),
)

STRUCTURAL: tuple[Primitive, ...] = (
    #         name            written          samples                              contribution of g = ∂loss/∂y to each argument
    Primitive("matmul",       "a @ b",         ((_M23, _M32), (_M23, _V3), (_V2, _M23), (_V3, _V3), (_B223, _M32),
                                                (_B223, _V3), (_V2, _B223), (_M32, _B223)),
              forward=_matmul, vjps=(_matmul_vjp_a, _matmul_vjp_b)),
    Primitive("outer",        "a ⊗ b",         ((_V2, _V3), (_M23, 2.0)),                       vjps=(_outer_vjp_a, _outer_vjp_b)),
    Primitive("sum",          "Σ a",           ((_M23,), ((_M23,), {"axis": 1}), ((_M23,), {"axis": (0, 1), "keepdims": True})),
              forward=structural.summed, vjps=(structural.sum_vjp,), statics=("axis", "keepdims")),
    Primitive("mean",         "mean(a)",       ((_M23,), ((_M23,), {"axis": 0}), ((_M23,), {"axis": -1, "keepdims": True})),
              forward=structural.averaged, vjps=(structural.mean_vjp,), statics=("axis", "keepdims")),
    Primitive("reshape",      "reshape(a)",    (((_M23,), {"shape": (3, 2)}), ((_M23,), {"shape": -1})),
              vjps=(lambda xp, g, y, a, shape: xp.reshape(g, shape=np.shape(a)),), statics=("shape",)),
    Primitive("transpose",    "aᵀ",            ((_M23,), ((_B223,), {"axes": (2, 0, 1)})), vjps=(_transpose_vjp,), statics=("axes",)),
    Primitive("swapaxes",     "aᵀ",            (((_B223,), {"axis1": 0, "axis2": -1}),),
              vjps=(lambda xp, g, y, a, axis1, axis2: xp.swapaxes(g, axis1=axis1, axis2=axis2),), statics=("axis1", "axis2")),
    Primitive("broadcast_to", "spread(a)",     (((_V3,), {"shape": (2, 3)}), ((0.5,), {"shape": (2,)})),
              vjps=(lambda xp, g, y, a, shape: g,), statics=("shape",)),
    Primitive("astype",       "a",             (((_V3,), {"dtype": np.float64}),), forward=_astype,
              vjps=(lambda xp, g, y, a, dtype: xp.astype(g, dtype=getattr(a, "dtype", np.float64)),), statics=("dtype",)),
    Primitive("expand_dims",  "expand(a)",     (((_V3,), {"axis": 0}),),
              vjps=(lambda xp, g, y, a, axis: xp.reshape(g, shape=np.shape(a)),), statics=("axis",)),
    Primitive("squeeze",      "squeeze(a)",    (((_V3[None],), {"axis": 0}), ((_V3[None],), {})),
              vjps=(lambda xp, g, y, a, axis=None: xp.reshape(g, shape=np.shape(a)),), statics=("axis",)),
    Primitive("getitem",      "a[…]",          (((_M23,), {"index": (0, slice(1, None))}), ((_V3,), {"index": ([0, 0, 2],)}), ((_V3,), {"index": 1})),
              forward=lambda xp, a, index: (a if a.__class__ is float else np.asarray(a))[plain_index(index)],
              vjps=(lambda xp, g, y, a, index: xp.scatter(g, index=index, shape=np.shape(a)),), statics=("index",), picks="index"),
    Primitive("scatter",      "scatter(a)",    (((_V2,), {"index": ([0, 0],), "shape": (3,)}),),
              forward=_scatter,
              vjps=(lambda xp, g, y, a, index, shape: xp.getitem(g, index=index),), statics=("index", "shape")),
    Primitive("prod",         "prod(a)",       ((_M23,), (_Z23,), ((_Z23,), {"axis": 0}), ((_B223,), {"axis": (2, 0), "keepdims": True}), (_V3,)),
              vjps=(structural.prod_vjp,), statics=("axis", "keepdims")),
    Primitive("max",          "max(a)",        ((_M23,), ((_M23,), {"axis": 1}), ((_D223,), {"axis": (0, -1), "keepdims": True})),
              forward=lambda xp, a, axis=None, keepdims=False: structural.reduced(np.maximum, a, axis, keepdims), vjps=(structural.extremum_vjp,), statics=("axis", "keepdims"), convention="the gradient is shared equally between ties"),
    Primitive("min",          "min(a)",        ((_M23,), ((_M23,), {"axis": 1}), ((_D223,), {"axis": (0, -1), "keepdims": True})),
              forward=lambda xp, a, axis=None, keepdims=False: structural.reduced(np.minimum, a, axis, keepdims), vjps=(structural.extremum_vjp,), statics=("axis", "keepdims"), convention="the gradient is shared equally between ties"),
    Primitive("var",          "var(a)",        ((_M23,), ((_M23,), {"axis": 1, "ddof": 1}), ((_B223,), {"axis": (0, 2), "keepdims": True})),
              vjps=(structural.var_vjp,), statics=("axis", "ddof", "keepdims")),
    Primitive("std",          "std(a)",        ((_M23,), ((_M23,), {"axis": 1, "ddof": 1}), ((_B223,), {"axis": (0, 2), "keepdims": True})),
              vjps=(structural.std_vjp,), statics=("axis", "ddof", "keepdims"), convention="0 where all elements are equal"),
    Primitive("cumsum",       "cumsum(a)",     ((_M23,), ((_M23,), {"axis": 1}), ((_B223,), {"axis": -2})),
              vjps=(structural.cumsum_vjp,), statics=("axis",)),
    Primitive("concatenate",  "concatenate(a)", ((_V2, _V3), ((_M23, _M23[:1] * 2, _M23 + 1), {"axis": 0}), ((_M23, _V2[:, None]), {"axis": -1}),
                                                ((_M23, _V2), {"axis": None})),
              forward=lambda xp, *parts, axis=0: np.concatenate(parts, axis=axis), vjps=(structural.concatenate_vjp,), statics=("axis",), variadic=True),
    Primitive("stack",        "stack(a)",      ((0.5, -1.5, 2.0), ((_V3, _V3 * 2), {"axis": 0}), ((_M23, _M23 + 1), {"axis": -1})),
              forward=lambda xp, *parts, axis=0: np.stack(parts, axis=axis), vjps=(structural.stack_vjp,), statics=("axis",), variadic=True),
    Primitive("einsum",       "einsum(a)",     (((_M23, _M32), {"subscripts": "ij,jk->ik"}), ((_M23, _V3, _V2), {"subscripts": "ij,j,i->"}),
                                                ((_M23,), {"subscripts": "ij->j"}), ((_B223, _M23), {"subscripts": "bij,ij->jb"})),
              forward=lambda xp, *operands, subscripts: np.einsum(subscripts, *operands, optimize=len(operands) > 1),
              vjps=(structural.einsum_vjp,), statics=("subscripts",), variadic=True),
    Primitive("norm",         "norm(a)",       ((_M23,), ((_M23,), {"axis": 1}), ((_B223,), {"axis": (0, 2), "keepdims": True})),
              forward=lambda xp, a, axis=None, keepdims=False: np.sqrt(np.sum(np.square(a), axis=axis, keepdims=keepdims)),
              vjps=(structural.norm_vjp,), statics=("axis", "keepdims"), convention="norm′(0) = 0"),
    Primitive("inv",          "inv(a)",        ((_A22,), (np.stack([_A22, _S22]),)), forward=lambda xp, a: np.linalg.inv(a), vjps=(structural.inv_vjp,)),
    Primitive("det",          "det(a)",        ((_A22,), (np.stack([_A22, _S22]),)), forward=lambda xp, a: np.linalg.det(a), vjps=(structural.det_vjp,)),
    Primitive("logabsdet",    "logabsdet(a)",  ((_A22,), (np.stack([_A22, -_S22]),)), forward=lambda xp, a: np.linalg.slogdet(a).logabsdet,
              vjps=(structural.logabsdet_vjp,)),
    Primitive("solve",        "solve(a, b)",   ((_A22, _V2), (_A22, _M23), (np.stack([_A22, _S22]), _M23), (np.stack([_A22, _S22]), _V2)),
              forward=lambda xp, a, b: np.linalg.solve(a, b), vjps=(structural.solve_vjp_a, structural.solve_vjp_b)),
    Primitive("cholesky",     "cholesky(a)",   ((_S22,), (np.stack([_S22, _S22 + np.eye(2)]),)),
              forward=lambda xp, a: np.linalg.cholesky(structural.symmetric(a)), vjps=(structural.cholesky_vjp,),
              convention="of a matrix that is not symmetric, the symmetric part is meant"),
    Primitive("eigenvalues",  "eigenvalues(a)", ((_S22,), (np.stack([_S22, -_S22 + 0.3]),)),
              forward=lambda xp, a: np.linalg.eigvalsh(structural.symmetric(a)), vjps=(structural.eigenvalues_vjp,),
              convention="of a matrix that is not symmetric, the symmetric part is meant"),
    Primitive("eigenvectors", "eigenvectors(a)", ((_S22,), (np.stack([_S22, -_S22 + 0.3]),)),
              forward=lambda xp, a: np.linalg.eigh(structural.symmetric(a)).eigenvectors, vjps=(structural.eigenvectors_vjp,),
              convention="the symmetric part is meant; equal eigenvalues have no derivative of their vectors"),
    Primitive("singular_values", "singular_values(a)", ((_M23,), (_M32,), (np.stack([_A22, _S22]),)),
              forward=lambda xp, a: np.linalg.svd(a, compute_uv=False), vjps=(structural.singular_values_vjp,)),
    Primitive("left_singular", "left_singular(a)", ((_M23,), (_M32,), (np.stack([_A22, _S22]),)),
              forward=lambda xp, a: np.linalg.svd(a, full_matrices=False).U, vjps=(structural.left_singular_vjp,),
              convention="equal singular values have no derivative of their vectors, nor has 0 if there are more rows than columns"),
    Primitive("right_singular", "right_singular(a)", ((_M23,), (_M32,), (np.stack([_A22, _S22]),)),
              forward=lambda xp, a: np.linalg.svd(a, full_matrices=False).Vh, vjps=(structural.right_singular_vjp,),
              convention="equal singular values have no derivative of their vectors, nor has 0 if there are more columns than rows"),
    Primitive("pinv",         "pinv(a)",       ((_M23,), (_M32,), (np.stack([_A22, _S22]),)),
              forward=lambda xp, a: np.linalg.pinv(a), vjps=(structural.pinv_vjp,), convention="the rank is taken to stay as it is"),
    Primitive("windows",      "windows(a)",    (((_M23[None, ..., None],), {"size": (2, 2), "stride": (1, 1)}), ((_M32[None],), {"size": (2,), "stride": (1,)}),
                                                ((_M23.reshape(1, 6),), {"size": (3,), "stride": (2,)})),
              forward=structural.windows, statics=("size", "stride"),
              vjps=(lambda xp, g, y, a, size, stride: xp.overlap(g, size=size, stride=stride, shape=np.shape(a)),)),
    Primitive("overlap",      "overlap(a)",    (((_B223,), {"size": (3,), "stride": (2,), "shape": (2, 6)}), ((_M23[None],), {"size": (3,), "stride": (1,), "shape": (1, 4)})),
              forward=structural.overlap, statics=("size", "stride", "shape"),
              vjps=(lambda xp, g, y, a, size, stride, shape: xp.windows(g, size=size, stride=stride),)),
)

SOFT: tuple[Primitive, ...] = (
    #         name           written           samples                                    contribution of g = ∂loss/∂y to the argument
    Primitive("softmax",     "softmax(a)",     ((_M23,), ((_M23,), {"axis": 0}), ((_B223,), {"axis": (0, 2)})),
              forward=_softmax, vjps=(_softmax_vjp,), statics=("axis",)),
    Primitive("log_softmax", "log_softmax(a)", ((_M23,), ((_M23,), {"axis": 0}), ((_B223,), {"axis": None})),
              forward=_log_softmax, vjps=(_log_softmax_vjp,), statics=("axis",)),
    Primitive("logsumexp",   "logsumexp(a)",   ((_M23,), ((_M23,), {"axis": 0, "keepdims": True}), ((_B223,), {"axis": None})),
              forward=_logsumexp, vjps=(_logsumexp_vjp,), statics=("axis", "keepdims"),
              convention="a slice of −∞ alone has the sum −∞ and the gradient 0"),
)

QUESTIONS: tuple[Primitive, ...] = (
    #         name             written        samples
    Primitive("greater",       "a > b",       ((0.5, -1.5), (_V3, 0.2))),
    Primitive("greater_equal", "a ≥ b",       ((0.5, 0.5), (_V3, 0.2))),
    Primitive("less",          "a < b",       ((0.5, -1.5), (_V3, 0.2))),
    Primitive("less_equal",    "a ≤ b",       ((0.5, 0.5), (_V3, 0.2))),
    Primitive("equal",         "a = b",       ((0.5, 0.5), (_V3, 0.2))),
    Primitive("not_equal",     "a ≠ b",       ((0.5, 0.5), (_V3, 0.2))),
    Primitive("logical_and",   "a ∧ b",       ((1.0, 0.0), (_Z23, _M23))),
    Primitive("logical_or",    "a ∨ b",       ((1.0, 0.0), (_Z23, _M23))),
    Primitive("logical_xor",   "a ⊻ b",       ((1.0, 1.0), (_Z23, _M23))),
    Primitive("logical_not",   "¬a",          ((1.0,), (_Z23,))),
    Primitive("isfinite",      "isfinite(a)", ((1.0,), (np.array([math.inf, math.nan, 1.0]),))),
    Primitive("isnan",         "isnan(a)",    ((1.0,), (np.array([math.inf, math.nan, 1.0]),))),
    Primitive("isinf",         "isinf(a)",    ((1.0,), (np.array([math.inf, math.nan, 1.0]),))),
    Primitive("any",           "any(a)",      ((_Z23,), ((_Z23,), {"axis": 1})), statics=("axis", "keepdims")),
    Primitive("all",           "all(a)",      ((_Z23,), ((_Z23,), {"axis": 1})), statics=("axis", "keepdims")),
    Primitive("signbit",       "signbit(a)",  ((1.0,), (_V3,))),
    Primitive("argmax",        "argmax(a)",   ((_M23,), ((_M23,), {"axis": 1})), statics=("axis", "keepdims")),
    Primitive("argmin",        "argmin(a)",   ((_M23,), ((_M23,), {"axis": 1})), statics=("axis", "keepdims")),
    Primitive("argsort",       "argsort(a)",  ((_M23,), ((_M23,), {"axis": 0})), statics=("axis", "kind", "stable")),
    Primitive("shares",        "shares(a, b)", ((_V3, 1.3), ((_M23, _M23.max(0)), {"axis": 0})), statics=("axis",), forward=structural.shares),
    Primitive("sign_of_det",   "sgn(det(a))", ((_A22,), (-_S22,)), forward=lambda xp, a: np.linalg.slogdet(a).sign),
    Primitive("stop",          "a",           ((0.5,), (_V3,)), forward=lambda xp, a: a),
)
# fmt: on

PRIMITIVES: Mapping[str, Primitive] = MappingProxyType({row.name: row for row in ELEMENTWISE + STRUCTURAL + SOFT})
