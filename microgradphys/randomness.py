"""One generator for all random numbers, so that the same seed gives the same bits.

Weights, dropout, shuffling and splits draw from it and from nothing else.

>>> from microgradphys import seed
>>> seed(7)
>>> first = generator().normal()
>>> seed(7)
>>> generator().normal() == first
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.scopes import not_while_compiling

Draw = Callable[[tuple[int, ...]], Any]

_generator: ContextVar[np.random.Generator | None] = ContextVar("generator", default=None)
_supplied: ContextVar[Draw | None] = ContextVar("supplied", default=None)
_everywhere: list[np.random.Generator] = []


def generator() -> np.random.Generator:
    """Return the generator that everything here draws from."""
    chosen = _generator.get()
    if chosen is not None:
        return chosen
    if not _everywhere:
        _everywhere.append(np.random.default_rng())
    return _everywhere[0]


def seed(number: int) -> None:
    """Start the random numbers of weights, dropout and shuffling anew.

    Args:
        number: a whole number, 0 or more; the same one gives the same numbers.

    Raises:
        InputError: it is something else.
    """
    _everywhere[:] = [started(number)]


def started(number: int) -> np.random.Generator:
    """Make a generator from a seed."""
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < 0:
        raise InputError(f"a seed is a whole number, 0 or more, not {number!r}")
    return np.random.default_rng(int(number))


@contextmanager
def drawing_from(source: np.random.Generator) -> Iterator[None]:
    """Let everything in the block, in this thread or task, draw from another generator."""
    token = _generator.set(source)
    try:
        yield
    finally:
        _generator.reset(token)


@contextmanager
def supplied(draw: Draw) -> Iterator[None]:
    """Let `uniform` ask a function for its numbers: a compiled training step gets them as arguments."""
    token = _supplied.set(draw)
    try:
        yield
    finally:
        _supplied.reset(token)


def uniform(shape: tuple[int, ...]) -> Any:
    """Draw numbers between 0 and 1: float64, 1 not among them.

    Raises:
        CompileError: a function is being compiled, and nobody supplies its numbers: they would stay the same.
    """
    draw = _supplied.get()
    if draw is not None:
        return draw(shape)
    not_while_compiling("draws random numbers; let it have them as an argument: `with randomness.supplied(...)`")
    return generator().random(shape)
