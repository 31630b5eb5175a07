"""Cheaper steps for dearer ones, each with the same result to the last digits.

One function a row, found by the row's name; it returns the step to use instead, or None to leave things as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from microgradphys.compiled.steps import Builder, Step


def rewrite(builder: Builder, step: Step) -> Step | None:
    """Return a cheaper step with the same result, if one is known."""
    if step.row is not None and (step.row.partials or step.op.startswith("logical")):
        # One at a time: if all of them were spread, one has to stay so.
        for k, operand in enumerate(step.operands):
            source = _unspread(operand, step)
            if source is not operand:
                operands = (*step.operands[:k], source, *step.operands[k + 1 :])
                return builder.step(step.row, operands, step.static, step)
    rule = _REWRITES.get(step.op)
    return rule(builder, step) if rule else None


def _unspread(operand: Step, step: Step) -> Step:
    """Use what was spread to a larger shape itself, where the other operands have that shape anyway."""
    if operand.op not in ("broadcast_to", "reshape") or operand.dtype != operand.operands[0].dtype:
        return operand
    source = operand.operands[0]
    others = [other for other in step.operands if other is not operand]
    if operand.op == "reshape" and (source.shape or any(other.dtype != step.dtype for other in others)):
        return operand
    shapes = [other.shape for other in others]
    return source if others and np.broadcast_shapes(source.shape, *shapes) == step.shape else operand


def _is(operand: Step, number: float) -> bool:
    """Whether an operand is known to be this number."""
    return operand.literal is not None and operand.literal == number


def _same(operand: Step, step: Step) -> Step | None:
    """Use an operand for the result, if it has its shape and dtype."""
    return operand if operand.shape == step.shape and operand.dtype == step.dtype else None


def _multiply(builder: Builder, step: Step) -> Step | None:
    """Leave out a factor 1; a factor −1 is a sign."""
    for factor, other in (step.operands, step.operands[::-1]):
        if _is(factor, 1.0):
            return _same(other, step)
        if _is(factor, -1.0) and _same(other, step):
            return builder.step("negative", (other,), like=step)
        if factor.literal is not None and other.op == "multiply" and _same(other, step):
            for inner, rest in (other.operands, other.operands[::-1]):
                if inner.literal is not None and (inner.number or factor.number):
                    both = builder.literal(inner.literal * factor.literal, factor if inner.number else inner)
                    return builder.step("multiply", (both, rest), like=step)
    return None


def _divide(builder: Builder, step: Step) -> Step | None:
    """Leave out a divisor 1."""
    return _same(step.operands[0], step) if _is(step.operands[1], 1.0) else None


def _power(builder: Builder, step: Step) -> Step | None:
    """Write small whole powers as products, which are much faster."""
    a, b = step.operands
    if _is(b, 0.0):
        return builder.literal(1.0, step)
    if _is(b, 1.0):
        return _same(a, step)
    if not (_is(b, 2.0) or _is(b, 3.0)) or not _same(a, step):
        return None
    square = builder.step("multiply", (a, a), like=step)
    return square if _is(b, 2.0) else builder.step("multiply", (square, a), like=step)


def _square(builder: Builder, step: Step) -> Step | None:
    """Write a square as a product."""
    return builder.step("multiply", step.operands * 2, like=step)


def _positive(builder: Builder, step: Step) -> Step | None:
    """A plus sign changes nothing."""
    return _same(step.operands[0], step)


def _negative(builder: Builder, step: Step) -> Step | None:
    """Two signs are none."""
    inner = step.operands[0]
    return inner.operands[0] if inner.op == "negative" else None


def _logical_and(builder: Builder, step: Step) -> Step | None:
    """What is known to be false, or true, decides."""
    for known, other in (step.operands, step.operands[::-1]):
        if known.literal is not None:
            return builder.literal(False, step) if not known.literal else _same(other, step)
    return None


def _not_equal(builder: Builder, step: Step) -> Step | None:
    """A truth that is not 0 is that truth; the rule of `where` asks so."""
    a, b = step.operands
    return _same(a, step) if _is(b, 0.0) else None


def _where(builder: Builder, step: Step) -> Step | None:
    """A condition that is known picks its branch."""
    condition, a, b = step.operands
    if condition.literal is None:
        return None
    taken = a if condition.literal else b
    if taken.literal is not None:
        return builder.literal(taken.literal, step)
    return _same(taken, step)


def _reshape(builder: Builder, step: Step) -> Step | None:
    """Leave out what changes no shape; of two changes only the last counts."""
    operand = step.operands[0]
    if operand.shape == step.shape:
        return operand
    if operand.op == "reshape" or step.static != {"shape": step.shape}:
        return _moved(builder, operand.operands[0] if operand.op == "reshape" else operand, step)
    return None


def _broadcast_to(builder: Builder, step: Step) -> Step | None:
    """Leave out what changes no shape."""
    return _same(step.operands[0], step)


def _swapaxes(builder: Builder, step: Step) -> Step | None:
    """Twice is not at all."""
    operand = step.operands[0]
    if operand.op == "swapaxes" and operand.static == step.static:
        return operand.operands[0]
    return None


def _sum(builder: Builder, step: Step) -> Step | None:
    """The sum of a number is that number; a sum over axes of length 1 is a matter of shape."""
    operand = step.operands[0]
    if operand.dtype.kind == "f" and prod(operand.shape) == prod(step.shape):
        return operand if step.shape == operand.shape else _moved(builder, operand, step)
    return None


def _moved(builder: Builder, operand: Step, step: Step) -> Step:
    """Give the elements of an operand the shape of a result."""
    return builder.step("reshape", (operand,), {"shape": step.shape}, step)


def _mean(builder: Builder, step: Step) -> Step | None:
    """Divide the sum by the number of elements: numpy's mean does the same, more slowly."""
    operand = step.operands[0]
    if operand.dtype.kind != "f" or not prod(operand.shape):
        return None
    total = builder.step("sum", (operand,), step.static, replace(step, row=None, operands=()))
    return builder.step("divide", (total, builder.literal(prod(operand.shape) / prod(step.shape))), like=step)


_REWRITES: dict[str, Callable[[Builder, Step], Any]] = {
    "multiply": _multiply,
    "divide": _divide,
    "power": _power,
    "square": _square,
    "positive": _positive,
    "negative": _negative,
    "logical_and": _logical_and,
    "not_equal": _not_equal,
    "where": _where,
    "reshape": _reshape,
    "expand_dims": _reshape,
    "squeeze": _reshape,
    "broadcast_to": _broadcast_to,
    "swapaxes": _swapaxes,
    "sum": _sum,
    "mean": _mean,
}
