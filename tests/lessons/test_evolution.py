"""Evolution: the deck's offspring, generations by hand, the ellipse, and who needs how many evaluations."""

import numpy as np
import pytest

from lessons.descents import arrivals
from lessons.evolution import (
    CHROMOSOMES,
    GENERATIONS,
    OFFSPRING,
    POPULATION,
    bits,
    evolved,
    populations,
    quarter,
    shape,
    turned_bowl,
)
from microgradphys import hessian, optim
from microgradphys.optim import surfaces
from microgradphys.optim.genetic import crossover


def test_the_offspring_of_the_deck_are_its_parents_swapped_after_five_places() -> None:
    one, two = CHROMOSOMES
    assert (one[:5] + two[5:], two[:5] + one[5:]) == OFFSPRING
    children = [crossover(bits(CHROMOSOMES), np.random.default_rng(seed)).tolist() for seed in range(40)]
    assert bits(OFFSPRING).tolist() in children


def test_every_generation_costs_as_many_evaluations_as_it_has_members() -> None:
    """Counted at the function; the mean of CMA-ES is evaluated for the picture only."""
    calls = []

    def counted(x: float, y: float) -> float:
        calls.append((x, y))
        return x**2 + y**2

    evolved(counted, (1.0, 1.0), "genetic", 1.0, steps=10)
    # Children of a generation that nobody will see are born, too.
    assert len(calls) in (POPULATION * 11, POPULATION * 12)
    calls.clear()
    evolved(counted, (1.0, 1.0), "CMA-ES", 1.0, steps=10)
    assert len(calls) == POPULATION * 10 + 11


def test_a_generation_of_the_genetic_algorithm_by_hand() -> None:
    """Nobody worse survives, and only the fittest of all."""
    path = evolved(surfaces.himmelblau, (0.0, 0.0), "genetic", 2.0, steps=12)
    people, values = path.state["population"], path.state["population_values"]
    assert people.shape == (13, POPULATION, 2)
    np.testing.assert_allclose(values, surfaces.himmelblau(people[..., 0], people[..., 1]))
    assert np.all(np.diff(values, axis=1) >= 0)
    assert np.all(np.diff(values, axis=0) <= 0)


def test_the_ellipse_becomes_that_of_the_contours() -> None:
    """Whose axes are those of the inverse Hessian."""
    curvature, axes = np.linalg.eigh(hessian(lambda p: turned_bowl(p[0], p[1]))(np.zeros(2)))
    assert curvature == pytest.approx([1, 50])
    assert np.degrees(np.arctan2(axes[1, 0], axes[0, 0])) % 180 == pytest.approx(30)
    found = np.array([shape(evolved(turned_bowl, (-1.0, 2.0), "CMA-ES", 1.0, seed)) for seed in range(10, 16)])
    assert found[:, 0].mean() == pytest.approx(np.sqrt(50), abs=0.8)
    np.testing.assert_allclose(found[:, 1], 30, atol=3)


def test_only_the_order_of_the_values_counts() -> None:
    for kind in ("genetic", "CMA-ES"):
        plain = evolved(surfaces.beale, (0.0, 0.0), kind, 1.0, steps=20).position
        cubed = evolved(lambda x, y: (surfaces.beale(x, y) + 1) ** 3, (0.0, 0.0), kind, 1.0, steps=20).position
        np.testing.assert_array_equal(plain, cubed)


@pytest.mark.parametrize("surface", [surfaces.bowl, surfaces.himmelblau], ids=str)
def test_gradients_need_fewer_evaluations(surface: surfaces.Surface) -> None:
    best = arrivals(optim.trace(surface, surface.start, optim.Adam(0.3), 200).position[:, None], surface).min()
    for paths in populations(surface).values():
        for path in paths:
            first = arrivals(path.position[:, None], surface, stay=5).min()
            assert best < POPULATION * (first + 1) <= POPULATION * GENERATIONS
    assert quarter(surface) == (surface.xlim[1] - surface.xlim[0]) / 4


def test_a_function_without_a_gradient_will_do() -> None:
    """Steps, which Values cannot go through, and which have no slope."""

    def stairs(x: float, y: float) -> float:
        return float(int(10 * abs(x)) + int(10 * abs(y)))

    for kind in ("genetic", "CMA-ES"):
        assert evolved(stairs, (3.0, 2.0), kind, 1.0).value[-1] == 0
