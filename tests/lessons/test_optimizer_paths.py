"""Optimiser paths: the balls against loops in plain Python, the rates against theory, and the minima."""

from typing import Any

import numpy as np
import pytest

from lessons.descents import arrivals, first_of, follow
from lessons.optimizer_paths import NOISE, RULES, STUDY, hunt, shrinking, tuned
from microgradphys import optim
from microgradphys.optim import surfaces
from microgradphys.optim.surfaces import SURFACES, Surface


def slope(x: float, y: float) -> np.ndarray:
    """Of Rosenbrock's valley, by hand."""
    return np.array([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)])


def by_hand(name: str, rate: float, steps: int) -> np.ndarray:
    """One ball in plain numpy, by the formulas of the papers."""
    p, v, m, s = np.array(surfaces.rosenbrock.start), np.zeros(2), np.zeros(2), np.zeros(2)
    for t in range(1, steps + 1):
        g = slope(*p)
        if name == "descent":
            p = p - rate * g
        elif name == "momentum":
            v = 0.9 * v + rate * g
            p = p - v
        elif name == "Nesterov":
            v = 0.9 * v + rate * g
            p = p - 0.9 * v - rate * g
        elif name == "RMSprop":
            s = 0.9 * s + 0.1 * g**2
            p = p - rate * g / (np.sqrt(s) + 1e-8)
        else:
            m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
            p = p - rate * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return p


@pytest.mark.parametrize("name", [name for name in RULES if name not in NOISE])
def test_each_ball_goes_as_it_would_alone(name: str) -> None:
    rates = np.array([1e-4, 5e-4])
    ends = follow(surfaces.rosenbrock, RULES[name], [surfaces.rosenbrock.start] * 2, rates, 60)[-1]
    for end, rate in zip(ends, rates, strict=True):
        np.testing.assert_allclose(end, by_hand(name, float(rate), 60), rtol=1e-8)


def test_noise_is_the_same_each_time_and_a_schedule_is_asked_at_each_step() -> None:
    one, two = (follow(surfaces.bowl, RULES["descent"], [(1.0, 1.0)], 0.1, 30, noise=1.0) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, follow(surfaces.bowl, RULES["descent"], [(1.0, 1.0)], 0.1, 30))
    path = follow(surfaces.bowl, RULES["descent"], [(1.0, 1.0)], lambda k: 0.5 if k == 0 else 0.0, 3)
    assert path[:, 0, 0].tolist() == [1.0, 0.5, 0.5, 0.5]


def test_who_only_passes_has_not_arrived() -> None:
    path = np.full((10, 3, 2), 9.0)
    path[3, 0] = 0.0
    path[6:, 1] = 0.01
    path[5:, 2] = np.nan
    assert first_of(arrivals(path, surfaces.bowl, stay=4)) == (1, 6, 0)
    assert first_of(arrivals(path, surfaces.bowl, stay=5)) is None
    assert first_of(arrivals(path, surfaces.bowl, stay=50)) is None
    path[2:, 0] = (0.0, 0.02)
    assert arrivals(path, surfaces.bowl, stay=4).tolist() == [[2.0], [6.0], [np.inf]]


@pytest.mark.parametrize("surface", [surfaces.narrow_bowl, surfaces.himmelblau, surfaces.rosenbrock], ids=str)
def test_the_best_rate_is_none_that_another_beats(surface: Surface) -> None:
    """Again by `trace`, one at a time."""
    found = tuned(surface)
    for name in ("descent", "momentum", "Adam"):
        rate, steps, minimum = found[name]
        if steps is None:
            assert (surface.name, name) == ("Rosenbrock", "descent")
            continue
        assert minimum is not None
        rule = {"descent": optim.SGD, "momentum": optim.Momentum, "Adam": optim.Adam}[name]
        for other in (rate, rate * 10 ** (1 / 6), rate / 10 ** (1 / 6)):
            path = np.clip(optim.trace(surface, surface.start, rule(other), 600).position, -1e9, 1e9)
            away = np.linalg.norm(path[:, None] - np.array(surface.minima), axis=2).min(axis=1)
            stays = (k for k in range(len(path) - 49) if np.all(away[k : k + 50] < 0.05))
            first = next(stays, 999)
            # The scan ends at η = 1.
            assert first == steps if other == rate else first >= steps or other > 1.01
    assert found["Newton"][1] == {"narrow bowl": 1, "Himmelblau": 7, "Rosenbrock": 18}[surface.name]


def test_descent_at_a_known_rate_takes_the_steps_of_theory() -> None:
    """On the narrow bowl x shrinks by 1 − η and y by 1 − 50 η; the rest is a logarithm."""
    rate = float(tuned(surfaces.narrow_bowl)["descent"][0])
    steps = np.arange(600)
    x, y = 2.0 * (1 - rate) ** steps, 0.6 * (1 - 50 * rate) ** steps
    assert tuned(surfaces.narrow_bowl)["descent"][1] == np.argmax(np.hypot(x, y) < 0.05)


def test_the_study_has_one_of_each_kind() -> None:
    assert shrinking(STUDY["right"]) == pytest.approx(49 / 51)
    assert shrinking(STUDY["right"]) < shrinking(STUDY["too large"]) < shrinking(STUDY["too small"]) < 1
    assert shrinking(STUDY["diverging"]) > 1
    assert all(shrinking(rate) >= 49 / 51 - 1e-12 for rate in np.linspace(0.001, 0.05, 500))


@pytest.mark.parametrize("surface", SURFACES, ids=str)
def test_every_known_minimum_is_found(surface: Surface) -> None:
    found: Any = hunt(surface)
    assert found.shape == (len(surface.minima), 2)
    np.testing.assert_allclose(found, surface.minima, atol=1e-8)
