"""The camera: where a picture stands on the frame at each step, when it is too large to be read as a whole.

It stays where it is as long as it can. Before it moves, it looks ahead for a place from which as many of the next steps
as possible can be seen; then it goes there, gently, before anything else happens in the step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from viz.films.items import HEIGHT, WIDTH, Frame, Ink, Pan, Traveller, polygon
from viz.picture import Place, Point
from viz.theme import DARK

# What is lit keeps this distance from the edge of what is seen.
_MARGIN = 26.0
# And this one, where it can.
_AROUND = 110.0
# Seconds of a move over nothing, and what each pixel adds; no move is longer than the last.
_SHORT, _EACH, _LONG = 0.6, 1 / 2600, 1.4
# When, within a move, texts that leave are gone and those that arrive begin to be seen.
_GONE, _COMES = 0.3, 0.75

# Left, top, right, bottom.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class View:
    """What is seen at a step: where the picture's corner is, where it was, and how long it takes to get there."""

    room: Place
    corner: Point
    before: Point
    seconds: float

    @property
    def pan(self) -> Pan:
        """The move as the frame knows it."""
        return Pan(self.before[0] - self.corner[0], self.before[1] - self.corner[1], self.seconds)

    def text(self, ink: Ink) -> Ink | None:
        """A text that stands on the picture, if it can be read as a whole at the end of the move, or at its start."""
        assert ink.place is not None
        there, first = self._holds(ink.place, self.corner), self._holds(ink.place, self.before)
        if not there and not (first and self.seconds):
            return None
        if there and first:
            return self.moved(ink)
        if there:
            return self.moved(replace(ink, appears=max(ink.appears or 0.0, self.seconds * _COMES)))
        return self.moved(replace(ink, vanishes=min(ink.vanishes or math.inf, self.seconds * _GONE)))

    def moved(self, ink: Ink) -> Ink:
        """An ink of the picture where it is seen."""
        x, y = self.corner
        place = None if ink.place is None else replace(ink.place, x=ink.place.x + x, y=ink.place.y + y)
        return replace(ink, points=ink.points + self.corner, place=place, follows=True)

    def meets(self, points: np.ndarray) -> bool:
        """Whether something of the picture may be seen during the step, the camera's way included."""
        low = np.minimum(self.corner, self.before)
        high = np.maximum(self.corner, self.before)
        left, top = (self._left, self._top) - high
        right, bottom = (self._right, self._bottom) - low
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        return bool(x1 > left and x0 < right and y1 > top and y0 < bottom)

    def near(self, x: float, y: float, reach: float) -> bool:
        """Whether a point of the picture is seen, or nearly."""
        return any(
            self._left - reach < x + dx < self._right + reach and self._top - reach < y + dy < self._bottom + reach
            for dx, dy in (self.corner, self.before)
        )

    def traveller(self, arrow: Traveller) -> Traveller | None:
        """An arrow on the part of its path that is seen."""
        path = arrow.path + self.corner
        inside = (path[:, 0] > self._left) & (path[:, 0] < self._right)
        inside &= (path[:, 1] > self._top) & (path[:, 1] < self._bottom)
        seen = np.flatnonzero(inside)
        if len(seen) < 2:
            return None
        return replace(arrow, path=path[seen[0] : seen[-1] + 1])

    def around(self) -> list[Ink]:
        """What hides the picture outside its room, and the frame of the room."""
        left, top, right, bottom = self._left, self._top, self._right, self._bottom
        above, below = rectangle(0.0, 0.0, WIDTH, top), rectangle(0.0, bottom, WIDTH, HEIGHT)
        beside = rectangle(0.0, top, left, bottom), rectangle(right, top, WIDTH, bottom)
        hidden = np.concatenate([above, below, *beside])
        return [
            Ink(hidden, fill=DARK.background),
            Ink(rectangle(left, top, right, bottom), stroke=DARK.panel, width=3.0),
        ]

    def _holds(self, place: Place, corner: Point) -> bool:
        """Whether a text is seen as a whole."""
        return all(
            self._left < x + corner[0] < self._right and self._top < y + corner[1] < self._bottom
            for x, y in place.corners()
        )

    @property
    def _left(self) -> float:
        """The left edge of the room."""
        return self.room.x - self.room.width / 2

    @property
    def _right(self) -> float:
        """The right edge of the room."""
        return self.room.x + self.room.width / 2

    @property
    def _top(self) -> float:
        """The upper edge of the room."""
        return self.room.y - self.room.height / 2

    @property
    def _bottom(self) -> float:
        """The lower edge of the room."""
        return self.room.y + self.room.height / 2


def views(boxes: Sequence[Box], size: Point, room: Place) -> list[View]:
    """Choose what is seen at each step.

    Args:
        boxes: what is lit at each step, in pixels of the picture.
        size: width and height of the picture, in pixels.
        room: where on the frame it is seen.

    >>> far = [(0, 0, 50, 50), (60, 0, 90, 50), (900, 0, 950, 50)]
    >>> [view.seconds > 0 for view in views(far, (1000, 100), Place(100, 50, 200, 100))]
    [False, False, True]
    """
    found: list[View] = []
    while len(found) < len(boxes):
        start = stop = len(found)
        seen = boxes[start]
        while stop < len(boxes) and (stop == start or _fits(_both(seen, boxes[stop]), room)):
            seen = _both(seen, boxes[stop])
            stop += 1
        before = found[-1].corner if found else _corner(seen, size, room)
        corner = _corner(seen, size, room, before)
        distance = math.dist(corner, before)
        seconds = round(min(_SHORT + distance * _EACH, _LONG), 2) if distance else 0.0
        found.append(View(room, corner, before, seconds))
        found += [View(room, corner, corner, 0.0)] * (stop - start - 1)
    return found


def focus(boxes: Sequence[Box], room: Place) -> Box:
    """What to look at when several things are lit: all of them if they fit, else as many of the last as do."""
    seen = boxes[-1]
    for box in reversed(boxes):
        if not _fits(_both(seen, box), room):
            break
        seen = _both(seen, box)
    return seen


def rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """A rectangle as cubic curves."""
    return polygon([(left, top), (right, top), (right, bottom), (left, bottom)])


def finished(frame: Frame, view: View) -> None:
    """Take the view's move into a frame, and hide what is outside its room."""
    frame.pan = view.pan
    frame.inks += view.around()


def _both(a: Box, b: Box) -> Box:
    """The box around two boxes."""
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _fits(box: Box, room: Place) -> bool:
    """Whether a box can be seen as a whole."""
    return box[2] - box[0] <= room.width - 2 * _MARGIN and box[3] - box[1] <= room.height - 2 * _MARGIN


def _corner(box: Box, size: Point, room: Place, before: Point | None = None) -> Point:
    """Where the picture's corner is when a box is seen: in the middle, or no further from before than it must be."""
    corner = []
    for axis, (middle, width) in enumerate(((room.x, room.width), (room.y, room.height))):
        low, high, whole = box[axis], box[axis + 2], size[axis]
        if whole <= width:
            corner.append(middle - whole / 2)
            continue
        centred = middle - (low + high) / 2
        if before is not None:
            # How far the box may be from the middle of the room, and still has something around it.
            play = max((width - (high - low)) / 2 - _AROUND, 0.0)
            centred = min(max(before[axis], centred - play), centred + play)
        # No room is wasted beyond the edges of the picture.
        corner.append(round(min(max(centred, middle + width / 2 - whole), middle - width / 2), 1))
    return corner[0], corner[1]
