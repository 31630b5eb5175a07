"""What is minimised: a function of numbers and arrays, seen as one of a single vector."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.data import brief, raw
from microgradphys.errors import InputError
from microgradphys.jacobians import hessian
from microgradphys.optim import checks
from microgradphys.transforms import value_and_grad
from microgradphys.trees import flatten, unflatten


class Objective:
    """A function and where to start, with value, gradient and Hessian at a vector.

    Args:
        f: a function of several numbers, as `lambda x, y: x**2 + y**2`, or of one thing: a number, an array, or nested
            dictionaries, lists and tuples of them.
        start: the numbers in a row, or the thing.

    Attributes:
        start: the vector to start from, float64.

    Raises:
        InputError: there is nothing to start from, or `f` is not a function.
        DataError: something in it is not a number.

    >>> bowl = Objective(lambda x, y: x**2 + 3 * y, (2.0, 1.0))
    >>> bowl.start, bowl.value(bowl.start), bowl.value_and_gradient(bowl.start)[1]
    (array([2., 1.]), 7.0, array([4., 3.]))
    """

    def __init__(self, f: Callable[..., Any], start: Any) -> None:
        """Look at what `f` takes."""
        if not callable(f):
            raise InputError(f"there is nothing to minimise: {brief(f)} is not a function")
        checks.zeros(start)
        self._f, self._structure = f, start
        leaves = [np.asarray(leaf, np.float64) for leaf in flatten(start)]
        self._shapes = [leaf.shape for leaf in leaves]
        self.start = np.concatenate([leaf.reshape(-1) for leaf in leaves])
        self._apart = len(self.start) > 1 and not _takes_one(f)

    def tree(self, vector: Any) -> Any:
        """Put the numbers of a vector where they are in the start, in its types."""
        leaves = []
        for part, old in zip(self._parts(vector), flatten(self._structure), strict=True):
            old_type = getattr(old, "dtype", np.dtype(np.float64))
            leaves.append(
                part.astype(np.float32) if old_type == np.float32 else part.copy() if part.ndim else float(part)
            )
        return unflatten(self._structure, leaves)

    def value(self, vector: Any) -> float:
        """Return the function's value at a vector.

        Raises:
            InputError: it is not one number.
        """
        with np.errstate(all="ignore"):
            found = np.asarray(raw(self._call(vector)), np.float64)
        if found.size != 1:
            raise InputError(f"f must return one number, not an array of shape {found.shape}; sum or average it")
        return float(found.reshape(()))

    def value_and_gradient(self, vector: Any) -> tuple[float, Any]:
        """Return value and gradient at a vector."""
        with np.errstate(all="ignore"):
            value, gradient = value_and_grad(self._call)(vector)
        return float(value), gradient

    def hessian(self, vector: Any) -> Any:
        """Return the second derivatives at a vector, shape (n, n)."""
        with np.errstate(all="ignore"):
            return hessian(self._call)(vector)

    def _call(self, vector: Any) -> Any:
        """Call the function as it wants to be called."""
        if self._apart:
            return self._f(*[vector[k] for k in range(len(self.start))])
        return self._f(unflatten(self._structure, self._parts(vector)))

    def _parts(self, vector: Any) -> list[Any]:
        """Cut a vector into the shapes of the start."""
        parts, begin = [], 0
        for shape in self._shapes:
            size = int(np.prod(shape))
            parts.append(vector[begin : begin + size].reshape(shape) if shape else vector[begin])
            begin += size
        return parts


def _takes_one(f: Callable[..., Any]) -> bool:
    """Whether a function can be called with a single argument."""
    try:
        inspect.signature(f).bind(None)
    except TypeError:
        return False
    except ValueError:
        return getattr(f, "nin", 1) == 1
    return True
