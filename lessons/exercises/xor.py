"""XOR: what one perceptron cannot do, three can (deck B, "Perceptron (2)", and exercise 1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.checking import task

_SQUARE = ((0, 0), (0, 1), (1, 0), (1, 1))


def fires(w_1: Any, w_2: Any, b: Any, x_1: Any, x_2: Any) -> Any:
    """Return what a threshold unit says: 1 where w₁ x₁ + w₂ x₂ + b > 0, else 0."""
    return int(w_1 * x_1 + w_2 * x_2 + b > 0)


@task(
    lambda random: [(float(w), float(v), float(b)) for w, v, b in random.normal(size=(12, 3))]
    + [(1.0, 1.0, -0.5), (1.0, 1.0, -1.5), (0.0, 0.0, 0.0), (-1.0, -1.0, 0.5)],
    wrong={
        "Those are the points that it gets wrong.": lambda f, w_1, w_2, b: 4 - f(w_1, w_2, b),
        "That is how often it fires.": lambda f, w_1, w_2, b: sum(fires(w_1, w_2, b, x, y) for x, y in _SQUARE),
        "XOR is 0 at (1, 1): there yours counts OR.":
            lambda f, w_1, w_2, b: sum(fires(w_1, w_2, b, x, y) == (x or y) for x, y in _SQUARE),
    },
    hint="Go through the four points; XOR is 1 where the two inputs differ. No line gets more than three right.",
)  # fmt: skip
def right_points(w_1: Any, w_2: Any, b: Any) -> Any:
    """Return how many of the four points of XOR one threshold unit gets right."""
    points = [(0, 0), (0, 1), (1, 0), (1, 1)]
    return sum(fires(w_1, w_2, b, x_1, x_2) == (x_1 != x_2) for x_1, x_2 in points)  # blank


@task(
    lambda random: _SQUARE,
    wrong={
        "That is OR: at (1, 1) something must hold the output down.": lambda f, x_1, x_2: int(x_1 or x_2),
        "That is AND.": lambda f, x_1, x_2: int(x_1 and x_2),
        "That is the opposite of XOR.": lambda f, x_1, x_2: 1 - f(x_1, x_2),
        "That is NAND: at (0, 0) something must hold the output down.": lambda f, x_1, x_2: int(not (x_1 and x_2)),
    },
    hint="XOR is OR, but not AND. Let one unit be the one, and one unit the other.",
)
def xor_by_hand(x_1: Any, x_2: Any) -> Any:
    """Return XOR of two inputs, 0 or 1 each, from three calls of `fires`."""
    first = fires(1, 1, -0.5, x_1, x_2)  # blank: a hidden unit
    second = fires(1, 1, -1.5, x_1, x_2)  # blank: another hidden unit
    return fires(1, -1, -0.5, first, second)  # blank: the output, which sees the hidden units only


@task(
    lambda random: [(random.normal(size=(4, 2)), random.normal(size=(2, n)), random.normal(size=n)) for n in (1, 2, 5)],
    wrong={
        "The bias is missing.": lambda f, x, W, b: np.tanh(x @ W),
        "The tanh is missing: without it two layers are no more than one.": lambda f, x, W, b: x @ W + b,
    },
)
def hidden_layer(x: Any, W: Any, b: Any) -> Any:
    """Return what a layer of n tanh neurons makes of N points x (N, 2): (N, n). W is (2, n) here, b is (n,)."""
    return np.tanh(x @ W + b)  # blank
