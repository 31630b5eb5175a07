"""Reading a network out of a graph: which nodes are inputs, neurons, weights and biases.

Nothing is declared. A neuron is a sum of products of a weight (a leaf) with an input or another neuron's output,
perhaps with a bias and an activation function, as `sigmoid(W11 * x1 + W12 * x2 + b1)`. A constant input needs a name:
a number in the program is a number in the formula. A graph that is not built so
has no network view, and the graph view shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from microgradphys.mathematics import Call
from microgradphys.notation import write
from microgradphys.source import arrange
from viz.steps import Node
from viz.storyboard import Storyboard

LARGEST = 60


@dataclass
class Unit:
    """An input (no `total`), or a neuron: its weighted sum `total`, its `output` and its `biases`, as node indices."""

    output: int
    total: int | None
    layer: int
    biases: list[int] = field(default_factory=list)
    inside: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Connection:
    """A weighted edge: the weight's node, the product's node, and the two units by index."""

    weight: int
    product: int
    source: int
    target: int


@dataclass(frozen=True)
class Network:
    """Units and connections, and the nodes that belong to neither: the loss."""

    units: list[Unit]
    connections: list[Connection]
    rest: list[int]

    @cached_property
    def link_of_product(self) -> dict[int, int]:
        """The connection that a product belongs to."""
        return {link.product: k for k, link in enumerate(self.connections)}

    @cached_property
    def link_of_weight(self) -> dict[int, int]:
        """The connection that a weight belongs to."""
        return {link.weight: k for k, link in enumerate(self.connections)}

    @cached_property
    def unit_of(self) -> dict[int, int]:
        """The unit that a node belongs to: its output, its sums, its biases."""
        return {k: u for u, unit in enumerate(self.units) for k in (unit.output, *unit.inside, *unit.biases)}

    @cached_property
    def widest(self) -> int:
        """The number of units in the layer that has most."""
        return max(Counter(unit.layer for unit in self.units).values())


def read_network(story: Storyboard) -> Network | None:
    """Find the network in a storyboard's graph, or None if there is none of a size to draw.

    >>> from microgradphys import Value, constant, sigmoid
    >>> y = sigmoid(Value(0.5, "w") * constant(2.0, "x") + Value(0.1, "b"))
    >>> net = read_network(Storyboard((y - 1) ** 2))
    >>> len(net.units), len(net.connections)
    (2, 1)
    """
    nodes = story.nodes
    uses = Counter(parent for node in nodes for parent in node.parents)
    child = {parent: k for k, node in enumerate(nodes) for parent in node.parents}
    units: list[Unit] = []
    unit_of: dict[int, int] = {}
    connections: list[Connection] = []
    for k, node in enumerate(nodes):
        if node.shape or node.op not in ("add", "subtract", "multiply") or _continues(nodes, k, uses, child):
            continue
        terms, inside = _terms(nodes, k, uses)
        links = [_link(nodes, term, unit_of, uses) for term in terms]
        products = [(term, *link) for term, link in zip(terms, links, strict=True) if link]
        others = [term for term, link in zip(terms, links, strict=True) if not link]
        if not products or any(nodes[term].op is not None or nodes[term].shape for term in others):
            continue
        for _, _, source in products:
            if source not in unit_of:
                unit_of[source] = len(units)
                units.append(Unit(source, None, 0))
        output = _activation(story, k, uses, child)
        layer = 1 + max(units[unit_of[source]].layer for _, _, source in products)
        unit_of[output] = len(units)
        units.append(
            Unit(output, k, layer, [term for term in others if not nodes[term].constant], {*inside, k, output})
        )
        connections += [Connection(weight, term, unit_of[source], unit_of[output]) for term, weight, source in products]
    if not connections or len(units) > LARGEST or len(connections) > 4 * LARGEST:
        return None
    # A weight on two edges means that several samples went through: one circle cannot show two values.
    if len({link.weight for link in connections}) < len(connections):
        return None
    # Sums of products are everywhere; it takes an activation function, or inputs that say so, to be a network.
    active = any(unit.total is not None and unit.total != unit.output for unit in units)
    if not active and not all(nodes[unit.output].constant for unit in units if unit.total is None):
        return None
    return Network(units, connections, _rest(nodes, units, connections))


def _continues(nodes: Sequence[Node], k: int, uses: Counter[int], child: dict[int, int]) -> bool:
    """Whether a sum or product is only a part of a larger sum; a product may have a name of its own."""
    if uses[k] != 1 or (nodes[k].named and nodes[k].op != "multiply"):
        return False
    return _adds(nodes, child[k])


def _adds(nodes: Sequence[Node], k: int) -> bool:
    """Whether a node is an addition, or the subtraction of a bias or a product, which a neuron may hold."""
    if nodes[k].op == "subtract":
        taken = nodes[nodes[k].parents[1]]
        return taken.op == "multiply" or (taken.op is None and not taken.constant)
    return nodes[k].op == "add"


def _terms(nodes: Sequence[Node], root: int, uses: Counter[int]) -> tuple[list[int], set[int]]:
    """Take a tree of additions apart into its terms, in order; also return the additions."""
    terms: list[int] = []
    additions: set[int] = set()
    stack = [root]
    while stack:
        k = stack.pop()
        if _adds(nodes, k) and (k == root or (uses[k] == 1 and not nodes[k].named)):
            additions.add(k)
            stack.extend(reversed(nodes[k].parents))
        else:
            terms.append(k)
    return terms, additions


def _link(nodes: Sequence[Node], k: int, unit_of: dict[int, int], uses: Counter[int]) -> tuple[int, int] | None:
    """Tell the weight from the source in a product, or None if it is not a weighted input."""
    if nodes[k].op != "multiply" or nodes[k].parents[0] == nodes[k].parents[1]:
        return None
    a, b = nodes[k].parents
    for weight, source in ((a, b), (b, a)):
        is_weight = nodes[weight].op is None and not nodes[weight].constant and weight not in unit_of
        if is_weight and (source in unit_of or (nodes[source].constant and nodes[source].named)):
            return weight, source
    if nodes[a].op is None and nodes[b].op is None and not nodes[a].constant and not nodes[b].constant:
        # Two leaves: an input feeds several neurons, or is called x; else the weight is written first.
        swapped = uses[a] > uses[b] or (uses[a] == uses[b] and write(nodes[a].label).startswith("x"))
        return (b, a) if swapped else (a, b)
    return None


def _activation(story: Storyboard, k: int, uses: Counter[int], child: dict[int, int]) -> int:
    """Return the node of the activation function applied to a sum, or the sum itself."""
    if uses[k] != 1:
        return k
    row = story.recording[child[k]].primitive
    if row is None or row.arity != 1 or not row.partials:
        return k
    written = arrange(row, [story.nodes[k].label], {})
    return child[k] if isinstance(written, Call) else k


def _rest(nodes: Sequence[Node], units: list[Unit], connections: list[Connection]) -> list[int]:
    """Return the nodes outside every unit and connection."""
    drawn = {unit.output for unit in units} | {bias for unit in units for bias in unit.biases}
    drawn |= {k for unit in units for k in unit.inside}
    drawn |= {k for link in connections for k in (link.weight, link.product)}
    return [k for k in range(len(nodes)) if k not in drawn]
