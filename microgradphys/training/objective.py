"""What a network is trained for: its loss, with a penalty, and the metrics that are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from microgradphys.data import brief, raw
from microgradphys.errors import InputError, ShapeError
from microgradphys.losses import LOSSES, loss_of
from microgradphys.named import chosen


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
            InputError: one of them is not a number.

        >>> objective("mse", metrics=["mae"]).measured(np.array([[3.0]]), np.array([[1.0]]))
        {'mae': 2.0}
        """
        found = {name: raw(f(outputs, targets)) for name, f in self.metrics.items()}
        if odd := next((name for name, value in found.items() if np.size(value) != 1), None):
            raise InputError(
                f"the metric {odd!r} returned {brief(found[odd])}; it has to return one number for a batch"
            )
        return {name: float(np.reshape(value, ())) for name, value in found.items()}

    def _weighted(self, outputs: Any, targets: Any, weight: Any) -> Any:
        """Compute the weighted mean."""
        try:
            return self.loss(outputs, targets, weights=weight)
        except TypeError as error:
            if "weights" not in str(error):
                raise
            raise InputError(
                "sample_weight needs a loss that takes weights: loss(outputs, targets, weights=…)"
            ) from None


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
    return Objective(found, penalty, dict(_metrics(metrics, _threshold(found))))


def _metrics(given: Any, threshold: float | None) -> Iterable[tuple[str, Callable[..., Any]]]:
    """Choose metrics, each with its name."""
    known = {**LOSSES, "accuracy": partial(accuracy, threshold=threshold)}
    known["acc"] = known["accuracy"]
    if given is None or isinstance(given, str) or callable(given):
        given = [] if given is None else [given]
    if not isinstance(given, Iterable):
        raise InputError(f"metrics are names and functions, not {brief(given)}")
    for one in given:
        name, f = (one, given[one]) if isinstance(given, Mapping) else (one, one)
        f = chosen("metric", known, f)
        if not callable(f):
            raise InputError(f"a metric is a name or a function of outputs and targets, not {brief(f)}")
        yield (name if isinstance(name, str) else getattr(name, "__name__", "metric")), f


def _threshold(loss: Any) -> float | None:
    """Say above which output of a single neuron the answer is yes: 0 for logits and hinge, else as the targets say."""
    logits = getattr(loss, "keywords", {}).get("from_logits") or loss is LOSSES["hinge"]
    return 0.0 if logits else None


def accuracy(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """Compute the share of right answers: the largest of several outputs, or whether a single one is above a threshold.

    Args:
        outputs: of the network, (batch, classes) or (batch, 1).
        targets: in the same shape, or labels of classes (batch,).
        threshold: for a single output; if not given, 0 where targets are −1 and +1, and else ½.

    Raises:
        ShapeError: they do not belong together.

    >>> accuracy(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([1, 1]))
    0.5
    >>> accuracy(np.array([[0.2], [0.9]]), np.array([[0.0], [1.0]]))
    1.0
    """
    outputs, targets = np.asarray(outputs), np.asarray(targets)
    if outputs.ndim > 1 and outputs.shape[-1] > 1:
        labels = targets.argmax(-1) if targets.shape == outputs.shape else targets
        if labels.shape != outputs.shape[:-1]:
            raise ShapeError(f"accuracy: outputs of shape {outputs.shape} and targets of shape {targets.shape}")
        return float((outputs.argmax(-1) == labels).mean())
    if outputs.size != targets.size:
        raise ShapeError(f"accuracy: outputs of shape {outputs.shape} and targets of shape {targets.shape}")
    middle = 0.0 if targets.min() < 0 else 0.5
    yes = outputs.ravel() > (middle if threshold is None else threshold)
    return float((yes == (targets.ravel() > middle)).mean())
