"""The list of what is known, at the right of the film: names and numbers in the order in which they became known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from microgradphys.mathematics import Derivative, Math, Number, Symbol
from viz.films.items import BOTTOM, RIGHT, SMALLEST, Frame, Ink, polygon, rounded, shade, written
from viz.films.text import Typesetter, fitted, inline, words
from viz.picture import Place, Text
from viz.steps import Known, Phase, Step
from viz.storyboard import Storyboard
from viz.theme import DARK

_LEFT, _NAMES, _NUMBERS, _BEFORE = 1446.0, 1580.0, 1596.0, 1730.0
_FIRST, _PITCH, _LAST = 200.0, 38.4, BOTTOM - 68
_SIZE, _SMALL = 31.0, 26.0
LINES = int((_LAST - _FIRST) / _PITCH) + 1
# The overview takes the place of so many lines.
_MAP_ROWS = 6
MAP = Place((_LEFT + RIGHT) / 2, _LAST - 98, RIGHT - _LEFT, 206)
# How many lines stay visible below the one that is being computed, when the list is longer than its room.
_AHEAD = 4
_KINDS: dict[Phase, str] = {"forward": "value", "backward": "gradient", "update": "update", "again": "again"}

Key = tuple[str, int]


class PanelFilm:
    """The list of what is known.

    Args:
        story: the storyboard.
        setter: what sets its texts.
        mapped: whether an overview stands below the list, which is shorter then.
    """

    def __init__(self, story: Storyboard, setter: Typesetter, mapped: bool = False) -> None:
        """List, for each pass, everything that will be known at its end: those are its lines."""
        self.story, self.setter = story, setter
        self.rows = LINES - _MAP_ROWS if mapped else LINES
        last: dict[Phase, int] = {step.phase: step.number for step in story.steps}
        self.lines: dict[Phase, tuple[Known, ...]] = {phase: story.known(number) for phase, number in last.items()}
        # Where the name of one gradient is too long, that of the loss is left out of all.
        self.short = any(
            setter.outline(inline(line.label)).width * SMALLEST > _NAMES - _LEFT
            for lines in self.lines.values()
            for line in lines
            if line.kind == "gradient" and line.node != story.loss
        )

    def draw(self, frame: Frame, step: Step, arrival: float) -> None:
        """Add the list at a step: the lines that are still missing are dim and say so."""
        frame.inks.append(Ink(polygon([(1424, 128), (1426, 128), (1426, _LAST), (1424, _LAST)]), fill=DARK.panel))
        renewed = step.phase in ("update", "again")
        self._heading(frame, renewed)
        lines = self.lines[step.phase]
        before = {_key(line): line for line in self.story.known(step.number - 1)}
        after = {_key(line): line for line in self.story.known(step.number)}
        news = {(_KINDS[step.phase], move.node) for move in step.moves}
        first = self._window(lines, step, news)
        for row, line in enumerate(lines[first : first + self.rows]):
            y = _FIRST + row * _PITCH
            key = _key(line)
            old, new = (self._row(line, known.get(key), y) for known in (before, after))
            if key in news and key in after:
                lit = rounded(Place((_LEFT + RIGHT) / 2, y - _SIZE * 0.33, RIGHT - _LEFT, _PITCH - 2), 7)
                frame.inks.append(Ink(lit, fill=DARK.phase(step.phase), opacity=0.4, appears=arrival))
                frame.inks += [replace(ink, vanishes=arrival) for ink in old]
                frame.inks += [replace(ink, fill=DARK.ink, appears=arrival) for ink in new]
            else:
                frame.inks += new
            if key[0] in ("update", "again"):
                frame.inks += self._earlier(line, y)

    def _heading(self, frame: Frame, renewed: bool) -> None:
        """What the columns are."""
        heads = ((_NUMBERS, "now"), (_BEFORE, "before")) if renewed else ((_LEFT, "Known so far"),)
        for x, head in heads:
            frame.inks.append(written(self.setter.outline(words(head)), x, 152, _SMALL, DARK.dim))

    def _window(self, lines: tuple[Known, ...], step: Step, news: set[Key]) -> int:
        """The first line shown: nothing scrolls during a pass that has room for all of its own lines."""
        if len(lines) <= self.rows:
            return 0
        own = [k for k, line in enumerate(lines) if line.kind == _KINDS[step.phase]]
        if len(own) <= self.rows:
            return len(lines) - self.rows
        known = {_key(line) for line in self.story.known(step.number)} | news
        now = max((k for k in own if _key(lines[k]) in known), default=own[0])
        return min(max(now + 1 + _AHEAD - self.rows, own[0]), len(lines) - self.rows)

    def _row(self, line: Known, known: Known | None, y: float) -> list[Ink]:
        """A name and its number, or that it is not known yet."""
        colour = DARK.ink if known else DARK.dim
        name = line.label
        if self.short and line.kind == "gradient" and isinstance(name, Derivative):
            name = Derivative(Symbol(""), name.bottom)
        inks = self._fitted(name, _NAMES, y, _SIZE, colour, _NAMES - _LEFT, right=True)
        if known is None:
            return [*inks, written(self.setter.outline(words("not yet")), _NUMBERS, y, _SMALL, DARK.dim)]
        phase = {"gradient": "backward", "update": "update"}.get(known.kind, "forward")
        room = (_BEFORE - 12 if self._room_before(known) else RIGHT - 6) - _NUMBERS
        number, colour = self._number(known.value, room), shade(known.value, DARK.phase(phase))
        return [*inks, *self._fitted(number, _NUMBERS, y, _SIZE, colour, room)]

    def _number(self, value: Any, room: float) -> Math:
        """A number, or what stands for a larger array: how many numbers it has and, where there is room, their norm."""
        shown = _number(value)
        if isinstance(shown, Symbol) and self.setter.outline(inline(shown)).width * SMALLEST > room:
            return Symbol(shown.name.partition(",")[0])
        return shown

    def _earlier(self, line: Known, y: float) -> list[Ink]:
        """The number that was there before the update."""
        value = _number(self.story.data[self.story.recording[line.node]])
        return self._fitted(value, _BEFORE, y, _SMALL, DARK.dim, RIGHT - _BEFORE) if self._room_before(line) else []

    def _room_before(self, line: Known) -> bool:
        """Whether the new number and the earlier one can both be read: if not, the earlier one is left out."""
        if line.kind not in ("update", "again"):
            return False
        earlier = self.story.data[self.story.recording[line.node]]
        room = (_BEFORE - 12 - _NUMBERS, RIGHT - _BEFORE)
        both = [self.setter.outline(inline(_number(value))).width * _SMALL for value in (line.value, earlier)]
        return all(width <= most for width, most in zip(both, room, strict=True))

    def _fitted(
        self, text: Math | str, x: float, y: float, size: float, colour: str, room: float, right: bool = False
    ) -> list[Ink]:
        """A text on a line, made smaller or shorter if it must be."""
        outline, size = fitted(self.setter, text, room, size, SMALLEST)
        start = x - outline.right * size if right else x - outline.left * size
        return [written(outline, start, y, size, colour)]


def _key(line: Known) -> Key:
    """What tells one line from another."""
    return line.kind, line.node


def _number(value: Any) -> Math:
    """A number, or what stands for a larger array."""
    return Number(value) if not np.ndim(value) else Text("", 0, 0, 1, "value").filled(value)
