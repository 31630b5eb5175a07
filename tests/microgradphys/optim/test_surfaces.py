"""The minima that the table of surfaces states, found again by other means: roots of polynomials, bisection, grids."""

from typing import Any

import numpy as np
import pytest

from microgradphys import Value, grad, hessian
from microgradphys.optim import surfaces
from microgradphys.optim.surfaces import SURFACES, Surface


@pytest.mark.parametrize("surface", SURFACES, ids=str)
def test_every_minimum_is_one(surface: Surface) -> None:
    """The slope is 0 and the surface curves upwards; at Ackley's tip all around is higher."""
    assert surface(*surface.minima[0]) == pytest.approx(surface.lowest, abs=1e-9)
    for x, y in surface.minima:
        assert surface(x, y) >= surface.lowest - 1e-9
        assert surface.xlim[0] < x < surface.xlim[1]
        assert surface.ylim[0] < y < surface.ylim[1]
        angle = np.linspace(0, 2 * np.pi, 60)
        assert np.all(surface(x + 1e-3 * np.cos(angle), y + 1e-3 * np.sin(angle)) > surface(x, y))
        if surface is not surfaces.ackley:
            at = np.array([x, y])
            np.testing.assert_allclose(grad(lambda p: surface(p[0], p[1]))(at), 0, atol=3e-8)
            assert np.linalg.eigvalsh(hessian(lambda p: surface(p[0], p[1]))(at)).min() > 0.1


@pytest.mark.parametrize("surface", [one for one in SURFACES if one is not surfaces.ackley], ids=str)
def test_there_is_no_other_on_the_map(surface: Surface) -> None:
    """No point of a fine grid that is lower than its neighbours is far from all of them."""
    x, y = (np.linspace(*ends, 801) for ends in (surface.xlim, surface.ylim))
    z = surface(*np.meshgrid(x, y))
    inner, around = z[1:-1, 1:-1], [z[i : 799 + i, j : 799 + j] for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    rows, columns = np.nonzero(np.all([inner < other for other in around], axis=0))
    low = np.stack([x[columns + 1], y[rows + 1]], axis=1)
    away = np.linalg.norm(low[:, None] - np.array(surface.minima), axis=2)
    assert away.min(axis=0).max() < 0.02 * (x[-1] - x[0]), "each is seen on the grid"
    slopes = np.array([grad(lambda p: surface(p[0], p[1]))(at) for at in low[away.min(axis=1) > 0.02 * (x[-1] - x[0])]])
    assert all(np.linalg.norm(slope) > 1e-3 for slope in slopes), "a valley between points of the grid, no minimum"


def real(roots: Any) -> np.ndarray:
    return roots[np.abs(roots.imag) < 1e-9].real


def test_himmelblau_by_roots() -> None:
    """Both squares are 0: y = 11 − x², and a quartic for x."""
    x = real(np.roots([1, 0, -22, 1, 114]))
    by_roots = sorted(zip(x, 11 - x**2, strict=True))
    np.testing.assert_allclose(sorted(surfaces.himmelblau.minima), by_roots, atol=1e-9)


def test_camels_by_roots() -> None:
    """∂f = 0 gives one coordinate by the other, and then a polynomial."""
    x = np.sqrt(2.1 + np.sqrt(0.91))
    expected = sorted([(0.0, 0.0), (x, -x / 2), (-x, x / 2)])
    np.testing.assert_allclose(sorted(surfaces.three_hump_camel.minima), expected, atol=1e-9)
    y = np.polynomial.Polynomial([0, -8, 0, 8.4, 0, -2])
    x = real((np.polynomial.Polynomial([0, 1]) - 8 * y + 16 * y**3).roots())
    xx, yy = 8 - 25.2 * x**2 + 10 * x**4, 48 * y(x) ** 2 - 8
    lowest = (xx > 0) & (xx * yy > 1)
    expected = sorted(zip(x[lowest], y(x)[lowest], strict=True))
    np.testing.assert_allclose(sorted(surfaces.six_hump_camel.minima), expected, atol=1e-9)
    # As published (L. C. W. Dixon and G. P. Szegő, 1978).
    np.testing.assert_allclose(surfaces.six_hump_camel.minima[0], (0.0898, -0.7126), atol=6e-5)
    assert surfaces.six_hump_camel.lowest == pytest.approx(-1.0316, abs=5e-5)


def test_rastrigin_by_bisection() -> None:
    def zero(low: float, high: float) -> float:
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if middle + 10 * np.pi * np.sin(2 * np.pi * middle) < 0 else (low, middle)
        return low

    one = [zero(k - 0.2, k + 0.2) for k in (-2, -1, 0, 1, 2)]
    np.testing.assert_allclose(sorted(surfaces.rastrigin.minima), [(x, y) for x in one for y in one], atol=1e-9)


def test_surfaces_take_numbers_arrays_and_values() -> None:
    for surface in SURFACES:
        number = surface(0.3, -0.4)
        assert surface(np.full(3, 0.3), np.full(3, -0.4)) == pytest.approx([number] * 3)
        assert float(surface(Value(0.3), Value(-0.4)).data) == pytest.approx(number)
    assert repr(surfaces.ackley) == "<Surface: Ackley>"


def test_noise_is_another_at_each_call_and_the_same_for_a_seed() -> None:
    slope = grad(lambda p: tilted(p[0], p[1]))
    tilted = surfaces.noisy(surfaces.bowl, spread=0.5, seed=3)
    slopes = np.array([slope(np.array([1.0, -2.0])) for _ in range(2000)])
    np.testing.assert_allclose(slopes.mean(axis=0), [1.0, -2.0], atol=0.05)
    np.testing.assert_allclose(slopes.std(axis=0), 0.5, rtol=0.06)
    tilted = surfaces.noisy(surfaces.bowl, spread=0.5, seed=3)
    np.testing.assert_array_equal(slope(np.array([1.0, -2.0])), slopes[0])
