"""Loops over time without scopes: which nodes are which step, and the pictures that are made of it."""

from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import pytest
from array_networks import meet

from microgradphys import Value, constant, scope, sigmoid
from microgradphys.notation import write
from viz import Storyboard
from viz.networks.cells import read_cells
from viz.networks.loops import loop_scopes
from viz.networks.network import read_units
from viz.views import network_view

RNG = np.random.default_rng(4)


def weights(*shape: int) -> Value:
    """Numbers without a name."""
    return Value(RNG.normal(size=shape).round(2))


def lstm(steps: int = 4, before: str = "") -> tuple[Value, dict[str, Value]]:
    """An LSTM as students write it, and the variables as the last step leaves them; with scopes, if asked."""
    forget, inputs, outputs, new = (weights(5, 3) for _ in range(4))
    h, c = np.zeros(3), np.zeros(3)
    for t, x in enumerate(RNG.normal(size=(steps, 2)).round(2)):
        with scope(f"{before}{t + 1}") if before else nullcontext():
            z = np.concatenate([x, h])
            f, i, o = sigmoid(z @ forget), sigmoid(z @ inputs), sigmoid(z @ outputs)
            g = np.tanh(z @ new)
            c = f * c + i * g
            h = o * np.tanh(c)
    y = h @ weights(3)
    return (y - 1.0) ** 2, {"f": f, "i": i, "o": o, "g": g, "c": c, "h": h, "y": y}  # type: ignore[dict-item]


def scalar_lstm() -> tuple[Value, dict[str, Value]]:
    """The same of numbers."""
    parameters = {gate: (Value(0.5), Value(0.3), Value(0.1)) for gate in "fiog"}
    h, c = 0.0, 0.0

    def sum_of(gate: str, x: float) -> Value:
        w, u, b = parameters[gate]
        return w * x + u * h + b

    for x in (1.0, -0.5, 0.3):
        f, i, o, g = sigmoid(sum_of("f", x)), sigmoid(sum_of("i", x)), sigmoid(sum_of("o", x)), np.tanh(sum_of("g", x))
        c = f * c + i * g
        h = o * np.tanh(c)
    return (h - 0.5) ** 2, {"f": f, "i": i, "o": o, "g": g, "c": c, "h": h}  # type: ignore[dict-item, operator, return-value]


def gated(batch: int = 2) -> tuple[Value, dict[str, Value]]:
    """A gate, and weights that are used twice in a step."""
    W, U, b = weights(3, 3), weights(2, 3), Value(np.zeros(3))
    h: Value | np.ndarray = np.zeros((batch, 3))
    for x in RNG.normal(size=(4, batch, 2)):
        r = sigmoid(x @ U + h @ W)
        h = (1.0 - r) * h + r * np.tanh(x @ U + (r * h) @ W + b)
    return np.mean((h - 1.0) ** 2), {"r": r, "h": h}  # type: ignore[dict-item]


def spring() -> tuple[Value, dict[str, Value]]:
    """A mass on a spring, step by step."""
    k, m, x, v = Value(1.0), Value(2.0), Value(1.0), constant(0.0)
    for _ in range(6):
        a = -k / m * x
        v = v + a * 0.1
        x = x + v * 0.1
    return (x - 0.5) ** 2, {"a": a, "v": v, "x": x}


LOOPS: dict[str, Callable[[], tuple[Value, dict[str, Value]]]] = {
    "lstm": lstm, "lstm in scopes": lambda: lstm(before="step "), "scalar lstm": scalar_lstm, "gated": gated,
    "spring": spring,
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_every_step_shows_what_the_variables_of_the_last_are(name: str) -> None:
    """In every step the same names, in the same order, and a picture in which every move lights something."""
    loss, names = LOOPS[name]()
    board = Storyboard(loss, names=names)
    cells = read_cells(board)
    assert cells is not None
    steps = [box for box in cells.boxes if box.step is not None]
    assert [box.step for box in steps] == list(range(1, len(steps) + 1))
    wanted = [name for name in names if name != "y"]
    for box in steps:
        shown = [k for k in box.shown if not board.nodes[k].constant]
        assert [write(cells.called.get(k, board.nodes[k].label)) for k in shown] == wanted
    picture = network_view(board)
    assert picture is not None
    assert meet(picture) == []
    assert all(picture.routes[move.id].lit for move in board.moves)
    assert {shape.id for shape in picture.shapes} >= {f"b{b}" for b in range(len(steps))}


def test_the_numbers_of_a_step_are_its_own() -> None:
    """Position and speed of every step, as a loop of plain numbers has them."""
    loss, names = spring()
    board = Storyboard(loss, names=names)
    cells = read_cells(board)
    assert cells is not None
    x, v = 1.0, 0.0
    for box in (box for box in cells.boxes if box.step is not None):
        a = -x / 2.0
        v += a * 0.1
        x += v * 0.1
        assert [board.data[board.recording[k]] for k in box.shown] == pytest.approx([a, v, x])


def unequal() -> Value:
    """A parameter that is used three times, each time otherwise."""
    w, x = Value(0.5), constant(2.0)
    return np.tanh(w * np.exp(np.sin(w * x)) + w)


def samples() -> Value:
    """The same for every sample, none of which hears of the others."""
    w, b = Value(0.5), Value(0.1)
    return sum(((np.tanh(w * x + b) - 1.0) ** 2 for x in (0.1, 0.2, 0.3)), Value(0.0))  # type: ignore[arg-type]


def tied() -> Value:
    """There and back through the same weights."""
    W = weights(3, 2)
    return np.sum(np.tanh(RNG.normal(size=3) @ W) @ W.T)


@pytest.mark.parametrize("make", [unequal, samples, tied, lambda: Value(1.0), lambda: Value(1.0) * 2.0])
def test_what_is_no_loop_over_time_is_none(make: Callable[[], Value]) -> None:
    """Uses that differ, samples, tied weights, next to nothing."""
    board = Storyboard(make())
    assert read_cells(board) is None
    assert loop_scopes(board.nodes) is None


def test_a_scope_in_which_nothing_is_computed_has_a_box_all_the_same() -> None:
    """Zeros to begin with, in a scope of their own."""
    w = weights(2, 2)
    with scope("start"):
        h = np.zeros(2) + constant(np.zeros(2))
    for t in range(3):
        with scope(f"step {t + 1}"):
            h = np.tanh(h @ w + 0.1) * w[0]
    assert network_view(Storyboard(np.sum(h))) is not None


def test_a_network_of_scalars_is_all_read_or_not_at_all() -> None:
    """The first step of an LSTM alone is no network: what comes later uses its weights again."""
    assert read_units(Storyboard(scalar_lstm()[0])) is None
