"""`histogram_grid`: the layers of many networks at once, to see in which of them signals or gradients vanish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError
from viz.plots.inputs import around, named_series, not_finite, whole_between
from viz.plots.plot import WIDE, Plot, canvas
from viz.plots.style import LABEL, SMALL, Look, ThemeName, mixed

_MOST = 8
Networks = dict[tuple[str, str], dict[str, np.ndarray]]


def histogram_grid(
    networks: Mapping[tuple[str, str], Any],
    *,
    bins: int = 61,
    name: str = "value",
    log: bool = False,
    each_row: bool = False,
    phase: Literal["forward", "backward"] = "forward",
    title: str,
    theme: ThemeName = "light",
) -> Plot:
    """Draw how numbers are distributed in the layers of several networks: a panel for each, and in it a row a layer.

    The first layer is at the bottom. X. Glorot and Y. Bengio, "Understanding the difficulty of training deep
    feedforward neural networks", AISTATS 2010, compare networks in this way (figures 6 and 7).

    Args:
        networks: from (row, column), two names, to the numbers of each layer, by its name.
        bins: how many.
        name: of the numbers, with their unit.
        log: whether powers of ten are shown: log₁₀ of the size of each number, and none of a number that is 0.
        each_row: whether each row of panels has a scale of its own; if not, all have the same.
        phase: "forward" or "backward": the histograms have the colour of that pass.
        title: what to notice.
        theme: "light", "dark" or "contrast".

    Returns:
        The plot; its numbers are "edges" (of each row) and "shares": of each network, and in it of each layer, how much
        of it is in each bin; what is 0 under `log` is in none.

    Raises:
        InputError: nothing to draw, more than fits, or names that are not pairs.

    >>> layers = {"layer 1": [0.01, 0.02, 0.01], "layer 2": [0.1, 0.3, 0.0]}
    >>> plot = histogram_grid({("tanh", "random"): layers}, log=True, bins=2, title="Gradients shrink", name="gradient")
    >>> plot.numbers["shares"]["tanh", "random"]["layer 2"].round(2).tolist()
    [0.0, 0.67]
    """
    if phase not in ("forward", "backward"):
        raise InputError(f"phase={brief(phase)} is neither 'forward' nor 'backward'")
    taken, bins = _taken(networks), whole_between(bins, "bins", 1, 1000)
    rows, columns = (_names(pair[k] for pair in taken) for k in (0, 1))
    layers = _names(layer for network in taken.values() for layer in network)
    shown = {pair: {layer: _scaled(row, log) for layer, row in network.items()} for pair, network in taken.items()}
    edges = {row: _edges(shown, row if each_row else None, bins) for row in rows}
    shares = {
        pair: {layer: np.histogram(row, edges[pair[0]])[0] / taken[pair][layer].size for layer, row in network.items()}
        for pair, network in shown.items()
    }
    size = (max(WIDE, 2.2 * len(columns) + 1.8), 1.6 + (0.5 + 0.2 * len(layers)) * len(rows))
    shared = "row" if each_row else "all"
    with canvas(theme, size, (len(rows), len(columns)), sharex=shared) as plot:
        look = Look(plot.style.theme.phase(phase), "-", "")
        for axes, pair in zip(plot.axes, [(row, column) for row in rows for column in columns], strict=True):
            _draw(plot, axes, edges[pair[0]], shares.get(pair), layers, look)
        _name_panels(plot, rows, columns, f"log₁₀ |{name}|" if log else name)
        _name_layers(plot, plot.axes[len(columns) - 1], layers, look)
        plot.numbers, plot.title = {"edges": edges, "shares": shares}, title
        plot.notes += not_finite(sum(int((~np.isfinite(r)).sum()) for net in taken.values() for r in net.values()))
    return plot


def _taken(networks: Any) -> Networks:
    """Take the numbers of each network by layer.

    Raises:
        InputError: there is nothing to draw, or a name is not a pair.
    """
    if not isinstance(networks, Mapping) or not networks:
        raise InputError(f"networks: give a dictionary from (row, column) to the layers, not {brief(networks)}")
    for pair in networks:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise InputError(f"networks: {brief(pair)} is not a pair of names, as ('tanh', 'random') is")
    return {
        (str(row), str(column)): named_series(layers, f"{brief(str(row))}, {brief(str(column))}", "layer 1", "layer")
        for (row, column), layers in networks.items()
    }


def _names(names: Any) -> list[str]:
    """List different names in the order in which they come.

    Raises:
        InputError: there are more than fit on a picture.
    """
    different = list(dict.fromkeys(names))
    if len(different) > _MOST:
        raise InputError(f"networks: {len(different)} of one kind are more than the {_MOST} that fit; choose some")
    return different


def _scaled(row: np.ndarray, log: bool) -> np.ndarray:
    """Take what is finite of some numbers, or the logarithms of what is not 0."""
    finite = row[np.isfinite(row)]
    return np.log10(np.abs(finite[finite != 0])) if log else finite


def _edges(shown: Networks, row: str | None, bins: int) -> np.ndarray:
    """Divide the scale of a row, or of all of them, into bins."""
    numbers = [one for pair, network in shown.items() if row in (None, pair[0]) for one in network.values()]
    return np.linspace(*around(np.concatenate(numbers), 0.02), bins + 1)


def _draw(
    plot: Plot, axes: Any, edges: np.ndarray, shares: dict[str, np.ndarray] | None, layers: list[str], look: Look
) -> None:
    """Draw one panel, the layers one above the other, each as high as there is room; a word where there is none."""
    axes.set(xlim=(edges[0], edges[-1]), ylim=(-0.1, len(layers) + 0.1), yticks=[])
    axes.yaxis.grid(False)
    axes.locator_params(axis="x", nbins=4)
    axes.spines["left"].set_visible(False)
    if shares is None:
        axes.set_axis_off()
        return
    for k, layer in enumerate(layers):
        share = shares.get(layer)
        if share is not None and share.any():
            top = k + 0.92 * share / share.max()
            pale = mixed(look.colour, plot.style.theme.background, 0.35)
            axes.stairs(top, edges, baseline=k, fill=True, facecolor=pale, edgecolor=look.colour, linewidth=1.0)
    if not any(share.any() for share in shares.values()):
        axes.text(0.5, 0.5, "all are 0", transform=axes.transAxes, ha="center", va="center", fontsize=SMALL,
                  color=plot.style.theme.dim)  # fmt: skip


def _name_panels(plot: Plot, rows: list[str], columns: list[str], name: str) -> None:
    """Write the names of the columns above them, of the rows before them, and of the scale below."""
    for axes, column in zip(plot.axes, columns, strict=False):
        axes.set_title(plot.text(column, 140, LABEL), fontsize=LABEL)
    for axes, row in zip(plot.axes[:: len(columns)], rows, strict=True):
        axes.set_ylabel(plot.text(row, 100, LABEL), rotation=0, ha="right", va="center", fontsize=LABEL)
    for axes in plot.axes[-len(columns) :]:
        axes.set_xlabel(plot.text(name, 140, SMALL), fontsize=SMALL)


def _name_layers(plot: Plot, axes: Any, layers: list[str], look: Look) -> None:
    """Write the names of the layers in the margin of a panel."""
    key = plot.key(axes)
    for k, layer in enumerate(layers):
        key.add(plot.text(layer, 100), axes.get_xlim()[1], k + 0.4, look)
