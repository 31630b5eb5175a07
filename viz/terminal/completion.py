"""What the Tab key may mean: commands first, then what the command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz.terminal.breakpoints import PASSES
from viz.terminal.commands import BY_WORD, COMMANDS
from viz.terminal.conditions import ADJECTIVES, QUANTITIES

if TYPE_CHECKING:
    from viz.stepper import Stepper

# More than this is no help.
_MOST = 500
_NAMING = {"watch", "p", "u", "d", "/"}


def completions(stepper: Stepper, line: str) -> list[str]:
    """List the lines that a line may become.

    >>> from microgradphys import Value
    >>> from viz.stepper import Stepper
    >>> stepper = Stepper((Value(3.0, "weight") * 2).named("E"))
    >>> completions(stepper, "wa"), completions(stepper, "p we"), completions(stepper, "break op m")
    (['watch'], ['p weight'], ['break op multiply'])
    """
    word, space, rest = line.lstrip().partition(" ")
    if not space:
        words = dict.fromkeys(word for command in COMMANDS for word in command.words if len(word) > 2)
        return [found for found in words if found.startswith(word)]
    if word not in BY_WORD:
        return []
    found = _arguments(stepper, BY_WORD[word].words[0], rest)
    return [
        f"{word} {choice}"
        for choice in dict.fromkeys(found)
        if choice.startswith(rest) and choice != rest.rstrip() + " "
    ][:_MOST]


def _arguments(stepper: Stepper, word: str, rest: str) -> list[str]:
    """List what may follow a command."""
    if word in ("b", "tbreak", "unt"):
        return _places(stepper, rest)
    if word == "unwatch":
        return [stepper.story.printer.name(stepper.story.recording[k]) or f"n{k}" for k in stepper.watches]
    if word == "cl":
        before, space, _ = rest.rpartition(" ")
        return [f"{before}{space}{point.number}" for point in stepper.breakpoints]
    if word == "h":
        return list(BY_WORD)
    if word == "l":
        return ["source"]
    if word == "k":
        return ["all"]
    if word not in _NAMING:
        return []
    if word == "p" and " " in rest:
        # Arithmetic: the last word may be a name of its own, or the last of a name with spaces.
        before, _, last = rest.rpartition(" ")
        return [*_names(stepper, rest), *(f"{before} {choice}" for choice in _with_fields(stepper, last))]
    return _with_fields(stepper, rest) if word == "p" else _names(stepper, rest)


def _names(stepper: Stepper, rest: str) -> list[str]:
    """List the names of nodes, and their ids where one begins."""
    ids = [node.id for node in stepper.story.nodes] if rest.startswith("n") else []
    return [*stepper.atlas.typed_names, *ids]


def _with_fields(stepper: Stepper, rest: str) -> list[str]:
    """List the names of nodes, and what a node has behind a dot."""
    name = rest.rpartition(".")[0]
    fields = [f"{name}.{field}" for field in ("value", "grad", "shape", "op", "line")]
    return [*_names(stepper, rest), *(fields if stepper.atlas.called(name) else [])]


def _places(stepper: Stepper, rest: str) -> list[str]:
    """List the places and conditions that a breakpoint may have."""
    atlas = stepper.atlas
    head, joint, condition = rest.rpartition(" if ")
    if joint or rest.startswith(("|", *QUANTITIES)):
        start = f"{head}{joint}"
        words = (*QUANTITIES, *(f"|{quantity}|" for quantity in QUANTITIES))
        quantity = condition.partition(" ")[0]
        adjectives = [f"{quantity} is {negated}{word}" for word in ADJECTIVES for negated in ("", "not ")]
        adjectives = adjectives if quantity in words else []
        return [f"{start}{word}" for word in (*words, *adjectives)]
    ids = [node.id for node in stepper.story.nodes] if rest.startswith("n") else []
    lines = [f"line {number}" for _, number in atlas.lines]
    kinds = [
        "op ",
        "scope ",
        "line ",
        "node ",
        *(f"op {op}" for op in atlas.ops),
        *(f"scope {name}" for name in atlas.scopes),
    ]
    return [*atlas.typed_names, *ids, *(kinds if rest else kinds[:4]), *(lines if rest else ()), *PASSES]
