"""A recurrent network unrolled in time: a column for every step, the weights that all steps share at the left.

Nothing is declared. That weights are shared is read from the graph: the same leaf is used again by a neuron that an
earlier use of it feeds. Beside each use stands what it contributes to the gradient of its weight.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from microgradphys.mathematics import Math, Symbol
from microgradphys.notation import write
from viz.grids import peaks
from viz.networks.array_boxes import draw_block, draw_loss, draw_scale
from viz.networks.array_network import Axes
from viz.networks.canvas import RADIUS, Canvas, angle_of, at_part, cropped, draw_line, number_text_of, put_note
from viz.networks.heat_view import layer_block, leaf_block
from viz.networks.network_view import draw_circle
from viz.networks.repeats import Time
from viz.networks.short_names import is_long
from viz.networks.units import Network, Unit
from viz.picture import Picture, Point, Route, Slot, Text, backwards, longest_numbers, place_of, straight
from viz.steps import Move
from viz.storyboard import Storyboard

_SIZE = 22.0
_ASIDE, _UP = 230.0, 110.0
# With more uses of weights than these, numbers beside them would be a thicket.
_MOST_LABELS = 60


def time_picture(story: Storyboard, network: Network, time: Time, axes: list[Axes] | None) -> Picture:
    """Lay out a network in columns of time.

    Args:
        story: the storyboard whose nodes are drawn.
        network: what was found in it: neurons, or layers of arrays.
        time: the column and the row of each.
        axes: of each layer's arrays; None for neurons.
    """
    canvas = Canvas(story, longest_numbers(story))
    names = _names(story, network, time)
    blocks = (
        []
        if axes is None
        else [replace(layer_block(story, x, u, axes[u]), label=names[u]) for u, x in enumerate(network.units)]
    )
    sizes = [block.size for block in blocks] or [_circle_size(canvas, unit) for unit in network.units]
    where = _places(time, sizes)
    largest = peaks(story)
    for u, unit in enumerate(network.units):
        if blocks:
            draw_block(canvas, blocks[u], where[u], largest)
            continue
        draw_circle(canvas, f"u{u}", replace(unit, label=names[u]), where[u], with_gradient=False)
        if not story.nodes[unit.output].constant:
            canvas.put(_gradient_text(canvas, unit, names[u], where[u]))
    rims = [block.size for block in blocks] or [(2 * RADIUS, 2 * RADIUS)] * len(network.units)
    for k, link in enumerate(network.connections):
        draw_line(canvas, f"w{k}", _way(where, rims, link.source, link.target, bool(blocks)))
    _draw_end(canvas, network, where, rims)
    _draw_headers(canvas, time, first_time(network, time), where, sizes)
    _draw_shared(canvas, network, largest)
    for k, link in enumerate(network.connections if len(network.connections) <= _MOST_LABELS else []):
        _label(canvas, network, f"w{k}", link.product, link.weight)
    loss = write(story.nodes[story.loss].label)
    put_note(canvas, f"+∂{loss}: what this use of a weight contributes to its gradient, which is the sum over time")
    if canvas.grids:
        draw_scale(canvas)
    return cropped(canvas, {move.id: _route(story, network, move, canvas.lines) for move in story.moves})


def _names(story: Storyboard, network: Network, time: Time) -> dict[int, Math]:
    """What the units are called: data without a name x₁, x₂ … as time goes, the rest as one of their row is called.

    Where none of a row has a name, states are h₁, h₂ … and outputs y₁, y₂ ….
    """
    named = {write(node.label) for node in story.nodes if node.named}
    first = first_time(network, time)
    rows: dict[int, str] = {}
    for u, unit in enumerate(network.units):
        node = story.nodes[unit.output]
        if node.named and unit.total is not None:
            rows.setdefault(time.places[u][1], write(node.label))
    found: dict[int, Math] = {}
    for u, unit in enumerate(network.units):
        (column, row), node = time.places[u], story.nodes[unit.output]
        when = column + first
        found[u] = node.label
        if node.named:
            continue
        if unit.total is None and node.op is None and node.constant:
            name = f"x_{{{when}}}"
            found[u] = Symbol("start" if when == 0 else name)
            if write(Symbol(name)) in named and when:
                found[u] = Symbol(f"input {when}")
        elif row in rows and unit.total is not None:
            found[u] = Symbol(f"{rows[row]} at t = {when}")
        elif unit.total is not None and is_long(story, unit.output):
            fed_by_itself = any(link.target == u and time.places[link.source][1] == row for link in network.connections)
            name = Symbol(f"{'h' if fed_by_itself else 'y'}_{{{when}}}")
            found[u] = node.label if write(name) in named else name
    return found


def first_time(network: Network, time: Time) -> int:
    """The time of the first column: 0 where it holds nothing but a first state, else 1."""
    inside = [u for u, (column, _) in time.places.items() if column == 0]
    return 0 if all(network.units[u].total is None for u in inside) else 1


def _circle_size(canvas: Canvas, unit: Unit) -> tuple[float, float]:
    """The room of a neuron with its gradient below."""
    if canvas.story.nodes[unit.output].constant:
        return 2 * RADIUS, 2 * RADIUS
    width = place_of(
        _gradient_text(canvas, unit, canvas.story.nodes[unit.output].label, (0.0, 0.0)), canvas.longest
    ).width
    return max(2 * RADIUS, 2 * width - 2 * RADIUS), 2 * RADIUS + 36


def _gradient_text(canvas: Canvas, unit: Unit, name: Math, at: Point) -> Text:
    """The gradient of a neuron, below it and to the left, so that the way from below runs beside it."""
    story = canvas.story
    text = number_text_of(story, "gradient", unit.spot, *at)
    if not isinstance(name, Symbol) or not story.nodes[unit.output].named:
        text = replace(text, math=Symbol("∂" + write(story.nodes[story.loss].label)))
    width = place_of(text, canvas.longest).width
    return replace(text, x=at[0] - width / 2 - 8, y=at[1] + RADIUS + 20)


def _places(time: Time, sizes: list[tuple[float, float]]) -> dict[int, Point]:
    """Put columns side by side and rows above each other."""
    across: dict[int, float] = defaultdict(float)
    up: dict[int, float] = defaultdict(float)
    for u, (column, row) in time.places.items():
        across[column] = max(across[column], sizes[u][0])
        up[row] = max(up[row], sizes[u][1])
    x, left = {}, 0.0
    for column in sorted(across):
        x[column] = left + across[column] / 2
        left += across[column] + _ASIDE
    y, bottom = {}, 0.0
    for row in sorted(up):
        y[row] = bottom - up[row] / 2
        bottom -= up[row] + _UP
    return {u: (x[column], y[row]) for u, (column, row) in time.places.items()}


def _way(
    where: dict[int, Point], rims: list[tuple[float, float]], source: int, target: int, boxes: bool
) -> tuple[Point, ...]:
    """A straight line from rim to rim; neurons above an input that has its gradient in between are met at the side."""
    a, b = where[source], where[target]
    return straight(_rim(a, b, rims[source], boxes), _rim(b, a, rims[target], boxes))


def _rim(at: Point, towards: Point, size: tuple[float, float], box: bool) -> Point:
    """Where the line towards a point leaves a circle or a box."""
    dx, dy = towards[0] - at[0], towards[1] - at[1]
    if box:
        part = min(size[0] / 2 / max(abs(dx), 1e-9), size[1] / 2 / max(abs(dy), 1e-9))
    else:
        part = size[0] / 2 / max((dx * dx + dy * dy) ** 0.5, 1e-9)
    return at[0] + part * dx, at[1] + part * dy


def _draw_end(canvas: Canvas, network: Network, where: dict[int, Point], rims: list[tuple[float, float]]) -> None:
    """Draw the loss: beside the last output, or above the middle of several."""
    story = canvas.story
    if story.loss in network.units_of:
        return
    fed = {parent for k in network.rest for parent in story.nodes[k].parents}
    ends = [u for u, unit in enumerate(network.units) if unit.output in fed and unit.total is not None]
    right = max(x + rims[u][0] / 2 for u, (x, _) in where.items())
    top = min(y - rims[u][1] / 2 for u, (_, y) in where.items())
    if len(ends) == 1:
        at = (right + _ASIDE + 78, where[ends[0]][1])
    else:
        at = (sum(where[u][0] for u in ends) / len(ends) if ends else right + _ASIDE + 78, top - 200)
    draw_loss(canvas, at, 1 if len(ends) == 1 else -1)
    for u in ends:
        start = _rim(where[u], at, rims[u], bool(canvas.grids))
        draw_line(canvas, f"l{u}", straight(start, _rim(at, where[u], (156.0, 108.0), True)))


def _draw_headers(
    canvas: Canvas, time: Time, first: int, where: dict[int, Point], sizes: list[tuple[float, float]]
) -> None:
    """Number the columns below everything else."""
    bottom = max(y + sizes[u][1] / 2 for u, (_, y) in where.items()) + 46
    for column in range(time.steps):
        x = next(where[u][0] for u, (at, _) in time.places.items() if at == column)
        canvas.put(Text(f"time{column}", x, bottom, _SIZE, "badge", Symbol(f"t = {column + first}")))


def _draw_shared(canvas: Canvas, network: Network, largest: dict[Slot, float]) -> None:
    """Draw weights and biases once, at the left, with how often each is used."""
    used = Counter(link.weight for link in network.connections)
    used.update(bias for unit in network.units for bias in unit.biases)
    blocks = [leaf_block(canvas.story, node, f"used {n} times" if n > 1 else "used once") for node, n in used.items()]
    corners = [corner for places in canvas.taken.values() for corner in places[0].corners()]
    left = min(x for x, _ in corners) - _ASIDE / 2
    middle = (min(y for _, y in corners) + max(y for _, y in corners)) / 2
    top = middle - (sum(block.size[1] for block in blocks) + 20 * (len(blocks) - 1)) / 2
    for block in blocks:
        draw_block(canvas, block, (left - block.size[0] / 2, top + block.size[1] / 2), largest)
        top += block.size[1] + 20


def _label(canvas: Canvas, network: Network, id_: str, product: int, weight: int) -> None:
    """Write the weight's name and what this use contributes to its gradient beside an edge, where there is room."""
    story, points = canvas.story, canvas.lines[id_]
    edge = next((k for k, edge in enumerate(story.edges) if edge.target == product and edge.source == weight), None)
    partial = Symbol("+∂" + write(story.nodes[story.loss].label))
    name = Text(f"use-{id_}", 0, 0, _SIZE, "name", story.nodes[weight].label)
    share = Text(f"contribution{edge}", 0, 0, 18.0, "gradient", partial, ("contribution", edge or 0), span=True)
    for across in (False, True):
        for part in (0.5, 0.42, 0.58, 0.35, 0.65):
            texts = _beside(canvas, points, part, (name,) if edge is None else (name, share))
            if canvas.free(*texts, across=across):
                canvas.put(*texts)
                return


def _beside(canvas: Canvas, points: tuple[Point, ...], part: float, texts: tuple[Text, ...]) -> list[Text]:
    """Put texts at either side of a line: along it, or upright beside it where it is steep."""
    angle = angle_of(points)
    angle = angle - 180 if angle > 90 else angle + 180 if angle <= -90 else angle
    placed = []
    for side, text in zip((-1, 1), texts, strict=False):
        if abs(angle) <= 60:
            x, y = at_part(points, part, side * 18.0 * (1 if points[0][0] <= points[-1][0] else -1))
            placed.append(replace(text, x=x, y=y, angle=angle))
        else:
            x, y = at_part(points, part, 0.0)
            placed.append(replace(text, x=x + side * (place_of(text, canvas.longest).width / 2 + 10), y=y))
    return placed


def _route(story: Storyboard, network: Network, move: Move, lines: dict[str, tuple[Point, ...]]) -> Route:
    """Find what a move lights: one use of a weight, a neuron, the loss; where a weight is updated, the weight."""
    edge = None if move.edge is None else story.edges[move.edge]
    product = move.node if edge is None else edge.target
    links = network.links_of_product.get(product, [])
    if links and (edge is not None or move.phase != "backward"):
        k = links[0]
        if edge is None:
            return Route((f"w{k}",), lines[f"w{k}"])
        return Route((f"w{k}",), backwards(lines[f"w{k}"]))
    if edge is not None and edge.source in network.links_of_product:
        return Route((f"w{network.links_of_product[edge.source][0]}",))
    if move.node in network.links_of_weight:
        return Route((f"p{move.node}",))
    units = network.units_of.get(move.node, [])
    if units and move.node in network.units[units[0]].biases:
        using = [u for u in units if edge is not None and edge.target in network.units[u].inside]
        return Route(tuple(f"u{u}" for u in using) or (f"p{move.node}",))
    if units:
        end = f"l{units[0]}"
        if edge is not None and edge.target in network.rest and end in lines:
            return Route((end,), backwards(lines[end]))
        return Route((f"u{units[0]}",))
    fed = [f"l{u}" for u, unit in enumerate(network.units) if unit.output in story.nodes[move.node].parents]
    fed = [id_ for id_ in fed if id_ in lines]
    if fed and move.phase != "backward":
        return Route((fed[0],), lines[fed[0]])
    return Route(("loss",)) if story.loss not in network.units_of else Route((f"u{network.units_of[story.loss][0]}",))
