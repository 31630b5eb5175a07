"""When numpy meets a Value: its function is recorded by its row, or composed of rows, or refused by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from microgradphys.choices import CHOICES
from microgradphys.composed import COMPOSED
from microgradphys.data import is_value, own, raw
from microgradphys.errors import MicrogradphysError, ShapeError, UnsupportedError
from microgradphys.joined import JOINED
from microgradphys.linear_algebra import LINEAR_ALGEBRA
from microgradphys.options import checked_options, raw_options
from microgradphys.primitives import PRIMITIVES, QUESTIONS
from microgradphys.products import PRODUCTS
from microgradphys.recording import values
from microgradphys.sampled import SAMPLED
from microgradphys.scopes import not_while_compiling

_ASKED = frozenset(row.name for row in QUESTIONS)
# numpy functions whose answers are shapes or truths, which have no derivative to lose.
INSPECTING = frozenset("shape ndim size zeros_like ones_like empty_like array_repr array_str".split())
COMPARING = frozenset({"allclose", "isclose", "array_equal"})


# numpy's functions that are compositions of rows.
_COMPOSITIONS = {**COMPOSED, **JOINED, **PRODUCTS, **CHOICES, **SAMPLED, **LINEAR_ALGEBRA}
# What numpy has under two names, as two functions.
_SYNONYMS = {"around": "round", "fabs": "absolute", "radians": "deg2rad", "degrees": "rad2deg"}


def ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record one of numpy's elementwise functions."""
    name = ufunc.__name__
    if method != "__call__":
        raise UnsupportedError(f"np.{name}.{method} has no row in the table of primitives")
    if name.startswith("bitwise_") and all(np.result_type(raw(a)) == np.bool_ for a in inputs):
        name = name.replace("bitwise", "logical")
    if name in _ASKED:
        return getattr(values, name)(*inputs, **kwargs)
    return _recorded(name, ufunc, inputs, kwargs)


def function(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record one of numpy's other functions."""
    name = function.__name__
    if name in _ASKED:
        ordered = dict(zip(_parameters(function)[1:], args[1:], strict=False))
        return getattr(values, name)(*args[:1], **ordered, **kwargs)
    if name in COMPARING:
        not_while_compiling(f"asks np.{name}; use np.where and comparisons")
    if name in INSPECTING | COMPARING:
        return function(*map(raw, args), **raw_options(name, kwargs))
    if function is np.clip:
        return clip(*args, **kwargs)
    return _recorded(name, function, args, kwargs)


def _recorded(name: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record a call of numpy's function `name`, or say that it has no row or not that option."""
    # np.linalg.outer is not np.outer: a function is known by where it lives, and found there.
    module = (getattr(function, "__module__", None) or "numpy").partition(".")[2]
    path = f"{module}.{name}" if module else name
    composed = _COMPOSITIONS.get(path)
    row = PRIMITIVES.get(_SYNONYMS.get(path, path))
    if composed is row is None or function is not getattr(getattr(np, module) if module else np, name, None):
        raise UnsupportedError(f"np.{path} has no row in the table of primitives, so it cannot be differentiated")
    if composed is not None:
        return _compose(path, composed, args, kwargs)
    assert row is not None
    if len(args) < row.arity:
        args, kwargs = _in_place(function, args, kwargs, row.arity)
    if len(args) < row.arity:
        many = "s" * (row.arity > 1)
        raise UnsupportedError(f"np.{name} is recorded with {row.arity} positional argument{many}, not {len(args)}")
    static = dict(kwargs)
    if len(args) > row.arity:
        static.update(zip(_parameters(function)[row.arity :], args[row.arity :], strict=False))
    static = checked_options(name, static, row.statics)
    if any(is_value(value) for value in static.values()):
        raise UnsupportedError(f"np.{name}: its options are not differentiated; pass plain data for them")
    return getattr(values, row.name)(*args[: row.arity], **static)


def clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **options: Any) -> Any:
    """Record np.clip in each of its spellings; a bound that is left out is infinite."""
    low, high = options.pop("min", a_min), options.pop("max", a_max)
    args = (a, -np.inf if low is None else low, np.inf if high is None else high)
    return _recorded("clip", np.clip, args, {"out": out, **options})


def _compose(path: str, composed: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record a function of numpy that is a composition of rows."""
    known = _signature(composed)
    static = checked_options(path, kwargs, tuple(known.parameters))
    try:
        known.bind(*args, **static)
    except TypeError as error:
        raise UnsupportedError(f"np.{path} is recorded as {path}{known}: {error}") from None
    try:
        return composed(values, *map(own, args), **static)
    except MicrogradphysError:
        raise
    except (ValueError, TypeError, IndexError) as error:
        shapes = " and ".join(str(arg.shape) for arg in args if is_value(arg))
        raise ShapeError(f"np.{path}: this does not fit{shapes and f' shape {shapes}'}: {error}") from None


def _in_place(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], arity: int
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Put arguments that were given by numpy's names for them, as in `np.sum(a=v)`, in their places."""
    kwargs = dict(kwargs)
    for name in () if isinstance(function, np.ufunc) else _parameters(function)[len(args) : arity]:
        if name not in kwargs:
            break
        args = (*args, kwargs.pop(name))
    return args, kwargs


@cache
def _parameters(function: Callable[..., Any]) -> list[str]:
    """Return the names of a numpy function's parameters."""
    return list(inspect.signature(function).parameters)


@cache
def _signature(composed: Callable[..., Any]) -> inspect.Signature:
    """Return the signature of a composition as numpy's function has it."""
    signature, empty = inspect.signature(partial(composed, values)), inspect.Signature.empty
    parameters = [parameter.replace(annotation=empty) for parameter in signature.parameters.values()]
    return signature.replace(parameters=parameters, return_annotation=empty)
