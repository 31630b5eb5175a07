"""The picture in the film: shapes, edges and texts, and what a step changes on them, as ink."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.films.camera import Box, View, finished, focus, views
from viz.films.items import (
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
    written,
)
from viz.films.labels import Labels
from viz.films.signs import SignFilm
from viz.films.text import Typesetter, words
from viz.films.tints import TintFilm
from viz.picture import Grid, Picture, Place, Shape, Slot, Text, changes, news, spread
from viz.steps import Move, Step
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding
from viz.theme import DARK

# The room of the picture on the frame.
ROOM = Place(738, 436, 1322, 664)
_ON, _OFF = 20.0, 11.0
# Where more arrows than these would travel at once, the rest stays at home.
_ARROWS = 12
# The lines of a note below the picture, and the width of a letter, in em.
_NOTE_LINE, _MOST_NOTES, _LETTER = 34.0, 3, 0.56


class PictureFilm:
    """A picture on the film's frame.

    Args:
        story: the storyboard.
        picture: its picture.
        setter: what sets its texts.
        findings: what was found in it, shown as signs.
    """

    def __init__(
        self, story: Storyboard, picture: Picture, setter: Typesetter, findings: Sequence[Finding] = ()
    ) -> None:
        """Find the scale, and what never changes."""
        self.notes, self.room, picture = _notes_apart(setter, picture)
        self.story, self.picture = story, picture
        self.labels = Labels(story, picture, setter, self.room)
        self.scale = self.labels.scale
        self.shapes = {shape.id: shape for shape in picture.shapes}
        self.paths = {line.id: self.labels.moved(line.points) for line in picture.lines}
        self.fixed = self._background()
        self.tints = TintFilm(picture, self.labels.moved, self.scale)
        self.signs = SignFilm(story, picture, findings)
        self.sign_places = [self.labels.moved((at,))[0] for _, at, _ in self.signs.signs]
        size = (picture.width * self.scale, picture.height * self.scale)
        # Where the camera looks at each step; nothing, where the whole picture can be read.
        self.views = [] if self.labels.whole else views([self._box(step) for step in story.steps], size, self.room)

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
        colours = [list(news(self.story, stop, self.picture.tinted)) for stop in (step.start, step.stop)]
        drawn = [*lines, *self.tints.lines(colours[0])]
        drawn += [*(self._lit_line(id_, colour, back) for id_ in lit if id_ in self.paths), *shapes]
        drawn += [self._lit_shape(self.shapes[id_], colour, back) for id_ in lit if id_ in self.shapes]
        drawn += self.tints.grids(colours[0], colours[1], arrival)
        drawn += self.signs.draw(step, arrival, self.sign_places)
        texts = [text for ink in names if (text := self._seen(ink, view))]
        fresh = {slot for move in step.moves for slot, _, _ in self._news(move)}
        before, after = self._known(step.start), self._known(step.stop)
        for slot, text in self.labels.slots.items():
            if text.id in self.labels.hidden or (view and not self._near(text, view)):
                continue
            old = self.labels.slot(text, slot, before.get(slot), step)
            if slot in fresh:
                new = self.labels.slot(text, slot, after.get(slot), step)
                shown = [replace(ink, vanishes=arrival) for ink in old]
                shown += [replace(ink, appears=arrival, fill=DARK.ink) for ink in new]
                kept = [seen for ink in shown if (seen := self._seen(ink, view))]
                texts += [*_plate(kept, arrival, colour), *kept]
            else:
                texts += [seen for ink in old if (seen := self._seen(ink, view))]
        if view:
            drawn = [view.moved(ink) for ink in drawn if view.meets(ink.points)]
        # All halos first: none may hide a part of another text.
        halos = [
            Ink(ink.points, stroke=DARK.background, width=ink.size * 0.42, follows=ink.follows)
            for ink in texts
            if ink.halo
        ]
        frame.inks += [*drawn, *halos, *texts]
        routes = [self.picture.routes[move.id] for move in step.moves]
        paths = list({route.path: None for route in routes if route.path})[:_ARROWS]
        arrows = [Traveller(flattened(self.labels.moved(path)), begins, arrival, colour) for path in paths]
        frame.travellers += arrows if view is None else [seen for arrow in arrows if (seen := view.traveller(arrow))]
        if view:
            finished(frame, view)
        frame.inks += self.notes

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
            points += [corner for grid in self._grids(move) for corner in self._corners(grid)]
            for slot, _, _ in self._news(move):
                if slot in self.labels.slots and self.labels.slots[slot].id not in self.labels.hidden:
                    points += self.labels.place(self.labels.slots[slot]).corners()
            if points:
                (left, top), (right, bottom) = np.min(points, axis=0), np.max(points, axis=0)
                boxes.append((float(left), float(top), float(right), float(bottom)))
        return focus(boxes or [(0.0, 0.0, 1.0, 1.0)], self.room)

    def _news(self, move: Move) -> list[tuple[Slot, Any, str]]:
        """What a move fills in, whole or element by element."""
        return spread(self.picture, changes(move))

    def _grids(self, move: Move) -> list[Grid]:
        """The heat maps that a move colours."""
        marks = [mark for slot, _, _ in changes(move) for mark in self.picture.tinted.get(slot[:2], ())]
        return [mark for mark in marks if isinstance(mark, Grid)]

    def _corners(self, shape: Shape | Grid) -> list[tuple[float, float]]:
        """The corners of a shape, in pixels."""
        place = Place(shape.x * self.scale, shape.y * self.scale, shape.width * self.scale, shape.height * self.scale)
        return place.corners()

    def _known(self, stop: int) -> dict[Slot, tuple[Any, str]]:
        """What stands in the slots when so many moves are done, and as news of which pass."""
        known = news(self.story, stop, self.picture.wanted)
        return {slot: (number, phase) for slot, number, phase in spread(self.picture, known)}

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
        names = [
            ink
            for text in self.picture.texts
            if text.slot is None and text.id not in self.labels.hidden
            for ink in self.labels.name(text)
        ]
        return lines, shapes, names

    def _outline(self, shape: Shape) -> np.ndarray:
        """The rim of a shape on the frame."""
        (x, y), w, h = self.labels.moved(((shape.x, shape.y),))[0], shape.width * self.scale, shape.height * self.scale
        return circle(x, y, w / 2) if shape.round else rounded(Place(x, y, w, h), 12)

    def _lit_line(self, id_: str, colour: str, back: bool) -> Ink:
        """An edge that this step uses: dashed when it is used backwards."""
        path = self.paths[id_]
        return Ink(dashed(flattened(path), _ON, _OFF) if back else curves(path), stroke=colour, width=6.0)

    def _lit_shape(self, shape: Shape, colour: str, back: bool) -> Ink:
        """A rim that this step lights: dashed in the backward pass."""
        outline = self._outline(shape)
        return Ink(dashed(ring(outline), _ON, _OFF) if back else outline, stroke=colour, width=6.0)


def _notes_apart(setter: Typesetter, picture: Picture) -> tuple[list[Ink], Place, Picture]:
    """Take what is written below a picture out of it, where the camera might miss it, and put it below its room.

    Returns:
        The notes, the room that is left for the picture, and the picture without them.
    """
    notes = [text for text in picture.texts if text.id.startswith("note") and text.math is not None]
    if not notes:
        return [], ROOM, picture
    parts: dict[str, list[str]] = {}
    for text in notes:
        parts.setdefault(text.id.partition("-")[0], []).append(write(text.math) if text.math else "")
    said = "; ".join(map(" ".join, parts.values()))
    lines = textwrap.wrap(printable(said), int(ROOM.width / SMALLEST / _LETTER))[:_MOST_NOTES]
    tall = _NOTE_LINE * len(lines)
    room = replace(ROOM, y=ROOM.y - tall / 2, height=ROOM.height - tall)
    inks = []
    for row, line in enumerate(lines):
        outline = setter.outline(words(line))
        size = min(SMALLEST, ROOM.width / max(outline.width, 0.1))
        y = room.y + room.height / 2 + _NOTE_LINE * (row + 0.8)
        inks.append(written(outline, ROOM.x - outline.width * size / 2, y, size, DARK.dim))
    kept = tuple(text for text in picture.texts if text not in notes)
    return inks, room, replace(picture, texts=kept, height=min(text.y - text.size for text in notes))


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
