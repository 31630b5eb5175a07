"""What is asked of a row before it is defined: a name, a writing, samples, and a derivative that is right at them."""

from __future__ import annotations

import builtins
import keyword
import sys
from typing import Any

import numpy as np

from microgradphys.arranging import arrange
from microgradphys.check import check_primitive
from microgradphys.errors import CheckError, InputError
from microgradphys.mathematics import Call, Symbol
from microgradphys.namespaces import arrays, floats
from microgradphys.notation import write
from microgradphys.primitives import Function, Primitive

LETTERS = "abcdefgh"
_CONSTANTS = frozenset({"e", "π", "∞"})


def check_name(name: Any) -> None:
    """Refuse a name that is none, or that means something already."""
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise InputError(f"a primitive needs a name that Python can read, such as 'swish', not {name!r}")
    if keyword.iskeyword(name) or hasattr(builtins, name):
        raise InputError(f"{name!r} is a word of Python's own; give the primitive another name")
    ours = name in sys.modules["microgradphys"].__all__ or name in vars(arrays)
    if ours or hasattr(np, name) or hasattr(np.linalg, name):
        raise InputError(f"{name!r} exists already, in numpy or here; give the primitive another name")


def check_parts(row: Primitive, points: list[tuple[tuple[Any, ...], dict[str, Any]]]) -> None:
    """Refuse a row that is incomplete, or at odds with its samples."""
    if not callable(row.forward):
        raise InputError(f"{row.name}: forward is no function; it computes the result, as forward(xp, a)")
    if bool(row.partials) == bool(row.vjps):
        raise InputError(
            f"{row.name} needs either partials, if it works element by element, or vjps: one rule for each argument"
        )
    if not points:
        raise InputError(f"{row.name} needs samples, points at which its derivative is checked: samples=(0.5, -1.0)")
    kind = "partials" if row.partials else "vjps"
    for args, static in points:
        if len(args) != row.arity:
            raise InputError(f"{row.name} has {row.arity} {kind}, but a sample of {len(args)} arguments: {args}")
        if unknown := sorted(static.keys() - set(row.statics)):
            raise InputError(f"{row.name}: a sample has the option {unknown[0]!r}, which statics= does not name")
    if row.arity > len(LETTERS):
        raise InputError(f"{row.name} has {row.arity} arguments; {len(LETTERS)} can be written")


def check_written(row: Primitive) -> None:
    """Refuse a writing that the printer cannot read, or that leaves an argument out."""
    letters = LETTERS[: row.arity]
    places = tuple(Symbol(f"argument {letter}") for letter in letters)
    try:
        formula = arrange(row, list(places), {})
        for notation in ("plain", "latex", "typst", "mathml"):
            write(formula, notation)
    except (SyntaxError, KeyError, ValueError, TypeError, RecursionError):
        formula = Symbol("?")
    names = {place.name for place in places}
    read = names <= _symbols(formula) <= names | _CONSTANTS
    if isinstance(formula, Call) and formula.arguments == places:
        read = row.written in (f"{formula.function}({', '.join(letters)})", f"{formula.function} {letters}")
    if not read:
        raise InputError(
            f"{row.name}: written={row.written!r} cannot be read; write '{row.name}({', '.join(letters)})', or a "
            f"formula in {', '.join(letters)} with + − · / ^ √( ) and functions, with spaces around the signs"
        )


def _symbols(formula: Any) -> set[str]:
    """Collect the names in a formula."""
    if isinstance(formula, Symbol):
        return {formula.name}
    parts = formula if isinstance(formula, tuple) else [getattr(formula, key, ()) for key in _slots(formula)]
    return {name for part in parts for name in _symbols(part)}


def _slots(formula: Any) -> tuple[str, ...]:
    """Name the parts of a formula."""
    return getattr(type(formula), "__slots__", ()) if type(formula).__module__.startswith("microgradphys") else ()


def check_forward(row: Primitive, given: Function, args: tuple[Any, ...], static: dict[str, Any]) -> None:
    """Compute a sample on arrays and, for an elementwise row, on floats: the same numbers in the right shape."""
    stacked = [np.stack([a, a]) for a in np.broadcast_arrays(*args)] if row.partials else list(args)
    try:
        found = given(arrays, *map(_guarded, stacked), **static)
    except Exception as error:
        raise _failed(row, "its forward fails on arrays", stacked, error) from error
    if np.asarray(found).dtype.kind not in "biuf":
        raise InputError(f"{row.name}: its forward gives {np.asarray(found).dtype} at {_brief(args)}, not real numbers")
    if not row.partials:
        return
    if np.shape(found) != stacked[0].shape:
        raise InputError(
            f"{row.name}: its forward makes shape {np.shape(found)} of shape {stacked[0].shape}, but partials are for "
            "what works element by element; give vjps instead"
        )
    for index in np.ndindex(stacked[0].shape):
        numbers = [float(a[index]) for a in stacked]
        try:
            number = given(floats, *numbers, **static)
        except Exception as error:
            raise _failed(row, "its forward fails on floats", numbers, error) from error
        if not isinstance(number, (float, int, np.generic)) or np.iscomplexobj(number):
            raise InputError(f"{row.name}: its forward makes a {type(number).__name__} of floats, not a float")
        if not np.allclose(number, np.asarray(found)[index], rtol=1e-9, atol=0.0, equal_nan=True):
            raise InputError(
                f"{row.name}: its forward gives {number} for the floats {_brief(numbers)}, "
                f"but {np.asarray(found)[index]} for the same numbers in an array"
            )


def _guarded(data: Any) -> Any:
    """Copy an array as one that cannot be changed in place."""
    copy = np.array(data)
    copy.flags.writeable = False
    return copy


def check_rules(row: Primitive, args: tuple[Any, ...], static: dict[str, Any]) -> None:
    """Compare the rules with central differences at orders 1 and 2; an elementwise row also in an array."""
    points = [args]
    if row.partials and not any(map(np.ndim, args)):
        points.append(tuple(np.array([a, a]) for a in args))
    for point in points:
        try:
            check_primitive(row, point, static)
        except CheckError:
            raise
        except Exception as error:
            raise _failed(row, "its rules cannot be run", point, error) from error


def _failed(row: Primitive, what: str, args: Any, error: Exception) -> InputError:
    """Say that a function of the user's raised something."""
    return InputError(
        f"{row.name}: {what} at {_brief(args)}: {type(error).__name__}: {error}; "
        "write it in the functions of xp, as xp.exp(a) or xp.where(a > 0, b, c)"
    )


def _brief(args: Any) -> str:
    """Show arguments on one line."""
    text = ", ".join(" ".join(str(a.tolist() if isinstance(a, np.ndarray) else a).split()) for a in args)
    return f"({text})" if len(text) <= 60 else f"({text[:57]}...)"
