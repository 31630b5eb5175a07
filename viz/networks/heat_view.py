"""Large networks of arrays: a box for every layer and every matrix of weights, their numbers as heat maps."""

from __future__ import annotations

from collections import defaultdict

from microgradphys.mathematics import Math, Symbol
from microgradphys.notation import write
from viz.grids import peaks
from viz.networks.array_boxes import Block, draw_block, draw_loss, draw_scale
from viz.networks.array_network import ArrayNetwork, Axes
from viz.networks.canvas import Canvas, cropped, draw_line
from viz.networks.short_names import is_long, short_name
from viz.networks.units import Network, Unit
from viz.picture import Picture, Point, Route, backwards, longest_numbers, straight
from viz.steps import Move
from viz.storyboard import Storyboard

_BETWEEN, _BELOW = 56.0, 30.0


def heat_picture(story: Storyboard, found: ArrayNetwork) -> Picture:
    """Lay out a network of arrays: data, weights, activations from left to right, the loss at the end.

    Args:
        story: the storyboard whose arrays are drawn.
        found: what `read_arrays` found in it.
    """
    canvas = Canvas(story, longest_numbers(story))
    network = found.network
    columns: dict[int, list[Block]] = defaultdict(list)
    for u, unit in enumerate(network.units):
        columns[2 * unit.layer].append(layer_block(story, unit, u, found.axes[u]))
    for node in dict.fromkeys(link.weight for link in network.connections):
        layer = min(network.units[link.target].layer for link in network.connections if link.weight == node)
        columns[2 * layer - 1].append(leaf_block(story, node))
    for unit in network.units:
        for bias in unit.biases:
            columns[2 * unit.layer - 1].append(leaf_block(story, bias))
    where = _places(columns)
    largest = peaks(story)
    for blocks in columns.values():
        for block in blocks:
            draw_block(canvas, block, where[block.id], largest)
    sizes = {block.id: block.size for blocks in columns.values() for block in blocks}
    _draw_ways(canvas, network, where, sizes)
    draw_scale(canvas)
    routes = {move.id: _route(story, network, move, canvas.lines) for move in story.moves}
    return cropped(canvas, routes)


def layer_block(story: Storyboard, unit: Unit, u: int, axes: Axes) -> Block:
    """The block of a layer's output, or of the data that comes in."""
    node = story.nodes[unit.output]
    return Block(
        f"u{u}",
        "unit" if unit.total is not None else "constant" if node.constant else "leaf",
        unit.output,
        _name(story, unit),
        as_matrix(node.shape, axes),
        gradient=not node.constant,
    )


def _name(story: Storyboard, unit: Unit) -> Math:
    """What a layer is called: x or a⁽¹⁾ if the program has no name for it and its formula is long."""
    node = story.nodes[unit.output]
    if node.constant and not node.named and node.op is None:
        return data_name(story)
    taken = {write(one.label) for one in story.nodes if one.named}
    name = short_name("a", unit.layer, 0, (), taken) if unit.total is not None and is_long(story, unit.output) else None
    return name or node.label


def leaf_block(story: Storyboard, node: int, note: str = "") -> Block:
    """The block of weights or biases."""
    leaf = story.nodes[node]
    return Block(f"p{node}", "leaf", node, leaf.label, as_matrix(leaf.shape, Axes(0, None)), note)


def as_matrix(shape: tuple[int, ...], axes: Axes) -> tuple[int, int]:
    """The shape as rows and columns: one sample is a row, several samples stand as in the program."""
    if len(shape) == 2:
        return shape[0], shape[1]
    size = shape[0] if shape else 1
    return (size, 1) if axes.units is None and shape else (1, size)


def data_name(story: Storyboard) -> Math:
    """What data without a name is called."""
    taken = {write(node.label) for node in story.nodes if node.named}
    return Symbol("input") if "x" in taken else Symbol("x")


def _places(columns: dict[int, list[Block]]) -> dict[str, Point]:
    """Put columns side by side, and the blocks of a column below each other, centred."""
    where: dict[str, Point] = {}
    left = 0.0
    for _, blocks in sorted(columns.items()):
        width = max(block.size[0] for block in blocks)
        top = -(sum(block.size[1] for block in blocks) + _BELOW * (len(blocks) - 1)) / 2
        for block in blocks:
            where[block.id] = (left + width / 2, top + block.size[1] / 2)
            top += block.size[1] + _BELOW
        left += width + _BETWEEN
    return where


def _draw_ways(
    canvas: Canvas, network: Network, where: dict[str, Point], sizes: dict[str, tuple[float, float]]
) -> None:
    """Draw the ways between the blocks, and from the last layers to the loss."""

    def way(id_: str, source: str, target: str) -> None:
        (x0, y0), (x1, y1) = where[source], where[target]
        low = y1 - sizes[target][1] / 2 + 16
        high = y1 + sizes[target][1] / 2 - 16
        end = min(max(y0, low), high)
        draw_line(canvas, id_, straight((x0 + sizes[source][0] / 2, y0), (x1 - sizes[target][0] / 2, end)))

    for k, link in enumerate(network.connections):
        way(f"a{k}", f"u{link.source}", f"p{link.weight}")
        way(f"b{k}", f"p{link.weight}", f"u{link.target}")
    for u, unit in enumerate(network.units):
        for bias in unit.biases:
            way(f"c{u}_{bias}", f"p{bias}", f"u{u}")
    story = canvas.story
    if story.loss in network.units_of:
        return
    fed = {parent for k in network.rest for parent in story.nodes[k].parents}
    ends = [u for u, unit in enumerate(network.units) if unit.output in fed and unit.total is not None]
    right = max(where[id_][0] + sizes[id_][0] / 2 for id_ in where)
    level = sum(where[f"u{u}"][1] for u in ends) / len(ends) if ends else 0.0
    where["loss"], sizes["loss"] = (right + _BETWEEN + 78, level), (156.0, 108.0)
    draw_loss(canvas, where["loss"])
    for u in ends:
        way(f"l{u}", f"u{u}", "loss")


def _route(story: Storyboard, network: Network, move: Move, lines: dict[str, tuple[Point, ...]]) -> Route:
    """Find the blocks and ways that a move lights, and the way the dot goes."""
    edge = None if move.edge is None else story.edges[move.edge]
    product = move.node if edge is None else edge.target
    links = network.links_of_product.get(product, [])
    if links and (edge is not None or move.phase != "backward"):
        k = links[0]
        weight = f"p{network.connections[k].weight}"
        if edge is None:
            return Route((f"a{k}", weight, f"b{k}"), lines[f"b{k}"])
        if story.nodes[edge.source].op is None and edge.source == network.connections[k].weight:
            return Route((f"b{k}", weight), backwards(lines[f"b{k}"]))
        if edge.source == network.units[network.connections[k].source].output:
            return Route((f"a{k}", f"b{k}"), backwards(lines[f"a{k}"]))
        return Route((f"b{k}", weight), backwards(lines[f"b{k}"]))
    if edge is not None and edge.source in network.links_of_product:
        return Route((f"b{network.links_of_product[edge.source][0]}",))
    return _route_of_rest(story, network, move, lines)


def _route_of_rest(story: Storyboard, network: Network, move: Move, lines: dict[str, tuple[Point, ...]]) -> Route:
    """Find what a move outside the products lights: a bias and its way, a layer, a matrix, the loss."""
    node, edge = move.node, None if move.edge is None else story.edges[move.edge]
    if node in network.links_of_weight:
        return Route((f"p{node}",))
    for u in network.units_of.get(node, ()):
        way = f"c{u}_{node}"
        if way in lines and edge is not None and edge.target in network.units[u].inside:
            return Route((way, f"p{node}"), backwards(lines[way]))
        if way in lines:
            return Route((f"p{node}",))
        end = f"l{u}"
        if end in lines and edge is not None and edge.target in network.rest:
            return Route((end,), backwards(lines[end]))
        return Route((f"u{u}",))
    turned = [link.weight for link in network.connections if link.weight in story.nodes[node].parents]
    if turned and story.nodes[node].op == "transpose":
        return Route((f"p{turned[0]}",))
    parents = set(story.nodes[node].parents)
    fed = [f"l{u}" for u, unit in enumerate(network.units) if unit.output in parents and f"l{u}" in lines]
    if fed and move.phase != "backward":
        return Route((fed[0],), lines[fed[0]])
    return Route(("loss",) if story.loss not in network.units_of else (f"u{network.units_of[story.loss][0]}",))
