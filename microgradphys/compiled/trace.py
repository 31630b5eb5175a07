"""Recording a function for compiling: with inputs of our own, and with an eye on everything that may change later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.compiled.variables import assigned_name
from microgradphys.data import as_data
from microgradphys.scopes import tracing
from microgradphys.value import Value
from microgradphys.witness import clock


class Trace:
    """What is known about the nodes of a recording beyond the nodes themselves.

    Attributes:
        inputs: the inputs, with their names.
        arrays: plain arrays that were operands, by the node that stands for them: to be read anew at each call.
        names: the variables that the program gave its results to.
        gradients: for each node that is a gradient, the nodes it is the gradient of.
        start: nodes with an earlier time were there before.
    """

    def __init__(self) -> None:
        """Start without any node."""
        self.inputs: dict[Value, str] = {}
        self.arrays: dict[Value, Any] = {}
        self.gradients: dict[Value, list[Value]] = {}
        self.names: dict[Value, str] = {}
        self._whole: dict[Value, int] = {}
        self._previous: tuple[object, Value | None] = None, None
        self.start = clock()

    def input(self, data: Any, name: str) -> Value:
        """Make an input; arrays of whole numbers and of truths stay what they are, for they may be indices or masks."""
        node = Value(0.0)
        node.held = _taken(data)
        node.active = node.dtype.kind == "f"
        self.inputs[node] = name
        return node

    def constant(self, data: Any, name: str | None) -> Value:
        """Make a node for plain data among the operands."""
        if isinstance(data, Value):
            return data
        node = Value(0.0, name)
        node.held = _taken(data)
        node.active = False
        self.keep(node, data)
        if data.__class__ is int:
            self._whole[node] = data
        return node

    def whole(self, operands: tuple[Value, ...]) -> None:
        """Among arrays of whole numbers let a whole number be one, so that the result can be an index."""
        kinds = [node.dtype.kind for node in operands]
        if "i" in kinds and all(kind == "i" or node in self._whole for kind, node in zip(kinds, operands, strict=True)):
            for node in operands:
                node.held = self._whole.get(node, node.held)

    def keep(self, node: Value, data: Any) -> None:
        """Remember which array a node stands for."""
        if isinstance(data, np.ndarray):
            self.arrays[node] = data

    def made(self, node: Value, recording: bool) -> None:
        """See a new node: find its name, and let no gradient into what has no derivative or is not to be recorded."""
        row = node.primitive
        if row is None:
            return
        node.active = node.active and recording and bool(row.partials or row.vjps)
        place, name = assigned_name() or (None, "")
        if name:
            # Of several nodes that one call makes, the last is the result.
            before, earlier = self._previous
            if before == place and earlier is not None:
                del self.names[earlier]
            self.names[node] = name
        self._previous = place, node if name else None

    def swept(self, gradients: dict[Value, Any]) -> None:
        """See the gradients of a sweep."""
        for node, gradient in gradients.items():
            if isinstance(gradient, Value):
                self.gradients.setdefault(gradient, []).append(node)

    def record(self, f: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Call a function whose inputs have been made here."""
        # Whatever there is to warn of, the program will when it runs.
        with tracing(self), np.errstate(all="ignore"):
            return f(*args, **kwargs)


def _taken(data: Any) -> Any:
    """Take data in as `as_data` does, but leave whole numbers and truths in arrays what they are."""
    if isinstance(data, np.ndarray) and data.dtype.kind in "biu":
        return data.astype(np.intp) if data.dtype.kind in "iu" else data.copy()
    return as_data(data)
