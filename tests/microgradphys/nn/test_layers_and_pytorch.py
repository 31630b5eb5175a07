"""Layers against PyTorch's with the same weights: outputs, gradients of weights and inputs, numbers of parameters.

PyTorch has channels first, and the weights of a dense layer the other way round.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

import microgradphys as mgp
from microgradphys import Value, nn


def moved(array: Any, axes: int) -> Any:
    """Channels last to channels first, of inputs or outputs with so many axes between."""
    return np.moveaxis(array, -1, 1) if axes else array


@dataclass(frozen=True)
class Pair:
    """A layer, PyTorch's, the shape of a sample, and how each of our weights is laid out there."""

    ours: Callable[[], nn.Module]
    theirs: Callable[[], Any]
    shape: tuple[int, ...]
    weights: dict[str, tuple[str, Callable[[Any], Any]]]
    places: int = 0
    whole: int = 0


def same(array: Any) -> Any:
    """As it is."""
    return array


def turned(array: Any) -> Any:
    """The other way round: outputs first, then inputs, then places."""
    return np.moveaxis(array, (-1, -2), (0, 1))


DENSE = {"W": ("weight", turned), "b": ("bias", same)}
NORM = {"gamma": ("weight", same), "beta": ("bias", same)}
F64 = {"dtype": torch.float64}
PAIRS = [
    Pair(lambda: nn.Dense(4), lambda: torch.nn.Linear(3, 4, **F64), (3,), DENSE),
    Pair(lambda: nn.Conv1D(4, 3, 2), lambda: torch.nn.Conv1d(2, 4, 3, 2, **F64), (9, 2), DENSE, 1),
    Pair(
        lambda: nn.Conv1D(4, 3, padding="same"),
        lambda: torch.nn.Conv1d(2, 4, 3, padding="same", **F64),
        (9, 2),
        DENSE,
        1,
    ),
    Pair(lambda: nn.Conv2D(8, 3), lambda: torch.nn.Conv2d(1, 8, 3, **F64), (6, 7, 1), DENSE, 2),
    Pair(
        lambda: nn.Conv2D(3, (2, 3), (2, 1), 1),
        lambda: torch.nn.Conv2d(2, 3, (2, 3), (2, 1), 1, **F64),
        (6, 7, 2),
        DENSE,
        2,
    ),
    Pair(
        lambda: nn.Conv2D(3, 3, padding="same", use_bias=False),
        lambda: torch.nn.Conv2d(2, 3, 3, padding="same", bias=False, **F64),
        (4, 5, 2),
        {"W": DENSE["W"]},
        2,
    ),
    Pair(lambda: nn.MaxPool1D(2), lambda: torch.nn.MaxPool1d(2), (7, 2), {}, 1),
    Pair(lambda: nn.MaxPool2D((3, 2), 1), lambda: torch.nn.MaxPool2d((3, 2), 1), (6, 7, 2), {}, 2),
    Pair(lambda: nn.AveragePool1D(3, 2), lambda: torch.nn.AvgPool1d(3, 2), (7, 2), {}, 1),
    Pair(lambda: nn.AveragePool2D(2), lambda: torch.nn.AvgPool2d(2), (6, 7, 2), {}, 2),
    Pair(lambda: nn.Flatten(), lambda: torch.nn.Flatten(), (3, 2), {}),
    Pair(lambda: nn.LayerNorm(), lambda: torch.nn.LayerNorm(5, eps=1e-3, **F64), (3, 5), NORM),
    Pair(lambda: nn.Embedding(5, 3), lambda: torch.nn.Embedding(5, 3, **F64), (4,), {"W": ("weight", same)}, whole=5),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: repr(pair.ours()))
def test_it_computes_what_pytorch_computes(pair: Pair) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(pair.whole, size=(3, *pair.shape)) if pair.whole else rng.normal(size=(3, *pair.shape))
    layer, other = pair.ours(), pair.theirs()
    layer(x)
    assert sum(p.size for p in layer.parameters()) == sum(p.numel() for p in other.parameters())
    for name, value in layer.named_parameters().items():
        value.data = rng.normal(size=value.shape)
        there, laid = pair.weights[name]
        getattr(other, there).data = torch.tensor(np.ascontiguousarray(laid(value.data)))
    taken = x if pair.whole else Value(x)
    given = torch.tensor(np.ascontiguousarray(moved(x, pair.places)), requires_grad=not pair.whole)
    y, expected = layer(taken), other(given)
    np.testing.assert_allclose(moved(y.data, pair.places), expected.detach().numpy(), rtol=1e-11, atol=1e-12)
    seed = rng.normal(size=y.shape)
    y.backward(seed)
    expected.backward(torch.tensor(np.ascontiguousarray(moved(seed, pair.places))))
    if not pair.whole:
        np.testing.assert_allclose(moved(taken.grad, pair.places), given.grad.numpy(), rtol=1e-10, atol=1e-11)
    for name, (there, laid) in pair.weights.items():
        np.testing.assert_allclose(
            laid(getattr(layer, name).grad), getattr(other, there).grad.numpy(), rtol=1e-10, atol=1e-11
        )


@pytest.mark.parametrize("shape", [(6, 4), (3, 5, 6, 4)])
def test_batch_norm_learns_and_predicts_as_pytorchs(shape: tuple[int, ...]) -> None:
    """Its momentum is 1 minus ours, and its running variance has one sample less as divisor."""
    rng = np.random.default_rng(1)
    kind = torch.nn.BatchNorm2d if len(shape) == 4 else torch.nn.BatchNorm1d
    layer, other = nn.BatchNorm(momentum=0.9), kind(4, eps=1e-3, momentum=0.1, dtype=torch.float64)
    samples = np.prod(shape[:-1])
    layer(np.zeros(shape))
    layer.gamma.data, layer.beta.data = rng.normal(size=(2, 4))
    other.weight.data, other.bias.data = torch.tensor(layer.gamma.data), torch.tensor(layer.beta.data)
    x, seed = rng.normal(size=shape), rng.normal(size=shape)
    taken = Value(x)
    given = torch.tensor(np.ascontiguousarray(np.moveaxis(x, -1, 1)), requires_grad=True)
    with nn.training():
        y = layer(taken)
    expected = other(given)
    y.backward(seed)
    expected.backward(torch.tensor(np.ascontiguousarray(np.moveaxis(seed, -1, 1))))
    np.testing.assert_allclose(np.moveaxis(y.data, -1, 1), expected.detach().numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(np.moveaxis(taken.grad, -1, 1), given.grad.numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(layer.gamma.grad, other.weight.grad.numpy(), rtol=1e-10)
    np.testing.assert_allclose(layer.beta.grad, other.bias.grad.numpy(), rtol=1e-10)
    np.testing.assert_allclose(layer.running_mean, other.running_mean.numpy(), rtol=1e-10)
    unbiased = (layer.running_var - 0.9) * samples / (samples - 1) + 0.9
    np.testing.assert_allclose(unbiased, other.running_var.numpy(), rtol=1e-10)
    other.eval()
    other.running_var = torch.tensor(layer.running_var)
    np.testing.assert_allclose(np.moveaxis(layer(x).data, -1, 1), other(given).detach().numpy(), rtol=1e-10)


def test_maxout_is_the_largest_of_linear_pieces() -> None:
    rng = np.random.default_rng(2)
    layer, x = nn.Maxout(3, 2), rng.normal(size=(4, 5))
    y = layer(x)
    y.backward(np.ones((4, 3)))
    W = torch.tensor(layer.W.data, requires_grad=True)
    expected = (torch.tensor(x) @ W).reshape(4, 3, 2).amax(-1)
    expected.sum().backward()
    np.testing.assert_allclose(y.data, expected.detach().numpy())
    np.testing.assert_allclose(layer.W.grad, W.grad.numpy())


def test_dropout_divides_what_stays_as_pytorchs() -> None:
    mgp.seed(0)
    x = np.ones((40, 50))
    with nn.training():
        y = nn.Dropout(0.2)(x)
    expected = torch.nn.Dropout(0.2)(torch.tensor(x))
    assert set(np.unique(y)) == set(np.unique(expected.numpy())) == {0.0, 1.25}


def gates(order: list[int]) -> Callable[[Any], Any]:
    """Our gates as PyTorch has them: in its order below each other, outputs first."""
    return lambda array: np.concatenate([array[k].T for k in order])


def no_second_bias(other: Any) -> None:
    """PyTorch's RNN and LSTM have two biases that are added: one of them stays 0."""
    other.bias_hh_l0.data = torch.zeros_like(other.bias_hh_l0)


INPUTS, OUTPUTS = ("weight_ih_l0", "weight_hh_l0")
LSTM_ORDER, GRU_ORDER = [0, 1, 3, 2], [1, 0, 2]
RECURRENT = [
    (nn.RNN, torch.nn.RNN, same, {"W": INPUTS, "U": OUTPUTS, "b": "bias_ih_l0"}),
    (nn.LSTM, torch.nn.LSTM, gates(LSTM_ORDER), {"W": INPUTS, "U": OUTPUTS, "b": "bias_ih_l0"}),
    (
        nn.GRU,
        torch.nn.GRU,
        gates(GRU_ORDER),
        {"W": INPUTS, "U": OUTPUTS, "b": "bias_ih_l0", "b_h": "bias_hh_l0"},
    ),
]


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize(("ours", "theirs", "laid", "weights"), RECURRENT)
def test_a_recurrent_layer_computes_what_pytorchs_computes(
    ours: Any, theirs: Any, laid: Any, weights: dict[str, str], sequences: bool
) -> None:
    rng = np.random.default_rng(3)
    layer, other = ours(3, return_sequences=sequences), theirs(2, 3, batch_first=True, dtype=torch.float64)
    x = rng.normal(size=(4, 5, 2))
    layer(x)
    if ours is not nn.GRU:
        no_second_bias(other)
    place = turned if ours is nn.RNN else laid
    for name, value in layer.named_parameters().items():
        value.data = rng.normal(size=value.shape)
        there = (same if value.ndim == 1 else place)(value.data)
        getattr(other, weights[name]).data = torch.tensor(np.ascontiguousarray(there))
    taken, given = Value(x), torch.tensor(x, requires_grad=True)
    y = layer(taken)
    expected = other(given)[0] if sequences else other(given)[0][:, -1]
    np.testing.assert_allclose(y.data, expected.detach().numpy(), rtol=1e-11, atol=1e-13)
    seed = rng.normal(size=y.shape)
    y.backward(seed)
    expected.backward(torch.tensor(seed))
    np.testing.assert_allclose(taken.grad, given.grad.numpy(), rtol=1e-10, atol=1e-12)
    for name, value in layer.named_parameters().items():
        found = (same if value.ndim == 1 else place)(value.grad)
        np.testing.assert_allclose(found, getattr(other, weights[name]).grad.numpy(), rtol=1e-10, atol=1e-12)
    theirs_count = sum(p.numel() for p in other.parameters())
    second = 0 if ours is nn.GRU else other.bias_hh_l0.numel()
    assert sum(p.size for p in layer.parameters()) == theirs_count - second
