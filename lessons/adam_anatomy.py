# %% [markdown]
# # The anatomy of Adam: a step is a signal-to-noise ratio
#
# Adam is the optimiser that most networks are trained with, and it fits in four lines (deck R, "Adaptive Gradient
# Descent"; D. P. Kingma and J. Ba, arXiv:1412.6980). With the gradient g of step t,
#
# m ← β₁ m + (1 − β₁) g,  s ← β₂ s + (1 − β₂) g²,  m̂ = m / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ),  x ← x − η m̂ / (√ŝ + ε).
#
# m̂ is the mean of the last gradients, ŝ that of their squares, so σ² = ŝ − m̂² is their variance, and the step is
#
# Δx = −η m̂ / (√(σ² + m̂²) + ε).
#
# That is a ratio of signal to noise. It has no unit, and it is never much larger than η. How it behaves can be measured
# on gradients that we make ourselves: a constant μ, the signal, and on it noise of the size σ.
#
# Three places where deck R differs from the field, whose form is used here: it prints m ← β₁ m − (1 − β₁) g, which
# climbs (below it is tried); it writes σ for what is the variance σ², and so m̂/σ² for the limit, which is m̂/σ; and it
# prints ε inside the root in one place, outside in another. Ours is outside, as in the papers' reference code.
"""Adam's step as a signal-to-noise ratio: both limits, the bias correction, and a sign that climbs."""

# %% Gradients of our own making: many parameters at once, each with its own noise.
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lessons.report import Report, lesson
from microgradphys import optim
from microgradphys.optim import surfaces
from viz.plots import contours, lines, race

RATE = 0.01
PARAMETERS = 500


def steps_in_rates(rule: Any, signal: Any, noise: float, steps: int) -> np.ndarray:
    """Feed a rule with gradients μ + σ z, z normal, and return its steps downhill in units of η.

    Args:
        rule: an update rule with the learning rate RATE.
        signal: μ, one number or one for each parameter.
        noise: σ.
        steps: how many.

    Returns:
        −Δx / η, shape (steps, PARAMETERS).

    >>> steps_in_rates(optim.Adam(RATE), 7.0, 0.0, 3)[:, 0].round(6)
    array([1., 1., 1.])
    """
    random = np.random.default_rng(0)
    x = np.zeros(PARAMETERS)
    state, path = rule.start(x), [x]
    for _ in range(steps):
        x, state = rule.step(x, signal + noise * random.standard_normal(PARAMETERS), state)
        path.append(x)
    return -np.diff(path, axis=0) / RATE


# %% What the two limits are, and all between them.
def expected(signal: Any, noise: Any) -> Any:
    """Return the mean step in units of η: μ / √(σ² + μ²).

    >>> expected(5.0, 0.0), expected(0.0, 1.0), round(expected(0.1, 1.0), 4)
    (1.0, 0.0, 0.0995)
    """
    return signal / (noise**2 + signal**2) ** 0.5


def wandering(beta1: Any) -> Any:
    """Return the typical size of a step on noise alone, in units of η: √((1 − β₁) / (1 + β₁)).

    A mean that forgets by β₁ has this share of the spread of what it is a mean of.

    >>> round(wandering(0.9), 4)
    0.2294
    """
    return ((1 - beta1) / (1 + beta1)) ** 0.5


# %% As deck R prints it: a minus before the gradient, and a minus before the step.
@dataclass(frozen=True)
class AsPrinted(optim.Adam):
    """Adam with the sign of the deck, m ← β₁ m − (1 − β₁) g: two signs that cancel."""

    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Step uphill."""
        m, s = memory
        m = self.beta1 * m - (1 - self.beta1) * g
        s = self.beta2 * s + (1 - self.beta2) * (g * g)
        m_hat, s_hat = m / (1 - self.beta1**step), s / (1 - self.beta2**step)
        return x - rate * m_hat / (np.sqrt(s_hat) + self.epsilon), (m, s)


# %% The moments of a path, corrected for having started at 0.
def moments(path: optim.Trace, rule: optim.Adam) -> tuple[np.ndarray, np.ndarray]:
    """Return m̂ and ŝ after each step of a path, shape (steps, n)."""
    t = np.arange(1, len(path))[:, None]
    m, s = path.state["first_moment"][1:], path.state["second_moment"][1:]
    return m / (1 - rule.beta1**t), s / (1 - rule.beta2**t)


# %% [markdown]
# ## What to notice
#
# - A constant gradient gives steps of η, whether it is 0.001 or 1000: the unit of the loss does not matter.
# - On noise alone the mean step is 0, and a single one is about 0.23 η. The parameter wanders instead of walking.
# - Between the two, a parameter walks as fast as its signal is clear. One about which the batches disagree holds still.
# - Without the corrections the first steps would be up to 6.6 η long: s needs a thousand steps to fill, m only ten.
# - Where the gradient is below ε, Adam slows down after all. With ε inside the root that begins ten thousand times
#   earlier.
#
# ## Exercises
#
# 1. `adam_step(x, g, m, s, t, rate)`: write one step of Adam with β₁ = 0.9, β₂ = 0.999; return x, m and s.
# 2. `first_step(beta1, beta2)`: how long is the first step without the corrections, in units of η?
# 3. Measure the mean step when the noise is not normal but ±σ, and when it is 0 but for one gradient in a hundred.
# 4. What becomes of the sign error if √ŝ is replaced by 1? Which optimiser is that, with the right sign?


# %% The lesson: measure, draw, compare.
@lesson
def run(report: Report) -> None:
    """Measure the steps of Adam on signals and noise."""
    for name, rule in (("Adam", optim.Adam()), ("as printed in deck R", AsPrinted())):
        report.say(f"{name}: " + ",  ".join(f"{to} ← {by}" for to, by in optim.formulas(rule).items()))
    limits(report)
    identities(report)
    corrections(report)
    signs(report)
    beside_the_path(report)


def limits(report: Report) -> None:
    """Compare both limits, and what is between, with the closed forms."""
    adam = optim.Adam(RATE)
    sizes = 10.0 ** np.arange(-3, 4)
    constant = [steps_in_rates(adam, size, 0.0, 20).mean() for size in sizes]
    report.compare("constant gradient: step / η", constant, np.ones(7), "σ = 0: step → η", within=2e-5)
    noise = steps_in_rates(adam, 0.0, 1.0, 3000)[1000:]
    report.compare("noise alone: mean step / η", noise.mean(), 0.0, "μ = 0", within=2e-3)
    report.compare("noise alone: typical step / η", noise.std(), wandering(0.9), "√((1 − β₁) / (1 + β₁))", within=2e-3)
    ratios = 10.0 ** np.linspace(-2, 2, 13)
    measured = np.array([steps_in_rates(adam, ratio, 1.0, 2000)[1000:].mean() for ratio in ratios])
    report.compare("mean step / η", measured, expected(ratios, 1.0), "μ / √(σ² + μ²)", within=5e-3)
    fine = 10.0 ** np.linspace(-2, 2, 200)
    report.figure("signal_to_noise", lines(
        {"μ / √(σ² + μ²)": (fine, expected(fine, 1.0))}, points={"Adam": (ratios, measured)}, log=(True, False),
        names=("signal over noise, μ / σ", "mean step / η"), title="A step is as long as the signal is clear"),
    )  # fmt: skip
    betas = np.array([0.0, 0.5, 0.8, 0.9, 0.95, 0.98])
    sizes = [steps_in_rates(optim.Adam(RATE, beta1=beta), 0.0, 1.0, 2000)[1000:].std() for beta in betas]
    report.compare("typical step / η for six β₁", sizes, wandering(betas), "√((1 − β₁) / (1 + β₁))", within=5e-3)


def identities(report: Report) -> None:
    """Compare Adam's step with the form of signal and noise on a real surface, and the path with that of 1000 f."""
    rule, valley = optim.Adam(0.05), surfaces.beale
    path = optim.trace(surfaces.noisy(valley, 0.5), valley.start, rule, 200)
    m, s = moments(path, rule)
    variance = s - m**2
    by_ratio = -0.05 * m / (np.sqrt(variance + m**2) + rule.epsilon)
    report.compare("each of 400 steps on Beale", np.diff(path.position, axis=0), by_ratio, "−η m̂ / (√(σ² + m̂²) + ε)",
                   within=1e-12)  # fmt: skip
    one, thousand = (optim.trace(lambda x, y, a=a: a * valley(x, y), valley.start, rule, 100) for a in (1.0, 1000.0))
    report.compare("the path on 1000 f", thousand.position, one.position, "the path on f", within=1e-5)
    tiny, outside = 1e-6, optim.Adam(RATE)
    report.compare("ε outside: step / η for g = 10⁻⁶", steps_in_rates(outside, tiny, 0.0, 5).mean(),
                   tiny / (tiny + 1e-8), "g / (|g| + ε)", within=1e-9)  # fmt: skip
    report.number("ε inside the root: step / η for g = 10⁻⁶", tiny / np.sqrt(tiny**2 + 1e-8))


def corrections(report: Report) -> None:
    """Compare the steps that Adam would make without its corrections with the closed form."""
    rule = optim.Adam(RATE)
    path = optim.trace(lambda x: 3.0 * x, 0.0, rule, 5000)
    t = np.arange(1, 5001)
    bare = (path.state["first_moment"][1:] / np.sqrt(path.state["second_moment"][1:])).ravel()
    known = (1 - rule.beta1**t) / np.sqrt(1 - rule.beta2**t)
    report.compare("step / η without corrections", bare, known, "(1 − β₁ᵗ) / √(1 − β₂ᵗ)", within=1e-10)
    report.compare("the first of them", bare[0], 10**0.5, "0.1 / √0.001", within=1e-12)
    report.number("the longest of them", bare.max())
    corrected = -np.diff(path.position.ravel()) / RATE
    report.figure("corrections", lines(
        {"without": (t, bare), "with": (t, corrected)}, log=(True, False), names=("step", "length of the step / η"),
        title=f"Without corrections a step would be up to {bare.max():.2g} times η"))  # fmt: skip


def signs(report: Report) -> None:
    """Try the sign of the deck."""
    bowl = surfaces.bowl
    paths = {
        name: optim.trace(bowl, (1.0, 0.6), rule, 40)
        for name, rule in (("m ← β₁ m + (1−β₁) g", optim.Adam(0.03)), ("m ← β₁ m − (1−β₁) g", AsPrinted(0.03)))
    }
    right, printed = paths.values()
    report.compare("the printed sign: first step", np.diff(printed.position, axis=0)[0], (0.03, 0.03),
                   "+η: uphill", within=1e-8)  # fmt: skip
    report.compare("the right sign: first step", np.diff(right.position, axis=0)[0], (-0.03, -0.03),
                   "−η: downhill", within=1e-8)  # fmt: skip
    report.number("f after 40 steps", {"right sign": right.value[-1], "printed sign": printed.value[-1]})
    report.number("steps uphill with the printed sign", int((np.diff(printed.value) > 0).sum()))
    report.figure("signs", contours(bowl, bowl.xlim, bowl.ylim, paths=paths,
                  title="The printed sign climbs with every step"))  # fmt: skip


def beside_the_path(report: Report) -> None:
    """Show m̂ / √ŝ beside the path, in a picture and in a film."""
    rule, bowl = optim.Adam(0.1), surfaces.narrow_bowl
    path = optim.trace(bowl, bowl.start, rule, 90)
    m, s = moments(path, rule)
    ratio = np.vstack([[np.nan, np.nan], m / np.sqrt(s)]).T
    options = {
        "paths": {"Adam": path}, "xlim": bowl.xlim, "ylim": bowl.ylim,
        "beside": {"in x": ratio[0], "in y": ratio[1]}, "beside_name": "m̂ / √ŝ = step / η",
    }  # fmt: skip
    report.figure("state", contours(bowl, **options, title="Both directions begin with η, whatever their slopes"))
    report.video("state", lambda target: race(bowl, path=target, frames=46, quality=report.quality, **options))


if __name__ == "__main__":
    run("adam_anatomy")
