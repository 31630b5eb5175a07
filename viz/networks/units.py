"""What a network is made of: its units, the connections between them, and where in the graph their numbers are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from microgradphys.mathematics import Item, Math
from viz.picture import Index, Slot, Which
from viz.storyboard import Storyboard


@dataclass(frozen=True, slots=True)
class Spot:
    """A number in the graph: a node, or one element of a node's array. called: its name, if it is not its node's."""

    node: int
    at: Index = ()
    called: Math | None = field(default=None, compare=False)

    def slot(self, which: Which) -> Slot:
        """Where its number stands."""
        return (which, self.node, self.at) if self.at else (which, self.node)

    @property
    def key(self) -> str:
        """A text that no other spot has."""
        return "_".join(map(str, (self.node, *self.at)))

    def label(self, story: Storyboard) -> Math:
        """What it is called: an element as the program would write it."""
        if self.called is not None:
            return self.called
        label = story.nodes[self.node].label
        return Item(label, ", ".join(map(str, self.at))) if self.at else label


@dataclass
class Unit:
    """An input (no `total`), or a neuron: its weighted sum `total`, its `output` and its `biases`, as node indices.

    at, biases_at: which elements, where these are arrays. label, sum_label: what output and sum are called, if not by
    their nodes. more: instead of a neuron, the number of neurons that are left out.
    """

    output: int
    total: int | None
    layer: int
    biases: list[int] = field(default_factory=list)
    inside: set[int] = field(default_factory=set)
    at: Index = ()
    biases_at: list[Index] = field(default_factory=list)
    label: Math | None = None
    sum_label: Math | None = None
    more: int = 0

    @property
    def spot(self) -> Spot:
        """Where its output is."""
        return Spot(self.output, self.at, self.label)

    @property
    def sums(self) -> list[Spot]:
        """Where its weighted sum is, if that is not its output."""
        return [] if self.total is None or self.total == self.output else [Spot(self.total, self.at, self.sum_label)]

    @property
    def bias_spots(self) -> list[Spot]:
        """Where its biases are."""
        places = self.biases_at or [()] * len(self.biases)
        return [Spot(node, at) for node, at in zip(self.biases, places, strict=True)]


@dataclass(frozen=True)
class Connection:
    """A weighted edge: the weight's node, the product's node, and the two units by index; `at` is which element."""

    weight: int
    product: int
    source: int
    target: int
    at: Index = ()

    @property
    def spot(self) -> Spot:
        """Where its weight is."""
        return Spot(self.weight, self.at)


@dataclass(frozen=True)
class Network:
    """Units and connections, and the nodes that belong to neither: the loss.

    note: what a reader must know of what is not drawn. elsewhere: the nodes of samples that are not drawn.
    """

    units: list[Unit]
    connections: list[Connection]
    rest: list[int]
    note: str = ""
    elsewhere: frozenset[int] = frozenset()

    @cached_property
    def links_of_product(self) -> dict[int, list[int]]:
        """The connections that a product belongs to."""
        return _grouped((link.product, k) for k, link in enumerate(self.connections))

    @cached_property
    def links_of_weight(self) -> dict[int, list[int]]:
        """The connections that a weight belongs to."""
        return _grouped((link.weight, k) for k, link in enumerate(self.connections))

    @cached_property
    def units_of(self) -> dict[int, list[int]]:
        """The units that a node belongs to: their outputs, sums, biases."""
        return _grouped(
            (k, u)
            for u, unit in enumerate(self.units)
            for k in ({unit.output, *unit.inside, *unit.biases} if not unit.more else ())
        )

    @cached_property
    def widest(self) -> int:
        """The number of units in the layer that has most."""
        return max(Counter(unit.layer for unit in self.units).values())

    @property
    def repeats(self) -> bool:
        """Whether a weight is used at several places."""
        return len({link.weight for link in self.connections}) < len(self.connections)


def _grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Collect the second numbers of each first."""
    found: dict[int, list[int]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
