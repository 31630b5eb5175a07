"""Rows computed element by element: an array is an array of steps, one for each of its numbers.

What a row computes then becomes a straight line of operations on single numbers, which any language can run.
Elementwise rows make the steps; numpy moves them about and adds them up, as it does with any object.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from microgradphys.compiled.standing import Operand, Standing
from microgradphys.compiled.steps import LOGIC, ROWS, Builder, Step
from microgradphys.namespaces import OWN_ROWS
from microgradphys.primitives import Primitive
from microgradphys.small_matrices import SMALL


class Cells(np.ndarray):
    """An array of operands. numpy's functions on it make steps, those that numpy would compute at once included."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Make the steps of an elementwise function, or of folding with one."""
        inputs = tuple(np.asarray(a) if isinstance(a, Cells) else a for a in inputs)
        xp = _namespace_of(inputs)
        row = ROWS.get(ufunc.__name__)
        if method == "__call__" and row is not None and (row.partials or row.name in LOGIC):
            return getattr(xp, row.name)(*inputs)
        if method == "__call__" and ufunc is np.isfinite:
            return xp.less(xp.absolute(*inputs), np.inf)
        if ufunc is np.conjugate:
            return cells(*inputs)
        if method == "reduce" and ufunc in (np.maximum, np.minimum):
            return _folded(np.frompyfunc(getattr(xp.standing, ufunc.__name__), 2, 1), *inputs, **options)
        if ufunc not in (np.add, np.multiply, np.matmul):
            raise TypeError(f"{ufunc.__name__} has no steps")
        options = {key: value for key, value in options.items() if key in ("axis", "keepdims")}
        return cells(getattr(ufunc, method)(*inputs, **options))

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Make the steps of a choice; everything else only moves the elements."""
        if function is np.where:
            return _namespace_of(args).where(*args)
        return super().__array_function__(function, types, args, kwargs)


def cells(data: Any) -> Cells:
    """Make an array of operands of anything that holds them."""
    made = np.asarray(data, object)
    if any(isinstance(item, np.ndarray) for item in made.flat):
        # A number that was put at a place is kept by numpy as an array without axes.
        made = np.frompyfunc(lambda item: item[()] if isinstance(item, np.ndarray) else item, 1, 1)(made)
    return np.asarray(made, object).view(Cells)


def number_text(value: float) -> str:
    """Write a number as JavaScript and JSON readers know it.

    >>> number_text(-np.inf), number_text(0.5)
    ('-Infinity', '0.5')
    """
    return repr(float(value)).replace("inf", "Infinity").replace("nan", "NaN")


def _namespace_of(operands: tuple[Any, ...]) -> CellRows:
    """Find the namespace to which the operands among some arrays belong."""
    for operand in operands:
        for item in np.asarray(operand, object).flat:
            if isinstance(item, Operand):
                return CellRows(item.xp)
    raise TypeError("there is no step among these numbers")


def _folded(function: np.ufunc, a: Any, axis: Any = None, keepdims: bool = False, **options: Any) -> Cells:
    """Fold an array along axes, one axis after the other."""
    axes = range(np.ndim(a)) if axis is None else np.atleast_1d(axis) % np.ndim(a)
    for k in sorted(axes, reverse=True):
        a = np.asarray(function.reduce(a, axis=int(k), keepdims=True), object)
    return cells(a if keepdims else np.squeeze(a, axis=tuple(int(k) for k in axes)))


class CellRows:
    """The namespace `xp` in which every row works on arrays of operands."""

    def __init__(self, standing: Standing) -> None:
        """Remember what makes the steps."""
        self.standing = standing

    def __getattr__(self, name: str) -> Callable[..., Cells]:
        """Make the function of a row."""
        row = ROWS.get(name) or OWN_ROWS.get(name)
        if row is None:
            raise TypeError(f"{name} is no row")
        return partial(self.apply, row)

    def apply(self, row: Primitive, *args: Any, **static: Any) -> Cells:
        """Compute one row."""
        if row.partials or row.name in LOGIC:
            function = getattr(self.standing, row.name)
            return cells(np.frompyfunc(lambda *items: function(*items, **static), len(args), 1)(*map(np.asarray, args)))
        if row.name in SMALL:
            return cells(SMALL[row.name](self, *map(cells, args)))
        if row.name == "shares":
            return self._shares(*args, **static)
        function = partial(row.forward, self) if row.forward else getattr(np, row.name)
        return cells(function(*map(cells, args), **static))

    def _shares(self, a: Any, y: Any, *, axis: Any = None) -> Cells:
        """Say which part of an extremum each element is, as the question of this name does of numbers."""
        ties = self.logical_or(self.equal(a, y), self.logical_and(self.not_equal(y, y), self.not_equal(a, a)))
        return self.divide(ties, self.sum(ties, axis=axis, keepdims=True))


class Tape:
    """A straight line of operations on numbers, all of them elementwise rows or comparisons.

    Attributes:
        inputs: how many numbers it is given.
        code: its operations, each a row's name and its operands: the place of an earlier number, or a number as text.
    """

    def __init__(self) -> None:
        """Start without anything."""
        self.inputs = 0
        self._builder = Builder(lambda builder, step: None)
        self._standing = Standing(self._builder)
        self.rows = CellRows(self._standing)
        self._given: list[Step] = []

    def given(self, shape: tuple[int, ...]) -> Cells:
        """Make an input, an array of so many numbers."""
        made = np.empty(shape, object)
        for index in np.ndindex(shape):
            step = self._builder.given(0.0, None, f"{len(self._given)}")
            step.number = True
            self._given.append(step)
            made[index] = Operand(self._standing, step)
        self.inputs = len(self._given)
        return cells(made)

    def written(self, results: Any) -> tuple[list[list[Any]], list[Any]]:
        """Write the operations that some results need, and where the results then stand.

        >>> tape = Tape()
        >>> x = tape.given(())
        >>> tape.written(tape.rows.sigmoid(x))[0][:2]
        [['absolute', 0], ['negative', 1]]
        """
        wanted = [self._standing.take(item).step for item in np.asarray(results, object).flat]
        needed = _needed(wanted)
        place: dict[Step, int] = {step: k for k, step in enumerate(self._given)}
        code: list[list[Any]] = []

        def operand(step: Step) -> Any:
            return number_text(step.literal) if step.literal is not None else place[step]

        for step in self._builder.steps:
            if step in needed and step.row is not None:
                code.append([step.op, *map(operand, step.operands), *(number_text(v) for v in step.static.values())])
                place[step] = len(place)
        return code, [operand(step) for step in wanted]


def _needed(wanted: list[Step]) -> set[Step]:
    """Find the steps that some steps depend on."""
    found: set[Step] = set()
    stack = list(wanted)
    while stack:
        step = stack.pop()
        if step not in found:
            found.add(step)
            stack += step.operands
    return found
