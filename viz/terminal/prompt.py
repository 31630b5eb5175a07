"""The conversation with somebody who types commands, or with a script that pipes them in."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from microgradphys.symbols import printable
from viz.sheet import Sheet, is_terminal
from viz.terminal.answers import Lines
from viz.terminal.commands import QUITTING
from viz.terminal.completion import completions
from viz.text import print_lines

if TYPE_CHECKING:
    from viz.stepper import Stepper


def converse(stepper: Stepper, given: TextIO, shown: TextIO) -> None:
    """Read commands until `q` or the end of input, and show what they answer.

    Args:
        stepper: what they are for.
        given: where commands come from. Where it is not a terminal and empty, every step is shown.
        shown: where answers go.

    Raises:
        KeyboardInterrupt: Ctrl-C at an empty prompt; the terminal is in order then.
        MissingExtraError: rich is not installed.
    """
    asking = is_terminal(given)
    stepper.paper = Sheet.of(shown)
    try:
        if asking:
            hint = "n: next, e: back, c: continue, b: break, h: help, q: quit"
            print_lines([*stepper.lines(), [], [(stepper.sheet.clipped(hint), "dim")]], shown)
        with _completing(stepper) if asking and given is sys.stdin else contextlib.nullcontext(given.readline) as read:
            read_any = _answer_all(stepper, read, shown, not asking)
        if asking:
            print(file=shown)
        elif not read_any:
            for number in range(len(stepper.story.steps) + 1):
                print_lines([*stepper.jump(number).lines(), []], shown)
    except KeyboardInterrupt:
        print(file=shown)
        raise
    finally:
        stepper.paper = None


def _answer_all(stepper: Stepper, read: Callable[[], str], shown: TextIO, echo: bool) -> bool:
    """Answer each line, an empty one as the one before it, repeated first if `echo`; return whether there was any."""
    last, read_any = "next", False
    while line := read():
        read_any = True
        last = line.strip() or last
        if last.split()[0] in QUITTING:
            break
        stepper.paper = Sheet.of(shown)
        if echo:
            print_lines([[(f"(step) {printable(last)}", "dim")]], shown)
            print_lines([*stepper.command(last), []], shown)
        else:
            print_lines(_answered(stepper, last), shown)
    return read_any


def _answered(stepper: Stepper, line: str) -> Lines:
    """Answer a line that was typed; Ctrl-C stops the command alone, which has changed nothing then."""
    try:
        return stepper.command(line)
    except KeyboardInterrupt:
        return Lines([[], [("stopped; nothing has changed", "head")]])


@contextlib.contextmanager
def _completing(stepper: Stepper) -> Iterator[Callable[[], str]]:
    """Give a function that reads a line from the keyboard, with history and the Tab key where Python has readline."""
    try:
        import readline
    except ImportError:
        yield partial(_typed, lambda: "")
        return
    before = (readline.get_completer(), readline.get_completer_delims())
    readline.set_completer(_Completer(stepper, readline))
    readline.set_completer_delims(" ")
    # The Mac's own library takes other words for the same thing.
    backend = getattr(readline, "backend", "editline" if "libedit" in (readline.__doc__ or "") else "readline")
    readline.parse_and_bind("bind ^I rl_complete" if backend == "editline" else "tab: complete")
    try:
        yield partial(_typed, readline.get_line_buffer)
    finally:
        readline.set_completer(before[0])
        readline.set_completer_delims(before[1])


class _Completer:
    """Answers readline, which asks for one completion of the last word at a time."""

    def __init__(self, stepper: Stepper, readline: Any) -> None:
        """Remember whom to ask."""
        self.stepper = stepper
        self.readline = readline
        self.found: list[str] = []

    def __call__(self, text: str, state: int) -> str | None:
        """Return a completion of the word `text`, None when there are no more."""
        if state == 0:
            line = self.readline.get_line_buffer()[: self.readline.get_endidx()].lstrip()
            before = len(line) - len(text)
            self.found = [whole[before:] for whole in completions(self.stepper, line)]
        return self.found[state] if state < len(self.found) else None


def _typed(buffer: Callable[[], str]) -> str:
    """Read a line from the keyboard; "" at the end of input. Ctrl-C takes back a line that was begun.

    Args:
        buffer: tells what was typed so far.

    Raises:
        KeyboardInterrupt: Ctrl-C where nothing was typed.
    """
    while True:
        try:
            return f"{input('(step) ')}\n"
        except EOFError:
            return ""
        except KeyboardInterrupt:
            if not buffer():
                raise
            print()
