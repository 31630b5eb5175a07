"""The network view: neurons as circles, weights as edges, as lectures draw it.

Labels are placed once and never touch each other or a circle (`viz.networks.edge_labels`). One that finds no place
is left out; its number is still in the formula.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise
from math import prod
from typing import Any

from microgradphys.mathematics import Symbol
from microgradphys.notation import write
from viz.grids import peaks
from viz.networks.array_boxes import draw_scale
from viz.networks.canvas import (
    LINE,
    RADIUS,
    SIZE,
    WIDE,
    Canvas,
    angle_of,
    between,
    cropped,
    draw_line,
    line_place,
    number_text_of,
    put_note,
)
from viz.networks.edge_labels import label_connection
from viz.networks.routes import OTHERS, network_route
from viz.networks.short_names import with_short_names
from viz.networks.units import Network, Spot, Unit
from viz.networks.weight_tables import draw_weights
from viz.picture import Picture, Place, Point, Shape, Slot, Text, Which, longest_numbers, place_of, straight
from viz.storyboard import Storyboard

_SMALL = 23.0
_MARGIN = 12.0
# From layer to layer: labels need more room where edges cross.
_STEP, _CROSSING_STEP = 400.0, 510.0
# With more edges than these in all, or between two layers, numbers beside them would be crossed by other edges.
_MOST_LABELS, _MOST_BETWEEN = 16, 12
# A longer formula makes a picture wide and says little.
_SHORT = 16
# With more units than these in a column, there is no room for numbers between them.
_ROOMY = 3


def network_picture(story: Storyboard, network: Network) -> Picture:
    """Lay out a network: layers from left to right, the loss at the end.

    Args:
        story: the storyboard whose nodes are drawn.
        network: what `read_network` found in it.

    >>> from microgradphys import Value, constant, sigmoid
    >>> from viz.networks.network import read_network
    >>> y = sigmoid(Value(0.5, "w") * constant(2.0, "x"))
    >>> story = Storyboard(((y - 1) ** 2).named("E"))
    >>> [shape.kind for shape in network_picture(story, read_network(story)).shapes]
    ['unit', 'unit', 'loss']
    """
    longest = longest_numbers(story)
    network = with_short_names(story, network)
    radius = WIDE if network.widest > _ROOMY else RADIUS
    # Layers stand as close as they can while every weight finds a place for its numbers that no edge crosses.
    found: dict[tuple[int, float], Canvas] = {}
    for stretch in (1.0, 1.12, 1.25, 1.4, 1.6):
        canvas = Canvas(story, longest, stretch, radius)
        left_out, crossed = _lay_out(canvas, network)
        # A larger picture has smaller texts: it is worth that only if it mends some crossings.
        found[left_out, crossed * (1 + stretch)] = canvas
        if left_out == crossed == 0:
            break
    canvas = found[min(found)]
    if network.elsewhere:
        _draw_others(canvas)
    if canvas.grids:
        draw_scale(canvas)
    inside = (
        f"in a circle: its name, its value, its gradient ∂{write(story.nodes[story.loss].label)}"
        if radius == WIDE
        else ""
    )
    put_note(canvas, "; ".join(filter(None, (inside, network.note))))
    return cropped(canvas, {move.id: network_route(story, network, move, canvas.lines) for move in story.moves})


def _lay_out(canvas: Canvas, network: Network) -> tuple[int, int]:
    """Put everything down; say how many edges lack the label they should have, and how often edges cross labels."""
    story = canvas.story
    where = _unit_places(canvas, network)
    middle = sum(y for _, y in where.values()) / len(where)
    most = network.widest
    for u, at in where.items():
        _draw_unit(canvas, network, u, at, middle, most)
    for k, link in enumerate(network.connections):
        draw_line(canvas, f"w{k}", between(where[link.source], where[link.target], canvas.radius))
    # Where a neuron's output is itself the loss, there is no box behind it.
    if story.loss not in network.units_of:
        _draw_loss(canvas, network, where)
    labelled = _is_labelled(network)
    if not labelled or any(link.at for link in network.connections):
        _tint(canvas, network)
    flattest = sorted(range(len(network.connections)), key=lambda k: abs(angle_of(canvas.lines[f"w{k}"])))
    if not labelled:
        draw_weights(canvas, network, where)
        return 0, 0
    crossed = [label_connection(canvas, f"w{k}", network.connections[k].spot, middle) for k in flattest]
    return crossed.count(None), sum(filter(None, crossed))


def _is_labelled(network: Network) -> bool:
    """Whether the numbers of weights stand beside their edges."""
    links, units = network.connections, network.units
    between = Counter((units[link.source].layer, units[link.target].layer) for link in links)
    return len(links) <= _MOST_LABELS and max(between.values()) <= _MOST_BETWEEN


def _tint(canvas: Canvas, network: Network) -> None:
    """Let every edge show the sign and the size of its weight; all have one scale."""
    largest = peaks(canvas.story)
    slots = [link.spot.slot("value") for link in network.connections]
    peak = max(largest.get(slot[:2], 1.0) for slot in slots)
    canvas.tints |= {f"w{k}": (slot, peak) for k, slot in enumerate(slots)}


def _unit_places(canvas: Canvas, network: Network) -> dict[int, Point]:
    """Put layers side by side and a layer's units below each other, centred."""
    story, longest = canvas.story, canvas.longest
    units = [unit for unit in network.units if not unit.more]
    layers: dict[int, list[int]] = defaultdict(list)
    for u, unit in enumerate(network.units):
        layers[unit.layer].append(u)
    most = network.widest
    outside, inside = map(max, zip(*(map(len, _unit_lines(story, unit, most)) for unit in units), strict=True))
    # In a column of two, each writes outwards; in a longer one, a unit's numbers stand next to its neighbour's.
    lines = 2 * inside if most <= 2 else inside + outside
    pitch = 2 * canvas.radius + 24 + (LINE * lines + (36 if most <= 2 else 18) if lines else 0)
    pitch *= canvas.stretch if most > 2 else 1.0
    widths = [
        max(_unit_width(story, network.units[u], most, longest) for u in layers[layer]) for layer in sorted(layers)
    ]
    columns = [0.0]
    for layer, (left, right) in enumerate(pairwise(widths)):
        crossing = len(layers[layer]) > 1 and len(layers[layer + 1]) > 1
        step = canvas.stretch * (_CROSSING_STEP if crossing else _STEP)
        columns.append(columns[-1] + max(step, (left + right) / 2 + 2 * _MARGIN))
    # Inputs have nothing written above or below them; further apart, there is more room for the numbers of weights.
    apart = 1.4 if _is_labelled(network) else 1.0
    return {
        u: (columns[layer], pitch * (1.0 if layer else apart) * (row - (len(units) - 1) / 2))
        for layer, units in sorted(layers.items())
        for row, u in enumerate(units)
    }


def _unit_width(story: Storyboard, unit: Unit, most: int, longest: Mapping[Slot, Any]) -> float:
    """How wide a unit is with its numbers."""
    outside, inside = _unit_lines(story, unit, most)
    texts = [number_text_of(story, which, spot, 0, 0) for which, spot in (*outside, *inside)]
    return max([2 * RADIUS, *(place_of(text, longest).width for text in texts)])


def _draw_unit(canvas: Canvas, network: Network, u: int, at: Point, middle: float, most: int) -> None:
    """Draw a circle with its name and value inside and its other numbers outside.

    The bias stands towards the middle of the picture, the rest away from it, where no edges run.
    """
    story, unit, (x, y) = canvas.story, network.units[u], at
    if unit.more:
        canvas.put(Text(f"more{u}", x, y, SIZE, "badge", Symbol(f"⋮ {unit.more} more")))
        return
    outside, inside = _unit_lines(story, unit, most)
    crowded = most > _ROOMY and not story.nodes[unit.output].constant
    draw_circle(canvas, f"u{u}", unit, at, crowded)
    out = 1 if y > middle + 1 else -1
    for side, lines in zip((out, -out), (outside, inside), strict=True):
        for line, (which, spot) in enumerate(lines):
            canvas.put(number_text_of(story, which, spot, x, y + side * (canvas.radius + 22 + LINE * line)))


def draw_circle(canvas: Canvas, id_: str, unit: Unit, at: Point, with_gradient: bool) -> None:
    """Draw a circle with name and value inside, and the gradient too if there is no room for it outside."""
    story, spot, (x, y) = canvas.story, unit.spot, at
    side, name = 2 * canvas.radius, spot.label(story)
    canvas.shapes.append(Shape(id_, "unit", x, y, side, side, round=True))
    canvas.taken[id_] = tuple(Place(x, y, side + 4, side + 4, angle) for angle in (0.0, 45.0))
    value, gradient = spot.slot("value"), spot.slot("gradient")
    if with_gradient:
        canvas.texts += [
            Text(f"name{spot.key}", x, y - 36, _SMALL, "name", name, room=canvas.radius * 1.6),
            Text(f"value{spot.key}", x, y, _SMALL, "value", None, value, room=canvas.radius * 1.85),
            Text(f"gradient{spot.key}", x, y + 36, _SMALL, "gradient", None, gradient, room=canvas.radius * 1.6),
        ]
    else:
        room = canvas.radius * 1.6
        canvas.texts.append(Text(f"name{spot.key}", x, y - 19, SIZE, "name", name, room=room))
        canvas.texts.append(Text(f"value{spot.key}", x, y + 19, SIZE, "value", None, value, room=room))


def _unit_lines(story: Storyboard, unit: Unit, most: int) -> tuple[list[tuple[Which, Spot]], list[tuple[Which, Spot]]]:
    """List the numbers to write beside a unit, outwards and inwards: fewer, the more units share a column."""
    if unit.more or most > _ROOMY:
        return [], []
    graded = [spot for spot in (unit.spot, *unit.sums, *unit.bias_spots) if not story.nodes[spot.node].constant]
    if most == _ROOMY:
        return [("gradient", spot) for spot in graded[:1]], []
    sums, gradients = _each("value", unit.sums), _each("gradient", graded)
    return sums + gradients, _each("value", unit.bias_spots)


def _each(which: Which, spots: list[Spot]) -> list[tuple[Which, Spot]]:
    """Say of several places which of their numbers is meant."""
    return [(which, spot) for spot in spots]


def _draw_loss(canvas: Canvas, network: Network, where: Mapping[int, Point]) -> None:
    """Draw the loss as a box, with the numbers it is made of below, as near to the last layer as these allow."""
    story, last = canvas.story, max(x for x, _ in where.values())
    ends = [u for u, unit in enumerate(network.units) if not unit.more and _feeds_rest(story, network, unit.output)]
    y = where[ends[0]][1] if len(ends) == 1 else sum(y for _, y in where.values()) / len(where)
    lines = [("gradient", story.loss), *_parts_of_loss(story, network)]
    for distance in (222, 262, 302, 342, 402, 482, 600, 800, 1100, 1500):
        x = last + distance
        ways = [straight((where[u][0] + canvas.radius, where[u][1]), (x - 78, y)) for u in ends]
        texts = [
            number_text_of(story, which, Spot(k), x, y + 76 + LINE * line) for line, (which, k) in enumerate(lines)
        ]
        rooms = [place_of(text, canvas.longest) for text in texts]
        crossed = any(room.meets(line_place(way)) for room in rooms for way in ways)
        if not crossed and canvas.free(*texts, across=True):
            break
    canvas.put(*texts)
    for u, way in zip(ends, ways, strict=True):
        draw_line(canvas, f"l{u}", way)
    canvas.shapes.append(Shape("loss", "loss", x, y, 156, 108))
    canvas.taken["loss"] = (Place(x, y, 162, 114),)
    canvas.texts.append(Text(f"name{story.loss}", x, y - 19, SIZE, "name", story.nodes[story.loss].label, room=136))
    canvas.texts.append(Text(f"value{story.loss}", x, y + 19, SIZE, "value", None, ("value", story.loss), room=136))


def _parts_of_loss(story: Storyboard, network: Network) -> list[tuple[Which, int]]:
    """List the numbers that the loss is made of, if they are few; those with long formulas are in the step's own."""
    nodes = [(k, story.nodes[k]) for k in network.rest if k != story.loss]
    parts = [k for k, node in nodes if (node.named or node.op) and prod(node.shape) <= _ROOMY]
    short = [k for k in parts if len(write(story.nodes[k].label)) <= _SHORT] if len(parts) <= 3 else []
    both: tuple[Which, Which] = ("value", "gradient")
    return [(which, k) for k in short for which in both if which == "value" or not story.nodes[k].constant]


def _draw_others(canvas: Canvas) -> None:
    """Draw the samples that are not shown as one box below the rest, which lights while something happens in them."""
    corners = [corner for places in canvas.taken.values() for corner in places[0].corners()]
    x = (min(x for x, _ in corners) + max(x for x, _ in corners)) / 2
    y = max(y for _, y in corners) + 60
    box = Shape(OTHERS, "group", x, y, 230, 56)
    canvas.shapes.append(box)
    canvas.taken[OTHERS] = (Place(x, y, box.width + 6, box.height + 6),)
    canvas.texts.append(Text("name-others", x, y, SIZE, "name", Symbol("other samples"), room=210))


def _feeds_rest(story: Storyboard, network: Network, output: int) -> bool:
    """Whether the loss is computed from this node directly."""
    return any(output in story.nodes[k].parents for k in network.rest)
