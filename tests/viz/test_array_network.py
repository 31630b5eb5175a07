"""Reading a network out of a graph of arrays: in whatever way it was written, and None where there is none."""

import random
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from array_networks import dense, recurrent, scalar_recurrent
from networks import story

from microgradphys import Value, constant, relu, sigmoid, softmax
from microgradphys.errors import InputError
from microgradphys.nn import MLP
from microgradphys.notation import write
from viz.networks.array_network import read_arrays
from viz.networks.array_neurons import neurons
from viz.networks.network import read_network, read_units
from viz.networks.repeats import in_time, sample_of
from viz.networks.units import Network, Spot
from viz.storyboard import Storyboard


def number(board: Storyboard, spot: Spot) -> float:
    """The number at a place of the graph."""
    return float(np.asarray(board.data[board.recording[spot.node]])[spot.at])


def faults(board: Storyboard, network: Network) -> list[str]:
    """The neurons whose weighted sum is not that of the weights and sources that are drawn beside them."""
    found = []
    for u, unit in enumerate(network.units):
        links = [link for link in network.connections if link.target == u]
        if unit.total is None or any(network.units[link.source].more for link in links):
            continue
        total = sum(number(board, link.spot) * number(board, network.units[link.source].spot) for link in links)
        total += sum(number(board, bias) for bias in unit.bias_spots)
        if not np.isclose(total, number(board, Spot(unit.total, unit.at))):
            found.append(write(unit.spot.label(board)))
    return found


@pytest.mark.parametrize(("batch", "columns"), [(0, False), (0, True), (4, False), (4, True)])
@pytest.mark.parametrize("sizes", [(1, 1), (2, 3, 1), (3, 4, 4, 2)])
def test_every_neuron_is_the_sum_of_what_leads_to_it(sizes: tuple[int, ...], batch: int, columns: bool) -> None:
    """Weights, sources and biases are the right elements, of rows, of columns, of one sample and of each of several."""
    board = story(dense(*sizes, batch=batch, columns=columns))
    found = read_arrays(board)
    assert found is not None
    assert (found.widths, found.samples) == (list(sizes), max(batch, 1))
    for sample in range(1, found.samples + 1):
        network = neurons(found, board, sample)
        assert len(network.connections) == sum(a * b for a, b in pairwise(sizes))
        assert faults(board, network) == []


def W() -> Value:
    """Three inputs, two neurons."""
    return Value([[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]], "W")


X = np.array([[0.5, -1.0, 2.0], [1.5, 0.2, -0.3]])


@pytest.mark.parametrize(
    "write_layer",
    [
        lambda: sigmoid(X @ W()),
        lambda: sigmoid(constant(X, "x") @ W() + Value([0.1, 0.2], "b")),
        lambda: sigmoid(Value(X, "x") @ W() + Value([0.1, 0.2], "b")),
        lambda: sigmoid(X @ W() - Value([0.1, 0.2], "b")),
        lambda: sigmoid(X @ W() + Value([[0.1, 0.2]], "b")),
        lambda: sigmoid(X @ W() + Value(0.1, "b")),
        lambda: sigmoid(Value([0.1, 0.2], "b") + X @ W()),
        lambda: sigmoid((X @ W()).named("p") + Value([0.1, 0.2], "b")),
        lambda: sigmoid(np.dot(X, W())),
        lambda: sigmoid(np.einsum("ni,ij->nj", X, W())),
        lambda: sigmoid(np.einsum("ji,ni->nj", Value(W().data.T, "W"), X)),
        lambda: sigmoid(X @ Value(W().data.T, "W").T),
        lambda: np.maximum(X @ W(), 0),
        lambda: relu(X @ W()),
        lambda: softmax(X @ W()),
        lambda: np.log(softmax(X @ W())),
        lambda: X @ W() + Value([0.1, 0.2], "b"),
    ],
)
def test_one_layer_in_many_ways(write_layer: Callable[[], Value]) -> None:
    """Three inputs, two neurons, six weights, two samples, however it is written."""
    board = story(np.sum(write_layer() ** 2).named("E"))
    found = read_arrays(board)
    assert found is not None
    assert (found.widths, found.samples) == ([3, 2], 2)
    second = neurons(found, board, 2)
    assert [write(link.spot.label(board))[0] for link in second.connections] == ["W"] * 6
    if "−" not in write(board.nodes[found.network.units[-1].total or 0].label):
        assert faults(board, second) == []


def gated() -> Value:
    """A layer whose output is multiplied with something before the next."""
    h = np.tanh(X @ W() + Value([0.1, 0.2], "b"))
    return np.sum((h * Value([0.5, 0.5], "g")) @ Value(np.ones((2, 1)), "V"))


def skipping() -> Value:
    """A layer whose input is added to its output."""
    h = np.tanh(X @ Value(np.eye(3), "W"))
    return np.sum(np.tanh(h + h @ Value(np.eye(3), "V")))


def across_samples() -> Value:
    """A product that sums over samples, which is no layer."""
    return np.sum(Value(np.ones((1, 2)), "A") @ np.tanh(X @ W()))


def tied() -> Value:
    """The same weights there and back."""
    weights = W()
    return np.sum(np.tanh(X @ weights) @ weights.T)


@pytest.mark.parametrize(
    "make",
    [
        gated,
        skipping,
        across_samples,
        lambda: np.sum(Value([[1.0, 2.0]], "A") @ Value([1.0, 2.0], "c")),
        lambda: np.sum(np.tanh(Value(np.ones((2, 2)), "A") @ Value(np.ones((2, 2)), "B"))),
        lambda: np.sum(np.linalg.inv(Value(np.eye(2), "A") + 0.1)),
        tied,
        lambda: np.sum(Value(X, "x") ** 2),
        lambda: np.sum(sigmoid(np.zeros((0, 3)) @ W())),
    ],
)
def test_what_is_no_network_of_layers_is_not_drawn_as_one(make: Callable[[], Value]) -> None:
    """Gates, skips, weights used twice, two arrays of which none says that it is the input, no samples at all."""
    assert read_arrays(story(make())) is None


def test_a_wide_layer_shows_its_first_neurons_and_its_last() -> None:
    """The count of those between is said, and only what is drawn is connected."""
    board = story(dense(2, 16, 1))
    found = read_arrays(board)
    assert found is not None
    network = neurons(found, board, 1)
    assert [unit.more for unit in network.units if unit.more] == [10]
    assert [unit.at for unit in network.units if unit.layer == 1 and not unit.more] == [
        (0,),
        (1,),
        (2,),
        (3,),
        (4,),
        (15,),
    ]
    assert len(network.connections) == 2 * 6 + 6 * 1


def test_inputs_that_are_plain_numbers_are_called_x() -> None:
    """A number in the same place of every neuron is one input; a name that the program uses is left to it."""
    random.seed(1)
    w = [Value(0.1 * k, f"w{k}") for k in range(4)]
    hidden = [np.tanh(w[2 * k] * 2.0 + w[2 * k + 1] * -1.0 + Value(0.0, f"b{k}")) for k in range(2)]
    board = story((hidden[0] * hidden[1]).named("E"))
    network = read_network(board)
    assert network is not None
    assert [write(unit.label) for unit in network.units if unit.label] == ["x₁", "x₂"]
    assert faults(board, network) == []
    board = story((np.tanh(Value(1.0, "w") * 2.0 + Value(0.1, "x1")).named("y") ** 2).named("E"))
    network = read_network(board)
    assert network is not None
    assert write(network.units[0].label) == "input 1"  # type: ignore[arg-type]


def test_micrograds_network_is_read_for_one_sample_and_for_several() -> None:
    """Weights that several samples use are drawn for one of them; each is right by itself."""
    random.seed(1)
    model = MLP(2, [3, 1])
    assert read_network(story((model([0.5, -1.0]) - 1.0) ** 2)) is not None
    board = story(sum(((model(x) - 1.0) ** 2 for x in ([0.5, -1.0], [0.5, 2.0], [1.0, -1.0])), Value(0.0)))  # type: ignore[arg-type]
    assert read_network(board) is None
    whole = read_units(board)
    assert whole is not None
    for sample, x in ((1, [0.5, -1.0]), (2, [0.5, 2.0]), (3, [1.0, -1.0])):
        one = sample_of(whole, sample)
        assert one is not None
        assert [number(board, unit.spot) for unit in one.units if unit.total is None] == x
        assert len(one.units) == 6
        assert faults(board, one) == []
        assert f"sample {sample} of 3" in one.note
    for sample in (0, 4, "1"):
        with pytest.raises(InputError, match="samples go from 1 to 3"):
            sample_of(whole, sample)  # type: ignore[arg-type]


def test_a_number_in_time_stands_in_columns() -> None:
    """Each step is a column, its input below it, the first state before it."""
    network = read_units(story(scalar_recurrent(3)))
    assert network is not None
    time = in_time(network)
    assert time is not None
    board = story(scalar_recurrent(3))
    names = [write(unit.label or unit.spot.label(board)) for unit in network.units]
    columns = {name: time.places[u][0] for u, name in enumerate(names) if name.startswith("h")}
    assert columns == {"h₀": 0, "h₁": 1, "h₂": 2, "h₃": 3}
    inputs = [time.places[u] for u, unit in enumerate(network.units) if unit.label]
    assert inputs == [(1, 0), (2, 0), (3, 0)]


@pytest.mark.parametrize("every", [False, True])
def test_a_vector_in_time_stands_in_columns(every: bool) -> None:
    """Hidden vectors in one row, inputs below, outputs above the step that makes them."""
    board = story(recurrent(3, 4, every))
    found = read_arrays(board)
    assert found is not None
    time = in_time(found.network)
    assert time is not None
    assert time.steps == 5
    rows = sorted(time.places.values())
    hidden = {(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)}
    outputs = {(t, 2) for t in range(1, 5)} if every else {(4, 2)}
    assert set(rows) == hidden | outputs | {(t, 0) for t in range(1, 5)}


def test_the_same_weights_for_several_samples_are_no_time() -> None:
    """Nothing that a weight makes is fed back to it."""
    w, b = Value(0.5, "w"), Value(0.1, "b")
    board = story(sum((np.tanh(w * x + b) ** 2 for x in (1.0, 2.0)), Value(0.0)))  # type: ignore[arg-type]
    network = read_units(board)
    assert network is not None
    assert network.repeats
    assert in_time(network) is None
