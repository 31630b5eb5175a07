"""The network view: neurons as circles, weights as edges, as lectures draw it.

Labels are placed once and never touch each other or a circle: every label tries a few places along its edge
and takes the first that is free. One that finds no place is left out; its number is still in the formula.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from math import atan2, cos, degrees, radians, sin
from typing import Any

from microgradphys.mathematics import Math, Symbol
from microgradphys.notation import write
from viz.network import Network, Unit
from viz.picture import (
    Line,
    Picture,
    Place,
    Point,
    Route,
    Shape,
    Slot,
    Text,
    backwards,
    longest_numbers,
    place_of,
    straight,
)
from viz.steps import Move
from viz.storyboard import Storyboard

RADIUS = 62.0
SIZE = 26.0
_LINE = 31.0
# From layer to layer: labels need more room where edges cross.
_STEP, _CROSSING_STEP = 400.0, 510.0
_MARGIN = 12.0
# With more edges than these, labels would be a thicket of their own; the formula has the numbers.
_MOST_LABELS = 16


@dataclass
class _Canvas:
    """The picture while it is being laid out."""

    story: Storyboard
    longest: dict[Slot, Any]
    stretch: float = 1.0
    shapes: list[Shape] = field(default_factory=list)
    lines: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    # What overlaps all rectangles of an entry overlaps the thing itself: a circle is two squares, one turned.
    taken: dict[str, tuple[Place, ...]] = field(default_factory=dict)

    def put(self, *texts: Text) -> None:
        """Put texts down and keep their places free of others."""
        for text in texts:
            self.texts.append(text)
            self.taken[text.id] = (place_of(text, self.longest),)

    def free(self, *texts: Text, across: bool) -> bool:
        """Whether nothing stands where these texts would; `across` edges they may be written, if they must."""
        others = [places for id_, places in self.taken.items() if not (across and id_ in self.lines)]
        mine = [place_of(text, self.longest) for text in texts]
        return not any(all(place.meets(part) for part in other) for place in mine for other in others)

    def name(self, k: int) -> Math:
        """The label of a node."""
        return self.story.nodes[k].label


def network_picture(story: Storyboard, network: Network) -> Picture:
    """Lay out a network: layers from left to right, the loss at the end.

    Args:
        story: the storyboard whose nodes are drawn.
        network: what `read_network` found in it.

    >>> from microgradphys import Value, constant, sigmoid
    >>> from viz.network import read_network
    >>> y = sigmoid(Value(0.5, "w") * constant(2.0, "x"))
    >>> story = Storyboard(((y - 1) ** 2).named("E"))
    >>> [shape.kind for shape in network_picture(story, read_network(story)).shapes]
    ['unit', 'unit', 'loss']
    """
    longest = longest_numbers(story)
    # Layers stand as close as they can while every weight finds a place for its numbers beside its edge.
    for stretch in (1.0, 1.12, 1.25, 1.4, 1.6):
        canvas = _Canvas(story, longest, stretch=stretch)
        if _lay_out(canvas, network):
            break
    return _cropped(canvas, {move.id: _route(story, network, move, canvas.lines) for move in story.moves})


def _lay_out(canvas: _Canvas, network: Network) -> bool:
    """Put everything down; say whether every edge that should have a label has one."""
    story = canvas.story
    where = _unit_places(canvas, network)
    middle = sum(y for _, y in where.values()) / len(where)
    most = network.widest
    for u, at in where.items():
        _draw_unit(canvas, network, u, at, middle, most)
    for k, link in enumerate(network.connections):
        _draw_line(canvas, f"w{k}", _between(where[link.source], where[link.target]))
    # Where a neuron's output is itself the loss, there is no box behind it.
    if story.loss not in network.unit_of:
        ends = [u for u, unit in enumerate(network.units) if _feeds_rest(story, network, unit.output)]
        level = where[ends[0]][1] if len(ends) == 1 else middle
        loss = _draw_loss(canvas, network, max(x for x, _ in where.values()), level)
        for u in ends:
            x, y = where[u]
            _draw_line(canvas, f"l{u}", straight((x + RADIUS, y), (loss.x - loss.width / 2, loss.y)))
    flattest = sorted(range(len(network.connections)), key=lambda k: abs(_angle(canvas.lines[f"w{k}"])))
    if len(flattest) > _MOST_LABELS:
        return True
    placed = [_label_connection(canvas, f"w{k}", network.connections[k].weight, middle) for k in flattest]
    return all(placed)


def _cropped(canvas: _Canvas, routes: dict[str, Route]) -> Picture:
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
        lines=tuple(Line(id_, moved(points)) for id_, points in canvas.lines.items()),
        texts=tuple(replace(text, x=text.x - left, y=text.y - top) for text in canvas.texts),
        routes={id_: replace(route, path=moved(route.path)) for id_, route in routes.items()},
        title="The network",
    )


def _unit_places(canvas: _Canvas, network: Network) -> dict[int, Point]:
    """Put layers side by side and a layer's units below each other, centred."""
    story, longest = canvas.story, canvas.longest
    layers: dict[int, list[int]] = defaultdict(list)
    for u, unit in enumerate(network.units):
        layers[unit.layer].append(u)
    most = network.widest
    outside, inside = map(max, zip(*(map(len, _unit_lines(story, unit, most)) for unit in network.units), strict=True))
    # In a column of two, each writes outwards; in a longer one, a unit's numbers stand next to its neighbour's.
    lines = 2 * inside if most <= 2 else inside + outside
    pitch = 2 * RADIUS + 24 + (_LINE * lines + (36 if most <= 2 else 18) if lines else 0)
    widths = [
        max(_unit_width(story, network.units[u], most, longest) for u in layers[layer]) for layer in sorted(layers)
    ]
    columns = [0.0]
    for layer, (left, right) in enumerate(pairwise(widths)):
        crossing = len(layers[layer]) > 1 and len(layers[layer + 1]) > 1
        step = canvas.stretch * (_CROSSING_STEP if crossing else _STEP)
        columns.append(columns[-1] + max(step, (left + right) / 2 + 2 * _MARGIN))
    return {
        # Inputs have nothing written above or below them, so they may stand further apart.
        u: (columns[layer], pitch * (1.0 if layer else 1.4) * (row - (len(units) - 1) / 2))
        for layer, units in sorted(layers.items())
        for row, u in enumerate(units)
    }


def _unit_width(story: Storyboard, unit: Unit, most: int, longest: dict[Slot, Any]) -> float:
    """How wide a unit is with its numbers."""
    outside, inside = _unit_lines(story, unit, most)
    texts = [_number_text(story, which, k, 0, 0) for which, k in (*outside, *inside)]
    return max([2 * RADIUS, *(place_of(text, longest).width for text in texts)])


def _draw_unit(canvas: _Canvas, network: Network, u: int, at: Point, middle: float, most: int) -> None:
    """Draw a circle with its name and value inside and its other numbers outside.

    The bias stands towards the middle of the picture, the rest away from it, where no edges run.
    """
    story, unit, (x, y) = canvas.story, network.units[u], at
    canvas.shapes.append(Shape(f"u{u}", "unit", x, y, RADIUS * 2, RADIUS * 2, round=True))
    canvas.taken[f"u{u}"] = tuple(Place(x, y, RADIUS * 2 + 4, RADIUS * 2 + 4, angle) for angle in (0.0, 45.0))
    room = RADIUS * 1.6
    canvas.texts.append(Text(f"name{unit.output}", x, y - 19, SIZE, "name", canvas.name(unit.output), room=room))
    canvas.texts.append(Text(f"value{unit.output}", x, y + 19, SIZE, "value", None, ("value", unit.output), room=room))
    out = 1 if y > middle + 1 else -1
    for side, lines in zip((out, -out), _unit_lines(story, unit, most), strict=True):
        for line, (which, k) in enumerate(lines):
            canvas.put(_number_text(story, which, k, x, y + side * (RADIUS + 22 + _LINE * line)))


def _unit_lines(story: Storyboard, unit: Unit, most: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """List the numbers to write beside a unit, outwards and inwards: fewer, the more units share a column."""
    sums = [] if unit.total is None or unit.total == unit.output else [unit.total]
    graded = [k for k in (unit.output, *sums, *unit.biases) if not story.nodes[k].constant]
    if most > 3:
        return [], []
    if most == 3:
        return [("gradient", k) for k in graded[:1]], []
    return [("value", k) for k in sums] + [("gradient", k) for k in graded], [("value", k) for k in unit.biases]


def _number_text(story: Storyboard, which: Any, k: int, x: float, y: float) -> Text:
    """A name and the slot of its number."""
    name = story.nodes[k].label if which == "value" else story.gradient(k)
    return Text(f"{which}{k}", x, y, SIZE, which, name, (which, k))


def _draw_loss(canvas: _Canvas, network: Network, last: float, y: float) -> Shape:
    """Draw the loss as a box, with the numbers it is made of below, as near to the last layer as they allow."""
    story = canvas.story
    parts = [k for k in network.rest if k != story.loss and (story.nodes[k].named or story.nodes[k].op)]
    lines = [("gradient", story.loss)]
    for k in parts if len(parts) <= 3 else []:
        lines += [("value", k)] + ([] if story.nodes[k].constant else [("gradient", k)])
    for distance in (222, 262, 302, 342, 402, 482):
        x = last + distance
        texts = [_number_text(story, which, k, x, y + 76 + _LINE * line) for line, (which, k) in enumerate(lines)]
        if canvas.free(*texts, across=True):
            break
    canvas.put(*texts)
    box = Shape("loss", "loss", x, y, 156, 108)
    canvas.shapes.append(box)
    canvas.taken["loss"] = (Place(x, y, box.width + 6, box.height + 6),)
    canvas.texts.append(Text(f"name{story.loss}", x, y - 19, SIZE, "name", canvas.name(story.loss), room=136))
    canvas.texts.append(Text(f"value{story.loss}", x, y + 19, SIZE, "value", None, ("value", story.loss), room=136))
    return box


def _draw_line(canvas: _Canvas, id_: str, points: tuple[Point, ...]) -> None:
    """Put down an edge, and keep texts off it."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    canvas.lines[id_] = points
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    canvas.taken[id_] = (Place((x0 + x1) / 2, (y0 + y1) / 2, length, 4, _angle(points)),)


def _between(a: Point, b: Point) -> tuple[Point, ...]:
    """A straight line from the rim of one circle to the rim of another."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = (dx * dx + dy * dy) ** 0.5
    ox, oy = RADIUS * dx / length, RADIUS * dy / length
    return straight((a[0] + ox, a[1] + oy), (b[0] - ox, b[1] - oy))


def _angle(points: tuple[Point, ...]) -> float:
    """How a line is turned, in degrees clockwise."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    return degrees(atan2(y1 - y0, x1 - x0))


def _label_connection(canvas: _Canvas, line: str, weight: int, middle: float) -> bool:
    """Find a free place along an edge for its weight and its gradient, away from the middle; say whether there is."""
    points = canvas.lines[line]
    partial = Symbol("∂" + write(canvas.name(canvas.story.loss)))
    start, end = points[0][1] - middle, points[-1][1] - middle
    over, under = (-21, 21) if start * end < 0 or start == end == 0 else (-52, -21) if start + end < 0 else (21, 52)
    for across in (False, True):
        values = _spots(canvas, points, over, across, ("value", weight), canvas.name(weight))
        gradients = _spots(canvas, points, under, across, ("gradient", weight), partial)
        for value, gradient in sorted(product(values, gradients), key=lambda pair: pair[0][0] != pair[1][0]):
            if not place_of(value[1], canvas.longest).meets(place_of(gradient[1], canvas.longest)):
                canvas.put(value[1], gradient[1])
                return True
    return False


def _spots(
    canvas: _Canvas, points: tuple[Point, ...], side: float, across: bool, slot: Slot, name: Math
) -> list[tuple[float, Text]]:
    """List the free places for a text along an edge, the middle first and then towards its ends."""
    texts = [
        (part, Text(f"{slot[0]}{slot[1]}", *_at(points, part, side), SIZE, slot[0], name, slot, angle=_angle(points)))
        for part in _PARTS
        if part != 0.5 or not across
    ]
    return [(part, text) for part, text in texts if canvas.free(text, across=across)]


_PARTS = (0.5, 0.25, 0.75, 0.22, 0.78, 0.26, 0.74, 0.28, 0.72, 0.31, 0.69, 0.34, 0.66)


def _at(points: tuple[Point, ...], part: float, side: float) -> Point:
    """The point that is `part` of the way along a line, and `side` beside it."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    turn = radians(_angle(points))
    return x0 + part * (x1 - x0) - side * sin(turn), y0 + part * (y1 - y0) + side * cos(turn)


def _feeds_rest(story: Storyboard, network: Network, output: int) -> bool:
    """Whether the loss is computed from this node directly."""
    return any(output in story.nodes[k].parents for k in network.rest)


def _route(story: Storyboard, network: Network, move: Move, lines: dict[str, tuple[Point, ...]]) -> Route:
    """Find the one element that a move lights, and the way the dot goes."""
    back = move.phase == "backward"
    link_of, weight_of, unit_of = network.link_of_product, network.link_of_weight, network.unit_of
    edge = None if move.edge is None else story.edges[move.edge]
    if move.phase == "update":
        if move.node in weight_of:
            return Route((f"w{weight_of[move.node]}",))
    elif not back and move.node in link_of:
        line = f"w{link_of[move.node]}"
        return Route((line,), lines[line])
    elif edge is not None and edge.target in link_of:
        k = link_of[edge.target]
        whole = backwards(lines[f"w{k}"])
        return Route((f"w{k}",), whole if edge.source != network.connections[k].weight else _half(whole))
    elif edge is not None and edge.source in link_of:
        return Route((f"w{link_of[edge.source]}",))
    elif edge is not None and f"l{unit_of.get(edge.source)}" in lines and edge.target in network.rest:
        line = f"l{unit_of.get(edge.source)}"
        return Route((line,), backwards(lines[line]))
    elif not back and move.node in network.rest:
        fed = [f"l{u}" for u, unit in enumerate(network.units) if unit.output in story.nodes[move.node].parents]
        if fed and fed[0] in lines:
            return Route((fed[0],), lines[fed[0]])
    u = unit_of.get(move.node)
    return Route(("loss",) if u is None else (f"u{u}",))


def _half(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The first half of a straight path: a contribution to a weight stops at the weight."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    return straight((x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2))
