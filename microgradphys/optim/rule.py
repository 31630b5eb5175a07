"""What every update rule has in common: it starts, and it steps; it keeps nothing itself.

A rule is data, and two pure functions. What it remembers between steps is a dictionary of plain numbers and arrays,
which can be saved, compared, and handed to a compiled program:

>>> from microgradphys import optim
>>> rule = optim.Momentum(0.1, momentum=0.5)
>>> state = rule.start({"w": 1.0})
>>> state
{'step': 0.0, 'learning_rate': 0.1, 'velocity': {'w': 0.0}}
>>> rule.step({"w": 1.0}, {"w": 4.0}, state)
({'w': 0.6}, {'step': 1.0, 'learning_rate': 0.1, 'velocity': {'w': 0.4}})

`state["learning_rate"]` is the rate of the coming step; whoever wants another one puts it there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from microgradphys.data import is_value
from microgradphys.errors import InputError
from microgradphys.optim import checks
from microgradphys.trees import unflatten

Rate = float | Callable[[Any], Any]
State = dict[str, Any]


class Rule(Protocol):
    """How parameters change with their gradients; anything with these two functions is one."""

    def start(self, params: Any) -> State:
        """Return what is remembered before the first step."""
        ...

    def step(self, params: Any, gradients: Any, state: State) -> tuple[Any, State]:
        """Return the parameters and the state after a step."""
        ...


@dataclass(frozen=True)
class ElementwiseRule(ABC):
    """A rule that treats every number of every parameter by one formula, `update`; write your own in five lines.

    Args:
        learning_rate: a number, or a schedule: a function of the number of steps made so far.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> @dataclass(frozen=True)
    ... class SignDescent(ElementwiseRule):
    ...     def update(self, x, g, rate, step, memory):
    ...         return x - rate * np.sign(g), ()
    >>> rule = SignDescent(0.5)
    >>> rule.step([1.0], [-7.0], rule.start([1.0]))[0]
    [1.5]
    """

    learning_rate: Rate

    def __post_init__(self) -> None:
        """Check the learning rate."""
        checks.rate(self.learning_rate, self)

    def memory(self) -> tuple[str, ...]:
        """Name what is remembered for each parameter, an array of its shape that is 0 at first."""
        return ()

    @abstractmethod
    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Return a parameter after a step, and what is remembered for it; plain numpy algebra without branches.

        Args:
            x: the parameter.
            g: its gradient.
            rate: the learning rate of this step.
            step: the number of this step, from 1.
            memory: what was remembered, in the order of the names.
        """

    def start(self, params: Any) -> State:
        """Return what is remembered before the first step.

        Args:
            params: numbers and arrays, or nested dictionaries, lists and tuples of them.

        Returns:
            The number of steps made, the learning rate of the coming step, and what the rule remembers: in the
            structure, the shapes and the types of the parameters.

        Raises:
            InputError: there are no parameters.
            DataError: one of them is not a number or an array of numbers.
        """
        rate = self.learning_rate(0.0) if callable(self.learning_rate) else self.learning_rate
        checks.number(rate, "the learning rate of the first step")
        state: State = {"step": 0.0, "learning_rate": float(rate)}
        blank = checks.zeros(params)
        return state | {name: unflatten(params, [_copied(zero) for zero in blank]) for name in self.memory()}

    def step(self, params: Any, gradients: Any, state: State) -> tuple[Any, State]:
        """Return the parameters and the state after a step; nothing that was given changes.

        Args:
            params: as at the start.
            gradients: one for each parameter, in the same structure.
            state: from `start`, or from the step before.

        Raises:
            InputError: the structure of the gradients is another, or the state is that of another rule.
            ShapeError: a gradient has another shape than its parameter.
        """
        names = self.memory()
        if missing := [name for name in ("step", "learning_rate", *names) if name not in state]:
            raise InputError(f"the state has no {missing[0]!r}; begin with the start(params) of the same rule")
        numbers = checks.aligned(params, params, "params")
        slopes = list(map(_typed, checks.aligned(params, gradients, "gradients"), numbers))
        kept = [checks.aligned(params, state[name], f"state[{name!r}]") for name in names]
        step, rate = as_number(state["step"]) + 1.0, as_number(state["learning_rate"])
        memories = zip(*kept, strict=True) if names else [()] * len(numbers)
        changed = [
            self.update(x, g, rate, step, memory) for x, g, memory in zip(numbers, slopes, memories, strict=True)
        ]
        after: State = {"step": step, "learning_rate": self._next(rate, step)}
        for k, name in enumerate(names):
            after[name] = unflatten(params, [_tidy(memory[k]) for _, memory in changed])
        return unflatten(params, [_tidy(x) for x, _ in changed]), after

    def _next(self, rate: Any, step: Any) -> Any:
        """Return the rate of the coming step: the schedule's, or the same as before."""
        return as_number(self.learning_rate(step)) if callable(self.learning_rate) else rate


def as_number(value: Any) -> Any:
    """Make a number of what may be in an array without axes, which would widen float32 parameters.

    >>> as_number(np.array(0.5))
    0.5
    """
    if not is_value(value):
        return float(value)
    # While a step is compiled there are Values; a sum of float64 is a number among them.
    return value if value.held.__class__ is float else np.sum(value.astype(np.float64))


def _typed(gradient: Any, parameter: Any) -> Any:
    """Give a gradient the type of a float32 parameter, which it would widen."""
    if getattr(parameter, "dtype", None) == np.float32 and gradient.dtype != np.float32:
        return gradient.astype(np.float32)
    return gradient


def _tidy(number: Any) -> Any:
    """Make a float of numpy's float64 and an array of its float32, as results are everywhere in this project."""
    if isinstance(number, np.generic):
        return float(number) if isinstance(number, float) else np.asarray(number)
    return number


def _copied(zero: Any) -> Any:
    """Copy an array, so that no two memories share one."""
    return zero.copy() if hasattr(zero, "copy") else zero
