"""`quiz`: chosen numbers of a graph are hidden; predict each, then see it. A model without any output.

Its faces, in the terminal, on the page and on paper, are `quiz_text`, `quiz_page` and `worksheets` beside it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, TextIO

from microgradphys.errors import InputError
from microgradphys.mathematics import Number
from microgradphys.notation import write
from microgradphys.value import Value
from viz.names import as_storyboard
from viz.storyboard import Storyboard
from viz.teaching.asking import Asker
from viz.teaching.questions import KINDS, Candidate, Kind, Question
from viz.teaching.verdicts import Outcome, Verdict, check

# Of a large graph a random sample is looked at: who reads a quiz of six questions can wait for no more.
_MOST_LOOKED_AT = 2000


class Quiz:
    """Questions about the numbers of a storyboard, and how far we are.

    Attributes:
        story: the storyboard.
        questions: the questions, in the order of the storyboard.
        position: the index of the present question; the number of questions at the end.
        outcomes: for each question done, how it ended.
        notes: what could not be asked, in sentences.
        formulas: whether the formula is shown with the question.
    """

    def __init__(
        self, story: Storyboard, questions: tuple[Question, ...], notes: tuple[str, ...], formulas: bool
    ) -> None:
        """Start before the first question."""
        self.story, self.questions, self.notes, self.formulas = story, questions, notes, formulas
        self.restart()

    def restart(self) -> None:
        """Begin again."""
        self.position, self.hints, self.tries = 0, 0, 0
        self.outcomes: list[Outcome] = []
        self.clean = 0

    @property
    def question(self) -> Question | None:
        """The present question, None at the end."""
        return self.questions[self.position] if self.position < len(self.questions) else None

    @property
    def score(self) -> str:
        """How many were right, and how many of these at once."""
        right = self.outcomes.count("right")
        return f"{right} of {len(self.questions)} right, {self.clean} of them at the first try and without a hint"

    def answer(self, text: str | float) -> Verdict:
        """Check an answer to the present question, and go on if it is right."""
        asked = self._asked()
        verdict = check(asked, text if isinstance(text, str) else repr(text))
        if verdict.outcome == "right":
            self.clean += not self.tries and not self.hints
            self._done("right")
        elif verdict.outcome == "wrong":
            self.tries += 1
        return verdict

    def hint(self) -> str:
        """Give the next hint, from vague to clear; none of them is the answer."""
        asked = self._asked()
        hints = asked.hints if not self.formulas else tuple(h for h in asked.hints if h != asked.formula)
        self.hints += 1
        return (
            hints[min(self.hints, len(hints)) - 1]
            if self.hints <= len(hints)
            else "There are no more hints; reveal it?"
        )

    def reveal(self) -> Verdict:
        """Show the solution, and go on."""
        asked = self._asked()
        self._done("revealed")
        return Verdict("revealed", asked.solution)

    def skip(self) -> Verdict:
        """Go on without an answer; the number is shown, for later ones are computed from it."""
        asked = self._asked()
        self._done("skipped")
        return Verdict("skipped", f"Skipped: it is {write(Number(asked.answer))}.")

    def run(self, source: TextIO | None = None, target: TextIO | None = None) -> None:
        """Ask in the terminal, until the last question or `q`.

        Args:
            source: where answers come from, standard input if not given.
            target: where questions go, standard output if not given.
        """
        from viz.teaching.quiz_text import run

        run(self, source, target)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save the quiz as a page of its own.

        Raises:
            InputError: an ending that is not .html, or a folder that cannot be written.
        """
        from viz.teaching.quiz_page import quiz_page

        return quiz_page(self).save(path)

    def __repr__(self) -> str:
        """Show the present question."""
        from viz.teaching.quiz_text import question_lines
        from viz.text import plain

        return plain(question_lines(self))

    def _repr_html_(self) -> str:
        """Show the quiz in a notebook, as the page."""
        from viz.teaching.quiz_page import quiz_page

        return quiz_page(self)._repr_html_()

    def _asked(self) -> Question:
        """The present question."""
        if self.question is None:
            raise InputError("the quiz is over; restart() begins again")
        return self.question

    def _done(self, outcome: Outcome) -> None:
        """Note how a question ended, and go to the next."""
        self.outcomes.append(outcome)
        self.position, self.hints, self.tries = self.position + 1, 0, 0


def quiz(
    loss: Value | Storyboard,
    *,
    count: int = 6,
    hide: Kind | Iterable[Kind] = KINDS,
    nodes: Value | str | Iterable[Value | str] | None = None,
    seed: int = 0,
    formulas: bool = True,
    **options: Any,
) -> Quiz:
    """Hide chosen numbers of a graph and ask for them.

    Args:
        loss: a Value that holds one number, or a storyboard.
        count: how many questions; fewer where there are fewer numbers.
        hide: which kinds of numbers: "value", "local", "contribution", "gradient".
        nodes: ask about these only, given as Values or by name.
        seed: which numbers are chosen; the same seed, the same questions.
        formulas: show the formula in symbols with the question.
        options: for `Storyboard`.

    Returns:
        A quiz; `run()` asks in the terminal, `save()` writes a page, in a notebook it shows itself.

    Raises:
        InputError: no such kind or node, or nothing that could be asked.

    >>> w, x = Value(3.0, "w"), Value(2.0, "x")
    >>> test = quiz((w * x).named("E"), hide="contribution", names={})
    >>> test
    Question 1 of 2
    <BLANKLINE>
      What is the contribution to ∂E/∂w through E?
    <BLANKLINE>
      ∂E/∂w = ∂E/∂E · x
    <BLANKLINE>
      given  ∂E/∂E = 1
             w = 3
             x = 2
             E = 6
    >>> print(test.answer("-2"))
    Not quite. The sign is wrong.
    >>> print(test.answer("4 / 2"))
    Right: 2.
    """
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise InputError(f"count={count!r} is not a number of questions; it is 1 or more")
    kinds = _kinds(hide)
    if isinstance(loss, Value):
        options.setdefault("learning_rate", None)
    story = as_storyboard(loss, 1, **options)
    asker, dice = Asker(story), random.Random(seed)
    places = _places(story, nodes)
    sampled = len(places) > _MOST_LOOKED_AT
    found = list(asker.candidates(kinds, sorted(dice.sample(places, _MOST_LOOKED_AT)) if sampled else places))
    possible = [c for c in found if c.size]
    notes = []
    if len(found) > len(possible) and not sampled:
        left = len(found) - len(possible)
        verb = "s are" if left > 1 else " is"
        notes.append(f"{left} number{verb} not asked for: nan, infinite, in a large array or computed from one.")
    if not possible:
        raise InputError(" ".join([f"there is nothing to ask for among {', '.join(map(repr, kinds))}.", *notes]))
    chosen = _chosen(possible, kinds, count, dice)
    if len(chosen) < count:
        notes.append(f"There are {len(chosen)} numbers to ask for, not {count}.")
    return Quiz(story, tuple(asker.question(c, element) for c, element in chosen), tuple(notes), formulas)


def _places(story: Storyboard, nodes: Value | str | Iterable[Value | str] | None) -> Sequence[int]:
    """The moves, by index, to look at: all, or those with which a number of these nodes becomes known."""
    if nodes is None:
        return range(len(story.moves))
    given = [nodes] if isinstance(nodes, (Value, str)) else list(nodes)
    wanted = {story.index(node) for node in given}
    return sorted(one.start + row for one in story.passes for node in wanted for row in one.rows(node))


def _kinds(hide: Any) -> tuple[Kind, ...]:
    """Check the kinds of numbers to hide."""
    given = [hide] if isinstance(hide, str) else list(hide)
    for kind in given:
        if kind not in KINDS:
            raise InputError(f"hide={kind!r} is not one of {', '.join(map(repr, KINDS))}")
    return tuple(kind for kind in KINDS if kind in given)


def _chosen(
    possible: list[Candidate], kinds: tuple[Kind, ...], count: int, dice: random.Random
) -> list[tuple[Candidate, int]]:
    """Choose numbers, the kinds in turn, those that only repeat another last, and put them in their order."""
    order = []
    for plain in (False, True):
        rows = []
        for kind in kinds:
            row = [c for c in possible if c.kind == kind and c.plain == plain]
            dice.shuffle(row)
            rows.append(row)
        order += [c for turn in zip_longest(*rows) for c in turn if c is not None]
    chosen = [(c, dice.randrange(c.size)) for c in order[:count]]
    return sorted(chosen, key=lambda pair: (pair[0].move, KINDS.index(pair[0].kind)))
