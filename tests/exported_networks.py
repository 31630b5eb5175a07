"""Networks of every kind of layer, to be exported."""

from __future__ import annotations

import numpy as np

import microgradphys as mgp
from microgradphys import Value, nn


class Residual(nn.Module):
    """A module of one's own: a network around which the inputs are led, scaled by a parameter that is one number."""

    def __init__(self, units):
        self.scale = Value(0.5, "α")
        self.inside = [nn.Dense(units, "tanh"), nn.Dense(units)]

    def forward(self, x):
        y = x
        for layer in self.inside:
            y = layer(y)
        return x + self.scale * y


def _convolution(dtype):
    return nn.Sequential(
        nn.Conv2D(4, 3, activation="relu", padding="same"),
        nn.MaxPool2D(2),
        nn.BatchNorm(),
        nn.Conv2D(3, 3, strides=2),
        nn.AveragePool2D(1),
        nn.Flatten(),
        nn.Dense(5, "softmax"),
        input_shape=(12, 12, 2),
        dtype=dtype,
        seed=1,
    )


def _signal(dtype):
    layers = (nn.Conv1D(4, 3, padding="same"), nn.LayerNorm(), nn.Reshape((-1,)), nn.Dropout(0.5), nn.Maxout(3, 2))
    return nn.Sequential(*layers, input_shape=(10, 2), dtype=dtype, seed=2)


def _recurrent(kind, **options):
    return lambda dtype: nn.Sequential(kind(4, **options), nn.Dense(2), input_shape=(6, 3), dtype=dtype, seed=3)


def _dense(activation):
    return lambda dtype: nn.Sequential(
        nn.Dense(7, activation), nn.Dense(3, activation), input_shape=(4,), dtype=dtype, seed=4
    )


def _embedding(dtype):
    model = nn.Sequential(nn.Embedding(11, 4), nn.GRU(3), nn.Dense(2), dtype=dtype, seed=5)
    model(np.zeros((1, 5), int))
    return model


def _own(dtype):
    model = nn.Sequential(Residual(4), nn.Activation("gelu"), Residual(4), input_shape=(4,), dtype=dtype, seed=6)
    return model


NETWORKS = {
    "convolution": _convolution,
    "signal": _signal,
    "rnn": _recurrent(nn.RNN),
    "lstm": _recurrent(nn.LSTM),
    "lstm, all steps": _recurrent(nn.LSTM, return_sequences=True),
    "gru": _recurrent(nn.GRU),
    "embedding": _embedding,
    "own": _own,
    **{name: _dense(name) for name in sorted(nn.activations.ACTIVATIONS)},
}


def network(name, dtype=np.float64):
    """Make one of the networks, with numbers in its parameters and buffers that are nowhere 0 or 1 by themselves."""
    model = NETWORKS[name](dtype)
    generator = np.random.default_rng(7)
    for parameter in model.parameters():
        parameter.data = parameter.data + generator.normal(0.0, 0.1, parameter.shape).astype(parameter.dtype)
    model.set_buffers(
        {
            key: np.abs(data + generator.normal(0.0, 0.1, data.shape)).astype(data.dtype)
            for key, data in model.named_buffers().items()
        }
    )
    return model


def inputs_of(model, size, dtype=np.float64):
    """Draw inputs."""
    generator = np.random.default_rng(size)
    if any(isinstance(layer, nn.Embedding) for layer in model.children().values()):
        return generator.integers(0, 11, (size, *model.sample_shape))
    return generator.normal(size=(size, *model.sample_shape)).astype(dtype)


def outputs(model, x):
    """Predict."""
    with mgp.no_grad():
        return model(x).data
