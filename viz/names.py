"""The names of a user's variables, for Values that were given none: `y = sigmoid(s)` is drawn as y."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any

from microgradphys.errors import InputError
from microgradphys.symbols import parse_name
from microgradphys.value import Value
from viz.storyboard import Storyboard

# Objects of these are no part of the model that a program builds.
_NOT_THE_PROGRAMS = ("microgradphys", "viz", "numpy", "builtins", "matplotlib", "IPython", "_pytest", "pytest")


def names_in(variables: Mapping[str, Any]) -> dict[str, Value]:
    """Collect the Values among variables, and those in lists, tuples and dictionaries, under readable names.

    A Value with several names comes first under the one that the program gave it first.

    >>> w = Value(1.0)
    >>> list(names_in({"w": w, "W": [[Value(2.0), Value(3.0)]], "n": 3, "_hidden": w, "last": w}))
    ['w', 'W_00', 'W_01', 'last']
    """
    found: dict[str, Value] = {}
    # What IPython keeps of past cells, In and Out, are no names of the program's.
    kept = [variables[past] for past in ("_ih", "_oh") if past in variables]
    for name, thing in list(variables.items()):
        if name.startswith("_") or any(thing is past for past in kept):
            continue
        if isinstance(thing, Value):
            found[name] = thing
        for index, item in _items(thing, ()):
            short = f"{name}_{{{''.join(index)}}}" if len("".join(index)) > 3 else f"{name}_{''.join(index)}"
            # x[1] is x₁ unless the program has an x1 of its own.
            taken = parse_name(short) in map(parse_name, variables)
            found[f"{name}[{']['.join(index)}]" if taken else short] = item
    for name, thing in list(variables.items()):
        for path, item in () if name.startswith("_") else _inside(thing, (), set()):
            *_, last = (step for step in path if not step.startswith("["))
            index = "".join(step[1:-1] for step in path if step.startswith("["))
            short = last[1:] + (f"_{{{index}}}" if len(index) > 3 else f"_{index}" if index else "")
            # net.w is w, and net.layers[0].w is w₀, unless the program or another object has one.
            taken = parse_name(short) in map(parse_name, (*variables, *found))
            found.setdefault(name + "".join(path) if taken else short, item)
    return found


def _inside(thing: Any, path: tuple[str, ...], seen: set[int]) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Go through the Values in a program's own objects, and in what these hold, five deep, with the way to each."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    steps = _attributes(thing)
    if isinstance(thing, (list, tuple, dict)) and len(thing) <= 1000:
        steps = {f"[{key}]": item for key, item in (thing.items() if isinstance(thing, dict) else enumerate(thing))}
    for step, item in steps.items() if len(path) < 5 else ():
        if not isinstance(item, Value):
            yield from _inside(item, (*path, step), seen)
        elif step.startswith(".") or any(before.startswith(".") for before in path):
            yield (*path, step), item


def _attributes(thing: Any) -> dict[str, Any]:
    """The attributes of an object of a class that the program wrote itself; nothing is called for that."""
    home = type(thing).__module__.partition(".")[0]
    if home in _NOT_THE_PROGRAMS or isinstance(thing, type) or home in sys.stdlib_module_names:
        return {}
    own = getattr(thing, "__dict__", {})
    return (
        {f".{name}": item for name, item in own.items() if not str(name).startswith("_")} if type(own) is dict else {}
    )


def _items(thing: Any, index: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Go through the Values in nested lists, tuples and dictionaries, three deep, with where they stand."""
    if len(index) > 2 or not isinstance(thing, (list, tuple, dict)) or len(thing) > 1000:
        return
    for key, item in thing.items() if isinstance(thing, dict) else enumerate(thing):
        if isinstance(item, Value):
            yield (*index, str(key)), item
        else:
            yield from _items(item, (*index, str(key)))


def names_around(depth: int = 1) -> dict[str, Value]:
    """Collect the Values among the variables of a caller: its own before its module's.

    Args:
        depth: how many calls up the caller is; 1 is whoever called the function that asks.
    """
    frame = sys._getframe(depth + 1)
    return {**names_in(frame.f_locals), **names_in({**frame.f_globals, **frame.f_locals})}


def as_storyboard(loss: Value | Storyboard, depth: int = 1, **options: Any) -> Storyboard:
    """Take a storyboard as it is, or make one of a Value, with names from the caller's variables below those given.

    Args:
        loss: a Value that holds one number, or a storyboard.
        depth: as for `names_around`.
        options: for `Storyboard`.

    Raises:
        InputError: options for a storyboard that is there already, or that a storyboard does not have.
    """
    if isinstance(loss, Storyboard):
        if options:
            raise InputError(f"{', '.join(options)}: a storyboard has its options already; make another one with these")
        return loss
    known = signature(Storyboard).parameters
    for option in options:
        if option not in known:
            there = ", ".join(name for name in known if name != "loss")
            raise InputError(f"there is no option {option!r} here; those of a storyboard are {there}")
    names = options.pop("names", None) or {}
    if isinstance(names, Mapping):
        around = names_around(depth + 1)
        # The first name of a Value is its label: the given ones come first.
        names = {**names, **{name: value for name, value in around.items() if name not in names}}
    return Storyboard(loss, names=names, **options)
