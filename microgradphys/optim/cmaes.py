"""CMA-ES: a normal distribution that learns where to look, and how far in each direction; no gradient is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.data import counted
from microgradphys.errors import MissingExtraError
from microgradphys.optim import checks
from microgradphys.optim.objective import Objective


@dataclass(frozen=True)
class CMAES:
    """Covariance matrix adaptation: mutants θ + σ N(0, C), of which the best move θ and reshape σ and C.

    Args:
        sigma: σ at first: about a quarter of the range where the minimum is expected.
        population: how many mutants in a generation; 4 + 3 ln n if not given. More find lower minima, more slowly.
        seed: of the random numbers; the same seed gives the same bits.

    Source: N. Hansen and A. Ostermeier, Evol. Comput. 9 (2001) 159; N. Hansen, arXiv:1604.00772; the program is its
    author's pycma.

    >>> from microgradphys import optim
    >>> found = optim.trace(lambda x, y: (x - 1) ** 2 + 10 * (y + x) ** 2, (3.0, 3.0), CMAES(seed=1), 60)
    >>> found.position[-1].round(3)
    array([ 1., -1.])
    """

    sigma: float = 1.0
    population: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the options."""
        checks.positive(self.sigma, "sigma")
        if self.population is not None:
            counted("population", self.population, 3)
        counted("seed", self.seed, 0)

    def path(self, objective: Objective, steps: int) -> Iterator[dict[str, Any]]:
        """Go through the generations, until it has converged; the position is the mean, θ.

        Raises:
            MissingExtraError: pycma is not installed.
        """
        search = self._search(objective)
        size = (search.popsize, len(objective.start))
        people, values = np.full(size, np.nan), np.full(search.popsize, np.nan)
        for _ in range(steps + 1):
            mean = np.array(search.mean)
            yield {"position": mean, "value": objective.value(mean), "sigma": float(search.sigma),
                   "covariance": np.array(search.C), "population": people, "population_values": values}  # fmt: skip
            if search.stop():
                return
            people = np.array(search.ask())
            values = np.array([objective.value(one) for one in people])
            search.tell(list(people), np.where(np.isfinite(values), values, np.inf).tolist())

    def _search(self, objective: Objective) -> Any:
        """Set pycma up, with random numbers of our own: by itself it would seed those of everybody."""
        try:
            import cma
        except ImportError as error:
            raise MissingExtraError("optim.CMAES needs pycma: pip install 'microgradphys[train]'") from error
        rng = np.random.default_rng(self.seed)
        options: dict[str, Any] = {"seed": np.nan, "randn": lambda *shape: rng.standard_normal(shape), "verbose": -9}
        if self.population is not None:
            options["popsize"] = self.population
        return cma.CMAEvolutionStrategy(objective.start, self.sigma, options)
