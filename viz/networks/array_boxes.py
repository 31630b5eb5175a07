"""Blocks: an array in a box, with its name, its numbers as a heat map and its gradient as another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from microgradphys.mathematics import Derivative, Math, Symbol
from microgradphys.notation import write
from viz.grids import MOST_CELLS, scale
from viz.networks.canvas import Canvas, number_text_of
from viz.networks.units import Spot
from viz.picture import Grid, Kind, Part, Place, Point, Role, Shape, Slot, Text

_SIZE, _LINE, _PAD = 20.0, 26.0, 12.0
# The longest side of a heat map, and the shortest side of a cell and of a map.
_LONGEST, _CELL, _THIN = 192.0, 18.0, 20.0
_NARROW = 178.0
# Between two maps of an array.
_GAP = 10.0
_LOSS_ROOM = 220.0


@dataclass(frozen=True)
class Block:
    """An array to draw: its node, what it is called, its matrix's shape, and whether it has a gradient.

    parts: which matrices of the array are drawn, side by side; all of it is one.
    """

    id: str
    kind: Kind
    node: int
    label: Math
    shape: tuple[int, int]
    note: str = ""
    gradient: bool = True
    parts: tuple[Part, ...] = ((),)

    @property
    def map_size(self) -> tuple[float, float]:
        """Width and height of a heat map."""
        rows, columns = (min(size, MOST_CELLS) for size in self.shape)
        cell = min(_CELL, _LONGEST / max(rows, columns))
        return max(columns * cell, _THIN), max(rows * cell, _THIN)

    @property
    def scalar(self) -> bool:
        """Whether it is one number, which is written and not coloured."""
        return self.shape == (1, 1)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the box."""
        width, height = self.map_size
        maps = 0.0 if self.scalar else (height + 6) * (2 if self.gradient else 1)
        lines = 2 + 2 * self.gradient + bool(self.note)
        across = len(self.parts) * (width + _GAP) - _GAP
        return max(across, _NARROW) + 2 * _PAD, lines * _LINE + maps + 2 * _PAD


def draw_block(canvas: Canvas, block: Block, at: Point, peaks: Mapping[Slot, float]) -> None:
    """Draw a box with an array's name, its numbers, and its gradient below them."""
    (x, y), (width, height) = at, block.size
    canvas.shapes.append(Shape(block.id, block.kind, x, y, width, height))
    canvas.taken[block.id] = (Place(x, y, width + 6, height + 6),)
    room, story = width - 1.4 * _PAD, canvas.story
    top = y - height / 2 + _PAD

    def line(id_: str, role: Role, math: Math | None, slot: Slot | None = None) -> None:
        nonlocal top
        text = Text(id_, x, top + _LINE / 2, _SIZE, role, math, slot, room=room, span=slot is not None)
        canvas.texts.append(text)
        top += _LINE

    def heat_map(slot: Slot) -> None:
        nonlocal top
        across, down = block.map_size
        rows, columns = (min(size, MOST_CELLS) for size in block.shape)
        left = x - (len(block.parts) - 1) * (across + _GAP) / 2
        for k, part in enumerate(block.parts):
            at = (left + k * (across + _GAP), top + down / 2 + 3, across, down)
            own: Slot = (slot[0], slot[1], part) if part else slot
            id_ = f"map-{slot[0]}{block.node}" + (f"-{k}" if part else "")
            canvas.grids.append(Grid(id_, *at, block.shape, rows, columns, own, peaks.get(slot, 1.0)))
        top += down + 6

    line(f"name{block.node}", "name", _titled(canvas, block))
    if block.note:
        line(f"badge-{block.id}", "badge", Symbol(block.note))
    slots: list[Slot] = [("value", block.node), ("gradient", block.node)]
    for slot in slots[: 1 + block.gradient]:
        if slot[0] == "gradient":
            line(f"partial{block.node}", "name", Derivative(story.nodes[story.loss].label, block.label))
        if not block.scalar:
            heat_map(slot)
        line(f"{slot[0]}{block.node}", slot[0], None, slot)


def _titled(canvas: Canvas, block: Block) -> Math:
    """The name of an array and its shape."""
    shape = canvas.story.nodes[block.node].shape
    size = "×".join(map(str, shape)) if len(shape) > 1 else f"size {shape[0]}" if shape else ""
    return Symbol(f"{write(block.label)}, {size}") if size else block.label


def draw_loss(canvas: Canvas, at: Point, side: int = 1) -> None:
    """Draw the loss as a box with its value, and its gradient below it, or above where `side` is -1."""
    story, (x, y) = canvas.story, at
    canvas.shapes.append(Shape("loss", "loss", x, y, 156, 108))
    canvas.taken["loss"] = (Place(x, y, 162, 114),)
    canvas.texts.append(Text(f"name{story.loss}", x, y - 19, 26, "name", story.nodes[story.loss].label, room=136))
    canvas.texts.append(Text(f"value{story.loss}", x, y + 19, 26, "value", None, ("value", story.loss), room=136))
    gradient = replace(number_text_of(story, "gradient", Spot(story.loss), x, y + 76 * side), room=_LOSS_ROOM)
    canvas.put(gradient)
    # Until its number is known a sentence stands here, which is longer.
    canvas.taken[gradient.id] = (Place(x, y + 76 * side, _LOSS_ROOM, 40),)


def draw_scale(canvas: Canvas) -> None:
    """Draw the colour scale below everything else."""
    corners = [corner for places in canvas.taken.values() for corner in places[0].corners()]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    x, y = (left + right) / 2, max(y for _, y in corners) + 46
    width = 63 * 4.0
    canvas.grids.append(Grid("scale", x, y, width, 18, (1, 63), 1, 63, fixed=scale()))
    canvas.taken["scale"] = (Place(x, y, width, 20),)
    canvas.put(
        Text("scale-low", x - width / 2 - 60, y, _SIZE, "badge", Symbol("− largest")),
        Text("scale-high", x + width / 2 + 62, y, _SIZE, "badge", Symbol("+ largest")),
        Text("scale-zero", x, y + 26, _SIZE, "badge", Symbol("0")),
        Text("scale-note", x, y + 52, _SIZE, "badge", Symbol("each map has a scale of its own: its largest number")),
    )
