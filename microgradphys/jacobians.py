"""Derivatives of functions of many numbers: Jacobians, Hessians, and products with them that never build the matrix.

>>> import numpy as np
>>> from microgradphys import hessian, jacobian
>>> jacobian(lambda x: x**2)(np.array([1.0, 3.0]))
array([[2., 0.],
       [0., 6.]])
>>> hessian(lambda x: x[0] * x[1] ** 2)(np.array([1.0, 3.0]))
array([[0., 6.],
       [6., 2.]])

Each row of a Jacobian is one reverse sweep. A product with a vector costs one sweep (`vjp`) or two (`jvp`, by sweeping
back over the sweep: J. Townsend, "A new trick for calculating Jacobian vector products", 2017), whatever the size of
the matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any

import numpy as np

from microgradphys.backward import sweep
from microgradphys.data import raw
from microgradphys.endpoints import seed_for
from microgradphys.errors import InputError, ShapeError
from microgradphys.recording import constant, values
from microgradphys.scopes import recording
from microgradphys.transforms import (
    checked_argnums,
    depends_on_others,
    grad,
    gradients_of,
    rebuilt,
    record_call,
    retire,
)
from microgradphys.trees import flatten, unflatten
from microgradphys.value import Value


def jacobian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return the derivative of every output of `f` with respect to every input.

    Args:
        f: a function that returns a number, an array, or nested tuples, lists and dictionaries of them.
        argnums: which positional argument to differentiate with respect to, or several.

    Returns:
        A function of the same arguments. Where `f` returns an array of shape S and the argument has shape T, it returns
        an array of shape S + T, in the structure of the output and, inside that, of the argument.

    Raises:
        InputError: there is no such argument.

    >>> jacobian(lambda x, y: x * y, argnums=(0, 1))(2.0, np.array([1.0, 3.0]))
    (array([1., 3.]), array([[2., 0.],
           [0., 2.]]))
    """
    chosen = checked_argnums(f, argnums)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result, inputs = record_call(f, args, kwargs, chosen)
        leaves = [leaf for branch in inputs for leaf in branch]
        parts = []
        for output in flatten(result):
            output = output if isinstance(output, Value) else constant(output)
            matrices = _matrices(output, leaves)
            rows = rebuilt(args, chosen, inputs, matrices)
            parts.append(rows[0] if isinstance(argnums, int) else rows)
        retire(leaves)
        return unflatten(result, parts)

    wrapped.__doc__ = f"Jacobian of {getattr(f, '__name__', 'a function')}."
    return wrapped


def hessian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return the matrix of second derivatives of `f`.

    Args:
        f: a function that returns one number.
        argnums: which positional argument to differentiate with respect to, or several.

    Returns:
        A function of the same arguments; for an argument of shape T an array of shape T + T, in the structure of the
        argument twice over.

    Raises:
        GradientError: `f` returns something that is not one number.

    >>> hessian(lambda x: x**3)(2.0)
    12.0
    """
    return jacobian(grad(f, argnums), argnums)


def vjp(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Compute `f` and return a function that carries a gradient of its output back to its arguments.

    Args:
        f: a function that returns a number, an array, or a nested structure of them.
        args: where to compute it.

    Returns:
        The output of `f`, and a function from a gradient in the output's structure to a tuple of gradients, one for
        each argument.

    Raises:
        ShapeError: the gradient given has another shape than the output.

    >>> output, pull = vjp(lambda x, y: x * y, 2.0, np.array([1.0, 3.0]))
    >>> pull(np.array([1.0, 1.0]))
    (4.0, array([2., 2.]))
    """
    chosen = checked_argnums(f, tuple(range(len(args))))
    result, inputs = record_call(f, args, {}, chosen)
    leaves = [leaf for branch in inputs for leaf in branch]
    outputs = [output if isinstance(output, Value) else constant(output) for output in flatten(result)]
    alone = RLock()

    def pull(gradient: Any) -> tuple[Any, ...]:
        """Carry a gradient of the output back to the arguments."""
        given = flatten(gradient)
        _check_shapes("the gradient", given, outputs)
        # Between two pulls our inputs are constants to everybody else, as they are after any other transform.
        with alone, recording(True):
            for leaf in leaves:
                leaf.active = True
            try:
                total = _inner(outputs, given)
                seed = seed_for(total, None) if total.active else None
                gradients = gradients_of(total, seed, leaves, _open(total, leaves))
            finally:
                retire(leaves)
        return rebuilt(args, chosen, inputs, gradients)

    plain = not any(_open(output, leaves) for output in outputs)
    retire(leaves)
    return unflatten(result, [output.data if plain else output for output in outputs]), pull


def jvp(f: Callable[..., Any], args: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    """Compute `f` and its derivative in one direction.

    Args:
        f: a function that returns a number, an array, or a nested structure of them.
        args: where to compute it, as a tuple.
        tangents: the direction: a tuple in the structure and shapes of `args`.

    Returns:
        The output, and its derivative in the output's structure.

    Raises:
        ShapeError: a tangent has another shape than its argument.

    >>> jvp(lambda x, y: x * y, (2.0, 5.0), (1.0, 0.0))
    (10.0, 5.0)
    """
    if not isinstance(args, tuple) or not isinstance(tangents, tuple):
        raise InputError("jvp(f, args, tangents) takes its arguments and their tangents as two tuples")
    chosen = checked_argnums(f, tuple(range(len(args))))
    result, inputs = record_call(f, args, {}, chosen)
    leaves = [leaf for branch in inputs for leaf in branch]
    direction = flatten(tangents)
    _check_shapes("the tangent", direction, leaves)
    outputs = [output if isinstance(output, Value) else constant(output) for output in flatten(result)]
    outside = any(_open(output, leaves) for output in outputs) or any(isinstance(t, Value) for t in direction)
    with recording(True):
        slopes = [_slope(output, leaves, direction, outside) for output in outputs]
    retire(leaves)
    data = [output if outside else output.data for output in outputs]
    return unflatten(result, data), unflatten(result, slopes)


def hvp(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """Return a function that multiplies the Hessian of `f` by a vector, without building it.

    Args:
        f: a function that returns one number.
        argnums: which positional argument to differentiate with respect to.

    Returns:
        A function of the same arguments and, last, of a vector in the structure of that argument.

    Raises:
        ShapeError: the vector has another shape than the argument.

    Source: B. A. Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6 (1994) 147.

    >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    gradient = grad(f, argnums)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        *point, vector = args

        def slope(*inner: Any) -> Any:
            parts = flatten(gradient(*inner, **kwargs))
            _check_shapes(
                "the vector", flatten(vector), [part if isinstance(part, Value) else constant(part) for part in parts]
            )
            return _inner(parts, flatten(vector))

        return grad(slope, argnums)(*point)

    wrapped.__doc__ = f"Hessian-vector product of {getattr(f, '__name__', 'a function')}."
    return wrapped


def _open(output: Value, leaves: list[Value]) -> bool:
    """Whether somebody outside could differentiate this output: it hangs on a leaf, or an input, that is not ours."""
    return depends_on_others(output, leaves) or any(leaf.primitive is not None for leaf in leaves)


def _inner(parts: list[Any], weights: list[Any]) -> Value:
    """Σ part · weight over everything."""
    terms = [values.sum(values.multiply(part, weight)) for part, weight in zip(parts, weights, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total if isinstance(total, Value) else constant(total)


def _check_shapes(what: str, given: list[Any], wanted: list[Value]) -> None:
    """Refuse shapes that do not fit, naming both."""
    if len(given) != len(wanted):
        raise ShapeError(f"{what} has {len(given)} parts where there are {len(wanted)}")
    for part, value in zip(given, wanted, strict=True):
        if np.shape(raw(part)) != value.shape:
            raise ShapeError(f"{what} has shape {np.shape(raw(part))} where {value.shape} is needed")


def _matrices(output: Value, leaves: list[Value]) -> list[Any]:
    """Differentiate every element of one output with respect to every leaf: arrays of shape output + leaf."""
    outside = depends_on_others(output, leaves)
    if not output.shape:
        return gradients_of(output, seed_for(output, None) if output.active else None, leaves, outside)
    rows: list[list[Any]] = []
    for index in np.ndindex(output.shape):
        seed = np.zeros(output.shape, output.dtype)
        seed[index] = 1.0
        rows.append(gradients_of(output, seed, leaves, outside))
    return [_stacked([row[k] for row in rows], output.shape, leaf.shape) for k, leaf in enumerate(leaves)]


def _stacked(rows: list[Any], shape: tuple[int, ...], inner: tuple[int, ...]) -> Any:
    """Put gradients of single elements together to an array, of Values if they are."""
    if not any(isinstance(row, Value) for row in rows):
        return np.array(rows).reshape(shape + inner)
    total: Any = 0.0
    for index, row in zip(np.ndindex(shape), rows, strict=True):
        place = np.zeros(shape + (1,) * len(inner))
        place[index] = 1.0
        total = total + values.multiply(place, row)
    return total


def _slope(output: Value, leaves: list[Value], direction: list[Any], outside: bool) -> Any:
    """Differentiate one output in a direction: sweep with a cotangent that is a leaf, then sweep over that sweep."""
    zero = 0.0 if output.held.__class__ is float else np.zeros_like(output.held)
    if not output.active:
        return zero
    cotangent = Value(zero)
    gradients = sweep(output, cotangent, values=values)
    reached = [(gradients[leaf], t) for leaf, t in zip(leaves, direction, strict=True) if leaf in gradients]
    if not reached:
        return zero
    total = _inner([gradient for gradient, _ in reached], [t for _, t in reached])
    if not total.active:
        return zero
    slope = sweep(total, seed_for(total, None), values=values if outside else None).get(cotangent, zero)
    cotangent.active = False
    return slope if outside or slope.__class__ is float else np.array(slope)
