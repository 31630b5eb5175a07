"""What may be differentiated: taking a user's data in, as a float or an array of our own, or saying why not."""

from __future__ import annotations

import sys
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np

from microgradphys.errors import CompileError, DataError, InputError, UnsupportedError

_NUMBERS = (int, float, np.integer, np.bool_)


def as_data(data: Any) -> Any:
    """Turn what a user gives into a float or an array of its own, or say why not.

    >>> as_data(True), as_data([1, 2])
    (1.0, array([1., 2.]))
    >>> as_data("1.5")
    Traceback (most recent call last):
    ...
    microgradphys.errors.DataError: cannot differentiate text: '1.5'; give a real number or an array of them
    """
    if data.__class__ is float:
        return data
    try:
        if isinstance(data, _NUMBERS):
            return float(data)
    except OverflowError as error:
        raise DataError(f"cannot make a number of {brief(data)}: {error}") from None
    if is_value(data):
        raise DataError("this is a Value already; use it as it is, or its .data for a copy without history")
    if isinstance(data, np.ma.MaskedArray):
        raise DataError(f"cannot differentiate a masked array: {brief(data)}; use its .filled(number) and np.where")
    try:
        array = np.array(data)
    except (ValueError, TypeError, OverflowError, UnsupportedError) as error:
        raise DataError(f"cannot make an array of {brief(data)}: {error}") from None
    if array.dtype.kind not in "biuf":
        kind = {"c": "complex numbers", "U": "text", "S": "text"}.get(array.dtype.kind, "objects")
        raise DataError(f"cannot differentiate {kind}: {brief(data)}; give a real number or an array of them")
    return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)


def own(option: Any) -> Any:
    """Copy what the caller could change before the backward pass; a whole number becomes Python's."""
    if option is None or option.__class__ is int:
        return option
    if isinstance(option, np.ndarray):
        return option.copy()
    if isinstance(option, np.integer):
        return int(option)  # One that is compared with a tuple answers with an array.
    if option.__class__ is tuple:
        return tuple([int(part) if isinstance(part, np.integer) else part for part in option])
    return tuple(map(own, option)) if isinstance(option, list) else option


def own_index(index: Any) -> Any:
    """Copy what the caller could change later in an index, and refuse what would lose a gradient."""
    if isinstance(index, tuple):
        return tuple(map(own_index, index))
    if is_value(index):
        # Whole numbers are recorded only while a function is compiled, where they may differ at the next call.
        if index.dtype.kind == "i":
            return index
        if index.dtype.kind == "b":
            raise CompileError(
                "the function that is being compiled picks elements with a mask, so that shapes depend on data; "
                "use np.where(mask, x, 0.0)"
            )
        raise DataError(
            "an index has no gradient; use the .data of this Value, as integers; "
            "a compiled function takes positions as an array of integers"
        )
    if isinstance(index, slice):
        return slice(*map(own, (index.start, index.stop, index.step)))
    return deepcopy(index) if isinstance(index, (list, np.ndarray)) else index


def is_plain(index: Any) -> bool:
    """Whether there is no Value in an index."""
    return all(map(is_plain, index)) if isinstance(index, tuple) else not is_value(index)


def plain_index(index: Any) -> Any:
    """Return an index with plain data in it.

    >>> plain_index((0, slice(1, None)))
    (0, slice(1, None, None))
    """
    if isinstance(index, tuple):
        return tuple(map(plain_index, index))
    return index.held if is_value(index) else index


@cache
def keep_freed_memory() -> None:
    """Have Linux's C library keep the memory of freed arrays for the next training step; once in a process.

    By itself it hands large arrays back to the system, and to get the pages again costs more than to compute with
    them. Once it has freed a block of nearly 32 MB, which costs nothing as nobody writes to it, it keeps blocks of up
    to that size: mallopt(3), "M_MMAP_THRESHOLD" on its dynamic adjustment.
    """
    if sys.platform == "linux":
        np.empty(31 << 20, np.uint8)


def brief(data: Any) -> str:
    """Show data in an error message without filling the screen."""
    text = " ".join(repr(data).split())
    return text if len(text) <= 60 else text[:57] + "..."


def counted(what: str, given: Any, least: int = 1) -> int:
    """Take a whole number that counts something, or refuse it.

    >>> counted("epochs", -1, 0)
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: epochs=-1 is not a whole number, 0 or more
    """
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < least:
        raise InputError(f"{what}={brief(given)} is not a whole number, {least} or more")
    return int(given)


def checked_name(name: Any) -> str | None:
    """Accept a text or nothing as a name."""
    if name is None or isinstance(name, str):
        return name
    raise DataError(f"a name is a text, not {brief(name)}")


def is_value(data: Any) -> bool:
    """Whether this is a node of a graph; Value itself is built on this module, so it is known by what it has."""
    return hasattr(data, "primitive") and hasattr(data, "parents")


def raw(data: Any) -> Any:
    """Return a Value's data, and anything else as it is."""
    return data.held if is_value(data) else data
