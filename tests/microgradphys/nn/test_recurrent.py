"""Recurrent layers against loops written by hand; how they begin, what they are called, how they are drawn."""

from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
import viz
from microgradphys import nn
from microgradphys.errors import InputError, ShapeError
from microgradphys.graph import ancestors
from microgradphys.nn.recurrent import Recurrent

X = np.random.default_rng(0).normal(size=(2, 4, 3))


def sigmoid(x: Any) -> Any:
    """The logistic function, of numbers that are not large."""
    return 1 / (1 + np.exp(-x))


def rnn(layer: nn.RNN, x: Any) -> list[Any]:
    """Elman's network, as the docstring says."""
    W, U, b = (p.data for p in layer.parameters())
    h, found = np.zeros((len(x), layer.units)), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W + h @ U + b)
        found.append(h)
    return found


def lstm(layer: nn.LSTM, x: Any) -> list[Any]:
    """Four gates one by one, as the docstring says."""
    W, U, b = (p.data for p in layer.parameters())
    h = c = np.zeros((len(x), layer.units))
    found = []
    for t in range(x.shape[1]):
        i, f, o, new = (x[:, t] @ W[k] + h @ U[k] + b[k] for k in range(4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(new)
        h = sigmoid(o) * np.tanh(c)
        found.append(h)
    return found


def gru(layer: nn.GRU, x: Any) -> list[Any]:
    """Three gates one by one, as the docstring says."""
    W, U, b, b_h = (p.data for p in layer.parameters())
    h, found = np.zeros((len(x), layer.units)), []
    for t in range(x.shape[1]):
        into, back = ([a @ w[k] + bias[k] for k in range(3)] for a, w, bias in ((x[:, t], W, b), (h, U, b_h)))
        z, r = sigmoid(into[0] + back[0]), sigmoid(into[1] + back[1])
        h = z * h + (1 - z) * np.tanh(into[2] + r * back[2])
        found.append(h)
    return found


@pytest.mark.parametrize(("kind", "by_hand"), [(nn.RNN, rnn), (nn.LSTM, lstm), (nn.GRU, gru)])
def test_it_is_its_definition(kind: Any, by_hand: Any) -> None:
    """The last outputs, and those of all steps; sequences may be longer than the first one."""
    mgp.seed(2)
    layer, last = kind(3, return_sequences=True, bias_initializer="normal"), kind(3, bias_initializer="normal")
    layer(X[:, :2])
    last(X)
    np.testing.assert_allclose(layer(X).data, np.stack(by_hand(layer, X), axis=1), rtol=1e-12)
    np.testing.assert_allclose(last(X).data, by_hand(last, X)[-1], rtol=1e-12)


def test_the_weights_of_each_gate_begin_for_themselves() -> None:
    """Orthogonal back to themselves; the forget gate open."""
    for kind in (nn.LSTM, nn.GRU):
        model = nn.Sequential(kind(5), input_shape=(2, 3), seed=0)
        for U in model.parameters()[1].data:
            np.testing.assert_allclose(U @ U.T, np.eye(5), atol=1e-12)
        limit = np.sqrt(6 / (3 + 5))
        assert 0.8 * limit < np.abs(model.parameters()[0].data).max() < limit
    layer = nn.LSTM(2, forget_bias=0.5, bias_initializer=0.25)
    layer(X)
    np.testing.assert_array_equal(layer.b.data, [[0.25, 0.25], [0.5, 0.5], [0.25, 0.25], [0.25, 0.25]])


@pytest.mark.parametrize(
    ("layer", "names"),
    [(nn.RNN(2), "s h"), (nn.LSTM(2), "s i f o c̃ c h"), (nn.GRU(2), "s z r h̃ h")],
)
def test_steps_are_scopes_and_gates_have_their_names(layer: Any, names: str) -> None:
    model = nn.Sequential(layer, input_shape=(2, 3))
    nodes = [node for node in ancestors(model(X[:, :2])) if node.primitive is not None and node.name]
    kind = type(layer).__name__.lower()
    for t in (1, 2):
        found = [node.name for node in nodes if node.scope == (f"{kind}_1", f"step {t}")]
        assert sorted(found) == sorted(f"{name}_{t}^(1)" for name in names.split())


def test_a_small_network_is_drawn_in_time() -> None:
    model = nn.Sequential(nn.RNN(3), nn.Dense(1), input_shape=(4, 3), seed=0)
    loss = ((model(X[:1]) - 1.0) ** 2).mean().named("E")
    loss.backward()
    drawn = viz.draw(loss, view="network").svg()
    for text in ("t = 4", "h₄⁽¹⁾", "used 4 times", "start", "x₁"):
        assert text in drawn


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_layers_stand_on_layers_and_overfit_a_sum(kind: Any) -> None:
    """What came long ago is remembered: gradients through both layers and all steps, compiled."""
    model = nn.Sequential(kind(8, return_sequences=True), kind(8), nn.Dense(1), input_shape=(6, 1), seed=1)
    x = np.random.default_rng(1).normal(size=(8, 6, 1))
    target = x.sum(axis=1) / 3

    def loss(parameters: Any) -> Any:
        return ((model.having(parameters)(x) - target) ** 2).mean()

    step = mgp.compile(mgp.value_and_grad(loss))
    parameters = {name: value.data for name, value in model.named_parameters().items()}
    first, _ = step(parameters)
    for _ in range(200):
        value, gradients = step(parameters)
        parameters = {name: parameters[name] - 0.1 * gradients[name] for name in parameters}
    assert value < 0.05 * first


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_mistakes_get_one_clear_message(kind: Any) -> None:
    name = kind.__name__
    with pytest.raises(InputError, match="units=0 is not a whole number"):
        kind(0)
    with pytest.raises(InputError, match="there is no initialiser 'orthogonl': did you mean 'orthogonal'"):
        kind(2, recurrent_initializer="orthogonl")
    with pytest.raises(ShapeError, match=rf"{name} needs samples of shape \(time, features\), not \(3,\)"):
        nn.Sequential(kind(2), input_shape=(3,))
    layer = kind(2)
    layer(X)
    for shape in ((2, 4, 2), (2, 3), (2, 0, 3)):
        with pytest.raises(ShapeError, match=rf"{name} needs inputs of shape \(batch, time, 3\) and at least one step"):
            layer(np.zeros(shape))


def test_a_recurrent_layer_of_your_own_says_what_a_step_is() -> None:
    class Leaky(Recurrent):
        """Keeps half of what it was."""

        def __init__(self, units: int) -> None:
            self.units, self.return_sequences = units, False

        def build(self, shape: tuple[int, ...]) -> None:
            self.W = self.parameter("W", 1.0, (self.features(shape), self.units))

        def step(self, part: Any, state: Any, t: int) -> Any:
            return (0.5 * state[0] + part @ self.W,)

    found = Leaky(1)(X).data
    np.testing.assert_allclose(found[:, 0], X.sum(axis=2) @ 0.5 ** np.arange(3, -1, -1))
    layer = Recurrent()
    layer.units, layer.W = 1, mgp.Value(np.zeros((3, 1)))
    with pytest.raises(InputError, match=r"Recurrent has no `step\(self, part, state, t\)`"):
        layer(X)
