"""Typed commands: each answers, mistakes are explained, help fits the terminal, Tab knows what may follow."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import layers, neuron

from microgradphys import Value, lines
from viz import Stepper
from viz.sheet import Sheet, columns
from viz.terminal.commands import BY_WORD, COMMANDS
from viz.terminal.completion import completions
from viz.text import plain

HELP = """\
n, next [N]                 one step on, or N
e, back [N]                 one step back (earlier), or N
c, continue                 on to the next breakpoint, or to the end
rc, reverse-continue        back to the breakpoint before, or to the start
unt, until PLACE            on to the next step that touches a node
j, jump N                   to step N; 0 is the start
undo                        take back the last motion or change
b, break [PLACE] [if COND]  stop there, or list breakpoints
tbreak PLACE [if COND]      stop there once
cl, clear [N ...]           remove breakpoints by number, or all
watch, display [NAME]       show a node at every step; stop where it changes
unwatch, undisplay [NAME]   watch it no longer, or nothing
p, print [NAME or FORMULA]  a node, a thing of it, or arithmetic
w, where                    where we are, and the way to the loss
u, up [NAME]                look at what is computed from this node
d, down [NAME]              look at an input of this node
/, find TEXT                look at the next node whose name holds TEXT
l, list [N] or source       steps around; lines of your program
k, known [all]              everything known so far
findings, fi                what is wrong with the graph or its gradients
h, help [COMMAND]           these lines, or more about one
q, quit                     leave
An empty line repeats the last command. 'h COMMAND' says more."""


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


class Typed(io.StringIO):
    """Commands as from a keyboard."""

    def isatty(self) -> bool:
        """Somebody types."""
        return True


def test_control_c_stops_a_command_that_takes_long_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had found so far is forgotten, and the next command is answered."""

    def pressed(*_: object) -> bool:
        raise KeyboardInterrupt

    stepper, out = Stepper(neuron()).next(3), io.StringIO()
    stepper.break_("E if value > 9")
    monkeypatch.setattr("viz.terminal.conditions.Condition.met", pressed)
    stepper.run(Typed("c\nundo\n"), out)
    assert "stopped; nothing has changed" in out.getvalue()
    assert (stepper.position, stepper.breakpoints) == (3, ())


def test_an_empty_input_shows_every_step() -> None:
    """Piped without commands, the whole storyboard is printed."""
    out = io.StringIO()
    Stepper(neuron()).run(io.StringIO(""), out)
    assert [f"step {k} of 19" in out.getvalue() for k in range(1, 20)] == [True] * 19


def test_help_is_one_line_for_each_command() -> None:
    """It fits 24 lines of 80 columns."""
    text = repr(Stepper(neuron()).help())
    assert text == HELP
    assert len(text.splitlines()) <= 24


@pytest.mark.parametrize("sheet", [Sheet(), Sheet(40), Sheet(20)])
def test_every_command_is_explained_within_the_width(sheet: Sheet) -> None:
    """By each of its words."""
    stepper = Stepper(neuron())
    stepper.paper = sheet
    for word in ("", *BY_WORD):
        rows = plain(stepper.command(f"help {word}")).splitlines()
        assert rows
        assert max(map(len, rows)) <= sheet.width
    assert "no command 'dance';" in plain(stepper.command("help dance"))


def test_no_word_means_two_commands() -> None:
    """And pdb's letters mean what pdb means."""
    words = [word for command in COMMANDS for word in command.words]
    assert len(words) == len(set(words))
    habits = {
        "n": "next", "c": "continue", "b": "break", "tbreak": "tbreak", "cl": "clear", "j": "jump", "unt": "until",
        "w": "where", "p": "print", "l": "list", "u": "up", "d": "down", "h": "help", "q": "quit", "ll": "source",
    }  # fmt: skip
    assert all(habit in BY_WORD[word].words for word, habit in habits.items())


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("j", "the number of the step is missing"),
        ("until", "the place to run to, as in 'until y' or 'until backward', is missing"),
        ("tbreak", "the place or condition is missing"),
        ("n x", "'x' is not a whole number"),
        ("n 0", "0 is not a number of steps to go"),
        ("clear x", "'x' is not a whole number"),
        ("clear 3", "there is no breakpoint 3; there are no breakpoints"),
        ("print zz.grad", "no node is called 'zz'"),
        ("contniue", "no command 'contniue'; did you mean 'continue'? h lists them"),
        ("un 3", "no command 'un'; did you mean 'until' or 'undo' or 'undisplay'? h lists them"),
        ("undo 3", "undo takes nothing after it, and not '3'"),
        ("undo", "nothing to undo"),
        ("\x1b[31m", "no command '\\x1b[31m'"),
    ],
)
def test_a_mistake_is_one_message(command: str, message: str) -> None:
    """Nothing is raised, nothing changes."""
    stepper = Stepper(neuron())
    assert message in " ".join(plain(stepper.command(command)).split())
    assert stepper.position == 0


@pytest.mark.parametrize(
    ("word", "whole"), [("con", "c"), ("whe", "where"), ("wat s", "watch s"), ("help br", "help b")]
)
def test_a_beginning_is_enough_where_it_is_of_one_command(word: str, whole: str) -> None:
    """As in gdb."""
    assert repr(Stepper(neuron()).command(word)) == repr(Stepper(neuron()).command(whole))


@pytest.mark.parametrize("text", ["y", "y.value", "0.1 * y + 1"])
def test_what_is_no_command_is_printed(text: str) -> None:
    """As pdb does."""
    stepper = Stepper(neuron()).jump(9)
    assert repr(stepper.command(text)) == repr(stepper.command(f"print {text}"))


def test_a_command_goes_before_a_node_of_its_name() -> None:
    """A weight called w is printed with p."""
    stepper = Stepper(neuron()).jump(9)
    assert repr(stepper.command("w")) == repr(stepper.where())


def test_a_script_reads_like_a_session() -> None:
    """Each command stands above its answer."""
    out = io.StringIO()
    Stepper(neuron()).run(io.StringIO("break s\nc\n\nq\n"), out)
    rows = out.getvalue().splitlines()
    assert rows[:4] == ["(step) break s", "breakpoint 1: s", "", "(step) c"]
    assert rows.count("(step) c") == 2
    assert "breakpoint 1: s (hit 2)" in rows


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("unti", ["until"]),
        ("un", ["unt", "until", "undo", "unwatch", "undisplay"]),
        ("p a_1", ["p a_1^(1)", "p a_1^(2)"]),
        ("watch E", ["watch E"]),
        ("p E.s", ["p E.shape"]),
        ("p 2 * E.g", ["p 2 * E.grad"]),
        ("p 2 * a_1", ["p 2 * a_1^(1)", "p 2 * a_1^(2)"]),
        ("b op si", ["b op sigmoid"]),
        ("b scope layer 1", ["b scope layer 1"]),
        ("break |loc", ["break |local|"]),
        ("break E if gr", ["break E if gradient"]),
        ("break E if gradient is not f", ["break E if gradient is not finite"]),
        ("until back", ["until backward", "until backward pass"]),
        ("clear ", ["clear 1"]),
        ("unwatch ", ["unwatch E"]),
        ("help rev", ["help reverse-continue"]),
        ("l so", ["l source"]),
        ("k a", ["k all"]),
        ("p n20", ["p n20"]),
        ("n ", []),
        ("fly ", []),
    ],
)
def test_tab_knows_what_may_follow(line: str, found: list[str]) -> None:
    """Commands, names, ids, scopes, primitives, quantities, numbers of breakpoints."""
    stepper = Stepper(layers(2, 2, 1))
    stepper.break_("E")
    stepper.watch("E")
    assert completions(stepper, line) == found


def test_tab_knows_the_lines_that_made_something() -> None:
    """Of the program."""
    with lines():
        stepper = Stepper(Value(2.0, "w") * 3)
    assert len(completions(stepper, "b line ")) == 1


def test_every_completion_of_a_breakpoint_is_understood() -> None:
    """What Tab offers can be typed."""
    stepper = Stepper(layers(2, 2, 1))
    for line in completions(stepper, "b ") + completions(stepper, "b op") + completions(stepper, "b scope"):
        if not line.endswith(" "):
            assert plain(stepper.command(line)).startswith("breakpoint"), line


FUZZED = Stepper(layers(2, 2, 1))
WORDS = st.sampled_from(
    [*BY_WORD, "if", "is", "not", "nan", "|", "<", "1e-3", "op", "scope", "line", "E", "n3", "x.grad"]
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=6).map(" ".join)))
def test_whatever_is_typed_is_answered(line: str) -> None:
    """Never an exception, never a control character, never more than the screen is wide."""
    FUZZED.paper = Sheet(60)
    rows = plain(FUZZED.command(line)).split("\n")
    assert all(row.isprintable() for row in rows)
    assert max(map(columns, rows)) <= 60
    assert all(isinstance(found, str) for found in completions(FUZZED, line))
