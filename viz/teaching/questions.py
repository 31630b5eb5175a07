"""The questions that a storyboard can be asked: each about one of its numbers, in the order in which they become known.

A question is data: its words, its formula, the numbers that are given, the answer, and the wrong answers that students
give (`viz.teaching.mistakes`). Every number is the storyboard's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError
from microgradphys.mathematics import Derivative, Infix, Math, Number, Symbol
from microgradphys.notation import write
from microgradphys.source import product
from viz.picture import Index, Slot
from viz.steps import Move
from viz.storyboard import Storyboard
from viz.teaching.elements import Element, element_of, elements, item, product_element
from viz.teaching.mistakes import Mistake, of_contribution, of_local, of_sum, of_value, told_apart
from viz.teaching.question_sites import Neighbourhood, is_written, pick
from viz.teaching.typed import CLOSE, read

Kind = Literal["value", "local", "contribution", "gradient"]
KINDS: tuple[Kind, ...] = ("value", "local", "contribution", "gradient")
# Larger arrays are not written out anywhere: of these, one element is asked for, with the elements that it needs.
LARGEST_ARRAY = 12
_RULES: dict[Kind, str] = {
    "value": "Put the numbers of its arguments into the formula.",
    "local": "Differentiate this one operation, at the numbers of the forward pass.",
    "contribution": "A contribution is the gradient that arrives times the local derivative.",
    "gradient": "A gradient is the sum of its contributions, one for each edge that leads there.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one number.

    kind: which kind of number. move: the index of the storyboard's move with which it becomes known. words: the
    question. left, sign, symbols, numbers, result: its formula, the last two for the solution. element: which one of an
    array, as "[0, 1]", is asked for. given: what it is computed from, with
    the numbers. answer: the number. shown: the number that four digits of everything lead to. scale: how large the
    numbers are that it is made of. mistakes: wrong answers by name. hints: from vague to clear, none is the answer.
    slot: where the number stands on the picture.
    """

    kind: Kind
    move: int
    words: str
    left: Math
    sign: str
    symbols: Math
    numbers: Math
    result: Math
    element: str
    given: tuple[tuple[Math, float], ...]
    answer: float
    shown: float
    scale: float
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    slot: Slot

    @property
    def solution(self) -> str:
        """The formula in symbols and in numbers, with its result."""
        parts = [write(part) for part in (self.symbols, self.numbers, self.result)]
        kept = [part for part in dict.fromkeys(parts) if part != write(self.left)]
        whole = isinstance(self.result, Number) and np.ndim(self.result.value) > 0
        which = f"; element {self.element} is {write(Number(self.answer))}" if self.element and whole else ""
        return f"{write(self.left)} {self.sign} {' = '.join(kept)}{which}"

    @property
    def formula(self) -> str:
        """The formula in symbols."""
        left, symbols = write(self.left), write(self.symbols)
        return left if left == symbols else f"{left} {self.sign} {symbols}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that could be asked for: the kind, the move, its shape, and its size, 0 if it cannot be asked for.

    plain: it only repeats another number, as beside a factor of 1. single: of an array too large to write, one element
    and what it is computed from are shown by themselves.
    """

    kind: Kind
    move: int
    size: int
    shape: tuple[int, ...]
    plain: bool
    single: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question about a whole number or array, before an element is chosen; {} in the words is its place."""

    words: str
    left: Math
    symbols: Math
    numbers: Math
    given: list[tuple[Math, Any]]
    number: Any
    mistakes: list[Mistake]
    slot: Slot
    sign: str = "="


class Asker:
    """Finds the numbers of a storyboard that can be asked for, and writes the questions.

    Args:
        story: the storyboard.
    """

    def __init__(self, story: Storyboard) -> None:
        """Look at the storyboard."""
        self.story, self.around = story, Neighbourhood(story)

    def candidates(self, kinds: tuple[Kind, ...]) -> Iterator[Candidate]:
        """Go through all numbers of these kinds, in the order in which they become known.

        What needs an array of which only the shape is written can be asked for if an element needs a few numbers only.
        """
        for candidate in self._all(kinds):
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

    def _all(self, kinds: tuple[Kind, ...]) -> Iterator[Candidate]:
        """Go through all numbers of these kinds, with size 0 where they are not written out whole."""
        nodes = self.story.nodes
        for k, move in enumerate(self.story.moves):
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
            return _made(candidate, at, single or self._draft(kind, move, at))

    def _draft(self, kind: Kind, move: Move, at: Index) -> _Draft:
        """Write the question about a number or an array."""
        write_draft = {
            "value": self._value,
            "local": self._local,
            "contribution": self._contribution,
            "gradient": self._gradient,
        }[kind]
        return write_draft(move, at)

    def _single(self, kind: Kind, move: Move, at: Index) -> _Draft | None:
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

    def _value(self, move: Move, at: tuple[int, ...]) -> _Draft:
        """Ask for the value of a node."""
        site = self.around.site(move.node, at)
        return _Draft(
            words=f"What is {{}}{self.around.label(move.node)}?",
            left=move.formula.left,
            symbols=move.formula.symbols,
            numbers=move.formula.numbers,
            given=self.around.ingredients(move.node, deep=True),
            number=move.value,
            mistakes=list(of_value(site, {} if at else self.around.terms(move.node))) if site else [],
            slot=("value", move.node),
        )

    def _local(self, move: Move, at: tuple[int, ...]) -> _Draft:
        """Ask for the local derivative on an edge."""
        assert move.edge is not None
        assert move.local_symbol is not None
        edge = self.story.edges[move.edge]
        left = Derivative(self.story.nodes[edge.target].label, self.story.nodes[edge.source].label)
        line, written = move.local_formula, write(move.local_symbol)
        site = self.around.site(edge.target, at)
        mistakes = list(of_local(site, edge.argument, written)) if site else []
        if site and np.shape(move.upstream) == np.shape(move.local):
            amount = pick(move.upstream, at) * pick(move.local, at)
            mistakes.append(Mistake("contribution", amount, "That is the contribution; asked is the local derivative."))
        return _Draft(
            words=f"What is {{}}the local derivative {write(left)}?",
            left=left,
            symbols=line.symbols if line else move.local_symbol,
            numbers=line.numbers if line else Number(move.local),
            given=self.around.ingredients(edge.target, deep=False),
            number=move.local,
            mistakes=mistakes,
            slot=("local", move.edge),
        )

    def _contribution(self, move: Move, at: tuple[int, ...]) -> _Draft:
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
        return _Draft(
            words=f"What is the contribution to {{}}{write(left)} through {name}?",
            left=left,
            symbols=symbols,
            numbers=numbers,
            given=[(above, move.upstream), *self.around.ingredients(edge.target, deep=False)],
            number=move.contribution,
            mistakes=self._with_contribution(move, at, write(above)),
            slot=("gradient", move.node),
            sign="+=" if len(self.around.ways[move.node]) > 1 else "=",
        )

    def _with_contribution(self, move: Move, at: tuple[int, ...], above: str) -> list[Mistake]:
        """The ways in which this contribution goes wrong."""
        assert move.edge is not None
        edge = self.story.edges[move.edge]
        site, mistakes = self.around.site(edge.target, at), []
        if site and move.local_symbol is not None and np.shape(move.upstream) == np.shape(move.contribution):
            upstream, written = pick(move.upstream, at), write(move.local_symbol)
            mistakes += of_contribution(site, edge.argument, upstream, written, above)
        mistakes.append(Mistake("sign", -pick(move.contribution, at), "The sign is wrong."))
        if move.formula.sign == "+=":
            words = "That is the sum so far; asked is this one contribution."
            mistakes.append(Mistake("total", pick(move.total, at), words))
        return mistakes

    def _gradient(self, move: Move, at: tuple[int, ...]) -> _Draft:
        """Ask for a gradient, the sum of its contributions."""
        moves = [self.story.moves[m] for m in self.around.ways[move.node]]
        tops, ways = zip(*map(self.around.way, moves), strict=True)
        parts = [pick(m.contribution, at) for m in moves]
        left, one = self.story.gradient(move.node), len(moves) == 1
        whole = f", all {len(parts)} contributions added up" if not one else ""
        sums = [
            Infix("+", tuple(m.formula.symbols for m in moves)),
            Infix("+", tuple(Number(m.contribution) for m in moves)),
        ]
        return _Draft(
            words=f"What is {{}}{write(left)}{whole}?",
            left=left,
            symbols=moves[0].formula.symbols if one else sums[0],
            numbers=moves[0].formula.numbers if one else sums[1],
            given=[(self.story.gradient(tops[0]), move.upstream)]
            if one
            else [(Symbol(f"through {way}"), m.contribution) for way, m in zip(ways, moves, strict=True)],
            number=move.total,
            mistakes=self._with_contribution(move, at, write(self.story.gradient(tops[0])))
            if one
            else list(of_sum(parts, ways)),
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


def _made(candidate: Candidate, at: Index, draft: _Draft) -> Question:
    """Make the question about a number or about one element of an array."""
    element = f"[{', '.join(map(str, at))}]" if at else ""
    of_element = f"element {element} of " if at else ""
    if np.ndim(draft.number) == 0:
        at = ()
    answer = pick(draft.number, at)
    sizes = [float(np.max(np.abs(number), initial=0.0)) for _, number in draft.given]
    return Question(
        kind=candidate.kind,
        move=candidate.move,
        words=draft.words.replace("{}", of_element, 1),
        left=draft.left,
        sign=draft.sign,
        symbols=draft.symbols,
        numbers=draft.numbers,
        result=Number(draft.number),
        element=element,
        given=tuple(draft.given),
        answer=answer,
        shown=_by_four_digits(draft.numbers, answer, at),
        scale=max([abs(answer), *filter(np.isfinite, sizes)]),
        mistakes=told_apart(draft.mistakes, answer),
        hints=tuple(_hints(candidate.kind, draft, answer)),
        slot=draft.slot,
    )


def _hints(kind: Kind, draft: _Draft, answer: float) -> Iterator[str]:
    """From the rule in words to the formula in numbers, leaving out a line that holds the answer."""
    yield _RULES[kind]
    left, given_away = write(draft.left), {write(Number(answer)), write(Number(draft.number)), write(draft.left)}
    for part in dict.fromkeys((write(draft.symbols), write(draft.numbers))):
        if part not in given_away:
            yield f"{left} {draft.sign} {part}"


def _by_four_digits(numbers: Math, answer: float, at: tuple[int, ...]) -> float:
    """What the numbers lead to as they are shown, with four digits each; the answer itself where nobody can say."""
    if at:
        return answer
    try:
        found = read(write(numbers)).value
    except InputError:
        return answer
    return found if abs(found - answer) <= CLOSE * abs(answer) else answer
