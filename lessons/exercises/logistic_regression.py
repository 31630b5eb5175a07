"""Logistic regression: the probability of class 1 is σ(w₀ + w₁ x₁ + …) (deck E, "Logistic regression").

w: weights (n,), the bias w[0] first. x: examples (N, n), the first number of each is 1. t: classes (N,), 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import Gradients, added, task
from microgradphys import Value, constant
from microgradphys import sigmoid as _sigmoid


def _samples(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Draw weights and samples; the first has one example."""
    for count, n in ((1, 2), (2, 2), (4, 3), (6, 2)):
        x = np.column_stack([np.ones(count), random.normal(size=(count, n - 1))])
        yield random.normal(size=n), x, np.arange(count) % 2


def _slopes(w: np.ndarray, x: np.ndarray, t: np.ndarray) -> Gradients:
    """Ask the engine for ∂E/∂w."""
    w_ = [Value(one, f"w_{i}") for i, one in enumerate(w)]
    terms = []
    for j, (row, kind) in enumerate(zip(x, t, strict=True), 1):
        s = added(w_[i] * constant(one, f"x_{j}{i}") for i, one in enumerate(row))
        f = _sigmoid(s.named(f"s_{j}")).named(f"f_{j}")
        terms.append(-np.log(f if kind else 1 - f))
    return Gradients(added(terms).named("E"), w_)


def sigmoid(s: Any) -> Any:
    """Return σ(s), element by element."""
    return 1 / (1 + np.exp(-s))


@task(
    lambda random: [(random.uniform(0.01, 0.99, n), np.arange(n) % 2) for n in (1, 2, 5)],
    wrong={
        "That is the likelihood's logarithm, which is to be large; E is to be small.": lambda f, p, t: -f(p, t),
        "That is the mean. Deck E adds up.": lambda f, p, t: f(p, t) / len(t),
        "Only class 1 counts in yours: what should p be for class 0?": lambda f, p, t: -np.sum(t * np.log(p)),
        "The classes are exchanged.": lambda f, p, t: f(p, 1 - t),
        "That is the squared error.": lambda f, p, t: np.sum((p - t) ** 2),
    },
    hint="E is −ln of the probability of all that was seen: of p where t is 1, and of what where t is 0?",
)
def cross_entropy(p: Any, t: Any) -> Any:
    """Return E, a number, of probabilities p (N,) and classes t (N,), added up over the examples."""
    return -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p))  # blank: from the Bernoulli likelihood


@task(
    _samples,
    engine=_slopes,
    wrong={
        "A factor σ′ is too many: it cancels against the slope of the logarithm.":
            lambda f, w, x, t: ((sigmoid(x @ w) - t) * sigmoid(x @ w) * (1 - sigmoid(x @ w))) @ x,
        "That is the mean; deck E adds up.": lambda f, w, x, t: f(w, x, t) / len(t),
        "You forgot to add up over the examples.": lambda f, w, x, t: (sigmoid(x @ w) - t)[:, None] * x,
        "The factor x is missing: how does s change with each weight?":
            lambda f, w, x, t: np.full(len(w), np.sum(sigmoid(x @ w) - t)),
    },
    hint="For one example: how far is its probability from its class, and how does s change with each weight?",
)  # fmt: skip
def cross_entropy_slopes(w: Any, x: Any, t: Any) -> Any:
    """Return ∂E/∂w, (n,)."""
    f = sigmoid(x @ w)
    return (f - t) @ x  # blank: added up over the examples


@task(
    lambda random: [(z, t) for z in (0.0, 1.5, -2.0, 40.0, -40.0, 800.0, -800.0) for t in (0, 1)],
    wrong={
        "Right where z is small. But σ(40) is 1 in floating point, and the logarithm of 1 − 1 is no number.":
            lambda f, z, t: -(t * np.log(sigmoid(z)) + (1 - t) * np.log(1 - sigmoid(z))),
        "Right where z is small, but eᶻ overflows.": lambda f, z, t: np.log(1 + np.exp(z)) - t * z,
        "The classes are exchanged.": lambda f, z, t: f(z, 1 - t),
    },
    hint="Show first that E = ln(1 + eᶻ) − t z. Then use that ln(1 + eᶻ) = z + ln(1 + e⁻ᶻ): one never overflows.",
)  # fmt: skip
def cross_entropy_from_z(z: Any, t: Any) -> Any:
    """Return E of one example from z itself, not from p = σ(z), so that it holds for z = 800, too."""
    return np.logaddexp(0, z) - t * z  # blank
