"""Reading a network out of a graph of arrays: `h = np.tanh(x @ W + b)` is a layer.

A layer is a sum of matrix products of a weight (a leaf) with an input or another layer's output, perhaps with a bias
and an activation function: `x @ W`, `W @ x`, `np.dot`, `np.einsum`, of one sample or of a batch. Letters, as `einsum`
has them, say which axis of each array counts samples and which counts neurons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from microgradphys.notation import write
from viz.networks.network import (
    Connection,
    Network,
    Unit,
    activation,
    continues,
    one_role_each,
    rest_of,
    terms_of,
)
from viz.picture import Index
from viz.steps import Node
from viz.storyboard import Storyboard

_MOST_READ = 400


@dataclass(frozen=True, slots=True)
class Axes:
    """Which axis of an array counts neurons, and which samples; None where there is none."""

    units: int | None
    samples: int | None

    def at(self, unit: int, sample: int) -> Index:
        """The index of one neuron's number for one sample."""
        found = {self.units: unit, self.samples: sample}
        return tuple(found[axis] for axis in sorted(axis for axis in found if axis is not None))


@dataclass(frozen=True, slots=True)
class Product:
    """A matrix product: its weight's leaf, what it multiplies, and the axes of all three. turned: used as Wᵀ."""

    weight: int
    source: int
    given: Axes
    result: Axes
    # Which axis of the weight, as it is used, counts the neurons it comes from, and which those it leads to.
    source_axis: int
    target_axis: int | None
    turned: bool

    def at(self, source: int, target: int) -> Index:
        """The index of one weight in the leaf."""
        index = {self.source_axis: source}
        if self.target_axis is not None:
            index[self.target_axis] = target
        ordered = tuple(index[axis] for axis in sorted(index))
        return ordered[::-1] if self.turned else ordered


@dataclass
class ArrayNetwork:
    """A network whose units are layers, the axes of each layer's arrays, the product of each connection."""

    network: Network
    axes: list[Axes]
    products: list[Product]
    shapes: list[tuple[int, ...]]
    samples: int = 1
    widths: list[int] = field(default_factory=list)


def read_arrays(story: Storyboard) -> ArrayNetwork | None:
    """Find the layers in a graph of arrays, or None if it is not built of layers.

    >>> from microgradphys import Value, constant
    >>> h = np.tanh(constant([1.0, 2.0], "x") @ Value(np.ones((2, 3)), "W"))
    >>> found = read_arrays(Storyboard(np.sum(h)))
    >>> found.widths, found.products[0].at(0, 2)
    ([2, 3], (0, 2))
    """
    nodes = story.nodes
    uses = Counter(parent for node in nodes for parent in node.parents)
    child = {parent: k for k, node in enumerate(nodes) for parent in node.parents}
    reader = _Reader(story)
    for k, node in enumerate(nodes):
        if node.op not in ("add", "subtract", "matmul", "einsum") or continues(nodes, k, uses, child):
            continue
        if len(reader.units) > _MOST_READ:
            return None
        reader.layer(k, uses, child)
    read = {link.product for link in reader.connections}
    if not read or any(_multiplies(nodes, k) and k not in read for k in range(len(nodes))):
        return None
    units = reader.units
    if not one_role_each(units, reader.connections) or _is_tied(reader.products):
        return None
    active = any(unit.total is not None and unit.total != unit.output for unit in units)
    if not active and not all(nodes[unit.output].constant for unit in units if unit.total is None):
        return None
    return reader.network()


def _is_tied(products: Sequence[Product]) -> bool:
    """Whether a matrix is used there and back, as it is and turned."""
    return len({product.weight for product in products}) < len({(p.weight, p.turned) for p in products})


def _multiplies(nodes: Sequence[Node], k: int) -> bool:
    """Whether a node is a matrix product that a network would have as one of its layers."""
    return nodes[k].op in ("matmul", "einsum") and not nodes[k].constant


class _Reader:
    """Collects layers, one after the other."""

    def __init__(self, story: Storyboard) -> None:
        """Begin with none."""
        self.story, self.nodes = story, story.nodes
        self.units: list[Unit] = []
        self.axes: list[Axes] = []
        self.connections: list[Connection] = []
        self.products: list[Product] = []
        self.unit_of: dict[int, int] = {}

    def layer(self, k: int, uses: Counter[int], child: dict[int, int]) -> None:
        """Add the layer whose weighted sum is node `k`, if it is one."""
        terms, inside = terms_of(self.nodes, k, uses)
        read = {term: self._product(term) for term in terms}
        products = {term: product for term, product in read.items() if product is not None}
        if len(read) < len(terms):
            return
        biases = [term for term in terms if term not in products]
        if not products or len({product.result for product in products.values()}) > 1:
            return
        axes = next(iter(products.values())).result
        shape = self.nodes[k].shape
        if any(self.nodes[term].shape != shape for term in products):
            return
        if not all(self._is_bias(term, axes, shape) for term in biases):
            return
        output = self._output(k, axes, uses, child)
        sources = [self._source(product) for product in products.values()]
        if None in sources:
            return
        layer = 1 + max(self.units[u].layer for u in sources if u is not None)
        self.unit_of[output] = target = len(self.units)
        trained = [term for term in biases if not self.nodes[term].constant]
        self.units.append(Unit(output, k, layer, trained, {*inside, k, output}))
        self.axes.append(axes)
        for (term, product), source in zip(products.items(), sources, strict=True):
            assert source is not None
            self.connections.append(Connection(product.weight, term, source, target))
            self.products.append(product)

    def _source(self, product: Product) -> int | None:
        """Return the layer that a product starts from; None if its axes mean something else there."""
        if product.source not in self.unit_of:
            self.unit_of[product.source] = len(self.units)
            self.units.append(Unit(product.source, None, 0))
            self.axes.append(product.given)
        u = self.unit_of[product.source]
        return u if self.axes[u] == product.given else None

    def _product(self, k: int) -> Product | None:
        """Tell the weight from what it multiplies, and the axes from each other."""
        node = self.nodes[k]
        letters = self._letters(k)
        if letters is None:
            return None
        left, right, result = letters
        sides = ((left, right, *node.parents), (right, left, *reversed(node.parents)))
        found = [
            read
            for of_weight, of_source, weight, source in sides
            if (read := self._read(of_weight, of_source, result, weight, source)) is not None
        ]
        if len(found) == 2:
            found = [read for read in found if self._surely(read, k)]
        return found[0] if len(found) == 1 else None

    def _letters(self, k: int) -> tuple[str, str, str] | None:
        """Write a product as einsum does."""
        node = self.nodes[k]
        if node.op == "matmul":
            left, right = (len(self.nodes[parent].shape) for parent in node.parents)
            return _MATMUL.get((left, right))
        if node.op == "einsum" and len(node.parents) == 2:
            left, _, rest = self.story.recording[k].static["subscripts"].replace(" ", "").partition(",")
            right, arrow, result = rest.partition("->")
            if arrow and all(part.isalpha() and len(set(part)) == len(part) for part in (left, right)):
                return left, right, result
        return None

    def _read(self, of_weight: str, of_source: str, result: str, weight: int, source: int) -> Product | None:
        """Read a product whose first argument is taken to be the weight."""
        leaf = self._leaf(weight)
        if leaf is None or leaf in self.unit_of or not self._may_be_input(source):
            return None
        summed = [x for x in of_weight if x in of_source and x not in result]
        samples = [x for x in of_source if x not in of_weight]
        targets = [x for x in of_weight if x not in of_source]
        if len(summed) != 1 or len(samples) > 1 or len(targets) > 1 or sorted(result) != sorted(samples + targets):
            return None
        if set(of_weight) != {*summed, *targets} or set(of_source) != {*summed, *samples}:
            return None

        def axis(letter: list[str], letters: str) -> int | None:
            return letters.index(letter[0]) if letter else None

        return Product(
            leaf,
            source,
            Axes(of_source.index(summed[0]), axis(samples, of_source)),
            Axes(axis(targets, result), axis(samples, result)),
            of_weight.index(summed[0]),
            axis(targets, of_weight),
            leaf != weight,
        )

    def _leaf(self, k: int) -> int | None:
        """The leaf that is a weight, perhaps transposed."""
        if self.nodes[k].op == "transpose" and len(self.nodes[k].shape) == 2:
            static = self.story.recording[k].static.get("axes")
            k = self.nodes[k].parents[0] if static is None or tuple(a % 2 for a in static) == (1, 0) else k
        return k if self.nodes[k].op is None and not self.nodes[k].constant else None

    def _may_be_input(self, k: int) -> bool:
        """Whether a node is a layer's output, a leaf, data, or a part of a leaf."""
        node = self.nodes[k]
        if k in self.unit_of or node.op is None or node.constant:
            return True
        return node.op == "getitem" and self.nodes[node.parents[0]].op is None

    def _surely(self, read: Product, k: int) -> bool:
        """Whether the other argument says itself that it is the input, where both might be."""
        source = self.nodes[read.source]
        if source.constant or read.source in self.unit_of or source.op is not None:
            return True
        weight = self.nodes[read.weight]
        named = write(source.label)[:1].lower() == "x" and write(weight.label)[:1].lower() != "x"
        return named or (len(source.shape) < len(weight.shape))

    def _is_bias(self, k: int, axes: Axes, shape: tuple[int, ...]) -> bool:
        """Whether a term is a leaf that says the same for every sample."""
        node = self.nodes[k]
        if node.op is not None or len(node.shape) > len(shape):
            return False
        padded = (1,) * (len(shape) - len(node.shape)) + node.shape
        return all(size == 1 or axis == axes.units for axis, size in enumerate(padded))

    def _output(self, k: int, axes: Axes, uses: Counter[int], child: dict[int, int]) -> int:
        """Return the node of the activation function, softmax too, or the sum itself."""
        output = activation(self.story, k, uses, child)
        if output != k or uses[k] != 1:
            return output
        node, after = self.nodes[child[k]], self.story.recording[child[k]]
        if node.op in ("softmax", "log_softmax") and axes.units is not None:
            axis = after.static.get("axis", -1)
            return child[k] if isinstance(axis, int) and axis % len(node.shape) == axes.units else k
        if node.op == "maximum":
            other = next((parent for parent in node.parents if parent != k), k)
            return child[k] if self.nodes[other].constant and not np.any(self.story.recording[other].held) else k
        return k

    def network(self) -> ArrayNetwork | None:
        """Put everything together, if all layers agree about the samples."""
        shapes = [self.nodes[unit.output].shape for unit in self.units]
        counts = {
            shape[axes.samples]
            for shape, axes in zip(shapes, self.axes, strict=True)
            if axes.samples is not None and axes.samples < len(shape)
        }
        if len(counts) > 1 or 0 in counts or any(0 in shape for shape in shapes):
            return None
        widths = [1 if axes.units is None else shape[axes.units] for shape, axes in zip(shapes, self.axes, strict=True)]
        network = Network(self.units, self.connections, rest_of(self.nodes, self.units, self.connections))
        return ArrayNetwork(network, self.axes, self.products, shapes, counts.pop() if counts else 1, widths)


_MATMUL = {
    (1, 1): ("i", "i", ""),
    (1, 2): ("i", "ij", "j"),
    (2, 1): ("ni", "i", "n"),
    (2, 2): ("ni", "ij", "nj"),
}
