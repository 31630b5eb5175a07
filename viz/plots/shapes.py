"""What is drawn on a map beside paths: outlines, such as the ellipse of a search, and crowds, such as a population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError
from viz.plots.inputs import numbers
from viz.plots.keys import MarginKey
from viz.plots.plot import Plot
from viz.plots.style import Look


def named_shapes(given: Any, what: str) -> dict[str, np.ndarray]:
    """Take points of the plane by name, one set of them for each step, or one for all.

    Args:
        given: a mapping from names to points, shape (m, 2) or (n, m, 2); nan is a gap.
        what: what one of them is called in an error.

    Returns:
        By name, shape (n, m, 2); one set for all has n = 1.

    Raises:
        InputError: it is not such a mapping, or one has no finite point.

    >>> named_shapes({"square": [(0, 0), (0, 1), (1, 1)]}, "outline")["square"].shape
    (1, 3, 2)
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(f"{what}s: give a dictionary from names to points, not {brief(given)}")
    shapes = {}
    for name, points in given.items():
        array = numbers(points, f"the {what} {brief(str(name))}")
        array = array[None] if array.ndim == 2 else array
        if array.ndim != 3 or array.shape[2] != 2 or not array.size:
            raise InputError(
                f"the {what} {brief(str(name))} must be points of two numbers, shape (m, 2), or (n, m, 2) for n steps, "
                f"not shape {np.shape(points)}"
            )
        if not np.isfinite(array).all(2).any():
            raise InputError(f"the {what} {brief(str(name))} has no finite point")
        shapes[str(name)] = array
    return shapes


def looks_of(plot: Plot, *groups: Mapping[str, Any]) -> dict[str, Look]:
    """Give each name a look; what has the same name in two groups has the same."""
    names = dict.fromkeys(name for group in groups for name in group)
    return {name: plot.style.look(k) for k, name in enumerate(names)}


def draw_shapes(
    plot: Plot, outlines: Mapping[str, np.ndarray], crowds: Mapping[str, np.ndarray], looks: Mapping[str, Look]
) -> None:
    """Draw all outlines as lines and all crowds as dots, the later of several the stronger."""
    axes, above_paths = plot.axes[0], 2.5
    for shapes in (crowds, outlines):
        for name, sets in shapes.items():
            look = looks[name]
            marker, dash = (look.marker, "none") if shapes is crowds else ("none", look.dash)
            for k, points in enumerate(sets, 1):
                x, y = np.where(np.isfinite(points).all(1), points.T, np.nan)
                axes.plot(x, y, color=look.colour, alpha=0.25 + 0.65 * k / len(sets), marker=marker, markersize=5,
                          linestyle=dash, linewidth=1.5, zorder=above_paths)  # fmt: skip


def name_shapes(
    plot: Plot,
    key: MarginKey,
    known: Mapping[str, Any],
    outlines: Mapping[str, np.ndarray],
    crowds: Mapping[str, np.ndarray],
    looks: Mapping[str, Look],
) -> None:
    """Name the shapes whose name is not yet in the margin, as that of a path."""
    for name, sets in {**crowds, **outlines}.items():
        if name not in known:
            points = sets[np.isfinite(sets).all(2)]
            sample = "line" if name in outlines else "marker"
            key.add(plot.text(name), float(points[-1, 0]), float(points[-1, 1]), looks[name], sample)
