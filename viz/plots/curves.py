"""`learning_curves`: how loss and score change as training goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.symbols import number_text
from viz.plots.curves_and_points import draw_curve
from viz.plots.inputs import counted, named_series, not_finite, plain
from viz.plots.plot import HIGH, WIDE, Plot, canvas
from viz.plots.scales import logarithmic
from viz.plots.style import ThemeName

_SCORES = ("accuracy", "acc", "auc", "f1", "score", "precision", "recall", "r2")
_MOST_NAMES = 12
_HELD_OUT = ("val", "test", "dev", "held")


def learning_curves(
    history: Any,
    *,
    step: str = "epoch",
    start: int = 1,
    log: bool | None = None,
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw what was measured while a network learned, one curve each, losses above scores.

    The title says at which epoch the validation loss is lowest: there one stops (L. Prechelt, "Early stopping — but
    when?", 1998). A number that is missing, nan or infinite is a gap in its curve.

    Args:
        history: what `model.fit` returned; or a dictionary from names to one number an epoch; or a list of
            dictionaries, one an epoch; or the numbers of one loss.
        step: what is counted: "epoch", "update", ...
        start: the number of the first one.
        log: whether losses are drawn on a logarithmic axis; if not given, when they span two decades or more.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "best step" and "best" (the lowest loss) and, of each curve, "last".

    Raises:
        InputError: nothing to draw, or something that is not a number.

    >>> plot = learning_curves({"loss": [3.0, 1.0, 0.4], "validation loss": [3.1, 1.4, 1.6]})
    >>> plot.title
    'validation loss is lowest at epoch 2: 1.4'
    """
    given = _by_name(history)
    for name, row in given.items() if isinstance(given, Mapping) else ():
        if np.ndim(shown := plain(row)) > 1:
            raise InputError(f"history {name!r} must be one number an {step}, not an array of shape {np.shape(shown)}")
    rows = named_series(given, "history", "loss", "curve")
    losses, scores = ({name: row for name, row in rows.items() if _is_score(name) is kind} for kind in (False, True))
    panels = [panel for panel in (losses, scores) if panel]
    size = (WIDE, HIGH if len(panels) == 1 else 1.35 * HIGH)
    with canvas(theme, size, (len(panels), 1), sharex=True) as plot:
        for axes, panel in zip(plot.axes, panels, strict=True):
            _draw(plot, axes, panel, list(rows), start)
            logarithmic(axes, np.concatenate(list(panel.values())), log if panel is losses else False)
            plot.name_axes(axes, step if axes is plot.axes[-1] else None, "loss" if panel is losses else "score")
        plot.title = _lowest(plot, losses or scores, bool(losses), step, start) if title is None else title
        plot.notes += not_finite(sum(int((~np.isfinite(row)).sum()) for row in rows.values()))
    return plot


def _by_name(history: Any) -> Any:
    """Take a History's curves, or make some of a list of dictionaries, one an epoch; what is missing is a gap."""
    history = getattr(history, "curves", history)
    if not (isinstance(history, (list, tuple)) and history and all(isinstance(one, Mapping) for one in history)):
        return history
    names = dict.fromkeys(name for one in history for name in one)
    return {name: [one.get(name) for one in history] for name in names}


def _is_score(name: str) -> bool:
    """Whether more of it is better."""
    words = name.lower().replace("_", " ").replace("-", " ").split()
    return any(word in _SCORES for word in words)


def _lowest(plot: Plot, rows: dict[str, np.ndarray], loss: bool, step: str, start: int) -> str:
    """Mark the best place of the validation curve, or else of the first one, and say where it is."""
    name = next((name for name in rows if name.lower().startswith(_HELD_OUT)), next(iter(rows)))
    row = np.where(np.isfinite(rows[name]), rows[name], np.inf if loss else -np.inf)
    best = int(np.argmin(row) if loss else np.argmax(row))
    ink = plot.style.theme.ink
    plot.axes[0].plot(
        start + best, row[best], marker="o", markersize=13, fillstyle="none", color=ink, markeredgewidth=2
    )
    plot.numbers = {"best step": start + best, "best": float(row[best])}
    if len(row) == 1:
        return f"{name} is {number_text(row[0])} after one {step}"
    return f"{name} is {'lowest' if loss else 'highest'} at {step} {start + best}: {number_text(row[best])}"


def _draw(plot: Plot, axes: Any, panel: dict[str, np.ndarray], order: list[str], start: int) -> None:
    """Draw the curves of one panel, with their names at their ends."""
    key = plot.key(axes)
    for name, row in panel.items():
        look = plot.style.look(order.index(name))
        steps = start + np.arange(len(row))
        marker = look.marker if len(row) < 30 else ""
        kept = np.where(np.isfinite(row), row, np.nan)
        draw_curve(axes, steps, kept, look, marker=marker, markersize=6)
        last = int(np.flatnonzero(np.isfinite(row))[-1])
        if len(key.entries) < _MOST_NAMES:
            key.add(plot.text(name), float(steps[last]), float(row[last]), look)
    if len(panel) > _MOST_NAMES:
        plot.notes.append(f"{counted(len(panel) - _MOST_NAMES, 'curve')} more without a name")
    if all(len(row) == 1 for row in panel.values()):
        axes.set_xlim(start - 1, start + 1)
    axes.xaxis.get_major_locator().set_params(integer=True)
