"""Metrics: what is watched beside the loss while a network learns, on plain arrays, by name.

Every loss is a metric by its name, too. A function of scikit-learn's `metrics` is one as it is: `metric_of` hands it
targets and outputs in its own order, as labels where it wants labels.

>>> from sklearn.metrics import f1_score
>>> f1 = metric_of(f1_score)
>>> f1([[0.9], [0.2], [0.7]], [1, 0, 0])
0.6666666666666666
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any

import numpy as np

from microgradphys.errors import InputError, ShapeError
from microgradphys.losses import LOSSES, mse
from microgradphys.losses.fitting import fitted
from microgradphys.named import chosen

Metric = Callable[..., Any]
# What scikit-learn calls predictions in spite of wanting probabilities.
_OF_PROBABILITIES = frozenset({"log_loss", "d2_log_loss_score"})
_OF_SKLEARN = {"auc": "roc_auc_score", "f1": "f1_score", "precision": "precision_score", "recall": "recall_score"}


def labels(outputs: Any, threshold: float = 0.5) -> Any:
    """Return the answers of a classifier: which of several outputs is the largest, or whether a single one is large.

    Args:
        outputs: of the network, (samples, …, classes), or (samples,) or (samples, 1) of yes or no.
        threshold: above which a single output means yes: ½ for a probability, 0 for a logit.

    Returns:
        Whole numbers, one for each sample.

    >>> labels([[0.1, 0.9], [0.6, 0.4]]), labels([[0.2], [0.7]])
    (array([1, 0]), array([0, 1]))
    """
    outputs = np.asarray(outputs)
    if outputs.ndim > 1 and outputs.shape[-1] > 1:
        return outputs.argmax(-1)
    return (outputs > threshold).astype(np.intp).reshape(outputs.shape[:-1] if outputs.ndim > 1 else outputs.shape)


def accuracy(outputs: Any, targets: Any, weights: Any = None, *, threshold: float | None = None) -> float:
    """Compute the share of right answers, whatever form outputs and targets have.

    Args:
        outputs: of the network, (samples, …, classes), or (samples,) or (samples, 1) of yes or no.
        targets: one-hot in the same shape, or the numbers of the classes.
        weights: how much each sample counts, (samples,).
        threshold: above which a single output means yes; if not given, 0 where targets are −1 and +1, and else ½.

    Raises:
        ShapeError: outputs and targets do not fit.

    >>> accuracy([[0.1, 0.9], [0.6, 0.4]], [1, 1]), accuracy([0.3, -2.0], [1, -1])
    (0.5, 1.0)
    """
    outputs, targets = np.asarray(outputs), np.asarray(targets)
    if outputs.ndim > 1 and outputs.shape[-1] > 1:
        return _share("accuracy", outputs.argmax(-1), _classes(outputs.shape, targets), weights)
    outputs, targets = fitted("accuracy", outputs, targets)
    middle = 0.0 if targets.min() < 0 else 0.5
    return _share("accuracy", outputs > (middle if threshold is None else threshold), targets > middle, weights)


def binary_accuracy(outputs: Any, targets: Any, weights: Any = None, *, threshold: float = 0.5) -> float:
    """Compute the share of right answers among all outputs, each of which is a yes or a no.

    Args:
        outputs: of the network, (samples, …).
        targets: 1 or 0, in the same shape.
        weights: how much each sample counts, (samples,).
        threshold: above which an output means yes.

    Raises:
        ShapeError: outputs and targets do not fit.

    >>> binary_accuracy([[0.1, 0.9], [0.6, 0.4]], [[0, 1], [0, 0]])
    0.75
    """
    outputs, targets = fitted("binary_accuracy", outputs, targets)
    return _share("binary_accuracy", outputs > threshold, targets > 0.5, weights)


def rmse(outputs: Any, targets: Any, weights: Any = None) -> float:
    """Compute the root of the mean squared error, in the unit of the targets.

    Args:
        outputs: of the network, (samples, …).
        targets: in the same shape.
        weights: how much each sample counts, (samples,).

    Raises:
        ShapeError: outputs and targets do not fit.

    >>> rmse([1.0, 1.0], [4.0, 4.0])
    3.0
    """
    return float(np.sqrt(mse(outputs, targets, weights=weights)))


def r2(outputs: Any, targets: Any, weights: Any = None) -> float:
    """Compute the share of the targets' variance that outputs explain: 1 at best, 0 for the mean of the targets.

    Of several outputs, it is the average.

    Args:
        outputs: of the network, (samples, …).
        targets: in the same shape.
        weights: how much each sample counts, (samples,).

    Raises:
        ShapeError: outputs and targets do not fit.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.7857142857142857
    """
    outputs, targets = fitted("r2", outputs, targets)
    off = np.average((targets - outputs) ** 2, 0, weights)
    spread = np.average((targets - np.average(targets, 0, weights)) ** 2, 0, weights)
    # Of targets that are all the same, all is explained or nothing.
    explained = np.where(spread == 0, off == 0, 1 - off / np.where(spread == 0, 1, spread))
    return float(explained.mean())


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        **LOSSES,
        "acc": accuracy,
        "accuracy": accuracy,
        "binary_accuracy": binary_accuracy,
        "categorical_accuracy": accuracy,
        "r2": r2,
        "r2_score": r2,
        "rmse": rmse,
        "root_mean_squared_error": rmse,
        "sparse_categorical_accuracy": accuracy,
    }
)


def metric_of(given: str | Metric) -> Metric:
    """Return a metric: by its name, a function of outputs and targets as itself, or one of scikit-learn's.

    Raises:
        InputError: there is none of this name, or it is no function.

    >>> metric_of("mae")([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    if function := _OF_SKLEARN.get(given) if isinstance(given, str) else None:
        raise InputError(f"{given!r} is scikit-learn's: from sklearn.metrics import {function}; metrics=[{function}]")
    found = chosen("metric", METRICS, given)
    if not callable(found):
        raise InputError(f"a metric is a name or a function of outputs and targets, not {given!r}")
    return _turned(found) if getattr(found, "__module__", "").startswith("sklearn.metrics.") else found


def _turned(function: Any) -> Metric:
    """Make a metric of a function of scikit-learn, whose targets come first."""
    second = list(inspect.signature(function).parameters)[1:2]
    of_labels = (
        function.__module__.endswith("._classification")
        and second == ["y_pred"]
        and function.__name__ not in _OF_PROBABILITIES
    )

    @wraps(function)
    def turned(outputs: Any, targets: Any, weights: Any = None) -> Any:
        outputs, targets = np.asarray(outputs), np.asarray(targets)
        several = outputs.ndim > 1 and outputs.shape[-1] > 1
        if of_labels:
            targets = _classes(outputs.shape, targets) if several else targets.ravel()
            outputs = labels(outputs)
        elif outputs.shape[1:] == (1,):
            outputs, targets = outputs[:, 0], targets.ravel()
        return function(targets, outputs, **({} if weights is None else {"sample_weight": weights}))

    return turned


def _classes(shape: tuple[int, ...], targets: Any) -> Any:
    """Return the numbers of the classes that targets say."""
    if targets.shape == shape:
        return targets.argmax(-1)
    if targets.shape not in (shape[:-1], (*shape[:-1], 1)):
        raise ShapeError(f"accuracy: outputs of shape {shape} and targets of shape {targets.shape} do not fit")
    return targets.reshape(shape[:-1])


def _share(metric: str, given: Any, wanted: Any, weights: Any) -> float:
    """Compute how many of the answers are right."""
    right = np.asarray(given == wanted, np.float64)
    if weights is None:
        return float(right.mean())
    weights = np.asarray(weights)
    if weights.shape != right.shape[:1]:
        raise ShapeError(f"{metric}: weights of shape {weights.shape} do not fit {right.shape[0]} samples")
    return float(np.average(right.reshape(len(right), -1).mean(1), weights=weights))
