"""Heat maps and tinted edges in the film."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from viz.films.items import Ink, curves, dashed, flattened, polygon
from viz.grids import WIDTHS, Sign, cells, codes, tint, width_class
from viz.picture import Grid, Picture, Place, Point, Slot
from viz.theme import DARK

Known = Iterable[tuple[Slot, Any, str]]
_COLOURS: dict[Sign, str] = {"plus": DARK.forward, "minus": DARK.backward, "trouble": DARK.trouble}


class TintFilm:
    """What of a picture is coloured by numbers.

    Args:
        picture: the picture.
        moved: from the picture's places to the frame's.
        scale: the size of a picture's pixel on the frame.
    """

    def __init__(self, picture: Picture, moved: Callable[[tuple[Point, ...]], np.ndarray], scale: float) -> None:
        """Keep what is to be drawn."""
        self.picture, self.moved, self.scale = picture, moved, scale
        self.edges = [line for line in picture.lines if line.slot is not None]

    def lines(self, known: Known) -> list[Ink]:
        """The edges, as thick as their numbers are large; dashed where those are negative."""
        if not self.edges:
            return []
        inks, code = [], codes(self.picture, known)
        for line in self.edges:
            path = self.moved(line.points)
            letter = code.get(line.id)
            sign = None if letter is None else tint(letter)[0]
            shown = dashed(flattened(path), 12, 7) if sign == "minus" else curves(path)
            width = 2.5 if letter is None else WIDTHS[width_class(letter)]
            inks.append(Ink(shown, stroke=DARK.line if sign is None else _COLOURS[sign], width=width))
        return inks

    def grids(self, before: Known, after: Known, arrival: float) -> list[Ink]:
        """The heat maps: until the arrival as they were, then as they are."""
        if not self.picture.grids:
            return []
        old, new = codes(self.picture, before), codes(self.picture, after)
        inks: list[Ink] = []
        for grid in self.picture.grids:
            inks.append(Ink(self._outline(_room(grid)), fill=DARK.background, stroke=DARK.line, width=1.5))
            was, is_ = old.get(grid.id, ""), new.get(grid.id, "")
            if was == is_:
                inks += self._cells(grid, is_, None, None)
            else:
                inks += self._cells(grid, was, None, arrival) + self._cells(grid, is_, arrival, None)
        return inks

    def _cells(self, grid: Grid, code: str, appears: float | None, vanishes: float | None) -> list[Ink]:
        """All cells of a tint as one shape."""
        inks = []
        for letter, places in cells(grid, code).items():
            sign, strength = tint(letter)
            points = np.concatenate([self._outline(place) for place in places])
            inks.append(Ink(points, fill=_COLOURS[sign], opacity=strength, appears=appears, vanishes=vanishes))
        return inks

    def _outline(self, place: Place) -> np.ndarray:
        """A rectangle on the frame."""
        corners = self.moved(tuple(place.corners()))
        return polygon([(float(x), float(y)) for x, y in corners])


def _room(grid: Grid) -> Place:
    """The room of a heat map."""
    return Place(grid.x, grid.y, grid.width, grid.height)
