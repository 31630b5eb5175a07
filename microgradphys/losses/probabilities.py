"""Logarithms of probabilities, which are finite where a probability is 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from microgradphys.functions import log_softmax
from microgradphys.losses.fitting import check_between

# What rounding may add to a probability.
ROUNDING = 1e-6
# What a loss is called that is the same from logits.
_FROM_LOGITS = {
    "binary_crossentropy": "binary_cross_entropy_with_logits",
    "categorical_crossentropy": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy",
}


def ln(p: Any) -> Any:
    """Compute ln p, not below that of e⁻¹⁰⁰, or of the least normal number if the type has none so small.

    >>> float(ln(np.array(0.0)))
    -100.0
    """
    least = max(math.exp(-100.0), float(np.finfo(getattr(p, "dtype", np.float64)).tiny))
    return np.log(np.maximum(p, least))


def ln_classes(loss: str, outputs: Any, from_logits: bool) -> Any:
    """Compute the logarithms of the probabilities of classes.

    >>> ln_classes("kl_divergence", np.array([1000.0, 0.0]), True)
    array([    0., -1000.])
    """
    if from_logits:
        return log_softmax(outputs) if np.ndim(outputs) else outputs
    check_probabilities(loss, outputs)
    return ln(outputs)


def check_probabilities(loss: str, outputs: Any) -> None:
    """Refuse outputs that are no probabilities.

    >>> check_probabilities("kl_divergence", [0.0, 1.0])
    """
    named = f", as {_FROM_LOGITS[loss]!r} does" if loss in _FROM_LOGITS else ""
    advice = f"what is no probability is a logit: say from_logits=True{named}, or end with a sigmoid or a softmax"
    check_between(loss, "outputs", outputs, -ROUNDING, 1 + ROUNDING, advice)
