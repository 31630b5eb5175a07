"""What a program consists of: one step for each thing that has to be computed, none computed twice.

What was computed before is shared, arithmetic with known numbers is done at once, and `rewrites.py` puts cheaper
operations in the place of dearer ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microgradphys.forward import compute
from microgradphys.namespaces import arrays, function_of
from microgradphys.primitives import PRIMITIVES, QUESTIONS, Primitive

ROWS: Mapping[str, Primitive] = {**PRIMITIVES, **{row.name: row for row in QUESTIONS}}
LOGIC = frozenset("greater greater_equal less less_equal equal not_equal logical_and logical_or logical_not".split())


@dataclass(eq=False, slots=True)
class Step:
    """One thing to compute, or to be given.

    row and operands: what computes it; None and () for what is given. static: the row's options; an index may hold
    steps. shape, dtype: of the result. number: whether it is a Python float to the program. literal: the number that it
    is known to be, everywhere if it has a shape. bound: the array or Value it stands for. name: what the program calls
    it. ours: whether nobody else can change that array.
    """

    row: Primitive | None
    operands: tuple[Step, ...]
    static: dict[str, Any]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    number: bool = False
    literal: Any = None
    bound: Any = None
    name: str = ""
    ours: bool = False

    @property
    def op(self) -> str:
        """The name of the row, "" for what is given."""
        return self.row.name if self.row else ""

    @property
    def uses(self) -> tuple[Step, ...]:
        """The steps that have to come before: the operands, and steps in an index."""
        index = self.static.get("index")
        inside = index if isinstance(index, tuple) else (index,)
        return (*self.operands, *(part for part in inside if isinstance(part, Step)))

    @property
    def nbytes(self) -> int:
        """The size of the result in memory."""
        return int(np.prod(self.shape)) * self.dtype.itemsize


@dataclass(slots=True)
class Program:
    """Steps in the order in which they are computed, and which of them are results."""

    inputs: list[Step]
    steps: list[Step] = field(default_factory=list)
    outputs: list[Step] = field(default_factory=list)

    def needed(self) -> Program:
        """Leave out what no result depends on."""
        found: set[Step] = set()
        stack = list(self.outputs)
        while stack:
            step = stack.pop()
            if step not in found:
                found.add(step)
                stack += step.uses
        return Program(self.inputs, [step for step in self.steps if step in found], self.outputs)


class Builder:
    """Makes steps, and shares those that are there already.

    Args:
        rewrite: what may put a cheaper step in the place of one; called with the builder and the step.
        spelt: how rows are written where not as the table says: by other rows, as a forward does, or, with None, as a
            word of their own.
    """

    def __init__(
        self,
        rewrite: Callable[[Builder, Step], Step | None],
        spelt: Mapping[str, Callable[..., Any] | None] | None = None,
    ) -> None:
        """Start without steps."""
        self.steps: list[Step] = []
        self._spelt = spelt or {}
        self._known: dict[Any, Step] = {}
        self._rewrite = rewrite

    def forward(self, row: Primitive) -> Callable[..., Any] | None:
        """Return what writes an elementwise row by means of others, or None if it stands for itself."""
        if not row.partials or not self._spelt:
            return row.forward if row.partials else None
        # In another language a user's own row is what its forward says, without what takes care of numpy's dtypes.
        return self._spelt.get(row.name, getattr(row.forward, "__wrapped__", row.forward))

    def spells(self, name: str) -> bool:
        """Whether a row that stands for nothing here has a word of its own all the same."""
        return name in self._spelt

    def given(self, data: Any, bound: Any = None, name: str = "") -> Step:
        """Make a step for an input, or for an array or Value that is read at each call."""
        key = ("given", id(name if bound is None else bound))
        if key not in self._known or bound is None:
            self._known[key] = Step(
                None, (), {}, np.shape(data), _dtype(data), isinstance(data, float), None, bound, name
            )
            self.steps.append(self._known[key])
        return self._known[key]

    def literal(self, number: Any, like: Step | None = None) -> Step:
        """Make a step for a known number, or for an array of nothing but that number."""
        shape, dtype = (like.shape, like.dtype) if like else ((), np.dtype(float))
        key = ("literal", repr(number), number.__class__, shape, dtype.str, like is None or like.number)
        if key not in self._known:
            self._known[key] = Step(None, (), {}, shape, dtype, like is None or like.number, number)
        return self._known[key]

    def step(self, row: Primitive | str, operands: tuple[Step, ...], static: Any = None, like: Any = None) -> Step:
        """Make the step that computes a row, or return a step that has the same result.

        Args:
            row: a row, or its name.
            operands: its arguments.
            static: its options.
            like: a step, or data, with the shape and dtype of the result; for an elementwise row it is found out.
        """
        row = ROWS[row] if isinstance(row, str) else row
        static = dict(static or {})
        shape, dtype, number = _described(like) if like is not None else elementwise_result(row, operands, static)
        step = Step(row, operands, static, shape, dtype, number)
        if simpler := self._folded(step) or self._rewrite(self, step):
            return simpler
        key = (row, tuple(map(id, operands)), _hashable(static), shape, dtype)
        if key not in self._known:
            self._known[key] = step
            self.steps.append(step)
        return self._known[key]

    def _folded(self, step: Step) -> Step | None:
        """Compute at once what has nothing but known numbers in it."""
        row, literals = step.row, [operand.literal for operand in step.operands]
        assert row is not None
        if not literals or any(literal is None for literal in literals) or step.uses != step.operands:
            return None
        if row.name in ("reshape", "broadcast_to", "expand_dims", "squeeze", "transpose", "swapaxes", "astype"):
            return self.literal(literals[0], step)
        if not (row.partials or row.name in LOGIC):
            return None
        with np.errstate(all="ignore"):
            result = compute(row, [float(a) if row.partials else a for a in literals], step.static)
        return self.literal(bool(result) if step.dtype == bool else float(result), step)


def _described(like: Any) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Say shape and dtype of a step or of data, and whether it is a Python float."""
    if isinstance(like, Step):
        return like.shape, like.dtype, like.number
    return np.shape(like), _dtype(like), isinstance(like, float)


def _dtype(data: Any) -> np.dtype[Any]:
    """Return the dtype of data, float64 for a Python float."""
    return getattr(data, "dtype", np.dtype(float))


def elementwise_result(
    row: Primitive, operands: tuple[Step, ...], static: Any
) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Find shape and dtype of an elementwise result, by computing it for arrays of no size."""
    shape = np.broadcast_shapes(*(operand.shape for operand in operands))
    if all(operand.number or (operand.dtype == bool and not operand.shape) for operand in operands):
        return shape, np.dtype(float if row.partials else bool), bool(row.partials)
    samples = [1.0 if operand.number else np.ones((0,) if operand.shape else (), operand.dtype) for operand in operands]
    return shape, np.asarray(function_of(arrays, row)(*samples, **static)).dtype, False


def _hashable(static: Mapping[str, Any]) -> Any:
    """Make options comparable; arrays among them are the same only if they are the same array."""

    def key(value: Any) -> Any:
        if isinstance(value, (tuple, list)):
            return value.__class__, tuple(map(key, value))
        if isinstance(value, slice):
            return "slice", key(value.start), key(value.stop), key(value.step)
        return id(value) if isinstance(value, (np.ndarray, Step)) else (value.__class__, repr(value))

    return tuple((name, key(value)) for name, value in sorted(static.items()))
