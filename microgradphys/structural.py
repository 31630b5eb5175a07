"""The longer rules of the table's structural rows: the contribution of `g` to each argument, over `xp`.

Only functions that have rows, or are composed of them, are used on `g`, `y` and the arguments, so that every rule has
a derivative itself. A comparison (`a == y`) reads the data: it picks a branch and has no derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from microgradphys.composed import cumprod, flip, part, reordered
from microgradphys.data import is_value

# The most places of a window that are gone through one by one.
_SHORT = 16


def kept(a: Any, axis: Any) -> tuple[int, ...]:
    """Return the shape of a reduction of `a` that keeps its axes."""
    axes = range(np.ndim(a)) if axis is None else normalize_axis_tuple(axis, np.ndim(a))
    return tuple(1 if k in axes else size for k, size in enumerate(np.shape(a)))


def some(mask: Any) -> bool:
    """Whether any element is true; of a recorded mask that is assumed, for its data may differ the next time."""
    return is_value(mask) or bool(np.any(mask))


def summed(xp: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Sum; numpy's own `sum` takes the same way after a detour that costs more than a small sum."""
    return np.add.reduce(a, axis=axis, keepdims=keepdims)


def averaged(xp: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Average, as numpy does, without the same detour."""
    total = np.add.reduce(a, axis=axis, keepdims=keepdims)
    return total / (getattr(a, "size", 1) / max(total.size, 1))


def sum_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every summed element the gradient of its sum."""
    if not hasattr(g, "active"):
        # numpy's broadcast_to takes longer to make a view than this to fill a small array.
        out = np.empty_like(a)
        out[...] = g if axis is None else np.reshape(g, kept(a, axis))
        return out
    return xp.broadcast_to(xp.reshape(g, shape=kept(a, axis)), shape=np.shape(a))


def mean_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every averaged element its share of the gradient of the mean."""
    share = max(getattr(y, "size", 1), 1) / max(getattr(a, "size", 1), 1)
    return sum_vjp(xp, g * share, y, a, axis=axis, keepdims=keepdims)


def prod_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every factor the product of the others: of those before it and those after it, without a division."""
    if not np.size(a):
        return xp.broadcast_to(0.0, shape=np.shape(a))
    axes = tuple(range(np.ndim(a))) if axis is None else normalize_axis_tuple(axis, np.ndim(a))
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


def reduced(combine: np.ufunc, a: Any, axis: Any, keepdims: bool) -> Any:
    """Combine all elements along axes; a few of many short axes at the end, as a pool's windows, place by place."""
    shape, axes = np.shape(a), normalize_axis_tuple(range(np.ndim(a)) if axis is None else axis, np.ndim(a))
    lead = len(shape) - len(axes)
    if sorted(axes) != list(range(lead, len(shape))) or not 0 < prod(shape[lead:]) <= _SHORT < prod(shape[:lead]):
        return combine.reduce(a, axis=axis, keepdims=keepdims)
    first, *others = np.ndindex(shape[lead:])
    out = a[(..., *first)].copy()
    for at in others:
        combine(out, a[(..., *at)], out=out)
    return out.reshape(shape[:lead] + (1,) * len(axes)) if keepdims else out


def extremum_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
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
    ties = a == y
    if np.any(y != y):
        ties |= a != a
    # Truths are bytes of 0 and 1: enough for a short window, and along a long axis numpy adds bytes up as integers.
    count = reduced(np.add, ties.view(np.int8), axis, keepdims=True)
    return (g / count if np.any(count > 1) else g) * ties


def _from_mean(xp: Any, g: Any, a: Any, axis: Any, ddof: float, factor: float) -> Any:
    """Multiply with the distance from the mean and with `factor` over the number of degrees of freedom."""
    shape = kept(a, axis)
    freedom = np.size(a) / max(prod(shape), 1) - ddof
    share = factor / freedom if freedom > 0 else np.nan
    return xp.reshape(g, shape=shape) * (a - xp.mean(a, axis=axis, keepdims=True)) * share


def var_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Hand every element twice its distance from the mean, over the number of degrees of freedom."""
    return _from_mean(xp, g, a, axis, ddof, 2.0)


def std_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Hand every element the contribution to the variance over 2y, and 0 where all elements are equal."""
    if not np.size(a):
        return xp.broadcast_to(0.0, shape=np.shape(a))
    equal = xp.max(a, axis=axis, keepdims=keepdims) == xp.min(a, axis=axis, keepdims=keepdims)
    if some(equal):
        g, y = xp.where(equal, 0.0, g), xp.where(equal, 1.0, y)
    return _from_mean(xp, g / y, a, axis, ddof, 1.0)


def cumsum_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: int | None = None) -> Any:
    """Hand every element the sum of what came to it and to those after it."""
    along = 0 if axis is None else axis
    return xp.reshape(flip(xp, xp.cumsum(flip(xp, g, along), axis=along), along), shape=np.shape(a))


def concatenate_vjp(xp: Any, g: Any, y: Any, *parts: Any, axis: int | None = 0) -> Callable[[int], Any]:
    """Hand every part its slice."""
    ends = [0, *accumulate(np.size(a) if axis is None else np.shape(a)[axis] for a in parts)]

    def contribution(argument: int) -> Any:
        own = part(xp, g, 0 if axis is None else axis, ends[argument], ends[argument + 1])
        return xp.reshape(own, shape=np.shape(parts[argument])) if axis is None else own

    return contribution


def stack_vjp(xp: Any, g: Any, y: Any, *parts: Any, axis: int = 0) -> Callable[[int], Any]:
    """Hand every part its layer."""
    before = (slice(None),) * normalize_axis_index(axis, np.ndim(y))
    return lambda argument: xp.getitem(g, index=(*before, argument))


def einsum_vjp(xp: Any, g: Any, y: Any, *operands: Any, subscripts: str) -> Callable[[int], Any]:
    """Hand every operand the product of `g` and the other operands, summed over the axes that it does not have."""
    return lambda argument: _of_operand(xp, g, operands, argument, subscripts)


def _of_operand(xp: Any, g: Any, operands: tuple[Any, ...], argument: int, subscripts: str) -> Any:
    """Multiply `g` with all operands but one, summed over the axes that this one does not have."""
    left, _, output = subscripts.partition("->")
    words = left.split(",")
    own = words.pop(argument)
    others = [operand for k, operand in enumerate(operands) if k != argument]
    mine, widths = operands[argument], dict[str, int]()
    for word, array in zip([output, *words], [g, *others], strict=True):
        for letter, size in zip(word, np.shape(array), strict=True):
            widths[letter] = max(widths.get(letter, 0), size)
    # An axis that only this operand has, or has at full length, was summed away: every element along it gets the same.
    alone = [k for k, letter in enumerate(own) if widths.get(letter, -1) < np.shape(mine)[k]]
    if alone:
        words.append("".join(own[k] for k in alone))
        others.append(np.ones([np.shape(mine)[k] for k in alone], getattr(mine, "dtype", float)))
    return xp.einsum(g, *others, subscripts=f"{','.join([output, *words])}->{own}")


def norm_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Hand every element its share of the direction, and 0 where the length is 0."""
    if some(y == 0):
        g, y = xp.where(y == 0, 0.0, g), xp.where(y == 0, 1.0, y)
    return xp.reshape(g / y, shape=kept(a, axis)) * a


def _transposed(xp: Any, a: Any) -> Any:
    """Transpose every matrix."""
    return xp.swapaxes(a, axis1=-1, axis2=-2)


def inv_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix whose inverse is y: −yᵀ g yᵀ."""
    return -xp.matmul(xp.matmul(_transposed(xp, y), g), _transposed(xp, y))


def _of_number(xp: Any, g: Any) -> Any:
    """Give a number for every matrix the axes of a matrix."""
    return xp.reshape(g, shape=(*np.shape(g), 1, 1))


def det_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix whose determinant is y: g times the cofactors, which are y a⁻ᵀ unless y is 0."""
    if not some(y == 0):
        return _of_number(xp, g * y) * _transposed(xp, xp.inv(a))
    n = np.shape(a)[-1]
    others = np.array([[k for k in range(n) if k != i] for i in range(n)], int).reshape(n, n - 1)
    minors = xp.getitem(a, index=(..., others[:, None, :, None], others[None, :, None, :]))
    signs = (-1.0) ** np.add.outer(np.arange(n), np.arange(n))
    return _of_number(xp, g) * signs * xp.det(minors)


def logabsdet_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix whose determinant's logarithm is y: g a⁻ᵀ."""
    return _of_number(xp, g) * _transposed(xp, xp.inv(a))


def solve_vjp_b(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the right-hand side: aᵀ is solved for g."""
    if np.ndim(b) > 1:
        return xp.solve(_transposed(xp, a), g)
    return xp.squeeze(xp.solve(_transposed(xp, a), xp.expand_dims(g, axis=-1)), axis=-1)


def solve_vjp_a(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the matrix: the contribution to the right-hand side times −yᵀ."""
    right = solve_vjp_b(xp, g, y, a, b)
    if np.ndim(b) > 1:
        return -xp.matmul(right, _transposed(xp, y))
    return -xp.expand_dims(right, axis=-1) * xp.expand_dims(y, axis=-2)


def symmetric(a: Any) -> Any:
    """Return the symmetric part of every matrix."""
    return (a + np.swapaxes(a, -1, -2)) / 2


def cholesky_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix a = y yᵀ (I. Murray, arXiv:1602.07527, equation 10)."""
    inverse = xp.inv(y)
    same = np.eye(np.shape(y)[-1], dtype=y.dtype)
    half = np.tril(np.ones_like(same)) - same / 2
    inner = xp.matmul(_transposed(xp, y), g) * half
    whole = xp.matmul(xp.matmul(_transposed(xp, inverse), inner), inverse)
    return (whole + _transposed(xp, whole)) * 0.5


def eigenvalues_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a symmetric matrix with eigenvalues y: V diag(g) Vᵀ."""
    v = xp.eigenvectors(a)
    return xp.matmul(v * xp.expand_dims(g, axis=-2), _transposed(xp, v))


def eigenvectors_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a symmetric matrix with eigenvectors y (M. Giles, NA-08/01, section 3.1)."""
    found, same = xp.eigenvalues(a), np.eye(np.shape(a)[-1], dtype=y.dtype)
    gaps = xp.expand_dims(found, axis=-2) - xp.expand_dims(found, axis=-1) + same
    inner = xp.matmul(_transposed(xp, y), g) * (1.0 - same) / gaps
    whole = xp.matmul(xp.matmul(y, inner), _transposed(xp, y))
    return (whole + _transposed(xp, whole)) * 0.5


def singular_values_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix with singular values y: U diag(g) Vᵀ."""
    return xp.matmul(xp.left_singular(a) * xp.expand_dims(g, axis=-2), xp.right_singular(a))


def _turned(xp: Any, product: Any, s: Any) -> Any:
    """Divide the antisymmetric part of a product by the differences of the squared singular values."""
    same, squares = np.eye(np.shape(s)[-1]), xp.square(s)
    gaps = xp.expand_dims(squares, axis=-2) - xp.expand_dims(squares, axis=-1) + same
    return (product - _transposed(xp, product)) * (1.0 - same) / gaps


def left_singular_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix with left singular vectors y (J. Townsend, "Differentiating the SVD", 2016)."""
    s = xp.singular_values(a)
    along, row = xp.matmul(_transposed(xp, y), g), xp.expand_dims(s, axis=-2)
    whole = xp.matmul(y, _turned(xp, along, s) * row)
    if np.shape(a)[-2] > np.shape(a)[-1]:
        whole = whole + (g - xp.matmul(y, along)) / row
    return xp.matmul(whole, xp.right_singular(a))


def right_singular_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix with right singular vectors y, its rows (J. Townsend, as above)."""
    s = xp.singular_values(a)
    along, column = xp.matmul(y, _transposed(xp, g)), xp.expand_dims(s, axis=-1)
    whole = xp.matmul(column * _turned(xp, along, s), y)
    if np.shape(a)[-1] > np.shape(a)[-2]:
        whole = whole + (g - xp.matmul(_transposed(xp, along), y)) / column
    return xp.matmul(xp.left_singular(a), whole)


def pinv_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix with pseudoinverse y (G. Golub and V. Pereyra, SIAM J. Numer. Anal. 10 (1973) 413)."""
    turned, y_turned = _transposed(xp, g), _transposed(xp, y)
    outside = turned - xp.matmul(a, xp.matmul(y, turned))
    beside = turned - xp.matmul(xp.matmul(turned, y), a)
    inside = xp.matmul(xp.matmul(y_turned, g), y_turned)
    return xp.matmul(xp.matmul(outside, y), y_turned) + xp.matmul(y_turned, xp.matmul(y, beside)) - inside


def windows(xp: Any, a: Any, *, size: tuple[int, ...], stride: tuple[int, ...]) -> Any:
    """Cut windows out of the axes after the first: shape (N, places …, C …, size …)."""
    axes = tuple(range(1, 1 + len(size)))
    every = np.lib.stride_tricks.sliding_window_view(a, size, axis=axes)
    view = every[(slice(None), *(slice(None, None, step) for step in stride))]
    if all(step >= width for step, width in zip(stride, size, strict=True)):
        return view
    # Windows that overlap are going to be multiplied with filters, for which numpy would copy them number by number.
    out = np.empty(view.shape, view.dtype)
    for at in np.ndindex(size):
        out[(..., *at)] = view[(..., *at)]
    return out


def overlap(xp: Any, a: Any, *, size: tuple[int, ...], stride: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """Add windows up at the places of an array of `shape` that they were cut out of."""
    if size == stride:
        return _side_by_side(a, size, shape)
    out = np.zeros(shape, np.result_type(a))
    for at in np.ndindex(size):
        ends = zip(at, stride, np.shape(a)[1:], strict=False)
        places = tuple(slice(first, first + step * count, step) for first, step, count in ends)
        out[(slice(None), *places)] += a[(..., *at)]
    return out


def _side_by_side(a: Any, size: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """Lay windows side by side, as tiles that do not overlap: the same numbers in another order, mostly in place."""
    axes = len(size)
    pairs = tuple(k for axis in range(axes) for k in (1 + axis, np.ndim(a) - axes + axis))
    apart = np.transpose(a, (0, *pairs, *range(1 + axes, np.ndim(a) - axes)))
    covered = tuple(width * count for width, count in zip(size, np.shape(a)[1:], strict=False))
    tiles = apart.reshape(shape[:1] + covered + shape[1 + axes :])
    if tiles.shape == shape:
        return tiles
    out = np.zeros(shape, tiles.dtype)
    out[(slice(None), *map(slice, covered))] = tiles
    return out
