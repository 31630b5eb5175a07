"""Activation functions and their slopes (deck B, "Activation functions"; deck R).

a: what a neuron adds up, a number. At the kink of a function the slope is that on its left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import microgradphys as _mgp
from lessons.checking import task


def _numbers(random: np.random.Generator) -> Iterator[tuple[float]]:
    """Draw numbers on both sides, near 0 and far from it."""
    for a in (0.0, 1e-3, -1e-3, 1.0, -1.0, 5.0, -5.0, *random.normal(size=4)):
        yield (float(a),)


def _with_parameter(random: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Draw numbers and α."""
    for (a,), alpha in zip(_numbers(random), random.uniform(0.05, 0.6, 11), strict=True):
        yield a, float(alpha)


def _slope_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """Ask the engine for a slope."""
    return _mgp.grad(function)


@task(
    _numbers,
    engine=_slope_of(np.tanh),
    wrong={
        "That is tanh, not its slope.": lambda f, a: np.tanh(a),
        "That is the slope of the sigmoid with tanh put in.": lambda f, a: np.tanh(a) * (1 - np.tanh(a)),
        "The square is missing.": lambda f, a: 1 - np.tanh(a),
        "You put a where tanh(a) belongs.": lambda f, a: 1 - a**2,
    },
    hint="At 0 tanh is as steep as the line y = a, and far from 0 it is flat. Write the slope with y alone.",
)
def tanh_slope(a: Any) -> Any:
    """Return tanh′(a)."""
    y = np.tanh(a)
    return 1 - y**2  # blank: from y alone


@task(
    _with_parameter,
    engine=_slope_of(lambda a, alpha: _mgp.leaky_relu(a, slope=alpha)),
    wrong={
        "That is the function, not its slope.": lambda f, a, alpha: a if a > 0 else alpha * a,
        "That is the slope of the ReLU, which is dead on the left.": lambda f, a, alpha: float(a > 0),
        "At the kink the slope is that on its left.": lambda f, a, alpha: 1.0 if a >= 0 else alpha,
        "Left and right are exchanged.": lambda f, a, alpha: alpha if a > 0 else 1.0,
    },
)
def leaky_relu_slope(a: Any, alpha: Any) -> Any:
    """Return the slope of the leaky ReLU: a where a > 0, α a elsewhere."""
    return 1.0 if a > 0 else alpha  # blank


@task(
    _with_parameter,
    engine=_slope_of(lambda a, alpha: _mgp.elu(a, alpha=alpha)),
    wrong={
        "That is the function, not its slope.": lambda f, a, alpha: a if a > 0 else alpha * (np.exp(a) - 1),
        "The factor α is missing on the left.": lambda f, a, alpha: 1.0 if a > 0 else np.exp(a),
        "At the kink the slope is that on its left.": lambda f, a, alpha: 1.0 if a >= 0 else alpha * np.exp(a),
        "The derivative of −α is 0.": lambda f, a, alpha: 1.0 if a > 0 else alpha * np.exp(a) - alpha,
    },
)
def elu_slope(a: Any, alpha: Any) -> Any:
    """Return the slope of the ELU: a where a > 0, α (eᵃ − 1) elsewhere."""
    return 1.0 if a > 0 else alpha * np.exp(a)  # blank


@task(
    _numbers,
    engine=_slope_of(_mgp.softplus),
    wrong={
        "That is the function, not its slope.": lambda f, a: np.log(1 + np.exp(a)),
        "The inner derivative is missing: that of 1 + eᵃ.": lambda f, a: 1 / (1 + np.exp(a)),
        "The slope must rise from 0 to 1, as that of a ReLU does in one step.": lambda f, a: np.exp(a),
        "That is the slope of the slope.": lambda f, a: f(a) * (1 - f(a)),
    },
    hint="ln(1 + eᵃ) is a smooth ReLU: far on the left it is flat, far on the right it is a.",
)
def softplus_slope(a: Any) -> Any:
    """Return the slope of ln(1 + eᵃ)."""
    return 1 / (1 + np.exp(-a))  # blank: a function that you know
