"""The storyboard: its structure, what is known at each step, its JSON form, and its text."""

import json
import math
from itertools import accumulate
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from microgradphys import Value, constant, scope
from microgradphys.errors import GradientError, InputError, ShapeError, StaleGraphError
from microgradphys.notation import write
from viz.schema import as_dict, number
from viz.steps import PHASES, By
from viz.storyboard import Storyboard

CUTS: tuple[By, ...] = ("contribution", "node", "layer", "update")


def network() -> Value:
    """Build the smallest network with a hidden layer: E = (w₂ tanh(w₁ x + b) − t)²."""
    x, t = constant(0.5, "x"), constant(1.0, "t")
    with scope("hidden"):
        h = np.tanh(Value(2.0, "w_1") * x + Value(-0.5, "b")).named("h")
    with scope("output"):
        y = (Value(3.0, "w_2") * h).named("y")
    return ((y - t) ** 2).named("E")


def arrays() -> Value:
    """Build a graph over arrays."""
    with scope("layer"):
        h = (constant([[1.0, 2.0], [3.0, 4.0]], "X") @ Value([0.1, -0.2], "w")).named("h")
    return (np.maximum(h, 0.0) ** 2).mean().named("L")


GOLDEN = """\
forward:n3         w₁ · x = 2 × 0.5 = 1
forward:n5         w₁ · x + b = 1 + (−0.5) = 0.5
forward:n6         h = tanh(w₁ · x + b) = tanh(0.5) = 0.4621
forward:n8         y = w₂ · h = 3 × 0.4621 = 1.386
forward:n9         y − t = 1.386 − 1 = 0.3864
forward:n11        E = (y − t)² = 0.3864² = 0.1493
backward:n11       ∂E/∂E = 1
backward:n11.0     ∂E/∂(y − t) = ∂E/∂E · 2 · (y − t) = 1 × 2 × 0.3864 = 0.7727
backward:n9.0      ∂E/∂y = ∂E/∂(y − t) · 1 = 0.7727 × 1 = 0.7727
backward:n8.0      ∂E/∂w₂ = ∂E/∂y · h = 0.7727 × 0.4621 = 0.3571
backward:n8.1      ∂E/∂h = ∂E/∂y · w₂ = 0.7727 × 3 = 2.318
backward:n6.0      ∂E/∂(w₁ · x + b) = ∂E/∂h · tanh′(w₁ · x + b) = 2.318 × 0.7864 = 1.823
backward:n5.0      ∂E/∂(w₁ · x) = ∂E/∂(w₁ · x + b) · 1 = 1.823 × 1 = 1.823
backward:n5.1      ∂E/∂b = ∂E/∂(w₁ · x + b) · 1 = 1.823 × 1 = 1.823
backward:n3.0      ∂E/∂w₁ = ∂E/∂(w₁ · x) · x = 1.823 × 0.5 = 0.9115
update:n2          w₁ ← w₁ − η · ∂E/∂w₁ = 2 − 0.5 × 0.9115 = 1.544
update:n4          b ← b − η · ∂E/∂b = −0.5 − 0.5 × 1.823 = −1.412
update:n7          w₂ ← w₂ − η · ∂E/∂w₂ = 3 − 0.5 × 0.3571 = 2.821
again:n3           w₁ · x = 1.544 × 0.5 = 0.7721
again:n5           w₁ · x + b = 0.7721 + (−1.412) = −0.6394
again:n6           h = tanh(w₁ · x + b) = tanh(−0.6394) = −0.5645
again:n8           y = w₂ · h = 2.821 × (−0.5645) = −1.593
again:n9           y − t = −1.593 − 1 = −2.593
again:n11          E = (y − t)² = (−2.593)² = 6.722
"""


def test_the_text_of_a_small_network() -> None:
    """Every step of forward pass, backward pass, update and new forward pass, with symbols and numbers."""
    story = Storyboard(network(), learning_rate=0.5)
    assert "".join(f"{step.id:18} {step.move.formula}\n" for step in story.steps) == GOLDEN


def test_the_numbers_are_those_of_the_chain_rule_by_hand() -> None:
    """Values, gradients, updates and new values, computed without the engine."""
    x, t, w_1, b, w_2, eta = 0.5, 1.0, 2.0, -0.5, 3.0, 0.5
    story = Storyboard(network(), learning_rate=eta)
    state = story.state(len(story.steps))
    h = math.tanh(w_1 * x + b)
    upstream = 2 * (w_2 * h - t)
    gradients = {"w_2": upstream * h, "b": upstream * w_2 * (1 - h * h), "w_1": upstream * w_2 * (1 - h * h) * x}
    for name, gradient in gradients.items():
        assert state.gradients[story.index(name)] == pytest.approx(gradient)
    new = {name: value - eta * gradients[name] for name, value in (("w_1", w_1), ("b", b), ("w_2", w_2))}
    assert [state.updated[story.index(name)] for name in new] == pytest.approx(list(new.values()))
    again = (new["w_2"] * math.tanh(new["w_1"] * x + new["b"]) - t) ** 2
    assert state.again[story.loss] == pytest.approx(again)


def test_local_derivatives_have_their_own_line() -> None:
    """The derivative of tanh is written in its algebra, with numbers and result; that of a product is not."""
    story = Storyboard(network())
    lines = [str(move.local_formula) for move in story.moves if move.local_formula]
    assert lines == ["tanh′(w₁ · x + b) = 1 − h · h = 1 − 0.4621 × 0.4621 = 0.7864"]


def test_a_move_knows_every_part_of_the_chain_rule() -> None:
    """Contribution is upstream times local derivative, and the total is what is known afterwards."""
    for story in (Storyboard(network()), Storyboard(arrays())):
        for move in story.moves:
            if move.phase != "backward" or move.edge is None:
                assert move.upstream is move.local is move.contribution is move.total is None
                continue
            if move.local is not None:
                np.testing.assert_allclose(move.contribution, move.upstream * move.local)
            np.testing.assert_array_equal(move.total, move.value)


def test_contributions_add_up_to_the_total() -> None:
    """A node that is used twice gets two moves, the second one +=."""
    x = Value(3.0, "x")
    story = Storyboard((x * x * x).named("y"), learning_rate=None)
    moves = [move for move in story.moves if move.phase == "backward" and move.node == story.index("x")]
    assert [move.formula.sign for move in moves] == ["=", "+=", "+="]
    assert list(accumulate(move.contribution for move in moves)) == [move.total for move in moves]
    assert moves[-1].total == 27.0


def test_gradients_are_those_of_backward() -> None:
    """The last known gradients are what backward() writes, and the storyboard itself writes nothing."""
    for loss in (network(), arrays()):
        story = Storyboard(loss)
        assert all(node.grad is None for node in story.recording)
        loss.backward()
        for k, gradient in story.state(len(story.steps)).gradients.items():
            np.testing.assert_allclose(gradient, story.recording[k].grad)


def test_nodes_and_edges_mirror_the_recording() -> None:
    """A node per Value, an edge per argument, in the order of the program."""
    story = Storyboard(network())
    assert [node.id for node in story.nodes] == [f"n{k}" for k in range(len(story.nodes))]
    for k, (node, value) in enumerate(zip(story.nodes, story.recording, strict=True)):
        assert (node.op, node.scope, node.shape, node.constant) == (
            value.op,
            value.scope,
            value.shape,
            not value.active,
        )
        assert all(parent < k for parent in node.parents)
        edges = [edge for edge in story.edges if edge.target == k]
        assert [edge.source for edge in edges] == list(node.parents)
        assert [edge.argument for edge in edges] == list(range(len(edges)))
    assert story.nodes[story.loss].named
    assert {edge.live for edge in story.edges if story.nodes[edge.source].constant} == {False}


def test_a_repeated_parent_has_two_edges() -> None:
    """x·x shows both."""
    x = Value(2.0, "x")
    story = Storyboard(x * x)
    assert [(edge.id, edge.source, edge.target, edge.argument) for edge in story.edges] == [
        ("e1.0", 0, 1, 0),
        ("e1.1", 0, 1, 1),
    ]


@pytest.mark.parametrize("by", CUTS)
@pytest.mark.parametrize("build", [network, arrays])
def test_ids_are_unique_and_stable(by: By, build: Any) -> None:
    """Recording the same program again gives the same ids, and no id twice."""
    one, other = Storyboard(build(), by), Storyboard(build(), by)
    for part in ("nodes", "edges", "moves", "steps"):
        ids = [item.id for item in getattr(one, part)]
        assert ids == [item.id for item in getattr(other, part)]
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("by", CUTS)
@pytest.mark.parametrize("build", [network, arrays])
def test_every_cut_groups_the_very_same_moves(by: By, build: Any) -> None:
    """Steps are runs of the moves: none is lost, doubled or reordered."""
    fine, story = Storyboard(build()), Storyboard(build(), by)
    assert [move.id for move in story.moves] == [move.id for move in fine.moves]
    assert tuple(move for step in story.steps for move in step.moves) == story.moves
    assert [step.number for step in story.steps] == list(range(1, len(story.steps) + 1))
    assert [step.start for step in story.steps] == [0, *(step.stop for step in story.steps[:-1])]
    assert all(len({move.phase for move in step.moves}) == 1 for step in story.steps)


def test_the_cuts_are_what_they_are_called() -> None:
    """One move, one node, one scope, one pass at a time."""
    steps = {by: Storyboard(network(), by).steps for by in CUTS}
    assert all(len(step.moves) == 1 for step in steps["contribution"])
    for step in steps["node"]:
        assert len({move.id.partition(":")[2].partition(".")[0] for move in step.moves}) == 1
    assert [step.phase for step in steps["update"]] == list(PHASES)
    assert [len(steps[by]) for by in CUTS] == [24, 21, 11, 4]


def test_layers_are_named_in_the_sentence() -> None:
    """A step of a layer says where it is, and nested scopes are joined."""
    story = Storyboard(network(), "layer", learning_rate=None)
    assert [step.sentence for step in story.steps] == [
        "Forward pass · step 1 of 6 · hidden · compute w₁ · x, w₁ · x + b, h",
        "Forward pass · step 2 of 6 · output · compute y",
        "Forward pass · step 3 of 6 · compute y − t, E",
        "Backward pass · step 4 of 6 · contribution to E, y − t, y",
        "Backward pass · step 5 of 6 · output · contribution to w₂, h",
        "Backward pass · step 6 of 6 · hidden · contribution to w₁ · x + b, w₁ · x, b, w₁",
    ]
    with scope("a"), scope("b"):
        y = Value(1.0) * 2
    assert " · a / b · " in Storyboard(y, "layer").steps[0].sentence


def test_a_scope_that_is_entered_twice_is_two_steps() -> None:
    """Layers follow the order of the program."""
    x = Value(1.0, "x")
    for name in ("one", "two", "one"):
        with scope(name):
            x = x * 2
    steps = Storyboard(x, "layer", learning_rate=None).steps
    assert [step.sentence.split(" · ")[2] for step in steps] == ["one", "two", "one"] * 2
    assert len({step.id for step in steps}) == 6


@pytest.mark.parametrize("by", CUTS)
def test_a_state_is_a_function_of_the_step(by: By) -> None:
    """Jumping about in any order finds what walking found, and each step adds exactly its moves."""
    story = Storyboard(network(), by)
    walked = [story.state(k) for k in range(len(story.steps) + 1)]
    for k in reversed(range(len(walked))):
        assert story.state(k) == walked[k]
    for step, before, after in zip(story.steps, walked[:-1], walked[1:], strict=True):
        where = {"forward": "values", "backward": "gradients", "update": "updated", "again": "again"}[step.phase]
        expected = dict(getattr(before, where)) | {move.node: move.value for move in step.moves}
        assert getattr(after, where) == expected


def test_before_the_first_step_only_leaves_are_known() -> None:
    """What is not computed is missing, not 0."""
    story = Storyboard(network())
    start = story.state(0)
    assert set(start.values) == {k for k, node in enumerate(story.nodes) if node.op is None}
    assert start.gradients == start.updated == start.again == {}


def test_known_lists_named_nodes_in_the_order_of_becoming_known() -> None:
    """The list beside the picture: values, then gradients, then updates, then new values."""
    story = Storyboard(network(), learning_rate=0.5)
    lines = [(write(line.label), line.kind) for line in story.known(len(story.steps))]
    assert lines == [
        *[(name, "value") for name in ("h", "y", "E")],
        *[(f"∂E/∂{name}", "gradient") for name in ("E", "y", "w₂", "h", "b", "w₁")],
        *[(name, "update") for name in ("w₁", "b", "w₂")],
        *[(name, "again") for name in ("h", "y", "E")],
    ]
    assert story.known(0) == ()


def test_index_finds_a_node_by_value_name_label_and_id() -> None:
    """However one asks, the same node answers."""
    w = Value(2.0, "w_1")
    story = Storyboard(w * 3)
    assert story.index(w) == story.index("w_1") == story.index("w₁") == story.index("n0") == 0


def test_an_unknown_node_is_refused_with_the_names_there_are() -> None:
    """A typing error is answered with the choice."""
    story = Storyboard(network())
    with pytest.raises(InputError, match=r"no node is called 'w_9'; the named nodes are x, t, w₁, b, h, w₂, y, E"):
        story.index("w_9")
    with pytest.raises(InputError, match="'w' is not part of this graph"):
        story.index(Value(1.0, "w"))
    with pytest.raises(InputError, match="the named nodes are none"):
        Storyboard(Value(1.0) * 2).index("w")


def test_names_can_be_given_from_outside() -> None:
    """Values without a name get the caller's."""
    w = Value(2.0)
    story = Storyboard(w * w, names={"W": w})
    assert story.index("W") == 0
    assert "W · W" in str(story.moves[0].formula)


def test_without_a_learning_rate_there_is_no_update() -> None:
    """The storyboard ends with the backward pass."""
    story = Storyboard(network(), learning_rate=None)
    assert {move.phase for move in story.moves} == {"forward", "backward"}
    assert story.parameters == ()


def test_parameters_choose_what_is_updated() -> None:
    """All leaves but constants, or the ones that were asked for."""
    loss = network()
    everything = Storyboard(loss)
    assert [everything.nodes[k].label.name for k in everything.parameters] == ["w_1", "b", "w_2"]
    only = Storyboard(loss, parameters=[everything.recording[everything.index("b")]])
    assert only.parameters == (everything.index("b"),)
    with pytest.raises(InputError, match="is not part of this graph"):
        Storyboard(loss, parameters=[Value(1.0, "other")])


def test_a_leaf_alone_has_a_storyboard() -> None:
    """The smallest graph: a seed and an update."""
    story = Storyboard(Value(2.0, "x"), learning_rate=0.5)
    assert [str(move.formula) for move in story.moves] == ["∂x/∂x = 1", "x ← x − η · ∂x/∂x = 2 − 0.5 × 1 = 1.5"]


@pytest.mark.parametrize("step", [-1, 25, 10**9])
def test_a_step_that_is_not_there_is_refused(step: int) -> None:
    """The message says which steps there are."""
    with pytest.raises(InputError, match=f"there is no step {step}; steps go from 0 to 24"):
        Storyboard(network()).state(step)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"loss": 3.0}, InputError, "a storyboard needs a Value, not float"),
        ({"loss": Value([1.0, 2.0], "v") * 1}, GradientError, r"has shape \(2,\); sum or average it first"),
        ({"loss": constant(1.0, "c")}, GradientError, "'c' depends on no leaf"),
        (
            {"loss": Value(1.0), "by": "move"},
            InputError,
            "by='move' is not one of 'contribution', 'node', 'layer', 'update'",
        ),
        ({"loss": Value(1.0), "learning_rate": math.nan}, InputError, "learning_rate=nan is not a finite number"),
        ({"loss": Value(1.0), "learning_rate": math.inf}, InputError, "not a finite number"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """Each refusal says what came and what would do."""
    with pytest.raises(error, match=message):
        Storyboard(**arguments)


def test_a_stale_graph_has_no_storyboard() -> None:
    """A picture of a recording that is no longer true is not drawn."""
    w = Value([1.0, 2.0], "w")
    loss = (w * w).sum()
    w.data -= 0.1
    with pytest.raises(StaleGraphError, match="'w'"):
        Storyboard(loss)


def test_the_recording_is_left_alone() -> None:
    """After the update on the board, the program's own data are as before."""
    loss = network()
    before = [node.data for node in Storyboard(loss).recording]
    assert [node.data for node in Storyboard(loss).recording] == before
    loss.backward()


def test_formulas_leave_out_repetition() -> None:
    """A part that only repeats the one before is written once."""
    story = Storyboard((Value(2.0, "x") * 1).named("y"), learning_rate=None)
    assert str(story.moves[1].formula) == "∂y/∂y = 1"
    assert story.moves[1].formula.lines() == ("∂y/∂y", "1", "1", "1")


NODE = {"id", "label", "named", "op", "scope", "constant", "shape", "value", "parents"}
EDGE = {"id", "source", "target", "argument", "live"}
MOVE = {
    "id",
    "phase",
    "node",
    "edge",
    "value",
    "upstream",
    "local",
    "contribution",
    "total",
    "formula",
    "local_formula",
}
STEP = {"id", "number", "phase", "start", "stop", "sentence"}
NOTATIONS = {"plain", "latex", "mathml"}


@pytest.mark.parametrize("by", CUTS)
@pytest.mark.parametrize("build", [network, arrays])
def test_the_json_form_is_what_is_documented(by: By, build: Any) -> None:
    """Every key, every reference, every formula in every notation; nothing more is promised."""
    story = Storyboard(build(), by)
    read = json.loads(story.to_json())
    assert read == json.loads(story.to_json(indent=2)) == as_dict(story)
    assert (read["schema"], read["version"], read["by"]) == ("microgradphys/storyboard", 1, by)
    ids = {node["id"] for node in read["nodes"]}
    edges = {edge["id"] for edge in read["edges"]}
    assert read["loss"] in ids
    for node in read["nodes"]:
        assert set(node) >= NODE
        assert set(node["parents"]) <= ids
        assert set(node["label"]) >= NOTATIONS
        assert np.shape(node["value"]) == tuple(node["shape"])
    for edge in read["edges"]:
        assert set(edge) >= EDGE
        assert {edge["source"], edge["target"]} <= ids
    for move in read["moves"]:
        assert set(move) >= MOVE
        assert move["node"] in ids
        assert move["edge"] is None or move["edge"] in edges
        for formula in filter(None, (move["formula"], move["local_formula"])):
            assert formula["sign"] in ("=", "+=", "←")
            for part in ("left", "symbols", "numbers", "result"):
                ElementTree.fromstring(f"<math>{formula[part]['mathml']}</math>")
    for step in read["steps"]:
        assert set(step) >= STEP
        assert step["phase"] in PHASES
    assert read["steps"][-1]["stop"] == len(read["moves"])


def test_the_json_form_is_stable() -> None:
    """The same program gives the same bytes."""
    assert Storyboard(network()).to_json() == Storyboard(network()).to_json()


def test_special_numbers_survive_every_json_reader() -> None:
    """NaN and infinities are words, in numbers and in arrays; no reader chokes on them."""
    x = Value([math.nan, math.inf, -math.inf, 1.0], "x")
    text = Storyboard((x * 2).sum().named("L"), learning_rate=None).to_json()
    read = json.loads(text, parse_constant=pytest.fail)
    assert read["nodes"][0]["value"] == ["NaN", "Infinity", "-Infinity", 1.0]
    assert read["nodes"][-1]["value"] == "NaN"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        (np.array(2.0), 2.0),
        (np.zeros((0, 2)), []),
        (np.array([[1.0, math.nan]]), [[1.0, "NaN"]]),
    ],
)
def test_numbers_in_json(value: Any, written: Any) -> None:
    """Every kind of number of the engine has one form."""
    assert number(value) == written


def test_hostile_names_stay_text_in_json() -> None:
    """A name is escaped in MathML and is any other text in JSON."""
    name = "</script><b>\n\"'&"
    read = json.loads(Storyboard((Value(1.0, name) * 2).named("y")).to_json())
    label = read["nodes"][0]["label"]
    assert "<b>" not in label["mathml"]
    assert "".join(ElementTree.fromstring(f"<math>{label['mathml']}</math>").itertext()) == label["plain"]


def test_large_arrays_are_named_by_their_shape() -> None:
    """A formula stays one line, whatever the size of the data."""
    w = Value(np.ones((30, 20)), "W")
    story = Storyboard((w @ constant(np.ones(20), "x")).mean().named("L"))
    assert max(len(str(move.formula)) for move in story.moves) < 120
    assert "array 30×20 array 20" in str(story.moves[0].formula)


def test_a_seed_of_another_shape_is_refused() -> None:
    """A storyboard of an array starts at a seed in its shape."""
    y = Value([1.0, 2.0], "x") * 3
    assert Storyboard(y, seed=[1.0, 10.0]).state(2).gradients[2].tolist() == [1.0, 10.0]
    with pytest.raises(ShapeError, match="the seed has shape"):
        Storyboard(y, seed=[1.0])


def test_a_story_stays_as_it_was_told() -> None:
    """New data of the program, assigned or written in place, changes no step."""
    w, v = Value(1.0, "w"), Value([1.0, 2.0], "v")
    board = Storyboard(((w * 2) * v).sum().named("E"))
    told = board.to_json()
    w.data = 10.0
    v.data[0] = 10.0
    assert board.to_json() == told


def test_formulas_are_of_the_numbers_at_the_time_of_the_telling() -> None:
    """The branch that a rule took is the one it took then, whatever the leaf holds by now."""
    w, c = Value(2.0, "w"), constant(3.0)
    board = Storyboard((np.abs(w) * c).named("E"), learning_rate=None)
    w.data, c.data = -5.0, 7.0
    assert [str(move.formula) for move in board.moves] == [
        "|w| = |2| = 2",
        "E = |w| · 3 = 2 × 3 = 6",
        "∂E/∂E = 1",
        "∂E/∂|w| = ∂E/∂E · 3 = 1 × 3 = 3",
        "∂E/∂w = ∂E/∂|w| · 1 = 3 × 1 = 3",
    ]
    v = Value([1.0, -2.0], "v")
    board = Storyboard(np.sum(np.maximum(v, 0.0)).named("E"), learning_rate=None)
    told = board.to_json()
    v.data = [-1.0, 2.0]
    assert board.to_json() == told


def test_many_names_are_not_all_listed() -> None:
    """An error message stays readable, whatever the size of the graph."""
    total = sum((Value(1.0, f"w_{k}") for k in range(50)), Value(0.0, "b")).named("E")
    with pytest.raises(InputError, match=r"w₀, .*w₃₈ and 12 more$"):
        Storyboard(total).index("x")


def test_moves_and_steps_are_sequences() -> None:
    """They count, slice and repeat themselves as tuples do."""
    board = Storyboard(network(), "node")
    assert board.moves[-1] == board.moves[len(board.moves) - 1] == list(board.moves)[-1]
    assert hash(board.moves[3]) == hash(board.moves[3])
    assert board.moves[3] != Storyboard(network()).moves[3]
    assert [step.id for step in board.steps[2:4]] == [board.steps[2].id, board.steps[3].id]
    assert board.moves.index(board.steps[5].move) == board.steps[5].stop - 1


def test_undoing_a_broadcast_is_written_as_a_sum() -> None:
    """A bias that was repeated over rows gets the sum over the rows."""
    b = Value([0.1, 0.2], "b")
    rows = (constant(np.ones((3, 2)), "X") + b).named("s")
    formulas = [str(move.formula) for move in Storyboard(np.sum(rows).named("E")).moves]
    assert "∂E/∂b = Σ ∂E/∂s · 1 = Σ [[1, 1], [1, 1], [1, 1]] × 1 = [3, 3]" in formulas
    assert "∂E/∂s = spread(∂E/∂E) = spread(1) = [[1, 1], [1, 1], [1, 1]]" in formulas


def test_a_sum_over_an_axis_says_so() -> None:
    """The axis is part of the formula."""
    m = Value([[1.0, 2.0], [3.0, 4.0]], "M")
    formulas = [str(move.formula) for move in Storyboard(np.mean(m, axis=0)[0]).moves]
    assert formulas[0] == "mean(M, axis=0) = mean([[1, 2], [3, 4]], axis=0) = [2, 3]"


def test_pythons_sum_begins_without_a_zero() -> None:
    """The node that adds to 0 has a name of its own, and what is computed from it is written without the 0."""
    w = Value(2.0, "w")
    board = Storyboard(sum([w * 3.0]) + w)  # type: ignore[operator]
    assert [str(move.formula) for move in board.moves[:3]] == [
        "w · 3 = 2 × 3 = 6",
        "0 + w · 3 = w · 3 = 0 + 6 = 6",
        "w · 3 + w = 6 + 2 = 8",
    ]


def test_a_total_that_begins_with_zero_makes_no_two_nodes_of_one_name() -> None:
    """`total = 0; total = total + …` in a loop: every node that is computed is called something else."""
    w = Value(2.0, "w")
    total = 0
    for k in range(1, 4):
        total = total + w * k
    board = Storyboard((total * total).named("E"), names={"total": total})  # type: ignore[attr-defined]
    labels = [write(node.label) for node in board.nodes if node.op]
    assert len(set(labels)) == len(labels)
    assert labels[-2:] == ["total", "E"]


def test_automatic_names_leave_the_programs_own_alone() -> None:
    """An unnamed leaf is not called v₀ where the program has a v0."""
    formula = str(Storyboard(Value(5.0) * Value(7.0, "v0")).moves[0].formula)
    assert formula == "u₀ · v₀ = 5 × 7 = 35"


def test_scope_names_are_one_harmless_line() -> None:
    """Control characters of a scope do not reach a sentence."""
    with scope("bad\x1b[31m\nline"):
        board = Storyboard((Value(1.0, "w") * 2).named("E"))
    assert all("\x1b" not in step.sentence and "\n" not in step.sentence for step in board.steps)


@pytest.mark.parametrize(
    "options",
    [{"by": []}, {"learning_rate": "x"}, {"learning_rate": 1j}, {"names": 3}, {"names": {3: None}}, {"parameters": 3}],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    """With one message."""
    with pytest.raises(InputError):
        Storyboard(Value(1.0, "w") * 2, **options)  # type: ignore[arg-type]


def test_a_step_knows_what_its_last_move_knows() -> None:
    """Node, edge, value, upstream, local derivative, contribution, total and formula."""
    w = Value(3.0, "w")
    board = Storyboard((w * w).named("E"), learning_rate=None)
    step = list(board)[3]
    assert len(board) == 4
    assert (step.node, step.edge, step.value) == (0, 1, 6.0)
    assert (step.upstream, step.local, step.contribution, step.total) == (1.0, 3.0, 3.0, 6.0)
    assert str(step.formula) == "∂E/∂w += ∂E/∂E · w = 1 × 3 = 3"
