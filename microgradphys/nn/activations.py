"""Activation functions by the names that layers take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from microgradphys.functions import (
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    logsigmoid,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
)
from microgradphys.named import chosen


def linear(x: Any) -> Any:
    """Return the input as it is.

    >>> linear(2.0)
    2.0
    """
    return x


ACTIVATIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "elu": elu,
        "gelu": gelu,
        "identity": linear,
        "leaky_relu": leaky_relu,
        "linear": linear,
        "log_softmax": log_softmax,
        "logsigmoid": logsigmoid,
        "relu": relu,
        "sigmoid": sigmoid,
        "silu": silu,
        "softmax": softmax,
        "softplus": softplus,
        "swish": silu,
        "tanh": np.tanh,
    }
)


def activation_of(given: str | Callable[..., Any] | None) -> Callable[..., Any]:
    """Return an activation function: by its name, as itself, or the identity for None.

    Raises:
        InputError: there is none of this name.

    >>> activation_of("relu")(-1.0), activation_of(None)(-1.0)
    (0.0, -1.0)
    """
    return linear if given is None else chosen("activation", ACTIVATIONS, given)
