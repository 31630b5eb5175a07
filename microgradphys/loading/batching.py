"""Batches: of arrays, in memory or in files, and of samples that come one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from microgradphys import randomness
from microgradphys.data import brief, counted
from microgradphys.errors import DataError, InputError, ShapeError


def batches(
    *arrays: Any, batch_size: int = 32, shuffle: bool = True, generator: np.random.Generator | None = None
) -> Iterator[tuple[np.ndarray, ...]]:
    """Go once through arrays, batch by batch: an epoch.

    Args:
        arrays: inputs, targets and whatever else there is a row of for each sample, (samples, …). Of one that lies in a
            file, as `np.load(path, mmap_mode="r")` opens it, only the rows of a batch are read.
        batch_size: how many samples are in a batch; in the last one there may be fewer.
        shuffle: whether to draw another order, now.
        generator: to draw it from, instead of the common one.

    Returns:
        Tuples with a part of each of the arrays.

    Raises:
        InputError: there are no samples, or batch_size is none.
        ShapeError: the arrays do not have a row for each sample.
        DataError: something is no array.

    >>> [x.tolist() for x, in batches([1, 2, 3, 4, 5], batch_size=2, shuffle=False)]
    [[1, 2], [3, 4], [5]]
    """
    rows, size = [_array(given) for given in arrays], counted("batch_size", batch_size)
    lengths = [len(array) if array.ndim else 0 for array in rows]
    if not lengths or not lengths[0]:
        raise InputError("there are no samples to make batches of")
    if len(set(lengths)) > 1:
        raise ShapeError(f"the arrays have {', '.join(map(str, lengths))} rows: each sample needs one in each of them")
    order = (generator or randomness.generator()).permutation(lengths[0]) if shuffle else None
    return (tuple([np.asarray(array[where]) for array in rows]) for where in places(lengths[0], size, order))


def _array(given: Any) -> np.ndarray:
    """Take an array as it is, anything else as one."""
    try:
        return np.asarray(given)
    except (ValueError, TypeError) as error:
        raise DataError(f"{brief(given)} is not an array: {error}") from None


def places(count: int, size: int, order: np.ndarray | None = None, skip: int = 0) -> Iterator[Any]:
    """Say where the rows of each batch are: a slice, or positions.

    Args:
        count: how many rows there are.
        size: how many are in a batch; in the last one there may be fewer.
        order: of the rows; as they are, if not given.
        skip: how many batches to leave out.

    >>> [where.tolist() for where in places(3, 2, np.array([2, 0, 1]))]
    [[2, 0], [1]]
    """
    for begin in range(skip * size, count, size):
        yield slice(begin, begin + size) if order is None else order[begin : begin + size]


def batches_of(
    samples: Iterable[Any], batch_size: int = 32, *, shuffle: int = 0, generator: np.random.Generator | None = None
) -> Iterator[Any]:
    """Collect samples that come one by one, from a generator or a large file, into batches.

    Args:
        samples: single samples: inputs x alone, or tuples such as (x, y) or (x, y, weight).
        batch_size: how many samples are in a batch; in the last one there may be fewer.
        shuffle: how many samples to hold at a time, of which one after the other is drawn; 0 to leave them in order.
            Order is mixed over about so many samples.
        generator: to draw from, instead of the common one.

    Returns:
        Arrays (batch, …), or tuples of such.

    Raises:
        InputError: batch_size or shuffle is no number of samples.
        ShapeError: a sample is not like the first.

    >>> for x, y in batches_of(((k, k * k) for k in range(3)), 2):
    ...     print(x, y)
    [0 1] [0 1]
    [2] [4]
    """
    size, held = counted("batch_size", batch_size), counted("shuffle", shuffle, 0)
    if held:
        samples = _mixed(samples, held, generator or randomness.generator())
    return _collected(samples, size)


def _mixed(samples: Iterable[Any], held: int, generator: np.random.Generator) -> Iterator[Any]:
    """Hold some samples, and give away one of them at random for each that comes."""
    kept: list[Any] = []
    for sample in samples:
        if len(kept) < held:
            kept.append(sample)
            continue
        place = int(generator.integers(held))
        kept[place], given = sample, kept[place]
        yield given
    for place in generator.permutation(len(kept)):
        yield kept[place]


def _collected(samples: Iterable[Any], size: int) -> Iterator[Any]:
    """Stack samples, `size` at a time."""
    held: list[tuple[np.ndarray, ...]] = []
    like: list[tuple[int, ...]] | None = None
    single = False
    for number, sample in enumerate(samples, 1):
        single = not isinstance(sample, tuple)
        parts = tuple([np.asarray(part) for part in ((sample,) if single else sample)])
        shapes = [part.shape for part in parts]
        like = shapes if like is None else like
        if shapes != like:
            raise ShapeError(f"sample {number} has the shapes {brief(shapes)}, and the first one {brief(like)}")
        held.append(parts)
        if len(held) == size:
            yield _stacked(held, single)
            held = []
    if held:
        yield _stacked(held, single)


def _stacked(samples: list[tuple[np.ndarray, ...]], single: bool) -> Any:
    """Make arrays of samples."""
    parts = tuple([np.stack(part) for part in zip(*samples, strict=True)])
    return parts[0] if single else parts
