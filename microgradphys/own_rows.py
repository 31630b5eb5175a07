"""Rows of your own: a primitive with a derivative that you state, and that is checked before it is yours.

A row says what it computes and what its derivative is; everything else follows, as for the rows of the table:

>>> from microgradphys import Value, grad, primitive
>>> swish = primitive(
...     "swish", "swish(a)", forward=lambda xp, a: a * xp.sigmoid(a),
...     partials=lambda xp, y, a: xp.sigmoid(a) + y * (1 - xp.sigmoid(a)), samples=(0.5, -1.0),
... )
>>> swish(0.0), grad(swish)(0.0), grad(grad(swish))(0.0)
(0.0, 0.5, 0.5)

The table itself stays as it is. A node holds the row that made it, so a graph keeps its meaning when a name is defined
anew, as it is whenever a cell of a notebook runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from microgradphys.data import as_data, own
from microgradphys.errors import DataError, InputError
from microgradphys.functions import taken
from microgradphys.namespaces import OWN_ROWS, floats, trial
from microgradphys.primitives import Function, Primitive
from microgradphys.recording import apply
from microgradphys.row_checks import LETTERS, check_forward, check_name, check_parts, check_rules, check_written


def primitive(
    name: str,
    written: str,
    *,
    forward: Function,
    partials: Function | tuple[Function, ...] = (),
    vjps: Function | tuple[Function, ...] = (),
    samples: Any = (),
    statics: tuple[str, ...] = (),
    convention: str = "",
) -> Callable[..., Any]:
    """Add a primitive: check its derivative at the sample points, and return it as a function.

    Args:
        name: what it is called in messages and, as `xp.name`, in other rows; a name of your own may be defined anew.
        written: how mathematics writes it, in a, b, c: "swish(a)", or a formula such as "a / √(1 + b ^ 2)".
        forward: `forward(xp, a, b, ...)` computes it. For an elementwise primitive `xp` stands for functions of floats
            or of arrays, so write `xp.exp`; a structural one gets arrays, and may use numpy as it likes.
        partials: for an elementwise primitive, ∂y/∂a, ∂y/∂b, ..., each a function `(xp, y, a, b, ...)` in the
            operations of the table, so that it can be differentiated again.
        vjps: for any other, one function `(xp, g, y, a, b, ...)` for each argument: given g, the gradient with
            respect to y, it returns the contribution to the gradient of the argument, in the argument's shape.
        samples: points at which orders 1 and 2 are checked: a number or an array, a tuple of arguments, or
            (arguments, keyword arguments).
        statics: the names of the keyword arguments, which are not differentiated.
        convention: what the derivative is where the function has none.

    Returns:
        A function of Values, numbers and arrays.

    Raises:
        CheckError: a rule disagrees with central differences; nothing is defined then.
        InputError: the name is taken, or something is missing or does not fit the samples.

    >>> primitive("twice", "2 · a", forward=lambda xp, a: 2 * a, partials=lambda xp, y, a: 3, samples=1.0)
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    microgradphys.errors.CheckError: twice, order 1: the gradient with respect to argument a is ... is wrong
    """
    check_name(name)
    row = Primitive(
        name,
        _with_signs(name, written),
        tuple(samples) if isinstance(samples, (tuple, list)) else (samples,),
        partials=_functions(name, "partials", partials),
        vjps=_functions(name, "vjps", vjps),
        forward=forward,
        statics=(statics,) if isinstance(statics, str) else tuple(statics),
        convention=convention,
    )
    points = _points(row)
    check_parts(row, points)
    check_written(row)
    row = replace(row, samples=tuple(points), forward=_in_the_dtype_of_its_arguments(name, forward))
    with _tried_out(row):
        for args, static in points:
            check_forward(row, forward, args, static)
            check_rules(row, args, static)
    OWN_ROWS[name] = row
    return _function(row)


def _function(row: Primitive) -> Callable[..., Any]:
    """Make the function that records a row."""

    def function(*args: Any, **static: Any) -> Any:
        if len(args) != row.arity or not static.keys() <= set(row.statics):
            options = "".join(f", {key}=" for key in row.statics)
            raise InputError(f"{row.name}({', '.join(LETTERS[: row.arity])}{options}) was called with other arguments")
        return apply(row, *map(taken, args), **{key: own(value) for key, value in static.items()})

    function.__name__ = function.__qualname__ = row.name
    function.__doc__ = f"Compute {row.written}, with a derivative of its own."
    return function


@contextmanager
def _tried_out(row: Primitive) -> Iterator[None]:
    """Let the rules of a row call the row itself while it is checked, and nobody else."""
    token = trial.set(row)
    try:
        yield
    finally:
        trial.reset(token)


def _in_the_dtype_of_its_arguments(name: str, forward: Function) -> Function:
    """Make float32 of what was computed from float32, whatever numbers the forward used, and refuse complex ones."""

    @wraps(forward)
    def kept(xp: Any, *args: Any, **static: Any) -> Any:
        y = forward(xp, *args, **static)
        if y.__class__ is float:
            return y
        if np.iscomplexobj(y):
            raise DataError(f"{name}: its forward gives complex numbers, which cannot be differentiated")
        dtype = np.result_type(*args)
        return float(y) if xp is floats else np.asarray(y, dtype if dtype.kind == "f" else np.float64)

    return kept


def _with_signs(name: str, written: Any) -> str:
    """Write * - ** as mathematics does."""
    if not isinstance(written, str):
        raise InputError(f"{name}: written={written!r} is not a text, such as '{name}(a)'")
    return written.replace("**", "^").replace("*", "·").replace("-", "−")


def _functions(name: str, what: str, given: Any) -> tuple[Function, ...]:
    """Take one rule or several."""
    rules = tuple(given) if isinstance(given, (tuple, list)) else (given,)
    if not all(map(callable, rules)):
        raise InputError(f"{name}: {what} holds something that is no function")
    return rules


def _points(row: Primitive) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Read the samples: numbers and arrays of our own, and keyword arguments."""
    points = []
    for sample in row.samples:
        args, static = sample if _has_options(sample) else (sample, {})
        args = args if isinstance(args, tuple) else (args,)
        points.append((tuple(map(as_data, args)), dict(static)))
    return points


def _has_options(sample: Any) -> bool:
    """Whether a sample is (arguments, keyword arguments)."""
    return isinstance(sample, tuple) and len(sample) == 2 and isinstance(sample[1], dict)
