"""Curves, points and bands on two axes: what a lesson needs that has no plot of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from viz.plots.inputs import line_of, not_finite
from viz.plots.plot import Plot, canvas
from viz.plots.scales import logarithmic
from viz.plots.style import Look, ThemeName


def lines(
    curves: Mapping[str, tuple[Any, Any]] | None = None,
    *,
    points: Mapping[str, tuple[Any, Any]] | None = None,
    bands: Mapping[str, tuple[Any, Any, Any]] | None = None,
    names: tuple[str, str] = ("x", "y"),
    title: str,
    log: tuple[bool | None, bool | None] = (False, False),
    theme: ThemeName = "light",
) -> Plot:
    """Draw curves, points and bands, each with its name in the margin.

    Args:
        curves: from names to x and y, rows of numbers of one length; nan is a gap.
        points: the same, drawn as markers.
        bands: from names to x, lower and upper edge.
        names: of the two axes, with units.
        title: what to notice.
        log: whether the axes are logarithmic, x and y; None: when its numbers span two decades.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are the last y of each curve.

    Raises:
        InputError: nothing to draw, or rows of different lengths.

    >>> lines({"y = x": ([0, 1], [0, 1])}, title="A straight line").numbers
    {'y = x': 1.0}
    """
    rows = {kind: _rows(kind, given or {}) for kind, given in (("curve", curves), ("point", points), ("band", bands))}
    everything = [row for group in rows.values() for columns in group.values() for row in columns[1:]]
    if not everything or not any(np.isfinite(row).any() for row in everything):
        raise InputError("there is no curve, point or band with a finite number, so there is nothing to draw")
    with canvas(theme) as plot:
        axes, order = plot.axes[0], 0
        key = plot.key(axes)
        for kind, group in rows.items():
            for name, columns in group.items():
                _draw(axes, kind, columns, plot.style.look(order))
                x, y = _end(columns)
                key.add(plot.text(name), x, y, plot.style.look(order), {"point": "marker"}.get(kind, ""))
                order += 1
        across = np.concatenate([columns[0] for group in rows.values() for columns in group.values()])
        logarithmic(axes, across, log[0], "x")
        logarithmic(axes, np.concatenate(everything), log[1])
        if not log[0] and all((row[0] == np.round(row[0])).all() for group in rows.values() for row in group.values()):
            axes.locator_params(axis="x", integer=True)
        plot.name_axes(axes, *names)
        plot.numbers = {name: _end(columns)[1] for name, columns in rows["curve"].items()}
        plot.title = title
        plot.notes += not_finite(sum(int((~np.isfinite(row)).sum()) for row in everything))
    return plot


def _rows(kind: str, given: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[np.ndarray, ...]]:
    """Take what is to be drawn as rows of numbers.

    Raises:
        InputError: rows of different lengths, or too many or few of them.
    """
    count = 3 if kind == "band" else 2
    found = {}
    for name, columns in given.items():
        if not isinstance(columns, (tuple, list)) or len(columns) != count:
            raise InputError(
                f"{kind} {name!r} needs {count} rows of numbers, x and {'two edges' if count > 2 else 'y'}"
            )
        found[str(name)] = tuple(line_of(row, f"{kind} {name!r}") for row in columns)
        if len({len(row) for row in found[str(name)]}) > 1:
            lengths = " and ".join(str(len(row)) for row in found[str(name)])
            raise InputError(f"{kind} {name!r} has rows of {lengths} numbers: they must be as many")
    return found


def _draw(axes: Any, kind: str, columns: tuple[np.ndarray, ...], look: Look) -> None:
    """Draw one of them."""
    x, y = columns[:2]
    y = np.where(np.isfinite(y), y, np.nan)
    if kind == "curve":
        draw_curve(axes, x, y, look)
    elif kind == "point":
        axes.plot(x, y, color=look.colour, marker=look.marker, linestyle="none", markersize=7, alpha=0.8)
    else:
        axes.fill_between(x, y, columns[2], color=look.colour, alpha=0.25, linewidth=0)


def draw_curve(axes: Any, x: np.ndarray, y: np.ndarray, look: Look, **options: Any) -> None:
    """Draw a curve; a point between two gaps, through which no line goes, is a dot."""
    axes.plot(x, y, color=look.colour, linestyle=look.dash, **options)
    known = np.concatenate(([False], np.isfinite(y), [False]))
    alone = known[1:-1] & ~known[:-2] & ~known[2:]
    if alone.any():
        axes.plot(x[alone], y[alone], color=look.colour, marker=look.marker, linestyle="none", markersize=6)


def _end(columns: tuple[np.ndarray, ...]) -> tuple[float, float]:
    """Return where a row ends: its last finite point, of a band the middle there."""
    y = np.mean(columns[1:], axis=0)
    whole = np.flatnonzero(np.isfinite(y))
    last = int(whole[-1]) if len(whole) else -1
    return float(columns[0][last]), float(y[last])
