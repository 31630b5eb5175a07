"""What of a scalar graph is computed together: nodes of one row, chains of additions, or one node by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.contributions import number_of
from microgradphys.namespaces import arrays, floats, function_of
from microgradphys.primitives import Function, Primitive
from microgradphys.value import Value

Indices = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True, slots=True)
class Scatter:
    """Where to add contributions: several may go to one place, so they are sorted and summed in runs first."""

    order: Indices | None
    starts: Indices
    places: Indices

    @classmethod
    def to(cls, targets: Indices) -> Scatter:
        """Prepare adding to `targets`; where all are different there is nothing to sort."""
        places, counts = np.unique(targets, return_counts=True)
        if len(places) == len(targets):
            return cls(None, targets, targets)
        return cls(np.argsort(targets, kind="stable"), np.concatenate(([0], np.cumsum(counts)[:-1])), places)

    def add(self, amounts: Any, totals: Any) -> None:
        """Add one amount for each target."""
        if self.order is not None:
            amounts = np.add.reduceat(amounts[self.order], self.starts)
        totals[self.places] += amounts


@dataclass(frozen=True, slots=True)
class Level:
    """Nodes of one row that are computed together.

    function: what the row computes. outputs: where their values stand, next to each other. inputs: for each argument,
    where its values stand. scatters: for each argument, where its contributions go; None for one through which no
    gradient flows.
    """

    row: Primitive
    function: Function
    static: dict[str, Any]
    outputs: slice
    inputs: tuple[Indices, ...]
    scatters: tuple[Scatter | None, ...]

    def forward(self, values: Any) -> None:
        """Compute the level."""
        given = [values[places] for places in self.inputs]
        values[self.outputs] = self.function(*given, **self.static)

    def backward(self, values: Any, gradients: Any) -> None:
        """Send the level's gradients back."""
        upstream, y = gradients[self.outputs], values[self.outputs]
        given = [values[places] for places in self.inputs]
        for partial, scatter in zip(self.row.partials, self.scatters, strict=True):
            if scatter is not None:
                scatter.add(upstream * partial(arrays, y, *given, **self.static), gradients)


@dataclass(frozen=True, slots=True)
class Sums:
    """Chains of additions that are computed together, each as one sum of its terms."""

    outputs: slice
    terms: Indices
    starts: Indices
    counts: Indices
    scatter: Scatter

    def forward(self, values: Any) -> None:
        """Compute the sums."""
        values[self.outputs] = np.add.reduceat(values[self.terms], self.starts)

    def backward(self, values: Any, gradients: Any) -> None:
        """Every term of a sum gets the sum's gradient."""
        self.scatter.add(np.repeat(gradients[self.outputs], self.counts), gradients)


@dataclass(frozen=True, slots=True)
class Number:
    """One node computed by itself, in Python floats: what a narrow graph is made of."""

    row: Primitive
    function: Function
    static: dict[str, Any]
    output: int
    inputs: tuple[int, ...]
    live: tuple[bool, ...]

    def forward(self, values: list[float]) -> None:
        """Compute the node."""
        values[self.output] = self.function(*[values[k] for k in self.inputs], **self.static)

    def backward(self, values: list[float], gradients: list[float]) -> None:
        """Send the node's gradient back."""
        given, y, upstream = [values[k] for k in self.inputs], values[self.output], gradients[self.output]
        for partial, k, live in zip(self.row.partials, self.inputs, self.live, strict=True):
            if live:
                gradients[k] += upstream * number_of(partial, y, given, self.static)


class Plan:
    """Which nodes are computed together, and where their values stand."""

    def __init__(self, nodes: list[Value], loss: Value) -> None:
        """Find the chains of additions, and the depth of every node."""
        self.nodes = nodes
        uses = Counter(parent for node in nodes for parent in node.parents)
        inside = {
            parent
            for node in nodes
            if node.op == "add"
            for parent in node.parents
            if parent.op == "add" and uses[parent] == 1 and parent is not loss
        }
        depth: dict[Value, int] = {}
        self.terms: dict[Value, tuple[Value, ...]] = {}
        self.groups: dict[tuple[Any, ...], list[Value]] = defaultdict(list)
        self.place: dict[Value, int] = {}
        for node in nodes:
            if node.primitive is None:
                depth[node] = 0
                self.place[node] = len(self.place)
            elif node not in inside:
                terms = _terms(node, inside) if node.op == "add" else node.parents
                depth[node] = 1 + max(depth[term] for term in terms)
                self.terms[node] = terms
                # Two rows may have one name, if a user defined it anew.
                kind = (node.op, repr(node.static) if node.static else "", id(node.primitive))
                self.groups[depth[node], *kind].append(node)
        self.computed = len(self.terms)

    def numbers(self) -> list[Level | Sums | Number]:
        """Prepare every node by itself, chains of additions link by link."""
        made: list[Level | Sums | Number] = []
        for node in self.nodes:
            if node.primitive is not None:
                self.place[node] = len(self.place)
                inputs = tuple(self.place[parent] for parent in node.parents)
                live = tuple(parent.active for parent in node.parents)
                function = function_of(floats, node.primitive)
                made.append(Number(node.primitive, function, node.static, self.place[node], inputs, live))
        return made

    def levels(self) -> list[Level | Sums | Number]:
        """Give every group its places, one after the other, and prepare it."""
        made: list[Level | Sums | Number] = []
        first = len(self.place)
        for key in sorted(self.groups):
            group = self.groups[key]
            outputs = slice(first, first + len(group))
            self.place.update(zip(group, range(first, first + len(group)), strict=True))
            first += len(group)
            made.append(self._sums(group, outputs) if key[1] == "add" else self._level(group, outputs))
        return made

    def _places(self, values: list[Value]) -> Indices:
        """Where values stand."""
        return np.array([self.place[value] for value in values], np.intp)

    def _sums(self, group: list[Value], outputs: slice) -> Sums:
        """Prepare chains of additions."""
        counts = np.array([len(self.terms[node]) for node in group], np.intp)
        terms = self._places([term for node in group for term in self.terms[node]])
        return Sums(outputs, terms, np.cumsum(counts) - counts, counts, Scatter.to(terms))

    def _level(self, group: list[Value], outputs: slice) -> Level:
        """Prepare nodes of one row."""
        row = group[0].primitive
        assert row is not None
        arguments = [[node.parents[k] for node in group] for k in range(row.arity)]
        inputs = tuple(map(self._places, arguments))
        live = [any(parent.active for parent in parents) for parents in arguments]
        scatters = tuple(Scatter.to(places) if on else None for places, on in zip(inputs, live, strict=True))
        return Level(row, function_of(arrays, row), group[0].static, outputs, inputs, scatters)


def _terms(node: Value, inside: set[Value]) -> tuple[Value, ...]:
    """List the terms of a chain of additions, in order, without recursion."""
    terms: list[Value] = []
    stack = list(reversed(node.parents))
    while stack:
        value = stack.pop()
        if value in inside:
            stack += reversed(value.parents)
        else:
            terms.append(value)
    return tuple(terms)
