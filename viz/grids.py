"""Heat maps and tinted edges: how a number becomes a colour, said once for picture, page and film.

A number between −peak and peak has one of 63 tints: orange for a negative, blue for a positive one, the background for
0, as strong as its size. A *code* is one letter a cell; the page's script reads the same letters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from string import ascii_letters, digits
from typing import Any, Literal

import numpy as np

from viz.picture import Grid, Line, Picture, Place, Slot, news, part_of
from viz.storyboard import Storyboard

STRONGEST = 31
LETTERS = ascii_letters + digits + "+/"
_TROUBLE = LETTERS[-1]
# More cells than these to a side could not be told apart; then each stands for several numbers.
MOST_CELLS = 64
# From a thin edge to a thick one, in pixels.
WIDTHS = (1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5)
# Cells of this size or more have a gap between them.
_GAP_FROM = 7.0
Sign = Literal["plus", "minus", "trouble"]


def code_of(mark: Grid | Line, number: Any) -> str:
    """Write the tints of the number or the array that a mark shows, row after row.

    Where a cell stands for several numbers, it shows the one of the largest size. What is not finite is trouble.

    >>> code_of(Grid("g", 0, 0, 9, 9, (1, 3), 1, 3, peak=2.0), np.array([-2.0, 0.0, np.nan]))
    'aF/'
    """
    shape = mark.shape if isinstance(mark, Grid) else (1, 1)
    array = np.asarray(number, float).reshape(shape)
    if isinstance(mark, Grid):
        array = _thinned(array, mark.rows, mark.columns)
    with np.errstate(invalid="ignore", over="ignore"):
        level = np.clip(array / mark.peak, -1.0, 1.0) * STRONGEST
    bad = ~np.isfinite(array)
    places = np.where(bad, len(LETTERS) - 1, np.rint(np.where(bad, 0.0, level)) + STRONGEST).astype(int)
    return "".join(LETTERS[k] for k in places.ravel().tolist())


def _thinned(array: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Take from each block of cells the number of the largest size."""
    for axis, count in enumerate((rows, columns)):
        if count < array.shape[axis]:
            starts = np.linspace(0, array.shape[axis], count, endpoint=False).astype(int)
            most, least = (f.reduceat(array, starts, axis=axis) for f in (np.maximum, np.minimum))
            array = np.where(abs(least) > abs(most), least, most)
    return array


def tint(letter: str) -> tuple[Sign, float]:
    """Read a letter: the sign, and the strength from 0 to 1.

    >>> tint("a"), tint("F"), tint("/")
    (('minus', 1.0), ('plus', 0.0), ('trouble', 1.0))
    """
    if letter == _TROUBLE:
        return "trouble", 1.0
    level = LETTERS.index(letter) - STRONGEST
    return ("minus" if level < 0 else "plus"), abs(level) / STRONGEST


def width_class(letter: str) -> int:
    """How thick an edge is drawn, as a place in `WIDTHS`."""
    return round(tint(letter)[1] * (len(WIDTHS) - 1))


def cells(grid: Grid, code: str) -> dict[str, list[Place]]:
    """Return the room of the cells of each tint that is seen; those of 0 show the background."""
    width, height = grid.width / grid.columns, grid.height / grid.rows
    gap = 1.0 if min(width, height) >= _GAP_FROM else 0.0
    left, top = grid.x - grid.width / 2, grid.y - grid.height / 2
    found: dict[str, list[Place]] = defaultdict(list)
    for k, letter in enumerate(code):
        row, column = divmod(k, grid.columns)
        if tint(letter)[1]:
            x, y = left + (column + 0.5) * width, top + (row + 0.5) * height
            found[letter].append(Place(x, y, width - gap, height - gap))
    return found


def sorted_cells(grid: Grid, code: str) -> list[tuple[list[Place], tuple[Sign, float]]]:
    """Return the room of the cells of each tint, and the tint's sign and strength, in an order that stays."""
    return [(places, tint(letter)) for letter, places in sorted(cells(grid, code).items())]


def codes(picture: Picture, known: Iterable[tuple[Slot, Any, str]]) -> dict[str, str]:
    """Return the code of every mark whose number is among these, by the mark's id, and of marks that never change."""
    return {grid.id: grid.fixed for grid in picture.grids if grid.fixed} | dict(news_of_tints(picture, known))


def news_of_tints(picture: Picture, known: Iterable[tuple[Slot, Any, str]]) -> list[tuple[str, str]]:
    """List the marks that are tinted anew when these numbers become known, with their codes."""
    return [
        (mark.id, code_of(mark, part_of(mark.slot, number)))
        for slot, number, _ in known
        for mark in picture.tinted.get(slot, ())
        if mark.slot is not None
    ]


def peaks(story: Storyboard, slots: Iterable[Slot] | None = None) -> dict[Slot, float]:
    """For each slot, or for some, the largest size of a number that will ever stand in it; 1 where all are 0."""
    found: dict[Slot, float] = defaultdict(float)
    for slot, number, _ in news(story, len(story.moves), slots):
        sizes = np.abs(np.asarray(number, float))
        found[slot] = max(found[slot], float(np.max(sizes, where=np.isfinite(sizes), initial=0.0)))
    return {slot: size or 1.0 for slot, size in found.items()}


def scale() -> str:
    """The code of a colour scale, from the strongest negative to the strongest positive."""
    return LETTERS[: 2 * STRONGEST + 1]
