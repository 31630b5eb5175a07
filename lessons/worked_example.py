# %% [markdown]
# # The worked example: one network, every number
#
# Two inputs, two hidden neurons, one output, sigmoid everywhere. The lecture (deck E, "Concrete example") goes through
# one forward pass, one backward pass and one update by hand and prints two digits. Here the engine does the same, in
# the same notation, with all digits, and every multiplication can be looked at.
"""The worked example of deck E: a 2-2-1 sigmoid network, forward, backward, update, new output."""

# %% The question: which way, and how far, should each of nine numbers move so that y comes closer to the target?
from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

import viz
from lessons.output import prepared
from lessons.report import Report
from microgradphys import Value, constant, scope, sigmoid
from microgradphys.files import checked_target, write_atomically
from microgradphys.mathematics import Math, Symbol
from microgradphys.notation import write

X = (0.2, 0.3)
W1 = ((0.1, 0.2), (0.3, 0.4))  # row i feeds hidden neuron i
B1 = (0.5, 0.5)
W2 = (0.5, 0.6)
B2 = 0.5
START = (W1, B1, W2, B2)
TARGET = 0.0
LEARNING_RATE = 1.0
ENOUGH = 0.01

# What the deck prints, row by row of its slides, for the table beside the engine's numbers.
DECK = {
    "s1": "0.58, 0.68", "x1": "0.64, 0.66", "s2": "1.22", "y": "0.77", "E": "0.60",
    "dW2": "0.17, 0.18", "db2": "0.27", "dW1": "0.0063, 0.0094; 0.0073, 0.011", "db1": "0.031, 0.036",
    "W1_new": "0.094, 0.19; 0.29, 0.39", "W2_new": "0.33, 0.42", "b1_new": "0.47, 0.46", "b2_new": "0.23",
    "y_new": "0.67",
}  # fmt: skip
NAMES = {
    "s1": "s⁽¹⁾", "x1": "x⁽¹⁾ = σ(s⁽¹⁾)", "s2": "s⁽²⁾", "y": "y", "E": "E = (y − t)²",
    "dW2": "∂E/∂W′", "db2": "∂E/∂b′", "dW1": "∂E/∂W", "db1": "∂E/∂b",
    "W1_new": "updated W", "W2_new": "updated W′", "b1_new": "updated b", "b2_new": "updated b′", "y_new": "new y",
}  # fmt: skip


# %% The network, a Value for every number: this is what the film shows.
@dataclass(frozen=True)
class Network:
    """The Values of one network, scalars in nested tuples or arrays, by the names that the results have."""

    W1: Any
    b1: Any
    W2: Any
    b2: Any
    s1: Any
    x1: Any
    s2: Any
    y: Any
    E: Value


def scalar_network(W1: Any = W1, b1: Any = B1, W2: Any = W2, b2: Any = B2) -> Network:
    """Build the network with every weight a Value of its own."""
    x = [constant(value, f"x_{j}") for j, value in enumerate(X, 1)]
    with scope("hidden layer"):
        W = [[Value(w, f"W_{i}{j}") for j, w in enumerate(row, 1)] for i, row in enumerate(W1, 1)]
        b = [Value(value, f"b_{i}") for i, value in enumerate(b1, 1)]
        s1 = [(W[i][0] * x[0] + W[i][1] * x[1] + b[i]).named(f"s_{i + 1}^(1)") for i in range(2)]
        x1 = [sigmoid(s).named(f"x_{i}^(1)") for i, s in enumerate(s1, 1)]
    with scope("output layer"):
        V = [Value(w, f"W'_{i}") for i, w in enumerate(W2, 1)]
        c = Value(b2, "b'")
        s2 = (V[0] * x1[0] + V[1] * x1[1] + c).named("s^(2)")
        y = sigmoid(s2).named("y")
    with scope("loss"):
        E = ((y - constant(TARGET, "t")) ** 2).named("E")
    return Network(W, b, V, c, s1, x1, s2, y, E)


# %% The same network in three lines of linear algebra.
def array_network(W1: Any = W1, b1: Any = B1, W2: Any = W2, b2: Any = B2) -> Network:
    """Build the network with W and b as arrays."""
    W, b, V, c = Value(W1, "W"), Value(b1, "b"), Value(W2, "W'"), Value(b2, "b'")
    s1 = (W @ constant(X, "x") + b).named("s^(1)")
    x1 = sigmoid(s1).named("x^(1)")
    s2 = (V @ x1 + c).named("s^(2)")
    y = sigmoid(s2).named("y")
    return Network(W, b, V, c, s1, x1, s2, y, ((y - constant(TARGET, "t")) ** 2).named("E"))


# %% Forward, backward, update, forward again.
def results(build: Any) -> dict[str, Any]:
    """Train one network for one step and collect every number that the deck prints, in full precision.

    >>> numbers = results(scalar_network)
    >>> round(numbers["y"], 10), round(numbers["y_new"], 10)
    (0.7718482387, 0.6701616333)
    """
    net = build()
    net.E.backward()
    found = {name: _numbers(getattr(net, name)) for name in ("s1", "x1", "s2", "y", "E")}
    story = viz.Storyboard(net.E, learning_rate=LEARNING_RATE)
    after = story.state(len(story.steps))
    for name in ("W1", "b1", "W2", "b2"):
        values = getattr(net, name)
        found[f"d{name}"] = _numbers(values, lambda value: value.grad)
        found[f"{name}_new"] = _numbers(values, lambda value: after.updated[story.index(value)])
    found["y_new"] = _numbers(after.again[story.index(net.y)])
    return found


def _numbers(values: Any, read: Any = lambda value: value.data) -> Any:
    """Read numbers out of Values, whether they are many scalars or one array."""
    if isinstance(values, (list, tuple)):
        return [_numbers(value, read) for value in values]
    number = read(values) if isinstance(values, Value) else values
    return number.tolist() if isinstance(number, np.ndarray) else float(number)


# %% Where each of the nine gradients comes from: the paths that lead from the weight to E, and what is measured there.
def slopes(story: viz.Storyboard, net: Network, h: float = 1e-5) -> list[tuple[str, str, float, float, float]]:
    """Find each gradient in three ways.

    Args:
        story: of the network `net`, which has been through its backward pass.
        net: the scalar network.
        h: how far a number is moved for the central difference (E(w + h) − E(w − h)) / 2h.

    Returns:
        For each weight and bias: its gradient's name, the paths in numbers, their sum, the engine's gradient and the
        difference quotient.
    """
    rows = []
    values = [value for part in (net.W1, net.b1, net.W2, net.b2) for value in _flat(part)]
    for value, measured in zip(values, _differences(h), strict=True):
        told = viz.explain(story, value)
        paths = " + ".join(write(path.numbers) for path in told.paths)
        rows.append((write(told.left), paths, sum(path.amount for path in told.paths), value.grad, measured))
    return rows


def _differences(h: float) -> list[float]:
    """Move one number of the network after the other up and down by h, and see how far E moves."""
    found = []
    for k, part in enumerate(START):
        for place in np.ndindex(np.shape(part)):
            E = []
            for step in (h, -h):
                moved = [np.array(one) for one in START]
                moved[k][place] += step
                E.append(float(array_network(*moved).E.data))
            found.append((E[0] - E[1]) / (2 * h))
    return found


# %% One update is not enough. So go on: forward, backward, update, until E is small.
def train(build: Any = array_network, until: float = ENOUGH) -> list[tuple[float, float]]:
    """Repeat the update until E is below a number; return y and E before each update and after the last.

    >>> [round(y, 4) for y, E in train(until=0.4)]
    [0.7718, 0.6702, 0.5411]
    """
    history, numbers = [], START
    while not history or history[-1][1] >= until:
        net = build(*numbers)
        net.E.backward()
        history.append((float(net.y.data), float(net.E.data)))
        numbers = [_numbers(part, lambda value: value.data - LEARNING_RATE * value.grad)
                   for part in (net.W1, net.b1, net.W2, net.b2)]  # fmt: skip
    return history


# %% [markdown]
# ## What to notice
#
# - Every weight of the first layer gets its gradient along one path, the deck's own line: ∂E/∂W₁₁ = ∂E/∂y · σ′(s⁽²⁾) ·
#   W′₁ · σ′(s₁⁽¹⁾) · x₁.
# - The gradients of the first layer are twenty times smaller than those of the second: one more factor σ′ ≤ 1/4, a
#   weight and an input stand before them. That is the vanishing gradient, already with one hidden layer.
# - A finite difference needs two forward passes for each of the nine numbers, and is right to nine or ten digits. The
#   backward pass is right to all of them, and is one.
# - After one step y has moved from 0.77 to 0.67, towards the target 0. After 21 steps E is below 0.01. The steps of y
#   grow at first, as y comes to where σ is steep, and then shrink with y itself.
#
# ## Exercises
#
# 1. `output_gradient(y, t, s)`: compute ∂E/∂b′ by hand, from y, t and s⁽²⁾ alone.
# 2. `hidden_gradient(i, j)`: compute ∂E/∂Wᵢⱼ as the product of its five factors.
# 3. `updates_needed(eta)`: how many updates does E < 0.01 take with another learning rate?


# %% The lesson as the command line runs it.
def run(
    out: str | Path,
    *,
    film: bool = True,
    quality: Literal["low", "medium", "high"] = "medium",
    slides: bool = False,
) -> list[Path]:
    """Print the table "deck / engine" and write pictures, page, film, storyboard and results.

    Args:
        out: the folder for the files; made if it is not there.
        film: whether to render the film.
        quality: of the film: "low", "medium" or "high".
        slides: whether to write the deck slides.html and numbered frames.

    Returns:
        The files that were written.

    Raises:
        InputError: the folder cannot be written.
        MissingExtraError: the viz or movie extra is not installed.
    """
    report = Report(prepared(out), film=film, quality=quality, slides=slides)
    scalar, array = results(scalar_network), results(array_network)
    net = scalar_network()
    net.E.backward()
    story = viz.Storyboard(net.E, learning_rate=LEARNING_RATE)
    report.numbers.update(scalar)

    report.say("The worked example: 2-2-1, sigmoid, E = (y − t)², t = 0, η = 1")
    report.table(("quantity", "deck", "engine"), [(NAMES[key], DECK[key], _digits(scalar[key])) for key in DECK])
    report.say(viz.explain(story, net.W1[0][0]))
    _tell_slopes(report, story, net)
    _tell_training(report)
    _compare(report, scalar, array)

    report.files += [
        viz.draw(story, view="network").save(report.folder / "network.svg"),
        viz.draw(story).save(report.folder / "graph.svg"),
        viz.play(story, title="The worked example").save(report.folder / "steps.html"),
        write_atomically(checked_target(report.folder / "storyboard.json", (".json",)), story.to_json(1).encode()),
    ]
    report.finish()
    if film or slides:
        report.say("Rendering the film; --no-film leaves it out.")
        report.files += viz.slides(
            story, report.folder, film=film, deck=slides, frames="png" if slides else None, quality=quality,
            title="The worked example", comparison=_comparison(story, net, scalar),
        )  # fmt: skip
    return report.files


def _tell_slopes(report: Report, story: viz.Storyboard, net: Network) -> None:
    """Print each gradient as a sum over paths, by the engine and by differences."""
    rows = slopes(story, net)
    head = ("gradient", "sum over paths", "", "engine", "difference")
    report.table(head, [(name, paths, *(f"{one:.10f}" for one in three)) for name, paths, *three in rows])
    paths, engine, differences = ([row[k] for row in rows] for k in (2, 3, 4))
    report.number("slopes", {name: {"paths": told, "engine": slope} for name, told, _, slope, _ in rows})
    report.compare("sum over paths", paths, engine, "the engine, all nine", within=1e-14)
    report.compare("finite differences", differences, engine, "the engine, all nine", within=1e-9)


def _tell_training(report: Report) -> None:
    """Print the way to a small error."""
    history = train()
    shown = sorted({0, 1, 2, 3, 5, 10, len(history) - 1})
    report.table(("updates", "y", "E"), [(str(k), *(f"{one:.10f}" for one in history[k])) for k in shown])
    report.say(f"E < {ENOUGH} after {len(history) - 1} updates.")
    report.number("updates", len(history) - 1)
    report.number("y by update", [y for y, _ in history])
    report.number("E by update", [E for _, E in history])


def _compare(report: Report, scalar: dict[str, Any], array: dict[str, Any]) -> None:
    """Put the engine's numbers beside those of the deck, rounded as it rounds, and the two builds beside each other."""
    deck = [part.strip() for key in DECK for part in DECK[key].replace(";", ",").split(",")]
    one, two = (np.concatenate([np.ravel(numbers[key]) for key in DECK]) for numbers in (scalar, array))
    rounded = [round(number, len(part.partition(".")[2])) for number, part in zip(one, deck, strict=True)]
    report.compare("all numbers, rounded", rounded, [float(part) for part in deck], "deck E", within=1e-12)
    report.compare("every weight a Value", one, two, "W and b as arrays", within=1e-14)


def _comparison(story: viz.Storyboard, net: Network, numbers: dict[str, Any]) -> list[tuple[Math, str, float]]:
    """List the rows of the film's last card: the deck's numbers beside the engine's."""
    rows = [("y", [story.nodes[story.index(net.y)].label]), ("E", [story.nodes[story.loss].label])]
    for name in ("W2", "b2", "W1", "b1"):
        rows.append((f"d{name}", [story.gradient(story.index(value)) for value in _flat(getattr(net, name))]))
    rows.append(("y_new", [Symbol("new y")]))
    return [
        (label, printed.strip(), float(number))
        for key, labels in rows
        for label, printed, number in zip(
            labels, DECK[key].replace(";", ",").split(","), np.ravel(numbers[key]), strict=True
        )
    ]


def _flat(values: Any) -> list[Value]:
    """List the Values in nested lists, row by row."""
    return [values] if isinstance(values, Value) else [value for part in values for value in _flat(part)]


def _digits(number: Any) -> str:
    """Write ten decimals, rows separated as the deck does."""
    rows = number if isinstance(number, list) and isinstance(number[0], list) else [number]
    return "; ".join(", ".join(f"{value:.10f}" for value in np.ravel(row)) for row in rows)


# %% Run as a program, it writes its files; in a notebook, here is the player.
if __name__ == "__main__":
    if hasattr(sys, "ps1"):
        from IPython.display import display

        display(viz.widget(viz.Storyboard(scalar_network().E, learning_rate=LEARNING_RATE), title="The worked example"))
    else:
        run("worked_example")
