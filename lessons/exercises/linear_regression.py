"""The straight line ŷ = w x + b: its mean squared error, and the way down (deck O, "Linear regression").

x and y: readings (n,). w, b: numbers. MSE = (1/n) Σ (y − ŷ)².
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import Gradients, added, task
from microgradphys import Value, constant


def _lines(random: np.random.Generator) -> Iterator[tuple[float, float, np.ndarray, np.ndarray]]:
    """Draw lines and readings; the first line goes through all its points."""
    yield 2.0, 1.0, np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])
    for n in (1, 3, 4, 6):
        w, b = random.normal(size=2)
        yield float(w), float(b), random.uniform(-2, 5, n), random.normal(size=n)


def _slopes(w: float, b: float, x: np.ndarray, y: np.ndarray) -> Gradients:
    """Ask the engine for the slopes of the MSE."""
    w_, b_ = Value(w, "w"), Value(b, "b")
    errors = [
        (constant(y[k], f"y_{k + 1}") - (w_ * constant(x[k], f"x_{k + 1}") + b_).named(f"ŷ_{k + 1}")) ** 2
        for k in range(len(x))
    ]
    return Gradients((added(errors) / len(x)).named("MSE"), (w_, b_))


@task(
    _lines,
    wrong={
        "The sum is there, but not the mean.": lambda f, w, b, x, y: len(x) * f(w, b, x, y),
        "The errors are not squared.": lambda f, w, b, x, y: np.mean(y - w * x - b),
        "Square first, then take the mean.": lambda f, w, b, x, y: np.mean(y - w * x - b) ** 2,
        "Yours is half of it: this MSE has no ½.": lambda f, w, b, x, y: f(w, b, x, y) / 2,
        "That is the root of the mean square.": lambda f, w, b, x, y: np.sqrt(f(w, b, x, y)),
    },
)
def mean_squared_error(w: Any, b: Any, x: Any, y: Any) -> Any:
    """Return the MSE, a number."""
    predicted = w * x + b  # blank: ŷ (n,)
    return np.mean((y - predicted) ** 2)  # blank


@task(
    _lines,
    engine=_slopes,
    wrong={
        "The inner derivative is missing: ŷ falls as y − ŷ grows.":
            lambda f, w, b, x, y: tuple(-s for s in f(w, b, x, y)),
        "The sums are there, but not the means.": lambda f, w, b, x, y: tuple(len(x) * s for s in f(w, b, x, y)),
        "The factor 2 of the square is missing.": lambda f, w, b, x, y: tuple(s / 2 for s in f(w, b, x, y)),
        "∂ŷ/∂w is not 1.": lambda f, w, b, x, y: (f(w, b, x, y)[1], f(w, b, x, y)[1]),
    },
    hint="Each reading adds a term, and each term is a product of three: of the square, of the error, of the line.",
)  # fmt: skip
def slopes(w: Any, b: Any, x: Any, y: Any) -> Any:
    """Return ∂MSE/∂w and ∂MSE/∂b."""
    error = y - (w * x + b)  # blank: y − ŷ (n,)
    slope_w = -2 * np.mean(error * x)  # blank
    slope_b = -2 * np.mean(error)  # blank
    return slope_w, slope_b


@task(
    lambda random: [(random.uniform(0, 10, n),) for n in (2, 5, 40)] + [(np.array([-1.0, 1.0]),)],
    wrong={
        "That is the rate at which the fastest direction arrives in one step; it may be passed.":
            lambda f, x: f(x) / 2,
        "The steepest direction decides, not the flattest.":
            lambda f, x: 2 / np.linalg.eigvalsh(2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1.0]]))[0],
        "The Hessian of this MSE has a factor 2.": lambda f, x: 2 * f(x),
    },
    within=1e-6,
    hint="Write the Hessian of the MSE in w and b: 2 ⟨x²⟩, 2 ⟨x⟩, 2. A step multiplies a direction by 1 − η λ.",
)  # fmt: skip
def largest_rate(x: Any) -> Any:
    """Return the learning rate η above which the descent diverges."""
    hessian = 2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1.0]])  # blank: (2, 2)
    steepest = np.linalg.eigvalsh(hessian)[-1]  # blank: its largest eigenvalue
    return 2 / steepest  # blank
