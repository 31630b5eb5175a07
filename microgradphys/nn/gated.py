"""`Gated`: what recurrent layers have in common whose gates decide what is kept from step to step, LSTM and GRU.

The weights of all gates are one array, the gates along its first axis: `layer.U[1]` belongs to the second gate. What
the inputs contribute is computed for all steps at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microgradphys.nn.initialisers import Initialiser, initialiser_of
from microgradphys.nn.recurrent import Recurrent
from microgradphys.value import Value


class Gated(Recurrent):
    """What LSTM and GRU have in common.

    Attributes:
        gates: the number of gates.
        b: the biases of what comes from the inputs (gates, units).
    """

    gates: int = 1
    b: Value
    kernel_initializer: str | float | Initialiser
    recurrent_initializer: str | float | Initialiser

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the weights of all gates for so many features.

        Args:
            shape: the shape (time, features) of a sample.
        """
        self.W = self.parameter("W", each(self.kernel_initializer), (self.gates, self.features(shape), self.units))
        self.U = self.parameter("U", each(self.recurrent_initializer), (self.gates, self.units, self.units))

    def parts(self, x: Any) -> Sequence[Any]:
        """Compute what the inputs contribute to the gates, (gates, batch, units) for each step."""
        batch, time, features = np.shape(x)
        rows = np.reshape(np.swapaxes(x, 0, 1), (time * batch, features))
        s = rows @ self.W + np.expand_dims(self.b, 1)
        s = np.reshape(s, (self.gates, time, batch, self.units))
        return [s[:, t] for t in range(time)]


def each(given: str | float | Initialiser) -> Initialiser:
    """Let the weights of each gate, along the first axis, begin for themselves.

    >>> each("orthogonal")(np.random.default_rng(0), (4, 1, 1)).shape
    (4, 1, 1)
    """
    begin = initialiser_of(given)
    return lambda generator, shape: np.stack([begin(generator, shape[1:]) for _ in range(shape[0])])
