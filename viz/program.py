"""A student's own file: run it, and find the Value that it is about."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from tokenize import detect_encoding

import numpy as np

import microgradphys
import viz
from microgradphys.errors import InputError, MicrogradphysError, StaleGraphError
from microgradphys.rerun import recorded_again
from microgradphys.scopes import lines
from microgradphys.value import Value
from viz.noticed import Noticed, noticing, warning_of_its_lines
from viz.results import chosen
from viz.storyboard import Storyboard
from viz.surroundings import put_back


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
        own = {value.name for value in values.values()}
        for name, value in values.items():
            # The new nodes have the names of the old ones.
            if value.name is None and name not in own:
                value.named(name)
        leaves = {name: value for name, value in values.items() if value.primitive is None}
        again = recorded_again(loss)
        return Storyboard(again.named(again.name or "loss"), names=leaves, **options)  # type: ignore[arg-type]


def run(target: str) -> tuple[Value, dict[str, Value]]:
    """Run `FILE.py` or `FILE.py:NAME`; return the Value it is about, as the program left it, and its Values by name.

    Raises:
        InputError: no such file or variable, or several that could be meant.
        ProgramError: the file raised; the message is its own traceback.
    """
    path, name = _split(target)
    return chosen(path, name, *_run(path))


def _split(target: str) -> tuple[Path, str | None]:
    """Take FILE.py:NAME apart; a colon that belongs to a drive or a name of a file stays."""
    before, colon, name = target.rpartition(".py:")
    if colon and not Path(target).exists():
        return Path(f"{before}.py"), name or None
    return Path(target), None


def _run(path: Path) -> tuple[dict[str, object], Noticed]:
    """Run a file as a program; return its variables, and what was noticed of its last backward pass."""
    if path.suffix == ".ipynb":
        raise InputError(f"{str(path)!r} is a notebook; save it as a script, as with: jupyter nbconvert --to script")
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        other = path.with_name(f"{path.name}.py")
        hint = f"; did you mean {str(other)!r}?" if path.name and other.exists() else ""
        raise InputError(f"there is no file {str(path)!r}{hint}") from None
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror}") from None
    _check_letters(path, source)
    variables: dict[str, object] = {"__name__": "__main__", "__file__": str(path), "__builtins__": __builtins__}
    noticed = Noticed()
    try:
        with put_back(), np.errstate(), lines(), noticing(noticed), warning_of_its_lines():
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
    return variables, noticed


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
