"""Losses by the names that Keras, PyTorch and lectures give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from microgradphys.errors import InputError
from microgradphys.losses.classification import (
    binary_crossentropy,
    categorical_crossentropy,
    cross_entropy,
    hinge,
    kl_divergence,
    sparse_categorical_crossentropy,
)
from microgradphys.losses.regression import huber, mae, mse
from microgradphys.named import chosen

Loss = Callable[..., Any]
_binary_from_logits = partial(binary_crossentropy, from_logits=True)

LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "bce": binary_crossentropy,
        "binary_cross_entropy": binary_crossentropy,
        "binary_cross_entropy_with_logits": _binary_from_logits,
        "binary_crossentropy": binary_crossentropy,
        "categorical_crossentropy": categorical_crossentropy,
        "cross_entropy": cross_entropy,
        "half_sse": partial(mse, reduction="half"),
        "hinge": hinge,
        "huber": huber,
        "huber_loss": huber,
        "kl": kl_divergence,
        "kl_divergence": kl_divergence,
        "l1_loss": mae,
        "mae": mae,
        "mean_absolute_error": mae,
        "mean_squared_error": mse,
        "mse": mse,
        "mse_loss": mse,
        "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
        "sse": partial(mse, reduction="sum"),
    }
)


def loss_of(given: str | Loss) -> Loss:
    """Return a loss: by its name, or as itself, any function of outputs and targets.

    Raises:
        InputError: there is none of this name, or it is no function.

    >>> loss_of("mse")([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    found = chosen("loss", LOSSES, given)
    if not callable(found):
        raise InputError(f"a loss is a name or a function of outputs and targets, not {given!r}")
    return found
