"""Penalties: on weights and not on biases, of modules and of dictionaries, and what they do to the gradient."""

from functools import partial
from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import losses, nn
from microgradphys.errors import InputError


def test_a_penalty_is_on_the_weights_of_all_layers() -> None:
    model = nn.Sequential(
        nn.Dense(3, "tanh", bias_initializer=5.0), nn.Dense(1, bias_initializer=5.0), input_shape=(2,)
    )
    first, second = (layer.W.data for layer in model)  # type: ignore[attr-defined]
    assert losses.l2(model, 0.1).data == pytest.approx(0.1 * ((first**2).sum() + (second**2).sum()))
    assert losses.l1(model, 0.1).data == pytest.approx(0.1 * (abs(first).sum() + abs(second).sum()))
    assert list(losses.weights_of(model)) == ["dense_1.W", "dense_2.W"]


def test_biases_and_scales_of_every_layer_are_left_alone() -> None:
    model = nn.Sequential(
        nn.Embedding(5, 3),
        nn.LayerNorm(),
        nn.Conv1D(2, 2),
        nn.BatchNorm(),
        nn.Flatten(),
        nn.Maxout(2),
        input_shape=(4,),
    )
    assert len(model.parameters()) == 9
    assert list(losses.weights_of(model)) == ["embedding_1.W", "conv1d_1.W", "maxout_1.W"]
    recurrent = nn.Sequential(nn.LSTM(2, return_sequences=True), nn.GRU(2), input_shape=(4, 3))
    assert list(losses.weights_of(recurrent)) == ["lstm_1.W", "lstm_1.U", "gru_1.W", "gru_1.U"]


def test_neurons_of_scalars_are_penalised_alike() -> None:
    model = nn.MLP(2, [2, 1])
    weights = [p for neuron in model.layers for p in neuron.parameters()]
    chosen = losses.weights_of(model)
    assert 0 < len(chosen) < len(weights)
    assert losses.l2(model, 1.0).data == pytest.approx(sum(p.data**2 for p in chosen.values()))


def test_its_gradient_is_that_of_the_textbook() -> None:
    parameters = {"W": np.array([[2.0, -3.0], [0.0, 1.0]]), "b": np.array([7.0, 7.0])}
    for penalty, slope in ((losses.l1, np.sign(parameters["W"])), (losses.l2, 2 * parameters["W"])):
        step = mgp.value_and_grad(partial(penalty, strength=0.5))
        for run in (step, mgp.compile(step)):
            _, gradient = run(parameters)
            np.testing.assert_array_equal(gradient["W"], 0.5 * slope)
            assert not gradient["b"].any()


def test_who_asks_for_biases_gets_them() -> None:
    assert losses.l2({"W": 2.0, "b": 3.0}, 1.0, which=lambda name: True) == 13.0
    assert losses.l2({"b": 3.0}, 1.0) == 0.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: losses.l1({"W": 1.0}, -1.0), "strength of a penalty"),
        (lambda: losses.l2([np.zeros(3)]), "by name"),
        (lambda: losses.l2(0.001), r"penalty=lambda p: losses\.l2\(p, 0\.001\)"),
    ],
)
def test_mistakes_are_named(make: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()
