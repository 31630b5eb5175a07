"""`roc`: how many positives a score finds for how many false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from viz.plots.inputs import classes, line_of
from viz.plots.plot import HIGH, Plot, canvas
from viz.plots.rates import positive_class, roc_curve
from viz.plots.style import Look, ThemeName


def roc(true: Any, scores: Any, *, positive: Any = None, title: str | None = None, theme: ThemeName = "light") -> Plot:
    """Draw the receiver operating characteristic of a score, or of several, with the area below.

    The area is how often a positive example scores above a negative one, ties counting one half: 1 is perfect, 1/2 is
    a coin (T. Fawcett, "An introduction to ROC analysis", 2006).

    Args:
        true: the class of each example; two different ones.
        scores: one number for each example, the larger the more likely positive; or a dictionary of several.
        positive: which class counts as positive; the larger of the two in order if not given.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "AUC" and "curve" (of several scores: dictionaries of them).

    Raises:
        InputError: one class only, or numbers that do not fit.

    >>> roc(["no", "no", "yes"], [0.2, 0.4, 0.9]).title
    'AUC = 1'
    """
    labels = classes(true, "the true labels")
    chosen = positive_class(labels, positive)
    hits = np.array([label == chosen for label in labels])
    several = isinstance(scores, Mapping)
    named = {str(name): row for name, row in scores.items()} if several else {"": scores}
    if not named:
        raise InputError("scores: none are given")
    curves = {name: roc_curve(hits, _scores(row, len(hits))) for name, row in named.items()}
    with canvas(theme, (8.0, 1.2 * HIGH)) as plot:
        axes, theme_ = plot.axes[0], plot.style.theme
        key = plot.key(axes)
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.plot([0, 1], [0, 1], color=theme_.dim, linewidth=1.5, linestyle=(0, (1.5, 1.5)))
        key.add("chance: 0.5", 1.0, 0.5, Look(theme_.dim, (0, (1.5, 1.5)), ""), sample="line")
        for k, (name, curve) in enumerate(curves.items()):
            look = plot.style.look(k)
            axes.plot(curve.false_positive_rate, curve.true_positive_rate, color=look.colour, linestyle=look.dash)
            if not several:
                axes.fill_between(curve.false_positive_rate, curve.true_positive_rate, color=look.colour, alpha=0.12)
            text = f"{plot.text(name, 130)} {curve.area:.3g}" if several else f"AUC {curve.area:.3g}"
            key.add(text, 1.0, 1.0 - 0.07 * k, Look(look.colour, look.dash, ""), sample="line")
        plot.name_axes(axes, "false positive rate", f"true positive rate ({plot.text(chosen, 80)})")
        areas = {name: curve.area for name, curve in curves.items()}
        plot.numbers = {"AUC": areas if several else areas[""], "curve": curves if several else curves[""]}
        plot.title = _told(areas) if title is None else title
    return plot


def _scores(given: Any, count: int) -> np.ndarray:
    """Take one score for each example.

    Raises:
        InputError: there are more or fewer, or one is nan.
    """
    scores = line_of(given, "scores")
    if len(scores) != count:
        raise InputError(f"{count} true labels and {len(scores)} scores: each example needs both")
    if np.isnan(scores).any():
        raise InputError("scores contain nan, which is neither above nor below a threshold; leave those examples out")
    return scores


def _told(areas: dict[str, float]) -> str:
    """Say the area, or which of several is largest."""
    best = max(areas, key=lambda name: areas[name])
    return f"AUC = {areas[best]:.3g}" if len(areas) == 1 else f"{best} has the largest AUC: {areas[best]:.3g}"
