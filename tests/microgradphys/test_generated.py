"""Evidence generated from the table: every row × shape × dtype × order × way of running it, against the complex step.

Im f(x + ih) / h with h = 10⁻³⁰ is a derivative without a difference, right to the last digits (W. Squire and G. Trapp,
SIAM Review 40 (1998) 110). It needs f on complex numbers, as numpy has it or as it is written here, and shares
nothing with the rules of the table. Cotangents are random, and every element of every argument is compared.

Another way of running a row, compiled for example, is one more line in `WAYS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, grad
from microgradphys.backward import sweep
from microgradphys.namespaces import arrays
from microgradphys.primitives import ELEMENTWISE, PRIMITIVES, SOFT, STRUCTURAL, Primitive
from microgradphys.recording import apply, values

H = 1e-30


def erf(z: Any) -> Any:
    """Sum the series of the error function, for |z| < 3."""
    terms = [(-1) ** n * z ** (2 * n + 1) / (math.factorial(n) * (2 * n + 1)) for n in range(60)]
    return 2 / math.sqrt(math.pi) * sum(terms[1:], terms[0])


def step(name: str, a: Any, **static: Any) -> Any:
    """Round the real part."""
    return getattr(np, name)(a.real, **static) + 0j


def cholesky(a: Any) -> Any:
    """Factorise complex symmetric matrices of two rows as L Lᵀ."""
    a = (a + np.swapaxes(a, -1, -2)) / 2
    out = np.zeros_like(a)
    out[..., 0, 0] = np.sqrt(a[..., 0, 0])
    out[..., 1, 0] = a[..., 1, 0] / out[..., 0, 0]
    out[..., 1, 1] = np.sqrt(a[..., 1, 1] - out[..., 1, 0] ** 2)
    return out


def eigenvalues(a: Any) -> Any:
    """Solve the quadratic equation of matrices of two rows."""
    a = (a + np.swapaxes(a, -1, -2)) / 2
    half, det = (a[..., 0, 0] + a[..., 1, 1]) / 2, a[..., 0, 0] * a[..., 1, 1] - a[..., 0, 1] * a[..., 1, 0]
    root = np.sqrt(half * half - det)
    return np.stack([half - root, half + root], axis=-1)


def turned(a: Any) -> Any:
    """Transpose every matrix."""
    return np.swapaxes(a, -1, -2)


def smaller(a: Any) -> Any:
    """Multiply a matrix with its transpose, so that the product is the smaller of the two possible."""
    return turned(a) @ a if a.shape[-2] >= a.shape[-1] else a @ turned(a)


def variance(a: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Average the squares of the distances from the mean."""
    squares = (a - np.mean(a, axis=axis, keepdims=True)) ** 2
    count = np.size(a) / max(np.size(np.sum(squares, axis=axis)), 1)
    return np.sum(squares, axis=axis, keepdims=keepdims) / (count - ddof)


# Where numpy has no complex function, or none that is analytic. A comparison looks at the real part.
COMPLEX: dict[str, Callable[..., Any]] = {
    "floor_divide": lambda a, b: np.floor((a / b).real) + 0j,
    "remainder": lambda a, b: a - b * np.floor((a / b).real),
    "absolute": lambda a: a * np.sign(a.real),
    "sign": lambda a: np.sign(a.real) + 0j,
    "cbrt": lambda a: np.sign(a.real) * (a * np.sign(a.real)) ** (1 / 3),
    "hypot": lambda a, b: np.sqrt(a * a + b * b),
    "logaddexp": lambda a, b: np.log(np.exp(a) + np.exp(b)),
    "arctan2": lambda a, b: np.arctan(a / b) + math.pi * (b.real < 0) * np.sign(a.real),
    "deg2rad": lambda a: a * (math.pi / 180),
    "rad2deg": lambda a: a * (180 / math.pi),
    **{name: partial(step, name) for name in "floor ceil trunc rint round".split()},
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "logsigmoid": lambda a: -np.log1p(np.exp(-a)),
    "softplus": lambda a: np.log1p(np.exp(a)),
    "leaky_relu": lambda a, slope=0.01: np.where(a.real > 0, a, slope * a),
    "elu": lambda a, alpha=1.0: np.where(a.real > 0, a, alpha * np.expm1(a)),
    "silu": lambda a: a / (1 + np.exp(-a)),
    "gelu": lambda a: a * (1 + erf(a / math.sqrt(2))) / 2,
    "erf": erf,
    "erfc": lambda a: 1 - erf(a),
    "var": variance,
    "std": lambda a, **static: np.sqrt(variance(a, **static)),
    "logabsdet": lambda a: np.log(np.linalg.det(a) ** 2) / 2,
    "cholesky": cholesky,
    "eigenvalues": eigenvalues,
    "fmod": lambda a, b: a - b * np.trunc((a / b).real),
    "singular_values": lambda a: np.sqrt(eigenvalues(smaller(a)))[..., ::-1],
    "pinv": lambda a: (
        np.linalg.inv(turned(a) @ a) @ turned(a)
        if a.shape[-2] >= a.shape[-1]
        else turned(a) @ np.linalg.inv(a @ turned(a))
    ),
}
# Their phase is free on complex numbers, or they change the dtype: test_primitives has them by central differences.
WITHOUT = {"eigenvectors", "left_singular", "right_singular", "astype"}
DOMAINS = {"arcsin": (-0.9, 0.9), "arccos": (-0.9, 0.9), "arctanh": (-0.9, 0.9), "arccosh": (1.2, 3.0)}
SIGNED = set(
    "add subtract multiply negative positive absolute sign square cbrt exp exp2 expm1 sin cos tan arctan sinh cosh "
    "tanh arcsinh floor ceil trunc rint round maximum minimum clip where sigmoid logsigmoid softplus relu leaky_relu "
    "elu silu gelu erf erfc logaddexp deg2rad rad2deg".split()
)
SHAPES: dict[str, tuple[tuple[int, ...], ...]] = {
    "0-d": ((), (), ()),
    "empty": ((0,), (0,), (0,)),
    "one element": ((1,), (1,), (1,)),
    "vector": ((4,), (4,), (4,)),
    "number and matrix": ((), (2, 3), ()),
    "row and column": ((1, 3), (2, 1), (2, 3)),
    "vector and batch": ((3,), (2, 2, 3), (1, 1)),
    "empty and row": ((0, 3), (1, 3), (3,)),
}
Run = Callable[[Primitive, list[Any], dict[str, Any], Any], tuple[Any, list[Any]]]


def eager(row: Primitive, args: list[Any], static: dict[str, Any], seed: Any) -> tuple[Any, list[Any]]:
    """Record the row and call backward."""
    leaves = [Value(arg) for arg in args]
    y = apply(row, *leaves, **static)
    y.backward(seed)
    return y.data, [leaf.grad for leaf in leaves]


def watched(row: Primitive, args: list[Any], static: dict[str, Any], seed: Any) -> tuple[Any, list[Any]]:
    """Sum up the contributions that a watcher is told."""
    leaves = [Value(arg) for arg in args]
    y = apply(row, *leaves, **static)
    sums: dict[Value, Any] = {}
    sweep(y, seed, watch=lambda item: sums.update({item.parent: sums.get(item.parent, 0) + item.amount}))
    return y.data, [sums[leaf] for leaf in leaves]


def recorded(row: Primitive, args: list[Any], static: dict[str, Any], seed: Any) -> tuple[Any, list[Any]]:
    """Sweep over Values, as for the next order."""
    leaves = [Value(arg) for arg in args]
    y = apply(row, *leaves, **static)
    found = sweep(y, seed, values=values)
    return y.data, [getattr(found[leaf], "data", found[leaf]) for leaf in leaves]


def of_views(row: Primitive, args: list[Any], static: dict[str, Any], seed: Any) -> tuple[Any, list[Any]]:
    """Give the row arrays with negative strides and the axes in Fortran's order."""
    leaves = [Value(np.flip(arg).T) for arg in args]
    y = apply(row, *(leaf.T[(slice(None, None, -1),) * leaf.ndim] if leaf.ndim else leaf for leaf in leaves), **static)
    y.backward(seed)
    return y.data, [np.flip(np.transpose(leaf.grad)) for leaf in leaves]


WAYS: dict[str, Run] = {"eager": eager, "watched": watched, "recorded": recorded, "of views": of_views}


def forward(row: Primitive, args: list[Any], static: dict[str, Any]) -> Any:
    """Compute a row on complex numbers."""
    return np.asarray((COMPLEX.get(row.name) or getattr(arrays, row.name))(*args, **static))


def complex_step(row: Primitive, args: list[Any], static: dict[str, Any], seed: Any) -> list[Any]:
    """Differentiate Σ seed · row with respect to every element of every argument."""
    found = []
    for n, arg in enumerate(args):
        gradient = np.zeros(np.shape(arg))
        for index in np.ndindex(np.shape(arg)):
            moved = [np.array(a, complex) for a in args]
            moved[n][index] += H * 1j
            gradient[index] = np.sum(seed * forward(row, moved, static).imag) / H
        found.append(gradient)
    return found


def drawn(row: Primitive, shapes: tuple[tuple[int, ...], ...], random: np.random.Generator) -> list[Any]:
    """Draw arguments inside the domain of the row; a condition is 0 or 1, bounds are in their order."""
    low, high = DOMAINS.get(row.name, (-2.0, 2.0) if row.name in SIGNED else (0.3, 2.0))
    args = [np.asarray(random.uniform(low, high, shape)) for shape in shapes[: row.arity]]
    if row.name == "where":
        args[0] = np.asarray(args[0] > 0, float)
    if row.name == "clip":
        args[1:] = [np.asarray(-abs(args[1])), np.asarray(abs(args[2]))]
    return args


def cases() -> list[Any]:
    """List every elementwise row in every shape, and every other at its samples."""
    made = [
        pytest.param(row, None, shapes, {}, id=f"{row.name} {name}")
        for row in ELEMENTWISE
        for name, shapes in SHAPES.items()
    ]
    for row in (*ELEMENTWISE, *STRUCTURAL, *SOFT):
        for k, sample in enumerate(row.samples):
            args, static = sample if len(sample) == 2 and isinstance(sample[1], dict) else (sample, {})
            if row.name not in WITHOUT:
                made.append(pytest.param(row, args, (), static, id=f"{row.name} sample {k}"))
    return made


def test_no_row_is_left_out() -> None:
    """Every row is compared, but for those that are named."""
    assert {case.values[0].name for case in cases()} == set(PRIMITIVES) - WITHOUT


@pytest.mark.parametrize(("row", "given", "shapes", "static"), cases())
def test_order_1_is_the_complex_step_to_eleven_digits(row: Primitive, given: Any, shapes: Any, static: Any) -> None:
    """In float64 and float32, by every way, with a random cotangent; value, dtype and shape too."""
    random = np.random.default_rng([len(row.name), len(shapes), len(static)])
    args = [np.asarray(a, float) for a in given] if given else drawn(row, shapes, random)
    for kind, close in ((np.float64, 1e-11), (np.float32, 2e-4)):
        typed = [arg.astype(kind) for arg in args]
        exact = [arg.astype(float) for arg in typed]
        value = forward(row, [np.array(arg, complex) for arg in exact], static).real
        seed = random.normal(size=value.shape).astype(kind)
        wanted = complex_step(row, exact, static, seed.astype(float))
        for way, run in WAYS.items():
            data, gradients = run(row, typed, static, seed)
            np.testing.assert_allclose(data, value, rtol=close, atol=close, err_msg=way)
            assert np.asarray(data).dtype == kind, way
            for arg, gradient, right in zip(typed, gradients, wanted, strict=True):
                np.testing.assert_allclose(gradient, right, rtol=close, atol=close, err_msg=f"{way} {kind}")
                assert np.shape(gradient) == arg.shape, way
                assert np.asarray(gradient).dtype == kind, way


@pytest.mark.parametrize(("row", "given", "shapes", "static"), cases())
def test_order_2_is_the_difference_of_complex_steps(row: Primitive, given: Any, shapes: Any, static: Any) -> None:
    """The Hessian of Σ seed · row times a random direction, over all arguments at once."""
    random = np.random.default_rng([len(row.name), len(shapes), len(static), 2])
    args = [np.asarray(a, float) for a in given] if given else drawn(row, shapes, random)
    seed = random.normal(size=forward(row, [np.array(arg, complex) for arg in args], static).shape)
    along = [random.normal(size=arg.shape) for arg in args]
    if row.name == "where":
        along[0] = np.zeros(args[0].shape)

    def slope(inner: list[Any]) -> Any:
        parts = grad(lambda inner: np.sum(apply(row, *inner, **static) * seed))(inner)
        return sum(np.sum(part * v) for part, v in zip(parts, along, strict=True))

    found = grad(slope)(args)
    step = 1e-5
    ends = [
        complex_step(row, [a + s * v for a, v in zip(args, along, strict=True)], static, seed) for s in (step, -step)
    ]
    for gradient, plus, minus in zip(found, *ends, strict=True):
        np.testing.assert_allclose(gradient, (plus - minus) / (2 * step), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("row", "given", "shapes", "static"), cases())
def test_float32_stays_float32_at_order_2(row: Primitive, given: Any, shapes: Any, static: Any) -> None:
    """On the way as well: the gradients that are differentiated again are float32 Values."""
    random = np.random.default_rng(1)
    args = [np.asarray(a, np.float32) for a in given or drawn(row, shapes, random)]

    def slope(inner: list[Any]) -> Any:
        parts = grad(lambda inner: np.sum(apply(row, *inner, **static) ** 2))(inner)
        assert {part.dtype for part in parts} == {np.dtype(np.float32)}
        return sum(np.sum(part) for part in parts)

    for arg, gradient in zip(args, grad(slope)(args), strict=True):
        assert (gradient.dtype, gradient.shape) == (np.float32, arg.shape)


@pytest.mark.parametrize("name", ["tanh", "matmul", "getitem", "concatenate", "softmax"])
def test_a_rule_that_is_wrong_in_the_ninth_digit_is_seen(name: str) -> None:
    """The evidence can fail."""
    row = PRIMITIVES[name]
    sample = row.samples[0]
    args, static = sample if len(sample) == 2 and isinstance(sample[1], dict) else (sample, {})
    typed = [np.asarray(arg, float) for arg in args]
    seed = np.random.default_rng(0).normal(size=forward(row, typed, static).shape)
    wanted = complex_step(row, typed, static, seed)[0]
    found = eager(row, typed, static, seed)[1][0]
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-11)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(found * (1 + 1e-9), wanted, rtol=1e-11, atol=1e-11)
