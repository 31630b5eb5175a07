"""The anatomy of Adam: the paper's algorithm in plain numpy, both limits, and the sign of the deck."""

import numpy as np
import pytest

from lessons.adam_anatomy import PARAMETERS, RATE, AsPrinted, expected, moments, steps_in_rates, wandering
from microgradphys import optim
from microgradphys.optim import surfaces


def by_hand(gradients: np.ndarray, rate: float = 1.0, sign: float = 1.0) -> np.ndarray:
    """Algorithm 1 of the paper: the steps, −Δx."""
    m = s = np.zeros(gradients.shape[1])
    steps = []
    for t, g in enumerate(gradients, 1):
        m, s = 0.9 * m + sign * 0.1 * g, 0.999 * s + 0.001 * g**2
        steps.append(rate * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8))
    return np.array(steps)


@pytest.mark.parametrize(("signal", "noise"), [(0.0, 1.0), (0.3, 1.0), (2.0, 0.5)])
def test_the_steps_are_those_of_the_paper(signal: float, noise: float) -> None:
    random = np.random.default_rng(0)
    gradients = signal + noise * np.array([random.standard_normal(PARAMETERS) for _ in range(40)])
    np.testing.assert_allclose(steps_in_rates(optim.Adam(RATE), signal, noise, 40), by_hand(gradients), rtol=1e-8)
    printed = steps_in_rates(AsPrinted(RATE), signal, noise, 40)
    np.testing.assert_allclose(printed, by_hand(gradients, sign=-1.0), rtol=1e-8)
    np.testing.assert_allclose(printed, -by_hand(gradients), rtol=1e-8)


@pytest.mark.parametrize("size", [-1e4, -1.0, 1e-2, 1.0, 1e4])
def test_a_constant_gradient_gives_steps_of_the_learning_rate(size: float) -> None:
    np.testing.assert_allclose(steps_in_rates(optim.Adam(RATE), size, 0.0, 30), np.sign(size), rtol=2e-6)


def test_noise_alone_goes_nowhere_in_small_steps() -> None:
    """As large as the mean that forgets by β₁ is, computed here from its weights."""
    steps = steps_in_rates(optim.Adam(RATE), 0.0, 7.0, 2000)[1000:]
    weights = 0.1 * 0.9 ** np.arange(400)
    assert wandering(0.9) == pytest.approx(np.sqrt(np.sum(weights**2)))
    assert abs(steps.mean()) < 2e-3
    assert steps.std() == pytest.approx(np.sqrt(np.sum(weights**2)), abs=3e-3)


def test_the_formula_between_has_both_limits() -> None:
    assert expected(1e6, 1.0) == pytest.approx(1.0)
    assert expected(1e-6, 1.0) == pytest.approx(1e-6)
    assert expected(-2.0, 0.0) == -1.0


def test_the_moments_are_corrected() -> None:
    rule = optim.Adam(0.1)
    m, s = moments(optim.trace(lambda x: 3.0 * x, 0.0, rule, 9), rule)
    np.testing.assert_allclose(m, 3.0, rtol=1e-12)
    np.testing.assert_allclose(s, 9.0, rtol=1e-12)


@pytest.mark.parametrize("surface", [surfaces.bowl, surfaces.himmelblau, surfaces.beale], ids=str)
def test_the_printed_sign_climbs(surface: surfaces.Surface) -> None:
    """Wherever it begins, and what has the right sign comes down."""
    x, y = surface.minima[0]
    climbing = optim.trace(surface, (x + 0.3, y - 0.2), AsPrinted(0.01), 40).value
    assert np.all(np.diff(climbing) > 0)
    assert optim.trace(surface, (x + 0.3, y - 0.2), optim.Adam(0.01), 40).value[-1] < climbing[0]
    assert optim.formulas(AsPrinted())["m"] == "0.9 · m − 0.1 · g"
