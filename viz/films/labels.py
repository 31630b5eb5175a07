"""The texts of the picture in the film: names and numbers, large enough to be read, and apart from each other.

A text never gets smaller than can be read from the back row. Where two would touch each other, they get as small as
that; where they still do, the picture is shown larger, or the lesser of the two is left out.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from microgradphys.mathematics import Math, Number
from viz.films.items import SMALLEST, Ink, shade, turned, written
from viz.films.text import Outline, Typesetter, cut, fitted, inline, words
from viz.films.touching import meeting, on_shapes, rooms_of
from viz.picture import Picture, Place, Slot, Text, changes, longest_numbers, place_of, spread
from viz.steps import Step
from viz.storyboard import Storyboard
from viz.theme import DARK

# How much a small picture is enlarged.
_LARGEST = 2.4
# Formulas look smaller than the sans-serif that pictures are laid out for.
_SIZE = 1.04
# Half the height of a digit: what a text's middle lies above its baseline, in em.
_MIDDLE = 0.33
_BETWEEN = 0.26
_ROUNDS = 12
# How much closer the camera comes where texts would touch each other otherwise, and which part of them may be left out,
# and which have short names, before it does.
_CLOSER, _FEW, _SOME = (1.0, 1.25, 1.6), 0.05, 0.2
# How much further away it may stay, its texts as large as before, where none touches another and none is cut for that:
# the more is seen, the less it moves.
_FARTHER = (0.62, 0.7, 0.76, 0.84, 0.9)
# Which part of the texts may be cut short where the whole picture is seen for that.
_MOST_CUT = 0.35
# Which of two texts stays.
_LESSER = ("name", "value", "gradient", "badge", "local")


class Labels:
    """The texts of a picture on the film's frame.

    Args:
        story: the storyboard.
        picture: its picture.
        setter: what sets the texts.
        room: where the picture is seen.

    Attributes:
        scale: how many pixels a unit of the picture has.
        whole: whether the whole picture is seen then.
        corner: where the picture's corner is on the frame.
        shrunk: by how much texts are smaller than usual.
        short: the texts outside of shapes whose names are cut short, so that they touch nothing.
        hidden: the texts that are left out; their numbers are in the formula and in the list.
    """

    def __init__(self, story: Storyboard, picture: Picture, setter: Typesetter, room: Place) -> None:
        """Find a scale at which texts can be read and none touches another."""
        self.story, self.picture, self.setter = story, picture, setter
        self.slots = picture.slots()
        self.longest = longest_numbers(story, {slot[:2] for slot in self.slots})
        self.awaited = {slot for move in story.moves for slot, _, _ in spread(picture, changes(move))}
        self.roles = {text.id: text.role for text in picture.texts}
        self.corner = (0.0, 0.0)
        self.shrunk: dict[str, float] = {}
        self.short: set[str] = set()
        self.hidden: set[str] = set()
        readable = SMALLEST / (min((text.size for text in picture.texts), default=SMALLEST) * _SIZE)
        whole = min(room.width / picture.width, room.height / picture.height, max(_LARGEST, readable))
        close = self._choose(whole, readable)
        while close:
            self.hidden.add(max(close[0], key=self._less))
            close = [pair for pair in close if not self.hidden & set(pair)]
        self.whole = self.scale == whole
        if self.whole:
            self.corner = (room.x - picture.width * whole / 2, room.y - picture.height * whole / 2)

    def _choose(self, whole: float, readable: float) -> list[tuple[str, str]]:
        """Choose the scale; return the texts that touch something there all the same.

        Args:
            whole: the scale at which the whole picture is seen.
            readable: the scale at which its smallest text can just be read.
        """
        needed, most = self._needed(), len(self.picture.texts)
        if whole < readable:
            self.scale = readable
            self._make_room()
            cut, short = sum(scale > readable for scale in needed), len(self.short)
            # Some names are cut short rather than that the camera moves much.
            farther = [(whole, _MOST_CUT, _SOME), *((readable * less, _SOME, _FEW) for less in _FARTHER)]
            for self.scale, more_cut, more_short in farther:
                if self.scale < max(whole, readable * _FARTHER[0]):
                    continue
                if sum(scale > self.scale for scale in needed) > cut + more_cut * most:
                    continue
                close = self._make_room()
                if self._spared(close) and len(self.short) <= short + more_short * most:
                    return close
        close = list[tuple[str, str]]()
        for self.scale in ([whole] if whole >= readable else []) + [readable * more for more in _CLOSER]:
            close = self._make_room()
            if len(close) <= _FEW * most and len(self.short) <= _SOME * most:
                return close
        return close

    def moved(self, points: tuple[tuple[float, float], ...]) -> np.ndarray:
        """From the picture's places to the frame's."""
        return np.array(points, float) * self.scale + self.corner

    def _make_room(self) -> list[tuple[str, str]]:
        """Make texts smaller that would touch something with their longest numbers, then shorter; return what does."""
        self.shrunk.clear()
        self.short.clear()
        texts = {text.id: text for text in self.picture.texts}
        places = {id_: self.place(text) for id_, text in texts.items()}
        shapes = [rooms_of(shape, self.scale) for shape in self.picture.shapes]
        outside = {text.id for text in self.picture.texts if text.room is None}
        close = meeting(places) + on_shapes({id_: places[id_] for id_ in places if id_ in outside}, shapes)
        for round_ in range(_ROUNDS):
            for id_ in {id_ for pair in close for id_ in pair if id_}:
                self.shrunk[id_] = self.shrunk.get(id_, 1.0) * 0.88
                if round_ == _ROUNDS - 1 and texts[id_].room is None and texts[id_].slot:
                    self.short.add(id_)
                places[id_] = self.place(texts[id_])
            still = on_shapes({id_: places[id_] for a, id_ in close if not a}, shapes)
            close = [(a, b) for a, b in close if a and places[a].meets(places[b])] + still
        return close

    def _spared(self, close: list[tuple[str, str]]) -> bool:
        """Whether what would be left out are a few numbers on edges, which stand in the formula, too."""
        lesser = {max(pair, key=self._less) for pair in close}
        return len(lesser) <= _FEW * len(self.roles) and all(self.roles[id_] == "local" for id_ in lesser)

    def _less(self, id_: str) -> int:
        """Which of two texts is left out: the one with the larger number; never nothing."""
        return _LESSER.index(self.roles[id_]) if id_ else -1

    def _needed(self) -> list[float]:
        """For each text in a shape, the smallest scale at which it is whole."""
        found = []
        for text in self.picture.texts:
            if not text.room:
                continue
            if text.slot is None:
                assert text.math is not None
                width = self.setter.outline(inline(text.math, bold=text.role == "name")).width
            else:
                number = replace(text, math=None, room=None).filled(self.longest.get(text.slot, 0.0))
                width = self.setter.outline(inline(number)).advance
                if text.math is not None:
                    width += self.setter.outline(inline(text.math)).advance + _sign_width(self.setter)
            found.append(width * SMALLEST / text.room)
        return found

    def place(self, text: Text) -> Place:
        """The room that a text takes with the longest of its numbers."""
        if text.slot is None:
            inks = self.name(text)
        else:
            known = (self.longest.get(text.slot, 0.0), "forward")
            inks = self.slot(text, text.slot, known, self.story.steps[0])
        place = inks[0].place
        return place or Place(text.x, text.y, 0.0, 0.0)

    def name(self, text: Text) -> list[Ink]:
        """A text that never changes."""
        assert text.math is not None
        outline, size = self._fit(text, text.math, bold=text.role == "name")
        return [self._centred(text, outline, size, DARK.dim if text.role == "badge" else DARK.ink)]

    def _fit(self, text: Text, shown: Math | str, widest: float = 0.0, bold: bool = False) -> tuple[Outline, float]:
        """Set a text at a size at which it fits into its room, or even a wider one does, and can be read."""
        room = self._room(text)
        size = text.size * _SIZE * self.scale * self.shrunk.get(text.id, 1.0)
        size = max(min(size, room / max(widest, 0.1)), SMALLEST)
        # Rather a number close to the rim than one cut short.
        return fitted(self.setter, shown, room * (1.16 if text.role == "value" else 1.0), size, SMALLEST, bold)

    def _room(self, text: Text) -> float:
        """How wide a text may be: outside of shapes it is whole, unless it touched something."""
        if not text.room and text.id not in self.short:
            return math.inf
        return (text.room or place_of(text, self.longest).width) * self.scale

    def _centred(self, text: Text, outline: Outline, size: float, colour: str) -> Ink:
        """A text about the middle of its place."""
        x, y = self.moved(((text.x, text.y),))[0]
        middle = (outline.left + outline.right) / 2
        return self._over_lines(
            text, written(outline, x - middle * size, y + _MIDDLE * size, size, colour, text.angle, (x, y))
        )

    def _over_lines(self, text: Text, ink: Ink) -> Ink:
        """A text outside the shapes keeps edges that pass behind it at a distance."""
        return ink if text.room else replace(ink, halo=True)

    def slot(self, text: Text, slot: Slot, known: tuple[Any, str] | None, step: Step) -> list[Ink]:
        """A slot with its number; a dot while it is not known, and nothing where nothing is awaited yet."""
        bare = replace(text, math=None, room=None)
        if known is None:
            early = slot[0] != "value" and step.phase == "forward"
            if slot not in self.awaited or early or slot[0] == "local":
                return []
            shown, colour = "·", DARK.dim
        else:
            shown, colour = bare.filled(known[0]), shade(known[0], self._colour(slot, known[1], step))
        widest = self.setter.outline(inline(bare.filled(self.longest.get(slot, 0.0))))
        if text.math is None:
            number, size = self._fit(text, shown, widest.width, bold=known is None)
            return [self._centred(text, number, size, colour)]
        return self._equation(text, text.math, shown, widest.advance, colour)

    def _equation(self, text: Text, name: Math, shown: Math | str, widest: float, colour: str) -> list[Ink]:
        """A name, a sign and a number: the name stays in its place, however long the number is."""
        room = self._room(text)
        left, sign = self.setter.outline(inline(name)), self.setter.outline("$=$")
        number = self.setter.outline(words(shown, bold=True) if isinstance(shown, str) else inline(shown))
        extra = _sign_width(self.setter)
        wide = max(widest, number.advance)
        size = text.size * _SIZE * self.scale * self.shrunk.get(text.id, 1.0)
        size = min(size, room / (left.advance + extra + wide))
        if size < SMALLEST:
            size = SMALLEST
            rest = room / size - extra - wide
            if text.room and left.advance > rest:
                # In a shape the number alone, never cut: its colour and its place say what it is.
                scalar = isinstance(shown, Number) and not np.ndim(shown.value)
                alone, size = fitted(self.setter, shown, math.inf if scalar else room * 1.16, size, SMALLEST)
                return [self._centred(text, alone, size, colour)]
            if left.advance > rest:
                left = cut(self.setter, name, max(rest, 1.0))
        full = left.advance + extra + wide
        x, y = self.moved(((text.x, text.y),))[0]
        inks, at = [], x - full * size / 2
        for part in (left, sign, number):
            inks.append(written(part, at, y + _MIDDLE * size, size, colour, text.angle, (x, y)))
            at += (part.advance + _BETWEEN) * size
        return [self._over_lines(text, _joined(inks))]

    def _colour(self, slot: Slot, phase: str, step: Step) -> str:
        """The colour of a known number: its pass's, but dim for what the update has made old."""
        stale = step.phase == "again" and (slot[0] != "value" or phase == "forward")
        return DARK.dim if stale else DARK.phase(phase)


def _joined(inks: list[Ink]) -> Ink:
    """Several texts on one line as one."""
    angle = next((ink.place.angle for ink in inks if ink.place), 0.0)
    corners = np.array([corner for ink in inks if ink.place for corner in ink.place.corners()])
    level = turned(corners, -angle, (0.0, 0.0))
    (x0, y0), (x1, y1) = level.min(axis=0), level.max(axis=0)
    x, y = turned(np.array(((x0 + x1) / 2, (y0 + y1) / 2)), angle, (0.0, 0.0))
    points = np.concatenate([ink.points for ink in inks])
    return replace(inks[0], points=points, place=Place(float(x), float(y), x1 - x0, y1 - y0, angle))


def _sign_width(setter: Typesetter) -> float:
    """How much an equation takes between its sides, in em."""
    return setter.outline("$=$").advance + 2 * _BETWEEN
