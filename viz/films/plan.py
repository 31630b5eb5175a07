"""The film as data: what stands on every frame, before anything is drawn. The scene draws it; the tests measure it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from microgradphys.mathematics import Infix, Math, Number
from microgradphys.notation import write
from viz.films.equation import GAP, lines_of
from viz.films.items import BOTTOM, LEFT, RIGHT, SMALLEST, Frame, Ink, circle, polygon, written
from viz.films.map import Overview
from viz.films.panel import MAP, PanelFilm
from viz.films.picture import ROOM, PictureFilm
from viz.films.text import Outline, Typesetter, inline, shortened, words
from viz.films.time import durations
from viz.picture import Picture, Point
from viz.steps import PHASES, Formula, Move, Phase, Step
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding
from viz.theme import DARK

_HEAD, _SENTENCE, _SENTENCE_LINE = 46.0, 31.0, 86.0
_SECOND, _SECOND_LINE = 37.0, 967.0
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
        """The formula in symbols, in numbers, and its result, each after the one before, centred below the picture."""
        second = bool(self._notes(step, 0.0, 0.0))
        for line in lines_of(self.setter, step.move.formula, DARK.phase(step.phase), second):
            x = ROOM.x - line.length * line.size / 2
            for outline, colour, stage in line.parts:
                frame.inks.append(replace(written(outline, x, line.baseline, line.size, colour), appears=at[stage]))
                x += (outline.advance + GAP) * line.size

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


def moments(seconds: float, local: bool) -> tuple[float, float, float, float]:
    """When symbols, the local derivative, numbers and the result appear in a step of so many seconds."""
    parts = (0.0, 0.18, 0.38, 0.58) if local else (0.0, 0.0, 0.28, 0.55)
    return tuple(seconds * part for part in parts)  # type: ignore[return-value]


def _chain(shown: Formula) -> Math:
    """A formula as one equation."""
    terms = [shown.left]
    for math in (shown.symbols, shown.numbers, shown.result):
        if write(math) != write(terms[-1]):
            terms.append(math)
    return Infix("=", tuple(terms))


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
