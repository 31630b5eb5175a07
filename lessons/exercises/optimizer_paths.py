"""Optimiser paths: momentum, Newton, and the best learning rate (deck R, "Gradient descent" and "Adding momentum").

x: where we are (n,). g: the gradient there (n,).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import task
from microgradphys import optim as _optim


def _moments(random: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """Draw places, velocities and gradients; the first begins at rest."""
    yield np.array([1.0, -2.0]), np.zeros(2), np.array([0.5, 4.0]), 0.1, 0.9
    for n in (1, 2, 5):
        yield *random.normal(size=(3, n)), float(random.uniform(0.01, 0.5)), float(random.uniform(0.1, 0.9))


def _by_optim(x: Any, v: Any, g: Any, rate: float, gamma: float) -> Any:
    """Let the library's rule do the step."""
    rule = _optim.Momentum(rate, momentum=gamma)
    after, state = rule.step(x, g, {**rule.start(x), "velocity": v})
    return after, state["velocity"]


@task(
    _moments,
    engine=_by_optim,
    wrong={
        "That goes uphill.":
            lambda f, x, v, g, rate, gamma: (2 * x - f(x, v, g, rate, gamma)[0], f(x, v, g, rate, gamma)[1]),
        "Nothing is remembered: γ v is missing.": lambda f, x, v, g, rate, gamma: f(x, 0 * v, g, rate, gamma),
        "The step is that of the old v; take the new one.":
            lambda f, x, v, g, rate, gamma: (x - v, f(x, v, g, rate, gamma)[1]),
        "In deck R the gradient is not damped by 1 − γ.":
            lambda f, x, v, g, rate, gamma: f(x, v, g, rate * (1 - gamma), gamma),
        "Only η multiplies the gradient, and only γ the velocity.":
            lambda f, x, v, g, rate, gamma: (x - rate * (gamma * v + g), rate * (gamma * v + g)),
    },
    hint="First the new velocity: part of the old one, and the step of gradient descent. Then move by it.",
)  # fmt: skip
def momentum_step(x: Any, v: Any, g: Any, rate: Any, gamma: Any) -> Any:
    """Return the new x and the new v, (n,) each; v is what is subtracted from x."""
    v = gamma * v + rate * g  # blank
    x = x - v  # blank
    return x, v


@task(
    lambda random: [
        (random.normal(size=n), random.normal(size=n), root @ root.T + np.eye(n))
        for n in (1, 2, 4)
        for root in [random.normal(size=(n, n))]
    ],
    wrong={
        "That goes away from the extremum.": lambda f, x, g, H: 2 * x - f(x, g, H),
        "Multiply by the inverse of H, not by H.": lambda f, x, g, H: x - H @ g,
        "Each component is divided by its own curvature only; the directions are mixed.":
            lambda f, x, g, H: x - g / np.diag(H),
        "That is the step, not where it leads to.": lambda f, x, g, H: x - f(x, g, H),
    },
    hint="Where does the parabola with this gradient and this Hessian have its extremum?",
)  # fmt: skip
def newton_step(x: Any, g: Any, H: Any) -> Any:
    """Return x after one step of Newton's method; H: the Hessian (n, n)."""
    return x - np.linalg.solve(H, g)  # blank


@task(
    lambda random: [([1.0],), ([1.0, 1.0],), ([1.0, 10.0],), ([3.0, 0.1, 50.0],), (list(random.uniform(0.1, 9.0, 5)),)],
    wrong={
        "With that rate the steepest direction arrives at once, but the flattest creeps.":
            lambda f, curvatures: 1 / max(curvatures),
        "That is where the descent begins to diverge.": lambda f, curvatures: 2 / max(curvatures),
        "The mean of all curvatures does not matter, only the extremes.": lambda f, curvatures: 1 / np.mean(curvatures),
        "Look at |1 − η λ| once more: a factor 2 is missing.": lambda f, curvatures: f(curvatures) / 2,
    },
    hint="A step multiplies a direction by 1 − η λ. The slowest is the flattest or the steepest: make them equal.",
)  # fmt: skip
def best_rate(curvatures: Any) -> Any:
    """Return the learning rate with which the slowest direction of a bowl with these curvatures λ shrinks fastest."""
    return 2 / (min(curvatures) + max(curvatures))  # blank
