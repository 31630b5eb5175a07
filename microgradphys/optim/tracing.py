"""`trace`: the whole path of an optimiser, with what it remembers at each step, for pictures.

>>> from microgradphys import optim
>>> valley = lambda x, y: x**2 + 20 * y**2
>>> path = optim.trace(valley, (2.0, 1.0), optim.Momentum(0.02), 100)
>>> path
<Trace of Momentum: 100 steps from 24 to 6.069×10⁻⁵>
>>> path.position.shape, path.state["velocity"].shape
((101, 2), (101, 2))

A trace is where `viz.plots.contours(valley, (-3, 3), (-2, 2), paths={"momentum": path})` and `race` take paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microgradphys.data import brief, counted
from microgradphys.errors import InputError
from microgradphys.optim.names import named
from microgradphys.optim.objective import Objective
from microgradphys.optim.rule import Rule
from microgradphys.symbols import number_text


@dataclass(frozen=True, eq=False)
class Trace:
    """Where an optimiser came through; row k of every array is the moment after k steps, row 0 before the first.

    Attributes:
        name: of the optimiser.
        position: all parameters in a row, shape (k+1, n); the best of a population, the mean of CMA-ES.
        value: the function there, shape (k+1,).
        gradient: its gradient there, shape (k+1, n); None where no gradient was used.
        learning_rate: of the coming step, shape (k+1,), for Newton the length that led here; None where there is none.
        state: what else is remembered, by name: "velocity", "first_moment", "second_moment", "squares", shape
            (k+1, n); "hessian", "covariance", (k+1, n, n); "damping", "sigma", (k+1,); "population", (k+1, m, n);
            "population_values", (k+1, m). What is not known yet is nan.
    """

    name: str
    position: np.ndarray
    value: np.ndarray
    gradient: np.ndarray | None
    learning_rate: np.ndarray | None
    state: dict[str, np.ndarray]
    _objective: Objective = field(repr=False)

    @property
    def best(self) -> int:
        """The step with the lowest value.

        >>> trace(lambda x: x**2, 1.0, "sgd", 3).best
        3
        """
        return int(np.argmin(np.where(np.isnan(self.value), np.inf, self.value)))

    def at(self, step: int = -1) -> Any:
        """Return the parameters after a step, in the structure and the types of the start.

        >>> trace(lambda p: p["w"] ** 2, {"w": 3.0}, "newton", 1).at()
        {'w': 0.0}
        """
        return self._objective.tree(self.position[step])

    def ellipse(self, step: int = -1, points: int = 64) -> np.ndarray:
        """Return the outline of what CMA-ES searches: θ + σ √C on the unit circle.

        Args:
            step: of the trace.
            points: how many; the last one closes the line.

        Returns:
            Points of the plane, shape (points, 2).

        Raises:
            InputError: there is no covariance, or there are not two parameters.

        >>> path = trace(lambda x, y: x**2 + y**2, (3.0, 4.0), "cmaes", 0)
        >>> path.ellipse(0, points=3).round(12)
        array([[4., 4.],
               [2., 4.],
               [4., 4.]])
        """
        if "covariance" not in self.state or self.position.shape[1] != 2:
            raise InputError(f"{self.name} of {self.position.shape[1]} parameters has no ellipse; CMAES of two has")
        angle = np.linspace(0, 2 * np.pi, points)
        spread, axes = np.linalg.eigh(self.state["covariance"][step])
        root = axes * np.sqrt(np.maximum(spread, 0.0)) @ axes.T
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return self.position[step] + self.state["sigma"][step] * circle @ root

    def __len__(self) -> int:
        """Return the number of moments, one more than that of steps."""
        return len(self.position)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Be the positions, wherever an array of points is wanted."""
        return np.array(self.position, dtype)

    def __repr__(self) -> str:
        """Show how far down it came."""
        first, last = number_text(float(self.value[0])), number_text(float(self.value[-1]))
        return f"<Trace of {self.name}: {len(self) - 1} steps from {first} to {last}>"


def trace(f: Callable[..., Any], start: Any, optimiser: Any, steps: int) -> Trace:
    """Follow an optimiser, and keep everything.

    Args:
        f: what to minimise: a function of several numbers, as `lambda x, y: …`, or of one thing: a number, an array, or
            nested dictionaries, lists and tuples of them. Rules, Newton and L-BFGS differentiate it.
        start: the numbers in a row, or the thing.
        optimiser: any rule or method of this package, or its name.
        steps: how many steps, or generations. The trace is shorter where the optimiser says that it has converged
            (LBFGS, CMAES), or where a position is no longer finite.

    Returns:
        The path with the optimiser's state at each moment.

    Raises:
        InputError: something cannot be used as it is.
        MissingExtraError: a method needs a package that is not installed.

    >>> trace(lambda x: (x - 1) ** 2, 3.0, "sgd", 2).position.ravel().round(4)
    array([3.    , 2.96  , 2.9208])
    """
    counted("steps", steps, 0)
    chosen = named(optimiser)
    if isinstance(chosen, type) or not (hasattr(chosen, "path") or hasattr(chosen, "step")):
        raise InputError(f"{brief(optimiser)} is not an optimiser; give an optim.Adam(0.01), or a name")
    objective = Objective(f, start)
    path = chosen.path(objective, steps) if hasattr(chosen, "path") else _follow(chosen, objective, steps)
    moments: list[dict[str, Any]] = []
    for moment in path:
        moments.append(moment)
        if len(moments) > steps or not np.isfinite(moment["position"]).all():
            break
    rows = {name: np.array([moment[name] for moment in moments]) for name in moments[0]}
    return Trace(
        name=type(getattr(chosen, "rule", chosen)).__name__,
        position=rows.pop("position"),
        value=rows.pop("value"),
        gradient=rows.pop("gradient", None),
        learning_rate=rows.pop("learning_rate", None),
        state=rows,
        _objective=objective,
    )


def _follow(rule: Rule, objective: Objective, steps: int) -> Iterator[dict[str, Any]]:
    """Go the way of an update rule."""
    x, state = objective.start, rule.start(objective.start)
    for _ in range(steps + 1):
        value, gradient = objective.value_and_gradient(x)
        remembered = {name: part for name, part in state.items() if name != "step"}
        yield {"position": x, "value": value, "gradient": gradient, **remembered}
        with np.errstate(all="ignore"):
            x, state = rule.step(x, gradient, state)
