"""`BatchNorm` and `LayerNorm`: numbers of mean 0 and variance 1, then scaled and shifted as the network learns it."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys import scopes
from microgradphys.errors import InputError, ShapeError
from microgradphys.functions import stop
from microgradphys.nn.layer import ArrayLayer, wide
from microgradphys.value import Value


class BatchNorm(ArrayLayer):
    """Normalise each channel, the last axis, over all others: γ (x − mean) / √(var + epsilon) + β.

    While the network learns, mean and var are those of the batch, var with the number of samples as divisor; the
    layer keeps running ones, as Keras does: running = momentum · running + (1 − momentum) · that of the batch.
    (PyTorch's momentum is 1 minus this one, and its running variance has one sample less as divisor.) In a prediction
    mean and var are the running ones.

    Args:
        momentum: how much of the running mean and variance is kept at each batch, from 0 to 1.
        epsilon: what is added to the variance, 0 or more.

    Attributes:
        gamma: the scales (channels,), 1 at first, once there are any.
        beta: the shifts (channels,), 0 at first.
        running_mean: the mean (channels,) for predictions, 0 at first: a buffer.
        running_var: the variance (channels,) for predictions, 1 at first: a buffer.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the inputs are no batch, have other channels than before, or are to be learnt from and
            there are none.

    Source: S. Ioffe and C. Szegedy, Batch normalization (2015).

    >>> from microgradphys.scopes import training
    >>> layer = BatchNorm(momentum=0.5, epsilon=0.0)
    >>> with training():
    ...     layer(np.array([[1.0], [3.0]])).data.ravel()
    array([-1.,  1.])
    >>> layer.running_mean, layer.running_var
    (array([1.]), array([1.]))
    """

    buffer_names = ("running_mean", "running_var")
    gamma: Value
    beta: Value
    running_mean: Any = None
    running_var: Any = None

    def __init__(self, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        """Remember how to average."""
        self.momentum = fraction("momentum", momentum, 1.0)
        self.epsilon = fraction("epsilon", epsilon)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make a scale, a shift, a running mean and a running variance for each channel."""
        channels = (self.width(shape),)
        self.gamma = self.parameter("γ", 1.0, channels)
        self.beta = self.parameter("β", 0.0, channels)
        self.running_mean = np.zeros(channels, self.dtype)
        self.running_var = np.ones(channels, self.dtype)

    def forward(self, x: Any) -> Any:
        """Normalise, and remember the mean and variance of the batch if the network learns."""
        wide(self, x, self.gamma.shape[0], 2)
        mean, var = self.running_mean, self.running_var
        if scopes.current.get().training:
            if 0 in np.shape(x):
                raise ShapeError(f"BatchNorm learns from samples, and there are none in inputs of shape {np.shape(x)}")
            axes = tuple(range(np.ndim(x) - 1))
            mean, var = np.mean(x, axis=axes), np.var(x, axis=axes)
            self.running_mean = self._running(self.running_mean, mean)
            self.running_var = self._running(self.running_var, var)
        return (x - mean) * (self.gamma / np.sqrt(var + self.epsilon)) + self.beta

    def _running(self, before: Any, now: Any) -> Any:
        """Average over time: a plain array, or while a function is compiled what it can return."""
        now = stop(now)
        if isinstance(now, Value) and scopes.current.get().trace is None:
            now = now.data
        return before * self.momentum + now * (1.0 - self.momentum)


class LayerNorm(ArrayLayer):
    """Normalise each sample over its last axis: γ (x − mean) / √(var + epsilon) + β, in training and predictions alike.

    Args:
        epsilon: what is added to the variance, 0 or more.

    Attributes:
        gamma: the scales (inputs,), 1 at first, once there are any.
        beta: the shifts (inputs,), 0 at first.

    Raises:
        InputError: epsilon is none.
        ShapeError: later, when it is called with another number of inputs.

    Source: J. Ba and others, Layer normalization (2016).

    >>> LayerNorm(epsilon=0.0)(np.array([[1.0, 3.0], [5.0, 5.5]])).data
    array([[-1.,  1.],
           [-1.,  1.]])
    """

    gamma: Value
    beta: Value

    def __init__(self, epsilon: float = 1e-3) -> None:
        """Remember what is added."""
        self.epsilon = fraction("epsilon", epsilon)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make a scale and a shift for each input."""
        inputs = (self.width(shape),)
        self.gamma, self.beta = self.parameter("γ", 1.0, inputs), self.parameter("β", 0.0, inputs)

    def forward(self, x: Any) -> Any:
        """Normalise."""
        wide(self, x, self.gamma.shape[0])
        distance = x - np.mean(x, axis=-1, keepdims=True)
        var = np.mean(distance * distance, axis=-1, keepdims=True)
        return distance / np.sqrt(var + self.epsilon) * self.gamma + self.beta


def fraction(what: str, given: Any, most: float = np.inf) -> float:
    """Return a number between 0 and another, or refuse it.

    >>> fraction("momentum", 0.9, 1.0)
    0.9
    """
    if isinstance(given, bool) or not isinstance(given, (int, float, np.floating)) or not 0 <= given <= most:
        limit = "" if most == np.inf else f", and at most {most:g}"
        raise InputError(f"{what}={given!r} is not a number, 0 or more{limit}")
    return float(given)
