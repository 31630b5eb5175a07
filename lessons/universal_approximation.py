# %% [markdown]
# # Universal approximation: enough hinges make any curve
#
# One hidden layer can approximate every continuous function on a bounded region as well as you like, if it has enough
# neurons (G. Cybenko 1989 for sigmoids, K. Hornik 1991 in general). Decks B, R and E quote the theorem; deck E shows
# it with the network
#
# f(x) = w₁ ReLU(x + b₁) + … + wₙ ReLU(x + bₙ).
#
# Each neuron is a hinge: flat up to −bᵢ, then a straight line. A sum of n hinges is a broken line that bends at n
# places. How well can it follow a curve, and how fast does it get better? The theorem does not say how the weights
# are found. Here they are found in three ways: written down, by least squares, and by gradient descent.
"""Universal approximation: 1, 2, 3, 6, 13 ReLU neurons on one curve, error against width, and bumps of sigmoids."""

# %% The curve, and the network of deck E.
from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import viz
from lessons.report import Quality, Report, lesson
from microgradphys import Value, constant, grad, optim, relu, sigmoid

WIDTHS = (1, 2, 3, 6, 13)
MORE_WIDTHS = (*WIDTHS, 26, 52, 104)
X = np.linspace(0.0, 1.0, 401)
STEPS = 2000


def curve(x: Any) -> Any:
    """Compute sin 2πx + ½ sin 5πx, which is 0 at 0, as the network of deck E is."""
    return np.sin(2 * np.pi * x) + 0.5 * np.sin(5 * np.pi * x)


def network(w: Any, b: Any, x: np.ndarray) -> Any:
    """Compute Σ wᵢ ReLU(x + bᵢ).

    Args:
        w: slopes, shape (n,).
        b: biases, shape (n,); the hinges are at −b.
        x: where, shape (m,).

    >>> network(np.array([1.0, -2.0]), np.array([0.0, -0.5]), np.array([0.0, 0.5, 1.0]))
    array([0. , 0.5, 0. ])
    """
    return relu(x[:, None] + b) @ w


def loss(parameters: dict[str, Any]) -> Any:
    """Compute the mean squared error over the curve."""
    return np.mean((network(parameters["w"], parameters["b"], X) - curve(X)) ** 2)


# %% Written down: hinges at equal distances, each changes the slope to that of the next piece.
def written_down(n: int) -> dict[str, np.ndarray]:
    """Choose w and b so that the network equals the curve at n + 1 points at equal distances.

    >>> sorted(written_down(3))
    ['b', 'w']
    """
    knots = np.linspace(0.0, 1.0, n + 1)
    slopes = np.diff(curve(knots)) * n
    return {"w": np.diff(slopes, prepend=0.0), "b": -knots[:-1]}


# %% Least squares: the same hinges, the best weights. The loss is a parabola in w, so its bottom can be computed.
def least_squares(n: int) -> dict[str, np.ndarray]:
    """Choose the best w for hinges at equal distances."""
    b = written_down(n)["b"]
    return {"w": np.linalg.lstsq(np.maximum(X[:, None] + b, 0.0), curve(X), rcond=None)[0], "b": b}


# %% Learnt: gradient descent moves the hinges too.
def learnt(n: int, steps: int = STEPS) -> optim.Trace:
    """Follow Adam from the weights that were written down."""
    return optim.trace(loss, written_down(n), optim.Adam(0.01), steps)


# %% Bumps: two steep sigmoids make a step up and a step down.
def bumps(n: int, x: np.ndarray, steepness: float = 400.0) -> np.ndarray:
    """Compute n bumps side by side, each as high as the curve is at its middle.

    Each is hᵢ (σ(k (x − xᵢ)) − σ(k (x − xᵢ₊₁))), as in M. Nielsen, Neural Networks and Deep Learning, chapter 4, where
    deck R sends its readers.

    Args:
        n: how many; the network has 2n neurons.
        x: where, shape (m,).
        steepness: k, the weight in front of x, in units of 1 over the width of a bump.

    >>> bumps(1, np.array([0.5])).round(3) == curve(0.5).round(3)
    array([ True])
    """
    edges = np.linspace(0.0, 1.0, n + 1)
    steps = sigmoid(steepness * n * (x[:, None] - edges))
    return (steps[:, :-1] - steps[:, 1:]) @ curve((edges[1:] + edges[:-1]) / 2)


# %% [markdown]
# ## What to notice
#
# - Twice as many hinges, a quarter of the error: a broken line misses a curve by f″ h²/8, and h is 1/n. Bumps follow
#   only the height, not the slope: twice as many, half of the error.
# - The three ways differ by a constant factor only. Better weights and better places are worth as much as some more
#   neurons; the power of n is a matter of the pieces.
# - Descent moves the hinges to where the curve bends most. With free hinges no broken line does much better than
#   (∫|f″|^⅖ dx)^⁵ᐟ² / (√720 n²); the network with 13 neurons is near that.
# - Gradients do not find everything: the loss is not convex in the places of the hinges, and a hinge that has left
#   the interval to the right has gradient 0.
# - "Enough neurons" grows fast with the number of inputs: to have h = 1/n in d dimensions takes nᵈ bumps. This is why
#   depth matters: see `folding`.
#
# ## Exercises
#
# 1. `relu_sum(x, w, b)`: the network of deck E, without a loop.
# 2. `polygon(x, y)`: w and b of the network that goes through given points.
# 3. `bump(x, left, right, height, k)`: one bump from two sigmoids.
# 4. Begin the descent with random hinges. How much larger is the error, over ten seeds?


# %% The lesson: three ways to thirteen hinges, then bumps.
@lesson
def run(report: Report) -> None:
    """Approximate one curve by hinges and by bumps, and measure the error against the width."""
    traces = {n: learnt(n) for n in WIDTHS}
    best = {n: trace.position[int(np.argmin(trace.value))] for n, trace in traces.items()}
    split = {n: {"w": at[:n], "b": at[n:]} for n, at in best.items()}
    check(report, split)
    errors = against_width(report, split)
    report.table(("neurons", "written down", "least squares", "learnt"), [
        (str(n), *(f"{errors[way][n]:.4f}" for way in ("written down", "least squares", "learnt"))) for n in WIDTHS
    ])  # fmt: skip
    report.figure("neurons", viz.plots.lines(
        {"the curve": (X, curve(X)), **{f"{n} ReLU": (X, network(**split[n], x=X)) for n in WIDTHS}},
        title="Each hinge more is a bend more", names=("x", "f(x)"),
    ))  # fmt: skip
    report.figure("hinges", broken_line(split[13]))
    report.figure("bumps", viz.plots.lines(
        {"the curve": (X, curve(X)), "13 bumps": (FINE, bumps(13, FINE))}, names=("x", "f(x)"),
        title="26 steep sigmoids make 13 bumps",
    ))  # fmt: skip
    small = two_neurons(split[2])
    report.draw("network", small)
    report.page("steps", small, title="Two ReLU neurons at one point")
    report.video("learning", partial(film_of_learning, trace=traces[13], quality=report.quality))


FINE = np.linspace(0.0, 1.0, 4001)


def rms(error: np.ndarray) -> float:
    """Compute the root of the mean square."""
    return float(np.sqrt(np.mean(error**2)))


def check(report: Report, split: dict[int, dict[str, np.ndarray]]) -> None:
    """Compare with what is known without the engine."""
    for n in WIDTHS:
        knots = np.linspace(0.0, 1.0, n + 1)
        report.compare(f"{n} hinges, written down", network(**written_down(n), x=X), np.interp(X, knots, curve(knots)),
                       "numpy.interp", within=1e-12)  # fmt: skip
        report.compare(f"{n} hinges, ∂MSE/∂w at the best w", grad(loss)(least_squares(n))["w"], np.zeros(n),
                       "normal equations", within=1e-12)  # fmt: skip
    b = np.linspace(-0.99, 5.0, 5991)
    hinge = np.maximum(X[:, None] + b, 0.0)
    w = curve(X) @ hinge / (hinge**2).sum(0)
    tried = min(rms(w[k] * hinge[:, k] - curve(X)) for k in range(len(b)))
    report.compare(
        "RMS of one neuron, learnt", rms(network(**split[1], x=X) - curve(X)), tried, "all b tried", within=1e-4
    )
    line = np.linspace(-1.0, 2.0, 30001)
    bump = sigmoid(200 * line) - sigmoid(200 * (line - 0.5))
    report.compare("area of a bump from 0 to 1/2", np.trapezoid(bump, line), 0.5, "its width", within=1e-9)


def against_width(report: Report, split: dict[int, dict[str, np.ndarray]]) -> dict[str, dict[int, float]]:
    """Measure the error of each construction against the number of its pieces, and the power of n in it."""
    errors = {
        "written down": {n: rms(network(**written_down(n), x=FINE) - curve(FINE)) for n in MORE_WIDTHS},
        "least squares": {n: rms(network(**least_squares(n), x=FINE) - curve(FINE)) for n in MORE_WIDTHS},
        "learnt": {n: rms(network(**split[n], x=FINE) - curve(FINE)) for n in WIDTHS},
        "bumps": {n: rms(bumps(n, FINE) - curve(FINE)) for n in MORE_WIDTHS},
    }
    slope = 2 * np.pi * np.cos(2 * np.pi * FINE) + 2.5 * np.pi * np.cos(5 * np.pi * FINE)
    bend = -4 * np.pi**2 * np.sin(2 * np.pi * FINE) - 12.5 * np.pi**2 * np.sin(5 * np.pi * FINE)
    n = MORE_WIDTHS[-1]
    report.compare("n² · RMS of 104 hinges", n**2 * errors["written down"][n], rms(bend) / np.sqrt(120), "‖f″‖ / √120",
                   within=0.01)  # fmt: skip
    report.compare("n · RMS of 104 bumps", n * errors["bumps"][n], rms(slope) / np.sqrt(12), "‖f′‖ / √12", within=0.05)
    free = np.trapezoid(np.abs(bend) ** 0.4, FINE) ** 2.5 / np.sqrt(720)
    report.number("best possible n² · RMS with free hinges, for large n", free)
    report.number("RMS by width", errors)
    widths = np.array(MORE_WIDTHS)
    report.figure("width", viz.plots.lines(
        {way: (np.array(list(row)), np.array(list(row.values()))) for way, row in errors.items()}
        | {"free hinges, best": (widths[3:], free / widths[3:] ** 2)},
        names=("hinges or bumps n", "RMS error"), log=(True, True), title="Hinges gain n², bumps only n",
    ))  # fmt: skip
    return errors


def broken_line(parameters: dict[str, np.ndarray], title: str = "", theme: Any = "light") -> viz.plots.Plot:
    """Draw the curve, the network, and its hinges."""
    places = np.sort(-parameters["b"])
    places = places[(places >= 0) & (places <= 1)]
    return viz.plots.lines(
        {"the curve": (X, curve(X)), "the network": (X, network(**parameters, x=X))},
        points={"hinges": (places, network(**parameters, x=places))}, names=("x", "f(x)"), theme=theme,
        title=title or "Descent moves hinges to where the curve bends",
    )  # fmt: skip


def film_of_learning(path: Path, trace: optim.Trace, quality: Quality) -> None:
    """Film the broken line while its hinges move, in steps that grow longer."""
    steps = np.unique(np.geomspace(1, len(trace.value), 80).astype(int)) - 1
    n = trace.position.shape[1] // 2

    def draw(k: int) -> viz.plots.Plot:
        """Draw one moment."""
        at = trace.position[k]
        title = f"step {k}: RMS error {np.sqrt(trace.value[k]):.4f}"
        return broken_line({"w": at[:n], "b": at[n:]}, title, "dark")

    viz.plots.film(draw, steps.tolist(), path, quality=quality)


def two_neurons(parameters: dict[str, np.ndarray], at: float = 0.9) -> Value:
    """Build the network of two neurons at one point as a graph of numbers, with its squared error."""
    x = constant(at, "x")
    a = [relu(x + Value(float(b), f"b_{k}")).named(f"a_{k}") for k, b in enumerate(parameters["b"], 1)]
    w = [Value(float(w), f"w_{k}") for k, w in enumerate(parameters["w"], 1)]
    f = (w[0] * a[0] + w[1] * a[1]).named("f")
    E = ((f - constant(float(curve(at)), "t")) ** 2).named("E")
    E.backward()
    return E


if __name__ == "__main__":
    run("universal_approximation")
