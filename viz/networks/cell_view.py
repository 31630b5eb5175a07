"""Cells in time: a box for every step of every recurrent layer, with its gates and states by name and their numbers.

Time goes from left to right, layers from bottom to top; leaves stand at the left, what follows the last step at the
right, and what belongs to all steps at once in a bar between the rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import prod

from microgradphys.mathematics import Symbol
from microgradphys.notation import write
from viz.grids import peaks
from viz.networks.array_boxes import Block, draw_block, draw_loss, draw_scale
from viz.networks.canvas import Canvas, cropped, draw_line, put_note
from viz.networks.cells import Box, Cells, Scope
from viz.picture import Picture, Place, Point, Route, Shape, Slot, Text, backwards, longest_numbers, straight
from viz.steps import Move
from viz.storyboard import Storyboard

_PAD, _TITLE, _SIZE = 16.0, 34.0, 22.0
_ASIDE, _UP, _BESIDE = 110.0, 90.0, 14.0
_LOSS_SIZE = (156.0, 108.0)
_LONGEST_NAME = 22
# How wide a box is in which nothing is shown.
_EMPTY = 160.0
# Up to so many blocks a box is one column, above it two.
_COLUMN = 3


@dataclass
class _Room:
    """Where a box stands: its centre and size, and where the blocks in it stand."""

    size: tuple[float, float]
    blocks: dict[int, Block]
    places: dict[int, Point]
    at: Point = (0.0, 0.0)

    def rim(self, side: str, along: float | None = None) -> Point:
        """A point on its rim: the middle of a side, or where the other coordinate is `along`."""
        (x, y), (width, height) = self.at, self.size
        if side in ("left", "right"):
            level = y if along is None else min(max(along, y - height / 2 + 8), y + height / 2 - 8)
            return x + width / 2 * (1 if side == "right" else -1), level
        place = x if along is None else min(max(along, x - width / 2 + 8), x + width / 2 - 8)
        return place, y + height / 2 * (1 if side == "bottom" else -1)


def cell_picture(story: Storyboard, cells: Cells) -> Picture:
    """Lay out cells in columns of time.

    Args:
        story: the storyboard whose nodes are drawn.
        cells: what `read_cells` found in it.
    """
    canvas = Canvas(story, longest_numbers(story))
    rooms = [_room(story, cells, box) for box in cells.boxes]
    loss = _place(cells, rooms)
    largest = peaks(story)
    for b, box in enumerate(cells.boxes):
        _draw_box(canvas, f"b{b}", box, rooms[b], largest)
    if story.loss not in cells.box_of:
        draw_loss(canvas, loss)
    for k, link in enumerate(cells.links):
        if link.target >= 0:
            draw_line(canvas, f"l{k}", _way(cells, rooms, link.node, link.source, link.target))
        elif story.loss not in cells.box_of:
            end = _Room(_LOSS_SIZE, {}, {}, loss)
            draw_line(canvas, f"l{k}", straight(rooms[link.source].rim("right", loss[1]), end.rim("left")))
    _draw_leaves(canvas, cells, largest)
    put_note(canvas, _missing(cells.hidden))
    if canvas.grids:
        draw_scale(canvas)
    guide = _Guide(story, cells, canvas)
    return cropped(canvas, {move.id: guide.route(move) for move in story.moves})


def _missing(hidden: tuple[int, ...]) -> str:
    """Say which steps are not drawn."""
    if not hidden:
        return ""
    return f"steps {min(hidden)} to {max(hidden)} are not drawn"


def _room(story: Storyboard, cells: Cells, box: Box) -> _Room:
    """The blocks of a box: of a cell in one column or two, the states that go on in the last; else side by side."""
    blocks = {k: _block(story, cells, k, box) for k in box.shown}
    order = list(blocks)
    half = 1 if box.step is None else len(order) if len(order) <= _COLUMN else -(-len(order) // 2)
    columns = [order[k : k + half] for k in range(0, len(order), half)]
    heights = [sum(blocks[k].size[1] + _BESIDE for k in column) - _BESIDE for column in columns]
    places: dict[int, Point] = {}
    left = _PAD
    for column, height in zip(columns, heights, strict=True):
        width = max(blocks[k].size[0] for k in column)
        top = _TITLE + (max(heights) - height) / (1 if box.step is not None else 2)
        for k in column:
            places[k] = (left + width / 2, top + blocks[k].size[1] / 2)
            top += blocks[k].size[1] + _BESIDE
        left += width + _BESIDE
    height = max(heights, default=0.0)
    return _Room((max(left - _BESIDE, _EMPTY) + _PAD, _TITLE + height + _PAD), blocks, places)


def _block(story: Storyboard, cells: Cells, k: int, box: Box) -> Block:
    """The block of a node."""
    node = story.nodes[k]
    label = cells.called.get(k, node.label)
    if node.constant and not node.named:
        label = Symbol(f"x_{{{box.step}}}" if box.step is not None else "input")
    elif not node.named and k not in cells.called and (box.step is None or len(write(label)) > _LONGEST_NAME):
        label = Symbol("output")
    kind = "constant" if node.constant else "unit"
    return Block(f"u{k}", kind, k, label, _matrix(node.shape, box.step is None), gradient=not node.constant)


def _matrix(shape: tuple[int, ...], wide: bool = False) -> tuple[int, int]:
    """An array's shape as rows and columns; of more axes, the matrices stand below each other, or `wide` beside."""
    if len(shape) < 2:
        return 1, prod(shape)
    return (shape[0], prod(shape[1:])) if wide and len(shape) > 2 else (prod(shape[:-1]), shape[-1])


def _place(cells: Cells, rooms: list[_Room]) -> Point:
    """Give every box its place, and return that of the loss."""
    rows = _rows(cells)
    inside = {b for row in rows for b in row}
    steps = cells.steps
    x, left = {}, 0.0
    for step in steps:
        width = max(rooms[b].size[0] for b, box in enumerate(cells.boxes) if box.step == step)
        gap = _ASIDE * (2 if cells.hidden and step == max(cells.hidden) + 1 else 1)
        x[step] = left + gap - _ASIDE + width / 2
        left = x[step] + width / 2 + _ASIDE
    right = left - _ASIDE
    bottom = 0.0
    for row in rows:
        height = max(rooms[b].size[1] for b in row)
        for b in row:
            step = cells.boxes[b].step
            if step is None:
                _widen(rooms[b], right)
            rooms[b].at = (right / 2 if step is None else x[step], bottom - height / 2)
        bottom -= height + _UP
    right = max((room.at[0] + room.size[0] / 2 for b, room in enumerate(rooms) if b in inside), default=0.0)
    for b in range(len(rooms)):
        if b not in inside:
            rooms[b].at = (right + _ASIDE + rooms[b].size[0] / 2, _level(cells, rooms, b))
            right += _ASIDE + rooms[b].size[0]
    return right + _ASIDE + _LOSS_SIZE[0] / 2, _level(cells, rooms, -1)


def _rows(cells: Cells) -> list[list[int]]:
    """The boxes in rows from bottom to top: a layer's cells, or a bar that belongs to all steps."""
    entity: dict[int, tuple[Scope, int]] = {}
    feeds = _reaches_cells(cells)
    for b, box in enumerate(cells.boxes):
        steps = {cells.boxes[link.source].step for link in cells.links if link.target == b} - {None}
        if box.step is not None:
            entity[b] = (box.layer, -1)
        elif b in feeds or len(steps) > 1:
            entity[b] = (box.layer, b)
    rank: dict[tuple[Scope, int], int] = defaultdict(int)
    for _ in range(len(set(entity.values()))):
        for link in cells.links:
            low, high = entity.get(link.source), entity.get(link.target)
            if low is not None and high is not None and low != high:
                rank[high] = max(rank[high], min(rank[low] + 1, len(entity)))
    rows: dict[tuple[Scope, int], list[int]] = defaultdict(list)
    for b, key in entity.items():
        rows[key].append(b)
    return sorted(rows.values(), key=lambda row: (rank[entity[row[0]]], row[0]))


def _reaches_cells(cells: Cells) -> set[int]:
    """The boxes outside of steps that feed a cell, directly or through others."""
    found: set[int] = set()
    for _ in cells.boxes:
        more = {
            link.source
            for link in cells.links
            if link.target >= 0 and (cells.boxes[link.target].step is not None or link.target in found)
        }
        more = {b for b in more if cells.boxes[b].step is None}
        if more <= found:
            break
        found |= more
    return found


def _widen(room: _Room, width: float) -> None:
    """Make a box as wide as all columns, its blocks in the middle."""
    more = width - room.size[0]
    if more > 0:
        room.places = {k: (x + more / 2, y) for k, (x, y) in room.places.items()}
        room.size = (width, room.size[1])


def _level(cells: Cells, rooms: list[_Room], b: int) -> float:
    """How high a box at the right stands: as what feeds it."""
    levels = [_spot(rooms[link.source], link.node)[1] for link in cells.links if link.target == b]
    return sum(levels) / len(levels) if levels else 0.0


def _spot(room: _Room, node: int) -> Point:
    """Where a node stands in its box; the middle of the box, if it is not shown."""
    if node not in room.places:
        return room.at
    (x, y), (dx, dy), (width, height) = room.at, room.places[node], room.size
    return x - width / 2 + dx, y - height / 2 + dy


def _way(cells: Cells, rooms: list[_Room], node: int, source: int, target: int) -> tuple[Point, ...]:
    """The line from one box to another: along time from the state's own block, upwards, or to the right."""
    a, b = rooms[source], rooms[target]
    x, y = _spot(a, node)
    if b.at[0] - b.size[0] / 2 >= a.at[0] + a.size[0] / 2 and abs(a.at[1] - b.at[1]) < (a.size[1] + b.size[1]) / 2:
        end = b.rim("left", y)
        start = (x + a.blocks[node].size[0] / 2, y) if node in a.places else a.rim("right", end[1])
        return straight(start, end)
    if b.at[1] < a.at[1]:
        wide = a.size[0] > b.size[0]
        across = b.at[0] if wide else a.at[0]
        return straight(a.rim("top", across), b.rim("bottom", across))
    return straight(a.rim("right"), b.rim("left"))


def _draw_box(canvas: Canvas, id_: str, box: Box, room: _Room, largest: dict[Slot, float]) -> None:
    """Draw a box with its title and its blocks."""
    (x, y), (width, height) = room.at, room.size
    canvas.shapes.append(Shape(id_, "group", x, y, width, height))
    canvas.taken[id_] = (Place(x, y, width, height),)
    if box.title:
        title = Symbol(box.title)
        canvas.texts.append(
            Text(f"title-{id_}", x, y - height / 2 + _TITLE / 2, _SIZE, "badge", title, room=width - 2 * _PAD)
        )
    for k, block in room.blocks.items():
        draw_block(canvas, block, _spot(room, k), largest)


def _draw_leaves(canvas: Canvas, cells: Cells, largest: dict[Slot, float]) -> None:
    """Draw weights and biases once, at the left, in as many columns as they need."""
    story = canvas.story
    blocks = [_leaf(story, k, uses) for k, uses in cells.leaves.items()]
    corners = [corner for places in canvas.taken.values() for corner in places[0].corners()]
    left = min(x for x, _ in corners) - _ASIDE / 2
    low, high = min(y for _, y in corners), max(y for _, y in corners)
    columns: list[list[Block]] = []
    room = 0.0
    for block in blocks:
        if not columns or room + block.size[1] > max(high - low, 600.0):
            columns.append([])
            room = 0.0
        columns[-1].append(block)
        room += block.size[1] + 20
    for column in reversed(columns):
        width = max(block.size[0] for block in column)
        top = (low + high) / 2 - (sum(block.size[1] for block in column) + 20 * (len(column) - 1)) / 2
        for block in column:
            draw_block(canvas, block, (left - width / 2, top + block.size[1] / 2), largest)
            top += block.size[1] + 20
        left -= width + 30


def _leaf(story: Storyboard, k: int, uses: int) -> Block:
    """The block of a leaf."""
    node = story.nodes[k]
    note = f"used {uses} times" if uses > 1 else "used once"
    kind = "constant" if node.constant else "leaf"
    return Block(f"p{k}", kind, k, node.label, _matrix(node.shape), note, gradient=not node.constant)


class _Guide:
    """Finds what a move lights."""

    def __init__(self, story: Storyboard, cells: Cells, canvas: Canvas) -> None:
        """Note the lines from and to each box."""
        self.story, self.cells, self.lines = story, cells, canvas.lines
        self.ways: dict[tuple[int, int], str] = {}
        for k, link in enumerate(cells.links):
            self.ways.setdefault((link.node, link.target), f"l{k}")

    def route(self, move: Move) -> Route:
        """The block or box of what becomes known, and the line that the number comes along."""
        if move.edge is not None:
            edge = self.story.edges[move.edge]
            line = self.ways.get((edge.source, self._box(edge.target)), "")
            if line in self.lines:
                return Route((line,), backwards(self.lines[line]))
            return Route(self._lit(edge.source) or self._lit(edge.target))
        if move.phase in ("forward", "again"):
            for parent in self.story.nodes[move.node].parents:
                line = self.ways.get((parent, self._box(move.node)), "")
                if line in self.lines:
                    return Route((line,), self.lines[line])
        return Route(self._lit(move.node))

    def _box(self, k: int) -> int:
        """The box of a node, -1 for the loss, -2 for none."""
        return -1 if k in self.cells.loss else self.cells.box_of.get(k, -2)

    def _lit(self, k: int) -> tuple[str, ...]:
        """What stands for a node: its own block, a leaf, its box, the loss."""
        if k in self.cells.leaves:
            return (f"p{k}",)
        b = self._box(k)
        if b == -1:
            return ("loss",)
        if b == -2:
            return ()
        return (f"u{k}",) if k in self.cells.boxes[b].shown else (f"b{b}",)
