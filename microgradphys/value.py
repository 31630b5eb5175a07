"""`Value`: a number or an array that remembers how it was computed.

Write ordinary Python or numpy; every operation on a Value is recorded as a node of a graph:

>>> import numpy as np
>>> from microgradphys import Value
>>> x, w = Value(2.0, "x"), Value(-3.0, "w")
>>> y = np.tanh(w * x + 5)
>>> y.backward()
>>> x.grad == w.data * (1 - y.data**2)
True

A trap: a Value's data is a snapshot of what you gave it, and a graph is a recording. Change a leaf's data and the
recording is old; `backward()` then says so, instead of returning a gradient of something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from microgradphys import operators, recording
from microgradphys.anomalies import examine
from microgradphys.backward import sweep
from microgradphys.data import as_data, checked_name, keep_freed_memory
from microgradphys.display import picture
from microgradphys.endpoints import ends_for, seed_for
from microgradphys.errors import DataError, UnsupportedError
from microgradphys.foreign import guide
from microgradphys.methods import ArrayMethods
from microgradphys.operators import Operators
from microgradphys.recording import NO_STATIC, constant, values
from microgradphys.scopes import current, not_while_compiling
from microgradphys.witness import clock

_setting = current.get


class Value(ArrayMethods, Operators):
    """A node of the graph: data, and how it was made.

    Args:
        data: a number, or anything array-like of real numbers; it is copied. Numbers become floats, arrays
            float64 (float32 stays float32).
        name: what it is called in formulas and pictures; `W_11`, `s^(2)` and `W'_1` are written as mathematics.

    Attributes:
        data: a float or an array. Assigning to a leaf's data is how a training step is made.
        grad: None until a backward pass reaches the node.
        parents: the nodes it was computed from, in the order of the arguments.
        active: whether gradients flow into it; False for constants.

    Raises:
        DataError: complex numbers, text, objects or ragged lists.

    >>> Value(3)
    Value(data=3.0, grad=None)
    >>> Value([1, 2]).shape
    (2,)
    """

    __slots__ = ()

    def __init__(self, data: Any, name: str | None = None) -> None:
        """Make a leaf."""
        self.held = as_data(data)
        self.received = None
        self.name = checked_name(name)
        self.primitive = None
        self.parents = ()
        self.static = NO_STATIC
        setting = _setting()
        self.scope = setting.scope
        self.time = clock()
        self.active = True
        self.witness = None
        if setting.trace is not None:
            setting.trace.keep(self, data)
        elif setting.anomaly:
            examine(self)

    def named(self, name: str) -> Value:
        """Give this node a name and return it, so that an expression can be named where it is written.

        >>> (Value(1.0) + 1).named("s").name
        's'
        """
        self.name = checked_name(name)
        return self

    def backward(self, seed: Any = None, stop: Value | Iterable[Value] = ()) -> None:
        """Compute the gradient of this Value with respect to everything it was computed from.

        Gradients add up on leaves (call `zero_grad`, or set `grad` to None, between steps) and are replaced on
        computed nodes. Reverse accumulation, as in `microgradphys.backward`.

        Args:
            seed: the gradient of the final result with respect to this Value, in its shape; 1 if this is a number.
            stop: a Value of the graph, or several, that the gradient reaches and does not go beyond. Their gradients
                add up as those of leaves do.

        Raises:
            GradientError: this Value is an array and no seed was given, or it depends on no leaf; or `stop` is not
                a Value that this one depends on.
            ShapeError: the seed has another shape.
            StaleGraphError: data changed since the graph was recorded.

        >>> x = Value([1.0, 2.0])
        >>> (x * x).sum().backward()
        >>> x.grad
        array([2., 4.])
        """
        not_while_compiling("calls backward(), which writes on the nodes; compile value_and_grad(f) instead")
        keep_freed_memory()
        ends = ends_for(self, stop)
        gradients = sweep(self, seed_for(self, seed), stop=ends)
        for node, gradient in gradients.items():
            if node.received is not None and (node.primitive is None or node in ends):
                gradient = node.received + gradient
            node.received = gradient

    def detach(self) -> Value:
        """Return a constant with this Value's data and name, through which no gradient flows back.

        >>> x = Value(3.0, "x")
        >>> y = x * x.detach()
        >>> y.backward()
        >>> x.grad
        3.0
        """
        if _setting().trace is not None:
            return values.stop(self)
        return constant(self.held, self.name)

    def zero_grad(self) -> None:
        """Forget the gradient: back to "not computed"."""
        self.received = None

    def __float__(self) -> float:
        """Refuse to become a number behind your back, as `math.exp(value)` would have it."""
        raise UnsupportedError(
            "a Value does not turn into a plain number by itself; use np.exp and the like, or its .data"
        )

    def __index__(self) -> int:
        """Refuse to count or to pick, as `range(value)` would have it."""
        not_while_compiling(
            "counts or picks with a Value, which may be another number at the next call; "
            "take the whole number from a closure or a functools.partial"
        )
        raise UnsupportedError("a Value does not turn into a whole number by itself; use int(value.data)")

    def __format__(self, form: str) -> str:
        """Write the number in the form that an f-string asks for."""
        return format(self.held, form) if form else str(self)

    def __bool__(self) -> bool:
        """Say whether the number is not zero, so that a program may branch on it."""
        not_while_compiling("branches on a Value, and would keep to one branch; use np.where(condition, a, b)")
        return bool(self.held)

    def __repr__(self) -> str:
        """Show data and gradient, and the name if there is one."""
        name = "" if self.name is None else f", name={self.name!r}"
        return f"Value(data={self.held!r}, grad={self.grad!r}{name})"

    def __dir__(self) -> list[str]:
        """List the attributes, without those that only say what they are called here."""
        return [name for name in object.__dir__(self) if hasattr(Value, name)]

    def __reduce__(self) -> Any:
        """Refuse to be pickled: a recording belongs to the program that made it."""
        raise DataError("a Value is a recording and cannot be pickled or copied; store its .data instead")

    def _repr_svg_(self) -> str | None:
        """Show the graph in a notebook, where something that draws it is installed."""
        return picture(self)


# Nodes are made by the modules that this class is built on: only now can they be told of which class.
operators.Value = recording.Value = Value
guide(Value)
