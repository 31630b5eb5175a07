"""`confusion_matrix`: which class is taken for which, with the rates of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from viz.plots.inputs import classes, in_order, names_for
from viz.plots.plot import WIDE, Plot, canvas
from viz.plots.rates import confusion_counts, shares
from viz.plots.style import SMALL, ThemeName, contrast
from viz.plots.texts import width

# With more classes than this the numbers do not fit into the cells.
_MOST_NUMBERS = 12


def confusion_matrix(
    true: Any,
    predicted: Any,
    *,
    labels: Sequence[Any] | None = None,
    names: Sequence[str] | None = None,
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw how often each class was taken for each: counts and shares of the row, recall and precision at the sides.

    Args:
        true: the class of each example: numbers, words or truths.
        predicted: the class that each was taken for.
        labels: the classes in the order of the rows; all that occur, sorted, if not given.
        names: what the classes are called, in the order of the labels.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "labels", "counts" (rows are true classes), "accuracy", "recall" and "precision" (nan
        where a class does not occur, or is never predicted).

    Raises:
        InputError: the labels do not fit.

    >>> confusion_matrix(["cat", "cat", "dog"], ["cat", "dog", "dog"]).title
    'accuracy 0.667; cat is taken for dog in 1 of 2'
    """
    is_, taken = classes(true, "the true labels"), classes(predicted, "the predicted labels")
    order = in_order([*is_, *taken]) if labels is None else classes(labels, "labels")
    counts = confusion_counts(is_, taken, order)
    called = list(map(str, order)) if names is None else names_for(names, len(order), "class")
    side = min(max(0.9 * len(order) + 2.8, 5.0), WIDE)
    with canvas(theme, (WIDE, side)) as plot:
        plot.numbers = {
            "labels": order, "counts": counts, "accuracy": float(np.trace(counts) / counts.sum()),
            "recall": shares(counts, 1), "precision": shares(counts, 0),
        }  # fmt: skip
        _draw(plot, counts, [plot.text(name, 90) for name in called])
        plot.title = _told(counts, called) if title is None else title
    return plot


def _draw(plot: Plot, counts: np.ndarray, names: list[str]) -> None:
    """Draw the cells, with what is written in them and around them."""
    axes, n = plot.axes[0], len(names)
    rows = counts.sum(1, keepdims=True)
    share = np.divide(counts, rows, out=np.zeros(counts.shape), where=rows > 0)
    axes.imshow(share, cmap=plot.style.sequential, vmin=0, vmax=1.4, aspect="auto" if n > 1 else "equal")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    every = -(-n // 25)
    axes.set_xticks(range(0, n, every), names[::every], rotation=0 if _fits(plot, names[::every]) else 90)
    axes.set_yticks(range(0, n, every), names[::every])
    plot.name_axes(axes, "predicted class", "true class")
    if n > _MOST_NUMBERS:
        return
    for (row, column), count in np.ndenumerate(counts):
        text = f"{count}\n{share[row, column]:.0%}" if rows[row, 0] else "0"
        colour, weight = _ink(plot, float(share[row, column])), "bold" if row == column else "normal"
        axes.text(column, row, text, ha="center", va="center", fontsize=SMALL, color=colour, fontweight=weight)
    recall, precision = (_written(plot.numbers[what]) for what in ("recall", "precision"))
    right, top = axes.secondary_yaxis("right"), axes.secondary_xaxis("top")
    right.set_yticks(range(n), recall)
    right.set_ylabel("recall", fontsize=SMALL)
    top.set_xticks(range(n), precision)
    top.set_xlabel("precision", fontsize=SMALL)
    for side in (right, top):
        side.spines[:].set_visible(False)


def _fits(plot: Plot, names: list[str]) -> bool:
    """Whether the names of the columns fit beside one another."""
    return max(width(name, SMALL) for name in names) < 72 * 0.68 * WIDE / len(names)


def _written(rates: np.ndarray) -> list[str]:
    """Write rates as percentages; a dash where there is none."""
    return ["–" if np.isnan(rate) else f"{rate:.0%}" for rate in rates]


def _ink(plot: Plot, share: float) -> str:
    """The colour that is legible on a cell."""
    from matplotlib.colors import to_hex

    theme, cell = plot.style.theme, to_hex(plot.style.sequential(share / 1.4))
    return max((theme.ink, theme.background), key=lambda colour: contrast(colour, cell))


def _told(counts: np.ndarray, names: list[str]) -> str:
    """Say how much is right, and which mistake is the most frequent."""
    wrong = counts - np.diag(np.diag(counts))
    accuracy = f"accuracy {np.trace(counts) / counts.sum():.3g}"
    if not wrong.any():
        return f"{accuracy}: no mistake in {counts.sum()}"
    row, column = np.unravel_index(np.argmax(wrong), wrong.shape)
    often = f"in {wrong[row, column]} of {counts[row].sum()}"
    return f"{accuracy}; {names[row]} is taken for {names[column]} {often}"
