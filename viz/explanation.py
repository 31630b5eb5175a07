"""`explain`: the chain rule from the loss to one Value, path by path, in symbols and in numbers.

The derivative is the sum over all paths from the loss down to the Value of the product of the local derivatives along
the path (the multivariate chain rule; F. L. Bauer, SIAM J. Numer. Anal. 11 (1974) 87).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from microgradphys.backward import fit
from microgradphys.errors import InputError
from microgradphys.namespaces import arrays
from microgradphys.notation import Derivative, Infix, Math, Notation, Number, write
from microgradphys.value import Value
from viz.names import as_storyboard
from viz.storyboard import Move, Storyboard

_MOST_PATHS = 200


@dataclass(frozen=True)
class Path:
    """One path: the chain of derivatives between named nodes, its factors, their numbers, and what it contributes."""

    chain: Math
    factors: Math
    numbers: Math
    amount: Any
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class Explanation:
    """Every path from the loss to one Value, and their sum.

    Attributes:
        left: ∂loss/∂Value.
        paths: the paths, at most 200 of them.
        count: how many there are in all.
        total: the gradient: the sum over all paths.
        where: what the loss's own derivatives are, each on a line.
    """

    left: Math
    paths: tuple[Path, ...]
    count: int
    total: Any
    where: tuple[tuple[Math, Math, Math, Any], ...]

    def lines(self, notation: Notation = "plain") -> list[str]:
        """Write the explanation line by line.

        Args:
            notation: "plain", "latex", "typst" or "mathml".
        """
        text = []
        for k, path in enumerate(self.paths, 1):
            if self.count > 1:
                text.append(f"path {k} of {self.count}")
            written = [write(part, notation) for part in (path.chain, path.factors, path.numbers, Number(path.amount))]
            left = write(self.left, notation) if self.count == 1 else ""
            for line, part in enumerate(part for part in dict.fromkeys(written) if part != left):
                text.append(
                    f"{left if line == 0 else ' ' * len(left)} = {part}" if left else f"  {'=' if line else ' '} {part}"
                )
        if self.count > len(self.paths):
            text.append(f"… and {self.count - len(self.paths)} more paths")
        if self.count > 1:
            terms = write(Infix("+", tuple(Number(path.amount) for path in self.paths[:8])), notation)
            terms += " + …" if self.count > 8 else ""
            text.append(f"{write(self.left, notation)} = {terms} = {write(Number(self.total), notation)}")
        if self.count == 0:
            text.append(f"{write(self.left, notation)} = 0: no path leads there")
        for left, symbols, numbers, result in self.where:
            parts = dict.fromkeys(write(part, notation) for part in (symbols, numbers, Number(result)))
            text.append(f"where {write(left, notation)} = {' = '.join(parts)}")
        return text

    def __str__(self) -> str:
        """Write the explanation in Unicode."""
        return "\n".join(self.lines())

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        """Show the explanation in a notebook."""
        return "\n\n".join(f"$\\displaystyle {line}$" for line in self.lines("latex"))


def explain(loss: Value | Storyboard, w: Value | str, **options: Any) -> Explanation:
    """Explain the gradient of `loss` with respect to `w` as the sum over paths that it is.

    Args:
        loss: a Value that holds one number, or a storyboard.
        w: any Value of its graph, or its name.
        options: for `Storyboard`.

    Returns:
        An explanation that prints itself.

    Raises:
        InputError: `w` is not part of the graph, or a constant.

    >>> from microgradphys import Value, sigmoid
    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> y = sigmoid(w * x).named("y")
    >>> print(explain((y * y).named("E"), w))
    path 1 of 2
        ∂E/∂y · ∂y/∂w
      = ∂E/∂y · σ′(w · x) · x
      = 0.7311 × 0.1966 × 2
      = 0.2875
    path 2 of 2
        ∂E/∂y · ∂y/∂w
      = ∂E/∂y · σ′(w · x) · x
      = 0.7311 × 0.1966 × 2
      = 0.2875
    ∂E/∂w = 0.2875 + 0.2875 = 0.5749
    where ∂E/∂y = y = 0.7311
    """
    story = as_storyboard(loss, 1, **options)
    goal = story.index(w)
    if story.nodes[goal].constant:
        raise InputError(
            f"{write(story.nodes[goal].label)} is a constant, so the loss has no derivative with respect to it"
        )
    moves: dict[int, list[Move]] = defaultdict(list)
    total: Any = 0.0
    for move in story.moves:
        if move.phase == "backward":
            total = move.value if move.node == goal else total
            if move.edge is not None:
                moves[move.node].append(move)
    count = _count(story, goal, moves)
    found = [_path(story, goal, steps) for steps in _walk(story, goal, moves)]
    where = {write(line[0]): line for _, line in found if line is not None}
    return Explanation(story.gradient(goal), tuple(path for path, _ in found), count, total, tuple(where.values()))


def _count(story: Storyboard, goal: int, moves: dict[int, list[Move]]) -> int:
    """Count the paths from the loss to a node, without walking them."""
    ways = [0] * len(story.nodes)
    ways[story.loss] = 1
    for k in range(story.loss - 1, goal - 1, -1):
        ways[k] = sum(ways[_sender(story, move)] for move in moves[k])
    return ways[goal]


def _sender(story: Storyboard, move: Move) -> int:
    """The node a contribution comes from."""
    assert move.edge is not None
    return story.edges[move.edge].target


def _walk(story: Storyboard, goal: int, moves: dict[int, list[Move]]) -> Iterator[tuple[Move, ...]]:
    """Walk the paths upwards from a node to the loss, and give each from the loss down."""
    stack: list[tuple[int, tuple[Move, ...]]] = [(goal, ())]
    given = 0
    while stack and given < _MOST_PATHS:
        node, path = stack.pop()
        if node == story.loss:
            given += 1
            yield path
        for move in reversed(moves[node]):
            stack.append((_sender(story, move), (move, *path)))


def _path(story: Storyboard, goal: int, moves: tuple[Move, ...]) -> tuple[Path, tuple[Math, Math, Math, Any] | None]:
    """Describe one path, and the loss's own derivative if the path begins with it."""
    segments = _segments(story, goal, moves)
    ends = [(story.loss if s == 0 else segments[s - 1][-1].node) for s in range(len(segments))]
    labels = [story.nodes[k].label for k in (*ends, goal)]
    chain = _product("·", [Derivative(a, b) for a, b in pairwise(labels)])
    symbols: list[Math] = []
    numbers: list[Math] = []
    where = None
    for s, segment in enumerate(segments):
        named, values = _factors(story, segment)
        if s == 0 and len(segments) > 1 and story.nodes[story.loss].named:
            left = Derivative(labels[0], labels[1])
            result = _pulled(story, segment)
            known = all(move.local is not None for move in segment)
            where = (left, _product("·", named), _product("×", values) if known else Number(result), result)
            named, values = [left], [Number(result)]
        symbols += named
        numbers += values
    amount = _pulled(story, moves)
    nodes = (story.loss, *(move.node for move in moves))
    scalar = all(move.local is not None for move in moves)
    return Path(
        chain, _product("·", symbols), _product("×", numbers) if scalar else Number(amount), amount, nodes
    ), where


def _segments(story: Storyboard, goal: int, moves: tuple[Move, ...]) -> list[list[Move]]:
    """Cut a path at the nodes that have names."""
    segments: list[list[Move]] = [[]]
    for move in moves:
        segments[-1].append(move)
        if story.nodes[move.node].named and move.node != goal:
            segments.append([])
    return [segment for segment in segments if segment]


def _factors(story: Storyboard, segment: list[Move]) -> tuple[list[Math], list[Math]]:
    """Write the local derivatives of a segment in symbols and in numbers, leaving out factors of 1."""
    symbols: list[Math] = []
    numbers: list[Math] = []
    for move in segment:
        if move.local is None:
            symbols.append(Derivative(story.nodes[_sender(story, move)].label, story.nodes[move.node].label))
        elif not (np.ndim(move.local) == 0 and move.local == 1.0):
            assert move.local_symbol is not None
            symbols.append(move.local_symbol)
            numbers.append(Number(move.local))
    return symbols, numbers


def _pulled(story: Storyboard, moves: Any) -> Any:
    """Carry the gradient 1 of the loss down a path: this path's own part of the gradient."""
    gradient: Any = np.ones(story.nodes[story.loss].shape) if story.nodes[story.loss].shape else 1.0
    for move in moves:
        node = story.recording[_sender(story, move)]
        row = node.primitive
        assert row is not None
        argument = story.edges[move.edge].argument
        if move.local is not None:
            gradient = gradient * move.local
        else:
            inputs = [parent.held for parent in node.parents]
            gradient = row.vjps[argument](arrays, gradient, node.held, *inputs, **node.static)
        gradient = fit(gradient, node.parents[argument].held)
    return gradient


def _product(sign: str, factors: list[Math]) -> Math:
    """Write a product of any number of factors."""
    flat: list[Math] = []
    for factor in factors:
        flat += factor.terms if isinstance(factor, Infix) and factor.sign == sign else (factor,)
    return Infix(sign, tuple(flat)) if len(flat) > 1 else flat[0] if flat else Number(1.0)
