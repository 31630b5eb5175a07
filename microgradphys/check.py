"""Checking gradients against central differences, and naming the rule that is wrong.

The step is the cube root of the machine epsilon, which balances truncation against rounding (Numerical Recipes,
3rd ed., section 5.7): for functions of ordinary size the two sides agree to about ten digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.backward import sweep
from microgradphys.data import raw
from microgradphys.endpoints import seed_for
from microgradphys.errors import CheckError
from microgradphys.graph import ancestors
from microgradphys.primitives import Primitive
from microgradphys.recording import apply, constant
from microgradphys.transforms import grad
from microgradphys.trees import flatten, unflatten
from microgradphys.value import Value

STEP = np.finfo(float).eps ** (1 / 3)


def check_gradients(f: Callable[..., Any], *args: Any, order: int = 2, tolerance: float = 1e-6) -> None:
    """Compare the gradient of `f` with central differences, and the gradient of its gradient, and so on.

    Args:
        f: a function of Values; where it returns an array, a fixed combination of its elements is checked.
        args: the point to check at: numbers, arrays, or nested tuples, lists and dictionaries of them.
        order: how many derivatives to check.
        tolerance: the relative difference that is allowed.

    Raises:
        CheckError: they differ; the message names the argument, and the primitive whose rule is wrong.

    >>> check_gradients(lambda x, y: x * y**2, 2.0, 3.0)
    """
    leaves = [np.array(leaf, float) for leaf in flatten(args)]
    floats = [not np.ndim(leaf) for leaf in flatten(args)]

    def as_value(point: Any, number: bool) -> Value:
        return point if isinstance(point, Value) else constant(float(point) if number else point)

    def scalar(*points: Any) -> Any:
        return _combine(f(*unflatten(args, list(map(as_value, points, floats)))))

    _check_order(scalar, leaves, f"{getattr(f, '__name__', 'f')}", order, tolerance, 1)


def check_primitive(row: Primitive, args: tuple[Any, ...], static: dict[str, Any], order: int = 2) -> None:
    """Check one row of the table at one of its sample points.

    Raises:
        CheckError: a rule is wrong; the message names the row and the argument.

    >>> from microgradphys.primitives import PRIMITIVES
    >>> check_primitive(PRIMITIVES["tanh"], (0.5,), {})
    """

    def f(*xs: Any) -> Any:
        return apply(row, *xs, **static)

    f.__name__ = row.name
    check_gradients(f, *args, order=order)


def _check_order(f: Any, leaves: list[Any], what: str, order: int, tolerance: float, now: int) -> None:
    """Check the gradient of a scalar function of arrays, then go on to the gradient of its gradient."""
    everything = tuple(range(len(leaves)))
    gradient = grad(f, everything)
    found = gradient(*leaves)
    for n in range(len(leaves)):
        expected, allowed = _central_difference(f, leaves, n, tolerance)
        wrong = ~(np.abs(found[n] - expected) <= allowed) & ~(np.isnan(found[n]) & np.isnan(expected))
        if np.any(wrong):
            where = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise CheckError(
                f"{what}, order {now}: the gradient with respect to argument {_letter(n)}"
                f"{list(where) if where else ''} is {float(np.asarray(found[n])[where]):.10g}, "
                f"but central differences give {float(np.asarray(expected)[where]):.10g}{_culprit(f, leaves)}"
            )
    if now < order:
        weights = [_weights(leaf.shape) for leaf in leaves]

        def slope(*points: Any) -> Any:
            return _total(np.sum(g * w) for g, w in zip(gradient(*points), weights, strict=True))

        _check_order(slope, leaves, what, order, tolerance, now + 1)


def _central_difference(f: Any, leaves: list[Any], n: int, tolerance: float) -> tuple[Any, Any]:
    """Differentiate `f` numerically with respect to leaf `n`; return that and the difference to allow."""
    expected = np.zeros_like(leaves[n])
    allowed = np.zeros_like(leaves[n])
    for index in np.ndindex(leaves[n].shape):
        step = STEP * max(1.0, abs(leaves[n][index]))
        ends = []
        for sign in (1, -1):
            moved = [leaf.copy() for leaf in leaves]
            moved[n][index] += sign * step
            ends.append(float(raw(f(*moved))))
        expected[index] = (ends[0] - ends[1]) / (2 * step)
        rounding = 20 * np.finfo(float).eps * max(map(abs, ends)) / step
        allowed[index] = tolerance * max(abs(expected[index]), 1e-3) + rounding
    return expected, allowed


def _culprit(f: Any, leaves: list[Any]) -> str:
    """Find the first primitive in the recording of `f` whose own rule disagrees with its own forward."""
    output = f(*map(Value, leaves))
    if not isinstance(output, Value):
        return ""
    for node in ancestors(output):
        row = node.primitive
        if row is None:
            continue
        inputs = [np.array(parent.held, float) for parent in node.parents]

        def own(*points: Any, row: Any = row, node: Any = node) -> Any:
            return _combine(apply(row, *points, **node.static))

        copies = [Value(data) for data in inputs]
        result = own(*copies)
        gradients = sweep(result, seed_for(result, None))
        for n, copy in enumerate(copies):
            expected, allowed = _central_difference(own, inputs, n, 1e-6)
            if not np.all(np.abs(gradients.get(copy, 0.0) - expected) <= allowed):
                kink = f", unless this point is its kink ({row.convention})" if row.convention else ""
                return f"; the rule of primitive {row.name!r} for its argument {_letter(n)} is wrong{kink}"
    return "; every primitive agrees by itself, so look for a kink at this point"


def _combine(result: Any) -> Any:
    """Turn a result of any structure into one number, by a fixed combination of its elements."""
    return _total(np.sum(leaf * _weights(np.shape(leaf))) for leaf in flatten(result))


def _total(terms: Any) -> Any:
    """Add up terms, of which there is at least one."""
    first, *rest = terms
    for term in rest:
        first = first + term
    return first


def _weights(shape: tuple[int, ...]) -> Any:
    """Make fixed numbers of ordinary size, all different, so that errors cannot cancel."""
    weights = np.random.default_rng(0).uniform(0.5, 1.5, shape)
    return weights if shape else float(weights)


def _letter(n: int) -> str:
    """Name an argument as the table does."""
    return "abcdefghij"[n] if n < 10 else str(n)
