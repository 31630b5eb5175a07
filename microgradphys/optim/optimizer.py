"""`Optimizer`: an update rule at work on the Values of a model, for training loops that are written out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from microgradphys.data import brief, raw
from microgradphys.errors import DataError, GradientError, InputError
from microgradphys.graph import describe
from microgradphys.optim import checks
from microgradphys.optim.clipping import is_elementwise
from microgradphys.optim.names import named
from microgradphys.optim.packing import Packing
from microgradphys.optim.rule import Rule, State
from microgradphys.scopes import not_while_compiling
from microgradphys.trees import flatten
from microgradphys.value import Value


class Optimizer:
    """Changes parameters by their gradients, as the line `p.data -= learning_rate * p.grad` of a training loop.

    Args:
        parameters: Values that are leaves: `model.parameters()`, or any nesting of lists and dictionaries of them.
        rule: an update rule, or its name.

    Attributes:
        rule: the update rule.
        parameters: the Values, each once.

    Raises:
        InputError: there are no parameters, one is there twice, or `rule` is not a rule.
        DataError: a parameter is not a Value.
        GradientError: a parameter was computed, so that it cannot be set.

    >>> from microgradphys import Value, optim
    >>> w = Value(3.0, "w")
    >>> optimizer = optim.Optimizer([w], optim.SGD(0.1))
    >>> for _ in range(3):
    ...     loss = (w - 1) ** 2
    ...     optimizer.zero_grad()
    ...     loss.backward()
    ...     optimizer.step()
    ...     print(f"{loss.data:.4f} {w.data:.4f}")
    4.0000 2.6000
    2.5600 2.2800
    1.6384 2.0240
    """

    def __init__(self, parameters: Any, rule: Rule | str = "sgd") -> None:
        """Begin with the rule's first state."""
        if hasattr(parameters, "step"):
            raise InputError("Optimizer takes the parameters first, then the rule: Optimizer(model.parameters(), rule)")
        if not isinstance(parameters, (dict, list, tuple, Value)) and isinstance(parameters, Iterable):
            parameters = list(parameters)
        self.rule: Rule = _checked_rule(named(rule))
        self.parameters: list[Value] = flatten(parameters)
        _check(self.parameters)
        # What one formula does to every number may be done to all of them at once.
        self._packing = Packing(self._data()) if is_elementwise(self.rule) else None
        self._kept: State = self.rule.start(self._pack(self._data()))

    @property
    def state(self) -> State:
        """What the rule remembers: plain numbers, and lists with one number or array for each parameter."""
        return {name: self._unpack(part) if isinstance(part, list) else part for name, part in self._kept.items()}

    @state.setter
    def state(self, state: State) -> None:
        """Go on from a state that was saved."""
        if missing := self._kept.keys() - state.keys():
            raise InputError(f"the state has no {min(missing)!r}; give the state of an Optimizer with the same rule")
        self._kept = {name: self._pack(part) if isinstance(part, list) else part for name, part in state.items()}

    @property
    def learning_rate(self) -> float:
        """The learning rate of the coming step; set it to have another one."""
        return self._kept["learning_rate"]

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        """Change the rate from the coming step on, or up to the next step if the rule has a schedule."""
        checks.number(rate, "learning_rate")
        self._kept = self._kept | {"learning_rate": float(rate)}

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: back to "not computed"."""
        for parameter in self.parameters:
            parameter.zero_grad()

    def step(self) -> None:
        """Change the data of the parameters by one step of the rule.

        A parameter without a gradient, which the loss does not depend on, stays as it is, and so does what is
        remembered for it. Graphs computed from the old data are out of date afterwards, and say so.

        Raises:
            GradientError: no parameter has a gradient.
        """
        not_while_compiling("steps an Optimizer, which changes Values; return rule.step(params, gradients, state)")
        data, slopes = self._data(), [parameter.grad for parameter in self.parameters]
        missing = [slope is None for slope in slopes]
        if all(missing):
            raise GradientError("no parameter has a gradient; call loss.backward() before step()")
        if any(missing):
            slopes = [np.zeros_like(x) if slope is None else slope for x, slope in zip(data, slopes, strict=True)]
        before = self.state if any(missing) else {}
        after, self._kept = self.rule.step(self._pack(data), self._pack(slopes), self._kept)
        for parameter, number, absent in zip(self.parameters, self._unpack(after), missing, strict=True):
            if not absent:
                parameter.data = number
        if any(missing):
            self.state = {name: _restored(missing, before[name], part) for name, part in self.state.items()}

    def _data(self) -> list[Any]:
        """List the data of the parameters."""
        return [raw(parameter) for parameter in self.parameters]

    def _pack(self, parts: list[Any]) -> list[Any]:
        """Join what belongs to the parameters, if it may be joined."""
        return self._packing.pack(parts) if self._packing else parts

    def _unpack(self, vectors: list[Any]) -> list[Any]:
        """Take it apart again."""
        return self._packing.unpack(vectors) if self._packing else vectors

    def __repr__(self) -> str:
        """Show the rule and how many parameters there are."""
        return f"<Optimizer of {len(self.parameters)} Values by {self.rule!r}>"


def _restored(missing: list[bool], before: Any, after: Any) -> Any:
    """Put back what was remembered for parameters without a gradient."""
    if not isinstance(after, list):
        return after
    return [old if absent else new for absent, old, new in zip(missing, before, after, strict=True)]


def _checked_rule(rule: Any) -> Rule:
    """Refuse what is not an update rule."""
    if isinstance(rule, type):
        raise InputError(f"give an {rule.__name__}, not the class: Optimizer(parameters, {rule.__name__}(0.01))")
    if hasattr(rule, "path"):
        raise InputError(
            f"{type(rule).__name__} needs the function that it minimises, not only its gradient; "
            "use optim.trace(f, start, optimiser, steps).at()"
        )
    if not (hasattr(rule, "start") and hasattr(rule, "step")):
        raise InputError(f"{brief(rule)} is not an update rule; write Optimizer(parameters, optim.Adam(0.01))")
    return rule


def _check(parameters: list[Any]) -> None:
    """Refuse what cannot be optimised."""
    if not parameters:
        raise InputError("there is nothing to optimise: no parameters are given")
    for parameter in parameters:
        if not isinstance(parameter, Value):
            raise DataError(f"a parameter is a Value, not {brief(parameter)}; plain arrays go through rule.step")
        if parameter.primitive is not None:
            raise GradientError(f"{describe(parameter)} was computed, so it cannot be a parameter; give the leaves")
    if len({id(parameter) for parameter in parameters}) < len(parameters):
        raise InputError("a parameter is given twice, and would be changed twice at each step")
