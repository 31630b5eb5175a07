"""The names of a user's variables, for Values that were given none: `y = sigmoid(s)` is drawn as y."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from microgradphys.value import Value
from viz.storyboard import Storyboard


def names_in(variables: Mapping[str, Any]) -> dict[str, Value]:
    """Collect the Values among variables, and those in lists and tuples, under readable names.

    >>> w = Value(1.0)
    >>> list(names_in({"w": w, "layer": [Value(2.0), Value(3.0)], "n": 3, "_hidden": w}))
    ['w', 'layer_0', 'layer_1']
    """
    found: dict[str, Value] = {}
    for name, thing in list(variables.items()):
        if name.startswith("_"):
            continue
        if isinstance(thing, Value):
            found[name] = thing
        elif isinstance(thing, (list, tuple)) and len(thing) <= 1000:
            found.update({f"{name}_{k}": item for k, item in enumerate(thing) if isinstance(item, Value)})
    return found


def names_around(depth: int = 1) -> dict[str, Value]:
    """Collect the Values among the variables of a caller: its own before its module's.

    Args:
        depth: how many calls up the caller is; 1 is whoever called the function that asks.
    """
    frame = sys._getframe(depth + 1)
    return {**names_in(frame.f_globals), **names_in(frame.f_locals)}


def as_storyboard(loss: Value | Storyboard, depth: int = 1, **options: Any) -> Storyboard:
    """Take a storyboard as it is, or make one of a Value, with names from the caller's variables.

    Args:
        loss: a Value that holds one number, or a storyboard.
        depth: as for `names_around`.
        options: for `Storyboard`.
    """
    if isinstance(loss, Storyboard):
        return loss
    names = {**names_around(depth + 1), **(options.pop("names", None) or {})}
    return Storyboard(loss, names=names, **options)
