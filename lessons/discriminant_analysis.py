# %% [markdown]
# # Discriminant analysis: what can be known without any training
#
# Two kinds of particles leave two numbers each in a detector. If both kinds are normally distributed, nothing has to be
# learnt step by step: means and covariances are read off the data, and Bayes' rule turns them into a probability (deck
# E, "Linear Discriminant Analysis"),
#
# P(1|x) = p(x|1) P(1) / (p(x|0) P(0) + p(x|1) P(1)).
#
# Divide by the numerator, and a sigmoid stands there: P(1|x) = σ(z), with z = ln p(x|1)P(1) − ln p(x|0)P(0), the
# log-odds. With the same covariance Σ for both kinds the squares cancel and z is linear: the neuron σ(w · x + b), found
# without a single gradient step. With a covariance for each kind z is quadratic.
"""Discriminant analysis: LDA and QDA from sample means and covariances, and why Bayes' rule is a sigmoid."""

# %% The data: pions and protons, by their energy loss and their time of flight.
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import microgradphys as mgp
import viz
from lessons.elsewhere import scikit_learn
from lessons.report import Report, lesson
from microgradphys import sigmoid

KINDS = ("pion", "proton")
NAMES = ("energy loss / keV", "time of flight / ns")


def particles() -> tuple[np.ndarray, np.ndarray]:
    """Return what was measured, shape (600, 2), and what it was: 0 for a pion, 1 for a proton."""
    random = np.random.default_rng(2)
    pions = random.multivariate_normal((2.4, 10.2), ((0.25, 0.06), (0.06, 0.12)), 400)
    protons = random.multivariate_normal((3.2, 10.8), ((0.70, -0.28), (-0.28, 0.36)), 200)
    return np.concatenate([pions, protons]), np.repeat([0, 1], [400, 200])


# %% A kind is a normal distribution, and its share of all particles.
@dataclass(frozen=True)
class Kind:
    """Mean μ (d,), covariance Σ (d, d), and share P of one kind."""

    mean: np.ndarray
    covariance: np.ndarray
    share: float


def log_density(x: Any, mean: Any, covariance: Any) -> Any:
    """Compute ln p(x) = −½ (x − μ)ᵀ Σ⁻¹ (x − μ) − ½ ln |2πΣ|.

    Args:
        x: one point (d,), or points (n, d).
        mean: μ (d,).
        covariance: Σ (d, d).

    >>> float(np.exp(log_density(np.zeros(1), np.zeros(1), np.eye(1) / (2 * np.pi))))
    1.0
    """
    away = x - mean
    squares = np.sum((away @ np.linalg.inv(covariance)) * away, axis=-1)
    return -0.5 * squares - 0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]


# %% Everything is read off the data. That these are the likeliest values, the engine confirms: the slope there is 0.
def measured(x: np.ndarray, t: np.ndarray) -> list[Kind]:
    """Return sample mean, sample covariance (divided by n) and share of each kind: quadratic discriminant analysis."""
    own = [x[t == k] for k in range(2)]
    return [Kind(part.mean(axis=0), np.atleast_2d(np.cov(part.T, bias=True)), len(part) / len(x)) for part in own]


def pooled(kinds: list[Kind]) -> list[Kind]:
    """Give both kinds one covariance, the average by their shares: linear discriminant analysis."""
    average = sum(kind.share * kind.covariance for kind in kinds)
    return [Kind(kind.mean, np.asarray(average), kind.share) for kind in kinds]


# %% Bayes' rule, and the log-odds.
def bayes(x: np.ndarray, kinds: list[Kind]) -> np.ndarray:
    """Compute P(1|x) from the densities, for points (n, d)."""
    weight = [kind.share * np.exp(log_density(x, kind.mean, kind.covariance)) for kind in kinds]
    return weight[1] / (weight[0] + weight[1])


def log_odds(x: Any, kinds: list[Kind]) -> Any:
    """Compute z = ln p(x|1)P(1) − ln p(x|0)P(0)."""
    zero, one = (np.log(kind.share) + log_density(x, kind.mean, kind.covariance) for kind in kinds)
    return one - zero


# %% And for one covariance the deck's last line: w = Σ⁻¹(μ₁ − μ₀), b = ½ (μ₀ᵀΣ⁻¹μ₀ − μ₁ᵀΣ⁻¹μ₁) + ln P(1)/P(0).
def neuron(kinds: list[Kind]) -> tuple[np.ndarray, float]:
    """Return w (d,) and b of linear discriminant analysis."""
    zero, one = kinds
    inverse = np.linalg.inv(one.covariance)
    b = 0.5 * (zero.mean @ inverse @ zero.mean - one.mean @ inverse @ one.mean) + np.log(one.share / zero.share)
    return inverse @ (one.mean - zero.mean), float(b)


# %% [markdown]
# ## What to notice
#
# - The sigmoid is not a choice. It is what Bayes' rule becomes when it is written in log-odds.
# - The gradient of z is w at every point if the covariances are equal: the boundary is a straight line, at right angles
#   to Σ⁻¹(μ₁ − μ₀) and not to μ₁ − μ₀.
# - With two covariances z is curved, the second derivative is Σ₀⁻¹ − Σ₁⁻¹ everywhere, and the boundary is a conic
#   section. Far from both clouds the kind that is wider in that direction wins, whatever the means are.
# - Logistic regression has the same σ(w · x + b), but asks less: it takes w from the boundary, not from the two clouds.
#   If the clouds are normal, this lesson needs fewer data; if they are not, its w is wrong.
# - The shares move the line, by ln P(1)/P(0): a rare kind must make its case.
#
# ## Exercises
#
# 1. `bayes_two_numbers(p_0, p_1, share)`: write P(1|x) as a sigmoid of the two densities.
# 2. `equal_shares(w, b, share)`: the b that belongs to a sample with as many protons as pions.
# 3. `fisher(x, t)`: the direction that maximises (distance of the projected means)² / (variance within). Compare with
#    w.
# 4. Draw the samples with ten particles of each kind. Which of the two analyses suffers more?


# %% The lesson: measure, compare, draw.
@lesson
def run(report: Report) -> None:
    """Read means and covariances off the data, and compare sigmoid, Bayes' rule and scikit-learn."""
    x, t = particles()
    quadratic = measured(x, t)
    linear = pooled(quadratic)
    likeliest(report, x, t, quadratic)
    identities(report, x, linear, quadratic)
    elsewhere(report, x, t, linear, quadratic)
    for name, kinds, told in (
        ("lda", linear, "One covariance: a straight line"),
        ("qda", quadratic, "Two covariances: a curve"),
    ):
        right = np.mean((bayes(x, kinds) > 0.5) == t)
        report.number(f"share on the right side, {name}", right)
        report.figure(name, viz.plots.decision_boundary(
            lambda points, kinds=kinds: bayes(points, kinds), x, [KINDS[k] for k in t], threshold=0.5, names=NAMES,
            title=f"{told}, {right:.0%} on the right side",
        ))  # fmt: skip
    report.figure("odds", kept_promises(x, t, {"LDA": linear, "QDA": quadratic}))


def likeliest(report: Report, x: np.ndarray, t: np.ndarray, kinds: list[Kind]) -> None:
    """Confirm that sample mean and covariance maximise the likelihood: the engine finds slopes of 0."""
    for k, (name, kind) in enumerate(zip(KINDS, kinds, strict=True)):
        slopes = mgp.grad(
            lambda mean, covariance, k=k: np.mean(log_density(x[t == k], mean, covariance)), argnums=(0, 1)
        )
        found = np.concatenate([np.ravel(slope) for slope in slopes(kind.mean, kind.covariance)])
        report.compare(f"slope of the likelihood, {name}", found, np.zeros(6), "a maximum", within=1e-11)


def identities(report: Report, x: np.ndarray, linear: list[Kind], quadratic: list[Kind]) -> None:
    """Compare sigmoid and Bayes' rule, and the engine's derivatives of the log-odds with the formulas."""
    w, b = neuron(linear)
    grid = np.stack(np.meshgrid(*(np.linspace(row.min() - 1, row.max() + 1, 41) for row in x.T)), -1).reshape(-1, 2)
    report.compare("LDA: σ(w · x + b)", sigmoid(grid @ w + b), bayes(grid, linear), "Bayes' rule", within=1e-12)
    report.compare("QDA: σ(z)", sigmoid(log_odds(grid, quadratic)), bayes(grid, quadratic), "Bayes' rule", within=1e-12)
    slope, curvature = (
        mgp.grad(lambda point: log_odds(point, linear)),
        mgp.hessian(lambda point: log_odds(point, quadratic)),
    )
    report.compare("LDA: gradient of z", [slope(point) for point in grid[::97]], np.tile(w, (18, 1)), "w", within=1e-11)
    inverse = [np.linalg.inv(kind.covariance) for kind in quadratic]
    report.compare(
        "QDA: Hessian of z", np.array(curvature(grid[0])), inverse[0] - inverse[1], "Σ₀⁻¹ − Σ₁⁻¹", within=1e-11
    )


def elsewhere(report: Report, x: np.ndarray, t: np.ndarray, linear: list[Kind], quadratic: list[Kind]) -> None:
    """Compare both analyses with those of scikit-learn."""
    theirs = scikit_learn("discriminant_analysis")
    lda = theirs.LinearDiscriminantAnalysis(solver="lsqr").fit(x, t)
    qda = theirs.QuadraticDiscriminantAnalysis().fit(x, t)
    w, b = neuron(linear)
    report.compare("LDA: b and w", [b, *w], [*lda.intercept_, *lda.coef_[0]], "scikit-learn", within=1e-9)
    report.compare("LDA: P(1|x)", bayes(x, linear), lda.predict_proba(x)[:, 1], "scikit-learn", within=1e-12)
    report.compare("QDA: P(1|x)", bayes(x, quadratic), qda.predict_proba(x)[:, 1], "scikit-learn", within=1e-12)


def kept_promises(x: np.ndarray, t: np.ndarray, models: dict[str, list[Kind]]) -> viz.plots.Plot:
    """Draw σ(z), and how many of the particles with log-odds near z are protons, forty particles at a time."""
    points = {}
    for name, kinds in models.items():
        order = np.argsort(log_odds(x, kinds))
        z = log_odds(x, kinds)[order].reshape(-1, 40).mean(axis=1)
        points[f"{name}: share of protons"] = (z, t[order].reshape(-1, 40).mean(axis=1))
    z = np.linspace(-8, 12, 201)
    return viz.plots.lines(
        {"σ(z)": (z, sigmoid(z))}, points=points, names=("log-odds z", "probability of a proton"),
        title="Of all particles with the log-odds z, a share σ(z) are protons",
    )  # fmt: skip


if __name__ == "__main__":
    run("discriminant_analysis")
