"""`violins`: how numbers are distributed in several groups."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.symbols import number_text
from viz.plots.inputs import named_series, not_finite
from viz.plots.plot import HIGH, WIDE, Plot, canvas
from viz.plots.style import SMALL, ThemeName
from viz.plots.texts import width

# Below this each number is drawn as well.
_FEW = 60


def violins(
    groups: Any,
    *,
    value: str = "value",
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw the distribution of each group: its density, its quartiles and its median.

    J. L. Hintze and R. D. Nelson, "Violin plots: a box plot-density trace synergism", The American Statistician 52
    (1998) 181; the bandwidth is Scott's.

    Args:
        groups: a dictionary from names to numbers; or a list of groups; or one group.
        value: what the numbers are, with their unit.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are of each group (first quartile, median, third quartile).

    Raises:
        InputError: a group without a finite number.

    >>> violins({"SGD": [1.0, 2.0, 3.0], "Adam": [4.0, 5.0, 9.0]}).title
    'Adam has the highest median: 5'
    """
    rows = named_series(groups, "groups", "all", "group")
    kept = {name: row[np.isfinite(row)] for name, row in rows.items()}
    with canvas(theme, (WIDE, HIGH)) as plot:
        axes = plot.axes[0]
        axes.xaxis.grid(False)
        quartiles = {name: np.percentile(row, [25, 50, 75]) for name, row in kept.items()}
        for k, (name, row) in enumerate(kept.items()):
            _violin(plot, k, row, quartiles[name])
        room = 0.75 * 72 * WIDE / len(kept)
        names = [f"{plot.text(name, max(0.9 * room, 60))}\n(n = {len(row)})" for name, row in kept.items()]
        crowded = max(width(line, SMALL) for text in names for line in text.split("\n")) > room
        axes.set_xticks(range(len(kept)), names, rotation=90 if crowded else 0)
        axes.set_xlim(-0.6, len(kept) - 0.4)
        plot.name_axes(axes, None, value)
        plot.numbers = {name: tuple(map(float, three)) for name, three in quartiles.items()}
        best = max(quartiles, key=lambda name: quartiles[name][1])
        median = number_text(float(quartiles[best][1]))
        told = f"the median is {median}" if len(kept) == 1 else f"{best} has the highest median: {median}"
        plot.title = told if title is None else title
        plot.notes += not_finite(sum(len(rows[name]) - len(kept[name]) for name in rows))
    return plot


def _violin(plot: Plot, place: int, row: np.ndarray, quartiles: np.ndarray) -> None:
    """Draw one group."""
    axes, look, theme = plot.axes[0], plot.style.look(place), plot.style.theme
    if row.max() > row.min():
        bodies: Any = axes.violinplot([row], [place], widths=0.8, showextrema=False)["bodies"]
        for body in bodies:
            body.set(facecolor=look.colour, edgecolor=look.colour, alpha=0.3, linewidth=1.5)
    if len(row) <= _FEW:
        # Points that would lie on one another are set beside one another, the same way each time.
        aside = (np.arange(len(row)) * 0.618 % 1 - 0.5) * (0.16 if len(row) > 1 else 0)
        axes.plot(place + aside, row, look.marker, markersize=5, color=look.colour, alpha=0.7, linestyle="none")
    low, middle, high = quartiles
    axes.vlines(place, low, high, color=theme.ink, linewidth=6)
    axes.hlines(middle, place - 0.2, place + 0.2, color=theme.ink, linewidth=2.5)
