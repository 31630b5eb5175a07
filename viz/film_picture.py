"""The picture in the film: shapes, edges, names and the numbers in their slots, as ink."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from microgradphys.mathematics import Math
from viz.film_items import Frame, Ink, Traveller, circle, curves, dashed, flattened, ring, rounded, turned, written
from viz.film_text import Outline, Typesetter, inline, words
from viz.film_tints import TintFilm
from viz.picture import Picture, Place, Shape, Slot, Text, changes, longest_numbers, news, place_of, spread
from viz.steps import Step
from viz.storyboard import Storyboard
from viz.theme import DARK

# The room of the picture on the frame, and how much a small one is enlarged.
ROOM = Place(738, 436, 1322, 664)
_LARGEST = 1.4
# Formulas look smaller than the sans-serif that pictures are laid out for.
_SIZE = 1.04
# Half the height of a digit: what a text's middle lies above its baseline, in em.
_MIDDLE = 0.33
_BETWEEN = 0.26
_ON, _OFF = 20.0, 11.0
_ROUNDS = 12


class PictureFilm:
    """A picture on the film's frame.

    Args:
        story: the storyboard.
        picture: its picture.
        setter: what sets its texts.
    """

    def __init__(self, story: Storyboard, picture: Picture, setter: Typesetter) -> None:
        """Find the scale, and what never changes."""
        self.story, self.picture, self.setter = story, picture, setter
        self.scale = min(ROOM.width / picture.width, ROOM.height / picture.height, _LARGEST)
        self.corner = (ROOM.x - picture.width * self.scale / 2, ROOM.y - picture.height * self.scale / 2)
        self.longest = longest_numbers(story)
        self.slots = picture.slots()
        self.awaited = {slot for move in story.moves for slot, _, _ in spread(picture, changes(move))}
        self.shapes = {shape.id: shape for shape in picture.shapes}
        self.paths = {line.id: self._moved(line.points) for line in picture.lines}
        self.shrunk: dict[str, float] = {}
        self._make_room()
        self.fixed = self._background()
        self.tints = TintFilm(picture, self._moved, self.scale)

    def draw(self, frame: Frame, step: Step, arrival: float, begins: float) -> None:
        """Add the picture at a step: before the arrival the old numbers, after it the new.

        Args:
            frame: what to add to.
            step: the step.
            arrival: the second at which its numbers become known.
            begins: the second at which the arrows set out.
        """
        colour = DARK.phase(step.phase)
        routes = [self.picture.routes[move.id] for move in step.moves]
        lit = dict.fromkeys(id_ for route in routes for id_ in route.lit)
        back = step.phase == "backward"
        frame.inks += self.fixed[0]
        frame.inks += self.tints.lines(news(self.story, step.start, self.picture.tinted))
        frame.inks += [self._lit_line(id_, colour, back) for id_ in lit if id_ in self.paths]
        frame.inks += self.fixed[1]
        frame.inks += [self._lit_shape(self.shapes[id_], colour, back) for id_ in lit if id_ in self.shapes]
        frame.inks += self.tints.grids(
            news(self.story, step.start, self.picture.tinted), news(self.story, step.stop, self.picture.tinted), arrival
        )
        fresh = {slot for move in step.moves for slot, _, _ in spread(self.picture, changes(move))}
        before, after = self._known(step.start), self._known(step.stop)
        texts = list(self.fixed[2])
        for slot, text in self.slots.items():
            old = self._slot(text, slot, before.get(slot), step)
            if slot not in fresh:
                texts += old
                continue
            new = self._slot(text, slot, after.get(slot), step)
            plate = _plate(new, colour)
            texts += [replace(ink, vanishes=arrival) for ink in old]
            texts += [replace(ink, appears=arrival) for ink in (*plate, *(replace(ink, fill=DARK.ink) for ink in new))]
        # All halos first: none may hide a part of another text.
        frame.inks += [Ink(ink.points, stroke=DARK.background, width=9.0) for ink in texts if ink.halo]
        frame.inks += texts
        paths = {route.path: None for route in routes if route.path}
        frame.travellers += [
            Traveller(flattened(self._moved(path)), begins, arrival, colour) for path in list(paths)[:12]
        ]

    def _known(self, stop: int) -> dict[Slot, tuple[Any, str]]:
        """What stands in the slots when so many moves are done, and as news of which pass."""
        return {slot: (number, phase) for slot, number, phase in spread(self.picture, news(self.story, stop))}

    def _moved(self, points: tuple[tuple[float, float], ...]) -> np.ndarray:
        """From the picture's places to the frame's."""
        return np.array(points, float) * self.scale + self.corner

    def _make_room(self) -> None:
        """Make texts smaller that would touch each other with their longest numbers: names may be long."""
        for _ in range(_ROUNDS):
            places = {text.id: self._place(text) for text in self.picture.texts}
            close = {id_ for pair in _meeting(places) for id_ in pair}
            if not close:
                return
            self.shrunk.update({id_: self.shrunk.get(id_, 1.0) * 0.88 for id_ in close})

    def _place(self, text: Text) -> Place:
        """The room that a text takes with the longest of its numbers."""
        if text.slot is None:
            inks = self._name(text)
        else:
            known = (self.longest.get(text.slot, 0.0), "forward")
            inks = self._slot(text, text.slot, known, self.story.steps[0])
        place = inks[0].place
        return place or Place(text.x, text.y, 0.0, 0.0)

    def _background(self) -> tuple[list[Ink], list[Ink], list[Ink]]:
        """Edges, shapes and names: what is there all the time."""
        lines = []
        for line in self.picture.lines:
            if line.slot is not None:
                continue
            path = self.paths[line.id]
            shown = curves(path) if line.live else dashed(flattened(path), 5, 6)
            lines.append(Ink(shown, stroke=DARK.line, width=2.5))
        shapes = []
        for shape in self.picture.shapes:
            rim = {"loss": DARK.ink, "leaf": DARK.forward}.get(shape.kind, DARK.line)
            outline = self._outline(shape)
            shapes.append(Ink(outline, fill=DARK.panel))
            edge = dashed(ring(outline), 6, 6) if shape.kind == "constant" else outline
            shapes.append(Ink(edge, stroke=rim, width={"loss": 3.5, "group": 5.0}.get(shape.kind, 2.5)))
        names = [ink for text in self.picture.texts if text.slot is None for ink in self._name(text)]
        return lines, shapes, names

    def _outline(self, shape: Shape) -> np.ndarray:
        """The rim of a shape on the frame."""
        (x, y), w, h = self._moved(((shape.x, shape.y),))[0], shape.width * self.scale, shape.height * self.scale
        return circle(x, y, w / 2) if shape.round else rounded(Place(x, y, w, h), 12)

    def _lit_line(self, id_: str, colour: str, back: bool) -> Ink:
        """An edge that this step uses: dashed when it is used backwards."""
        path = self.paths[id_]
        return Ink(dashed(flattened(path), _ON, _OFF) if back else curves(path), stroke=colour, width=6.0)

    def _lit_shape(self, shape: Shape, colour: str, back: bool) -> Ink:
        """A rim that this step lights: dashed in the backward pass."""
        outline = self._outline(shape)
        return Ink(dashed(ring(outline), _ON, _OFF) if back else outline, stroke=colour, width=6.0)

    def _name(self, text: Text) -> list[Ink]:
        """A text that never changes."""
        assert text.math is not None
        outline = self.setter.outline(inline(text.math, bold=text.role == "name"))
        size = self._fit(text, outline.width)
        return [self._centred(text, outline, size, DARK.dim if text.role == "badge" else DARK.ink)]

    def _fit(self, text: Text, width: float) -> float:
        """The size at which a text that is so many em wide fits into its room."""
        room = text.room or place_of(text, self.longest).width
        return self.scale * min(text.size * _SIZE, room / max(width, 0.1)) * self.shrunk.get(text.id, 1.0)

    def _centred(self, text: Text, outline: Outline, size: float, colour: str) -> Ink:
        """A text about the middle of its place."""
        x, y = self._moved(((text.x, text.y),))[0]
        middle = (outline.left + outline.right) / 2
        return self._over_lines(
            text, written(outline, x - middle * size, y + _MIDDLE * size, size, colour, text.angle, (x, y))
        )

    def _over_lines(self, text: Text, ink: Ink) -> Ink:
        """A text outside the shapes keeps edges that pass behind it at a distance."""
        return ink if text.room else replace(ink, halo=True)

    def _slot(self, text: Text, slot: Slot, known: tuple[Any, str] | None, step: Step) -> list[Ink]:
        """A slot with its number; a dot while it is not known, and nothing where nothing is awaited yet."""
        bare = replace(text, math=None, room=None)
        if known is None:
            early = slot[0] != "value" and step.phase == "forward"
            if slot not in self.awaited or early or slot[0] == "local":
                return []
            shown, colour = words("·", bold=True), DARK.dim
        else:
            shown, colour = inline(bare.filled(known[0])), self._colour(slot, known[1], step)
        number = self.setter.outline(shown)
        widest = self.setter.outline(inline(bare.filled(self.longest.get(slot, 0.0))))
        if text.math is None:
            return [self._centred(text, number, self._fit(text, max(widest.width, number.width)), colour)]
        return self._equation(text, text.math, (number, max(widest.advance, number.advance)), colour)

    def _equation(self, text: Text, name: Math, number: tuple[Outline, float], colour: str) -> list[Ink]:
        """A name, a sign and a number: the name stays in its place, however long the number is."""
        left, sign = self.setter.outline(inline(name)), self.setter.outline("$=$")
        full = left.advance + sign.advance + number[1] + 2 * _BETWEEN
        size = self._fit(text, full)
        x, y = self._moved(((text.x, text.y),))[0]
        inks, at = [], x - full * size / 2
        for part in (left, sign, number[0]):
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


def _meeting(places: dict[str, Place]) -> list[tuple[str, str]]:
    """The pairs of places that overlap."""
    ids = list(places)
    centres = np.array([(place.x, place.y) for place in places.values()]).reshape(-1, 2)
    reach = np.array([np.hypot(place.width, place.height) / 2 for place in places.values()])
    pairs = []
    for k, id_ in enumerate(ids):
        near = np.hypot(*(centres[k + 1 :] - centres[k]).T) < reach[k + 1 :] + reach[k]
        pairs += [(id_, ids[j]) for j in k + 1 + np.flatnonzero(near) if places[id_].meets(places[ids[j]])]
    return pairs


def _plate(inks: list[Ink], colour: str) -> list[Ink]:
    """A tinted plate behind the number that has just become known."""
    places = [ink.place for ink in inks if ink.place]
    return [
        Ink(rounded(replace(place, width=place.width + 14, height=place.height + 8), 7), fill=colour, opacity=0.4)
        for place in places
    ]
