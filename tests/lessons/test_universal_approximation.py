"""Universal approximation: against numpy's interpolation, all hinges tried, and splines with free knots."""

import numpy as np
import pytest

from lessons.universal_approximation import (
    WIDTHS,
    X,
    bumps,
    curve,
    learnt,
    least_squares,
    loss,
    network,
    rms,
    written_down,
)
from microgradphys import check_gradients, grad


@pytest.mark.parametrize("n", [*WIDTHS, 40])
def test_hinges_written_down_are_the_broken_line_through_the_curve(n: int) -> None:
    knots = np.linspace(0, 1, n + 1)
    assert network(**written_down(n), x=X) == pytest.approx(np.interp(X, knots, curve(knots)), abs=1e-12)
    bend = 4 * np.pi**2 + 12.5 * np.pi**2
    assert np.abs(network(**written_down(n), x=X) - curve(X)).max() <= bend / (8 * n**2)


def test_the_deck_has_these_widths_and_more_neurons_are_better_in_every_way() -> None:
    assert WIDTHS == (1, 2, 3, 6, 13)
    learnt_errors = [np.sqrt(learnt(n, 300).value.min()) for n in WIDTHS]
    assert learnt_errors == sorted(learnt_errors, reverse=True)
    for n, error in zip(WIDTHS, learnt_errors, strict=True):
        assert error <= rms(network(**written_down(n), x=X) - curve(X))
        assert rms(network(**least_squares(n), x=X) - curve(X)) <= rms(network(**written_down(n), x=X) - curve(X))


def test_the_engines_gradient_is_that_of_two_lines_of_numpy() -> None:
    at = {"w": np.array([1.0, -2.0, 0.5]), "b": np.array([0.013, -0.357, -0.711])}
    hinge = np.maximum(X[:, None] + at["b"], 0)
    error = 2 * (hinge @ at["w"] - curve(X)) / len(X)
    found = grad(loss)(at)
    assert found["w"] == pytest.approx(hinge.T @ error, rel=1e-12)
    assert found["b"] == pytest.approx(at["w"] * ((hinge > 0).T @ error), rel=1e-12)
    check_gradients(lambda w, b: loss({"w": w, "b": b}), at["w"], at["b"])


def test_descent_finds_the_best_two_hinges_of_a_coarse_search_or_better() -> None:
    best = min(
        rms(hinge @ np.linalg.lstsq(hinge, curve(X), rcond=None)[0] - curve(X))
        for second in np.linspace(0.2, 0.95, 31)
        for hinge in [np.maximum(X[:, None] - np.array([0.0, second]), 0)]
    )
    assert np.sqrt(learnt(2).value.min()) < best


def test_steep_bumps_are_the_curve_at_their_middles() -> None:
    middles = (np.arange(13) + 0.5) / 13
    assert bumps(13, middles) == pytest.approx(curve(middles), abs=1e-12)
    assert bumps(13, np.array([-1.0, 2.0])) == pytest.approx([0, 0], abs=1e-12)
