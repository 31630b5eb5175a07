"""Arguments and answers as JSON, in both directions; nothing that is read is ever executed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

# An answer that is larger is none.
MOST_NUMBERS = 20_000
_DEEPEST = 20
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Other:
    """Something that is no number, array, text, list or tuple: what it is, in words."""

    what: str


def packed(thing: Any) -> Any:
    """Write numbers, texts, arrays, Values, and lists and tuples of them, as what JSON can hold.

    >>> packed((1.5, np.array([[1.0, 2.0]]), None))
    {'tuple': [1.5, {'array': [1.0, 2.0], 'shape': [1, 2]}, {'other': 'None'}]}
    """
    return _packed(thing, [MOST_NUMBERS], 0)


def _packed(thing: Any, room: list[int], depth: int) -> Any:
    """Write one thing; `room` is for how many numbers there is still room."""
    if type(thing).__name__ == "Value" and type(thing).__module__ == "microgradphys.value":
        thing = thing.data
    room[0] -= 1
    if depth > _DEEPEST or room[0] < 0:
        return {"other": "more than an answer can hold"}
    if thing is None or thing is ...:
        return {"other": str(thing)}
    if isinstance(thing, (bool, np.bool_)):
        return bool(thing)
    if isinstance(thing, (int, np.integer)):
        # A float is what it is compared as; a number with a million digits is none.
        return int(thing) if abs(thing) < 2**53 else float(thing) if abs(thing) < 10**300 else {"other": "huge"}
    if isinstance(thing, (float, np.floating)):
        return float(thing)
    if isinstance(thing, str):
        return {"text": str(thing)[:_LONGEST_TEXT]}
    if isinstance(thing, np.ndarray):
        return _array(thing, room)
    if type(thing) in (list, tuple) and len(thing) > room[0]:
        return {"other": f"of type {type(thing).__name__} with {len(thing)} parts"}
    if type(thing) in (list, tuple):
        return {type(thing).__name__: [_packed(part, room, depth + 1) for part in thing]}
    return {"other": f"of type {type(thing).__name__[:_LONGEST_TEXT]}"}


def _array(array: np.ndarray, room: list[int]) -> Any:
    """Write an array of real numbers."""
    if array.dtype.kind not in "biuf":
        return {"other": f"an array of {array.dtype.name}"}
    room[0] -= array.size
    if room[0] < 0:
        return {"other": f"an array of shape {array.shape}"}
    return {"array": array.astype(float).ravel().tolist(), "shape": list(array.shape)}


def unpacked(data: Any) -> Any:
    """Read what `packed` wrote.

    >>> unpacked(packed((1.5, [True, "a"], ...)))
    (1.5, [True, 'a'], Other(what='Ellipsis'))
    """
    if not isinstance(data, dict):
        return data
    [kind] = [key for key in data if key != "shape"]
    match kind:
        case "array":
            return np.array(data["array"], float).reshape(data["shape"])
        case "text":
            return data["text"]
        case "list":
            return [unpacked(part) for part in data["list"]]
        case "tuple":
            return tuple(unpacked(part) for part in data["tuple"])
    return Other(str(data[kind]))
