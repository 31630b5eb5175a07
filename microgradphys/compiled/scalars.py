"""A small program of arrays as one of single numbers: for a network with two neurons, Python is faster than numpy.

Every array becomes an array of steps, one for each element. numpy itself moves them about and adds them up, as it does
with any object; the rows that compute with numbers make new steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.compiled.rewrites import rewrite
from microgradphys.compiled.standing import Operand, Standing
from microgradphys.compiled.steps import LOGIC, ROWS, Builder, Program, Step
from microgradphys.namespaces import arrays

# A step of numpy takes as long as about so many of Python.
_WORTH = 16
_LARGEST = 400
_MOVING = frozenset(
    "matmul outer sum reshape transpose swapaxes broadcast_to expand_dims squeeze getitem scatter concatenate "
    "stack windows overlap".split()
)

Elements = tuple[list[Any], list[Any]]


def scalar_program(program: Program) -> tuple[Program, Elements] | None:
    """Write a small program with single numbers; None where that is not possible, or slower.

    Returns:
        The program, and the steps that stand for the elements of each input and of each result, as arrays.
    """
    if not _is_worth_it(program):
        return None
    builder = Builder(rewrite)
    xp = Standing(builder)
    made: dict[Step, Any] = {}
    for step in program.inputs:
        made[step] = _each(lambda index, step=step: Operand(xp, _element(builder, step, index)), step.shape)
    for step in program.steps:
        if step not in made:
            made[step] = _computed(xp, builder, step, made)
            for index in np.ndindex(step.shape if step.name else (0,)):
                element = made[step][index].step
                element.name = element.name or _name(step, index)
    for step in program.outputs:
        if step not in made:
            made[step] = _literals(xp, step)
    elements = [[_steps(made[step]) for step in steps] for steps in (program.inputs, program.outputs)]
    flat = [[step for part in parts for step in part.ravel().tolist()] for parts in elements]
    return Program(flat[0], builder.steps, flat[1]).needed(), (elements[0], elements[1])


def _is_worth_it(program: Program) -> bool:
    """Whether single numbers are possible and quicker."""
    # An element that is only read or handed out is work too.
    work = sum(int(np.prod(step.shape)) for step in [*program.inputs, *program.outputs])
    for step in [*program.inputs, *program.steps, *program.outputs]:
        if step.dtype.kind not in "fb" or step.dtype == np.float32:
            return False
        if step.row is None and step.bound is not None and step.shape:
            return False
        if step.row is not None and step.row is not ROWS.get(step.op):
            return False
        if step.row is not None and not (step.row.partials or step.op in LOGIC | _MOVING):
            return False
        if step.uses != step.operands:
            return False
        inner = step.operands[0].shape[-1] if step.op == "matmul" else 1
        work += 2 * inner * int(np.prod(step.shape)) if step.row is not None else 0
    alone = not any(step.shape for step in [*program.inputs, *program.steps, *program.outputs])
    return alone or (work <= _LARGEST and work <= _WORTH * len(program.steps))


def _element(builder: Builder, step: Step, index: tuple[int, ...]) -> Step:
    """Make the step for one element of an input."""
    element = builder.given(0.0, None, _name(step, index))
    element.number = True
    return element


def _name(step: Step, index: tuple[int, ...]) -> str:
    """Name one element: W_01, W_01_bar for the gradient's."""
    stem, bar, bars = step.name.partition("_bar")
    digits = ("_" if any(k > 9 for k in index) else "").join(map(str, index))
    return f"{stem}_{digits}{bar}{bars}" if index else step.name


def _computed(xp: Standing, builder: Builder, step: Step, made: dict[Step, Any]) -> Any:
    """Compute one step of the program with arrays of steps."""
    if step.row is None:
        # A number that a Value from outside holds.
        return _each(lambda index: Operand(xp, builder.given(0.0, step.bound, step.name)), ())
    operands = [made[operand] if operand in made else _literals(xp, operand) for operand in step.operands]
    if step.op in _MOVING:
        result = getattr(arrays, step.op)(*operands, **step.static)
    else:
        function = getattr(xp, step.op)
        # Known numbers are computed on the way; whatever there is to warn of, the program will.
        with np.errstate(all="ignore"):
            result = np.frompyfunc(lambda *items: function(*items, **step.static), len(operands), 1)(*operands)
    moved = np.asarray(result, object)

    def element(index: tuple[int, ...]) -> Operand:
        # numpy keeps a number that was put at a place as an array without axes.
        item = moved[index]
        return xp.take(item[()] if isinstance(item, np.ndarray) else item)

    return _each(element, step.shape)


def _literals(xp: Standing, step: Step) -> Any:
    """Make an array of a known number."""
    return _each(lambda index: Operand(xp, xp.builder.literal(step.literal)), step.shape)


def _each(make: Callable[[tuple[int, ...]], Operand], shape: tuple[int, ...]) -> Any:
    """Make an array of operands, element by element."""
    made = np.empty(shape, object)
    for index in np.ndindex(shape):
        made[index] = make(index)
    return made


def _steps(operands: Any) -> Any:
    """Take the steps out of an array of operands."""
    steps = np.empty(operands.shape, object)
    for index in np.ndindex(operands.shape):
        steps[index] = operands[index].step
    return steps
