"""Learning rates that change as training goes on: functions of the number of steps made so far.

>>> from microgradphys import optim
>>> rate = optim.schedules.Cosine(0.1, steps=100)
>>> rate(0), round(rate(50), 4), rate(100)
(0.1, 0.05, 0.0)
>>> rule = optim.Adam(rate)

Any function of the number of steps will do; these are plain numpy, so that they compile with the step they belong to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.data import counted
from microgradphys.errors import InputError
from microgradphys.optim import checks
from microgradphys.optim.rule import as_number


@dataclass(frozen=True)
class Constant:
    """The same rate throughout: η.

    >>> Constant(0.1)(1000)
    0.1
    """

    rate: float

    def __post_init__(self) -> None:
        """Check the rate."""
        checks.number(self.rate, "rate")

    def __call__(self, step: Any) -> Any:
        """Return the rate after `step` steps."""
        return self.rate + 0.0 * step


@dataclass(frozen=True)
class Step:
    """A rate that falls in stairs: η factor^⌊step / every⌋.

    Args:
        rate: η, of the first step.
        every: after how many steps it falls.
        factor: by what it is multiplied, from 0 to 1.

    >>> rate = Step(0.1, every=10, factor=0.5)
    >>> rate(9), rate(10)
    (0.1, 0.05)
    """

    rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        """Check the options."""
        checks.number(self.rate, "rate")
        counted("every", self.every)
        _check_share(self.factor, "factor")

    def __call__(self, step: Any) -> Any:
        """Return the rate after `step` steps."""
        return as_number(self.rate * self.factor ** np.floor(step / self.every))


@dataclass(frozen=True)
class Exponential:
    """A rate that falls by the same factor with each step: η factor^step.

    Args:
        rate: η, of the first step.
        factor: by what it is multiplied at each step, from 0 to 1.

    >>> round(Exponential(0.1, factor=0.5)(3), 6)
    0.0125
    """

    rate: float
    factor: float

    def __post_init__(self) -> None:
        """Check the options."""
        checks.number(self.rate, "rate")
        _check_share(self.factor, "factor")

    def __call__(self, step: Any) -> Any:
        """Return the rate after `step` steps."""
        return as_number(self.rate * self.factor**step)


@dataclass(frozen=True)
class Cosine:
    """A rate that falls along half a wave and stays there: least + (η − least) (1 + cos(π step/steps)) / 2.

    Args:
        rate: η, of the first step.
        steps: after how many steps the lowest rate is reached.
        least: the lowest rate.

    Source: I. Loshchilov and F. Hutter, ICLR 2017, arXiv:1608.03983, equation 5.

    >>> Cosine(0.1, steps=10, least=0.01)(20)
    0.01
    """

    rate: float
    steps: int
    least: float = 0.0

    def __post_init__(self) -> None:
        """Check the options."""
        checks.number(self.rate, "rate")
        counted("steps", self.steps)
        checks.number(self.least, "least")

    def __call__(self, step: Any) -> Any:
        """Return the rate after `step` steps."""
        part = np.minimum(step / self.steps, 1.0)
        return as_number(self.least + (self.rate - self.least) * (1 + np.cos(np.pi * part)) / 2)


@dataclass(frozen=True)
class Annealing:
    """A rate that falls as one over time: η / (1 + decay · step).

    Args:
        rate: η, of the first step.
        decay: how quickly; after 1/decay steps the rate is half of what it was.

    Source: H. Robbins and S. Monro, Ann. Math. Stat. 22 (1951) 400, whose conditions it meets.

    >>> Annealing(0.1, decay=0.01)(100)
    0.05
    """

    rate: float
    decay: float

    def __post_init__(self) -> None:
        """Check the options."""
        checks.number(self.rate, "rate")
        checks.number(self.decay, "decay")

    def __call__(self, step: Any) -> Any:
        """Return the rate after `step` steps."""
        return as_number(self.rate / (1 + self.decay * step))


def _check_share(value: Any, what: str) -> None:
    """Refuse what is not a number from 0 to 1."""
    checks.number(value, what)
    if value > 1:
        raise InputError(f"{what}={value!r} must be a number from 0 to 1: a rate that falls is multiplied by it")
