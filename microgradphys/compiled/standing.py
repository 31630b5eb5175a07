"""Rows that are computed by means of other rows, such as the sigmoid, written with those.

Their forward is run once more, over a namespace `xp` whose functions make steps instead of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.compiled.steps import LOGIC, ROWS, Builder, Step, elementwise_result
from microgradphys.namespaces import OWN_ROWS
from microgradphys.primitives import Primitive


def expanded(builder: Builder, row: Primitive, operands: tuple[Step, ...], static: Any, like: Any) -> Step:
    """Write a row that is computed by means of other rows, such as the sigmoid, with those."""
    standing, forward = Standing(builder), builder.forward(row)
    if forward is None:
        return builder.step(row, operands, static, like)
    try:
        result = forward(standing, *(standing.take(operand) for operand in operands), **static)
    except TypeError:
        # A forward in plain numpy, or one that calls what has no row, is called as it is.
        return builder.step(row, operands, static, like)
    if not isinstance(result, (Operand, int, float)):
        return builder.step(row, operands, static, like)
    step = standing.take(result).step
    return step if step.shape == np.shape(like) else builder.step(row, operands, static, like)


class Standing:
    """The namespace `xp` in which a row's forward makes steps instead of numbers."""

    def __init__(self, builder: Builder) -> None:
        """Remember where the steps go."""
        self.builder = builder

    def take(self, step: Any) -> Operand:
        """Make an operand of a step or a number."""
        if isinstance(step, Operand):
            return step
        if isinstance(step, Step):
            return Operand(self, step)
        return Operand(self, self.builder.literal(float(step)))

    def __getattr__(self, name: str) -> Callable[..., Operand]:
        """Make the function of a row."""
        row = ROWS.get(name) or OWN_ROWS.get(name)
        if row is None or not (row.partials or row.name in LOGIC):
            raise TypeError(f"{name} is no elementwise row")

        def function(*args: Any, **static: Any) -> Operand:
            steps = tuple(self.take(arg).step for arg in args)
            if self.builder.forward(row):
                shape, dtype, number = elementwise_result(row, steps, static)
                like = 0.0 if number else np.empty(shape, dtype)
                return self.take(expanded(self.builder, row, steps, static, like))
            return self.take(self.builder.step(row, steps, static))

        return function


class Operand:
    """A step that Python's operators work on."""

    def __init__(self, xp: Standing, step: Step) -> None:
        """Hold a step."""
        self.xp, self.step = xp, step

    def __bool__(self) -> bool:
        """Refuse to choose a branch, which would be the same one for all numbers."""
        raise TypeError("a step has no number yet, so nothing can depend on whether it is true")


def _operator(name: str, reflected: bool) -> Callable[..., Operand]:
    """Make the operator method of a row."""

    def method(self: Operand, *others: Any) -> Operand:
        args = (self, *others)
        return getattr(self.xp, name)(*(reversed(args) if reflected else args))

    return method


for _name_of_row, _methods in {
    "add": "add radd",
    "subtract": "sub rsub",
    "multiply": "mul rmul",
    "divide": "truediv rtruediv",
    "power": "pow rpow",
    "negative": "neg",
    "greater": "gt",
    "greater_equal": "ge",
    "less": "lt",
    "less_equal": "le",
    "equal": "eq",
    "not_equal": "ne",
    "logical_and": "and",
    "logical_or": "or",
}.items():
    for _method in _methods.split():
        setattr(Operand, f"__{_method}__", _operator(_name_of_row, _method[0] == "r"))
