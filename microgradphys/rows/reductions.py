"""The rows that make fewer numbers of many: sums, averages, extrema, spreads, lengths."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from microgradphys.composed import cumprod, flip, part, reordered
from microgradphys.data import is_value
from microgradphys.rows.primitive import Primitive
from microgradphys.rows.samples import B223, D223, M23, V3, Z23

# The most places of a window that are gone through one by one.
_SHORT = 16


def reduced_axes(a: Any, axis: Any) -> tuple[int, ...]:
    """List the axes that a reduction of `a` goes over; of a single number numpy lets itself be told axis 0."""
    return tuple(range(np.ndim(a))) if axis is None or not np.ndim(a) else normalize_axis_tuple(axis, np.ndim(a))


def kept(a: Any, axis: Any) -> tuple[int, ...]:
    """Return the shape of a reduction of `a` that keeps its axes."""
    axes = reduced_axes(a, axis)
    return tuple(1 if k in axes else size for k, size in enumerate(np.shape(a)))


def some(mask: Any) -> bool:
    """Whether any element is true; of a recorded mask that is assumed, for its data may differ the next time."""
    return is_value(mask) or bool(np.any(mask))


def _summed(xp: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Sum; numpy's own `sum` takes the same way after a detour that costs more than a small sum."""
    return np.add.reduce(a, axis=axis, keepdims=keepdims)


def _averaged(xp: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Average, as numpy does, without the same detour."""
    total = np.add.reduce(a, axis=axis, keepdims=keepdims)
    return total / (getattr(a, "size", 1) / max(total.size, 1))


def _sum_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every summed element the gradient of its sum."""
    if not hasattr(g, "active"):
        # numpy's broadcast_to takes longer to make a view than this to fill a small array.
        out = np.empty_like(a)
        out[...] = g if axis is None else np.reshape(g, kept(a, axis))
        return out
    return xp.broadcast_to(xp.reshape(g, shape=kept(a, axis)), shape=np.shape(a))


def _mean_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every averaged element its share of the gradient of the mean."""
    share = max(getattr(y, "size", 1), 1) / max(getattr(a, "size", 1), 1)
    return _sum_vjp(xp, g * share, y, a, axis=axis, keepdims=keepdims)


def _prod_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every factor the product of the others: of those before it and those after it, without a division."""
    if not np.size(a):
        return xp.broadcast_to(0.0, shape=np.shape(a))
    axes = reduced_axes(a, axis)
    order = tuple(k for k in range(np.ndim(a)) if k not in axes) + axes
    shape = tuple(np.shape(a)[k] for k in order)
    free = shape[: len(order) - len(axes)]
    factors = xp.reshape(reordered(xp, a, order), shape=(*free, prod(shape[len(free) :])))
    one = np.ones((*free, 1), getattr(a, "dtype", float))
    before = xp.concatenate(one, cumprod(xp, part(xp, factors, -1, -1), -1), axis=-1)
    after = xp.concatenate(one, cumprod(xp, part(xp, flip(xp, factors, -1), -1, -1), -1), axis=-1)
    others = xp.reshape(before * flip(xp, after, -1), shape=shape)
    back = tuple(np.argsort(order).tolist())
    return xp.reshape(g, shape=kept(a, axis)) * reordered(xp, others, back)


def _reduced(combine: np.ufunc, a: Any, axis: Any, keepdims: bool) -> Any:
    """Combine all elements along axes; a few of many short axes at the end, as a pool's windows, place by place."""
    shape, axes = np.shape(a), normalize_axis_tuple(range(np.ndim(a)) if axis is None else axis, np.ndim(a))
    lead = len(shape) - len(axes)
    if sorted(axes) != list(range(lead, len(shape))) or not 0 < prod(shape[lead:]) <= _SHORT < prod(shape[:lead]):
        return combine.reduce(a, axis=axis, keepdims=keepdims)
    out = a
    for _ in axes:
        # One axis after the other: the first goes through whole rows of an image, and leaves less for the last.
        first, *others = np.moveaxis(out, lead, 0)
        out = combine(first, others[0]) if others else first.copy()
        for other in others[1:]:
            combine(out, other, out=out)
    return out.reshape(shape[:lead] + (1,) * len(axes)) if keepdims else out


def _extremum_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Share the gradient equally among all elements that are the extremum."""
    shape = kept(a, axis)
    if a.__class__ is np.ndarray:
        return _shared_out(np.reshape(g, shape), np.reshape(y, shape), a, axis)
    return xp.reshape(g, shape=shape) * xp.shares(a, xp.reshape(y, shape=shape), axis=axis)


def shares(xp: Any, a: Any, y: Any, *, axis: Any = None) -> Any:
    """Say which part of an extremum y each element is: 1 if it is the only one, and the same for all that are."""
    return np.asarray(_shared_out(np.ones_like(y), np.asarray(y), np.asarray(a), axis), getattr(a, "dtype", float))


def _shared_out(g: Any, y: Any, a: Any, axis: Any) -> Any:
    """Do the same for plain arrays, without going through all of `a` more often than is needed."""
    ties = a == _laid_out(y, a)
    if np.any(y != y):
        ties |= a != a
    # Truths are bytes of 0 and 1: enough for a short window, and along a long axis numpy adds bytes up as integers.
    count = _reduced(np.add, ties.view(np.int8), axis, keepdims=True)
    return _laid_out(g / count if np.any(count > 1) else g, a) * ties


def _laid_out(y: Any, a: Any) -> Any:
    """Repeat what windows have in common as their elements lie in memory, where the windows stand side by side.

    numpy goes through two arrays that lie alike in long rows, and otherwise in rows of a few channels.
    """
    if np.ndim(a) < 2 or np.shape(y)[-1] != 1 or a.shape[-1] > _SHORT:
        return y
    *strides, last = a.strides
    for axis, stride in enumerate(strides):
        if y.shape[axis] == a.shape[axis] > 1 and stride == a.shape[-1] * last > last:
            shape = (*y.shape[: axis + 1], a.shape[-1], *y.shape[axis + 1 : -1])
            return np.moveaxis(np.repeat(y, a.shape[-1], axis=axis).reshape(shape), axis + 1, -1)
    return y


def _from_mean(xp: Any, g: Any, a: Any, axis: Any, ddof: float, factor: float) -> Any:
    """Multiply with the distance from the mean and with `factor` over the number of degrees of freedom."""
    shape = kept(a, axis)
    freedom = np.size(a) / max(prod(shape), 1) - ddof
    share = factor / freedom if freedom > 0 else np.nan
    return xp.reshape(g, shape=shape) * (a - xp.mean(a, axis=axis, keepdims=True)) * share


def _var_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Hand every element twice its distance from the mean, over the number of degrees of freedom."""
    return _from_mean(xp, g, a, axis, ddof, 2.0)


def _std_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Hand every element the contribution to the variance over 2y, and 0 where all elements are equal."""
    if not np.size(a):
        return xp.broadcast_to(0.0, shape=np.shape(a))
    equal = xp.max(a, axis=axis, keepdims=keepdims) == xp.min(a, axis=axis, keepdims=keepdims)
    if some(equal):
        g, y = xp.where(equal, 0.0, g), xp.where(equal, 1.0, y)
    return _from_mean(xp, g / y, a, axis, ddof, 1.0)


def _cumsum_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: int | None = None) -> Any:
    """Hand every element the sum of what came to it and to those after it."""
    along = 0 if axis is None else axis
    return xp.reshape(flip(xp, xp.cumsum(flip(xp, g, along), axis=along), along), shape=np.shape(a))


def _norm_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every element its share of the direction, and 0 where the length is 0."""
    if some(y == 0):
        g, y = xp.where(y == 0, 0.0, g), xp.where(y == 0, 1.0, y)
    return xp.reshape(g / y, shape=kept(a, axis)) * a


# fmt: off
REDUCTIONS: tuple[Primitive, ...] = (
    #         name            written          samples                              contribution of g = ∂loss/∂y to each argument
    Primitive("sum",          "Σ a",           ((M23,), ((M23,), {"axis": 1}), ((M23,), {"axis": (0, 1), "keepdims": True})),
              forward=_summed, vjps=(_sum_vjp,), statics=("axis", "keepdims")),
    Primitive("mean",         "mean(a)",       ((M23,), ((M23,), {"axis": 0}), ((M23,), {"axis": -1, "keepdims": True})),
              forward=_averaged, vjps=(_mean_vjp,), statics=("axis", "keepdims")),
    Primitive("prod",         "prod(a)",       ((M23,), (Z23,), ((Z23,), {"axis": 0}), ((B223,), {"axis": (2, 0), "keepdims": True}), (V3,)),
              vjps=(_prod_vjp,), statics=("axis", "keepdims")),
    Primitive("max",          "max(a)",        ((M23,), ((M23,), {"axis": 1}), ((D223,), {"axis": (0, -1), "keepdims": True})),
              forward=lambda xp, a, axis=None, keepdims=False: _reduced(np.maximum, a, axis, keepdims), vjps=(_extremum_vjp,), statics=("axis", "keepdims"), convention="the gradient is shared equally between ties"),
    Primitive("min",          "min(a)",        ((M23,), ((M23,), {"axis": 1}), ((D223,), {"axis": (0, -1), "keepdims": True})),
              forward=lambda xp, a, axis=None, keepdims=False: _reduced(np.minimum, a, axis, keepdims), vjps=(_extremum_vjp,), statics=("axis", "keepdims"), convention="the gradient is shared equally between ties"),
    Primitive("var",          "var(a)",        ((M23,), ((M23,), {"axis": 1, "ddof": 1}), ((B223,), {"axis": (0, 2), "keepdims": True})),
              vjps=(_var_vjp,), statics=("axis", "ddof", "keepdims")),
    Primitive("std",          "std(a)",        ((M23,), ((M23,), {"axis": 1, "ddof": 1}), ((B223,), {"axis": (0, 2), "keepdims": True})),
              vjps=(_std_vjp,), statics=("axis", "ddof", "keepdims"), convention="0 where all elements are equal"),
    Primitive("cumsum",       "cumsum(a)",     ((M23,), ((M23,), {"axis": 1}), ((B223,), {"axis": -2})),
              vjps=(_cumsum_vjp,), statics=("axis",)),
    Primitive("norm",         "norm(a)",       ((M23,), ((M23,), {"axis": 1}), ((B223,), {"axis": (0, 2), "keepdims": True})),
              forward=lambda xp, a, axis=None, keepdims=False: np.sqrt(np.sum(np.square(a), axis=axis, keepdims=keepdims)),
              vjps=(_norm_vjp,), statics=("axis", "keepdims"), convention="norm′(0) = 0"),
)
