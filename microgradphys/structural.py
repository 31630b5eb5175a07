"""The longer rules of the table's structural rows: the contribution of `g` to each argument, over `xp`.

Only functions that have rows, or are composed of them, are used on `g`, `y` and the arguments, so that every rule has
a derivative itself. A comparison (`a == y`) reads the data: it picks a branch and has no derivative.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from microgradphys.composed import cumprod, flip, part


def kept(a: Any, axis: Any) -> tuple[int, ...]:
    """Return the shape of a reduction of `a` that keeps its axes."""
    axes = range(np.ndim(a)) if axis is None else normalize_axis_tuple(axis, np.ndim(a))
    return tuple(1 if k in axes else size for k, size in enumerate(np.shape(a)))


def prod_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every factor the product of the others: of those before it and those after it, without a division."""
    if not np.size(a):
        return xp.broadcast_to(0.0, shape=np.shape(a))
    axes = tuple(range(np.ndim(a))) if axis is None else normalize_axis_tuple(axis, np.ndim(a))
    order = tuple(k for k in range(np.ndim(a)) if k not in axes) + axes
    shape = tuple(np.shape(a)[k] for k in order)
    free = shape[: len(order) - len(axes)]
    factors = xp.reshape(xp.transpose(a, axes=order), shape=(*free, prod(shape[len(free) :])))
    one = np.ones((*free, 1), getattr(a, "dtype", float))
    before = xp.concatenate(one, cumprod(xp, part(xp, factors, -1, -1), -1), axis=-1)
    after = xp.concatenate(one, cumprod(xp, part(xp, flip(xp, factors, -1), -1, -1), -1), axis=-1)
    others = xp.reshape(before * flip(xp, after, -1), shape=shape)
    back = tuple(np.argsort(order).tolist())
    return xp.reshape(g, shape=kept(a, axis)) * xp.transpose(others, axes=back)


def extremum_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Share the gradient equally among all elements that are the extremum."""
    shape = kept(a, axis)
    ties = np.logical_or(a == xp.reshape(y, shape=shape), a != a)
    return xp.reshape(g, shape=shape) * (ties / np.sum(ties, axis=axis, keepdims=True))


def var_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Hand every element twice its distance from the mean, over the number of degrees of freedom."""
    freedom = max(np.size(a) / max(np.size(y), 1) - ddof, 0)
    return xp.reshape(g, shape=kept(a, axis)) * (a - xp.mean(a, axis=axis, keepdims=True)) * 2.0 / freedom


def std_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Hand every element the contribution to the variance over 2y, and 0 where all elements are equal."""
    if not np.size(a):
        return xp.broadcast_to(0.0, shape=np.shape(a))
    equal = xp.max(a, axis=axis, keepdims=keepdims) == xp.min(a, axis=axis, keepdims=keepdims)
    slope = xp.where(equal, 0.0, g / (2.0 * xp.where(equal, 1.0, y)))
    return var_vjp(xp, slope, y, a, axis=axis, ddof=ddof)


def cumsum_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: int | None = None) -> Any:
    """Hand every element the sum of what came to it and to those after it."""
    along = 0 if axis is None else axis
    return xp.reshape(flip(xp, xp.cumsum(flip(xp, g, along), axis=along), along), shape=np.shape(a))


def concatenate_vjp(xp: Any, g: Any, y: Any, *parts: Any, argument: int, axis: int | None = 0) -> Any:
    """Hand every part its slice."""
    lengths = [np.size(a) if axis is None else np.shape(a)[axis] for a in parts]
    start = sum(lengths[:argument])
    own = part(xp, g, 0 if axis is None else axis, start, start + lengths[argument])
    return xp.reshape(own, shape=np.shape(parts[argument])) if axis is None else own


def stack_vjp(xp: Any, g: Any, y: Any, *parts: Any, argument: int, axis: int = 0) -> Any:
    """Hand every part its layer."""
    return xp.getitem(g, index=(slice(None),) * normalize_axis_index(axis, np.ndim(y)) + (argument,))
