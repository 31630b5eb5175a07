"""Functions of numpy that are compositions of rows: each is said here once, in terms of the table over `xp`.

They have no rule of their own. `np.roll` of a Value records slices and their concatenation, whose rows are right at
every order; so is `np.roll`. Over `xp = arrays` the same lines compute plain arrays, so the rules of the table may
use them too.

The arguments have numpy's names and order; an option that is not among them is refused by name. Here are those that
move elements about; `joined`, `products`, `choices`, `sampled` and `linear_algebra` hold the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from microgradphys.data import own_index
from microgradphys.errors import UnsupportedError


def only(name: str, option: str, given: Any, known: Any) -> None:
    """Refuse a value of an option that the composition does not follow."""
    if given != known:
        raise UnsupportedError(f"np.{name} is recorded with {option}={known!r} only, not {option}={given!r}")


def part(xp: Any, a: Any, axis: int, *ends: int | None) -> Any:
    """Take a slice, as `slice(*ends)`, along one axis."""
    return xp.getitem(a, index=(slice(None),) * normalize_axis_index(axis, np.ndim(a)) + (slice(*ends),))


def reordered(xp: Any, a: Any, order: tuple[int, ...]) -> Any:
    """Transpose, unless the axes are in their order already."""
    return a if list(order) == sorted(order) else xp.transpose(a, axes=order)


def ravel(xp: Any, a: Any, order: str = "C") -> Any:
    """Put all elements into one row."""
    only("ravel", "order", order, "C")
    return xp.reshape(a, shape=-1)


def moveaxis(xp: Any, a: Any, source: Any, destination: Any) -> Any:
    """Move axes to other places and keep the order of the rest."""
    ends = zip(*(normalize_axis_tuple(axis, np.ndim(a)) for axis in (destination, source)), strict=True)
    moved = dict(sorted(ends))
    rest = iter(axis for axis in range(np.ndim(a)) if axis not in moved.values())
    return reordered(xp, a, tuple(moved[k] if k in moved else next(rest) for k in range(np.ndim(a))))


def flip(xp: Any, m: Any, axis: Any = None) -> Any:
    """Reverse the order along one axis, several or all."""
    axes = range(np.ndim(m)) if axis is None else normalize_axis_tuple(axis, np.ndim(m))
    index = tuple(slice(None, None, -1 if k in axes else None) for k in range(np.ndim(m)))
    return xp.getitem(m, index=index) if index else m


def rot90(xp: Any, m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turn by quarters, from the first axis towards the second."""
    first, second = normalize_axis_tuple(axes, np.ndim(m))
    if k % 4 == 2:
        return flip(xp, m, (first, second))
    if k % 4 == 1:
        m = flip(xp, m, second)
    if k % 2:
        m = xp.swapaxes(m, axis1=first, axis2=second)
    return flip(xp, m, second) if k % 4 == 3 else m


def roll(xp: Any, a: Any, shift: Any, axis: Any = None) -> Any:
    """Shift elements along an axis; those that leave at one end come in at the other."""
    if axis is None:
        return xp.reshape(roll(xp, ravel(xp, a), shift, 0), shape=np.shape(a))
    for by, along in np.broadcast(shift, axis):
        length = np.shape(a)[along]
        cut = int(by) % length if length else 0
        if cut:
            a = xp.concatenate(part(xp, a, along, -cut, None), part(xp, a, along, -cut), axis=int(along))
    return a


def cumprod(xp: Any, a: Any, axis: int | None = None) -> Any:
    """Multiply up along an axis, in as many rounds as the length has binary digits; zeros need no care."""
    if axis is None:
        a, axis = ravel(xp, a), 0
    reach = 1
    while reach < np.shape(a)[axis]:
        longer = part(xp, a, axis, reach, None) * part(xp, a, axis, -reach)
        a = xp.concatenate(part(xp, a, axis, reach), longer, axis=axis)
        reach *= 2
    return a


def diff(xp: Any, a: Any, n: int = 1, axis: int = -1) -> Any:
    """Subtract from every element the one before it, `n` times."""
    for _ in range(n):
        a = part(xp, a, axis, 1, None) - part(xp, a, axis, -1)
    return a


def trapezoid(xp: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Integrate along an axis by trapezoids."""
    if x is not None:
        dx = diff(xp, x, 1, axis if np.ndim(x) > 1 else 0)
        if np.ndim(dx) == 1:
            dx = xp.reshape(dx, shape=(-1,) + (1,) * (np.ndim(y) - 1 - normalize_axis_index(axis, np.ndim(y))))
    return xp.sum((part(xp, y, axis, 1, None) + part(xp, y, axis, -1)) * dx / 2.0, axis=axis)


def take(xp: Any, a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    """Take elements at these positions along an axis."""
    only("take", "mode", mode, "raise")
    if axis is None:
        a, axis = ravel(xp, a), 0
    return xp.getitem(a, index=(slice(None),) * normalize_axis_index(axis, np.ndim(a)) + (own_index(indices),))


def take_along_axis(xp: Any, arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """Take elements at positions that are given for every row of its own."""
    if axis is None:
        arr, axis = ravel(xp, arr), 0
    n, axis = np.ndim(arr), normalize_axis_index(axis, np.ndim(arr))
    if np.ndim(indices) != n:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    places = [np.arange(size).reshape([-1 if k == d else 1 for k in range(n)]) for d, size in enumerate(np.shape(arr))]
    places[axis] = own_index(indices)
    return xp.getitem(arr, index=tuple(places))


def sort(xp: Any, a: Any, axis: int | None = -1, kind: str | None = None, *, stable: bool | None = None) -> Any:
    """Sort along an axis; the gradient follows every element to its place (equal elements keep their order)."""
    if axis is None:
        a, axis = ravel(xp, a), 0
    return take_along_axis(xp, a, np.argsort(a, axis=axis, kind="stable"), axis)


def repeat(xp: Any, a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Repeat every element, some so many times."""
    if axis is None:
        a, axis = ravel(xp, a), 0
    return take(xp, a, np.repeat(np.arange(np.shape(a)[axis]), repeats), axis)


def tile(xp: Any, A: Any, reps: Any) -> Any:
    """Lay copies of an array side by side."""
    counts = (int(reps),) if np.ndim(reps) == 0 else tuple(map(int, reps))
    n = max(len(counts), np.ndim(A))
    counts, shape = (1,) * (n - len(counts)) + counts, (1,) * (n - np.ndim(A)) + np.shape(A)
    apart = xp.reshape(A, shape=tuple(x for size in shape for x in (1, size)))
    copied = xp.broadcast_to(apart, shape=tuple(x for pair in zip(counts, shape, strict=True) for x in pair))
    return xp.reshape(copied, shape=tuple(count * size for count, size in zip(counts, shape, strict=True)))


def pad(xp: Any, array: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    """Put an array into a larger one filled with a constant; no other mode is recorded."""
    only("pad", "mode", mode, "constant")
    shape = np.shape(array)
    widths = np.broadcast_to(pad_width, (len(shape), 2)).tolist()
    inside = tuple(slice(before, before + size) for (before, _), size in zip(widths, shape, strict=True))
    padded = tuple(before + size + after for (before, after), size in zip(widths, shape, strict=True))
    out = xp.scatter(array, index=inside, shape=padded)
    if not np.any(np.asarray(constant_values)):
        return out
    zeros = np.zeros(shape, getattr(array, "dtype", float))
    return out + np.pad(zeros, widths, constant_values=constant_values)


def diagonal(xp: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Take a diagonal of every matrix that two axes form; it becomes the last axis."""
    a = moveaxis(xp, a, (axis1, axis2), (-2, -1))
    height, width = np.shape(a)[-2:]
    along = np.arange(max(0, min(height + min(offset, 0), width - max(offset, 0))))
    return xp.getitem(a, index=(..., along + max(-offset, 0), along + max(offset, 0)))


def diag(xp: Any, v: Any, k: int = 0) -> Any:
    """Take the diagonal of a matrix, or make a matrix of its diagonal."""
    if np.ndim(v) not in (1, 2):
        raise ValueError("it takes a vector or a matrix")
    if np.ndim(v) == 2:
        return diagonal(xp, v, k)
    along, size = np.arange(np.size(v)), np.size(v) + abs(k)
    return xp.scatter(v, index=(along + max(-k, 0), along + max(k, 0)), shape=(size, size))


def trace(xp: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Sum the diagonal."""
    return xp.sum(diagonal(xp, a, offset, axis1, axis2), axis=-1)


def triu(xp: Any, m: Any, k: int = 0) -> Any:
    """Keep what is on and above the diagonal."""
    return xp.where(np.tri(*np.shape(m)[-2:], k=k - 1, dtype=bool), 0.0, m)


def tril(xp: Any, m: Any, k: int = 0) -> Any:
    """Keep what is on and below the diagonal."""
    return xp.where(np.tri(*np.shape(m)[-2:], k=k, dtype=bool), m, 0.0)


_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    *(ravel, moveaxis, flip, rot90, roll, cumprod, diff, trapezoid),
    *(take, take_along_axis, sort, repeat, tile, pad, diagonal, diag, trace, triu, tril),
)

COMPOSED: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {function.__name__: function for function in _FUNCTIONS}
    | {
        "amax": lambda xp, a, axis=None, *, keepdims=False: xp.max(a, axis=axis, keepdims=keepdims),
        "amin": lambda xp, a, axis=None, *, keepdims=False: xp.min(a, axis=axis, keepdims=keepdims),
        "flipud": lambda xp, m: flip(xp, m, 0),
        "fliplr": lambda xp, m: flip(xp, m, 1),
    }
)
