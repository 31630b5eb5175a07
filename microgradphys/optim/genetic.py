"""A genetic algorithm: mutation, crossover, and the survival of the fittest; no gradient is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.data import counted
from microgradphys.optim import checks
from microgradphys.optim.objective import Objective
from microgradphys.optim.rule import Rate
from microgradphys.optim.schedules import Annealing

_RATE = Annealing(0.5, decay=0.1)


@dataclass(frozen=True)
class Genetic:
    """A population whose children mix the parameters of two parents, and mutate.

    In each generation parents are paired by chance; a pair has two children, which swap all parameters from a random
    place on (crossover); every parameter of a child is then multiplied by 1 + η z with a normal random number z
    (mutation). Of parents and children together the best survive, so the best never gets lost. Mutation is a share of
    the parameter: it is fine near 0, and 0 itself would stay 0, which is why the first population is spread out.

    Args:
        learning_rate: η, a number, or a schedule over generations: large at first to explore, then smaller.
        population: how many survive, 2 or more.
        spread: the standard deviation of the first population around the start.
        seed: of the random numbers; the same seed gives the same bits.

    Source: J. Rojo, Machine Learning for Physics and Astronomy, lecture 2 (2020), "Genetic Algorithms"; J. H. Holland,
    Adaptation in Natural and Artificial Systems (1975).

    >>> from microgradphys import optim
    >>> found = optim.trace(lambda x, y: (x - 1) ** 2 + (y + 2) ** 2, (0.0, 0.0), Genetic(seed=1), 100)
    >>> found.position[-1].round(2)
    array([ 1., -2.])
    """

    learning_rate: Rate = _RATE
    population: int = 50
    spread: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the options."""
        checks.rate(self.learning_rate, self)
        counted("population", self.population, 2)
        checks.positive(self.spread, "spread")
        counted("seed", self.seed, 0)

    def path(self, objective: Objective, steps: int) -> Iterator[dict[str, Any]]:
        """Go through the generations; the position is the best of each."""
        rng = np.random.default_rng(self.seed)
        size = (self.population, len(objective.start))
        people = objective.start + self.spread * rng.standard_normal(size)
        people[0] = objective.start
        people, values = _fittest(people, _values(objective, people), self.population)
        for generation in range(steps + 1):
            rate = self.learning_rate(generation) if callable(self.learning_rate) else self.learning_rate
            yield {"position": people[0], "value": values[0], "learning_rate": float(rate),
                   "population": people, "population_values": values}  # fmt: skip
            children = crossover(people[rng.permutation(self.population)], rng)
            children = children * (1 + rate * rng.standard_normal(size))
            everybody = np.concatenate([people, children])
            fitness = np.concatenate([values, _values(objective, children)])
            people, values = _fittest(everybody, fitness, self.population)


def crossover(parents: Any, rng: np.random.Generator) -> Any:
    """Let neighbours swap their parameters from a random place on.

    Args:
        parents: shape (m, n); the first and the second are a pair, the third and the fourth …
        rng: where chance comes from.

    Returns:
        Their children, shape (m, n); who is left without a partner is copied.

    >>> crossover(np.array([[1, 1, 1], [2, 2, 2]]), np.random.default_rng(0))
    array([[1, 1, 2],
           [2, 2, 1]])
    """
    children = parents.copy()
    count, length = parents.shape
    for k in range(0, count - 1, 2):
        place = int(rng.integers(1, length)) if length > 1 else 1
        children[k, place:], children[k + 1, place:] = parents[k + 1, place:], parents[k, place:]
    return children


def _values(objective: Objective, people: Any) -> Any:
    """Evaluate everybody."""
    return np.array([objective.value(one) for one in people])


def _fittest(people: Any, values: Any, count: int) -> tuple[Any, Any]:
    """Choose the best, in order; who has no value comes last, and of equals the elder survives."""
    best = np.argsort(values, kind="stable")[:count]
    return people[best], values[best]
