"""Things that may be chosen by name: `activation="tanh"`, `optimizer="adam"`, `loss="mse"`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from microgradphys.errors import InputError


def chosen(kind: str, table: Mapping[str, Any], given: Any) -> Any:
    """Return what a name stands for in a table; what is not a name stands for itself.

    Args:
        kind: what is chosen, for the message: "activation".
        table: the names and what they stand for.
        given: a name, or the thing itself.

    Raises:
        InputError: the table has no such name; the message suggests the nearest.

    >>> chosen("number", {"one": 1, "two": 2}, "two")
    2
    """
    if not isinstance(given, str):
        return given
    if given in table:
        return table[given]
    near = difflib.get_close_matches(given, table, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(map(repr, sorted(table)))}"
    raise InputError(f"there is no {kind} {given!r}: {hint}")
