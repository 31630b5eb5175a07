"""Functions of sampled data and elementwise choices: numpy's values, right at orders 1 and 2, refusals by name."""

from typing import Any

import numpy as np
import pytest

from microgradphys import Value, check_gradients, grad
from microgradphys.errors import ShapeError, UnsupportedError

RANDOM = np.random.default_rng(5)


def drawn(*shape: int) -> Any:
    """Draw an array."""
    return RANDOM.normal(size=shape)


AXES: tuple[Any, ...] = (None, 0, -1, (0, 2), (-1, 1), (2, 1, 0))
FRACTIONS: tuple[Any, ...] = (0.0, 0.3, 1.0, [0.25, 0.5], [[0.1], [0.9]])
CASES: dict[str, tuple[Any, ...]] = {
    **{
        f"{name} {axis} {keepdims}": (
            lambda a, name=name, axis=axis, keepdims=keepdims: getattr(np, name)(a, axis=axis, keepdims=keepdims),
            drawn(2, 3, 4),
        )
        for name in ("ptp", "median", "average")
        for axis in AXES
        for keepdims in (False, True)
    },
    **{
        f"quantile {q} {axis} {keepdims}": (
            lambda a, q=q, axis=axis, keepdims=keepdims: np.quantile(a, q, axis=axis, keepdims=keepdims),
            drawn(2, 3, 2),
        )
        for q in FRACTIONS
        for axis in (None, 1, (0, -1))
        for keepdims in (False, True)
    },
    "percentile": (lambda a: np.percentile(a, [10, 77.0], -1), drawn(2, 5)),
    "median odd": (lambda a: np.median(a), drawn(5)),
    "median of one": (lambda a: np.median(a), drawn()),
    "average weights": (lambda a, w: np.average(a, 1, w), drawn(2, 3), RANDOM.uniform(0.5, 1, 3)),
    "average all weights": (lambda a, w: np.average(a, weights=w), drawn(2, 3), RANDOM.uniform(0.5, 1, (2, 3))),
    "average each": (
        lambda a, w: np.average(a, axis=-2, weights=w, keepdims=True),
        drawn(2, 3),
        RANDOM.uniform(0.5, 1, (2, 3)),
    ),
    **{
        f"convolve {n} {m} {mode}": (lambda a, v, mode=mode: np.convolve(a, v, mode), drawn(n), drawn(m))
        for n, m in ((5, 3), (2, 5), (4, 4), (1, 1), (5, 2), (3, 6))
        for mode in ("full", "same", "valid")
    },
    "convolve a number": (lambda a, v: np.convolve(a, v), drawn(), drawn(3)),
    "gradient": (lambda a: np.gradient(a), drawn(5)),
    "gradient of two": (lambda a: np.gradient(a), drawn(2)),
    "gradient step": (lambda a, h: np.gradient(a, h), drawn(4), np.asarray(0.3)),
    "gradient axis": (lambda a: np.gradient(a, axis=-2), drawn(3, 2, 2)),
    "gradient axes": (lambda a: np.stack(np.gradient(a, 0.5, 2.0)), drawn(3, 4)),
    "gradient some": (lambda a: np.gradient(a, 0.5, axis=(0, -1))[1], drawn(2, 3, 2)),
    "linspace": (lambda a, b: np.linspace(a, b, 7), drawn(), drawn()),
    "linspace open": (lambda a, b: np.linspace(a, b, num=4, endpoint=False), drawn(2, 1), drawn(3)),
    "linspace axis": (lambda a, b: np.linspace(a, b, 3, axis=-1), drawn(2, 3), drawn(3)),
    "linspace of one": (lambda a, b: np.linspace(a, b, 1), drawn(2), drawn()),
    "fmax": (lambda a, b: np.fmax(a, b), drawn(2, 3), drawn(3)),
    "fmin": (lambda a, b: np.fmin(a, b), drawn(3), drawn(2, 3)),
    "fmod": (lambda a, b: np.fmod(a, b), 5 * drawn(6), RANDOM.uniform(0.5, 2, 6)),
    "divmod": (lambda a, b: np.divmod(a, b)[1] + np.divmod(a, b)[0], 5 * drawn(6), RANDOM.uniform(0.5, 2, 6)),
    "float_power": (lambda a, b: np.float_power(a, b), RANDOM.uniform(0.5, 2, 3), drawn(3)),
    "heaviside": (lambda a, b: np.heaviside(a, b), drawn(4), drawn()),
    "nan_to_num": (lambda a: np.nan_to_num(a, posinf=5.0), np.array([1.3, np.nan, np.inf, -np.inf])),
    "select": (lambda a, b: np.select([a > 0.5, a < 0], [a**2, b], a * b), drawn(5), drawn(5)),
    "select default": (lambda a: np.select([a > 0, a > -1], [a, 2 * a]), drawn(5)),
}


@pytest.mark.parametrize(("f", "args"), [(f, args) for f, *args in CASES.values()], ids=CASES)
def test_values_are_numpys_and_gradients_are_right(f: Any, args: list[Any]) -> None:
    """numpy itself for the value, central differences for orders 1 and 2."""
    with np.errstate(invalid="ignore"):
        found, expected = f(*map(Value, args)), np.asarray(f(*args))
    assert np.shape(found.data) == expected.shape
    np.testing.assert_allclose(np.asarray(found.data), expected, rtol=1e-12, atol=1e-14)
    if "nan_to_num" not in str(f.__code__.co_names):
        check_gradients(lambda *a: np.sin(f(*a)), *args, order=2)


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_float32(name: str) -> None:
    """Data and gradients keep their dtype."""
    f, *args = CASES[name]
    leaves = [Value(np.asarray(a, np.float32)) for a in args]
    with np.errstate(invalid="ignore"):
        y = f(*leaves)
    assert y.dtype == np.float32
    with np.errstate(invalid="ignore"):
        y.backward(np.ones(y.shape))
    assert {leaf.grad.dtype for leaf in leaves if leaf.grad is not None} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", "fmax fmin fmod heaviside float_power nan_to_num divmod".split())
def test_the_edges_are_numpys(name: str) -> None:
    """Zeros, infinities and nans, in numbers and in arrays."""
    edges = [0.0, -0.0, 1.0, -2.5, np.inf, -np.inf, np.nan]
    f = getattr(np, name)
    with np.errstate(all="ignore"):
        for a in edges:
            for b in edges if name != "nan_to_num" else [None]:
                given = (a,) if b is None else (a, b)
                for data in (given, tuple(np.array([x]) for x in given)):
                    found, expected = f(*map(Value, data)), f(*data)
                    for one, other in zip(*(x if name == "divmod" else (x,) for x in (found, expected)), strict=True):
                        np.testing.assert_array_equal(np.asarray(one.data), other)


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: np.fmax(x, x), 1.0),
        (lambda x: np.fmax(x, np.nan), 1.0),
        (lambda x: np.fmin(np.nan, x), 1.0),
        (lambda x: np.fmax(x, 2.0), 0.5),
        (lambda x: np.heaviside(x - 2, 0.5), 0.0),
        (lambda x: np.heaviside(0.0, x), 1.0),
        (lambda x: np.fmod(x, 2.0), 1.0),
        (lambda x: np.fmod(7.0, x), -3.0),
        (lambda x: np.nan_to_num(x + np.inf), 0.0),
        (lambda x: np.ptp(np.stack([x, x, 5.0])), -1.0),
    ],
)
def test_conventions_at_kinks(f: Any, expected: float) -> None:
    """Ties share, jumps have none, nan gives way."""
    with np.errstate(invalid="ignore"):
        assert grad(f)(2.0) == expected


def test_nan_among_the_elements_is_the_quantile() -> None:
    """As in numpy, row by row; infinities have a middle too."""
    a = np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0], [np.inf] * 3, [-np.inf, np.inf, 1.0]])
    np.testing.assert_array_equal(np.median(Value(a), axis=1).data, np.median(a, axis=1))
    np.testing.assert_array_equal(np.quantile(Value(a[:2]), 0.3, axis=1).data, np.quantile(a[:2], 0.3, axis=1))


def test_numpys_second_names_are_the_same_functions() -> None:
    """numpy 2 has the names of the array standard beside its own."""
    x = np.array([0.3, 0.6])
    pairs = "acos arccos, asin arcsin, atan arctan, asinh arcsinh, atanh arctanh, abs absolute"
    for short, long in (pair.split() for pair in pairs.split(", ")):
        y = getattr(np, short)(Value(x))
        assert y.op == long
        np.testing.assert_array_equal(y.data, getattr(np, long)(x))
    assert np.acosh(Value(2.0)).op == "arccosh"
    assert np.atan2(Value(x), 1.0).op == "arctan2"
    assert np.pow(Value(x), 2.0).op == "power"
    assert np.mod(Value(x), 2.0).op == "remainder"
    assert np.true_divide(Value(x), 2.0).op == "divide"
    assert np.concat([Value(x), x]).op == "concatenate"
    assert np.permute_dims(Value(x[None]), (1, 0)).op == "transpose"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda v: np.quantile(v, 1.5), ShapeError, "np.quantile: .*between 0 and 1"),
        (lambda v: np.quantile(v, 0.5, method="lower"), UnsupportedError, "np.quantile .* method='linear' only"),
        (lambda v: np.percentile(v, 5, method="lower"), UnsupportedError, "np.percentile .* method='linear' only"),
        (lambda v: np.quantile(v[:0], 0.5), ShapeError, "np.quantile: .*nothing to choose from"),
        (lambda v: np.quantile(v, 0.5, weights=[1, 2, 3]), UnsupportedError, "np.quantile .* option weights="),
        (lambda v: np.average(v, returned=True), UnsupportedError, "np.average .* returned=False only"),
        (lambda v: np.average(v, weights=[1.0, 2.0]), ShapeError, "np.average: .*weights of another shape"),
        (lambda v: np.average(v, 0, [1.0, 2.0]), ShapeError, "np.average: .*not as many weights"),
        (lambda v: np.average(v, weights=[1, -1, 0]), ZeroDivisionError, "np.average: the weights sum to zero"),
        (lambda v: np.convolve(v[None], v), ShapeError, "np.convolve: .*two sequences"),
        (lambda v: np.convolve(v, v[:0]), ShapeError, "np.convolve: .*two sequences"),
        (lambda v: np.convolve(v, v, "half"), ShapeError, "np.convolve: .*'full', 'same' or 'valid'"),
        (lambda v: np.gradient(v, [0, 1, 3]), UnsupportedError, "np.gradient .* not with the places"),
        (lambda v: np.gradient(v, 1, 2), ShapeError, "np.gradient: .*one distance"),
        (lambda v: np.gradient(v[:1]), ShapeError, "np.gradient: .*two elements"),
        (lambda v: np.gradient(v, edge_order=2), UnsupportedError, "np.gradient .* edge_order=1 only"),
        (lambda v: np.linspace(v, 1, -1), ShapeError, "np.linspace: .*not negative"),
        (lambda v: np.linspace(v, 1, retstep=True), UnsupportedError, "np.linspace .* retstep=False only"),
        (lambda v: np.select([v > 0], [v, v]), ShapeError, "np.select: .*as many conditions"),
        (lambda v: np.select([np.ones(3)], [v]), ShapeError, "np.select: .*conditions are truths"),
        (lambda v: np.select([np.array(["x", "y", "z"])], [v]), ShapeError, "np.select: .*conditions are truths"),
        (lambda v: np.interp(v, [0, 1], [0, 1]), UnsupportedError, "np.interp has no row"),
        (lambda v: np.sinc(v), UnsupportedError, "np.sinc has no row"),
        (lambda v: np.nanmean(v), UnsupportedError, "np.nanmean has no row"),
        (lambda v: np.piecewise(v, [v > 0], [1]), UnsupportedError, "np.piecewise has no row"),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_name(call: Any, error: type, message: str) -> None:
    """The message names numpy's function and what is wrong."""
    with pytest.raises(error, match=message):
        call(Value([1.0, 2.0, 3.0]))
