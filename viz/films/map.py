"""The small overview beside a picture that is too large for the frame: all of it, what is lit, and what is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from viz.films.camera import View, rectangle
from viz.films.items import Frame, Ink, curves, rounded
from viz.picture import Picture, Place
from viz.theme import DARK

# With more edges than these they would only be a grey cloud.
_MOST = 1500


class Overview:
    """A map of a picture.

    Args:
        picture: the picture.
        room: where the map may be.
        scale: how many pixels a unit of the picture has where it is read.
    """

    def __init__(self, picture: Picture, room: Place, scale: float) -> None:
        """Draw what never changes."""
        self.picture, self.unit = picture, scale
        self.scale = min(room.width / picture.width, room.height / picture.height)
        self.corner = np.array((room.x - picture.width * self.scale / 2, room.y - picture.height * self.scale / 2))
        self.shapes = {shape.id: self._shape(shape.x, shape.y, shape.width, shape.height) for shape in picture.shapes}
        self.lines = {line.id: curves(np.array(line.points) * self.scale + self.corner) for line in picture.lines}
        self.fixed: list[Ink] = []
        if 0 < len(self.lines) <= _MOST:
            self.fixed.append(Ink(np.concatenate(list(self.lines.values())), stroke=DARK.panel, width=1.5))
        self.fixed.append(Ink(np.concatenate(list(self.shapes.values())), fill=DARK.line))

    def draw(self, frame: Frame, view: View, lit: list[str], colour: str) -> None:
        """Add the map at a step.

        Args:
            frame: what to add to.
            view: what is seen.
            lit: the shapes and lines of this step.
            colour: of its pass.
        """
        frame.inks += self.fixed
        frame.inks += [Ink(self.lines[id_], stroke=colour, width=4.0) for id_ in lit if id_ in self.lines]
        frame.inks += [
            Ink(self.shapes[id_], fill=colour, stroke=colour, width=3.0) for id_ in lit if id_ in self.shapes
        ]
        # The window on the map changes place while the camera moves.
        half = view.seconds / 2 if view.seconds else None
        frame.inks.append(replace(self._window(view, view.corner), appears=half))
        if half is not None:
            frame.inks.append(replace(self._window(view, view.before), vanishes=half))

    def _shape(self, x: float, y: float, width: float, height: float) -> np.ndarray:
        """A shape, large enough to be seen."""
        (cx, cy), w, h = np.array((x, y)) * self.scale + self.corner, width * self.scale, height * self.scale
        return rounded(Place(float(cx), float(cy), max(w, 4.0), max(h, 4.0)), 2)

    def _window(self, view: View, corner: tuple[float, float]) -> Ink:
        """The part of the picture that is seen, on the map."""
        room, part = view.room, self.scale / self.unit
        low = (np.array((room.x - room.width / 2, room.y - room.height / 2)) - corner) * part + self.corner
        high = low + np.array((room.width, room.height)) * part
        end = self.corner + np.array((self.picture.width, self.picture.height)) * self.scale
        low, high = np.maximum(low, self.corner), np.minimum(high, end)
        return Ink(rectangle(*map(float, (*low, *high))), stroke=DARK.ink, width=2.5)
