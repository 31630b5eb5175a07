"""Seconds per lesson of part I: without films, and with films at low quality, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from time import perf_counter

from timing import table

from lessons.course import LESSONS


def lessons(films: bool) -> str:
    """Run every lesson as a reader does, from the command line.

    Args:
        films: whether films are rendered, in low quality.
    """
    rows, total = [], 0.0
    for lesson in LESSONS:
        with tempfile.TemporaryDirectory() as folder:
            begin = perf_counter()
            options = ["--quality", "low"] if films else ["--no-film"]
            command = [sys.executable, "-m", "lessons", "lesson", lesson.name, "--out", folder, *options]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds = perf_counter() - begin
        total += seconds
        rows.append((lesson.name, f"{seconds:.1f} s", ""))
    target = "15 minutes with films" if films else "20 s a lesson, 3 minutes in all"
    rows.append(("all", f"{total:.0f} s", ""))
    return table(f"Lessons, {'films in low quality' if films else 'without films'} (target: {target})", rows)
