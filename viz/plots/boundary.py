"""`decision_boundary`: what a classifier says at each point of the plane, and the examples it is to tell apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError
from microgradphys.scopes import no_grad
from viz.plots.grids import grid
from viz.plots.inputs import around, called, classes, counted, in_order, limits, not_finite, numbers, plain, points
from viz.plots.plot import HIGH, WIDE, Plot, canvas
from viz.plots.style import Look, ThemeName


def decision_boundary(
    predict: Callable[[np.ndarray], Any],
    X: Any,
    y: Any,
    *,
    threshold: float | None = None,
    xlim: Any = None,
    ylim: Any = None,
    resolution: int = 121,
    names: tuple[str, str] = ("x₁", "x₂"),
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw which class a classifier gives to each point of the plane, how sure it is, and the examples.

    Examples on the wrong side are crossed.

    Args:
        predict: a function of points, shape (m, 2), that returns one number each (the larger, the more the second
            class), or one for each class, shape (m, k), or a label each. For a model that takes one point, write
            `lambda points: [model(point) for point in points]`.
        X: the examples, shape (n, 2).
        y: their classes: numbers or words.
        threshold: above which a number means the second class; 1/2 if all are from 0 to 1, else 0.
        xlim: the left and the right end; around the examples if not given.
        ylim: the lower and the upper end.
        resolution: points along each side at which the classifier is asked.
        names: of the two axes.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "accuracy", "predicted" (of the examples), "classes" and "regions" (shape (y, x), the
        place of the class in the list).

    Raises:
        InputError: shapes that do not fit.

    >>> plot = decision_boundary(lambda p: p[:, 0] - p[:, 1], [[1, 0], [2, 0], [0, 1], [3, 1]], [1, 1, 0, 0])
    >>> plot.title, plot.numbers["accuracy"]
    ('3 of 4 examples are on the right side', 0.75)
    """
    called(predict, "predict")
    examples, labels = points(X, "X"), classes(y, "y")
    if len(examples) != len(labels):
        raise InputError(f"X has {counted(len(examples), 'example')} and y {counted(len(labels), 'label')}")
    kept = np.asarray(np.isfinite(examples).all(axis=1))
    if not kept.any():
        raise InputError("X: no example is finite")
    examples, labels = examples[kept], [label for label, keep in zip(labels, kept.tolist(), strict=True) if keep]
    across, up = grid(
        limits(around(examples[:, 0], 0.12) if xlim is None else xlim, "xlim"),
        limits(around(examples[:, 1], 0.12) if ylim is None else ylim, "ylim"),
        resolution,
    )
    answer = _ask(predict, examples, np.stack(np.meshgrid(across, up), -1), labels, threshold)
    with canvas(theme, (WIDE, 1.15 * HIGH)) as plot:
        _draw_regions(plot, across, up, answer)
        _draw_examples(plot, examples, labels, answer)
        plot.name_axes(plot.axes[0], *names)
        right = sum(a == b for a, b in zip(answer.predicted, labels, strict=True))
        plot.numbers = {
            "accuracy": right / len(labels), "predicted": answer.predicted, "classes": answer.order,
            "regions": answer.regions,
        }  # fmt: skip
        plot.title = f"{right} of {counted(len(labels), 'example')} are on the right side" if title is None else title
        plot.notes += not_finite(int((~kept).sum()), "example")
        plot.notes += not_finite(int((answer.regions < 0).sum()), "prediction on the grid")
    return plot


@dataclass(frozen=True)
class Answer:
    """What a classifier said.

    order: the classes. regions: the place of the class of each point of the grid in them, −1 where there is none.
    sure: from 0 to 1. margin: of each class, how far it is ahead of the others on the grid. predicted: of the examples.
    """

    order: list[Any]
    regions: np.ndarray
    sure: np.ndarray
    margin: np.ndarray
    predicted: list[Any]


def _ask(
    predict: Callable[[np.ndarray], Any], examples: np.ndarray, field: np.ndarray, labels: list[Any],
    threshold: float | None,
) -> Answer:  # fmt: skip
    """Ask the classifier about the grid and the examples at once.

    Raises:
        InputError: there is one class only, or the answer has another shape.
    """
    order = in_order(labels)
    if len(order) < 2:
        raise InputError(f"y has one class only, {brief(order[0])}: a boundary is between two")
    asked = np.concatenate([field.reshape(-1, 2), examples])
    with no_grad():
        said = _array(predict(asked.copy()))
    ahead = _ahead(said, len(asked), order, threshold)
    known = np.isfinite(ahead).all(1)
    best = np.where(known, np.argmax(np.nan_to_num(ahead, nan=-np.inf), 1), -1)
    split, shape = len(asked) - len(examples), field.shape[:2]
    most = np.percentile(np.abs(ahead[known]), 95) if known.any() else 1.0
    sure = np.clip(np.where(known, ahead.max(1), 0.0) / (most or 1.0), 0, 1)
    return Answer(
        order,
        best[:split].reshape(shape),
        sure[:split].reshape(shape),
        np.moveaxis(ahead[:split].reshape(*shape, len(order)), 2, 0),
        [order[k] if k >= 0 else None for k in best[split:]],
    )


def _array(said: Any) -> np.ndarray:
    """Make an array of what a classifier returned, numbers or words.

    Raises:
        InputError: its rows differ in length.
    """
    try:
        return np.asarray(plain(said))
    except ValueError as error:
        raise InputError(f"what predict returns must be numbers or labels, not {brief(said)} ({error})") from None


def _ahead(said: np.ndarray, count: int, order: list[Any], threshold: float | None) -> np.ndarray:
    """How far each class is ahead of the best of the others: shape (count, classes), at most one positive in a row.

    Raises:
        InputError: the answer has another shape.
    """
    if said.shape == (count, 1):
        said = said[:, 0]
    if said.shape == (count,):
        given = [int(one) if isinstance(one, float) and one.is_integer() else one for one in said.tolist()]
        if set(given) <= set(order):
            return np.array([[1.0 if one == label else -1.0 for label in order] for one in given])
    scores = numbers(said.tolist(), "what predict returns")
    if scores.shape == (count,) and len(order) == 2:
        if threshold is None:
            finite = scores[np.isfinite(scores)]
            threshold = 0.5 if finite.size and finite.min() >= 0 and finite.max() <= 1 else 0.0
        return np.stack([threshold - scores, scores - threshold], 1)
    if scores.shape == (count, len(order)):
        others = [np.delete(scores, k, 1).max(1) for k in range(len(order))]
        return scores - np.stack(others, 1)
    raise InputError(
        f"predict was given {count} points, shape {(count, 2)}, and returned shape {scores.shape}; it should return "
        f"{'one number each, ' if len(order) == 2 else ''}one number for each of the {len(order)} classes, "
        f"shape {(count, len(order))}, or one label each"
    )


def _draw_regions(plot: Plot, across: np.ndarray, up: np.ndarray, answer: Answer) -> None:
    """Colour each point by its class, the stronger the surer, and draw the boundary."""
    from matplotlib.colors import to_rgb

    axes, theme = plot.axes[0], plot.style.theme
    ground = np.array(to_rgb(theme.background))
    colours = np.array([to_rgb(plot.style.look(k).colour) for k in range(len(answer.order))])
    strength = np.where(answer.regions >= 0, 0.1 + 0.3 * answer.sure, 0.0)[..., None]
    picture = colours[answer.regions] * strength + ground * (1 - strength)
    half_x, half_y = (across[1] - across[0]) / 2, (up[1] - up[0]) / 2
    extent = (across[0] - half_x, across[-1] + half_x, up[0] - half_y, up[-1] + half_y)
    axes.imshow(picture, extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
    axes.grid(False)
    for margin in answer.margin[: 1 if len(answer.order) == 2 else None]:
        seen = np.ma.masked_invalid(margin)
        if seen.count() and seen.min() < 0 < seen.max():
            axes.contour(across, up, seen, [0.0], colors=theme.ink, linewidths=1.5)
    axes.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))


def _draw_examples(plot: Plot, examples: np.ndarray, labels: list[Any], answer: Answer) -> None:
    """Draw the examples with the marker of their class, and a cross on those on the wrong side."""
    axes, theme = plot.axes[0], plot.style.theme
    size = float(np.clip(40 / np.sqrt(len(labels)) + 3, 3, 9))
    key = plot.key(axes)
    for k, label in enumerate(answer.order):
        look = plot.style.look(k)
        own = examples[[one == label for one in labels]]
        axes.plot(
            *own.T, look.marker, color=look.colour, markeredgecolor=theme.background, markersize=size,
            markeredgewidth=0.8, rasterized=len(labels) > 2000,
        )  # fmt: skip
        if k < key.room():
            key.add(
                plot.text(_named(label), 100), float(own[:, 0].mean()), float(own[:, 1].mean()), look, sample="marker"
            )
    wrong = examples[[a != b for a, b in zip(answer.predicted, labels, strict=True)]]
    if len(wrong):
        # Among thousands a cross is a dot's size: the examples are still seen.
        axes.plot(*wrong.T, "x", color=theme.ink, markersize=1.4 * size, markeredgewidth=size / 5)
        key.add("wrong", 0.0, axes.get_ylim()[0], Look(theme.ink, "-", "x"), sample="marker")


def _named(label: Any) -> str:
    """Write a class; a number has our minus sign."""
    text = str(label)
    return text.replace("-", "−", 1) if isinstance(label, (int, float)) else text
