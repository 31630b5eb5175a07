"""`contours`: a function of two numbers as a map, and the paths of optimisers on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError
from microgradphys.symbols import number_text
from viz.plots.beside import canvas_for, draw_curves, named_curves
from viz.plots.grids import grid, heights
from viz.plots.inputs import counted, limits, line_of, not_finite, points
from viz.plots.plot import HIGH, Plot, canvas
from viz.plots.shapes import draw_shapes, looks_of, name_shapes, named_shapes
from viz.plots.style import SMALL, Look, ThemeName


@dataclass(frozen=True)
class Landscape:
    """Heights over a grid: z has the shape (len(y), len(x))."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray

    def lowest(self) -> tuple[float, float, float]:
        """Where it is lowest on the grid, and how low."""
        row, column = np.unravel_index(np.argmin(np.where(np.isfinite(self.z), self.z, np.inf)), self.z.shape)
        return float(self.x[column]), float(self.y[row]), float(self.z[row, column])


def contours(
    f: Callable[[Any, Any], Any],
    xlim: Any,
    ylim: Any,
    *,
    paths: Any = None,
    outlines: Any = None,
    crowds: Any = None,
    beside: Any = None,
    beside_name: str = "",
    levels: int | Any = 10,
    resolution: int = 101,
    names: tuple[str, str] = ("x", "y"),
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw a function of two numbers as a map with contours, and the paths of optimisers on it.

    Args:
        f: a function of two numbers that returns one.
        xlim: the left and the right end of the map.
        ylim: the lower and the upper end.
        paths: a dictionary from the name of an optimiser to the points it came through, shape (n, 2); or one path.
        outlines: a dictionary from names to points that are joined by a line, shape (m, 2), or several such lines,
            shape (n, m, 2), the later the stronger. What is called as a path looks like it.
        crowds: the same, drawn as dots that nothing joins.
        beside: a dictionary from names to numbers, one for each step: curves on axes of their own at the right.
        beside_name: of their vertical axis.
        levels: how many contours, or their heights.
        resolution: points of the grid along each side.
        names: of the two axes.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "levels", "lowest" (x, y, f on the grid) and of each path "f", its last value.

    Raises:
        InputError: limits, a path, a shape, a curve, levels or a value of f that cannot be used.

    >>> bowl = lambda x, y: x**2 + 4 * y**2
    >>> contours(bowl, (-2, 2), (-1, 1), paths={"descent": [(2, 1), (1, 0.2), (0.5, 0.04)]}).title
    'descent goes from f = 8 to 0.2564 in 2 steps'
    """
    land = landscape(f, xlim, ylim, resolution)
    ways, lines, dots = named_paths(paths), named_shapes(outlines, "outline"), named_shapes(crowds, "crowd")
    curves = named_curves(beside)
    with canvas(theme, *canvas_for(curves, 1.15 * HIGH)) as plot:
        plot.numbers = {"levels": draw_map(plot, land, levels), "lowest": land.lowest()}
        plot.name_axes(plot.axes[0], *names)
        key, looks = plot.key(plot.axes[0]), looks_of(plot, ways, lines, dots)
        draw_shapes(plot, lines, dots, looks)
        ends: dict[str, tuple[float, float]] = {}
        for name, way in ways.items():
            draw_path(plot, way, looks[name])
            there = way[np.isfinite(way).all(1)]
            key.add(plot.text(name), float(there[-1, 0]), float(there[-1, 1]), looks[name], sample="line")
            ends[name] = (_height(f, there[0]), _height(f, there[-1]))
            plot.numbers |= {name: ends[name][1]}
            plot.notes += _outside(name, way, land)
        name_shapes(plot, key, ways, lines, dots, looks)
        draw_curves(plot, curves, beside_name)
        plot.title = _told(land, ends, ways) if title is None else title
        plot.notes += not_finite(int((~np.isfinite(land.z)).sum()), "point of the grid")
    return plot


def landscape(f: Callable[[Any, Any], Any], xlim: Any, ylim: Any, resolution: int, together: bool = True) -> Landscape:
    """Evaluate f on a grid; `together` as for `heights`.

    Raises:
        InputError: no value is finite.
    """
    x, y = grid(limits(xlim, "xlim"), limits(ylim, "ylim"), resolution)
    z = heights(f, x, y, together)
    if not np.isfinite(z).any():
        raise InputError("f is nan or infinite everywhere on this grid; choose other limits")
    return Landscape(x, y, z)


def named_paths(paths: Any) -> dict[str, np.ndarray]:
    """Take paths by name; one path alone is called "path".

    Raises:
        InputError: a path has no finite point, or is not of points of the plane.
    """
    if paths is None:
        return {}
    named = paths if isinstance(paths, Mapping) else {"path": paths}
    ways = {str(name): points(way, f"the path {brief(str(name))}") for name, way in named.items()}
    for name, way in ways.items():
        if not np.isfinite(way).all(1).any():
            raise InputError(f"the path {brief(name)} has no finite point")
    return ways


def draw_map(plot: Plot, land: Landscape, levels: int | Any) -> list[float]:
    """Draw contours with their heights, and shades between them; return the heights."""
    axes, theme = plot.axes[0], plot.style.theme
    at = contour_levels(land.z, levels)
    axes.grid(False)
    axes.set(xlim=(land.x[0], land.x[-1]), ylim=(land.y[0], land.y[-1]))
    if not at:
        return at
    z = np.ma.masked_invalid(land.z)
    ends = [min(float(z.min()), at[0]) - 1, *at, max(float(z.max()), at[-1]) + 1]
    axes.contourf(land.x, land.y, z, ends, colors=plot.style.pale(np.linspace(0, 1, len(at) + 1)))
    lines = axes.contour(land.x, land.y, z, at, colors=theme.dim, linewidths=0.8)
    labels = axes.clabel(lines, fontsize=SMALL, fmt=lambda value: number_text(value, 3), colors=theme.ink)
    for label in labels or ():
        # One that the edge of the map would cut says nothing.
        inner = axes.transAxes.inverted().transform(axes.transData.transform(label.get_position()))
        label.set_visible(bool((np.abs(inner - 0.5) < 0.46).all()))
    return at


def contour_levels(z: np.ndarray, levels: int | Any) -> list[float]:
    """Choose at which heights contours are drawn: evenly, or by decades where most of the map is low.

    Args:
        z: heights.
        levels: about how many, or the heights themselves.

    >>> contour_levels(np.array([0.0, 1.0]), 5), contour_levels(np.array([0.0, 0.1, 1000.0]), 4)
    ([0.2, 0.4, 0.6, 0.8], [1.0, 10.0, 100.0])
    """
    finite = z[np.isfinite(z)]
    low, high = float(finite.min()), float(finite.max())
    if not isinstance(levels, (int, np.integer)):
        given = np.unique(line_of(levels, "levels"))
        inside = given[(given >= low) & (given <= high)].tolist()
        if not inside:
            raise InputError(
                f"levels: none of them is between {number_text(low)} and {number_text(high)}, where f is on this map"
            )
        return inside
    if not 1 <= levels <= 100:
        raise InputError(f"levels={brief(levels)} must be from 1 to 100, or a list of heights")
    if not high > low:
        return []
    skewed = float(np.median(finite)) - low < 0.2 * (high - low)
    chosen = _by_decades(low, high, int(levels)) if skewed else _evenly(low, high, int(levels))
    return [level for level in chosen if low < level < high] or [(low + high) / 2]


def _evenly(low: float, high: float, count: int) -> list[float]:
    """Round numbers at equal distances."""
    from matplotlib.ticker import MaxNLocator

    return [float(f"{level:.12g}") for level in MaxNLocator(count + 1).tick_values(low, high)]


def _by_decades(low: float, high: float, count: int) -> list[float]:
    """Heights above 0, or above the lowest below it, in steps of 1, 2, 5, 10 …, or coarser ones if too many."""
    base = 0.0 if low > -0.01 * (high - low) else float(f"{low:.2g}")
    top = int(np.floor(np.log10(high - low)))
    for steps in ((1, 2, 5), (1, 3), (1,)):
        heights_ = [base + float(f"{step}e{top - decade}") for decade in range(4) for step in steps]
        heights_ = sorted(level for level in heights_ if low < level < high)
        if len(heights_) <= count:
            return heights_
    return heights_[-count:]


def draw_path(plot: Plot, way: np.ndarray, look: Look) -> None:
    """Draw where an optimiser came through: a ring where it began, a mark where it is."""
    axes, ground = plot.axes[0], plot.style.theme.background
    x, y = np.where(np.isfinite(way).all(1), way.T, np.nan)
    dots = {"marker": look.marker, "markersize": 4} if len(way) <= 100 else {}
    # The rim that keeps a path apart from the map and from others is below all of it: no step hides the one before.
    axes.plot(x, y, color=ground, linewidth=5)
    axes.plot(x, y, color=look.colour, linestyle=look.dash, linewidth=2, **dots)
    first, last = way[np.isfinite(way).all(1)][[0, -1]]
    axes.plot(*first, marker="o", markersize=11, fillstyle="none", color=look.colour, markeredgewidth=2)
    axes.plot(*last, marker=look.marker, markersize=11, color=look.colour, markeredgecolor=ground)


def _height(f: Callable[[Any, Any], Any], point: np.ndarray) -> float:
    """Evaluate f at one point."""
    return float(heights(f, point[:1], point[1:])[0, 0])


def _outside(name: str, way: np.ndarray, land: Landscape) -> list[str]:
    """Say if a path leaves the map."""
    x, y = way.T
    out = (x < land.x[0]) | (x > land.x[-1]) | (y < land.y[0]) | (y > land.y[-1]) | ~np.isfinite(way).all(1)
    return [f"{name} leaves the map at step {int(np.argmax(out))}"] if out.any() else []


def _told(land: Landscape, ends: dict[str, tuple[float, float]], ways: dict[str, np.ndarray]) -> str:
    """Say where the map is lowest, or how far down the optimisers came."""
    x, y, z = land.lowest()
    if np.nanmin(land.z) == np.nanmax(land.z):
        return f"f is {number_text(z)} everywhere"
    if not ends:
        return f"on this map f is lowest near ({number_text(x, 3)}, {number_text(y, 3)}): {number_text(z, 3)}"
    if len(ends) == 1:
        [(name, (before, after))], [way] = ends.items(), ways.values()
        return f"{name} goes from f = {number_text(before)} to {number_text(after)} in {counted(len(way) - 1, 'step')}"
    after = {name: end if np.isfinite(end) else np.inf for name, (_, end) in ends.items()}
    best = min(after, key=lambda name: after[name])
    return f"{best} comes lowest: f = {number_text(after[best])} after {counted(len(ways[best]) - 1, 'step')}"
