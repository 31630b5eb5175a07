"""Films of training: a decision boundary that moves, optimisers that race."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.symbols import number_text
from viz.plots.beside import canvas_for, draw_curves, named_curves
from viz.plots.boundary import decision_boundary
from viz.plots.films import Quality, film
from viz.plots.grids import heights
from viz.plots.inputs import called
from viz.plots.keys import MarginKey
from viz.plots.landscape import Landscape, draw_map, draw_path, landscape, named_paths
from viz.plots.plot import Plot, canvas
from viz.plots.shapes import draw_shapes, looks_of, name_shapes, named_shapes
from viz.plots.style import Look, ThemeName


def decision_boundary_film(
    predict: Callable[[Any, np.ndarray], Any],
    snapshots: Iterable[Any],
    X: Any,
    y: Any,
    path: str | os.PathLike[str],
    *,
    steps: Sequence[int] | None = None,
    step: str = "epoch",
    rate: int = 10,
    quality: Quality = "medium",
    theme: ThemeName = "dark",
    **options: Any,
) -> Path:
    """Film how the decision boundary moves as training goes on.

    Args:
        predict: a function of a snapshot and of points, shape (m, 2): what `decision_boundary` takes, for this
            snapshot.
        snapshots: the parameters as they were from time to time; copies, as training changes them in place.
        X: the examples, shape (n, 2).
        y: their classes.
        path: where the film goes: an .mp4 or .gif file in a folder that exists.
        steps: the number of each snapshot; 0, 1, 2, … if not given.
        step: what is counted.
        rate: frames a second.
        quality: "low", "medium" or "high".
        theme: "light", "dark" or "contrast".
        options: for `decision_boundary`.

    Returns:
        The path.

    Raises:
        InputError: as `decision_boundary` and `film`; or not one number for each snapshot.
        MissingExtraError: as `film`.
    """
    called(predict, "predict")
    taken = list(snapshots)
    counts = list(range(len(taken))) if steps is None else list(steps)
    if len(counts) != len(taken):
        raise InputError(f"{len(counts)} steps for {len(taken)} snapshots: each snapshot needs its number")

    def draw(k: int) -> Plot:
        """Draw one snapshot."""
        plot = decision_boundary(lambda points: predict(taken[k], points), X, y, title="…", theme=theme, **options)
        plot.keys[0].reserve("wrong")  # The last picture, which sets the margins, may have no need of it.
        share = plot.numbers["accuracy"]
        plot.retitle(f"{step} {counts[k]}: {round(share * len(plot.numbers['predicted']))} of "
                     f"{len(plot.numbers['predicted'])} examples are on the right side")  # fmt: skip
        return plot

    return film(draw, range(len(taken)), path, rate=rate, quality=quality)


def race(
    f: Callable[[Any, Any], Any],
    paths: Any,
    path: str | os.PathLike[str],
    *,
    xlim: Any,
    ylim: Any,
    outlines: Any = None,
    crowds: Any = None,
    beside: Any = None,
    beside_name: str = "",
    frames: int = 100,
    levels: int | Any = 10,
    resolution: int = 101,
    names: tuple[str, str] = ("x", "y"),
    rate: int = 10,
    quality: Quality = "medium",
    theme: ThemeName = "dark",
) -> Path:
    """Film optimisers that race down the same function, step by step, with the value that each has reached.

    Args:
        f: a function of two numbers that returns one.
        paths: a dictionary from the name of an optimiser to the points it came through, shape (n, 2).
        path: where the film goes: an .mp4 or .gif file in a folder that exists.
        xlim: the left and the right end of the map.
        ylim: the lower and the upper end.
        outlines: a dictionary from names to points that are joined by a line, one line for each step, shape (k, m, 2),
            or one for all, (m, 2): the ellipse of a search. What is called as a path looks like it.
        crowds: the same, drawn as dots that nothing joins: a population.
        beside: a dictionary from names to numbers, one for each step: curves on axes of their own at the right.
        beside_name: of their vertical axis.
        frames: how many pictures at most; of longer paths every second, third, … step is shown.
        levels: how many contours, or their heights.
        resolution: points of the grid along each side.
        names: of the two axes.
        rate: frames a second.
        quality: "low", "medium" or "high".
        theme: "light", "dark" or "contrast".

    Returns:
        The path of the film.

    Raises:
        InputError: as `contours` and `film`.
        MissingExtraError: as `film`.
    """
    ways = named_paths(paths)
    if not ways:
        raise InputError("paths: no optimiser is given, so there is no race")
    land, curves = landscape(f, xlim, ylim, resolution), named_curves(beside)
    lines, dots = named_shapes(outlines, "outline"), named_shapes(crowds, "crowd")
    last = max(len(way) for way in ways.values()) - 1
    every = max(-(-last // max(frames - 1, 1)), 1)
    values = {name: _values(f, way) for name, way in ways.items()}
    written = {name: [f"f = {number_text(value, 3)}" for value in row] for name, row in values.items()}

    def draw(k: int) -> Plot:
        """Draw the race after k steps."""
        with canvas(theme, *canvas_for(curves)) as plot:
            draw_map(plot, land, levels)
            looks, key = looks_of(plot, ways, lines, dots), plot.key(plot.axes[0])
            draw_shapes(plot, _at(lines, k), _at(dots, k), looks)
            _draw_ways(plot, key, land, ways, written, k, looks)
            name_shapes(plot, key, ways, lines, dots, looks)
            draw_curves(plot, curves, beside_name, k)
            plot.name_axes(plot.axes[0], *names)
            plot.title = _told(values, k, last)
        return plot

    return film(draw, [*range(0, last, every), last], path, rate=rate, quality=quality)


def _values(f: Callable[[Any, Any], Any], way: np.ndarray) -> np.ndarray:
    """Evaluate f along a path."""
    return np.array([float(heights(f, point[:1], point[1:])[0, 0]) for point in way])


def _at(shapes: Mapping[str, np.ndarray], k: int) -> dict[str, np.ndarray]:
    """Choose of each shape what it is at a step: the last one that there is, where it ended before."""
    return {name: sets[[min(k, len(sets) - 1)]] for name, sets in shapes.items()}


def _draw_ways(
    plot: Plot,
    key: MarginKey,
    land: Landscape,
    ways: dict[str, np.ndarray],
    written: dict[str, list[str]],
    k: int,
    looks: Mapping[str, Look],
) -> None:
    """Draw each path so far, and in the margin the value that it has reached."""
    for place, (name, way) in enumerate(ways.items()):
        so_far = way[: k + 1]
        if np.isfinite(so_far).all(1).any():
            draw_path(plot, so_far, looks[name])
        height = land.y[-1] - (0.05 + 0.12 * place) * (land.y[-1] - land.y[0])
        shown = f"{plot.text(name, 90)}\n{written[name][min(k, len(way) - 1)]}"
        key.add(shown, float(land.x[-1]), float(height), looks[name], sample="line")
        key.reserve(max(written[name], key=len))


def _told(values: dict[str, np.ndarray], k: int, last: int) -> str:
    """Say which step it is, and who is lowest."""
    now = {name: row[min(k, len(row) - 1)] for name, row in values.items()}
    finite = {name: value for name, value in now.items() if np.isfinite(value)}
    if not finite:
        return f"step {k} of {last}: all have diverged"
    best = min(finite, key=lambda name: finite[name])
    return f"step {k} of {last}" + (f": {best} is lowest" if len(values) > 1 and k else "")
