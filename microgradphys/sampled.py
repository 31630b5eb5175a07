"""numpy's functions of sampled data as compositions of rows: averages, quantiles, convolution, differences, grids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from microgradphys.composed import moveaxis, only, part, reordered, sort
from microgradphys.data import is_value
from microgradphys.errors import UnsupportedError
from microgradphys.joined import atleast_1d
from microgradphys.rows.reductions import some


def _dtype(*arguments: Any) -> Any:
    """Return the dtype of what is computed from these, which fixed numbers beside them are to have."""
    return np.result_type(*(getattr(a, "dtype", float) for a in arguments))


def ptp(xp: Any, a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Subtract the smallest element from the largest."""
    return xp.max(a, axis=axis, keepdims=keepdims) - xp.min(a, axis=axis, keepdims=keepdims)


def average(
    xp: Any, a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    """Average over `axis`, each element with its weight: of the same shape, or one for every place along one axis."""
    only("average", "returned", returned, False)
    if weights is None:
        return xp.mean(a, axis=axis, keepdims=keepdims)
    if np.shape(weights) != np.shape(a):
        if axis is None or np.ndim(axis) or np.ndim(weights) != 1:
            raise ValueError("weights of another shape are one for every place along one axis")
        k = normalize_axis_index(axis, np.ndim(a))
        if np.size(weights) != np.shape(a)[k]:
            raise ValueError("there are not as many weights as places along the axis")
        weights = xp.reshape(weights, shape=tuple(-1 if d == k else 1 for d in range(np.ndim(a))))
        weights = xp.broadcast_to(weights, shape=np.shape(a))
    total = xp.sum(weights, axis=axis, keepdims=keepdims)
    nothing = total == 0
    # A compiled function has no such error: there the answer is numpy's, nan.
    if not is_value(nothing) and np.any(nothing):
        raise ZeroDivisionError("np.average: the weights sum to zero")
    return xp.sum(xp.multiply(a, weights), axis=axis, keepdims=keepdims) / total


def quantile(
    xp: Any, a: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False, name: str = "quantile"
) -> Any:
    """Find what the fraction `q` of the elements lies below; between two of them, on the line that joins them."""
    only(name, "method", method, "linear")
    q = np.asarray(q, float)
    if not np.all((q >= 0) & (q <= 1)):
        raise ValueError("the fractions lie between 0 and 1, percentages between 0 and 100")
    ordered, shape = _ordered(xp, a, axis, keepdims)
    length = np.shape(ordered)[-1]
    places = np.ravel(q) * (length - 1)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, length - 1)
    below = xp.getitem(ordered, index=(..., low))
    found = below + (xp.getitem(ordered, index=(..., high)) - below) * (places - low).astype(_dtype(a))
    return xp.reshape(moveaxis(xp, _or_nan(xp, ordered, found), -1, 0), shape=q.shape + shape)


def _ordered(xp: Any, a: Any, axis: Any, keepdims: bool) -> tuple[Any, tuple[int, ...]]:
    """Sort what lies along some axes, as the last axis; return it and the shape of what is chosen from it."""
    axes = tuple(range(np.ndim(a))) if axis is None else normalize_axis_tuple(axis, np.ndim(a))
    free = tuple(k for k in range(np.ndim(a)) if k not in axes)
    rest = tuple(np.shape(a)[k] for k in free)
    length = prod(np.shape(a)[k] for k in axes)
    if not length:
        raise ValueError("there is nothing to choose from")
    shape = tuple(1 if k in axes else size for k, size in enumerate(np.shape(a))) if keepdims else rest
    return sort(xp, xp.reshape(reordered(xp, a, free + axes), shape=(*rest, length))), shape


def _or_nan(xp: Any, ordered: Any, found: Any) -> Any:
    """Put nan where there is any among what was sorted: it is the last."""
    last = part(xp, ordered, -1, -1, None)
    return xp.where(last != last, np.nan, found) if some(last != last) else found


def percentile(xp: Any, a: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False) -> Any:
    """Find what so many percent of the elements lie below."""
    fractions = np.asarray(q, float) / 100
    return quantile(xp, a, fractions, axis, method=method, keepdims=keepdims, name="percentile")


def median(xp: Any, a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Find the middle element, or the mean of the middle two."""
    ordered, shape = _ordered(xp, a, axis, keepdims)
    length = np.shape(ordered)[-1]
    middle = xp.mean(part(xp, ordered, -1, (length - 1) // 2, length // 2 + 1), axis=-1, keepdims=True)
    return xp.reshape(_or_nan(xp, ordered, middle), shape=shape)


def convolve(xp: Any, a: Any, v: Any, mode: str = "full") -> Any:
    """Convolve two sequences: sum up all products at the sum of their places."""
    a, v = atleast_1d(xp, a), atleast_1d(xp, v)
    n, m = np.size(a), np.size(v)
    if np.ndim(a) != 1 or np.ndim(v) != 1 or not n or not m:
        raise ValueError("it takes two sequences that are not empty")
    if mode not in ("full", "same", "valid"):
        raise ValueError("mode is 'full', 'same' or 'valid'")
    places = np.arange(n)[:, None] + np.arange(m)
    full = xp.scatter(xp.outer(a, v), index=(places,), shape=(n + m - 1,))
    short, long = sorted((n, m))
    start, length = {"full": (0, n + m - 1), "same": ((short - 1) // 2, long), "valid": (short - 1, long - short + 1)}[
        mode
    ]
    return part(xp, full, 0, start, start + length)


def gradient(xp: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Estimate derivatives along each axis by central differences, one-sided at the ends."""
    only("gradient", "edge_order", edge_order, 1)
    if not np.ndim(f):
        raise ValueError("a single number has no neighbours")
    axes = tuple(range(np.ndim(f))) if axis is None else normalize_axis_tuple(axis, np.ndim(f))
    steps = varargs or (1.0,)
    steps = steps * len(axes) if len(steps) == 1 else steps
    if any(map(np.ndim, steps)):
        raise UnsupportedError("np.gradient is recorded with one distance for each axis, not with the places")
    if len(steps) != len(axes):
        raise ValueError("it takes one distance, or one for each axis")
    slopes = tuple(_slope(xp, f, step, k) for step, k in zip(steps, axes, strict=True))
    return slopes[0] if len(slopes) == 1 else slopes


def _slope(xp: Any, f: Any, step: Any, axis: int) -> Any:
    """Estimate the derivative along one axis."""
    if np.shape(f)[axis] < 2:
        raise ValueError("it takes two elements along every axis")
    inner = (part(xp, f, axis, 2, None) - part(xp, f, axis, -2)) / (2.0 * step)
    first = (part(xp, f, axis, 1, 2) - part(xp, f, axis, 0, 1)) / step
    last = (part(xp, f, axis, -1, None) - part(xp, f, axis, -2, -1)) / step
    return xp.concatenate(first, inner, last, axis=axis)


def linspace(
    xp: Any, start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, *, axis: int = 0
) -> Any:
    """Make evenly spaced numbers between two ends."""
    only("linspace", "retstep", retstep, False)
    if num < 0:
        raise ValueError("their number is not negative")
    n = max(np.ndim(start), np.ndim(stop))
    fractions = np.arange(num) / max(num - bool(endpoint), 1)
    fractions = fractions.reshape((-1,) + (1,) * n).astype(_dtype(start, stop))
    return moveaxis(xp, xp.multiply(start, 1.0 - fractions) + xp.multiply(stop, fractions), 0, axis)


SAMPLED: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        function.__name__: function
        for function in (ptp, average, quantile, percentile, median, convolve, gradient, linspace)
    }
)
