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
        given: a name, in capitals or not, with blanks or hyphens for underscores; or the thing itself.

    Raises:
        InputError: the table has no such name; the message suggests the nearest.

    >>> chosen("number", {"one": 1, "two": 2}, "two")
    2
    >>> chosen("loss", {"cross_entropy": 3}, "Cross-Entropy")
    3
    """
    if not isinstance(given, str):
        return given
    word = given.casefold().replace("-", "_").replace(" ", "_")
    for name in (given, word):
        if name in table:
            return table[name]
    near = difflib.get_close_matches(word, table, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(map(repr, sorted(table)))}"
    raise InputError(f"there is no {kind} {given!r}: {hint}")
