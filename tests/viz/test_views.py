"""The pictures of networks: nothing touches, every step lights what it is about, every number is the engine's."""

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from array_networks import dense, recurrent, scalar_recurrent
from networks import HOSTILE, story

from microgradphys import Value, constant, conv2d, max_pool, relu, sigmoid, softmax
from microgradphys.errors import InputError
from microgradphys.nn import MLP
from microgradphys.notation import write
from viz import Storyboard, draw, window
from viz.drawing import at_step
from viz.graph_view import graph_picture
from viz.grids import LETTERS, WIDTHS, cells, code_of, codes, tint, width_class
from viz.networks.canvas import line_place
from viz.networks.sliding import Window
from viz.picture import Grid, Picture, Place, longest_numbers, news, part_of, place_of
from viz.svg import svg
from viz.theme import THEMES
from viz.views import drawn_network, network_view

SVG = "{http://www.w3.org/2000/svg}"


def image() -> Value:
    """What a convolution of small images has made."""
    rng = np.random.default_rng(2)
    x, k = Value(rng.normal(size=(1, 5, 5, 1)).round(1), "x"), Value(rng.normal(size=(3, 3, 1, 2)).round(1), "k")
    return conv2d(x, k, stride=2, padding=1)


def nameless(*sizes: int) -> Value:
    """A network whose layers have no names, but long formulas."""
    rng = np.random.default_rng(3)
    h = constant(rng.normal(size=sizes[0]).round(2), "x")
    for n, m in pairwise(sizes):
        h = np.tanh(h @ Value(rng.normal(size=(n, m)).round(2)) + Value(rng.normal(size=m).round(2)))
    return np.mean((h - rng.normal(size=sizes[-1]).round(2)) ** 2).named("E")


def attention() -> Value:
    """Who looks at whom, written by hand."""
    rng = np.random.default_rng(5)
    x = constant(rng.normal(size=(4, 3)).round(2), "X")
    q, k, v = (x @ Value(rng.normal(size=(3, 3)).round(2), name) for name in ("Wq", "Wk", "Wv"))
    return np.mean((softmax(q @ k.T / np.sqrt(3.0)) @ v) ** 2).named("E")


def convolutions(batch: int) -> Value:
    """Feature maps, a pool, and a dense layer behind them."""
    rng = np.random.default_rng(6)
    x, kernel = constant(rng.normal(size=(batch, 6, 6, 1)).round(2), "image"), Value(rng.normal(size=(3, 3, 1, 2)), "K")
    maps = max_pool(relu(conv2d(x, kernel)), 2)
    p = softmax(maps.reshape((batch, 8)) @ Value(rng.normal(size=(8, 3)).round(2), "W") + Value(np.zeros(3), "b"))
    return (-np.mean(np.log(p[:, 1]))).named("E")


def residual() -> Value:
    """A layer that is added to what goes into it."""
    rng = np.random.default_rng(7)
    h = np.tanh(constant(rng.normal(size=4).round(2), "x") @ Value(rng.normal(size=(4, 4)).round(2)))
    h = h + np.tanh(h @ Value(rng.normal(size=(4, 4)).round(2)))
    return ((h @ Value(rng.normal(size=4).round(2))) ** 2).named("E")


def scalar_batch(samples: int) -> Value:
    """micrograd's network of scalars, and so many samples."""
    random.seed(1)
    model = MLP(3, [4, 4, 1])
    data = ([2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0])[:samples]
    return sum(((model(x) - 1.0) ** 2 for x in data), Value(0.0))  # type: ignore[arg-type]


PICTURES: dict[str, Callable[[], Storyboard]] = {
    "4-4, weights in a table": lambda: story(dense(4, 4)),
    "8-8-8, weights as heat maps": lambda: story(dense(8, 8, 8)),
    "attention": lambda: story(attention()),
    "convolutions": lambda: story(convolutions(2)),
    "residual": lambda: story(residual()),
    "nameless": lambda: story(nameless(3, 4, 3)),
    "nameless of two": lambda: story(nameless(2, 2, 1)),
    "three outputs and their errors": lambda: story(nameless(2, 4, 3)),
    "scalars, weights in tables": lambda: story(scalar_batch(1)),
    "2-3-1": lambda: story(dense(2, 3, 1)),
    "batch": lambda: story(dense(2, 3, 2, batch=3)),
    "columns": lambda: story(dense(3, 4, 1, batch=2, columns=True)),
    "ellipsis": lambda: story(dense(2, 16, 16, 1)),
    "ten": lambda: story(dense(10, 10, 3)),
    "heat": lambda: story(dense(30, 15, 30)),
    "heat of a batch": lambda: story(dense(30, 40, 1, batch=8)),
    "time": lambda: story(recurrent()),
    "time, every step": lambda: story(recurrent(every=True)),
    "scalar time": lambda: story(scalar_recurrent()),
    "convolution": lambda: window(image()),
    "pool": lambda: window(max_pool(image(), 2)),
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, tuple[Storyboard, Picture]]:
    """Every picture, laid out once."""
    found = {}
    for name, make in PICTURES.items():
        board = make()
        picture = network_view(board)
        assert picture is not None, name
        found[name] = (board, picture)
    return found


Drawn = dict[str, tuple[Storyboard, Picture]]


def touching(board: Storyboard, picture: Picture) -> list[tuple[str, str]]:
    """Texts that overlap each other, and texts outside of shapes that overlap a shape or a heat map."""
    longest = longest_numbers(board)
    places = [(text, place_of(text, longest)) for text in picture.texts if text.role != "local"]
    found = [(a.id, b.id) for k, (a, p) in enumerate(places) for b, q in places[:k] if p.meets(q)]
    for grid in picture.grids:
        room = Place(grid.x, grid.y, grid.width, grid.height)
        found += [(text.id, grid.id) for text, place in places if place.meets(room)]
    for shape in picture.shapes:
        angles = (0.0, 45.0) if shape.round else (0.0,)
        rooms = [Place(shape.x, shape.y, shape.width, shape.height, angle) for angle in angles]
        outside = [(text, place) for text, place in places if text.room is None]
        found += [(text.id, shape.id) for text, place in outside if all(place.meets(room) for room in rooms)]
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_touches_and_all_is_inside(name: str, drawn: Drawn) -> None:
    """The room that texts take when their longest numbers stand there is their own."""
    board, picture = drawn[name]
    assert touching(board, picture) == []
    longest = longest_numbers(board)
    for text in picture.texts:
        for x, y in place_of(text, longest).corners():
            assert 0 <= x <= picture.width, text.id
            assert 0 <= y <= picture.height, text.id


@pytest.mark.parametrize("name", PICTURES)
def test_every_move_lights_what_is_drawn(name: str, drawn: Drawn) -> None:
    """At each step something is lit, every id is one thing's, and every slot is one text's."""
    board, picture = drawn[name]
    things = [thing.id for thing in (*picture.shapes, *picture.lines)]
    for move in board.moves:
        lit = picture.routes[move.id].lit
        assert lit, move.id
        assert set(lit) <= set(things), move.id
    ids = [*things, *(text.id for text in picture.texts), *(grid.id for grid in picture.grids)]
    assert len(set(ids)) == len(ids)
    slots = [text.slot for text in picture.texts if text.slot]
    assert len(set(slots)) == len(slots)


@pytest.mark.parametrize("name", PICTURES)
def test_before_the_first_step_nothing_computed_is_shown(name: str, drawn: Drawn) -> None:
    """What is not known is a dot, never 0; afterwards everything is known."""
    board, picture = drawn[name]
    first, last = at_step(board, picture, 0), at_step(board, picture, len(board.steps))
    for slot in picture.slots():
        leaf = slot[0] == "value" and board.nodes[slot[1]].op is None
        assert (first[slot][0] != "·") == leaf, slot
    unknown = [slot for slot in picture.slots() if last[slot][0] == "·"]
    assert all(slot[0] == "gradient" for slot in unknown), "a leaf that no window covers gets no gradient"
    assert unknown == [] or isinstance(picture.title, str)


def test_a_step_of_a_layer_lights_all_its_elements(drawn: Drawn) -> None:
    """A product lights the edges of its layer, a bias or an activation its neurons, an update its weights."""
    board, picture = drawn["2-3-1"]
    lit = {move.id: picture.routes[move.id].lit for move in board.moves}
    k = {node.op: j for j, node in reversed(list(enumerate(board.nodes)))}
    assert lit[f"forward:n{k['matmul']}"] == tuple(f"w{j}" for j in range(6))
    assert lit[f"forward:n{k['tanh']}"] == lit[f"forward:n{k['add']}"] == ("u2", "u3", "u4")
    assert lit[f"backward:n{k['matmul']}.1"] == tuple(f"w{j}" for j in range(6))
    weights = next(move for move in board.moves if move.phase == "update" and move.node == board.index("W1"))
    assert lit[weights.id] == tuple(f"w{j}" for j in range(6))


def test_steps_of_a_layer_light_all_that_happens_in_it() -> None:
    """A drawing of a step is lit by each of its moves, however the moves are cut into steps."""
    for by in ("node", "layer", "update"):
        board = story(dense(2, 3, 1), by=by)
        for number in (1, len(board.steps)):
            drawing = draw(board, view="network", step=number)
            moves = board.steps[number - 1].moves
            assert set(drawing.lit) == {id_ for move in moves for id_ in drawing.picture.routes[move.id].lit}


def test_a_batch_is_drawn_for_the_sample_that_is_asked_for() -> None:
    """Neurons are those of the sample, gradients of weights those of all; the picture says so."""
    loss = dense(2, 3, 1, batch=4)
    loss.backward()
    h = next(node for node in story(loss).recording if node.name == "h1")
    for sample in (1, 3):
        drawing = draw(loss, view="network", sample=sample)
        shown = {text.slot: drawing.filled[text.slot][0] for text in drawing.picture.texts if text.slot}
        values = [shown["value", story(loss).index(h), (sample - 1, j)] for j in range(3)]
        assert values == [f"{number:.4g}".replace("-", "−") for number in h.data[sample - 1]]
        notes = " ".join(text for text in texts(drawing.svg()) if text)
        assert f"sample {sample} of 4" in notes
        assert "those of all samples together" in notes
    with pytest.raises(InputError, match="there is no sample 5; samples go from 1 to 4"):
        draw(loss, view="network", sample=5)
    with pytest.raises(InputError, match="there is one sample"):
        draw(dense(2, 1), view="network", sample=2)


def texts(document: str) -> list[str]:
    """The texts of an SVG document."""
    return [text.text or "" for text in ET.fromstring(document).iter(f"{SVG}text")]


def test_the_picture_follows_the_numbers_of_each_step(drawn: Drawn) -> None:
    """The code of every heat map after every step is that of the array which is known then."""
    board, picture = drawn["heat"]
    assert len(picture.grids) == 13 + 1
    for step in (0, len(board.steps) // 2, len(board.steps)):
        known = {slot: number for slot, number, _ in news(board, board.moves_done(step))}
        found = at_step(board, picture, step)
        for grid in picture.grids:
            if grid.slot is None:
                assert found[grid.id][0] == LETTERS[:63]
            elif grid.slot not in known:
                assert grid.id not in found
            else:
                levels = [LETTERS.index(letter) - 31 for letter in found[grid.id][0]]
                assert levels == np.rint(31 * np.ravel(known[grid.slot]) / grid.peak).tolist()


def test_the_scale_is_symmetric_and_trouble_has_a_colour_of_its_own() -> None:
    """0 is the middle, the largest size is full colour, what is not finite is trouble; beyond the peak stays full."""
    grid = Grid("g", 0, 0, 60, 20, (2, 3), 2, 3, peak=2.0)
    code = code_of(grid, [[-2.0, 0.0, 2.0], [np.nan, -np.inf, 5.0]])
    assert [tint(letter) for letter in code] == [
        ("minus", 1.0), ("plus", 0.0), ("plus", 1.0), ("trouble", 1.0), ("trouble", 1.0), ("plus", 1.0),
    ]  # fmt: skip
    assert [width_class(letter) for letter in code] == [7, 0, 7, 7, 7, 7]
    assert sum(map(len, cells(grid, code).values())) == 5


def test_a_cell_that_stands_for_several_numbers_shows_the_largest() -> None:
    """Nothing large is lost in a map with fewer cells than numbers."""
    array = np.zeros((100, 200))
    array[57, 130] = -3.0
    code = code_of(Grid("g", 0, 0, 64, 64, (100, 200), 64, 64, peak=3.0), array)
    assert len(code) == 64 * 64
    assert code.count("a") == 1


def test_large_arrays_make_small_pictures() -> None:
    """A matrix of 784 by 128 is drawn in 64 by 64 cells."""
    document = draw(dense(784, 128, 10, batch=4), view="network").svg()
    assert len(document) < 900_000
    ET.fromstring(document)


def test_edges_show_sign_and_size(drawn: Drawn) -> None:
    """A negative weight is dashed, the largest is the widest, before any step and after the update."""
    board, picture = drawn["2-3-1"]
    for step in (0, len(board.steps)):
        document = svg(picture, THEMES["light"], at_step(board, picture, step))
        paths = {path.get("id"): path.get("class", "").split() for path in ET.fromstring(document).iter(f"{SVG}path")}
        known = {slot: number for slot, number, _ in news(board, board.moves_done(step))}
        shown = [(line.id, line.slot) for line in picture.lines if line.slot]
        weights = {id_: part_of(slot, known[slot[:2]]) for id_, slot in shown}
        assert len(weights) == 9
        for id_, weight in weights.items():
            assert ("minus" in paths[id_]) == (weight < 0)
            peak = next(line.peak for line in picture.lines if line.id == id_)
            assert f"w{round(round(31 * abs(weight) / peak) / 31 * (len(WIDTHS) - 1))}" in paths[id_]


def test_a_matrix_in_the_graph_view_has_two_small_maps() -> None:
    """Values and gradients, inside the box; small arrays are written out, vectors and numbers have none."""
    board = story(dense(30, 4, 1, batch=5))
    picture = graph_picture(board)
    mapped = {grid.slot[1] for grid in picture.grids if grid.slot}
    assert {board.index("W1"), board.index("h1")} <= mapped
    assert board.index("b1") not in mapped
    boxes = {shape.id: shape for shape in picture.shapes}
    for grid in picture.grids:
        assert grid.slot is not None
        box = boxes[board.nodes[grid.slot[1]].id]
        assert abs(grid.x - box.x) + grid.width / 2 <= box.width / 2
        assert abs(grid.y - box.y) + grid.height / 2 <= box.height / 2
    assert touching(board, picture) == []


def test_gradients_through_time_are_beside_each_use_of_a_weight() -> None:
    """What the uses of a weight contribute adds up to its gradient, and each is on the picture."""
    board = story(scalar_recurrent(5))
    picture = network_view(board)
    assert picture is not None
    w = board.index("w")
    shown = {text.slot[1] for text in picture.texts if text.slot and text.slot[0] == "contribution"}
    parts = {move.edge: move.contribution for move in board.moves if move.edge is not None and move.node == w}
    assert set(parts) <= shown
    assert sum(parts.values()) == pytest.approx(board.state(len(board.steps)).gradients[w])
    names = [text for text in texts(draw(board, view="network").svg()) if text in ("w", "used 5 times", "t = 5")]
    assert names.count("w") == 6
    assert names.count("used 5 times") == 3
    assert names.count("t = 5") == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_not_obeyed(name: str) -> None:
    """Any name gives well-formed SVG without new elements, in every picture."""
    x, W, b = constant([[0.5, 1.0]] * 2, name), Value(np.ones((2, 30)), name + "W"), Value(np.zeros(30), name)
    h = np.tanh(x @ W + b).named(name)
    small = np.tanh(x @ Value(np.eye(2), name) + Value(np.zeros(2), name)).named(name)
    w = Value(0.5, name)
    state = Value(0.1, name)
    for _ in range(3):
        state = np.tanh(w * state + Value(1.0, name + "u") * 0.5).named(name)
    boards = [Storyboard(loss) for loss in (np.sum(h**2).named(name), np.sum(small).named(name), state.named(name))]
    boards.append(window(conv2d(Value(np.ones((1, 3, 3, 1)), name), Value(np.ones((2, 2, 1, 1)), name)).named(name)))
    for board in boards:
        picture = network_view(board)
        if picture is None:
            continue
        document = svg(picture, THEMES["dark"], at_step(board, picture, len(board.steps)))
        tags = {element.tag for element in ET.fromstring(document).iter()}
        assert tags <= {SVG + tag for tag in ("svg", "title", "style", "rect", "circle", "path", "text", "g")}


def test_nan_and_infinity_are_drawn() -> None:
    """Numbers that are none are trouble in a heat map, and have a text."""
    x = np.ones((3, 30))
    x[0, 0], x[1, 1] = np.nan, np.inf
    with np.errstate(all="ignore"):
        loss = np.sum(np.tanh(x @ Value(np.ones((30, 40)), "W"))).named("E")
        document = draw(loss, view="network", step=3).svg()
    assert 'class="cell trouble"' in document


def random_program(random_: random.Random) -> Value:
    """A program of arrays that is nearly a network."""
    rng = np.random.default_rng(random_.randrange(10**6))

    def leaf(*shape: int) -> Value:
        make = Value if random_.random() < 0.7 else constant
        return make(rng.normal(size=shape), random_.choice([None, "x", "W", "h", "E"]))

    pool = [leaf(3, 4) if random_.random() < 0.5 else leaf(4)]
    for _ in range(random_.randrange(1, 7)):
        a = pool[-1] if random_.random() < 0.8 else random_.choice(pool)
        last = a.shape[-1] if a.shape else 1
        choices: list[Callable[[], Value]] = [
            lambda a=a, n=last: a @ leaf(n, random_.choice([1, 4, 12, 30])) if a.shape else a * 2.0,
            lambda a=a, n=last: np.tanh(a @ leaf(n, 5) + leaf(5)) if a.shape else np.tanh(a),
            lambda a=a, n=last: sigmoid(a @ leaf(n, 2) + leaf(2)) if a.shape else np.tanh(a),
            lambda a=a: np.tanh(a),
            lambda a=a: relu(a),
            lambda a=a: softmax(a) if a.shape else sigmoid(a),
            lambda a=a, n=last: a + (leaf(n) if a.shape else leaf()),
            lambda a=a: a * random_.choice([leaf(), Value(2.0)]),
            lambda a=a: a + a,
            lambda a=a: a.T,
        ]
        pool.append(random_.choice(choices)())
    return np.sum(pool[-1] ** 2)


def test_random_programs_are_drawn_or_not_but_never_raise() -> None:
    """What has a network view has one in which nothing touches and every move lights something."""
    found = 0
    for seed in range(60):
        loss = random_program(random.Random(seed))
        if not loss.active:
            continue
        board = Storyboard(loss)
        picture = network_view(board)
        if picture is None:
            continue
        found += 1
        assert touching(board, picture) == [], seed
        assert all(picture.routes[move.id].lit for move in board.moves), seed
    assert found > 10


def two_samples() -> tuple[Value, list[Value]]:
    """One neuron that two samples go through, and its two outputs."""
    w, v, b = Value(0.5, "w"), Value(1.0, "v"), Value(0.1, "b")
    outputs = [sigmoid(w * p + v * q + b) for p, q in ((1.0, 2.0), (3.0, 4.0))]
    return sum((y - t) ** 2 for y, t in zip(outputs, (1.0, 0.0), strict=True)).named("E"), outputs


@pytest.mark.parametrize("sample", [1, 2])
def test_a_step_of_another_sample_lights_nothing_of_the_one_that_is_drawn(sample: int) -> None:
    """What is computed for the other sample, its shares in the gradients of weights too, lights a box of its own."""
    loss, outputs = two_samples()
    board = Storyboard(loss)
    picture = network_view(board, sample)
    assert picture is not None
    assert touching(board, picture) == []
    own, other = outputs[sample - 1], outputs[2 - sample]
    members = {board.index(node) for node in Storyboard(other).recording if node.primitive is not None}
    for move in board.moves:
        target = None if move.edge is None else board.edges[move.edge].target
        assert (picture.routes[move.id].lit == ("others",)) == (move.node in members or target in members), move.id
    assert picture.routes[f"forward:n{board.index(own)}"].lit == ("u2",)


def test_the_size_of_an_array_does_not_run_into_its_name() -> None:
    """A box says what it holds, then its size: a vector's as a word, a matrix's as rows by columns."""
    W, U, h = Value(np.eye(3), "W"), Value(np.ones((3, 2)), "U"), np.zeros(3)
    for _ in range(2):
        h = np.tanh(W @ h + U @ np.ones(2))
    picture = network_view(story(np.sum(np.tanh(W @ h + U @ np.ones(2)).named("h") ** 2).named("E")))
    assert picture is not None
    names = [write(text.math) for text in picture.texts if text.role == "name" and text.math is not None]
    assert {"h at t = 2, size 3", "h, size 3", "x₂, size 2", "W, 3×3", "U, 3×2"} <= set(names)


def test_codes_know_marks_that_wait_for_nothing() -> None:
    """A colour scale is there before any number is."""
    picture = network_view(story(dense(30, 15, 30)))
    assert picture is not None
    assert list(codes(picture, [])) == ["scale"]


@pytest.mark.parametrize("sizes", [(2, 3, 1), (3, 3, 1)])
def test_hardly_an_edge_crosses_a_number(sizes: tuple[int, ...]) -> None:
    """Every weight has its number and its gradient beside its edge, and at most one other edge in all touches them."""
    board = story(dense(*sizes))
    picture = network_view(board)
    assert picture is not None
    longest = longest_numbers(board)
    beside = [text for text in picture.texts if text.angle or text.role == "gradient"]
    slots = picture.slots()
    weights = [("value", board.index("W1"), (i, j)) for i in range(sizes[0]) for j in range(sizes[1])]
    assert all(slot in slots and ("gradient", *slot[1:]) in slots for slot in weights)
    crossed = [
        (text.id, line.id)
        for text in beside
        for line in picture.lines
        if _runs_through(line.points, place_of(text, longest))
    ]
    assert len(crossed) <= 1, crossed


def _runs_through(points: tuple[tuple[float, float], ...], place: Place) -> bool:
    """Whether a straight edge passes the middle line of a place."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    return any(place.meets(Place(x0 + t * (x1 - x0), y0 + t * (y1 - y0), 1, 1)) for t in np.linspace(0, 1, 80))


def test_where_edges_must_cross_numbers_all_numbers_are_there() -> None:
    """Sixteen edges between two layers of four: as few crossings as can be, and nothing is left out."""
    board = story(dense(4, 4))
    picture = network_view(board)
    assert picture is not None
    slots = picture.slots()
    w = board.index("W1")
    assert all(("value", w, (i, j)) in slots and ("gradient", w, (i, j)) in slots for i in range(4) for j in range(4))
    assert touching(board, picture) == []


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_is_squeezed_until_it_cannot_be_read(name: str, drawn: Drawn) -> None:
    """A number keeps six tenths of its size and more, however long it gets; so does a name."""
    board, picture = drawn[name]
    longest = longest_numbers(board)
    for text in picture.texts:
        shown = text.filled(longest[text.slot]) if text.slot else text.math
        if shown is not None and not isinstance(board, Window):
            assert text.fitted(write(shown)) >= 0.6 * text.size, (text.id, write(shown))


def test_no_edge_crosses_the_numbers_of_the_loss(drawn: Drawn) -> None:
    """They stand beside the edges of the last layer, not across them."""
    for name in ("nameless", "three outputs and their errors", "batch", "2-3-1"):
        board, picture = drawn[name]
        longest = longest_numbers(board)
        outside = {f"gradient{board.loss}", *(f"{which}{k}" for which in ("value", "gradient") for k in rest_of(board))}
        ways = [line_place(line.points) for line in picture.lines if line.id.startswith("l")]
        numbers = [text for text in picture.texts if text.id in outside and text.room is None]
        assert not [text.id for text in numbers for way in ways if place_of(text, longest).meets(way)]


def rest_of(board: Storyboard) -> list[int]:
    """The nodes between the network and the loss."""
    network = drawn_network(board)
    assert network is not None
    return network.rest
