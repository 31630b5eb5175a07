"""Work and memory: n elements cost n, nothing leaks, and what is dropped is gone."""

import gc
import sys
import tracemalloc
import weakref
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, check_gradients, constant, grad, hvp, jvp, no_grad, replay, scope, vjp
from microgradphys.backward import Contribution, sweep
from microgradphys.graph import ancestors
from microgradphys.namespaces import arrays
from microgradphys.recording import values


def steps(work: Callable[[], object]) -> int:
    """Count the calls of Python and C functions that some work makes."""
    count = 0

    def tick(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.collect()
    sys.setprofile(tick)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def one_by_one(n: int) -> Value:
    """Sum a function of each element of an array."""
    x = Value(np.linspace(-1.0, 1.0, n))
    total = Value(0.0)
    for i in range(n):
        total = total + np.tanh(x[i])
    return total


def joined(name: str, n: int) -> Value:
    """Join n numbers, or n vectors, into an array."""
    parts = [Value(float(k)) if name == "stack" else Value([float(k)]) for k in range(n)]
    return (getattr(np, name)(parts) ** 2).sum()


GRAPHS: dict[str, Callable[[int], Value]] = {
    "elements": one_by_one,
    "stack": lambda n: joined("stack", n),
    "concatenate": lambda n: joined("concatenate", n),
    "sum": lambda n: sum([Value(float(k)) for k in range(n)], Value(0.0)),
    "powers": lambda n: np.prod(np.stack([Value(1.0) for _ in range(n)])),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_twice_the_parts_are_twice_the_steps(graph: Callable[[int], Value]) -> None:
    """Forward and back, counted in calls of functions."""
    graph(10).backward()
    forward = [steps(lambda n=n: graph(n)) for n in (100, 200, 400)]
    back = [steps(graph(n).backward) for n in (100, 200, 400)]
    for few, more, most in (forward, back):
        assert most - more <= 2.2 * (more - few) + 50
    assert back[2] < 400 * 60


def test_elements_are_added_where_they_belong_without_arrays_of_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep of numbers never scatters one element into a whole array, nor is a leaf read whole for one element."""
    x = Value(np.arange(5.0))
    assert x.data[0] == 0.0
    first = x[0]
    witness = x.witness
    total = sum((x[i] ** 2 for i in range(1, 5)), first)
    assert x.witness is witness
    monkeypatch.setattr(arrays, "scatter", None)
    total.backward()
    assert x.grad.tolist() == [1.0, 2.0, 4.0, 6.0, 8.0]


PICKS: dict[str, Callable[[Any], Any]] = {
    "elements": lambda v: v[0, 0] * v[1, 2] + v[0, 0] ** 2,
    "repeated": lambda v: (v[[0, 0, 1]] ** 2).sum() + v[0, 1],
    "mask": lambda v: (v[np.array([[True, False, True], [False, True, True]])] ** 3).sum() * v[1, 1],
    "slices": lambda v: (v[:, ::-1] * v[:, 1:2]).sum() + v[-1].sum(),
    "new axes": lambda v: (v[None, 0, :, None] ** 2).sum() + v[..., 0].sum(),
    "all and one": lambda v: (v * v).sum() + v[0, 1] * 3 + np.tanh(v).sum() + v[0, 1] ** 2,
    "of a result": lambda v: ((v * 2)[0] * np.exp(v)[1]).sum() + (v + 1)[1, 1],
    "of a part": lambda v: v[0][1] * v[1][[0, 0]].sum() + v[0][:2][1],
    "passed on": lambda v: (v.reshape(3, 2)[0] * v.T[0]).sum() + v.reshape(6)[5],
    "0-d": lambda v: v[1, 1:2].reshape(())[()] * 2,
    "0-d and more": lambda v: (lambda z: z[()] * z + z[None].sum() * z[...] + z * z)(v[1, 1:2].reshape(())),
    "side by side": lambda v: (v[:, 0] * v[:, -1] * v[:, 1]).sum() + np.exp(v[1] * v[:1] + v[0, :]).sum(),
    "side by side, some twice": lambda v: (v[:, :2] ** 2).sum() * (v[:, 2:] + v[:, 0:1]).sum() + v[0][0],
    "side by side with a gap": lambda v: (v[:, 0] ** 2).sum() + (v[:, 2:] ** 3).sum(),
    "one by one": lambda v: sum((row[i] ** 2 * row[i - 1] for row in (v[0], v[1] * v[0]) for i in range(3)), v[0, 0]),
    "points": lambda v: (v[[0, 1], [1, 1]] * v[np.array([1, 1]), np.array([0, 0])]).sum(),
}


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("f", PICKS.values(), ids=PICKS)
def test_adding_in_place_is_what_the_rule_says(f: Any, kind: Any) -> None:
    """The sweep that adds in place, the one that is watched, and the one over Values are one gradient."""
    x = Value(np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], kind))
    y = f(x)
    seed = np.ones_like(y.data)
    told: dict[Value, Any] = {}
    amounts: list[tuple[Contribution, Any, Any]] = []

    def watch(item: Contribution) -> None:
        told[item.parent] = item.total
        amounts.append((item, np.copy(item.amount), np.copy(item.total)))

    fast, watched, recorded = sweep(y, seed), sweep(y, seed, watch), sweep(y, seed, values=values)
    close = 1e-6 if kind is np.float32 else 1e-14
    assert fast[x].dtype == kind
    for node in fast:
        np.testing.assert_allclose(fast[node], watched[node], rtol=close)
        np.testing.assert_allclose(fast[node], getattr(recorded[node], "data", recorded[node]), rtol=close)
        assert np.shape(fast[node]) == node.shape
    for item, amount, total in amounts:
        np.testing.assert_array_equal(item.amount, amount)
        np.testing.assert_array_equal(item.total, total)
    np.testing.assert_allclose(told[x], fast[x], rtol=close)


@pytest.mark.parametrize("f", PICKS.values(), ids=PICKS)
def test_elements_are_right_at_order_2(f: Any) -> None:
    """What the sweep over Values scatters at once is the Hessian that central differences find."""
    check_gradients(lambda v: np.sum(np.sin(f(v))), np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]), order=2)


def test_order_2_of_elements_is_a_matter_of_n() -> None:
    """Twice the elements are twice the nodes of the gradient's graph, and twice their sizes."""

    def work(n: int) -> int:
        x = Value(np.linspace(-1.0, 1.0, n))
        slope = sweep(sum((np.tanh(x[i]) for i in range(n)), Value(0.0)), 1.0, values=values)[x]
        return sum(node.size for node in ancestors(slope))

    assert work(200) < 2.2 * work(100)


def test_an_upstream_gradient_that_is_passed_on_is_not_written_to() -> None:
    """A total that came from elsewhere is copied before something is added to it."""
    x, seed = Value([1.0, 2.0, 3.0]), np.ones((3, 1))
    h = x * 1.0
    first = h[0]
    column = h.reshape(3, 1)
    y = column + first
    y.backward(seed)
    assert seed.tolist() == y.grad.tolist() == column.grad.tolist() == [[1.0]] * 3
    assert h.grad.tolist() == x.grad.tolist() == [4.0, 1.0, 1.0]


def training_step(w: Value, b: Value, x: Any) -> None:
    """Take one step that uses all the machinery, and fail once on the way."""
    with scope("layer"):
        h = np.tanh(x @ w + b)
    loss = ((h - 0.5) ** 2).mean() + w[0, 0] * 1e-3 + np.stack([b[0], b[1]]).sum() * 1e-3
    w.zero_grad()
    b.zero_grad()
    loss.backward()
    w.data -= 0.01 * w.grad
    b.data = b.data - 0.01 * b.grad
    with no_grad():
        _ = (x @ w).sum()


def transforms_step(w: Value, b: Value, x: Any) -> None:
    """Differentiate functions, also of higher order."""
    grad(lambda v: np.sum(np.tanh(x @ v)))(w.data)
    hvp(lambda v: np.sum(np.tanh(v)))(b.data, b.data)
    jvp(np.tanh, (b.data,), (b.data,))
    vjp(np.tanh, b.data)[1](b.data)


def failing_step(w: Value, b: Value, x: Any) -> None:
    """Make errors."""
    for wrong in (lambda: w + np.ones(7), lambda: np.nanmean(w), lambda: w.backward(), lambda: (w * 2).backward([1.0])):
        try:
            wrong()
        except (ValueError, TypeError):
            continue
        raise AssertionError("this should not have worked")


def fill_the_lists_of_free_tuples() -> None:
    """Python keeps up to 2000 freed tuples of each length: until they are there, they look like a leak."""
    kept = [tuple([0] * length) for length in range(1, 20) for _ in range(2001)]
    assert len(kept) == 19 * 2001


@pytest.mark.parametrize("step", [training_step, transforms_step, failing_step])
def test_a_thousand_training_steps_leak_nothing(step: Any) -> None:
    """After warming up not one byte stays behind, with the garbage collector off."""
    w, b = Value(np.full((3, 2), 0.1), "w"), Value(np.zeros(2), "b")
    x, span = np.ones((4, 3)), 200
    gc.collect()
    gc.disable()
    tracemalloc.start()
    fill_the_lists_of_free_tuples()
    try:
        sizes = []
        for k in range(1, 5 * span + 1):
            step(w, b, x)
            if k % span == 0:
                sizes.append(tracemalloc.get_traced_memory()[0])
        found = gc.collect()
    finally:
        tracemalloc.stop()
        gc.enable()
    # A leak, of 16 bytes a step at least, is in every quarter; a cache that fills somewhere is not.
    assert min(later - earlier for earlier, later in pairwise(sizes)) < span
    assert found < span


def test_everything_dropped_is_freed_at_once() -> None:
    """Graphs with elements, parts, scopes and seeds; watched, replayed, or differentiated twice."""
    gc.collect()
    gc.disable()
    try:
        x = Value([1.0, 2.0, 3.0])
        s = Value(2.0)
        with scope("s"):
            kept = [np.stack([x[0], x[1]]) * constant(2.0), np.concatenate([x, x[:1]]) @ np.ones(4), s * s]
        kept[1].backward()
        kept[0].backward([1.0, 2.0])
        sweep(kept[1], 1.0, watch=lambda item: None)
        sweep(kept[1], 1.0, values=values)
        again = replay(kept[2])
        again.run()
        freed = [weakref.ref(node) for output in kept for node in (output, output.parents[0]) if node is not s]
        del kept, again
        assert [node() for node in freed] == [None] * len(freed)
    finally:
        gc.enable()
