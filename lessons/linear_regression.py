# %% [markdown]
# # The straight line: what a gradient is for
#
# A spring is stretched by weights, and its length is read off with a ruler that is good to a few millimetres. Which
# straight line ŷ = w x + b belongs to the points? That with the smallest mean squared error (deck O, "Linear
# regression"),
#
# MSE = (1/n) Σᵢ (yᵢ − ŷᵢ)².
#
# For a straight line the answer can be written down: the normal equations. Gradient descent does not know them. It only
# knows, from the engine, which way the error falls, and it arrives at the same line.
"""The straight line: mean squared error, gradient descent on w and b, and the normal equations."""

# %% The data: forty readings of a spring, about 0.8 cm longer for each newton.
from __future__ import annotations

from typing import Any

import numpy as np

import microgradphys as mgp
import viz
from lessons.report import Report, lesson
from microgradphys import Value

LEARNING_RATE = 0.02
STEPS = 3000


def readings() -> tuple[np.ndarray, np.ndarray]:
    """Return forces in newton and lengths in centimetres, both of shape (40,)."""
    random = np.random.default_rng(1)
    force = random.uniform(0.0, 10.0, 40)
    return force, 0.8 * force + 12.0 + random.normal(0.0, 0.4, 40)


# %% The error, as the deck writes it. This is all that the engine needs to know.
def mean_squared_error(w: Any, b: Any, x: Any, y: Any) -> Any:
    """Compute (1/n) Σ (y − (w x + b))².

    >>> float(mean_squared_error(1.0, 0.0, np.array([1.0, 2.0]), np.array([1.0, 4.0])))
    2.0
    """
    return np.mean((y - (w * x + b)) ** 2)


# %% Gradient descent: w ← w − η ∂MSE/∂w, b ← b − η ∂MSE/∂b.
def descend(x: np.ndarray, y: np.ndarray, rate: float = LEARNING_RATE, steps: int = STEPS) -> np.ndarray:
    """Follow the gradient from w = b = 0.

    Args:
        x: inputs (n,).
        y: targets (n,).
        rate: the learning rate η.
        steps: how many updates.

    Returns:
        w and b before each update and after the last, shape (steps + 1, 2).
    """
    slopes = mgp.compile(mgp.grad(mean_squared_error, argnums=(0, 1)))
    path = [(0.0, 0.0)]
    for _ in range(steps):
        w, b = path[-1]
        dw, db = slopes(w, b, x, y)
        path.append((w - rate * dw, b - rate * db))
    return np.array(path)


# %% The same line without any descent: the normal equations.
def normal_equations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return w and b of the least squares line: w = cov(x, y) / var(x), b = ȳ − w x̄."""
    w = np.mean((x - x.mean()) * (y - y.mean())) / np.var(x)
    return np.array([w, y.mean() - w * x.mean()])


# %% [markdown]
# ## What to notice
#
# - The gradient points across the valley, not along it: w is right after a few steps, b creeps. x and 1 are far from
#   orthogonal here; subtract the mean of x and the valley is round.
# - How fast the slowest direction shrinks is known beforehand: each step multiplies it by 1 − η λ, with λ the smallest
#   eigenvalue of the Hessian. The largest eigenvalue says how large η may be: below 2 / λ.
# - The error at the bottom is not 0: it is the noise of the readings.
#
# ## Exercises
#
# 1. At which η does the descent begin to diverge? Compare with 2 / λ.
# 2. Subtract the mean of x first. How many steps are needed now?
# 3. Fit a parabola: one more parameter, and nothing else changes.


# %% The lesson: run, draw, compare.
@lesson
def run(report: Report) -> None:
    """Fit the line by descent, and compare it with the normal equations."""
    x, y = readings()
    path = descend(x, y)
    best = normal_equations(x, y)
    report.say(f"MSE of {len(x)} readings, η = {LEARNING_RATE}, {STEPS} steps from w = b = 0.")
    report.compare("w and b", path[-1], best, "normal equations", within=1e-8)
    report.compare("w and b by numpy", best, np.polyfit(x, y, 1), "numpy.polyfit", within=1e-12)

    hessian = np.array(mgp.hessian(lambda p: mean_squared_error(p[0], p[1], x, y))(best))
    report.compare("Hessian", hessian, 2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1.0]]),
                   "2 ⟨x²⟩, 2 ⟨x⟩, 2", within=1e-11)  # fmt: skip
    smallest, largest = np.linalg.eigvalsh(hessian)
    report.number("largest stable learning rate", 2 / largest)
    shrinks = np.linalg.norm(path[1001] - best) / np.linalg.norm(path[1000] - best)
    report.compare("error left by a step", shrinks, 1 - LEARNING_RATE * smallest, "1 − η λ", within=1e-9)
    report.number("MSE", mean_squared_error(path[-1, 0], path[-1, 1], x, y))

    report.figure("line", fitted(x, y, path))
    report.figure("descent", valley(x, y, path))
    report.page("steps", first_step(x, y), title="The first step of the descent")


def fitted(x: np.ndarray, y: np.ndarray, path: np.ndarray) -> viz.plots.Plot:
    """Draw readings and lines: at the start, on the way, and at the end."""
    ends = np.array([x.min(), x.max()])
    return viz.plots.lines(
        {f"after {k} steps": (ends, w * ends + b) for k in (0, 10, 100, STEPS) for w, b in [path[k]]},
        points={"readings": (x, y)}, names=("force / N", "length / cm"), title="The line turns first, then climbs",
    )  # fmt: skip


def valley(x: np.ndarray, y: np.ndarray, path: np.ndarray) -> viz.plots.Plot:
    """Draw the error as a map of w and b, with the way down."""
    return viz.plots.contours(
        lambda w, b: mean_squared_error(w, b, x, y), xlim=(-0.5, 3.5), ylim=(-1.0, 14.0),
        paths={"descent": path[:1000]}, names=("w", "b"), title="Across the valley at once, along it slowly",
    )  # fmt: skip


def first_step(x: np.ndarray, y: np.ndarray, count: int = 3) -> Value:
    """Build the graph of the error of a few readings, small enough to step through."""
    w, b = Value(0.0, "w"), Value(0.0, "b")
    errors = [
        (mgp.constant(y[k], f"y_{k + 1}") - (w * mgp.constant(x[k], f"x_{k + 1}") + b)) ** 2 for k in range(count)
    ]
    return (sum(errors[1:], errors[0]) / count).named("MSE")


if __name__ == "__main__":
    run("linear_regression")
