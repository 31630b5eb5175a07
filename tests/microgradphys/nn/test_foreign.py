"""What a network is asked for as in other libraries: the message says what to write here, and is right."""

import copy

import numpy as np
import pytest

from microgradphys import losses, nn
from microgradphys.errors import ForeignError, InputError
from microgradphys.nn.foreign import ADVICE


def network() -> nn.Sequential:
    """Two layers."""
    return nn.Sequential(nn.Dense(3, "tanh"), nn.Dense(1), input_shape=2, seed=0)


@pytest.mark.parametrize("name", ADVICE)
def test_an_attribute_of_another_library_says_what_to_write_here(name: str) -> None:
    with pytest.raises(ForeignError, match=f"Sequential has no attribute '{name}': "):
        getattr(network(), name)
    assert name not in dir(nn.Module)


def test_any_other_is_an_ordinary_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Dense' object has no attribute 'wings'"):
        _ = nn.Dense(1).wings  # type: ignore[attr-defined]
    assert not hasattr(nn.Dense(1), "wings")


def test_a_module_of_ones_own_may_have_such_an_attribute() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.weights = nn.Dense(1)  # an attribute as any other

        def forward(self, x: object) -> object:
            return self.weights(x)

    model = Own()
    assert model.fit([[1.0]], [2.0], epochs=1).epochs == 1
    assert list(copy.deepcopy(model).named_parameters()) == ["weights.W", "weights.b"]


def test_layers_of_two_networks_with_the_same_names_are_not_mixed_up() -> None:
    first, second = network(), network()
    with pytest.raises(InputError, match="two layers of this Sequential are called 'dense_1'"):
        nn.Sequential(*first.layers, *second.layers)
    joined = nn.Sequential(first, second[1], nn.Dense(1))
    assert list(joined.children()) == ["sequential_1", "dense_2", "dense_1"]


def test_layers_that_are_appended_later_have_names_too() -> None:
    model = network()
    model.layers += [nn.Dense(4), nn.Dense(2)]
    assert model(np.ones((1, 2))).shape == (1, 2)
    assert list(model.children()) == ["dense_1", "dense_2", "dense_3", "dense_4"]
    assert len(model.parameters()) == 8
    losses.mse(model(np.ones((1, 2))), [[1.0, 1.0]]).backward()
    assert all(p.grad is not None for p in model.parameters())
