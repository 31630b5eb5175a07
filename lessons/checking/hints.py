"""What is likely to have gone wrong, without giving the answer."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from lessons.checking.comparing import close, flat, flaw
from lessons.checking.storyboards import from_storyboard
from lessons.checking.task import Gradients, Task, numbers_of

# Numbers that one can be off by.
_FACTORS = {2.0: "twice", 0.5: "half", 4.0: "four times", 0.25: "a quarter of"}
_LOOSE = 1e-6
_CLOSE = 1e-2


def hint(task: Task, cases: Sequence[tuple[Any, ...]], answers: Sequence[Any], rights: Sequence[Any]) -> str:
    """Name the likely mistake.

    Args:
        task: the task.
        cases: the arguments of each call.
        answers: what the student's function returned.
        rights: what the engine says, perhaps as `Gradients`.

    Returns:
        A sentence, "" if nothing is known.
    """
    wrong = [k for k, (one, other) in enumerate(zip(answers, rights, strict=True))
             if flaw(one, numbers_of(other), task.within)]  # fmt: skip
    pairs = [(answers[k], numbers_of(rights[k])) for k in wrong]
    sentences = chain(
        _known(task, cases, answers),
        _at_a_glance(pairs),
        _by_graph(answers, rights, wrong),
        _by_size(pairs),
    )
    return next(sentences, task.hint)


def _known(task: Task, cases: Sequence[Any], answers: Sequence[Any]) -> Iterator[str]:
    """Try the mistakes that the task names: one that leads to all the answers, the right ones too, is it."""
    for sentence, mistaken in task.wrong.items():
        wrong = partial(mistaken, task.function)
        if all(_is_same(answer, wrong, case) for answer, case in zip(answers, cases, strict=True)):
            yield sentence


def _is_same(answer: Any, mistaken: Any, case: tuple[Any, ...]) -> bool:
    """Whether an answer is what a mistake leads to."""
    try:
        with np.errstate(all="ignore"):
            found = mistaken(*copy.deepcopy(case))
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return False
    return not flaw(answer, found, _LOOSE)


def _by_graph(answers: Sequence[Any], rights: Sequence[Any], wrong: list[int]) -> Iterator[str]:
    """Look at the storyboard of the first case in which something is wrong."""
    for k in wrong[:1]:
        if isinstance(right := rights[k], Gradients):
            yield from from_storyboard(right, answers[k])


def _at_a_glance(pairs: list[tuple[Any, Any]]) -> Iterator[str]:
    """Look for a sign, for rows that were taken for columns, and for numbers that are none."""
    if all(_is_transposed(answer, right) for answer, right in pairs):
        yield "Rows and columns are exchanged: which index belongs to the neuron, and which to its input?"
    here, there = _in_a_row(pairs)
    if not np.all(np.isfinite(here[np.isfinite(there)])):
        yield "Some of your numbers are nan or infinite: look for 0/0, log of 0, or exp of a large number."
    elif len(here) and np.all(close(here, -there, _LOOSE)):
        yield "The sign is wrong."


def _by_size(pairs: list[tuple[Any, Any]]) -> Iterator[str]:
    """Look for a factor, and for rounding."""
    here, there = _in_a_row(pairs)
    if not len(here):
        return
    for factor, words in _FACTORS.items():
        if np.all(close(here, factor * there, _LOOSE)):
            yield f"Yours is {words} what it should be."
    if np.all(close(here, there, _CLOSE)):
        yield "You are close: do not round on the way, and differentiate exactly."


def _in_a_row(pairs: list[tuple[Any, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Put all answers in a row, and all right ones in another; two empty ones if they do not belong to each other."""
    found = [flat(answer) for answer, _ in pairs]
    known = [flat(right) for _, right in pairs]
    here = np.concatenate([row for row in found if row is not None] or [np.empty(0)])
    there = np.concatenate([row for row in known if row is not None] or [np.empty(0)])
    return (here, there) if here.shape == there.shape else (np.empty(0), np.empty(0))


def _is_transposed(answer: Any, right: Any) -> bool:
    """Whether a matrix has its rows where the right one has its columns."""
    if not (isinstance(answer, np.ndarray) and isinstance(right, np.ndarray) and answer.ndim == right.ndim == 2):
        return False
    return answer.T.shape == right.shape and bool(np.all(close(answer.T, right, _LOOSE)))
