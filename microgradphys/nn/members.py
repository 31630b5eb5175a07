"""Finding what is in a module: its attributes, the modules inside of it, and what these have, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from microgradphys.value import Value


def members(module: Any) -> Iterator[tuple[str, Any]]:
    """List the attributes of a module, those in its lists, tuples and dictionaries one by one: "layers.0"."""
    stack = list(reversed(vars(module).items()))
    while stack:
        name, thing = stack.pop()
        if isinstance(thing, (list, tuple)):
            stack += [(f"{name}.{k}", item) for k, item in reversed(list(enumerate(thing)))]
        elif isinstance(thing, dict):
            stack += [(f"{name}.{key}", item) for key, item in reversed(list(thing.items()))]
        else:
            yield name, thing


def is_parameter(value: Value) -> bool:
    """Whether a Value is a leaf that training may change."""
    return value.primitive is None and value.active


def each_module(module: Any) -> Iterator[tuple[str, Any]]:
    """List a module and those inside of it, each once, with what their names begin with: "" or "hidden."."""
    stack, seen = [("", module)], set()
    while stack:
        path, found = stack.pop()
        if id(found) not in seen:
            seen.add(id(found))
            yield path, found
            stack += [(f"{path}{name}.", child) for name, child in reversed(found.children().items())]


def each_once(module: Any, own: Callable[[Any], dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """List what `own` says of a module and of those inside of it; what two of them share comes once."""
    seen = set()
    for path, found in each_module(module):
        for name, thing in own(found).items():
            if id(thing) not in seen:
                seen.add(id(thing))
                yield f"{path}{name}", thing
