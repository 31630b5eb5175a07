"""The film as data: what stands on every frame, before anything is drawn. The scene draws it; the tests measure it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from microgradphys.mathematics import Infix, Math, Number
from microgradphys.notation import write
from viz.films.items import BOTTOM, LEFT, RIGHT, SMALLEST, Frame, Ink, circle, polygon, written
from viz.films.map import Overview
from viz.films.panel import MAP, PanelFilm
from viz.films.picture import ROOM, PictureFilm
from viz.films.text import Outline, Typesetter, formula, inline, shortened, words
from viz.films.time import durations
from viz.picture import Picture, Point
from viz.steps import PHASES, Formula, Move, Phase, Step
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding
from viz.theme import DARK

_HEAD, _SENTENCE, _SENTENCE_LINE = 46.0, 31.0, 86.0
# The formula: its size, and for each line its baseline and the room above and below. One line, above a second, smaller
# one where a local derivative has its own formula, or two lines where one is too short.
_FORMULA = 56.0
_ALONE, _WITH_SECOND = (862.0, 92.0, 116.0), (858.0, 88.0, 74.0)
_TWO_LINES = ((836.0, 68.0, 62.0), (944.0, 42.0, 34.0))
_SECOND, _SECOND_LINE = 37.0, 967.0
_GAP = 0.30
_MARKS, _POINTER = BOTTOM - 16, BOTTOM - 34


class FilmPlan:
    """A film of a storyboard.

    Args:
        story: the storyboard.
        picture: its network or graph.
        setter: what sets the texts.
        findings: what was found in the graph.
    """

    def __init__(
        self, story: Storyboard, picture: Picture, setter: Typesetter, findings: Sequence[Finding] = ()
    ) -> None:
        """Lay out what stays."""
        self.story, self.setter = story, setter
        self.picture = PictureFilm(story, picture, setter, findings)
        views = self.picture.views
        self.panel = PanelFilm(story, setter, mapped=bool(views))
        self.overview = Overview(picture, MAP, self.picture.scale) if views else None
        # A move of the camera comes before the step, and takes its own time.
        self.pans = [view.seconds for view in views] if views else [0.0] * len(story.steps)
        self.seconds = [own + pan for own, pan in zip(durations(story), self.pans, strict=True)]

    def frame(self, number: int) -> Frame:
        """Lay out a step, counted from 1."""
        step = self.story.steps[number - 1]
        frame = Frame()
        pan = self.pans[number - 1]
        own = moments(self.seconds[number - 1] - pan, step.move.local_formula is not None)
        symbols, local, numbers, arrival = (pan + moment for moment in own)
        self.picture.draw(frame, step, arrival, symbols)
        if self.overview is not None:
            lit, view = self.picture.lit(step), self.picture.views[number - 1]
            self.overview.draw(frame, view, lit, DARK.phase(step.phase))
        self.panel.draw(frame, step, arrival)
        self._sentence(frame, step)
        self._formula(frame, step, (symbols, numbers, arrival))
        self._second_line(frame, step, local, arrival)
        self._time_line(frame, number)
        return frame

    def _sentence(self, frame: Frame, step: Step) -> None:
        """The pass, and what this step does in it."""
        head = self.setter.outline(words(PHASES[step.phase], bold=True))
        frame.inks.append(written(head, LEFT, _SENTENCE_LINE, _HEAD, DARK.phase(step.phase)))
        start = LEFT + head.advance * _HEAD + 40
        rest = step.sentence.removeprefix(PHASES[step.phase]).removeprefix(" · ")
        outline = shortened(self.setter, rest, (RIGHT - start) / SMALLEST)
        size = min(_SENTENCE, (RIGHT - start) / outline.right)
        frame.inks.append(written(outline, start, _SENTENCE_LINE, size, DARK.dim))

    def _formula(self, frame: Frame, step: Step, at: tuple[float, float, float]) -> None:
        """The formula in symbols, in numbers, and its result, each after the one before."""
        colour = DARK.phase(step.phase)
        parts = formula_parts(self.setter, step.move.formula, colour)
        second = bool(self._notes(step, 0.0, 0.0))
        room = _WITH_SECOND if second else _ALONE
        if second or _length(parts) * _FORMULA * 0.8 <= ROOM.width or parts[-1][2] == 0:
            if _size(parts, _FORMULA, room) < SMALLEST:
                parts = formula_parts(self.setter, step.move.formula, colour, ROOM.width / SMALLEST / 4 - 4 * _GAP)
            self._run(frame, parts, _FORMULA, room, at)
            return
        lines = _lines(parts)
        if any(_size(line, _FORMULA, room) < SMALLEST for line, room in zip(lines, _TWO_LINES, strict=True)):
            lines = _lines(formula_parts(self.setter, step.move.formula, colour, ROOM.width / SMALLEST / 2 - 5 * _GAP))
        for line, room in zip(lines, _TWO_LINES, strict=True):
            self._run(frame, line, _FORMULA * 0.8, room, at)

    def _run(self, frame: Frame, parts: list[Part], size: float, room: Room, at: Sequence[float]) -> None:
        """One line of a formula, centred below the picture, made smaller where it is too wide or too high."""
        size = _size(parts, size, room)
        x = ROOM.x - _length(parts) * size / 2
        for outline, colour, stage in parts:
            frame.inks.append(replace(written(outline, x, room[0], size, colour), appears=at[stage]))
            x += (outline.advance + _GAP) * size

    def _notes(self, step: Step, local: float, arrival: float) -> list[tuple[str, Math, float]]:
        """What the second line says, and when: the local derivative's formula, and the sum of several contributions."""
        move, notes = step.move, []
        if move.local_formula is not None:
            notes.append(("where", _chain(move.local_formula), local))
        total = self._sum(move, step)
        if total is not None:
            notes.append(("in all", total, arrival))
        return notes

    def _second_line(self, frame: Frame, step: Step, local: float, arrival: float) -> None:
        """The line below the formula, all of it laid out before its first part appears."""
        parts: list[tuple[Outline, str, float]] = []
        notes = self._notes(step, local, arrival)
        for lead, math, moment in notes:
            parts.append((self.setter.outline(words(lead)), DARK.dim, moment))
            parts.append((self.setter.outline(inline(math)), DARK.ink, moment))
        if not parts:
            return
        length = sum(outline.advance for outline, _, _ in parts) + 0.5 * (len(parts) - 1)
        height = max(outline.bottom - outline.top for outline, _, _ in parts)
        size = min(_SECOND, ROOM.width / length, 44 / height)
        if size < SMALLEST:
            share = ROOM.width / len(notes) - 5 * SMALLEST
            math = [shortened(self.setter, write(note), share / SMALLEST) for _, note, _ in notes]
            parts[1::2] = [(short, DARK.ink, moment) for short, (_, _, moment) in zip(math, parts[1::2], strict=True)]
            size = SMALLEST
            length = sum(outline.advance for outline, _, _ in parts) + 0.5 * (len(parts) - 1)
        x = ROOM.x - length * size / 2
        for outline, colour, moment in parts:
            frame.inks.append(replace(written(outline, x, _SECOND_LINE, size, colour), appears=moment))
            x += (outline.advance + 0.5) * size

    def _sum(self, move: Move, step: Step) -> Math | None:
        """`∂E/∂w = 3 + 3 = 6`, if this contribution is not the first."""
        if move.formula.sign != "+=" or np.ndim(move.total):
            return None
        known = self.story.moves[: step.stop - 1]
        earlier = [m.value for m in known if m.phase == "backward" and m.node == move.node]
        both = Infix("+", (Number(earlier[-1]), Number(move.contribution)))
        return Infix("=", (self.story.gradient(move.node), both, Number(move.total)))

    def _time_line(self, frame: Frame, number: int) -> None:
        """One mark a step: forward points right, backward left, an update is a dot; the past is full."""
        n = len(self.story.steps)
        pitch = min((RIGHT - LEFT) / n, 60.0)
        begin = (LEFT + RIGHT - pitch * n) / 2
        groups: dict[tuple[Phase, bool], list[np.ndarray]] = {}
        for step in self.story.steps:
            mark = time_mark(step.phase, begin + pitch * (step.number - 0.5), _MARKS, pitch)
            groups.setdefault((step.phase, step.number <= number), []).append(mark)
        for (phase, past), marks in groups.items():
            frame.inks.append(Ink(np.concatenate(marks), fill=DARK.phase(phase), opacity=1.0 if past else 0.3))
        x = begin + pitch * (number - 0.5)
        pointer = [(x - 11.0, _POINTER - 15), (x + 11.0, _POINTER - 15), (x, _POINTER)]
        frame.inks.append(Ink(polygon(pointer), fill=DARK.ink))


Part = tuple[Outline, str, int]
# A line of the formula: its baseline, and the room above and below.
Room = tuple[float, float, float]


def moments(seconds: float, local: bool) -> tuple[float, float, float, float]:
    """When symbols, the local derivative, numbers and the result appear in a step of so many seconds."""
    parts = (0.0, 0.18, 0.38, 0.58) if local else (0.0, 0.0, 0.28, 0.55)
    return tuple(seconds * part for part in parts)  # type: ignore[return-value]


def formula_parts(setter: Typesetter, shown: Formula, colour: str, most: float | None = None) -> list[Part]:
    """Cut a formula into texts with their colour and the stage at which they appear, without what repeats itself.

    Args:
        setter: what sets them.
        shown: the formula.
        colour: of its result.
        most: where it is too long to be read: how many em each side may take, on one line; the rest is left out.
    """
    sign = "$arrow.l$" if shown.sign == "←" else f'$"{shown.sign}"$' if len(shown.sign) > 1 else f"${shown.sign}$"

    def side(math: Math, bold: bool = False) -> Outline:
        return setter.outline(formula(math, bold)) if most is None else shortened(setter, write(math), most, bold)

    parts: list[Part] = [(side(shown.left), DARK.ink, 0), (setter.outline(sign), DARK.ink, 0)]
    before = shown.left
    for stage, math in enumerate((shown.symbols, shown.numbers, shown.result)):
        last = stage == 2
        if write(before) == write(math):
            if last:
                parts[-1] = (side(math, bold=True), colour, parts[-1][2])
            continue
        if len(parts) > 2:
            parts.append((setter.outline("$=$"), DARK.ink, stage))
        parts.append((side(math, bold=last), colour if last else DARK.ink, stage))
        before = math
    return parts


def _lines(parts: list[Part]) -> tuple[list[Part], list[Part]]:
    """A formula on two lines: its symbols, and its numbers."""
    first = [part for part in parts if part[2] == 0]
    return first, parts[len(first) :]


def _size(parts: list[Part], size: float, room: Room) -> float:
    """The size at which a line of a formula is neither too wide nor too high."""
    _, above, below = room
    high, deep = -min(p[0].top for p in parts), max(p[0].bottom for p in parts)
    return min(size, ROOM.width / _length(parts), above / max(high, 0.1), below / max(deep, 0.1))


def _chain(shown: Formula) -> Math:
    """A formula as one equation."""
    terms = [shown.left]
    for math in (shown.symbols, shown.numbers, shown.result):
        if write(math) != write(terms[-1]):
            terms.append(math)
    return Infix("=", tuple(terms))


def _length(parts: list[Part]) -> float:
    """How long a line is, in em."""
    return max(sum(part[0].advance for part in parts) + _GAP * (len(parts) - 1), 0.1)


def time_mark(phase: Phase, x: float, y: float, pitch: float) -> np.ndarray:
    """One mark of the time line."""
    half = min(pitch * 0.36, 10.0)
    if half < 3:
        return polygon([(x - half, y - 9), (x + half, y - 9), (x + half, y + 9), (x - half, y + 9)])
    if phase == "update":
        return circle(x, y, half)
    point = half if phase != "backward" else -half
    corners: list[Point] = [(x - point, y - half), (x + point, y), (x - point, y + half)]
    return polygon(corners)
