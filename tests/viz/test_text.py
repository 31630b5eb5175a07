"""The terminal: golden text of a step, its size, its signs, its numbers."""

import io
import json
import re
import sys

import numpy as np
import pytest
from networks import HOSTILE, layers, neuron, story
from random_programs import build, numpy_like, run

from microgradphys import Value, lines
from microgradphys.errors import MissingExtraError
from microgradphys.symbols import number_text
from viz import Stepper, Storyboard
from viz.sheet import Sheet, columns
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


def with_lines() -> Storyboard:
    """A story whose nodes know their lines."""
    with lines():
        w = Value(3.0, "w")
        return Storyboard((w * w).named("E"), learning_rate=None)


def test_the_line_of_the_program_stands_below_the_sentence() -> None:
    """File, number and text, as far as they fit."""
    texts = [
        plain(step_lines(with_lines(), k, Sheet(width))).splitlines()[1] for k, width in ((1, 80), (3, 80), (1, 40))
    ]
    assert texts[0] == texts[1]
    assert texts[0].startswith("test_text.py:")
    assert texts[0].endswith('return Storyboard((w * w).named("E"), learning_rate=None)')
    assert (len(texts[2]), texts[2][-1]) == (40, "…")


def test_a_line_without_a_text_is_not_shown() -> None:
    """As of Python's older prompts, where each line is the first of <stdin>."""
    variables: dict[str, object] = {"Value": Value}
    with lines():
        exec(compile("E = Value(3.0, 'w') * 2", "<stdin>", "exec"), variables)
    board = Storyboard(variables["E"])  # type: ignore[arg-type]
    assert board.nodes[-1].line is not None
    assert "stdin" not in plain(step_lines(board, 1))


def test_what_is_known_is_listed_in_order() -> None:
    """In the order in which it became known."""
    assert plain(known_lines(story(neuron()), 9)) == KNOWN
    assert plain(known_lines(story(neuron()), 0)) == "nothing is computed yet"
    assert plain(known_lines(story(neuron()), 1)) == "nothing with a name is computed yet"


@pytest.mark.parametrize("by", ["contribution", "node", "layer", "update"])
@pytest.mark.parametrize("sizes", [(1, 1), (2, 2, 1), (3, 4, 3, 2)])
def test_a_step_fits_the_terminal(by: str, sizes: tuple[int, ...]) -> None:
    """At most 24 lines at 80 columns, whatever the network and the cut."""
    board = story(layers(*sizes), by=by)
    for step in range(len(board.steps) + 1):
        lines = plain(step_lines(board, step)).splitlines()
        assert len(lines) <= HEIGHT
        assert max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize("sheet", [Sheet(40), Sheet(40, 24, False), Sheet(20, 8), Sheet(80, 12)])
@pytest.mark.parametrize("name", ["x", "重み重み重み", "a long name of several words, and then some", "x" * 300])
def test_a_step_fits_whatever_the_terminal_and_the_names(sheet: Sheet, name: str) -> None:
    """Never wider, never higher; without Unicode all of ours is ASCII."""
    w = Value([[1.0, 2.0, 3.0], [1e-9, 5.0, np.nan]], name)
    with lines():
        board = Storyboard((np.tanh(w * 1e-7) * w).sum().named("E"))
    for step in range(len(board.steps) + 1):
        rows = plain(step_lines(board, step, sheet)).splitlines()
        assert len(rows) <= sheet.height
        assert max(map(columns, rows)) <= sheet.width
        assert sheet.unicode or name.startswith("重") or "\n".join(rows).isascii()


ASCII = """\
Backward pass - step 9 of 19 - neuron - contribution to s

  dE/ds = dE/dy * sigma'(s)
        = 1.254 * 0.2338
        = 0.2933

  where sigma'(s) = y * (1 - y) = 0.6271 * (1 - 0.6271) = 0.2338

  name  value   gradient
  y     0.6271  1.254
> s     0.52    0.2933

>>>>><<<<.........."""
NARROW = """\
Backward pass · step 9 of 19 · neuron ·
  contribution to s

  ∂E/∂s = ∂E/∂y · σ′(s)
        = 1.254 × 0.2338
        = 0.2933

  where σ′(s) = y · (1 − y) = 0.6271 ×
        (1 − 0.6271) = 0.2338

  name  value   gradient
  y     0.6271  1.254
▸ s     0.52    0.2933

▸▸▸▸▸◂◂◂◂··········"""


@pytest.mark.parametrize(("sheet", "golden"), [(Sheet(unicode=False), ASCII), (Sheet(40), NARROW)])
def test_golden_text_of_a_step_in_a_poorer_terminal(sheet: Sheet, golden: str) -> None:
    """Without our signs, and forty columns wide."""
    assert plain(step_lines(story(neuron()), 9, sheet)) == golden


def random_story(seed: int) -> Storyboard:
    """The storyboard of a random program of arrays."""
    program = build(seed, 6)
    leaves = [Value(leaf, f"x_{k}") for k, leaf in enumerate(program.leaves)]
    return Storyboard(run(program, numpy_like(np), leaves).named("E"))


@pytest.mark.parametrize("seed", range(12))
def test_the_text_of_a_step_holds_the_numbers_of_the_json_form(seed: int) -> None:
    """Formula, result, running total, and what is known of the node: the same at the same step, or not computed."""
    board = random_story(seed)
    data = json.loads(board.to_json())
    for step in data["steps"]:
        rows = plain(step_lines(board, step["number"], Sheet(3000, 300))).splitlines()
        move = data["moves"][step["stop"] - 1]
        assert rows[0] == step["sentence"]
        assert any(row.split(" = ")[-1].strip("= ") == move["formula"]["result"]["plain"] for row in rows[1:])
        assert any(move["formula"]["numbers"]["plain"] in row for row in rows)
        if isinstance(move["total"], float) and move["formula"]["sign"] == "+=":
            assert f"in all   {number_text(move['total'])}".split() in [row.split() for row in rows]
        lit = next(row for row in rows if row.startswith("▸ "))
        lit = re.split(" {2,}", lit)
        known = [m for m in data["moves"][: step["stop"]] if m["node"] == move["node"]]
        gradients = [m["value"] for m in known if m["phase"] == "backward"]
        if move["phase"] == "backward" and isinstance(gradients[-1], float):
            assert lit[-1] == number_text(gradients[-1])
        if move["phase"] == "forward":
            assert lit[-1] in ("not computed", "–")


def test_the_text_of_the_json_test_can_fail() -> None:
    """Another step has other numbers."""
    board = random_story(0)
    assert plain(step_lines(board, 3)) != plain(step_lines(board, 4))


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


def test_a_long_text_is_cut_at_the_width() -> None:
    """Letters are cut, not words."""
    w = Value(2.0, "a" * 200)
    lines = plain(step_lines(Storyboard(w * w), 1)).splitlines()
    assert max(map(len, lines)) == WIDTH
    assert any(line.endswith("…") for line in lines)


def test_a_blank_name_is_shown_as_it_is() -> None:
    """Even one of spaces alone."""
    assert "step 1 of" in repr(Stepper(Value(2.0, " " * 40) * 3).next())


def test_after_the_update_old_gradients_are_not_shown_beside_new_values() -> None:
    """They were computed from the old values."""
    assert plain(step_lines(story(neuron()), 19)).splitlines()[-3].split() == ["▸", "E", "0.3064", "–"]


@pytest.mark.parametrize("height", [8, 12, 24])
def test_the_table_of_a_step_always_lists_the_node_that_it_is_about(height: int) -> None:
    """Of a node with 20 inputs too; the last line says how many are left out, where there is a line for it."""
    board = Storyboard(np.sum(np.stack([Value(float(k), f"x_{k}") for k in range(20)])), learning_rate=None)
    for step in range(1, len(board.steps) + 1):
        rows = plain(step_lines(board, step, Sheet(80, height))).splitlines()
        assert len(rows) <= height
        assert sum(row.startswith("▸ ") for row in rows) == 1
    full = plain(step_lines(board, 1)).splitlines()
    listed = sum(row.startswith("  x") for row in full if "not computed" in row)
    assert f"  … and {20 - listed} more" in full


def test_a_step_of_a_layer_lists_the_node_that_it_is_about() -> None:
    """However many nodes the layer has."""
    board = Storyboard(layers(3, 4, 2, 1), by="layer", learning_rate=None)
    for step in board.steps:
        rows = plain(step_lines(board, step.number)).splitlines()
        assert sum(row.startswith("▸ ") for row in rows) == 1
