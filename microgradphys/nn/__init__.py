"""Networks: neurons and layers that know their parameters, and the losses that they are trained by."""

from microgradphys.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    cross_entropy,
    hinge,
    huber,
    kl_divergence,
    mae,
    mse,
    sparse_categorical_crossentropy,
)
from microgradphys.nn.activation import Activation
from microgradphys.nn.convolution import Conv1D, Conv2D
from microgradphys.nn.dropout import Dropout
from microgradphys.nn.embedding import Embedding
from microgradphys.nn.gru import GRU
from microgradphys.nn.layer import Dense
from microgradphys.nn.loading import load
from microgradphys.nn.lstm import LSTM
from microgradphys.nn.maxout import Maxout
from microgradphys.nn.module import Module
from microgradphys.nn.normalisation import BatchNorm, LayerNorm
from microgradphys.nn.pooling import AveragePool1D, AveragePool2D, MaxPool1D, MaxPool2D
from microgradphys.nn.recurrent import RNN
from microgradphys.nn.scalar import MLP, Layer, Neuron
from microgradphys.nn.sequential import Sequential
from microgradphys.nn.shapes import Flatten, Reshape
from microgradphys.scopes import training

__all__ = [
    "GRU",
    "LSTM",
    "MLP",
    "RNN",
    "Activation",
    "AveragePool1D",
    "AveragePool2D",
    "BatchNorm",
    "Conv1D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "Layer",
    "LayerNorm",
    "MaxPool1D",
    "MaxPool2D",
    "Maxout",
    "Module",
    "Neuron",
    "Reshape",
    "Sequential",
    "binary_crossentropy",
    "categorical_crossentropy",
    "cross_entropy",
    "hinge",
    "huber",
    "kl_divergence",
    "load",
    "mae",
    "mse",
    "sparse_categorical_crossentropy",
    "training",
]
