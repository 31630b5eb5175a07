"""A compiled function as a whole: threads and tasks, errors while it is recorded, memory, long programs."""

from __future__ import annotations

import asyncio
import gc
import linecache
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from agreement import agree, apart

from microgradphys import Value, compile, grad, no_grad, scopes, value_and_grad
from microgradphys.compiled import function
from microgradphys.compiled.kind import Kind
from microgradphys.errors import CompileError, InputError

SHAPES = ((3,), (2, 3), (40, 50), (), (1,))


def loss(p: Any) -> Any:
    s = np.tanh(p["x"] * p["w"])
    return np.sum(s * s + p["w"])


def test_threads_with_different_shapes_do_not_meet() -> None:
    compiled = compile(value_and_grad(loss))
    start = threading.Barrier(8)

    def work(seed: int) -> None:
        random = np.random.default_rng(seed)
        start.wait()
        for k in range(60):
            p = {name: random.normal(size=SHAPES[(seed + k) % 5]) for name in "xw"}
            found = compiled(p)
            agree(value_and_grad(loss)(p), found)
            apart(found, p)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(compiled._kinds) == len(SHAPES)


@pytest.fixture
def recorded(monkeypatch: Any) -> list[Any]:
    """Collect the arguments of every call that is recorded."""
    calls: list[Any] = []
    monkeypatch.setattr(function, "Kind", lambda f, args, kwargs: calls.append(args) or Kind(f, args, kwargs))
    return calls


def test_first_calls_that_race_record_once(recorded: list[Any]) -> None:
    start = threading.Barrier(8)
    compiled = compile(np.sin)

    def work(seed: int) -> float:
        start.wait()
        return compiled(float(seed))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [np.sin(k) for k in range(8)]
    assert len(recorded) == 1


def test_tasks_run_side_by_side() -> None:
    compiled = compile(grad(loss))

    async def work(k: int) -> None:
        p = {"x": np.full(k + 1, 0.5), "w": np.full(k + 1, 0.25)}
        for _ in range(3):
            found = compiled(p)
            await asyncio.sleep(0)
            agree(grad(loss)(p), found)

    async def everything() -> None:
        await asyncio.gather(*map(work, range(6)))

    asyncio.run(everything())


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, MemoryError, SystemExit])
def test_after_an_error_everything_is_as_before(error: type[BaseException]) -> None:
    errors = [error]

    def f(x: Any) -> Any:
        if errors:
            raise errors[0]
        return x * 2.0

    compiled, before = compile(f), scopes.current.get()
    with pytest.raises(error):
        compiled(1.0)
    assert scopes.current.get() is before
    errors.clear()
    assert compiled(1.0) == 2.0
    assert (Value(1.0) * 2.0).data == 2.0


def test_blocks_around_a_call_do_not_reach_into_it() -> None:
    compiled = compile(value_and_grad(loss))
    p = {"x": np.ones(3), "w": np.ones(3)}
    with no_grad(), scopes.scope("layer"):
        agree(value_and_grad(loss)(p), compiled(p))


def test_results_and_arguments_share_no_memory() -> None:
    held = np.ones(3)
    compiled = compile(lambda x: (x, x.T, x[0:2], held, x.reshape(3, 1), [x, x * 1.0, np.broadcast_to(x, (2, 3))]))
    x = np.arange(3.0)
    for _ in range(2):
        apart(compiled(x), x, held)


def test_a_method_and_a_recursive_function() -> None:
    class Line:
        slope = 3.0

        @compile
        def at(self, x: Any) -> Any:
            return self.slope * x

    def power(n: int, x: Any) -> Any:
        return x if n == 1 else x * power(n - 1, x)

    assert (Line().at(2.0), Line.at(Line(), 4.0)) == (6.0, 12.0)
    assert compile(lambda x: power(5, x))(2.0) == 32.0


def test_it_says_what_it_is_and_shows_its_source_once_there_is_one() -> None:
    class Line:
        @compile
        def doubled(self, x: Any) -> Any:
            return x + x

    doubled = Line.doubled
    with pytest.raises(InputError, match=r"doubled has no source yet: .* call it once first"):
        print(doubled.source)
    line = Line()
    assert line.doubled(2.0) == 4.0
    assert line.doubled.source == doubled.source
    assert "doubled = x + x" in doubled.source
    assert repr(doubled) == "<compiled doubled, 1 kinds of call>"


def test_what_is_no_function_is_not_compiled() -> None:
    with pytest.raises(InputError, match=r"nothing to compile: 3\.0 is not a function"):
        compile(3.0)  # type: ignore[arg-type]


def test_what_does_not_depend_on_the_arguments_is_returned_as_it_is_in_memory_of_its_own() -> None:
    held = np.arange(3)
    compiled = compile(lambda x: {"x": x * 2.0, "held": held, "one": np.int64(3), "text": "a", "none": None})
    for _ in range(2):
        found = compiled(2.0)
        assert {**found, "held": None} == {"x": 4.0, "held": None, "one": 3, "text": "a", "none": None}
        np.testing.assert_array_equal(found["held"], held)
        found["held"][0] = 9


def test_what_is_no_number_is_not_returned() -> None:
    with pytest.raises(CompileError, match=r"returns numbers, arrays, and tuples, .* not <class 'set'>"):
        compile(lambda x: {1, 2})(2.0)


def test_a_function_of_numpy_is_compiled_as_it_is() -> None:
    assert compile(np.hypot)(3.0, 4.0) == 5.0


@pytest.mark.parametrize("kind", [bool, np.bool_])
def test_a_truth_among_the_arguments_is_a_choice(kind: Any, recorded: list[Any]) -> None:
    """Each choice is recorded once; Python's truths and numpy's are of different kinds."""
    compiled = compile(lambda x, double: 2 * x if double else x)
    assert [compiled(3.0, kind(choice)) for choice in (True, False, True, False)] == [6.0, 3.0, 6.0, 3.0]
    assert recorded == [(3.0, True), (3.0, False)]


def test_what_is_dropped_is_freed_with_its_source() -> None:
    def made() -> tuple[Any, Any]:
        held = np.ones(1000)
        compiled = compile(lambda x: np.sum(x * held))
        compiled(np.ones(1000))
        return compiled, weakref.ref(held)

    kept = [made() for _ in range(5)]
    files = {compiled._kinds[0].run.__code__.co_filename for compiled, _ in kept}
    references = [reference for _, reference in kept]
    assert files <= linecache.cache.keys()
    kept.clear()
    gc.collect()
    assert not files & linecache.cache.keys()
    assert [reference() for reference in references] == [None] * 5


@pytest.mark.parametrize("x", [0.5, np.full(2000, 0.5)], ids=["number", "array"])
def test_long_programs_need_no_deep_stack(x: Any) -> None:
    def chain(x: Any) -> Any:
        for _ in range(2500):
            x = np.sin(x) * 1.01
        return np.sum(x)

    deep = sys.getrecursionlimit()
    compiled = compile(value_and_grad(chain))
    agree(value_and_grad(chain)(x), compiled(x))
    assert sys.getrecursionlimit() == deep
