"""Timing two or more things side by side in one run: the best of several rounds each, taken in turns."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Run:
    """One library's training step, which returns the loss, and a way to read the gradients it left."""

    step: Callable[[], Any]
    gradients: Callable[[], list[Any]]

    def agrees_with(self, other: Run, tolerance: float) -> None:
        """Refuse to be compared with a step that computes something else."""
        np.testing.assert_allclose(float(self.step()), float(other.step()), rtol=tolerance)
        for mine, theirs in zip(self.gradients(), other.gradients(), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=tolerance, atol=tolerance)


@dataclass(frozen=True)
class Measured:
    """The seconds that one step of something takes, by library, the one to compare with first."""

    what: str
    times: dict[str, float]

    def ratio(self, library: str) -> float:
        """Say how many times faster than the first library this one is."""
        return next(iter(self.times.values())) / self.times[library]


def best(functions: dict[str, Callable[[], object]], rounds: int = 7, repeat: int = 1) -> dict[str, float]:
    """Time each function in turns, and return the shortest time of a call in seconds.

    Each pays for its own garbage: what others left is collected before, what it leaves is collected within its time.
    What is there from the start is frozen, so that nobody pays for looking through everything that is imported.
    """
    gc.collect()
    gc.freeze()
    times = {name: float("inf") for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            gc.collect()
            start = perf_counter()
            for _ in range(repeat):
                function()
            gc.collect()
            times[name] = min(times[name], (perf_counter() - start) / repeat)
    gc.unfreeze()
    return times


def import_seconds(module: str, after: str, rounds: int = 7) -> float:
    """Time `import module` in a new process in which `after` is already imported; the best of several."""
    program = f"import {after}; from time import perf_counter as t; s = t(); import {module}; print(t() - s)"
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
        for _ in range(rounds)
    ]
    return min(float(run.stdout) for run in runs)


def table(title: str, rows: list[tuple[str, ...]]) -> str:
    """Align the columns of a small table under a title."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([title, *("  " + line for line in lines)])
