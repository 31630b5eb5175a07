"""Python's operators and numpy's functions on a Value: each is a row of the table by another name.

The methods of this file are made, not written: `w * x` and `np.multiply(w, x)` are the row `multiply`. Most operands
are floats, or arrays that nobody else has: for these the methods have a short way past `recording.recorded`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from microgradphys import numpy_calls, scopes
from microgradphys.data import raw
from microgradphys.errors import UnsupportedError
from microgradphys.namespaces import arrays, floats
from microgradphys.node import Node
from microgradphys.primitives import PRIMITIVES
from microgradphys.recording import NO_STATIC, apply, constant, made, recorded, values

if TYPE_CHECKING:
    # As in `recording`.
    from microgradphys.value import Value

_setting = scopes.current.get


def _method(name: str) -> Callable[[Any], Value]:
    """Make the method of a row of one argument."""
    row, on_float, on_array = PRIMITIVES[name], getattr(floats, name), getattr(arrays, name)

    def method(self: Value) -> Value:
        a = self.held
        if a.__class__ is float:
            return made(row, on_float(a), (self,), self.active, NO_STATIC)
        if a.__class__ is np.ndarray and self.witness is None and _setting().usual:
            data = on_array(a)
            if data.__class__ is np.ndarray and data is not a:
                return made(row, data, (self,), self.active, NO_STATIC)
        return recorded(row, (self,), (a,), NO_STATIC)

    method.__doc__ = f"Record {row.written}."
    return method


def _operators(name: str) -> tuple[Callable[[Any, Any], Value], Callable[[Any, Any], Value]]:
    """Make the operator method of a row and its reflection."""
    row, on_floats, on_arrays = PRIMITIVES[name], getattr(floats, name, None), getattr(arrays, name)

    def method(self: Value, other: Any) -> Value:
        if other.__class__ is not Value:
            other = made(None, other, (), False, NO_STATIC) if other.__class__ is float else constant(other)
        a, b = self.held, other.held
        if a.__class__ is float and b.__class__ is float and on_floats is not None:
            return made(row, on_floats(a, b), (self, other), self.active or other.active, NO_STATIC)
        if self.witness is None and other.witness is None and _setting().usual:
            try:
                data = on_arrays(a, b)
            except (ValueError, TypeError):
                data = None  # The long way says what is wrong.
            if data.__class__ is np.ndarray:
                return made(row, data, (self, other), self.active or other.active, NO_STATIC)
        return recorded(row, (self, other), (a, b), NO_STATIC)

    def reflected(self: Value, other: Any) -> Value:
        return method(constant(other), self)

    method.__doc__ = f"Record {row.written}."
    reflected.__doc__ = f"Record {row.written}, with this Value on the right."
    return method, reflected


def _comparison(name: str, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Make the operator method of a question."""
    question = getattr(values, name)

    def method(self: Value, other: Any) -> Any:
        return compare(self.held, raw(other)) if _setting().trace is None else question(self, other)

    method.__doc__ = f"Compare data: {question.args[0].written}."
    return method


def _of_truths(name: str) -> Callable[..., Any]:
    """Make the operator method of a question about truths, which a Value holds only while a function is compiled."""
    question = getattr(values, name)

    def method(self: Value, *other: Any) -> Any:
        if not all(np.result_type(raw(a)) == np.bool_ for a in (self, *other)):
            raise UnsupportedError(f"& | ^ ~ are for truths; of numbers ask np.{name}, or compare them first, as x > 0")
        return question(self, *other)

    method.__doc__ = f"Combine truths: {question.args[0].written}."
    return method


class Operators(Node):
    """What a Value can do because a number can."""

    __slots__ = ()

    exp = _method("exp")
    log = _method("log")
    sqrt = _method("sqrt")
    tanh = _method("tanh")
    sigmoid = _method("sigmoid")
    relu = _method("relu")
    __neg__ = _method("negative")
    __abs__ = _method("absolute")
    __floor__ = _method("floor")
    __ceil__ = _method("ceil")
    __add__, __radd__ = _operators("add")
    __sub__, __rsub__ = _operators("subtract")
    __mul__, __rmul__ = _operators("multiply")
    __truediv__, __rtruediv__ = _operators("divide")
    __floordiv__, __rfloordiv__ = _operators("floor_divide")
    __mod__, __rmod__ = _operators("remainder")
    __pow__, __rpow__ = _operators("power")
    __matmul__, __rmatmul__ = _operators("matmul")
    __lt__ = _comparison("less", operator.lt)
    __le__ = _comparison("less_equal", operator.le)
    __gt__ = _comparison("greater", operator.gt)
    __ge__ = _comparison("greater_equal", operator.ge)
    __eq__ = _comparison("equal", operator.eq)
    __ne__ = _comparison("not_equal", operator.ne)
    __and__ = __rand__ = _of_truths("logical_and")
    __or__ = __ror__ = _of_truths("logical_or")
    __xor__ = __rxor__ = _of_truths("logical_xor")
    __invert__ = _of_truths("logical_not")

    # Equality compares data, as in numpy, but a node is found in sets and dictionaries by what it is.
    __hash__ = object.__hash__

    def __pos__(self) -> Self:
        """Return self unchanged."""
        return self

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Record numpy's elementwise functions."""
        if method == "__call__" and not kwargs:
            if (short := _SHORT.get(ufunc)) is not None:
                return short(self)
            if (row := _UFUNCS.get(ufunc)) is not None:
                return apply(row, *inputs)
        return numpy_calls.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Record numpy's other functions."""
        return numpy_calls.function(function, args, kwargs)


# The rows that are numpy's elementwise functions by the same name: most calls are of these, and need no looking up.
_UFUNCS = {ufunc: row for name, row in PRIMITIVES.items() if isinstance(ufunc := getattr(np, name, None), np.ufunc)}
_SHORT = {ufunc: _method(row.name) for ufunc, row in _UFUNCS.items() if row.partials and row.arity == 1}
