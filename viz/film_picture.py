"""The picture in the film: shapes, edges, names and the numbers in their slots, as ink."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from microgradphys.mathematics import Math
from microgradphys.notation import write
from viz.film_camera import Box, View, finished, focus, views
from viz.film_items import (
    SMALLEST,
    Frame,
    Ink,
    Traveller,
    circle,
    curves,
    dashed,
    flattened,
    ring,
    rounded,
    shade,
    turned,
    written,
)
from viz.film_text import Outline, Typesetter, fitted, inline, shortened, words
from viz.picture import Picture, Place, Shape, Slot, Text, changes, longest_numbers, news, place_of
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
# How much closer the camera comes where texts would touch each other otherwise.
_CLOSER = (1.0, 1.25, 1.6)
# Where more arrows than these would travel at once, the rest stays at home.
_ARROWS = 12


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
        self.slots = picture.slots()
        self.longest = longest_numbers(story, self.slots)
        self.awaited = {slot for move in story.moves for slot, _, _ in changes(move)}
        self.shapes = {shape.id: shape for shape in picture.shapes}
        self.corner = (0.0, 0.0)
        self.shrunk: dict[str, float] = {}
        self.hidden: set[str] = set()
        whole = self._find_scale()
        size = (picture.width * self.scale, picture.height * self.scale)
        if whole:
            self.corner = (ROOM.x - size[0] / 2, ROOM.y - size[1] / 2)
        self.paths = {line.id: self._moved(line.points) for line in picture.lines}
        self.fixed = self._background()
        # Where the camera looks at each step; nothing, where the whole picture can be read.
        self.views = [] if whole else views([self._box(step) for step in story.steps], size, ROOM)

    def draw(self, frame: Frame, step: Step, arrival: float, begins: float) -> None:
        """Add the picture at a step: before the arrival the old numbers, after it the new.

        Args:
            frame: what to add to.
            step: the step.
            arrival: the second at which its numbers become known.
            begins: the second at which the arrows set out.
        """
        view = self.views[step.number - 1] if self.views else None
        colour = DARK.phase(step.phase)
        lit, back = self.lit(step), step.phase == "backward"
        lines, shapes, names = self.fixed
        drawn = [*lines, *(self._lit_line(id_, colour, back) for id_ in lit if id_ in self.paths), *shapes]
        drawn += [self._lit_shape(self.shapes[id_], colour, back) for id_ in lit if id_ in self.shapes]
        texts = [text for ink in names if (text := self._seen(ink, view))]
        fresh = {slot for move in step.moves for slot, _, _ in changes(move)}
        before, after = self._known(step.start), self._known(step.stop)
        for slot, text in self.slots.items():
            if text.id in self.hidden or (view and not self._near(text, view)):
                continue
            old = self._slot(text, slot, before.get(slot), step)
            if slot in fresh:
                new = self._slot(text, slot, after.get(slot), step)
                shown = [replace(ink, vanishes=arrival) for ink in old]
                shown += [replace(ink, appears=arrival, fill=DARK.ink) for ink in new]
                kept = [seen for ink in shown if (seen := self._seen(ink, view))]
                texts += [*_plate(kept, arrival, colour), *kept]
            else:
                texts += [seen for ink in old if (seen := self._seen(ink, view))]
        if view:
            drawn = [view.moved(ink) for ink in drawn if view.meets(ink.points)]
        # All halos first: none may hide a part of another text.
        halos = [Ink(ink.points, stroke=DARK.background, width=9.0, follows=ink.follows) for ink in texts if ink.halo]
        frame.inks += [*drawn, *halos, *texts]
        routes = [self.picture.routes[move.id] for move in step.moves]
        paths = list({route.path: None for route in routes if route.path})[:_ARROWS]
        arrows = [Traveller(flattened(self._moved(path)), begins, arrival, colour) for path in paths]
        frame.travellers += arrows if view is None else [seen for arrow in arrows if (seen := view.traveller(arrow))]
        if view:
            finished(frame, view)

    def lit(self, step: Step) -> list[str]:
        """The shapes and lines that a step uses."""
        return list(dict.fromkeys(id_ for move in step.moves for id_ in self.picture.routes[move.id].lit))

    def _seen(self, ink: Ink, view: View | None) -> Ink | None:
        """A text where the camera shows it, if it does."""
        return ink if view is None or ink.place is None else view.text(ink)

    def _near(self, text: Text, view: View) -> bool:
        """Whether a text may be seen: whoever is far away is not even set."""
        return view.near(text.x * self.scale, text.y * self.scale, 0.0)

    def _box(self, step: Step) -> Box:
        """What the camera must show at a step, in pixels: what is lit, and the numbers that change."""
        boxes = []
        for move in step.moves:
            route = self.picture.routes[move.id]
            points = [point for id_ in route.lit if id_ in self.paths for point in self.paths[id_]]
            points += [corner for id_ in route.lit if id_ in self.shapes for corner in self._corners(self.shapes[id_])]
            for slot, _, _ in changes(move):
                if slot in self.slots and self.slots[slot].id not in self.hidden:
                    points += self._place(self.slots[slot]).corners()
            if points:
                (left, top), (right, bottom) = np.min(points, axis=0), np.max(points, axis=0)
                boxes.append((float(left), float(top), float(right), float(bottom)))
        return focus(boxes or [(0.0, 0.0, 1.0, 1.0)], ROOM)

    def _corners(self, shape: Shape) -> list[tuple[float, float]]:
        """The corners of a shape, in pixels."""
        place = Place(shape.x * self.scale, shape.y * self.scale, shape.width * self.scale, shape.height * self.scale)
        return place.corners()

    def _find_scale(self) -> bool:
        """Find a scale at which texts can be read and none touches another; say whether all is seen then."""
        picture = self.picture
        readable = SMALLEST / (min((text.size for text in picture.texts), default=SMALLEST) * _SIZE)
        whole = min(ROOM.width / picture.width, ROOM.height / picture.height, max(_LARGEST, readable))
        for self.scale in ([whole] if whole >= readable else []) + [readable * more for more in _CLOSER]:
            self.shrunk.clear()
            if not self._make_room():
                break
        else:
            # What still has no room is in the formula and in the list.
            while close := self._make_room():
                self.hidden |= {b for _, b in close}
        return self.scale == whole

    def _known(self, stop: int) -> dict[Slot, tuple[Any, str]]:
        """What stands in the slots when so many moves are done, and as news of which pass."""
        return {slot: (number, phase) for slot, number, phase in news(self.story, stop, self.slots)}

    def _moved(self, points: tuple[tuple[float, float], ...]) -> np.ndarray:
        """From the picture's places to the frame's."""
        return np.array(points, float) * self.scale + self.corner

    def _make_room(self) -> list[tuple[str, str]]:
        """Make texts smaller that would touch each other with their longest numbers; say which still do."""
        close: list[tuple[str, str]] = []
        for _ in range(_ROUNDS):
            places = {text.id: self._place(text) for text in self.picture.texts if text.id not in self.hidden}
            close = _meeting(places)
            if not close:
                break
            self.shrunk.update({id_: self.shrunk.get(id_, 1.0) * 0.88 for pair in close for id_ in pair})
        return close

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
        names = [
            ink
            for text in self.picture.texts
            if text.slot is None and text.id not in self.hidden
            for ink in self._name(text)
        ]
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
        outline, size = self._fit(text, text.math, bold=text.role == "name")
        return [self._centred(text, outline, size, DARK.dim if text.role == "badge" else DARK.ink)]

    def _fit(self, text: Text, shown: Math | str, widest: float = 0.0, bold: bool = False) -> tuple[Outline, float]:
        """Set a text at a size at which it fits into its room, or even a wider one does, and can be read."""
        room = (text.room or place_of(text, self.longest).width) * self.scale
        size = text.size * _SIZE * self.scale * self.shrunk.get(text.id, 1.0)
        size = max(min(size, room / max(widest, 0.1)), SMALLEST)
        return fitted(self.setter, shown, room, size, SMALLEST, bold)

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
        room = (text.room or place_of(text, self.longest).width) * self.scale
        left, sign = self.setter.outline(inline(name)), self.setter.outline("$=$")
        number = self.setter.outline(words(shown, bold=True) if isinstance(shown, str) else inline(shown))
        extra = sign.advance + 2 * _BETWEEN
        wide = max(widest, number.advance)
        size = text.size * _SIZE * self.scale * self.shrunk.get(text.id, 1.0)
        size = min(size, room / (left.advance + extra + wide))
        if size < SMALLEST:
            # The name gives way first, then the number.
            size = SMALLEST
            wide = min(wide, max(room / size * 0.6, room / size - extra - left.advance))
            if left.advance > room / size - extra - wide:
                left = shortened(self.setter, write(name), max(room / size - extra - wide, 1.0))
            if number.advance > wide and not isinstance(shown, str):
                number = shortened(self.setter, write(shown), wide)
        full = left.advance + extra + wide
        x, y = self._moved(((text.x, text.y),))[0]
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


def _plate(inks: list[Ink], arrival: float, colour: str) -> list[Ink]:
    """A tinted plate behind the number that has just become known."""
    return [
        Ink(
            rounded(replace(place, width=place.width + 14, height=place.height + 8), 7),
            fill=colour,
            opacity=0.4,
            appears=arrival,
            follows=ink.follows,
        )
        for ink in inks
        if ink.appears == arrival and ink.vanishes is None and (place := ink.place)
    ]
