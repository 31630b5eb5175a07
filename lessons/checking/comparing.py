"""A student's answer beside the right one: of the right kind, of the right shape, close enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.sandbox.wire import Other

# What rounding makes of a number that should be 0.
_DUST = 1e-12


def flaw(answer: Any, right: Any, within: float) -> str:
    """Say what is wrong with an answer, without saying what is right; "" if nothing is.

    Args:
        answer: what the student's function returned.
        right: what it should be: a number, an array, a text, or a list or tuple of them.
        within: how far off numbers may be, as a part of the largest.

    >>> flaw(2.0, 2.0 + 1e-12, 1e-9), flaw(np.ones(3), np.ones((3, 1)), 1e-9)
    ('', 'asked is an array of shape (3, 1), yours has shape (3,)')
    >>> flaw(Other("None"), 1.0, 1e-9)
    'asked is a number, yours is None (is a return missing?)'
    """
    if isinstance(right, (tuple, list)) and not _is_plain(right):
        return _flaw_of_parts(answer, right, within)
    if isinstance(right, str):
        if not isinstance(answer, str):
            return f"asked is a text, yours is {kind_of(answer)}"
        return "" if answer == right else "it is another text"
    expected, found = np.asarray(right, float), _array(answer)
    if found is None:
        missing = " (is a return missing?)" if isinstance(answer, Other) and answer.what == "None" else ""
        return f"asked is {_asked(expected)}, yours is {kind_of(answer)}{missing}"
    if found.shape != expected.shape:
        yours = f"has shape {found.shape}" if expected.shape and found.shape else f"is {_asked(found)}"
        return f"asked is {_asked(expected)}, yours {yours}"
    wrong = np.argwhere(~close(found, expected, within))
    if len(wrong) == 0:
        return ""
    if expected.size == 1:
        return "the number is wrong"
    if len(wrong) == expected.size:
        return "all its numbers are wrong"
    places = [f"[{', '.join(map(str, place))}]" for place in wrong[:3]] + ["…"] * (len(wrong) > 3)
    verb = "is" if len(wrong) == 1 else "are"
    return f"{len(wrong)} of its {expected.size} numbers {verb} wrong: {', '.join(places)}"


def _flaw_of_parts(answer: Any, right: Any, within: float) -> str:
    """Compare a list or tuple part by part."""
    if isinstance(answer, np.ndarray) and answer.ndim:
        answer = list(answer)
    if not isinstance(answer, (tuple, list)):
        return f"asked are {len(right)} results, yours is {kind_of(answer)}"
    if len(answer) != len(right):
        return f"asked are {len(right)} results, yours are {len(answer)}"
    for k, (one, other) in enumerate(zip(answer, right, strict=True), 1):
        if words := flaw(one, other, within):
            return f"result {k} of {len(right)}: {words}"
    return ""


def close(found: np.ndarray, right: np.ndarray, within: float) -> np.ndarray:
    """Say of each number whether it is close enough to the right one; nan is as good as nan, inf as inf."""
    finite = np.abs(right[np.isfinite(right)])
    allowed = within * finite.max(initial=0.0) + _DUST
    with np.errstate(invalid="ignore"):
        return (found == right) | (np.abs(found - right) <= allowed) | (np.isnan(found) & np.isnan(right))


def flat(answer: Any) -> np.ndarray | None:
    """Put all numbers of an answer in one row, None if it has something else."""
    parts = list(_parts(answer))
    arrays = [array for part in parts if (array := _array(part)) is not None]
    return np.concatenate([array.ravel() for array in arrays]) if arrays and len(arrays) == len(parts) else None


def _parts(answer: Any) -> Iterator[Any]:
    """Go through the parts of nested lists and tuples."""
    if isinstance(answer, (list, tuple)) and not _is_plain(answer):
        for part in answer:
            yield from _parts(part)
    else:
        yield answer


def _is_plain(things: Any) -> bool:
    """Whether a list is as good as an array: rows of numbers, all of one length."""
    return isinstance(things, list) and _array(things) is not None


def _array(thing: Any) -> np.ndarray | None:
    """Read a number, an array, or lists of numbers as an array; None for anything else."""
    if isinstance(thing, (bool, int, float, np.ndarray, np.number, np.bool_)):
        return np.asarray(thing, float)
    if isinstance(thing, (list, tuple)) and thing:
        rows = [row for part in thing if (row := _array(part)) is not None]
        if len(rows) == len(thing) and len({row.shape for row in rows}) == 1:
            return np.array(rows)
    return None


def _asked(array: np.ndarray) -> str:
    """Name what an array is, in words."""
    return f"an array of shape {array.shape}" if array.shape else "a number"


def kind_of(answer: Any) -> str:
    """Name what an answer is, in words."""
    if isinstance(answer, Other):
        return answer.what
    array = _array(answer)
    if array is not None:
        return _asked(array)
    return {str: "a text", list: "a list", tuple: "a tuple"}[type(answer)]
