"""Layers that go through a sequence step by step: what they have in common, and `RNN`, the simplest of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from microgradphys.data import counted
from microgradphys.errors import InputError, ShapeError
from microgradphys.functions import taken
from microgradphys.nn.activations import activation_of
from microgradphys.nn.initialisers import Initialiser, initialiser_of
from microgradphys.nn.layer import ArrayLayer
from microgradphys.scopes import scope
from microgradphys.value import Value

States = tuple[Any, ...]


class Recurrent(ArrayLayer):
    """A layer whose output at one step is an input at the next; each step is a scope: step 1, step 2.

    Attributes:
        states: the number of arrays (batch, units) that are handed on; the first of them is the output.
    """

    states: int = 1
    units: int
    return_sequences: bool
    W: Value
    U: Value

    def forward(self, x: Any) -> Any:
        """Compute the outputs of the last step (batch, units), or of all (batch, time, units)."""
        x = taken(x)
        features, shape = self.W.shape[-2], np.shape(x)
        if len(shape) != 3 or shape[-1] != features or not shape[1]:
            wanted = f"(batch, time, {features}) and at least one step"
            raise ShapeError(f"{type(self).__name__} needs inputs of shape {wanted}, not {shape}")
        outputs: list[Any] = []
        state: States = (np.zeros((shape[0], self.units), self.dtype),) * self.states
        for t, part in enumerate(self.parts(x), 1):
            with scope(f"step {t}"):
                state = self.step(part, state, t)
            outputs.append(state[0])
        return np.stack(outputs, axis=1) if self.return_sequences else outputs[-1]

    def parts(self, x: Any) -> Sequence[Any]:
        """Return what comes in at each step: the inputs (batch, features), unless a subclass prepares them.

        Args:
            x: the inputs (batch, time, features).
        """
        return [x[:, t] for t in range(np.shape(x)[1])]

    def step(self, part: Any, state: States, t: int) -> States:
        """Compute the next state, as a subclass says.

        Args:
            part: what `parts` gave for this step.
            state: the arrays (batch, units) that the step before handed on, zeros at first.
            t: the number of the step, from 1, for names.
        """
        raise InputError(f"{type(self).__name__} has no `step(self, part, state, t)`: write one that returns states")

    def features(self, shape: tuple[int, ...]) -> int:
        """Return the number of features in a sample, or refuse it.

        >>> RNN(2).features((50, 3))
        3
        """
        if len(shape) != 2:
            hint = "; if they come from a recurrent layer, it needs return_sequences=True" if len(shape) == 1 else ""
            raise ShapeError(f"{type(self).__name__} needs samples of shape (time, features), not {shape}{hint}")
        return shape[-1]


class RNN(Recurrent):
    """Neurons that see the inputs of a step and their own outputs before it: h_t = tanh(x_t W + h_(t−1) U + b).

    Args:
        units: the number of neurons.
        activation: the name of a function, or a function.
        return_sequences: whether the outputs of all steps come out, (batch, time, units), or those of the last.
        kernel_initializer: how the weights of the inputs begin: a name, a number, or a function of a generator and a
            shape.
        recurrent_initializer: how the weights of the outputs begin: orthogonal ones keep lengths at first.
        bias_initializer: how the biases begin.
        use_bias: whether there are biases.

    Attributes:
        W: the weights of the inputs (features, units), once there are any.
        U: the weights of the outputs of the step before (units, units).
        b: the biases (units,), or None.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the inputs are no sequences, or have another number of features than before.

    Source: J. Elman, Finding structure in time (1990).

    >>> layer = RNN(2, return_sequences=True)
    >>> y = layer(np.zeros((5, 4, 3)))
    >>> y.shape, [p.shape for p in layer.parameters()]
    ((5, 4, 2), [(3, 2), (2, 2), (2,)])
    """

    b: Value | None

    def __init__(
        self,
        units: int,
        activation: str | Callable[..., Any] | None = "tanh",
        *,
        return_sequences: bool = False,
        kernel_initializer: str | float | Initialiser = "glorot_uniform",
        recurrent_initializer: str | float | Initialiser = "orthogonal",
        bias_initializer: str | float | Initialiser = "zeros",
        use_bias: bool = True,
    ) -> None:
        """Remember what to make."""
        self.units, self.activation = counted("units", units), activation
        self.return_sequences, self.use_bias = return_sequences, use_bias
        self.kernel_initializer, self.recurrent_initializer = kernel_initializer, recurrent_initializer
        self.bias_initializer = bias_initializer
        for given in (kernel_initializer, recurrent_initializer, bias_initializer):
            initialiser_of(given)
        activation_of(activation)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make weights for so many features, and biases."""
        self.W = self.parameter("W", self.kernel_initializer, (self.features(shape), self.units))
        self.U = self.parameter("U", self.recurrent_initializer, (self.units, self.units))
        self.b = self.parameter("b", self.bias_initializer, (self.units,)) if self.use_bias else None

    def step(self, part: Any, state: States, t: int) -> States:
        """Compute the outputs of a step."""
        s = part @ self.W + state[0] @ self.U
        if self.b is not None:
            s = s + self.b
        return (self.named(f"h_{t}", activation_of(self.activation)(self.named(f"s_{t}", s))),)
