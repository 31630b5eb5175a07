"""The rows of convolutions and pools: windows cut out of an array, and added up at their places again."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.rows.primitive import Primitive
from microgradphys.rows.samples import B223, M23, M32


def _windows(xp: Any, a: Any, *, size: tuple[int, ...], stride: tuple[int, ...]) -> Any:
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


def _overlap(xp: Any, a: Any, *, size: tuple[int, ...], stride: tuple[int, ...], shape: tuple[int, ...]) -> Any:
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


# fmt: off
WINDOWS: tuple[Primitive, ...] = (
    #         name            written          samples                              contribution of g = ∂loss/∂y to each argument
    Primitive("windows",      "windows(a)",    (((M23[None, ..., None],), {"size": (2, 2), "stride": (1, 1)}), ((M32[None],), {"size": (2,), "stride": (1,)}),
                                                ((M23.reshape(1, 6),), {"size": (3,), "stride": (2,)})),
              forward=_windows, statics=("size", "stride"),
              vjps=(lambda xp, g, y, a, size, stride: xp.overlap(g, size=size, stride=stride, shape=np.shape(a)),)),
    Primitive("overlap",      "overlap(a)",    (((B223,), {"size": (3,), "stride": (2,), "shape": (2, 6)}), ((M23[None],), {"size": (3,), "stride": (1,), "shape": (1, 4)})),
              forward=_overlap, statics=("size", "stride", "shape"),
              vjps=(lambda xp, g, y, a, size, stride, shape: xp.windows(g, size=size, stride=stride),)),
)
