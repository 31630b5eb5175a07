"""One row of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]


@dataclass(frozen=True, eq=False, slots=True)
class Primitive:
    """One row of the table.

    name: numpy's name where numpy has the function. written: how mathematics writes it, in `a`, `b`, `c`.
    partials or vjps: one per differentiable argument. samples: points where the generated tests check
    the row, each a tuple of arguments or (arguments, static keywords). forward: `forward(xp, *args, **static)`
    where `getattr(xp, name)` is not it. statics: the keyword arguments the row understands.
    convention: what the derivative is where the function has none. variadic: the row takes any number of arguments,
    and its one vjp returns a function from an argument's place to its contribution. picks: the keyword with the index
    at which the row takes elements of its argument; the sweep may then add `g` there, without an array of zeros around it.
    textbook: the partials as a lecture writes them, where they are computed in another form that keeps its digits;
    formulas show these, and None stands for a partial that is computed as it is shown.
    """

    name: str
    written: str
    samples: tuple[Any, ...]
    partials: tuple[Function, ...] = ()
    vjps: tuple[Function, ...] = ()
    forward: Function | None = None
    statics: tuple[str, ...] = ()
    convention: str = ""
    variadic: bool = False
    picks: str = ""
    textbook: tuple[Function | None, ...] = ()

    @property
    def arity(self) -> int:
        """The number of positional arguments; the least number of them if the row is variadic."""
        return len(self.partials or self.vjps)

    def vjp(self, argument: int) -> Function:
        """Return the vector-Jacobian product of a structural row for one of its arguments."""
        if self.variadic:
            return lambda *args, **static: self.vjps[0](*args, **static)(argument)
        return self.vjps[argument]

    def shown(self, argument: int) -> Function:
        """Return the partial that formulas show: the textbook's."""
        return (self.textbook[argument] if self.textbook else None) or self.partials[argument]

    def __repr__(self) -> str:
        """Show the row by its name."""
        return f"<primitive {self.name}>"


def flat(xp: Any, y: Any, *inputs: Any, **static: Any) -> int:
    """Say 0, as the rule of an argument that moves the result nowhere, or only by jumps."""
    return 0
