# %% [markdown]
# # Logistic regression: a network of one neuron
#
# A student has studied for some hours and slept for some hours. Will the exam be passed? The answer should be a
# probability, and a straight line z = w x + b is none: it leaves the interval from 0 to 1. The sigmoid bends it,
#
# p(x) = σ(w x + b), σ(z) = 1 / (1 + e⁻ᶻ).
#
# This is one neuron (deck O, "Logistic regression"; deck E, "Logistic regression: one neuron network"). How wrong it is
# follows from the probability that it gives to what really happened, and from nothing else.
"""Logistic regression: the sigmoid, cross-entropy from the Bernoulli likelihood, and the student exam."""

# %% The deck's line, z = 2x + 5, and what the sigmoid makes of it.
from __future__ import annotations

from typing import Any

import numpy as np

import microgradphys as mgp
import viz
from lessons.elsewhere import scikit_learn
from lessons.report import Report, lesson
from microgradphys import Value, sigmoid
from microgradphys.symbols import number_text

POINTS = np.array([-4.0, -2.5, -1.0])
LEARNING_RATE = 0.06
STEPS = 4000


def line(x: Any) -> Any:
    """Compute z = 2x + 5.

    >>> line(-2.5)
    0.0
    """
    return 2 * x + 5


# %% The data: sixty students. x* = (1, hours studied, hours slept), so that w₀ is a weight like the others.
def exam() -> tuple[np.ndarray, np.ndarray]:
    """Return x*, shape (60, 3), and whether the exam was passed, 1 or 0, shape (60,)."""
    random = np.random.default_rng(4)
    studied, slept = random.uniform(0, 10, 60), random.uniform(4, 10, 60)
    chance = 1 / (1 + np.exp(-(-9.0 + 0.9 * studied + 0.6 * slept)))
    return np.stack([np.ones(60), studied, slept], axis=1), (random.uniform(size=60) < chance).astype(float)


# %% The likelihood. A student passes with p and fails with 1 − p: one factor pᵗ (1 − p)¹⁻ᵗ each (Bernoulli).
def likelihood(w: Any, x: np.ndarray, t: np.ndarray) -> Any:
    """Compute the probability of everything that happened: Π pᵗ (1 − p)¹⁻ᵗ.

    Args:
        w: weights (3,), the first that of the constant 1.
        x: inputs x*, shape (n, 3).
        t: targets 0 or 1, shape (n,).

    >>> float(likelihood(np.zeros(3), np.ones((2, 3)), np.array([0.0, 1.0])))
    0.25
    """
    p = sigmoid(x @ w)
    return np.prod(p**t * (1 - p) ** (1 - t))


# %% Minus its logarithm is a sum, and has a name: the cross-entropy.
def cross_entropy(w: Any, x: np.ndarray, t: np.ndarray) -> Any:
    """Compute E = −Σ (t ln p + (1 − t) ln(1 − p)); arguments as for the likelihood.

    >>> float(np.exp(-cross_entropy(np.zeros(3), np.ones((2, 3)), np.array([0.0, 1.0]))))
    0.25
    """
    p = sigmoid(x @ w)
    return -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p))


# %% Its gradient, as the deck derives it. Nothing below uses it: the engine finds it by itself.
def deck_gradient(w: np.ndarray, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Compute Σ (f(x) − t) x*."""
    f = 1 / (1 + np.exp(-(x @ w)))
    return (f - t) @ x


# %% ∇E = 0 has no solution in closed form, so down the hill: w ← w − η ∇E / N, in hours from the average.
def descend(x: np.ndarray, t: np.ndarray, rate: float = LEARNING_RATE, steps: int = STEPS) -> np.ndarray:
    """Follow the engine's gradient from w = 0, and return w before each step and after the last, shape (steps + 1, 3).

    The hours are counted from their averages, which makes the valley rounder; w is returned for hours from 0.
    """
    middle = np.array([0.0, *x[:, 1:].mean(axis=0)])
    slope = mgp.compile(mgp.grad(cross_entropy))
    path = [np.zeros(3)]
    for _ in range(steps):
        path.append(path[-1] - rate * slope(path[-1], x - middle, t) / len(t))
    found = np.array(path)
    found[:, 0] -= found @ middle
    return found


# %% [markdown]
# ## What to notice
#
# - σ(z) is 1/2 where z = 0: the decision line is where the straight line crosses zero. There it is steepest, slope 1/4.
# - The gradient is error times input, (f(x) − t) x*. The σ′ of the chain rule has cancelled against the 1/p of the
#   logarithm: a student who was predicted quite wrongly pulls with full force. With (f − t)² the pull would vanish with
#   σ′ just there.
# - An hour of study and an hour of sleep are exchanged along the line at the rate w₁ : w₂.
# - Some hard workers fail and some late risers pass, so no line is right about everybody, and w comes to rest. Were
#   there such a line, w would grow for ever.
#
# ## Exercises
#
# 1. `sigmoid_slope(z)`: show that σ′(z) = σ(z) (1 − σ(z)), and compute it without the engine.
# 2. `cross_entropy_from_z(z, t)`: in floating point ln(1 − σ(40)) is −∞. Write the cross-entropy with ln(1 + eᶻ), so
#    that it holds for every z.
# 3. `newton_step(w, x, t)`: one step w − H⁻¹ ∇E with the engine's Hessian. How many reach ten digits?
# 4. `exchange_rate(w)`: how many hours of sleep make up for one hour of study?


# %% The lesson: run, draw, compare.
@lesson
def run(report: Report) -> None:
    """Bend the line, derive the cost, and predict the exam."""
    bend(report)
    derive(report)
    predict(report)


def bend(report: Report) -> None:
    """Draw three points on the line and on the sigmoid."""
    z = line(POINTS)
    p = np.array([sigmoid(Value(one)).data for one in z])
    report.table(("x", "z = 2x + 5", "σ(z)"), [tuple(map(number_text, row)) for row in zip(POINTS, z, p, strict=True)])
    report.compare(
        "σ(z) of three points", p, 1 / (1 + np.exp(-np.array([-3.0, 0.0, 3.0]))), "1 / (1 + e⁻ᶻ)", within=1e-15
    )
    report.compare("σ′(0)", mgp.grad(sigmoid)(0.0), 0.25, "σ (1 − σ)", within=1e-15)
    x = np.linspace(-5.5, 0.5, 121)
    wide = np.linspace(-6, 6, 241)
    three = {f"x = {number_text(a)}": k for k, a in enumerate(POINTS)}
    report.figure("line", viz.plots.lines(
        {"z = 2x + 5": (x, line(x))}, points={name: (POINTS[k:k + 1], z[k:k + 1]) for name, k in three.items()},
        names=("x", "z"), title="A straight line knows no bounds …",
    ))  # fmt: skip
    report.figure("sigmoid", viz.plots.lines(
        {"σ(z)": (wide, sigmoid(wide))}, points={name: (z[k:k + 1], p[k:k + 1]) for name, k in three.items()},
        names=("z", "probability σ(z)"), title="… the sigmoid makes a probability of it",
    ))  # fmt: skip


def derive(report: Report) -> None:
    """Follow the gradient from the likelihood of one student to error times input."""
    E = one_student()
    report.say(viz.explain(E, "w_1"))
    report.page("steps", E, title="The cross-entropy of one student")
    x, t = exam()
    w = np.array([-1.0, 0.2, 0.1])
    report.compare(
        "cross-entropy", cross_entropy(w, x, t), -np.log(likelihood(w, x, t)), "−ln Π pᵗ (1 − p)¹⁻ᵗ", within=1e-11
    )
    report.compare(
        "gradient", mgp.grad(cross_entropy)(w, x, t), deck_gradient(w, x, t), "Σ (f(x) − t) x*", within=1e-11
    )
    report.compare("gradient of −ln likelihood", mgp.grad(lambda w: -np.log(likelihood(w, x, t)))(w),
                   deck_gradient(w, x, t), "Σ (f(x) − t) x*", within=1e-9)  # fmt: skip
    costs = {
        "cross-entropy −ln σ(z)": lambda z: -np.log(sigmoid(z)),
        "squared error (σ(z) − 1)²": lambda z: (sigmoid(z) - 1) ** 2,
    }
    z = np.linspace(-6, 6, 121)
    report.figure("pull", viz.plots.lines(
        {name: (z, [mgp.grad(cost)(float(one)) for one in z]) for name, cost in costs.items()},
        names=("z", "slope of the cost"),
        title="t = 1 and z far below 0: cross-entropy still pulls, the squared error has given up",
    ))  # fmt: skip


def one_student() -> Value:
    """Build the cross-entropy of one student who passed, small enough to step through."""
    w = [Value(value, f"w_{k}") for k, value in enumerate((-1.0, 0.2, 0.1))]
    studied, slept, t = mgp.constant(6.0, "x_1"), mgp.constant(7.0, "x_2"), mgp.constant(1.0, "t")
    p = sigmoid((w[0] + w[1] * studied + w[2] * slept).named("z")).named("p")
    return (-(t * np.log(p) + (1 - t) * np.log(1 - p))).named("E")


def predict(report: Report) -> None:
    """Descend, compare with scikit-learn, and draw the decision line."""
    x, t = exam()
    path = descend(x, t)
    w = path[-1]
    known = (
        scikit_learn("linear_model").LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(x[:, 1:], t)
    )
    report.compare("w", w, [*known.intercept_, *known.coef_[0]], "scikit-learn, no penalty", within=1e-9)
    report.compare("slope at the end", mgp.grad(cross_entropy)(w, x, t), np.zeros(3), "a minimum", within=1e-9)
    right = np.mean((sigmoid(x @ w) >= 0.5) == t)
    report.compare("share predicted rightly", right, known.score(x[:, 1:], t), "scikit-learn", within=0)
    report.number("hours of sleep that make up for one of study", w[1] / w[2])
    costs = [cross_entropy(one, x, t) / len(t) for one in path]
    report.number("cross-entropy per student", {str(k): costs[k] for k in (0, 10, 100, 1000, STEPS)})
    names = ("hours studied", "hours slept")

    def passes(w: np.ndarray, hours: np.ndarray) -> np.ndarray:
        """Compute the probability to pass, for hours (n, 2)."""
        return sigmoid(w[0] + hours @ w[1:])

    labels = np.where(t == 1, "passed", "failed")
    report.figure("exam", viz.plots.decision_boundary(
        lambda hours: passes(w, hours), x[:, 1:], labels, names=names,
        title=f"On the line the chance is one half; {right:.0%} are on the right side",
    ))  # fmt: skip
    report.figure("descent", viz.plots.lines(
        {"E / N": (np.arange(1, STEPS + 1), costs[1:])}, names=("step", "cross-entropy / student"), log=(True, None),
        title="Half of what there is to learn is learnt in a few steps",
    ))  # fmt: skip
    shown = [0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, STEPS]
    report.video("exam", lambda target: viz.plots.decision_boundary_film(
        passes, [path[k] for k in shown], x[:, 1:], labels, target, steps=shown, step="step", rate=3, names=names,
        quality=report.quality,
    ))  # fmt: skip


if __name__ == "__main__":
    run("logistic_regression")
