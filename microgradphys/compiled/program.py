"""A recording as a program: its nodes, in the order of their making, as steps.

What nothing depends on is left out. Plain data become known numbers where nobody can change them any more, and are read
at each call where somebody may.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from microgradphys.compiled.standing import expanded
from microgradphys.compiled.steps import Builder, Program, Step
from microgradphys.compiled.trace import Trace
from microgradphys.value import Value


def lowered(
    trace: Trace,
    outputs: list[Value],
    rewrite: Callable[..., Any],
    names: Mapping[int, str],
    spelt: Mapping[str, Callable[..., Any] | None] | None = None,
) -> Program:
    """Turn a recording into a program.

    Args:
        trace: what is known about the recording.
        outputs: the results.
        rewrite: for the builder.
        names: what the program calls arrays and Values that it found in its surroundings, by identity.
        spelt: for the builder.
    """
    builder = Builder(rewrite, spelt)
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
    if row.name == "stop" and not builder.spells("stop"):
        return operands[0]
    static = dict(node.static)
    if "index" in static:
        static["index"] = _index(static["index"], made)
    if builder.forward(row):
        return expanded(builder, row, operands, static, node.held)
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
