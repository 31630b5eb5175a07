"""`GRU`: the gated recurrent unit."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.data import counted
from microgradphys.functions import sigmoid
from microgradphys.nn.gated import Gated, each
from microgradphys.nn.initialisers import Initialiser, initialiser_of
from microgradphys.nn.recurrent import States
from microgradphys.value import Value


class GRU(Gated):
    """Gated recurrent unit: an output h_t that gates keep or replace.

    With σ the logistic function, and each gate with a W, U, b and b_h of its own, in this order:

    - z_t = σ(x_t W + b + h_(t−1) U + b_h), the update gate: what is kept
    - r_t = σ(x_t W + b + h_(t−1) U + b_h), the reset gate: what is seen of the step before
    - h̃_t = tanh(x_t W + b + r_t (h_(t−1) U + b_h)), what might replace it

    The outputs are h_t = z_t h_(t−1) + (1 − z_t) h̃_t. The reset gate acts after the weights, as in PyTorch and Keras.

    Args:
        units: the number of neurons.
        return_sequences: whether the outputs of all steps come out, (batch, time, units), or those of the last.
        kernel_initializer: how the weights of the inputs begin: a name, a number, or a function of a generator and a
            shape; each gate's begin for themselves.
        recurrent_initializer: how the weights of the outputs of the step before begin.
        bias_initializer: how the biases begin.

    Attributes:
        W: the weights of the inputs (3, features, units), once there are any.
        U: the weights of the outputs of the step before (3, units, units).
        b: the biases (3, units).
        b_h: the biases (3, units) that the reset gate acts upon.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the inputs are no sequences, or have another number of features than before.

    Source: K. Cho and others, Learning phrase representations using RNN encoder-decoder (2014).

    >>> layer = GRU(2)
    >>> layer(np.zeros((5, 4, 3))).shape, [p.shape for p in layer.parameters()]
    ((5, 2), [(3, 3, 2), (3, 2, 2), (3, 2), (3, 2)])
    """

    gates = 3
    b_h: Value

    def __init__(
        self,
        units: int,
        *,
        return_sequences: bool = False,
        kernel_initializer: str | float | Initialiser = "glorot_uniform",
        recurrent_initializer: str | float | Initialiser = "orthogonal",
        bias_initializer: str | float | Initialiser = "zeros",
    ) -> None:
        """Remember what to make."""
        self.units, self.return_sequences = counted("units", units), return_sequences
        self.kernel_initializer, self.recurrent_initializer = kernel_initializer, recurrent_initializer
        self.bias_initializer = bias_initializer
        for given in (kernel_initializer, recurrent_initializer, bias_initializer):
            initialiser_of(given)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make the weights and biases of all gates."""
        self.make_weights(shape)
        self.b = self.parameter("b", each(self.bias_initializer), (3, self.units))
        self.b_h = self.parameter("b_h", each(self.bias_initializer), (3, self.units))

    def step(self, part: Any, state: States, t: int) -> States:
        """Compute the gates and the outputs of a step."""
        (h,) = state
        s = self.named(f"s_{t}", h @ self.U + np.expand_dims(self.b_h, 1))
        gates = sigmoid(part[:2] + s[:2])
        z, r = (self.named(f"{name}_{t}", gates[k]) for k, name in enumerate("zr"))
        new = self.named(f"h̃_{t}", np.tanh(part[2] + r * s[2]))
        return (self.named(f"h_{t}", z * h + (1.0 - z) * new),)
