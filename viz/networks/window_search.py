"""Finding a window that slides in a graph, and collecting the numbers that are under it and that it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.graph import ancestors, describe
from microgradphys.symbols import parse_name
from microgradphys.value import Value

# More channels than these are not drawn one by one; what they add is one number.
CHANNELS = 3
Place = tuple[int, ...]


@dataclass(frozen=True)
class Sliding:
    """What was found: arrays of numbers, and how the window moves.

    kind: "sum", "max" or "mean". image: (channels, rows, columns), zeros around it. kernel: (channels, rows, columns)
    or None. around: how many zeros were put before and after the rows and the columns.
    """

    kind: str
    image: np.ndarray
    kernel: np.ndarray | None
    output: np.ndarray
    gradient: np.ndarray | None
    size: tuple[int, int]
    stride: tuple[int, int]
    around: tuple[tuple[int, int], tuple[int, int]]
    names: tuple[str, str, str]
    notes: tuple[str, ...]


def find_window(y: Value, sample: int, channel: int, size: int) -> Sliding:
    """Find the last windows that a Value was computed from, and what was made of them."""
    nodes = ancestors(y, constants=True)
    children: dict[Value, list[Value]] = {}
    for node in nodes:
        for parent in node.parents:
            children.setdefault(parent, []).append(node)
    for windows in reversed([node for node in nodes if node.op == "windows" and len(node.static["size"]) <= 2]):
        made = _made_of(windows, children)
        if made is not None:
            return _sliding(windows, *made, sample, channel, size)
    raise InputError(
        f"no window slides in the graph of {describe(y)}; it takes what conv1d, conv2d, max_pool or average_pool "
        "made of an image that is a Value: write constant(image) where it is plain data"
    )


def _made_of(windows: Value, children: dict[Value, list[Value]]) -> tuple[str, Value, Value | None, Value] | None:
    """What is made of windows: the kind, the result, the kernel's matrix, and the result as the program has it."""
    for node in children.get(windows, ()):
        if node.op in ("max", "mean"):
            return node.op, node, None, node
        products = children.get(node, ()) if node.op == "reshape" else ()
        for product in products:
            if product.op == "matmul" and product.parents[0] is node:
                shaped = [child for child in children.get(product, ()) if child.op == "reshape"]
                return "sum", product, product.parents[1], shaped[0] if shaped else product
    return None


def _sliding(
    windows: Value, kind: str, result: Value, matrix: Value | None, shown: Value, sample: int, channel: int, size: int
) -> Sliding:
    """Collect the numbers of one sample and one channel of the output, as many as are shown."""
    padded = windows.parents[0]
    axes = len(windows.static["size"])
    steps = [(1,) * (2 - axes) + tuple(windows.static[what]) for what in ("size", "stride")]
    spans, stride = ((a[0], a[1]) for a in steps)
    samples, channels = padded.shape[0], padded.shape[-1]
    filters = channels if matrix is None else matrix.shape[1]
    _check("sample", sample, samples)
    _check("channel", channel, filters)
    image = (
        np.asarray(padded.held)[sample - 1].reshape(-1, *padded.shape[-2:]) if axes == 1 else padded.held[sample - 1]
    )
    image = np.moveaxis(np.asarray(image), -1, 0)
    places = windows.shape[1 : 1 + axes]
    places = (1,) * (2 - axes) + tuple(places)
    output, gradient = (
        None if data is None else np.asarray(data).reshape(samples, *places, filters)[sample - 1, :, :, channel - 1]
        for data in (result.held, shown.received)
    )
    kernel = None if matrix is None else np.asarray(matrix.held)[:, channel - 1].reshape(channels, *spans)
    if kernel is None:
        image = image[channel - 1 : channel]
    count = [
        min(n, max((min(length, size) - span) // step + 1, 1))
        for n, length, span, step in zip(places, image.shape[1:], spans, stride, strict=True)
    ]
    around = _around(padded, axes)
    notes = [
        *_how(stride[2 - axes :], around[2 - axes :]),
        *([f"sample {sample} of {samples}"] if samples > 1 else []),
        *([f"{'filter' if matrix is not None else 'channel'} {channel} of {filters}"] if filters > 1 else []),
        *_left_out(len(image), tuple(count)[2 - axes :], places[2 - axes :], gradient is None),
    ]
    ends = [(n - 1) * step + span for n, step, span in zip(count, stride, spans, strict=True)]
    if tuple(count) == places:
        ends = list(image.shape[1:])
    assert output is not None
    return Sliding(
        kind,
        image[:, : ends[0], : ends[1]],
        kernel,
        output[: count[0], : count[1]],
        None if gradient is None else gradient[: count[0], : count[1]],
        (spans[0], spans[1]),
        (stride[0], stride[1]),
        around,
        _names(padded, matrix, shown),
        tuple(notes),
    )


def _how(stride: tuple[int, ...], around: tuple[tuple[int, int], ...]) -> list[str]:
    """Say how the window moves, and what is around the image."""
    return [
        f"stride {'×'.join(map(str, stride if len(set(stride)) > 1 else stride[:1]))}",
        f"padding {_padding_text(around)}" if any(map(any, around)) else "no padding",
    ]


def _left_out(channels: int, shown: tuple[int, ...], places: tuple[int, ...], alone: bool) -> list[str]:
    """Say what is not drawn, and where the backward pass starts if no gradient has come."""
    notes = []
    if shown != places:
        few, all_ = ("×".join(map(str, size)) for size in (shown, places))
        notes.append(f"the first {few} of {all_} places, and gradients of these alone")
    if channels > CHANNELS:
        notes.append(f"{channels - CHANNELS} more channels of the image add what is called rest")
    if alone:
        notes.append("no gradient has reached this output, so the backward pass starts from the sum of its places")
    return notes


def _check(what: str, given: Any, count: int) -> None:
    """Refuse a sample or a channel that is not there."""
    if not isinstance(given, int) or not 1 <= given <= count:
        raise InputError(f"there is no {what} {given!r}; they go from 1 to {count}")


def _around(padded: Value, axes: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many zeros were put around the image: before and after the rows, before and after the columns."""
    found = [(0, 0), (0, 0)]
    if padded.op == "scatter" and all(isinstance(at, slice) for at in padded.static["index"]):
        for k, at in enumerate(padded.static["index"][1 : 1 + axes]):
            found[2 - axes + k] = (at.start, padded.shape[1 + k] - at.stop)
    return found[0], found[1]


def _padding_text(around: tuple[tuple[int, int], ...]) -> str:
    """Say how many zeros are around: one number where it is the same everywhere."""
    if len({zeros for pair in around for zeros in pair}) == 1:
        return str(around[0][0])
    return " and ".join(f"{before} + {after}" for before, after in around)


def _names(padded: Value, matrix: Value | None, shown: Value) -> tuple[str, str, str]:
    """What image, kernel and output are called: as in the program, where that is a short name."""
    image = padded.parents[0] if padded.op == "scatter" else padded
    kernel = matrix
    while kernel is not None and kernel.op in ("reshape", "transpose"):
        kernel = kernel.parents[0]
    names: list[str] = []
    for node, usual in ((image, "x"), (kernel, "k"), (shown, "y")):
        base = parse_name(node.name).base if node is not None and node.name else usual
        base = base if re.fullmatch(r"[^\W\d_]{1,6}", base) else usual
        names.append(base if base not in names else usual if usual not in names else usual * 2)
    return names[0], names[1], names[2]


def under(sliding: Sliding, place: Place) -> list[Place]:
    """The places of the image, by (channel, row, column), under the window at a place of the output."""
    (rows, columns), (down, across) = sliding.size, sliding.stride
    top, left = place[0] * down, place[1] * across
    return [
        (c, top + i, left + j)
        for c in range(min(len(sliding.image), CHANNELS))
        for i in range(rows)
        for j in range(columns)
    ]
