"""The typed commands of the stepper: one table of their words, what they take, what they do, and their help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from microgradphys.errors import InputError
from viz.terminal.answers import Lines

if TYPE_CHECKING:
    from viz.stepper import Stepper


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words, the usual one first, what follows it, what it does in a few words and in more.

    short: whether it is on the list that fits one screen, or only explained where it is asked for.
    """

    words: tuple[str, ...]
    takes: str
    does: str
    more: str
    action: Callable[[Stepper, str], Stepper | Lines]
    short: bool = True

    @property
    def usage(self) -> str:
        """The words and what follows them."""
        return f"{', '.join(self.words[:2])} {self.takes}".rstrip()


def _number(text: str, default: int | None = None) -> int:
    """Read a count or the number of a step."""
    if not text and default is not None:
        return default
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{text!r} is not a whole number") from None


def _needed(text: str, what: str) -> str:
    """Refuse a command that lacks what it is about."""
    if not text:
        raise InputError(f"{what} is missing")
    return text


def _clear(stepper: Stepper, rest: str) -> Lines:
    """Remove breakpoints by their numbers."""
    return stepper.clear(*(_number(word) for word in rest.replace(",", " ").split()))


def _list(stepper: Stepper, rest: str) -> Lines:
    """List steps, or lines of the program."""
    if rest in ("source", "s", "."):
        return stepper.source()
    return stepper.list(_number(rest) if rest else None)


def _known(stepper: Stepper, rest: str) -> Lines:
    """List what is known."""
    if rest not in ("", "all"):
        raise InputError(f"known takes 'all' or nothing, and not {rest!r}")
    return stepper.known(unnamed=True) if rest else stepper.known(_MANY)


def _named(rest: str) -> tuple[str, ...]:
    """The one name that follows a command, if any; names may hold spaces."""
    return (rest,) if rest else ()


_PLACES = """\
PLACE: a node (w_1, its label, or an id such as n12), 'op tanh', 'scope hidden', 'line 7', 'student.py:7', or a pass \
(forward, backward, update, again). A scope, a line or a pass stops where it begins, once in a pass over the graph.
CONDITION: '|gradient| < 1e-6', 'value is not finite', 'local is zero', joined by and, or, not and parentheses. It is \
about value, gradient, local, contribution, upstream or total; of an array, about any element.
Both: 'break tanh if |local| < 0.01'. Without either, the breakpoints are listed. b is break, as in pdb; e is back."""
# More numbers than this are listed only on request.
_MANY = 200
_GOAL = "the place to run to, as in 'until y' or 'until backward',"
_PRINTED = """\
NAME.value, NAME.grad, NAME.shape, NAME.op, NAME.line; arrays element by element.
Arithmetic with what is known now: 'p w - 0.1 * w.grad', 'p W[0, 1] > 0', 'p exp(-s)'.
What is typed alone and is no command is printed, as in pdb."""
COMMANDS = (
    Command(("n", "next", "s", "step"), "[N]", "one step on, or N", "", lambda s, rest: s.next(_number(rest, 1))),
    Command(
        ("e", "back"), "[N]", "one step back (earlier), or N",
        "b is break, as in pdb.", lambda s, rest: s.back(_number(rest, 1)),
    ),
    Command(
        ("c", "continue", "cont"), "", "on to the next breakpoint, or to the end",
        "", lambda s, rest: s.continue_(),
    ),
    Command(
        ("rc", "reverse-continue"), "", "back to the breakpoint before, or to the start",
        "", lambda s, rest: s.reverse_continue(),
    ),
    Command(
        ("unt", "until", "to"), "PLACE", "on to the next step that touches a node",
        "Any place or condition of 'break' will do.", lambda s, rest: s.until(_needed(rest, _GOAL)),
    ),
    Command(
        ("j", "jump"), "N", "to step N; 0 is the start",
        "", lambda s, rest: s.jump(_number(_needed(rest, "the number of the step"))),
    ),
    Command(
        ("undo",), "", "take back the last motion or change",
        "Motions, breakpoints and watches can be taken back, one after the other, to the beginning.",
        lambda s, rest: s.undo(),
    ),
    Command(
        ("b", "break"), "[PLACE] [if COND]", "stop there, or list breakpoints", _PLACES,
        lambda s, rest: s.break_(rest),
    ),
    Command(
        ("tbreak",), "PLACE [if COND]", "stop there once",
        "As break, but it goes as soon as it has stopped you.",
        lambda s, rest: s.break_(_needed(rest, "the place or condition"), once=True),
    ),
    Command(("cl", "clear"), "[N ...]", "remove breakpoints by number, or all", "undo brings them back.", _clear),
    Command(
        ("watch", "display"), "[NAME]", "show a node at every step; stop where it changes",
        "Continue stops at each step that changes its value or gradient. Without a name, the watched nodes are listed.",
        lambda s, rest: s.watch(*_named(rest)),
    ),
    Command(
        ("unwatch", "undisplay"), "[NAME]", "watch it no longer, or nothing", "",
        lambda s, rest: s.unwatch(*_named(rest)),
    ),
    Command(
        ("p", "print", "pp"), "[NAME or FORMULA]", "a node, a thing of it, or arithmetic",
        _PRINTED,
        lambda s, rest: s.print(rest),
    ),
    Command(
        ("w", "where", "bt"), "", "where we are, and the way to the loss",
        "With the local derivative on each edge, once it is computed.", lambda s, rest: s.where(),
    ),
    Command(
        ("u", "up"), "[NAME]", "look at what is computed from this node",
        "Towards the loss, without moving in time; n, c and the like return to the step. u is up, as in pdb.",
        lambda s, rest: s.up(*_named(rest)),
    ),
    Command(
        ("d", "down"), "[NAME]", "look at an input of this node",
        "Away from the loss, without moving in time.", lambda s, rest: s.down(*_named(rest)),
    ),
    Command(
        ("/", "find"), "TEXT", "look at the next node whose name holds TEXT", "/TEXT is the same.",
        lambda s, rest: s.find(_needed(rest, "the text to find")),
    ),
    Command(
        ("l", "list"), "[N] or source", "steps around; lines of your program",
        "'list N' shows the steps around step N. B marks where a breakpoint stops.", _list,
    ),
    Command(
        ("ll", "source"), "", "the lines of your program around here", "So does 'list source'.",
        lambda s, rest: s.source(), short=False,
    ),
    Command(
        ("k", "known"), "[all]", "everything known so far",
        "In the order in which it became known; what is not computed yet says so. 'known all' lists unnamed nodes.",
        _known,
    ),
    Command(
        ("findings", "fi"), "", "what is wrong with the graph or its gradients",
        "In a sentence each, with what mends it.", lambda s, rest: s.findings(),
    ),
    Command(("h", "help", "?"), "[COMMAND]", "these lines, or more about one", "", lambda s, rest: s.help(rest)),
    Command(
        ("q", "quit", "exit"), "", "leave", "So does the end of input, Ctrl-D.", lambda s, rest: Lines(),
    ),
)  # fmt: skip
BY_WORD = {word: command for command in COMMANDS for word in command.words}
QUITTING = BY_WORD["q"].words
