"""`Sequential`: layers one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np

from microgradphys import randomness
from microgradphys.errors import DataError, InputError
from microgradphys.nn.layer import ArrayLayer
from microgradphys.nn.module import Module
from microgradphys.nn.sample_shape import sample_shape_of
from microgradphys.scopes import no_grad, training
from microgradphys.value import Value


class Sequential(Module):
    """A network of layers, each of which sees what the one before it computed.

    Args:
        layers: the layers, or one list or tuple of them; a layer may be another Sequential, or any Module.
        input_shape: the shape of one sample, or the length of a row, so that all parameters are there at once;
            otherwise the first call tells.
        dtype: of parameters and inputs: float64 or float32; float64 if not given, or that of the Sequential around it.
        seed: a whole number that the weights depend on, instead of the common generator.

    Attributes:
        layers: the layers; each has a name of its own, and is a scope of pictures: dense_1, dense_2.

    Raises:
        InputError: something among the layers is none, stands there twice, or has the name of another.
        DataError: the dtype is another.

    >>> from microgradphys.nn import Dense
    >>> model = Sequential(Dense(3, "tanh"), Dense(1), input_shape=(2,), seed=0)
    >>> {name: value.shape for name, value in model.named_parameters().items()}
    {'dense_1.W': (2, 3), 'dense_1.b': (3,), 'dense_2.W': (3, 1), 'dense_2.b': (1,)}
    >>> model(np.zeros((5, 2))).shape
    (5, 1)
    """

    _own_dtype: bool = True

    def __init__(
        self,
        *layers: Any,
        input_shape: int | tuple[int, ...] | None = None,
        dtype: Any = None,
        seed: int | None = None,
    ) -> None:
        """Name the layers, and make their parameters if the shape of the inputs is known."""
        together = len(layers) == 1 and isinstance(layers[0], (list, tuple))
        self.layers: list[Module] = list(layers[0] if together else layers)
        self.dtype, self._own_dtype, self.seed = np.dtype(dtype or np.float64), dtype is not None, seed
        self._generator = None if seed is None else randomness.started(seed)
        if self.dtype not in (np.float32, np.float64):
            raise DataError(f"a network computes in float32 or float64, not in {self.dtype}")
        for layer in self.layers:
            if not isinstance(layer, Module):
                raise InputError(f"{layer!r} is not a layer{_meant(layer)}")
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise InputError("a layer stands twice in this Sequential: make another, or write a Module that shares it")
        _name(self)
        self.children()
        if input_shape is not None:
            self.initialise(input_shape)

    def initialise(self, input_shape: int | tuple[int, ...]) -> None:
        """Make the parameters that are still missing.

        Args:
            input_shape: the shape of one sample, without the axis of the batch; a number is the length of a row.

        Raises:
            InputError: that is no shape.

        >>> from microgradphys.nn import Dense
        >>> model = Sequential(Dense(1))
        >>> model.initialise((4,))
        >>> [p.shape for p in model.parameters()]
        [(4, 1), (1,)]
        """
        with no_grad(), training(False):
            self(np.zeros((1, *sample_shape_of(input_shape)), self.dtype))

    def children(self) -> dict[str, Module]:
        """Return the layers by name.

        Raises:
            InputError: two of them have the same.

        >>> from microgradphys.nn import Dense
        >>> list(Sequential(Dense(1), Dense(2)).children())
        ['dense_1', 'dense_2']
        """
        if not all(layer.name for layer in self.layers):
            _name(self)
        found = {layer.name: layer for layer in self.layers}
        if len(found) < len(self.layers):
            twice, _ = Counter(layer.name for layer in self.layers).most_common(1)[0]
            raise InputError(f"two layers of this Sequential are called {twice!r}: give one of them another .name")
        return found

    def config(self) -> dict[str, Any]:
        """Return the arguments that make such a network again.

        >>> Sequential(dtype="float32").config()
        {'layers': [], 'dtype': 'float32', 'seed': None}
        """
        if type(self).__init__ is not Sequential.__init__:
            return super().config()
        return {"layers": self.layers, "dtype": self.dtype.name, "seed": self.seed}

    def forward(self, x: Any) -> Any:
        """Compute the outputs of the last layer."""
        x = self.taken(x)
        missing = not all(layer.built for layer in self.layers)
        with randomness.drawing_from(self._generator) if missing and self._generator else nullcontext():
            for layer in self.layers:
                x = layer(x)
        return x

    def taken(self, x: Any) -> Any:
        """Take inputs that are plain data as arrays of the network's dtype; whole numbers stay what they are.

        >>> Sequential(dtype="float32").taken([1.0, 2.0])
        array([1., 2.], dtype=float32)
        """
        if isinstance(x, Value):
            return x
        x = np.asarray(x)
        return x.astype(self.dtype, copy=False) if x.dtype.kind == "f" else x

    def __iter__(self) -> Iterator[Module]:
        """Go through the layers."""
        return iter(self.layers)

    def __len__(self) -> int:
        """Count the layers."""
        return len(self.layers)

    def __getitem__(self, k: int) -> Module:
        """Return a layer."""
        return self.layers[k]

    def __repr__(self) -> str:
        """Show the layers."""
        return f"Sequential({', '.join(map(repr, self.layers))})"


def _meant(thing: Any) -> str:
    """Say what may be meant by what is no layer."""
    if isinstance(thing, str):
        return f"; an activation by its name is nn.Activation({thing!r})"
    if isinstance(thing, type):
        return ", but a class: make one of it, with its arguments"
    return "; a function becomes one as nn.Activation(function)" if callable(thing) else ""


def _name(model: Sequential) -> None:
    """Give every layer without one a name, and every ArrayLayer its dtype and its number."""
    counts: Counter[str] = Counter()
    taken = {layer.name for layer in model.layers}
    depth = 0
    for layer in model.layers:
        kind = type(layer).__name__.lower()
        while not layer.name:
            counts[kind] += 1
            candidate = f"{kind}_{counts[kind]}"
            layer.name = "" if candidate in taken else candidate
        if isinstance(layer, ArrayLayer):
            layer.dtype = model.dtype
            if type(layer).build is not Module.build:
                depth += 1
            layer.depth = depth
        elif isinstance(layer, Sequential) and not layer._own_dtype:
            layer.dtype = model.dtype
            _name(layer)
