"""Data for training: taken as arrays of the network's dtype, once, and refused where they cannot be learnt from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.data import brief, raw
from microgradphys.errors import DataError, InputError, ShapeError

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Examples:
    """Examples, one a row: inputs x, targets y, and how much each of them counts, if they differ in that."""

    x: np.ndarray
    y: np.ndarray | None = None
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.x)

    def rows(self, where: Any) -> Examples:
        """Take some of the rows: a slice, or positions."""
        return Examples(_rows(self.x, where), *(None if a is None else _rows(a, where) for a in (self.y, self.weight)))


def _rows(array: np.ndarray, where: Any) -> np.ndarray:
    """Take some of the rows of an array."""
    # `take` is quicker, but first copies the whole of an array that does not lie in one piece.
    return array.take(where, 0) if isinstance(where, np.ndarray) and array.flags.c_contiguous else array[where]


def inputs(X: Any, dtype: Any, whole: bool = False) -> np.ndarray:
    """Take inputs; single numbers as rows of one.

    Args:
        X: the inputs (rows, …).
        dtype: of the network.
        whole: whether whole numbers stay what they are, as a network that begins with an Embedding needs it.

    Raises:
        InputError: there is no row, or a number that is not finite.
        DataError, ShapeError: it is not an array of numbers.

    >>> inputs([1, 2], np.float64)
    array([[1.],
           [2.]])
    """
    x = numeric(X, "X")
    positions = whole and (x.dtype.kind in "iu" or np.array_equal(x, np.trunc(x)))
    x = x.astype(np.intp if positions else dtype, copy=False)
    return x[:, None] if x.ndim == 1 else x


def numeric(given: Any, name: str) -> np.ndarray:
    """Take an array of finite numbers, one row an example.

    >>> numeric([[1.0, 2.0], [float("nan"), 3.0]], "X")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: X has nan in row 1, column 0 (counted from 0): leave such rows out, or fill them
    """
    if hasattr(given, "toarray"):
        raise DataError(f"{name} is a sparse matrix; a network computes with dense arrays: {name}.toarray()")
    if np.ma.is_masked(given):
        raise DataError(f"{name} is masked in places: leave such rows out, or fill them, {name}.filled(0)")
    try:
        array = np.asarray(raw(given))
    except (ValueError, TypeError) as error:
        raise DataError(f"{name} is not an array: {error}") from None
    if array.dtype.kind == "O":
        array = _of_objects(array, name)
    if array.dtype.kind not in "biuf":
        kind = {"c": "complex numbers", "U": "text", "S": "text"}.get(array.dtype.kind, "objects")
        hint = "; np.unique(y, return_inverse=True) numbers labels" if name == "y" and kind == "text" else ""
        raise DataError(f"{name} has {kind}, and a network computes with numbers: {brief(given)}{hint}")
    if array.ndim == 0:
        raise ShapeError(f"{name} is a single number, {brief(given)}; it needs one row for each example")
    if array.shape[0] == 0:
        raise InputError(f"{name} is empty: shape {array.shape}")
    if array.dtype.kind == "f":
        check_finite(array, name)
    return array


def _of_objects(array: np.ndarray, name: str) -> np.ndarray:
    """Make numbers of objects that are numbers, as columns of a table with mixed types are; None is nan."""
    try:
        return array.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise DataError(f"{name} has something that is not a number: {error}") from None


def check_finite(array: np.ndarray, name: str, first: int = 0) -> None:
    """Refuse nan and infinities, with the row and the column of the first.

    >>> check_finite(np.array([1.0, np.inf]), "y")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: y has inf in row 1 (counted from 0): leave such rows out, or fill them
    """
    with np.errstate(all="ignore"):
        # A sum needs no further memory; where it overflows, all is looked at.
        if np.isfinite(array.sum()):
            return
    for begin in range(0, len(array), _CHUNK):
        part = array[begin : begin + _CHUNK]
        bad = np.argwhere(~np.isfinite(part))
        if len(bad):
            row, *rest = (int(k) for k in bad[0])
            column = f", column {rest[0] if len(rest) == 1 else rest}" if rest else ""
            raise InputError(
                f"{name} has {float(part[tuple(bad[0])])} in row {first + begin + row}{column} (counted from 0): "
                "leave such rows out, or fill them"
            )


def targets(y: np.ndarray, outputs: tuple[int, ...], dtype: Any, own: bool) -> np.ndarray:
    """Take targets in the shape that a network's outputs have; labels of classes stay whole numbers.

    Args:
        y: the targets (rows, …), finite numbers.
        outputs: the shape of the network's outputs, batch included.
        dtype: of the network.
        own: whether the loss is a function of the user's, which may take other shapes.

    Raises:
        ShapeError: they do not belong to such outputs.

    >>> y = np.array([0, 1, 1])
    >>> targets(y, (3, 1), np.float64, False).shape, targets(y, (3, 5), np.float64, False).dtype.kind
    ((3, 1), 'i')
    """
    one, wanted = y.shape[1:], tuple(outputs[1:])
    classes = wanted[-1] if wanted else 1
    if one == wanted or (own and one not in ((), (1,))):
        return y.astype(dtype, copy=False) if y.dtype.kind != "i" or one == wanted else y
    if classes > 1 and one in (wanted[:-1], (*wanted[:-1], 1)):
        return _labels(y if one == wanted[:-1] else y[..., 0], classes)
    if wanted == (*one, 1) or one == (*wanted, 1):
        return y.astype(dtype, copy=False).reshape(len(y), *wanted)
    raise ShapeError(
        f"the network's outputs have shape (rows{''.join(f', {n}' for n in wanted)}) and y has shape {y.shape}: "
        f"the last layer needs {y.shape[-1] if y.ndim > 1 else 1} units, or y another shape"
    )


def _labels(y: np.ndarray, classes: int) -> np.ndarray:
    """Take labels of classes: whole numbers below their number."""
    whole = y.astype(np.intp)
    if y.dtype.kind == "f" and not np.array_equal(whole, y):
        raise ShapeError(
            f"the network has {classes} outputs and y one number for each row, which is no label of a class: "
            f"give y of shape ({len(y)}, {classes}), or whole numbers from 0 to {classes - 1}"
        )
    if whole.min() < 0 or whole.max() >= classes:
        odd = int(np.argmax((whole < 0) | (whole >= classes)))
        raise InputError(
            f"y has the label {int(whole.flat[odd])} in row {odd}; a network with {classes} outputs knows the classes "
            f"0 to {classes - 1}"
        )
    return whole


def weights(given: Any, rows: int, dtype: Any) -> np.ndarray:
    """Take the weights of the examples, and scale them so that they are 1 on average.

    Raises:
        InputError: one is negative, or none is above 0.
        ShapeError: there is not one for each row.

    >>> weights([1, 3], 2, np.float64)
    array([0.5, 1.5])
    """
    weight = numeric(given, "sample_weight")
    if weight.shape != (rows,):
        raise ShapeError(f"sample_weight has shape {weight.shape}, and there are {rows} examples: one number for each")
    if weight.min() < 0 or not weight.any():
        raise InputError("sample_weight: weights are 0 or more, and not all of them 0")
    return (weight * (rows / weight.sum())).astype(dtype)


def same_length(**arrays: Any) -> None:
    """Refuse arrays with different numbers of rows.

    >>> same_length(X=np.zeros(3), y=np.zeros(2))
    Traceback (most recent call last):
    ...
    microgradphys.errors.ShapeError: X has 3 rows and y has 2: each example needs both
    """
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) > 1:
        (first, n), (second, m) = list(lengths.items())[:2]
        raise ShapeError(f"{first} has {n} rows and {second} has {m}: each example needs both")


def is_stream(X: Any) -> bool:
    """Whether data come in batches, from a generator, an iterable or a function that makes one, not as an array.

    >>> is_stream(iter([])), is_stream([[1.0]]), is_stream(np.zeros(3))
    (True, False, False)
    """
    if isinstance(X, (Sequence, np.ndarray, dict)) or hasattr(raw(X), "__array__") or hasattr(X, "toarray"):
        return False
    return callable(X) or isinstance(X, Iterable)
