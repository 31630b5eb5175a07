"""Writes the questions that a storyboard can be asked, each about one of its numbers, in the order of its moves.

Every number is the storyboard's own; wrong answers are those of `viz.teaching.mistakes` and `viz.teaching.products`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from microgradphys.arranging import product
from microgradphys.errors import InputError
from microgradphys.mathematics import Derivative, Infix, Math, Number, Symbol
from microgradphys.notation import write
from viz.picture import Index
from viz.steps import Move
from viz.storyboard import Storyboard
from viz.teaching.elements import Element, element_of, elements, item, product_element
from viz.teaching.likely import Likely
from viz.teaching.question_sites import Neighbourhood, is_written, pick
from viz.teaching.questions import Candidate, Draft, Kind, Question, made
from viz.teaching.typed import CLOSE, read

# Larger arrays are not written out anywhere: of these, one element is asked for, with the elements that it needs.
LARGEST_ARRAY = 12


class Asker:
    """Finds the numbers of a storyboard that can be asked for, and writes the questions.

    Args:
        story: the storyboard.
    """

    def __init__(self, story: Storyboard) -> None:
        """Look at the storyboard."""
        self.story, self.around = story, Neighbourhood(story)
        self.likely = Likely(self.around)

    def candidates(self, kinds: tuple[Kind, ...], places: Iterable[int] | None = None) -> Iterator[Candidate]:
        """Go through all numbers of these kinds, in the order in which they become known.

        What needs an array of which only the shape is written can be asked for if an element needs a few numbers only.

        Args:
            kinds: which kinds of numbers.
            places: the moves to look at, by index; all of them if not given.
        """
        for candidate in self._all(kinds, range(len(self.story.moves)) if places is None else places):
            move = self.story.moves[candidate.move]
            number = {"value": move.value, "local": move.local, "gradient": move.total}.get(
                candidate.kind, move.contribution
            )
            size = int(np.size(number))
            if candidate.size or not candidate.shape or not size or not np.all(np.isfinite(number)):
                yield candidate
                continue
            middle = tuple(int(k) for k in np.unravel_index(size // 2, candidate.shape))
            with np.errstate(all="ignore"):
                known = self._single(candidate.kind, move, middle)
            yield replace(candidate, size=size, single=True) if known else candidate

    def _all(self, kinds: tuple[Kind, ...], places: Iterable[int]) -> Iterator[Candidate]:
        """Go through all numbers of these kinds, with size 0 where they are not written out whole."""
        nodes = self.story.nodes
        for k in places:
            move = self.story.moves[k]
            unnamed = not nodes[move.node].named
            if move.phase == "forward" and "value" in kinds:
                yield _candidate("value", k, move.value, unnamed, hidden=self.around.hidden(move.node, deep=True))
            if move.phase != "backward" or move.edge is None:
                continue
            target = self.story.edges[move.edge].target
            hidden = not is_written(move.upstream) or self.around.hidden(target, deep=False)
            unit = move.local is not None and bool(np.all(np.abs(move.local) == 1.0))
            if "local" in kinds and move.local is not None:
                yield _candidate("local", k, move.local, unit or isinstance(move.local_symbol, Symbol))
            if "contribution" in kinds:
                yield _candidate("contribution", k, move.contribution, unit or unnamed, hidden)
            ways = self.around.ways[move.node]
            hidden = hidden and len(ways) == 1
            if "gradient" in kinds and ways[-1] == k and ("contribution" not in kinds or len(ways) > 1):
                yield _candidate("gradient", k, move.total, len(ways) < 2 or unnamed, hidden)

    def question(self, candidate: Candidate, element: int) -> Question:
        """Write the question about a number; of an array, about one element, counted through."""
        at = tuple(int(i) for i in np.unravel_index(element, candidate.shape))
        move, kind = self.story.moves[candidate.move], candidate.kind
        with np.errstate(all="ignore"):
            single = self._single(kind, move, at) if candidate.single else None
            return made(candidate, at, single or self._draft(kind, move, at))

    def _draft(self, kind: Kind, move: Move, at: Index) -> Draft:
        """Write the question about a number or an array."""
        write_draft = {
            "value": self._value,
            "local": self._local,
            "contribution": self._contribution,
            "gradient": self._gradient,
        }[kind]
        return write_draft(move, at)

    def _single(self, kind: Kind, move: Move, at: Index) -> Draft | None:
        """Write the question about one element with the elements that it needs; None if these are too many."""
        draft = self._draft(kind, move, at)
        shape, target = np.shape(draft.number), move.node
        if kind != "value" and move.edge is not None:
            target = self.story.edges[move.edge].target
        answer = pick(draft.number, at)
        sums = kind == "gradient" and len(self.around.ways[move.node]) > 1
        alike = kind == "value" or np.shape(move.local if kind == "local" else move.upstream) == shape
        beside = sums or (alike and self.around.site(target, at) is not None)
        found = (element_of if beside else _of_product)(draft.symbols, draft.numbers, at, shape)
        if found is None or not _leads_to(found, answer, sure=beside):
            return None
        listed = elements(draft.given, at, shape) if beside and kind != "value" else None
        given = listed or found.given
        if not given or not all(np.all(np.isfinite(number)) for _, number in given):
            return None
        return replace(
            draft,
            left=item(draft.left, at),
            symbols=found.symbols,
            numbers=found.numbers,
            given=list(given),
            number=answer,
        )

    def _value(self, move: Move, at: tuple[int, ...]) -> Draft:
        """Ask for the value of a node."""
        return Draft(
            words=f"What is {{}}{self.around.label(move.node)}?",
            left=move.formula.left,
            symbols=move.formula.symbols,
            numbers=move.formula.numbers,
            given=self.around.ingredients(move.node, deep=True),
            number=move.value,
            mistakes=list(self.likely.in_value(move.node, at)),
            slot=("value", move.node),
        )

    def _local(self, move: Move, at: tuple[int, ...]) -> Draft:
        """Ask for the local derivative on an edge."""
        assert move.edge is not None
        assert move.local_symbol is not None
        edge = self.story.edges[move.edge]
        left = Derivative(self.story.nodes[edge.target].label, self.story.nodes[edge.source].label)
        line, symbol = move.local_formula, move.local_symbol
        # A derivative that is written as the number that it is would tell the answer.
        symbols = next((m for m in (line.symbols if line else symbol, symbol) if not isinstance(m, Number)), left)
        return Draft(
            words=f"What is {{}}the local derivative {write(left)}?",
            left=left,
            symbols=symbols,
            numbers=line.numbers if line else Number(move.local),
            given=self.around.ingredients(edge.target, deep=False),
            number=move.local,
            mistakes=list(self.likely.in_local(move, at)),
            slot=("local", move.edge),
        )

    def _contribution(self, move: Move, at: tuple[int, ...]) -> Draft:
        """Ask for one contribution to a gradient."""
        assert move.edge is not None
        edge = self.story.edges[move.edge]
        symbols, numbers, top = move.formula.symbols, move.formula.numbers, edge.target
        way, name = self.around.way(move)
        if move.local_symbol is not None and not np.shape(move.upstream) and not np.shape(move.local):
            # A term of a sum has the gradient of the sum, which the lecture writes.
            top = way
            symbols = product("·", self.story.gradient(top), move.local_symbol)
            numbers = product("×", Number(move.upstream), Number(move.local))
        name = name if way == top else self.around.label(top)
        above, left = self.story.gradient(top), self.story.gradient(move.node)
        return Draft(
            words=f"What is the contribution to {{}}{write(left)} through {name}?",
            left=left,
            symbols=symbols,
            numbers=numbers,
            given=[(above, move.upstream), *self.around.ingredients(edge.target, deep=False)],
            number=move.contribution,
            mistakes=list(self.likely.in_contribution(move, at, write(above))),
            slot=("gradient", move.node),
            sign="+=" if len(self.around.ways[move.node]) > 1 else "=",
        )

    def _gradient(self, move: Move, at: tuple[int, ...]) -> Draft:
        """Ask for a gradient, the sum of its contributions."""
        moves = [self.story.moves[m] for m in self.around.ways[move.node]]
        tops, ways = zip(*map(self.around.way, moves), strict=True)
        parts = [pick(m.contribution, at) for m in moves]
        left, one = self.story.gradient(move.node), len(moves) == 1
        whole = "" if one else f", {'both' if len(parts) == 2 else f'all {len(parts)}'} contributions added up"
        sums = [
            Infix("+", tuple(m.formula.symbols for m in moves)),
            Infix("+", tuple(Number(m.contribution) for m in moves)),
        ]
        return Draft(
            words=f"What is {{}}{write(left)}{whole}?",
            left=left,
            symbols=moves[0].formula.symbols if one else sums[0],
            numbers=moves[0].formula.numbers if one else sums[1],
            given=[(self.story.gradient(tops[0]), move.upstream)]
            if one
            else [(Symbol(f"through {way}"), m.contribution) for way, m in zip(ways, moves, strict=True)],
            number=move.total,
            mistakes=list(
                self.likely.in_contribution(move, at, write(self.story.gradient(tops[0])))
                if one
                else self.likely.in_gradient(move, parts, ways, at)
            ),
            slot=("gradient", move.node),
        )


def _candidate(kind: Kind, k: int, number: Any, plain: bool, hidden: bool = False) -> Candidate:
    """Describe a number that could be asked for, if nothing that it is computed from is hidden."""
    fine = not hidden and 0 < np.size(number) <= LARGEST_ARRAY and bool(np.all(np.isfinite(number)))
    return Candidate(kind, k, int(np.size(number)) if fine else 0, np.shape(number), plain)


def _of_product(symbols: Math, numbers: Math, at: Index, shape: tuple[int, ...]) -> Element | None:
    """Write one element of a product of matrices."""
    return product_element(symbols, numbers, at) if len(shape) == 2 else None


def _leads_to(found: Element, answer: float, sure: bool) -> bool:
    """Whether a formula in numbers leads to the answer; where nobody can say, whether we are sure anyway."""
    try:
        away = abs(read(write(found.numbers)).value - answer)
    except InputError:
        return sure
    sizes = [float(np.max(np.abs(number), initial=0.0)) for _, number in found.given]
    return away <= CLOSE * max([abs(answer), *sizes])
