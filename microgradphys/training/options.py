"""What is asked of a training, checked."""

from __future__ import annotations

from typing import Any

from microgradphys.data import brief
from microgradphys.errors import InputError
from microgradphys.optim import named


def share(what: str, given: Any) -> float:
    """Take a share of the examples.

    >>> share("validation_split", 0.2)
    0.2
    """
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 <= given < 1:
        raise InputError(f"{what}={brief(given)} is not a number from 0 up to 1, without 1")
    return float(given)


def called_back(callbacks: Any) -> list[Any]:
    """Take callbacks, one or several; those that write down what the others did come last.

    >>> called_back(())
    []
    """
    found = [callbacks] if hasattr(callbacks, "epoch") else list(callbacks or ())
    for one in found:
        if not all(hasattr(one, name) for name in ("begin", "batch", "epoch", "end")) or isinstance(one, type):
            raise InputError(f"a callback is an object with begin, batch, epoch and end, not {brief(one)}")
    return sorted(found, key=lambda one: getattr(one, "comes_last", False))


def rule_of(given: Any) -> Any:
    """Take the rule of an optimiser: a name, or a rule.

    Raises:
        InputError: there is none of this name, or it is no rule.

    >>> rule_of("sgd").learning_rate
    0.01
    """
    rule = named(given)
    if isinstance(rule, type):
        raise InputError(f"an optimiser is a rule with its learning rate, optim.{rule.__name__}(0.01), not the class")
    if hasattr(rule, "path"):
        name = type(rule).__name__
        raise InputError(f"{name} looks at all examples at once, so it cannot learn from batches: use optim.trace")
    if not (hasattr(rule, "start") and hasattr(rule, "step")):
        more = ": give its rule" if hasattr(rule, "rule") else ""
        raise InputError(f"an optimiser is a name or a rule, as optim.Adam(0.01), not {brief(given)}{more}")
    return rule
