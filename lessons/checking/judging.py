"""The judgement of one task: right, wrong and how, or not done yet."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lessons.checking.comparing import flaw
from lessons.checking.hints import hint
from lessons.checking.running import Limits, Outcome
from lessons.checking.task import Task, numbers_of
from lessons.sandbox.wire import Other

Verdict = Literal["right", "wrong", "not done yet"]
VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "not done yet")
_LONGEST_LINE = 300
_MOST_LINES = 20


@dataclass(frozen=True)
class Finding:
    """What there is to say about one task: its name, the verdict, and why."""

    name: str
    verdict: Verdict
    lines: tuple[str, ...] = ()


def judged(task: Task, cases: Sequence[tuple[Any, ...]], outcome: Outcome | None, limits: Limits) -> Finding:
    """Judge what became of one task.

    Args:
        task: the task.
        cases: the arguments of each call.
        outcome: what became of the student's function, None if it was never called.
        limits: what it was allowed to use.
    """
    undone = "the program ended before it was called" if outcome is None else outcome.undone
    if outcome is None or undone or any(map(_has_blank, outcome.answers)):
        return Finding(task.name, "not done yet", (undone or "three dots come back",))
    objections = [*stopped(outcome, limits)]
    if outcome.status == "answered":
        objections += _compared(task, cases, outcome.answers)
    elif outcome.status != "missing":
        objections.insert(0, f"{_call(task, cases[outcome.case])}:")
    verdict = "wrong" if objections else "right"
    return Finding(task.name, verdict, (*objections, *printed(outcome)))


def stopped(outcome: Outcome, limits: Limits) -> Iterator[str]:
    """Say why a function, or the file, did not come to its end, and what it was not allowed to do."""
    at = f", in line {outcome.line[0]}: {_tame(outcome.line[1])}" if outcome.line else ""
    for words in list(dict.fromkeys(outcome.refused))[:3]:
        yield f"It tried to {_tame(words)}, which an exercise may not{at}"
    match outcome.status:
        case "missing":
            yield "There is no function of this name in the file."
        case "late":
            yield f"Still not done after {limits.seconds:g} s{at}"
        case "memory":
            yield f"It wants more memory than {limits.megabytes} MB{at}"
        case "ended":
            yield f"It ended the program{at}"
        case "crashed":
            yield "It ended the whole process: memory, or a call deep inside of a library."
        case "raised":
            yield from map(_tame, outcome.text.splitlines())


def printed(outcome: Outcome) -> list[str]:
    """Show what was printed."""
    lines = [_tame(line) for line in outcome.printed.splitlines()]
    more = ["  …"] if len(lines) > _MOST_LINES else []
    return ["It printed:", *(f"  {line}" for line in lines[:_MOST_LINES]), *more] if lines else []


def _compared(task: Task, cases: Sequence[tuple[Any, ...]], answers: Sequence[Any]) -> Iterator[str]:
    """Compare the answers with the engine's: what is wrong, in which case, and why it may be so."""
    with np.errstate(all="ignore"):
        rights = [task.solved(case) for case in cases]
        flaws = [flaw(one, numbers_of(other), task.within) for one, other in zip(answers, rights, strict=True)]
        wrong = [k for k, words in enumerate(flaws) if words]
        if not wrong:
            return
        first = wrong[0]
        yield f"{_call(task, cases[first])} returns {_short(answers[first])}: {flaws[first]}."
        if len(cases) > 1:
            yield f"Wrong in {len(wrong)} of {len(cases)} cases." if len(wrong) < len(cases) else "Wrong in every case."
        if words := hint(task, cases, answers, rights):
            yield f"Hint: {words}"


def _has_blank(answer: Any) -> bool:
    """Whether three dots came back."""
    if isinstance(answer, (list, tuple)):
        return any(map(_has_blank, answer))
    return isinstance(answer, Other) and answer.what == "Ellipsis"


def _call(task: Task, case: tuple[Any, ...]) -> str:
    """Write a call."""
    names = inspect.signature(task.function).parameters
    return f"{task.name}({', '.join(f'{name}={_short(value)}' for name, value in zip(names, case, strict=False))})"


def _short(thing: Any) -> str:
    """Write a value in four digits, the end of a long one left out."""
    text = _tame(_digits(thing))
    return text if len(text) <= _LONGEST_LINE // 3 else f"{text[: _LONGEST_LINE // 3]} …"


def _digits(thing: Any) -> str:
    """Write numbers in four digits, in the brackets that they stand in."""
    match thing:
        case bool() | int() | str():
            return repr(thing)
        case float():
            return f"{thing:.4g}"
        case np.ndarray():
            return _digits(thing.tolist())
        case tuple():
            return f"({', '.join(map(_digits, thing))}{',' * (len(thing) == 1)})"
        case list():
            return f"[{', '.join(map(_digits, thing))}]"
        case Other():
            return f"something {thing.what}" if thing.what.startswith("of type") else thing.what
    return repr(thing)


def _tame(line: str) -> str:
    """Make one harmless line of a text."""
    text = "".join(letter if letter.isprintable() else " " for letter in line)
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]} …"
