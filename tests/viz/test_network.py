"""Reading a network out of a graph: in whatever way it was written, and None where there is none."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from networks import layers, story

from lessons.worked_example import scalar_network
from microgradphys import Value, constant, sigmoid
from microgradphys.notation import write
from viz.networks.network import read_network
from viz.networks.units import Network


def network_of(loss: Value) -> Network | None:
    """The network in the graph of a loss."""
    return read_network(story(loss))


def test_the_lecture_network_is_read_as_it_is_drawn() -> None:
    """Two inputs, three neurons, six weights, each neuron with its bias; the rest is the loss."""
    board = story(scalar_network().E)
    network = read_network(board)
    assert network is not None

    def name(k: int) -> str:
        return write(board.nodes[k].label)

    assert [(name(u.output), u.layer, [name(b) for b in u.biases]) for u in network.units] == [
        ("x₁", 0, []), ("x₂", 0, []), ("x₁⁽¹⁾", 1, ["b₁"]), ("x₂⁽¹⁾", 1, ["b₂"]), ("y", 2, ["b′"]),
    ]  # fmt: skip
    assert [name(link.weight) for link in network.connections] == ["W₁₁", "W₁₂", "W₂₁", "W₂₂", "W′₁", "W′₂"]
    assert [name(k) for k in network.rest] == ["t", "y − t", "2", "E"]


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3, 1), (3, 3, 1), (2, 4, 4, 2)])
def test_fully_connected_networks_have_their_units_and_weights(sizes: tuple[int, ...]) -> None:
    """A unit for each input and neuron, a connection for each weight, a layer for each layer."""
    network = network_of(layers(*sizes))
    assert network is not None
    assert [sum(unit.layer == k for unit in network.units) for k in range(len(sizes))] == list(sizes)
    assert len(network.connections) == sum(a * b for a, b in pairwise(sizes))


W1, W2, B = (lambda: Value(0.1, "w_1")), (lambda: Value(0.2, "w_2")), (lambda: Value(0.3, "b"))
X1, X2 = (lambda: constant(0.5, "x_1")), (lambda: constant(0.6, "x_2"))


def inner_product() -> Value:
    """A neuron of which the products have names."""
    p, q = (W1() * X1()).named("p"), (W2() * X2()).named("q")
    return sigmoid(p + q + B())


@pytest.mark.parametrize(
    "write_neuron",
    [
        lambda: sigmoid(W1() * X1() + W2() * X2() + B()),
        lambda: sigmoid(B() + W1() * X1() + W2() * X2()),
        lambda: sigmoid(X1() * W1() + X2() * W2() + B()),
        lambda: sigmoid(W1() * X1() + W2() * X2() - B()),
        lambda: sigmoid(W1() * X1() - W2() * X2() + B()),
        lambda: sigmoid(sum([W1() * X1(), W2() * X2()]) + B()),  # type: ignore[operator]
        lambda: np.tanh(W1() * X1() + W2() * X2() + B()),
        lambda: (W1() * X1() + W2() * X2() + B()).relu(),
        lambda: sigmoid(W1() * Value(0.5, "x_1") + W2() * Value(0.6, "x_2") + B()),
        lambda: sigmoid(Value(0.5, "x_1") * W1() + Value(0.6, "x_2") * W2() + B()),
        inner_product,
    ],
)
def test_one_neuron_in_many_ways(write_neuron: Callable[[], Value]) -> None:
    """Two weighted inputs, one bias, one output, however it is written."""
    board = story(((write_neuron().named("y") - 1) ** 2).named("E"))
    network = read_network(board)
    assert network is not None
    assert len(network.units) == 3
    assert [write(board.nodes[link.weight].label) for link in network.connections] == ["w₁", "w₂"]
    assert [write(board.nodes[b].label) for b in network.units[-1].biases] == ["b"]


def expression() -> Value:
    """A sum of products that is no network."""
    a, b, c, f = (Value(v, n) for v, n in ((2.0, "a"), (-3.0, "b"), (10.0, "c"), (-2.0, "f")))
    e = (a * b).named("e")
    return ((e + c).named("d") * f).named("L")


def batch() -> Value:
    """Two samples through one neuron."""
    w, b = W1(), B()
    return sigmoid(w * X1() + b) ** 2 + sigmoid(w * X2() + b) ** 2


@pytest.mark.parametrize(
    "make",
    [
        expression,
        batch,
        lambda: Value(3.0, "x") * 2,
        lambda: Value(3.0, "x") * Value(2.0, "y"),
        lambda: sum((Value(0.1 * k, f"c_{k}") * 0.5**k for k in range(3)), Value(0.0)) ** 2,
        lambda: np.sum(Value([[1.0, 2.0]], "W") @ Value([1.0, 2.0], "x")),
        lambda: Value(1.0, "x"),
    ],
)
def test_what_is_no_network_is_not_drawn_as_one(make: Callable[[], Value]) -> None:
    """Expressions, batches, polynomials, arrays, a single leaf: the graph view shows them."""
    assert network_of(make()) is None
