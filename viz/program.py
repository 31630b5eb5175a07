"""A student's own file: run it, and find the Value that it is about."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import TracebackType

from microgradphys.errors import InputError, MicrogradphysError
from microgradphys.graph import ancestors
from microgradphys.value import Value
from viz.names import names_in
from viz.storyboard import Storyboard

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
    path, name = _split(target)
    variables = _run(path)
    values = names_in(variables)
    return Storyboard(_choose(path, name, variables, values), names=values, **options)  # type: ignore[arg-type]


def _split(target: str) -> tuple[Path, str | None]:
    """Take FILE.py:NAME apart; a colon that belongs to a drive or a name of a file stays."""
    before, colon, name = target.rpartition(":")
    if colon and not Path(target).exists() and (name.isidentifier() or not name):
        return Path(before), name or None
    return Path(target), None


def _run(path: Path) -> dict[str, object]:
    """Run a file as a program and return its variables."""
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {str(path)!r}") from None
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror}") from None
    variables: dict[str, object] = {"__name__": "__main__", "__file__": str(path), "__builtins__": __builtins__}
    arguments, first = sys.argv, sys.path[0] if sys.path else ""
    sys.argv, sys.path[:1] = [str(path)], [str(path.resolve().parent)]
    try:
        exec(compile(source, str(path), "exec"), variables)
    except SystemExit:
        pass
    except Exception as error:
        raise ProgramError(_own_traceback(error, str(path))) from None
    finally:
        sys.argv, sys.path[:1] = arguments, [first]
    return variables


def _own_traceback(error: Exception, path: str) -> str:
    """Write a traceback that begins in the student's file."""
    frames: TracebackType | None = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != path:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip()


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
        raise InputError(f"{path} computes no Value that holds one number; the Values it defines: {there}")
    names = [key for key, _ in results.values()]
    raise InputError(f"{path} has several results: {', '.join(names)}; say which, as {path}:{names[0]}")


def _all_parents(value: Value) -> list[Value]:
    """Everything a Value was computed from, itself left out."""
    return ancestors(value, constants=True)[:-1]
