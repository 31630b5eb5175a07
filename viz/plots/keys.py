"""Names beside what they name, instead of a legend in a box: in the margin, none upon another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from viz.plots.style import SMALL, Look

# In widths of the axes: where names stand, and the room for a sample before. In heights of a letter: a line.
_COLUMN, _LINE = 1.035, 1.35
_BEFORE = {"": 0.0, "marker": 0.04, "line": 0.075}


def spread(wanted: np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Move places apart until no two are nearer than `gap`, as little as can be (least squares).

    Isotonic regression by pooling adjacent violators: M. Ayer et al., Ann. Math. Stat. 26 (1955) 641.

    Args:
        wanted: where each would like to be.
        gap: the least distance between two.
        low: the least place.
        high: the largest place; there must be room for all of them.

    >>> spread(np.array([0.5, 0.5, 0.9]), 0.2, 0.0, 1.0).round(2).tolist()
    [0.4, 0.6, 0.9]
    """
    order = np.argsort(wanted, kind="stable")
    free = wanted[order] - gap * np.arange(len(wanted))
    pools: list[list[float]] = []
    for place in free:
        pools.append([float(place), 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [[(a * m + b * n) / (m + n), m + n]]
    level = np.concatenate([np.full(int(count), place) for place, count in pools])
    placed = np.empty(len(wanted))
    placed[order] = np.clip(level, low, max(high - gap * (len(wanted) - 1), low)) + gap * np.arange(len(wanted))
    return placed


@dataclass
class MarginKey:
    """Names in the right margin of some axes, each at the height of what it names, with a thin line where it moved.

    A name follows its line when the limits of the axes change: `place` is called before each rendering.
    """

    axes: Any
    entries: list[tuple[Any, Any, float, float, str]] = field(default_factory=list)

    def add(self, text: str, x: float, y: float, look: Look, sample: str = "") -> None:
        """Name what is at (x, y) in data coordinates.

        Args:
            text: the name.
            x: where a line leads to the name from.
            y: the height at which the name stands, if there is room.
            look: the colour of the name.
            sample: what of the look is shown before the name, "line" or "marker"; if nothing, a line leads there.
        """
        name = self.axes.text(
            _COLUMN + _BEFORE[sample], 0.5, text, transform=self.axes.transAxes, color=look.colour,
            fontsize=SMALL, va="center", fontweight="bold",
        )  # fmt: skip
        [leader] = self.axes.plot([], [], color=look.colour, transform=self.axes.transAxes, clip_on=False, linewidth=1)
        leader.set_in_layout(False)
        if sample:
            leader.set(marker=look.marker, markevery=[1], markersize=8, linewidth=2 if sample == "line" else 0)
            leader.set_linestyle(look.dash)
        self.entries.append((name, leader, x, y, sample))

    def reserve(self, text: str) -> None:
        """Keep as much room in the margin as a text needs that will stand there at another time."""
        self.axes.text(_COLUMN + _BEFORE["line"], 0.5, text, transform=self.axes.transAxes, fontsize=SMALL, alpha=0.0,
                       va="center", fontweight="bold")  # fmt: skip

    def room(self) -> int:
        """How many names the height of the axes has room for."""
        return max(int(self._height() / (SMALL * _LINE * self.axes.figure.dpi / 72)), 1)

    def _height(self) -> float:
        """The height of the axes, in pixels."""
        return float(self.axes.get_window_extent().height)

    def place(self) -> None:
        """Put the names where they belong by now."""
        if not self.entries:
            return
        self.axes.apply_aspect()
        to_axes = self.axes.transData + self.axes.transAxes.inverted()
        ends = np.array([to_axes.transform((x, y)) for _, _, x, y, _ in self.entries])
        lines = max(entry[0].get_text().count("\n") + 1 for entry in self.entries)
        letter = SMALL * self.axes.figure.dpi / 72 / self._height()
        gap = min(letter * (_LINE * lines + 0.2 * (lines - 1)), 1 / max(len(self.entries) - 1, 1))
        wanted = np.clip(np.nan_to_num(ends[:, 1], nan=0.5), 0.0, 1.0)
        for (name, leader, _, _, sample), (x, y), height in zip(
            self.entries, ends, spread(wanted, gap, 0.0, 1.0), strict=True
        ):
            name.set_y(height)
            if sample:
                leader.set_data(_COLUMN - 0.015 + _BEFORE[sample] * np.array([0.0, 0.5, 1.0]), [height] * 3)
            else:
                there = 0 <= x <= 1 and 0 <= y <= 1
                leader.set_data([x, _COLUMN - 0.005] if there else [], [y, height] if there else [])
