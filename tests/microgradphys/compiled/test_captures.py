"""What a compiled function reads beside its arguments: never an old number, and never recorded without need."""

from __future__ import annotations

import array
import collections
import contextvars
import functools
import itertools
import math
import random
import re
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from agreement import agree

from microgradphys import Value, compile, grad, hessian, jacobian, value_and_grad
from microgradphys.compiled import function
from microgradphys.compiled.kind import Kind
from microgradphys.errors import CompileError

X = np.array([1.0, 2.0, 3.0])
Changes = list[Callable[[], Any]]
factor: Any = 1000.0


def helper(x: Any) -> Any:
    return x * factor


def rebind(name: str, thing: Any) -> Callable[[], Any]:
    """Make a change that gives a global of this file another value."""
    return lambda: sys.modules[__name__].__dict__.__setitem__(name, thing)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Give the globals of this file back their values."""
    before = dict(globals())
    yield
    globals().clear()
    globals().update(before)


def closures() -> tuple[Any, Changes]:
    cells = types.SimpleNamespace()
    k, inner = 2.0, lambda v: v * 3.0

    def change(number: float, function: Any) -> None:
        nonlocal k, inner
        k, inner = number, function

    cells.inner = inner
    return lambda x: inner(x) * k, [lambda: change(5.0, inner), lambda: change(5.0, lambda v: v * 7.0)]


def numbers() -> tuple[Any, Changes]:
    held = [1000]
    others = (int("1000"), 1001, 1001.0, True, math.nan, float("nan"), np.float64(3.0), np.float64(3.0))
    return lambda x: x * held[0], [functools.partial(held.__setitem__, 0, other) for other in others]


def signs_of_zero() -> tuple[Any, Changes]:
    held = [0.0]
    return lambda x: x * (1 if math.copysign(1, held[0]) > 0 else 2), [lambda: held.__setitem__(0, -0.0)]


def global_names() -> tuple[Any, Changes]:
    code = (lambda x: x - 1.0).__code__
    return (
        lambda x: helper(x) + X,
        [rebind("factor", 2000.0), rebind("X", X * 2), rebind("helper", lambda x: x / 2), lambda: exec_code(code)],
    )


def exec_code(code: types.CodeType) -> None:
    """Give the helper another body."""
    helper.__code__ = code


def shadowed_builtin() -> tuple[Any, Changes]:
    return lambda x: abs(x), [rebind("abs", lambda x: x * 3.0)]


def defaults_and_attributes() -> tuple[Any, Changes]:
    def f(x: Any, k: float = 2.0) -> Any:
        return x * k * f.scale  # type: ignore[attr-defined]

    vars(f)["scale"] = 1.0
    return lambda x: f(x), [lambda: setattr(f, "__defaults__", (3.0,)), lambda: setattr(f, "scale", 4.0)]


class Base:
    shift = 2.0

    def half(self, x: Any) -> Any:
        return x / 2.0


class Model(Base):
    scale = 2.0

    def __init__(self) -> None:
        self.W, self.k, self.layers, self.options = np.ones(3), 3, [np.ones(3)], {"lr": 0.1}
        self.act: Any = np.tanh

    @property
    def lr(self) -> float:
        return self.options["lr"]

    def half(self, x: Any) -> Any:
        return super().half(x) + self.shift

    @staticmethod
    def twice(x: Any) -> Any:
        return 2.0 * x

    @classmethod
    def scaled(cls, x: Any) -> Any:
        return x * cls.scale

    def __mul__(self, x: Any) -> Any:
        return x * self.k

    def __getitem__(self, key: str) -> Any:
        return self.options[key]

    def __call__(self, x: Any) -> Any:
        y = self.act(self * self.W * x + self.layers[0]) * self["lr"]
        return self.half(self.twice(y)) + self.scaled(x) * self.lr


def objects() -> tuple[Any, Changes]:
    class Own(Model):
        pass

    m = Own()
    return m, [
        lambda: setattr(m, "k", 4),
        lambda: setattr(m, "W", 2 * m.W),
        lambda: m.W.__setitem__(0, 9.0),
        lambda: m.layers.__setitem__(0, np.zeros(3)),
        lambda: m.options.__setitem__("lr", 0.5),
        lambda: setattr(m, "act", np.sin),
        lambda: setattr(m, "scale", 7.0),
        lambda: setattr(Own, "scale", 5.0),
        lambda: setattr(Own, "shift", 9.0),
        lambda: setattr(Own, "twice", staticmethod(lambda x: 5.0 * x)),
        lambda: setattr(m, "half", lambda x: x * 100.0),
    ]


def bound_methods() -> tuple[Any, Changes]:
    m = Model()
    return m.__call__, [lambda: setattr(m, "k", 9)]


def slots() -> tuple[Any, Changes]:
    class Slotted:
        __slots__ = ("k", "w")

    s = Slotted()
    s.k, s.w = 1.0, np.ones(3)
    return lambda x: x * s.w + s.k, [lambda: setattr(s, "k", 2.0), lambda: setattr(s, "w", np.zeros(3))]


def dataclasses() -> tuple[Any, Changes]:
    @dataclass
    class Options:
        k: float = 1.0

    held = types.SimpleNamespace(options=Options())
    return lambda x: x * held.options.k, [
        lambda: setattr(held.options, "k", 2.0),
        lambda: setattr(held, "options", Options(9.0)),
    ]


def collected() -> tuple[Any, Changes]:
    some, queue, table = {1.0, 2.0}, collections.deque([1.0]), collections.defaultdict(float, a=1.0)
    functions: list[Any] = [lambda x: x * 2.0]
    return lambda x: sum(f(x) for f in functions) * sum(some) * sum(queue) * table["a"], [
        lambda: some.add(10.0),
        lambda: queue.append(3.0),
        lambda: table.__setitem__("a", 3.0),
        lambda: functions.append(lambda x: x / 3.0),
    ]


def partials_and_decorators() -> tuple[Any, Changes]:
    held = {"k": 2.0}

    def decorated(f: Any) -> Any:
        return functools.wraps(f)(lambda x: f(x) * held["k"])

    return functools.partial(decorated(lambda x: x + held["k"])), [lambda: held.__setitem__("k", 5.0)]


def names_in_texts() -> tuple[Any, Changes]:
    space = types.SimpleNamespace(k=1.0)
    return lambda x: x * getattr(space, "k") * vars(space)["k"], [lambda: setattr(space, "k", 5.0)]  # noqa: B009


def modules() -> tuple[Any, Changes]:
    module = types.ModuleType("own_module")
    module.k, module.h = 2.0, lambda x: x + 1.0  # type: ignore[attr-defined]
    return lambda x: module.h(x) * module.k, [
        lambda: setattr(module, "k", 5.0),
        lambda: setattr(module, "h", lambda x: x * 9.0),
    ]


def values() -> tuple[Any, Changes]:
    w = Value([1.0, 2.0, 3.0])
    news = (np.array([4.0, 5.0, 6.0]), 2.0, np.ones((2, 3)), np.ones(3, np.float32))
    changes: Changes = [functools.partial(setattr, w, "data", new) for new in news]
    return lambda x: x * w, [lambda: w.held.__setitem__(0, 100.0), *changes]


def arrays() -> tuple[Any, Changes]:
    held = [np.ones(3)]
    news: tuple[Any, ...] = (np.full(3, 2.0), np.ones(3, np.float32) * 3, [1.0, 2.0, 3.0], np.ones((3, 1)))
    changes: Changes = [functools.partial(held.__setitem__, 0, new) for new in news]
    return lambda x: x * held[0], [lambda: held[0].__setitem__(0, 7.0), *changes]


def made_by_numpy_alone() -> tuple[Any, Changes]:
    a = np.ones(3)
    return lambda x: x * (a - a.mean()) + (x if a[0] > 0 else 2 * x), [lambda: a.__setitem__(0, -7.0)]


def inside_transforms() -> tuple[Any, Changes]:
    held = [2.0]

    def loss(x: Any) -> Any:
        return np.sum(x**3) * held[0]

    def every(x: Any) -> Any:
        return value_and_grad(loss)(x), jacobian(grad(loss))(x), hessian(loss)(x)

    return every, [lambda: held.__setitem__(0, 3.0)]


def builtin_things() -> tuple[Any, Changes]:
    table, text, packed = {"k": 2.0}, bytearray(b"\x03"), array.array("d", [5.0])
    variable: contextvars.ContextVar[float] = contextvars.ContextVar("variable", default=7.0)
    look, shown, window = table.get, types.MappingProxyType(table), memoryview(text)
    model = Model()
    weak = weakref.ref(model)
    return lambda x: x * (look("k") + 2 * shown["k"] + text[0] + window[0] + packed[0] + variable.get() + weak().k), [
        lambda: table.__setitem__("k", 3.0),
        lambda: text.__setitem__(0, 9),
        lambda: packed.__setitem__(0, 9.0),
        lambda: variable.set(8.0),
        lambda: setattr(model, "k", 4),
    ]


def evaluated() -> tuple[Any, Changes]:
    return lambda x: eval("x * factor"), [rebind("factor", 2000.0)]


def compiled_in_compiled() -> tuple[Any, Changes]:
    w, held = Value(np.ones(3)), [2.0]
    step = compile(value_and_grad(lambda x: np.sum(x * w * held[0])))
    alone = compile(lambda: w * 2.0)
    return lambda x: step(x)[1] * 2.0 + alone(), [lambda: held.__setitem__(0, 3.0), lambda: setattr(w, "data", X)]


PLACES = [
    *(closures, numbers, signs_of_zero, global_names, shadowed_builtin, defaults_and_attributes, objects),
    *(bound_methods, slots, dataclasses, collected, partials_and_decorators, names_in_texts, modules, values, arrays),
    *(made_by_numpy_alone, inside_transforms, builtin_things, evaluated, compiled_in_compiled),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_change_is_seen_at_the_next_call_and_nothing_is_recorded_twice(place: Any) -> None:
    f, changes = place()
    compiled = compile(f)
    for change in [lambda: None, *changes]:
        change()
        agree(f(X), compiled(X))
        recorded = compiled._kinds[0]
        agree(f(X), compiled(X))
        assert compiled._kinds[0] is recorded


def test_a_place_that_vanishes_is_looked_for_again() -> None:
    table = {"rate": 2.0}
    compiled = compile(lambda x: x * table.get("rate", 7.0))
    assert compiled(3.0) == 6.0
    del table["rate"]
    assert compiled(3.0) == 21.0
    table["rate"] = 5.0
    assert compiled(3.0) == 15.0


@pytest.mark.parametrize(
    "new", [np.arange(5.0), np.ones((2, 3)), np.arange(3, dtype=np.float32)], ids=lambda new: f"{new.dtype} {new.shape}"
)
def test_a_value_that_gets_another_shape_or_dtype_is_looked_at_again(new: Any) -> None:
    w = Value(np.ones(3))
    compiled = compile(lambda x: x * np.sum(w) / w.size + w.ndim)
    agree(X * 1.0 + 1.0, compiled(X))
    w.data = new
    agree(X * np.mean(new) + np.ndim(new), compiled(X), like=new.dtype)


def test_where_there_is_too_much_to_look_at_nothing_is_stale() -> None:
    many = [[1.0] for _ in range(6000)]
    compiled = compile(lambda x: x * many[0][0] + many[-1][0])
    assert compiled(3.0) == 4.0
    many[0][0] = many[-1][0] = 2.0
    assert compiled(3.0) == 8.0


def test_a_function_is_recorded_once_for_each_kind_of_call(monkeypatch: Any) -> None:
    recorded = []
    monkeypatch.setattr(function, "Kind", lambda *args: recorded.append(args) or Kind(*args))
    compiled = compile(lambda x, deep=False: x * 2.0 if deep else x)
    for _ in range(3):
        for x in (1.0, X, X.astype(np.float32), np.ones((2, 2))):
            compiled(x)
            compiled(x, True)
            compiled(x, deep=True)
    assert len(recorded) == 12


def test_an_iterator_is_asked_at_each_call() -> None:
    """Where it stands nobody can see, so the function is recorded again each time."""
    counted, drawn = itertools.count(1), (k * 10.0 for k in range(9))
    compiled = compile(lambda x: x * next(counted) + next(drawn))
    assert [compiled(1.0) for _ in range(3)] == [1.0, 12.0, 23.0]
    ticking = itertools.count(1).__next__
    compiled = compile(lambda x: x * ticking())
    assert [compiled(1.0) for _ in range(3)] == [1.0, 2.0, 3.0]


GENERATOR, STATE, OWN = np.random.default_rng(0), np.random.RandomState(0), random.Random(0)
RANDOM = {
    "np.random": lambda x: x * np.random.rand(),
    "generator": lambda x: x * GENERATOR.normal(),
    "RandomState": lambda x: x * STATE.normal(),
    "random": lambda x: x * random.random(),
    "Random": lambda x: x * OWN.random(),
}


@pytest.mark.parametrize("f", RANDOM.values(), ids=RANDOM)
def test_random_numbers_are_refused(f: Any) -> None:
    with pytest.raises(CompileError, match=re.escape("draw them outside and pass them as an argument")):
        compile(f)(1.0)


def test_a_value_that_is_differentiated_around_a_compiled_function_is_not_lost() -> None:
    """A closure over the input of an outer transform: the function is run as it is, and its gradient is right."""
    x, box = np.array([0.3, -0.7, 1.2]), {"w": 2.0}
    inner = compile(lambda y: np.sum(box["w"] * y))
    assert inner(x) == pytest.approx(1.6)

    def outer(w: Any) -> Any:
        box["w"] = 3 * w
        return inner(x) ** 2

    for transform in (grad, compile, lambda f: compile(grad(f))):
        transform(outer)(2.0)
    assert grad(outer)(2.0) == compile(grad(outer))(2.0) == pytest.approx(18 * 2.0 * 0.8**2)
    assert grad(grad(outer))(2.0) == pytest.approx(18 * 0.8**2)
    box["w"] = 2.0
    assert inner(x) == pytest.approx(1.6)
    box["w"] = w = Value(5.0)
    assert (inner(x), grad(lambda s: s * inner(x))(1.0)) == pytest.approx((4.0, 4.0))
    assert w.grad is None
