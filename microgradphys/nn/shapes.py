"""`Flatten` and `Reshape`: the same numbers in another shape."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from microgradphys.data import counted
from microgradphys.errors import InputError, ShapeError
from microgradphys.nn.layer import ArrayLayer


class Flatten(ArrayLayer):
    """Put all numbers of a sample into one row, as dense layers want them: (batch, …) becomes (batch, inputs).

    Raises:
        ShapeError: later, when its input is a single number.

    >>> Flatten()(np.zeros((5, 13, 13, 8))).shape
    (5, 1352)
    """

    def forward(self, x: Any) -> Any:
        """Compute the rows."""
        if np.ndim(x) == 0:
            raise ShapeError("Flatten needs inputs of shape (batch, …), not a single number")
        batch, *shape = np.shape(x)
        return np.reshape(x, (batch, prod(shape)))


class Reshape(ArrayLayer):
    """Give every sample another shape.

    Args:
        target_shape: the shape of one sample; one of its sizes may be -1, for as many as are left.

    Raises:
        InputError: that is no shape.
        ShapeError: later, when a sample has another number of numbers.

    >>> Reshape((4, -1))(np.zeros((5, 8))).shape
    (5, 4, 2)
    """

    def __init__(self, target_shape: Any) -> None:
        """Remember the shape."""
        self.target_shape = target_shape
        for size in self._sizes():
            counted("a size in target_shape", size, -1)
        if self._sizes().count(-1) > 1:
            raise InputError(f"target_shape={target_shape!r} has more than one -1")

    def _sizes(self) -> tuple[Any, ...]:
        """Return the shape that was given as a tuple."""
        return tuple(self.target_shape) if isinstance(self.target_shape, (tuple, list)) else (self.target_shape,)

    def forward(self, x: Any) -> Any:
        """Compute the samples in their new shape."""
        if np.ndim(x) == 0:
            raise ShapeError("Reshape needs inputs of shape (batch, …), not a single number")
        batch, *shape = np.shape(x)
        given = self._sizes()
        rest, known = prod(shape), prod(size for size in given if size != -1)
        target = tuple(rest // max(known, 1) if size == -1 else size for size in given)
        if prod(target) != rest:
            raise ShapeError(f"Reshape cannot give samples of shape {tuple(shape)} the shape {given}")
        return np.reshape(x, (batch, *target))
