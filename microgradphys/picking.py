"""The gradient of an array, put together from those of the elements that were picked from it."""

from __future__ import annotations

from typing import Any

import numpy as np

Picked = list[tuple[Any, Any]]


def put_back(shape: tuple[int, ...], picked: Picked, values: Any) -> Any:
    """Put what was picked from an array back at its places, with zeros where nothing was; repeated places add up.

    Args:
        shape: the shape of the array.
        picked: an index, and what belongs there, for each time that elements were picked.
        values: the functions to compute with.
    """
    if len(picked) == 1:
        return values.scatter(picked[0][1], index=picked[0][0], shape=shape)
    slices = _side_by_side(shape, picked)
    if slices is not None:
        axis, parts, lengths = slices
        shapes = [(*shape[:axis], length, *shape[axis + 1 :]) for length in lengths]
        return values.concatenate(*map(lambda part, to: values.reshape(part, shape=to), parts, shapes), axis=axis)
    places = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    index = np.concatenate([np.ravel(places[at]) for at, _ in picked])
    flat = values.concatenate(*(values.reshape(amount, shape=-1) for _, amount in picked), axis=0)
    return values.reshape(values.scatter(flat, index=index, shape=(places.size,)), shape=shape)


def _side_by_side(shape: tuple[int, ...], picked: Picked) -> tuple[int, list[Any], list[int]] | None:
    """If slices were picked that make up the array along one axis, return it, them in order, and their lengths.

    So it is with the steps of a sequence, and with the gates of a recurrent network.
    """
    cuts = [cut for at, _ in picked if (cut := _cut(shape, at)) is not None]
    axes = {axis for axis, _, _ in cuts}
    if len(cuts) < len(picked) or len(axes) != 1:
        return None
    (axis,), ends = axes, [0]
    order = sorted(range(len(picked)), key=lambda k: cuts[k])
    for _, start, stop in sorted(cuts):
        if start != ends[-1] or stop <= start:
            return None
        ends.append(stop)
    if ends[-1] != shape[axis]:
        return None
    return axis, [picked[k][1] for k in order], np.diff(ends).tolist()


def _cut(shape: tuple[int, ...], at: Any) -> tuple[int, int, int] | None:
    """Read an index that picks a slice, or one position, along one axis and everything along the others."""
    places = at if isinstance(at, tuple) else (at,)
    if not all(isinstance(place, (int, slice)) and not isinstance(place, bool) for place in places):
        return None
    cut = [axis for axis, place in enumerate(places) if place != slice(None)]
    if len(cut) != 1:
        return None
    axis, place = cut[0], places[cut[0]]
    if isinstance(place, int):
        return axis, place % shape[axis], place % shape[axis] + 1
    start, stop, step = place.indices(shape[axis])
    return (axis, start, stop) if step == 1 else None
