"""Questions as data: each about one number of a storyboard, with its formula, what is given, answer, hints, mistakes.

`viz.teaching.asking` writes them: a `Draft` about a whole number or array, of which `made` makes the question about one
element.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError
from microgradphys.mathematics import Derivative, Fraction, Infix, Item, Math, Negative, Number, Power, Root, Symbol
from microgradphys.notation import write
from viz.picture import Index, Slot
from viz.teaching.mistakes import Mistake, told_apart
from viz.teaching.products import transposed
from viz.teaching.question_sites import pick
from viz.teaching.typed import CLOSE, read

Kind = Literal["value", "local", "contribution", "gradient"]
KINDS: tuple[Kind, ...] = ("value", "local", "contribution", "gradient")
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
    array, as "[0, 1]", is asked for. given: what it is computed from, with the numbers. answer: the number. shown: the
    number that four digits of everything lead to. scale: how large the numbers are whose difference it may be.
    mistakes: wrong answers by name. hints: from vague to clear, none is the answer. slot: where the number stands on
    the picture.
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
class Draft:
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


def made(candidate: Candidate, at: Index, draft: Draft) -> Question:
    """Make the question about a number or about one element of an array."""
    element = f"[{', '.join(map(str, at))}]" if at else ""
    of_element = f"element {element} of " if at else ""
    if np.ndim(draft.number) == 0:
        at = ()
    answer = pick(draft.number, at)
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
        scale=max(abs(answer), _scale(candidate.kind, draft)),
        mistakes=told_apart([*draft.mistakes, *transposed(draft.number, at)], answer),
        hints=tuple(_hints(candidate.kind, draft, answer)),
        slot=draft.slot,
    )


def _scale(kind: Kind, draft: Draft) -> float:
    """How large the numbers are whose difference the answer may be; 0 where nothing is added or subtracted."""
    sizes = [float(np.max(np.abs(number), initial=0.0)) for _, number in draft.given]
    sizes = [size for size in sizes if np.isfinite(size)]
    if not sizes or not _may_cancel(draft.symbols):
        return 0.0
    # The gradient that arrives multiplies the rest.
    return sizes[0] * max([1.0, *sizes[1:]]) if kind == "contribution" else max(sizes)


def _may_cancel(formula: Math) -> bool:
    """Whether a formula is more than a product of powers, so that terms of it may cancel."""
    stack = [formula]
    while stack:
        match stack.pop():
            case Infix(sign="·" | "×" | "⊙", terms=terms):
                stack += terms
            case Negative(body=body) | Root(body=body) | Item(body=body):
                stack.append(body)
            case Fraction(top=top, bottom=bottom):
                stack += (top, bottom)
            case Power(base=base):
                stack.append(base)
            case Symbol() | Number() | Derivative():
                pass
            case _:
                return True
    return False


def _hints(kind: Kind, draft: Draft, answer: float) -> Iterator[str]:
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
