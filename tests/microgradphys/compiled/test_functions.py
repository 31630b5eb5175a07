"""numpy's functions that look at data, the transforms, and updates: evaluated anew at each call, never frozen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import agree, follows, weighted

from microgradphys import (
    compile,
    constant,
    conv2d,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    max_pool,
    softmax,
    value_and_grad,
    vjp,
)
from microgradphys.errors import CompileError, DataError

RANDOM = np.random.default_rng(11)
DATA = [RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(3, 4)), np.ones((3, 4)), np.round(RANDOM.normal(size=(3, 4)))]
DATA.append(np.where(DATA[0] > 0, np.nan, DATA[0]))

FUNCTIONS: dict[str, Any] = {
    "sort": lambda x: np.sort(x, 1),
    "sort flat": lambda x: np.sort(x, None),
    "argsort": lambda x: np.take_along_axis(x, np.argsort(x, 0), 0),
    "argmax": lambda x: x[np.arange(3), np.argmax(x, 1)],
    "argmin": lambda x: x[:, np.argmin(x[0])],
    "median": lambda x: np.median(x, 1),
    "quantile": lambda x: np.quantile(x, [0.2, 0.9], 0),
    "percentile": lambda x: np.percentile(x, 30),
    "average": lambda x: np.average(x, 1, weights=np.array([1.0, 2.0, 0.5, 3.0])),
    "average by data": lambda x: np.average(x, weights=1.0 + x * x),
    "select": lambda x: np.select([x > 0.5, x < -0.5], [x * 2.0, -x], x * x),
    "heaviside": lambda x: np.heaviside(x, 0.5) * x,
    "fmax": lambda x: np.fmax(x, 0.3),
    "nan_to_num": lambda x: np.nan_to_num(x, nan=2.0) * 3.0,
    "isnan": lambda x: np.where(np.isnan(x) | (x > 1), 1.0, x),
    "ptp": lambda x: np.ptp(x, 0),
    "clip": lambda x: np.clip(x, -0.5, 0.5),
    "std": lambda x: np.std(x, 1),
    "norm": lambda x: np.linalg.norm(x, axis=1),
    "norm inf": lambda x: np.linalg.norm(x, np.inf),
    "two exchanges of axes": lambda x: np.swapaxes(np.swapaxes(x[None], 0, 1), 1, 2) * np.arange(4.0)[:, None],
    "product with a spread row": lambda x: x[:, :3] @ np.broadcast_to(x[0, :3], (3, 3)),
    "prod": lambda x: np.prod(x, 0),
    "cumprod": lambda x: np.cumprod(x, 1),
    "det": lambda x: np.linalg.det(x[:, :3]),
    "take list": lambda x: np.take(x, [[0, 0], [-1, 2]], axis=1),
    "mask from outside": lambda x: np.where((DATA[0] > 0) & (x > 0), x, 0.0),
    "softmax": lambda x: softmax(x, 1),
    "max_pool": lambda x: max_pool(x[None, :, :, None], 2, 1),
    "conv2d": lambda x: conv2d(x[None, :, :, None], x[:2, :2, None, None], padding="same"),
    "accuracy": lambda x: np.mean(np.argmax(x, 1) == np.array([0, 1, 2])) * np.sum(x),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_what_looks_at_data_looks_again_at_every_call(f: Any) -> None:
    calls = [(x,) for x in DATA if not (f is FUNCTIONS["det"] and np.isnan(x).any())]
    follows(f, *calls)
    follows(value_and_grad(lambda x: weighted(f(x))), *calls)
    follows(grad(lambda x: weighted(grad(lambda x: weighted(f(x)))(x))), *calls)


def test_of_arrays_that_are_all_spread_one_stays_so() -> None:
    def f(a: Any, b: Any) -> Any:
        spread = np.broadcast_to(a, (2, 3)) * np.broadcast_to(b, (2, 3))
        return spread, np.reshape(a, (1,)) + np.reshape(b, (1,))

    follows(f, (2.0, 3.0), (4.0, 5.0))
    follows(f, (np.array(2.0), np.array(3.0)))


def cubic(x: Any) -> Any:
    return np.sum(x**3) * x[0]


V = np.array([1.0, -2.0])
TRANSFORMS: dict[str, Any] = {
    "grad": grad(cubic),
    "third": grad(lambda x: np.sum(grad(lambda x: np.sum(grad(cubic)(x) * V))(x))),
    "jacobian": jacobian(lambda x: np.outer(x, x * x)),
    "hessian": hessian(cubic),
    "hvp": lambda x: hvp(cubic)(x, V),
    "jvp": lambda x: jvp(lambda x: {"a": x * x[::-1]}, (x,), (V,)),
    "vjp": lambda x: vjp(lambda x: x * x[::-1], x)[1](V),
    "newton": lambda x: x - np.linalg.solve(hessian(lambda x: np.sum(np.exp(x) + x**4))(x), grad(cubic)(x)),
}


@pytest.mark.parametrize("f", TRANSFORMS.values(), ids=TRANSFORMS)
def test_transforms_compile_at_every_order(f: Any) -> None:
    follows(f, *[(RANDOM.normal(size=2),) for _ in range(3)])


def test_whole_numbers_are_positions_and_weights_and_no_gradient_flows_into_them() -> None:
    labels = [np.array([0, 2, 1]), np.array([1, 1, 0])]
    table = np.arange(12.0).reshape(4, 3)

    def loss(x: Any, k: Any) -> Any:
        shifted = x[np.arange(3), (k + 1) % 4] * k
        return np.sum(shifted * np.sum(constant(table)[k], 1)) + np.sum((k[:, None] == np.arange(4)) * x * x)

    compiled = follows(value_and_grad(loss), *[(x, k) for x in DATA[:2] for k in labels])
    assert "(k + 1) % 4" in compiled.source


def test_whole_numbers_are_differentiated_as_the_real_numbers_that_they_are() -> None:
    follows(grad(lambda x: np.sum(x * x * 1.5)), (np.arange(3),), (np.array([2, 5, 7]),))


def test_the_gradient_of_a_number_beside_float32_is_a_float() -> None:
    x = np.ones(3, np.float32)
    assert type(compile(grad(lambda k: np.sum(np.where(x > k, k, x * 2.0))))(0.5)) is float
    agree(x * 0.25, compile(lambda x, k: np.where(k > 0, k, 0.5) * k * x)(x, 0.5))


REFUSED: dict[str, tuple[Any, tuple[Any, ...], type[Exception], str]] = {
    "branch": (lambda x: x if x > 0 else -x, (2.0,), CompileError, r"use np\.where"),
    "data": (lambda x: x * x.data, (2.0,), CompileError, "compute with the Value itself"),
    "backward": (lambda x: (x * x).backward(), (2.0,), CompileError, "compile value_and_grad"),
    "count": (lambda x, n: [x for _ in range(n)], (2.0, 3), CompileError, "closure or a functools.partial"),
    "position": (lambda x, n: x[n], (V, 1), DataError, "positions as an array of integers"),
    "mask": (lambda x: x[x > 0], (V,), CompileError, r"use np\.where"),
    "plain array": (lambda k: V[k], (np.array([0]),), CompileError, r"constant\(array\)\[positions\]"),
    "generator": (lambda x: (y for y in x), (V,), CompileError, "returns numbers, arrays, and"),
}


@pytest.mark.parametrize(("f", "args", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_what_would_be_frozen_is_refused(f: Any, args: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compile(f)(*args)
