"""Networks: neurons and layers that know their parameters, and the losses that they are trained by.

In reading order:

scalar         neurons and networks of scalar Values, as micrograd has them
module         anything with parameters: how they are made, named and replaced
members        finding what is in a module
trainable      its methods that train it
storable       its methods that write it to a file
foreign        what other libraries call what it has under another name
seen           what every module in a network returns
summary        the table of its layers
sample_shape   the shape of one sample, as users give it
activations    activation functions by name
initialisers   how weights begin, by name
layer          what the layers of arrays have in common, and `Dense`
sequential     layers one after the other
activation     an activation function as a layer
shapes         `Flatten` and `Reshape`
dropout        neurons that are left out at random
normalisation  `BatchNorm` and `LayerNorm`
maxout         the largest of several straight lines
embedding      a vector to learn for each word
convolution    filters over signals and images
pooling        the largest number of every window, or the average
recurrent      sequences step by step: what those layers have in common, and `RNN`
gated          what the two with gates have in common
lstm           long short-term memory
gru            the gated recurrent unit
saving         a network to a file and back
loading        `load`: a network from a file alone
"""

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
