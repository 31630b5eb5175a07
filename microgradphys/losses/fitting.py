"""What all losses share: outputs and targets of one shape, and one number for all samples."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from microgradphys import scopes
from microgradphys.data import as_data, raw
from microgradphys.errors import InputError, ShapeError
from microgradphys.recording import values
from microgradphys.value import Value

Reduction = Literal["mean", "sum", "none"]


def taken(x: Any) -> Any:
    """Take outputs or targets in: Values as they are, lists of Values as one Value, anything else as data.

    >>> taken([Value(1.0), Value(2.0)]).data
    array([1., 2.])
    """
    x = _joined(x)
    return x if isinstance(x, Value) else as_data(x)


def _joined(x: Any) -> Any:
    """Stack the Values of a list, or of lists in it, as a network of scalar neurons returns them."""
    if not isinstance(x, (list, tuple)):
        return x
    parts = [_joined(part) for part in x]
    return values.stack(*parts, axis=0) if any(isinstance(part, Value) for part in parts) else x


def fitted(loss: str, outputs: Any, targets: Any) -> tuple[Any, Any]:
    """Return outputs and targets in one shape and one type, or say why they do not fit.

    Args:
        loss: who asks, for the message.
        outputs: of any shape.
        targets: of the same shape, but for an axis of length 1 at the end that either may have.

    Raises:
        ShapeError: they differ in more than that, or there are no samples.

    >>> y, t = fitted("mse", np.zeros((3, 1)), [1, 2, 3])
    >>> t.shape
    (3, 1)
    """
    outputs, targets = taken(outputs), taken(targets)
    shape, given = np.shape(outputs), np.shape(targets)
    if shape != given:
        if given != (*shape, 1) and shape != (*given, 1):
            raise ShapeError(
                f"{loss}: outputs of shape {shape} and targets of shape {given} do not fit{_advice(shape)}"
            )
        targets = np.reshape(targets, shape)
    if not np.size(outputs):
        raise ShapeError(f"{loss}: there are no samples in outputs of shape {shape}")
    return outputs, typed(targets, outputs)


def _advice(shape: tuple[int, ...]) -> str:
    """Say what would fit."""
    return f"; each of the {shape[0]} samples needs a target of shape {shape[1:] or '()'}" if shape else ""


def typed(x: Any, like: Any) -> Any:
    """Return x in the type of an array like which it is used, so that float32 stays float32.

    >>> typed(np.zeros(2), np.zeros(2, np.float32)).dtype
    dtype('float32')
    """
    dtype = getattr(like, "dtype", np.float64)
    return x.astype(dtype) if np.ndim(x) and x.dtype != dtype else x


def visible(x: Any) -> Any:
    """Return the numbers of outputs or targets, for a check; None while a function is compiled, which has none.

    >>> visible(Value([1.0, 2.0]))
    array([1., 2.])
    """
    return None if scopes.current.get().trace is not None else np.asarray(raw(x))


def check_between(loss: str, what: str, x: Any, low: float, high: float, advice: str) -> None:
    """Refuse numbers that the loss has no meaning for; nan may pass, for it has a cause of its own.

    >>> check_between("hinge", "targets", [1.0, 3.0], -1, 1, "they are -1 or 1")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: hinge: 3.0 is among the targets; they are -1 or 1
    """
    seen = visible(x)
    if seen is not None and ((seen < low) | (seen > high)).any():
        odd = seen[(seen < low) | (seen > high)].flat[0]
        raise InputError(f"{loss}: {odd.item()!r} is among the {what}; {advice}")


def reduced(loss: str, each: Any, reduction: str, weights: Any = None) -> Any:
    """Make one number of the losses of all samples.

    Args:
        loss: who asks, for the message.
        each: the losses, (samples, …).
        reduction: "mean", "sum", or "none" for one loss a sample, the mean over its outputs.
        weights: how much each sample counts, (samples,), or each output of each, (samples, …); a mean is the weighted
            mean Σ w E / Σ w, so that a weight of 2 is the sample twice.

    Raises:
        InputError: there is no such reduction.
        ShapeError: the weights do not fit.

    >>> reduced("mse", np.array([1.0, 4.0]), "mean", weights=[2.0, 1.0])
    2.0
    """
    if reduction not in ("mean", "sum", "none"):
        raise InputError(f"{loss}: there is no reduction {reduction!r}: there are 'mean', 'sum' and 'none'")
    if weights is not None:
        weights = typed(taken(weights), each)
        _check_weights(loss, np.shape(weights), np.shape(each))
    whole = _weighted(each, reduction, weights)
    return whole if isinstance(whole, Value) or np.ndim(whole) else float(whole)


def _check_weights(loss: str, given: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Refuse weights that are not those of samples, or of their outputs."""
    if given != shape[: len(given)]:
        raise ShapeError(
            f"{loss}: weights of shape {given} do not fit {shape[0] if shape else 1} samples with losses of shape "
            f"{shape}"
        )


def _weighted(each: Any, reduction: str, weights: Any) -> Any:
    """Reduce over what a sample has, then over the samples."""
    axes = np.ndim(each)
    if reduction == "none":
        each = _over(np.mean, each, 1) if weights is None or np.ndim(weights) < 2 else each
        return each if weights is None else _over(np.mean, weights * each, 1)
    combine = np.mean if reduction == "mean" else np.sum
    if weights is None:
        return combine(each) if axes else each
    each = weights * _over(combine, each, np.ndim(weights))
    if np.ndim(each) == 0 or reduction == "sum":
        return np.sum(each) if np.ndim(each) else each
    total = np.sum(weights)
    return np.sum(each) / np.where(total == 0, 1.0, total)


def _over(combine: Any, x: Any, axis: int) -> Any:
    """Combine along an axis and all after it, if there are any."""
    return combine(x, axis=tuple(range(axis, np.ndim(x)))) if np.ndim(x) > axis else x
