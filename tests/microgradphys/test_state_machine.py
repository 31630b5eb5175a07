"""A session of a student, drawn by hypothesis: whatever the order of actions, gradients are those of dual numbers.

The model holds every number as a value and a row of derivatives with respect to all leaves. It knows nothing of
graphs: it is told which leaves changed since a number was computed, which makes that number's graph out of date.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from microgradphys import Value, constant, no_grad
from microgradphys.errors import GradientError, StaleGraphError

Row = dict[int, float]


@dataclass
class Model:
    """What is known of a node: its number, its derivatives, and the ages of the leaves that it was computed from."""

    x: float
    row: Row
    ages: dict[int, int]
    active: bool


@dataclass
class Leaf:
    """What is known of a leaf: its number, its gradient so far, and how often its data changed."""

    node: Value
    x: float
    grad: float | None = None
    age: int = 0
    array: bool = False


@dataclass
class Node:
    """A Value beside its model; of a leaf that is a number itself, the model is that of now."""

    value: Value
    then: Model
    leaf: tuple[int, Leaf] | None = None

    @property
    def model(self) -> Model:
        """Say what is known."""
        if self.leaf is None:
            return self.then
        key, leaf = self.leaf
        return Model(leaf.x, {key: 1.0}, {key: leaf.age}, True)


def combined(a: Model, b: Model, x: float, da: float, db: float) -> Model:
    """Apply the chain rule to two numbers."""
    row = {key: da * a.row.get(key, 0.0) + db * b.row.get(key, 0.0) for key in a.row.keys() | b.row.keys()}
    ages = {key: min(a.ages.get(key, 10**9), b.ages.get(key, 10**9)) for key in a.ages.keys() | b.ages.keys()}
    return Model(x, row, ages, a.active or b.active)


def _both(x: float, y: float) -> tuple[float, float, float]:
    """Take the larger of two numbers, or halves."""
    return max(x, y), float(x > y) + 0.5 * (x == y), float(y > x) + 0.5 * (x == y)


# Operations on Values, and on two numbers as (value, ∂/∂a, ∂/∂b).
OPERATIONS: dict[str, tuple[Callable[..., Any], Callable[[float, float], tuple[float, float, float]]]] = {
    "add": (lambda a, b: a + b, lambda x, y: (x + y, 1.0, 1.0)),
    "subtract": (lambda a, b: a - b, lambda x, y: (x - y, 1.0, -1.0)),
    "multiply": (lambda a, b: a * b, lambda x, y: (x * y, y, x)),
    "tanh": (lambda a, b: np.tanh(a), lambda x, y: (math.tanh(x), 1 - math.tanh(x) ** 2, 0.0)),
    "sin": (lambda a, b: np.sin(a), lambda x, y: (math.sin(x), math.cos(x), 0.0)),
    "square": (lambda a, b: a**2, lambda x, y: (x * x, 2 * x, 0.0)),
    "maximum": (lambda a, b: np.maximum(a, b), _both),
    "absolute": (lambda a, b: abs(a), lambda x, y: (abs(x), float(x > 0) - float(x < 0), 0.0)),
    "joined": (lambda a, b: np.stack([a, b, a]).sum(), lambda x, y: (2 * x + y, 2.0, 1.0)),
}
numbers = st.floats(-2.0, 2.0, allow_subnormal=False).map(lambda x: round(x, 2))


class Session(RuleBasedStateMachine):
    """The actions, each done to the Values and to the model."""

    nodes = Bundle("nodes")

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.leaves: list[Leaf] = []

    def _leaf(self, x: float, array: bool) -> Node:
        """Make a leaf, and a number that is it: of an array, an element."""
        key = len(self.leaves)
        leaf = Value([9.0, x], f"w_{key}") if array else Value(x, f"w_{key}")
        self.leaves.append(Leaf(leaf, x, array=array))
        return self._read(key)

    def _read(self, key: int) -> Node:
        """Take the number of a leaf: itself, or an element of an array."""
        leaf = self.leaves[key]
        model = Model(leaf.x, {key: 1.0}, {key: leaf.age}, True)
        return Node(leaf.node[1], model) if leaf.array else Node(leaf.node, model, (key, leaf))

    @initialize(target=nodes, x=numbers)
    def first(self, x: float) -> Node:
        """Begin with one leaf."""
        return self._leaf(x, array=False)

    @rule(target=nodes, x=numbers, array=st.booleans())
    def new_leaf(self, x: float, array: bool) -> Node:
        """Make another leaf."""
        return self._leaf(x, array)

    @rule(target=nodes, x=numbers)
    def new_constant(self, x: float) -> Node:
        """Make a constant."""
        return Node(constant(x), Model(x, {}, {}, False))

    @rule(target=nodes, name=st.sampled_from(sorted(OPERATIONS)), a=nodes, b=nodes, quiet=st.booleans())
    def operation(self, name: str, a: Node, b: Node, quiet: bool) -> Node:
        """Compute something, sometimes without recording."""
        on_values, on_numbers = OPERATIONS[name]
        x, da, db = on_numbers(a.model.x, b.model.x)
        if abs(x) > 1e3:
            return a
        model = combined(a.model, b.model, x, da, db)
        if name not in ("add", "subtract", "multiply", "maximum", "joined"):
            model = combined(a.model, a.model, x, da, 0.0)
        if quiet:
            with no_grad():
                return Node(on_values(a.value, b.value), Model(x, {}, {}, False))
        return Node(on_values(a.value, b.value), model)

    @rule(node=nodes, seed=st.sampled_from([None, 1.0, -2.5]))
    def backward(self, node: Node, seed: float | None) -> None:
        """Ask for gradients: they add up, or are refused where the graph is old or holds no leaf."""
        model = node.model
        if not model.active:
            with pytest.raises(GradientError):
                node.value.backward(seed)
        elif any(self.leaves[key].age != age for key, age in model.ages.items()):
            with pytest.raises(StaleGraphError):
                node.value.backward(seed)
        else:
            node.value.backward(seed)
            for key in model.ages:
                leaf = self.leaves[key]
                leaf.grad = (leaf.grad or 0.0) + (1.0 if seed is None else seed) * model.row.get(key, 0.0)

    @rule(k=st.integers(0, 100))
    def zero(self, k: int) -> None:
        """Forget the gradient of a leaf."""
        leaf = self.leaves[k % len(self.leaves)]
        leaf.node.zero_grad()
        leaf.grad = None

    @rule(target=nodes, k=st.integers(0, 100))
    def read(self, k: int) -> Node:
        """Take the number of a leaf as it is now."""
        return self._read(k % len(self.leaves))

    @rule(k=st.integers(0, 100), x=numbers, in_place=st.booleans())
    def change(self, k: int, x: float, in_place: bool) -> None:
        """Give a leaf other data: what was computed from it is old."""
        leaf = self.leaves[k % len(self.leaves)]
        x += 5.0 + leaf.age  # Never what it was: the same bytes again would be no change.
        if leaf.array:
            if in_place:
                leaf.node.data[1] = x
            else:
                leaf.node.data = [9.0, x]
        else:
            leaf.node.data = x
        leaf.x, leaf.age = x, leaf.age + 1

    @rule(node=consumes(nodes))
    def drop(self, node: Node) -> None:
        """Let go of a node; what was computed from it stays right."""

    @invariant()
    def gradients_are_those_of_the_model(self) -> None:
        """None before the first, and right after."""
        for leaf in self.leaves:
            found = leaf.node.grad
            if leaf.grad is None:
                assert found is None
            else:
                np.testing.assert_allclose(found[1] if leaf.array else found, leaf.grad, rtol=1e-9, atol=1e-9)
                assert not leaf.array or found[0] == 0.0


TestSession = Session.TestCase
TestSession.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
