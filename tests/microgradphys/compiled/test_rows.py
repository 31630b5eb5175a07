"""Every row of the table, compiled with one set of numbers and called with others: at kinks, ties, zeros and nan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from agreement import follows, weighted

from microgradphys import grad, value_and_grad
from microgradphys.primitives import PRIMITIVES, Primitive
from microgradphys.recording import apply

SAMPLES = [
    pytest.param(row, dtype, args, static, id=f"{row.name} {k} {kind}")
    for row in PRIMITIVES.values()
    for k, sample in enumerate(row.samples)
    for args, static in [sample if isinstance(sample[-1], dict) else (sample, {})]
    for kind, dtype in {"float": float, "float64": np.float64, "float32": np.float32}.items()
    if dtype is not float or not any(map(np.ndim, args))
]


def fresh(sample: Any) -> Iterator[Any]:
    """Give other data of the same shape: moved, at the kinks, with ties, beyond the ends."""
    a = np.asarray(sample, float)
    yield np.roll(a, 1) * 0.7 + 0.1
    yield np.zeros(a.shape)
    yield np.ones(a.shape)
    for last in (0.0, np.inf, np.nan):
        b = a.copy()
        b.ravel()[-1:] = last
        yield b


def calls(args: tuple[Any, ...], dtype: Any) -> list[tuple[Any, ...]]:
    """List calls of one kind: of the sample, then with all arguments fresh, then with each of them."""
    every = [args, *zip(*map(fresh, args), strict=True)]
    for k, arg in enumerate(args if len(args) > 1 else ()):
        every += [(*args[:k], other, *args[k + 1 :]) for other in list(fresh(arg))[1:4]]
    return [tuple(float(a) if dtype is float else np.asarray(a, dtype) for a in call) for call in every]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("row", "dtype", "args", "static"), SAMPLES)
def test_orders_0_1_and_2_are_the_eager_ones_on_fresh_data(
    row: Primitive, dtype: Any, args: tuple[Any, ...], static: dict[str, Any]
) -> None:
    every = tuple(range(len(args)))

    def loss(*args: Any) -> Any:
        return weighted(apply(row, *args, **static))

    def slope(*args: Any) -> Any:
        return sum(weighted(part) for part in grad(loss, every)(*args))

    given = calls(args, dtype)
    if row.name == "det":
        # Eager divides by the determinant and finds nan beside inf; compiled, the cofactors that are finite stay so.
        given = [call for call in given if np.all(np.isfinite(call[0]))]
    for f in (lambda *args: apply(row, *args, **static), value_and_grad(loss, every), grad(slope, every)):
        follows(f, *given)
