"""Finds the likely mistakes of a question: the operation around its number, and what stands above it in the graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from microgradphys.mathematics import Number
from microgradphys.notation import write
from viz.picture import Index
from viz.steps import Move
from viz.teaching.mistakes import Mistake, of_contribution, of_local, of_skipped, of_sum, of_value
from viz.teaching.products import (
    backward_row,
    forward_row,
    of_elements,
    of_mean,
    of_row,
    of_row_backward,
    of_transposed,
)
from viz.teaching.question_sites import Neighbourhood, pick


class Likely:
    """The likely mistakes of each kind of question.

    Args:
        around: the neighbourhoods of a storyboard.
    """

    def __init__(self, around: Neighbourhood) -> None:
        """Look at the storyboard."""
        self.around, self.story = around, around.story

    def in_value(self, k: int, at: Index) -> Iterator[Mistake]:
        """The ways in which an element of the value of a node goes wrong."""
        around, node = self.around, self.story.nodes[k]
        if site := around.site(k, at):
            yield from of_value(site, {} if at else around.terms(k))
        for number, words in [] if at else around.unactivated(k):
            yield Mistake("before activation", number, words)
        if node.op in ("mean", "sum"):
            (p,) = node.parents
            number, inside = pick(around.data(k), at), around.data(p)
            yield from of_mean(number, np.size(inside) // max(np.size(around.data(k)), 1), node.op)
            yield from () if node.shape else of_elements(inside, number, node.op)
        if node.op == "matmul":
            left, right = map(around.data, node.parents)
            if row := forward_row(left, right, at):
                yield from of_row(row)
            one, two = (f"You multiplied with the transpose of {around.label(p)}." for p in node.parents)
            yield from of_transposed(left, right, at, (one, two))

    def in_local(self, move: Move, at: Index) -> Iterator[Mistake]:
        """The ways in which an element of a local derivative goes wrong."""
        assert move.edge is not None
        assert move.local_symbol is not None
        edge = self.story.edges[move.edge]
        site = self.around.site(edge.target, at)
        if site is None:
            return
        yield from of_local(site, edge.argument, _written(move, at))
        if np.shape(move.upstream) == np.shape(move.local):
            amount = pick(move.upstream, at) * pick(move.local, at)
            yield Mistake("contribution", amount, "That is the contribution; asked is the local derivative.")

    def in_contribution(self, move: Move, at: Index, above: str) -> Iterator[Mistake]:
        """The ways in which an element of a contribution goes wrong; `above` is what the gradient above is called."""
        assert move.edge is not None
        edge, amount = self.story.edges[move.edge], pick(move.contribution, at)
        site, op = self.around.site(edge.target, at), self.story.nodes[edge.target].op
        if site and move.local_symbol is not None and np.shape(move.upstream) == np.shape(move.contribution):
            yield from of_contribution(site, edge.argument, pick(move.upstream, at), _written(move, at), above)
        elif op == "matmul":
            yield from self._through_product(move, at, above)
        elif op in ("mean", "sum"):
            yield from of_mean(amount, np.size(move.contribution) // max(np.size(move.upstream), 1), op)
        yield from self._skipped(move, at)
        yield Mistake("sign", -amount, "The sign is wrong.")
        value = pick(self.around.data(move.node), at)
        yield Mistake("value", value, f"That is the value of {self.around.label(move.node)}.")
        if move.formula.sign == "+=":
            words = "That is the sum so far; asked is this one contribution."
            yield Mistake("total", pick(move.total, at), words)

    def in_gradient(self, move: Move, parts: Sequence[float], ways: Sequence[str], at: Index) -> Iterator[Mistake]:
        """The ways in which an element of a gradient, the sum of these parts, goes wrong."""
        yield from of_sum(parts, ways)
        value, name = pick(self.around.data(move.node), at), self.around.label(move.node)
        yield Mistake("value", value, f"That is the value of {name}; asked is the gradient.")

    def _through_product(self, move: Move, at: Index, above: str) -> Iterator[Mistake]:
        """The ways in which a contribution through a matrix product goes wrong."""
        assert move.edge is not None
        edge = self.story.edges[move.edge]
        parents = self.story.nodes[edge.target].parents
        left, right = map(self.around.data, parents)
        other = self.around.label(parents[1 - edge.argument])
        if row := backward_row(left, right, move.upstream, edge.argument, at):
            yield from of_row_backward(row, above, other)
        too_much, forgotten = f"You transposed {above}.", f"You forgot to transpose {other}."
        if edge.argument == 0:
            yield from of_transposed(move.upstream, np.transpose(right), at, (too_much, forgotten))
        else:
            yield from of_transposed(np.transpose(left), move.upstream, at, (forgotten, too_much))

    def _skipped(self, move: Move, at: Index) -> Iterator[Mistake]:
        """The contribution with the gradient from above the function that this one goes through, as if it were not."""
        assert move.edge is not None
        edge, around = self.story.edges[move.edge], self.around
        top = around.through(edge.target)
        ways = around.ways.get(top, ())
        if len(ways) != 1:
            return
        beyond = self.story.moves[ways[0]]
        assert beyond.edge is not None
        function = self.story.edges[beyond.edge].target
        if beyond.local_symbol is None or np.shape(beyond.upstream) != np.shape(move.upstream):
            return
        names = (write(self.story.gradient(function)), write(self.story.gradient(top)))
        written = write(beyond.local_symbol)
        site = around.site(function, (0,) * len(self.story.nodes[function].shape))
        if site is None:
            return
        if move.local is not None and np.shape(move.upstream) == np.shape(move.contribution):
            arrives, slope = pick(beyond.upstream, at), pick(np.broadcast_to(move.local, np.shape(move.upstream)), at)
            yield from of_skipped(site, arrives * slope, written, names)
        elif self.story.nodes[edge.target].op == "matmul":
            left, right = map(around.data, self.story.nodes[edge.target].parents)
            if row := backward_row(left, right, beyond.upstream, edge.argument, at):
                yield from of_skipped(site, sum(row.products), written, names)


def _written(move: Move, at: Index) -> str:
    """How a local derivative is written; of an array of numbers, the element."""
    symbol = move.local_symbol
    assert symbol is not None
    return write(Number(pick(symbol.value, at)) if isinstance(symbol, Number) and np.shape(symbol.value) else symbol)
