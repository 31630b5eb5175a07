"""Reading a network out of a graph: which nodes are inputs, neurons, weights and biases.

Nothing is declared. A neuron is a sum of products of a weight (a leaf) with an input or another neuron's output,
perhaps with a bias and an activation function, as `sigmoid(W11 * x1 + W12 * x2 + b1)`. An input is a leaf, a constant
with a name, or a plain number in a neuron with an activation function. A graph that is not built so has no network
view, and the graph view shows it. Networks of arrays are read in `viz.networks.array_network`, weights that are used
several times (samples, time) in `viz.networks.repeats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from functools import cached_property

from microgradphys.arranging import arrange
from microgradphys.mathematics import Call, Math, Number, Symbol
from microgradphys.notation import write
from viz.networks.units import Connection, Network, Unit
from viz.steps import Node
from viz.storyboard import Storyboard

LARGEST = 60
PRODUCTS = ("multiply", "matmul", "einsum")
_MOST_READ = 3000


def read_network(story: Storyboard) -> Network | None:
    """Find the network in a storyboard's graph of scalars, or None if there is none of a size to draw.

    >>> from microgradphys import Value, constant, sigmoid
    >>> y = sigmoid(Value(0.5, "w") * constant(2.0, "x") + Value(0.1, "b"))
    >>> net = read_network(Storyboard((y - 1) ** 2))
    >>> len(net.units), len(net.connections)
    (2, 1)
    """
    network = read_units(story)
    if network is None or network.repeats or not drawable(network):
        return None
    return network


def drawable(network: Network) -> bool:
    """Whether a network is small enough to draw every neuron."""
    return len(network.units) <= LARGEST and len(network.connections) <= 4 * LARGEST


def read_units(story: Storyboard) -> Network | None:
    """Find the neurons in a graph of scalars; a weight may be used by several."""
    nodes = story.nodes
    uses = Counter(parent for node in nodes for parent in node.parents)
    child = {parent: k for k, node in enumerate(nodes) for parent in node.parents}
    reader = _Reader(nodes, uses)
    for k, node in enumerate(nodes):
        if node.shape or node.op not in ("add", "subtract", "multiply") or continues(nodes, k, uses, child):
            continue
        if len(reader.units) > _MOST_READ:
            return None
        reader.neuron(k, activation(story, k, uses, child))
    units, connections = reader.units, reader.connections
    rest = rest_of(nodes, units, connections)
    if (
        not connections
        or not one_role_each(units, connections)
        or any(_goes_on(nodes, k, reader.unit_of) for k in rest)
        or _is_used_elsewhere(nodes, units, connections)
    ):
        return None
    # Sums of products are everywhere; it takes an activation function, or inputs that say so, to be a network.
    active = any(unit.total is not None and unit.total != unit.output for unit in units)
    if not active and not all(nodes[unit.output].constant for unit in units if unit.total is None):
        return None
    return Network(units, connections, rest)


def one_role_each(units: Sequence[Unit], connections: Sequence[Connection]) -> bool:
    """Whether every leaf is an input, a weight or a bias and nothing else, and no product is counted twice."""
    inputs = {unit.output for unit in units if unit.total is None}
    biases = {bias for unit in units for bias in unit.biases}
    weights = {link.weight for link in connections}
    once = len({link.product for link in connections}) == len(connections)
    once = once and all(len(set(unit.biases)) == len(unit.biases) for unit in units)
    return once and not (inputs & biases or inputs & weights or biases & weights)


def _is_used_elsewhere(nodes: Sequence[Node], units: Sequence[Unit], connections: Sequence[Connection]) -> bool:
    """Whether a weight multiplies what is computed from a neuron without being one: then not all neurons were read."""
    weights, products = {link.weight for link in connections}, {link.product for link in connections}
    after = {unit.output for unit in units if unit.total is not None}
    for k, node in enumerate(nodes):
        if after.intersection(node.parents):
            after.add(k)
        one, *other = node.parents if node.op == "multiply" else (k,)
        if k not in products and other:
            pairs = ((one, other[0]), (other[0], one))
            if any(weight in weights and nodes[source].op is not None and source in after for weight, source in pairs):
                return True
    return False


def _goes_on(nodes: Sequence[Node], k: int, unit_of: Mapping[int, int]) -> bool:
    """Whether a node that was not read multiplies a neuron's output with a leaf: then not all neurons were read."""
    if nodes[k].op != "multiply":
        return False
    leaves = [parent for parent in nodes[k].parents if nodes[parent].op is None and not nodes[parent].constant]
    return bool(leaves) and any(nodes[parent].op is not None and parent in unit_of for parent in nodes[k].parents)


class _Reader:
    """Collects units and connections, one neuron after the other."""

    def __init__(self, nodes: Sequence[Node], uses: Counter[int]) -> None:
        """Begin with none."""
        self.nodes, self.uses = nodes, uses
        self.units: list[Unit] = []
        self.connections: list[Connection] = []
        self.unit_of: dict[int, int] = {}
        self._numbers: dict[tuple[int, float, int], int] = {}
        self._used: Counter[int] = Counter()
        # What multiplies something computed is a weight, also where it multiplies a leaf.
        self._weights = _multipliers(nodes)

    @cached_property
    def _taken(self) -> set[str]:
        """The names that the program uses."""
        return {write(node.label) for node in self.nodes if node.named}

    def neuron(self, k: int, output: int) -> None:
        """Add the neuron whose weighted sum is node `k`, if it is one."""
        nodes = self.nodes
        terms, inside = terms_of(nodes, k, self.uses)
        links = [_link(nodes, term, self.unit_of, self.uses, self._weights) for term in terms]
        products = [(term, *link) for term, link in zip(terms, links, strict=True) if link]
        others = [term for term, link in zip(terms, links, strict=True) if not link]
        if not products or any(nodes[term].op is not None or nodes[term].shape for term in others):
            return
        plain = any(nodes[source].constant and not nodes[source].named for _, _, source in products)
        if plain and (output == k or len(terms) < 2):
            return
        found = [
            (term, weight, self._source(place, weight, source)) for place, (term, weight, source) in enumerate(products)
        ]
        layer = 1 + max(self.units[source].layer for _, _, source in found)
        self.unit_of[output] = len(self.units)
        biases = [term for term in others if not nodes[term].constant]
        self.units.append(Unit(output, k, layer, biases, {*inside, k, output}))
        self.connections += [Connection(weight, term, source, self.unit_of[output]) for term, weight, source in found]

    def _source(self, place: int, weight: int, source: int) -> int:
        """Return the unit that a weight is multiplied with; plain numbers in the same place are the same input."""
        node = self.nodes[source]
        if node.constant and not node.named and isinstance(node.label, Number) and source not in self.unit_of:
            # The second use of a weight is another sample: its inputs are others, even if they are equal.
            key = (place, float(node.label.value), self._used[weight])
            self.unit_of[source] = self._numbers.setdefault(key, len(self.units))
            if self.unit_of[source] == len(self.units):
                self.units.append(Unit(source, None, 0, label=input_name(self._taken, place)))
        elif source not in self.unit_of:
            self.unit_of[source] = len(self.units)
            self.units.append(Unit(source, None, 0))
        self._used[weight] += 1
        return self.unit_of[source]


def input_name(taken: Container[str], place: int) -> Math:
    """What an input without a name is called: x₁, unless the program calls something else so."""
    name = Symbol(f"x_{{{place + 1}}}")
    return Symbol(f"input {place + 1}") if write(name) in taken else name


def continues(nodes: Sequence[Node], k: int, uses: Counter[int], child: dict[int, int]) -> bool:
    """Whether a sum or product is only a part of a larger sum; a product may have a name of its own."""
    if uses[k] != 1 or (nodes[k].named and nodes[k].op not in PRODUCTS):
        return False
    return _adds(nodes, child[k])


def _adds(nodes: Sequence[Node], k: int) -> bool:
    """Whether a node is an addition, or the subtraction of a bias or a product, which a neuron may hold."""
    if nodes[k].op == "subtract":
        taken = nodes[nodes[k].parents[1]]
        return taken.op in PRODUCTS or (taken.op is None and not taken.constant)
    return nodes[k].op == "add"


def terms_of(nodes: Sequence[Node], root: int, uses: Counter[int]) -> tuple[list[int], set[int]]:
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


def _multipliers(nodes: Sequence[Node]) -> set[int]:
    """The leaves that multiply something that is computed from leaves."""
    found: set[int] = set()
    for node in nodes:
        if node.op == "multiply":
            computed = [k for k in node.parents if nodes[k].op is not None and not nodes[k].constant]
            found.update(k for k in node.parents if computed and nodes[k].op is None)
    return found


def _link(
    nodes: Sequence[Node], k: int, unit_of: dict[int, int], uses: Counter[int], weights: set[int]
) -> tuple[int, int] | None:
    """Tell the weight from the source in a product, or None if it is not a weighted input."""
    if nodes[k].op != "multiply" or nodes[k].parents[0] == nodes[k].parents[1]:
        return None
    a, b = nodes[k].parents
    for weight, source in ((a, b), (b, a)):
        is_weight = nodes[weight].op is None and not nodes[weight].constant and weight not in unit_of
        if is_weight and (source in unit_of or _given(nodes[source])):
            return weight, source
    if nodes[a].op is None and nodes[b].op is None and not nodes[a].constant and not nodes[b].constant:
        if (a in weights) != (b in weights):
            return (a, b) if a in weights else (b, a)
        # Two leaves: an input feeds several neurons, or is called x; else the weight is written first.
        swapped = uses[a] > uses[b] or (uses[a] == uses[b] and write(nodes[a].label).startswith("x"))
        return (b, a) if swapped else (a, b)
    return None


def _given(node: Node) -> bool:
    """Whether a node may be an input: a constant with a name, or a plain number."""
    return node.constant and not node.shape and (node.named or node.op is None)


def activation(story: Storyboard, k: int, uses: Counter[int], child: dict[int, int]) -> int:
    """Return the node of the activation function applied to a sum, or the sum itself."""
    if uses[k] != 1:
        return k
    row = story.recording[child[k]].primitive
    if row is None or row.arity != 1 or not row.partials:
        return k
    written = arrange(row, [story.nodes[k].label], {})
    return child[k] if isinstance(written, Call) else k


def rest_of(nodes: Sequence[Node], units: list[Unit], connections: list[Connection]) -> list[int]:
    """Return the nodes outside every unit and connection."""
    drawn = {unit.output for unit in units} | {bias for unit in units for bias in unit.biases}
    drawn |= {k for unit in units for k in unit.inside}
    drawn |= {k for link in connections for k in (link.weight, link.product)}
    return [k for k in range(len(nodes)) if k not in drawn]
