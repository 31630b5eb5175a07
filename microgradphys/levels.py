"""`replay`: run a recorded scalar graph again and again, level by level instead of node by node.

A training loop over scalar Values builds the same graph at every step. Record it once: nodes of one kind that wait for
nothing but earlier levels are computed together, as one array operation, and so are their contributions on the way
back. The rules are those of the table; only the order of work is new. A chain of additions counts as one sum, so that
a neuron with many inputs is three levels and not one for each input; sums may differ from the eager result in the
last digits.

>>> from microgradphys import Value, replay
>>> w = Value(3.0, "w")
>>> loss = (w * 2 - 1) ** 2
>>> again = replay(loss)
>>> for step in range(3):
...     print(f"{again.run():.4f} {w.grad:.4f}")
...     w.data -= 0.1 * w.grad
25.0000 20.0000
1.0000 4.0000
0.0400 0.8000
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.compiled.graph import straight_line
from microgradphys.contributions import number_of
from microgradphys.data import brief
from microgradphys.errors import GradientError, InputError, ShapeError, UnsupportedError
from microgradphys.graph import describe, everything
from microgradphys.namespaces import arrays, floats, function_of
from microgradphys.primitives import Function, Primitive
from microgradphys.value import Value

# Up to so many nodes a graph is written as source: if it is narrow, and if it is not.
_SMALL, _TINY = 2000, 200
# With fewer nodes to a level than this, Python floats are faster than arrays.
_NARROW = 6
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


class Replay:
    """A scalar graph, ready to run again.

    Attributes:
        loss: the Value that `run` computes.
        levels: what is computed together, in order; single nodes where the graph is too narrow for more.
        source: a small graph as Python, which then runs instead of the levels; None for a larger one.
    """

    def __init__(self, loss: Value) -> None:
        """Sort the graph into levels."""
        if not isinstance(loss, Value):
            raise InputError(f"replay takes a Value, the result of a computation, not {brief(loss)}")
        nodes = everything(loss)
        for node in nodes:
            if node.shape:
                raise ShapeError(f"replay is for graphs of numbers, but {describe(node)} has shape {node.shape}")
            if node.primitive is not None and not node.primitive.partials:
                raise UnsupportedError(
                    f"replay runs elementwise rows, and {node.op} is none; write it with +, * and their kin"
                )
        if not loss.active:
            raise GradientError(f"{describe(loss)} depends on no leaf Value, so there is nothing to replay")
        self.loss = loss
        plan = _Plan(nodes, loss)
        self.leaves = [node for node in nodes if node.primitive is None]
        self._narrower = [leaf for leaf in self.leaves if leaf.active and leaf.dtype != np.float64]
        self._dtype = loss.dtype
        self._narrow = plan.computed < _NARROW * len(plan.groups)
        self.levels = plan.numbers() if self._narrow else plan.levels()
        self.source: str | None = None
        if plan.computed <= (_SMALL if self._narrow else _TINY):
            self.source, self._lines, self._names = straight_line(loss, nodes)
        self._size = len(plan.place)
        self._place = plan.place[loss]

    def run(self) -> float:
        """Compute the loss from the data that the leaves hold now, and set the leaves' gradients.

        Returns:
            The loss, which the recorded Value then holds too. Gradients are replaced, not added up.

        Raises:
            ShapeError: a leaf has been given an array.
        """
        try:
            found = self._run_levels() if self.source is None else self._run_lines()
        except (TypeError, ValueError):
            for leaf in self.leaves:
                if leaf.shape:
                    raise ShapeError(
                        f"replay is for graphs of numbers, but {describe(leaf)} has shape {leaf.shape} now"
                    ) from None
            raise
        # Everything is computed with float64: what was of another type takes it on again.
        for leaf in self._narrower:
            leaf.grad = np.asarray(leaf.grad, leaf.dtype)
        if self._dtype != np.float64:
            self.loss.held = np.asarray(found, self._dtype)
        return found

    def _run_levels(self) -> float:
        """Go through the levels, forward and back."""
        data = [leaf.held for leaf in self.leaves]
        values: Any = np.zeros(self._size)
        values[: len(data)] = data
        gradients: Any = np.zeros(self._size)
        if self._narrow:
            values, gradients = values.tolist(), gradients.tolist()
        for level in self.levels:
            level.forward(values)
        gradients[self._place] = 1.0
        for level in reversed(self.levels):
            level.backward(values, gradients)
        for leaf, gradient in zip(self.leaves, gradients[: len(data)], strict=True):
            if leaf.active:
                leaf.grad = float(gradient)
        self.loss.held = float(values[self._place])
        return self.loss.held

    def _run_lines(self) -> float:
        """Do the same with the source of a small graph."""
        leaves = {name: leaf.held for leaf, name in self._names.items() if leaf.active}
        constants = {name: leaf.held for leaf, name in self._names.items() if not leaf.active}
        self.loss.held, gradients = self._lines(leaves, constants)
        for leaf, name in self._names.items():
            if leaf.active:
                leaf.grad = gradients[name]
        return self.loss.held


def replay(loss: Value) -> Replay:
    """Prepare a graph of scalar Values to be run again with new data on its leaves.

    The graph stays what it is: where the program chose a branch by the number of a Value, this one is kept. For what
    depends on the data use `np.where`, `np.maximum` and the like, or `compile`, which refuses such a branch.

    Args:
        loss: the result of any computation with scalar Values.

    Returns:
        An object whose `run()` computes the loss and the gradients of the leaves from the leaves' current data.

    Raises:
        ShapeError: the graph holds arrays.
        UnsupportedError: an operation is not elementwise.
        GradientError: the loss depends on no leaf.
        InputError: this is not a Value.

    >>> x = Value(2.0)
    >>> replay(x * x).run()
    4.0
    """
    return Replay(loss)


class _Plan:
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
