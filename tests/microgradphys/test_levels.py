"""Replaying a scalar graph: the eager numbers on fresh data, whatever its shape, without ever being stale."""

import random
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from microgradphys import Value, constant, relu, replay, sigmoid
from microgradphys.errors import GradientError, InputError, ShapeError, UnsupportedError
from microgradphys.rerun import recorded_again
from microgradphys.together import Number


def network(rng: random.Random, sizes: tuple[int, ...], samples: int) -> tuple[Value, list[Value]]:
    """A mean hinge loss with a penalty, every weight a Value, as in micrograd's demo; its parameters."""
    weights = [[[Value(rng.uniform(-1, 1)) for _ in range(a + 1)] for _ in range(b)] for a, b in pairwise(sizes)]
    total = Value(0.0)
    for _ in range(samples):
        units: list[Value] = [constant(rng.gauss(0, 1)) for _ in range(sizes[0])]
        for depth, layer in enumerate(weights):
            sums = [sum((w * u for w, u in zip(n, units, strict=False)), n[-1]) for n in layer]
            units = [s.relu() if depth < len(weights) - 1 else s for s in sums]
        total = total + relu(1 - rng.choice((-1.0, 1.0)) * units[0])
    parameters = [w for layer in weights for n in layer for w in n]
    return total * (1 / samples) + 1e-4 * sum((p * p for p in parameters), Value(0.0)), parameters


def program(rng: random.Random, operations: int) -> tuple[Value, list[Value]]:
    """A random program of all elementwise kinds, deep and narrow or wide; its leaves."""
    leaves = [Value(rng.uniform(0.5, 1.5)) for _ in range(5)]
    pool = list(leaves)
    unary: list[Callable[[Value], Value]] = [np.tanh, sigmoid, np.exp, relu, np.cos, lambda v: np.sqrt(v * v + 1)]  # type: ignore[list-item]
    for _ in range(operations):
        a, b = rng.choice(pool[-8:]), rng.choice(pool)
        made = rng.choice(
            [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / (b * b + 1), np.maximum]
        )(a, b)
        pool.append(np.tanh(rng.choice(unary)(made) + made * 0.1))  # type: ignore[arg-type]
    return sum(pool[-3:], pool[-4]), leaves  # type: ignore[return-value]


def assert_same(loss: Value, leaves: list[Value], rng: random.Random) -> None:
    """Replay gives the eager loss and gradients, on the recorded data and on fresh data."""
    again = replay(loss)
    for fresh in range(3):
        if fresh:
            for leaf in leaves:
                leaf.data = leaf.data + rng.uniform(-0.3, 0.3)
        found = again.run()
        gradients = [leaf.grad or 0.0 for leaf in leaves]
        eager = recorded_again(loss)
        for leaf in leaves:
            leaf.grad = None
        eager.backward()
        assert found == pytest.approx(eager.data, rel=1e-12, abs=1e-14)
        assert gradients == pytest.approx([leaf.grad or 0.0 for leaf in leaves], rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("seed", range(6))
def test_networks_are_replayed_level_by_level(seed: int) -> None:
    """Few levels, the eager numbers."""
    rng = random.Random(seed)
    loss, parameters = network(rng, (2, 8, 8, 1), 12)
    assert len(replay(loss).levels) < 20
    assert_same(loss, parameters, rng)


@pytest.mark.parametrize("seed", range(25))
def test_random_programs_are_replayed(seed: int) -> None:
    """Narrow ones too, in Python floats."""
    rng = random.Random(seed)
    loss, leaves = program(rng, rng.choice((1, 5, 60)))
    assert_same(loss, leaves, rng)


def test_a_branch_of_relu_is_taken_anew() -> None:
    """Masks belong to the data of the run, not of the recording."""
    w = Value(-1.0)
    again = replay(relu(w) * 3.0)
    assert (again.run(), w.grad) == (0.0, 0.0)
    w.data = 2.0
    assert (again.run(), w.grad) == (6.0, 3.0)


def test_a_constant_with_new_data_is_not_stale() -> None:
    """Inputs may change from run to run."""
    x, w = constant(1.0, "x"), Value(2.0)
    again = replay(w * x)
    x.data = 5.0
    assert (again.run(), w.grad, x.grad) == (10.0, 5.0, None)


@pytest.mark.parametrize("wide", [False, True])
def test_one_leaf_in_many_places_gets_the_sum(wide: bool) -> None:
    """x·x, and x in a sum several times."""
    x = Value(3.0)
    terms = [x * x for _ in range(40 if wide else 1)]
    again = replay(sum(terms, x + x))  # type: ignore[arg-type]
    assert isinstance(again.levels[0], Number) is not wide
    assert (again.run(), x.grad) == (9.0 * len(terms) + 6.0, 6.0 * len(terms) + 2.0)


def test_gradients_are_replaced_and_the_loss_is_set() -> None:
    """Runs do not add up."""
    w = Value(3.0)
    loss = w * w
    again = replay(loss)
    again.run()
    w.data = 4.0
    assert again.run() == loss.data == 16.0
    assert w.grad == 8.0


def test_a_deep_chain_is_replayed_without_recursion() -> None:
    """A hundred thousand operations, one after the other."""
    x = Value(1.0)
    y = x
    for _ in range(50_000):
        y = y * 1.00001 + 0.0
    again = replay(y)
    assert again.run() == pytest.approx(1.00001**50_000)
    assert x.grad == pytest.approx(1.00001**50_000)


def test_where_python_floats_raise_numpys_answer_comes() -> None:
    """1/0 is inf in a replay too."""
    x = Value(0.0)
    again = replay(np.sqrt(x) * 2)
    with np.errstate(all="ignore"):
        assert again.run() == 0.0
    assert x.grad == np.inf


def test_what_cannot_be_replayed_is_refused() -> None:
    """Arrays, and constants alone."""
    with pytest.raises(ShapeError, match=r"graphs of numbers, but 'v' has shape \(2,\)"):
        replay(Value([1.0, 2.0], "v").sum())
    with pytest.raises(UnsupportedError, match="elementwise rows, and sum is none"):
        replay(np.sum(Value(1.0)) * 2)
    with pytest.raises(GradientError, match="depends on no leaf"):
        replay(constant(1.0) * 2)
    with pytest.raises(InputError, match=r"replay takes a Value, the result of a computation, not 3\.0"):
        replay(3.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("wide", [False, True])
def test_an_array_among_the_new_data_is_an_error(wide: bool) -> None:
    """Whether the graph is run as source or level by level; with a number it goes on."""
    w = Value(3.0, "w")
    again = replay(sum([w * w for _ in range(300 if wide else 1)], Value(0.0)))
    w.data = [1.0, 2.0]
    with pytest.raises(ShapeError, match=r"graphs of numbers, but 'w' has shape \(2,\) now"):
        again.run()
    w.data = 2.0
    assert again.run() == 4.0 * (300 if wide else 1)


@pytest.mark.parametrize("wide", [False, True])
def test_a_number_of_float32_stays_one(wide: bool) -> None:
    """Its gradient has the dtype of its data, and so has the loss."""
    w, x = Value(np.float32(0.1)), Value(2.0)
    loss = sum([w * w * x for _ in range(300 if wide else 1)], constant(np.float32(0.0)))
    loss.backward()
    wanted, slopes = loss.data, (w.grad, x.grad)
    again = replay(loss)
    assert again.run() == pytest.approx(float(wanted), rel=1e-5)
    assert (loss.data.dtype, w.grad.dtype, type(x.grad)) == (wanted.dtype, np.float32, float)
    np.testing.assert_allclose([w.grad, x.grad], slopes, rtol=1e-5)
