"""The stepper: where it goes, what it takes back, what it keeps an eye on, what it answers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import HOSTILE, layers, neuron, story

from microgradphys import Value, lines
from microgradphys.errors import InputError
from viz import Stepper
from viz.program import load
from viz.sheet import Sheet
from viz.terminal.answers import Lines
from viz.text import known_lines, plain


def test_the_stepper_goes_everywhere() -> None:
    """Forwards, backwards, to a step, to a node; never beyond the ends."""
    stepper = Stepper(neuron())
    assert stepper.next().position == 1
    assert stepper.next(99).position == 19
    assert stepper.back().position == 18
    assert stepper.back(99).position == 0
    assert stepper.to("y").position == 3
    assert stepper.to("y").step.phase == "backward"  # type: ignore[union-attr]
    assert repr(stepper.known()).startswith(plain(known_lines(stepper.story, 8)))


def test_going_back_shows_what_going_forward_showed() -> None:
    """A step depends on the graph and its number, not on the way there."""
    stepper = Stepper(neuron())
    forwards = [repr(stepper.next()) for _ in stepper.story.steps]
    assert repr(stepper) == forwards[-1]
    backwards = [repr(stepper.back()) for _ in stepper.story.steps[1:]]
    assert backwards[::-1] == forwards[:-1]


def test_the_stepper_refuses_what_is_not_there() -> None:
    """Steps and nodes that do not exist are named."""
    stepper = Stepper(neuron())
    with pytest.raises(InputError, match="no step 20; steps go from 0 to 19"):
        stepper.jump(20)
    with pytest.raises(InputError, match="no node is called 'z'"):
        stepper.to("z")
    with pytest.raises(InputError, match="no step after 19 touches 'y'"):
        stepper.jump(19).to("y")


@pytest.mark.parametrize("count", [0, -3, 1.5])
def test_a_number_of_steps_is_one_or_more(count: object) -> None:
    """Going back is `back`."""
    with pytest.raises(InputError, match="1 or more"):
        Stepper(neuron()).next(count)  # type: ignore[arg-type]


BOARD = story(layers(2, 2, 1))
COMMANDS = st.sampled_from(
    "n|n 3|n 1000|e|back 7|c|rc|j 0|j 5|j 9999|until E|until a_1|until backward|undo|b op sigmoid|b layer 1|tbreak E|"
    "b |local| < 0.2|b nothing|clear|clear 1|watch E|watch b_1^(1)|unwatch|u|d|d d|/a|p|where|l|k|n 0|j -1|fly|".split(
        "|"
    )
)


@settings(deadline=None, max_examples=40)
@given(st.lists(COMMANDS, max_size=12))
def test_undo_takes_back_whatever_was_done(commands: list[str]) -> None:
    """Position, breakpoints with their hits, watches: one undo for each change, in the contrary order."""
    stepper = Stepper(BOARD)
    trail = [seen(stepper)]
    for command in commands:
        if command == "undo":
            stepper.command("undo")
            trail = trail[:-1] or trail
        elif command:
            stepper.command(command)
            if seen(stepper) != trail[-1]:
                trail.append(seen(stepper))
        assert 0 <= stepper.position <= len(BOARD.steps)
        assert seen(stepper) == trail[-1]
        assert len(plain(stepper.lines()).splitlines()) <= 24
    while trail:
        assert seen(stepper) == trail.pop()
        stepper.command("undo")


def seen(stepper: Stepper) -> object:
    """What can be taken back."""
    return stepper.position, stepper.breakpoints, stepper.watches


def test_a_breakpoint_counts_and_a_temporary_one_goes() -> None:
    """Each has a number for good."""
    stepper = Stepper(neuron())
    assert repr(stepper.break_("y")) == "breakpoint 1: y"
    assert repr(stepper.break_("gradient < 0.3", once=True)) == "breakpoint 2: gradient < 0.3, once"
    assert [stepper.continue_().position for _ in range(4)] == [3, 8, 9, 17]
    assert stepper.notes == ("breakpoint 1: y (hit 3)",)
    assert repr(stepper.break_()) == "breakpoint 1: y, hit 3 times"
    assert stepper.continue_().notes == ("the end; no breakpoint was met on the way",)
    assert stepper.reverse_continue().position == 17
    assert repr(stepper.clear(1)) == "cleared breakpoint 1"
    assert repr(stepper.break_("E")) == "breakpoint 3: E"
    with pytest.raises(InputError, match="there is no breakpoint 1; there are breakpoint 3"):
        stepper.clear(1)


def test_two_breakpoints_at_one_step_are_both_told() -> None:
    """And both count."""
    stepper = Stepper(neuron())
    stepper.break_("y")
    stepper.break_("op sigmoid")
    assert stepper.continue_().notes == ("breakpoint 1: y (hit 1)", "breakpoint 2: op sigmoid (hit 1)")


def test_a_watched_node_is_shown_at_every_step_and_its_changes_are_told() -> None:
    """When it became known, when the gradient grew, when it is taken back."""
    stepper = Stepper(neuron())
    assert repr(stepper.watch("s")) == "watch s  value not computed  gradient not computed"
    first = [repr(stepper.jump(k)).splitlines()[0] for k in (1, 2, 3, 9, 8)]
    assert first == [
        "watch s  value not computed  gradient not computed",
        "watch s  value not computed → 0.52  gradient not computed  (step 2)",
        "watch s  value 0.52  gradient not computed",
        "watch s  value 0.52  gradient not computed → 0.2933  (step 9)",
        "watch s  value 0.52  gradient 0.2933 → not computed  (step 9)",
    ]
    assert repr(stepper.unwatch("s")) == "nothing is watched"
    with pytest.raises(InputError, match="s is not watched"):
        stepper.unwatch("s")


def test_a_change_of_an_array_too_large_to_write_is_told() -> None:
    """Its text is the same, its numbers are not."""
    w = Value(np.ones((5, 5)), "w")
    stepper = Stepper((w * w).sum())
    stepper.watch(w)
    text = repr(stepper.jump(len(stepper.story.steps)))
    assert text.startswith("watch w  value array 5×5 → array 5×5")


def test_many_watched_nodes_leave_room_for_the_step() -> None:
    """The rest are listed on request."""
    stepper = Stepper(layers(3, 4, 1))
    stepper.watch(*(f"n{k}" for k in range(20)))
    text = repr(stepper.jump(9)).splitlines()
    assert len(text) <= 24
    assert "14 more; 'watch' lists them" in text
    assert len(repr(stepper.watch()).splitlines()) == 20


def test_up_and_down_follow_the_graph_and_stand_still_in_time() -> None:
    """Towards the loss, away from it, by name where there are several."""
    stepper = Stepper(neuron()).jump(9)
    names = [repr(look()).splitlines()[0] for look in (stepper.up, stepper.up, stepper.up, stepper.down, stepper.down)]
    assert names == ["y", "y − t", "E", "y − t", "y"]
    assert repr(stepper.jump(9).down("b")).splitlines()[0] == "b"
    assert stepper.position == 9
    with pytest.raises(InputError, match="b is a leaf: it has no inputs"):
        stepper.down()
    with pytest.raises(InputError, match="E is not next to the node that is looked at; there are s"):
        stepper.up("E")
    stepper.jump(5)
    with pytest.raises(InputError, match="nothing is computed from E"):
        stepper.up()


def test_a_motion_returns_to_the_node_of_the_step() -> None:
    """What was looked at is forgotten."""
    stepper = Stepper(neuron()).jump(9)
    stepper.up()
    assert stepper.node == stepper.story.index("y")
    assert stepper.jump(9).node == stepper.story.index("s")


def test_find_goes_round() -> None:
    """From name to name that holds the text."""
    stepper = Stepper(layers(2, 2, 1))
    found = [repr(stepper.find("b_")).splitlines()[0] for _ in range(4)]
    assert found == ["b₁⁽¹⁾", "b₂⁽¹⁾", "b₁⁽²⁾", "b₁⁽¹⁾"]
    with pytest.raises(InputError, match="no node's name holds 'qq'"):
        stepper.find("qq")


CARD = """\
s
  value     0.52
  gradient  0.2933  (0.2932962460963356)
  formula   s = w · x + b = 0.02 + 0.5 = 0.52
  op        add (n4), in scope neuron
  inputs    w · x, b
  used by   y"""
WHERE = """\
Backward pass · step 9 of 19 · neuron · contribution to s
  in scope neuron

the only way from s to E:
▸ s
  ↑ y             ∂y/∂s = σ′(s) = 0.2338
  ↑ y − t         ∂(y − t)/∂y = 1
  ↑ E             ∂E/∂(y − t) = 2 · (y − t) = 1.254"""
KNOWN_AT_3 = """\
  s  0.52
  y  0.6271
  not computed: E
  not computed: ∂E/∂w, ∂E/∂b, ∂E/∂s, ∂E/∂y, ∂E/∂E
  known values without a name: 1; 'known all' lists them"""


def test_golden_answers() -> None:
    """A node, the way to the loss, what is known."""
    stepper = Stepper(neuron()).jump(9)
    assert repr(stepper.print("s")) == repr(stepper.print()) == CARD
    assert repr(stepper.where()) == WHERE
    assert repr(stepper.jump(3).known()) == KNOWN_AT_3
    assert repr(stepper.known(unnamed=True)).splitlines()[:2] == ["  w · x  0.02", "  s      0.52"]
    assert repr(stepper.print("E.value")) == repr(stepper.print("s.grad")) == "not computed"
    assert repr(stepper.print("E")).splitlines()[3] == "  formula   E = (y − t)²"


def test_the_way_says_what_is_not_computed_yet() -> None:
    """In the forward pass no local derivative is known."""
    rows = repr(Stepper(neuron()).jump(2).where()).splitlines()
    assert [row.rpartition(" = ")[2] for row in rows[-3:]] == ["not computed"] * 3


@pytest.mark.parametrize("sheet", [Sheet(), Sheet(40), Sheet(80, unicode=False)])
def test_the_way_keeps_its_numbers_where_names_are_long(sheet: Sheet) -> None:
    """The name is cut."""
    w = Value(0.5, "a_weight_with_a_very_long_name" * 4)
    stepper = Stepper((np.tanh(w * 2).named("the_output_of_the_unit" * 4) * 3).named("E"), learning_rate=None)
    stepper.paper = sheet
    stepper.jump(len(stepper.story.steps)).find("a_weight")
    rows = repr(stepper.where()).splitlines()
    numbers = [row.rpartition(" = ")[2] for row in rows if " = " in row]
    assert numbers == ["2", "0.42", "3"]
    assert max(map(len, rows)) <= sheet.width


def test_one_of_several_ways_is_said_to_be_one() -> None:
    """x · x has two."""
    x = Value(3.0, "x")
    stepper = Stepper((x * x).named("s") * 2).jump(1)
    stepper.down("x")
    assert "one of 2 ways from x to" in repr(stepper.where())


def test_a_constant_has_no_way_and_no_gradient() -> None:
    """It says so."""
    stepper = Stepper(neuron())
    stepper.find("t")
    assert repr(stepper.where()).endswith("t is a constant: no gradient flows through it")
    assert "– (a constant has none)" in repr(stepper.print("t"))


def test_a_long_way_is_cut_in_the_middle() -> None:
    """It fits the screen."""
    y = Value(0.5, "w")
    for _ in range(60):
        y = np.sin(y) * 1.0
    stepper = Stepper(y)
    stepper.find("w")
    text = repr(stepper.where()).splitlines()
    assert len(text) <= 24
    assert any("more nodes" in row for row in text)


def test_the_line_that_is_looked_at_is_listed_to_its_end(tmp_path: Path) -> None:
    """On as many rows as it needs; its neighbours are cut."""
    path = tmp_path / "student.py"
    path.write_text(
        "from microgradphys import Value\nw = Value(2.0) # and a comment that is a good deal longer than that\n"
        "loss = w * 1.0 + w * 2.0 + w * 3.0 + w * 4.0\n"
    )
    stepper = Stepper(load(str(path))).next()
    stepper.paper = Sheet(40)
    rows = repr(stepper.source()).splitlines()
    assert "".join(row[8:].strip() for row in rows[3:]).replace(" ", "") == "loss=w*1.0+w*2.0+w*3.0+w*4.0"
    assert rows[2].endswith("…")


def test_arrays_are_printed_in_full_and_rows_without_local_derivative_say_how_they_pass() -> None:
    """Matrix products have no number on their edge."""
    W, x = Value(np.arange(20.0).reshape(4, 5), "W"), Value(np.ones(5), "x")
    stepper = Stepper((W @ x).named("s").sum().named("E")).jump(4)
    assert repr(stepper.print("W.value")).splitlines() == [
        "[[0, 1, 2, 3, 4],", " [5, 6, 7, 8, 9],", " [10, 11, 12, 13, 14],", " [15, 16, 17, 18, 19]]",
    ]  # fmt: skip
    assert repr(stepper.print("W.shape")) == "(4, 5)"
    stepper.jump(6)
    stepper.find("W")
    assert "through matmul: ∂E/∂W = ∂E/∂s" in repr(stepper.where())


def test_source_marks_the_line_of_the_step_and_its_breakpoints() -> None:
    """As pdb does."""
    with lines():
        w = Value(3.0, "w")
        s = (w * 2).named("s")
        stepper = Stepper((s * s).named("E"))
    rows = repr(stepper.next().source()).splitlines()
    lit = next(row for row in rows if row[6:8] == "->")
    assert lit[8:].strip() == 's = (w * 2).named("s")'
    number = int(lit.split()[0])
    stepper.break_(f"line {number}")
    assert f" {number} B-> " in repr(stepper.source())
    assert repr(Stepper(neuron()).next().source()) == "the line that made w · x is not known"


def test_the_steps_around_are_listed_with_their_stops() -> None:
    """B where a breakpoint stops, a mark at the present step."""
    stepper = Stepper(neuron()).jump(9)
    stepper.break_("y")
    rows = repr(stepper.list()).splitlines()
    assert len(rows) == 12
    assert [row[:3] for row in rows if row.startswith(("B", " ▸"))] == ["B  ", " ▸ "]
    assert repr(stepper.list(1)).splitlines()[0].strip() == "Forward pass · step 1 of 19 · neuron · compute w · x"
    with pytest.raises(InputError, match="no step 99"):
        stepper.list(99)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("sheet", [Sheet(), Sheet(40, 24, False)])
def test_hostile_names_are_harmless_in_every_answer(name: str, sheet: Sheet) -> None:
    """Printable, on their lines, within the width."""
    with lines():
        stepper = Stepper((Value([1.0, 2.0], name) * 2).named(name).sum())
    stepper.paper = sheet
    stepper.watch("n0")
    stepper.break_("n1")
    for command in (
        "where",
        "p n0",
        "p n1",
        "u",
        "d",
        "k",
        "l",
        "ll",
        "b",
        "watch",
        "c",
        f"p {name}",
        f"b {name}",
        f"{name} 1",
    ):
        for row in plain(stepper.command(command)).splitlines():
            assert row.isprintable()
            assert len(row) <= sheet.width


def test_every_method_shows_itself() -> None:
    """The stepper, or lines of text."""
    stepper = Stepper(neuron())
    moves = (stepper.next, stepper.back, stepper.continue_, stepper.reverse_continue, stepper.undo)
    answers = (stepper.where, stepper.list, stepper.source, stepper.known, stepper.help, stepper.print, stepper.down)
    assert all(move() is stepper for move in moves)
    assert all(isinstance(answer(), Lines) for answer in answers)
    assert isinstance(stepper.break_(), Lines)
    with pytest.raises(InputError, match="nothing to undo"):
        Stepper(neuron()).undo()


@pytest.mark.parametrize("by", ["node", "layer", "update"])
def test_every_cut_can_be_stepped(by: str) -> None:
    """A step of many moves is stopped at by any of them."""
    stepper = Stepper(layers(2, 2, 1), by=by)
    stepper.break_("op sigmoid if local > 0")
    stepper.watch("E")
    phases = set()
    while stepper.position < len(stepper.story.steps):
        for command in ("where", "l", "p", "ll", "k"):
            assert plain(stepper.command(command)) != ""
        phases.add(stepper.continue_().step.phase)  # type: ignore[union-attr]
    assert phases == {"forward", "backward", "again"}


def test_a_graph_of_one_node_can_be_stepped() -> None:
    """The seed and the update are its steps."""
    stepper = Stepper(Value(3.0, "w"))
    for command in ("where", "u", "d", "c", "k", "l", "p", "rc", "until w", "b w", "c"):
        assert plain(stepper.command(command)) != ""


def test_a_large_graph_formats_only_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """No command writes a formula for every step."""
    y = w = Value(0.5, "w")
    for _ in range(300):
        y = np.tanh(y * w)
    stepper = Stepper(y)
    stepper.command("watch w")
    import viz.storyboard

    written = []
    monkeypatch.setattr("viz.steps.write", lambda *args: written.append(args) or "")
    for command in ("n", "b |local| < 1e-9", "c", "l", "k", "where", "e", "rc", "u", "d"):
        stepper.command(command)
    assert len(written) < 100
    assert len(stepper.story.steps) > 1500
    assert viz.storyboard is not None


def test_findings_are_announced_before_the_first_step_and_told_on_request() -> None:
    """A healthy graph says nothing; each finding is a sentence that fits the width."""
    E = neuron()
    assert "finding" not in repr(Stepper(E))
    E.backward()
    E.backward()
    stepper = Stepper(E)
    assert repr(stepper).startswith("2 findings: type 'findings'\n")
    assert "finding" not in repr(stepper.next())
    stepper.paper = Sheet(40, 24, unicode=False)
    lines = repr(stepper.command("findings")).splitlines()
    assert lines[0].startswith("1 i accumulated: The gradient that w")
    assert all(len(line) <= 40 for line in lines)
    assert "zero_grad()" in " ".join(lines)
    assert repr(Stepper(E, diagnosis=False)).startswith("Before the first step")


def test_continue_stops_where_a_watched_node_changes() -> None:
    """Forwards and backwards, beside breakpoints, and says which; without any it runs on."""
    stepper = Stepper(neuron())
    stepper.watch("s")
    assert [stepper.continue_().position for _ in range(2)] == [2, 9]
    assert stepper.notes == ("watch: s changes",)
    assert stepper.reverse_continue().position == 2
    stepper.break_("y")
    assert stepper.continue_().position == 3
    assert [stepper.continue_().position for _ in range(2)] == [8, 9]
    stepper.unwatch()
    stepper.clear()
    assert stepper.continue_().position == 19
    stepper.jump(0)
    stepper.watch("t")
    assert stepper.continue_().notes == ("the end; no watched node changes on the way",)
