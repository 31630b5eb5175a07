"""Logistic regression: the gradient by hand, the minimum by Newton's method in plain numpy, the deck's three points."""

import math
from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
from lessons import logistic_regression as lesson


def test_the_three_points_are_those_of_the_line_and_the_sigmoid() -> None:
    assert lesson.line(lesson.POINTS).tolist() == [-3.0, 0.0, 3.0]
    curve = [float(mgp.sigmoid(z)) for z in lesson.line(lesson.POINTS)]
    assert curve == pytest.approx([1 / (1 + math.exp(3)), 0.5, 1 / (1 + math.exp(-3))], abs=1e-15)


def test_minus_the_logarithm_of_the_likelihood_is_the_cross_entropy() -> None:
    """Student by student, with a logarithm of Bernoulli's probability each."""
    x, t = lesson.exam()
    w = np.array([-2.0, 0.5, 0.1])
    total = 0.0
    for row, passed in zip(x, t, strict=True):
        p = 1 / (1 + math.exp(-sum(a * b for a, b in zip(w, row, strict=True))))
        total -= math.log(p if passed else 1 - p)
    assert lesson.cross_entropy(w, x, t) == pytest.approx(total, abs=1e-11)
    assert -math.log(lesson.likelihood(w, x, t)) == pytest.approx(total, abs=1e-11)


@pytest.mark.parametrize("seed", range(5))
def test_the_engines_gradient_is_error_times_input(seed: int) -> None:
    """Also for other numbers of students and of features."""
    random = np.random.default_rng(seed)
    x, w = random.normal(size=(20 + seed, 2 + seed)), random.normal(size=2 + seed)
    t = (random.uniform(size=20 + seed) < 0.5).astype(float)
    by_hand = [
        sum((1 / (1 + np.exp(-row @ w)) - one) * row[k] for row, one in zip(x, t, strict=True)) for k in range(2 + seed)
    ]
    np.testing.assert_allclose(mgp.grad(lesson.cross_entropy)(w, x, t), by_hand, rtol=0, atol=1e-12)
    np.testing.assert_allclose(lesson.deck_gradient(w, x, t), by_hand, rtol=0, atol=1e-12)


def test_the_descent_arrives_where_newton_does() -> None:
    """With the Hessian Σ p (1 − p) x* x*ᵀ written out."""
    x, t = lesson.exam()
    w = np.zeros(3)
    for _ in range(12):
        p = 1 / (1 + np.exp(-x @ w))
        w -= np.linalg.solve((x.T * (p * (1 - p))) @ x, (p - t) @ x)
    np.testing.assert_allclose(lesson.descend(x, t)[-1], w, rtol=0, atol=1e-9)


def test_the_lesson_shows_its_decision_line(told: Any) -> None:
    left = told("logistic_regression")
    found = left.numbers
    assert {"line.svg", "sigmoid.svg", "exam.svg", "steps.html"} <= {file.name for file in left.files}
    w = found["w"]
    assert found["hours of sleep that make up for one of study"] == pytest.approx(w[1] / w[2])
    assert found["share predicted rightly"] > 0.8
