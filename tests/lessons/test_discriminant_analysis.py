"""Discriminant analysis: densities in plain loops, Bayes' rule in any dimension, scikit-learn on other samples."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis

from lessons import discriminant_analysis as lesson
from microgradphys import sigmoid


def sample(seed: int, dimension: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw two clouds of any shape, and their classes."""
    random = np.random.default_rng(seed)
    clouds = [random.normal(size=(n, dimension)) @ random.normal(size=(dimension, dimension)) for n in (70, 45)]
    return np.concatenate([clouds[0], clouds[1] + random.normal(size=dimension)]), np.repeat([0, 1], [70, 45])


def test_a_density_is_the_decks_formula() -> None:
    """In two dimensions, with the inverse written out."""
    x, (mean, covariance) = (1.2, -0.4), ((0.5, 0.1), ((2.0, 0.3), (0.3, 0.7)))
    determinant = covariance[0][0] * covariance[1][1] - covariance[0][1] ** 2
    u, v = x[0] - mean[0], x[1] - mean[1]
    square = (covariance[1][1] * u * u - 2 * covariance[0][1] * u * v + covariance[0][0] * v * v) / determinant
    known = math.exp(-square / 2) / (2 * math.pi * math.sqrt(determinant))
    found = lesson.log_density(np.array(x), np.array(mean), np.array(covariance))
    assert math.exp(found) == pytest.approx(known, rel=1e-13)


@pytest.mark.parametrize("dimension", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", range(3))
def test_the_neuron_is_bayes_rule_in_any_dimension(seed: int, dimension: int) -> None:
    x, t = sample(seed, dimension)
    kinds = lesson.measured(x, t)
    w, b = lesson.neuron(lesson.pooled(kinds))
    np.testing.assert_allclose(sigmoid(x @ w + b), lesson.bayes(x, lesson.pooled(kinds)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_scikit_learn_finds_the_same(seed: int) -> None:
    x, t = sample(seed, 3)
    kinds = lesson.measured(x, t)
    lda = LinearDiscriminantAnalysis(solver="lsqr").fit(x, t)
    w, b = lesson.neuron(lesson.pooled(kinds))
    np.testing.assert_allclose([b, *w], [*lda.intercept_, *lda.coef_[0]], rtol=1e-9)
    qda = QuadraticDiscriminantAnalysis().fit(x, t)
    np.testing.assert_allclose(lesson.bayes(x, kinds), qda.predict_proba(x)[:, 1], rtol=0, atol=1e-11)


def test_the_lesson_separates_and_keeps_its_promises(told: Any) -> None:
    left = told("discriminant_analysis")
    found = left.numbers
    assert found["share on the right side, qda"] > found["share on the right side, lda"] > 0.8
    x, t = lesson.particles()
    promised = lesson.bayes(x, lesson.measured(x, t))
    sure = promised > 0.9
    assert t[sure].mean() == pytest.approx(promised[sure].mean(), abs=0.03)
    assert {"lda.svg", "qda.svg", "odds.svg"} <= {file.name for file in left.files}
