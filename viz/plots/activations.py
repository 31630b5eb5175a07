"""`activation`: a function of one number, from the table of primitives or your own, with its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.arranging import arrange
from microgradphys.closed_form import closed_form
from microgradphys.data import brief
from microgradphys.errors import InputError, MicrogradphysError
from microgradphys.mathematics import Call, Derivative, Math, Symbol
from microgradphys.namespaces import OWN_ROWS
from microgradphys.notation import write
from microgradphys.primitives import PRIMITIVES, Primitive
from microgradphys.recording import apply
from microgradphys.symbols import number_text
from microgradphys.value import Value
from viz.plots.inputs import around, limits, number_between, numbers
from viz.plots.plot import Plot, canvas
from viz.plots.style import Look, ThemeName

_POINTS = 2001


def activation(
    name: str | Callable[[Any], Any],
    *,
    xlim: Any = (-6.0, 6.0),
    saturation: float = 0.05,
    written: str | None = None,
    title: str | None = None,
    theme: ThemeName = "light",
    **options: float,
) -> Plot:
    """Draw a function of one number with its derivative, both computed by the engine.

    Where the slope is less than a share of its steepest (or of 1, if that is less), the function is saturated, and
    nearly nothing is left of a gradient that passes there (X. Glorot and Y. Bengio, "Understanding the difficulty of
    training deep feedforward neural networks", AISTATS 2010): that part is hatched.

    Args:
        name: any row of the table of primitives that has one argument: "sigmoid", "tanh", "relu", "gelu", "sin", or
            one of your own; or a function of a Value, which acts on each element.
        xlim: the left and the right end.
        saturation: that share.
        written: how the function is written; as its row says or as it was recorded, if not given.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".
        options: of the row, such as slope=0.2 for "leaky_relu".

    Returns:
        The plot; its numbers are "a", "y" and "slope" (arrays), and "saturated" (intervals of a).

    Raises:
        InputError: no such row, or what is not a function of one number.

    >>> activation("sigmoid").title
    'σ(a) is steepest at a = 0, slope 0.25; saturated where |a| > 4.36'
    >>> activation(lambda a: np.maximum(-a, 0.5 * a)).title
    'max(−a, 0.5 · a) has the slope −1 where it is steepest'
    """
    low, high = limits(xlim, "xlim")
    share = number_between(saturation, "saturation", 0, 0.99)
    a = np.linspace(low, high, _POINTS)
    x = Value(a, "a")
    y, slope, formula, convention = _own(name, x) if callable(name) and not options else _of_table(name, x, options)
    flat = saturated(a, slope, share)
    if written is not None:
        formula = Symbol(written)
    with canvas(theme) as plot:
        axes = plot.axes[0]
        axes.set(xlim=(low, high), ylim=_window(np.concatenate([y, slope])))
        texts = (write(formula), write(_slope(formula))) if written is None else (written, "its slope")
        _draw(plot, a, y, slope, texts)
        for begin, end in flat:
            axes.axvspan(begin, end, facecolor="none", edgecolor=plot.style.theme.line, hatch="//", linewidth=0)
        plot.name_axes(axes, "a", "value and derivative")
        plot.numbers = {"a": a, "y": y, "slope": slope, "saturated": flat}
        plot.title = _told(texts[0], a, slope, flat) if title is None else title
        plot.notes += [convention] if convention else []
    return plot


def _row(name: str) -> Primitive:
    """Find a row that is a function of one number.

    Raises:
        InputError: there is none by this name.
    """
    row = {**PRIMITIVES, **OWN_ROWS}.get(name) if isinstance(name, str) else None
    if row is None:
        raise InputError(f"no row of the table of primitives is called {brief(name)}; sigmoid, tanh, relu, gelu … are")
    if row.arity != 1 or not row.partials:
        raise InputError(f"{row.name} is written {row.written}: it is not a function of one number, so it has no curve")
    return row


def _of_table(name: Any, x: Value, options: dict[str, float]) -> tuple[np.ndarray, np.ndarray, Math, str]:
    """Compute a row and its derivative; nan outside its domain. Return its formula and its convention, too."""
    row = _row(name)
    unknown = [option for option in options if option not in row.statics]
    if unknown:
        raise InputError(f"{row.name} has no option {brief(unknown[0])}; it has {', '.join(row.statics) or 'none'}")
    y, slope, _ = _computed(lambda x: apply(row, x, **options), x, row.name)
    return y, slope, arrange(row, [Symbol("a")], options), row.convention


def _own(f: Callable[[Any], Any], x: Value) -> tuple[np.ndarray, np.ndarray, Math, str]:
    """Compute a function of a Value, and write it as it was recorded."""
    y, slope, recorded = _computed(f, x, getattr(f, "__name__", brief(f)))
    return y, slope, closed_form(recorded) if isinstance(recorded, Value) else Symbol("f(a)"), ""


def _computed(f: Callable[[Value], Any], x: Value, name: str) -> tuple[np.ndarray, np.ndarray, Any]:
    """Compute a function and its derivative, and return what was recorded, too.

    What does not depend on the argument has the slope 0.

    Raises:
        InputError: it fails, has another shape, or is nowhere finite.
    """
    with np.errstate(all="ignore"):
        try:
            y = f(x)
            if isinstance(y, Value) and y.active and y.shape == x.shape:
                y.backward(np.ones(x.shape))
        except MicrogradphysError as error:
            raise InputError(f"{name} cannot be drawn: {error}") from None
    value = numbers(y.data if isinstance(y, Value) else y, f"what {name} returns")
    if value.shape != x.shape:
        raise InputError(f"{name} makes the shape {value.shape} of {x.shape}: it must act on each element")
    slope = np.zeros(x.shape) if x.grad is None else np.asarray(x.grad, float)
    if not (np.isfinite(value) & np.isfinite(slope)).any():
        raise InputError(f"{name} is not a number anywhere from {x.data[0]:g} to {x.data[-1]:g}; choose another xlim")
    return value, np.where(np.isnan(value), np.nan, slope), y


def _slope(formula: Math) -> Math:
    """Write the derivative of a function of a."""
    if isinstance(formula, Call):
        return Call(formula.function, formula.arguments, prime=True)
    return Derivative(Symbol("y"), Symbol("a"))


def saturated(a: np.ndarray, slope: np.ndarray, share: float) -> list[tuple[float, float]]:
    """Find the intervals where a function is saturated; a maximum, where the slope changes its sign, is none.

    >>> a = np.linspace(-1, 1, 5)
    >>> saturated(a, np.array([0.0, 0.0, 0.5, 1.0, 1.0]), 0.05)
    [(-1.0, -0.5)]
    """
    steep = np.abs(slope)
    low = np.isfinite(slope) & (steep <= share * min(float(np.nanmax(np.where(np.isfinite(steep), steep, 0))), 1.0))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], low.astype(int), [0]])))
    runs = [(begin, end - 1) for begin, end in edges.reshape(-1, 2)]
    return [
        (float(a[begin]), float(a[end]))
        for begin, end in runs
        if end > begin and not (slope[begin : end + 1].min() < 0 < slope[begin : end + 1].max())
    ]


def _draw(plot: Plot, a: np.ndarray, y: np.ndarray, slope: np.ndarray, texts: tuple[str, str]) -> None:
    """Draw function and derivative with their names, and the two axes through the origin."""
    axes, theme = plot.axes[0], plot.style.theme
    axes.axhline(0, color=theme.line, linewidth=1)
    axes.axvline(0, color=theme.line, linewidth=1)
    key = plot.key(axes)
    looks = (Look(theme.forward, "-", "o"), Look(theme.backward, (0, (5, 1.5)), "s"))
    low, high = axes.get_ylim()
    for values, look, text in zip((y, slope), looks, texts, strict=True):
        axes.plot(a, broken(values, low, high), color=look.colour, linestyle=look.dash)
        seen = np.flatnonzero(np.isfinite(values) & (values >= low) & (values <= high))
        if len(seen):
            key.add(plot.text(text), float(a[seen[-1]]), float(values[seen[-1]]), look)


def broken(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Break a curve where it jumps, so that no line joins what is not joined.

    Args:
        values: of the curve, close to each other.
        low: the lower end of the picture.
        high: the upper end.
    """
    steps = np.abs(np.diff(values))
    beside = np.fmax(np.concatenate([[0], steps[:-1]]), np.concatenate([steps[1:], [0]]))
    jumps = (steps > 0.04 * (high - low)) & (steps > 4 * beside)
    # At a pole the curve leaves the picture at one side and comes back at the other.
    before, after = values[:-1], values[1:]
    jumps |= (np.fmin(before, after) < low) & (np.fmax(before, after) > high)
    return np.where(np.concatenate([[False], jumps]), np.nan, values)


def _window(values: np.ndarray) -> tuple[float, float]:
    """The heights that are shown: all, or most of them where a function goes out of sight."""
    finite = np.clip(values[np.isfinite(values)], -1e6, 1e6)
    if np.abs(finite).max() > 10:
        finite = np.clip(finite, *np.percentile(finite, [4, 96]))
        finite = np.clip(finite, -10, 10) if np.abs(finite).min() < 1 else finite
    return around(finite)


def _told(name: str, a: np.ndarray, slope: np.ndarray, flat: list[tuple[float, float]]) -> str:
    """Say where the function is steepest and where it is saturated."""
    steep = np.where(np.isfinite(slope), np.abs(slope), 0.0)
    most = float(steep.max())
    if most == 0:
        return f"{name} has the slope 0 wherever it has one: no gradient passes"
    if most > max(100 * (float(np.median(steep)) or most), 10):
        return f"the slope of {name} exceeds {number_text(float(f'{most / 10:.0e}'))} here"
    peaks = np.flatnonzero(steep > most * (1 - 1e-9))
    peak, value = float(a[peaks[0]]), number_text(float(slope[peaks[0]]), 3)
    told = (
        f"{name} is steepest at a = {_short(peak, a)}, slope {value}"
        if len(peaks) == 1
        else f"{name} has the slope {value} where it is steepest"
    )
    return told + _flat_parts(a, flat)


def _flat_parts(a: np.ndarray, flat: list[tuple[float, float]]) -> str:
    """Say where the function is saturated, if it is."""
    low, high = float(a[0]), float(a[-1])
    if len(flat) == 2 and flat[0][0] == low and flat[1][1] == high:
        inner = [_short(end, a) for end in (-flat[0][1], flat[1][0])]
        if inner[0] == inner[1]:
            return f"; saturated where |a| > {inner[0]}"
    parts = []
    for begin, end in flat[:3]:
        before = "" if begin == low else f"{_short(begin, a)} < "
        after = "" if end == high else f" < {_short(end, a)}"
        parts.append(f"{before}a{after}" if after or not before else f"a > {_short(begin, a)}")
    return f"; saturated where {' or '.join(parts)}" if parts else ""


def _short(place: float, a: np.ndarray) -> str:
    """Write a place on the axis no more exactly than the curve is computed."""
    step = float(a[1] - a[0])
    return number_text(0.0 if abs(place) < step / 1000 else float(place), 3)
