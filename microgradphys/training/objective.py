"""What a network is trained for: its loss, with a penalty, and the metrics that are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from microgradphys.data import brief, raw
from microgradphys.errors import InputError, MicrogradphysError
from microgradphys.losses import LOSSES, loss_of
from microgradphys.metrics import accuracy, binary_accuracy, metric_of


@dataclass(frozen=True)
class Objective:
    """A loss, a penalty on the parameters, and metrics by name."""

    loss: Callable[..., Any]
    penalty: Callable[[Mapping[str, Any]], Any] | None
    metrics: Mapping[str, Callable[..., Any]]

    def of(self, outputs: Any, targets: Any, weight: Any, parameters: Mapping[str, Any]) -> Any:
        """Compute the loss of a batch, with the penalty.

        Raises:
            InputError: the loss is the user's, and there are weights, which it does not take.

        >>> objective("mse").of(np.array([[3.0]]), np.array([[1.0]]), None, {})
        4.0
        """
        loss = self.loss(outputs, targets) if weight is None else self._weighted(outputs, targets, weight)
        return loss if self.penalty is None else loss + self.penalty(parameters)

    def measured(self, outputs: np.ndarray, targets: np.ndarray) -> dict[str, float]:
        """Compute the metrics of a batch.

        Raises:
            InputError: one of them fails, or is not a number.

        >>> objective("mse", metrics=["mae"]).measured(np.array([[3.0]]), np.array([[1.0]]))
        {'mae': 2.0}
        """
        found = {name: _applied(name, f, outputs, targets) for name, f in self.metrics.items()}
        if odd := next((name for name, value in found.items() if np.size(value) != 1), None):
            raise InputError(
                f"the metric {odd!r} returned {brief(found[odd])}; it has to return one number for a batch"
            )
        return {name: float(np.reshape(value, ())) for name, value in found.items()}

    def _weighted(self, outputs: Any, targets: Any, weight: Any) -> Any:
        """Compute Σ w E / n: of a weighted mean Σ w E / Σ w, weights in batches of one would be lost."""
        try:
            return self.loss(outputs, targets, weights=weight) * np.mean(weight)
        except TypeError as error:
            if "weights" not in str(error):
                raise
            raise InputError(
                "sample_weight needs a loss that takes weights: loss(outputs, targets, weights=…)"
            ) from None


def _applied(name: str, metric: Callable[..., Any], outputs: Any, targets: Any) -> Any:
    """Compute a metric; an error in it says which one it was, and of which shapes."""
    try:
        return raw(metric(outputs, targets))
    except MicrogradphysError as error:
        raise type(error)(f"the metric {name!r}: {error}") from error
    except Exception as error:  # The metric may be anybody's: whatever it raises, its name is told.
        shapes = f"of outputs {np.shape(outputs)} and targets {np.shape(targets)}"
        raise InputError(f"the metric {name!r} {shapes} fails: {type(error).__name__}: {error}") from error


def objective(loss: Any = "mse", penalty: Any = None, metrics: Any = ()) -> Objective:
    """Choose what a network is trained for.

    Args:
        loss: a name, or a function of outputs and targets, both (batch, …), that returns their mean.
        penalty: a function of the parameters by name, added to the loss.
        metrics: names, functions of outputs and targets, or a dictionary of such by name.

    Raises:
        InputError: there is none of a name, or something that is none of these.

    >>> list(objective("mse", metrics=["mae", "accuracy"]).metrics)
    ['mae', 'accuracy']
    """
    if penalty is not None and not callable(penalty):
        raise InputError(f"a penalty is a function of the parameters by name, not {brief(penalty)}")
    found = loss_of(loss)
    return Objective(found, penalty, _metrics(metrics, _of_logits(found)))


def _metrics(given: Any, logits: bool) -> dict[str, Callable[..., Any]]:
    """Choose metrics, each with a name of its own."""
    if given is None or isinstance(given, str) or callable(given):
        given = [] if given is None else [given]
    if not isinstance(given, Iterable):
        raise InputError(f"metrics are names and functions, not {brief(given)}")
    found: dict[str, Callable[..., Any]] = {}
    for one in given:
        name, f = (one, metric_of(given[one])) if isinstance(given, Mapping) else (one, metric_of(one))
        name = known = name if isinstance(name, str) else getattr(name, "__name__", "metric")
        while name in found:
            name = f"{known}_{len(found) + 1}"
        # Of logits, those above 0 mean yes.
        found[name] = partial(f, threshold=0.0) if logits and f in (accuracy, binary_accuracy) else f
    return found


def _of_logits(loss: Any) -> bool:
    """Whether a loss takes outputs whose sign is the answer."""
    return bool(getattr(loss, "keywords", {}).get("from_logits")) or loss is LOSSES["hinge"]
