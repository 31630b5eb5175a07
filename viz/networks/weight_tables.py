"""Weights below the edges of a network, where beside the edges others would cross them: as tables, or as heat maps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from microgradphys.mathematics import Math, Symbol
from microgradphys.notation import write
from viz.grids import peaks
from viz.networks.array_boxes import draw_block
from viz.networks.canvas import Canvas
from viz.networks.heat_view import leaf_block
from viz.networks.units import Connection, Network, Spot
from viz.picture import Place, Point, Shape, Text

_SIZE, _LINE, _PAD = 21.0, 27.0, 14.0
_BELOW, _BETWEEN = 40.0, 20.0
# Of a column of numbers, and of the column of names before it.
_CELL, _HEAD = 124.0, 92.0
# More rows or columns than these are a heat map, where the weights are one array.
_LARGEST = 4


def draw_weights(canvas: Canvas, network: Network, where: Mapping[int, Point]) -> None:
    """Draw what is between each two layers below the edges there: its weights and its biases with their gradients.

    Args:
        canvas: the picture, with units and edges on it.
        network: units and connections.
        where: the centres of the units.
    """
    top = max(y for places in canvas.taken.values() for _, y in places[0].corners()) + _BELOW
    left = -float("inf")
    for links in _gaps(network):
        ends = [where[u][0] for link in links for u in (link.source, link.target)]
        middle = (min(ends) + max(ends)) / 2
        rows, columns = (
            list(dict.fromkeys(units)) for units in zip(*((x.source, x.target) for x in links), strict=True)
        )
        if max(len(rows), len(columns)) <= _LARGEST:
            left = _draw_table(canvas, network, links, rows, columns, (middle, top), left)
        elif any(link.at for link in links):
            left = _draw_maps(canvas, network, links, (middle, top), left)


def _gaps(network: Network) -> list[list[Connection]]:
    """The connections by the two layers that they connect, from left to right."""
    found: dict[tuple[int, int], list[Connection]] = defaultdict(list)
    for link in network.connections:
        found[network.units[link.source].layer, network.units[link.target].layer].append(link)
    return [links for _, links in sorted(found.items())]


def _draw_maps(canvas: Canvas, network: Network, links: list[Connection], at: Point, left: float) -> float:
    """Draw arrays of weights and biases as heat maps side by side; return where they end."""
    biases = [node for link in links for node in network.units[link.target].biases]
    blocks = [leaf_block(canvas.story, node) for node in dict.fromkeys([*(link.weight for link in links), *biases])]
    width = sum(block.size[0] for block in blocks) + _BETWEEN * (len(blocks) - 1)
    x = max(at[0] - width / 2, left + _BETWEEN)
    largest = peaks(canvas.story, [(which, block.node) for block in blocks for which in ("value", "gradient")])
    for block in blocks:
        draw_block(canvas, block, (x + block.size[0] / 2, at[1] + block.size[1] / 2), largest)
        x += block.size[0] + _BETWEEN
    return x - _BETWEEN


def _draw_table(
    canvas: Canvas,
    network: Network,
    links: list[Connection],
    rows: list[int],
    columns: list[int],
    at: Point,
    left: float,
) -> float:
    """Draw a table with a row for each source and a column for each target; return where it ends."""
    story, units = canvas.story, network.units
    spots = {(rows.index(link.source), columns.index(link.target)): link.spot for link in links}
    names = [units[u].spot.label(story) for u in rows]
    biased = [(len(rows), k, spot) for k, u in enumerate(columns) for spot in units[u].bias_spots[:1]]
    if biased:
        spots |= {(row, k): spot for row, k, spot in biased}
        names.append(Symbol("bias"))
    width = _HEAD + _CELL * len(columns) + 2 * _PAD
    height = _LINE * (2 * len(names) + 2) + 2 * _PAD
    x, top = max(at[0] - width / 2, left + _BETWEEN), at[1] + _PAD
    key = f"table{units[columns[0]].layer}_{units[rows[0]].layer}"
    canvas.shapes.append(Shape(key, "group", x + width / 2, at[1] + height / 2, width, height))
    canvas.taken[key] = (Place(x + width / 2, at[1] + height / 2, width + 6, height + 6),)
    title = f"weights and ∂{write(story.nodes[story.loss].label)}"
    canvas.texts.append(
        Text(f"title-{key}", x + width / 2, top + _LINE / 2, _SIZE, "badge", Symbol(title), room=width - 12)
    )
    inside = x + _PAD + _HEAD
    for k, u in enumerate(columns):
        _heading(
            canvas, f"{key}-to{k}", units[u].spot.label(story), inside + (k + 0.5) * _CELL, top + 1.5 * _LINE, _CELL
        )
    for row, name in enumerate(names):
        _heading(canvas, f"{key}-from{row}", name, x + _PAD + _HEAD / 2, top + (2 * row + 3) * _LINE, _HEAD)
    for (row, k), spot in spots.items():
        _draw_cell(canvas, spot, (inside + (k + 0.5) * _CELL, top + (2 * row + 2.5) * _LINE))
    return x + width


def _heading(canvas: Canvas, id_: str, name: Math, x: float, y: float, room: float) -> None:
    """Write the name of a row or of a column."""
    canvas.texts.append(Text(id_, x, y, _SIZE, "name", name, room=room - 10))


def _draw_cell(canvas: Canvas, spot: Spot, at: Point) -> None:
    """Write a weight, and its gradient below it."""
    (x, y), room = at, _CELL - 8
    canvas.texts += [
        Text(f"value{spot.key}", x, y, _SIZE, "value", None, spot.slot("value"), room=room),
        Text(f"gradient{spot.key}", x, y + _LINE * 0.92, _SIZE, "gradient", None, spot.slot("gradient"), room=room),
    ]
