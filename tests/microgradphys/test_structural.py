"""Structural rows and compositions: against numpy, against central differences, and against autograd."""

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from microgradphys import Value, check_gradients, grad, hessian
from microgradphys.errors import ShapeError, UnsupportedError

RANDOM = np.random.default_rng(7)
V, W = RANDOM.normal(size=4), RANDOM.normal(size=3)
M, N = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(3, 4))
C = RANDOM.normal(size=(2, 3, 4))
PLACES = RANDOM.integers(0, 4, (3, 2))

# Functions of one array, with everything numpy and autograd agree about.
UNARY: dict[str, tuple[Any, Any]] = {
    **{
        f"{name} {axis} {keepdims}": (
            lambda np, x, name=name, axis=axis, keepdims=keepdims: getattr(np, name)(x, axis=axis, keepdims=keepdims),
            C,
        )
        for name in "sum mean prod max min amax amin var std".split()
        for axis in (None, 0, -1, (0, 2))
        for keepdims in (False, True)
    },
    "var ddof": (lambda np, x: np.var(x, axis=1, ddof=1), C),
    "std ddof": (lambda np, x: np.std(x, ddof=2), C),
    "cumsum": (lambda np, x: np.cumsum(x), M),
    "cumsum axis": (lambda np, x: np.cumsum(x, axis=-2), C),
    "ravel": (lambda np, x: np.ravel(x), C),
    "moveaxis": (lambda np, x: np.moveaxis(x, 0, -1), C),
    "vstack": (lambda np, x: np.vstack([x, x * 2, N]), M),
    "vstack vectors": (lambda np, x: np.vstack([x, x * 2]), V),
    "hstack": (lambda np, x: np.hstack([x, x * 2, N]), M),
    "hstack of one": (lambda np, x: np.hstack([x]), M),
    "hstack vectors": (lambda np, x: np.hstack([x, W]), V),
    "column_stack": (lambda np, x: np.column_stack([x, x**2]), V),
    "concatenate": (lambda np, x: np.concatenate([x, N, x * x], axis=1), M),
    "concatenate tuple": (lambda np, x: np.concatenate((x, W)), V),
    "stack": (lambda np, x: np.stack([x, N, x * x], axis=1), M),
    "stack last": (lambda np, x: np.stack([x, N], axis=-1), M),
    "split": (lambda np, x: np.split(x, 2, axis=1)[1] * np.split(x, [1, 3], axis=1)[1], M),
    "split first": (lambda np, x: np.split(x, [1, 3], axis=1)[0], M),
    "array_split": (lambda np, x: np.array_split(x, 3)[0], V),
    "repeat": (lambda np, x: np.repeat(x, 2, axis=1), M),
    "repeat all": (lambda np, x: np.repeat(x, 3), M),
    "tile more": (lambda np, x: np.tile(x, (2, 1, 3)), M),
    "flipud": (lambda np, x: np.flipud(x), M),
    "fliplr": (lambda np, x: np.fliplr(x), M),
    "roll": (lambda np, x: np.roll(x, 5), M),
    "roll axis": (lambda np, x: np.roll(x, -1, axis=1), M),
    "pad": (lambda np, x: np.pad(x, ((1, 0), (2, 3)), mode="constant"), M),
    "pad one": (lambda np, x: np.pad(x, 2, "constant"), V),
    "trace": (lambda np, x: np.trace(x, offset=1), M),
    "diag of a vector": (lambda np, x: np.diag(x, 1), V),
    "diff": (lambda np, x: np.diff(x, 2), M),
    "diff axis": (lambda np, x: np.diff(x, axis=0), M),
    "triu": (lambda np, x: np.triu(x, 1), M),
    "tril": (lambda np, x: np.tril(x, -1), M),
    "sort": (lambda np, x: np.sort(x), V),
    "mask": (lambda np, x: x[M > 0], M),
    "repeated": (lambda np, x: x[[0, 0, 2], [1, 1, -1]], M),
    "new axis": (lambda np, x: x[:, None, ..., 1], C),
    "backwards": (lambda np, x: x[::-2, ::-1], M),
    "mixed": (lambda np, x: x[1:, [0, 0, 3]], M),
    "one by one": (lambda np, x: sum(x[i] * x[i - 1] for i in range(4)), V),
}

# What autograd does not have: checked by central differences.
OTHERS: dict[str, tuple[Any, Any]] = {
    "tile": (lambda x: np.tile(x, 3), M),
    "diagonal": (lambda x: np.diagonal(x, 0, 0, 1), C),
    "diag of a matrix": (lambda x: np.diag(x), M),
    "flip": (lambda x: np.flip(x, 1), C),
    "roll two axes": (lambda x: np.roll(x, (1, -1), axis=(0, 1)), M),
    "trapezoid": (lambda x: np.trapezoid(x), M),
    "trapezoid step": (lambda x: np.trapezoid(x, dx=0.5, axis=0), M),
    "trapezoid places": (lambda x: np.trapezoid(x, np.array([0, 0.5, 2], np.float32), axis=1), C),
    "trapezoid by place": (lambda x: np.trapezoid(np.ones((3, 4)), x), M),
    "cumprod": (lambda x: np.cumprod(x, axis=1), M),
    "cumprod all": (lambda x: np.cumprod(x), M),
    "concatenate flat": (lambda x: np.concatenate([x, N], axis=None), M),
    "pad value": (lambda x: np.pad(x, (1, 2), constant_values=((3.0, 4.0),)), V),
    "take": (lambda x: np.take(x, [[0, 0], [-1, 2]], axis=1), M),
    "take flat": (lambda x: np.take(x, 5), M),
    "take_along_axis": (lambda x: np.take_along_axis(x, PLACES, axis=1), M),
    "take_along_axis flat": (lambda x: np.take_along_axis(x, PLACES[0], axis=None), M),
    "sort axis": (lambda x: np.sort(x, axis=0), C),
    "sort flat": (lambda x: np.sort(x, axis=None), M),
    "repeat some": (lambda x: np.repeat(x, [1, 0, 2], axis=0), M),
    "atleast_2d": (lambda x: np.atleast_2d(x), V),
    "atleast_1d": (lambda x: np.atleast_1d(x[0]), V),
    "atleast several": (lambda x: np.atleast_2d(x, x[0])[0] * np.atleast_1d(x[1], x)[1], V),
    "diagonals": (lambda x: np.diagonal(x, -1, 2, 1), C),
    "traces": (lambda x: np.trace(x, axis1=-1, axis2=0), C),
    "triu of a stack": (lambda x: np.triu(x, 1), C),
    "tril of a stack": (lambda x: np.tril(x), C),
    "the largest of tall columns": (lambda x: np.max(x, axis=0), RANDOM.normal(size=(40, 3))),
    "triu vector": (lambda x: np.triu(x), V),
    "moveaxis two": (lambda x: np.moveaxis(x, (0, 1), (-1, 0)), C),
    "flip all": (lambda x: np.flip(x), C),
    **{f"rot90 {k}": (lambda x, k=k: np.rot90(x, k), M) for k in (-1, 0, 1, 2, 3, 4, 5)},
    **{f"rot90 axes {k}": (lambda x, k=k: np.rot90(x, k, axes=(2, 0)), C) for k in (1, 2, 7)},
    "dstack vectors": (lambda x: np.dstack([x, x * x]), V),
    "dstack": (lambda x: np.dstack((x, N, x * x)), M),
    "dstack deep": (lambda x: np.dstack((x, x[..., :1])), C),
    "unstack": (lambda x: np.unstack(x, axis=-1)[1] * np.unstack(x, axis=-1)[-1], C),
}


def curved(result: Any) -> Any:
    """Make one number of an array, so that its gradient is not constant."""
    weights = np.cos(np.arange(result.size)).reshape(result.shape)
    return (result * result * weights).sum()


@pytest.mark.parametrize(("f", "x"), UNARY.values(), ids=UNARY)
def test_value_and_gradient_agree_with_autograd(f: Any, x: Any) -> None:
    """The independent oracle: autograd's own numpy at a random point; numpy itself for the value."""
    np.testing.assert_allclose(np.asarray(f(np, Value(x)).data), f(np, x), rtol=1e-13)
    if not isinstance(f(np, x), np.floating):
        found = grad(lambda x: curved(f(np, x)))(x)
        np.testing.assert_allclose(found, autograd.grad(lambda x: curved(f(anp, x)))(x), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("f", "x"), UNARY.values(), ids=UNARY)
def test_autograds_list_is_right_at_order_2(f: Any, x: Any) -> None:
    """The gradient of the gradient agrees with central differences."""
    check_gradients(lambda x: np.sin(f(np, x)), x, order=2)


@pytest.mark.parametrize(("f", "x"), OTHERS.values(), ids=OTHERS)
def test_the_rest_agrees_with_numpy_and_central_differences(f: Any, x: Any) -> None:
    """The value is numpy's own; orders 1 and 2 are right."""
    np.testing.assert_allclose(np.asarray(f(Value(x)).data), f(x), rtol=1e-13)
    check_gradients(lambda x: np.sin(f(x)), x, order=2)


@pytest.mark.parametrize("f", [f for f, _ in UNARY.values()] + [lambda _, x, f=f: f(x) for f, _ in OTHERS.values()])
def test_float32_stays_float32(f: Any) -> None:
    """The data and the gradient keep their dtype."""
    points = [x for g, x in (*UNARY.values(), *OTHERS.values()) if g is f or g in (f.__defaults__ or ())]
    x = Value(points[0].astype(np.float32))
    y = f(np, x)
    y.backward(np.ones(y.shape))
    assert x.grad.dtype == np.float32
    assert x.grad.shape == x.shape


@pytest.mark.parametrize("zeros", [(0,), (0, 2), (0, 1, 2, 3)])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_a_product_with_zeros_has_right_gradients(zeros: tuple[int, ...], axis: int | None) -> None:
    """No factor is divided by: one zero, several, all, at orders 1 and 2."""
    x = np.array([[0.5, -1.5], [2.0, 0.7]])
    x.flat[list(zeros)] = 0.0
    check_gradients(lambda x: np.prod(x, axis=axis), x, order=2)
    assert Value(x).prod().op == "prod"


def test_ties_share_equally_and_nan_goes_where_it_came_from() -> None:
    """The convention of max and min, at every order."""
    np.testing.assert_allclose(hessian(lambda x: x.max() ** 2)(np.ones(2)), np.full((2, 2), 0.5))
    x = Value([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    x.max(axis=1).sum().backward()
    np.testing.assert_allclose(x.grad, [[0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    y = Value([1.0, np.nan, 3.0])
    y.min().backward()
    np.testing.assert_array_equal(y.grad, [0.0, 1.0, 0.0])


def test_the_spread_of_equal_numbers_has_gradient_0() -> None:
    """Std is a cone with its tip there, whatever rounding makes of the mean."""
    x = Value([[0.1, 0.1, 0.1], [1.0, 2.0, 3.0]])
    x.std(axis=1).sum().backward()
    np.testing.assert_array_equal(x.grad[0], 0.0)
    np.testing.assert_allclose(x.grad[1], np.array([-1, 0, 1]) / 3 / np.std([1, 2, 3]))


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: np.prod(x), (0,)),
        (lambda x: np.cumsum(x), (0,)),
        (lambda x: np.concatenate([x, x]), (0,)),
        (lambda x: np.stack([x, x]).sum(), (0,)),
        (lambda x: np.std(x.reshape(2, 0), axis=0), (0,)),
        (lambda x: np.sort(x), (0,)),
        (lambda x: np.flip(x), (0,)),
        (lambda x: np.roll(x, 1), (0,)),
        (lambda x: np.pad(x, 1), (0,)),
        (lambda x: np.tile(x, 2), (0,)),
        (lambda x: np.repeat(x, 2), (0,)),
    ],
)
def test_empty_arrays_have_empty_gradients(f: Any, expected: tuple[int, ...]) -> None:
    """Nothing in, nothing out, and no complaint."""
    x = Value(np.zeros(0))
    y = f(x)
    y.backward(np.ones(y.shape))
    assert x.grad.shape == expected


@pytest.mark.parametrize("name", "sum mean prod max min ravel cumsum flatten squeeze".split())
def test_methods_take_a_single_number(name: str) -> None:
    """A Python float is a reduction of itself and gets a float back."""
    x = Value(3.0)
    y = getattr(x, name)()
    y.backward()
    assert np.ravel(y.data) == 3.0
    assert x.grad == 1.0
    assert type(x.grad) is float


def test_methods_are_numpys() -> None:
    """What an array says, a Value says."""
    x = Value(C)
    for call in (
        *(lambda a, name=name: getattr(a, name)() for name in "sum mean max min prod var std cumsum any all".split()),
        *(lambda a, name=name: getattr(a, name)(1) for name in "sum mean max min prod var std cumsum any all".split()),
        lambda a: a.max(1, keepdims=True),
        lambda a: a.mean(keepdims=True),
        lambda a: a.min(axis=(0, 1), keepdims=True),
        lambda a: a.prod(0),
        lambda a: a.var(2, ddof=1),
        lambda a: a.std(),
        lambda a: a.cumsum(1),
        lambda a: a.ravel(),
        lambda a: a.flatten(),
        lambda a: a.swapaxes(0, 2),
        lambda a: a[:1].squeeze(0),
    ):
        found = call(x)
        np.testing.assert_allclose(np.asarray(getattr(found, "data", found)), np.asarray(call(C)), strict=True)


def test_lists_of_numbers_are_arrays_everywhere() -> None:
    """What numpy takes for an array beside a Value may be a list."""
    x = Value([1.0, 2.0])
    for call in (
        lambda x: np.trapezoid(x, [0.0, 2.0]),
        lambda x: np.dot([[1.0, 2.0], [3.0, 4.0]], x),
        lambda x: np.tensordot([[1.0, 2.0], [3.0, 4.0]], x, 1),
        lambda x: np.kron([1.0, 2.0], x),
        lambda x: np.einsum("ii,i->i", [[1.0, 2.0], [3.0, 4.0]], x),
        lambda x: np.vstack([[1.0, 2.0], x]),
        lambda x: np.column_stack([[1.0, 2.0], x]),
        lambda x: np.concatenate([[1.0, 2.0], x]),
        lambda x: np.linalg.solve([[1.0, 2.0], [3.0, 4.0]], x),
    ):
        np.testing.assert_allclose(np.asarray(call(x).data), call(x.data))


def test_numbers_are_stacked_into_an_array() -> None:
    """Micrograd's scalars become a vector, each with its own gradient, constants with none."""
    a, b = Value(2.0), Value(3.0)
    (np.stack([a, b, 1.0]) * np.array([1.0, 10.0, 100.0])).sum().backward()
    assert (a.grad, b.grad) == (1.0, 10.0)
    assert type(a.grad) is float


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda v: np.pad(v, 1, mode="edge"), UnsupportedError, "np.pad is recorded with mode='constant' only"),
        (lambda v: np.take(v, 1, mode="wrap"), UnsupportedError, "np.take is recorded with mode='raise' only"),
        (lambda v: np.ravel(v, "F"), UnsupportedError, "np.ravel is recorded with order='C' only"),
        (lambda v: np.sort(v, order="x"), UnsupportedError, "np.sort is recorded without its option order="),
        (lambda v: np.max(v, initial=0.0), UnsupportedError, "np.max is recorded without its option initial="),
        (lambda v: np.amax(v, where=[True]), UnsupportedError, "np.amax is recorded without its option where="),
        (lambda v: np.concatenate([v, v], dtype=float), UnsupportedError, "np.concatenate .* option dtype="),
        (lambda v: np.trace(v, 0, 0, 1, float), UnsupportedError, r"trace\(a, offset=0, axis1=0, axis2=1\): too many"),
        (lambda v: np.diag(np.reshape(v, (1, 3, 1))), ShapeError, "it takes a vector or a matrix"),
        (lambda v: np.concatenate([v, v], axis=1), ShapeError, "concatenate: shapes"),
        (lambda v: np.stack([v, np.ones(2)]), ShapeError, "stack: shapes"),
        (lambda v: np.moveaxis(v, 3, 0), ShapeError, r"np.moveaxis: this does not fit shape \(3,\)"),
        (lambda v: np.split(v, 2), ShapeError, "np.split: .*equal division"),
        (lambda v: np.array_split(v, 0), ShapeError, "np.array_split: .*larger than 0"),
        (lambda v: np.take(v, 7), ShapeError, "np.take: .*out of bounds"),
        (lambda v: np.take_along_axis(v, np.zeros((1, 1), int), 0), ShapeError, "np.take_along_axis: .*same number"),
        (lambda v: np.linalg.matrix_rank(v), UnsupportedError, "np.linalg.matrix_rank has no row"),
        (lambda v: np.unstack(v, axis=1), ShapeError, r"np.unstack: this does not fit shape \(3,\)"),
        (lambda v: np.rot90(v), ShapeError, "np.rot90: "),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_name(call: Any, error: type, message: str) -> None:
    """The message names numpy's function and what is wrong."""
    with pytest.raises(error, match=message):
        call(Value([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("shape", [(40, 3), (5, 5, 2, 2), (40, 15), (40, 300), (20, 1, 2)], ids=repr)
@pytest.mark.parametrize("keepdims", [False, True])
def test_extrema_of_short_and_long_axes_are_numpys_and_share_ties(name: str, shape: Any, keepdims: bool) -> None:
    """However many elements there are along the reduced axes, and however many of them are equal, nan included."""
    x = RANDOM.integers(0, 2, shape).astype(float)
    x[0] = np.nan
    axes = tuple(range(1, x.ndim)) if x.ndim < 4 else (2, 3)
    v = Value(x)
    y = getattr(v, name)(axis=axes, keepdims=keepdims)
    np.testing.assert_array_equal(y.data, getattr(np, name)(x, axis=axes, keepdims=keepdims))
    y.sum().backward()
    ties = (x == getattr(np, name)(x, axis=axes, keepdims=True)) | np.isnan(x)
    np.testing.assert_allclose(v.grad, ties / ties.sum(axis=axes, keepdims=True))
