"""Penalties on large weights, to be added to a loss: L1 makes many of them 0, L2 makes all smaller."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from microgradphys.errors import InputError

# What a layer adds, or scales by, without regard to which input it sees: a penalty on it would only shift the outputs.
_OFFSETS = frozenset({"b", "bias", "beta", "gamma", "offset", "scale", "shift"})


def is_weight(name: str) -> bool:
    """Whether a parameter is a weight by its name, and not a bias as b or b_h, nor the scale of a norm.

    >>> is_weight("dense_1.W"), is_weight("gru_1.b_h"), is_weight("layers.0.neurons.1.w.0")
    (True, False, True)
    """
    words = [word for word in name.split(".") if not word.isdigit()]
    return not words or words[-1].partition("_")[0] not in _OFFSETS


def weights_of(parameters: Any, which: Callable[[str], bool] = is_weight) -> dict[str, Any]:
    """Choose the parameters that a penalty is for.

    Args:
        parameters: a Module, or its parameters by name.
        which: says of a name whether it is one; all but biases and scales, if not given.

    Raises:
        InputError: parameters have no names.

    >>> list(weights_of({"hidden.W": 1.0, "hidden.b": 2.0}))
    ['hidden.W']
    """
    named = parameters.named_parameters() if hasattr(parameters, "named_parameters") else parameters
    if isinstance(named, (int, float)):
        raise InputError(
            f"a penalty takes parameters first: fit(…, penalty=lambda p: losses.l2(p, {named!r})) has this strength"
        )
    if not isinstance(named, Mapping):
        raise InputError("a penalty takes a Module, or its parameters by name, as model.named_parameters() gives them")
    return {name: value for name, value in named.items() if which(name)}


def l1(parameters: Any, strength: float = 0.01, which: Callable[[str], bool] = is_weight) -> Any:
    """Compute λ Σ |w|; where w = 0, its derivative is 0.

    Args:
        parameters: a Module, or its parameters by name.
        strength: λ.
        which: says of a name whether its parameter counts; all but biases and scales, if not given.

    Raises:
        InputError: λ is negative, or parameters have no names.

    >>> l1({"W": np.array([3.0, -4.0]), "b": 100.0}, 0.5)
    3.5
    """
    return _total(np.absolute, parameters, strength, which)


def l2(parameters: Any, strength: float = 0.01, which: Callable[[str], bool] = is_weight) -> Any:
    """Compute λ Σ w², as Keras does; the gradient is 2 λ w, so weight decay by λ is this with λ / 2.

    Args:
        parameters: a Module, or its parameters by name.
        strength: λ.
        which: says of a name whether its parameter counts; all but biases and scales, if not given.

    Raises:
        InputError: λ is negative, or parameters have no names.

    >>> l2({"W": np.array([3.0, -4.0]), "b": 100.0}, 0.5)
    12.5
    """
    return _total(np.square, parameters, strength, which)


def _total(size: Callable[[Any], Any], parameters: Any, strength: float, which: Callable[[str], bool]) -> Any:
    """Sum the sizes of all weights."""
    if not isinstance(strength, (int, float, np.number)) or not 0 <= strength < math.inf:
        raise InputError(f"the strength of a penalty is a number, 0 or more, not {strength!r}")
    sums = [np.sum(size(w)) if np.ndim(w) else size(w) for w in weights_of(parameters, which).values()]
    whole = strength * sum(sums[1:], sums[0]) if sums else 0.0
    return float(whole) if isinstance(whole, np.generic) else whole
