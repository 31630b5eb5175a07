"""`explain`: the chain rule from the loss to one Value, path by path, in symbols and in numbers.

The derivative is the sum over all paths from the loss down to the Value of the product of the local derivatives along
the path (the multivariate chain rule; F. L. Bauer, SIAM J. Numer. Anal. 11 (1974) 87).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np

from microgradphys.contributions import fit
from microgradphys.errors import InputError
from microgradphys.mathematics import Derivative, Infix, Math, Number
from microgradphys.namespaces import arrays
from microgradphys.notation import Notation, write
from microgradphys.value import Value
from viz.names import as_storyboard
from viz.steps import Move
from viz.storyboard import Storyboard

MOST_PATHS = 24


@dataclass(frozen=True)
class Path:
    """One path: the chain of derivatives between named nodes, its factors, their numbers, and what it contributes.

    chain: None where a piece between two names is not the only way from one to the other. one_by_one: each factor from
    the loss down, with its number; empty where they are arrays.
    """

    chain: Math | None
    factors: Math
    numbers: Math
    amount: Any
    nodes: tuple[int, ...]
    one_by_one: tuple[tuple[Math, float], ...]


@dataclass(frozen=True)
class Explanation:
    """Every path from the loss to one Value, and their sum.

    Attributes:
        left: ∂loss/∂Value.
        paths: the paths, at most 24 of them.
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
            parts = (path.chain, path.factors, path.numbers, Number(path.amount))
            written = [write(part, notation) for part in parts if part is not None]
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
        return "\n\n".join(map(_latex_line, self.lines("latex")))


def _latex_line(line: str) -> str:
    """Mark what is mathematics in a line, and leave words as words."""
    if line.startswith(("path ", "…")):
        return line
    words, formula = ("where ", line[6:]) if line.startswith("where ") else ("", line)
    return rf"{words}$\displaystyle {formula.strip()}$"


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
        y · σ′(w · x) · x
      = 0.7311 × 0.1966 × 2
      = 0.2875
    path 2 of 2
        y · σ′(w · x) · x
      = 0.7311 × 0.1966 × 2
      = 0.2875
    ∂E/∂w = 0.2875 + 0.2875 = 0.5749
    """
    story = as_storyboard(loss, 1, **options)
    goal = story.index(w)
    if story.nodes[goal].constant:
        raise InputError(
            f"{write(story.nodes[goal].label)} is a constant, so the loss has no derivative with respect to it"
        )
    moves = _contributions(story)
    found = [move.value for move in story.moves if move.phase == "backward" and move.node == goal]
    total: Any = found[-1] if found else 0.0
    count = _count(story, story.loss, goal, moves)
    paths = [_path(story, goal, steps, moves) for steps in islice(_walk(story, goal, moves), MOST_PATHS)]
    where = {write(line[0]): line for _, line in paths if line is not None}
    return Explanation(story.gradient(goal), tuple(path for path, _ in paths), count, total, tuple(where.values()))


def ways_to_loss(story: Storyboard) -> list[int]:
    """Count for every node the paths from it to the loss, without walking them.

    >>> from microgradphys import Value
    >>> x = Value(3.0, "x")
    >>> ways_to_loss(Storyboard(x * x * x))
    [3, 1, 1]
    """
    ways = _ways(story, story.loss, 0, _contributions(story))
    return [ways[k] for k in range(len(story.nodes))]


def _contributions(story: Storyboard) -> dict[int, list[Move]]:
    """Group the contributions by the node whose gradient they add to."""
    moves: dict[int, list[Move]] = {}
    for move in story.moves:
        if move.phase == "backward" and move.edge is not None:
            moves.setdefault(move.node, []).append(move)
    return moves


def _ways(story: Storyboard, top: int, bottom: int, moves: Mapping[int, list[Move]]) -> dict[int, int]:
    """Count the paths from one node down to each of those before it, as far as to another, without walking them."""
    ways = {top: 1}
    for k in range(top - 1, bottom - 1, -1):
        ways[k] = sum(ways.get(_sender(story, move), 0) for move in moves.get(k, ()))
    return ways


def _count(story: Storyboard, top: int, bottom: int, moves: Mapping[int, list[Move]]) -> int:
    """Count the paths from one node down to another."""
    return _ways(story, top, bottom, moves)[bottom]


def _sender(story: Storyboard, move: Move) -> int:
    """The node a contribution comes from."""
    assert move.edge is not None
    return story.edges[move.edge].target


def _walk(story: Storyboard, goal: int, moves: Mapping[int, list[Move]]) -> Iterator[list[Move]]:
    """Walk the paths upwards from a node to the loss, and give each from the loss down."""
    # A path is its first move and the rest of it, so that paths share what they have in common.
    stack: list[tuple[int, Any]] = [(goal, None)]
    while stack:
        node, path = stack.pop()
        if node == story.loss:
            yield _unlinked(path)
        stack += [(_sender(story, move), (move, path)) for move in reversed(moves.get(node, ()))]


def _unlinked(path: Any) -> list[Move]:
    """Write a linked path as a list."""
    moves = []
    while path is not None:
        move, path = path
        moves.append(move)
    return moves


def _path(
    story: Storyboard, goal: int, steps: list[Move], moves: Mapping[int, list[Move]]
) -> tuple[Path, tuple[Math, Math, Math, Any] | None]:
    """Describe one path, and the loss's own derivative if the path begins with it.

    ∂a/∂b is the sum over all ways from a to b, so it may stand for a piece of a path only where that is the only way.
    """
    segments = _segments(story, goal, steps)
    ends = [story.loss, *(segment[-1].node for segment in segments)]
    labels = [story.nodes[k].label for k in ends]
    single = [_count(story, a, b, moves) == 1 for a, b in pairwise(ends)]
    chain = _product("·", [Derivative(a, b) for a, b in pairwise(labels)]) if all(single) else None
    symbols: list[Math] = []
    numbers: list[Math] = []
    where = None
    for s, segment in enumerate(segments):
        named, values = _factors(story, segment)
        if s == 0 and len(segments) > 1 and single[0] and story.nodes[story.loss].named:
            left = Derivative(labels[0], labels[1])
            result = _pulled(story, segment)
            known = all(move.local is not None for move in segment)
            where = (left, _product("·", named), _product("×", values) if known else Number(result), result)
            named, values = [left], [Number(result)]
        symbols += named
        numbers += values
    amount = _pulled(story, steps)
    nodes = (story.loss, *(move.node for move in steps))
    scalar = all(move.local is not None for move in steps)
    product = _product("×", numbers) if scalar else Number(amount)
    plain = [part.value for part in numbers if isinstance(part, Number) and not np.ndim(part.value)]
    one_by_one = tuple(zip(symbols, plain, strict=True)) if scalar and len(plain) == len(symbols) else ()
    return Path(chain, _product("·", symbols), product, amount, nodes, one_by_one), where


def _segments(story: Storyboard, goal: int, moves: list[Move]) -> list[list[Move]]:
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
            inputs = [story.data[parent] for parent in node.parents]
            gradient = row.vjp(argument)(arrays, gradient, story.data[node], *inputs, **node.static)
        gradient = fit(gradient, story.data[node.parents[argument]])
    return gradient


def _product(sign: str, factors: list[Math]) -> Math:
    """Write a product of any number of factors."""
    flat: list[Math] = []
    for factor in factors:
        flat += factor.terms if isinstance(factor, Infix) and factor.sign == sign else (factor,)
    return Infix(sign, tuple(flat)) if len(flat) > 1 else flat[0] if flat else Number(1.0)
