"""Findings as marks on a picture: a numbered sign at each node, and the sentences below.

The sign is a filled triangle for trouble and a hollow diamond for a note.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from microgradphys.symbols import printable
from viz.picture import Mark, Picture, Point, Shape, Slot, Text, longest_numbers, place_of
from viz.storyboard import Storyboard
from viz.symptoms.findings import MOST_ALIKE, Finding

_SIZE, _LINE, _LEFT = 14.0, 19.0, 22.0
_NARROWEST = 520.0
# The width of a letter of running text, in em.
_LETTER = 0.56
_APART = 24.0
# Whoever looks at a whole picture that is wider than this sees it smaller, and reads its sentences nonetheless.
_FITTED = 960.0
# On a folded box, more marks than these would cover its name.
_MOST_THERE = 4


def marked(picture: Picture, story: Storyboard, findings: Iterable[Finding]) -> Picture:
    """Put a mark at the node of each finding, and the sentences below the picture, the first few of each kind.

    >>> from microgradphys import Value, relu
    >>> from viz.diagnosis import diagnose
    >>> from viz.graph_view import graph_picture
    >>> found = diagnose(relu(Value(-1.0, "w")), names={})
    >>> len(marked(graph_picture(found.story), found.story, found).marks) == len(found)
    True
    """
    found = list(findings)
    if not found:
        return picture
    # As large as the texts of the picture, but the sentences as large as its width asks for.
    beside = min(max(min((text.size for text in picture.texts), default=_SIZE) / _SIZE, 1.0), 1.5)
    scale = max(beside, picture.width / _FITTED)
    size, leading, left = _SIZE * scale, _LINE * scale, _LEFT * scale
    width = max(picture.width, _NARROWEST * scale)
    letters = int((width - 3 * left) / (size * _LETTER))
    places = Places(picture, story)
    marks: list[Mark] = []
    there: Counter[Point] = Counter()
    count, alike = Counter((finding.kind, finding.level) for finding in found), Counter[tuple[str, str]]()
    y = picture.height + leading
    for number, finding in enumerate(found, 1):
        at = None if finding.node is None else places.of(finding.node)
        if at is not None:
            there[at] += 1
            at = (at[0] + _APART * beside * (there[at] - 1), at[1]) if there[at] <= _MOST_THERE else None
        key = (finding.kind, finding.level)
        alike[key] += 1
        lines: tuple[str, ...] = ()
        if alike[key] <= MOST_ALIKE:
            last = alike[key] == MOST_ALIKE < count[key]
            more = f" … and {count[key] - MOST_ALIKE} more of this kind." if last else ""
            lines = tuple(textwrap.wrap(printable(f"{finding.kind}: {finding.sentence}{more}"), letters))
        marks.append(Mark(number, finding.level, at, finding.sentence, lines, (left, y), size, leading, _SIZE * beside))
        y += leading * (len(lines) + 0.4) if lines else 0.0
    return replace(picture, width=width, height=y, marks=tuple(marks))


class Places:
    """Finds where the marks of nodes stand on a picture."""

    def __init__(self, picture: Picture, story: Storyboard) -> None:
        """Look at what is drawn."""
        self.picture, self.story = picture, story
        self.shapes = {shape.id: shape for shape in picture.shapes}
        self.lines = {line.id: line for line in picture.lines}
        self.slots = picture.slots()

    @cached_property
    def longest(self) -> Mapping[Slot, Any]:
        """For every slot, the number that will take most room in it."""
        return longest_numbers(self.story)

    @cached_property
    def lit(self) -> dict[int, list[str]]:
        """What the moves of each node light up."""
        found: dict[int, list[str]] = {}
        for move in self.story.moves:
            route = self.picture.routes.get(move.id)
            found.setdefault(move.node, []).extend(route.lit if route else ())
        return found

    def of(self, k: int) -> Point | None:
        """The corner of a node's shape, or where its number or its edge is; None if it is nowhere."""
        if (shape := self.shapes.get(self.story.nodes[k].id)) is not None:
            return self._corner(shape)
        slots: tuple[Slot, Slot] = (("value", k), ("gradient", k))
        for slot in slots:
            if (text := self.slots.get(slot)) is not None:
                if (around := self._around(text)) is not None:
                    return self._corner(around)
                # In front of the text, in the direction in which it is written.
                away = place_of(text, self.longest).width / 2 + 16
                turn = math.radians(text.angle)
                return self._inside(text.x - away * math.cos(turn), text.y - away * math.sin(turn))
        for name in self.lit.get(k, ()):
            if name in self.lines:
                points = self.lines[name].points
                return points[len(points) // 2]
            if name in self.shapes:
                return self._corner(self.shapes[name])
        return None

    def _around(self, text: Text) -> Shape | None:
        """The circle that a text stands in."""
        circles = (shape for shape in self.picture.shapes if shape.round)
        return next((c for c in circles if math.hypot(text.x - c.x, text.y - c.y) < c.width / 2), None)

    def _corner(self, shape: Shape) -> Point:
        """The upper left corner of a shape."""
        part = 0.36 if shape.round else 0.5
        return self._inside(shape.x - part * shape.width + 8, shape.y - part * shape.height + 4)

    def _inside(self, x: float, y: float) -> Point:
        """Keep a mark inside the picture."""
        return min(max(x, 14.0), self.picture.width - 14.0), min(max(y, 14.0), self.picture.height - 14.0)
