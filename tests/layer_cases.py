"""Every array layer with the shape of a sample, for the tests that all of them must pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys import nn


@dataclass(frozen=True)
class Case:
    """A way to make a layer, the shape of one sample, and how many derivatives central differences can tell."""

    make: Callable[[], Any]
    shape: tuple[int, ...]
    outputs: tuple[int, ...]
    parameters: int
    order: int = 2
    whole: bool = False

    def inputs(self, batch: int = 2, dtype: Any = np.float64) -> Any:
        """Draw a batch."""
        rng = np.random.default_rng(batch)
        if self.whole:
            return rng.integers(3, size=(batch, *self.shape))
        return rng.normal(size=(batch, *self.shape)).astype(dtype)

    @property
    def id(self) -> str:
        """The call that makes the layer."""
        return repr(self.make())


CASES = [
    Case(lambda: nn.Dense(2, "tanh", bias_initializer="normal"), (3,), (2,), 8),
    Case(lambda: nn.Dense(2, use_bias=False), (4, 3), (4, 2), 6),
    Case(lambda: nn.Conv1D(2, 3, activation="tanh", bias_initializer="normal"), (5, 2), (3, 2), 14),
    Case(lambda: nn.Conv1D(2, 2, 2, "same", use_bias=False), (5, 1), (3, 2), 4),
    Case(lambda: nn.Conv2D(2, 2, activation="tanh", bias_initializer="normal"), (3, 4, 1), (2, 3, 2), 10),
    Case(lambda: nn.Conv2D(1, (2, 3), (2, 1), 1, "sigmoid"), (3, 3, 2), (2, 3, 1), 13),
    Case(lambda: nn.Conv2D(1, [3, 3], padding="same"), (3, 2, 1), (3, 2, 1), 10),
    Case(lambda: nn.MaxPool1D(), (5, 2), (2, 2), 0),
    Case(lambda: nn.MaxPool2D((2, 1), 1), (3, 2, 2), (2, 2, 2), 0),
    Case(lambda: nn.AveragePool1D(3, 1), (4, 1), (2, 1), 0),
    Case(lambda: nn.AveragePool2D(), (4, 5, 1), (2, 2, 1), 0),
    Case(lambda: nn.Flatten(), (2, 3, 1), (6,), 0),
    Case(lambda: nn.Reshape((3, -1)), (6,), (3, 2), 0),
    Case(lambda: nn.Reshape(4), (2, 2), (4,), 0),
    Case(lambda: nn.Dropout(0.5), (3,), (3,), 0),
    Case(lambda: nn.Activation("softplus"), (3,), (3,), 0),
    Case(lambda: nn.BatchNorm(0.9, 1e-2), (2, 3), (2, 3), 6),
    Case(lambda: nn.LayerNorm(1e-2), (2, 3), (2, 3), 6),
    Case(lambda: nn.Maxout(2, 3, bias_initializer="normal"), (3,), (2,), 24),
    Case(lambda: nn.Embedding(3, 2), (4,), (4, 2), 6, whole=True),
    Case(lambda: nn.RNN(2, bias_initializer="normal"), (3, 2), (2,), 10),
    Case(lambda: nn.RNN(2, "sigmoid", return_sequences=True, use_bias=False), (3, 1), (3, 2), 6),
    Case(lambda: nn.LSTM(2), (3, 1), (2,), 32),
    Case(lambda: nn.LSTM(1, return_sequences=True, forget_bias=0.5), (2, 2), (2, 1), 16),
    Case(lambda: nn.GRU(2, bias_initializer="normal"), (3, 1), (2,), 30),
    Case(lambda: nn.GRU(1, return_sequences=True), (2, 2), (2, 1), 15),
]
