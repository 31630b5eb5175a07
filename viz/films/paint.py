"""Film frames as pixels: cairo draws what does not change once a step, and on it what changes.

The same hand draws video frames and the numbered pictures of a deck, as PNG, SVG or PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from microgradphys.errors import MissingExtraError
from viz.films.items import HEIGHT, WIDTH, Frame, Ink
from viz.theme import DARK

# Less than this is no distance, in pixels of the frame.
_NOTHING = 1e-3


def load_cairo() -> Any:
    """Import cairo's binding.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import cairo
    except ImportError as error:
        raise MissingExtraError("viz.movie needs pycairo: pip install 'microgradphys[movie]'") from error
    return cairo


class Painter:
    """Draws frames of one size.

    Args:
        size: width and height in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        """Make the surfaces: one for each layer, and one for the video frame with its arrows."""
        self.size, self.cairo = size, load_cairo()
        self._surfaces = [self._surface() for _ in range(4)]
        # Of the step that is drawn.
        self._kept: dict[int, _Kept] = {}

    def pixels(self, frame: Frame, count: int, rate: int) -> Iterator[np.ndarray | None]:
        """Draw a step's video frames one by one; None is one that looks like the one before.

        Args:
            frame: the step.
            count: how many video frames it takes.
            rate: video frames a second.

        Yields:
            The same array each time, height × width × 4, blue first, with the new frame in it.
        """
        layers = _Layers(frame)
        self._kept.clear()
        drawn: list[Any] = [None, None, None]
        heads = None
        for second in ((k + 0.5) / rate for k in range(count)):
            shift = frame.shift(second)
            states = layers.states(second, shift)
            # A layer that is as it was, on layers that are as they were, is not drawn again.
            same = next((k for k in range(3) if drawn[k] != states[k]), 3)
            for k in range(same, 3):
                self._draw(self._surfaces[k], layers.inks[k], second, shift, self._surfaces[k - 1] if k else None)
            drawn = states
            now = [arrow.at(second) for arrow in frame.travellers]
            if same == 3 and heads is not None and all(map(np.array_equal, heads, now)):
                yield None
                continue
            heads = now
            self._draw(self._surfaces[3], _heads(frame, second), second, shift, self._surfaces[2])
            yield self._array(self._surfaces[3])

    def save(self, frame: Frame, second: float, target: Path) -> None:
        """Draw one moment into a file.

        Args:
            frame: the step.
            second: the moment within it.
            target: where it goes: an .svg, .pdf or .png file, of the painter's size.
        """
        self._kept.clear()
        cairo, suffix = self.cairo, target.suffix.lower()
        if suffix == ".png":
            surface = self._surface()
        else:
            kind = cairo.SVGSurface if suffix == ".svg" else cairo.PDFSurface
            surface = kind(str(target), *self.size)
        self._draw(surface, [*frame.layered(), *_heads(frame, second)], second, frame.shift(second))
        if suffix == ".png":
            surface.write_to_png(str(target))
        surface.finish()

    def _surface(self) -> Any:
        """An empty picture in memory."""
        return self.cairo.ImageSurface(self.cairo.FORMAT_RGB24, *self.size)

    def _array(self, surface: Any) -> np.ndarray:
        """The pixels of a picture."""
        surface.flush()
        rows = np.frombuffer(surface.get_data(), np.uint8).reshape(self.size[1], surface.get_stride())
        return rows[:, : self.size[0] * 4].reshape(self.size[1], self.size[0], 4)

    def _draw(
        self, surface: Any, inks: list[Ink], second: float, shift: tuple[float, float], below: Any = None
    ) -> None:
        """Draw inks as they are at a moment on the background, or on another picture."""
        context = self.cairo.Context(surface)
        if below is None:
            context.set_source_rgb(*_rgb(DARK.background))
            context.paint()
        else:
            context.set_source_surface(below)
            context.set_operator(self.cairo.OPERATOR_SOURCE)
            context.paint()
            context.set_operator(self.cairo.OPERATOR_OVER)
        context.scale(self.size[0] / WIDTH, self.size[1] / HEIGHT)
        for ink in inks:
            strength = ink.strength(second)
            if strength > 0 and len(ink.points):
                self._ink(context, ink, strength * ink.opacity, shift if ink.follows else (0.0, 0.0))

    def _ink(self, context: Any, ink: Ink, opacity: float, shift: tuple[float, float]) -> None:
        """Draw one ink, if any of it may be on the frame."""
        kept = self._kept.get(id(ink))
        left, top, right, bottom = kept.reach if kept else _reach(ink)
        x, y = shift
        if right + x < 0 or left + x > WIDTH or bottom + y < 0 or top + y > HEIGHT:
            return
        context.save()
        context.translate(x, y)
        if kept:
            context.append_path(kept.path)
        else:
            _trace(context, ink.points)
            self._kept[id(ink)] = _Kept(ink, context.copy_path(), (left, top, right, bottom))
        context.restore()
        if ink.fill:
            context.set_source_rgba(*_rgb(ink.fill), opacity)
            context.fill_preserve()
        if ink.stroke:
            context.set_source_rgba(*_rgb(ink.stroke), opacity)
            context.set_line_width(ink.width)
            context.stroke_preserve()
        context.new_path()


@dataclass(frozen=True)
class _Kept:
    """An ink's curves as cairo has them, and how far they reach; the ink itself, so that no other gets its number."""

    ink: Ink
    path: Any
    reach: tuple[float, float, float, float]


class _Layers:
    """A step's inks in layers: the picture; what changes on it, and what stays elsewhere; what changes there."""

    def __init__(self, frame: Frame) -> None:
        """Sort the inks."""
        inks = frame.layered()
        picture = [ink for ink in inks if ink.follows and not ink.moving]
        last = [ink for ink in inks if not ink.follows and ink.moving]
        between = [ink for ink in inks if ink.follows == ink.moving]
        self.inks = (picture, between, last)

    def states(self, second: float, shift: tuple[float, float]) -> list[Any]:
        """What each layer looks like at a moment: two equal states look alike."""
        strengths = [[ink.strength(second) for ink in inks if ink.moving] for inks in self.inks]
        return [(shift, strengths[0]), (shift, strengths[1]), strengths[2]]


def _reach(ink: Ink) -> tuple[float, float, float, float]:
    """How far an ink reaches: left, top, right, bottom."""
    (left, top), (right, bottom) = ink.points.min(axis=0).tolist(), ink.points.max(axis=0).tolist()
    return left, top, right, bottom


def _trace(context: Any, points: np.ndarray) -> None:
    """Make curves the context's path; those that follow each other are one line, closed if it ends where it began."""
    start = last = (float("inf"), float("inf"))
    for a, b, c, d in points.reshape(-1, 4, 2).tolist():
        if not _same(a, last):
            context.move_to(*a)
            start = a
        context.curve_to(*b, *c, *d)
        last = d
        if _same(d, start):
            context.close_path()
            last = (float("inf"), float("inf"))


def _same(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two points are one, but for rounding."""
    return abs(a[0] - b[0]) < _NOTHING and abs(a[1] - b[1]) < _NOTHING


def _heads(frame: Frame, second: float) -> list[Ink]:
    """The arrows at a moment as inks."""
    return [Ink(arrow.at(second), fill=arrow.colour) for arrow in frame.travellers]


def _rgb(colour: str) -> tuple[float, float, float]:
    """Read a colour such as #F2F4F8."""
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255
