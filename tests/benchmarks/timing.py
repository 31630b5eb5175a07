"""Timing two or more things side by side in one run: the best of several rounds each, taken in turns."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter


def best(functions: dict[str, Callable[[], object]], rounds: int = 7, repeat: int = 1) -> dict[str, float]:
    """Time each function in turns, and return the shortest time of a call in seconds.

    Each pays for its own garbage: what others left is collected before, what it leaves is collected within its time.
    """
    times = {name: float("inf") for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            gc.collect()
            start = perf_counter()
            for _ in range(repeat):
                function()
            gc.collect()
            times[name] = min(times[name], (perf_counter() - start) / repeat)
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
