"""`vector_field`: arrows that say which way and how strongly, at points of the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.symbols import number_text
from viz.plots.grids import components, grid
from viz.plots.inputs import limits, not_finite
from viz.plots.plot import HIGH, WIDE, Plot, canvas
from viz.plots.style import LABEL, ThemeName, mixed


def vector_field(
    f: Callable[[Any, Any], Any],
    xlim: Any,
    ylim: Any,
    *,
    resolution: int = 17,
    names: tuple[str, str] = ("x", "y"),
    strength: str = "length of the vector",
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw a vector at each point of a grid, with its middle there; its strength is said by length and colour.

    Args:
        f: a function of two numbers that returns two: the components along x and y. Of a function h, the gradient
            field is `grad(h, (0, 1))`.
        xlim: the left and the right end.
        ylim: the lower and the upper end.
        resolution: arrows along each side.
        names: of the two axes.
        strength: what the length of a vector means, for the colour bar.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "x" and "y" (of the grid), "u" and "v" (shape (y, x)), and "largest".

    Raises:
        InputError: limits that cannot be used, or f does not return two numbers.

    >>> vector_field(lambda x, y: (-y, x), (-1, 1), (-1, 1)).title
    'vectors are longest at (−1, −1), 1.414, and vanish at (0, 0)'
    """
    x, y = grid(limits(xlim, "xlim"), limits(ylim, "ylim"), resolution)
    u, v = components(f, x, y, 2)
    length = np.hypot(u, v)
    finite = np.isfinite(length)
    if not finite.any():
        raise InputError("f is nan or infinite everywhere on this grid; choose other limits")
    with canvas(theme, (WIDE, 1.15 * HIGH)) as plot:
        axes = plot.axes[0]
        axes.grid(False)
        a, b = x[1] - x[0], y[1] - y[0]
        axes.set(xlim=(x[0] - a, x[-1] + a), ylim=(y[0] - b, y[-1] + b))
        bar = plot.figure.colorbar(_arrows(plot, x, y, u, v), ax=axes, pad=0.02, aspect=30)
        bar.set_label(plot.text(strength, 250, LABEL))
        plot.name_axes(axes, *names)
        plot.numbers = {"x": x, "y": y, "u": u, "v": v, "largest": float(length[finite].max())}
        plot.title = _told(x, y, length) if title is None else title
        plot.notes += not_finite(int((~finite).sum()), "arrow")
    return plot


def _arrows(plot: Plot, x: np.ndarray, y: np.ndarray, u: np.ndarray, v: np.ndarray) -> Any:
    """Draw the arrows, the longest nearly as long as the distance of two."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    theme, length = plot.style.theme, np.hypot(u, v)
    finite = np.isfinite(length)
    largest = float(length[finite].max()) or 1.0
    share = np.where(finite, length, 0.0) / largest
    if np.median(share[finite]) < 0.15:
        share = np.sqrt(share)
        plot.notes.append("arrows are drawn as long as the square root of the length, so that the short ones are seen")
    grow = np.divide(share, np.where(length > 0, length, 1.0), where=finite, out=np.zeros_like(share))
    faint = mixed(theme.forward, theme.background, 0.5)
    return plot.axes[0].quiver(
        *(part[finite] for part in np.meshgrid(x, y)),
        *(part[finite] * grow[finite] for part in (u, v)),
        length[finite],
        cmap=LinearSegmentedColormap.from_list("strength", [faint, theme.forward, theme.ink]),
        norm=Normalize(0, largest),
        angles="xy",
        pivot="mid",
        scale=1.3 * (len(x) + 1),
        scale_units="width",
        width=0.005,
    )


def _told(x: np.ndarray, y: np.ndarray, length: np.ndarray) -> str:
    """Say where the vectors are longest, and where they vanish."""
    size = np.where(np.isfinite(length), length, -1.0)
    largest = float(size.max())
    if largest == 0:
        return "all vectors are zero"
    places = {}
    for what, at in (("longest", np.isclose(size, largest, rtol=1e-9)), ("zero", size == 0)):
        rows, columns = np.nonzero(at)
        places[what] = [(float(x[column]), float(y[row])) for row, column in zip(rows, columns, strict=True)]
    if len(places["longest"]) == length.size:
        return f"all vectors have the length {number_text(largest)}"
    told = f"vectors are longest at {_place(places['longest'][0], x, y)}, {number_text(largest)}"
    return told + (f", and vanish at {_place(places['zero'][0], x, y)}" if len(places["zero"]) == 1 else "")


def _place(point: tuple[float, float], x: np.ndarray, y: np.ndarray) -> str:
    """Write a point of the grid."""
    parts = (0.0 if abs(at) < (axis[-1] - axis[0]) * 1e-9 else at for at, axis in zip(point, (x, y), strict=True))
    return f"({', '.join(number_text(at, 3) for at in parts)})"
