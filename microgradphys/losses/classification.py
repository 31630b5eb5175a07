"""Losses for targets that are classes: cross-entropies from probabilities and from logits, hinge, and KL divergence.

Probabilities are what a sigmoid or a softmax returns, logits what goes into it. From logits, nothing overflows, and a
wrong answer keeps its gradient however sure the network is of it. From probabilities, ln p is at least −100 (−87 in
float32), as in PyTorch, so that p = 0 does not make the loss infinite; the gradient there is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.errors import InputError, ShapeError
from microgradphys.functions import relu, softplus
from microgradphys.losses.fitting import Reduction, check_between, fitted, reduced, taken, visible
from microgradphys.losses.probabilities import ROUNDING, check_probabilities, ln, ln_classes


def binary_crossentropy(
    outputs: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None, *, from_logits: bool = False
) -> Any:
    """Compute −t ln p − (1 − t) ln(1 − p) for answers that are yes or no.

    Args:
        outputs: the probabilities p of yes, (samples, …), or their logits.
        targets: 1 for yes and 0 for no, or numbers between them, in the same shape.
        reduction: "mean", "sum", or "none" for one number a sample.
        weights: how much each sample counts, (samples,).
        from_logits: whether the outputs are logits.

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: outputs or targets are no probabilities, or there is no such reduction.

    >>> binary_crossentropy([0.5, 1.0], [1, 1], "none")
    array([0.69314718, 0.        ])
    >>> binary_crossentropy([1000.0, -1000.0], [1, 1], "none", from_logits=True)
    array([   0., 1000.])
    """
    name = "binary_crossentropy"
    outputs, targets = fitted(name, outputs, targets)
    check_between(
        name, "targets", targets, -ROUNDING, 1 + ROUNDING, "they are 0 or 1; for classes -1 and +1 there is hinge"
    )
    if from_logits:
        # The same with p = σ(z) put in; its gradient is p − t.
        return reduced(name, softplus(outputs) - targets * outputs, reduction, weights)
    check_probabilities(name, outputs)
    each = -targets * ln(outputs) - (1.0 - targets) * ln(1.0 - outputs)
    return reduced(name, each, reduction, weights)


def categorical_crossentropy(
    outputs: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None, *, from_logits: bool = False
) -> Any:
    """Compute −Σ t ln p over the classes, for targets that are one-hot.

    Args:
        outputs: the probabilities p of each class, (samples, …, classes), or their logits.
        targets: 1 for the class and 0 for the others, or probabilities, in the same shape.
        reduction: "mean" over the samples, "sum", or "none" for one number a sample.
        weights: how much each sample counts, (samples,).
        from_logits: whether the outputs are logits.

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: outputs or targets are no probabilities, or there is no such reduction.

    >>> categorical_crossentropy([[0.25, 0.75]], [[0, 1]])
    0.2876820724517809
    """
    name = "categorical_crossentropy"
    outputs, targets = taken(outputs), taken(targets)
    if np.shape(outputs) != np.shape(targets) and _numbers_fit(outputs, targets):
        raise ShapeError(
            f"{name}: outputs of shape {np.shape(outputs)} need targets of that shape, 1 for the class and 0 for the "
            f"others, not {np.shape(targets)}; for the numbers of classes there is sparse_categorical_crossentropy"
        )
    outputs, targets = fitted(name, outputs, targets)
    check_between(name, "targets", targets, -ROUNDING, 1 + ROUNDING, "they are 1 for the class and 0 for the others")
    return reduced(name, _summed(name, -targets * ln_classes(name, outputs, from_logits)), reduction, weights)


def sparse_categorical_crossentropy(
    outputs: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None, *, from_logits: bool = False
) -> Any:
    """Compute −ln p of the right class, for targets that are the numbers of classes.

    Args:
        outputs: the probabilities p of each class, (samples, …, classes), or their logits.
        targets: the number of the class of each, from 0, (samples, …).
        reduction: "mean" over the samples, "sum", or "none" for one number a sample.
        weights: how much each sample counts, (samples,).
        from_logits: whether the outputs are logits.

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: outputs are no probabilities, targets are no numbers of classes, or there is no such reduction.

    >>> sparse_categorical_crossentropy([[0.25, 0.75]], [1])
    0.2876820724517809
    """
    name = "sparse_categorical_crossentropy"
    outputs, targets = taken(outputs), taken(targets)
    if not _numbers_fit(outputs, targets):
        more = "; for one-hot targets there is categorical_crossentropy"
        raise ShapeError(
            f"{name}: outputs of shape {np.shape(outputs)}, the last axis being the classes, need targets of shape "
            f"{np.shape(outputs)[:-1]}, not {np.shape(targets)}"
            f"{more if np.shape(outputs) == np.shape(targets) else ''}"
        )
    classes = np.shape(outputs)[-1]
    _check_classes(name, targets, classes)
    right = np.reshape(targets, (*np.shape(outputs)[:-1], 1)) == np.arange(classes)
    # Not a product with 0 and 1: the logarithm of a class that is ruled out may be −∞.
    picked = np.where(right, -ln_classes(name, outputs, from_logits), 0.0)
    return reduced(name, _summed(name, picked), reduction, weights)


def cross_entropy(outputs: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None) -> Any:
    """Compute a cross-entropy from logits, as PyTorch means it: of one-hot targets, or of numbers of classes.

    Args:
        outputs: the logits of each class, (samples, …, classes).
        targets: the number of the class of each, from 0, (samples, …), or probabilities in the shape of the outputs.
        reduction: "mean" over the samples, "sum", or "none" for one number a sample.
        weights: how much each sample counts, (samples,).

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: targets are neither, or there is no such reduction.

    >>> cross_entropy([[0.0, 0.0]], [1]) == cross_entropy([[0.0, 0.0]], [[0, 1]]) == float(np.log(2))
    True
    """
    outputs, targets = taken(outputs), taken(targets)
    same = np.ndim(outputs) > 0 and np.shape(outputs) == np.shape(targets)
    if not same and not _numbers_fit(outputs, targets):
        raise ShapeError(
            f"cross_entropy: outputs of shape {np.shape(outputs)}, the last axis being the classes, need targets of "
            f"that shape, or numbers of classes of shape {np.shape(outputs)[:-1]}, not {np.shape(targets)}"
        )
    kind = categorical_crossentropy if same else sparse_categorical_crossentropy
    return kind(outputs, targets, reduction, weights, from_logits=True)


def hinge(outputs: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None) -> Any:
    """Compute max(0, 1 − t y): what an output lacks of being right by 1; at the corner the derivative is 0.

    Args:
        outputs: the outputs y, (samples, …), any numbers: their sign is the answer.
        targets: the targets t, −1 or +1, in the same shape.
        reduction: "mean", "sum", or "none" for one number a sample.
        weights: how much each sample counts, (samples,).

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: a target is neither −1 nor +1, or there is no such reduction.

    >>> hinge([0.5, -2.0, 3.0], [1, 1, 1], "none")
    array([0.5, 3. , 0. ])
    """
    outputs, targets = fitted("hinge", outputs, targets)
    seen = visible(targets)
    if seen is not None and (np.absolute(seen) != 1).any():
        odd = seen[np.absolute(seen) != 1].flat[0]
        raise InputError(f"hinge: {odd.item()!r} is among the targets; they are -1 or +1: 2 * t - 1 if t is 0 or 1")
    return reduced("hinge", relu(1.0 - targets * outputs), reduction, weights)


def kl_divergence(
    outputs: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None, *, from_logits: bool = False
) -> Any:
    """Compute Σ t ln(t / p), the information lost where a distribution t is taken to be p.

    S. Kullback and R. Leibler, On information and sufficiency (1951).

    Args:
        outputs: the probabilities p, (samples, …, classes), or their logits.
        targets: the probabilities t, in the same shape.
        reduction: "mean" over the samples, "sum", or "none" for one number a sample.
        weights: how much each sample counts, (samples,).
        from_logits: whether the outputs are logits.

    Raises:
        ShapeError: outputs and targets do not fit.
        InputError: outputs or targets are no probabilities, or there is no such reduction.

    >>> kl_divergence([[0.5, 0.5]], [[1.0, 0.0]]) == float(np.log(2))
    True
    """
    name = "kl_divergence"
    outputs, targets = fitted(name, outputs, targets)
    check_between(name, "targets", targets, -ROUNDING, 1 + ROUNDING, "they are probabilities")
    apart = targets * (ln(targets) - ln_classes(name, outputs, from_logits))
    return reduced(name, _summed(name, apart), reduction, weights)


def _summed(name: str, x: Any) -> Any:
    """Sum over the classes."""
    if np.ndim(x) == 0 or np.shape(x)[-1] < 2:
        raise ShapeError(
            f"{name} needs outputs of shape (samples, classes), with 2 classes or more, not {np.shape(x)}; "
            "for a single yes or no there is binary_crossentropy"
        )
    return np.sum(x, axis=-1)


def _numbers_fit(outputs: Any, targets: Any) -> bool:
    """Whether targets are one number for each distribution over classes; an axis of length 1 may follow."""
    shape, given = np.shape(outputs), np.shape(targets)
    return len(shape) > 0 and shape[-1] > 1 and given in (shape[:-1], (*shape[:-1], 1))


def _check_classes(name: str, targets: Any, classes: int) -> None:
    """Refuse what is no number of a class; numpy would count negative ones from the end."""
    seen = visible(targets)
    if seen is not None:
        odd = (seen != np.floor(seen)) | (seen < 0) | (seen >= classes)
        if odd.any():
            raise InputError(
                f"{name}: {seen[odd].flat[0].item()!r} is among the targets; they are whole numbers from 0 to "
                f"{classes - 1}"
            )
