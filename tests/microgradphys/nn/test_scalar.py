"""Networks of scalar Values: micrograd's shape and numbers, and the names that pictures read."""

import random
from typing import Any

import micrograd.nn
import numpy as np
import pytest

from microgradphys import Value, nn
from microgradphys.errors import ShapeError
from microgradphys.notation import write
from microgradphys.symbols import parse_name
from viz.networks.network import read_network
from viz.storyboard import Storyboard

BUILDERS = [
    lambda library: library.Neuron(3),
    lambda library: library.Neuron(3, nonlin=False),
    lambda library: library.Layer(2, 3),
    lambda library: library.Layer(2, 1, nonlin=False),
    lambda library: library.MLP(2, [4, 3, 1]),
    lambda library: library.MLP(3, [2]),
]


@pytest.mark.parametrize("build", BUILDERS)
def test_the_same_seed_gives_the_weights_outputs_and_gradients_of_micrograd(build: Any) -> None:
    """And the same repr, and the parameters in the same order."""
    found = []
    for library in (nn, micrograd.nn):
        random.seed(1337)
        module = build(library)
        parameters = module.parameters()
        width = len((module.layers[0].neurons[0] if hasattr(module, "layers") else
                     module.neurons[0] if hasattr(module, "neurons") else module).w)  # fmt: skip
        outputs = module([0.4, -0.7, 1.3][:width])
        outputs = outputs if isinstance(outputs, list) else [outputs]
        sum(outputs).backward()
        found.append((repr(module), [p.data for p in parameters], [y.data for y in outputs]))
        found.append([p.grad for p in parameters])
    assert found[0] == found[2]
    assert found[1] == pytest.approx(found[3], rel=1e-14)


def test_a_module_without_parameters_has_none() -> None:
    """As the base class says."""
    module = nn.Module()
    module.zero_grad()
    assert module.parameters() == []


def test_zero_grad_forgets_the_gradients() -> None:
    """Not computed is not 0; the next backward pass starts afresh."""
    model = nn.MLP(2, [2, 1])
    for _ in range(2):
        model.zero_grad()
        assert {p.grad for p in model.parameters()} == {None}
        model([0.4, 0.7]).backward()
        gradients = [p.grad for p in model.parameters()]
    assert gradients[-1] == 1.0


def test_gradients_set_to_0_add_up_from_there() -> None:
    """`p.grad = 0`, as programs for micrograd have it."""
    x = Value(3.0)
    x.grad = 0
    (x * 2).backward()
    (x * 2).backward()
    assert x.grad == 4.0


def test_one_neuron_gives_a_value_and_several_give_a_list() -> None:
    """Which is what the next layer takes."""
    assert isinstance(nn.Layer(2, 1)([1.0, 2.0]), Value)
    assert [type(y) for y in nn.Layer(2, 2)([1.0, 2.0])] == [Value, Value]
    assert isinstance(nn.MLP(2, [1, 3, 1])([1.0, 2.0]), Value)


@pytest.mark.parametrize(
    "inputs", [[0.5, 2], (0.5, 2.0), np.array([0.5, 2.0]), Value([0.5, 2.0]), [Value(0.5), 2], map(Value, (0.5, 2))]
)
def test_inputs_are_numbers_values_or_arrays(inputs: Any) -> None:
    """Whatever can be gone through, once."""
    model = nn.Layer(2, 2, nonlin=False)
    expected = [n.w[0].data * 0.5 + n.w[1].data * 2.0 for n in model.neurons]
    assert [y.data for y in model(inputs)] == pytest.approx(expected)


@pytest.mark.parametrize("x", [2, 2.0, Value(2.0), np.int64(2), np.float32(2.0), np.array(2.0)], ids=repr)
def test_a_number_is_one_input(x: Any) -> None:
    """For functions of one variable."""
    model = nn.MLP(1, [3, 1])
    assert float(model(x).data) == pytest.approx(model([2.0]).data, rel=1e-6)


@pytest.mark.parametrize("inputs", [[1.0], [1.0, 2.0, 3.0], 1.0])
def test_another_number_of_inputs_is_refused(inputs: Any) -> None:
    """micrograd leaves out what is too much."""
    with pytest.raises(ShapeError, match=r"a neuron with 2 weights needs as many inputs, not [13]"):
        nn.MLP(2, [4, 1])(inputs)


def test_weights_sums_and_outputs_have_the_names_of_the_lectures() -> None:
    """Neuron, input and layer where there are several of them."""
    assert [p.name for p in nn.Neuron(2).parameters()] == ["w_1", "w_2", "b"]
    assert [p.name for p in nn.Layer(2, 2).parameters()] == ["W_11", "W_12", "b_1", "W_21", "W_22", "b_2"]
    output = nn.MLP(1, [1, 1])([0.5])
    names = {node.name for node in Storyboard(output).recording if node.name}
    assert names == {
        "x_1", "W_11^(1)", "b_1^(1)", "s_1^(1)", "a_1^(1)", "W_11^(2)", "b_1^(2)", "s_1^(2)",
    }  # fmt: skip


def test_places_of_two_digits_keep_apart() -> None:
    """W_1,12 is not W_11,2, and both are read as mathematics."""
    names = [p.name for p in nn.MLP(12, [11]).parameters()]
    assert len(set(names)) == len(names)
    assert {"W_{1,12}^(1)", "W_{11,2}^(1)", "b_11^(1)"} < set(names)
    assert all(parse_name(name).sup == "(1)" for name in names)


def test_layers_are_scopes_and_their_inputs_are_outside() -> None:
    """So that a picture folds layer by layer."""
    output = nn.MLP(2, [2, 1])([0.5, 1.0])
    scopes = {node.name: node.scope for node in Storyboard(output).recording if node.name}
    assert scopes["W_21^(1)"] == scopes["b_1^(1)"] == scopes["a_2^(1)"] == ("layer 1",)
    assert scopes["W_11^(2)"] == scopes["s_1^(2)"] == ("layer 2",)
    assert scopes["x_1"] == ()


@pytest.mark.parametrize("take", [float, Value])
def test_a_network_is_drawn_as_one(take: Any) -> None:
    """A unit for each input and neuron, a connection for each weight, also where inputs are Values without a name."""
    random.seed(1337)
    model = nn.MLP(2, [3, 2, 1])
    board = Storyboard((model([take(0.5), take(-1.0)]) - 1) ** 2)
    network = read_network(board)
    assert network is not None
    assert [sum(unit.layer == k for unit in network.units) for k in range(4)] == [2, 3, 2, 1]
    assert [write(board.nodes[unit.output].label) for unit in network.units if unit.layer == 1] == [
        "a₁⁽¹⁾", "a₂⁽¹⁾", "a₃⁽¹⁾",
    ]  # fmt: skip
    assert [len(unit.biases) for unit in network.units if unit.layer] == [1] * 6
    assert len(network.connections) == 2 * 3 + 3 * 2 + 2
