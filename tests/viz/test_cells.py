"""Recurrent layers with gates as cells in time: what is read, and the picture that is made of it."""

import numpy as np
import pytest
from array_networks import meet
from networks import HOSTILE

from microgradphys import Value, constant, scope, sigmoid
from microgradphys.errors import InputError
from microgradphys.nn import GRU, LSTM, RNN, Dense, Sequential
from microgradphys.notation import write
from viz import Storyboard, draw, play
from viz.networks.cells import Cells, read_cells
from viz.picture import Picture
from viz.views import network_view

STACKS = {
    "lstm": lambda: Sequential(LSTM(3), Dense(1)),
    "gru": lambda: Sequential(GRU(2), Dense(1)),
    "sequences": lambda: Sequential(GRU(2, return_sequences=True), Dense(1)),
    "two of lstm": lambda: Sequential(LSTM(3, return_sequences=True), LSTM(2), Dense(2)),
    "two of rnn": lambda: Sequential(RNN(3, return_sequences=True), RNN(2), Dense(1)),
    "rnn and dense": lambda: Sequential(RNN(3, return_sequences=True), Dense(1)),
    "dense between": lambda: Sequential(GRU(3, return_sequences=True), Dense(2, "tanh"), LSTM(2), Dense(1)),
    "alone": lambda: GRU(3),
}


def loss(name: str, steps: int = 3, batch: int = 2) -> Value:
    x = np.random.default_rng(1).normal(size=(batch, steps, 2))
    return np.mean((STACKS[name]()(x) - 1.0) ** 2).named("E")


def read(board: Storyboard) -> Cells:
    found = read_cells(board)
    assert found is not None
    return found


def names(board: Storyboard, shown: tuple[int, ...]) -> list[str]:
    return [write(board.nodes[k].label) for k in shown]


def drawn(board: Storyboard) -> Picture:
    picture = network_view(board)
    assert picture is not None
    return picture


def test_the_cells_of_an_lstm_have_their_gates_and_states_by_name():
    board = Storyboard(loss("lstm"))
    cells = read(board)
    steps = [box for box in cells.boxes if box.step is not None]
    assert [box.title for box in steps] == ["lstm 1, step 1", "lstm 1, step 2", "lstm 1, step 3"]
    assert names(board, steps[1].shown) == ["i₂⁽¹⁾", "f₂⁽¹⁾", "o₂⁽¹⁾", "c̃₂⁽¹⁾", "c₂⁽¹⁾", "h₂⁽¹⁾"]
    handed = [names(board, (x.node,))[0] for x in cells.links if cells.boxes[x.source] == steps[0]]
    assert sorted(handed) == ["c₁⁽¹⁾", "h₁⁽¹⁾"], "the state and the output go on"


def test_what_is_cut_and_stacked_is_looked_through():
    board = Storyboard(loss("two of rnn"))
    cells = read(board)
    upwards = [x for x in cells.links if cells.boxes[x.source].layer != cells.boxes[x.target].layer]
    between = [(cells.boxes[x.source].step, cells.boxes[x.target].step) for x in upwards if x.target >= 0]
    assert between == [(1, 1), (2, 2), (3, 3), (3, None)], "each step feeds its own above, the last the output"


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize(("steps", "batch"), [(2, 1), (3, 4)])
def test_every_stack_is_drawn_with_time_to_the_right_and_nothing_in_the_way(name, steps, batch):
    board = Storyboard(loss(name, steps, batch))
    picture = drawn(board)
    assert meet(picture) == []
    there = {mark.id for mark in (*picture.shapes, *picture.lines, *picture.texts)}
    assert set(picture.routes) == {move.id for move in board.moves}
    for move in board.moves:
        route = picture.routes[move.id]
        assert set(route.lit) <= there
        assert route.lit or board.nodes[move.node].op in ("getitem", "stack", "swapaxes", "reshape", "expand_dims")
    place = {shape.id: shape for shape in picture.shapes}
    for b, box in enumerate(read(board).boxes):
        for other, later in enumerate(read(board).boxes):
            if box.layer == later.layer and box.step and later.step and box.step < later.step:
                assert place[f"b{b}"].x < place[f"b{other}"].x
                assert place[f"b{b}"].y == place[f"b{other}"].y


def test_of_many_steps_the_first_and_the_last_are_drawn_and_it_says_so():
    picture = drawn(Storyboard(loss("gru", steps=12), learning_rate=None))
    titles = [write(text.math) for text in picture.texts if text.id.startswith("title-") and text.math]
    assert [title for title in titles if "step " in title] == [f"gru 1, step {k}" for k in (1, 2, 3, 4, 10, 11, 12)]
    assert "steps 5 to 9 are not drawn" in " ".join(write(text.math) for text in picture.texts if text.math)


def test_a_cell_of_scalars_that_a_student_wrote():
    w, u = Value(0.5, "w"), Value(-0.3, "u")
    h = constant(0.1, "h_0")
    for t in (1, 2, 3):
        with scope(f"step {t}"):
            z = sigmoid(w * h).named(f"z_{t}")
            h = (z * h + (1 - z) * np.tanh(u * h)).named(f"h_{t}")
    board = Storyboard((h**2).named("E"))
    assert [names(board, box.shown) for box in read(board).boxes if box.step] == [
        [f"z{sub}", f"h{sub}"] for sub in "₁₂₃"
    ]
    assert meet(drawn(board)) == []


def test_steps_that_hand_on_nothing_are_no_cells():
    w = Value(0.5, "w")
    total = constant(0.0)
    for t in (1, 2):
        with scope(f"step {t}"):
            part = (w * t) ** 2
        total = total + part
    assert read_cells(Storyboard(total.named("E"))) is None


def test_all_samples_are_drawn_so_there_is_no_second():
    with pytest.raises(InputError, match="there is no sample 2"):
        network_view(Storyboard(loss("gru")), sample=2)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_numbers(name, tmp_path):
    w, h = Value(np.array([np.nan, 1e300, -np.inf]), name or None), constant(np.ones(3))
    with np.errstate(all="ignore"):
        for t in (1, 2):
            with scope(name or "layer"), scope(f"step {t}"):
                h = (np.tanh(w * h) * h).named(f"{name} {t}")
        E = np.sum(h).named(name or "E")
        assert draw(E, view="network", names={}).save(tmp_path / "cells.svg").stat().st_size > 1000
        play(E, names={}).save(tmp_path / "cells.html")


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("sizes", [(1,), (3, 1), (4, 3, 2)])
def test_dense_layers_in_sequence_are_a_network(sizes, batch):
    x = np.random.default_rng(0).normal(size=(batch, 2))
    network = Sequential(*(Dense(size, "tanh") for size in sizes[:-1]), Dense(sizes[-1]))
    board = Storyboard(np.mean((network(x) - 1.0) ** 2).named("E"))
    for sample in range(1, batch + 1):
        picture = network_view(board, sample=sample)
        assert picture is not None
        assert sum(shape.round for shape in picture.shapes) == 2 + sum(sizes)
