"""The graph view: a box for every value and operation, an edge for every argument, local derivatives on the edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from microgradphys.mathematics import Derivative, Math, Number, Symbol, named
from microgradphys.notation import write
from viz.coordinates import Arrow, Placed, place
from viz.large.bundles import Bundle, Bundles
from viz.large.folding import Fold, Folding, Group
from viz.picture import (
    BOLD,
    Kind,
    Line,
    Picture,
    Point,
    Route,
    Shape,
    Slot,
    Text,
    backwards,
    longest_numbers,
    shifted,
    width_of,
)
from viz.small_maps import above_map, small_maps, with_map
from viz.steps import Node
from viz.storyboard import Storyboard

_SIZE, _SMALL = 16.0, 14.0
_PAD, _LINE = 12.0, 21.0
_WIDEST = 260.0
# So many values that leave a group are listed in its box.
_MOST_LEAVING = 6
# A ∂E of more letters takes more room than the word.
_SHORT = 5
# From the middle of a label to its edge.
_CLEAR = 12.0


@dataclass(frozen=True)
class _Box:
    """One thing to draw: a node, or a group with all its nodes."""

    id: str
    kind: Kind
    members: Sequence[int]
    lines: tuple[tuple[str, Math | None, Slot | None], ...]


def graph_picture(story: Storyboard, fold: Fold = (), unfold: str | Iterable[str] = (), tight: bool = False) -> Picture:
    """Lay out a storyboard's graph.

    Args:
        story: the storyboard whose nodes are drawn; constants without a name stand in the formulas only.
        fold: what to draw as one box: names or paths of scopes, True for all outermost scopes, or the depth from which
            on scopes are; False to draw even a large graph in full.
        unfold: names or paths of what is drawn open, where it would not be.
        tight: whether boxes are as narrow as their texts, gradients are called ∂E and edges have numbers without
            names, as in a film, where texts are large and the formula with all names stands below.

    >>> from microgradphys import Value
    >>> x = Value(3.0, "x")
    >>> picture = graph_picture(Storyboard(x * x))
    >>> len(picture.shapes), len(picture.lines)
    (2, 2)
    """
    folding = Folding(story, full=fold is False)
    return folded_picture(folding, folding.opened(fold, unfold), tight=tight)


def folded_picture(folding: Folding, opened: set[Group], hint: str = "", tight: bool = False) -> Picture:
    """Lay out a graph with some of its groups open.

    Args:
        folding: its groups.
        opened: which of them are open.
        hint: what to say below the picture of a large graph; how it is opened from Python if not given.
        tight: as for `graph_picture`.
    """
    story = folding.story
    items = folding.boxes(opened)
    bundles = Bundles(story, folding.ends, [item.members if isinstance(item, Group) else (item,) for item in items])
    boxes = [
        _group(folding, item, bundles.leaving[b]) if isinstance(item, Group) else _single(story, item, tight)
        for b, item in enumerate(items)
    ]
    locals_ = {e: move.local_symbol for e, move in bundles.moves() if move.local is not None}
    slots: set[Slot] = {slot for box in boxes for _, _, slot in box.lines if slot}
    slots |= {("local", e) for e in locals_}
    longest = longest_numbers(story, slots)
    widest = 0.0 if tight else width_of(Symbol("∂E not computed"), _SMALL)
    sizes = [with_map(story, box.members, _box_size(box, longest, widest)) for box in boxes]
    names = dict.fromkeys(locals_) if tight else locals_
    captions = [_caption(bundle, names) for bundle in bundles.drawn]
    arrows = [
        Arrow(bundle.source, bundle.target, 0.0 if text is None else _width(text, longest) + 8)
        for bundle, text in zip(bundles.drawn, captions, strict=True)
    ]
    placed = place(sizes, arrows)
    shapes = [
        Shape(box.id, box.kind, x + _PAD, y + _PAD, *size)
        for box, (x, y), size in zip(boxes, placed.centres, sizes, strict=True)
    ]
    lines = [
        Line(story.edges[bundle.edges[0]].id, tuple((x + _PAD, y + _PAD) for x, y in path), bundle.live)
        for bundle, path in zip(bundles.drawn, placed.paths, strict=True)
    ]
    texts = [text for box, shape in zip(boxes, shapes, strict=True) for text in _texts_of(story, box, shape)]
    texts += _edge_texts(placed, captions)
    picture = Picture(
        width=placed.width + 2 * _PAD,
        height=placed.height + 2 * _PAD,
        shapes=tuple(shapes),
        lines=tuple(lines),
        texts=tuple(texts),
        routes=Routes(story, lines, boxes, bundles),
        grids=small_maps(story, [(box.members, shape) for box, shape in zip(boxes, shapes, strict=True)]),
        title=f"The graph of {write(story.nodes[story.loss].label)}",
    )
    closed = [item.name for item in items if isinstance(item, Group)]
    if not folding.large or not closed:
        return picture
    many = f"{_grouped(len(folding.visible))} nodes are too many to be read at once: folded into {len(boxes)} boxes. "
    return _with_note(picture, many + (hint or f"To open one: draw(…, unfold={closed[0]!r})."))


def _single(story: Storyboard, k: int, tight: bool) -> _Box:
    """Describe a node."""
    node = story.nodes[k]
    return _Box(node.id, _kind(story, k, node), (k,), _node_lines(story, k, node, tight))


def _kind(story: Storyboard, k: int, node: Node) -> Kind:
    """Which kind of box a node is drawn as."""
    if k == story.loss:
        return "loss"
    return "op" if node.op else "constant" if node.constant else "leaf"


def _node_lines(story: Storyboard, k: int, node: Node, tight: bool) -> tuple[tuple[str, Math | None, Slot | None], ...]:
    """The lines in a node's box: its name, its value, its gradient."""
    value: list[tuple[str, Math | None, Slot | None]] = [("name", node.label, None), ("value", None, ("value", k))]
    if node.constant:
        return tuple(value)
    short = gradient_of(story)
    if tight and len(short) > _SHORT:
        short = "gradient"
    gradient = story.gradient(k) if node.named and not tight else Symbol(short)
    return (*value, ("gradient", gradient, ("gradient", k)))


def gradient_of(story: Storyboard) -> str:
    """What the gradient in the box of a nameless node is called: ∂E; or only that, where E itself is a derivative."""
    loss = story.nodes[story.loss].label
    return "gradient" if isinstance(loss, Derivative) else f"∂{write(loss)}"


def _group(folding: Folding, group: Group, leaving: list[int]) -> _Box:
    """Describe a group: its name, what is inside, and the values that leave it."""
    story = folding.story
    counts = [
        f"{_grouped(n)} {what}{'s' if n != 1 else ''}"
        for n, what in zip(folding.counted(group), ("operation", "parameter"), strict=True)
        if n
    ]
    times = f"{_grouped(group.count)} × " if group.count > 1 else ""
    lines: list[tuple[str, Math | None, Slot | None]] = [
        ("name", named(group.name), None),
        ("badge", Symbol(times + (" and " if times else ", ").join(counts)), None),
    ]
    leaving = [k for k in leaving if story.nodes[k].op or story.nodes[k].named]
    for k in leaving if len(leaving) <= _MOST_LEAVING else leaving[: _MOST_LEAVING // 2]:
        lines.append(("value", story.nodes[k].label, ("value", k)))
        if not story.nodes[k].constant:
            lines.append(("gradient", story.gradient(k), ("gradient", k)))
    if len(leaving) > _MOST_LEAVING:
        lines.append(("badge", Symbol(f"and {_grouped(len(leaving) - _MOST_LEAVING // 2)} more that leave it"), None))
    return _Box(group.id, "group", group.members, tuple(lines))


def _grouped(number: int) -> str:
    """Write a large number with spaces between its thousands."""
    return f"{number:,}".replace(",", "\u202f")


def _box_size(box: _Box, longest: Mapping[Slot, object], least: float) -> tuple[float, float]:
    """How large a box must be for the longest numbers that will stand in it."""
    widths = [least]
    for role, shown, slot in box.lines:
        text = Text("", 0, 0, _SIZE if role == "name" else _SMALL, "value", shown, slot)
        full = shown if slot is None else text.filled(longest.get(slot, 0.0))
        assert full is not None
        widths.append(width_of(full, text.size) * (BOLD if role == "name" else 1.0))
    return max(64.0, min(max(widths), _WIDEST) + 2 * _PAD), _LINE * len(box.lines) + _PAD


def _texts_of(story: Storyboard, box: _Box, shape: Shape) -> list[Text]:
    """Write the lines of a box above its heat maps, if it has some."""
    return _box_texts(box, above_map(story, box.members, shape))


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


def _caption(bundle: Bundle, locals_: dict[int, Math | None]) -> Text | None:
    """The text of an arrow: the local derivative of an edge, or how many values a bundle of edges carries."""
    e = bundle.edges[0]
    if bundle.values > 1:
        return Text(f"bundle{e}", 0, 0, _SMALL, "badge", Symbol(f"{_grouped(bundle.values)} values"))
    if len(bundle.edges) > 1 or e not in locals_:
        return None
    name = locals_[e]
    return Text(f"local{e}", 0, 0, _SMALL, "local", None if isinstance(name, Number) else name, ("local", e))


def _width(text: Text, longest: Mapping[Slot, object]) -> float:
    """How wide a text will be when the longest of its numbers stands there."""
    shown = text.math if text.slot is None else text.filled(longest.get(text.slot, 0.0))
    assert shown is not None
    return width_of(shown, text.size)


def _edge_texts(placed: Placed, captions: list[Text | None]) -> list[Text]:
    """Write the captions of the arrows where the layout left room for them."""
    texts = []
    for text, (x, y), line in zip(captions, placed.labels, placed.paths, strict=True):
        if text is not None:
            y += _off_line(line, x, y)
            texts.append(replace(text, x=x + _PAD, y=y + _PAD))
    return texts


def _with_note(picture: Picture, said: str) -> Picture:
    """Say something below a picture."""
    note = Symbol(said)
    width = max(picture.width, width_of(note, _SMALL) + 2 * _PAD)
    moved = shifted(picture, (width - picture.width) / 2)
    text = Text("note", width / 2, picture.height + _LINE / 2, _SMALL, "badge", note)
    return replace(moved, width=width, height=picture.height + _LINE + _PAD, texts=(*moved.texts, text))


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


class Routes(Mapping[str, Route]):
    """What every move lights up, found when it is asked for: the edge that a contribution flows along, or a box."""

    def __init__(self, story: Storyboard, lines: Sequence[Line], boxes: Sequence[_Box], bundles: Bundles) -> None:
        """Keep what is drawn."""
        self._story, self._lines, self._boxes, self._bundles = story, lines, boxes, bundles

    def __getitem__(self, id_: str) -> Route:
        """The route of a move, by its id: `backward:n5.0`."""
        node, dot, argument = id_.partition(":n")[2].partition(".")
        if not dot:
            return Route((self._boxes[self._bundles.box_of[int(node)]].id,))
        edge = self._story.edge_index(int(node), int(argument))
        drawn = self._bundles.of_edge(edge)
        if drawn is not None:
            line = self._lines[drawn]
            return Route((line.id,), backwards(line.points))
        return Route((self._boxes[self._bundles.box_of[self._story.edges[edge].source]].id,))

    def __iter__(self) -> Iterator[str]:
        """The ids of all moves."""
        return (move.id for move in self._story.moves)

    def __len__(self) -> int:
        """The number of moves."""
        return len(self._story.moves)
