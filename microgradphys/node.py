"""What a node of the graph holds: its data, its gradient, and how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.data import as_data
from microgradphys.errors import GradientError
from microgradphys.graph import describe
from microgradphys.scopes import not_while_compiling
from microgradphys.witness import clock, lent, read_only

if TYPE_CHECKING:
    from microgradphys.primitives import Primitive
    from microgradphys.value import Value


class Node:
    """The fields of a Value, and what can be read off them.

    Attributes:
        held: the data, without asking who wants it; `data` is for the world outside.
        received: the gradient, likewise.
        name: what it is called in formulas and pictures.
        primitive: the row that made it, None for a leaf.
        parents: the nodes it was computed from, in the order of the arguments.
        static: the keyword arguments it was computed with.
        scope: the groups it was made in, from the outermost to the innermost.
        time: when it was made, or given new data.
        active: whether gradients flow into it.
        witness: of `microgradphys.witness`, the bytes of a leaf's array when it was last read, once somebody has the
            array and could change it untold.
        place: the file and line of the program that made it: set while `lines` or `anomaly` is on, else left out.
    """

    __slots__ = (
        "__weakref__",
        "active",
        "held",
        "name",
        "parents",
        "place",
        "primitive",
        "received",
        "scope",
        "static",
        "time",
        "witness",
    )

    held: Any
    received: Any
    name: str | None
    primitive: Primitive | None
    parents: tuple[Value, ...]
    static: dict[str, Any]
    scope: tuple[str, ...]
    time: int
    active: bool
    witness: bytes | None
    place: tuple[str, int]

    @property
    def data(self) -> Any:
        """The number or array that this node holds."""
        not_while_compiling("reads the data of a Value, which would be frozen; compute with the Value itself")
        return lent(self)

    @data.setter
    def data(self, data: Any) -> None:
        """Give a leaf new data; graphs computed from the old data are out of date from then on."""
        not_while_compiling("sets the data of a Value; return the new data instead")
        if self.primitive is not None:
            raise GradientError(
                f"{describe(self)} was computed, so its data cannot be set; "
                "set the data of the leaves and compute it again"
            )
        if data is self.held:
            # Changed in place, as by `w.data -= step`: whoever did it may do it again.
            self.witness = None if data.__class__ is float else data.tobytes()
        else:
            before = self.shape
            self.held = as_data(data) if self.active else read_only(as_data(data))
            self.witness = None
            if self.shape != before:
                self.received = None
        self.time = clock()

    @property
    def grad(self) -> Any:
        """The gradient, in the shape and type of the data; None until a backward pass reaches this node."""
        if self.received.__class__ is np.ndarray and not self.received.flags.writeable:
            # Where the local derivative is 1, the sweep hands on the array it has: whoever asks gets one of their own.
            self.received = self.received.copy()
        return self.received

    @grad.setter
    def grad(self, gradient: Any) -> None:
        """Replace the gradient, or forget it with None."""
        self.received = gradient

    @property
    def op(self) -> str | None:
        """The name of the primitive that made this node, None for a leaf."""
        return self.primitive.name if self.primitive else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the data, () for a number."""
        return getattr(self.held, "shape", ())

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.size(self.held))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements; a number counts as float64."""
        return getattr(self.held, "dtype", np.dtype(np.float64))
