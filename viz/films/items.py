"""What a film frame is made of: inked curves with their colour, their moment, and the room a text takes.

Everything is measured in pixels of a frame 1920 wide and 1080 high, y downwards; other qualities scale it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from viz.films.text import Outline
from viz.picture import Place, Point
from viz.theme import DARK

WIDTH, HEIGHT = 1920.0, 1080.0
# Nothing stands outside these: 4 % of the frame on each side.
LEFT, TOP, RIGHT, BOTTOM = WIDTH * 0.04, HEIGHT * 0.04, WIDTH * 0.96, HEIGHT * 0.96
SMALLEST = 26.0
# How long the head of a travelling arrow is.
ARROW = 34.0
# Seconds in which a text comes or goes.
FADE = 0.12


@dataclass(frozen=True, eq=False)
class Ink:
    """Curves of one colour. `appears` and `vanishes` are seconds within the step; None: there from start to end.

    place: the room that it takes, if it is a text, and `size` its em. halo: whether lines that pass behind it keep a
    distance. follows: whether it is part of the picture, which moves with the camera.
    """

    points: np.ndarray
    fill: str | None = None
    stroke: str | None = None
    width: float = 0.0
    opacity: float = 1.0
    appears: float | None = None
    vanishes: float | None = None
    place: Place | None = None
    size: float = 0.0
    halo: bool = False
    follows: bool = False

    @property
    def moving(self) -> bool:
        """Whether it changes during its step."""
        return self.appears is not None or self.vanishes is not None

    def strength(self, second: float) -> float:
        """How visible it is at a moment of its step."""
        strength = 1.0
        if self.appears is not None:
            strength = min(max((second - self.appears) / FADE, 0.0), 1.0)
        if self.vanishes is not None:
            strength = min(strength, 1.0 - min(max((second - self.vanishes) / FADE, 0.0), 1.0))
        return strength


@dataclass(frozen=True, eq=False)
class Traveller:
    """An arrow that goes along a path between two moments."""

    path: np.ndarray
    begins: float
    arrives: float
    colour: str

    def at(self, second: float) -> np.ndarray:
        """The arrow's curves at a moment."""
        part = gently((second - self.begins) / (self.arrives - self.begins))
        steps = np.hypot(*np.diff(self.path, axis=0).T)
        along = np.concatenate(([0.0], np.cumsum(steps)))
        # The whole head is on the path from the start, and its tip touches the end.
        first = min(ARROW, float(along[-1]))
        goal = first + part * (along[-1] - first)
        k = min(int(np.searchsorted(along, goal, side="right")) - 1, len(steps) - 1)
        direction = (self.path[k + 1] - self.path[k]) / max(float(steps[k]), 1e-9)
        tip = self.path[k] + direction * (goal - along[k])
        return arrow_head(tip, direction)


@dataclass(frozen=True, slots=True)
class Pan:
    """A move of the camera at the start of a step: how far the picture is from its place at first, and for how long."""

    x: float = 0.0
    y: float = 0.0
    seconds: float = 0.0


@dataclass
class Frame:
    """One step of the film, or a card: what is there, what comes, what goes, and what travels."""

    inks: list[Ink] = field(default_factory=list)
    travellers: list[Traveller] = field(default_factory=list)
    pan: Pan = Pan()

    def shift(self, second: float) -> tuple[float, float]:
        """How far the picture is from its place at a moment: nothing once the camera is still."""
        if second >= self.pan.seconds:
            return 0.0, 0.0
        left = 1.0 - gently(second / self.pan.seconds)
        return self.pan.x * left, self.pan.y * left

    def layered(self) -> list[Ink]:
        """Everything in drawing order: the picture, then the rest, and of each what changes after what stays."""
        return sorted(self.inks, key=lambda ink: (not ink.follows, ink.moving))

    def texts(self, end: bool = True) -> list[Place]:
        """The room of every text that stands at the end of the step, or at its start."""
        shift = (0.0, 0.0) if end else self.shift(0.0)
        return [
            replace(ink.place, x=ink.place.x + shift[0], y=ink.place.y + shift[1]) if ink.follows else ink.place
            for ink in self.inks
            if ink.place is not None and (ink.vanishes is None if end else ink.appears is None)
        ]


def shade(number: Any, colour: str) -> str:
    """The colour of a number: that of trouble where it is not finite."""
    return colour if np.all(np.isfinite(number)) else DARK.trouble


def gently(part: float) -> float:
    """Start and stop gently: from 0 to 1 as `part` does, and level at both ends.

    >>> gently(-1.0), gently(0.5), gently(2.0)
    (0.0, 0.5, 1.0)
    """
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def written(
    outline: Outline, x: float, y: float, size: float, colour: str, angle: float = 0.0, pivot: Point | None = None
) -> Ink:
    """Put a text down with the start of its baseline at (x, y), turned by `angle` degrees clockwise about `pivot`."""
    points = outline.points * size + (x, y)
    centre = np.array((outline.left + outline.right, outline.top + outline.bottom)) / 2 * size + (x, y)
    if angle:
        points, centre = turned(points, angle, pivot or (x, y)), turned(centre, angle, pivot or (x, y))
    height = (outline.bottom - outline.top) * size
    place = Place(float(centre[0]), float(centre[1]), outline.width * size, height, angle)
    return Ink(points, fill=colour, place=place if len(points) else None, size=size)


def turned(points: np.ndarray, angle: float, pivot: Point) -> np.ndarray:
    """Turn points by degrees clockwise about a pivot."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return (points - pivot) @ np.array(((c, s), (-s, c))) + pivot


def polygon(corners: list[Point]) -> np.ndarray:
    """A closed polygon as cubic curves."""
    ends = np.array([*corners, corners[0]], float)
    a, b = ends[:-1], ends[1:]
    return np.stack((a, a + (b - a) / 3, a + (b - a) * 2 / 3, b), axis=1).reshape(-1, 2)


def rounded(place: Place, radius: float) -> np.ndarray:
    """A rectangle with round corners, turned as its place is."""
    w, h = place.width / 2, place.height / 2
    r = min(radius, w, h)
    k = r * (1 - 0.5523)
    corners = (((w - r, -h), (w - k, -h), (w, -h + k), (w, -h + r)), ((w, h - r), (w, h - k), (w - k, h), (w - r, h)))
    half = np.array(corners)
    arcs = np.concatenate((half, -half))
    pieces: list[np.ndarray] = []
    for k_arc, arc in enumerate(arcs):
        after = arcs[(k_arc + 1) % 4][0]
        side = np.array([arc[-1] + (after - arc[-1]) * t / 3 for t in range(4)])
        pieces += [arc, side]
    return np.array((place.x, place.y)) + turned(np.concatenate(pieces), place.angle, (0.0, 0.0))


def circle(x: float, y: float, radius: float) -> np.ndarray:
    """A circle as cubic curves."""
    return rounded(Place(x, y, radius * 2, radius * 2), radius)


def flattened(points: np.ndarray, each: int = 24) -> np.ndarray:
    """A Bézier path (start, then three points for each piece) as a polyline."""
    t = np.linspace(0, 1, each + 1)[:, None]
    pieces = [points[:1]]
    for k in range(0, len(points) - 1, 3):
        a, b, c, d = points[k : k + 4]
        pieces.append(((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t**3 * d)[1:])
    return np.concatenate(pieces)


def curves(points: np.ndarray) -> np.ndarray:
    """A Bézier path with every piece's start written out: four points a piece."""
    return np.concatenate([points[k : k + 4] for k in range(0, len(points) - 1, 3)]) if len(points) > 1 else points[:0]


def dashed(polyline: np.ndarray, on: float, off: float) -> np.ndarray:
    """Cut a polyline into dashes."""
    steps = np.hypot(*np.diff(polyline, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(steps)))
    pieces: list[np.ndarray] = []
    for begin in np.arange(0.0, along[-1], on + off):
        end = min(begin + on, along[-1])
        inner = along[(along > begin) & (along < end)]
        marks = np.concatenate(([begin], inner, [end]))
        spots = np.stack([np.interp(marks, along, polyline[:, axis]) for axis in (0, 1)], axis=1)
        a, b = spots[:-1], spots[1:]
        pieces.append(np.stack((a, a + (b - a) / 3, a + (b - a) * 2 / 3, b), axis=1).reshape(-1, 2))
    return np.concatenate(pieces) if pieces else np.zeros((0, 2))


def ring(curve: np.ndarray) -> np.ndarray:
    """A closed shape of four-point curves as a polyline."""
    return np.concatenate([flattened(curve[k : k + 4], 8)[:-1] for k in range(0, len(curve), 4)] + [curve[:1]])


def arrow_head(tip: np.ndarray, direction: np.ndarray, length: float = ARROW, half: float = 10.0) -> np.ndarray:
    """An arrow head, its tip at a point."""
    across = np.array((-direction[1], direction[0]))
    back = tip - direction * length
    notch = tip - direction * length * 0.72
    return polygon([tuple(tip), tuple(back + across * half), tuple(notch), tuple(back - across * half)])
