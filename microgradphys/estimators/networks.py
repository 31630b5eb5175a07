"""The networks of estimators: layers of neurons by their sizes, or what a function of the user's makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError
from microgradphys.nn import Dense, Module, Sequential

# scikit-learn's names for what others call otherwise.
_ACTIVATIONS = MappingProxyType({"identity": "linear", "logistic": "sigmoid"})


@dataclass(frozen=True)
class Layers:
    """A network of dense layers, described.

    Args:
        inputs: how many inputs there are.
        hidden: how many neurons each hidden layer has.
        outputs: how many outputs there are; what the last layer computes is not squeezed.
        activation: of the hidden layers.
        dtype: "float64" or "float32".

    >>> Layers(3, (8, 8), 1, "tanh").build()
    Sequential(Dense(8, activation='tanh'), Dense(8, activation='tanh'), Dense(1))
    """

    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    activation: str | Callable[..., Any]
    dtype: str = "float64"

    def build(self) -> Sequential:
        """Make the network; its weights are drawn from the common generator."""
        name = self.activation
        activation = _ACTIVATIONS.get(name, name) if isinstance(name, str) else name
        layers = [Dense(units, activation) for units in self.hidden]
        return Sequential(*layers, Dense(self.outputs), input_shape=(self.inputs,), dtype=self.dtype)


def sizes_of(given: Any) -> tuple[int, ...]:
    """Take the sizes of hidden layers: several, one, or none.

    Raises:
        InputError: one of them is not a number of neurons.

    >>> sizes_of([64, 64]), sizes_of(10), sizes_of(())
    ((64, 64), (10,), ())
    """
    sizes = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
            raise InputError(
                f"hidden_layer_sizes={brief(given)}: the size of a hidden layer must be > 0, a whole number"
            )
    return tuple(map(int, sizes))


def made(network: Callable[[int, int], Any], inputs: int, outputs: int) -> Module:
    """Let a function make a network, and see whether it is one for such data.

    Raises:
        InputError: it is none, or has another number of outputs.

    >>> made(lambda inputs, outputs: Sequential(Dense(outputs)), 3, 2)
    Sequential(Dense(2))
    """
    if not callable(network) or isinstance(network, Module):
        raise InputError(
            f"network is a function of the numbers of inputs and outputs that makes an nn.Module, not {brief(network)}"
        )
    found = network(inputs, outputs)
    if not isinstance(found, Module):
        raise InputError(f"network({inputs}, {outputs}) made {brief(found)}, which is not an nn.Module")
    shape = np.shape(found.predict(np.zeros((1, inputs))))
    if shape != (1, outputs):
        raise InputError(
            f"network({inputs}, {outputs}) made a network whose outputs for one sample have shape {shape}, and not "
            f"(1, {outputs}): its last layer needs {outputs} unit{'s' * (outputs != 1)}"
        )
    return found
