"""Evolution: mutation, crossover, survival, and a new search centre (deck R, "Genetic Algorithms" and "CMA-ES").

A population: (M, m), one row for each of M, with m parameters each.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.checking import task


@task(
    lambda random: [
        (random.normal(size=(M, m)), 0.3 * random.normal(size=(M, m))) for M, m in ((1, 1), (2, 3), (4, 4))
    ],
    wrong={
        "In the deck a mutation is a share of the parameter itself.": lambda f, people, eta: people + eta,
        "The parameter itself is lost: only its change is left.": lambda f, people, eta: people * eta,
        "The sign of the change is wrong.": lambda f, people, eta: people * (1 - eta),
    },
)
def mutated(people: Any, eta: Any) -> Any:
    """Return the mutants: each parameter changed by the share η (M, m) of itself."""
    return people * (1 + eta)  # blank


@task(
    lambda random: [(*random.normal(size=(2, m)), p) for m, p in ((2, 1), (5, 3), (5, 1), (4, 0), (3, 3))],
    wrong={
        "The two children are exchanged: the first begins like the first parent.":
            lambda f, first, second, place: f(first, second, place)[::-1],
        "Only one parameter has changed sides; all from there on do.":
            lambda f, first, second, place: tuple(
                np.where(np.arange(len(a)) == place, b, a) for a, b in ((first, second), (second, first))
            ),
        "The place counts from 0: parameter number `place` is the first that changes sides.":
            lambda f, first, second, place: f(first, second, place + 1),
        "Nothing has changed sides.": lambda f, first, second, place: (first, second),
        "Both children are the same: the second ends like the first parent.":
            lambda f, first, second, place: (f(first, second, place)[0],) * 2,
    },
    hint="Cut both parents at the same place, and put the beginning of one to the end of the other.",
)  # fmt: skip
def crossover(first: Any, second: Any, place: Any) -> Any:
    """Return the two children, (m,) each, of parents that swap all parameters from index `place` on."""
    one = np.concatenate([first[:place], second[place:]])  # blank: begins like the first parent
    other = np.concatenate([second[:place], first[place:]])  # blank
    return one, other


@task(
    lambda random: [(random.normal(size=(M, 2)), random.normal(size=M), n) for M, n in ((3, 1), (6, 3), (5, 5))],
    wrong={
        "Those are the worst: the cost is to be small.":
            lambda f, people, costs, count: people[np.argsort(-costs)[:count]],
        "Those are the first, not the best.": lambda f, people, costs, count: people[:count],
        "The best comes first.": lambda f, people, costs, count: f(people, costs, count)[::-1],
        "Those are the best in the order in which they stood; the best comes first.":
            lambda f, people, costs, count: people[np.sort(np.argsort(costs)[:count])],
        "Return the parameters of the survivors, not their places.":
            lambda f, people, costs, count: np.argsort(costs)[:count],
    },
)  # fmt: skip
def survivors(people: Any, costs: Any, count: Any) -> Any:
    """Return those `count` of the population (M, m) whose costs (M,) are smallest, the best first."""
    order = np.argsort(costs)  # blank: the places in the population, the best first
    return people[order[:count]]  # blank


@task(
    lambda random: [(random.normal(size=m), random.normal(size=(k, m)), random.dirichlet(np.ones(k)) * s)
                    for m, k, s in ((1, 1, 1.0), (2, 3, 1.0), (3, 5, 0.5))],
    wrong={
        "The old centre is missing: that is by how much it moves.":
            lambda f, centre, mutants, weights: f(centre, mutants, weights) - centre,
        "The weights are missing.": lambda f, centre, mutants, weights: mutants.mean(axis=0),
        "Right where the weights add up to 1; the deck takes differences from the old centre, for any weights.":
            lambda f, centre, mutants, weights: weights @ mutants,
    },
    hint="θ⁽ᵗ⁾ = θ⁽ᵗ⁻¹⁾ + a weighted sum of how far each mutant is away from it.",
)  # fmt: skip
def search_centre(centre: Any, mutants: Any, weights: Any) -> Any:
    """Return the new centre (m,) of CMA-ES from the old one, the best mutants (k, m) and their weights (k,)."""
    return centre + weights @ (mutants - centre)  # blank
