"""The graph view: a box for every value and operation, an edge for every argument, local derivatives on the edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from microgradphys.mathematics import Math, Number, Symbol
from microgradphys.notation import write
from viz.coordinates import Arrow, Placed, place
from viz.picture import Kind, Line, Picture, Point, Route, Shape, Slot, Text, backwards, longest_numbers, width_of
from viz.steps import Move, Node
from viz.storyboard import Storyboard

_SIZE, _SMALL = 16.0, 14.0
_PAD, _LINE = 12.0, 21.0
_WIDEST = 260.0
# From the middle of a label to its edge.
_CLEAR = 12.0


@dataclass(frozen=True)
class _Box:
    """One thing to draw: a node, or a folded scope with all its nodes."""

    id: str
    kind: Kind
    members: tuple[int, ...]
    lines: tuple[tuple[str, Math | None, Slot | None], ...]


def graph_picture(story: Storyboard, fold: bool | str | Iterable[str] = ()) -> Picture:
    """Lay out a storyboard's graph.

    Args:
        story: the storyboard whose nodes are drawn; constants without a name stand in the formulas only.
        fold: scopes to draw as one box each: their names, or True for all outermost scopes.

    >>> from microgradphys import Value
    >>> x = Value(3.0, "x")
    >>> picture = graph_picture(Storyboard(x * x))
    >>> len(picture.shapes), len(picture.lines)
    (2, 2)
    """
    boxes = _boxes(story, fold)
    box_of = {k: b for b, box in enumerate(boxes) for k in box.members}
    longest = longest_numbers(story)
    sizes = [_box_size(box, longest) for box in boxes]
    locals_ = {move.edge: move.local_symbol for move in story.moves if move.edge is not None and move.local is not None}
    arrows, edges = _arrows(story, box_of, locals_, longest)
    placed = place(sizes, arrows)
    shapes = [
        Shape(box.id, box.kind, x + _PAD, y + _PAD, *size)
        for box, (x, y), size in zip(boxes, placed.centres, sizes, strict=True)
    ]
    lines = [
        Line(story.edges[e].id, tuple((x + _PAD, y + _PAD) for x, y in path), story.edges[e].live)
        for e, path in zip(edges, placed.paths, strict=True)
    ]
    texts = [text for box, shape in zip(boxes, shapes, strict=True) for text in _box_texts(box, shape)]
    texts += _edge_texts(placed, edges, locals_)
    drawn = {line.id: line for line in lines}
    return Picture(
        width=placed.width + 2 * _PAD,
        height=placed.height + 2 * _PAD,
        shapes=tuple(shapes),
        lines=tuple(lines),
        texts=tuple(texts),
        routes={move.id: _route(story, move, drawn, boxes, box_of) for move in story.moves},
        title=f"The graph of {write(story.nodes[story.loss].label)}",
    )


def _boxes(story: Storyboard, fold: bool | str | Iterable[str]) -> list[_Box]:
    """Decide what is drawn: one box for each node that is not hidden or folded, one for each folded scope."""
    wanted = {fold} if isinstance(fold, str) else None if fold is True else set() if fold is False else set(fold)
    folded: dict[str, list[int]] = {}
    boxes: list[_Box | str] = []
    for k, node in enumerate(story.nodes):
        group = next((s for s in node.scope if wanted is None or s in wanted), None) if k != story.loss else None
        if group is not None:
            if group not in folded:
                boxes.append(group)
            folded.setdefault(group, []).append(k)
        elif node.op or node.named or not node.constant:
            boxes.append(_Box(node.id, _kind(story, k, node), (k,), _node_lines(story, k, node)))
    return [box if isinstance(box, _Box) else _group(story, box, folded[box]) for box in boxes]


def _kind(story: Storyboard, k: int, node: Node) -> Kind:
    """Which kind of box a node is drawn as."""
    if k == story.loss:
        return "loss"
    return "op" if node.op else "constant" if node.constant else "leaf"


def _node_lines(story: Storyboard, k: int, node: Node) -> tuple[tuple[str, Math | None, Slot | None], ...]:
    """The lines in a node's box: its name, its value, its gradient."""
    value: list[tuple[str, Math | None, Slot | None]] = [("name", node.label, None), ("value", None, ("value", k))]
    if node.constant:
        return tuple(value)
    gradient = story.gradient(k) if node.named else Symbol("∂" + write(story.nodes[story.loss].label))
    return (*value, ("gradient", gradient, ("gradient", k)))


def _group(story: Storyboard, scope: str, members: list[int]) -> _Box:
    """Describe a folded scope: its name, what is inside, and the values that leave it."""
    inside = set(members)
    operations = sum(story.nodes[k].op is not None for k in members)
    leaves = sum(story.nodes[k].op is None and not story.nodes[k].constant for k in members)
    counts = [
        f"{n} {what}{'s' if n != 1 else ''}" for n, what in ((operations, "operation"), (leaves, "parameter")) if n
    ]
    lines: list[tuple[str, Math | None, Slot | None]] = [
        ("name", Symbol(scope), None),
        ("badge", Symbol(", ".join(counts)), None),
    ]
    sent = {edge.source for edge in story.edges if edge.source in inside and edge.target not in inside}
    leaving = sorted(k for k in sent if story.nodes[k].op or story.nodes[k].named)
    for k in leaving[:6]:
        lines.append(("value", story.nodes[k].label, ("value", k)))
        if not story.nodes[k].constant:
            lines.append(("gradient", story.gradient(k), ("gradient", k)))
    return _Box(f"g{members[0]}", "group", tuple(members), tuple(lines))


def _box_size(box: _Box, longest: dict[Slot, object]) -> tuple[float, float]:
    """How large a box must be for the longest numbers that will stand in it."""
    widths = [width_of(Symbol("∂E not computed"), _SMALL)]
    for role, shown, slot in box.lines:
        text = Text("", 0, 0, _SIZE if role == "name" else _SMALL, "value", shown, slot)
        full = shown if slot is None else text.filled(longest.get(slot, 0.0))
        assert full is not None
        widths.append(width_of(full, text.size) * (1.1 if role == "name" else 1.0))
    return max(64.0, min(max(widths), _WIDEST) + 2 * _PAD), _LINE * len(box.lines) + _PAD


def _box_texts(box: _Box, shape: Shape) -> list[Text]:
    """Write the lines of a box below each other."""
    top = shape.y - _LINE * (len(box.lines) - 1) / 2
    room = shape.width - 1.2 * _PAD
    texts = []
    for line, (role, shown, slot) in enumerate(box.lines):
        id_ = f"{slot[0]}{slot[1]}" if slot else f"{role}-{box.id}"
        size = _SIZE if role == "name" else _SMALL
        texts.append(Text(id_, shape.x, top + _LINE * line, size, role, shown, slot, room=room))  # type: ignore[arg-type]
    return texts


def _arrows(
    story: Storyboard, box_of: dict[int, int], locals_: dict[int, Math | None], longest: dict[Slot, object]
) -> tuple[list[Arrow], list[int]]:
    """List the edges to draw: all between boxes, but only one of several that leave or enter the same folded box."""
    arrows, edges, seen = [], [], set()
    members = Counter(box_of.values())
    for e, edge in enumerate(story.edges):
        if edge.source not in box_of or box_of[edge.source] == box_of[edge.target]:
            continue
        a, b = box_of[edge.source], box_of[edge.target]
        key = (a, b, edge.source) if members[a] > 1 or members[b] > 1 else (a, b, e)
        if key in seen:
            continue
        seen.add(key)
        text = _local_text(e, locals_)
        width = 0.0 if text is None else width_of(text.filled(longest.get(("local", e), 0.0)), _SMALL) + 8
        arrows.append(Arrow(a, b, width))
        edges.append(e)
    return arrows, edges


def _local_text(e: int, locals_: dict[int, Math | None]) -> Text | None:
    """The text of an edge's local derivative, for rows that have one."""
    if e not in locals_:
        return None
    name = locals_[e]
    return Text(f"local{e}", 0, 0, _SMALL, "local", None if isinstance(name, Number) else name, ("local", e))


def _edge_texts(placed: Placed, edges: list[int], locals_: dict[int, Math | None]) -> list[Text]:
    """Write the local derivatives where the layout left room for them."""
    texts = []
    for e, (x, y), line in zip(edges, placed.labels, placed.paths, strict=True):
        text = _local_text(e, locals_)
        if text is not None:
            y += _off_line(line, x, y)
            texts.append(Text(text.id, x + _PAD, y + _PAD, text.size, text.role, text.math, text.slot))
    return texts


def _off_line(path: tuple[Point, ...], x: float, y: float) -> float:
    """How far down a label must move so that its own edge does not run through it.

    >>> _off_line(((0, 0), (30, 0), (60, 0), (90, 0)), 45, -3)
    -9.0
    """
    a, b, c, d = (np.array(path[k : len(path) - 3 + k : 3])[:, None] for k in range(4))
    t = np.linspace(0, 1, 25)[:, None]
    points = ((1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t * t * (1 - t) * c + t**3 * d).reshape(-1, 2)
    away = y - float(points[np.argmin(abs(points[:, 0] - x)), 1])
    return 0.0 if abs(away) >= _CLEAR else (_CLEAR if away > 0 else -_CLEAR) - away


def _route(story: Storyboard, move: Move, drawn: dict[str, Line], boxes: list[_Box], box_of: dict[int, int]) -> Route:
    """Light the edge a contribution flows along, or the box of a node."""
    if move.edge is not None and story.edges[move.edge].id in drawn:
        line = drawn[story.edges[move.edge].id]
        return Route((line.id,), backwards(line.points))
    return Route((boxes[box_of[move.node]].id,))
