"""Losses for targets that are numbers: squares, absolute values, and Huber's between the two."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError
from microgradphys.losses.fitting import Reduction, fitted, reduced


def mse(
    outputs: Any, targets: Any, reduction: Literal["mean", "sum", "half", "none"] = "mean", weights: Any = None
) -> Any:
    """Compute squared errors: their mean 1/n Σ (y − t)², or another of the forms that lectures use.

    Args:
        outputs: the outputs y, (samples, …).
        targets: the targets t, in the same shape.
        reduction: "mean" over all samples and outputs; "sum" for Σ (y − t)²; "half" for ½ Σ (y − t)², whose gradient
            is y − t; "none" for one number a sample.
        weights: how much each sample counts, (samples,).

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: there is no such reduction.

    >>> y, t = [1.0, 2.0, 4.0, 4.0], [1.0, 1.0, 2.0, 4.0]
    >>> mse(y, t), mse(y, t, "sum"), mse(y, t, "half")
    (1.25, 5.0, 2.5)
    """
    outputs, targets = fitted("mse", outputs, targets)
    squares = (outputs - targets) ** 2
    if reduction == "half":
        return 0.5 * reduced("mse", squares, "sum", weights)
    return reduced("mse", squares, reduction, weights)


def mae(outputs: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None) -> Any:
    """Compute the mean absolute error 1/n Σ |y − t|; where y = t, its derivative is 0.

    Args:
        outputs: the outputs y, (samples, …).
        targets: the targets t, in the same shape.
        reduction: "mean", "sum", or "none" for one number a sample.
        weights: how much each sample counts, (samples,).

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: there is no such reduction.

    >>> mae([1.0, 2.0], [3.0, 2.0])
    1.0
    """
    outputs, targets = fitted("mae", outputs, targets)
    return reduced("mae", np.absolute(outputs - targets), reduction, weights)


def huber(outputs: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None, *, delta: float = 1.0) -> Any:
    """Compute ½ e² of errors e = y − t up to δ, and δ (|e| − ½ δ) of larger ones, which pull no harder.

    P. Huber, Robust estimation of a location parameter (1964).

    Args:
        outputs: the outputs y, (samples, …).
        targets: the targets t, in the same shape.
        reduction: "mean", "sum", or "none" for one number a sample.
        weights: how much each sample counts, (samples,).
        delta: δ, where the square ends.

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: δ is not positive, or there is no such reduction.

    >>> huber([1.0], [0.0]), huber([5.0], [0.0])
    (0.5, 4.5)
    """
    if not isinstance(delta, (int, float, np.number)) or not 0 < delta < math.inf:
        raise InputError(f"huber: delta={delta!r} is not a positive number")
    outputs, targets = fitted("huber", outputs, targets)
    error = outputs - targets
    # The same in one formula, without |e|, whose second derivative at 0 would be wrong here.
    near = np.clip(error, -delta, delta)
    return reduced("huber", near * (error - 0.5 * near), reduction, weights)
