"""What the page needs to compute a storyboard again with other numbers, and to know what a drawn thing stands for."""

from __future__ import annotations

from typing import Any

from microgradphys.forms import kind_of
from microgradphys.mathematics import Derivative, Infix, Symbol
from microgradphys.recipes import Recipes
from viz.networks.units import Network
from viz.picture import Index, Picture
from viz.storyboard import Storyboard

_MARK = Symbol("m")
# Of a graph that a page does not hold as a whole nothing can be computed again there.
NO_RECIPES: dict[str, Any] = {
    "forms": [], "kinds": [], "of": [], "labels": "", "joined": {}, "signs": {}, "leaves": [],
}  # fmt: skip


def recipes_of(story: Storyboard) -> dict[str, Any]:
    """Find the recipes of a storyboard's nodes.

    Returns:
        forms, kinds, of: as in `microgradphys.recipes.Recipes`. labels: for each node, of which kind its label is as
        a part of a formula. joined: the sign of labels that are products, by node. signs: the forms of terms joined by
        = + − · × and of ∂a/∂b, by number. leaves: the nodes whose numbers may be changed, by index.

    >>> from microgradphys import Value
    >>> found = recipes_of(Storyboard(Value(3.0, "x") * 2))
    >>> found["of"], found["leaves"], found["kinds"][0]["forward"]["code"]
    ([None, None, 0], [0], [['multiply', 0, 1]])
    """
    recipes = Recipes(story.printer)
    for node in story.recording:
        recipes.add(node)
    signs = {sign: recipes.form(Infix(sign, (_MARK, _MARK))) for sign in "=+−·×"}
    labels = [(k, node.label) for k, node in enumerate(story.nodes)]
    signs["∂"] = recipes.form(Derivative(_MARK, _MARK))
    return {
        "forms": recipes.forms,
        "kinds": recipes.kinds,
        "of": recipes.of,
        "labels": "".join(kind_of(node.label) for node in story.nodes),
        "joined": {k: label.sign for k, label in labels if isinstance(label, Infix) and kind_of(label) == "*"},
        "signs": signs,
        "leaves": [k for k, node in enumerate(story.nodes) if node.op is None and (node.named or not node.constant)],
    }


def things(story: Storyboard, picture: Picture, network: Network | None) -> dict[str, dict[str, Any]]:
    """Say which nodes or edge each shape and line of a picture stands for, first the one shown; of an array, where.

    >>> from microgradphys import Value
    >>> from viz.graph_view import graph_picture
    >>> story = Storyboard(Value(3.0, "x") * 2)
    >>> things(story, graph_picture(story), None)
    {'n0': {'nodes': [0], 'edge': None}, 'n2': {'nodes': [2], 'edge': None}, 'e2.0': {'nodes': [], 'edge': 0}}
    """
    nodes: dict[str, list[int]] = {node.id: [k] for k, node in enumerate(story.nodes)}
    elements: dict[str, Index] = {}
    edges = {edge.id: k for k, edge in enumerate(story.edges)}
    if network is not None:
        nodes |= _of_network(story, network)
        elements = {f"u{u}": unit.at for u, unit in enumerate(network.units)}
        elements |= {f"w{k}": link.at for k, link in enumerate(network.connections)}
    drawn = [*(shape.id for shape in picture.shapes), *(line.id for line in picture.lines)]
    found = {
        id_: {"nodes": nodes.get(id_, []), "edge": edges.get(id_)} for id_ in drawn if id_ in nodes or id_ in edges
    }
    return {id_: thing | ({"at": list(at)} if (at := elements.get(id_)) else {}) for id_, thing in found.items()}


def _of_network(story: Storyboard, network: Network) -> dict[str, list[int]]:
    """The nodes that circles, weights and the loss of the network view stand for."""
    found: dict[str, list[int]] = {"loss": [story.loss, *(k for k in network.rest if k != story.loss)]}
    for u, unit in enumerate(network.units):
        found[f"u{u}"] = [unit.output, *(k for k, of in network.units_of.items() if u in of and k != unit.output)]
        found[f"l{u}"] = [unit.output]
    for k, link in enumerate(network.connections):
        found[f"w{k}"] = [link.weight, *(product for product, of in network.links_of_product.items() if k in of)]
    return found
