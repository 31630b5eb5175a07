"""A simple network: two layers are one formula (deck R, "A simple network").

theta_1: (3, 4), theta_2: (4,). Row i of theta_1 feeds neuron i of layer 2; its first number is the bias θ_i0. theta_2
feeds the output, its bias first. x: inputs (3,).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from lessons.checking import Gradients, added, task
from microgradphys import Value, constant
from microgradphys import sigmoid as _sigmoid


def _networks(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Draw inputs and parameters."""
    for _ in range(4):
        yield random.normal(size=3), random.normal(size=(3, 4)), random.normal(size=4)


def _neuron(inputs: list[Value], theta: np.ndarray, name: str) -> Value:
    """Build one neuron."""
    bias, *weights = theta
    products = [one * constant(w, f"θ_{name}{k}") for k, (one, w) in enumerate(zip(inputs, weights, strict=True), 1)]
    return _sigmoid((added(products) + constant(bias, f"θ_{name}0")).named(f"z_{name}")).named(f"a_{name}")


def _slope(x: np.ndarray, theta_1: np.ndarray, theta_2: np.ndarray) -> Gradients:
    """Ask the engine for the slope of the output in the first input."""
    inputs = [Value(one, f"x_{k}") for k, one in enumerate(x, 1)]
    hidden = [_neuron(inputs, row, f"{i}") for i, row in enumerate(theta_1, 1)]
    return Gradients(_neuron(hidden, theta_2, "out"), inputs[0])


def sigmoid(z: Any) -> Any:
    """Return σ(z), element by element."""
    return 1 / (1 + np.exp(-z))


@task(
    lambda random: [([3, 3, 1],), ([2, 2, 1],), ([1, 1],), ([4, 8, 8, 3],)],
    wrong={
        "Every neuron has a bias, too.":
            lambda f, widths: sum(m * n for m, n in pairwise(widths)),
        "The inputs have no bias.": lambda f, widths: f(widths) + widths[0],
        "One bias for each neuron, not for each layer.":
            lambda f, widths: sum(m * n + 1 for m, n in pairwise(widths)),
    },
    hint="Count for one neuron first: how many weights lead to it, and what else has it?",
)  # fmt: skip
def count_parameters(widths: Any) -> Any:
    """Return how many parameters a network has whose layers have so many neurons, inputs first."""
    return sum((before + 1) * here for before, here in pairwise(widths))  # blank


@task(
    lambda random: ((theta_1, theta_2) for _, theta_1, theta_2 in _networks(random)),
    wrong={
        "The biases of layer 2 reach the output, too, through its weights.":
            lambda f, one, two: (two[1:] @ one[:, 1:], two[0]),
        "Row i of theta_1 belongs to neuron i: you added up along the other index.":
            lambda f, one, two: (one[:, 1:] @ two[1:], f(one, two)[1]),
    },
    hint="Write a⁽³⁾ with the identity in place of σ, and collect what stands before each x_k.",
)  # fmt: skip
def without_sigmoid(theta_1: Any, theta_2: Any) -> Any:
    """Return w (3,) and b: with the identity in place of σ, the whole network is w · x + b."""
    w = theta_2[1:] @ theta_1[:, 1:]  # blank
    b = theta_2[0] + theta_2[1:] @ theta_1[:, 0]  # blank
    return w, b


@task(
    _networks,
    engine=_slope,
    wrong={
        "Three paths lead from x₁ to the output: add them up.":
            lambda f, x, one, two: f(x, one[:1], two[:2]),
    },
    hint="Three paths lead from x₁ to the output, one through each neuron of layer 2.",
)  # fmt: skip
def input_slope(x: Any, theta_1: Any, theta_2: Any) -> Any:
    """Return ∂a⁽³⁾/∂x₁: how the output changes with the first input."""
    a_2 = sigmoid(theta_1[:, 1:] @ x + theta_1[:, 0])
    a_3 = sigmoid(theta_2[1:] @ a_2 + theta_2[0])
    output = a_3 * (1 - a_3)  # blank: the factor that all paths share
    paths = theta_2[1:] * a_2 * (1 - a_2) * theta_1[:, 1]  # blank: the other factors of each path, (3,)
    return output * np.sum(paths)  # blank
