"""Sizes that depend on the batch: found by recording for two batches, and written for any.

A function that is recorded for 11 samples has that 11 in its shapes: `reshape(11, 144)`. Recorded once more for 13, it
differs there and nowhere else, and what differs is the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.compiled.steps import Program, Step
from microgradphys.errors import UnsupportedError

BATCHES = (11, 13)


@dataclass(frozen=True, slots=True)
class Size:
    """A whole number that depends on the size n of the batch: factor · n + rest.

    >>> str(Size(9, 0)), str(Size(1, 2)), str(Size(2, -1))
    ('9 * n', 'n + 2', '2 * n - 1')
    """

    factor: int
    rest: int

    def __str__(self) -> str:
        """Write it as Python, with `n` for the size of the batch."""
        scaled = "n" if self.factor == 1 else f"{self.factor} * n"
        return scaled if not self.rest else f"{scaled} {'+' if self.rest > 0 else '-'} {abs(self.rest)}"


def for_any_batch(first: Program, second: Program) -> Program:
    """Put sizes in the places where two recordings differ.

    Args:
        first: a program recorded for the first number of samples of `BATCHES`; it is changed.
        second: the same for the second.

    Raises:
        UnsupportedError: they differ in something else.
    """
    if len(first.steps) != len(second.steps):
        raise _otherwise("takes other steps")
    pairs = [*zip(first.inputs, second.inputs, strict=True), *zip(first.steps, second.steps, strict=True)]
    pairs += [both for a, b in pairs for both in zip(a.operands, b.operands, strict=False)]
    pairs += zip(first.outputs, second.outputs, strict=True)
    done: set[Step] = set()
    for a, b in pairs:
        if a not in done:
            done.add(a)
            _merge(a, b)
    first.steps = [step for step in first.steps if step.literal is None]
    return first


def _merge(a: Step, b: Step) -> None:
    """Put sizes into one step where another differs."""
    if a.op != b.op or len(a.operands) != len(b.operands) or a.static.keys() != b.static.keys():
        raise _otherwise("takes other steps")
    if (number := _filling(a, b)) is not None:
        # An array of nothing but one number, such as a state at the beginning, may be as long as the batch.
        a.bound, a.literal, a.number, b.literal = None, number, False, number
    if isinstance(a.bound, np.ndarray) and not np.array_equal(a.bound, b.bound, equal_nan=a.dtype.kind == "f"):
        raise _otherwise(f"uses other numbers (an array of shape {a.shape})")
    a.shape = between(a.shape, b.shape)
    a.static = {key: between(value, b.static[key]) for key, value in a.static.items()}
    a.literal = between(a.literal, b.literal)


def _filling(a: Step, b: Step) -> float | None:
    """Return the one number that two arrays of different shapes are filled with, or None."""
    if not isinstance(a.bound, np.ndarray) or a.shape == b.shape or a.dtype.kind != "f" or not a.bound.size:
        return None
    first = a.bound.flat[0]
    return float(first) if np.all(a.bound == first) and np.all(b.bound == first) else None


def between(a: Any, b: Any) -> Any:
    """Return what two recordings have in common: an option as it is, or with sizes where the batch was.

    >>> between((11, 5), (13, 5))
    (Size(factor=1, rest=0), 5)
    """
    if isinstance(a, Step):
        return a
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)) and len(a) == len(b):
        return a.__class__([between(x, y) for x, y in zip(a, b, strict=True)])
    if isinstance(a, slice) and isinstance(b, slice):
        return slice(between(a.start, b.start), between(a.stop, b.stop), between(a.step, b.step))
    if isinstance(a, np.ndarray):
        if np.array_equal(a, b):
            return a
        raise _otherwise(f"picks other elements (by an array of shape {a.shape})")
    if a is b or a == b or (a != a and b != b):
        return a
    few, many = BATCHES
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        factor, left = divmod(b - a, many - few)
        if not left and float(a).is_integer():
            return Size(int(factor), int(a - factor * few))
    raise _otherwise(f"uses another option ({a!r}, then {b!r})")


def _otherwise(what: str) -> UnsupportedError:
    """Say that a function is not the same for all batches."""
    return UnsupportedError(
        f"for {BATCHES[1]} samples this {what} than for {BATCHES[0]}, so it cannot be written down for a batch of any "
        "size: pass batch=False for inputs of the sample's own shape, whole"
    )
