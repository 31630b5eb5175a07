"""`Activation`: an activation function as a layer of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgradphys.nn.activations import activation_of
from microgradphys.nn.layer import ArrayLayer


class Activation(ArrayLayer):
    """Apply an activation function.

    Args:
        activation: the name of a function, or a function.

    Raises:
        InputError: there is none of this name.

    >>> Activation("relu")(-1.0)
    0.0
    >>> Activation("relu")
    Activation('relu')
    """

    def __init__(self, activation: str | Callable[..., Any]) -> None:
        """Remember the function."""
        self.activation = activation
        activation_of(activation)

    def forward(self, x: Any) -> Any:
        """Compute the function."""
        return self.named("a", activation_of(self.activation)(x))
