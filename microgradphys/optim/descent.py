"""Gradient descent, and gradient descent with a memory of where it was going."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from microgradphys.errors import InputError
from microgradphys.optim import checks
from microgradphys.optim.rule import ElementwiseRule, Rate


@dataclass(frozen=True)
class GradientDescent(ElementwiseRule):
    """Steepest descent: v = η g, x ← x − v.

    On the gradient of a batch this is stochastic gradient descent, so `SGD` is the same rule.

    Args:
        learning_rate: η, a number or a schedule.
        momentum: with more than 0, the rule is `Momentum`.
        nesterov: with momentum, the rule is `Nesterov`.

    Source: A. Cauchy, Comptes rendus 25 (1847) 536; H. Robbins and S. Monro, Ann. Math. Stat. 22 (1951) 400.

    >>> rule = GradientDescent(0.1)
    >>> rule.step(1.0, 2.0, rule.start(1.0))
    (0.8, {'step': 1.0, 'learning_rate': 0.1})
    """

    learning_rate: Rate = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        checks.number(self.momentum, "momentum", below=1.0)
        if self.nesterov and not self.momentum:
            raise InputError("nesterov=True looks ahead along the momentum, so it needs one: momentum=0.9")

    def memory(self) -> tuple[str, ...]:
        """Remember a velocity where there is momentum."""
        return ("velocity",) if self.momentum else ()

    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Go down the slope."""
        if not self.momentum:
            return x - rate * g, ()
        return (_ahead if self.nesterov else _heavy)(x, g, rate, self.momentum, *memory)


SGD = GradientDescent


@dataclass(frozen=True)
class Momentum(ElementwiseRule):
    """Descent of a heavy ball: v ← γ v + η g, x ← x − v.

    Directions that persist gain speed, up to 1/(1−γ) times; those that alternate lose it. PyTorch's velocity is v/η:
    the same path as long as the learning rate stays the same.

    Args:
        learning_rate: η, a number or a schedule.
        momentum: γ, how much of the last step is kept, from 0 up to 1.

    Source: B. T. Polyak, USSR Comp. Math. Math. Phys. 4 (1964) 1.

    >>> rule = Momentum(0.1, momentum=0.5)
    >>> x, state = 1.0, rule.start(1.0)
    >>> for _ in range(3):
    ...     x, state = rule.step(x, 2.0, state)
    ...     print(f"{x:.3f} {state['velocity']:.3f}")
    0.800 0.200
    0.500 0.300
    0.150 0.350
    """

    learning_rate: Rate = 0.01
    momentum: float = 0.9

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        checks.number(self.momentum, "momentum", below=1.0)

    def memory(self) -> tuple[str, ...]:
        """Remember a velocity."""
        return ("velocity",)

    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Roll on, and be pulled down the slope."""
        return _heavy(x, g, rate, self.momentum, *memory)


@dataclass(frozen=True)
class Nesterov(ElementwiseRule):
    """Momentum that looks ahead: v ← γ v + η g, x ← x − (γ v + η g).

    In this form, which is PyTorch's and Keras' too, x is the point ahead, where the gradient is taken.

    Args:
        learning_rate: η, a number or a schedule.
        momentum: γ, how much of the last step is kept, from 0 up to 1.

    Source: Y. Nesterov, Soviet Math. Dokl. 27 (1983) 372; I. Sutskever et al., ICML 28 (2013) 1139.

    >>> rule = Nesterov(0.1, momentum=0.5)
    >>> rule.step(1.0, 2.0, rule.start(1.0))
    (0.7, {'step': 1.0, 'learning_rate': 0.1, 'velocity': 0.2})
    """

    learning_rate: Rate = 0.01
    momentum: float = 0.9

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        checks.number(self.momentum, "momentum", below=1.0)

    def memory(self) -> tuple[str, ...]:
        """Remember a velocity."""
        return ("velocity",)

    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Roll on, and from there once more."""
        return _ahead(x, g, rate, self.momentum, *memory)


def _heavy(x: Any, g: Any, rate: Any, momentum: float, v: Any) -> tuple[Any, tuple[Any]]:
    """Make a step with momentum."""
    v = momentum * v + rate * g
    return x - v, (v,)


def _ahead(x: Any, g: Any, rate: Any, momentum: float, v: Any) -> tuple[Any, tuple[Any]]:
    """Make a step with Nesterov's momentum."""
    pull = rate * g
    v = momentum * v + pull
    return x - (momentum * v + pull), (v,)
