"""The keyword arguments of a call that is recorded: copied, and refused where a row does not know them."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.data import is_value, own, raw
from microgradphys.errors import UnsupportedError


def checked_options(path: str, given: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """Copy the options of a call, and refuse those that are not known."""
    given = {key: value for key, value in given.items() if value is not np._NoValue}
    static = {key: own(value) for key, value in given.items() if key in known or value is not None}
    unknown = sorted(static.keys() - set(known))
    if unknown:
        options = ", ".join(f"{key}=" for key in unknown)
        instead = " and write a = a + b where it comes from a += b" if unknown == ["out"] else ""
        raise UnsupportedError(f"np.{path} is recorded without its option {options}; leave it out{instead}")
    return static


def raw_options(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return keyword arguments with plain data in them; nothing is ever written into a Value."""
    out = options.get("out")
    if any(is_value(target) for target in (out if isinstance(out, tuple) else (out,))):
        raise UnsupportedError(f"np.{name} cannot write into a Value; leave its option out= out")
    return {key: raw(value) for key, value in options.items()}
