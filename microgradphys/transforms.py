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
from microgradphys.endpoints import seed_for
from microgradphys.errors import DataError, GradientError, InputError
from microgradphys.graph import ancestors
from microgradphys.recording import constant, values
from microgradphys.scopes import changed, current, recording
from microgradphys.trees import flatten, unflatten
from microgradphys.value import Value


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
    chosen = checked_argnums(f, argnums)

    def wrapped(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        output, inputs = record_call(f, args, kwargs, chosen)
        output = _one_number(output)
        leaves = [leaf for branch in inputs for leaf in branch]
        outside = depends_on_others(output, leaves)
        seed = seed_for(output, None) if output.active else None
        gradients = gradients_of(output, seed, leaves, outside)
        retire(leaves)
        parts = rebuilt(args, chosen, inputs, gradients)
        nested = outside or any(leaf.primitive is not None for leaf in leaves)
        return output if nested else output.data, parts[0] if isinstance(argnums, int) else parts

    wrapped.__doc__ = f"Value and gradient of {getattr(f, '__name__', 'a function')}."
    vars(wrapped)["__wrapped__"] = f
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
    vars(wrapped)["__wrapped__"] = f
    return wrapped


def checked_argnums(f: Any, argnums: Any) -> tuple[int, ...]:
    """Return which arguments to differentiate with respect to, as a tuple, if that makes sense."""
    if not callable(f):
        raise InputError(f"there is nothing to differentiate: {f!r} is not a function")
    chosen = (argnums,) if isinstance(argnums, int) else argnums
    if not isinstance(chosen, tuple) or not all(isinstance(n, int) for n in chosen):
        raise InputError(f"argnums={argnums!r} is not a whole number or a tuple of them")
    return chosen


def record_call(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], chosen: tuple[int, ...]
) -> tuple[Any, list[list[Value]]]:
    """Call `f` with inputs of our own in the places of the chosen arguments; return its result and those inputs."""
    if any(not -len(args) <= n < len(args) for n in chosen):
        raise InputError(
            f"argnums={chosen} asks for an argument that this call with {len(args)} positional ones does not have"
        )
    if len({n % len(args) for n in chosen}) < len(chosen):
        raise InputError(f"argnums={chosen} names an argument twice")
    inputs = [[_fresh(leaf) for leaf in flatten(args[n])] for n in chosen]
    call = list(args)
    for n, leaves in zip(chosen, inputs, strict=True):
        call[n] = unflatten(args[n], leaves)
    with changed(recording=True, inputs=current.get().inputs.union(*inputs)):
        return f(*call, **kwargs), inputs


def rebuilt(
    args: tuple[Any, ...], chosen: tuple[int, ...], inputs: list[list[Value]], gradients: list[Any]
) -> tuple[Any, ...]:
    """Put gradients into the structure of the arguments that they belong to."""
    following = iter(gradients)
    return tuple(
        unflatten(args[n], [next(following) for _ in leaves]) for n, leaves in zip(chosen, inputs, strict=True)
    )


def _one_number(output: Any) -> Value:
    """Take what a function returned as the number that is to be differentiated, or say why not."""
    try:
        value = output if isinstance(output, Value) else constant(output)
    except DataError as error:
        raise DataError(f"grad() needs a function that returns one number: {error}") from None
    if value.size != 1:
        raise GradientError(
            f"grad() needs a function that returns one number, not shape {value.shape}; sum or average it"
        )
    return value


def _fresh(leaf: Any) -> Value:
    """Make an input of our own: a leaf, or a node that hangs on an outer Value."""
    if not isinstance(leaf, Value):
        return Value(leaf)
    with recording(True):
        if leaf.dtype.kind == "f":
            return values.positive(leaf)
        # Only a function that is being compiled has Values of whole numbers.
        fresh = values.multiply(leaf, 1.0)
    fresh.active = True
    return fresh


def depends_on_others(output: Value, inputs: list[Value]) -> bool:
    """Whether somebody else could differentiate `output` further: it depends on a leaf that is not ours."""
    if current.get().trace is not None:
        return True
    own = set(inputs)
    return output.active and any(node.primitive is None and node not in own for node in ancestors(output))


def gradients_of(output: Value, seed: Any, inputs: list[Value], outside: bool) -> list[Any]:
    """Sweep from `output` to `inputs`; the gradients are Values if anything outside could differentiate them."""
    if not output.active:
        return [_zeros(leaf) for leaf in inputs]
    gradients = sweep(output, seed, values=values if outside else None)
    if outside:
        found = [gradients.get(leaf, _zeros(leaf)) for leaf in inputs]
        return [gradient if isinstance(gradient, Value) else constant(gradient) for gradient in found]
    return [_own(gradients[leaf]) if leaf in gradients else _zeros(leaf) for leaf in inputs]


def retire(inputs: list[Value]) -> None:
    """Make our own leaves plain numbers to everybody else, once we are done with them."""
    for leaf in inputs:
        leaf.active = leaf.primitive is not None


def _own(gradient: Any) -> Any:
    """Return a gradient that shares nothing: the sweep makes those read-only that share memory with others."""
    return gradient.copy() if gradient.__class__ is np.ndarray and not gradient.flags.writeable else gradient


def _zeros(leaf: Value) -> Any:
    """A zero in the shape of a leaf."""
    return 0.0 if leaf.held.__class__ is float else np.zeros_like(leaf.held)
