"""Things that may be chosen by name: `activation="tanh"`, `optimizer="adam"`, `loss="mse"`."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from microgradphys.errors import InputError

# A table may have thousands of columns.
_MOST = 40


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
    raise InputError(f"there is no {kind} {given!r}: {nearest(word, sorted(table))}")


def nearest(word: str, names: Collection[str]) -> str:
    """Say in an error message which name may have been meant, or which there are where none is near.

    >>> nearest("adma", ["sgd", "adam"])
    "did you mean 'adam'?"
    >>> nearest("xyz", ["sgd", "adam"])
    "there are 'sgd', 'adam'"
    """
    near = difflib.get_close_matches(word, names, 1)
    if near:
        return f"did you mean {near[0]!r}?"
    listed = [*map(repr, islice(names, _MOST)), *(["…"] if len(names) > _MOST else [])]
    return f"there are {', '.join(listed)}"
