"""Prepared sweeps: the same numbers as the ordinary sweep, for the graph they were written for and for no other."""

import gc
import linecache
import traceback
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, anomaly, constant, no_grad, prepared, primitive
from microgradphys.backward import sweep
from microgradphys.endpoints import seed_for
from microgradphys.errors import AnomalyError, StaleGraphError
from microgradphys.graph import ancestors
from microgradphys.namespaces import OWN_ROWS
from microgradphys.prepared import Text, prepare
from microgradphys.primitives import PRIMITIVES, Primitive
from microgradphys.recording import apply
from microgradphys.written import executed

RNG = np.random.default_rng(3)
W, V, X = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 1)), RNG.normal(size=(70, 3))


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without prepared sweeps, and do not wait long before one is written."""
    monkeypatch.setattr(prepared, "_PATIENCE", frozenset([1]))
    monkeypatch.setattr(prepared, "_written", {})
    monkeypatch.setattr(prepared, "_met", {})


def written(output: Value, seed: Any = None) -> Callable[[Value, Any], dict[Value, Any] | None]:
    """Write a graph's sweep out."""
    text = Text(output, seed_for(output, seed), ancestors(output))
    return executed(text.definition, "sweep", text.things, "prepared")


def ordinary(output: Value, seed: Any) -> dict[Value, Any]:
    """Sweep as if the graph had never been seen."""
    prepared._written.clear()
    prepared._met.clear()
    return sweep(output, seed)


def same(found: dict[Value, Any], wanted: dict[Value, Any]) -> None:
    """Compare to the last bit, with class, dtype and shape, and whether arrays may be written to."""
    assert found.keys() == wanted.keys()
    for node, gradient in wanted.items():
        np.testing.assert_array_equal(found[node], gradient)
        assert type(found[node]) is type(gradient)
        if isinstance(gradient, np.ndarray):
            assert (found[node].dtype, found[node].shape) == (gradient.dtype, gradient.shape)
            assert found[node].flags.writeable == gradient.flags.writeable


def network(dtype: type) -> Value:
    """Record a network on a batch, with the gradients of biases to be summed."""
    x = constant(RNG.permuted(X).astype(dtype))
    w, b, v = (Value(a.astype(dtype)) for a in (RNG.permuted(W), RNG.permuted(W[0]), V))
    return ((np.tanh(x @ w + b) @ v - 0.5) ** 2).mean()


def powers(exponent: float, dtype: type) -> Value:
    """Record powers whose rule has an edge at the exponent 0."""
    return (Value(np.array([0.0, 2.0], dtype)) ** exponent).sum()


def tied(dtype: type) -> Value:
    """Record what uses everything several times: sums of gradients, shared ones among them."""
    a, b = Value(RNG.normal(size=4).astype(dtype)), Value(RNG.normal(size=(2, 1)).astype(dtype))
    s = a + b
    return (s * s + s - a / (1 + b * b) + np.transpose(s).T * s.reshape(2, 4)).sum(axis=0).max()


def numbers(dtype: type) -> Value:
    """Record a scalar graph."""
    a, b = Value(float(RNG.normal())), Value(float(RNG.normal()))
    c = a * b + a
    return np.maximum(c * c - c / (b * b + 1.0) + 3 * a, a).relu() + np.where(c > 0, c, -c)


GRAPHS: dict[str, Callable[[type], Value]] = {
    "network": network,
    "tied": tied,
    "numbers": numbers,
    "number among arrays": lambda dtype: (Value(0.7) * Value(RNG.normal(size=3).astype(dtype)) + 1.0).sum(),
    "both dtypes": lambda dtype: (Value(RNG.normal(size=3)) * Value(RNG.normal(size=3).astype(dtype))).sum(),
    "of Fortran": lambda dtype: (Value(np.asfortranarray(RNG.permuted(X))).reshape(-1) * 2.0).mean(),
    "leaf twice": lambda dtype: (lambda a: (a @ a.T).sum())(Value(RNG.normal(size=(2, 2)).astype(dtype))),
    "linear algebra": lambda dtype: np.linalg.det(Value(np.eye(2) + 0.1 * RNG.normal(size=(2, 2)))) * 2.0,
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_a_prepared_sweep_equals_the_ordinary_one(graph: Callable[[type], Value], dtype: type) -> None:
    """On the graph it was written for and on others with other numbers."""
    fast = written(graph(dtype))
    for _ in range(3):
        output = graph(dtype)
        seed = seed_for(output, None)
        found = fast(output, seed)
        assert found is not None
        same(found, ordinary(output, seed))


def samples() -> Iterator[Any]:
    """List the rows that are prepared for, with their samples."""
    for row in PRIMITIVES.values():
        for k, sample in enumerate(row.samples):
            args, static = sample if isinstance(sample[-1], dict) else (sample, {})
            if not row.variadic and not row.picks and row.name != "scatter":
                yield pytest.param(row, args, static, id=f"{row.name}{k}")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("row", "args", "static"), list(samples()))
def test_every_row_of_the_table(row: Primitive, args: tuple[Any, ...], static: dict[str, Any], dtype: type) -> None:
    """At the samples, with what went before and what follows, so that gradients are sums; and at edges of float32."""
    leaves = [a if isinstance(a, float) else np.asarray(a, dtype) for a in args]

    def graph(factor: float) -> Value:
        given = [Value(a) * factor if np.size(a) < 50 else Value(a) for a in leaves]
        y = apply(row, *given, **static)
        return (y * y + y).sum() if y.shape else y * y + y

    fast = written(graph(1.0))
    for factor in (1.0, 1.001):
        output = graph(factor)
        seed = seed_for(output, None)
        found = fast(output, seed)
        assert found is not None
        same(found, ordinary(output, seed))


def test_dtypes_that_depend_on_numbers() -> None:
    """The rule of a power mends the exponent 0 with an array of float64: written for 3, it meets 0."""
    fast = written(powers(3.0, np.float32))
    output = powers(0.0, np.float32)
    seed = seed_for(output, None)
    found = fast(output, seed)
    assert found is not None
    same(found, ordinary(output, seed))


def test_seeds_of_arrays() -> None:
    """A seed of another dtype or shape than the output's is not prepared for."""
    y = Value(X) * 2.0
    fast = written(y, np.ones(X.shape))
    found = fast(y, X)
    assert found is not None
    same(found, ordinary(y, X))
    assert fast(y, X.astype(np.float32)) is None
    assert fast(y, 1.0) is None


def leaves(*shapes: tuple[int, ...]) -> list[Value]:
    """Make leaves of these shapes."""
    return [Value(np.full(shape, 0.5)) for shape in shapes]


def in_other_order() -> Value:
    """Record the product with its leaves made the other way round."""
    b, a = leaves((2,), (3, 2))
    return (a * b).sum()


def without_gradient() -> Value:
    """Record the product where one factor is the result of a block that does not record."""
    (a,) = leaves((3, 2))
    with no_grad():
        b = Value([0.25, 0.25]) * 2.0
    return (a * b).sum()


OTHERS: dict[str, Callable[[], Value]] = {
    "shape": lambda: (lambda a, b: (a * b).sum())(*leaves((3, 2), (1,))),
    "dtype": lambda: (Value(np.ones((3, 2), np.float32)) * Value([1.0, 2.0])).sum(),
    "number": lambda: (Value(np.ones((3, 2))) * Value(2.0)).sum(),
    "row": lambda: (lambda a, b: (a + b).sum())(*leaves((3, 2), (2,))),
    "order of operands": lambda: (lambda a, b: (b * a).sum())(*leaves((3, 2), (2,))),
    "option": lambda: (lambda a, b: (a * b).sum(keepdims=True).reshape(()))(*leaves((3, 2), (2,))),
    "constant": lambda: (Value(np.ones((3, 2))) * constant([1.0, 2.0])).sum(),
    "computed": lambda: (lambda a, b: (a * (b + 1.0)).sum())(*leaves((3, 2), (2,))),
    "order of making": in_other_order,
    "without gradient": without_gradient,
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_graph_is_not_taken_for_the_one_prepared_for(other: Callable[[], Value]) -> None:
    """Each differs in one thing."""
    a, b = leaves((3, 2), (2,))
    fast = written((a * b).sum())
    c, d = leaves((3, 2), (2,))
    assert fast((c * d).sum(), 1.0) is not None
    assert fast(other(), 1.0) is None


def test_one_leaf_in_two_places_is_not_two_leaves() -> None:
    """Nor two leaves one: their gradients are sums."""
    a, b = leaves((2,), (2,))
    two, one = (a * b).sum(), (a * a).sum()
    assert written(two)(one, 1.0) is None
    assert written(one)(two, 1.0) is None


def test_options_that_are_there_and_options_that_are_not() -> None:
    """A row's default is not what another call says."""
    x = Value([-1.0, 2.0])
    usual, steep = (apply(PRIMITIVES["leaky_relu"], x, **static).sum() for static in ({}, {"slope": 0.5}))
    assert written(usual)(steep, 1.0) is None
    assert written(steep)(usual, 1.0) is None


def loop(steps: int) -> Iterator[tuple[Value, Value]]:
    """Record the same graph over and over, going back once in each step."""
    w = Value([0.5, -1.0], "w")
    for _ in range(steps):
        loss = (np.tanh(w * 2.0) ** 2).sum()
        yield w, loss


def test_backward_adds_up_on_leaves_and_replaces_on_computed_nodes() -> None:
    """As ever, with sweeps of both kinds taking turns."""
    slope = 4 * np.tanh([1.0, -2.0]) / np.cosh([1.0, -2.0]) ** 2
    for k, (w, loss) in enumerate(loop(4)):
        loss.backward()
        loss.backward()
        np.testing.assert_allclose(w.grad, slope * 2 * (k + 1), rtol=1e-14)
        np.testing.assert_array_equal(loss.parents[0].grad, [1.0, 1.0])
    assert prepared._written


def test_data_that_changed_is_noticed() -> None:
    """In place, and by new data, for leaves and for constants that were leaves."""
    for change in ("in place", "anew", "frozen"):
        for k, (w, loss) in enumerate(loop(3)):
            w.zero_grad()
            if k == 2:
                w.active = change != "frozen"
                if change == "anew":
                    w.data = w.data * 2
                else:
                    w.data[0] = 7.0
                with pytest.raises(StaleGraphError, match="'w'"):
                    loss.backward()
            else:
                loss.backward()


@pytest.mark.parametrize("data", [[1.0, 2.0], [], np.float32([3.0]), np.array(2.0), np.array(2.0, np.float32)])
def test_every_kind_of_array_is_watched(data: Any) -> None:
    """Of no axis too; of an empty one nothing can change."""
    for k in range(3):
        x = Value(data, "x")
        loss = (x * x).sum()
        x.data[...] += k // 2
        if k < 2 or not x.size:
            loss.backward()
        else:
            with pytest.raises(StaleGraphError, match="'x'"):
                loss.backward()
    assert prepared._written


def test_a_leaf_that_is_changed_in_place_between_steps_trains() -> None:
    """`w.data -= step` lends the array out, and the next graph is as good as the last."""
    for w, loss in loop(60):
        w.zero_grad()
        loss.backward()
        w.data -= 0.1 * w.grad
    assert prepared._written
    assert abs(w.data[0]) < 1e-3


def test_numpy_answers_where_python_raises() -> None:
    """A division by zero gives inf, whichever sweep it is."""
    for a in (2.0, 0.0):
        x = Value(a)
        with np.errstate(divide="ignore"):
            (1.0 / x).backward()
    assert x.grad == -np.inf


def test_what_is_looked_at_goes_the_ordinary_way() -> None:
    """A watcher, `stop` and `anomaly` see every contribution of a graph that was prepared for."""
    told: list[Any] = []
    for _ in range(2):
        x = Value([4.0, 0.0])
        y = np.sqrt(x)
        loss = (y * 2.0).sum()
        with np.errstate(divide="ignore"):
            loss.backward()
    assert prepared._written
    with np.errstate(divide="ignore"):
        sweep(loss, 1.0, told.append)
    assert [item.parent for item in told] == [loss.parents[0], y, x]
    x.zero_grad()
    loss.backward(stop=y)
    assert x.grad is None
    with anomaly(), pytest.raises(AnomalyError, match="sqrt"):
        loss.backward()


def test_rows_that_need_more_are_not_prepared_for() -> None:
    """Elements that are picked are added in place; a user's row may do anything; options may be arrays."""
    twice = primitive("twice", "2 · a", forward=lambda xp, a: 2 * a, partials=lambda xp, y, a: 2, samples=1.0)
    x = Value([1.0, 2.0])
    try:
        for y in (x[0] * 1.0, np.stack([x, x]).sum(), twice(x).sum(), np.cumsum(x, axis=np.array(0)).sum()):
            y.backward()
    finally:
        del OWN_ROWS["twice"]
    assert not prepared._written


def test_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few sweeps are written, few are kept, and none for large graphs."""
    monkeypatch.setattr(prepared, "_PATIENCE", frozenset([3]))
    for k, (_, loss) in enumerate(loop(4)):
        assert bool(prepared._written) == (k >= 3)
        loss.backward()
    monkeypatch.setattr(prepared, "_PATIENCE", frozenset(range(100)))
    for n in range(1, 10):
        for _ in range(2):
            Value(np.ones(n)).sum().backward()
    assert len(prepared._written[PRIMITIVES["sum"]]) == prepared._KEPT
    monkeypatch.setattr(prepared, "_LARGEST", 10)
    prepared._written.clear()
    sum([Value(1.0)] * 20, Value(0.0)).backward()
    assert not prepared._written
    monkeypatch.setattr(prepared, "_LARGEST", 2000)
    monkeypatch.setattr(prepared, "_PATIENCE", frozenset())
    for n in range(1100):
        prepare(Value(1.0) * 2, 1.0, [Value(1.0)] * n)
    assert len(prepared._met) <= 1001


@pytest.mark.parametrize("other", [np.ones(3, np.float32), np.ones(4)])
def test_every_kind_of_graph_is_met_by_itself(monkeypatch: pytest.MonkeyPatch, other: Any) -> None:
    """A loop in another dtype or of another width is prepared for as soon as the first one was."""
    monkeypatch.setattr(prepared, "_PATIENCE", frozenset([3]))
    for data in (np.ones(3), other):
        for _ in range(3):
            np.square(Value(data)).sum().backward()
    assert len(prepared._written[PRIMITIVES["sum"]]) == 2


def test_tracebacks_show_the_lines() -> None:
    """What a rule raises is shown with the line that called it, and the lines go when the function goes."""
    fast = written(np.sqrt(Value([4.0])).sum())
    file = fast.__code__.co_filename
    with pytest.raises(RuntimeWarning) as caught:
        fast(np.sqrt(Value([0.0])).sum(), 1.0)
    assert "g0 = g1 * sqrt_a(arrays, v1.held, v0.held)" in "".join(traceback.format_exception(caught.value))
    del fast, caught
    gc.collect()
    assert file not in linecache.cache


def test_no_graph_is_kept() -> None:
    """What is prepared is a function of structure: it holds on to no Value and to no array."""
    x = Value(RNG.normal(size=3))
    loss = (x * 2.0).sum()
    loss.backward()
    gone = weakref.ref(x)
    assert prepared._written
    del x, loss
    assert gone() is None
