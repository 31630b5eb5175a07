"""The recorded graph: its order, data that changed under it, and chains too long for recursion."""

import gc
import sys
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, constant
from microgradphys.data import keep_freed_memory
from microgradphys.errors import ShapeError, StaleGraphError
from microgradphys.graph import ancestors, describe
from microgradphys.rerun import recompute


def test_ancestors_come_in_the_order_of_their_making() -> None:
    """Operands come before results, each once, and the output comes last."""
    a, b = Value(1.0, "a"), Value(2.0, "b")
    product = (a * b).named("p")
    unused = a + 1
    output = (product + a * product).named("y")
    names = [node.name or node.op for node in ancestors(output)]
    assert names == ["a", "b", "p", "multiply", "y"]
    assert unused not in set(ancestors(output))


def test_constants_are_left_out_unless_asked_for() -> None:
    """A sweep does not visit what has no gradient; a picture does."""
    c = constant(2.0, "c")
    y = Value(1.0) * (c * c)
    assert c not in set(ancestors(y))
    assert c in set(ancestors(y, constants=True))


def test_describe_uses_the_name_or_what_made_it() -> None:
    """Every node has words for an error message."""
    assert describe(Value(1.0, "w")) == "'w'"
    assert describe(Value([1.0])) == "an unnamed leaf with shape (1,)"
    assert describe(constant(1.0)) == "an unnamed constant with shape ()"
    assert describe(Value(1.0) * 2) == "a result of multiply with shape ()"


def assign(w: Value) -> None:
    """Give a leaf new data."""
    w.data = np.array([5.0, 6.0])


def assign_element(w: Value) -> None:
    """Change one element in place."""
    w.data[0] = 5.0


def subtract(w: Value) -> None:
    """Take a training step in place."""
    w.data -= 0.1


def write_through_a_view(w: Value) -> None:
    """Change the data through a view of it."""
    w.data[::-1][:] = 4.0


CHANGES = [assign, assign_element, subtract, write_through_a_view]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "record", [lambda w: (w * w).sum(), lambda w: w.reshape(2, 1).sum(), lambda w: w[0] * 3, lambda w: (w.T @ w).exp()]
)
def test_changed_data_is_noticed_and_the_leaf_named(
    change: Callable[[Value], None], record: Callable[[Value], Value]
) -> None:
    """Between forward and backward, no change of a leaf goes unnoticed."""
    w = Value([1.0, 2.0], "W_1")
    loss = record(w)
    change(w)
    with pytest.raises(StaleGraphError, match="the data of 'W_1' changed after this graph was computed"):
        loss.backward()


def test_a_changed_number_is_noticed() -> None:
    """A leaf that holds a float is watched as well."""
    w = Value(1.0, "w")
    loss = w * w
    w.data -= 0.1
    with pytest.raises(StaleGraphError, match="'w'"):
        loss.backward()


def test_a_changed_constant_is_noticed() -> None:
    """An input that changed makes the graph just as old."""
    x, w = constant([1.0, 2.0], "x"), Value(1.0)
    loss = (x * w).sum()
    x.data = [3.0, 4.0]
    with pytest.raises(StaleGraphError, match="'x'"):
        loss.backward()


@pytest.mark.parametrize("change", CHANGES)
def test_updating_and_computing_again_works(change: Callable[[Value], None]) -> None:
    """A new graph over changed leaves is up to date, step after step."""
    w = Value([1.0, 2.0])
    for _ in range(3):
        loss = (w * w).sum()
        w.zero_grad()
        loss.backward()
        change(w)
    w.zero_grad()
    (w * w).sum().backward()
    assert w.grad.tolist() == (2 * w.data).tolist()


def test_a_training_loop_converges() -> None:
    """Updates in the loop are seen by the next forward pass."""
    w, b = Value([3.0, -2.0], "w"), Value(1.0, "b")
    for _ in range(200):
        loss = ((w - [1.0, 2.0]) ** 2).sum() + (b + 4) ** 2
        for leaf in (w, b):
            leaf.zero_grad()
        loss.backward()
        w.data -= 0.1 * w.grad
        b.data = b.data - 0.1 * b.grad
    np.testing.assert_allclose(w.data, [1.0, 2.0], atol=1e-8)
    assert b.data == pytest.approx(-4.0)


def test_an_old_graph_stays_old_after_a_new_one_was_made() -> None:
    """A second forward pass over changed data does not bless the first."""
    w = Value([1.0, 2.0], "w")
    old = (w * w).sum()
    w.data[0] = 7.0
    new = (w * w).sum()
    with pytest.raises(StaleGraphError):
        old.backward()
    new.backward()
    assert w.grad.tolist() == [14.0, 4.0]


def test_a_graph_half_old_and_half_new_is_refused() -> None:
    """Mixing a stale intermediate with fresh nodes is noticed."""
    w = Value(2.0, "w")
    stale = w * 3
    w.data = 5.0
    with pytest.raises(StaleGraphError, match="'w'"):
        (stale + w).backward()


def test_a_change_that_was_undone_is_no_change() -> None:
    """The same bytes again are the same data, NaN included."""
    w = Value([1.0, np.nan])
    loss = (w * 2).sum()
    w.data[0] = 9.0
    w.data[0] = 1.0
    loss.backward()
    assert w.grad.tolist() == [2.0, 2.0]


WAYS: dict[str, Callable[[Value], Value]] = {
    "numpy's function": np.tanh,
    "method": lambda x: x.exp(),
    "sign": lambda x: -x,
    "operator": lambda x: x * 2.0,
    "reflected": lambda x: np.ones(2) - x,
    "twice": lambda x: x * x,
    "product": lambda x: x @ x,
    "sum": lambda x: x.sum(),
    "element": lambda x: x[0],
    "shape": lambda x: x.reshape(2, 1),
    "several": lambda x: np.stack([x, x]),
}


@pytest.mark.parametrize("read", WAYS.values(), ids=WAYS)
def test_every_way_of_reading_a_leaf_notes_what_it_held(read: Callable[[Value], Value]) -> None:
    """Computed afresh after a change the gradient is right; changed back, the graph is out of date."""
    x, again = Value([1.0, 2.0], "x"), Value([3.0, 2.0])
    x.data[0] = 1.0
    read(x)
    x.data[0] = 3.0
    y = read(x).sum()
    y.backward()
    read(again).sum().backward()
    np.testing.assert_array_equal(x.grad, again.grad)
    x.data[0] = 1.0
    with pytest.raises(StaleGraphError, match="'x' changed"):
        y.backward()


def test_recompute_leaves_the_recording_alone() -> None:
    """New data on some leaves gives new numbers everywhere and changes none of the old."""
    x, c = Value([1.0, 2.0], "x"), constant(3.0)
    y = (np.tanh(x) * c).sum()
    data = recompute(ancestors(y, constants=True), {x: np.array([0.5, 0.5])})
    assert data[y] == pytest.approx(2 * 3 * np.tanh(0.5))
    assert not any(data[node].flags.writeable for node in ancestors(y)[1:-1])
    assert y.data == pytest.approx(3 * (np.tanh(1.0) + np.tanh(2.0)))
    y.backward()


def test_a_failed_operation_records_nothing() -> None:
    """After a shape error the leaves are as they were."""
    x = Value([1.0, 2.0])
    with pytest.raises(ShapeError):
        x + np.ones(3)
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_dropped_graph_is_freed_without_the_garbage_collector() -> None:
    """Nothing in a graph refers to itself, before or after a backward pass."""
    gc.disable()
    try:
        x = Value([1.0, 2.0])
        h = np.tanh(x * 2) @ x
        y = h * h
        y.backward()
        freed = [weakref.ref(h), weakref.ref(y), weakref.ref(h.parents[0])]
        del h, y
        assert [node() for node in freed] == [None] * 3
    finally:
        gc.enable()


def test_freed_memory_is_kept_from_the_first_backward_on_and_nothing_is_held() -> None:
    """The block that tells the C library so is freed at once, and asked for once."""
    keep_freed_memory.cache_clear()
    tracemalloc.start()
    try:
        for _ in range(2):
            (Value(1.0) * 2).backward()
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1 << 20
    assert (peak > 1 << 24) == (sys.platform == "linux")
    assert keep_freed_memory.cache_info().misses == 1


def test_a_chain_of_a_million_operations_goes_forward_back_and_is_freed() -> None:
    """No recursion anywhere: a million nodes are an ordinary graph."""
    gc.disable()
    try:
        x = Value(0.5)
        y: Any = x
        for k in range(1_000_000):
            y = -y
            if k == 500_000:
                middle = weakref.ref(y)
        y.backward()
        assert (y.data, x.grad) == (0.5, 1.0)
        del y
        assert middle() is None
    finally:
        gc.enable()
