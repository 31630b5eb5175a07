"""The picture of a sliding window: image, kernel and output as squares with numbers, zeros around the image."""

from __future__ import annotations

from dataclasses import replace

from microgradphys.mathematics import Symbol
from microgradphys.notation import write
from viz.networks.canvas import Canvas, cropped, put_note
from viz.networks.sliding import Window
from viz.picture import Kind, Picture, Place, Point, Route, Shape, Text, longest_numbers, straight
from viz.steps import Move

_CELL, _GAP = 66.0, 4.0
_TITLE, _VALUE, _GRADIENT = 24.0, 21.0, 19.0
_BETWEEN = 110.0


def window_picture(story: Window) -> Picture:
    """Lay out image, kernel and output side by side, one channel below the other.

    Args:
        story: what `viz.window` returned.
    """
    canvas = Canvas(story, longest_numbers(story))
    sliding = story.sliding
    channels = sorted({channel for channel, _, _ in story.inputs} | {0})
    rows, columns = sliding.image.shape[1:]
    height = len(channels) * rows * _CELL + (len(channels) - 1) * _CELL
    where: dict[str, Point] = {}
    left = 0.0
    for channel in channels:
        top = channel * (rows + 1) * _CELL
        name = sliding.names[0] + (f"^({channel + 1})" if len(channels) > 1 else "")
        _draw_title(canvas, f"image{channel}", name, left + columns * _CELL / 2, top)
        for row in range(rows):
            for column in range(columns):
                at = (left + (column + 0.5) * _CELL, top + (row + 0.5) * _CELL)
                key = f"x{channel}_{row}_{column}"
                where[key] = at
                _draw_cell(canvas, key, story.inputs.get((channel, row, column)), at, "leaf")
    left += columns * _CELL + _BETWEEN
    if sliding.kernel is not None:
        left = _draw_kernel(canvas, story, channels, (rows + 1) * _CELL, left, where)
    _draw_sign(
        canvas, "becomes", "=" if sliding.kernel is not None else f"{sliding.kind} →", left - _BETWEEN / 2, height
    )
    left = _draw_output(canvas, story, left, height, where)
    _draw_total(canvas, story, left + _BETWEEN, height / 2)
    put_note(canvas, "; ".join((", ".join(sliding.notes[:4]), *sliding.notes[4:])))
    return replace(
        cropped(canvas, {move.id: _route(story, move, where) for move in story.moves}), title="The sliding window"
    )


def _draw_kernel(
    canvas: Canvas, story: Window, channels: list[int], pitch: float, left: float, where: dict[str, Point]
) -> float:
    """Draw the kernel, one channel beside each of the image's; return where the next thing begins."""
    rows, columns = story.sliding.size
    image_rows = story.sliding.image.shape[1]
    for channel in channels:
        top = channel * pitch + (image_rows - rows) * _CELL / 2
        name = story.sliding.names[1] + (f"^({channel + 1})" if len(channels) > 1 else "")
        _draw_title(canvas, f"kernel{channel}", name, left + columns * _CELL / 2, top)
        _draw_sign(canvas, f"times{channel}", "∗", left - _BETWEEN / 2, 2 * channel * pitch + image_rows * _CELL)
        for row in range(rows):
            for column in range(columns):
                at = (left + (column + 0.5) * _CELL, top + (row + 0.5) * _CELL)
                key = f"k{channel}_{row}_{column}"
                where[key] = at
                _draw_cell(canvas, key, story.kernel.get((channel, row, column)), at, "leaf")
    return left + columns * _CELL + _BETWEEN


def _draw_output(canvas: Canvas, story: Window, left: float, height: float, where: dict[str, Point]) -> float:
    """Draw the output; return where it ends."""
    rows, columns = story.sliding.output.shape
    top = (height - rows * _CELL) / 2
    _draw_title(canvas, "output", story.sliding.names[2], left + columns * _CELL / 2, top)
    for (row, column), node in story.outputs.items():
        at = (left + (column + 0.5) * _CELL, top + (row + 0.5) * _CELL)
        where[f"y{row}_{column}"] = at
        _draw_cell(canvas, f"y{row}_{column}", node, at, "unit")
    return left + columns * _CELL


def _draw_title(canvas: Canvas, id_: str, name: str, x: float, top: float) -> None:
    """Write the name of an array above it."""
    canvas.put(Text(f"title-{id_}", x, top - 24, _TITLE, "name", Symbol(name)))


def _draw_sign(canvas: Canvas, id_: str, sign: str, x: float, height: float) -> None:
    """Write a sign between two arrays, half way down."""
    canvas.put(Text(f"sign-{id_}", x, height / 2, 34.0, "name", Symbol(sign), room=_BETWEEN - 34))


def _draw_cell(canvas: Canvas, key: str, node: int | None, at: Point, kind: Kind) -> None:
    """Draw a number in its square, its gradient below it; a zero of the padding is dashed and has none."""
    (x, y), side = at, _CELL - _GAP
    padding = node is None or canvas.story.nodes[node].constant
    canvas.shapes.append(Shape(key, "constant" if padding else kind, x, y, side, side))
    canvas.taken[key] = (Place(x, y, side, side),)
    room = side - 8
    if node is None or padding:
        canvas.texts.append(Text(f"zero-{key}", x, y, _VALUE, "badge", Symbol("0"), room=room))
        return
    canvas.texts += [
        Text(f"value{node}", x, y - 12, _VALUE, "value", None, ("value", node), room=room),
        Text(f"gradient{node}", x, y + 15, _GRADIENT, "gradient", None, ("gradient", node), room=room),
    ]


def _draw_total(canvas: Canvas, story: Window, x: float, y: float) -> None:
    """Draw what the gradients start from."""
    canvas.shapes.append(Shape("loss", "loss", x, y, 130, 96))
    canvas.taken["loss"] = (Place(x, y, 136, 102),)
    label = story.nodes[story.loss].label
    canvas.texts += [
        Text(f"name{story.loss}", x, y - 17, _TITLE, "name", label, room=110),
        Text(f"value{story.loss}", x, y + 17, _TITLE, "value", None, ("value", story.loss), room=110),
    ]
    canvas.put(Text("legend", x, y + 80, _GRADIENT, "badge", Symbol(f"value, below it ∂{write(label)}"), room=230))


def _route(story: Window, move: Move, where: dict[str, Point]) -> Route:
    """Light the window, the kernel and the place of the output that a move is about."""
    edge = None if move.edge is None else story.edges[move.edge]
    node = move.node if edge is None else edge.target
    place = story.place_of.get(node)
    if place is None:
        reached = story.place_of.get(move.node)
        return Route(("loss",)) if edge is None or reached is None else Route((f"y{reached[0]}_{reached[1]}",))
    if edge is None and move.phase == "backward":
        return Route((f"y{place[0]}_{place[1]}",))
    covered = story.under(place)
    cells = [f"x{c}_{row}_{column}" for c, row, column in covered]
    _, top, left = covered[0]
    kernel = [f"k{c}_{row - top}_{column - left}" for c, row, column in covered if story.sliding.kernel is not None]
    output = f"y{place[0]}_{place[1]}"
    if edge is None:
        middle = tuple(sum(where[cell][axis] for cell in cells) / len(cells) for axis in (0, 1))
        return Route((*cells, *kernel, output), straight((middle[0], middle[1]), where[output]))
    reached = [cells[k] for k, at in enumerate(covered) if story.inputs.get(at) == move.node]
    reached += [key for key in kernel if story.kernel.get(_numbers(key)) == move.node]
    path = straight(where[output], where[reached[0]]) if reached else ()
    return Route((*cells, *kernel, output), path)


def _numbers(key: str) -> tuple[int, ...]:
    """The channel, row and column of a square's id."""
    return tuple(map(int, key[1:].split("_")))
