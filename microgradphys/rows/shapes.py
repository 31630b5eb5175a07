"""The rows that move numbers about: other shapes, other orders, parts picked, parts joined."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from microgradphys.composed import part
from microgradphys.data import plain_index
from microgradphys.errors import DataError
from microgradphys.rows.primitive import Primitive
from microgradphys.rows.samples import B223, M23, V2, V3


def _transpose_vjp(xp: Any, g: Any, y: Any, a: Any, *, axes: Any = None) -> Any:
    """Put the axes back in their old order."""
    if axes is None:
        return xp.transpose(g)
    return xp.transpose(g, axes=tuple(np.argsort([axis % len(axes) for axis in axes]).tolist()))


def _astype(xp: Any, a: Any, *, dtype: Any) -> Any:
    """Turn the elements into another kind of real number."""
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise DataError(f"astype: a Value holds float32 or float64, not {np.dtype(dtype)}; use .data.astype(...)")
    return np.asarray(a).astype(dtype)


def _getitem(xp: Any, a: Any, *, index: Any) -> Any:
    """Take elements as numpy does; of a single number nothing but it, in more axes or fewer."""
    try:
        return np.asarray(a)[plain_index(index)]
    except IndexError as error:
        if np.ndim(a):
            raise
        raise ValueError(str(error)) from None


def _scatter(xp: Any, a: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    """Add the elements of `a` into zeros of `shape` at `index`, so that repeated indices add up."""
    out = np.zeros(shape, np.result_type(a))
    add_at(out, plain_index(index), a)
    return out


def add_at(total: Any, index: Any, amount: Any) -> None:
    """Add to an array at an index, in place, so that repeated indices add up."""
    places = index if isinstance(index, tuple) else (index,)
    if all(isinstance(at, (int, np.integer, slice, type(None), type(...))) for at in places):
        total[index] += amount  # No position can come twice, and this is much faster.
    else:
        np.add.at(total, index, amount)


def _concatenate_vjp(xp: Any, g: Any, y: Any, *parts: Any, axis: int | None = 0) -> Callable[[int], Any]:
    """Hand every part its slice."""
    ends = [0, *accumulate(np.size(a) if axis is None else np.shape(a)[axis] for a in parts)]

    def contribution(argument: int) -> Any:
        own = part(xp, g, 0 if axis is None else axis, ends[argument], ends[argument + 1])
        return xp.reshape(own, shape=np.shape(parts[argument])) if axis is None else own

    return contribution


def _stack_vjp(xp: Any, g: Any, y: Any, *parts: Any, axis: int = 0) -> Callable[[int], Any]:
    """Hand every part its layer."""
    before = (slice(None),) * normalize_axis_index(axis, np.ndim(y))
    return lambda argument: xp.getitem(g, index=(*before, argument))


# fmt: off
SHAPES: tuple[Primitive, ...] = (
    #         name            written          samples                              contribution of g = ∂loss/∂y to each argument
    Primitive("reshape",      "reshape(a)",    (((M23,), {"shape": (3, 2)}), ((M23,), {"shape": -1})),
              vjps=(lambda xp, g, y, a, shape: xp.reshape(g, shape=np.shape(a)),), statics=("shape",)),
    Primitive("transpose",    "aᵀ",            ((M23,), ((B223,), {"axes": (2, 0, 1)})), vjps=(_transpose_vjp,), statics=("axes",)),
    Primitive("swapaxes",     "aᵀ",            (((B223,), {"axis1": 0, "axis2": -1}),),
              vjps=(lambda xp, g, y, a, axis1, axis2: xp.swapaxes(g, axis1=axis1, axis2=axis2),), statics=("axis1", "axis2")),
    Primitive("broadcast_to", "spread(a)",     (((V3,), {"shape": (2, 3)}), ((0.5,), {"shape": (2,)})),
              vjps=(lambda xp, g, y, a, shape: g,), statics=("shape",)),
    Primitive("expand_dims",  "expand(a)",     (((V3,), {"axis": 0}),),
              vjps=(lambda xp, g, y, a, axis: xp.reshape(g, shape=np.shape(a)),), statics=("axis",)),
    Primitive("squeeze",      "squeeze(a)",    (((V3[None],), {"axis": 0}), ((V3[None],), {})),
              vjps=(lambda xp, g, y, a, axis=None: xp.reshape(g, shape=np.shape(a)),), statics=("axis",)),
    Primitive("astype",       "a",             (((V3,), {"dtype": np.float64}),), forward=_astype,
              vjps=(lambda xp, g, y, a, dtype: xp.astype(g, dtype=getattr(a, "dtype", np.float64)),), statics=("dtype",)),
    Primitive("getitem",      "a[…]",          (((M23,), {"index": (0, slice(1, None))}), ((V3,), {"index": ([0, 0, 2],)}), ((V3,), {"index": 1})),
              forward=_getitem,
              vjps=(lambda xp, g, y, a, index: xp.scatter(g, index=index, shape=np.shape(a)),), statics=("index",), picks="index"),
    Primitive("scatter",      "scatter(a)",    (((V2,), {"index": ([0, 0],), "shape": (3,)}),),
              forward=_scatter,
              vjps=(lambda xp, g, y, a, index, shape: xp.getitem(g, index=index),), statics=("index", "shape")),
    Primitive("concatenate",  "concatenate(a)", ((V2, V3), ((M23, M23[:1] * 2, M23 + 1), {"axis": 0}), ((M23, V2[:, None]), {"axis": -1}),
                                                ((M23, V2), {"axis": None})),
              forward=lambda xp, *parts, axis=0: np.concatenate(parts, axis=axis), vjps=(_concatenate_vjp,), statics=("axis",), variadic=True),
    Primitive("stack",        "stack(a)",      ((0.5, -1.5, 2.0), ((V3, V3 * 2), {"axis": 0}), ((M23, M23 + 1), {"axis": -1})),
              forward=lambda xp, *parts, axis=0: np.stack(parts, axis=axis), vjps=(_stack_vjp,), statics=("axis",), variadic=True),
)
