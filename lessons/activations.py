# %% [markdown]
# # Activation functions: what lets a gradient pass
#
# A neuron adds up what it is given, and bends the sum with an activation function y = f(a). On the way back every
# gradient is multiplied by the slope f′(a). Where a function is flat, it is saturated: nearly nothing is left of the
# gradient, and all that lies before learns nothing. The zoo of activation functions (decks B, R and E) is the history
# of attempts to be bent and not flat.
"""Activation functions: step, sigmoid, tanh, ReLU, leaky ReLU, ELU, maxout: value, derivative, saturation."""

# %% Seven of them, as functions of a Value.
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import microgradphys as mgp
import viz
from lessons.report import Report, lesson
from microgradphys import Value
from microgradphys.graph import ancestors
from microgradphys.notation import write
from microgradphys.source import Printer
from microgradphys.symbols import number_text

LEAK = 0.1  # deck B; deck E leaves α open, and the engine takes 0.01 if nothing is said
SHARE = 0.05  # saturated: less than this share of the steepest slope


def step(a: Any) -> Any:
    """Fire at 0 and above, as deck E has it; deck B fires above 0 only.

    >>> float(step(-0.1)), float(step(0.0))
    (0.0, 1.0)
    """
    return np.heaviside(a, 1.0)


def leaky_relu(a: Any) -> Any:
    """Compute max(0.1 a, a).

    >>> leaky_relu(-2.0)
    -0.2
    """
    return mgp.leaky_relu(a, slope=LEAK)


def maxout(a: Any) -> Any:
    """Take the largest of several straight lines wₖ a + bₖ, here of three.

    I. J. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville and Y. Bengio, "Maxout networks", ICML 2013.

    >>> float(maxout(0.0))
    -0.5
    """
    return np.maximum(np.maximum(-0.5 * a - 1, 0.1 * a - 0.5), a - 1)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "step": step, "sigmoid": mgp.sigmoid, "tanh": np.tanh, "ReLU": mgp.relu, "leaky ReLU": leaky_relu, "ELU": mgp.elu,
    "maxout": maxout,
}  # fmt: skip

# %% Their slopes on paper, with which the engine's are compared.
ON_PAPER: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "step": lambda a: 0 * a,
    "sigmoid": lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2,
    "tanh": lambda a: 1 / np.cosh(a) ** 2,
    "ReLU": lambda a: np.where(a > 0, 1.0, 0.0),
    "leaky ReLU": lambda a: np.where(a > 0, 1.0, LEAK),
    "ELU": lambda a: np.where(a > 0, 1.0, np.exp(a)),
    "maxout": lambda a: np.where(a < -5 / 6, -0.5, np.where(a > 5 / 9, 1.0, 0.1)),
}


def slopes(f: Callable[[Any], Any], a: np.ndarray) -> np.ndarray:
    """Ask the engine for f′ at many points at once."""
    x = Value(a)
    f(x).backward(np.ones(a.shape))
    return np.asarray(x.grad)


def slope_formula(f: Callable[[Any], Any], a: float) -> str:
    """Write f′ at a point as the row of the table that ran writes it."""
    y = f(Value(a, "a"))
    nodes = ancestors(y, constants=True)
    return write(Printer(nodes, {y: "y"}).local(y, 0, {node: node.data for node in nodes})[1])


# %% Where they are saturated can be written down: y (1 − y) = s / 4, 1 − y² = s and eᵃ = s, solved for a.
def edges(share: float = SHARE) -> dict[str, float]:
    """Return the |a| beyond which sigmoid and tanh, and the a below which ELU, have less than a share of their slope.

    >>> {name: round(edge, 3) for name, edge in edges().items()}
    {'sigmoid': 4.357, 'tanh': 2.178, 'ELU': -2.996}
    """
    root = math.sqrt(1 - share)
    return {"sigmoid": math.log((1 + root) / (1 - root)), "tanh": math.atanh(root), "ELU": math.log(share)}


# %% [markdown]
# ## What to notice
#
# - The step is flat everywhere. Nothing that is trained by gradients can contain it; this is why the perceptron needed
#   a rule of its own.
# - The sigmoid never passes on more than a quarter of a gradient, tanh up to all of it; both are saturated at either
#   end. The sigmoid is always positive, so all weights of the next neuron are pushed the same way; tanh is not.
# - ReLU passes all or nothing. A unit that is below 0 for every example gets no gradient and never comes back; leaky
#   ReLU always leaves it a tenth, and ELU something as long as it is not far below.
# - Maxout has no fixed form: which line is the largest is learnt with the weights. ReLU is the maxout of 0 and a.
# - At a kink there is no slope, and each row of the table says which number it takes: relu′(0) = 0, leaky_relu′(0) =
#   slope, elu′(0) = α. Among ties `max` shares its gradient.
#
# ## Exercises
#
# 1. `softplus_slope(a)`: ln(1 + eᵃ) is a smooth ReLU. What is its derivative?
# 2. `relu_as_maxout(a)` and `absolute_as_maxout(a)`: choose the two lines.
# 3. `tanh_from_sigmoid(a)`: write tanh with σ. What follows for the slopes at 0?
# 4. `survivors(depth)`: the largest factor that a gradient can keep through `depth` sigmoids, and through as many tanh.


# %% The lesson: compute, compare, draw.
@lesson
def run(report: Report) -> None:
    """Compute value and slope of seven functions, compare them with paper, and draw them."""
    points = np.array([-4.0, -1.0, -0.2, 0.2, 1.0, 4.0])
    shown = np.array([-3.0, 0.0, 3.0])
    rows = []
    for name, f in FUNCTIONS.items():
        report.compare(f"{name}′", slopes(f, points), ON_PAPER[name](points), "on paper", within=1e-14)
        report.compare(
            f"{name}′ by differences",
            slopes(f, points),
            differences(f, points),
            "(f(a + h) − f(a − h)) / 2h",
            within=1e-9,
        )
        values, there = np.asarray(f(Value(shown)).data), slopes(f, shown)
        report.number(name, {"a": shown, "value": values, "slope": there})
        rows.append(
            (name, *(f"{number_text(y)}, {number_text(slope)}" for y, slope in zip(values, there, strict=True)))
        )
    report.table(("y, y′ at", *(f"a = {number_text(a)}" for a in shown)), rows)
    for name in ("sigmoid", "tanh", "ReLU", "leaky ReLU", "ELU"):
        below, above = (slope_formula(FUNCTIONS[name], a) for a in (-1.0, 1.0))
        report.say(
            f"{name}: y′ = {above}" if above == below else f"{name}: y′ = {above} where a > 0, {below} where a < 0"
        )
    draw(report)


def differences(f: Callable[[Any], Any], a: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Measure f′ by central differences."""
    above, below = (np.asarray(f(Value(a + step)).data) for step in (h, -h))
    return (above - below) / (2 * h)


def draw(report: Report) -> None:
    """Draw each function with its saturation, and all slopes together."""
    for name, f in FUNCTIONS.items():
        plot = viz.plots.activation(f, saturation=SHARE, written=f"{name}(a)")
        report.figure(name.replace(" ", "_"), plot)
        flat = plot.numbers["saturated"]
        report.number(f"{name} is saturated", flat)
        if name in edges():
            end = -flat[0][1] if len(flat) == 2 else flat[0][1]
            report.compare(f"edge of saturation, {name}", end, edges()[name], "solved for a", within=0.006)
    a = np.linspace(-6, 6, 601)
    smooth = {name: (a, slopes(FUNCTIONS[name], a)) for name in ("sigmoid", "tanh", "ReLU", "leaky ReLU", "ELU")}
    report.figure("slopes", viz.plots.lines(
        smooth, names=("a", "slope y′"),
        title="What is left of a gradient: of the sigmoid a quarter at best, of ReLU all or nothing",
    ))  # fmt: skip


if __name__ == "__main__":
    run("activations")
