"""The methods that a Value has as an array has them: each is numpy's function of its name, recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from microgradphys import numpy_calls
from microgradphys.data import own, own_index
from microgradphys.errors import ShapeError, UnsupportedError
from microgradphys.node import Node
from microgradphys.recording import values
from microgradphys.scopes import not_while_compiling

if TYPE_CHECKING:
    from microgradphys.value import Value


class ArrayMethods(Node):
    """What a Value can do because an array can."""

    __slots__ = ()

    @property
    def T(self) -> Value:
        """The transpose, all axes reversed."""
        return values.transpose(self)

    def __len__(self) -> int:
        """Return the length of the first axis."""
        if not self.shape:
            raise ShapeError("a Value that holds one number has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Value]:
        """Go through the first axis."""
        return (self[i] for i in range(len(self)))

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to turn into a plain array behind your back."""
        if self.dtype.kind == "i":
            not_while_compiling(
                "picks from a plain array; make the array an argument, or use constant(array)[positions]"
            )
        raise UnsupportedError(
            "a Value does not turn into a plain array by itself; use its .data, "
            "or np.stack([...]) to make one Value of several, with their gradients"
        )

    def sum(self, axis: Any = None, keepdims: bool = False) -> Value:
        """Sum over `axis`, or over everything."""
        return values.sum(self, axis=own(axis), keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Value:
        """Average over `axis`, or over everything."""
        return values.mean(self, axis=own(axis), keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Value:
        """Find the largest element along `axis`, or of all."""
        return values.max(self, axis=own(axis), keepdims=keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Value:
        """Find the smallest element along `axis`, or of all."""
        return values.min(self, axis=own(axis), keepdims=keepdims)

    def prod(self, axis: Any = None, keepdims: bool = False) -> Value:
        """Multiply over `axis`, or over everything."""
        return values.prod(self, axis=own(axis), keepdims=keepdims)

    def var(self, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Value:
        """Compute the variance over `axis`, or over everything."""
        return values.var(self, axis=own(axis), ddof=own(ddof), keepdims=keepdims)

    def std(self, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Value:
        """Compute the standard deviation over `axis`, or over everything."""
        return values.std(self, axis=own(axis), ddof=own(ddof), keepdims=keepdims)

    def cumsum(self, axis: int | None = None) -> Value:
        """Sum up along `axis`, or through all elements."""
        return values.cumsum(self, axis=own(axis))

    def ravel(self, order: str = "C") -> Value:
        """Put all elements into one row, row by row or, with order "F", column by column."""
        return values.reshape(self if _by_rows("ravel", order) else values.transpose(self), shape=-1)

    def flatten(self, order: str = "C") -> Value:
        """Do the same: nothing that is recorded is changed in place, so a copy is not needed."""
        return self.ravel(order)

    def squeeze(self, axis: Any = None) -> Value:
        """Leave out axes of length 1."""
        return values.squeeze(self, axis=own(axis))

    @property
    def mT(self) -> Value:
        """The transpose of every matrix."""
        return values.swapaxes(self, axis1=-1, axis2=-2)

    def swapaxes(self, axis1: int, axis2: int) -> Value:
        """Exchange two axes."""
        return values.swapaxes(self, axis1=own(axis1), axis2=own(axis2))

    def reshape(self, *shape: Any, order: str = "C") -> Value:
        """Give the elements another shape: `v.reshape(2, 3)` or `v.reshape((2, 3))`."""
        wanted = own(shape[0] if len(shape) == 1 else shape)
        if _by_rows("reshape", order):
            return values.reshape(self, shape=wanted)
        turned = wanted[::-1] if isinstance(wanted, tuple) else wanted
        return values.transpose(values.reshape(values.transpose(self), shape=turned))

    def transpose(self, *axes: Any) -> Value:
        """Reorder the axes; without arguments, reverse them."""
        order = axes[0] if len(axes) == 1 else axes or None
        return values.transpose(self, axes=own(order))

    def clip(self, min: Any = None, max: Any = None) -> Value:
        """Keep the elements between two bounds, either of which may be left out."""
        return numpy_calls.clip(self, min, max)

    def astype(self, dtype: Any, *, copy: bool = True) -> Value:
        """Turn the elements into float32 or float64; as nothing is changed in place, `copy` is all one."""
        return values.astype(self, dtype=dtype)

    def round(self, decimals: int = 0) -> Value:
        """Round to so many decimals, halves to even; the gradient is 0."""
        return values.round(self, decimals=own(decimals))

    def __divmod__(self, other: Any) -> tuple[Value, Value]:
        """Divide to a whole number and a rest."""
        return values.floor_divide(self, other), values.remainder(self, other)

    def __rdivmod__(self, other: Any) -> tuple[Value, Value]:
        """Do the same with this Value on the right."""
        return values.floor_divide(other, self), values.remainder(other, self)

    def __round__(self, digits: int | None = None) -> Value:
        """Record Python's `round(value, digits)`, as numpy rounds."""
        return self.round(digits or 0)

    def __getitem__(self, index: Any) -> Value:
        """Take elements as numpy does."""
        return values.getitem(self, index=own_index(index))

    def __setitem__(self, index: Any, new: Any) -> None:
        """Refuse to change what has been recorded."""
        raise UnsupportedError("a Value is not changed in place; x = microgradphys.set_at(x, index, new) is a new one")

    def any(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Say whether any element is not zero, along `axis` or of all."""
        return values.any(self, axis=own(axis), keepdims=keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Say whether no element is zero, along `axis` or of all."""
        return values.all(self, axis=own(axis), keepdims=keepdims)


def _by_rows(name: str, order: str) -> bool:
    """Whether elements are gone through row by row, or refuse an order that depends on the memory they lie in."""
    if order not in ("C", "F"):
        raise UnsupportedError(f"{name}: the order is 'C', row by row, or 'F', column by column, not {order!r}")
    return order == "C"
