"""Dropout and BatchNorm: what they do while a network learns, and what they do in a prediction."""

from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import nn, randomness
from microgradphys.errors import CompileError

X = np.random.default_rng(0).normal(2.0, 3.0, size=(8, 3))


def test_dropout_keeps_the_mean_while_learning_and_everything_in_a_prediction() -> None:
    mgp.seed(1)
    layer, x = nn.Dropout(0.3), np.ones((100, 100))
    assert layer(x) is x
    with nn.training():
        y = layer(x)
        assert nn.Dropout(0)(x) is x
        with nn.training(False):
            assert layer(x) is x
    np.testing.assert_allclose(np.unique(y), [0.0, 1 / 0.7])
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.02)
    assert y.mean() == pytest.approx(1.0, abs=0.03)


def test_dropout_drops_what_the_seed_says_and_the_gradient_with_it() -> None:
    masks = []
    for _ in range(2):
        mgp.seed(4)
        with nn.training():
            x = mgp.Value(np.ones((2, 5)))
            y = nn.Dropout(0.5)(x)
            y.sum().backward()
        np.testing.assert_array_equal(x.grad, y.data)
        masks.append(y.data)
    np.testing.assert_array_equal(*masks)


def test_a_compiled_step_takes_the_numbers_of_dropout_as_an_argument() -> None:
    """Another mask at each call, from one recording; drawn inside it would always be the same, and is refused."""
    model = nn.Sequential(nn.Dense(4, "tanh"), nn.Dropout(0.5), nn.Dense(1), input_shape=(3,), seed=0)
    parameters = {name: value.data for name, value in model.named_parameters().items()}

    def loss(parameters: Any, x: Any, u: Any) -> Any:
        with randomness.supplied(lambda shape: u):
            return (model.having(parameters)(x) ** 2).mean()

    step = mgp.compile(mgp.value_and_grad(loss))
    with nn.training():
        first, second = ([mgp.value_and_grad(loss), step], np.random.default_rng(0).random((2, 8, 4)))
        for u in second:
            expected, found = (f(parameters, X, u) for f in first)
            assert found[0] == pytest.approx(expected[0], rel=1e-13)
            np.testing.assert_allclose(found[1]["dense_1.W"], expected[1]["dense_1.W"], rtol=1e-12)
        assert step(parameters, X, second[0])[0] != step(parameters, X, second[1])[0]
        with pytest.raises(CompileError, match="draws random numbers"):
            mgp.compile(lambda parameters: model.having(parameters)(X).sum())(parameters)
    assert step(parameters, X, second[0])[0] == pytest.approx((model(X).data ** 2).mean())


def test_batch_norm_looks_at_the_batch_while_learning_and_at_what_it_remembers_in_a_prediction() -> None:
    layer = nn.BatchNorm(momentum=0.75, epsilon=1e-6)
    np.testing.assert_allclose(layer(X).data, X, rtol=1e-5)
    with nn.training():
        y = layer(X).data
    np.testing.assert_allclose(y.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=0), 1.0, rtol=1e-5)
    np.testing.assert_allclose(layer.running_mean, 0.25 * X.mean(axis=0))
    np.testing.assert_allclose(layer.running_var, 0.75 + 0.25 * X.var(axis=0))
    expected = (X - layer.running_mean) / np.sqrt(layer.running_var + 1e-6)
    np.testing.assert_allclose(layer(X).data, expected)
    assert {type(buffer) for buffer in layer.named_buffers().values()} == {np.ndarray}


def test_batch_norm_of_images_has_a_mean_for_each_channel_and_of_one_sample_hands_on_its_shift() -> None:
    layer, images = nn.BatchNorm(), np.random.default_rng(1).normal(size=(2, 3, 4, 5))
    with nn.training():
        y = layer(images).data
        assert layer.running_mean.shape == (5,)
        np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), 0.0, atol=1e-12)
        np.testing.assert_array_equal(nn.BatchNorm()(X[:1]).data, np.zeros((1, 3)))


def test_a_compiled_step_returns_the_new_buffers_of_batch_norm() -> None:
    """A training loop hands them in again: after some steps they are what the eager layer remembers."""
    model = nn.Sequential(nn.Dense(4), nn.BatchNorm(0.9), nn.Dense(1), input_shape=(3,), seed=0)
    parameters = {name: value.data for name, value in model.named_parameters().items()}
    buffers = model.named_buffers()
    assert list(buffers) == ["batchnorm_1.running_mean", "batchnorm_1.running_var"]

    def loss(parameters: Any, buffers: Any, x: Any) -> Any:
        own = model.having(parameters, buffers)
        return (own(x) ** 2).mean(), own.named_buffers()

    def step(parameters: Any, buffers: Any, x: Any) -> Any:
        own = model.having(parameters, buffers)
        gradients = mgp.grad(lambda p: loss(p, buffers, x)[0])(parameters)
        own(x)
        return {name: parameters[name] - 0.1 * gradients[name] for name in parameters}, own.named_buffers()

    compiled = mgp.compile(step)
    eager = parameters, buffers
    with nn.training():
        for k in range(3):
            x = X + k
            eager = step(*eager, x)
            parameters, buffers = compiled(parameters, buffers, x)
    for name, array in buffers.items():
        np.testing.assert_allclose(array, eager[1][name], rtol=1e-12)
        assert not np.allclose(array, model.named_buffers()[name])
    model.set_buffers(buffers)
    np.testing.assert_array_equal(
        model.named_buffers()["batchnorm_1.running_mean"], buffers["batchnorm_1.running_mean"]
    )


def test_a_network_is_made_without_learning_even_inside_of_training() -> None:
    with nn.training():
        model = nn.Sequential(nn.BatchNorm(), nn.Dropout(0.5), input_shape=(3,), seed=0)
    np.testing.assert_array_equal(model.named_buffers()["batchnorm_1.running_var"], np.ones(3))


def test_an_embedding_adds_up_the_gradients_of_a_row_and_takes_whole_floats() -> None:
    model = nn.Sequential(nn.Embedding(4, 2), nn.Flatten(), nn.Dense(1), input_shape=(3,), seed=0)
    x = np.array([[0, 2, 2], [2, 0, 1]])
    np.testing.assert_array_equal(model(x.astype(float)).data, model(x).data)
    model(x).sum().backward()
    W, grad = model.parameters()[1].data.reshape(3, 2), model.parameters()[0].grad
    np.testing.assert_allclose(grad, [W[0] + W[1], W[2], W[1] + W[2] + W[0], [0.0, 0.0]])


def test_maxout_of_two_pieces_can_be_a_rectifier() -> None:
    layer = nn.Maxout(3, 2, kernel_initializer=lambda generator, shape: np.kron(np.eye(3), [1.0, 0.0]))
    np.testing.assert_array_equal(layer(X).data, np.maximum(X, 0.0))


def test_the_network_for_digits_has_as_many_parameters_as_the_table_of_the_lectures() -> None:
    layers = [nn.Conv2D(8, 3, activation="relu"), nn.MaxPool2D(), nn.Flatten(), nn.Dense(16, "relu"), nn.Dense(10)]
    model = nn.Sequential(*layers, input_shape=(28, 28, 1), seed=0)
    assert [sum(p.size for p in layer.parameters()) for layer in model] == [80, 0, 0, 21648, 170]
    assert sum(p.size for p in model.parameters()) == 21898
    x = np.random.default_rng(0).normal(size=(4, 28, 28, 1))
    for value in (model(x), model(x[:0])):
        assert value.shape[1:] == (10,)


def test_an_activation_of_its_own_has_the_number_of_the_layer_before() -> None:
    apart = nn.Sequential(nn.Dense(2), nn.Activation("tanh"), nn.Dense(1), input_shape=(3,), seed=0)
    within = nn.Sequential(nn.Dense(2, "tanh"), nn.Dense(1), input_shape=(3,), seed=0)
    np.testing.assert_array_equal(apart(X).data, within(X).data)
    assert [layer.depth for layer in apart] == [1, 1, 2]
    assert apart[1](mgp.Value(X)).name == "a^(1)"
