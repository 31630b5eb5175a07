"""A student's own file: run it, and find the Value that it is about."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from tokenize import detect_encoding

import microgradphys
import viz
from microgradphys.errors import InputError, MicrogradphysError, StaleGraphError
from microgradphys.graph import everything
from microgradphys.rerun import recorded_again
from microgradphys.scopes import lines
from microgradphys.value import Value
from viz.names import names_in
from viz.storyboard import Storyboard
from viz.surroundings import put_back

_USUAL_NAMES = ("loss", "E", "L", "J", "cost", "error")


class ProgramError(MicrogradphysError):
    """The student's file raised: its own traceback, and nothing of ours."""


def load(target: str, **options: object) -> Storyboard:
    """Run `FILE.py` or `FILE.py:NAME` and make a storyboard of the Value it defines.

    Args:
        target: the file, and after a colon the variable; without one, `loss` or the one result of the file.
        options: for `Storyboard`.

    Raises:
        InputError: no such file or variable, or several that could be meant.
        ProgramError: the file raised; the message is its own traceback.
    """
    return shown(*run(target), **options)


def shown(loss: Value, values: Mapping[str, Value], **options: object) -> Storyboard:
    """Make a storyboard of the Value of a program; if data changed since, of the forward pass that would come next.

    Args:
        loss: the Value, as the program left it.
        values: the program's Values by name.
        options: for `Storyboard`.
    """
    try:
        return Storyboard(loss, names=values, **options)  # type: ignore[arg-type]
    except StaleGraphError:
        # A program that trains ends with an update; show the forward pass that would come next.
        names = {key: value for key, value in values.items() if value.primitive is None}
        last = next((key for key, value in values.items() if value is loss), None)
        again = recorded_again(loss)
        return Storyboard(again.named(again.name or last or "loss"), names=names, **options)  # type: ignore[arg-type]


def run(target: str) -> tuple[Value, dict[str, Value]]:
    """Run `FILE.py` or `FILE.py:NAME`; return the Value it is about, as the program left it, and its Values by name.

    Raises:
        InputError: no such file or variable, or several that could be meant.
        ProgramError: the file raised; the message is its own traceback.
    """
    path, name = _split(target)
    variables = _run(path)
    values = names_in(variables)
    return _choose(path, name, variables, values), values


def _split(target: str) -> tuple[Path, str | None]:
    """Take FILE.py:NAME apart; a colon that belongs to a drive or a name of a file stays."""
    before, colon, name = target.rpartition(".py:")
    if colon and not Path(target).exists():
        return Path(f"{before}.py"), name or None
    return Path(target), None


def _run(path: Path) -> dict[str, object]:
    """Run a file as a program and return its variables."""
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {str(path)!r}") from None
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror}") from None
    _check_letters(path, source)
    variables: dict[str, object] = {"__name__": "__main__", "__file__": str(path), "__builtins__": __builtins__}
    try:
        with put_back(), lines():
            sys.argv = [str(path)]
            sys.path.insert(0, str(path.resolve().parent))
            exec(compile(source, str(path), "exec", dont_inherit=True), variables)
    except SystemExit as ended:
        if ended.code:
            raise ProgramError(f"{path} ended itself: {ended.code}") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise ProgramError(_own_traceback(error)) from None
    return variables


def _check_letters(path: Path, source: bytes) -> None:
    """Refuse a file whose letters are not those that it says."""
    try:
        encoding = detect_encoding(io.BytesIO(source).readline)[0]
    except SyntaxError:
        # An encoding that nobody knows, of which Python itself will tell, or none and a strange letter in a first line.
        encoding = "utf-8"
    try:
        source.decode(encoding)
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"cannot read {str(path)!r}: line {line} is not {encoding.upper()}; save the file as UTF-8, "
            "or name its encoding in the first line, as # -*- coding: latin-1 -*-"
        ) from None


def _own_traceback(error: BaseException) -> str:
    """Write a traceback, and those of the errors that led to it, without the frames of this project."""
    ours = tuple(f"{Path(module.__file__ or '').parent}{os.sep}" for module in (microgradphys, viz))
    told = traceback.TracebackException.from_exception(error)
    waiting: list[traceback.TracebackException | None] = [told]
    while waiting:
        one = waiting.pop()
        if one is not None:
            one.stack[:] = [frame for frame in one.stack if not frame.filename.startswith(ours)]
            waiting += [one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or ())]
    return "".join(told.format()).rstrip()


def _choose(path: Path, name: str | None, variables: dict[str, object], values: dict[str, Value]) -> Value:
    """Pick the Value that is meant."""
    there = ", ".join(values) or "none"
    if name is not None:
        if name not in variables:
            raise InputError(f"{path} defines no {name!r}; the Values it defines: {there}")
        found = variables[name]
        if not isinstance(found, Value):
            raise InputError(f"{name!r} in {path} is no Value but of type {type(found).__name__}; its Values: {there}")
        return found
    computed = {key: value for key, value in values.items() if value.primitive is not None and value.size == 1}
    for usual in _USUAL_NAMES:
        if usual in computed:
            return computed[usual]
    used = {id(parent) for value in computed.values() for parent in _all_parents(value)}
    results = {id(value): (key, value) for key, value in computed.items() if id(value) not in used}
    if len(results) == 1:
        return next(iter(results.values()))[1]
    if not results:
        arrays = [f"{key} has shape {value.shape}" for key, value in values.items() if value.primitive is not None]
        if arrays:
            there = f"{there}; {arrays[-1]}: sum or average it, or choose one of its elements"
        elif single := next((key for key, value in values.items() if value.size == 1), None):
            raise InputError(
                f"{path} computes nothing from its Values ({there}); name the one that is meant, as {path}:{single}"
            )
        raise InputError(f"{path} computes no Value that holds one number; the Values it defines: {there}")
    names = [key for key, _ in results.values()]
    raise InputError(f"{path} has several results: {', '.join(names)}; say which, as {path}:{names[0]}")


def _all_parents(value: Value) -> list[Value]:
    """Everything a Value was computed from, itself left out."""
    return [node for node in everything(value) if node is not value]
