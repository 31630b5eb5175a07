"""Accuracy over the whole range: every slope of every elementwise row against forty digits, and the textbook's form.

The points are drawn evenly from the exponents of the numbers, with both signs, from the smallest normal number to the
largest; beside them stand the edges: kinks, ends of domains, ends of the range, and their neighbours. A point counts
where value and derivative are numbers of full precision, neither overflown nor subnormal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import Value, grad
from microgradphys.primitives import ELEMENTWISE, PRIMITIVES, Primitive
from microgradphys.recording import apply

mp = mpmath.mp.clone()
mp.dps = 40
ALLOWED = 4.0  # ulp
# The exceptions: where a slope is right to so many ulp of 1 instead, and why.
BY_ONE = "is written as the lecture writes it, by y, which is nearly 1 further out"
OF_ONE: dict[str, tuple[float, Callable[[Any], bool], str]] = {
    "tanh": (1.5, lambda a: True, f"1 − y² {BY_ONE}"),
    "sigmoid": (1.0, lambda a: True, f"y (1 − y) {BY_ONE}"),
    "silu": (0.5, lambda a: -2.5 < a < -0.6, "near its zero at −1.28 the slope is a difference of larger numbers"),
    "gelu": (0.5, lambda a: -2.5 < a < -0.3, "near its zero at −0.75 the slope is a difference of larger numbers"),
}
# numpy's own tan of float32 is wrong by more than 1 ulp, which counts twice in 1 + y².
ALLOWED_SINGLE = {"tan": 6.0}
# Further exceptions, within a few powers of ten of underflow: a slope that is a product with this factor has no more
# digits than the factor, and counts where that is no subnormal number.
FACTORS: dict[str, Callable[..., Any]] = {
    "power": lambda a, b: a ** (b - 1),
    "silu": mp.exp,
    "gelu": lambda a: mp.exp(-a * a / 2),
}


def wide(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compute with as many digits as 1 beside the smallest number has."""

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


def erfc(a: Any) -> Any:
    """The complementary error function, which mpmath does not compute far out."""
    return mp.erfc(max(min(a, mp.mpf(1e5)), mp.mpf(-1e5)))


def normal(a: Any) -> Any:
    """The normal distribution."""
    return erfc(-a / mp.sqrt(2)) / 2


def towards_zero(a: Any) -> Any:
    """Leave out the digits after the point."""
    return mp.floor(a) if a > 0 else mp.ceil(a)


def chosen(first: Any, second: Any) -> tuple[Any, Any]:
    """Share a slope of 1 between the larger and the smaller of two."""
    return (
        (mp.mpf(1), mp.mpf(0)) if first > second else (mp.mpf(0), mp.mpf(1)) if first < second else (mp.mpf(0.5),) * 2
    )


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
    "clip": (
        lambda a, b, c: min(max(a, b), c),
        lambda a, b, c: (int(b <= a <= c), int(a < b <= c), int(a > c or b > c)),
    ),
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
    "erfc": (erfc, lambda a: (-2 * mp.exp(-a * a) / mp.sqrt(mp.pi),)),
}

Points = list[tuple[float, ...]]


def edges(kind: Any) -> Any:
    """List numbers at which something may go wrong, and their neighbours: kinks, zeros of slopes, ends of ranges."""
    info = np.finfo(kind)
    numbers = [
        0.5,
        1,
        2,
        3,
        10,
        math.log(2),
        math.pi / 2,
        math.pi,
        1.2784645,
        0.7517916,
        9,
        13,
        26,
        37,
        64,
        88,
        700,
        1e5,
    ]
    middle = np.array(numbers, kind)
    ends = [info.tiny, info.max, 1 + 2 * info.eps, info.eps]
    near = np.concatenate(
        [middle, np.nextafter(middle, kind(0)), np.nextafter(middle, kind(1e9)), np.array(ends, kind)]
    )
    return np.concatenate([near, -near, np.zeros(1, kind)])


def spread(kind: Any, count: int, random: np.random.Generator) -> Any:
    """Draw numbers evenly from all exponents, and from those around 1."""
    info = np.finfo(kind)
    exponents = random.uniform(math.log2(float(info.tiny)), math.log2(float(info.max)) - 1e-3, count)
    exponents[::2] = random.uniform(-12, 12, len(exponents[::2]))
    return (2.0**exponents * random.choice([-1.0, 1.0], count)).astype(kind)


def drawn(row: Primitive, kind: Any) -> list[Any]:
    """Draw the points of a row: of two arguments also near each other, and powers that neither over- nor underflow."""
    random = np.random.default_rng(len(row.name))
    if row.arity == 1:
        # Where e^a and e^(−a²) are small but not yet 0, rules differ most.
        return [np.concatenate([spread(kind, 150, random), edges(kind), random.uniform(-110, 3, 100).astype(kind)])]
    args = [spread(kind, 200, random) for _ in range(row.arity)]
    args[1][:40] = (args[0][:40] * random.uniform(0.9, 1.1, 40)).astype(kind)
    some = [random.choice(edges(kind), 60) for _ in range(row.arity)]
    args = [np.concatenate(parts) for parts in zip(args, some, strict=True)]
    if row.name == "logaddexp":
        args[1][60:120] = (args[0][60:120] % kind(1000) + random.uniform(-90, 90, 60)).astype(kind)
        args[0][60:120] %= kind(1000)
    if row.name == "power":
        args[0][:100] = abs(args[0][:100])
        reach = abs(math.log(float(np.finfo(kind).tiny)) / np.log(args[0][:100].astype(float)))
        args[1][:100] = random.uniform(-1, 1, 100) * reach
        args[1][100:160] = random.integers(-6, 7, 60)
    if row.name == "where":
        args[0] = (args[0] > 0).astype(kind)
    return args


def is_ordinary(exact: Any, kind: Any) -> bool:
    """Whether a number is 0, or neither overflown nor subnormal."""
    info = np.finfo(kind)
    return isinstance(exact, mp.mpf) and (exact == 0 or float(info.tiny) <= abs(exact) <= float(info.max))


@cache
def exact_slopes(name: str, kind: Any) -> dict[int, tuple[Any, ...]]:
    """Compute the slopes at all points that count, to forty digits; None for a slope that is none there."""
    value, slopes = EXACT[name]
    found = {}
    for k, numbers in enumerate(zip(*(arg.tolist() for arg in drawn(PRIMITIVES[name], kind)), strict=True)):
        point = tuple(map(mp.mpf, numbers))
        try:
            seen = (mp.mpf(1) * value(*point), mp.mpf(1) * FACTORS.get(name, lambda *point: 1)(*point))
            exact = [mp.mpf(1) * slope for slope in slopes(*point)]
        except (ZeroDivisionError, ValueError):
            continue
        if all(is_ordinary(one, kind) for one in seen):
            found[k] = tuple(slope if is_ordinary(slope, kind) else None for slope in exact)
    return found


def assert_accurate(row: Primitive, kind: Any, gradients: list[Any]) -> int:
    """Compare with the exact slopes, in ulp; return how many there were."""
    of_one, where, _ = OF_ONE.get(row.name, (0.0, lambda *point: False, ""))
    ulps = ALLOWED_SINGLE.get(row.name, ALLOWED) if kind is np.float32 else ALLOWED
    compared, args = 0, drawn(row, kind)
    for k, slopes in exact_slopes(row.name, kind).items():
        point = [float(arg[k]) for arg in args]
        for gradient, exact in zip(gradients, slopes, strict=True):
            if exact is None:
                continue
            allowed = ulps * mp.mpf(float(np.spacing(kind(abs(float(exact))))))
            if where(*point):
                allowed = max(allowed, of_one * mp.mpf(float(np.finfo(kind).eps)))
            assert abs(mp.mpf(float(gradient[k])) - exact) <= allowed, (row.name, point, gradient[k], float(exact))
            compared += 1
    return compared


def of_arrays(row: Primitive, args: list[Any]) -> list[Any]:
    """Call backward on arrays."""
    leaves = [Value(arg) for arg in args]
    apply(row, *leaves).sum().backward()
    return [leaf.grad for leaf in leaves]


def of_numbers(row: Primitive, args: list[Any]) -> list[Any]:
    """Call backward on Python floats, point by point."""
    found = []
    for point in zip(*(arg.tolist() for arg in args), strict=True):
        leaves = [Value(a) for a in point]
        apply(row, *leaves).backward()
        found.append([leaf.grad for leaf in leaves])
    return list(zip(*found, strict=True))


def compiled(row: Primitive, args: list[Any]) -> list[Any]:
    """Compile the gradient of arrays."""
    return list(mgp.compile(grad(lambda *args: np.sum(apply(row, *args)), tuple(range(len(args)))))(*args))


def compiled_numbers(row: Primitive, args: list[Any]) -> list[Any]:
    """Compile the gradient of Python floats, and call it point by point."""
    slopes = mgp.compile(grad(lambda *args: apply(row, *args), tuple(range(len(args)))))
    return list(zip(*(slopes(*point) for point in zip(*(arg.tolist() for arg in args), strict=True)), strict=True))


def test_every_row_is_measured() -> None:
    """The exact slopes are those of the elementwise rows, and the exceptions are among them."""
    assert {row.name for row in ELEMENTWISE} == EXACT.keys() > OF_ONE.keys() | FACTORS.keys()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("run", [of_arrays, of_numbers, compiled, compiled_numbers], ids=lambda run: run.__name__)
@pytest.mark.parametrize("row", ELEMENTWISE, ids=repr)
def test_slopes_are_within_four_ulp_over_the_whole_range(row: Primitive, run: Any) -> None:
    """Every argument of every row, of arrays and of numbers, eager and compiled; the exceptions are those listed."""
    assert assert_accurate(row, np.float64, run(row, drawn(row, np.float64))) > 50


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("run", [of_arrays, compiled], ids=lambda run: run.__name__)
@pytest.mark.parametrize("row", ELEMENTWISE, ids=repr)
def test_slopes_of_float32_are_within_four_ulp_of_float32(row: Primitive, run: Any) -> None:
    """The same in single precision, whose numbers are all exact in forty digits."""
    assert assert_accurate(row, np.float32, run(row, drawn(row, np.float32))) > 50


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ["erf", "gelu", "logaddexp", "power"])
def test_the_textbooks_form_is_seen_to_lose_digits(name: str) -> None:
    """The measurement can fail: what the row shows would not do."""
    row = PRIMITIVES[name]
    lossy = replace(row, partials=tuple(map(row.shown, range(row.arity))))
    with pytest.raises(AssertionError):
        assert_accurate(row, np.float64, of_arrays(lossy, drawn(row, np.float64)))


# ------------------------------------------------------------------------------------------------ the textbook's form

BOTH = [
    pytest.param(row, n, id=f"{row.name} {'abc'[n]}") for row in ELEMENTWISE for n, f in enumerate(row.textbook) if f
]
# The namespace `xp` of forty digits.
DIGITS = SimpleNamespace(
    exp=mp.exp, log=mp.log, erfc=mp.erfc, rint=mp.nint, trunc=towards_zero, absolute=abs, minimum=min, maximum=max,
    sigmoid=sigma, power=lambda a, b: a**b, square=lambda a: a * a, where=lambda truth, a, b: a if truth else b,
)  # fmt: skip


def test_rows_with_two_forms_are_known() -> None:
    """A row that shows another form than it computes has a place for each argument."""
    assert {case.values[0].name for case in BOTH} == set("power cbrt logaddexp fmod silu gelu erf erfc".split())
    assert all(len(row.textbook) in (0, row.arity) for row in ELEMENTWISE)


def samples(row: Primitive) -> Points:
    """List the row's own samples, element by element, and points drawn around them."""
    random = np.random.default_rng(len(row.name))
    own = [point for args in row.samples for point in np.stack(np.broadcast_arrays(*args), -1).reshape(-1, row.arity)]
    low = 0.1 if row.name == "power" else -3.0
    return [tuple(map(float, point)) for point in (*own, *random.uniform(low, 3.0, (20, row.arity)))]


@pytest.mark.parametrize(("row", "n"), BOTH)
def test_the_form_computed_is_the_textbooks_and_both_are_the_slope(row: Primitive, n: int) -> None:
    """Evaluated with forty digits they differ by no more than the constants in them are rounded."""
    for point in samples(row):
        args = tuple(map(mp.mpf, point))
        y, exact = EXACT[row.name][0](*args), mp.mpf(1) * EXACT[row.name][1](*args)[n]
        for rule in (row.partials[n], row.shown(n)):
            assert abs(rule(DIGITS, y, *args) - exact) <= abs(exact) * mp.mpf(10) ** -15 + mp.mpf(10) ** -16, point


@pytest.mark.parametrize(("row", "n"), BOTH)
def test_both_forms_have_the_same_slopes_and_curvatures(row: Primitive, n: int) -> None:
    """The rule of the one form is that of the other, to eleven digits: what makes good a loss has no slope."""
    shown = replace(row, partials=tuple(map(row.shown, range(row.arity))))

    def slopes(kind: Primitive) -> Callable[..., Any]:
        return lambda *args: grad(lambda *inner: np.sum(apply(kind, *inner)), n)(*args)

    def curvatures(kind: Primitive) -> Callable[..., Any]:
        return grad(lambda *args: np.sum(slopes(kind)(*args)), tuple(range(row.arity)))

    args = [np.array(column) for column in zip(*samples(row), strict=True)]
    for order in (slopes, curvatures):
        np.testing.assert_allclose(order(row)(*args), order(shown)(*args), rtol=1e-11, atol=1e-12)
