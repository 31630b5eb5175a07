"""Networks and functions to be exported: to ONNX, PyTorch and JAX alike."""

from __future__ import annotations

from functools import partial

import numpy as np
from layer_cases import CASES

import microgradphys as mgp
from microgradphys import Value, nn
from microgradphys.nn.activations import ACTIVATIONS


class Residual(nn.Module):
    """A module of one's own: layers in a list, led around, scaled by a parameter that is one number."""

    def __init__(self, units):
        self.scale = Value(0.5, "α")
        self.inside = [nn.Dense(units, "tanh"), nn.Dense(units)]

    def forward(self, x):
        y = x
        for layer in self.inside:
            y = layer(y)
        return x + self.scale * y


def _convolution():
    yield nn.Conv2D(4, 3, activation="relu", padding="same")
    yield nn.MaxPool2D(2)
    yield nn.BatchNorm()
    yield nn.Conv2D(3, 3, strides=2)
    yield nn.Flatten()
    yield nn.Dense(5, "softmax")


# What makes the layers, and the shape of one sample; every layer by itself, and several together.
NETWORKS = {
    **{case.id: (lambda case=case: [case.make()], case.shape) for case in CASES},
    **{name: (lambda name=name: [nn.Dense(7, name), nn.Dense(3, name)], (4,)) for name in sorted(ACTIVATIONS)},
    "convolution": (_convolution, (12, 12, 2)),
    "lstm and more": (lambda: [nn.LSTM(4, return_sequences=True), nn.GRU(3), nn.Dense(2)], (5, 3)),
    "words": (lambda: [nn.Embedding(3, 4), nn.GRU(3), nn.Dense(2)], (5,)),
    "of one's own": (lambda: [Residual(4), nn.Activation("gelu"), Residual(4)], (4,)),
}


def network(name, dtype=np.float64):
    """Make a network, with parameters and buffers that are nowhere 0 or 1 by themselves."""
    layers, _ = NETWORKS[name]
    model = nn.Sequential(*layers(), dtype=dtype, seed=4)
    model(inputs(name, 1, dtype))
    generator = np.random.default_rng(7)
    for parameter in model.parameters():
        parameter.data = parameter.data + generator.normal(0.0, 0.1, parameter.shape).astype(parameter.dtype)
    for layer in model:
        for key in layer.buffer_names:
            data = getattr(layer, key)
            setattr(layer, key, np.abs(data + generator.normal(0.0, 0.1, data.shape)).astype(data.dtype))
    return model


def inputs(name, size, dtype=np.float64):
    """Draw a batch."""
    generator = np.random.default_rng(size)
    shape = (size, *NETWORKS[name][1])
    if "Embedding" in name or name == "words":
        return generator.integers(0, 3, shape)
    return generator.normal(size=shape).astype(dtype)


def outputs(f, *args):
    """Predict."""
    with mgp.no_grad():
        y = f(*args)
    return np.asarray(y.data if isinstance(y, Value) else y)


def random_network(seed):
    """Make a network of random width, depth and activations."""
    generator = np.random.default_rng(seed)
    layers = [
        nn.Dense(int(generator.integers(1, 9)), generator.choice(sorted(ACTIVATIONS))) for _ in range(seed % 4 + 1)
    ]
    return nn.Sequential(*layers, input_shape=(int(generator.integers(1, 6)),), seed=seed)


def row_function(row, static):
    """Make a function that is one row of the table."""
    return partial(getattr(mgp.recording.values, row.name), **static)


def arguments(sample, dtype=np.float64):
    """Take a sample of the table apart: arguments, and options."""
    args, static = sample if len(sample) == 2 and isinstance(sample[1], dict) else (sample, {})
    return tuple(np.asarray(a, dtype) for a in args), static


# Functions of a batch x of shape (n, 4, 3) whose shapes and indices are written in many ways.
SHAPED = {
    "last step": lambda x: x[:, -1] * 2.0,
    "backwards": lambda x: x[:, ::-1] - x[::-1],
    "backwards from the middle": lambda x: x[:, 2:0:-1, ::-2],
    "new axes": lambda x: x[:, None, 1:3, ..., None] + 1.0,
    "positions": lambda x: x[:, [2, 0, 0]],
    "positions twice": lambda x: x[:, [2, 0], [1, 1]],
    "all of the batch as a row": lambda x: np.tanh(x.reshape(-1)),
    "batch last": lambda x: np.transpose(x, (1, 2, 0)) * 3.0,
    "batch twice": lambda x: np.sum(x, axis=2) @ np.sum(x, axis=2).T,
    "swapped": lambda x: np.swapaxes(x, 1, -1)[:, 0],
    "as many as there are": lambda x: np.sum(x, axis=0) / len(x),
    "one more": lambda x: np.concatenate([x, x[:1]]),
    "spread": lambda x: np.broadcast_to(x[:, :1], x.shape) * x,
    "zeros": lambda x: np.concatenate([np.zeros((len(x), 2, 3)), x], axis=1),
    "stacked": lambda x: np.stack([x[:, 0], x[:, 1] ** 2], axis=-1),
    "padded": lambda x: np.pad(x, ((0, 0), (2, 1), (0, 3))),
    "tiled": lambda x: np.tile(x, (1, 2, 1)),
    "split": lambda x: np.split(x, 2, axis=1)[1],
    "einsum": lambda x: np.einsum("nij,nkj->nik", x, x),
    "mean of all": lambda x: np.mean(x) + x[:, 0, 0],
    "norms": lambda x: np.linalg.norm(x, axis=(1, 2)) + np.var(x, axis=1, ddof=1)[:, 0] + np.std(x, axis=(1, 2)),
    "soft over two axes": lambda x: mgp.softmax(x, axis=(1, 2)) + mgp.log_softmax(x, axis=(1, 2)),
    "cumulated": lambda x: np.cumsum(x, axis=1) + mgp.logsumexp(x, axis=2, keepdims=True),
    "chosen": lambda x: np.where(x > 0.0, x, -1.0) + np.where(np.argmax(x, axis=2) == 1, 1.0, 0.0)[..., None],
    "truths": lambda x: np.where(np.any(x > 1.0, axis=2) | np.all(x < 0.5, axis=2), 1.0, 2.0),
    "drawn out": lambda x: np.diff(x, axis=1) * np.clip(x[:, 1:], -0.5, 0.5),
    "the same": lambda x: x,
}
