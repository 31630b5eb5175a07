"""A picture as data: where things stand and what may change on them. Film, page and file all draw this.

A picture is laid out once for a whole storyboard. What changes from step to step are the texts in its *slots*: the
value of node 3, the gradient of node 3, the local derivative on an edge. Nothing moves.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from microgradphys.mathematics import Infix, Math, Number, Symbol
from microgradphys.notation import write
from microgradphys.symbols import number_text
from viz.steps import Move
from viz.storyboard import Storyboard

Point = tuple[float, float]
Kind = Literal["leaf", "constant", "op", "loss", "group", "unit"]
Which = Literal["value", "gradient", "local", "contribution"]
Role = Literal["name", "value", "gradient", "local", "contribution", "badge"]
Index = tuple[int, ...]
# Which part of an array: None is all along that axis.
Part = tuple[int | None, ...]
# A number of a node or of an edge; with a part, one element of the array there, one row of it, or one map.
Slot = tuple[Which, int] | tuple[Which, int, Part]


@dataclass(frozen=True, slots=True)
class Shape:
    """A box or a circle with its centre at (x, y)."""

    id: str
    kind: Kind
    x: float
    y: float
    width: float
    height: float
    round: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A cubic Bézier path from source to target: start, then three points for each piece.

    slot: the number whose sign and size it shows, if any; `peak` is the size that is drawn widest.
    """

    id: str
    points: tuple[Point, ...]
    live: bool = True
    slot: Slot | None = None
    peak: float = 1.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A heat map with its centre at (x, y): the array in `slot`, a matrix of `shape`, in `rows` × `columns` cells.

    peak: the size of a number that has the full colour. fixed: what it always shows, where it waits for no number: a
    text as `viz.grids.code_of` writes it.
    """

    id: str
    x: float
    y: float
    width: float
    height: float
    shape: tuple[int, int]
    rows: int
    columns: int
    slot: Slot | None = None
    peak: float = 1.0
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text centred at (x, y); `slot` texts wait for a number, `math` is fixed or the name in front of it.

    room: the width it must fit into, if any. angle: degrees clockwise. span: of an array, say only from where to where
    its numbers go.
    """

    id: str
    x: float
    y: float
    size: float
    role: Role
    math: Math | None = None
    slot: Slot | None = None
    room: float | None = None
    angle: float = 0.0
    span: bool = False

    def fitted(self, written: str) -> float:
        """The size at which what is written here fits into the room."""
        return (
            self.size if self.room is None else min(self.size, self.size * self.room / text_width(written, self.size))
        )

    def filled(self, number: Any) -> Math:
        """What stands here when its number is known; of a larger array, its shape and norm."""
        shown: Math = Number(number)
        if self.span and np.size(number):
            low, high = number_text(float(np.min(number))), number_text(float(np.max(number)))
            shown = Symbol(low if low == high else f"{low} … {high}")
        elif np.size(number) > 6:
            norm = number_text(float(np.linalg.norm(number)))
            shown = Symbol(f"{'×'.join(map(str, np.shape(number)))} numbers, norm {norm}")
        return shown if self.math is None else Infix("=", (self.math, shown))


@dataclass(frozen=True, slots=True)
class Route:
    """What a move lights up, and the path a dot travels, if it travels."""

    lit: tuple[str, ...]
    path: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding on the picture: its number, where it stands if its node is drawn, and its sentence below the picture.

    level: "trouble" or "note", told apart by shape. lines: the sentence, cut to the width, the first at `foot`, in
    letters of `size`. sign: the size of the sign at the node.
    """

    number: int
    level: Literal["trouble", "note"]
    at: Point | None
    sentence: str
    lines: tuple[str, ...]
    foot: Point
    size: float
    leading: float
    sign: float


@dataclass(frozen=True)
class Picture:
    """Everything there is to draw, in drawing order, and the route of every move."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]
    texts: tuple[Text, ...]
    routes: Mapping[str, Route]
    title: str
    grids: tuple[Grid, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def foot(self) -> float:
        """The height at which the sentences of the findings begin, the picture's own where there are none."""
        return self.marks[0].foot[1] - self.marks[0].leading if self.marks else self.height

    def slots(self) -> dict[Slot, Text]:
        """The texts that wait for numbers."""
        return {text.slot: text for text in self.texts if text.slot}

    @cached_property
    def wanted(self) -> set[Slot]:
        """The numbers of nodes and edges that the picture shows, whole or in part, as texts or as colours."""
        waiting = (*self.texts, *self.grids, *self.lines)
        return {thing.slot[:2] for thing in waiting if thing.slot is not None}

    @cached_property
    def tinted(self) -> dict[Slot, list[Grid | Line]]:
        """The heat maps and the edges whose colour follows a number, by the node or edge whose number it is."""
        found: dict[Slot, list[Grid | Line]] = defaultdict(list)
        for mark in (*self.grids, *self.lines):
            if mark.slot is not None:
                found[mark.slot[:2]].append(mark)
        return found

    @cached_property
    def elements(self) -> dict[Slot, list[Slot]]:
        """For each array of which the picture shows elements, the slots that show them."""
        found: dict[Slot, list[Slot]] = defaultdict(list)
        for slot in self.slots():
            if len(slot) == 3:
                found[slot[:2]].append(slot)
        return found


def part_of(slot: Slot, number: Any) -> Any:
    """What of a node's number stands in a slot: one element or one row of it, or all.

    >>> part_of(("value", 0, (1,)), np.array([2.0, 3.0])), part_of(("value", 0), 5.0)
    (3.0, 5.0)
    """
    if len(slot) == 2:
        return number
    part = np.asarray(number)[tuple(slice(None) if place is None else place for place in slot[2])]
    return float(part) if np.ndim(part) == 0 else part


def spread(picture: Picture, known: Iterable[tuple[Slot, Any, str]]) -> list[tuple[Slot, Any, str]]:
    """Add to each number that becomes known those of its elements that the picture shows."""
    found: list[tuple[Slot, Any, str]] = []
    for slot, number, phase in known:
        found.append((slot, number, phase))
        found += [(own, part_of(own, number), phase) for own in picture.elements.get(slot, ())]
    return found


def shifted(picture: Picture, right: float) -> Picture:
    """Move everything in a picture to the right."""
    lines = [replace(line, points=tuple((x + right, y) for x, y in line.points)) for line in picture.lines]
    return replace(
        picture,
        shapes=tuple(replace(shape, x=shape.x + right) for shape in picture.shapes),
        lines=tuple(lines),
        texts=tuple(replace(text, x=text.x + right) for text in picture.texts),
        grids=tuple(replace(grid, x=grid.x + right) for grid in picture.grids),
    )


def changes(move: Move) -> list[tuple[Slot, Any, str]]:
    """Which slots a move fills, with which number, and as news of which pass.

    >>> from microgradphys import Value
    >>> from viz.storyboard import Storyboard
    >>> [changes(move) for move in Storyboard(Value(3.0, "x") * 2, learning_rate=None).moves][0]
    [(('value', 2), 6.0, 'forward')]
    """
    if move.phase != "backward":
        return [(("value", move.node), move.value, move.phase)]
    filled: list[tuple[Slot, Any, str]] = [(("gradient", move.node), move.value, "backward")]
    if move.edge is not None and move.local is not None:
        filled.append((("local", move.edge), move.local, "backward"))
    if move.edge is not None:
        filled.append((("contribution", move.edge), move.contribution, "backward"))
    return filled


def history(story: Storyboard, slot: Slot) -> list[tuple[int, Any, str]]:
    """What stands in a slot one after the other: the place of the move, the number, the pass; -1 is before all moves.

    >>> from microgradphys import Value
    >>> from viz.storyboard import Storyboard
    >>> history(Storyboard((Value(3.0, "x") * 2).named("y"), learning_rate=None), ("gradient", 0))
    [(2, 2.0, 'backward')]
    """
    which, k = slot[:2]
    if which in ("local", "contribution"):
        move = story.contribution_along(k)
        number = None if move is None else move.local if which == "local" else move.contribution
        return [] if move is None or number is None else [(move.place, number, "backward")]
    leaf = which == "value" and story.nodes[k].op is None
    told: list[tuple[int, Any, str]] = [(-1, story.data[story.recording[k]], "leaf")] if leaf else []
    for one in story.passes:
        if (one.phase == "backward") == (which == "gradient"):
            told += [(one.start + row, one.values[row], one.phase) for row in one.rows(k)]
    return told


def news(story: Storyboard, stop: int, slots: Iterable[Slot] | None = None) -> list[tuple[Slot, Any, str]]:
    """What is filled in, one after the other, until `stop` moves are done: first the leaves, as news of no pass.

    Args:
        story: the storyboard.
        stop: the number of moves done.
        slots: tell about these only.
    """
    if slots is None:
        leaves: list[tuple[Slot, Any, str]] = [
            (("value", k), data, "leaf") for k, data in story.state(0).values.items()
        ]
        return leaves + [change for move in story.moves[:stop] for change in changes(move)]
    told = [(place, slot, number, phase) for slot in slots for place, number, phase in history(story, slot)]
    told.sort(key=lambda one: one[0])
    return [(slot, number, phase) for place, slot, number, phase in told if place < stop]


def straight(a: Point, b: Point) -> tuple[Point, ...]:
    """A straight line as a Bézier path."""
    third = ((b[0] - a[0]) / 3, (b[1] - a[1]) / 3)
    return (a, (a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b)


def backwards(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The same path from its end."""
    return tuple(reversed(points))


# Widths of DejaVu Sans, in em: wide enough for the fonts that a browser may choose instead.
_WIDTHS = {"Lu": 0.68, "Nd": 0.64, "Sm": 0.84, "Lm": 0.45, "No": 0.42, "Zs": 0.32, "Po": 0.36, "Ps": 0.42, "Pe": 0.42}


# Names are bold, and so much wider.
BOLD = 1.1


def text_width(text: str, size: float) -> float:
    """Estimate how wide a text will be, a little too wide rather than too narrow.

    >>> 20 < text_width("0.5", 16) < 30
    True
    """
    return size * sum(0.55 if c == "∂" else _WIDTHS.get(unicodedata.category(c), 0.62) for c in text)


def width_of(shown: Math, size: float) -> float:
    """Estimate how wide a formula will be when written in Unicode."""
    return text_width(write(shown), size)


@dataclass(frozen=True, slots=True)
class Place:
    """Room that is taken: a rectangle by its centre and size, turned by `angle` degrees clockwise."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    def corners(self) -> list[Point]:
        """The four corners."""
        c, s = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        halves = [(a * self.width / 2, b * self.height / 2) for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
        return [(self.x + c * dx - s * dy, self.y + s * dx + c * dy) for dx, dy in halves]

    def meets(self, other: Place) -> bool:
        """Whether two rectangles overlap: no line separates them (the separating axis theorem).

        >>> Place(0, 0, 10, 2).meets(Place(8, 0, 10, 2)), Place(0, 0, 10, 2).meets(Place(0, 4, 10, 2, 45.0))
        (True, True)
        >>> Place(0, 0, 10, 2).meets(Place(0, 5, 10, 2))
        False
        """
        if math.hypot(self.x - other.x, self.y - other.y) * 2 > math.hypot(self.width, self.height) + math.hypot(
            other.width, other.height
        ):
            return False
        mine, theirs = self.corners(), other.corners()
        for angle in (self.angle, self.angle + 90, other.angle, other.angle + 90):
            ax, ay = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            a, b = ([x * ax + y * ay for x, y in corners] for corners in (mine, theirs))
            if max(a) <= min(b) or max(b) <= min(a):
                return False
        return True


class _Longest(Mapping[Slot, Any]):
    """For every slot, also of one element, the number that will take most room in it."""

    def __init__(self, story: Storyboard, slots: Iterable[Slot] | None) -> None:
        """Collect what will ever stand in the slots."""
        self._numbers: dict[Slot, list[Any]] = defaultdict(list)
        for slot, number, _ in news(story, len(story.moves), slots):
            self._numbers[slot].append(number)
        self._found: dict[Slot, Any] = {}

    def __getitem__(self, slot: Slot) -> Any:
        """Find it when it is first asked for."""
        if slot not in self._found:
            numbers = [part_of(slot, number) for number in self._numbers.get(slot[:2], ())]
            if not numbers:
                raise KeyError(slot)
            self._found[slot] = max(numbers, key=_width)
        return self._found[slot]

    def __iter__(self) -> Iterator[Slot]:
        """Go through the slots of whole nodes and edges."""
        return iter(self._numbers)

    def __len__(self) -> int:
        """The number of those."""
        return len(self._numbers)


def longest_numbers(story: Storyboard, slots: Iterable[Slot] | None = None) -> Mapping[Slot, Any]:
    """For every slot, or for some, the number that will take most room in it."""
    return _Longest(story, slots)


def _width(number: Any) -> float:
    """How wide a number is written, in em."""
    return width_of(_ALONE.filled(number), 1)


_ALONE = Text("", 0, 0, 1, "value")


def place_of(text: Text, longest: Mapping[Slot, Any]) -> Place:
    """The room that a text takes when the longest of its numbers stands in it."""
    shown = text.math if text.slot is None else text.filled(longest.get(text.slot, 0.0))
    assert shown is not None
    written = write(shown)
    size = text.fitted(written)
    return Place(text.x, text.y, text_width(written, size), size * 1.12, text.angle)
