"""`LSTM`: long short-term memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.data import counted
from microgradphys.functions import sigmoid
from microgradphys.nn.gated import Gated, each
from microgradphys.nn.initialisers import Initialiser, initialiser_of
from microgradphys.nn.recurrent import States


class LSTM(Gated):
    """Long short-term memory: a state c_t that gates write, forget and read.

    With σ the logistic function, and each gate with a W, U and b of its own, in this order:

    - i_t = σ(x_t W + h_(t−1) U + b), the input gate: what is written
    - f_t = σ(x_t W + h_(t−1) U + b), the forget gate: what is kept
    - o_t = σ(x_t W + h_(t−1) U + b), the output gate: what is read
    - c̃_t = tanh(x_t W + h_(t−1) U + b), what might be written

    c_t = f_t c_(t−1) + i_t c̃_t, and the outputs are h_t = o_t tanh(c_t).

    Args:
        units: the number of neurons.
        return_sequences: whether the outputs of all steps come out, (batch, time, units), or those of the last.
        kernel_initializer: how the weights of the inputs begin: a name, a number, or a function of a generator and a
            shape; each gate's begin for themselves.
        recurrent_initializer: how the weights of the outputs of the step before begin.
        bias_initializer: how the biases begin, but those of the forget gate.
        forget_bias: how the biases of the forget gate begin: at 1 the layer remembers at first (R. Jozefowicz and
            others, An empirical exploration of recurrent network architectures, 2015).

    Attributes:
        W: the weights of the inputs (4, features, units), once there are any.
        U: the weights of the outputs of the step before (4, units, units).
        b: the biases (4, units).

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the inputs are no sequences, or have another number of features than before.

    Sources: S. Hochreiter and J. Schmidhuber, Long short-term memory (1997); F. Gers and others, Learning to forget:
    continual prediction with LSTM (2000).

    >>> layer = LSTM(2)
    >>> y = layer(np.zeros((5, 4, 3)))
    >>> y.shape, y.scope, [p.shape for p in layer.parameters()]
    ((5, 2), ('step 4',), [(4, 3, 2), (4, 2, 2), (4, 2)])
    """

    states = 2
    gates = 4

    def __init__(
        self,
        units: int,
        *,
        return_sequences: bool = False,
        kernel_initializer: str | float | Initialiser = "glorot_uniform",
        recurrent_initializer: str | float | Initialiser = "orthogonal",
        bias_initializer: str | float | Initialiser = "zeros",
        forget_bias: float = 1.0,
    ) -> None:
        """Remember what to make."""
        self.units, self.return_sequences = counted("units", units), return_sequences
        self.kernel_initializer, self.recurrent_initializer = kernel_initializer, recurrent_initializer
        self.bias_initializer, self.forget_bias = bias_initializer, forget_bias
        for given in (kernel_initializer, recurrent_initializer, bias_initializer):
            initialiser_of(given)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make the weights and biases of all gates."""
        self.make_weights(shape)
        self.b = self.parameter("b", self._biases, (4, self.units))

    def _biases(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
        """Begin as each gate should."""
        begin = each(self.bias_initializer)(generator, shape)
        begin[1] = self.forget_bias
        return begin

    def step(self, part: Any, state: States, t: int) -> States:
        """Compute the gates, the state and the outputs of a step."""
        h, c = state
        s = self.named(f"s_{t}", part + h @ self.U)
        gates = sigmoid(s[:3])
        i, f, o = (self.named(f"{name}_{t}", gates[k]) for k, name in enumerate("ifo"))
        new = self.named(f"c̃_{t}", np.tanh(s[3]))
        c = self.named(f"c_{t}", f * c + i * new)
        return self.named(f"h_{t}", o * np.tanh(c)), c
