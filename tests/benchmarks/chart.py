"""The bar chart of what was measured, docs/speed.svg, and the numbers in it, speed.json.

`make bench` writes both; this file run by itself draws the chart of the numbers that are there.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from timing import Measured

from viz.theme import LIGHT

NUMBERS = Path(__file__).with_name("speed.json")
CHART = Path(__file__).parents[2] / "docs" / "speed.svg"

# The one to compare with is grey, ours are of one colour, and what is written by hand is an outline.
STYLES = {
    "PyTorch, eager": {"color": LIGHT.line},
    "microgradphys, eager": {"color": LIGHT.forward, "alpha": 0.5},
    "jax.jit": {"color": LIGHT.backward},
    "microgradphys, compiled": {"color": LIGHT.forward},
    "numpy, by hand": {"color": LIGHT.background, "edgecolor": LIGHT.dim, "hatch": "////"},
}


def save(kind: str, numbers: Any) -> None:
    """Write down what was measured: seconds by library, or whatever the measure counts."""
    known = json.loads(NUMBERS.read_text(encoding="utf-8")) if NUMBERS.exists() else {}
    known[kind] = [asdict(one) for one in numbers] if isinstance(numbers, list) else numbers
    NUMBERS.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def saved(kind: str = "training") -> Any:
    """Read what was measured last."""
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))[kind]
    return [Measured(**one) for one in numbers] if isinstance(numbers, list) else numbers


def in_words(measured: list[Measured]) -> str:
    """Write the same as a table in Markdown: the ratios that the README shows."""
    libraries = list(dict.fromkeys(library for one in measured for library in one.times))
    rows = [["a training step", *libraries], ["---"] * (len(libraries) + 1)]
    for one in measured:
        ratios = [f"{one.ratio(library):.2g}×" if library in one.times else "" for library in libraries]
        rows.append([one.what, *ratios])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def scalar_line() -> str:
    """Say what was measured of scalar graphs, and of memory."""
    demo, memory, growth = saved("demo")[0], saved("memory"), saved("growth")
    eager, replay = (demo.ratio(f"microgradphys, {way}") for way in ("eager", "replay"))
    return (
        f"micrograd's own demo (every weight a Value, 65 000 nodes a step) is {eager:.2g} times as fast as with "
        f"micrograd, and {round(replay, -1):.0f} times by `replay`. A node takes {memory['microgradphys']:.0f} bytes, "
        f"micrograd's {memory['micrograd']:.0f}, and forward and back {growth['10^3']:.2g} µs in a chain of a "
        f"thousand, {growth['10^6']:.2g} µs in one of a million. A step of the 2048-batch network holds "
        f"{memory['eager']:.0f} MB at most, {memory['compiled']:.0f} MB compiled."
    )


def draw(measured: list[Measured], path: Path) -> Path:
    """Draw how many times faster than the first library each is, on a logarithmic axis.

    Args:
        measured: one group of bars each; a library that is missing from a group leaves a gap.
        path: the SVG file to write.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    libraries = list(dict.fromkeys(library for one in measured for library in one.times))
    figure = Figure(figsize=(9, 0.6 + 0.3 * len(measured) * (len(libraries) + 1)), layout="constrained")
    axes = figure.add_subplot()
    for k, library in enumerate(libraries):
        there = [(row, one) for row, one in enumerate(measured) if library in one.times]
        places = [row + (k - (len(libraries) - 1) / 2) * 0.8 / len(libraries) for row, _ in there]
        ratios = [one.ratio(library) for _, one in there]
        bars = axes.barh(places, ratios, 0.8 / len(libraries), label=library, **STYLES[library])
        axes.bar_label(bars, [f"{ratio:.2g}×" for ratio in ratios], padding=3, color=LIGHT.ink)
    axes.set_yticks(range(len(measured)), [one.what for one in measured], color=LIGHT.ink)
    axes.invert_yaxis()
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}×")
    axes.margins(x=0.1)
    axes.axvline(1.0, color=LIGHT.dim, linewidth=1, zorder=0)
    axes.set_xlabel(f"times as fast as {libraries[0]}, one thread (longer is better)", color=LIGHT.ink)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="best", frameon=False, labelcolor=LIGHT.ink)
    # The same measurements give the same file: no date in it, no random names.
    with mpl.rc_context({"svg.hashsalt": "speed", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(path, metadata={"Date": None}, facecolor=LIGHT.background)
    return path


if __name__ == "__main__":
    print(draw(saved(), CHART))
    print(in_words(saved()), scalar_line(), sep="\n\n")
