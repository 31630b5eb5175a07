"""The formula of a step on the film: in symbols, in numbers, and its result, on a line or two below the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from microgradphys.forms import parts_of, rebuilt
from microgradphys.mathematics import Math, Number, Symbol, text_of
from microgradphys.notation import write
from viz.films.items import SMALLEST
from viz.films.picture import ROOM
from viz.films.text import Outline, Typesetter, formula, shortened
from viz.steps import Formula
from viz.theme import DARK

# Between the parts of a line, in em.
GAP = 0.30
# The size of a formula, and for each line its baseline and the room above and below: one line, above a second, smaller
# one where a local derivative has its own formula, or two lines where one is too short.
_SIZE = 56.0
_ALONE, _WITH_SECOND = (862.0, 92.0, 116.0), (858.0, 88.0, 74.0)
_TWO = ((836.0, 68.0, 62.0), (944.0, 42.0, 34.0))
# Arrays in columns are made smaller in fractions: below this size they cannot be read there.
_COLUMNS = 38.0

_SIDES = ("left", "symbols", "numbers", "result")

# A text, its colour, and the stage at which it appears: 0 with the symbols, 1 with the numbers, 2 with the result.
Part = tuple[Outline, str, int]


@dataclass(frozen=True)
class Line:
    """A line of a formula: its parts, the height of its baseline, its size in pixels, and its length in em."""

    parts: list[Part]
    baseline: float
    size: float

    @property
    def length(self) -> float:
        """How long it is."""
        return _length(self.parts)


def lines_of(setter: Typesetter, shown: Formula, colour: str, second: bool) -> list[Line]:
    """Set a formula so that it can be read: arrays in columns, on one line, by their shape; or else cut short.

    Args:
        setter: what sets it.
        shown: the formula.
        colour: of its result.
        second: whether there is another line below it.
    """
    lines: list[Line] = []
    for form, least in ((None, _COLUMNS), (write, SMALLEST), (_shape, SMALLEST)):
        changed = shown if form is None else _with_arrays(shown, form)
        lines = _lines(formula_parts(setter, changed, colour), second)
        least = least if _has_arrays(shown) else SMALLEST
        if all(line.size >= least for line in lines):
            return lines
    count = len(lines)
    most = ROOM.width / SMALLEST / (4 if count == 1 else 2) - (4 if count == 1 else 5) * GAP
    return _lines(formula_parts(setter, shown, colour, most), second, count)


def _lines(parts: list[Part], second: bool, count: int | None = None) -> list[Line]:
    """Put parts on one line, or symbols and numbers on two where one would be too long."""
    if count is None:
        fits = _length(parts) * _SIZE * 0.8 <= ROOM.width
        count = 1 if second or fits or parts[-1][2] == 0 else 2
    if count == 1:
        room = _WITH_SECOND if second else _ALONE
        return [Line(parts, room[0], _size(parts, _SIZE, room))]
    first = [part for part in parts if part[2] == 0]
    # The left side alone leaves its sign to the line below.
    first = first[:1] if len(first) == 2 else first
    both = first, parts[len(first) :]
    return [Line(one, room[0], _size(one, _SIZE * 0.8, room)) for one, room in zip(both, _TWO, strict=True)]


def _size(parts: list[Part], size: float, room: tuple[float, float, float]) -> float:
    """The size at which a line is neither too wide nor too high."""
    _, above, below = room
    high, deep = -min(p[0].top for p in parts), max(p[0].bottom for p in parts)
    return min(size, ROOM.width / _length(parts), above / max(high, 0.1), below / max(deep, 0.1))


def _length(parts: list[Part]) -> float:
    """How long a line is, in em."""
    return max(sum(part[0].advance for part in parts) + GAP * (len(parts) - 1), 0.1)


def _shape(array: Math) -> str:
    """Name an array by its shape."""
    assert isinstance(array, Number)
    return text_of(array.value)


def _has_arrays(shown: Formula) -> bool:
    """Whether an array stands in a formula."""
    left = [getattr(shown, side) for side in _SIDES]
    while left:
        math = left.pop()
        if isinstance(math, Number) and np.ndim(math.value):
            return True
        left += parts_of(math)
    return False


def _with_arrays(shown: Formula, form: Callable[[Math], str]) -> Formula:
    """Write the arrays in a formula in another form."""

    def changed(math: Math) -> Math:
        if isinstance(math, Number) and np.ndim(math.value):
            return Symbol(form(math))
        parts = tuple(map(changed, parts_of(math)))
        return rebuilt(math, parts) if parts else math

    return replace(shown, **{side: changed(getattr(shown, side)) for side in _SIDES})


def formula_parts(setter: Typesetter, shown: Formula, colour: str, most: float | None = None) -> list[Part]:
    """Cut a formula into texts with their colour and the stage at which they appear, without what repeats itself.

    Args:
        setter: what sets them.
        shown: the formula.
        colour: of its result.
        most: where it is too long to be read: how many em each side may take, on one line; the rest is left out.
    """
    sign = "$arrow.l$" if shown.sign == "←" else f'$"{shown.sign}"$' if len(shown.sign) > 1 else f"${shown.sign}$"

    def side(math: Math, bold: bool = False) -> Outline:
        return setter.outline(formula(math, bold)) if most is None else shortened(setter, write(math), most, bold)

    parts: list[Part] = [(side(shown.left), DARK.ink, 0), (setter.outline(sign), DARK.ink, 0)]
    before = shown.left
    for stage, math in enumerate((shown.symbols, shown.numbers, shown.result)):
        last = stage == 2
        if write(before) == write(math):
            if last:
                parts[-1] = (side(math, bold=True), colour, parts[-1][2])
            continue
        if len(parts) > 2:
            parts.append((setter.outline("$=$"), DARK.ink, stage))
        parts.append((side(math, bold=last), colour if last else DARK.ink, stage))
        before = math
    return parts
