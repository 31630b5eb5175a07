"""What every array layer must do: right gradients, compiled too; its dtype; any batch; to be written down."""

from typing import Any

import numpy as np
import pytest
from layer_cases import CASES, Case

import microgradphys as mgp
from microgradphys import Value, nn, randomness

ALL = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def built(case: Case, dtype: Any = np.float64) -> nn.Sequential:
    """A network of this layer alone."""
    return nn.Sequential(case.make(), input_shape=case.shape, seed=3, dtype=dtype)


def numbers(model: nn.Module) -> dict[str, Any]:
    """The data of its parameters."""
    return {name: value.data for name, value in model.named_parameters().items()}


def scalar(y: Any) -> Any:
    """A smooth function of all outputs, each with another weight."""
    return np.sum(np.sin(y) * np.linspace(0.5, 1.5, np.size(y)).reshape(np.shape(y)))


def raw(y: Any) -> Any:
    """The numbers of outputs, which are Values where there are parameters."""
    return y.data if isinstance(y, Value) else y


@ALL
def test_its_outputs_have_the_shape_and_its_parameters_the_number_they_should(case: Case) -> None:
    model = built(case)
    assert model(case.inputs()).shape == (2, *case.outputs)
    assert sum(p.size for p in model.parameters()) == case.parameters


@ALL
@pytest.mark.parametrize("learning", [False, True])
def test_its_gradients_are_those_of_central_differences(case: Case, learning: bool) -> None:
    """With respect to parameters and inputs, at both orders; random numbers are the same at each look."""
    model, x = built(case), case.inputs(3)

    def loss(parameters: Any, x: Any) -> Any:
        with nn.training(learning), randomness.drawing_from(np.random.default_rng(0)):
            return scalar(model.having(parameters)(x))

    if case.whole:
        mgp.check_gradients(lambda parameters: loss(parameters, x), numbers(model), order=case.order)
    else:
        mgp.check_gradients(loss, numbers(model), x, order=case.order, tolerance=1e-5)


@ALL
@pytest.mark.parametrize("learning", [False, True])
def test_compiled_it_computes_the_same(case: Case, learning: bool) -> None:
    model, x = built(case), case.inputs(3)

    def loss(parameters: Any, x: Any, u: Any) -> Any:
        with randomness.supplied(lambda shape: u):
            return scalar(model.having(parameters)(x))

    u = np.random.default_rng(1).random(x.shape)
    both = mgp.value_and_grad(loss)
    with nn.training(learning):
        value, gradients = both(numbers(model), x, u)
        compiled = mgp.compile(both)(numbers(model), x, u)
    np.testing.assert_allclose(compiled[0], value, rtol=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(compiled[1][name], gradient, rtol=1e-11, atol=1e-13)


@ALL
def test_float32_stays_float32(case: Case) -> None:
    """Outputs, parameters, buffers, gradients; while the network learns and compiled too."""
    model, x = built(case, "float32"), case.inputs(3, np.float32)

    def loss(parameters: Any, x: Any) -> Any:
        own = model.having(parameters)
        with randomness.supplied(lambda shape: np.full(shape, 0.7)):
            y = own(x)
        return np.sum(y * y), own.named_buffers()

    with nn.training():
        y = model(x)
        value, buffers = mgp.compile(loss)(numbers(model), x)
        gradients = mgp.compile(mgp.grad(lambda p, x: loss(p, x)[0]))(numbers(model), x)
    arrays = [y, model(x), value, *buffers.values(), *gradients.values(), *model.named_buffers().values()]
    assert {array.dtype for array in [*arrays, *model.parameters()]} == {np.dtype(np.float32)}


@ALL
@pytest.mark.parametrize("batch", [0, 1])
def test_a_batch_may_have_one_sample_or_none(case: Case, batch: int) -> None:
    model = built(case)
    y = model(case.inputs(batch))
    assert y.shape == (batch, *case.outputs)
    both = model(np.concatenate([case.inputs(batch), case.inputs(2)]))
    # Products of matrices of one row and of several differ in the last digits.
    np.testing.assert_allclose(raw(y), raw(both)[:batch], atol=1e-12)


@ALL
def test_it_can_be_written_down_and_made_again(case: Case) -> None:
    """From its config and from its text; both compute the same from the same seed."""
    layer = case.make()
    again = type(layer)(**layer.config())
    assert again.config() == layer.config()
    assert repr(again) == repr(layer)
    written = eval(repr(layer), vars(nn))
    assert written.config() == layer.config()
    first, second = built(case), nn.Sequential(again, input_shape=case.shape, seed=3)
    np.testing.assert_array_equal(raw(first(case.inputs())), raw(second(case.inputs())))
