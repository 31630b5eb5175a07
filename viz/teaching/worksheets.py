"""`worksheet`: questions about a graph on paper, and the sheet with the answers, as HTML or PDF.

What stands on a sheet is a model first (`Sheet`); `viz.teaching.sheet_forms` writes it as text, HTML and Typst.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from microgradphys.errors import InputError
from microgradphys.files import checked_target, write_atomically
from microgradphys.mathematics import Infix, Math, Number, Symbol
from microgradphys.notation import write
from microgradphys.value import Value
from viz.names import as_storyboard
from viz.picture import Picture, Slot
from viz.storyboard import Storyboard
from viz.svg import svg
from viz.teaching.questions import KINDS, Kind, Question
from viz.teaching.quiz_picture import filled, quiz_picture
from viz.teaching.quizzing import Quiz, quiz
from viz.theme import LIGHT

Paper = Literal["a4", "letter"]
PAPERS: tuple[Paper, ...] = ("a4", "letter")


@dataclass(frozen=True, slots=True)
class Exercise:
    """One question on paper: words, formula, what is given; for the answer sheet the solution and the result."""

    number: int
    words: str
    formula: Math | None
    given: tuple[Math, ...]
    solution: Math
    result: Math


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet or, with `solved`, its answer sheet. picture and drawn: the graph, and as an SVG document."""

    title: str
    exercises: tuple[Exercise, ...]
    notes: tuple[str, ...]
    picture: Picture | None
    drawn: str
    solved: bool
    paper: Paper


def worksheet(
    loss: Value | Storyboard,
    path: str | os.PathLike[str],
    *,
    count: int = 8,
    hide: Kind | Iterable[Kind] = KINDS,
    nodes: Value | str | Iterable[Value | str] | None = None,
    seed: int = 0,
    formulas: bool = True,
    title: str | None = None,
    paper: Paper = "a4",
    **options: Any,
) -> tuple[Path, Path]:
    """Write a worksheet with questions about a graph's numbers, and beside it the sheet with the answers.

    Args:
        loss: a Value that holds one number, or a storyboard.
        path: where the worksheet goes, `sheet.html` or `sheet.pdf`; the answers go to `sheet-answers`.
        count: how many questions.
        hide: which kinds of numbers to ask for.
        nodes: ask about these only.
        seed: which numbers are chosen; another one than 0 stands in the heading of both sheets, as their variant.
        formulas: print the formula in symbols with each question.
        title: the heading.
        paper: "a4" or "letter".
        options: for `Storyboard`.

    Returns:
        The two paths.

    Raises:
        InputError: another ending, a folder that cannot be written, or nothing to ask for.
        MissingExtraError: PDF needs typst, from the viz extra.

    >>> from tempfile import mkdtemp
    >>> files = worksheet((Value(3.0, "w") * 2).named("E"), Path(mkdtemp()) / "sheet.html", names={})
    >>> [file.name for file in files]
    ['sheet.html', 'sheet-answers.html']
    """
    from viz.teaching.sheet_forms import html, pdf

    target = checked_target(path, (".html", ".pdf"))
    if paper not in PAPERS:
        raise InputError(f"paper={paper!r} is not one of {', '.join(map(repr, PAPERS))}")
    if isinstance(loss, Value):
        options.setdefault("learning_rate", None)
    story = as_storyboard(loss, 1, **options)
    test = quiz(story, count=count, hide=hide, nodes=nodes, seed=seed, formulas=formulas)
    form = pdf if target.suffix.lower() == ".pdf" else html
    answers = target.with_name(f"{target.stem}-answers{target.suffix}")
    written = [form(sheet(test, solved=solved, title=title, paper=paper, variant=seed)) for solved in (False, True)]
    return write_atomically(target, written[0]), write_atomically(
        checked_target(answers, (".html", ".pdf")), written[1]
    )


def sheet(
    test: Quiz, *, solved: bool = False, title: str | None = None, paper: Paper = "a4", variant: int = 0
) -> Sheet:
    """Put a quiz on paper.

    Args:
        test: the quiz.
        solved: with the answers.
        title: the heading.
        paper: "a4" or "letter".
        variant: which of several sheets about the same graph this is; 0 where there is one only.
    """
    story = test.story
    name = title or f"The numbers of {write(story.nodes[story.loss].label)}"
    name += f", variant {variant}" if variant else ""
    picture, note = quiz_picture(story)
    exercises = tuple(_exercise(test, k) for k in range(len(test.questions)))
    drawn = _drawn(test, picture, solved) if picture else ""
    heading = f"{name}: answers" if solved else name
    return Sheet(heading, exercises, (*test.notes, *([note] if note else [])), picture, drawn, solved, paper)


def _exercise(test: Quiz, k: int) -> Exercise:
    """Write one question; what an earlier one asked for is not given but referred to."""
    asked = test.questions[k]
    given = []
    for label, number in asked.given:
        earlier = next((j for j in range(k) if _asks_for(test.questions[j], label, number, asked)), None)
        known: Math = Number(number) if earlier is None else Symbol(f"your answer to {earlier + 1}")
        given.append(Infix("=", (label, known)))
    parts = dict.fromkeys([asked.symbols, asked.numbers])
    lines = [part for part in parts if write(part) not in (write(asked.left), write(asked.result))]
    solution = Infix("=", (asked.left, *lines, asked.result))
    formula = Infix("=", (asked.left, asked.symbols)) if write(asked.left) != write(asked.symbols) else asked.left
    return Exercise(
        k + 1, asked.words, formula if test.formulas else None, tuple(given), solution, Number(asked.answer)
    )


def _asks_for(earlier: Question, label: Math, number: Any, asked: Question) -> bool:
    """Whether an earlier question asks for a number that would be given in a later one."""
    if earlier.element or getattr(number, "shape", ()):
        return False
    same = write(earlier.left) == write(label) or (earlier.left == asked.left and earlier.kind == "contribution")
    return same and earlier.answer == float(number)


def _drawn(test: Quiz, picture: Picture, solved: bool) -> str:
    """Draw the graph with the numbers that are there from the start, and those of the questions as blanks or solved."""
    signs: dict[Slot, str] = {}
    for k, asked in enumerate(test.questions, 1):
        before = signs.get(asked.slot)
        signs[asked.slot] = f"{before[:-1]}, {k})" if before else f"({k})"
    if solved:
        moves = test.story.moves
        stop = sum(move.phase in ("forward", "backward") for move in moves)
        return svg(picture, LIGHT, filled(test.story, picture, stop, {}))
    return svg(picture, LIGHT, filled(test.story, picture, 0, signs))
