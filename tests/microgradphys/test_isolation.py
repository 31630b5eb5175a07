"""Modes belong to one thread and one task, end with their block, and graphs built side by side do not meet."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, check_gradients, grad, jacobian, no_grad, scope, value_and_grad, vjp
from microgradphys.backward import sweep
from microgradphys.errors import StaleGraphError
from microgradphys.scopes import current, recording

MODES: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "no_grad": no_grad,
    "scope": lambda: scope("s"),
    "recording": lambda: recording(False),
}


def state() -> Any:
    """Say what holds now: of the setting, and of what is made under it."""
    made = Value(1.0) * 2
    return current.get()._replace(block=None), made.scope, made.active


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_a_mode_ends_with_its_block(mode: Any) -> None:
    """By its end, an exception or a return."""
    before = state()
    with mode():
        inside = state()
        with pytest.raises(ZeroDivisionError), mode():
            _ = 1 / 0
        assert state() == inside
    assert state() == before != inside

    def leave() -> Any:
        with mode():
            return state()

    assert leave() == inside
    assert state() == before


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_a_mode_is_its_threads_own(mode: Any) -> None:
    """Both ways, while both threads are inside a block of their own."""
    before, seen = state(), {}
    barrier = threading.Barrier(2, timeout=10)

    def other(name: str, enter: bool) -> None:
        if enter:
            with mode():
                barrier.wait()
                seen[name] = state()
                barrier.wait()
        else:
            barrier.wait()
            seen[name] = state()
            barrier.wait()

    threads = [threading.Thread(target=other, args=pair) for pair in (("in", True), ("out", False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen["out"] == before != seen["in"]


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_a_mode_is_its_tasks_own(mode: Any) -> None:
    """Tasks take turns in the middle of their blocks; a task begun in a block has the block's mode."""
    before = state()

    async def inside(turns: int) -> list[Any]:
        seen = []
        with mode():
            for _ in range(turns):
                await asyncio.sleep(0)
                seen.append(state())
        return seen

    async def outside(turns: int) -> list[Any]:
        seen = []
        for _ in range(turns):
            await asyncio.sleep(0)
            seen.append(state())
        return seen

    async def main() -> tuple[list[Any], ...]:
        both = await asyncio.gather(inside(5), outside(5), inside(3))
        with mode():
            child = asyncio.create_task(outside(1))
        return (*both, await child)

    first, second, third, child = asyncio.run(main())
    assert {*second} == {before}
    assert {*first} == {*third} == {*child}
    assert before not in first
    assert state() == before


def test_a_cancelled_task_leaves_no_mode_behind() -> None:
    """Nor one that fails."""

    async def stuck() -> None:
        with no_grad(), scope("stuck"):
            await asyncio.sleep(60)

    async def main() -> Any:
        task = asyncio.create_task(stuck())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return state()

    assert asyncio.run(main()) == state()


def explode(x: Any) -> Any:
    """Fail in the middle."""
    raise KeyError(x)


@pytest.mark.parametrize(
    "transform",
    [
        lambda: grad(explode)(1.0),
        lambda: value_and_grad(explode)(1.0),
        lambda: jacobian(explode)(1.0),
        lambda: vjp(explode, 1.0),
        lambda: check_gradients(explode, 1.0),
    ],
)
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_a_transform_that_fails_leaves_the_mode_as_it_was(transform: Any, mode: Any) -> None:
    """Transforms record whatever holds outside, and put that back."""
    with mode():
        before = state()
        with pytest.raises(KeyError):
            transform()
        assert state() == before


def test_a_transform_differentiates_inside_no_grad_and_leaves_it_on() -> None:
    """Asking for a gradient is asking for a recording."""
    with no_grad():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert not (Value(1.0) * 2).active


def work(seed: int) -> tuple[float, list[float]]:
    """Build a graph step by step, with elements, and differentiate it twice."""
    x = Value(np.random.default_rng(seed).normal(size=20))
    total = Value(0.0)
    for _ in range(10):
        for i in range(20):
            total = total + np.tanh(x[i] * x[i - 1])
        total = total + (x * x).sum() * 0.01
    total.backward()
    return total.data, x.grad.tolist()


def test_threads_that_build_graphs_at_once_get_what_each_gets_alone() -> None:
    """Eight graphs in eight threads: the time stamps of one do not make another look old."""
    alone = [work(seed) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(work, range(8)))
    assert together == alone


def test_time_stamps_are_unique_across_threads() -> None:
    """No two nodes of a program are of one age, and every result is younger than its operands."""
    with ThreadPoolExecutor(8) as pool:
        lists = list(pool.map(lambda _: [Value(1.0) + 1 for _ in range(2000)], range(8)))
    nodes = [node for made in lists for result in made for node in (result, *result.parents)]
    assert len({node.time for node in nodes}) == len(nodes)
    assert len(set(nodes)) == len(nodes)
    assert all(node.time > parent.time for node in nodes for parent in node.parents)


def test_threads_may_share_leaves_and_sweep_one_graph() -> None:
    """Running sums live in the sweep: eight sweeps over one graph are eight times the same."""
    x = Value(np.linspace(-1, 1, 50), "x")
    loss = sum((np.tanh(x[i] * 3) for i in range(50)), (x * x).sum())
    alone = sweep(loss, 1.0)[x]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: sweep(loss, 1.0)[x], range(16)))
        losses = list(pool.map(lambda k: ((x * k).sum(), k), range(16)))
    for gradient in found:
        np.testing.assert_array_equal(gradient, alone)
    for other, k in losses:
        np.testing.assert_array_equal(sweep(other, 1.0)[x], np.full(50, float(k)))


def test_a_change_in_one_thread_is_noticed_in_another() -> None:
    """A leaf is one leaf."""
    x = Value([1.0, 2.0], "x")
    loss = (x * x).sum()
    thread = threading.Thread(target=lambda: x.data.__setitem__(0, 5.0))
    thread.start()
    thread.join()
    with pytest.raises(StaleGraphError, match="'x'"):
        loss.backward()


def test_blocks_in_generators_may_end_in_any_order() -> None:
    """What began first ends first: the mode of neither is left behind, and the other's holds until its own end."""

    def blind() -> Any:
        with no_grad():
            yield

    def grouped() -> Any:
        with scope("group"):
            yield

    for makers in ((blind, blind), (blind, grouped), (grouped, blind)):
        first, second = (make() for make in makers)
        next(first), next(second)
        first.close()
        assert current.get().block is not None
        second.close()
        assert current.get() == current.get()._replace(scope=(), recording=True, usual=True, block=None)


def test_a_pullback_leaves_nothing_active_behind() -> None:
    """Its inputs are constants between two pulls, so that a gradient by the cotangent is plain data."""
    x = np.array([0.5, -2.0])
    slope = grad(lambda c: np.sum(vjp(lambda x: x**3, x)[1](c)[0]))(np.ones(2))
    assert type(slope) is np.ndarray
    np.testing.assert_allclose(slope, 3 * x**2)
    _, pull = vjp(lambda x: x**3, x)
    with ThreadPoolExecutor(4) as pool:
        for (found,) in pool.map(lambda k: pull(np.full(2, k + 1.0)), range(40)):
            np.testing.assert_allclose(found / found[0], [1.0, 16.0])
