"""The course that a stepper takes: where it is, its breakpoints and watches, and everything that can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from microgradphys.errors import InputError
from microgradphys.notation import write
from viz.steps import Step
from viz.storyboard import Storyboard
from viz.terminal.breakpoints import Breakpoint


@dataclass(frozen=True, slots=True)
class Moment:
    """All that a command can change.

    position: the step that was taken last. before: the position before the last motion. selected: the node that is
    looked at instead of the step's. made: how many breakpoints were ever set. notes: what the last command has to say.
    """

    position: int = 0
    before: int = 0
    selected: int | None = None
    breakpoints: tuple[Breakpoint, ...] = ()
    made: int = 0
    watches: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


class Course:
    """The present moment, and those before it.

    Args:
        story: the storyboard whose steps are taken.

    >>> from microgradphys import Value
    >>> course = Course(Storyboard(Value(3.0, "w") * 2))
    >>> course.go(2)
    >>> course.go(4)
    >>> course.undo()
    >>> course.now.position
    2
    """

    def __init__(self, story: Storyboard) -> None:
        """Begin before the first step."""
        self.story = story
        self.now = Moment()
        self._past: list[Moment] = []

    def change(self, **fields: Any) -> None:
        """Change something that can be taken back."""
        self._past.append(self.now)
        self.now = replace(self.now, **{"notes": (), **fields})

    def select(self, node: int) -> None:
        """Look at a node, without moving; there is nothing to take back."""
        self.now = replace(self.now, selected=node, notes=())

    def go(self, number: int, *notes: str, **fields: Any) -> None:
        """Go to a step; where that is no change at all, there is nothing to take back."""
        fields |= {"position": number, "before": self.now.position, "selected": None, "notes": notes}
        if number == self.now.position and "breakpoints" not in fields:
            self.now = replace(self.now, **fields)
        else:
            self.change(**fields)

    def run(self, steps: Iterable[Step], end: int, what: str) -> None:
        """Go to the first of some steps at which a breakpoint stops us or a watched node changes, or to the end."""
        points, watches = self.now.breakpoints, set(self.now.watches)
        for step in steps if points or watches else ():
            met = {point.number for point in points if point.stops(self.story, step)}
            watched = dict.fromkeys(move.node for move in step.moves if move.node in watches)
            if met or watched:
                counted = [point.met() if point.number in met else point for point in points]
                notes = [f"breakpoint {p.number}: {p} (hit {p.hits})" for p in counted if p.number in met]
                notes += [f"watch: {write(self.story.nodes[k].label)} changes" for k in watched]
                kept = tuple(point for point in counted if not (point.once and point.number in met))
                self.go(step.number, *notes, breakpoints=kept)
                return
        waited = [name for name, some in (("breakpoint was met", points), ("watched node changes", watches)) if some]
        self.go(end, f"{what}; no {' and no '.join(waited)} on the way" if waited else what)

    def undo(self) -> None:
        """Take back the last change.

        Raises:
            InputError: nothing was done yet.
        """
        if not self._past:
            raise InputError("there is nothing to undo")
        self.now = self._past.pop()
