"""Networks of scalar Values, one for each weight: those of micrograd, whose programs run with another import.

>>> import random
>>> from microgradphys.nn import MLP
>>> random.seed(1337)
>>> model = MLP(2, [3, 1])
>>> model
MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]
>>> loss = (1 - model([0.5, -1.0])) ** 2
>>> loss.backward()
>>> len(model.parameters()), model.layers[0].neurons[1].w[0].name
(13, 'W_21^(1)')

Weights, sums and outputs have the names of the lectures, and layers are scopes, so that pictures and formulas of a
network read like the blackboard: `viz.draw(loss, view="network")`.

Source: A. Karpathy, micrograd (2020), github.com/karpathy/micrograd.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from microgradphys.errors import ShapeError
from microgradphys.nn.module import Module
from microgradphys.recording import constant
from microgradphys.scopes import scope
from microgradphys.value import Value


class Neuron(Module):
    """One neuron: relu(b + w_1 x_1 + … + w_n x_n).

    Args:
        nin: the number of inputs.
        nonlin: whether relu is applied to the sum.

    Attributes:
        w: the weights, one for each input, uniform between -1 and 1 by `random.uniform`.
        b: the bias, 0 at first.

    Raises:
        ShapeError: it is called with another number of inputs.

    >>> neuron = Neuron(2, nonlin=False)
    >>> neuron.w[0].data, neuron.w[1].data = 2.0, 3.0
    >>> neuron([10.0, 1.0])
    Value(data=23.0, grad=None, name='s')
    """

    one_by_one = True

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        """Draw the weights."""
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin
        self._sum, self._output = "s", "a"
        _name(self)

    def __call__(self, x: Any) -> Value:
        """Compute the output of inputs that are Values or numbers."""
        inputs = _inputs(x)
        if len(inputs) != len(self.w):
            raise ShapeError(f"a neuron with {len(self.w)} weights needs as many inputs, not {len(inputs)}")
        # Starts at the bias, as micrograd's does: sums of floats in another order differ in the last digit.
        total = sum((w * part for w, part in zip(self.w, inputs, strict=True)), self.b).named(self._sum)
        return total.relu().named(self._output) if self.nonlin else total

    def config(self) -> dict[str, Any]:
        """Return the arguments that make such a neuron again.

        >>> Neuron(3).config()
        {'nin': 3, 'nonlin': True}
        """
        return {"nin": len(self.w), "nonlin": self.nonlin}

    def __repr__(self) -> str:
        """Show the kind and the number of inputs."""
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side, each of which sees every input.

    Args:
        nin: the number of inputs.
        nout: the number of neurons.
        kwargs: options of the neurons.

    >>> Layer(2, 3)
    Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)]
    >>> len(Layer(2, 3)([1.0, 2.0])), Layer(2, 1)([1.0, 2.0]).shape
    (3, ())
    """

    one_by_one = True

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        """Make the neurons, one after the other."""
        self._arguments = {"nin": nin, "nout": nout, **kwargs}
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]
        for unit, neuron in enumerate(self.neurons, 1):
            _name(neuron, unit)

    def __call__(self, x: Any) -> Any:
        """Compute the outputs: a list of Values, or the Value itself where there is one neuron."""
        inputs = _inputs(x)
        outputs = [neuron(inputs) for neuron in self.neurons]
        return outputs[0] if len(outputs) == 1 else outputs

    def config(self) -> dict[str, Any]:
        """Return the arguments that make such a layer again.

        >>> Layer(3, 2, nonlin=False).config()
        {'nin': 3, 'nout': 2, 'nonlin': False}
        """
        return self._arguments

    def __repr__(self) -> str:
        """Show the neurons."""
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """A multilayer perceptron: layers one after the other, relu after all but the last.

    Args:
        nin: the number of inputs.
        nouts: the number of neurons in each layer.

    >>> model = MLP(2, [4, 1])
    >>> model([0.5, -1.0]).scope
    ('layer 2',)
    """

    one_by_one = True

    def __init__(self, nin: int, nouts: Iterable[int]) -> None:
        """Make the layers, each in a scope of its own."""
        sizes = [nin, *nouts]
        self._arguments = {"nin": nin, "nouts": sizes[1:]}
        self.layers: list[Layer] = []
        for depth in range(1, len(sizes)):
            with scope(f"layer {depth}"):
                layer = Layer(sizes[depth - 1], sizes[depth], nonlin=depth < len(sizes) - 1)
            for unit, neuron in enumerate(layer.neurons, 1):
                _name(neuron, unit, depth)
            self.layers.append(layer)

    def __call__(self, x: Any) -> Any:
        """Compute the outputs of the last layer from inputs that are Values or numbers."""
        x = _inputs(x)
        for depth, layer in enumerate(self.layers, 1):
            with scope(f"layer {depth}"):
                x = layer(x)
        return x

    def config(self) -> dict[str, Any]:
        """Return the arguments that make such a network again.

        >>> MLP(3, [4, 1]).config()
        {'nin': 3, 'nouts': [4, 1]}
        """
        return self._arguments

    def __repr__(self) -> str:
        """Show the layers."""
        return f"MLP of [{', '.join(map(str, self.layers))}]"


def _inputs(x: Any) -> list[Value]:
    """List inputs as Values; numbers become constants with names, made once for all neurons; one number is one input.

    >>> [value.name for value in _inputs([Value(1.0, "p"), 2.0])]
    ['p', 'x_2']
    """
    parts = [x] if isinstance(x, (int, float)) or getattr(x, "shape", None) == () else x
    return [part if isinstance(part, Value) else constant(part, f"x_{k}") for k, part in enumerate(parts, 1)]


def _name(neuron: Neuron, unit: int = 0, depth: int = 0) -> None:
    """Name a neuron's Values as the lectures do: W_21^(1) leads from input 1 to neuron 2 of layer 1."""
    raised = f"^({depth})" if depth else ""
    lowered = f"_{unit}" if unit else ""
    for k, weight in enumerate(neuron.w, 1):
        place = (f"{unit}{k}" if unit < 10 > k else f"{{{unit},{k}}}") if unit else f"{k}"
        weight.name = f"{'W' if unit else 'w'}_{place}{raised}"
    neuron.b.name = f"b{lowered}{raised}"
    neuron._sum, neuron._output = f"s{lowered}{raised}", f"a{lowered}{raised}"
