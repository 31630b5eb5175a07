"""Breakpoints: a place in the graph or in the program, a condition, or both.

```
w_1, n12, node w_1        every step in which a number of that node becomes known, or of a node of the same name
op tanh                   every step in which that primitive computes, or passes a gradient back
scope hidden              where the steps come into a scope: "hidden", or "hidden/neuron 1"
line 7, 7, student.py:7   where they come to a line of the program
backward, pass backward   where a pass begins: forward, backward, update, again
|local| < 0.01            every step that meets a condition (see `viz.terminal.conditions`)
tanh if |local| < 0.01    every step at that place that does
```

A place that is a stretch of steps (scope, line, pass) stops once in a pass, where it begins; with a condition, at each
of its steps that meets it. Which steps these are does not depend on the direction in which one comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from microgradphys.errors import InputError
from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.statements import file_name
from viz.steps import PHASES, Move, Node, Step
from viz.storyboard import Storyboard
from viz.terminal.atlas import Atlas
from viz.terminal.conditions import Condition, is_condition, parse
from viz.text import working_node

Kind = Literal["node", "op", "scope", "line", "pass"]
PASSES = {
    **{phase: phase for phase in PHASES},
    **{name.lower(): phase for phase, name in PHASES.items()},
    "new": "again",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where to stop: `what` is the indices of nodes of one name, a primitive, a scope, (file, line) or a pass."""

    kind: Kind
    what: Any
    text: str

    def holds(self, story: Storyboard, move: Move) -> bool:
        """Whether a move is there."""
        if self.kind == "node":
            return move.node in self.what
        if self.kind == "pass":
            return move.phase == self.what
        node = story.nodes[working_node(story, move)]
        if self.kind == "op":
            return node.op == self.what
        if self.kind == "scope":
            return self.what in (*node.scope, *_paths(node))
        # A leaf is not computed: at its line one waits for its gradient, and for its update.
        reached = story.nodes[move.node]
        return any(
            made.line is not None and (made.line.file, made.line.number) == self.what
            for made in (node, *((reached,) if reached.op is None else ()))
        )


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A breakpoint: its number, what it waits for, how often it stopped somebody, whether it goes after the first."""

    number: int
    place: Place | None
    condition: Condition | None
    once: bool = False
    hits: int = 0

    def stops(self, story: Storyboard, step: Step) -> bool:
        """Whether to stop after a step."""
        if not self._meets(story, step):
            return False
        if self.condition is not None or self.place is None or self.place.kind in ("node", "op"):
            return True
        before = story.steps[step.number - 2] if step.number > 1 else None
        return before is None or before.phase != step.phase or not self._meets(story, before)

    def _meets(self, story: Storyboard, step: Step) -> bool:
        """Whether a move of a step is at the place and meets the condition."""
        return any(
            (self.place is None or self.place.holds(story, move))
            and (self.condition is None or self.condition.met(move))
            for move in step.moves
        )

    def met(self) -> Breakpoint:
        """The breakpoint after it has stopped somebody once more."""
        return replace(self, hits=self.hits + 1)

    def __str__(self) -> str:
        """Write what it waits for."""
        return " if ".join(part for part in (self.place and self.place.text, str(self.condition or "")) if part)


def parse_breakpoint(text: str, atlas: Atlas, here: int | None = None) -> tuple[Place | None, Condition | None]:
    """Read where a breakpoint is to stop, as it is typed.

    Args:
        text: a place, a condition, or "PLACE if CONDITION".
        atlas: of the storyboard.
        here: the node that is looked at, whose file a bare line number means.

    Raises:
        InputError: there is no such place, or no such condition.
    """
    text = text.strip()
    if atlas.called(text) and not text.isdigit():
        return _node(text, atlas), None
    if is_condition(text):
        return None, parse(text)
    place, joint, condition = f" {text} ".rpartition(" if ")
    if joint:
        return find_place(place.strip(), atlas, here) if place.strip() else None, parse(condition.strip())
    try:
        return find_place(text, atlas, here), None
    except InputError:
        if re.search("[<>=≤≥≠]| is ", text):
            # A condition whose quantity is mistaken; reading it says so.
            parse(text)
        raise


def find_place(text: str, atlas: Atlas, here: int | None = None) -> Place:
    """Read the name of a place: of a node, else of a line, a primitive, a scope, a pass.

    Raises:
        InputError: there is no such place; the message lists those of its kind.
    """
    word, _, rest = text.partition(" ")
    rest = rest.strip()
    if text == "line":
        raise InputError("the number of the line is missing, as in 'line 7'")
    if found := re.fullmatch(r"(?:line +)?(\d+)|(.+\.py|<[^>]+>|In\[\d+\]):(\d+)", text):
        return _line(found[2], int(found[1] or found[3]), atlas, here)
    if atlas.called(text):
        return _node(text, atlas)
    if word == "node" and rest:
        return _node(rest, atlas)
    if word == "op":
        return _listed("op", rest, atlas.ops, "primitives of this graph")
    if word == "scope":
        return _listed("scope", rest, atlas.scopes, "scopes of this graph")
    if word == "pass":
        return Place("pass", PASSES[_listed("pass", rest, tuple(PASSES), "passes").what], rest)
    if text in atlas.ops:
        return Place("op", text, f"op {text}")
    if text in atlas.scopes:
        return Place("scope", text, f"scope {printable(text)}")
    if text.lower() in PASSES:
        return Place("pass", PASSES[text.lower()], text.lower())
    close = get_close_matches(text, (*atlas.ops, *atlas.scopes, *PASSES))
    if close and not get_close_matches(text, atlas.typed_names[:2000]):
        raise InputError(f"no place is called {text!r}; did you mean {' or '.join(map(repr, close))}?")
    return _node(text, atlas)


def _node(text: str, atlas: Atlas) -> Place:
    """Find a node by its name, or all nodes that are called so."""
    found = atlas.called(text) or [atlas.find(text)]
    label = write(atlas.story.nodes[found[0]].label)
    return Place("node", tuple(found), label if len(found) == 1 else f"{label} (any of {len(found)} nodes)")


def _listed(kind: Kind, name: str, there: tuple[str, ...], what: str) -> Place:
    """Find one of a list of names."""
    if name not in there:
        some = ", ".join(map(printable, there[:20])) or "none"
        wrong = f"no {kind} {name!r}" if name else f"the name of the {kind} is missing"
        raise InputError(f"{wrong}; the {what} are {some}{' …' if len(there) > 20 else ''}")
    return Place(kind, name, f"{kind} {printable(name)}")


def _line(file: str | None, number: int, atlas: Atlas, here: int | None) -> Place:
    """Find a line of the program: of the file that is named, else of the one that is looked at."""
    if not atlas.lines:
        raise InputError("no lines were noted; make the graph inside 'with microgradphys.lines():' to know them")
    path = _file(file, atlas, here)
    name = printable(file_name(path))
    if (path, number) not in atlas.lines:
        numbers = sorted(line for other, line in atlas.lines if other == path)
        some = ", ".join(map(str, numbers[:20])) + (" …" if len(numbers) > 20 else "")
        what = "lines" if len(numbers) > 1 else "line"
        raise InputError(f"no step comes from line {number} of {name}; steps come from {what} {some}")
    return Place("line", (path, number), f"{name}:{number}")


def _file(name: str | None, atlas: Atlas, here: int | None) -> str:
    """Find a file of the program by the end of its path, else that of the node that is looked at, or of the loss."""
    if name is None:
        places = [atlas.story.nodes[k].line for k in (here, atlas.story.loss) if k is not None]
        return next((place.file for place in places if place is not None), next(iter(atlas.lines))[0])
    files = dict.fromkeys(path for path, _ in atlas.lines)
    parts = Path(name).parts
    for path in files:
        if name in (path, file_name(path)) or Path(path).parts[-len(parts) :] == parts:
            return path
    there = ", ".join(printable(file_name(path)) for path in files)
    raise InputError(f"no step comes from a file {name!r}; steps come from {there}")


def _paths(node: Node) -> list[str]:
    """The scopes of a node from the outermost on, `hidden` and `hidden/neuron 1`."""
    return ["/".join(node.scope[:depth]) for depth in range(1, len(node.scope) + 1)]
