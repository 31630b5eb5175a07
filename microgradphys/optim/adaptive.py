"""A learning rate for every parameter, by the size of its gradients: AdaGrad and RMSprop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.optim import checks
from microgradphys.optim.rule import ElementwiseRule, Rate


@dataclass(frozen=True)
class AdaGrad(ElementwiseRule):
    """Smaller steps where there was much to go: s ← s + g², x ← x − η g / (√s + ε).

    Args:
        learning_rate: η, a number or a schedule.
        epsilon: ε, which keeps the first steps finite; outside of the root, as in the papers' reference code.

    Source: J. Duchi, E. Hazan and Y. Singer, JMLR 12 (2011) 2121; PyTorch's default values.

    >>> rule = AdaGrad(0.1)
    >>> x, state = rule.step(1.0, 50.0, rule.start(1.0))
    >>> round(x, 6), state["squares"]
    (0.9, 2500.0)
    """

    learning_rate: Rate = 0.01
    epsilon: float = 1e-10

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        checks.number(self.epsilon, "epsilon")

    def memory(self) -> tuple[str, ...]:
        """Remember the sum of the squares."""
        return ("squares",)

    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Step in units of the root of all squares so far."""
        (s,) = memory
        s = s + g * g
        return x - rate * g / (np.sqrt(s) + self.epsilon), (s,)


@dataclass(frozen=True)
class RMSprop(ElementwiseRule):
    """Steps in units of the recent size of the gradient: s ← β s + (1−β) g², x ← x − η g / (√s + ε).

    Args:
        learning_rate: η, a number or a schedule.
        beta: β, how long the squares are remembered, about 1/(1−β) steps; from 0 up to 1.
        epsilon: ε, which keeps the step finite where the gradient is 0. Outside of the root, as in the papers'
            reference code; some lectures print it inside.

    Source: T. Tieleman and G. Hinton, Coursera: Neural Networks for Machine Learning, lecture 6.5 (2012); PyTorch's
    default values.

    >>> rule = RMSprop(0.1, beta=0.75)
    >>> x, state = rule.step(1.0, 50.0, rule.start(1.0))
    >>> round(x, 6), state["second_moment"]
    (0.8, 625.0)
    """

    learning_rate: Rate = 0.01
    beta: float = 0.99
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        checks.number(self.beta, "beta", below=1.0)
        checks.number(self.epsilon, "epsilon")

    def memory(self) -> tuple[str, ...]:
        """Remember the mean of the squares."""
        return ("second_moment",)

    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Step in units of the root of the mean square."""
        (s,) = memory
        s = self.beta * s + (1 - self.beta) * (g * g)
        return x - rate * g / (np.sqrt(s) + self.epsilon), (s,)
