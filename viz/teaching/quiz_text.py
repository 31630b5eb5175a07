"""A quiz in the terminal: the question, its formula, what is given; answers and a few commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from microgradphys.mathematics import Number
from microgradphys.notation import write
from viz.sheet import Sheet, is_terminal
from viz.text import Line, print_lines

if TYPE_CHECKING:
    from viz.teaching.quizzing import Quiz

_FULL = Sheet()
# More lines than these no question needs.
_MOST = 12
HELP = "type a number or arithmetic; h: hint, r: reveal, s: skip, q: quit"


def question_lines(quiz: Quiz, sheet: Sheet = _FULL) -> list[Line]:
    """Write the present question, or the score at the end."""
    asked = quiz.question
    if asked is None:
        return _folded(f"Done: {quiz.score}.", sheet, "head")
    lines: list[Line] = [
        [(f"Question {quiz.position + 1} of {len(quiz.questions)}", "head")],
        [],
        *_folded(asked.words, sheet, indent="  "),
    ]
    if quiz.formulas:
        lines += [[], *_folded(asked.formula, sheet, indent="  ")]
    lines.append([])
    head = "  given  "
    for label, number in asked.given:
        for part in sheet.folded(f"{write(label)} = {write(Number(number))}", sheet.width - len(head), _MOST):
            lines.append([(head, "dim"), (part, "")])
            head = " " * len(head)
    return lines


def _folded(text: str, sheet: Sheet, style: str = "", indent: str = "") -> list[Line]:
    """Write a text on as many lines as it needs, with the signs that there are."""
    return [[(indent + part, style)] for part in sheet.folded(text, sheet.width - len(indent), _MOST)]


def run(quiz: Quiz, source: TextIO | None = None, target: TextIO | None = None) -> None:
    """Ask until the last question, `q`, or the end of input."""
    given, shown = source or sys.stdin, target or sys.stdout
    typing = is_terminal(given)
    sheet = Sheet.of(shown)
    for text in (*quiz.notes, HELP):
        print_lines(_folded(text, sheet, "dim"), shown)
    print_lines([[], *question_lines(quiz, sheet)], shown)
    while quiz.question is not None:
        if typing:
            print("\n? ", end="", file=shown, flush=True)
        try:
            line = given.readline()
        except KeyboardInterrupt:
            line = "q"
        word = line.strip()
        if not line or word.lower() in ("q", "quit", "exit"):
            break
        # The terminal may have another size by now.
        before, sheet = quiz.position, Sheet.of(shown)
        print_lines([[], *_folded(_said(quiz, word), sheet, "bold")], shown)
        if quiz.position > before:
            print_lines([[], *question_lines(quiz, sheet)], shown)
    if quiz.question is not None:
        print_lines([[], *_folded(f"Stopped: {quiz.score}.", Sheet.of(shown), "head")], shown)


def _said(quiz: Quiz, word: str) -> str:
    """Carry out a command, or check an answer."""
    match word.lower():
        case "h" | "hint":
            return quiz.hint()
        case "r" | "reveal":
            return str(quiz.reveal())
        case "s" | "skip":
            return str(quiz.skip())
        case "?" | "help":
            return HELP
    return str(quiz.answer(word))
