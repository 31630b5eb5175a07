"""Networks: neurons and layers that know their parameters."""

from microgradphys.nn.scalar import MLP, Layer, Module, Neuron

__all__ = ["MLP", "Layer", "Module", "Neuron"]
