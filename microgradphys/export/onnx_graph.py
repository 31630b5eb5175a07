"""A graph of ONNX while it is written: its nodes, and the arrays that stand in the file."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from microgradphys.compiled.steps import Step
from microgradphys.export.onnx_words import SINGLE
from microgradphys.export.sizes import Size


class Graph:
    """Nodes in the order of their computation.

    Args:
        onnx: the package.
        source: the name of an input whose first axis is the batch, or None.

    Attributes:
        nodes: what has been written.
        arrays: the arrays that stand in the file, by name.
        results: what the results of steps are called.
    """

    def __init__(self, onnx: Any, source: str | None) -> None:
        """Start without nodes."""
        self.nodes: list[Any] = []
        self.arrays: dict[str, Any] = {}
        self._onnx, self._source = onnx, source
        self._names: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._known: dict[Any, str] = {}
        self.results: dict[Step, str] = {}

    def result(self, step: Step) -> str:
        """How the result of a step is called."""
        return self.results[step]

    def name(self, wanted: str) -> str:
        """Make a name that nothing else has, and that can be stored."""
        wanted = wanted.encode("utf-8", "replace").decode()[:80] or "v"
        name = wanted
        while name in self._names:
            self._counts[wanted] += 1
            name = f"{wanted}_{self._counts[wanted] + 1}"
        self._names.add(name)
        return name

    def op(self, kind: str, *inputs: str, named: str = "", **attributes: Any) -> str:
        """Write a node of one result, and return the result's name."""
        return self.ops(kind, *inputs, named=[named or kind.lower()], **attributes)[0]

    def ops(self, kind: str, *inputs: str, named: list[str], **attributes: Any) -> list[str]:
        """Write a node of several results."""
        outputs = [self.name(name) for name in named]
        made = self._onnx.helper.make_node(kind, list(inputs), outputs, self.name(f"{kind}"), **attributes)
        self.nodes.append(made)
        return outputs

    def identity(self, found: str, name: str) -> None:
        """Call a result by a name that has been made for it."""
        self.nodes.append(self._onnx.helper.make_node("Identity", [found], [name], self.name("Identity")))

    def numeric(self, kind: str, dtype: Any, *inputs: str, **attributes: Any) -> str:
        """Write an operator of numbers of a dtype, which ONNX Runtime may have for float32 only."""
        if kind not in SINGLE or dtype == np.float32:
            return self.op(kind, *inputs, **attributes)
        single = [self.cast(name, dtype, np.float32) for name in inputs]
        return self.cast(self.op(kind, *single, **attributes), np.float32, dtype)

    def array(self, data: Any, named: str = "constant") -> str:
        """Put an array into the file; equal ones once."""
        data = np.ascontiguousarray(data).reshape(np.shape(data))
        key = (data.dtype.str, data.shape, data.tobytes())
        if key not in self._known:
            self._known[key] = self.store(data, named)
        return self._known[key]

    def store(self, data: Any, named: str) -> str:
        """Put an array into the file, under a name of its own."""
        name = self.name(named)
        self.arrays[name] = data
        return name

    def whole(self, *numbers: Any) -> str:
        """Make a vector of whole numbers, of which some may depend on the batch."""
        if not any(isinstance(number, Size) for number in numbers):
            return self.array(np.array(numbers, np.int64), "whole")
        if numbers not in self._known:
            parts = [self._size(number) for number in numbers]
            self._known[numbers] = parts[0] if len(parts) == 1 else self.op("Concat", *parts, axis=0)
        return self._known[numbers]

    def _size(self, number: Any) -> str:
        """Make one number of a vector."""
        if not isinstance(number, Size):
            return self.whole(number)
        assert self._source is not None
        if "batch" not in self._known:
            self._known["batch"] = self.op("Shape", self._source, named="batch_size", start=0, end=1)
        size = self._known["batch"]
        size = size if number.factor == 1 else self.op("Mul", size, self.whole(number.factor))
        return self.op("Add", size, self.whole(number.rest)) if number.rest else size

    def kind(self, dtype: Any) -> int:
        """Return ONNX's number for a dtype."""
        return self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def cast(self, name: str, old: Any, new: Any) -> str:
        """Turn numbers into another dtype, if it is another."""
        return name if np.dtype(old) == np.dtype(new) else self.op("Cast", name, to=self.kind(new))

    def reshape(self, name: str, old: tuple[Any, ...] | None, new: tuple[Any, ...]) -> str:
        """Put numbers into another shape; that of the batch is left open, or kept where it is first in both."""
        if old == new:
            return name
        if 0 in new or sum(isinstance(size, Size) for size in new) > 1:
            return self.op("Reshape", name, self.whole(*new), allowzero=1)
        kept = bool(old) and bool(new) and isinstance(new[0], Size) and old[0] == new[0]
        sizes = [(0 if kept and k == 0 else -1) if isinstance(size, Size) else size for k, size in enumerate(new)]
        return self.op("Reshape", name, self.whole(*sizes))

    def spread(self, step: Step, number: Any, dtype: Any) -> str:
        """Make an array of one number, in the shape of a step."""
        if isinstance(number, Size):
            one = self.cast(self.reshape(self.whole(number), None, ()), np.int64, dtype)
        else:
            one = self.array(np.array(number, dtype), "number")
        return self.op("Expand", one, self.whole(*step.shape)) if step.shape else one
