"""Names in generated source: identifiers of the program's own, whatever users call their things."""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import linecache
import traceback
import unicodedata
from typing import Any

import numpy as np
import pytest
from agreement import agree

from microgradphys import Value, compile, value_and_grad

NAMES = [
    *("", " ", '"', "'", "\n", "a\nb", "a b", "1a", "\\", "{}", "%s", "'; import os; '", "__import__('os')"),
    *("class", "lambda", "None", "match", "print", "list", "float", "__builtins__", "__class__", "_", "self"),
    *("np", "rows", "math", "floats", "args", "kwargs", "keywords", "bound", "index", "keys", "fixed", "thing"),
    *("ﬁ", "ａ", "e\u0301", "\u200b", "α", "ªb", "x" * 300, "v1", "W_bar", "loss", "f"),
]
PARAMETERS = [name for name in (unicodedata.normalize("NFKC", n) for n in NAMES) if name.isidentifier()]
PARAMETERS = [name for name in PARAMETERS if not keyword.iskeyword(name)]


def checked(source: str) -> str:
    """Check that a program is one function, and binds nothing that means something elsewhere."""
    *imports, definition = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef)
    assert all(isinstance(line, (ast.Import, ast.ImportFrom)) for line in imports)
    stored = {
        node.id for node in ast.walk(definition) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    stored |= {argument.arg for argument in definition.args.args}
    assert not stored & {*dir(builtins), *keyword.kwlist, "np", "rows", "math", "floats"}
    called = {
        node.func.id for node in ast.walk(definition) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called <= {"float", "abs"}
    return source


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("shape", [(), (2, 2), (40, 40)], ids=str)
def test_names_of_values_and_keys_are_harmless(name: str, shape: tuple[int, ...]) -> None:
    w, x = Value(np.full(shape, 0.5), name), np.full(shape, 0.25)

    def loss(p: Any) -> Any:
        s = (p[name] * w).named(name)
        return np.sum((np.tanh(s) + p["W"]).named(name) * s).named(name)

    compiled = compile(value_and_grad(loss))
    agree(value_and_grad(loss)({name: x, "W": x}), compiled({name: x, "W": x}))
    checked(compiled.source)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_of_functions_and_keywords_are_harmless(name: str) -> None:
    def f(**options: Any) -> Any:
        return options[name] * 2.0

    f.__name__ = name
    compiled = compile(f)
    assert (compiled(**{name: 2.0}), compiled(**{name: 3.0})) == (4.0, 6.0)
    checked(compiled.source)


@pytest.mark.parametrize("name", PARAMETERS, ids=ascii)
def test_names_of_parameters_are_harmless(name: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def f({name}, other): return {name} * other", space)
    compiled = compile(space["f"])
    assert compiled(2.0, 3.0) == compiled(2.0, other=3.0) == compiled(**{name: 2.0, "other": 3.0}) == 6.0
    checked(compiled.source)


def test_parameters_of_every_kind() -> None:
    def f(a: Any, /, b: Any, *rest: Any, c: Any = 1.0, **more: Any) -> Any:
        return a - b * sum(rest) + c / (1.0 + more.get("d", 0.0) - more.get("e", 0.0))

    compiled = compile(f)
    calls: list[tuple[tuple[float, ...], dict[str, float]]] = [
        ((1.0, 2.0), {}),
        ((1.0,), {"b": 2.0}),
        ((1.0, 2.0, 3.0, 4.0), {"c": 5.0, "d": 6.0, "e": 7.5}),
        ((1.0, 2.0, 3.0, 4.0), {"e": 7.5, "d": 6.0, "c": 5.0}),
    ]
    for args, options in calls:
        assert compiled(*args, **options) == f(*args, **options)
        checked(compiled.source)
    assert len(compiled._kinds) == 3
    with pytest.raises(TypeError, match="missing"):
        compiled()


def test_a_traceback_shows_the_line_and_the_debugger_finds_it() -> None:
    compiled = compile(lambda matrix: np.linalg.inv(matrix))
    compiled(np.eye(2))
    with pytest.raises(np.linalg.LinAlgError) as caught:
        compiled(np.zeros((2, 2)))
    assert "inv(matrix)" in "".join(traceback.format_exception(caught.value))
    run = compiled._kinds[0].run
    assert "".join(linecache.getlines(run.__code__.co_filename)) == compiled.source
    assert inspect.unwrap(run).__code__.co_filename.startswith("<compiled ")


def _clashes() -> list[tuple[Any, tuple[Any, ...]]]:
    """List functions whose arguments, and what is in them, want the same names in the source."""
    ones = np.ones(2)
    return [
        (lambda d, x: d["x"] - 10 * x, ({"x": 2.0}, 3.0)),
        (lambda d, x: d["x"] - 10 * x, ({"x": 2 * ones}, 3 * ones)),
        (lambda d, x: d["x"] @ x * 1.5, ({"x": np.full((30, 30), 2.0)}, np.arange(30.0))),
        (lambda _, v1: _ - 10 * v1, (2.0, 3.0)),
        (lambda _, v1: np.sum(_ @ v1), (np.eye(30), np.full((30, 30), 3.0))),
        (lambda p, p_0: p[0] - 10 * p_0, ([2.0], 3.0)),
        (lambda x, x_0: np.sum(x) - 10 * x_0, (ones, 3.0)),
        (lambda x, x_0: np.sum(x) - 10 * np.sum(x_0), (ones, 3 * ones)),
        (lambda d, f: d["f"] - 10 * f, ({"f": 2.0}, 3.0)),
        (lambda float, float_: float - 10 * float_, (2.0, 3.0)),
        (lambda args_0, *args: args_0 - 10 * args[0], (1.0, 2.0)),
        (lambda args_1, *args: args_1 - 10 * args[0] + args[1], (1.0, 2.0, 5.0)),
    ]


@pytest.mark.parametrize(("f", "args"), _clashes())
def test_names_that_clash_stay_apart(f: Any, args: tuple[Any, ...]) -> None:
    """A parameter, a key of a dictionary, an element: none overwrites another before that is read."""
    for transform in (lambda f: f, lambda f: value_and_grad(lambda *args: np.sum(f(*args)))):
        agree(transform(f)(*args), compile(transform(f))(*args))
    last = lambda *args, _=1.0, v1=2.0: f(*args) * _ - v1
    agree(last(*args, _=3.0, v1=4.0), compile(last)(*args, _=3.0, v1=4.0))


@pytest.mark.parametrize("name", "ndarray float64 kind thing keys is_number fixed index option c w key v2 out".split())
def test_a_parameter_hides_nothing_that_the_program_calls_by_name(name: str) -> None:
    """Constants, keys and positions have names of their own; and the conditions of a call are met at the next one."""
    space: dict[str, Any] = {"np": np, "held": ((1, 2), np.array([0, 2]))}
    exec(f"def f({name}, x): return {name} * 2 + x, np.ones(2) * 3, x[held[1]], {{held[0]: x}}", space)
    f = space["f"]
    compiled, args = compile(f), (np.arange(3.0), np.array([4.0, 6.0, 9.0]))
    agree(f(*args), compiled(*args))
    recorded = compiled._kinds[0]
    agree(f(*args), compiled(*args))
    assert compiled._kinds[0] is recorded
