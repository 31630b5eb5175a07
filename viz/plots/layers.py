"""`histograms`: activations and gradients of each layer, to see whether they vanish, explode or saturate."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.symbols import number_text
from viz.plots.inputs import around, named_series, not_finite, whole_between
from viz.plots.plot import WIDE, Plot, canvas
from viz.plots.style import SMALL, ThemeName

_MOST = 12


def histograms(
    activations: Any,
    gradients: Any = None,
    *,
    bins: int = 41,
    names: tuple[str, str] = ("activation", "gradient"),
    title: str | None = None,
    theme: ThemeName = "light",
) -> Plot:
    """Draw how activations and gradients are distributed in each layer, one row a layer, all on one scale.

    In a network that learns well the rows look alike; where gradients shrink from the last layer to the first, the
    first learns nothing (X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, figures 6 and 7).

    Args:
        activations: a dictionary from the name of a layer to its numbers, in any shape; or a list of layers.
        gradients: the same of gradients, if they are to stand beside.
        bins: how many.
        names: of the two kinds of numbers.
        title: what to notice, if you would rather say it yourself.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "edges" and "shares" (of each layer, how much of it is in each bin) of both kinds
        under their names, and "spread": the standard deviations.

    Raises:
        InputError: nothing to draw.

    >>> deep = {f"layer {k}": np.linspace(-1, 1, 50) * 0.5**k for k in (1, 2, 3)}
    >>> histograms(deep).title
    'activation: the spread shrinks 4 times from layer 1 to layer 3'
    """
    bins = whole_between(bins, "bins", 1, 1000)
    kinds = [_layers(activations, names[0])]
    if gradients is not None:
        kinds.append(_layers(gradients, names[1]))
    rows = max(len(kind) for kind in kinds)
    with canvas(theme, (WIDE, 1.7 + 0.75 * max(rows, 3)), (rows, len(kinds)), sharex="col") as plot:
        grid = np.array(plot.axes).reshape(rows, len(kinds))
        for column, (kind, name) in enumerate(zip(kinds, names, strict=False)):
            colour = (plot.style.theme.forward, plot.style.theme.backward)[column]
            plot.numbers = {**plot.numbers, name: _column(plot, grid[:, column], kind, bins, colour)}
            plot.name_axes(grid[-1, column], name, None)
            plot.notes += not_finite(sum(int((~np.isfinite(row)).sum()) for row in kind.values()), name)
        plot.title = _told(kinds[-1], names[len(kinds) - 1]) if title is None else title
    return plot


def _layers(given: Any, name: str) -> dict[str, np.ndarray]:
    """Take numbers by layer.

    Raises:
        InputError: more layers than fit on a picture.
    """
    layers = named_series(given, name, "layer 1", "layer")
    if len(layers) > _MOST:
        raise InputError(f"{name}: {len(layers)} layers are more than the {_MOST} that fit; choose some of them")
    return layers


def _column(plot: Plot, column: Any, layers: dict[str, np.ndarray], bins: int, colour: str) -> dict[str, Any]:
    """Draw all layers of one kind; return edges, shares and spreads."""
    values = np.concatenate(list(layers.values()))
    edges = np.linspace(*around(values, 0.02), bins + 1)
    shares, spreads = {}, {}
    for axes, (name, row) in zip(column, layers.items(), strict=False):
        finite = row[np.isfinite(row)]
        shares[name] = np.histogram(finite, edges)[0] / len(finite)
        spreads[name] = float(finite.std())
        axes.stairs(shares[name], edges, fill=True, color=colour, alpha=0.35)
        axes.stairs(shares[name], edges, color=colour, linewidth=1.5)
        axes.yaxis.grid(False)
        axes.set_yticks([])
        axes.set_ylim(0, max(shares[name].max() * 1.15, 1e-9))
        axes.spines["left"].set_visible(False)
        label = f"{plot.text(name, 100)}\nσ = {number_text(spreads[name], 3)}"
        axes.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=SMALL)
    for axes in column[len(layers) :]:
        axes.set_axis_off()
    return {"edges": edges, "shares": shares, "spread": spreads}


def _told(layers: dict[str, np.ndarray], what: str) -> str:
    """Compare the spread of the first and of the last layer."""
    spread = {name: float(row[np.isfinite(row)].std()) for name, row in layers.items()}
    first, last = next(iter(spread)), list(spread)[-1]
    a, b = spread[first], spread[last]
    if len(layers) == 1:
        return f"{what}: the spread is {number_text(a, 3)}"
    if not a or not b:
        return f"{what}: all numbers of {last if a else first} are equal"
    if what == "gradient":
        # A gradient comes from the last layer.
        first, last, a, b = last, first, b, a
    ratio = max(a / b, b / a)
    if ratio < 1.5:
        return f"{what}: the spread is about the same in {first} and {last}"
    return f"{what}: the spread {'shrinks' if a > b else 'grows'} {number_text(ratio, 3)} times from {first} to {last}"
