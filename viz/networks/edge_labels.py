"""Where the numbers of weights stand: along their edges, off each other, and off other edges where that can be."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from microgradphys.mathematics import Math, Symbol
from microgradphys.notation import write
from viz.networks.canvas import SIZE, Canvas, angle_of, at_part
from viz.networks.units import Spot
from viz.picture import Place, Point, Slot, Text, place_of

# Where along an edge a label is tried first, and everywhere else where other edges must be crossed.
_PARTS = (0.5, 0.25, 0.75, 0.22, 0.78, 0.26, 0.74, 0.28, 0.72, 0.31, 0.69, 0.34, 0.66)
_ANYWHERE = tuple(0.5 + sign * 0.03 * k for k in range(12) for sign in (1, -1))
# Both numbers of an edge on its two sides, or one above the other on one side.
_SIDES = ((-21.0, 21.0), (-52.0, -21.0), (21.0, 52.0))
# How far a text stays from the next on its line, whose rim would hide a part of it.
_APART = 40.0
# An edge is looked at in so many points.
_POINTS = 90


def label_connection(canvas: Canvas, line: str, weight: Spot, middle: float) -> int | None:
    """Find a place along an edge for its weight and its gradient, away from the middle, that nothing crosses.

    Returns:
        How many edges cross the numbers where that cannot be helped; None where there is no place at all.
    """
    points = canvas.lines[line]
    partial = Symbol("∂" + write(canvas.story.nodes[canvas.story.loss].label))
    start, end = points[0][1] - middle, points[-1][1] - middle
    over, under = (-21, 21) if start * end < 0 or start == end == 0 else (-52, -21) if start + end < 0 else (21, 52)
    values = _spots(canvas, points, over, weight.slot("value"), weight.label(canvas.story))
    gradients = _spots(canvas, points, under, weight.slot("gradient"), partial)
    for value, gradient in sorted(product(values, gradients), key=lambda pair: pair[0][0] != pair[1][0]):
        if not place_of(value[1], canvas.longest).meets(place_of(gradient[1], canvas.longest)):
            canvas.put(value[1], gradient[1])
            return 0
    return _least_crossed(canvas, line, weight, partial)


def _least_crossed(canvas: Canvas, line: str, weight: Spot, partial: Math) -> int | None:
    """Put both numbers where the fewest edges cross them, near the middle of the edge."""
    points, others = canvas.lines[line], _sampled(canvas, line)
    texts = (
        _text(points, 0.5, 0.0, weight.slot("value"), weight.label(canvas.story)),
        _text(points, 0.5, 0.0, weight.slot("gradient"), partial),
    )
    sizes = [place_of(text, canvas.longest) for text in texts]
    ways: list[tuple[float, list[Place]]] = []
    for part, sides in product(_ANYWHERE, _SIDES):
        centres = [at_part(points, part, side) for side in sides]
        places = [replace(size, x=x, y=y) for size, (x, y) in zip(sizes, centres, strict=True)]
        ways.append((sum(_crossings(others, place) for place in places) + abs(part - 0.5), places))
    for crossed, places in sorted(ways, key=lambda way: way[0]):
        apart = [replace(place, width=place.width + _APART) for place in places]
        if canvas.free_places(apart, across=True):
            canvas.put(*(replace(text, x=place.x, y=place.y) for text, place in zip(texts, places, strict=True)))
            return int(crossed)
    return None


def _sampled(canvas: Canvas, line: str) -> np.ndarray:
    """Points on all edges but one, an edge a row."""
    ends = np.array([(way[0], way[-1]) for id_, way in canvas.lines.items() if id_ != line]).reshape(-1, 2, 2)
    t = np.linspace(0, 1, _POINTS)[None, :, None]
    return ends[:, :1] * (1 - t) + ends[:, 1:] * t


def _crossings(edges: np.ndarray, place: Place) -> int:
    """How many edges pass through a place."""
    turn = np.radians(place.angle)
    away = edges - (place.x, place.y)
    along = np.abs(away @ (np.cos(turn), np.sin(turn))) < place.width / 2
    beside = np.abs(away @ (-np.sin(turn), np.cos(turn))) < place.height / 2
    return int(np.any(along & beside, axis=1).sum())


def _spots(canvas: Canvas, points: tuple[Point, ...], side: float, slot: Slot, name: Math) -> list[tuple[float, Text]]:
    """List the free places for a text along an edge, the middle first and then towards its ends."""
    texts = [(part, _text(points, part, side, slot, name)) for part in _PARTS]
    return [(part, text) for part, text in texts if canvas.free(text, across=False)]


def _text(points: tuple[Point, ...], part: float, side: float, slot: Slot, name: Math) -> Text:
    """A name and the slot of its number, beside a part of an edge."""
    spot = Spot(slot[1], tuple(place or 0 for place in slot[2]) if len(slot) == 3 else ())
    at = at_part(points, part, side)
    return Text(f"{slot[0]}{spot.key}", *at, SIZE, slot[0], name, slot, angle=angle_of(points))
