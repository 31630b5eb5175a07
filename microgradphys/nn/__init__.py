"""Networks: neurons and layers that know their parameters."""

from microgradphys.nn.layer import Dense
from microgradphys.nn.loading import load
from microgradphys.nn.module import Module
from microgradphys.nn.scalar import MLP, Layer, Neuron
from microgradphys.nn.sequential import Sequential
from microgradphys.scopes import training

__all__ = ["MLP", "Dense", "Layer", "Module", "Neuron", "Sequential", "load", "training"]
