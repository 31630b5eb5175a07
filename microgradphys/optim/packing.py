"""Parameters joined to one vector of each type: fourteen operations of numpy for a step, not fourteen for each."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.errors import ShapeError

_NUMBERS = "numbers"


class Packing:
    """Which parts of a list go into which vector.

    Args:
        parts: floats and arrays; their types and shapes count, not their data.

    >>> packing = Packing([1.0, np.zeros((1, 2)), 2.0])
    >>> packing.pack([3.0, np.array([[5.0, 6.0]]), 4.0])
    [array([3., 4.]), array([5., 6.])]
    >>> packing.unpack([np.array([30.0, 40.0]), np.array([50.0, 60.0])])
    [30.0, array([[50., 60.]]), 40.0]
    """

    def __init__(self, parts: list[Any]) -> None:
        """Group the parts: numbers, and arrays by their type."""
        groups: dict[str, list[int]] = {}
        for place, part in enumerate(parts):
            groups.setdefault(_NUMBERS if part.__class__ is float else part.dtype.name, []).append(place)
        self._groups = groups
        self._shapes = [getattr(part, "shape", ()) for part in parts]
        self._ends = {kind: np.cumsum([np.size(parts[k]) for k in places]).tolist() for kind, places in groups.items()}

    def pack(self, parts: list[Any]) -> list[Any]:
        """Join parts to vectors: copies, except that an array that is alone may be handed on.

        Raises:
            ShapeError: a part has another shape than at first, or there are more or fewer.
        """
        if len(parts) != len(self._shapes):
            raise ShapeError(f"there are {len(self._shapes)} parameters, not {len(parts)}")
        return [self._joined(kind, [parts[k] for k in places]) for kind, places in self._groups.items()]

    def _joined(self, kind: str, parts: list[Any]) -> Any:
        """Join the parts of one group."""
        wanted = [self._shapes[k] for k in self._groups[kind]]
        if kind == _NUMBERS:
            if all(getattr(part, "shape", ()) == () for part in parts):
                return np.array(parts, np.float64)
        else:
            parts = [part if hasattr(part, "reshape") else np.asarray(part) for part in parts]
            if [part.shape for part in parts] == wanted:
                flat = [part.reshape(-1) for part in parts]
                return flat[0] if len(flat) == 1 else np.concatenate(flat)
        found = [np.shape(part) for part in parts]
        now, before = next(pair for pair in zip(found, wanted, strict=True) if pair[0] != pair[1])
        raise ShapeError(f"a parameter of shape {before} has data or a gradient of shape {now} now")

    def unpack(self, vectors: list[Any]) -> list[Any]:
        """Take vectors apart: floats, and views of the shapes at first."""
        parts: list[Any] = [None] * len(self._shapes)
        for vector, (kind, places) in zip(vectors, self._groups.items(), strict=True):
            if kind == _NUMBERS:
                for place, number in zip(places, vector.tolist(), strict=True):
                    parts[place] = number
                continue
            start = 0
            for place, end in zip(places, self._ends[kind], strict=True):
                parts[place] = vector[start:end].reshape(self._shapes[place])
                start = end
        return parts
