"""Which Value of a program is meant: the one that is named, its loss, its only result, or what it went back from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from microgradphys.errors import InputError
from microgradphys.graph import everything
from microgradphys.value import Value
from viz.names import names_in
from viz.noticed import Noticed

_USUAL_NAMES = ("loss", "E", "L", "J", "cost", "error")


def chosen(
    path: Path, name: str | None, variables: Mapping[str, object], noticed: Noticed
) -> tuple[Value, dict[str, Value]]:
    """Pick the Value that is meant; return it, and the Values of the program by name.

    Args:
        path: the file of the program.
        name: the variable that was asked for, if one was.
        variables: what the program left.
        noticed: of its last backward pass, whose variables count where the program itself has no such Value.

    Raises:
        InputError: no such variable, or several that could be meant.
    """
    values = names_in(variables)
    inside = names_in({**noticed.variables, **variables})
    if name is not None:
        return _named(path, name, {**noticed.variables, **variables}, values or inside), inside
    computed = {key: value for key, value in values.items() if value.primitive is not None and value.size == 1}
    for usual in _USUAL_NAMES:
        if usual in computed:
            return computed[usual], values
    used = {id(parent) for value in computed.values() for parent in everything(value) if parent is not value}
    results = {id(value): (key, value) for key, value in computed.items() if id(value) not in used}
    if not results and noticed.loss is not None:
        return noticed.loss, inside
    if len(results) == 1:
        return next(iter(results.values()))[1], values
    if results:
        names = [key for key, _ in results.values()]
        raise InputError(f"{path} has several results: {', '.join(names)}; say which, as {path}:{names[0]}")
    return _leaf(path, values), values


def _named(path: Path, name: str, variables: Mapping[str, object], values: Mapping[str, Value]) -> Value:
    """Find the Value of a name."""
    there = ", ".join(values) or "none"
    if name not in variables and name not in values:
        raise InputError(f"{path} defines no {name!r}; the Values it defines: {there}")
    found = variables[name] if name in variables else values[name]
    if not isinstance(found, Value):
        raise InputError(f"{name!r} in {path} is no Value but of type {type(found).__name__}; its Values: {there}")
    return found


def _leaf(path: Path, values: Mapping[str, Value]) -> Value:
    """Take a leaf that is called like a loss, where a program computes no number at all."""
    for usual in _USUAL_NAMES:
        if usual in values and values[usual].size == 1 and values[usual].primitive is None:
            return values[usual]
    there = ", ".join(values) or "none; inside a function, a Value is found where its backward() is called"
    arrays = [f"{key} has shape {value.shape}" for key, value in values.items() if value.primitive is not None]
    if arrays:
        there = f"{there}; {arrays[-1]}: sum or average it, or choose one of its elements"
    elif single := next((key for key, value in values.items() if value.size == 1), None):
        raise InputError(
            f"{path} computes nothing from its Values ({there}); name the one that is meant, as {path}:{single}"
        )
    raise InputError(
        f"{path} computes no Value that holds one number, as loss = np.mean((net(x) - t) ** 2) does; "
        f"the Values it defines: {there}"
    )
