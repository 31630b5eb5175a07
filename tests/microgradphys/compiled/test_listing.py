"""What a compiled function looks like: names, order, parentheses and comments, for its source is read aloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from microgradphys import compile, grad, softmax, value_and_grad


def listing(f: Callable[..., Any], *args: Any) -> list[str]:
    """Compile for arguments like these, and return the lines from `def` on."""
    compiled = compile(f)
    compiled(*args)
    return compiled.source[compiled.source.index("def ") :].splitlines()


def arrays(*shapes: tuple[int, ...]) -> list[Any]:
    return [np.ones(shape) for shape in shapes]


def loss(w: Any, b: Any, x: Any, t: Any) -> Any:
    z = x @ w + b
    h = np.tanh(z)
    error = h - t
    return np.mean(error**2)


def test_lines_have_the_programs_names_and_gradients_a_bar() -> None:
    assert listing(value_and_grad(loss, argnums=(0, 1)), *arrays((3, 2), (2,), (4, 3), (4, 2))) == [
        "def loss(w, b, x, t):",
        "    z = x @ w + b                                   # (4, 2)",
        "    h = np.tanh(z)                                  # (4, 2)",
        "    error = h - t                                   # (4, 2)",
        "    loss = (error * error).sum() / 8.0",
        "    error_bar = 0.25 * error                        # (4, 2)",
        "    z_bar = error_bar * (1.0 - h * h)               # (4, 2)",
        "    b_bar = z_bar.sum(axis=0)                       # (2,)",
        "    w_bar = x.T @ z_bar                             # (3, 2)",
        "    return (float(loss), (w_bar, b_bar))",
    ]


def test_large_arrays_are_written_into_the_memory_of_those_that_are_done_with() -> None:
    shapes = (300, 200), (200,), (400, 300), (400, 200)
    assert listing(value_and_grad(loss, argnums=(0, 1)), *arrays(*shapes)) == [
        "def loss(w, b, x, t):",
        "    z = x @ w                                       # (400, 200)",
        "    z += b                                          # (400, 200)",
        "    h = np.tanh(z, out=z)                           # (400, 200)",
        "    error = h - t                                   # (400, 200)",
        "    loss = error * error                            # (400, 200)",
        "    loss = loss.sum() / 80000.0",
        "    error_bar = np.multiply(2.5e-05, error, out=error)  # (400, 200)",
        "    z_bar = np.multiply(h, h, out=h)                # (400, 200)",
        "    np.subtract(1.0, z_bar, out=z_bar)              # (400, 200)",
        "    z_bar = np.multiply(error_bar, z_bar, out=error_bar)  # (400, 200)",
        "    b_bar = z_bar.sum(axis=0)                       # (200,)",
        "    w_bar = x.T @ z_bar                             # (300, 200)",
        "    return (float(loss), (w_bar, b_bar))",
    ]


def test_contributions_to_one_gradient_are_seen_to_add_up() -> None:
    assert listing(value_and_grad(lambda x, y: (x * y + np.sin(x)) ** 2 - x / y), 1.0, 2.0)[3:] == [
        "    v1 = x * y + math.sin(x)",
        "    v2 = v1 * v1 - x / y",
        "    v3 = 2.0 * v1",
        "    x_bar = -(1.0 / y) + v3 * math.cos(x) + v3 * y",
        "    return (v2, x_bar)",
    ]


def test_a_small_vector_is_written_as_its_elements() -> None:
    def neuron(p: Any, x: Any, t: Any) -> Any:
        s = p["w"] @ x + p["b"]
        y = 1 / (1 + np.exp(-s))
        return (y - t) ** 2 / 2

    assert listing(value_and_grad(neuron), {"w": np.ones(2), "b": 0.5}, np.ones(2), 1.0) == [
        "def neuron(p, x, t):",
        "    (w_0, w_1) = p['w'].tolist()",
        "    b = float(p['b'])",
        "    (x_0, x_1) = x.tolist()",
        "    t = float(t)",
        "    s = w_0 * x_0 + w_1 * x_1 + b",
        "    v1 = math.exp(-s)",
        "    v2 = 1.0 + v1",
        "    y = 1.0 / v2",
        "    y_bar = y - t",
        "    neuron = y_bar * y_bar / 2.0",
        "    s_bar = -(y_bar * (-y / v2) * v1)",
        "    w_0_bar = s_bar * x_0",
        "    w_1_bar = s_bar * x_1",
        "    return (neuron, {'w': np.fromiter((w_0_bar, w_1_bar,), float), 'b': s_bar})",
    ]


@pytest.mark.parametrize(
    ("x", "take", "line"),
    [
        ({"a": [[1.0, 2.0], [3.0, 4.0]]}, lambda x: x["a"][1][0], "a_10 = float(x['a'][1][0])"),
        ([[1.0, 2.0]] * 11, lambda x: x[10][1], "x_10_1 = float(x[10][1])"),
        (np.ones((2, 2)), lambda x: x[1, 0], "((x_00, x_01), (x_10, x_11)) = x.tolist()"),
        (np.ones((1, 11)), lambda x: x[0, 9], "x_08, x_09, x_0_10),) = x.tolist()"),
    ],
)
def test_parts_are_named_after_their_place(x: Any, take: Callable[[Any], Any], line: str) -> None:
    assert listing(lambda x: np.exp(np.sin(take(x))), x)[1].endswith(line)


def test_a_result_that_is_returned_at_once_has_the_name_that_its_caller_gives_it() -> None:
    def doubled(v: Any) -> Any:
        return v + v

    def f(x: Any) -> Any:
        twice = doubled(x)
        return doubled(twice * twice)

    assert listing(f, 1.0)[2:] == ["    twice = x + x", "    v1 = twice * twice", "    f = v1 + v1", "    return f"]


def test_what_the_program_holds_is_named_after_its_place() -> None:
    rates, held = [np.arange(100.0), np.arange(100.0)], {"slope": np.arange(100.0), "two words": np.arange(100.0)}
    lines = listing(lambda x: x * rates[1] + held["slope"] - held["two words"], np.ones(100))
    assert lines[1].split("#")[0].strip() == "v1 = x * rates_1 + slope - held_two_words"


def test_beside_float32_a_number_is_a_plain_one() -> None:
    """numpy's own float64 would widen the array."""
    assert listing(lambda x, s: x * np.exp(s) + 1.0, np.ones((40, 3), np.float32), 2.0)[1:] == [
        "    s = np.float64(s)",
        "    v1 = x * float(np.exp(s)) + 1.0                 # (40, 3)",
        "    return v1",
    ]


def test_a_step_of_training_reads_and_returns_a_dictionary() -> None:
    def step(p: Any, x: Any, t: Any) -> Any:
        def error(p: Any) -> Any:
            return -np.sum(t * np.log(softmax(x @ p["w"] + p["b"])))

        g = grad(error)(p)
        return {name: p[name] - 0.1 * g[name] for name in p}

    assert listing(step, {"w": np.ones((3, 2)), "b": np.ones(2)}, *arrays((4, 3), (4, 2))) == [
        "def step(p, x, t):",
        "    w = p['w']",
        "    b = p['b']",
        "    v1 = rows.softmax(x @ w + b, axis=-1)           # (4, 2)",
        "    v2 = -t * (1.0 / v1)                            # (4, 2)",
        "    v3 = v1 * (v2 - (v2 * v1).sum(axis=-1, keepdims=True))  # (4, 2)",
        "    b_bar = v3.sum(axis=0)                          # (2,)",
        "    w_bar = x.T @ v3                                # (3, 2)",
        "    v4 = w - 0.1 * w_bar                            # (3, 2)",
        "    v5 = b - 0.1 * b_bar                            # (2,)",
        "    return {'w': v4, 'b': v5}",
    ]


@pytest.mark.parametrize("size", [24, 30_000])
@pytest.mark.parametrize(
    "f", [lambda x: x**1, lambda x: x[0] * 2.0, grad(lambda x: x[0] * x[1])], ids=["all", "one", "grad"]
)
def test_of_an_array_that_is_only_read_from_the_elements_are_not_written_out(
    f: Callable[[Any], Any], size: int
) -> None:
    assert len("".join(listing(f, np.ones(size)))) < 500


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda x: x**2, "x * x"),
        (lambda x: x**3, "x * x * x"),
        (lambda x: np.square(x), "x * x"),
        (lambda x: x**4, "np.power(x, 4.0)"),
        (lambda x: np.negative(-x) + x, "x + x"),
        (lambda x: (+x) * x, "x * x"),
        (lambda x: x * 1 + x / 1, "x + x"),
        (lambda x: 2 * (3 * x), "6.0 * x"),
        (lambda x: x * 2 * 3, "6.0 * x"),
        (lambda x: x - (x - x), "x - (x - x)"),
        (lambda x: x * np.full((40, 3), 2.0), "x * 2.0"),
        (lambda x: x * np.arange(1.0, 4.0), "x * c"),
        (lambda x: x - x - x, "x - x - x"),
        (lambda x: (x + 1) * (x - 1), "(x + 1.0) * (x - 1.0)"),
        (lambda x: x / (x * 2), "x / (x * 2.0)"),
        (lambda x: x * 2 / x, "x * 2.0 / x"),
        (lambda x: -(x + x), "-(x + x)"),
        (lambda x: -(x % 2), "-(x % 2.0)"),
        (lambda x: (-x) % 2, "-x % 2.0"),
        (lambda x: (-x) ** 4, "np.power(-x, 4.0)"),
        (lambda x: x - -2.0, "x - -2.0"),
        (lambda x: 2.0**x, "np.power(2.0, x)"),
        (lambda x: (x + x).T, "(x + x).T"),
        (lambda x: (x + x)[1:], "(x + x)[1:]"),
        (lambda x: (x * 2.0) @ np.transpose(x), "x * 2.0 @ x.T"),
        (lambda x: np.sum(x + x, axis=0), "(x + x).sum(axis=0)"),
        (lambda x: np.where(x > 0, x, -x), "np.where(x > 0.0, x, -x)"),
        (lambda x: np.sum(x[:1], axis=0), "x[:1].reshape(3,)"),
        (lambda x: np.where(True, x * 2, 0) + x, "x * 2.0 + x"),
        (lambda x: np.where(False, x * 2, 1) + x, "1.0 + x"),
        (lambda x: np.where(~(x > 0), x, 0), "np.where(~(x > 0.0), x, 0.0)"),
        (lambda x: np.where((x > 0) & (x < 1), x, 0), "np.where((x > 0.0) & (x < 1.0), x, 0.0)"),
        (lambda x: np.where((x > 0) == (x < 1), x, 0), "np.where((x > 0.0) == (x < 1.0), x, 0.0)"),
    ],
)
def test_expressions_have_the_parentheses_that_they_need_and_no_others(f: Callable[[Any], Any], text: str) -> None:
    assert listing(f, np.ones((40, 3)))[1].partition("v1 = ")[2].partition("  #")[0].strip() == text


@pytest.mark.parametrize(
    ("shape", "dtype", "text"),
    [
        ((4096, 3), float, "x.sum(axis=0)"),
        ((4097, 3), float, "np.ones(4097) @ x"),
        ((4097, 33), float, "x.sum(axis=0)"),
        ((8193, 3), np.float32, "np.ones(8193, np.float32) @ x"),
        ((100, 50, 3), float, "np.ones(5000) @ x.reshape(5000, 3)"),
    ],
)
def test_many_short_rows_are_added_up_by_a_product(shape: tuple[int, ...], dtype: Any, text: str) -> None:
    """numpy's own sum goes along the rows, and is slow where they are short."""
    first = listing(lambda x: np.sum(x, axis=tuple(range(x.ndim - 1))), np.ones(shape, dtype))[1]
    assert text in first
