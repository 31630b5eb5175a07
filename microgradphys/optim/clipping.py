"""Gradients cut to size, so that one steep place does not throw the parameters away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError
from microgradphys.optim import checks
from microgradphys.optim.names import named
from microgradphys.optim.rule import ElementwiseRule, State, as_number
from microgradphys.trees import flatten, unflatten


def clip_by_norm(gradients: Any, most: float) -> Any:
    """Shorten gradients, all by the same factor, so that their norm taken together is at most `most`.

    The direction stays: g ← g · min(1, most / (‖g‖ + 10⁻⁶)), as in PyTorch.

    Args:
        gradients: numbers and arrays, or nested dictionaries, lists and tuples of them.
        most: the largest norm, above 0.

    Raises:
        InputError: `most` is not a number above 0.

    Source: R. Pascanu, T. Mikolov and Y. Bengio, ICML 30 (2013) 1310, algorithm 1.

    >>> [round(g, 4) for g in clip_by_norm([3.0, 4.0], 1.0)], clip_by_norm([0.3, 0.4], 1.0)
    ([0.6, 0.8], [0.3, 0.4])
    """
    checks.positive(most, "the largest norm")
    leaves = flatten(gradients)
    norm = np.sqrt(sum(as_number(np.sum(leaf * leaf)) for leaf in leaves))
    factor = as_number(np.minimum(most / (norm + 1e-6), 1.0))
    return unflatten(gradients, [leaf * factor for leaf in leaves])


def clip_by_value(gradients: Any, most: float) -> Any:
    """Cut every number of the gradients to the range from −most to most; the direction may change.

    Args:
        gradients: numbers and arrays, or nested dictionaries, lists and tuples of them.
        most: the largest size of a number, above 0.

    Raises:
        InputError: `most` is not a number above 0.

    >>> import numpy as np
    >>> clip_by_value({"w": np.array([-3.0, 0.5])}, 1.0)
    {'w': array([-1. ,  0.5])}
    """
    checks.positive(most, "the largest value")
    return unflatten(gradients, [np.clip(leaf, -most, most) for leaf in flatten(gradients)])


@dataclass(frozen=True)
class Clipped:
    """A rule whose gradients are cut to size first.

    Args:
        rule: any update rule, or its name.
        norm: the largest norm of all gradients together; see `clip_by_norm`.
        value: the largest size of each number; see `clip_by_value`. With both, values are cut first.

    Raises:
        InputError: neither is given, or one is not above 0; or that is no update rule.

    >>> from microgradphys import optim
    >>> rule = Clipped(optim.SGD(1.0), value=0.5)
    >>> rule.step(0.0, 100.0, rule.start(0.0))[0]
    -0.5
    """

    rule: Any
    norm: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        """Check the rule and the limits."""
        object.__setattr__(self, "rule", named(self.rule))
        if isinstance(self.rule, type) or not (hasattr(self.rule, "start") and hasattr(self.rule, "step")):
            raise InputError(f"Clipped takes an update rule, as optim.Adam(0.01), or its name, not {brief(self.rule)}")
        if self.norm is None and self.value is None:
            raise InputError("Clipped needs a limit: norm=1.0 or value=0.5")
        for what, most in (("norm", self.norm), ("value", self.value)):
            if most is not None:
                checks.positive(most, what)

    def start(self, params: Any) -> State:
        """Return what the rule remembers before the first step."""
        return self.rule.start(params)

    def step(self, params: Any, gradients: Any, state: State) -> tuple[Any, State]:
        """Make the rule's step with the shorter gradients."""
        if self.value is not None:
            gradients = clip_by_value(gradients, self.value)
        if self.norm is not None:
            gradients = clip_by_norm(gradients, self.norm)
        return self.rule.step(params, gradients, state)


def is_elementwise(rule: Any) -> bool:
    """Whether a rule does the same to every number, wherever it stands.

    >>> from microgradphys import optim
    >>> is_elementwise(Clipped(optim.Adam(), norm=1.0))
    True
    """
    while isinstance(rule, Clipped):
        rule = rule.rule
    return isinstance(rule, ElementwiseRule)
