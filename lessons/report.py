"""What a lesson writes: it says, draws, films, and compares its numbers with what they should be.

A lesson is a function of a `Report`, and `@lesson` makes of it what the command line calls:

>>> import tempfile
>>> @lesson
... def run(report: Report) -> None:
...     '''Show a number.'''
...     report.compare("1/3", 1 / 3, 0.333333, "four digits of the deck", within=1e-4)
>>> [file.name for file in run(tempfile.mkdtemp(), film=False)]
<BLANKLINE>
number  here          there     difference  within
──────  ────────────  ────────  ──────────  ──────  ───────────────────────
1/3     0.3333333333  0.333333  3.3e-07     1e-04   four digits of the deck
<BLANKLINE>
['results.json']
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

import viz
from lessons.output import prepared, save_json, table
from viz.plots import Plot

Quality = Literal["low", "medium", "high"]


class Report:
    """The files and the numbers of one run of a lesson.

    Attributes:
        folder: where the files go.
        film: whether films are rendered.
        quality: of the films: "low", "medium" or "high".
        slides: whether decks of slides are written, where the lesson has one.
        files: what has been written so far.
        numbers: what goes to results.json, by name.
        comparisons: each number that is known from elsewhere, beside it.
        titles: what the figures say, by name.
    """

    def __init__(self, folder: Path, *, film: bool, quality: Quality, slides: bool) -> None:
        """Begin with nothing."""
        self.folder, self.film, self.slides = folder, film, slides
        self.quality: Quality = quality
        self.files: list[Path] = []
        self.numbers: dict[str, Any] = {}
        self.comparisons: list[dict[str, Any]] = []
        self.titles: dict[str, str] = {}

    def say(self, text: Any = "") -> None:
        """Print a sentence, or anything that shows itself as text."""
        print(text)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table."""
        print(f"\n{table(head, rows)}\n")

    def number(self, name: str, value: Any) -> Any:
        """Keep a number, an array, a text, or a dictionary of them, for results.json, and return it."""
        self.numbers[name] = value
        return value

    def compare(self, name: str, found: Any, known: Any, source: str, *, within: float) -> None:
        """Put a number, or an array of them, beside what it is elsewhere; the table is printed when the lesson ends.

        Args:
            name: what it is.
            found: what the lesson computed.
            known: what it should be.
            source: where that comes from: "normal equations", "scikit-learn", "deck R".
            within: how far apart they may be, absolutely.
        """
        here, there = np.asarray(found, float), np.asarray(known, float)
        difference = float(np.max(np.abs(here - there), initial=0.0))
        self.number(name, found)
        self.comparisons.append(
            {
                "name": name,
                "here": here.tolist(),
                "there": there.tolist(),
                "source": source,
                "difference": difference,
                "within": within,
                "agrees": bool(difference <= within),
            }
        )

    def figure(self, name: str, plot: Plot) -> Plot:
        """Save a plot as SVG and as PNG, show it in a notebook, and return it."""
        self.titles[name] = plot.title
        self.files += [plot.save(self.folder / f"{name}{ending}") for ending in (".svg", ".png")]
        return self._shown(plot)

    def draw(self, name: str, loss: Any, **options: Any) -> None:
        """Draw a graph or a network with `viz.draw`, as SVG and as PNG."""
        picture = viz.draw(loss, **options)
        self.files += [picture.save(self.folder / f"{name}{ending}") for ending in (".svg", ".png")]
        self._shown(picture)

    def page(self, name: str, loss: Any, **options: Any) -> None:
        """Write a page with the player of a graph."""
        self.files.append(viz.play(loss, **options).save(self.folder / f"{name}.html"))

    def video(self, name: str, make: Callable[[Path], Any]) -> None:
        """Make a film, unless films are left out: `make` is called with its path."""
        if self.film:
            target = self.folder / f"{name}.mp4"
            print(f"Rendering {target.name}; --no-film leaves it out.")
            make(target)
            self.files.append(target)

    def finish(self) -> list[Path]:
        """Print the comparisons, write results.json, and return all files."""
        if self.comparisons:
            head = ("number", "here", "there", "difference", "within", "")
            self.table(head, [_row(row) for row in self.comparisons])
        comparisons = {row["name"]: row for row in self.comparisons}
        results = {**self.numbers, "comparisons": comparisons, "figures": self.titles}
        self.files.append(save_json(self.folder / "results.json", results))
        return self.files

    def _shown(self, picture: Any) -> Any:
        """Show a picture where there is a notebook to show it in."""
        if hasattr(sys, "ps1"):
            from IPython.display import display

            display(picture)
        return picture


def lesson(tell: Callable[[Report], None]) -> Callable[..., list[Path]]:
    """Make of a lesson what the command line runs.

    Args:
        tell: the lesson, a function of its report.

    Returns:
        `run(out, *, film=True, quality="medium", slides=False)`: it makes the folder if it is not there, tells the
        lesson, and returns the files that were written.
    """

    @functools.wraps(tell)
    def run(
        out: str | os.PathLike[str], *, film: bool = True, quality: Quality = "medium", slides: bool = False
    ) -> list[Path]:
        report = Report(prepared(out), film=film, quality=quality, slides=slides)
        tell(report)
        return report.finish()

    return run


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    """Write one comparison as a row of the table."""
    mark = "" if row["agrees"] else " ← differs"
    return (
        row["name"],
        _digits(row["here"]),
        _digits(row["there"]),
        f"{row['difference']:.1e}",
        f"{row['within']:.0e}",
        f"{row['source']}{mark}",
    )


def _digits(value: Any) -> str:
    """Write a number in ten digits; of many the first two."""
    flat = np.ravel(value)
    return ", ".join(f"{number:.10g}" for number in flat[:2]) + (" …" if len(flat) > 2 else "")
