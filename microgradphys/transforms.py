"""Functions of functions: from `f` to its gradient, to any order.

>>> from microgradphys import grad
>>> grad(grad(lambda x: x**3))(2.0)
12.0

The transforms take and return plain numbers and arrays, or nested tuples, lists and dictionaries of them. A gradient
that depends on a Value from outside (a `grad` inside a `grad`, or a closure over a Value) is itself a Value, so
nothing that is differentiated further is ever taken for a constant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.backward import sweep
from microgradphys.data import as_data
from microgradphys.errors import GradientError, InputError
from microgradphys.graph import ancestors
from microgradphys.trees import flatten, unflatten
from microgradphys.value import Value, seed_for, values


def value_and_grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., tuple[Any, Any]]:
    """Return a function that computes both `f` and its gradient.

    Args:
        f: a function that returns one number, written in Python and numpy.
        argnums: which positional argument to differentiate with respect to, or several.

    Returns:
        A function of the same arguments that returns `(f, gradient)`; the gradient has the structure of the argument.

    Raises:
        GradientError: `f` returns something that is not one number.
        InputError: there is no such argument.

    >>> value_and_grad(lambda x, y: x * y)(2.0, 5.0)
    (10.0, 5.0)
    """
    if not callable(f):
        raise InputError(f"there is nothing to differentiate: {f!r} is not a function")
    chosen = (argnums,) if isinstance(argnums, int) else argnums
    if not isinstance(chosen, tuple) or not all(isinstance(n, int) for n in chosen):
        raise InputError(f"argnums={argnums!r} is not a whole number or a tuple of them")

    def wrapped(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        if any(not -len(args) <= n < len(args) for n in chosen):
            raise InputError(f"argnums={argnums} asks for an argument that this call with {len(args)} does not have")
        if len({n % len(args) for n in chosen}) < len(chosen):
            raise InputError(f"argnums={argnums} names an argument twice")
        given = [flatten(args[n]) for n in chosen]
        inputs = [[_fresh(leaf) for leaf in leaves] for leaves in given]
        call = list(args)
        for n, leaves in zip(chosen, inputs, strict=True):
            call[n] = unflatten(args[n], leaves)
        output = f(*call, **kwargs)
        if not isinstance(output, Value):
            output = _as_constant(output)
        gradients = _gradients(output, [leaf for leaves in inputs for leaf in leaves])
        parts = [
            unflatten(args[n], [gradients.pop(0) for _ in leaves]) for n, leaves in zip(chosen, inputs, strict=True)
        ]
        nested = any(isinstance(leaf, Value) for leaf in flatten(tuple(parts))) or any(map(_is_value, flatten(given)))
        return output if nested else output.data, parts[0] if isinstance(argnums, int) else tuple(parts)

    wrapped.__doc__ = f"Value and gradient of {getattr(f, '__name__', 'a function')}."
    return wrapped


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return the gradient of `f` as a function, which can be differentiated again.

    Args:
        f: a function that returns one number, written in Python and numpy.
        argnums: which positional argument to differentiate with respect to, or several.

    Returns:
        A function of the same arguments that returns the gradient, in the structure of the argument.

    Raises:
        GradientError: `f` returns something that is not one number.

    >>> import numpy as np
    >>> grad(lambda w: np.sum(w**2))(np.array([1.0, -2.0]))
    array([ 2., -4.])
    """
    both = value_and_grad(f, argnums)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    wrapped.__doc__ = f"Gradient of {getattr(f, '__name__', 'a function')}."
    return wrapped


def _is_value(leaf: Any) -> bool:
    """Whether a leaf is part of an outer recording."""
    return isinstance(leaf, Value)


def _fresh(leaf: Any) -> Value:
    """Make an input of our own: a leaf, or a node that hangs on an outer Value."""
    return values.reshape(leaf, shape=leaf.shape) if isinstance(leaf, Value) else Value(leaf)


def _as_constant(output: Any) -> Value:
    """Take a result that depends on none of the inputs: its gradient is zero."""
    return values.multiply(Value(as_data(output)), 1.0)


def _gradients(output: Value, inputs: list[Value]) -> list[Any]:
    """Sweep from `output` to `inputs`, recording the sweep if anything outside could differentiate it again."""
    if not output.active:
        return [_zeros(leaf) for leaf in inputs]
    if output.size != 1:
        raise GradientError(
            f"grad() needs a function that returns one number, not shape {output.shape}; sum or average it"
        )
    seed = seed_for(output, None)
    own = set(inputs)
    outside = any(node.primitive is None and node not in own for node in ancestors(output))
    gradients = sweep(output, seed, values=values if outside else None)
    for leaf in inputs:
        # From here on our own leaves are plain numbers to everybody else.
        leaf.active = leaf.primitive is not None
    return [gradients.get(leaf, _zeros(leaf)) if outside else _plain(gradients.get(leaf), leaf) for leaf in inputs]


def _plain(gradient: Any, leaf: Value) -> Any:
    """Return a gradient as data of its own, zero where the output does not depend on the leaf."""
    if gradient is None:
        return _zeros(leaf)
    return gradient if gradient.__class__ is float else np.array(gradient)


def _zeros(leaf: Value) -> Any:
    """A zero in the shape of a leaf."""
    return 0.0 if leaf.held.__class__ is float else np.zeros_like(leaf.held)
