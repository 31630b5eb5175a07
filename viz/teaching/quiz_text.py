"""A quiz in the terminal: the question, its formula, what is given; answers and a few commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from microgradphys.mathematics import Number
from microgradphys.notation import write
from viz.text import Line, print_lines

if TYPE_CHECKING:
    from viz.teaching.quizzing import Quiz

HELP = "type a number or arithmetic; h: hint, r: reveal, s: skip, q: quit"


def question_lines(quiz: Quiz) -> list[Line]:
    """Write the present question, or the score at the end."""
    asked = quiz.question
    if asked is None:
        return [[("Done: ", "head"), (f"{quiz.score}.", "")]]
    lines: list[Line] = [
        [(f"Question {quiz.position + 1} of {len(quiz.questions)}", "head")],
        [],
        [(f"  {asked.words}", "")],
    ]
    if quiz.formulas:
        lines += [[], [(f"  {asked.formula}", "")]]
    heads = ["  given  ", *["         "] * len(asked.given)]
    given = [(f"{write(label)} = {write(Number(number))}", "") for label, number in asked.given]
    return [*lines, [], *([(head, "dim"), piece] for head, piece in zip(heads, given, strict=False))]


def run(quiz: Quiz, source: TextIO | None = None, target: TextIO | None = None) -> None:
    """Ask until the last question, `q`, or the end of input."""
    given, shown = source or sys.stdin, target or sys.stdout
    typing = given.isatty()
    print_lines([*([(note, "dim")] for note in quiz.notes), [(HELP, "dim")], []], shown)
    print_lines(question_lines(quiz), shown)
    while quiz.question is not None:
        if typing:
            print("\n? ", end="", file=shown, flush=True)
        try:
            line = given.readline()
        except KeyboardInterrupt:
            line = "q"
        word = line.strip()
        if not line or word in ("q", "quit"):
            break
        before = quiz.position
        print_lines([[], [(_said(quiz, word), "bold")]], shown)
        if quiz.position > before:
            print_lines([[], *question_lines(quiz)], shown)
    if quiz.question is not None:
        print_lines([[], [(f"Stopped: {quiz.score}.", "head")]], shown)


def _said(quiz: Quiz, word: str) -> str:
    """Carry out a command, or check an answer."""
    if word in ("h", "hint"):
        return quiz.hint()
    if word in ("r", "reveal"):
        return str(quiz.reveal())
    if word in ("s", "skip"):
        return str(quiz.skip())
    if word in ("?", "help"):
        return HELP
    return str(quiz.answer(word))
