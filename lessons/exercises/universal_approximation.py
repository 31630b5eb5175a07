"""Universal approximation: any curve from ReLUs, or from sigmoids (deck E, "Universal approximation theorem")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import task
from microgradphys import sigmoid as _step


def _sums(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Draw places, weights and biases: 1, 2, 3, 6 and 13 neurons, as in the deck."""
    for n in (1, 2, 3, 6, 13):
        yield random.uniform(-3, 3, 5), random.normal(size=n), random.normal(size=n)


def _polygons(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw corners of polygons."""
    for n in (2, 3, 7):
        yield np.cumsum(random.uniform(0.2, 1.0, n)) - 1, random.normal(size=n)


@task(
    _sums,
    wrong={
        "Each weight stands before its ReLU, not inside.":
            lambda f, x, w, b: np.maximum(0, x[:, None] * w + b).sum(axis=1),
        "The ReLU comes before the sum: each neuron has its own.":
            lambda f, x, w, b: np.maximum(0, f(x, w, b)),
        "The ReLUs are missing.": lambda f, x, w, b: (x[:, None] + b) @ w,
        "The bias is added: the kink is at −b.": lambda f, x, w, b: f(x, w, -b),
    },
    hint="Let x be a column, so that each row of x[:, None] + b belongs to one place and each column to one neuron.",
)  # fmt: skip
def relu_sum(x: Any, w: Any, b: Any) -> Any:
    """Return f(x) = Σ_i w_i ReLU(x + b_i) at the places x (N,), with w and b of n neurons: (N,)."""
    neurons = np.maximum(0, x[:, None] + b)  # blank: (N, n)
    return neurons @ w  # blank


@task(
    _polygons,
    wrong={
        "Those are the slopes. A neuron adds to all that come before it: take the change of the slope.":
            lambda f, x, y: (np.diff(y) / np.diff(x), -x[:-1]),
        "Those are the heights, not the slopes.": lambda f, x, y: (np.diff(y), -x[:-1]),
        "The kink of ReLU(x + b) is where x = −b.": lambda f, x, y: (f(x, y)[0], x[:-1]),
        "The first neuron has the whole first slope.":
            lambda f, x, y: (np.diff(np.diff(y) / np.diff(x), append=0.0), -x[:-1]),
    },
    hint="Go from left to right. Neuron i switches on at corner i, and then bends the line by its weight.",
)  # fmt: skip
def polygon(x: Any, y: Any) -> Any:
    """Return w and b, (n − 1,) each, so that y_0 + Σ_i w_i ReLU(x + b_i) is the polygon with corners (x_i, y_i).

    x rises; neuron i has its kink at corner i.
    """
    slopes = np.diff(y) / np.diff(x)
    w = np.diff(slopes, prepend=0.0)  # blank: by how much the slope changes at each corner
    b = -x[:-1]  # blank
    return w, b


@task(
    lambda random: [(random.uniform(-3, 3, 4), -1.0, 1.5, h, k) for h, k in ((1.0, 5.0), (-2.0, 3.0), (0.5, 1.0))],
    wrong={
        "That is one step: a second one must take it down again.":
            lambda f, x, left, right, h, k: h * _step(k * (x - left)),
        "The second step goes down, not up.":
            lambda f, x, left, right, h, k: h * (_step(k * (x - left)) + _step(k * (x - right))),
        "The bump is upside down.": lambda f, x, left, right, h, k: -f(x, left, right, h, k),
        "The steepness multiplies the distance from the edge, not x.":
            lambda f, x, left, right, h, k: h * (_step(k * x - left) - _step(k * x - right)),
    },
    hint="σ(k (x − c)) is a step of height 1 at c. Which two steps make a bump?",
)  # fmt: skip
def bump(x: Any, left: Any, right: Any, height: Any, k: Any) -> Any:
    """Return a bump from two sigmoids of steepness k: about `height` between left and right, about 0 outside."""
    up = 1 / (1 + np.exp(-k * (x - left)))  # blank: the step at its left edge
    down = 1 / (1 + np.exp(-k * (x - right)))  # blank: the step at its right edge
    return height * (up - down)  # blank
