"""The flow of arrays: what the stages of a graph are, how they are joined, and what stands in their boxes."""

from collections.abc import Callable

import numpy as np
import pytest
from networks import story

from microgradphys import Value, constant, conv2d, max_pool, nn, relu, sigmoid, softmax
from microgradphys.errors import InputError
from viz import draw
from viz.drawing import at_step
from viz.networks.flow import Flow, read_flow
from viz.storyboard import Storyboard

RNG = np.random.default_rng(8)


def weights(*shape: int, name: str | None = None) -> Value:
    """Numbers to be learnt."""
    return Value(RNG.normal(size=shape).round(2), name)


def read(loss: Value) -> tuple[Storyboard, Flow]:
    """The flow in the graph of a loss."""
    board = story(loss)
    flow = read_flow(board)
    assert flow is not None
    return board, flow


def told(board: Storyboard, flow: Flow) -> list[str]:
    """What is done in each stage."""
    return [stage.words(board.nodes) for stage in flow.stages.values()]


def attention() -> Value:
    """Queries, keys, values."""
    x = constant(RNG.normal(size=(4, 3)), "x")
    q, k, v = (x @ weights(3, 3) for _ in range(3))
    return np.mean((softmax(q @ k.T / 2.0) @ v) ** 2)


def residual() -> Value:
    """There and beside it."""
    h = np.tanh(constant(RNG.normal(size=4), "x") @ weights(4, 4))
    h = h + np.tanh(h @ weights(4, 4))
    return np.sum((h @ weights(4, 2) - 1.0) ** 2)


def convolutions() -> Value:
    """Maps, a pool, a layer."""
    x = constant(RNG.normal(size=(2, 6, 6, 1)), "x")
    maps = max_pool(relu(conv2d(x, weights(3, 3, 1, 2))), 2)
    return -np.mean(np.log(softmax(maps.reshape((2, 8)) @ weights(8, 3) + weights(3))[:, 0]))


def bias_row() -> Value:
    """The bias as a row of the weights."""
    h = np.concatenate([sigmoid(constant(RNG.normal(size=3), "x") @ weights(3, 4)), [1.0]])
    return np.sum((sigmoid(h @ weights(5, 2)) - 1.0) ** 2)


def tied() -> Value:
    """There and back by the same weights."""
    W, x = weights(4, 2), constant(RNG.normal(size=4), "x")
    return np.sum((np.tanh(x @ W) @ W.T - x) ** 2)


def of_layers() -> Value:
    """The network of a library user."""
    layers = [nn.Conv2D(2, 3, activation="relu"), nn.Flatten(), nn.Dense(3, "softmax")]
    return -np.log(nn.Sequential(*layers, input_shape=(5, 5, 1), seed=0)(RNG.normal(size=(1, 5, 5, 1)))[0, 1])


STAGES: dict[str, tuple[Callable[[], Value], list[str], int]] = {
    "attention": (attention, ["product", "product", "product", "product, softmax", "product"], 4),
    "residual": (residual, ["product, tanh", "product, tanh", "sum", "product"], 4),
    "convolutions": (convolutions, ["convolution, relu", "max pool", "product, softmax"], 4),
    "bias row": (bias_row, ["product, sigmoid", "product, sigmoid"], 3),
    "tied": (tied, ["product, tanh", "product"], 2),
    "of layers": (of_layers, ["convolution, relu", "product, softmax"], 5),
}


@pytest.mark.parametrize("name", STAGES)
def test_stages_are_products_with_what_is_done_to_them(name: str) -> None:
    """In words, with their leaves; every node is at home somewhere, and every arrow has two ends that are drawn."""
    make, words, leaves = STAGES[name]
    board, flow = read(make())
    assert told(board, flow) == words
    assert len(flow.leaves) == leaves
    assert set(flow.home) == set(range(len(board.nodes)))
    assert {key for arrow in flow.arrows for key in arrow} == {*flow.stages, *flow.leaves, -1}


def test_what_is_joined_has_an_arrow_from_each() -> None:
    """Scores come from queries and keys, the sum from both ways round."""
    for make, word in ((attention, "product, softmax"), (residual, "sum")):
        board, flow = read(make())
        (key,) = (key for key, stage in flow.stages.items() if stage.words(board.nodes) == word)
        assert sum(target == key and source in flow.stages for source, target in flow.arrows) == 2


def test_a_map_of_each_channel_shows_the_sample_that_is_asked_for() -> None:
    """As codes of colours: those of the other sample differ."""
    loss = convolutions()
    first, second = (draw(loss, view="network", sample=k) for k in (1, 2))
    maps = [grid for grid in first.picture.grids if "-" in grid.id[4:] and grid.slot and grid.slot[0] == "value"]
    assert [grid.shape for grid in maps] == [(6, 6), (4, 4), (4, 4), (2, 2), (2, 2)]
    assert any(first.filled[grid.id] != second.filled[grid.id] for grid in maps)
    with pytest.raises(InputError, match="samples go from 1 to 2"):
        draw(loss, view="network", sample=3)


def test_the_boxes_follow_the_steps() -> None:
    """Before the first step only leaves are known, after the last everything is."""
    board, _ = read(attention())
    picture = draw(board, view="network").picture
    before, after = at_step(board, picture, 0), at_step(board, picture, len(board.steps))
    for slot, text in picture.slots().items():
        leaf = slot[0] == "value" and board.nodes[slot[1]].op is None
        assert (before[slot][0] != "·") == leaf, text.id
        assert after[slot][0] != "·", text.id


@pytest.mark.parametrize("make", [lambda: np.sum(weights(3) ** 2), lambda: Value(1.0) * 2.0, lambda: Value(3.0)])
def test_without_a_product_nothing_flows(make: Callable[[], Value]) -> None:
    """Sums and powers, numbers, one node."""
    assert read_flow(story(make())) is None
