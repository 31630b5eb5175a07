"""What stands around a number of a graph: its arguments down to what has a name, the terms of its sum, its ways."""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property
from typing import Any

import numpy as np

from microgradphys.mathematics import Math, Number, Symbol, rows_of
from microgradphys.notation import write
from viz.moves.passes import Pass
from viz.steps import Edge, Move
from viz.storyboard import Storyboard
from viz.teaching.mistakes import Site

# What a layer ends with: the number before it is taken for the one behind.
ACTIVATIONS = frozenset({"sigmoid", "tanh", "relu", "softplus", "gelu", "silu", "leaky_relu", "elu"})


class Neighbourhood:
    """Reads the neighbourhood of nodes in a storyboard.

    Args:
        story: the storyboard.
    """

    def __init__(self, story: Storyboard) -> None:
        """Look at the storyboard."""
        self.story, self.nodes = story, story.nodes

    @cached_property
    def _uses(self) -> Counter[int]:
        """How often each node is an argument."""
        return Counter(parent for node in self.nodes for parent in node.parents)

    @cached_property
    def _backward(self) -> Pass:
        """The backward pass as columns: of a large graph, most moves are never made."""
        return next(one for one in self.story.passes if one.phase == "backward")

    @cached_property
    def ways(self) -> dict[int, list[int]]:
        """The moves, by index, that contribute to each node's gradient."""
        found: dict[int, list[int]] = {}
        for row, node in enumerate(self._backward.nodes[1:], 1):
            found.setdefault(node, []).append(self._backward.start + row)
        return found

    @cached_property
    def _above(self) -> dict[int, tuple[int, Any]]:
        """The node that sends each node the last part of its gradient, and the local derivative there, if any."""
        one = self._backward
        senders = zip(one.senders[1:], (item.local for item in one.contributions), strict=True)
        return dict(zip(one.nodes[1:], senders, strict=True))

    def label(self, k: int) -> str:
        """What a node is called."""
        return write(self.nodes[k].label)

    def data(self, k: int) -> Any:
        """The value of a node."""
        return self.story.data[self.story.recording[k]]

    def site(self, k: int, at: tuple[int, ...]) -> Site | None:
        """The numbers around an elementwise operation at one element, None for another operation."""
        node, shape, parents = self.story.recording[k], self.nodes[k].shape, self.nodes[k].parents
        if node.primitive is None or not node.primitive.partials or len(at) != len(shape):
            return None
        try:
            inputs = tuple(pick(np.broadcast_to(self.data(p), shape), at) for p in parents)
        except (ValueError, IndexError):
            return None
        names = tuple(map(self.label, parents))
        before = tuple(self._before(p, shape, at) for p in parents)
        return Site(node.primitive, inputs, names, pick(self.data(k), at), self.label(k), node.static, before)

    def _before(self, k: int, shape: tuple[int, ...], at: tuple[int, ...]) -> tuple[float, str] | None:
        """What an activation was applied to, and its name; None for a node that is none."""
        if self.nodes[k].op not in ACTIVATIONS:
            return None
        (p,) = self.nodes[k].parents
        return pick(np.broadcast_to(self.data(p), shape), at), self.label(p)

    def unactivated(self, k: int) -> list[tuple[float, str]]:
        """A sum of products of scalars for whoever takes, in one of them, the number before an activation."""
        found = []
        for p in self.terms_of(k):
            site = self.site(p, ())
            if site is not None and site.row.name == "multiply":
                for inputs, words in site.unactivated():
                    found.append((float(self.data(k)) - site.value + math.prod(inputs), words))
        return found

    def ingredients(self, k: int, deep: bool) -> list[tuple[Math, Any]]:
        """What a value is computed from: `deep` down to what has a name, else its arguments and itself."""
        nodes, found, stack = self.nodes, {}, list(reversed(self.nodes[k].parents))
        while stack:
            p = stack.pop()
            if deep and self._spelled(p):
                stack.extend(reversed(nodes[p].parents))
            elif not isinstance(nodes[p].label, Number):
                found[p] = (nodes[p].label, self.data(p))
        if not deep and nodes[k].named:
            found[k] = (nodes[k].label, self.data(k))
        return list(found.values())

    def hidden(self, k: int, deep: bool) -> bool:
        """Whether nobody can compute with a node's `ingredients`: of one, an array, only the shape is written."""
        seen, stack = {k}, [k]
        while stack:
            for p in self.nodes[stack.pop()].parents:
                if not (deep and self._spelled(p)):
                    if not is_written(self.data(p)):
                        return True
                elif p not in seen:
                    seen.add(p)
                    stack.append(p)
        return False

    def _spelled(self, k: int) -> bool:
        """Whether a node stands in formulas as what it is computed from."""
        node = self.nodes[k]
        return node.op is not None and not node.named and not isinstance(node.label, Symbol)

    def terms(self, k: int) -> dict[str, float]:
        """The terms of a sum of scalars that was written as one, by name."""
        return {self.label(p): float(self.data(p)) for p in self.terms_of(k)}

    def terms_of(self, k: int) -> list[int]:
        """The nodes that are the terms of a sum of scalars that was written as one."""
        nodes, terms, stack = self.nodes, [], [k]
        while stack:
            p = stack.pop()
            if nodes[p].shape:
                return []
            if nodes[p].op == "add" and (p == k or (not nodes[p].named and self._uses[p] == 1)):
                stack.extend(reversed(nodes[p].parents))
            else:
                terms.append(p)
        return terms if len(terms) > 1 else []

    def way(self, move: Move) -> tuple[int, str]:
        """The node that a contribution comes through, and what to call it so that no other way is meant."""
        there = [self.story.moves[m] for m in self.ways[move.node]]
        others = [self._edge(other) for other in there if other.id != move.id]
        edge = self._edge(move)
        top = self.through(edge.target)
        if all(self.through(other.target) != top for other in others):
            return top, self.label(top)
        if all(other.target != edge.target for other in others):
            return edge.target, self.label(edge.target)
        return edge.target, f"{self.label(edge.target)}, as its argument {edge.argument + 1}"

    def _edge(self, move: Move) -> Edge:
        """The edge of a contribution."""
        assert move.edge is not None
        return self.story.edges[move.edge]

    def through(self, k: int) -> int:
        """The named node whose gradient a node has too: the sum that an unnamed product is a term of."""
        start = k
        while not self.nodes[k].named and self._uses[k] == 1:
            above, local = self._above[k]
            if local is None or np.ndim(local) or local != 1.0 or self.nodes[above].shape:
                return start
            k = above
        return k if self.nodes[k].named else start


def is_written(number: Any) -> bool:
    """Whether formulas show the numbers of an array, not only its shape.

    >>> is_written(3.0), is_written(np.ones(3)), is_written(np.ones((5, 4)))
    (True, True, False)
    """
    return not np.shape(number) or rows_of(number) is not None


def pick(number: Any, at: tuple[int, ...]) -> float:
    """One element of an array, or the number itself.

    >>> pick(np.array([1.0, 2.0]), (1,)), pick(3.0, ())
    (2.0, 3.0)
    """
    return float(np.asarray(number)[at]) if at else float(number)
