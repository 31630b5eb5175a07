"""The terminal: golden text, its size, the stepper and its commands."""

import io
import sys

import pytest
from networks import HOSTILE, layers, neuron, story

from microgradphys import Value
from microgradphys.errors import InputError, MissingExtraError
from viz import Stepper, Storyboard
from viz.text import HEIGHT, WIDTH, known_lines, plain, print_lines, step_lines

CONTRIBUTION = """\
Backward pass · step 9 of 19 · neuron · contribution to s

  ∂E/∂s = ∂E/∂y · σ′(s)
        = 1.254 × 0.2338
        = 0.2933

  where σ′(s) = y · (1 − y) = 0.6271 × (1 − 0.6271) = 0.2338

  name  value   gradient
  y     0.6271  1.254
▸ s     0.52    0.2933

▸▸▸▸▸◂◂◂◂··········"""

UPDATE = """\
Update · step 13 of 19 · update w

  w ← w − η · ∂E/∂w
    = 0.1 − 1 × 0.05866
    = 0.04134

  name  value    gradient
▸ w     0.04134  0.05866

▸▸▸▸▸◂◂◂◂◂◂◂◆······"""

START = """\
Before the first step

  19 steps: forward pass, backward pass, update, new forward pass

  name  value  gradient
  w     0.1    not computed
  b     0.5    not computed
  x     0.2    –
  t     0      –

···················"""

KNOWN = """\
  s      0.52
  y      0.6271
  E      0.3933
  ∂E/∂E  1
  ∂E/∂y  1.254
  ∂E/∂s  0.2933"""


@pytest.mark.parametrize(("step", "golden"), [(0, START), (9, CONTRIBUTION), (13, UPDATE)])
def test_golden_text_of_a_step(step: int, golden: str) -> None:
    """A step says what it has always said."""
    assert plain(step_lines(story(neuron()), step)) == golden


def test_what_is_known_is_listed_in_order() -> None:
    """In the order in which it became known."""
    assert plain(known_lines(story(neuron()), 9)) == KNOWN
    assert plain(known_lines(story(neuron()), 0)) == "nothing is computed yet"


@pytest.mark.parametrize("by", ["contribution", "node", "layer", "update"])
@pytest.mark.parametrize("sizes", [(1, 1), (2, 2, 1), (3, 4, 3, 2)])
def test_a_step_fits_the_terminal(by: str, sizes: tuple[int, ...]) -> None:
    """At most 24 lines at 80 columns, whatever the network and the cut."""
    board = story(layers(*sizes), by=by)
    for step in range(len(board.steps) + 1):
        lines = plain(step_lines(board, step)).splitlines()
        assert len(lines) <= HEIGHT
        assert max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_do_not_reach_the_terminal_as_commands(name: str) -> None:
    """No escape sequence, no second line, nothing that rich would obey."""
    stream = io.StringIO()
    loss = Value(1.0, name) * Value(2.0, "[bold]w[/bold]")
    print_lines([line for k in range(4) for line in step_lines(Storyboard(loss), k)], stream)
    assert "\x1b" not in stream.getvalue()
    assert "[bold]w[/bold]" in stream.getvalue()


def test_accumulation_shows_the_running_total() -> None:
    """The second contribution to a gradient says += and what there is in all."""
    w = Value(3.0, "w")
    text = plain(step_lines(Storyboard((w * w).named("E")), 4))
    assert "∂E/∂w += ∂E/∂E · w" in text
    assert "in all   6" in text


def test_text_is_plain_when_piped_and_coloured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour only where the terminal wants it."""

    class Terminal(io.StringIO):
        """A stream that says it is a terminal."""

        def isatty(self) -> bool:
            """Say so."""
            return True

    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    lines = step_lines(story(neuron()), 9)
    piped, terminal = io.StringIO(), Terminal()
    print_lines(lines, piped)
    print_lines(lines, terminal)
    assert piped.getvalue().rstrip() == CONTRIBUTION
    assert "\x1b[" in terminal.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    without = Terminal()
    print_lines(lines, without)
    assert "\x1b[33m" not in without.getvalue()


def test_without_rich_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'microgradphys\[viz\]'"):
        print_lines([])


def test_the_stepper_goes_everywhere() -> None:
    """Forwards, backwards, to a step, to a node; never beyond the ends."""
    stepper = Stepper(neuron())
    assert stepper.next().position == 1
    assert stepper.next(99).position == 19
    assert stepper.back().position == 18
    assert stepper.back(99).position == 0
    assert stepper.jump(9).where() == "Backward pass · step 9 of 19 · neuron · contribution to s"
    assert stepper.jump(0).where() == "before step 1 of 19"
    assert stepper.to("y").position == 3
    assert stepper.to("y").step.phase == "backward"  # type: ignore[union-attr]
    assert repr(stepper.known()) == plain(known_lines(stepper.story, 8))


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


def test_commands_are_carried_out_and_mistakes_explained() -> None:
    """Every command answers with lines; an empty line repeats the last command."""
    stepper, out = Stepper(neuron()), io.StringIO()
    stepper.run(io.StringIO("n\n\nw\nu s\nb 2\nj 9\nk\nl\nh\nj 99\nj x\nfly\nq\nn\n"), out)
    text = out.getvalue()
    assert stepper.position == 9
    for part in (
        "step 2 of 19",
        "Forward pass · step 2 of 19 · neuron · compute s\n",
        "▸ Backward pass · step 9 of 19",
        "An empty line repeats",
        "there is no step 99",
        "'x' is not a whole number",
        "no command 'fly'; h lists them",
    ):
        assert part in text


def test_an_empty_input_shows_every_step() -> None:
    """Piped without commands, the whole storyboard is printed."""
    out = io.StringIO()
    Stepper(neuron()).run(io.StringIO(""), out)
    assert [f"step {k} of 19" in out.getvalue() for k in range(1, 20)] == [True] * 19


def test_a_long_text_is_cut_at_the_width() -> None:
    """Letters are cut, not words."""
    w = Value(2.0, "a" * 200)
    lines = plain(step_lines(Storyboard(w * w), 1)).splitlines()
    assert max(map(len, lines)) == WIDTH
    assert any(line.endswith("…") for line in lines)


def test_a_blank_name_is_shown_as_it_is() -> None:
    """Even one of spaces alone."""
    assert "step 1 of" in repr(Stepper(Value(2.0, " " * 40) * 3).next())


@pytest.mark.parametrize("count", [0, -3, 1.5])
def test_a_number_of_steps_is_one_or_more(count: object) -> None:
    """Going back is `back`."""
    with pytest.raises(InputError, match="1 or more"):
        Stepper(neuron()).next(count)  # type: ignore[arg-type]


def test_after_the_update_old_gradients_are_not_shown_beside_new_values() -> None:
    """They were computed from the old values."""
    assert plain(step_lines(story(neuron()), 19)).splitlines()[-3].split() == ["▸", "E", "0.3064", "–"]
