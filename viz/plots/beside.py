"""Curves beside a map: what an optimiser remembers at each step, on axes of their own at the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError
from viz.plots.inputs import around, line_of
from viz.plots.plot import HIGH, WIDE, Plot
from viz.plots.scales import logarithmic


def named_curves(given: Any) -> dict[str, np.ndarray]:
    """Take curves by name: a number for each step.

    Raises:
        InputError: it is not a mapping, or a curve has no finite number.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(f"beside: give a dictionary from names to rows of numbers, not {brief(given)}")
    curves = {str(name): line_of(row, f"beside: {brief(str(name))}") for name, row in given.items()}
    for name, row in curves.items():
        if not np.isfinite(row).any():
            raise InputError(f"beside: {brief(name)} has no finite number")
    return curves


def canvas_for(curves: Mapping[str, Any], height: float = HIGH) -> tuple[tuple[float, float], tuple[int, int]]:
    """Choose the size of a figure and its grid of axes: two side by side, or one."""
    return ((1.6 * WIDE, height), (1, 2)) if curves else ((WIDE, height), (1, 1))


def draw_curves(plot: Plot, curves: Mapping[str, np.ndarray], name: str, step: int | None = None) -> None:
    """Draw the curves on the right axes, up to a step; the axes have room for all of them from the beginning."""
    if not curves:
        return
    axes: Any = plot.axes[1]
    everything = np.concatenate(list(curves.values()))
    key = plot.key(axes)
    for k, (label, row) in enumerate(curves.items()):
        look = plot.style.look(k)
        shown = np.where(np.isfinite(row), row, np.nan)[: None if step is None else step + 1]
        axes.plot(np.arange(len(shown)), shown, color=look.colour, linestyle=look.dash, linewidth=2)
        there = np.flatnonzero(np.isfinite(shown))
        x, y = (int(there[-1]), float(shown[there[-1]])) if len(there) else (0, float("nan"))
        axes.plot(x, y, marker=look.marker, markersize=7, color=look.colour)
        key.add(plot.text(label), x, y, look)
    logarithmic(axes, everything, None)
    low, high = around(np.log10(everything)) if axes.get_yscale() == "log" else around(everything)
    axes.set_ylim(*((10.0**low, 10.0**high) if axes.get_yscale() == "log" else (low, high)))
    axes.set_xlim(0, max(max(len(row) for row in curves.values()) - 1, 1))
    axes.xaxis.get_major_locator().set_params(integer=True)
    plot.name_axes(axes, "step", name)
