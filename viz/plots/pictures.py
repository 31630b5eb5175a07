"""`images`: arrays as pictures in a grid, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.symbols import number_text
from viz.plots.inputs import counted, names_for, numbers, plain, whole_between
from viz.plots.plot import WIDE, Plot, canvas
from viz.plots.style import LABEL, SMALL, ThemeName

_MOST = 100


def images(
    arrays: Any,
    *,
    names: Sequence[Any] | None = None,
    columns: int | None = None,
    value: str = "value",
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw arrays as pictures in a grid, all on one scale, so that equal shades are equal numbers.

    Numbers of one sign go from the background to the ink; where both signs occur, as among weights, blue is positive,
    orange negative and the background 0. Three numbers a pixel are red, green and blue, from 0 to 1 or to 255.

    Args:
        arrays: (n, height, width) or (n, height, width, 3); a list of pictures, in any shapes; or one (height, width).
        names: one for each picture: labels, or what was predicted.
        columns: of the grid.
        value: what the numbers are, for the scale.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "low" and "high", the ends of the scale.

    Raises:
        InputError: something that is not a picture, or more names than pictures.

    >>> images(np.zeros((3, 8, 8)), names=["a", "b", "c"]).title
    '3 images of 8 × 8 pixels, all 0'
    """
    every = _pictures(arrays)
    if names is not None:
        names = names_for(names, len(every), "image")
    if columns is not None:
        columns = whole_between(columns, "columns", 1, _MOST)
    shown = every[:_MOST]
    across = min(columns or _columns(shown), len(shown))
    rows = -(-len(shown) // across)
    side = 0.85 * WIDE / across
    named = 0.3 if names is not None else 0.0
    tall = max(picture.shape[0] / picture.shape[1] for picture in shown)
    height = min(max(rows * (side * min(tall, 3.0) + named) + 1.0, 2.5), 12.0)
    with canvas(theme, (WIDE, height), (rows, across)) as plot:
        low, high = _scale(shown)
        drawn = [_draw(plot, axes, picture, low, high) for axes, picture in zip(plot.axes, shown, strict=False)]
        for k, axes in enumerate(plot.axes):
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            axes.set_visible(k < len(shown))
            if names is not None and k < len(shown):
                axes.set_title(plot.text(names[k], 72 * side * 0.95, SMALL), fontsize=SMALL, pad=3)
        plot.axes = plot.axes[: len(shown)]
        grey = [image for image, picture in zip(drawn, shown, strict=True) if picture.ndim == 2]
        if grey and high > low:
            bar = plot.figure.colorbar(grey[0], ax=list(plot.axes), pad=0.02, aspect=25, shrink=0.9)
            bar.set_label(plot.text(value, 200, LABEL))
        plot.numbers = {"low": low, "high": high}
        plot.title = _told(every, low, high) if title is None else title
        plot.notes += _notes(plot, every, len(shown))
    return plot


def _pictures(arrays: Any) -> list[np.ndarray]:
    """Take pictures apart.

    Raises:
        InputError: something is not a picture.
    """
    given = plain(arrays if isinstance(arrays, (np.ndarray, list, tuple)) else [arrays])
    if isinstance(given, np.ndarray):
        given = [given] if given.ndim == 2 else list(given) if given.ndim > 2 else [given]
    elif given and all(np.ndim(row) == 1 for row in given):
        given = [given]
    pictures = [numbers(picture, "an image") for picture in given]
    if not pictures:
        raise InputError("images: none are given")
    for picture in pictures:
        if not (picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] in (3, 4))) or not picture.size:
            raise InputError(
                f"an image has the shape (height, width) or (height, width, 3), not {picture.shape}; reshape it first"
            )
    return pictures


def _columns(pictures: list[np.ndarray]) -> int:
    """Choose how many columns make the grid about half as tall as wide."""
    tall = float(np.mean([picture.shape[0] / picture.shape[1] for picture in pictures]))
    return max(min(round(float(np.sqrt(1.8 * tall * len(pictures)))), 20), 1)


def _scale(pictures: list[np.ndarray]) -> tuple[float, float]:
    """The least and the largest number of all pictures of one number a pixel."""
    finite = [picture[np.isfinite(picture)] for picture in pictures if picture.ndim == 2]
    finite = [part for part in finite if part.size]
    if not finite:
        return 0.0, 0.0
    return min(float(part.min()) for part in finite), max(float(part.max()) for part in finite)


def _draw(plot: Plot, axes: Any, picture: np.ndarray, low: float, high: float) -> Any:
    """Draw one picture; what is not finite has the colour of trouble."""
    if picture.ndim == 3:
        seen = np.nan_to_num(picture / (255.0 if np.nanmax(picture) > 1 else 1.0), posinf=1.0, neginf=0.0)
        return axes.imshow(np.clip(seen, 0, 1), interpolation="nearest")
    signed = low < 0 < high
    most = max(-low, high)
    colours = (plot.style.diverging if signed else plot.style.grey).with_extremes(bad=plot.style.theme.trouble)
    ends = (-most, most) if signed else (low, high if high > low else low + 1)
    seen = np.ma.masked_invalid(picture)
    return axes.imshow(seen, cmap=colours, vmin=ends[0], vmax=ends[1], interpolation="nearest")


def _told(pictures: list[np.ndarray], low: float, high: float) -> str:
    """Say how many there are, how large, and between which numbers."""
    sizes = {picture.shape[:2] for picture in pictures}
    size = f" of {pictures[0].shape[0]} × {pictures[0].shape[1]} pixels" if len(sizes) == 1 else ""
    told = counted(len(pictures), "image") + size
    if all(picture.ndim == 3 for picture in pictures):
        return f"{told}, in colour"
    return (
        f"{told}, all {number_text(low)}"
        if low == high
        else f"{told}, from {number_text(low, 3)} to {number_text(high, 3)}"
    )


def _notes(plot: Plot, every: list[np.ndarray], shown: int) -> list[str]:
    """Say what is not shown as it is."""
    bad = sum(int((~np.isfinite(picture)).sum()) for picture in every[:shown])
    notes = [f"{counted(bad, 'pixel')} nan or infinite, drawn in vermilion"] if bad else []
    return notes + ([f"the first {shown} of {len(every)} are drawn"] if shown < len(every) else [])
