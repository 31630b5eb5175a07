"""`Maxout`: neurons that learn their activation function, as the largest of several straight lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.data import counted
from microgradphys.nn.initialisers import Initialiser, initialiser_of
from microgradphys.nn.layer import ArrayLayer, wide
from microgradphys.value import Value


class Maxout(ArrayLayer):
    """Neurons that each compute several weighted sums and hand on the largest; ties share the gradient equally.

    Args:
        units: the number of neurons.
        pieces: the number of sums of each.
        kernel_initializer: how the weights begin: a name, a number, or a function of a generator and a shape.
        bias_initializer: how the biases begin.
        use_bias: whether there are biases.

    Attributes:
        W: the weights (inputs, units · pieces), the pieces of a neuron side by side, once there are any.
        b: the biases (units · pieces,), or None.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when it is called with another number of inputs.

    Source: I. Goodfellow and others, Maxout networks (2013).

    >>> layer = Maxout(1, 2, kernel_initializer=lambda generator, shape: [[-1.0, 1.0]])
    >>> layer(np.array([[-3.0], [2.0]])).data.ravel()
    array([3., 2.])
    """

    W: Value
    b: Value | None

    def __init__(
        self,
        units: int,
        pieces: int = 2,
        *,
        kernel_initializer: str | float | Initialiser = "glorot_uniform",
        bias_initializer: str | float | Initialiser = "zeros",
        use_bias: bool = True,
    ) -> None:
        """Remember what to make."""
        self.units, self.pieces, self.use_bias = counted("units", units), counted("pieces", pieces), use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        for given in (kernel_initializer, bias_initializer):
            initialiser_of(given)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make weights for so many inputs, and biases."""
        sums = self.units * self.pieces
        self.W = self.parameter("W", self.kernel_initializer, (self.width(shape), sums))
        self.b = self.parameter("b", self.bias_initializer, (sums,)) if self.use_bias else None

    def forward(self, x: Any) -> Any:
        """Compute the outputs (batch, units)."""
        wide(self, x, self.W.shape[0])
        s = x @ self.W
        if self.b is not None:
            s = s + self.b
        pieces = np.reshape(self.named("s", s), (*np.shape(x)[:-1], self.units, self.pieces))
        return self.named("a", np.max(pieces, axis=-1))
