"""A recording as a program: one step for each thing that has to be computed, none computed twice.

The nodes of a recording are gone through in the order of their making. What nothing depends on is left out, what was
computed before is shared, arithmetic with known numbers is done at once, and `rewrites.py` puts cheaper operations in
the place of dearer ones.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from microgradphys.compiled.trace import Trace
from microgradphys.namespaces import OWN_ROWS, arrays, function_of
from microgradphys.primitives import PRIMITIVES, QUESTIONS, Primitive
from microgradphys.value import Value, compute

ROWS: Mapping[str, Primitive] = {**PRIMITIVES, **{row.name: row for row in QUESTIONS}}


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
    """

    def __init__(self, rewrite: Callable[[Builder, Step], Step | None]) -> None:
        """Start without steps."""
        self.steps: list[Step] = []
        self._known: dict[Any, Step] = {}
        self._rewrite = rewrite

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
        shape, dtype, number = _described(like) if like is not None else _result(row, operands, static)
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


LOGIC = frozenset("greater greater_equal less less_equal equal not_equal logical_and logical_or logical_not".split())


def lowered(trace: Trace, outputs: list[Value], rewrite: Callable[..., Any], names: Mapping[int, str]) -> Program:
    """Turn a recording into a program.

    Args:
        trace: what is known about the recording.
        outputs: the results.
        rewrite: for the builder.
        names: what the program calls arrays and Values that it found in its surroundings, by identity.
    """
    builder = Builder(rewrite)
    made: dict[Value, Step] = {node: builder.given(node.held, name=name) for node, name in trace.inputs.items()}
    inputs = list(made.values())
    for node in _in_order(outputs, made, trace.start):
        if node not in made:
            made[node] = _lower(builder, trace, node, made, names)
    taken: Counter[str] = Counter(step.name for step in inputs)
    for node, step in made.items():
        if not step.name and step.literal is None and (name := _name(trace, node, made)):
            taken[name] += 1
            step.name = name if taken[name] == 1 else f"{name}_{taken[name]}"
    return Program(inputs, builder.steps, [made[node] for node in outputs]).needed()


def _lower(builder: Builder, trace: Trace, node: Value, made: dict[Value, Step], names: Mapping[int, str]) -> Step:
    """Turn one node into a step."""
    row = node.primitive
    if row is None or node.time < trace.start:
        if node.time < trace.start:
            return builder.given(node.held, node, node.name or names.get(id(node), "w"))
        return _constant(builder, trace, node, names)
    operands = tuple(made[parent] for parent in node.parents)
    if row.name == "stop":
        return operands[0]
    static = dict(node.static)
    if "index" in static:
        static["index"] = _index(static["index"], made)
    if row.partials and row.forward:
        return _expanded(builder, row, operands, static, node.held)
    return builder.step(row, operands, static, node.held)


def _constant(builder: Builder, trace: Trace, node: Value, names: Mapping[int, str]) -> Step:
    """Turn plain data among the operands into a step: a known number, or an array that is read at each call."""
    ours = node not in trace.arrays or _is_ours(trace.arrays, node)
    data = trace.arrays.get(node, node.held)
    if data.__class__ in (float, int):
        return builder.literal(data)
    first = node.held.flat[0] if np.size(node.held) else 0
    if ours and node.dtype.kind == "f" and np.all(node.held == first):
        described = Step(None, (), {}, node.shape, node.dtype)
        return builder.literal(float(first), described)
    step = builder.given(node.held, data, node.name or names.get(id(data), "c"))
    step.ours = ours
    return step


def _is_ours(arrays: Mapping[Any, Any], node: Any) -> bool:
    """Whether nobody else holds an array, or what it is a view of, so that it cannot be changed any more."""
    alone, alone_below = _alone()
    if _references(arrays, node) > alone:
        return False
    array = arrays[node]
    while array.base is not None:
        if _base_references(array) > alone_below:
            return False
        array = array.base
    return True


def _references(arrays: Mapping[Any, Any], node: Any) -> int:
    """Count who holds an array in a dictionary."""
    return sys.getrefcount(arrays[node])


def _base_references(array: Any) -> int:
    """Count who holds what an array is a view of."""
    return sys.getrefcount(array.base)


@cache
def _alone() -> tuple[int, int]:
    """Count the same where only the dictionary, or only the view, holds it: Pythons differ in what they count."""
    return _references({0: np.zeros(1)}, 0), _base_references(np.zeros(2)[:1])


def _expanded(builder: Builder, row: Primitive, operands: tuple[Step, ...], static: Any, like: Any) -> Step:
    """Write a row that is computed by means of other rows, such as the sigmoid, with those."""
    standing = Standing(builder)
    try:
        result = row.forward(standing, *(standing.take(operand) for operand in operands), **static)  # type: ignore[misc]
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
            if row.partials and row.forward:
                shape, dtype, number = _result(row, steps, static)
                like = 0.0 if number else np.empty(shape, dtype)
                return self.take(_expanded(self.builder, row, steps, static, like))
            return self.take(self.builder.step(row, steps, static))

        return function


class Operand:
    """A step that Python's operators work on."""

    def __init__(self, xp: Standing, step: Step) -> None:
        """Hold a step."""
        self.xp, self.step = xp, step


def _operator(name: str, reflected: bool = False) -> Callable[..., Operand]:
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


def _in_order(outputs: list[Value], made: Mapping[Value, Step], start: int) -> list[Value]:
    """List the nodes that results depend on, in the order of their making; what was there before stands for itself."""
    seen, stack = set(outputs), list(outputs)
    while stack:
        node = stack.pop()
        if node.time < start or node in made:
            continue
        index = node.static.get("index")
        for parent in (*node.parents, *(index if isinstance(index, tuple) else (index,))):
            if isinstance(parent, Value) and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=lambda node: node.time)


def _index(index: Any, made: Mapping[Value, Step]) -> Any:
    """Put steps in the places of Values in an index."""
    if isinstance(index, tuple):
        return tuple(_index(part, made) for part in index)
    return made[index] if isinstance(index, Value) else index


def _name(trace: Trace, node: Value, made: Mapping[Value, Step]) -> str:
    """Name a node: after what it is the gradient of, as it is named itself, or as the program's variable."""
    for of in trace.gradients.get(node, ()):
        name = made[of].name if of in made else of.name or trace.names.get(of)
        if name:
            return f"{name}_bar"
    return node.name or trace.names.get(node, "")


def _described(like: Any) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Say shape and dtype of a step or of data, and whether it is a Python float."""
    if isinstance(like, Step):
        return like.shape, like.dtype, like.number
    return np.shape(like), _dtype(like), isinstance(like, float)


def _dtype(data: Any) -> np.dtype[Any]:
    """Return the dtype of data, float64 for a Python float."""
    return getattr(data, "dtype", np.dtype(float))


def _result(row: Primitive, operands: tuple[Step, ...], static: Any) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
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
