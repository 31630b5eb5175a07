"""Newton's method: straight to the minimum of the parabola that touches the function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.optim import checks
from microgradphys.optim.objective import Objective

# A step must bring this share of the descent that the slope promises: Armijo's condition.
_ARMIJO = 1e-4
_HALVINGS = 60


@dataclass(frozen=True)
class Newton:
    """x ← x − η (H + λ)⁻¹ g, with the Hessian H; η is halved until the function falls.

    Where H is not positive definite the parabola has no minimum; λ then turns the direction of most negative curvature
    round: λ = 2 |smallest eigenvalue|. The cost grows as the cube of the number of parameters.

    Args:
        learning_rate: the length that is tried first, as a share of the whole step.

    Source: J. Nocedal and S. J. Wright, Numerical Optimization, 2nd ed. (2006), sections 3.1 and 3.4.

    >>> from microgradphys import optim
    >>> bowl = lambda x, y: (x - 1) ** 2 + 10 * (y + x) ** 2
    >>> optim.trace(bowl, (3.0, 3.0), optim.Newton(), 1).position[-1].round(12)
    array([ 1., -1.])
    """

    learning_rate: float = 1.0

    def __post_init__(self) -> None:
        """Check the length."""
        checks.positive(self.learning_rate, "Newton: learning_rate")

    def path(self, objective: Objective, steps: int) -> Iterator[dict[str, Any]]:
        """Go through the positions; with each its value, gradient, Hessian, λ and the η that led there."""
        x, rate = objective.start, np.nan
        for _ in range(steps + 1):
            value, gradient = objective.value_and_gradient(x)
            hessian = objective.hessian(x)
            damping = _damping(hessian)
            yield {"position": x, "value": value, "gradient": gradient, "learning_rate": rate,
                   "hessian": hessian, "damping": damping}  # fmt: skip
            if not (np.isfinite(hessian).all() and np.isfinite(gradient).all()):
                return
            direction = np.linalg.solve(hessian + damping * np.eye(len(x)), gradient)
            rate = self._length(objective, x, value, direction, float(gradient @ direction))
            x = x - rate * direction

    def _length(self, objective: Objective, x: Any, value: float, direction: Any, slope: float) -> float:
        """Halve the step until the function falls enough; 0 where it does not."""
        for k in range(_HALVINGS):
            rate = self.learning_rate / 2**k
            if objective.value(x - rate * direction) <= value - _ARMIJO * rate * slope:
                return rate
        return 0.0


def _damping(hessian: Any) -> float:
    """Choose λ so that H + λ is positive definite; 0 if H is.

    >>> _damping(np.diag([2.0, 1.0])), _damping(np.diag([2.0, -1.0]))
    (0.0, 2.0)
    """
    if not np.isfinite(hessian).all():
        return float("nan")
    curvatures = np.linalg.eigvalsh(hessian)
    least, flat = float(curvatures[0]), 1e-10 * float(np.abs(curvatures).max())
    if least > flat:
        return 0.0
    # Where there is no curvature at all, the step is the gradient.
    return -2 * least if least < -flat else 2 * flat or 1.0
