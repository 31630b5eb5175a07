"""Breakpoints: what is typed, where they stop, what is said when there is no such place."""

import numpy as np
import pytest
from networks import layers, neuron, story

from microgradphys import Value, lines, scope
from microgradphys.errors import InputError
from viz import Stepper, Storyboard
from viz.terminal.atlas import Atlas
from viz.terminal.breakpoints import Breakpoint, parse_breakpoint

HERE = "test_breakpoints.py"


def stops(board: Storyboard, text: str) -> list[int]:
    """The steps at which a breakpoint stops."""
    point = Breakpoint(1, *parse_breakpoint(text, Atlas(board)))
    return [step.number for step in board.steps if point.stops(board, step)]


def written() -> tuple[Storyboard, int]:
    """A story whose nodes know their lines, and the line of its first operation."""
    with lines():
        w = Value(0.5, "w")
        line = __import__("sys")._getframe().f_lineno + 1
        s = (w * 3).named("s")
        with scope("hidden"), scope("unit"):
            y = np.tanh(s).named("y")
        loss = (y * y).named("E")
    return Storyboard(loss), line


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("s", [2, 9, 16]),
        ("node s", [2, 9, 16]),
        ("n5", [3, 8, 17]),
        ("w · x", [1, 10, 15]),
        ("w * x", [1, 10, 15]),
        ("op sigmoid", [3, 9, 17]),
        ("sigmoid", [3, 9, 17]),
        ("scope neuron", [1, 9, 15]),
        ("neuron", [1, 9, 15]),
        ("forward", [1]),
        ("backward", [6]),
        ("Backward pass", [6]),
        ("pass update", [13]),
        ("again", [15]),
        ("new forward pass", [15]),
        ("gradient < 0.3", [9, 10, 11, 12]),
        ("if gradient < 0.3", [9, 10, 11, 12]),
        ("s if gradient < 0.3", [9]),
        ("neuron if gradient < 0.3", [9, 10, 11, 12]),
        ("backward if |local| == 1", [8, 10, 11]),
        ("sigmoid if |local| < 0.25", [9]),
        ("update if value is finite", [13, 14]),
    ],
)
def test_where_a_breakpoint_stops(text: str, found: list[int]) -> None:
    """A stretch once, where it begins; a node, a primitive, a condition at each of its steps."""
    assert stops(story(neuron()), text) == found


def test_a_scope_is_named_by_its_last_name_or_its_path() -> None:
    """hidden, unit, hidden/unit."""
    board, _ = written()
    assert stops(board, "scope hidden") == stops(board, "unit") == stops(board, "scope hidden/unit") != []


def test_a_line_stops_where_the_steps_come_to_it() -> None:
    """By number, by file and number; a leaf's line at its gradient and its update."""
    board, line = written()
    at = [step.number for step in board.steps if step.formula.left == board.nodes[board.index("s")].label]
    assert stops(board, f"line {line}")[0] == stops(board, f"{line}")[0] == at[0]
    assert stops(board, f"{HERE}:{line}") == stops(board, f"{__file__}:{line}") == stops(board, f"line {line}")
    leaf = stops(board, f"line {line - 2}")
    assert {board.steps[k - 1].phase for k in leaf} == {"backward", "update"}


def test_a_name_comes_before_everything_else_that_is_called_the_same() -> None:
    """A node called tanh, or like a condition."""
    tanh = Value(2.0, "tanh")
    odd = Value(3.0, "value is nan")
    board = Storyboard((np.tanh(tanh) * odd).named("forward"))
    for name in ("tanh", "value is nan", "forward"):
        place, condition = parse_breakpoint(name, Atlas(board))
        assert (place and place.kind, condition) == ("node", None)
    assert parse_breakpoint("op tanh", Atlas(board))[0].kind == "op"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("zz", "no node is called 'zz'; the named nodes are w, b, x, s, y, t, E"),
        ("op tan", "no op 'tan'; the primitives of this graph are multiply, add, sigmoid, subtract, power|square"),
        ("scope hidden", "no scope 'hidden'; the scopes of this graph are neuron"),
        ("pass sideways", "no pass 'sideways'; the passes are forward"),
        ("line 3", "no lines were noted; make the graph inside"),
        ("s if speed > 1", "'speed' in the condition"),
        ("gradient >", "a number is missing"),
    ],
)
def test_a_place_that_is_not_there_is_named(text: str, message: str) -> None:
    """With those that are."""
    with pytest.raises(InputError, match=message):
        stops(story(neuron()), text)


def test_a_line_from_which_no_step_comes_is_told_with_those_that_have_steps() -> None:
    """And so is a file."""
    board, line = written()
    with pytest.raises(InputError, match=rf"no step comes from line 1 of {HERE}; steps come from lines .*{line}"):
        stops(board, "line 1")
    with pytest.raises(InputError, match=f"no step comes from a file 'other.py'; steps come from {HERE}"):
        stops(board, "other.py:3")


def test_a_name_that_several_nodes_have_means_any_of_them() -> None:
    """An id means one."""
    board = Storyboard(Value(1.0, "a") * Value(2.0, "a"))
    assert len(stops(board, "a")) == len(stops(board, "n0")) + len(stops(board, "n1")) == 4
    assert str(Breakpoint(1, *parse_breakpoint("a", Atlas(board)))) == "a (any of 2 nodes)"
    with pytest.raises(
        InputError, match=r"several nodes are called 'a'; say which by its id: n0 \(a leaf\), n1 \(a leaf\)"
    ):
        Atlas(board).find("a")


def test_a_near_miss_is_guessed() -> None:
    """As one mistypes."""
    with pytest.raises(InputError, match="did you mean 'weight'"):
        stops(Storyboard(Value(1.0, "weight") * 2), "wieght")
    with pytest.raises(InputError, match="no place is called 'backwards'; did you mean 'backward' or"):
        stops(story(neuron()), "backwards")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("op", "the name of the op is missing; the primitives of this graph are multiply, "),
        ("scope", "the name of the scope is missing; the scopes of this graph are neuron"),
        ("pass", "the name of the pass is missing; the passes are forward, "),
        ("line", "the number of the line is missing"),
        ("gradint < 1", "'gradint' in the condition 'gradint < 1' is not one of value, gradient, "),
        ("valu is nan", "'valu' in the condition 'valu is nan' is not one of value, gradient, "),
        ("s if", "the condition '' ends too early"),
        ("if", "the condition '' ends too early"),
    ],
)
def test_what_was_left_out_or_mistyped_is_named(text: str, message: str) -> None:
    """And not taken for the name of a node."""
    with pytest.raises(InputError, match=message):
        stops(story(neuron()), text)


@pytest.mark.parametrize("by", ["contribution", "node", "layer", "update"])
def test_the_stops_are_the_same_in_both_directions(by: str) -> None:
    """c from the start and rc from the end meet the same steps."""
    board = story(layers(2, 2, 1), by=by)
    for text in ("backward", "layer 1", "gradient < 0", "op sigmoid if local < 0.249"):
        there, back = Stepper(board), Stepper(board)
        there.break_(text)
        back.break_(text)
        forwards = {there.continue_().position for _ in board.steps if there.position < len(board.steps)}
        back.jump(len(board.steps))
        backwards = {back.position, *(back.reverse_continue().position for _ in board.steps if back.position)}
        ends = {0, len(board.steps)} - set(stops(board, text))
        assert sorted(forwards - ends) == sorted(backwards - ends) == stops(board, text)
