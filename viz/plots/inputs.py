"""What plots are given, checked and turned into arrays: numbers, points, classes, named series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from microgradphys.data import brief, raw
from microgradphys.errors import InputError

# Numbers beyond this count as infinite.
_LARGEST = 1e100


def plain(data: Any) -> Any:
    """Take the data out of Values, in nested lists too."""
    if isinstance(data, (list, tuple)):
        return [plain(item) for item in data]
    if isinstance(data, np.ma.MaskedArray):
        return np.ma.filled(data.astype(float), np.nan)
    if isinstance(data, np.ndarray) and data.dtype == object:
        return [plain(item) for item in data]
    return raw(data)


def numbers(data: Any, what: str) -> np.ndarray:
    """Turn numbers, arrays, Values and lists of them into a float64 array; None is a gap.

    What is beyond 10¹⁰⁰ counts as infinite, and what is below 10⁻¹⁰⁰ as 0.

    Args:
        data: what the user gave.
        what: what it is called in an error.

    Raises:
        InputError: something in it is not a real number, or the rows of a list differ in length.

    >>> from microgradphys import Value
    >>> numbers([Value(1.0), 2, None], "the losses")
    array([ 1.,  2., nan])
    """
    given = data if isinstance(data, (np.ndarray, Mapping, str, Sequence)) else _listed(data)
    try:
        array = np.asarray(plain(given))
        if array.dtype.kind not in "biufO":
            raise TypeError(f"not real numbers: {array.dtype}")
        array = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{what} must be numbers, not {brief(data)} ({error})") from None
    # Farther out no axis can be drawn, and squares overflow.
    far, near = np.abs(array) > _LARGEST, np.abs(array) < 1 / _LARGEST
    return np.where(far, np.copysign(np.inf, array), np.where(near, 0.0, array)) if (far | near).any() else array


def one_number(data: Any, what: str) -> float:
    """Take one number, be it in an array.

    Raises:
        InputError: it is not one number.
    """
    array = numbers(data, what)
    if array.size != 1:
        raise InputError(f"{what} must be one number, not an array of shape {array.shape}")
    return float(array.reshape(()))


def number_between(data: Any, what: str, low: float, high: float) -> float:
    """Take a number from `low` to `high`.

    Raises:
        InputError: it is not.
    """
    number = one_number(data, what)
    if not low <= number <= high:
        raise InputError(f"{what}={brief(data)} must be a number from {low:g} to {high:g}")
    return number


def whole_between(data: Any, what: str, low: int, high: int) -> int:
    """Take a whole number from `low` to `high`.

    Raises:
        InputError: it is not.
    """
    if isinstance(data, bool) or not isinstance(data, (int, np.integer)) or not low <= data <= high:
        raise InputError(f"{what}={brief(data)} must be a whole number from {low} to {high}")
    return int(data)


def _listed(data: Any) -> Any:
    """Go through a generator or a view of a dictionary once."""
    if hasattr(data, "__array__") or not isinstance(data, Iterable):
        return data
    return list(data)


def line_of(data: Any, what: str, least: int = 1) -> np.ndarray:
    """Take numbers that stand in a row, at least so many of them.

    Raises:
        InputError: there are fewer, or they stand in a table.
    """
    array = numbers(data, what)
    if array.ndim != 1:
        raise InputError(f"{what} must be one row of numbers, not an array of shape {array.shape}")
    if len(array) < least:
        raise InputError(f"{what}: {len(array)} given, at least {least} needed")
    return array


def points(data: Any, what: str) -> np.ndarray:
    """Take points of the plane: an array of shape (n, 2), n > 0.

    Raises:
        InputError: another shape.
    """
    array = numbers(data, what)
    if array.ndim != 2 or array.shape[1] != 2 or not len(array):
        raise InputError(f"{what} must be points of two numbers, shape (n, 2), not shape {array.shape}")
    return array


def classes(data: Any, what: str) -> list[Any]:
    """Take one label for each of some examples: numbers, words or truths.

    Raises:
        InputError: there are none, or they stand in a table, or one of them is nan.
    """
    try:
        array = np.asarray(plain(data if isinstance(data, (np.ndarray, Sequence)) else _listed(data)))
    except ValueError:
        raise InputError(f"{what} must be one label for each example, not {brief(data)}") from None
    if array.ndim != 1 or not array.size:
        raise InputError(f"{what} must be one label for each example, not an array of shape {array.shape}")
    labels = array.tolist()
    if any(label is None or label != label for label in labels):
        raise InputError(f"{what} contain a missing label (nan or None); leave those examples out")
    return [int(label) if isinstance(label, float) and label.is_integer() else label for label in labels]


def names_for(names: Any, count: int, what: str) -> list[str]:
    """Take one name for each of some things.

    Raises:
        InputError: there are more or fewer.
    """
    listed = list(plain(names)) if isinstance(names, Iterable) and getattr(names, "ndim", 1) else None
    if listed is None or len(listed) != count:
        given = brief(names) if listed is None else counted(len(listed), "name")
        raise InputError(f"names: each {what} needs one, or none has: {count} needed, not {given}")
    return [str(name) for name in listed]


def in_order(labels: Iterable[Any]) -> list[Any]:
    """List different labels, sorted as numbers or as words.

    >>> in_order([10, 2, 10]), in_order(["b", "a", 1])
    ([2, 10], [1, 'a', 'b'])
    """
    different = set(labels)
    try:
        return sorted(different)
    except TypeError:
        return sorted(different, key=str)


def named_series(data: Any, what: str, one: str, each: str) -> dict[str, np.ndarray]:
    """Take several rows of numbers by name; one row has the name `one`, a list of rows is numbered.

    Args:
        data: a mapping from names to numbers, numbers, or a list of rows of them.
        what: what the data are called in an error.
        one: the name of a row that is alone.
        each: what comes before the number of a row without a name.

    Raises:
        InputError: there is nothing in it.
    """
    if isinstance(data, Mapping):
        rows = {str(name): numbers(row, f"{what} {brief(str(name))}").ravel() for name, row in data.items()}
    else:
        items = data if isinstance(data, np.ndarray) else plain(_listed(data))
        if not _is_row(items):
            raise InputError(f"{what}: {brief(data)} is not a row of numbers, nor a dictionary of rows by name")
        if len(items) and not any(map(_is_row, items)):
            rows = {one: numbers(items, what)}
        else:
            rows = {f"{each} {k}": numbers(item, f"{what} {k}").ravel() for k, item in enumerate(items, 1)}
    if not rows:
        raise InputError(f"{what}: nothing is given, so there is nothing to draw")
    for name, row in rows.items():
        if not np.isfinite(row).any():
            raise InputError(f"{what} {brief(name)} has no finite number in it, so there is nothing to draw")
    return rows


def _is_row(item: Any) -> bool:
    """Whether this is several numbers, not one."""
    return isinstance(item, (list, tuple)) or getattr(item, "ndim", 0) > 0


def limits(given: Any, what: str) -> tuple[float, float]:
    """Take the two ends of an axis.

    Raises:
        InputError: they are not two different finite numbers in order.
    """
    ends = numbers(given, what)
    if ends.shape != (2,) or not np.isfinite(ends).all() or not ends[0] < ends[1]:
        raise InputError(f"{what}={brief(given)} must be two finite numbers, the smaller one first, such as (-2, 2)")
    return float(ends[0]), float(ends[1])


def around(values: np.ndarray, margin: float = 0.08) -> tuple[float, float]:
    """The ends of an axis on which some numbers stand with a margin.

    >>> around(np.array([0.0, 1.0]), 0.5), around(np.array([3.0]))
    ((-0.5, 1.5), (2.0, 4.0))
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (-1.0, 1.0)
    room = (high - low) * margin or max(abs(high), 1.0) * (1.0 if abs(high) <= 1.0 else 0.0) or 1.0
    return low - room, high + room


def not_finite(count: int, what: str = "value") -> list[str]:
    """Say how many things are left out because they are nan or infinite; nothing if there are none.

    >>> not_finite(2), not_finite(0)
    (['2 values are nan or infinite and left out'], [])
    """
    if not count:
        return []
    first, *rest = what.split(" ")
    return [f"{counted(count, first, ' '.join(rest))} {'is' if count == 1 else 'are'} nan or infinite and left out"]


def counted(count: int, what: str, rest: str = "") -> str:
    """Write a number of things.

    >>> counted(1, "step"), counted(2, "point", "of the grid")
    ('1 step', '2 points of the grid')
    """
    return f"{count} {what}{'' if count == 1 else 's'}{rest and ' ' + rest}"


def called(f: Any, what: str = "f") -> None:
    """Refuse what is not a function.

    Raises:
        InputError: it cannot be called.
    """
    if not callable(f):
        raise InputError(f"{what} must be a function, not {brief(f)}")
