"""A picture while it is being laid out: shapes, edges and texts, and the room that they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import atan2, cos, degrees, radians, sin
from textwrap import wrap
from typing import Any

from microgradphys.mathematics import Derivative, Symbol
from viz.networks.units import Spot
from viz.picture import Grid, Line, Picture, Place, Point, Route, Shape, Slot, Text, Which, place_of, straight
from viz.storyboard import Storyboard

# Of a circle; of one that holds its gradient, too, since there is no room for it outside.
RADIUS, WIDE = 62.0, 80.0
SIZE = 26.0
LINE = 31.0
_MARGIN = 12.0


@dataclass
class Canvas:
    """The picture while it is being laid out."""

    story: Storyboard
    longest: Mapping[Slot, Any]
    stretch: float = 1.0
    radius: float = RADIUS
    shapes: list[Shape] = field(default_factory=list)
    lines: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    # Of an edge that shows a number by its colour: which, and the size that is drawn widest.
    tints: dict[str, tuple[Slot, float]] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    # What overlaps all rectangles of an entry overlaps the thing itself: a circle is two squares, one turned.
    taken: dict[str, tuple[Place, ...]] = field(default_factory=dict)

    def put(self, *texts: Text) -> None:
        """Put texts down and keep their places free of others."""
        for text in texts:
            self.texts.append(text)
            self.taken[text.id] = (place_of(text, self.longest),)

    def free(self, *texts: Text, across: bool) -> bool:
        """Whether nothing stands where these texts would; `across` edges they may be written, if they must."""
        return self.free_places([place_of(text, self.longest) for text in texts], across)

    def free_places(self, mine: Sequence[Place], across: bool) -> bool:
        """Whether nothing stands in these places, edges left out if `across`."""
        others = [places for id_, places in self.taken.items() if not (across and id_ in self.lines)]
        return not any(all(place.meets(part) for part in other) for place in mine for other in others)


def put_note(canvas: Canvas, note: str) -> None:
    """Write what a reader must know below everything else, in lines that are no wider than the picture."""
    corners = [corner for places in canvas.taken.values() for corner in places[0].corners()]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    bottom = max(y for _, y in corners)
    letters = max(int((right - left) / (SIZE * 0.62)), 20)
    lines = [(part, line) for part, said in enumerate(note.split("; ")) for line in wrap(said, letters)]
    for k, (part, line) in enumerate(lines if note else []):
        text = Text(f"note{part}-{k}", (left + right) / 2, bottom + 40 + LINE * k, SIZE, "badge", Symbol(line))
        canvas.put(text)


def cropped(canvas: Canvas, routes: dict[str, Route]) -> Picture:
    """Move everything so that the picture begins at its first mark and ends at its last."""
    corners = [corner for places in canvas.taken.values() for corner in places[0].corners()]
    left, top = (min(c[axis] for c in corners) - _MARGIN for axis in (0, 1))
    right, bottom = (max(c[axis] for c in corners) + _MARGIN for axis in (0, 1))

    def moved(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((x - left, y - top) for x, y in points)

    return Picture(
        width=right - left,
        height=bottom - top,
        shapes=tuple(replace(shape, x=shape.x - left, y=shape.y - top) for shape in canvas.shapes),
        lines=tuple(
            Line(id_, moved(points), True, *canvas.tints.get(id_, (None, 1.0))) for id_, points in canvas.lines.items()
        ),
        texts=tuple(replace(text, x=text.x - left, y=text.y - top) for text in canvas.texts),
        routes={id_: replace(route, path=moved(route.path)) for id_, route in routes.items()},
        title="The network",
        grids=tuple(replace(grid, x=grid.x - left, y=grid.y - top) for grid in canvas.grids),
    )


def number_text_of(story: Storyboard, which: Which, spot: Spot, x: float, y: float) -> Text:
    """A name and the slot of its number."""
    label = spot.label(story)
    name = label if which == "value" else Derivative(story.nodes[story.loss].label, label)
    return Text(f"{which}{spot.key}", x, y, SIZE, which, name, spot.slot(which))


def draw_line(canvas: Canvas, id_: str, points: tuple[Point, ...]) -> None:
    """Put down an edge, and keep texts off it."""
    canvas.lines[id_] = points
    canvas.taken[id_] = (line_place(points),)


def line_place(points: tuple[Point, ...]) -> Place:
    """The room of a straight line."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    return Place((x0 + x1) / 2, (y0 + y1) / 2, length, 4, angle_of(points))


def between(a: Point, b: Point, radius: float = RADIUS) -> tuple[Point, ...]:
    """A straight line from the rim of one circle to the rim of another."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = (dx * dx + dy * dy) ** 0.5
    ox, oy = radius * dx / length, radius * dy / length
    return straight((a[0] + ox, a[1] + oy), (b[0] - ox, b[1] - oy))


def angle_of(points: tuple[Point, ...]) -> float:
    """How a line is turned, in degrees clockwise."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    return degrees(atan2(y1 - y0, x1 - x0))


def at_part(points: tuple[Point, ...], part: float, side: float) -> Point:
    """The point that is `part` of the way along a line, and `side` beside it."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    turn = radians(angle_of(points))
    return x0 + part * (x1 - x0) - side * sin(turn), y0 + part * (y1 - y0) + side * cos(turn)
