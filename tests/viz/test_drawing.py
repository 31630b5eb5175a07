"""The picture of a graph: its structure, its numbers, its files."""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from networks import HOSTILE, layers, neuron, story
from PIL import Image

from lessons.worked_example import scalar_network
from microgradphys import Value, constant, sigmoid, softmax
from microgradphys.errors import GradientError, InputError
from microgradphys.notation import write
from viz import Storyboard, draw
from viz.drawing import at_step
from viz.graph_view import graph_picture
from viz.picture import BOLD, longest_numbers, place_of, text_width

SVG = "{http://www.w3.org/2000/svg}"


def texts(document: str) -> dict[str, str]:
    """The texts of an SVG document by their ids."""
    return {text.get("id", ""): text.text or "" for text in ET.fromstring(document).iter(f"{SVG}text")}


def test_before_backward_a_gradient_is_not_computed_rather_than_zero() -> None:
    """No gradient is drawn as 0 before there is one."""
    shown = texts(draw(neuron()).svg())
    gradients = {text for id_, text in shown.items() if id_.startswith("gradient")}
    assert gradients == {"∂E not computed"}


def test_after_backward_values_gradients_and_local_derivatives_are_drawn() -> None:
    """Each kind of number stands with its name."""
    loss = neuron()
    loss.backward()
    shown = set(texts(draw(loss).svg()).values())
    assert {"0.1", "0.52", "∂E/∂w = 0.05866", "σ′(s) = 0.2338", "x = 0.2", "∂E/∂E = 1"} <= shown


def test_a_square_written_as_a_product_has_two_edges() -> None:
    """x·x is drawn with both of its arguments."""
    x = Value(3.0, "x")
    drawn = ET.fromstring(draw(x * x).svg())
    assert len(list(drawn.iter(f"{SVG}path"))) == 2


def test_a_constant_without_a_name_is_no_box() -> None:
    """The 2 of a power stands in the formula only."""
    picture = graph_picture(story((Value(3.0, "x") ** 2).named("y")))
    assert [shape.kind for shape in picture.shapes] == ["leaf", "loss"]


def test_the_picture_has_a_box_for_every_node_and_an_edge_for_every_argument() -> None:
    """Boxes, edges and storyboard agree."""
    board = story(layers(2, 2, 1))
    picture = graph_picture(board)
    drawn = {shape.id for shape in picture.shapes}
    hidden = {node.id for node in board.nodes if node.constant and not node.named and not node.op}
    assert drawn == {node.id for node in board.nodes} - hidden
    assert {line.id for line in picture.lines} == {e.id for e in board.edges if board.nodes[e.source].id not in hidden}


@pytest.mark.parametrize("fold", [True, "layer 1", ["layer 1", "layer 2"]])
def test_scopes_fold_into_one_box(fold: object) -> None:
    """A folded scope is one box with its name and what leaves it; the rest stays."""
    picture = graph_picture(story(layers(2, 2, 1)), fold)  # type: ignore[arg-type]
    groups = [shape for shape in picture.shapes if shape.kind == "group"]
    assert len(groups) == (1 if fold == "layer 1" else 2)
    assert len(picture.shapes) < 16


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_not_obeyed(name: str) -> None:
    """Any name gives well-formed SVG without new elements."""
    loss = Value(1.0, name) * Value(2.0, "w")
    tags = {element.tag for element in ET.fromstring(draw(loss).svg()).iter()}
    assert tags <= {SVG + tag for tag in ("svg", "title", "style", "rect", "circle", "path", "text")}


@pytest.mark.parametrize("view", ["graph", "network"])
@pytest.mark.parametrize(
    "sizes", [(1, 1), (2, 1), (2, 2, 1), (2, 3, 1), (3, 3, 1), (2, 4, 1), (1, 4, 2), (2, 3, 3, 1), (4, 6, 1)]
)
def test_no_two_texts_touch(view: str, sizes: tuple[int, ...]) -> None:
    """The room that texts take when their longest numbers stand there never overlaps."""
    board = story(layers(*sizes))
    picture = draw(board, view=view).picture  # type: ignore[arg-type]
    longest = longest_numbers(board)
    places = [(text.id, place_of(text, longest)) for text in picture.texts if text.role != "local"]
    touching = [(a, b) for k, (a, p) in enumerate(places) for b, q in places[:k] if p.meets(q)]
    assert touching == []


def test_every_text_is_inside_the_picture() -> None:
    """Nothing is cut off at the rim."""
    board = story(layers(2, 2, 1))
    for view in ("graph", "network"):
        picture = draw(board, view=view).picture  # type: ignore[arg-type]
        for text in picture.texts:
            for x, y in place_of(text, longest_numbers(board)).corners():
                assert 0 <= x <= picture.width
                assert 0 <= y <= picture.height


@pytest.mark.parametrize("sizes", [None, (1, 1), (2, 1), (2, 2, 1), (2, 3, 1), (3, 3, 1), (2, 4, 1), (2, 2, 2, 1)])
def test_the_network_view_labels_every_weight(sizes: tuple[int, ...] | None) -> None:
    """Each weight of a small network has its value and its gradient beside its edge."""
    board = story(layers(*sizes) if sizes else scalar_network().E)
    shown = {text.slot for text in draw(board, view="network").picture.texts}
    weights = [k for k, node in enumerate(board.nodes) if write(node.label).startswith("W")]
    weights = [k for k in weights if board.nodes[k].op is None]
    assert [k for k in weights if ("value", k) not in shown or ("gradient", k) not in shown] == []


def test_every_move_lights_exactly_one_thing_that_is_drawn() -> None:
    """At each step one element is lit, in both views."""
    board = story(layers(2, 3, 1))
    for view in ("graph", "network"):
        picture = draw(board, view=view).picture  # type: ignore[arg-type]
        drawn = {shape.id for shape in picture.shapes} | {line.id for line in picture.lines}
        for move in board.moves:
            assert len(picture.routes[move.id].lit) == 1
            assert picture.routes[move.id].lit[0] in drawn


def test_at_a_step_what_is_not_known_is_a_dot() -> None:
    """The picture at step k shows what is known at step k and nothing else."""
    board = story(neuron())
    picture = graph_picture(board)
    before, after = at_step(board, picture, 0), at_step(board, picture, len(board.steps))
    assert before["value", board.loss] == ("·", "unknown")
    assert before["value", board.index("w")][0] == "0.1"
    assert after["value", board.loss][1] == "again"
    assert "·" not in {text for text, _ in after.values()}


def test_a_graph_of_arrays_and_of_an_array_is_drawn() -> None:
    """Small arrays are written out, larger ones by shape and norm."""
    shown = set(texts(draw(np.tanh(Value(np.ones((20, 3)), "W") @ Value([1.0, 2.0, 3.0], "x"))).svg()).values())
    assert {"[1, 2, 3]", "20×3 numbers, norm 7.746"} <= shown


def test_nan_and_infinity_are_drawn() -> None:
    """Numbers that are none have a text too."""
    with np.errstate(all="ignore"):
        loss = (Value(np.inf, "a") * Value(0.0, "b")).named("E")
    shown = set(texts(draw(loss).svg()).values())
    assert {"∞", "NaN", "0"} <= shown


@pytest.mark.parametrize(("ending", "magic"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_files_are_what_their_ending_says(tmp_path: Path, ending: str, magic: bytes) -> None:
    """SVG, PNG and PDF are written, and nothing is left beside them."""
    path = draw(neuron()).save(tmp_path / f"x{ending}")
    assert path.read_bytes().startswith(magic)
    assert list(tmp_path.iterdir()) == [path]


def test_the_png_has_two_pixels_for_each_and_is_not_blank(tmp_path: Path) -> None:
    """The PNG is sharp, and shows the theme's colours."""
    drawing = draw(neuron())
    image = Image.open(drawing.save(tmp_path / "x.png", theme="dark")).convert("RGB")
    assert abs(image.width - 2 * drawing.picture.width * 0.75) < 3
    colours = {colour for _, colour in image.getcolors(1 << 24) or []}
    assert (0x10, 0x15, 0x1F) in colours
    assert (0x56, 0xB4, 0xE9) in colours


@pytest.mark.parametrize(
    ("path", "message"),
    [("x.bmp", "must end in .svg or .png or .pdf"), ("missing/x.svg", "does not exist"), ("folder.svg", "is a folder")],
)
def test_a_target_that_cannot_be_written_is_named(tmp_path: Path, path: str, message: str) -> None:
    """One message, and no file."""
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InputError, match=message):
        draw(neuron()).save(tmp_path / path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.svg"]


def test_what_cannot_be_drawn_says_why() -> None:
    """Views, scopes, constants and things that are no Values."""
    with pytest.raises(InputError, match="'graph' or 'network'"):
        draw(neuron(), view="tree")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no scope is called 'hidden'; the scopes are 'neuron'"):
        draw(neuron(), fold="hidden")
    with pytest.raises(InputError, match="not built as neurons"):
        draw(Value(1.0) + 1, view="network")
    with pytest.raises(GradientError, match="depends on no leaf"):
        draw(constant(1.0) * 2)
    with pytest.raises(InputError, match="needs a Value, not float"):
        draw(1.0)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'light', 'dark'"):
        draw(neuron()).svg("blue")  # type: ignore[arg-type]


def test_names_come_from_the_callers_variables() -> None:
    """A Value without a name is called what its variable is called."""
    weight = Value(2.0)
    shown = set(texts(draw(weight * 3).svg()).values())
    assert "weight" in shown


def test_drawing_leaves_the_gradients_alone() -> None:
    """Drawing computes nothing on the nodes."""
    loss = neuron()
    draw(loss).svg()
    Storyboard(loss)
    assert loss.grad is None


def test_a_neuron_that_is_itself_the_loss_is_drawn_once() -> None:
    """Without a box behind it."""
    picture = draw(Value(3.0, "w") * constant(2.0, "x"), view="network").picture
    assert [shape.kind for shape in picture.shapes] == ["unit", "unit"]
    assert len({text.id for text in picture.texts}) == len(picture.texts)


def test_a_thicket_is_laid_out_in_a_second_not_in_minutes() -> None:
    """Graphviz is not asked for what it cannot do."""
    value = [Value(1.0, f"w_{k}") for k in range(6)]
    for k in range(6, 150):
        value.append(value[k * 7 % k] * 0.5 + value[k * 5 % (k - 1)] * 0.1)
    picture = graph_picture(story(sum(value[1:], value[0])))  # type: ignore[arg-type]
    assert len(picture.lines) > 400


def test_a_long_name_in_a_circle_is_cut_short_and_whole_in_its_title() -> None:
    """Never smaller than can be read."""
    y = sigmoid(Value(0.5, "w") * constant(2.0, "x")).named("the probability that it rains tomorrow")
    document = draw(((y - 1) ** 2).named("E"), view="network").svg()
    root = ET.fromstring(document)
    names = [text for text in root.iter(f"{SVG}text") if "name" in (text.get("class") or "").split()]
    (cut,) = (text for text in names if len(text))
    assert (cut.text or "").startswith("the prob")
    assert (cut.text or "").endswith("…")
    assert cut[0].text == "the probability that it rains tomorrow"
    assert min(float(text.get("font-size", 0)) for text in names) > 13


def test_a_long_name_stays_in_its_box() -> None:
    """Names are bold, which takes a tenth more than the estimate for a text."""
    x, w = constant([0.1, 0.2, 0.3], "input"), Value([0.5, 0.4, 0.3], "weights")
    drawing = draw(softmax(np.tanh(np.tanh(x * w + 1.25) * w + 2.5)).sum())
    rooms = {text.id: text.room for text in drawing.picture.texts if text.role == "name" and text.room is not None}
    names = [text for text in ET.fromstring(drawing.svg()).iter(f"{SVG}text") if text.get("id") in rooms]
    assert names
    for name in names:
        width = text_width(name.text or "", float(name.get("font-size", ""))) * BOLD
        assert width <= rooms[name.get("id", "")] + 1, name.text
