"""`Stepper`: walk through a storyboard in a REPL, forwards and backwards, or type commands in a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any, TextIO

from microgradphys.errors import InputError, MicrogradphysError
from microgradphys.value import Value
from viz.names import as_storyboard
from viz.steps import Step
from viz.storyboard import Storyboard
from viz.text import Line, known_lines, plain, print_lines, step_lines

HELP = """\
n, next [N]    one step on, or N          k, known       everything known so far
b, back [N]    one step back, or N        w, where       where am I
j, jump N      go to step N (0: start)    l, list        the steps around this one
u, until NAME  run to the next step       q, quit        leave
               that touches a node        h, help        these lines
An empty line repeats the last command."""


class Stepper:
    """Where we are in a storyboard. Every method returns the stepper, which shows its step.

    Args:
        loss: a Value that holds one number, or a storyboard.
        options: for `Storyboard`.

    Attributes:
        story: the storyboard.
        position: the number of the step that was taken last; 0 before the first.

    >>> w = Value(3.0, "w")
    >>> stepper = Stepper((w * w).named("E"), learning_rate=None)
    >>> stepper.next()
    Forward pass · step 1 of 4 · compute E
    <BLANKLINE>
      E = w · w
        = 3 × 3
        = 9
    <BLANKLINE>
      name  value  gradient
      w     3      not computed
    ▸ E     9      not computed
    <BLANKLINE>
    ▸···
    >>> stepper.to("w").position, stepper.back(2).position, stepper.jump(4).step.total
    (3, 1, 6.0)
    """

    def __init__(self, loss: Value | Storyboard, **options: Any) -> None:
        """Start before the first step."""
        self.story = as_storyboard(loss, 1, **options)
        self.position = 0

    @property
    def step(self) -> Step | None:
        """The step that was taken last."""
        return self.story.steps[self.position - 1] if self.position else None

    def next(self, count: int = 1) -> Stepper:
        """Go on by `count` steps, at most to the last."""
        return self.jump(min(self.position + _counted(count), len(self.story.steps)))

    def back(self, count: int = 1) -> Stepper:
        """Go back by `count` steps, at most to the start."""
        return self.jump(max(self.position - _counted(count), 0))

    def jump(self, number: int) -> Stepper:
        """Go to step `number`; 0 is the start.

        Raises:
            InputError: there is no such step.
        """
        self.story.state(number)
        self.position = number
        return self

    def to(self, node: Value | str) -> Stepper:
        """Run to the next step in which a number of `node` becomes known.

        Raises:
            InputError: no such node, or no such step any more.
        """
        k = self.story.index(node)
        for step in self.story.steps[self.position :]:
            if any(move.node == k for move in step.moves):
                return self.jump(step.number)
        raise InputError(f"no step after {self.position} touches {node!r}; go back first")

    def known(self) -> Lines:
        """Everything known so far, in the order in which it became known."""
        return Lines(known_lines(self.story, self.position))

    def where(self) -> str:
        """Say in one sentence where we are."""
        return self.step.sentence if self.step else f"before step 1 of {len(self.story.steps)}"

    def lines(self) -> list[Line]:
        """The step as styled lines."""
        return step_lines(self.story, self.position)

    def __repr__(self) -> str:
        """Show the step."""
        return plain(self.lines())

    def run(self, source: TextIO | None = None, target: TextIO | None = None) -> None:
        """Read commands until `q` or the end of input. Where the input is not a terminal and empty, show every step.

        Args:
            source: where commands come from, standard input if not given.
            target: where steps go, standard output if not given.

        Raises:
            MissingExtraError: rich is not installed.
        """
        given: TextIO = source or sys.stdin
        shown = target or sys.stdout
        asking = given.isatty()
        if asking:
            print_lines([*self.lines(), [], [("n: next step, b: back, h: help, q: quit", "dim")]], shown)
        last, read_any = "next", False
        while True:
            try:
                line = _typed() if asking and given is sys.stdin else given.readline()
            except KeyboardInterrupt:
                print(file=shown)
                return
            if not line:
                print(end="\n" if asking else "", file=shown)
                break
            read_any = True
            last = line.strip() or last
            if last.split()[0] in ("q", "quit", "exit"):
                return
            print_lines(self.command(last), shown)
        if not read_any and not asking:
            for number in range(len(self.story.steps) + 1):
                print_lines([*self.jump(number).lines(), []], shown)

    def command(self, line: str) -> list[Line]:
        """Carry out one typed command and return what it shows; a mistake is explained, not raised.

        >>> stepper = Stepper((Value(3.0, "w") * 2).named("E"))
        >>> plain(stepper.command("jump 99"))
        'there is no step 99; steps go from 0 to 5'
        """
        word, _, rest = line.strip().partition(" ")
        action = _COMMANDS.get(word)
        if action is None:
            return [[(f"no command {word!r}; h lists them", "update")]]
        try:
            return action(self, rest.strip())
        except MicrogradphysError as error:
            return [[(str(error), "")]]


class Lines(list[Line]):
    """Lines that show themselves in a REPL."""

    def __repr__(self) -> str:
        """Show the lines as text."""
        return plain(self)


def _typed() -> str:
    """Read a command from the keyboard, with its history where Python has one; "" at the end of input."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  (importing it gives `input` its history and arrow keys)
    try:
        return f"{input('(step) ')}\n"
    except EOFError:
        return ""


def _counted(count: int) -> int:
    """Check a number of steps to go."""
    if not isinstance(count, int) or count < 1:
        raise InputError(f"{count!r} is not a number of steps to go; it is 1 or more")
    return count


def _number(text: str, default: int | None = None) -> int:
    """Read a count or a step number."""
    if not text and default is not None:
        return default
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{text!r} is not a whole number") from None


def _around(stepper: Stepper) -> list[Line]:
    """List the steps around the present one."""
    first = max(stepper.position - 6, 0)
    lines: list[Line] = []
    for step in stepper.story.steps[first : first + 12]:
        here = step.number == stepper.position
        lines.append([("▸ " if here else "  ", ""), (step.sentence, f"{step.phase}{' bold' if here else ''}")])
    return lines


def _moving(move: Callable[[Stepper, str], Stepper]) -> Callable[[Stepper, str], list[Line]]:
    """Make a command of a method that goes somewhere."""
    return lambda stepper, rest: move(stepper, rest).lines()


_ACTIONS: dict[tuple[str, ...], Callable[[Stepper, str], list[Line]]] = {
    ("n", "next"): _moving(lambda s, rest: s.next(_number(rest, 1))),
    ("b", "back"): _moving(lambda s, rest: s.back(_number(rest, 1))),
    ("j", "jump"): _moving(lambda s, rest: s.jump(_number(rest))),
    ("u", "until", "to"): _moving(lambda s, rest: s.to(rest)),
    ("k", "known"): lambda s, rest: s.known(),
    ("w", "where"): lambda s, rest: [[(s.where(), "")]],
    ("l", "list"): lambda s, rest: _around(s),
    ("h", "help", "?"): lambda s, rest: [[(line, "")] for line in HELP.splitlines()],
}
_COMMANDS = {word: action for words, action in _ACTIONS.items() for word in words}
