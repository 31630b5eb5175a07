"""How a step is written in Python: with numpy for arrays, with `math` for Python floats."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from microgradphys.compiled.steps import ROWS, Step
from microgradphys.namespaces import arrays, function_of
from microgradphys.primitives import Primitive


class Text(NamedTuple):
    """A piece of Python, and how strongly it binds: 10 a name or a call, 7 a product, 6 a sum, 3 a comparison."""

    code: str
    binds: int = 10

    def within(self, strength: int) -> str:
        """Write it where something binds so strongly, in parentheses if need be."""
        return self.code if self.binds >= strength else f"({self.code})"


INFIX = {
    "add": ("+", 6),
    "subtract": ("-", 6),
    "multiply": ("*", 7),
    "divide": ("/", 7),
    "floor_divide": ("//", 7),
    "remainder": ("%", 7),
    "matmul": ("@", 7),
    "logical_and": ("&", 5),
    "logical_or": ("|", 4),
    "greater": (">", 3),
    "greater_equal": (">=", 3),
    "less": ("<", 3),
    "less_equal": ("<=", 3),
    "equal": ("==", 3),
    "not_equal": ("!=", 3),
}


# Rows that go a quicker way to the same numbers.
_AS_NUMPY = frozenset("sum mean matmul".split())


class Bound:
    """Things that a program refers to and that cannot be written down: arrays, functions, odd keys."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        """Start without any; names of variables that are taken would hide what is called by them."""
        self.things: dict[str, Any] = {}
        self.taken = set(taken)
        self._names: dict[int, str] = {}
        self._counts: Counter[str] = Counter()

    def name(self, thing: Any, wanted: str) -> str:
        """Give a thing a name that nothing else has."""
        if id(thing) in self._names:
            return self._names[id(thing)]
        name = wanted
        while name in self.things or name in self.taken:
            self._counts[wanted] += 1
            name = f"{wanted}_{self._counts[wanted] + 1}"
        return self.add(thing, name)

    def add(self, thing: Any, name: str) -> str:
        """Give a thing this name, unless it has one already; return what it is called."""
        name = self._names.setdefault(id(thing), name)
        self.things[name] = thing
        return name


def number(value: Any) -> Text:
    """Write a number.

    >>> number(-0.5).within(9), number(2.0).code
    ('(-0.5)', '2.0')
    """
    if isinstance(value, float) and not math.isfinite(value):
        code = "np.nan" if math.isnan(value) else "np.inf"
        return Text(code) if value != -math.inf else Text(f"-{code}", 8)
    return Text(repr(value), 8 if repr(value).startswith("-") else 10)


def infix(op: str, operands: list[Text]) -> Text:
    """Write an operator between its operands."""
    sign, strength = INFIX[op]
    a, b = operands
    # Comparisons would chain, a < b < c: both their operands bind more strongly.
    return Text(f"{a.within(strength + (strength == 3))} {sign} {b.within(strength + 1)}", strength)


def is_numpys(row: Primitive) -> bool:
    """Whether a row is numpy's function of the same name, called in the same way."""
    return row.name in _AS_NUMPY or (row.forward is None and hasattr(np, row.name))


def in_numpy(step: Step, operands: list[Text], static: Callable[[Any], str], bound: Bound) -> Text:
    """Write a step with numpy.

    Args:
        step: the step.
        operands: how its operands are written.
        static: writes an option.
        bound: where the functions of a user's own rows go.
    """
    if step.op in INFIX:
        return infix(step.op, operands)
    if step.op in _SPECIAL and (special := _SPECIAL[step.op](step, operands, static)):
        return special
    row = step.row
    assert row is not None
    # Over several axes at once, numpy's max is slow.
    extremum = row.name in ("max", "min") and not isinstance(step.static.get("axis"), tuple)
    function = f"{'np' if is_numpys(row) or extremum else 'rows'}.{row.name}"
    if row is not ROWS.get(row.name):
        function = bound.name(function_of(arrays, row), row.name)
    options = [f"{key}={static(value)}" for key, value in step.static.items()]
    arguments = ", ".join([operand.code for operand in operands] + options)
    return Text(f"{function}({arguments})")


def index(at: Any, static: Callable[[Any], str]) -> str:
    """Write what stands between brackets.

    >>> index((0, slice(1, None), (2, 3)), repr)
    '0, 1:, (2, 3)'
    """
    if isinstance(at, tuple) and at:
        parts = [static(part) if isinstance(part, tuple) else index(part, static) for part in at]
        return ", ".join(parts) + "," * (len(at) == 1)
    if isinstance(at, slice):
        ends = [at.start, at.stop] + ([at.step] if at.step is not None else [])
        return ":".join("" if end is None else static(end) for end in ends)
    return static(at)


def _is_tall(step: Step) -> bool:
    """Whether an array has so many short rows that numpy is slow to add them up, and a product of matrices is not."""
    return step.dtype.kind == "f" and 0 < step.shape[-1] <= 32 and step.nbytes > 4096 * step.shape[-1] * 8


def _sum(step: Step, operands: list[Text], static: Callable[[Any], str]) -> Text:
    """Write a sum as a method."""
    axis = step.static.get("axis")
    of = step.operands[0]
    if axis == tuple(range(len(of.shape) - 1)) and not step.static.get("keepdims") and _is_tall(of):
        rows = of.nbytes // of.dtype.itemsize // of.shape[-1]
        ones = f"np.ones({rows}{'' if of.dtype == np.float64 else f', np.{of.dtype}'})"
        flat = operands[0] if len(of.shape) == 2 else Text(f"{operands[0].within(10)}.reshape({rows}, {of.shape[-1]})")
        return Text(f"{ones} @ {flat.within(8)}", 7)
    axis = axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis
    options = [] if axis is None or not step.shape else [f"axis={static(axis)}"]
    options += ["keepdims=True"] if step.static.get("keepdims") else []
    return Text(f"{operands[0].within(10)}.sum({', '.join(options)})")


def _reshaped(step: Step, operands: list[Text], static: Callable[[Any], str]) -> Text:
    """Write another shape; the shape of a number is none."""
    if not step.shape:
        return Text(f"{operands[0].within(10)}[{', '.join('0' for _ in step.operands[0].shape)}]")
    return Text(f"{operands[0].within(10)}.reshape{static(step.shape)}")


def _swapped(step: Step, operands: list[Text], static: Callable[[Any], str]) -> Text | None:
    """Write the transpose of a matrix."""
    if len(step.shape) == 2 and (step.op != "transpose" or "axes" not in step.static):
        return Text(f"{operands[0].within(10)}.T")
    return None


_SPECIAL: dict[str, Callable[[Step, list[Text], Callable[[Any], str]], Text | None]] = {
    "negative": lambda step, operands, static: Text(f"-{operands[0].within(8)}", 8),
    "logical_not": lambda step, operands, static: Text(f"~{operands[0].within(8)}", 8) if step.shape else None,
    "sum": _sum,
    "transpose": _swapped,
    "swapaxes": _swapped,
    "reshape": _reshaped,
    "astype": lambda step, operands, static: Text(f"{operands[0].within(10)}.astype(np.{step.dtype})"),
    "getitem": lambda step, operands, static: Text(f"{operands[0].within(10)}[{index(step.static['index'], static)}]"),
}

_IN_MATH: dict[str, str] = {
    **{name: name for name in "exp expm1 log log2 log10 log1p sin cos tan sinh cosh tanh sqrt hypot".split()},
    **{f"arc{name}": f"a{name}" for name in "sin cos tan sinh cosh tanh tan2".split()},
    "power": "pow",
    "deg2rad": "radians",
    "rad2deg": "degrees",
}


def in_math(step: Step, operands: list[Text]) -> Text:
    """Write a step with Python floats; where Python raises an error, the caller computes with numpy instead."""
    op, codes = step.op, [operand.code for operand in operands]
    if op in ("logical_and", "logical_or"):
        a, b = (operand.within(3) for operand in operands)
        return Text(f"{a} {'and' if op == 'logical_and' else 'or'} {b}", 1)
    if op == "logical_not":
        return Text(f"not {operands[0].within(3)}", 2)
    if op in INFIX:
        return infix(op, operands)
    if op == "negative":
        return Text(f"-{operands[0].within(8)}", 8)
    if op == "reciprocal":
        return Text(f"1.0 / {operands[0].within(8)}", 7)
    if op == "where":
        return Text(f"{operands[1].within(1)} if {operands[0].within(1)} else {operands[2].within(1)}", 0)
    function = "abs" if op == "absolute" else f"math.{_IN_MATH[op]}" if op in _IN_MATH else f"floats.{op}"
    options = [f"{key}={value!r}" for key, value in step.static.items()]
    return Text(f"{function}({', '.join(codes + options)})")
