"""The vanishing gradient: one factor σ′ ≤ 1/4 for each layer (deck E, "Vanishing gradient").

One path: a₀ = x, and in each layer z_l = w_l a_(l−1), a_l = σ(z_l). No biases.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.checking import Gradients, task
from microgradphys import Value
from microgradphys import sigmoid as _sigmoid


def _path(x: float, w: np.ndarray) -> Gradients:
    """Ask the engine for ∂a_L/∂x."""
    start = a = Value(x, "x")
    for k, weight in enumerate(w, 1):
        a = _sigmoid((Value(weight, f"w_{k}") * a).named(f"z_{k}")).named(f"a_{k}")
    return Gradients(a, start)


def sigmoid(z: Any) -> Any:
    """Return σ(z), element by element."""
    return 1 / (1 + np.exp(-z))


@task(
    lambda random: [
        (float(x), random.normal(size=n)) for n, x in zip((1, 2, 3, 6), random.normal(size=4), strict=True)
    ],
    engine=_path,
    wrong={
        "The factors are multiplied along a path, not added.": lambda f, x, w: _by_sum(x, w),
        "The weights are missing: each layer gives σ′ and its weight.": lambda f, x, w: f(x, w) / np.prod(w),
        "The slopes σ′ are missing: each layer gives its weight and σ′.": lambda f, x, w: np.prod(w),
    },
    hint="Go forward layer by layer, and multiply at each layer by how its a changes with the a before.",
)
def path_slope(x: Any, w: Any) -> Any:
    """Return ∂a_L/∂x along the path; w: the weights (L,)."""
    a, slope = x, 1.0
    for weight in w:
        a = sigmoid(weight * a)  # blank: the next activation
        slope = slope * a * (1 - a) * weight  # blank: what this layer multiplies by
    return slope


@task(
    lambda random: [(depth, w) for depth in (0, 1, 5, 30) for w in (0.5, 1.0, 4.0)],
    wrong={
        "The weights are missing.": lambda f, depth, w: 0.25**depth,
        "Each layer has its weight.": lambda f, depth, w: 0.25**depth * w,
        "The largest slope of σ is at 0; what is it there?": lambda f, depth, w: (0.5 * w) ** depth,
        "The factors are multiplied, not added.": lambda f, depth, w: depth * w / 4,
    },
    hint="How large can σ′ be at most? A layer multiplies by this and by its weight.",
)
def bound(depth: Any, largest_weight: Any) -> Any:
    """Return the largest |∂a_L/∂x| of a path through `depth` layers whose weights are at most `largest_weight`."""
    return (largest_weight / 4) ** depth  # blank


@task(
    lambda random: [(100, 100), (10, 1000), (1, 3), (784, 16)],
    wrong={
        "That is the variance; asked is its root.": lambda f, n_in, n_out: tuple(s**2 for s in f(n_in, n_out)),
        "Glorot and He are exchanged.": lambda f, n_in, n_out: f(n_in, n_out)[::-1],
        "He counts the inputs: each ReLU lets half of them through.":
            lambda f, n_in, n_out: (f(n_in, n_out)[0], np.sqrt(2 / n_out)),
        "Glorot takes the mean of inputs and outputs.":
            lambda f, n_in, n_out: (1 / np.sqrt(n_in + n_out), f(n_in, n_out)[1]),
    },
    hint="Glorot: variance 1/n with the mean of n_in and n_out as n. He: variance 2/n_in, for ReLU.",
)  # fmt: skip
def deviations(n_in: Any, n_out: Any) -> Any:
    """Return the standard deviations of Glorot's and of He's normal weights."""
    glorot = np.sqrt(2 / (n_in + n_out))  # blank
    he = np.sqrt(2 / n_in)  # blank
    return glorot, he


def _by_sum(x: Any, w: Any) -> Any:
    """Add up what should be multiplied."""
    total, a = 0.0, x
    for weight in w:
        a = sigmoid(weight * a)
        total += a * (1 - a) * weight
    return total
