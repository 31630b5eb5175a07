"""The elementwise rows in depth: values, accuracy over the whole range, stability, edges, operators and formulas."""

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import Value, compile, grad, value_and_grad
from microgradphys.graph import ancestors
from microgradphys.namespaces import arrays, floats
from microgradphys.notation import write
from microgradphys.primitives import ELEMENTWISE, PRIMITIVES
from microgradphys.recording import apply, values
from microgradphys.source import Printer

mp = mpmath.mp.clone()
mp.dps = 60

WIDE = (-30.0, 30.0)
# Each function at any precision, the range it is sampled in, and how many ulp its first derivative may be wrong.
ONE: dict[str, tuple[Callable[[Any], Any], tuple[float, float], float]] = {
    "absolute": (abs, WIDE, 0),
    "reciprocal": (lambda a: 1 / a, WIDE, 1),
    "square": (lambda a: a * a, WIDE, 0),
    "sqrt": (mp.sqrt, (1e-3, 1e3), 1),
    "cbrt": (lambda a: mp.sign(a) * mp.cbrt(abs(a)), WIDE, 2.5),
    "exp": (mp.exp, WIDE, 1),
    "exp2": (lambda a: mp.mpf(2) ** a, WIDE, 1.5),
    "expm1": (mp.expm1, WIDE, 1),
    "log": (mp.log, (1e-3, 1e3), 1),
    "log2": (lambda a: mp.log(a, 2), (1e-3, 1e3), 1.5),
    "log10": (mp.log10, (1e-3, 1e3), 2),
    "log1p": (mp.log1p, (-0.99, 30.0), 1),
    "sin": (mp.sin, WIDE, 1),
    "cos": (mp.cos, WIDE, 1),
    "tan": (mp.tan, (-1.5, 1.5), 1.5),
    "arcsin": (mp.asin, (-1.0, 1.0), 1),
    "arccos": (mp.acos, (-1.0, 1.0), 1),
    "arctan": (mp.atan, WIDE, 1),
    "sinh": (mp.sinh, WIDE, 1),
    "cosh": (mp.cosh, WIDE, 1),
    "arcsinh": (mp.asinh, WIDE, 1),
    "arccosh": (mp.acosh, (1.0, 30.0), 2),
    "arctanh": (mp.atanh, (-1.0, 1.0), 1),
    "deg2rad": (mp.radians, WIDE, 1),
    "rad2deg": (mp.degrees, WIDE, 1),
    "logsigmoid": (lambda a: -mp.log1p(mp.exp(-a)), WIDE, 1.5),
    "softplus": (lambda a: mp.log1p(mp.exp(a)), WIDE, 1.5),
    "erf": (mp.erf, (-5.0, 5.0), 2),
    "erfc": (mp.erfc, (-5.0, 5.0), 2),
    # Of part of the range: where silu′ and gelu′ are nearly 0 they are differences; σ′ and tanh′ are written as the
    # lecture writes them, by y, and lose digits where y is nearly 1. `test_accurate.py` has the whole range.
    "silu": (lambda a: a / (1 + mp.exp(-a)), (-1.0, 30.0), 2),
    "gelu": (lambda a: a * mp.ncdf(a), (-0.5, 30.0), 2),
    "sigmoid": (lambda a: 1 / (1 + mp.exp(-a)), (-30.0, 1.0), 2),
    "tanh": (mp.tanh, (-1.0, 1.0), 4),
}
TWO: dict[str, tuple[Callable[[Any, Any], Any], float]] = {
    "add": (lambda a, b: a + b, 0),
    "subtract": (lambda a, b: a - b, 0),
    "multiply": (lambda a, b: a * b, 0),
    "divide": (lambda a, b: a / b, 1),
    "hypot": (mp.hypot, 1),
    "arctan2": (mp.atan2, 2),
    "maximum": (lambda a, b: a if a > b else b, 0),
    "minimum": (lambda a, b: a if a < b else b, 0),
    "floor_divide": (lambda a, b: mp.floor(a / b), 0),
    "remainder": (lambda a, b: a - b * mp.floor(a / b), 0),
    "fmod": (lambda a, b: a - b * (mp.floor(a / b) if a / b > 0 else mp.ceil(a / b)), 0),
    "logaddexp": (lambda a, b: mp.log(mp.exp(a) + mp.exp(b)), 2.5),
}


def ulps(found: float, exact: Any) -> float:
    """Say how many units in the last place a float is away from a number of high precision."""
    return float(abs(mp.mpf(found) - exact) / mp.mpf(math.ulp(float(exact))))


def slope(name: str, args: tuple[float, ...], n: int = 0, **static: Any) -> float:
    """Return one partial derivative of a row, of floats."""
    leaves = [Value(a) for a in args]
    apply(PRIMITIVES[name], *leaves, **static).backward()
    return leaves[n].grad


def curvature(name: str, a: Any, **static: Any) -> Any:
    """Return the second derivative of a row of one argument."""
    return grad(lambda x: grad(lambda z: np.sum(apply(PRIMITIVES[name], z, **static)))(x).sum())(a)


@pytest.mark.parametrize("name", list(ONE))
def test_slopes_are_exact_to_a_few_ulp(name: str) -> None:
    """The derivative of floats and of arrays against sixty digits, at 200 points of the range."""
    function, (low, high), allowed = ONE[name]
    points = np.random.default_rng(0).uniform(low, high, 200)
    leaf = Value(points)
    apply(PRIMITIVES[name], leaf).sum().backward()
    for a, of_array in zip(points.tolist(), leaf.grad.tolist(), strict=True):
        exact = mp.diff(function, mp.mpf(a))
        for found in (slope(name, (a,)), of_array):
            assert ulps(found, exact) <= allowed + 0.5, (name, a)


@pytest.mark.parametrize("name", list(TWO))
def test_slopes_of_two_arguments_are_exact_to_a_few_ulp(name: str) -> None:
    """Both partial derivatives of floats against sixty digits."""
    function, allowed = TWO[name]
    for a, b in np.random.default_rng(0).uniform(-15.0, 15.0, (60, 2)).tolist():
        for n, order in enumerate(((1, 0), (0, 1))):
            exact = mp.diff(function, (mp.mpf(a), mp.mpf(b)), order)
            assert ulps(slope(name, (a, b), n), exact) <= allowed + 0.5, (name, a, b)


@pytest.mark.parametrize("name", sorted({row.name for row in ELEMENTWISE} - ONE.keys() - TWO.keys()))
def test_no_row_is_left_out_of_the_measurements(name: str) -> None:
    """What is not in the two tables is measured below, or has slopes of 0 and 1 only."""
    assert name in "power where clip relu leaky_relu elu negative positive sign floor ceil trunc rint round".split()


@pytest.mark.parametrize("b", [2.5, 0.3, 3.0, -1.2, 1e-3, 0.1])
def test_slopes_of_a_power_of_float32_are_exact_beside_a_python_number(b: float) -> None:
    """The number is rounded to float32, as numpy does, and what its rounding less one loses is made good."""
    a = np.array([0.2, 1.5, 2.5, 60.0], np.float32)
    x, exponent = Value(a), float(np.float32(b))
    (x**b).sum().backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_allclose(x.grad, exponent * a.astype(float) ** (exponent - 1), rtol=4 * 2.0**-24)


@pytest.mark.parametrize("as_array", [False, True])
def test_slopes_of_a_power_are_exact_to_a_few_ulp(as_array: bool) -> None:
    """Base and exponent, of floats and of arrays, over twenty decades of the result."""
    random = np.random.default_rng(5)
    points = np.stack([random.uniform(0.01, 20.0, 200), random.uniform(-6.0, 6.0, 200)]).T
    for a, b in points.tolist():
        leaves = [Value([x] if as_array else x) for x in (a, b)]
        (leaves[0] ** leaves[1]).sum().backward()
        first, second = mp.mpf(b) * mp.mpf(a) ** (mp.mpf(b) - 1), mp.mpf(a) ** mp.mpf(b) * mp.log(mp.mpf(a))
        assert ulps(float(np.sum(leaves[0].grad)), first) <= 2.5
        assert ulps(float(np.sum(leaves[1].grad)), second) <= 2.5


@pytest.mark.parametrize("name", ["elu", "leaky_relu", "relu", "clip", "where", "negative", "positive"])
def test_slopes_of_branches_are_those_of_the_branch(name: str) -> None:
    """e^a to an ulp, and numbers as they are."""
    for a in np.random.default_rng(6).uniform(-20.0, 5.0, 100).tolist():
        args = {"clip": (a, -3.0, 2.0), "where": (float(a > 0), a, 2.0)}.get(name, (a,))
        wanted = {
            "elu": mp.exp(min(a, 0.0)),
            "leaky_relu": mp.mpf(1.0 if a > 0 else 0.01),
            "relu": mp.mpf(a > 0),
            "clip": mp.mpf(-3.0 <= a <= 2.0),
            "where": mp.mpf(a > 0),
            "negative": mp.mpf(-1),
            "positive": mp.mpf(1),
        }[name]
        assert ulps(slope(name, args, int(name == "where")), wanted) <= 1


# In units of the last place of float32, where they differ from those of float64.
SINGLE = {"tan": 3, "tanh": 6, "cbrt": 2.5, "reciprocal": 2, "arccosh": 3}


@pytest.mark.parametrize("name", list(ONE))
def test_slopes_of_float32_are_exact_to_a_few_ulp_of_float32(name: str) -> None:
    """Arrays of float32 against sixty digits at the same numbers, at 100 points of the range."""
    function, (low, high), allowed = ONE[name]
    points = np.random.default_rng(7).uniform(low, min(high, 80.0), 100).astype(np.float32)
    leaf = Value(points)
    apply(PRIMITIVES[name], leaf).sum().backward()
    for a, found in zip(points, leaf.grad, strict=True):
        exact = mp.diff(function, mp.mpf(float(a)))
        unit = np.spacing(np.abs(np.float32(float(exact))))
        assert abs(float(found) - float(exact)) <= (SINGLE.get(name, allowed) + 1) * float(unit), (name, a)


@pytest.mark.parametrize("name", sorted(ONE.keys() - {"arcsin", "arccos", "arccosh", "arctanh", "log1p"}))
def test_curvatures_are_exact_to_eleven_digits(name: str) -> None:
    """The second derivative of arrays, which the rule of the rule gives, against sixty digits."""
    function, (low, high), _ = ONE[name]
    points = np.random.default_rng(3).uniform(low, min(high, 5.0), 40)
    exact = [float(mp.diff(function, mp.mpf(a), 2)) for a in points.tolist()]
    np.testing.assert_allclose(curvature(name, points), exact, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("a", [1 - 1e-12, -1 + 1e-15])
@pytest.mark.parametrize("name", ["arcsin", "arccos", "arctanh"])
def test_slopes_near_the_end_of_the_domain_keep_their_digits(name: str, a: float) -> None:
    """1 − a² as (1 − a)(1 + a) does not cancel."""
    assert ulps(slope(name, (a,)), mp.diff(ONE[name][0], mp.mpf(a), h=mp.mpf(10) ** -30)) < 4


@pytest.mark.parametrize(("a", "b"), [(3e200, -4e200), (3e-200, 4e-200), (1.0, 1e-300)])
@pytest.mark.parametrize("name", ["hypot", "arctan2"])
def test_nothing_overflows_on_the_way_to_a_slope(name: str, a: float, b: float) -> None:
    """Squares of very large and very small numbers are not formed."""
    r = mp.hypot(a, b)
    exact = (a / r, b / r) if name == "hypot" else (b / r / r, -a / r / r)
    for n in (0, 1):
        assert ulps(slope(name, (a, b), n), mp.mpf(exact[n])) < 4
        leaves = [Value([a]), Value([b])]
        apply(PRIMITIVES[name], *leaves).sum().backward()
        assert ulps(leaves[n].grad[0], mp.mpf(exact[n])) < 4


# value, first and second derivative at −1000 and at 1000
FAR: list[tuple[str, tuple[float, float, float], tuple[float, float, float]]] = [
    ("sigmoid", (0.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
    ("logsigmoid", (-1000.0, 1.0, 0.0), (0.0, 0.0, 0.0)),
    ("softplus", (0.0, 0.0, 0.0), (1000.0, 1.0, 0.0)),
    ("silu", (0.0, 0.0, 0.0), (1000.0, 1.0, 0.0)),
    ("gelu", (0.0, 0.0, 0.0), (1000.0, 1.0, 0.0)),
    ("elu", (-1.0, 0.0, 0.0), (1000.0, 1.0, 0.0)),
    ("relu", (0.0, 0.0, 0.0), (1000.0, 1.0, 0.0)),
    ("leaky_relu", (-10.0, 0.01, 0.0), (1000.0, 1.0, 0.0)),
    ("tanh", (-1.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
    ("erf", (-1.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
    ("erfc", (2.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
]


@pytest.mark.parametrize(("name", "left", "right"), FAR, ids=[row[0] for row in FAR])
def test_activations_are_right_far_out_without_a_warning(name: str, left: Any, right: Any) -> None:
    """Value, slope and curvature at ±1000, of floats and of arrays of both precisions."""
    for a, expected in ((-1000.0, left), (1000.0, right)):
        for data in (a, np.array([a, a]), np.array([a], np.float32)):
            leaf = Value(data)
            result = apply(PRIMITIVES[name], leaf)
            np.sum(result).backward()
            found = (result.data, leaf.grad, curvature(name, data))
            for number, wanted in zip(found, expected, strict=True):
                np.testing.assert_allclose(number, wanted, rtol=1e-6 if result.dtype == np.float32 else 1e-15)
            assert {np.asarray(number).dtype for number in found[:2]} == {result.dtype}


@pytest.mark.parametrize(
    ("a", "b", "value", "first"),
    [
        (1000.0, -1000.0, 1000.0, 1.0),
        (-1000.0, -1000.0, -1000.0 + math.log(2), 0.5),
        (math.inf, 0.0, math.inf, 1.0),
        (-math.inf, 0.0, 0.0, 0.0),
        (-math.inf, -math.inf, -math.inf, 0.5),
        (math.inf, math.inf, math.inf, 0.5),
    ],
)
def test_logaddexp_is_right_far_out_without_a_warning(a: float, b: float, value: float, first: float) -> None:
    """Two equal infinities share the gradient."""
    for one, other in ((Value(a), Value(b)), (Value([a]), Value([b]))):
        y = np.logaddexp(one, other).sum()
        y.backward()
        assert (float(y.data), float(np.sum(one.grad)), float(np.sum(other.grad))) == (value, first, 1.0 - first)


def test_unary_functions_agree_with_math_on_floats_and_numpy_on_arrays() -> None:
    """At ordinary points a float is math's and an array is numpy's, through numpy's own function on a Value."""
    for name in (name for name in ONE if hasattr(np, name)):
        low, high = (max(ONE[name][1][0], -3.0), min(ONE[name][1][1], 3.0))
        points = np.random.default_rng(1).uniform(low, high, 20)
        function = getattr(np, name)
        recorded = function(Value(points))
        assert recorded.op == name
        np.testing.assert_array_equal(recorded.data, function(points))
        for a in points.tolist():
            result = function(Value(a))
            assert type(result.data) is float
            assert ulps(result.data, ONE[name][0](mp.mpf(a))) < 4


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "rint", "sign", "round"])
def test_steps_are_numpys_and_have_no_slope(name: str) -> None:
    """Halves, zeros of both signs, infinities and large numbers: the same float, sign and all."""
    for a in (-2.5, -1.5, -0.5, -0.0, 0.0, 0.5, 1.5, 2.5, 1e300, -7.0, math.inf, -math.inf, math.nan):
        expected = float(getattr(np, name)(a))
        x = Value(a)
        y = apply(PRIMITIVES[name], x)
        y.backward()
        assert type(y.data) is float
        assert repr(y.data) == repr(expected) or y.data == expected == 0.0 == a
        assert x.grad == 0.0


@pytest.mark.parametrize(("a", "b"), [(a, b) for a in (-7.5, -2.0, 0.0, 3.0, 7.25) for b in (-2.0, 0.3, 2.5)])
def test_quotients_and_remainders_are_pythons(a: float, b: float) -> None:
    """a = (a // b) · b + a % b, with reflections, of floats and of arrays."""
    for left, right in ((Value(a), Value(b)), (Value(a), b), (a, Value(b)), (Value([a]), b), (np.array([a]), Value(b))):
        whole, rest = left // right, left % right
        assert (whole.op, rest.op) == ("floor_divide", "remainder")
        assert (float(np.sum(whole.data)), float(np.sum(rest.data))) == (a // b, a % b)
    assert np.mod(Value(a), b).op == np.remainder(Value(a), b).op == "remainder"
    assert (slope("remainder", (a, b), 0), slope("remainder", (a, b), 1)) == (1.0, -(a // b))
    assert (slope("floor_divide", (a, b), 0), slope("floor_divide", (a, b), 1)) == (0.0, 0.0)


@pytest.mark.parametrize(
    "name", ["floor_divide", "remainder", "reciprocal", "log2", "log10", "log1p", "arctanh", "tan"]
)
def test_where_math_raises_floats_get_numpys_answer_and_warning(name: str) -> None:
    """Inf or nan, never an exception."""
    args = {"floor_divide": (1.0, 0.0), "remainder": (1.0, 0.0), "log1p": (-1.0,), "arctanh": (1.0,)}
    at = args.get(name, (math.inf,) if name == "tan" else (0.0,))
    with pytest.warns(RuntimeWarning):
        found = getattr(floats, name)(*at)
    with pytest.warns(RuntimeWarning):
        np.testing.assert_equal(found, float(getattr(arrays, name)(*map(np.float64, at))))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda v: np.clip(v, -1.0, 1.0), [-1.0, -1.0, 0.5, 1.0, 1.0]),
        (lambda v: v.clip(-1.0, 1.0), [-1.0, -1.0, 0.5, 1.0, 1.0]),
        (lambda v: v.clip(max=1.0), [-2.0, -1.0, 0.5, 1.0, 1.0]),
        (lambda v: np.clip(v, None, 1.0), [-2.0, -1.0, 0.5, 1.0, 1.0]),
        (lambda v: np.clip(v, a_min=0.0, a_max=None), [0.0, 0.0, 0.5, 1.0, 3.0]),
        (lambda v: np.clip(v, min=0.0), [0.0, 0.0, 0.5, 1.0, 3.0]),
        (lambda v: np.clip(v, min=0.0, max=[9, 9, 0, 9, 9]), [0.0, 0.0, 0.0, 1.0, 3.0]),
    ],
)
def test_clip_takes_every_spelling_of_numpy(call: Any, expected: list[float]) -> None:
    """Positional bounds, both pairs of keywords, the method, one bound or two."""
    data = np.array([-2.0, -1.0, 0.5, 1.0, 3.0])
    result = call(Value(data))
    assert result.op == "clip"
    assert result.data.tolist() == expected == call(data).tolist()


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((-2.0, -1.0, 1.0), (0.0, 1.0, 0.0)),
        ((-1.0, -1.0, 1.0), (1.0, 0.0, 0.0)),
        ((0.0, -1.0, 1.0), (1.0, 0.0, 0.0)),
        ((1.0, -1.0, 1.0), (1.0, 0.0, 0.0)),
        ((2.0, -1.0, 1.0), (0.0, 0.0, 1.0)),
        ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0)),
        ((0.0, 2.0, 1.0), (0.0, 0.0, 1.0)),
    ],
)
def test_clip_gives_its_gradient_to_whichever_it_returned(args: Any, expected: Any) -> None:
    """On a bound that is the argument; with the bounds exchanged it is the upper one, as numpy's value is."""
    assert tuple(slope("clip", args, n) for n in range(3)) == expected


def test_clip_refuses_what_it_does_not_record() -> None:
    """out= would lose the recording."""
    with pytest.raises(TypeError, match=r"np.clip is recorded without its option out="):
        np.clip(Value([1.0]), 0, 1, out=np.zeros(1))


def test_rounding_takes_decimals_and_pythons_round_and_floor_are_recorded() -> None:
    """`round`, `math.floor` and `math.ceil` on a Value are nodes, too."""
    v = Value(2.675)
    assert round(v, 2).data == np.round(v, 2).data == v.round(2).data == float(np.round(2.675, 2))
    assert (round(v).data, math.floor(v).data, math.ceil(v).data) == (3.0, 2.0, 3.0)
    assert np.round(Value([12.5, 17.5]), decimals=-1).data.tolist() == [10.0, 20.0]
    assert (round(v).op, math.floor(v).op, math.ceil(v).op) == ("round", "floor", "ceil")


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("hypot", (0.0, 0.0), (0.0, 0.0)),
        ("elu", (0.0,), (1.0,)),
        ("leaky_relu", (0.0,), (0.01,)),
        ("sign", (0.0,), (0.0,)),
        ("floor", (1.0,), (0.0,)),
        ("remainder", (4.0, 2.0), (1.0, -2.0)),
        ("positive", (3.0,), (1.0,)),
    ],
)
def test_kinks_follow_their_stated_convention(name: str, args: Any, expected: Any) -> None:
    """The number that stands for a derivative that is not there."""
    assert tuple(slope(name, args, n) for n in range(len(args))) == expected


@pytest.mark.parametrize(
    ("name", "a", "expected"),
    [
        ("sqrt", 0.0, math.inf),
        ("cbrt", 0.0, math.inf),
        ("arcsin", 1.0, math.inf),
        ("arccos", -1.0, -math.inf),
        ("arccosh", 1.0, math.inf),
        ("log", 0.0, math.inf),
    ],
)
def test_a_vertical_tangent_has_an_infinite_slope(name: str, a: float, expected: float) -> None:
    """As IEEE divides by zero, with numpy's warning."""
    with np.errstate(all="ignore"):
        assert slope(name, (a,)) == expected


def test_static_options_reach_value_and_slope() -> None:
    """slope= and alpha= are not differentiated, and are used in both directions."""
    assert (mgp.leaky_relu(-2.0, slope=0.5), slope("leaky_relu", (-2.0,), slope=0.5)) == (-1.0, 0.5)
    assert mgp.elu(-1.0, alpha=2.0) == 2 * math.expm1(-1.0)
    assert slope("elu", (-1.0,), alpha=2.0) == 2 * math.exp(-1.0)
    assert mgp.elu(Value([-1.0]), alpha=2.0).static == {"alpha": 2.0}
    with pytest.raises(TypeError, match="does not turn into a plain number"):
        mgp.leaky_relu(Value(1.0), slope=Value(0.1))


@pytest.mark.parametrize("name", "logsigmoid softplus leaky_relu elu silu gelu erf erfc relu sigmoid".split())
def test_functions_take_values_numbers_and_arrays(name: str) -> None:
    """A Value is recorded; a number gives a float and an array an array of its own dtype."""
    function = getattr(mgp, name)
    assert function(Value(0.5)).op == name
    assert type(function(0.5)) is float
    for dtype in (np.float32, np.float64):
        found = function(np.array([[0.5], [-0.5]], dtype))
        assert (found.dtype, found.shape) == (dtype, (2, 1))
    np.testing.assert_allclose(function([0.5, -0.5]), [function(0.5), function(-0.5)], rtol=1e-15)
    assert function(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize(("dtype", "far"), [(np.float64, 1000.0), (np.float32, 80.0), (np.float32, 1000.0)])
def test_the_softmax_family_is_stable(name: str, dtype: Any, far: float) -> None:
    """Value and both derivatives are finite and right at both ends, and keep their dtype."""
    data = np.array([[far, -far, 0.0], [-far, -far, -far], [far, far, far]], dtype)
    x = Value(data)
    y = getattr(mgp, name)(x)
    shares = np.array([[1.0, 0.0, 0.0], [1 / 3] * 3, [1 / 3] * 3])
    logs = np.array([[0.0, -2 * far, -far], [-math.log(3)] * 3, [-math.log(3)] * 3])
    totals = np.array([far, -far + math.log(3), far + math.log(3)])
    expected = {"softmax": shares, "log_softmax": logs, "logsumexp": totals}[name]
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    np.testing.assert_allclose(y.data, expected, rtol=tolerance, atol=1e-30)
    y.sum().backward()
    slopes = {"softmax": 0 * shares, "log_softmax": 1 - 3 * shares, "logsumexp": shares}[name]
    np.testing.assert_allclose(x.grad, slopes, rtol=tolerance, atol=tolerance)
    assert y.dtype == x.grad.dtype == dtype
    second = grad(lambda z: (grad(lambda w: getattr(mgp, name)(w).sum())(z) ** 2).sum())(data)
    assert np.all(np.isfinite(second))


def test_a_slice_of_minus_infinity_has_the_sum_minus_infinity() -> None:
    """Masked out altogether: no warning, and the stated gradient 0; a single −∞ takes no share."""
    x = Value([[-math.inf, -math.inf], [-math.inf, 2.0]])
    y = mgp.logsumexp(x)
    assert y.data.tolist() == [-math.inf, 2.0]
    y.backward([1.0, 1.0])
    assert x.grad.tolist() == [[0.0, 0.0], [0.0, 1.0]]
    assert mgp.softmax([-math.inf, 2.0]).tolist() == [0.0, 1.0]
    assert mgp.log_softmax([-math.inf, 2.0]).tolist() == [-math.inf, 0.0]
    assert mgp.logsumexp([math.inf, 1000.0]) == math.inf


@pytest.mark.parametrize("axis", [-1, 0, 1, (0, 1), None])
def test_the_softmax_family_agrees_with_its_definition_along_every_axis(axis: Any) -> None:
    """softmax = eˣ / Σ eˣ, log_softmax its logarithm, logsumexp the logarithm of its sum."""
    x = np.random.default_rng(2).normal(size=(3, 4))
    total = np.sum(np.exp(x), axis=axis, keepdims=True)
    np.testing.assert_allclose(mgp.softmax(x, axis=axis), np.exp(x) / total, rtol=1e-14)
    np.testing.assert_allclose(mgp.log_softmax(x, axis=axis), x - np.log(total), rtol=1e-13)
    np.testing.assert_allclose(mgp.logsumexp(x, axis=axis, keepdims=True), np.log(total), rtol=1e-14)
    np.testing.assert_allclose(mgp.logsumexp(x, axis=axis), np.log(np.sum(np.exp(x), axis=axis)), rtol=1e-14)


def test_logsumexp_of_nothing_is_minus_infinity() -> None:
    """The empty sum is 0, and its logarithm −∞."""
    assert mgp.logsumexp(np.zeros((2, 0))).tolist() == [-math.inf, -math.inf]


X, Y = Value(0.5, "x"), Value(2.0, "y")
FORMULAS: list[tuple[Callable[[], Any], str, tuple[str, str]]] = [
    (lambda: X // Y, "⌊x / y⌋", ("0", "0")),
    (lambda: X % Y, "x mod y", ("1", "1")),
    (lambda: +values.positive(X), "x", ("1", "1")),
    (lambda: np.sign(X), "sgn(x)", ("sgn′(x)", "0")),
    (lambda: np.cbrt(X).named("z"), "∛x", ("1 / (3 · z²)", "1 / (3 · z²)")),
    (lambda: np.reciprocal(X).named("z"), "1 / x", ("−z / x", "−z / x")),
    (lambda: np.exp2(X).named("z"), "2ˣ", ("z · 0.6931", "z · 0.6931")),
    (lambda: np.expm1(X), "eˣ − 1", ("eˣ", "eˣ")),
    (lambda: np.log10(X), "log₁₀(x)", ("log₁₀′(x)", "1 / (x · 2.303)")),
    (lambda: np.log1p(X), "ln(1 + x)", ("1 / (1 + x)", "1 / (1 + x)")),
    (lambda: np.tan(X).named("z"), "tan(x)", ("tan′(x)", "1 + z · z")),
    (lambda: np.arcsin(X), "arcsin(x)", ("arcsin′(x)", "1 / √((1 − x) · (1 + x))")),
    (lambda: np.arctan(X), "arctan(x)", ("arctan′(x)", "1 / (1 + x · x)")),
    (lambda: np.hypot(X, Y).named("z"), "√(x² + y²)", ("x / z", "x / z")),
    (lambda: np.floor(X), "⌊x⌋", ("0", "0")),
    (lambda: np.ceil(X), "⌈x⌉", ("0", "0")),
    (lambda: np.clip(X, -1, 1), "clip(x, −1, 1)", ("1", "1")),
    (lambda: np.logaddexp(X, Y), "ln(eˣ + eʸ)", ("σ(x − y)", "σ(x − y)")),
    (lambda: np.arccosh(Y), "arcosh(y)", ("arcosh′(y)", "1 / (√(y − 1) · √(y + 1))")),
    (lambda: np.arctan2(X, Y), "arctan2(x, y)", ("y / √(x² + y²) / √(x² + y²)", "y / √(x² + y²) / √(x² + y²)")),
    (lambda: mgp.elu(X), "elu(x)", ("elu′(x)", "1")),
    (lambda: mgp.elu(-X), "elu(−x)", ("elu′(−x)", "e⁻ˣ")),
    (lambda: mgp.gelu(X), "gelu(x)", ("gelu′(x)", "erfc(−x · 0.7071) / 2 + x · (e^(−x · x / 2) · 0.3989)")),
    (lambda: mgp.softplus(X), "softplus(x)", ("softplus′(x)", "σ(x)")),
    (lambda: mgp.leaky_relu(X), "leaky_relu(x)", ("leaky_relu′(x)", "1")),
    (lambda: mgp.silu(X), "silu(x)", ("silu′(x)", "σ(x) · (1 + x · σ(−x))")),
]


@pytest.mark.parametrize(("make", "forward", "local"), FORMULAS, ids=[row[1] for row in FORMULAS])
def test_rows_and_their_derivatives_are_written_as_mathematics(make: Any, forward: str, local: Any) -> None:
    """The row's writing, and the local derivative as the lecture and as the algebra has it."""
    node = make()
    nodes = ancestors(node, constants=True)
    printer = Printer(nodes)
    assert write(printer.expression(node)) == forward
    data = {node: node.data for node in nodes}
    assert tuple(map(write, printer.local(node, 0, data)[:2])) == local


@pytest.mark.parametrize(
    ("make", "latex", "typst"),
    [
        (lambda: X // Y, r"\left\lfloor \frac{x}{y}\right\rfloor", "lr(⌊ frac(x, y) ⌋)"),
        (lambda: X % Y, r"x \bmod y", "x mod y"),
        (lambda: np.cbrt(X), r"\sqrt[3]{x}", "root(3, x)"),
        (lambda: np.log2(X), r"\mathrm{log}_{2}\left(x\right)", '"log"_(2) lr((x))'),
    ],
)
def test_rows_are_written_in_the_notations_that_a_machine_sets(make: Any, latex: str, typst: str) -> None:
    """Floors, cube roots, remainders and the base of a logarithm."""
    node = make()
    formula = Printer(ancestors(node, constants=True)).expression(node)
    assert (write(formula, "latex"), write(formula, "typst")) == (latex, typst)


MIXED = ["divide", "power", "hypot", "arctan2", "logaddexp", "multiply", "remainder"]


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("narrow", [0, 1])
def test_beside_float32_a_slope_of_float64_keeps_its_digits(name: str, narrow: int) -> None:
    """The slope is computed in the type of the result: as if the narrow numbers had been float64 from the start."""
    args = [np.array([0.7, 1.9, 2.3]), np.array([1.1, 0.6, 3.7])]
    args[narrow] = args[narrow].astype(np.float32)
    wide = [a.astype(np.float64) for a in args]
    f = lambda a, b: np.sum(getattr(np, name)(a, b) * np.arange(1.0, 4.0))
    for transform in (value_and_grad, lambda f: compile(value_and_grad(f))):
        found = transform(lambda x: f(*((args[0], x) if narrow == 0 else (x, args[1]))))(args[1 - narrow])
        wanted = value_and_grad(f, argnums=1 - narrow)(*wide)
        np.testing.assert_allclose(found[0], wanted[0], rtol=1e-15)
        np.testing.assert_allclose(found[1], wanted[1], rtol=1e-14)
    leaves = [Value(a) for a in args]
    for _ in range(70):  # Often enough for a prepared sweep.
        for leaf in leaves:
            leaf.zero_grad()
        f(*leaves).backward()
    for k, leaf in enumerate(leaves):
        assert leaf.grad.dtype == leaf.dtype
        np.testing.assert_allclose(
            leaf.grad, value_and_grad(f, argnums=k)(*wide)[1], rtol=1e-6 if k == narrow else 1e-14
        )
