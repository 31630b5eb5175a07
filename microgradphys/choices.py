"""numpy's elementwise functions that choose or come in pairs, as compositions of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np


def fmax(xp: Any, x1: Any, x2: Any) -> Any:
    """Return the larger number, and beside nan the other."""
    return xp.maximum(xp.where(x1 != x1, x2, x1), xp.where(x2 != x2, x1, x2))


def fmin(xp: Any, x1: Any, x2: Any) -> Any:
    """Return the smaller number, and beside nan the other."""
    return xp.minimum(xp.where(x1 != x1, x2, x1), xp.where(x2 != x2, x1, x2))


def divmod_(xp: Any, x1: Any, x2: Any) -> tuple[Any, Any]:
    """Divide to a whole number and a rest."""
    return xp.floor_divide(x1, x2), xp.remainder(x1, x2)


def heaviside(xp: Any, x1: Any, x2: Any) -> Any:
    """Step from 0 to 1 at 0, where it is `x2`; the derivative by `x1` is 0, at the step too."""
    return xp.where(x1 == 0, x2, xp.multiply(xp.add(xp.sign(x1), 1.0), 0.5))


def nan_to_num(
    xp: Any, x: Any, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """Put numbers in the places of nan and the infinities; through them no gradient flows."""
    ends = np.finfo(getattr(x, "dtype", float))
    high, low = (float(ends.max) if posinf is None else posinf), (float(ends.min) if neginf is None else neginf)
    return xp.where(x == np.inf, high, xp.where(x == -np.inf, low, xp.where(x != x, nan, x)))


def select(xp: Any, condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Take every element from the first choice whose condition holds there."""
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ValueError("it takes as many conditions as choices, and at least one")
    chosen = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        if (condition if hasattr(condition, "dtype") else np.asarray(condition)).dtype != bool:
            raise ValueError("the conditions are truths, as x > 0")
        chosen = xp.where(condition, choice, chosen)
    return chosen


CHOICES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "fmax": fmax,
        "fmin": fmin,
        "divmod": divmod_,
        "heaviside": heaviside,
        "nan_to_num": nan_to_num,
        "select": select,
        "float_power": lambda xp, x1, x2: xp.power(x1, x2),
    }
)
