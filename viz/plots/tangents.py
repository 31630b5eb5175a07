"""`tangent`: a function and the straight line that touches it, with the slope that the engine computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.scopes import no_grad
from microgradphys.symbols import number_text
from microgradphys.transforms import value_and_grad
from viz.plots.activations import broken
from viz.plots.inputs import around, called, limits, not_finite, numbers, one_number
from viz.plots.plot import Plot, canvas
from viz.plots.style import Look, ThemeName

_POINTS = 401


def tangent(
    f: Callable[[Any], Any],
    at: Any,
    *,
    xlim: Any = None,
    names: tuple[str, str] = ("x", "f(x)"),
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw a function of one number and its tangents: f(x₀) + f′(x₀) (x − x₀), the slope by our own `grad`.

    Args:
        f: a function of one number that returns one, in Python and numpy.
        at: where the tangent touches: a number, or several.
        xlim: the left and the right end; some way around the points if not given.
        names: of the two axes.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "at", "values" and "slopes", in the order of the points.

    Raises:
        InputError: f is no function of one number, or is not finite where a tangent is asked for.

    >>> tangent(lambda x: x**2, at=1.5).title
    'the slope at x = 1.5 is 3'
    """
    called(f)
    touched = np.unique(np.atleast_1d(numbers(at, "at")).ravel())
    if not touched.size or not np.isfinite(touched).all():
        raise InputError("at must be a finite number, or several")
    wide = around(touched, 0.5)
    low, high = limits((wide[0] - 1, wide[1] + 1) if xlim is None else xlim, "xlim")
    values, slopes = _slopes(f, touched)
    x = np.linspace(low, high, _POINTS)
    with no_grad(), np.errstate(all="ignore"):
        y = np.array([_value(f, float(place)) for place in x])
    with canvas(theme) as plot:
        axes, colours = plot.axes[0], plot.style.theme
        key = plot.key(axes)
        axes.set(xlim=(low, high), ylim=_heights(y, values))
        axes.plot(x, broken(y, *axes.get_ylim()), color=colours.forward)
        last = np.flatnonzero(np.isfinite(y))
        if len(last):
            key.add(plot.text(names[1]), float(x[last[-1]]), float(y[last[-1]]), Look(colours.forward, "-", "o"))
        for k, (place, value, slope) in enumerate(zip(touched, values, slopes, strict=True)):
            look = Look(colours.backward, (0, (5, 1.5)), plot.style.look(k).marker)
            ends = value + slope * (np.array([low, high]) - place)
            axes.plot([low, high], ends, color=look.colour, linestyle=look.dash, linewidth=2)
            axes.plot(place, value, marker=look.marker, markersize=10, color=look.colour)
            if len(touched) <= 8:
                key.add(f"slope {number_text(slope)}", high, float(value), look, sample="marker")
        plot.name_axes(axes, *names)
        plot.numbers = {"at": touched, "values": values, "slopes": slopes}
        plot.title = _told(names[0], touched, slopes) if title is None else title
        plot.notes += not_finite(int((~np.isfinite(y)).sum()), "point of the curve")
    return plot


def _slopes(f: Callable[[Any], Any], places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute value and slope at each place.

    Raises:
        InputError: one of them is not finite.
    """
    both = value_and_grad(f)
    with np.errstate(all="ignore"):
        found = [both(float(place)) for place in places]
    pairs = np.array([[one_number(part, "what f returns") for part in pair] for pair in found])
    for place, pair in zip(places, pairs, strict=True):
        if not np.isfinite(pair).all():
            raise InputError(
                f"there is no tangent at {number_text(place)}: value {number_text(pair[0])}, "
                f"slope {number_text(pair[1])}"
            )
    return pairs[:, 0], pairs[:, 1]


def _value(f: Callable[[Any], Any], place: float) -> float:
    """Evaluate f; what is outside its domain is nan."""
    try:
        value = f(place)
    except (ArithmeticError, ValueError):
        return float("nan")
    return float("nan") if isinstance(value, complex) else one_number(value, "what f returns")


def _heights(y: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """The heights that are shown: the curve, without the little of it that goes out of sight."""
    finite = y[np.isfinite(y)]
    inner = np.percentile(finite, [3, 97]) if len(finite) else values
    room = 2 * float(np.ptp(inner))
    kept = finite[(finite >= inner[0] - room) & (finite <= inner[1] + room)]
    return around(np.concatenate([kept, values]))


def _told(name: str, places: np.ndarray, slopes: np.ndarray) -> str:
    """Say what the slopes are."""
    if len(places) == 1:
        return f"the slope at {name} = {number_text(places[0])} is {number_text(slopes[0])}"
    steepest = int(np.argmax(np.abs(slopes)))
    return (
        f"of {len(places)} points the slope is steepest at {name} = {number_text(places[steepest])}: "
        f"{number_text(slopes[steepest])}"
    )
