"""What each move lights in the picture of a network, and the way that the dot goes."""

from __future__ import annotations

from viz.networks.units import Network
from viz.picture import Point, Route, backwards, straight
from viz.steps import Move
from viz.storyboard import Storyboard

# The box of the samples that are not drawn.
OTHERS = "others"


def network_route(story: Storyboard, network: Network, move: Move, lines: dict[str, tuple[Point, ...]]) -> Route:
    """Find the elements that a move lights (one, in a network of scalars), and the way the dot goes."""
    back = move.phase == "backward"
    node = move.node
    edge = None if move.edge is None else story.edges[move.edge]
    source = None if edge is None else edge.source
    # A contribution to a weight that all samples share is of the sample whose product it comes from.
    if node in network.elsewhere or (edge is not None and edge.target in network.elsewhere):
        return Route((OTHERS,))
    links = network.links_of_product.get(node if edge is None else edge.target, [])
    if move.phase == "update" and node in network.links_of_weight:
        links = network.links_of_weight[node]
        return Route(tuple(f"w{k}" for k in links))
    if links and (edge is not None or not back):
        lit = tuple(f"w{k}" for k in links)
        if len(links) > 1:
            return Route(lit)
        way = lines[f"w{links[0]}"]
        if edge is None:
            return Route(lit, way)
        whole = backwards(way)
        return Route(lit, whole if source != network.connections[links[0]].weight else _half(whole))
    if edge is not None and source in network.links_of_product:
        return Route(tuple(f"w{k}" for k in network.links_of_product[source]))
    return _route_of_rest(story, network, move, lines)


def _route_of_rest(story: Storyboard, network: Network, move: Move, lines: dict[str, tuple[Point, ...]]) -> Route:
    """Find what a move outside the connections lights: a way to the loss, units, or the loss."""
    node = move.node
    edge = None if move.edge is None else story.edges[move.edge]
    ends = [f"l{u}" for u in network.units_of.get(node, ()) if f"l{u}" in lines]
    if edge is not None and ends and edge.target in network.rest:
        return Route(tuple(ends), backwards(lines[ends[0]]) if len(ends) == 1 else ())
    if move.phase != "backward" and node in network.rest:
        parents = set(story.nodes[node].parents)
        fed = [f"l{u}" for u, unit in enumerate(network.units) if unit.output in parents and f"l{u}" in lines]
        if fed and not any(unit.at for unit in network.units):
            fed = fed[:1]
        if fed:
            return Route(tuple(fed), lines[fed[0]] if len(fed) == 1 else ())
    units = network.units_of.get(node)
    return Route(tuple(f"u{u}" for u in units)) if units else Route(("loss",))


def _half(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The first half of a straight path: a contribution to a weight stops at the weight."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    return straight((x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2))
