"""Training by L-BFGS: the loss of all samples at once as a function of all parameters, minimised by scipy."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.compiled.function import compile as compiled
from microgradphys.errors import MissingExtraError, TrainingError
from microgradphys.nn import Module
from microgradphys.training import History
from microgradphys.training.learning import answers
from microgradphys.training.objective import Objective
from microgradphys.transforms import value_and_grad


def minimised(network: Module, objective: Objective, x: Any, y: Any, limits: dict[str, Any]) -> History:
    """Minimise an objective over the parameters of a network, whose layers are as in prediction.

    Args:
        network: gets the parameters that were found.
        objective: loss and penalty.
        x: inputs (rows, …).
        y: targets (rows, …).
        limits: scipy's maxiter, maxfun and gtol.

    Returns:
        The loss after each iteration; `stopped` says why it ended before the last.

    Raises:
        TrainingError: the loss is not a finite number any more.
        MissingExtraError: scipy is not installed.

    Source: D. C. Liu and J. Nocedal, Math. Programming 45 (1989) 503.
    """
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise MissingExtraError("solver='lbfgs' needs scipy: pip install 'microgradphys[train]'") from error
    history = History()
    history.objective = objective
    start = {name: np.asarray(value.data) for name, value in network.named_parameters().items()}
    slope = compiled(value_and_grad(lambda parameters: _loss(network, objective, parameters, x, y)))

    def value_and_slope(vector: Any) -> tuple[float, Any]:
        """Compute both for the parameters in one vector."""
        loss, gradients = slope(_taken_apart(start, vector))
        return float(loss), _joined(gradients)

    def note(intermediate_result: Any) -> None:
        """Keep a loss; scipy looks for the argument by this name."""
        history.add({"loss": float(intermediate_result.fun)})

    with np.errstate(all="ignore"):
        found = minimize(value_and_slope, _joined(start), jac=True, method="L-BFGS-B", callback=note, options=limits)
    if not np.isfinite(found.fun) or not np.isfinite(found.x).all():
        raise TrainingError("the loss is not finite: the data may have large values; scale them first")
    parts = _taken_apart(start, found.x)
    for name, value in network.named_parameters().items():
        value.data = parts[name]
    history.stopped = str(found.message) if found.success else ""
    return history


def _loss(network: Module, objective: Objective, parameters: Any, x: Any, y: Any) -> Any:
    """Compute the loss of all samples, with the penalty."""
    return objective.of(answers(network.having(parameters), x), y, None, parameters)


def _joined(parameters: dict[str, Any]) -> Any:
    """Put all numbers into one vector, float64."""
    return np.concatenate([np.ravel(part) for part in parameters.values()]).astype(np.float64)


def _taken_apart(start: dict[str, Any], vector: Any) -> dict[str, Any]:
    """Give the numbers of a vector the shapes and the types that they have at the start."""
    parts, begin = {}, 0
    for name, like in start.items():
        part = vector[begin : begin + like.size].reshape(like.shape).astype(like.dtype)
        parts[name] = part if like.shape else float(part)
        begin += like.size
    return parts
