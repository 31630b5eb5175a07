"""numpy's products of arrays, as compositions of rows: each comes down to one product of matrices, or of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from microgradphys.composed import ravel, reordered


def dot(xp: Any, a: Any, b: Any) -> Any:
    """Multiply numbers, vectors or matrices, or sum over the last axis of `a` and the last but one of `b`."""
    if not (np.ndim(a) and np.ndim(b)):
        return xp.multiply(a, b)
    return xp.matmul(a, b) if np.ndim(b) < 3 else tensordot(xp, a, b, (-1, -2))


def inner(xp: Any, a: Any, b: Any) -> Any:
    """Sum products over the last axes."""
    if not (np.ndim(a) and np.ndim(b)):
        return xp.multiply(a, b)
    return xp.matmul(a, b) if np.ndim(a) == np.ndim(b) == 1 else tensordot(xp, a, b, (-1, -1))


def vdot(xp: Any, a: Any, b: Any) -> Any:
    """Sum the products of all elements."""
    return xp.matmul(ravel(xp, a), ravel(xp, b))


def tensordot(xp: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """Sum products over some axes of `a` and as many of `b`, as one product of matrices."""
    if np.ndim(axes) == 0:
        axes = (tuple(range(np.ndim(a) - axes, np.ndim(a))), tuple(range(axes)))
    summed = [normalize_axis_tuple(axis, np.ndim(x)) for axis, x in zip(axes, (a, b), strict=True)]
    if [np.shape(a)[k] for k in summed[0]] != [np.shape(b)[k] for k in summed[1]]:
        raise ValueError("the summed axes have different lengths")
    free = [tuple(k for k in range(np.ndim(x)) if k not in axis) for x, axis in zip((a, b), summed, strict=True)]
    shapes = [tuple(np.shape(x)[k] for k in axis) for x, axis in zip((a, b), free, strict=True)]
    length = prod(np.shape(a)[k] for k in summed[0])
    left = xp.reshape(reordered(xp, a, free[0] + summed[0]), shape=(prod(shapes[0]), length))
    right = xp.reshape(reordered(xp, b, summed[1] + free[1]), shape=(length, prod(shapes[1])))
    return xp.reshape(xp.matmul(left, right), shape=shapes[0] + shapes[1])


def kron(xp: Any, a: Any, b: Any) -> Any:
    """Multiply every element of `a` with the whole of `b`."""
    n = max(np.ndim(a), np.ndim(b))
    first, second = ((1,) * (n - np.ndim(x)) + np.shape(x) for x in (a, b))
    spread = xp.reshape(a, shape=tuple(x for size in first for x in (size, 1)))
    inside = xp.reshape(b, shape=tuple(x for size in second for x in (1, size)))
    return xp.reshape(spread * inside, shape=tuple(p * q for p, q in zip(first, second, strict=True)))


PRODUCTS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {function.__name__: function for function in (dot, inner, vdot, tensordot, kron)}
)
