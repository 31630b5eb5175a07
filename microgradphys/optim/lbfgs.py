"""L-BFGS: Newton's method with a Hessian guessed from the last gradients."""

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
class LBFGS:
    """Limited-memory BFGS, by scipy; each step searches along its line for a point that is low enough.

    Args:
        memory: from how many of the last steps the curvature is guessed.
        tolerance: it ends where no component of the gradient is larger.

    Source: D. C. Liu and J. Nocedal, Math. Programming 45 (1989) 503; R. H. Byrd et al., SIAM J. Sci. Comput. 16 (1995)
    1190, whose program scipy has.

    >>> from microgradphys import optim
    >>> bowl = lambda x, y: (x - 1) ** 2 + 10 * (y + x) ** 2
    >>> optim.trace(bowl, (3.0, 3.0), LBFGS(), 50).position[-1].round(6)
    array([ 1., -1.])
    """

    memory: int = 10
    tolerance: float = 1e-10

    def __post_init__(self) -> None:
        """Check the options."""
        counted("memory", self.memory)
        checks.number(self.tolerance, "tolerance")

    def path(self, objective: Objective, steps: int) -> Iterator[dict[str, Any]]:
        """Go through the positions with their values and gradients, until it has converged.

        Raises:
            MissingExtraError: scipy is not installed.
        """
        for x in [objective.start, *self._run(objective, steps)]:
            value, gradient = objective.value_and_gradient(x)
            yield {"position": x, "value": value, "gradient": gradient}

    def _run(self, objective: Objective, steps: int) -> list[Any]:
        """Let scipy do it, and note where it comes through."""
        try:
            from scipy.optimize import minimize
        except ImportError as error:
            raise MissingExtraError("optim.LBFGS needs scipy: pip install 'microgradphys[train]'") from error
        seen: list[Any] = []

        def note(intermediate_result: Any) -> None:
            """Keep a position; scipy looks for the argument by this name."""
            seen.append(intermediate_result.x.copy())

        if steps:
            options = {"maxiter": steps, "maxcor": self.memory, "gtol": self.tolerance, "ftol": 0.0}
            with np.errstate(all="ignore"):
                minimize(objective.value_and_gradient, objective.start, jac=True, method="L-BFGS-B", callback=note,
                         options=options)  # fmt: skip
        return seen
