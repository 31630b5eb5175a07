"""The printer: a recorded graph as mathematics, read from the rows that ran.

A row says how it is written (`a + b`, `σ(a)`, `√a`); the printer puts the operands in their places. The formula
of a derivative is not stored anywhere: the row's own partial is run on the recorded nodes, and what it recorded is
printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from microgradphys.arranging import arrange
from microgradphys.data import raw
from microgradphys.mathematics import Call, Infix, Math, Number, Symbol, named
from microgradphys.notation import write
from microgradphys.recorded_rules import REARRANGING, recorded, shortest, simplified, with_times
from microgradphys.recording import constant, values
from microgradphys.value import Value

_LONGEST_INLINE = 32
# More operations than this inside each other are longer than that, so a label never asks further back.
_DEEPEST_INLINE = 8


class Printer:
    """Writes the nodes of one graph, with the names they have.

    Args:
        nodes: the graph, in the order of its making.
        names: names for nodes that have none of their own.

    >>> from microgradphys.graph import ancestors
    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> y = np.tanh(a * b)
    >>> write(Printer(ancestors(y)).expression(y))
    'tanh(a · b)'
    """

    def __init__(self, nodes: list[Value], names: Mapping[Value, str] | None = None) -> None:
        """Note the names; a label is chosen when it is asked for, so that a large graph costs what is shown of it."""
        self._labels: dict[Value, Math] = {}
        self._names = {node: node.name or (names or {}).get(node) for node in nodes}
        self._place = {node: k for k, node in enumerate(nodes)}
        self._depth: dict[Value, int] = {}
        for node in nodes:
            depth = 0
            if not self._names[node] and node.parents:
                depth = 1 + max(map(self._depth.__getitem__, node.parents))
            elif self.is_number(node):
                self._labels[node] = Number(node.held)
            self._depth[node] = depth if depth <= _DEEPEST_INLINE else 0

    @cached_property
    def _taken(self) -> set[str]:
        """The names that the program uses, as they are written."""
        return {write(Symbol(name)) for name in set(self._names.values()) if name}

    def _choose_label(self, node: Value) -> Math:
        """Label a node by its name, its number, its expression if that is short, or its place in the order."""
        name = self._names[node]
        if name:
            return named(name)
        if node.primitive is not None and self._depth[node]:
            # What adds to 0 has the value of what it adds, and is another node.
            alone = self._only_summand(node) is not None
            expression = self.arranged(node, self.label) if alone else self.expression(node)
            if len(write(expression)) <= _LONGEST_INLINE:
                return expression
        # A name that the program uses itself, v7 or v[7], is left to it.
        k = self._place[node]
        letters = (letter for letter in "vuzqpn" if write(Symbol(f"{letter}_{{{k}}}")) not in self._taken)
        return Symbol(f"{next(letters, 'node')}_{{{k}}}")

    def name(self, node: Value) -> str | None:
        """The name of a node, if it has one."""
        return self._names.get(node)

    def label(self, node: Value) -> Math:
        """What a node is called in formulas."""
        if node not in self._labels:
            self._labels[node] = self._choose_label(node)
        return self._labels[node]

    def expression(self, node: Value, written: Callable[[Value], Math] | None = None) -> Math:
        """How a computed node follows from its parents, in symbols; the 0 that Python's sum begins with is left out.

        Args:
            node: the node.
            written: how its parents are written, if not by what they are called.
        """
        written = written or self._part
        added = self._only_summand(node)
        return self.arranged(node, written) if added is None else written(added)

    def _only_summand(self, node: Value) -> Value | None:
        """What a node adds to 0, if that is all it does."""
        if node.op != "add":
            return None
        labels = zip(node.parents, map(self.label, node.parents), strict=True)
        added = [one for one, label in labels if not (isinstance(label, Number) and np.all(label.value == 0))]
        return added[0] if len(added) == 1 else None

    def _part(self, node: Value) -> Math:
        """What a node is called inside of a longer formula: where nothing was added to it yet, what it began with."""
        added = None if self._names[node] or not self._depth[node] else self._only_summand(node)
        return self.label(node if added is None else added)

    def is_number(self, node: Value) -> bool:
        """Whether a node is a number in the program, which has no name."""
        return node.primitive is None and not node.active and not self.name(node)

    def numbers(self, node: Value, data: Mapping[Value, Any]) -> Math:
        """How a computed node follows from its parents, in numbers."""
        return with_times(self.arranged(node, lambda parent: Number(data[parent])))

    def local(self, node: Value, argument: int, data: Mapping[Value, Any]) -> tuple[Math, Math, Math]:
        """Write ∂node/∂parent of an elementwise row: as the lecture does, as its algebra, and in numbers.

        For a function of one argument the first is f′(a); else it is the algebra itself.
        """
        row = node.primitive
        assert row is not None
        told = [_as_told(parent, data) for parent in node.parents]
        known = dict(zip(told, node.parents, strict=True))
        inputs = [
            one if parent.active or self.name(parent) else data[parent]
            for one, parent in zip(told, node.parents, strict=True)
        ]
        # The textbook's form may compute nan at an edge; only what it records is asked for.
        with np.errstate(all="ignore"):
            result = row.shown(argument)(values, node, *inputs, **node.static)
        algebra = self._derived(result, self.label, known)
        numbers = with_times(self._derived(result, lambda parent: Number(data[parent]), known))
        written = arrange(row, [self.label(parent) for parent in node.parents], node.static)
        if isinstance(written, Call) and written.arguments == tuple(map(self.label, node.parents[:1])):
            return Call(written.function, written.arguments, prime=True), algebra, numbers
        return algebra, algebra, numbers

    def pulled(
        self, node: Value, argument: int, upstream: Any, symbol: Math, data: Mapping[Value, Any]
    ) -> tuple[Math, Math]:
        """Write the contribution of a structural row, in symbols and in numbers."""
        row = node.primitive
        assert row is not None
        g = Value(upstream)
        told = [_as_told(parent, data) for parent in node.parents]
        known = {**dict(zip(told, node.parents, strict=True)), g: g}
        result = row.vjp(argument)(values, g, node, *told, **node.static)
        in_symbols = self._derived(result, lambda one: symbol if one is g else self.label(one), known)
        in_numbers = with_times(self._derived(result, lambda one: Number(upstream if one is g else data[one]), known))
        if np.shape(raw(result)) != node.parents[argument].shape:
            return Call("Σ", (in_symbols,)), Call("Σ", (in_numbers,))
        return in_symbols, in_numbers

    def arranged(self, node: Value, leaf: Callable[[Value], Math]) -> Math:
        """Write one node in terms of its parents."""
        assert node.primitive is not None
        arguments = [leaf(parent) for parent in node.parents]
        written = arrange(node.primitive, arguments, node.static)
        if written == Infix("·", tuple(arguments)) and all(parent.shape for parent in node.parents):
            return Infix("⊙", tuple(arguments))
        return written

    def _derived(self, result: Any, leaf: Callable[[Value], Math], told: Mapping[Value, Value]) -> Math:
        """Write what a rule recorded, down to the nodes of our graph, for which others may have stood in."""
        if not isinstance(result, Value):
            return Number(result * 1.0)

        def known(node: Value) -> bool:
            return node in told or node in self._names

        written: dict[Value, Math] = {}
        for node in recorded(result, known):
            if known(node):
                written[node] = leaf(told.get(node, node))
            elif node.primitive is None:
                written[node] = Number(shortest(node.held))
            elif node.op in REARRANGING:
                written[node] = written[node.parents[0]]
            else:
                written[node] = simplified(self.arranged(node, written.__getitem__))
        return written[result]


def _as_told(parent: Value, data: Mapping[Value, Any]) -> Value:
    """Return a node as it was when its graph was read: one to stand in for a leaf that holds other data by now."""
    if data[parent] is parent.held:
        return parent
    return Value(data[parent]) if parent.active else constant(data[parent])
