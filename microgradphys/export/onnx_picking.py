"""numpy's indexing in ONNX: slices, elements at positions, and adding elements into zeros."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from microgradphys.compiled.steps import Step
from microgradphys.errors import UnsupportedError
from microgradphys.export.onnx_graph import Graph
from microgradphys.export.sizes import Size

_END = np.iinfo(np.int64).max


def getitem(g: Graph, step: Step, a: str) -> str:
    """Take elements, as the index of the step says.

    Raises:
        UnsupportedError: ONNX has nothing for this index.
    """
    shape = step.operands[0].shape
    parts = _whole(step.static["index"], len(shape))
    if all(part is None or isinstance(part, (slice, int, np.integer)) for part in parts):
        return _sliced(g, parts, shape, step, a)
    picking = [k for k, part in enumerate(parts) if not isinstance(part, slice)]
    if len(picking) == 1 and _kind(parts[picking[0]]) != "b":
        (k,) = picking
        others = [slice(None) if at == k else part for at, part in enumerate(parts)]
        return g.op("Gather", _sliced(g, others, shape, step, a), _positions(g, parts[k]), axis=k)
    if any(isinstance(part, Step) for part in parts):
        raise _unsupported("positions that are computed, along several axes")
    return _at_places(g, step, a, tuple(parts))


def _whole(index: Any, count: int) -> list[Any]:
    """List what an index says of each axis, with full slices for those that it does not mention."""
    parts = list(index) if isinstance(index, tuple) else [index]
    used = sum(
        np.ndim(part) or 1 if _kind(part) == "b" else 1 for part in parts if part is not None and part is not ...
    )
    full = [slice(None)] * (count - used)
    at = next((k for k, part in enumerate(parts) if part is ...), None)
    return [*parts, *full] if at is None else [*parts[:at], *full, *parts[at + 1 :]]


def _kind(part: Any) -> str:
    """Say what kind of numbers a part of an index has: "b" for a mask."""
    if isinstance(part, Step):
        return part.dtype.kind
    return np.asarray(part).dtype.kind if isinstance(part, (list, np.ndarray, bool)) else ""


def _positions(g: Graph, part: Any) -> str:
    """Give positions a name."""
    return g.result(part) if isinstance(part, Step) else g.array(np.asarray(part, np.int64), "positions")


def _sliced(g: Graph, parts: list[Any], shape: tuple[Any, ...], step: Step, a: str) -> str:
    """Take slices, then single places, then make new axes."""
    axes = [part for part in parts if part is not None]
    cuts = [(k, part) for k, part in enumerate(axes) if isinstance(part, slice) and not _is_all(part, shape[k])]
    if cuts:
        backwards = [isinstance(part.step, int) and part.step < 0 for _, part in cuts]
        starts = [_or(part.start, _END if back else 0) for (_, part), back in zip(cuts, backwards, strict=True)]
        stops = [_or(part.stop, -_END if back else _END) for (_, part), back in zip(cuts, backwards, strict=True)]
        steps = [_or(part.step, 1) for _, part in cuts]
        a = g.op("Slice", a, g.whole(*starts), g.whole(*stops), g.whole(*(k for k, _ in cuts)), g.whole(*steps))
    for k, part in reversed(list(enumerate(axes))):
        if isinstance(part, (int, np.integer)):
            a = g.op("Gather", a, g.array(np.array(part, np.int64)), axis=k)
    left = [part for part in parts if not isinstance(part, (int, np.integer))]
    new = [k for k, part in enumerate(left) if part is None]
    return g.op("Unsqueeze", a, g.whole(*new)) if new else a


def _is_all(part: slice, length: Any) -> bool:
    """Whether a slice takes everything."""
    return part.start in (None, 0) and (part.stop is None or part.stop == length) and part.step in (None, 1)


def _or(end: Any, otherwise: int) -> Any:
    """Return an end of a slice, or what it is by default."""
    return otherwise if end is None else end


def _at_places(g: Graph, step: Step, a: str, index: tuple[Any, ...]) -> str:
    """Take elements at known places of the array as one row, or of every sample as one row."""
    shape = step.operands[0].shape
    if not any(isinstance(size, Size) for size in shape):
        places = np.arange(math.prod(shape)).reshape(shape)[index]
        found = g.op("Gather", g.op("Reshape", a, g.whole(-1)), g.array(places.astype(np.int64), "positions"), axis=0)
        return g.reshape(found, None, step.shape)
    inside, first = shape[1:], index[0]
    whole = isinstance(first, slice) and _is_all(first, shape[0])
    if not whole or any(isinstance(size, Size) for size in inside) or not step.shape or step.shape[0] != shape[0]:
        raise _unsupported("positions along the batch")
    places = np.arange(math.prod(inside)).reshape(1, *inside)[index][0]
    flat = g.op("Reshape", a, g.whole(0, math.prod(inside)))
    return g.op("Gather", flat, g.array(places.astype(np.int64), "positions"), axis=1)


def scatter(g: Graph, step: Step, a: str) -> str:
    """Add elements into zeros: around a block, by padding it; at known places, by adding to them.

    Raises:
        UnsupportedError: ONNX has nothing for this index.
    """
    parts = _whole(step.static["index"], len(step.shape))
    if all(isinstance(part, slice) and part.step in (None, 1) for part in parts):
        before = [_or(part.start, 0) for part in parts]
        after = [_less(size, _or(part.stop, size)) for part, size in zip(parts, step.shape, strict=True)]
        zero = g.array(np.array(0, step.dtype), "number")
        return g.op("Pad", a, g.whole(*before, *after), zero)
    if any(isinstance(part, Step) for part in parts) or any(isinstance(size, Size) for size in step.shape):
        raise _unsupported("adding at positions that are computed, or along the batch,")
    places = np.arange(math.prod(step.shape)).reshape(step.shape)[tuple(parts)].ravel().astype(np.int64)
    zeros = g.array(np.zeros(math.prod(step.shape), step.dtype), "zeros")
    row = g.op("Reshape", a, g.whole(-1))
    found = g.op("ScatterElements", zeros, g.array(places, "positions"), row, axis=0, reduction="add")
    return g.reshape(found, None, step.shape)


def _less(a: Any, b: Any) -> Any:
    """Subtract sizes."""
    first, second = (size if isinstance(size, Size) else Size(0, size) for size in (a, b))
    left = Size(first.factor - second.factor, first.rest - second.rest)
    return left if left.factor else left.rest


def _unsupported(what: str) -> UnsupportedError:
    """Say that an index cannot be exported."""
    return UnsupportedError(f"the row 'getitem' cannot be exported with {what}: ONNX has nothing for it")
