"""numpy's functions that join arrays and take them apart, as compositions of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import Any

import numpy as np

from microgradphys.composed import moveaxis, part


def concatenate(xp: Any, arrays: Sequence[Any], axis: int | None = 0) -> Any:
    """Join arrays along an axis they have."""
    return xp.concatenate(*arrays, axis=axis)


def stack(xp: Any, arrays: Sequence[Any], axis: int = 0) -> Any:
    """Join arrays along a new axis."""
    return xp.stack(*arrays, axis=axis)


def atleast_1d(xp: Any, *arys: Any) -> Any:
    """Give a number an axis."""
    found = tuple(ary if np.ndim(ary) else xp.reshape(ary, shape=(1,)) for ary in arys)
    return found[0] if len(found) == 1 else found


def atleast_2d(xp: Any, *arys: Any) -> Any:
    """Make a number or a vector a matrix of one row."""
    found = tuple(ary if np.ndim(ary) > 1 else xp.reshape(ary, shape=(1, -1)) for ary in arys)
    return found[0] if len(found) == 1 else found


def vstack(xp: Any, tup: Sequence[Any]) -> Any:
    """Join arrays below one another."""
    return xp.concatenate(*(atleast_2d(xp, a) for a in tup), axis=0)


def hstack(xp: Any, tup: Sequence[Any]) -> Any:
    """Join arrays beside one another."""
    joined = [atleast_1d(xp, a) for a in tup]
    return xp.concatenate(*joined, axis=0 if joined and np.ndim(joined[0]) == 1 else 1)


def column_stack(xp: Any, tup: Sequence[Any]) -> Any:
    """Join vectors as the columns of a matrix."""
    return xp.concatenate(*(a if np.ndim(a) > 1 else xp.reshape(a, shape=(-1, 1)) for a in tup), axis=1)


def dstack(xp: Any, tup: Sequence[Any]) -> Any:
    """Join arrays behind one another."""
    return xp.concatenate(*(a if np.ndim(a) > 2 else xp.expand_dims(atleast_2d(xp, a), axis=2) for a in tup), axis=2)


def unstack(xp: Any, x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """Take an array apart along an axis."""
    front = moveaxis(xp, x, axis, 0)
    return tuple(xp.getitem(front, index=k) for k in range(np.shape(front)[0]))


def array_split(xp: Any, ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut an array along an axis, into so many parts or before these positions."""
    length = np.shape(ary)[axis]
    if np.ndim(indices_or_sections) == 0:
        count = int(indices_or_sections)
        if count < 1:
            raise ValueError("number sections must be larger than 0")
        each, longer = divmod(length, count)
        ends = [0, *accumulate([each + 1] * longer + [each] * (count - longer))]
    else:
        ends = [0, *map(int, indices_or_sections), length]
    return [part(xp, ary, axis, start, stop) for start, stop in pairwise(ends)]


def split(xp: Any, ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut an array along an axis, into so many equal parts or before these positions."""
    if np.ndim(indices_or_sections) == 0 and np.shape(ary)[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return array_split(xp, ary, indices_or_sections, axis)


JOINED: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            *(concatenate, stack, atleast_1d, atleast_2d, vstack, hstack, column_stack, dstack),
            *(unstack, array_split, split),
        )
    }
)
