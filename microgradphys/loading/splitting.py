"""Splitting samples into those for training, for validation and for the test, by scikit-learn."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from microgradphys import randomness
from microgradphys.data import brief
from microgradphys.errors import InputError, MissingExtraError, ShapeError


class Split(NamedTuple):
    """Three parts of the samples, each with a part of every array: (X, y), as they were given."""

    train: tuple[Any, ...]
    validation: tuple[Any, ...]
    test: tuple[Any, ...]


def split(
    *arrays: Any, validation: float = 0.2, test: float = 0.2, seed: int | None = None, stratify: Any = None
) -> Split:
    """Split samples at random, by scikit-learn's `train_test_split`.

    Args:
        arrays: inputs, targets and whatever else there is a row of for each sample; arrays, lists or data frames.
        validation: the share of all samples that is for validation; 0 for none.
        test: the share that is for the test; 0 for none.
        seed: a whole number that says which, instead of the common generator.
        stratify: labels, one for each sample, that all parts are to have in the same proportions; True for those in
            the second array.

    Returns:
        The parts train, validation and test, each a tuple with a part of every array.

    Raises:
        InputError: a part would be empty, or labels cannot be in all parts.
        ShapeError: the arrays do not have a row for each sample.
        MissingExtraError: scikit-learn is not installed.

    >>> parts = split(np.arange(10), test=0.3, validation=0.0, seed=1)
    >>> [len(part[0]) for part in parts]
    [7, 0, 3]
    """
    count = _checked(arrays, validation, test)
    held, tested = round(count * validation), round(count * test)
    if count - held - tested < 1 or (validation > 0) > held or (test > 0) > tested:
        raise InputError(
            f"of {count} samples, validation={validation} and test={test} leave {count - held - tested} for training, "
            f"{held} for validation and {tested} for the test"
        )
    draw = randomness.generator() if seed is None else randomness.started(seed)
    places = np.arange(count)
    kinds = _labels(arrays, stratify, count)
    rest, for_test = _halves(places, tested, kinds, draw)
    train, for_validation = _halves(rest, held, None if kinds is None else kinds[rest], draw)
    return Split(*(tuple(_rows(array, part) for array in arrays) for part in (train, for_validation, for_test)))


def _checked(arrays: tuple[Any, ...], validation: float, test: float) -> int:
    """Count the samples, or say what is wrong."""
    for name, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise InputError(f"{name}={share!r} is not a share between 0 and 1")
    lengths = [_length(array) for array in arrays]
    if not lengths:
        raise InputError("there is nothing to split")
    if len(set(lengths)) > 1:
        raise ShapeError(f"the arrays have {', '.join(map(str, lengths))} rows: each sample needs one in each of them")
    return lengths[0]


def _length(array: Any) -> int:
    """Count the rows of an array, a list, a data frame or a sparse matrix."""
    shape = getattr(array, "shape", None)
    if shape == () or not (shape or hasattr(array, "__len__")):
        raise InputError(f"{brief(array)} has no rows to split")
    return shape[0] if shape else len(array)


def _labels(arrays: tuple[Any, ...], stratify: Any, count: int) -> np.ndarray | None:
    """Take the labels that all parts are to have in the same proportions."""
    if stratify is None or stratify is False:
        return None
    if stratify is True and len(arrays) < 2:
        raise InputError("stratify=True needs a second array, with the labels")
    kinds = np.asarray(arrays[1] if stratify is True else stratify)
    if kinds.shape[:1] != (count,):
        raise ShapeError(f"stratify needs a label for each of {count} samples, not an array of shape {kinds.shape}")
    return kinds


def _halves(places: np.ndarray, second: int, kinds: Any, draw: np.random.Generator) -> tuple[Any, Any]:
    """Split places in two, the second part of a given size."""
    try:
        from sklearn.model_selection import train_test_split
    except ImportError as error:
        raise MissingExtraError("loading.split needs scikit-learn: pip install 'microgradphys[train]'") from error
    if not second:
        return places, places[:0]
    try:
        first, rest = train_test_split(places, test_size=second, random_state=int(draw.integers(2**32)), stratify=kinds)
    except ValueError as error:
        raise InputError(f"these samples cannot be split so: {error}") from None
    return first, rest


def _rows(array: Any, places: np.ndarray) -> Any:
    """Take rows, of a data frame by their place."""
    if hasattr(array, "iloc"):
        return array.iloc[places]
    return [array[k] for k in places] if isinstance(array, (list, tuple)) else array[places]
