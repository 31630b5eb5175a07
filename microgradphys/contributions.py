"""One contribution: what an edge of the graph carries back, by the rule of its row, in the shape of the data."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.namespaces import FLOAT_ERRORS, arrays, floats
from microgradphys.primitives import PRIMITIVES, Function, Primitive

if TYPE_CHECKING:
    from microgradphys.value import Value

# More rows than this are faster summed by a product with ones, in blocks, than one after the other.
_LONG = 48


def rule_of(node: Value, argument: int, inputs: list[Any], upstream: Any, values: Any) -> tuple[Any, Any]:
    """Compute one edge's local derivative and contribution: of floats, of arrays or, for higher orders, of Values."""
    row = node.primitive
    y: Any = node.held
    assert row is not None
    xp = floats if y.__class__ is float and row.partials else arrays
    if values is not None:
        xp, y = values, node
    if not row.partials:
        return None, row.vjp(argument)(xp, upstream, y, *inputs, **node.static)
    rule = row.partials[argument]
    if is_mixed(node):
        inputs = [_widened(data, node.dtype, values) for data in inputs]
    if xp is floats:
        local = number_of(rule, y, inputs, node.static)
    else:
        try:
            local = rule(xp, y, *inputs, **node.static)
        except ZeroDivisionError:
            # A Python float beside an array: it divides as numpy's would.
            inputs = [np.float64(a) if a.__class__ is float else a for a in inputs]
            local = rule(xp, y, *inputs, **node.static)
    if isinstance(local, np.ndarray) and values is not None:
        local = local.astype(node.dtype)  # A truth or a share, which must not widen a float32 gradient.
    return local, upstream if local.__class__ is int and local == 1 else upstream * local


def is_mixed(node: Value) -> bool:
    """Whether an array of a narrower type is among the arguments: a slope computed from it alone would be as coarse."""
    if len(node.parents) == 1 or node.held.__class__ is not np.ndarray:
        return False
    dtype = node.held.dtype
    for parent in node.parents:
        data = parent.held
        if data.__class__ is np.ndarray and data.dtype is not dtype and _is_narrower(data.dtype, dtype):
            return True
    return False


def _is_narrower(dtype: Any, than: Any) -> bool:
    """Whether one type of real numbers has fewer digits than another."""
    return dtype.kind == than.kind == "f" and dtype.itemsize < than.itemsize


def _widened(data: Any, dtype: Any, values: Any) -> Any:
    """Turn an argument into the type of the result; a Value by recording that."""
    held = getattr(data, "held", data)
    if held.__class__ is not np.ndarray or not _is_narrower(held.dtype, dtype):
        return data
    return data.astype(dtype) if held is data else values.astype(data, dtype=dtype)


def joint_rule(node: Value, inputs: list[Any], upstream: Any, values: Any) -> Callable[[int], Any]:
    """Ask a rule for any number of arguments once for all of its edges: n edges are then a matter of n."""
    assert node.primitive is not None
    xp, y = (arrays, node.held) if values is None else (values, node)
    return node.primitive.vjps[0](xp, upstream, y, *inputs, **node.static)


def number_of(rule: Function, y: float, inputs: list[Any], static: dict[str, Any]) -> Any:
    """Compute a local derivative of Python floats; where Python raises, numpy's inf or nan is the answer."""
    try:
        return rule(floats, y, *inputs, **static)
    except FLOAT_ERRORS:
        return float(rule(arrays, np.float64(y), *map(np.float64, inputs), **static))


def kept(made: Any, upstream: Any, row: Primitive) -> Any:
    """Return what a rule made as an array that a parent may keep.

    A product is new, and so is what a vjp of the table computes. The upstream gradient itself, or a view of it, is
    shared and therefore made read-only (`Value.grad` copies it for whoever asks). Anything else, the rule may have
    kept for itself.
    """
    if made.__class__ is float or (row.partials and made is not upstream):
        return made
    base = made.base
    if made is upstream or (base is not None and (base is upstream or base is getattr(upstream, "base", None))):
        upstream.setflags(write=False)
        if made is not upstream:
            made.setflags(write=False)
        return made
    return made if base is None and PRIMITIVES.get(row.name) is row else made.copy()


def owned(made: Any, like: Any, upstream: Any, row: Primitive) -> Any:
    """Fit what a rule made to the data of a parent, as a number or an array that the parent may keep."""
    amount = fit(made, like)
    return kept(made, upstream, row) if amount is made else amount


def added(total: Any, amount: Any) -> Any:
    """Add to a running sum, in place if that is safe."""
    if total.__class__ is float:
        return total + amount
    if total.flags.writeable:
        total += amount
        return total
    return np.asarray(total + amount)


def fit(amount: Any, like: Any) -> Any:
    """Undo broadcasting: sum `amount` over the axes along which `like` was repeated, and take its dtype.

    >>> fit(np.ones((2, 3)), np.zeros(3))
    array([2., 2., 2.])
    >>> fit(np.ones((2, 3)), 0.0)
    6.0
    """
    if amount.__class__ is like.__class__ is np.ndarray and like.ndim:
        if amount.shape != like.shape:
            amount = summing(amount.shape, like.shape, amount.dtype)(amount)
        return amount if amount.dtype is like.dtype else amount.astype(like.dtype, copy=False)
    shape = getattr(like, "shape", ())
    if hasattr(amount, "active"):
        if amount.shape != shape:
            amount = np.reshape(np.sum(amount, axis=_repeated(amount.shape, shape)), shape)
        if like.__class__ is float:
            if amount.held.__class__ is float:
                return amount
            return (amount if amount.dtype == np.float64 else amount.astype(np.float64)).sum()
        return amount if amount.dtype == like.dtype else amount.astype(like.dtype)
    if like.__class__ is float:
        return amount if amount.__class__ is float else float(np.sum(amount))
    return np.asarray(np.reshape(amount, shape) if shape else np.sum(amount), like.dtype)


@lru_cache(maxsize=1024)
def _repeated(had: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes along which an array of `shape` was repeated to have the shape `had`."""
    lead = len(had) - len(shape)
    if had[lead:] == shape:
        return tuple(range(lead))
    return (*range(lead), *(lead + k for k, size in enumerate(shape) if size == 1 and had[lead + k] != 1))


@lru_cache(maxsize=256)
def summing(had: tuple[int, ...], shape: tuple[int, ...], dtype: Any) -> Callable[[Any], Any]:
    """Return a function that sums arrays of the shape `had` over the axes along which `shape` was repeated.

    >>> summing((4, 2), (2,), np.dtype(float))(np.ones((4, 2)))
    array([4., 4.])
    """
    axes, size = _repeated(had, shape), prod(shape)
    if prod(had) > _LONG * size > 0 and len(axes) == len(had) - len(shape):
        # The gradient of a bias: a row for each sample of the batch.
        rows = prod(had) // size
        return lambda amount: np.ones(rows, dtype).dot(amount.reshape(rows, size)).reshape(shape)
    # numpy's `sum` comes to the same, the longer way round.
    if len(had) - len(axes) == len(shape):
        return partial(np.add.reduce, axis=axes)
    return lambda amount: np.add.reduce(amount, axis=axes).reshape(shape)
