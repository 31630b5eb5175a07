"""`Plot`: what every function of `viz.plots` returns: a figure of matplotlib that shows and saves itself."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.files import checked_target, write_atomically
from viz.plots.keys import MarginKey
from viz.plots.style import LABEL, SMALL, TITLE, Style, in_force, load_matplotlib, style_of
from viz.plots.texts import MISSING, drawable, shortened, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, HIGH = 8.0, 5.0
# SVG and PDF have 72 points an inch and a browser 96 pixels: twice as many are sharp on a projector.
_PIXELS_PER_INCH = 192.0
_NO_DATE = {"svg": "Date", "pdf": "CreationDate"}


class Plot:
    """A figure with its numbers: it shows itself in a notebook, and saves itself.

    No window is opened and nothing global is kept, so there is nothing to close.

    Attributes:
        figure: matplotlib's figure, to change whatever you like.
        axes: its axes, from left to right and from the top down, without colour bars.
        numbers: what was computed for it, by name: an area, a slope, counts.
        title: what the title says.
        notes: what the line below says, such as how many values were left out.

    >>> import viz
    >>> plot = viz.plots.roc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> plot.title, plot.numbers["AUC"]
    ('AUC = 0.75', 0.75)
    """

    def __init__(self, style: Style, size: tuple[float, float], grid: tuple[int, int], **options: Any) -> None:
        """Make an empty figure; `canvas` is the way to do it."""
        load_matplotlib()
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.style = style
        self.figure: Figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(self.figure)
        self.axes: tuple[Axes, ...] = tuple(self.figure.subplots(*grid, squeeze=False, **options).ravel())
        self.numbers: Mapping[str, Any] = {}
        self.title = ""
        self.notes: list[str] = []
        self.keys: list[MarginKey] = []
        self._laid_out = False
        self._missing: set[str] = set()

    def text(self, text: Any, room: float = 150.0, size: float = SMALL) -> str:
        """Write a user's text verbatim on its room, in points, and note the characters that cannot be drawn."""
        return shortened(drawable(text, self._missing), room, size)

    def name_axes(self, axes: Any, x: str | None, y: str | None) -> None:
        """Write the names of the two axes."""
        grid = axes.get_gridspec()
        width, height = (
            72 * side / count
            for side, count in zip(self.figure.get_size_inches(), (grid.ncols, grid.nrows), strict=True)
        )
        if x is not None:
            axes.set_xlabel(self.text(x, 0.6 * width, LABEL))
        if y is not None:
            axes.set_ylabel(self.text(y, 0.5 * height, LABEL))

    def key(self, axes: Any) -> MarginKey:
        """Begin to name things in the margin of some axes."""
        self.keys.append(MarginKey(axes))
        return self.keys[-1]

    def retitle(self, title: str) -> None:
        """Say something else in the title."""
        self.title = title
        shown = wrapped(drawable(title, self._missing), self._room(), TITLE, 3, bold=True)
        if shown:
            self.figure.suptitle(shown, x=0.02, ha="left", fontsize=TITLE, fontweight="bold")

    def _room(self) -> float:
        """How wide title and notes may be, in points."""
        return float(72 * self.figure.get_size_inches()[0] * 0.96)

    def finish(self) -> None:
        """Write title and notes."""
        self.retitle(self.title)
        if self._missing:
            codes = ", ".join(f"U+{ord(c):04X}" for c in sorted(self._missing)[:6])
            more = " …" if len(self._missing) > 6 else ""
            self.notes.append(f"{MISSING} stands for what no installed font has: {codes}{more}")
        if self.notes:
            note = wrapped(drawable("; ".join(self.notes)), self._room(), SMALL, 3)
            self.figure.supxlabel(note, x=0.02, ha="left", fontsize=SMALL, color=self.style.theme.dim)

    def lay_out(self) -> None:
        """Give axes, titles and names their places; nothing moves afterwards until this is called again."""
        with in_force(self.style):
            self.figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
            for _ in range(2):
                self._place_names()
                self.figure.draw_without_rendering()
        self.keep_places()

    def keep_places(self) -> None:
        """Leave axes where they are, and put names beside their lines."""
        self.figure.set_layout_engine("none")
        self._laid_out = True
        self._place_names()

    def _ready(self) -> None:
        """Lay the figure out before it is shown for the first time; later only names follow their lines."""
        if self._laid_out:
            self._place_names()
        else:
            self.lay_out()

    def _place_names(self) -> None:
        """Put names beside their lines, wherever limits put those now."""
        for key in self.keys:
            key.place()

    def pixels(self) -> np.ndarray:
        """Render the figure in its own size: red, green and blue from 0 to 255, shape (height, width, 3)."""
        self._ready()
        canvas_: Any = self.figure.canvas
        with in_force(self.style):
            canvas_.draw()
        return np.ascontiguousarray(np.asarray(canvas_.buffer_rgba())[..., :3])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save the plot in the form that the file's ending names: .svg, .png (192 pixels an inch) or .pdf.

        The same plot gives the same file.

        Returns:
            The path.

        Raises:
            InputError: another ending, or a folder that cannot be written.
        """
        target = checked_target(path, (".svg", ".png", ".pdf"))
        return write_atomically(target, self._written(target.suffix.lower()[1:]))

    def _written(self, form: str) -> bytes:
        """Render the figure as a file."""
        self._ready()
        file = io.BytesIO()
        data: dict[str, Any] = {"Title": drawable(self.title)}
        if form in _NO_DATE:
            data[_NO_DATE[form]] = None
        with in_force(self.style):
            self.figure.savefig(file, format=form, dpi=_PIXELS_PER_INCH, metadata=data)
        return file.getvalue()

    def _repr_svg_(self) -> str:
        """Show the plot in a notebook."""
        return self._written("svg").decode()

    def __repr__(self) -> str:
        """Show what the plot says."""
        return f"<Plot: {drawable(self.title)}>"


@contextmanager
def canvas(
    theme: str, size: tuple[float, float] = (WIDE, HIGH), grid: tuple[int, int] = (1, 1), **options: Any
) -> Iterator[Plot]:
    """Give an empty plot to draw on, with the theme in force, and finish it when all is drawn.

    Args:
        theme: the name of the theme.
        size: width and height in inches.
        grid: how many rows and columns of axes.
        options: for `Figure.subplots`.
    """
    style = style_of(theme)
    with in_force(style):
        plot = Plot(style, size, grid, **options)
        yield plot
        plot.finish()
