"""Adam, step by step (deck R, "Adaptive Gradient Descent"; D. P. Kingma and J. Ba, arXiv:1412.6980).

β₁ = 0.9, β₂ = 0.999, ε = 1e-8 outside of the root. The deck prints a minus in m; with its own update that climbs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import task
from microgradphys import optim as _optim


def _states(random: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """Draw states on the way: x, g, m, s, t, rate; the first is the first step."""
    yield 1.0, 50.0, 0.0, 0.0, 1, 0.1
    for t in (1, 2, 10, 1000):
        x, g, m = map(float, random.normal(size=3))
        begun = t > 1
        yield x, g, m * begun, (m * m + float(random.uniform(0.1, 1.0))) * begun, t, 0.01


def _by_optim(x: float, g: float, m: float, s: float, t: int, rate: float) -> tuple[float, float, float]:
    """Let the library's rule do the step."""
    rule = _optim.Adam(rate)
    state = {**rule.start(x), "step": t - 1.0, "first_moment": m, "second_moment": s}
    after, state = rule.step(x, g, state)
    return after, state["first_moment"], state["second_moment"]


def _adam(
    x: float,
    g: float,
    m: float,
    s: float,
    t: int,
    rate: float,
    *,
    sign: float = 1.0,
    correct: bool = True,
    root: bool = True,
) -> tuple[float, float, float]:
    """Do a step, perhaps wrongly."""
    m, s = 0.9 * m + sign * 0.1 * g, 0.999 * s + 0.001 * g**2
    m_hat, s_hat = (m / (1 - 0.9**t), s / (1 - 0.999**t)) if correct else (m, s)
    return x - rate * m_hat / ((np.sqrt(s_hat) if root else s_hat) + 1e-8), m, s


@task(
    _states,
    engine=_by_optim,
    wrong={
        "Both running means begin at 0: the corrections with 1 − βᵗ are missing.":
            lambda f, *case: _adam(*case, correct=False),
        "The deck's minus in m goes uphill with this update: add (1 − β₁) g.": lambda f, *case: _adam(*case, sign=-1.0),
        "The root of ŝ is missing.": lambda f, *case: _adam(*case, root=False),
        "That goes uphill.": lambda f, x, *case: (2 * x - f(x, *case)[0], *f(x, *case)[1:]),
        "Return m and s as they are remembered, without the corrections.":
            lambda f, x, g, m, s, t, rate: (f(x, g, m, s, t, rate)[0], f(x, g, m, s, t, rate)[1] / (1 - 0.9**t),
                                            f(x, g, m, s, t, rate)[2] / (1 - 0.999**t)),
        "s is the mean of the squares of g.":
            lambda f, x, g, m, s, t, rate: (*f(x, g, m, s, t, rate)[:2], 0.999 * s + 0.001 * g),
    },
    hint="Four lines: two running means, two corrections, one step. Which of the three results is wrong?",
)  # fmt: skip
def adam_step(x: Any, g: Any, m: Any, s: Any, t: Any, rate: Any) -> Any:
    """Return x, m and s after step t = 1, 2, … with gradient g; m and s: the running means before it."""
    m = 0.9 * m + 0.1 * g  # blank
    s = 0.999 * s + 0.001 * g**2  # blank
    m_hat = m / (1 - 0.9**t)  # blank: corrected for having begun at 0
    s_hat = s / (1 - 0.999**t)  # blank
    x = x - rate * m_hat / (np.sqrt(s_hat) + 1e-8)  # blank
    return x, m, s


@task(
    lambda random: [(0.9, 0.999), (0.0, 0.999), (0.9, 0.9), (0.5, 0.75)],
    wrong={
        "With the corrections it is 1, whatever the β are. And without?": lambda f, beta1, beta2: 1.0,
        "s is under a root.": lambda f, beta1, beta2: (1 - beta1) / (1 - beta2),
        "Numerator and denominator are exchanged.": lambda f, beta1, beta2: 1 / f(beta1, beta2),
        "At the first step m is (1 − β₁) g.": lambda f, beta1, beta2: beta1 / np.sqrt(beta2),
    },
    hint="Put m = s = 0 before the step, and look at what is left of g.",
)
def first_step(beta1: Any, beta2: Any) -> Any:
    """Return the length of the first step without the two corrections, in units of η; ε does not matter."""
    return (1 - beta1) / np.sqrt(1 - beta2)  # blank


@task(
    lambda random: [(1.0, 0.0), (-2.0, 0.0), (0.1, 5.0), (-0.3, 2.0), (0.0, 1.0), (1.0, 1.0)],
    wrong={
        "Where the gradient is steady the step is η, however small the gradient: σ alone does not do.":
            lambda f, mean, deviation: mean / deviation if deviation else np.inf,
        "The sign is that of the step in x, which goes down.": lambda f, mean, deviation: -f(mean, deviation),
        "The root is missing.": lambda f, mean, deviation: mean / (deviation**2 + mean**2),
        "Variances are added, not deviations.": lambda f, mean, deviation: mean / (deviation + abs(mean)),
    },
    hint="The mean of the squares is the variance plus the square of the mean.",
)  # fmt: skip
def signal_to_noise(mean: Any, deviation: Any) -> Any:
    """Return m̂/√ŝ, the step in units of η, where the gradient has this mean and this standard deviation."""
    return mean / np.sqrt(deviation**2 + mean**2)  # blank
