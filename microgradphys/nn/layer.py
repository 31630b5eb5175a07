"""`ArrayLayer`: what the array layers have in common, and `Dense`, the first of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys import randomness
from microgradphys.data import counted
from microgradphys.errors import InputError, ShapeError
from microgradphys.nn.activations import activation_of
from microgradphys.nn.initialisers import Initialiser, initialiser_of
from microgradphys.nn.module import Module
from microgradphys.value import Value


class ArrayLayer(Module):
    """A layer of whole arrays: how it makes parameters, names what it computes, and describes itself.

    A layer keeps the arguments of its constructor, as they were given, in attributes of the same names: so it can be
    written down, in a checkpoint and at a prompt, and made again.

    Attributes:
        dtype: of the parameters: float64, unless the Sequential around it says float32.
        depth: which layer with parameters of a network it is, or follows, for names such as W^(2); 0 if alone.
    """

    dtype: Any = np.float64
    depth: int = 0

    def parameter(self, name: str, initialiser: str | float | Initialiser, shape: tuple[int, ...]) -> Value:
        """Make a parameter, drawn from the common generator.

        >>> ArrayLayer().parameter("b", 0.0, (2,))
        Value(data=array([0., 0.]), grad=None, name='b')
        """
        begin = initialiser_of(initialiser)(randomness.generator(), shape)
        if np.shape(begin) != shape:
            raise ShapeError(f"the initialiser of {name} made numbers of shape {np.shape(begin)}, not {shape}")
        return Value(np.asarray(begin, self.dtype), self.label(name))

    def label(self, name: str) -> str:
        """Write a name as the lectures do, with the number of the layer: W^(2).

        >>> ArrayLayer().label("W")
        'W'
        """
        return f"{name}^({self.depth})" if self.depth else name

    def named(self, name: str, y: Any) -> Any:
        """Name what was computed, if it is a Value that still has no name.

        >>> ArrayLayer().named("s", Value(1.0) + 1).name
        's'
        """
        return y.named(self.label(name)) if isinstance(y, Value) and y.name is None else y

    def width(self, shape: tuple[int, ...]) -> int:
        """Return the length of the last axis of a sample, or refuse a sample that has none.

        >>> ArrayLayer().width((5, 3))
        3
        """
        if not shape:
            raise ShapeError(f"{type(self).__name__} needs inputs of shape (batch, inputs), not a single number")
        return shape[-1]

    def __repr__(self) -> str:
        """Show the call that makes such a layer: the arguments that differ from what they are by default."""
        shown = []
        for name, parameter in inspect.signature(type(self)).parameters.items():
            given = getattr(self, name)
            written = getattr(given, "__name__", repr(given))
            if parameter.default is parameter.empty:
                shown.append(written)
            elif given is not parameter.default and given != parameter.default:
                shown.append(f"{name}={written}")
        return f"{type(self).__name__}({', '.join(shown)})"


class Dense(ArrayLayer):
    """Neurons that see every input: activation(x W + b).

    Args:
        units: the number of neurons.
        activation: the name of a function, or a function; none by default.
        kernel_initializer: how the weights begin: a name, a number, or a function of a generator and a shape.
        bias_initializer: how the biases begin.
        use_bias: whether there are biases.

    Attributes:
        W: the weights (inputs, units), once there are any.
        b: the biases (units,), or None.

    Raises:
        InputError: units is not a number of neurons.
        ShapeError: later, when it is called with another number of inputs.

    >>> layer = Dense(2, "relu", kernel_initializer=1.0)
    >>> layer(np.array([[1.0, 2.0, 3.0]])).data
    array([[6., 6.]])
    >>> layer
    Dense(2, activation='relu', kernel_initializer=1.0)
    """

    W: Value
    b: Value | None

    def __init__(
        self,
        units: int,
        activation: str | Callable[..., Any] | None = None,
        *,
        kernel_initializer: str | float | Initialiser = "glorot_uniform",
        bias_initializer: str | float | Initialiser = "zeros",
        use_bias: bool = True,
    ) -> None:
        """Remember what to make."""
        self.units = counted("units", units)
        self.activation, self.use_bias = activation, use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        for given in (kernel_initializer, bias_initializer):
            initialiser_of(given)
        activation_of(activation)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make weights for so many inputs, and biases."""
        self.W = self.parameter("W", self.kernel_initializer, (self.width(shape), self.units))
        self.b = self.parameter("b", self.bias_initializer, (self.units,)) if self.use_bias else None

    def forward(self, x: Any) -> Any:
        """Compute the outputs (batch, units)."""
        wide(self, x, self.W.shape[0])
        s = x @ self.W
        if self.b is not None:
            s = s + self.b
        return self.named("a", activation_of(self.activation)(self.named("s", s)))


def sizes(what: str, given: Any, axes: int) -> tuple[int, ...]:
    """Return a whole number for every axis: one for all of them, or one for each, in a tuple or a list.

    >>> sizes("kernel_size", 3, 2), sizes("kernel_size", [3, 2], 2)
    ((3, 3), (3, 2))
    """
    many = isinstance(given, (tuple, list))
    if many and len(given) != axes:
        raise InputError(f"{what}={given!r} has {len(given)} numbers, not one for each of {axes} axes")
    return tuple(counted(what, size) for size in given) if many else (counted(what, given),) * axes


def wide(layer: ArrayLayer, x: Any, inputs: int, axes: int = 1) -> None:
    """Refuse inputs that have another length than a layer has weights for, or fewer axes than it needs.

    >>> wide(Dense(1), np.zeros((5, 3)), 3)
    """
    if np.ndim(x) < axes or np.shape(x)[-1] != inputs:
        kind = type(layer).__name__
        raise ShapeError(f"{kind} has weights for {inputs} inputs, and got inputs of shape {np.shape(x)}")
