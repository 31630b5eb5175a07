"""A task of an exercise: a function that is right, the cases it is tried on, and the ways in which it goes wrong."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.value import Value

Cases = Callable[[np.random.Generator], Iterable[tuple[Any, ...]]]
# The same cases at every check, so that a student can compare one attempt with the next.
SEED = 20
_MOST_CASES = 200


@dataclass(frozen=True)
class Gradients:
    """The answer as the engine finds it: ∂E/∂ of some Values, in the nested lists or tuples in which they are asked.

    A task whose engine returns this gets its hints from the storyboard of E.
    """

    loss: Value
    wanted: Any

    @functools.cached_property
    def numbers(self) -> Any:
        """The gradients, lists of numbers as arrays."""
        self.loss.backward()
        return _gradients(self.wanted)


def _gradients(wanted: Any) -> Any:
    """Read the gradients of Values in nested lists and tuples: a tuple stays one, a list becomes an array."""
    if isinstance(wanted, Value):
        return wanted.grad
    if isinstance(wanted, tuple):
        return tuple(map(_gradients, wanted))
    return np.array([_gradients(part) for part in wanted])


@dataclass(frozen=True)
class Task:
    """One function that a student writes.

    Attributes:
        function: the solution. Its docstring is the question; lines that end in `# blank` are left for the student.
        cases: draws the arguments that the student's function is tried on, a tuple for each call.
        engine: computes the answer in another way, with the engine; the solution itself if not given.
        wrong: wrong ways to do it, each by the sentence that names the mistake without giving the answer; functions of
            the solution, which many of them use, and of the arguments.
        within: how far off an answer may be, as a part of its largest number.
        hint: what to think of, where no likelier mistake is found.
    """

    function: Callable[..., Any]
    cases: Cases
    engine: Callable[..., Any] | None = None
    wrong: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    within: float = 1e-8
    hint: str = ""

    @property
    def name(self) -> str:
        """What the function is called."""
        return self.function.__name__

    def __call__(self, *arguments: Any) -> Any:
        """Compute the answer as the solution does."""
        return self.function(*arguments)

    def drawn(self) -> list[tuple[Any, ...]]:
        """List the cases."""
        found = [tuple(case) for case in self.cases(np.random.default_rng(SEED))]
        if not 0 < len(found) <= _MOST_CASES:
            raise InputError(f"the task {self.name!r} has {len(found)} cases; give it between 1 and {_MOST_CASES}")
        return found

    def solved(self, case: tuple[Any, ...]) -> Any:
        """Compute the right answer of a case, by the engine where the task says how; perhaps as `Gradients`."""
        return (self.engine or self.function)(*case)


def task(cases: Cases, **options: Any) -> Callable[[Callable[..., Any]], Task]:
    """Make a task of the function that solves it.

    Args:
        cases: draws the arguments from a random generator: tuples, one for each call.
        options: `engine`, `wrong`, `within` and `hint`, as in `Task`.

    >>> @task(lambda random: [(random.normal(),) for _ in range(3)], wrong={"That is x itself.": lambda f, x: x})
    ... def double(x: float) -> float:
    ...     '''Return twice x.'''
    ...     return 2 * x  # blank
    >>> double.name, double(3.0), len(double.drawn())
    ('double', 6.0, 3)
    """
    return lambda function: Task(function, cases, **options)


def added(values: Iterable[Value]) -> Value:
    """Add Values up, one after the other.

    >>> added([Value(1.0), Value(2.0)]).data
    3.0
    """
    return functools.reduce(operator.add, values)


def numbers_of(answer: Any) -> Any:
    """Read the numbers of what a task's engine or solution returns."""
    return answer.numbers if isinstance(answer, Gradients) else answer
