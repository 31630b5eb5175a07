"""What an answer to a question is worth: right, or wrong by a mistake that has a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from microgradphys.errors import InputError
from microgradphys.mathematics import Number
from microgradphys.notation import write
from viz.teaching.questions import Question
from viz.teaching.typed import MOST_EXPLANATIONS, fits, nearly, read

Outcome = Literal["right", "wrong", "unread", "revealed", "skipped"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer is worth: the outcome, what there is to say, and the mistakes that lead to this number."""

    outcome: Outcome
    words: str
    mistakes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it."""
        return self.words


def check(question: Question, text: str) -> Verdict:
    """Compare an answer with the number, and name the mistake that leads to it.

    >>> from microgradphys import Value
    >>> from viz.teaching.quizzing import quiz
    >>> w = Value(3.0, "w")
    >>> asked = quiz((w * w).named("E"), hide="gradient", names={}).questions[0]
    >>> asked.words, check(asked, "6").outcome
    ('What is ∂E/∂w, both contributions added up?', 'right')
    >>> print(check(asked, "-6"))
    Not quite. The sign is wrong.
    """
    try:
        answer = read(text)
    except InputError as error:
        return Verdict("unread", str(error)[:1].upper() + str(error)[1:] + ".")
    if fits(answer, question.answer, question.scale) or fits(answer, question.shown):
        return Verdict("right", f"Right: {write(Number(question.answer))}.")
    found = [mistake for mistake in question.mistakes if fits(answer, mistake.number)]
    if found and len(found) <= MOST_EXPLANATIONS:
        either = " Or: ".join(mistake.sentence for mistake in found)
        return Verdict("wrong", f"Not quite. {either}", tuple(mistake.kind for mistake in found))
    near = nearly(answer, question.answer)
    if near == "coarse":
        return Verdict("wrong", "Rounded too coarsely: give three digits or more.", ("rounding",))
    if near == "close":
        return Verdict("wrong", "Close, but not within 0.1 %: keep four digits on the way.", ("rounding",))
    return Verdict("wrong", "Not right. Try again, or ask for a hint.")
