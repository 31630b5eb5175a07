"""Discriminant analysis: a sigmoid from Bayes' rule (deck E, "Linear Discriminant Analysis").

x: points (N, d). t: their classes (N,), 0 or 1. Both classes are normally distributed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import task
from microgradphys import sigmoid as _sigmoid


def _samples(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw two clouds of unequal size."""
    for d, few, many in ((1, 3, 5), (2, 4, 9), (3, 6, 6)):
        x = np.concatenate([random.normal(size=(few, d)), random.normal(size=(many, d)) * 2 + 1])
        order = random.permutation(few + many)
        yield x[order], np.repeat([0, 1], (few, many))[order]


def _clouds(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
    """Draw means, a covariance, and how frequent class 1 is."""
    for d, share in ((1, 0.5), (2, 0.5), (2, 0.1), (3, 0.8)):
        root = random.normal(size=(d, d)) + 2 * np.eye(d)
        yield random.normal(size=d), random.normal(size=d), root @ root.T, share


def _by_log_odds(p_0: float, p_1: float, share: float) -> float:
    """Compute P(1|x) as the engine's sigmoid of the log-odds, the deck's next line."""
    return float(_sigmoid(np.log(p_1 / p_0) + np.log(share / (1 - share))))


def _far(mean_0: np.ndarray, mean_1: np.ndarray, covariance: np.ndarray, share: float) -> tuple[np.ndarray, float]:
    """Read w and b off the log-odds themselves, at 0 and at the unit vectors."""

    def odds(x: np.ndarray) -> float:
        squares = [(x - mean) @ np.linalg.solve(covariance, x - mean) for mean in (mean_0, mean_1)]
        return float(0.5 * (squares[0] - squares[1]) + np.log(share / (1 - share)))

    b = odds(np.zeros(len(mean_0)))
    return np.array([odds(unit) - b for unit in np.eye(len(mean_0))]), b


@task(
    lambda random: [(float(p), float(q), float(s)) for p, q, s in random.uniform(0.05, 0.95, (6, 3))],
    engine=_by_log_odds,
    wrong={
        "That is P(0|x).": lambda f, p_0, p_1, share: 1 - f(p_0, p_1, share),
        "A rare class needs more evidence: where is the share?": lambda f, p_0, p_1, share: p_1 / (p_0 + p_1),
        "The share of class 0 is 1 − share.": lambda f, p_0, p_1, share: f(p_0, p_1, 1 - share),
        "The probabilities of the two classes must add up to 1: divide by P(x).": lambda f, p_0, p_1, share: (
            p_1 * share
        ),
    },
    hint="Bayes: what class 1 contributes to the density at x, divided by what both contribute.",
)
def bayes_two_numbers(p_0: Any, p_1: Any, share: Any) -> Any:
    """Return P(1|x) from the densities P(x|0) and P(x|1) at a point, where `share` of all is of class 1."""
    return p_1 * share / (p_0 * (1 - share) + p_1 * share)  # blank


@task(
    _samples,
    wrong={
        "That is the covariance of all points around one mean: each class has its own.":
            lambda f, x, t: (*f(x, t)[:2], np.atleast_2d(np.cov(x.T, bias=True))),
        "Weight the two covariances by how many points each class has.":
            lambda f, x, t: (*f(x, t)[:2], sum(np.atleast_2d(np.cov(x[t == k].T, bias=True)) for k in (0, 1)) / 2),
        "Divide by N.": lambda f, x, t: (*f(x, t)[:2], f(x, t)[2] * len(x) / (len(x) - 2)),
        "The two means are exchanged.": lambda f, x, t: (f(x, t)[1], f(x, t)[0], f(x, t)[2]),
    },
    hint="Subtract from each point the mean of its own class; then average the products of what is left.",
)  # fmt: skip
def measured(x: Any, t: Any) -> Any:
    """Return the means μ₀ and μ₁, (d,) each, and the covariance Σ (d, d) that both classes share, divided by N."""
    mean_0 = x[t == 0].mean(axis=0)  # blank
    mean_1 = x[t == 1].mean(axis=0)  # blank
    away = x - np.where(t[:, None] == 1, mean_1, mean_0)  # blank: each point seen from the mean of its class
    return mean_0, mean_1, away.T @ away / len(x)  # blank


@task(
    _clouds,
    engine=_far,
    wrong={
        "The direction is not μ₁ − μ₀ where the clouds are not round: Σ⁻¹ is missing.":
            lambda f, m, n, c, share: (n - m, f(m, n, np.eye(len(m)), share)[1]),
        "That is class 0: the sign of w and of b is wrong.":
            lambda f, m, n, c, share: tuple(-p for p in f(m, n, c, share)),
        "How frequent the classes are moves the line: that term of b is missing.":
            lambda f, m, n, c, share: f(m, n, c, 0.5),
    },
    hint="Multiply out the two squares in the exponents: what is quadratic in x cancels, as both have the same Σ.",
)  # fmt: skip
def neuron(mean_0: Any, mean_1: Any, covariance: Any, share: Any) -> Any:
    """Return w (d,) and b with which P(1|x) = σ(w · x + b), where `share` of all is of class 1."""
    inverse = np.linalg.inv(covariance)
    w = inverse @ (mean_1 - mean_0)  # blank
    b = (mean_0 @ inverse @ mean_0 - mean_1 @ inverse @ mean_1) / 2  # blank: what the means say
    return w, b + np.log(share / (1 - share))  # blank: and how frequent the classes are
