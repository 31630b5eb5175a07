"""Nested dictionaries, lists, numbers, text and arrays as JSON beside named arrays, and back, exactly.

What JSON lacks is written as an object with one key that begins with "$": an array, a tuple, a number that is not
finite, a dictionary whose keys are not all text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from microgradphys.errors import InputError

# A key that every archive can hold, on every file system that it may be unpacked on.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.^()/-]{0,199}")


def packed(tree: Any) -> tuple[Any, dict[str, np.ndarray]]:
    """Take nested data apart: what goes into JSON, and the arrays that it refers to by name.

    Args:
        tree: dictionaries, lists and tuples of numbers, text, None, and arrays of real numbers.

    Returns:
        The JSON, and arrays by names that say where they are: "parameters/dense_1.W".

    Raises:
        InputError: something in it is of another type; the message says where.

    >>> packed({"epoch": 3, "w": np.zeros(2)})
    ({'epoch': 3, 'w': {'$array': 'w'}}, {'w': array([0., 0.])})
    """
    arrays: dict[str, np.ndarray] = {}
    return _pack(tree, "", arrays), arrays


def _pack(thing: Any, where: str, arrays: dict[str, np.ndarray]) -> Any:
    """Take one branch apart."""
    if thing is None or type(thing) in (bool, int, str):
        return thing
    if type(thing) is float:
        return thing if math.isfinite(thing) else {"$float": repr(thing)}
    if isinstance(thing, (np.ndarray, np.generic)) and thing.dtype.kind in "biuf" and thing.dtype.itemsize <= 8:
        key = where if _PLAIN.fullmatch(where) and where not in arrays else f"array_{len(arrays)}"
        arrays[key], axes = _lying(np.asarray(thing))
        if axes:
            return {"$transposed": [key, axes]}
        return {"$array" if isinstance(thing, np.ndarray) else "$scalar": key}
    if type(thing) is list or type(thing) is tuple:
        parts = [_pack(part, _inside(where, k), arrays) for k, part in enumerate(thing)]
        return parts if type(thing) is list else {"$tuple": parts}
    if type(thing) is dict:
        if all(type(key) is str and not key.startswith("$") for key in thing):
            return {key: _pack(part, _inside(where, key), arrays) for key, part in thing.items()}
        pairs = enumerate(thing.items())
        return {"$dict": [[_pack(part, _inside(where, k), arrays) for part in pair] for k, pair in pairs]}
    raise InputError(f"{where or 'this'} cannot be stored in a file: it is a {type(thing).__name__}")


def _lying(array: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Return an array by rows or by columns in the machine's byte order; if it lies otherwise, with its axes permuted.

    How an array lies in memory is kept, since products and sums of it depend on that in their last digits.
    """
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.flags.f_contiguous or array.flags.c_contiguous:
        return array, []
    order = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    if not array.transpose(order).flags.c_contiguous:
        return np.asarray(array, order="C"), []
    return array.transpose(order), [order.index(axis) for axis in range(array.ndim)]


def _inside(where: str, key: Any) -> str:
    """Name a place inside of another."""
    return f"{where}/{key}" if where else str(key)


def unpacked(document: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Put nested data together again.

    Args:
        document: what `packed` made for JSON.
        arrays: by name.

    Raises:
        KeyError: an array is missing, or something is written as `packed` never writes it.
        ValueError: a number is none.

    >>> unpacked(*packed({"epoch": 3, "w": (np.zeros(2), float("inf"))}))
    {'epoch': 3, 'w': (array([0., 0.]), inf)}
    """
    if isinstance(document, list):
        return [unpacked(part, arrays) for part in document]
    if not isinstance(document, dict):
        return document
    if not any(key.startswith("$") for key in document):
        return {key: unpacked(part, arrays) for key, part in document.items()}
    ((kind, content),) = document.items()
    return _MARKED[kind](content, arrays)


_MARKED = {
    "$array": lambda key, arrays: arrays[key],
    "$transposed": lambda both, arrays: arrays[both[0]].transpose(both[1]),
    "$scalar": lambda key, arrays: arrays[key][()],
    "$float": lambda text, arrays: float(text),
    "$tuple": lambda parts, arrays: tuple(unpacked(parts, arrays)),
    "$dict": lambda pairs, arrays: dict(unpacked(pairs, arrays)),
}
