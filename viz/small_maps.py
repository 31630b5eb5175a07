"""Small heat maps inside the boxes of the graph view: a matrix's numbers and its gradient, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from viz.grids import MOST_CELLS, peaks
from viz.picture import Grid, Shape, Slot
from viz.storyboard import Storyboard

# The longest side of a map, and the most rows and columns of a matrix that has one.
_SIDE, _LARGEST = 72.0, 256
_LEAST, _GAP, _PAD = 6.0, 10.0, 8.0


def with_map(story: Storyboard, members: Sequence[int], size: tuple[float, float]) -> tuple[float, float]:
    """The size of a box with the maps of its node below its texts."""
    cell = _cell(story, members)
    if cell is None:
        return size
    (width, height), count = cell, _count(story, members[0])
    return max(size[0], count * width + (count - 1) * _GAP + 2 * _PAD), size[1] + height + _PAD


def above_map(story: Storyboard, members: Sequence[int], shape: Shape) -> Shape:
    """The part of a box in which its texts stand."""
    cell = _cell(story, members)
    return shape if cell is None else replace(shape, y=shape.y - (cell[1] + _PAD) / 2)


def small_maps(story: Storyboard, boxes: Sequence[tuple[Sequence[int], Shape]]) -> tuple[Grid, ...]:
    """The maps of all boxes that have some."""
    mapped = [(members[0], shape, cell) for members, shape in boxes if (cell := _cell(story, members)) is not None]
    slots: set[Slot] = {slot for k, _, _ in mapped for slot in _slots(k)}
    largest = peaks(story, slots) if mapped else {}
    return tuple(
        grid for k, shape, (width, height) in mapped for grid in _maps_of(story, k, shape, width, height, largest)
    )


def _maps_of(
    story: Storyboard, k: int, shape: Shape, width: float, height: float, largest: dict[Slot, float]
) -> list[Grid]:
    """The map of a node's numbers, and of its gradient if it has one."""
    rows, columns = (min(size, MOST_CELLS) for size in story.nodes[k].shape)
    count = _count(story, k)
    y = shape.y + shape.height / 2 - _PAD - height / 2
    left = shape.x - (count * width + (count - 1) * _GAP) / 2
    whole = (story.nodes[k].shape[0], story.nodes[k].shape[1])
    return [
        Grid(
            f"map-{slot[0]}{k}",
            left + width / 2 + n * (width + _GAP),
            y,
            width,
            height,
            whole,
            rows,
            columns,
            slot,
            largest.get(slot, 1.0),
        )
        for n, slot in enumerate(_slots(k)[:count])
    ]


def _slots(k: int) -> tuple[Slot, Slot]:
    """Where the numbers of a node's two maps stand."""
    return ("value", k), ("gradient", k)


def _cell(story: Storyboard, members: Sequence[int]) -> tuple[float, float] | None:
    """Width and height of the map of the one node in a box, or None if it has none."""
    shape = story.nodes[members[0]].shape
    if len(members) > 1 or len(shape) != 2 or shape[0] * shape[1] <= _LEAST or max(shape) > _LARGEST:
        return None
    longest = max(shape)
    return max(shape[1] / longest * _SIDE, _LEAST), max(shape[0] / longest * _SIDE, _LEAST)


def _count(story: Storyboard, k: int) -> int:
    """How many maps a node has."""
    return 1 if story.nodes[k].constant else 2
