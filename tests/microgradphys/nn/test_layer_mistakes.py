"""Arguments and inputs that a layer cannot do anything with: one clear message, with the shapes."""

from typing import Any

import numpy as np
import pytest

from microgradphys import Value, nn
from microgradphys.errors import DataError, InputError, MicrogradphysError, ShapeError


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Conv2D(0, 3), "filters=0 is not a whole number, 1 or more"),
        (lambda: nn.Conv2D(8, (3, 3, 3)), r"kernel_size=\(3, 3, 3\) has 3 numbers, not one for each of 2 axes"),
        (lambda: nn.Conv2D(8, 0), "kernel_size=0 is not a whole number"),
        (lambda: nn.Conv1D(8, 3, strides=1.5), "strides=1.5 is not a whole number"),
        (lambda: nn.Conv2D(8, 3, padding="full"), "padding='full' is not 'valid', 'same' or a whole number of zeros"),  # type: ignore[arg-type]
        (lambda: nn.Conv2D(8, 3, padding=-1), "padding=-1 is not a whole number, 0 or more"),
        (lambda: nn.Conv2D(8, 3, activation="rleu"), "there is no activation 'rleu': did you mean 'relu'"),
        (lambda: nn.Conv2D(8, 3, kernel_initializer="glorit"), "there is no initialiser 'glorit'"),
        (lambda: nn.MaxPool2D((2, 2, 2)), r"pool_size=\(2, 2, 2\) has 3 numbers"),
        (lambda: nn.AveragePool2D(2, 0), "strides=0 is not a whole number"),
        (lambda: nn.Reshape((-1, -1)), "has more than one -1"),
        (lambda: nn.Reshape((2.5,)), "a size in target_shape=2.5 is not a whole number"),
        (lambda: nn.Dropout(1.0), "rate=1.0 is not the part of the inputs to drop"),
        (lambda: nn.Dropout(-0.1), "rate=-0.1"),
        (lambda: nn.Dropout(float("nan")), "rate=nan"),
        (lambda: nn.Dropout("half"), "rate='half'"),  # type: ignore[arg-type]
        (lambda: nn.Activation("softmx"), "there is no activation 'softmx': did you mean 'softmax'"),
        (lambda: nn.BatchNorm(momentum=1.5), "momentum=1.5 is not a number, 0 or more, and at most 1"),
        (lambda: nn.LayerNorm(epsilon=-1), "epsilon=-1 is not a number, 0 or more"),
        (lambda: nn.Maxout(2, 0), "pieces=0 is not a whole number"),
        (lambda: nn.Embedding(0, 3), "input_dim=0 is not a whole number"),
        (lambda: nn.Sequential(nn.Dense(2), "relu"), r"'relu' is not a layer; .* nn\.Activation\('relu'\)"),
        (lambda: nn.Sequential(nn.Dense), "is not a layer, but a class"),
        (lambda: nn.Sequential(np.tanh), r"not a layer; a function becomes one as nn\.Activation\(function\)"),
        (lambda: nn.Sequential(3), "3 is not a layer$"),
        (lambda: nn.Sequential(nn.Dense(2), input_shape=(-5,)), r"\(-5,\) is not the shape of a sample"),
        (lambda: nn.Sequential(nn.Dense(2), input_shape="5"), "'5' is not the shape of a sample"),  # type: ignore[arg-type]
        (lambda: nn.Sequential(nn.LSTM(2), input_shape=(None, 3)), r"\(None, 3\) leaves a length open: give any"),  # type: ignore[arg-type]
    ],
)
def test_arguments(make: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (nn.Conv2D(8, 3), (28, 28), r"Conv2D needs samples of shape \(height, width, channels\), not \(28, 28\)"),
        (nn.Conv1D(8, 3), (28, 28, 1), r"Conv1D needs samples of shape \(length, channels\), not \(28, 28, 1\)"),
        (nn.Conv2D(8, 5), (4, 28, 1), r"a window of \(5, 5\) is larger than what it moves over, of shape \(1, 4, 28"),
        (
            nn.MaxPool2D(),
            (28, 28),
            r"MaxPool2D needs inputs of shape \(batch, height, width, channels\), not \(1, 28",
        ),
        (nn.AveragePool1D(9), (8, 1), r"a window of \(9,\) is larger than what it moves over, of shape \(1, 8, 1\)"),
        (nn.LSTM(2), (8,), r"LSTM needs samples of shape \(time, features\), not \(8,\); .* return_sequences=True"),
        (nn.Reshape((3, -1)), (8,), r"Reshape cannot give samples of shape \(8,\) the shape \(3, -1\)"),
        (nn.Reshape((3, 3)), (8,), r"Reshape cannot give samples of shape \(8,\) the shape \(3, 3\)"),
        (nn.BatchNorm(), (), r"BatchNorm .* got inputs of shape \(1,\)"),
    ],
)
def test_samples_of_another_kind(layer: Any, shape: Any, message: str) -> None:
    """The Sequential says it when it is made, if it knows the shape."""
    with pytest.raises(ShapeError, match=message):
        nn.Sequential(layer, input_shape=shape)


@pytest.mark.parametrize(
    ("layer", "first", "second", "message"),
    [
        (nn.Conv2D(1, 2), (3, 3, 1), (3, 3, 2), r"as many channels, not \(1, 3, 3, 2\) and \(2, 2, 1, 1\)"),
        (nn.Conv1D(1, 2), (3, 1), (3, 1, 1), r"conv1d needs x of shape \(N, length, channels\)"),
        (nn.BatchNorm(), (3,), (4,), r"BatchNorm has weights for 3 inputs, and got inputs of shape \(1, 4\)"),
        (nn.LayerNorm(), (3,), (1,), r"LayerNorm has weights for 3 inputs, and got inputs of shape \(1, 1\)"),
        (nn.Maxout(2), (3,), (2,), r"Maxout has weights for 3 inputs, and got inputs of shape \(1, 2\)"),
    ],
)
def test_samples_of_another_shape_than_before(layer: Any, first: Any, second: Any, message: str) -> None:
    layer(np.zeros((1, *first)))
    with pytest.raises(ShapeError, match=message):
        layer(np.zeros((1, *second)))


@pytest.mark.parametrize("layer", [nn.Flatten(), nn.Reshape(1), nn.Maxout(1), nn.MaxPool1D(), nn.LayerNorm()])
def test_a_single_number_is_no_batch(layer: Any) -> None:
    with pytest.raises(MicrogradphysError, match=type(layer).__name__):
        layer(np.float64(1.0))


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ([0, 3], InputError, "Embedding has rows 0 to 2, and inputs go from 0 to 3"),
        ([-1, 0], InputError, "inputs go from -1 to 0"),
        ([0.5], DataError, "whole numbers"),
        ([float("nan")], DataError, "whole numbers"),
        (["a"], DataError, "whole numbers"),
        ([True], DataError, "whole numbers"),
        (Value([1.0]), DataError, "an array of integers, not a Value"),
    ],
)
def test_an_embedding_has_no_row_for_it(inputs: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        nn.Embedding(3, 2)(inputs)


def test_batch_norm_cannot_learn_from_nothing() -> None:
    layer = nn.BatchNorm()
    with nn.training(), pytest.raises(ShapeError, match=r"there are none in inputs of shape \(0, 3\)"):
        layer(np.zeros((0, 3)))


def test_a_row_may_be_given_by_its_length_and_layers_as_a_tuple() -> None:
    model = nn.Sequential((nn.Dense(3), nn.Dense(2)), input_shape=5)
    assert [p.shape for p in model.parameters()] == [(5, 3), (3,), (3, 2), (2,)]
    assert model.sample_shape == (5,)


def test_the_length_of_a_sequence_is_not_built_in() -> None:
    model = nn.Sequential(nn.LSTM(2), nn.Dense(1), input_shape=(1, 3), seed=0)
    assert model(np.ones((4, 7, 3))).shape == (4, 1)
