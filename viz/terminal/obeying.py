"""Carrying out a typed command: which is meant, what a mistake may have meant, and the help."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from microgradphys.errors import InputError, MicrogradphysError
from viz.sheet import Sheet
from viz.terminal.answers import Lines, can_be_printed
from viz.terminal.commands import BY_WORD, COMMANDS, Command

if TYPE_CHECKING:
    from viz.stepper import Stepper


def obey(stepper: Stepper, line: str) -> Stepper | Lines:
    """Carry out one typed command and return what it answers; a mistake is explained, not raised.

    Returns:
        Lines, or after a motion the stepper, which shows its step.
    """
    word, _, rest = line.strip().partition(" ")
    if word.startswith("/") and len(word) > 1:
        word, rest = "/", line.strip()[1:]
    try:
        if word not in BY_WORD and can_be_printed(stepper, line.strip()):
            return stepper.print(line.strip())
        command, rest = found(word), rest.strip()
        if rest and not command.takes:
            raise InputError(f"{word} takes nothing after it, and not {rest!r}")
        return command.action(stepper, rest)
    except MicrogradphysError as error:
        return Mistake([[(part, "trouble")] for part in stepper.sheet.folded(str(error), stepper.sheet.width, 4)])


class Mistake(Lines):
    """Lines that say what was wrong with a command."""


def explained(word: str, sheet: Sheet) -> Lines:
    """Explain all commands in a line each, or one in full.

    Raises:
        InputError: there is no such command.
    """
    lines = Lines()
    if word:
        command = found(word)
        lines.append([(sheet.clipped(f"{', '.join(command.words)} {command.takes}".rstrip()), "head")])
        for text in f"{command.does[0].upper()}{command.does[1:]}.\n{command.more}".strip().splitlines():
            lines += [[(f"  {part}", "")] for part in sheet.folded(text, sheet.width - 2, 6)]
        return lines
    listed = [command for command in COMMANDS if command.short]
    widest = max(len(command.usage) for command in listed) + 2
    for command in listed:
        if sheet.width >= 2 * widest:
            does = sheet.clipped(command.does, sheet.width - widest)
            lines.append([(f"{command.usage:<{widest}}", "head"), (does, "")])
        else:
            lines.append([(sheet.clipped(command.usage), "head")])
            lines += [[(f"    {part}", "dim")] for part in sheet.folded(command.does, sheet.width - 4, 2)]
    last = "An empty line repeats the last command. 'h COMMAND' says more."
    return Lines([*lines, *([(part, "dim")] for part in sheet.folded(last, sheet.width, 2))])


def found(word: str) -> Command:
    """Find a command by one of its words, or by a beginning that no other command has.

    Raises:
        InputError: there is no such command; the message says which words are like it.
    """
    if word in BY_WORD:
        return BY_WORD[word]
    begun = {command.words: command for other, command in BY_WORD.items() if len(word) > 1 and other.startswith(word)}
    if len(begun) == 1:
        return next(iter(begun.values()))
    close = begun or {BY_WORD[other].words: BY_WORD[other] for other in get_close_matches(word, BY_WORD)}
    names = " or ".join(repr(max(words[:2], key=len)) for words in close)
    meant = f"did you mean {names}? " if close else ""
    raise InputError(f"no command {word!r}; {meant}h lists them")
