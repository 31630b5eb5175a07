"""Random programs: the reverse sweep against forward-mode dual numbers that share no code with it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, mutually_broadcastable_shapes

from microgradphys import Value, gelu, grad, relu, sigmoid, softplus
from microgradphys.backward import sweep
from microgradphys.graph import ancestors
from microgradphys.recording import values
from microgradphys.rerun import recompute


@dataclass(frozen=True)
class Dual:
    """A number and its derivative with respect to one input."""

    x: float
    dx: float

    def then(self, y: float, slope: float) -> Dual:
        """Apply a function of one argument, given its value and slope here."""
        return Dual(y, slope * self.dx)


def _pick(a: Dual, b: Dual, first: bool) -> Dual:
    """Choose one of two numbers, or at a tie both by halves."""
    return Dual(a.x, (a.dx + b.dx) / 2) if a.x == b.x else a if first else b


def _normal(x: float) -> float:
    """Compute the normal distribution function."""
    return math.erfc(-x / math.sqrt(2)) / 2


Program = list[tuple[str, int, int]]
# Each operation twice: on Values, and on dual numbers with the textbook's derivative.
OPERATIONS: dict[str, tuple[Callable[..., Any], Callable[[Dual, Dual], Dual]]] = {
    "add": (lambda a, b: a + b, lambda a, b: Dual(a.x + b.x, a.dx + b.dx)),
    "subtract": (lambda a, b: a - b, lambda a, b: Dual(a.x - b.x, a.dx - b.dx)),
    "multiply": (lambda a, b: a * b, lambda a, b: Dual(a.x * b.x, a.dx * b.x + a.x * b.dx)),
    "divide": (
        lambda a, b: a / (b * b + 1),
        lambda a, b: Dual(a.x / (b.x**2 + 1), a.dx / (b.x**2 + 1) - a.x * 2 * b.x * b.dx / (b.x**2 + 1) ** 2),
    ),
    "cube": (lambda a, b: a**3, lambda a, b: a.then(a.x**3, 3 * a.x**2)),
    "negative": (lambda a, b: -a, lambda a, b: a.then(-a.x, -1.0)),
    "sin": (lambda a, b: np.sin(a), lambda a, b: a.then(math.sin(a.x), math.cos(a.x))),
    "cos": (lambda a, b: np.cos(a), lambda a, b: a.then(math.cos(a.x), -math.sin(a.x))),
    "tanh": (lambda a, b: np.tanh(a), lambda a, b: a.then(math.tanh(a.x), 1 / math.cosh(min(abs(a.x), 300)) ** 2)),
    "exp": (lambda a, b: np.exp(np.sin(a)), lambda a, b: a.then(e := math.exp(math.sin(a.x)), e * math.cos(a.x))),
    "log": (lambda a, b: np.log(a * a + 1), lambda a, b: a.then(math.log(a.x**2 + 1), 2 * a.x / (a.x**2 + 1))),
    "sqrt": (lambda a, b: np.sqrt(a * a + 1), lambda a, b: a.then(math.hypot(a.x, 1), a.x / math.hypot(a.x, 1))),
    "sigmoid": (
        lambda a, b: sigmoid(a),
        lambda a, b: a.then((1 + math.tanh(a.x / 2)) / 2, 1 / (4 * math.cosh(min(abs(a.x / 2), 300)) ** 2)),
    ),
    "relu": (lambda a, b: relu(a), lambda a, b: a.then(max(a.x, 0.0), float(a.x > 0))),
    "absolute": (lambda a, b: abs(a), lambda a, b: a.then(abs(a.x), float(a.x > 0) - float(a.x < 0))),
    "maximum": (lambda a, b: np.maximum(a, b), lambda a, b: _pick(a, b, a.x > b.x)),
    "minimum": (lambda a, b: np.minimum(a, b), lambda a, b: _pick(a, b, a.x < b.x)),
    "arctan": (lambda a, b: np.arctan(a), lambda a, b: a.then(math.atan(a.x), 1 / (1 + a.x**2))),
    "softplus": (
        lambda a, b: softplus(a),
        lambda a, b: a.then(math.log1p(math.exp(-abs(a.x))) + max(a.x, 0), 1 / (1 + math.exp(-max(a.x, -700)))),
    ),
    "gelu": (
        lambda a, b: gelu(a),
        lambda a, b: a.then(a.x * _normal(a.x), _normal(a.x) + a.x * math.exp(-(a.x**2) / 2) / math.sqrt(2 * math.pi)),
    ),
    "logaddexp": (
        lambda a, b: np.logaddexp(np.sin(a), b),
        lambda a, b: Dual(
            b.x + math.log1p(math.exp(min(math.sin(a.x) - b.x, 700))) if b.x > -700 else math.sin(a.x),
            (w := 1 / (1 + math.exp(min(b.x - math.sin(a.x), 700)))) * math.cos(a.x) * a.dx + (1 - w) * b.dx,
        ),
    ),
    "clip": (
        lambda a, b: np.clip(a, -1.0, 1.0),
        lambda a, b: a.then(min(max(a.x, -1.0), 1.0), float(-1 <= a.x <= 1)),
    ),
    "where": (lambda a, b: np.where(a > b, a, b * 2), lambda a, b: a if a.x > b.x else Dual(2 * b.x, 2 * b.dx)),
}
INPUTS = 3
LARGEST = 1e4

numbers = st.floats(-2.0, 2.0, allow_subnormal=False).map(lambda x: round(x, 3))
points = st.lists(numbers, min_size=INPUTS, max_size=INPUTS)
programs: st.SearchStrategy[Program] = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=14
)


def run(program: Program, inputs: list[Any], way: int) -> list[Any]:
    """Run a program on Values (way 0) or dual numbers (way 1); each result may be used by the next operations."""
    stack = list(inputs)
    for name, i, j in program:
        stack.append(OPERATIONS[name][way](stack[i % len(stack)], stack[j % len(stack)]))
    return stack


def expected(program: Program, point: list[float]) -> tuple[float, list[float]]:
    """Compute a program's value and gradient by forward mode, one input at a time; skip numbers that explode."""
    slopes = []
    for n in range(INPUTS):
        stack = run(program, [Dual(x, float(k == n)) for k, x in enumerate(point)], 1)
        assume(all(abs(dual.x) < LARGEST and abs(dual.dx) < LARGEST for dual in stack))
        slopes.append(stack[-1].dx)
    return stack[-1].x, slopes


def close(found: Any, wanted: Any) -> None:
    """Compare up to rounding, which grows with the numbers on the way."""
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9 * LARGEST**0.5)


@settings(max_examples=300, deadline=None)
@given(programs, points)
def test_the_gradient_of_a_random_program_is_that_of_dual_numbers(program: Program, point: list[float]) -> None:
    """Reverse mode and forward mode agree on value and gradient, in floats that stay floats."""
    value, slopes = expected(program, point)
    leaves = [Value(x) for x in point]
    output = run(program, leaves, 0)[-1]
    output.backward()
    close(output.data, value)
    close([0.0 if leaf.grad is None else leaf.grad for leaf in leaves], slopes)
    assert type(output.data) is float


@settings(max_examples=100, deadline=None)
@given(programs, st.lists(points, min_size=1, max_size=4))
def test_a_program_on_arrays_is_the_program_on_each_element(program: Program, rows: list[list[float]]) -> None:
    """One array operation is many of numbers, forward and back."""
    wanted = [expected(program, point) for point in rows]
    found, gradients = (
        [],
        grad(lambda inputs: np.sum(run(program, inputs, 0)[-1]))([np.array(c) for c in zip(*rows, strict=True)]),
    )
    found = run(program, [Value(column) for column in zip(*rows, strict=True)], 0)[-1].data
    close(found, [value for value, _ in wanted])
    close(np.transpose(gradients), [slopes for _, slopes in wanted])


@settings(max_examples=100, deadline=None)
@given(programs, points, points)
def test_recomputing_with_other_data_is_running_again(program: Program, point: list[float], other: list[float]) -> None:
    """A recording without data-dependent branches can be replayed elsewhere."""
    assume(not any(name == "where" for name, _, _ in program))
    expected(program, point)
    wanted, _ = expected(program, other)
    leaves = [Value(x) for x in point]
    output = run(program, leaves, 0)[-1]
    data = recompute(ancestors(output, constants=True), dict(zip(leaves, other, strict=True)))
    close(data[output], wanted)


@settings(max_examples=100, deadline=None)
@given(programs, points)
def test_a_sweep_is_the_same_watched_recorded_or_neither(program: Program, point: list[float]) -> None:
    """The short way of plain floats, the way that tells every contribution and the way of Values are one sum."""
    expected(program, point)
    output = run(program, [Value(x) for x in point], 0)[-1]
    fast = sweep(output, 1.0)
    told: dict[Value, float] = {output: 1.0}
    assert sweep(output, 1.0, watch=lambda c: told.update({c.parent: c.total})) == fast
    assert told == fast
    recorded = sweep(output, 1.0, values=values)
    close([getattr(recorded[node], "data", recorded[node]) for node in fast], list(fast.values()))


@settings(max_examples=100, deadline=None)
@given(programs, points)
def test_a_second_backward_doubles_the_leaves(program: Program, point: list[float]) -> None:
    """Accumulation is exact: twice the pass, twice the gradient."""
    expected(program, point)
    leaves = [Value(x) for x in point]
    output = run(program, leaves, 0)[-1]
    output.backward()
    once = [leaf.grad for leaf in leaves if leaf.grad is not None and leaf is not output]
    output.backward()
    assert [leaf.grad for leaf in leaves if leaf.grad is not None and leaf is not output] == [2 * g for g in once]


@settings(max_examples=100, deadline=None)
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0), st.data())
def test_broadcasting_is_undone_in_every_shape(shapes: Any, data: st.DataObject) -> None:
    """The gradient of Σ (a · b) with respect to a is b, summed to a's shape."""
    a, b = (
        Value(data.draw(arrays(np.float64, shape, elements=st.floats(-10, 10, allow_subnormal=False))))
        for shape in shapes.input_shapes
    )
    (a * b).sum().backward()
    for one, other in ((a, b), (b, a)):
        full = np.broadcast_to(other.data, shapes.result_shape)
        slots = np.broadcast_to(np.arange(one.size).reshape(one.shape), shapes.result_shape)
        wanted = np.bincount(slots.ravel(), full.ravel(), minlength=one.size)[: one.size].reshape(one.shape)
        assert np.shape(one.grad) == one.shape
        np.testing.assert_allclose(one.grad, wanted, rtol=1e-12, atol=1e-12)
