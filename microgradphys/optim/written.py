"""The formulas of an update rule, read from the rule that runs."""

from __future__ import annotations

from typing import Any

from microgradphys.closed_form import closed_form
from microgradphys.data import brief
from microgradphys.errors import InputError
from microgradphys.notation import Notation, write
from microgradphys.optim.rule import ElementwiseRule
from microgradphys.value import Value

_LETTERS = {"velocity": "v", "first_moment": "m", "second_moment": "s", "squares": "s"}


def formulas(rule: Any, notation: Notation = "plain") -> dict[str, str]:
    """Write what a rule does in a step: each thing that it remembers, and then the parameter x.

    Args:
        rule: an update rule that treats every number by one formula.
        notation: "plain", "latex", "typst" or "mathml".

    Returns:
        The new values, by name: of the gradient g, the learning rate η, the number t of the step, x, and what was
        remembered: v for a velocity, m for a mean of gradients, s for one of their squares, else its own name.

    Raises:
        InputError: it is not such a rule.

    >>> from microgradphys import optim
    >>> formulas(optim.Momentum())
    {'v': '0.9 · v + η · g', 'x': 'x − v'}
    """
    if not isinstance(rule, ElementwiseRule):
        raise InputError(f"{brief(rule)} has no formula for every number by itself; an optim.Momentum() has")
    names = [_LETTERS.get(name, name) for name in rule.memory()]
    remembered = tuple(Value(0.5, name) for name in names)
    x, after = rule.update(Value(1.0, "x"), Value(2.0, "g"), Value(0.1, "η"), Value(3.0, "t"), remembered)
    written = {name: write(closed_form(value), notation) for name, value in zip(names, after, strict=True)}
    # From here on they are called by their names: x follows from the new ones.
    named = [value.named(name) for name, value in zip(names, after, strict=True)]
    return {**written, "x": write(closed_form(x, named), notation)}
