"""`loss_surface`: the loss of a network around its parameters, along two directions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.symbols import number_text
from microgradphys.trees import flatten, unflatten
from microgradphys.value import Value
from viz.plots.inputs import called, not_finite, numbers, one_number, plain
from viz.plots.landscape import draw_map, landscape
from viz.plots.plot import HIGH, WIDE, Plot, canvas
from viz.plots.style import ThemeName


def loss_surface(
    loss: Callable[..., Any],
    parameters: Any,
    *,
    directions: tuple[Any, Any] | None = None,
    filter_normalised: bool = True,
    seed: int = 0,
    span: float = 1.0,
    resolution: int = 41,
    levels: int | Any = 10,
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw the loss on the plane through the parameters θ along two directions: L(θ + a d₁ + b d₂).

    Random directions mean little by themselves: a network whose weights are twice as large does the same in a step
    twice as long. So the part of a direction that belongs to a filter (the last axis of an array counts the filters, as
    the columns of W in x @ W are the neurons) gets the norm of that filter; a bias, and any number by itself, counts as
    one filter. H. Li et al., "Visualizing the loss landscape of neural nets", NeurIPS 2018, arXiv:1712.09913.

    Args:
        loss: a function of parameters like those given, that returns one number. Where they are Values, as a model's
            `parameters()`, it is called without arguments: their data are moved, and put back at the end.
        parameters: where the surface is centred: arrays, numbers or Values, in lists, tuples and dictionaries.
        directions: two directions in the structure of the parameters; random ones (normal) if not given.
        filter_normalised: whether random directions are scaled as above; given ones are taken as they are.
        seed: of the random directions.
        span: how far the surface goes along each direction, both ways.
        resolution: points along each side.
        levels: how many contours, or their heights.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "centre" (the loss there), "lowest" (a, b, loss on the grid), "levels" and "surface".

    Raises:
        InputError: parameters or directions that do not fit, or a loss that is not one number.

    >>> plot = loss_surface(lambda w: np.sum(w**2), np.array([3.0, 4.0]), resolution=11)
    >>> plot.numbers["centre"]
    25.0
    """
    called(loss, "loss")
    around = _around(loss, parameters, directions, seed, filter_normalised)
    try:
        land = landscape(around, (-span, span), (-span, span), resolution, together=False)
        middle = one_number(around(0.0, 0.0), "the loss")
    finally:
        around.put_back()
    with canvas(theme, (WIDE, 1.15 * HIGH)) as plot:
        levels_ = draw_map(plot, land, levels)
        plot.axes[0].plot(0, 0, marker="P", markersize=14, color=plot.style.theme.backward,
                          markeredgecolor=plot.style.theme.background)  # fmt: skip
        plot.name_axes(plot.axes[0], "step along d₁", "step along d₂")
        if filter_normalised and directions is None:
            plot.notes.append("d₁ and d₂ are random directions, filter-normalised")
        plot.numbers = {"centre": middle, "lowest": land.lowest(), "levels": levels_, "surface": land.z}
        plot.title = _told(middle, *land.lowest()) if title is None else title
        plot.notes += not_finite(int((~np.isfinite(land.z)).sum()), "point of the grid")
    return plot


@dataclass(frozen=True)
class _Around:
    """The loss as a function of two steps away from the centre."""

    loss: Callable[..., Any]
    parameters: Any
    leaves: list[Any]
    was: list[Any]
    centre: list[np.ndarray]
    one: list[np.ndarray]
    two: list[np.ndarray]

    def __call__(self, a: float, b: float) -> Any:
        """Compute L(θ + a d₁ + b d₂)."""
        moved = [at + a * d + b * e for at, d, e in zip(self.centre, self.one, self.two, strict=True)]
        if not isinstance(self.leaves[0], Value):
            return self.loss(unflatten(self.parameters, [part if part.ndim else float(part) for part in moved]))
        for leaf, part in zip(self.leaves, moved, strict=True):
            leaf.data = part if part.ndim else float(part)
        return self.loss()

    def put_back(self) -> None:
        """Give Values the data that they had."""
        for leaf, data in zip(self.leaves, self.was, strict=True):
            if isinstance(leaf, Value):
                leaf.data = data


def _around(loss: Callable[..., Any], parameters: Any, directions: Any, seed: int, scaled: bool) -> _Around:
    """Check what is given, and draw directions if none are.

    Raises:
        InputError: parameters or directions that cannot be used.
    """
    if isinstance(parameters, Iterator):
        parameters = list(parameters)
    leaves = flatten(parameters)
    centre = [numbers(leaf, "parameters") for leaf in leaves]
    if not leaves or not all(np.isfinite(part).all() for part in centre):
        raise InputError("parameters: nothing is given" if not leaves else "parameters: one of them is nan or infinite")
    if len({isinstance(leaf, Value) for leaf in leaves}) > 1:
        raise InputError("parameters: some are Values and some are not; give all of one kind")
    if isinstance(leaves[0], Value) and not _takes_nothing(loss):
        raise InputError("loss: where the parameters are Values it is called without arguments: lambda: loss(model)")
    if directions is None:
        random = np.random.default_rng(seed)
        one, two = ([_random(part, random, scaled) for part in centre] for _ in range(2))
    elif isinstance(directions, (tuple, list)) and len(directions) == 2:
        one, two = (_given(direction, centre, k) for k, direction in enumerate(directions, 1))
    else:
        raise InputError("directions must be a pair, each in the structure of the parameters")
    return _Around(loss, parameters, leaves, [deepcopy(plain(leaf)) for leaf in leaves], centre, one, two)


def _takes_nothing(loss: Callable[..., Any]) -> bool:
    """Whether a function can be called without arguments, as far as it tells."""
    try:
        inspect.signature(loss).bind()
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _random(part: np.ndarray, random: np.random.Generator, scaled: bool) -> np.ndarray:
    """Draw a direction for one array, each filter with the norm of the array's own."""
    direction = np.asarray(random.standard_normal(part.shape))
    if not scaled:
        return direction
    axes = tuple(range(part.ndim - 1)) if part.ndim > 1 else None
    norms, own = (np.sqrt(np.sum(np.square(a), axis=axes, keepdims=True)) for a in (direction, part))
    return np.asarray(direction / norms * own).reshape(part.shape)


def _given(direction: Any, centre: list[np.ndarray], k: int) -> list[np.ndarray]:
    """Take a direction that fits the parameters."""
    parts = [numbers(part, f"direction {k}") for part in flatten(direction)]
    shapes, wanted = [part.shape for part in parts], [part.shape for part in centre]
    if shapes != wanted:
        raise InputError(f"direction {k} has arrays of shapes {shapes}, but the parameters have {wanted}")
    return parts


def _told(middle: float, a: float, b: float, lowest: float) -> str:
    """Say whether the centre is the lowest place."""
    if not lowest < middle:
        return f"the loss is lowest at the centre: {number_text(middle)}"
    return (
        f"loss {number_text(middle)} at the centre, {number_text(lowest)} at ({number_text(a, 3)}, {number_text(b, 3)})"
    )
