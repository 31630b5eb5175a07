"""`movie`: a film of a network that learns: values forward, every contribution back, the update, the new output.

Typst sets its formulas, cairo draws it and av encodes it, on all cores; neither LaTeX nor an ffmpeg program is needed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from microgradphys.files import checked_target
from microgradphys.mathematics import Math
from microgradphys.value import Value
from viz.diagnosis import beside_steps
from viz.films.reel import QUALITIES, Quality, Reel, View, story_of
from viz.films.time import durations, length, starts
from viz.films.write import write_film
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding

__all__ = ["QUALITIES", "durations", "length", "movie", "starts"]

# The pauses between a GIF's frames are whole hundredths of a second.
_GIF_RATES = {"low": 10, "medium": 20, "high": 25}


def movie(
    loss: Value | Storyboard,
    path: str | os.PathLike[str],
    *,
    quality: Quality = "medium",
    view: View | None = None,
    title: str | None = None,
    comparison: Sequence[tuple[Math, str, float]] = (),
    workers: int | None = None,
    diagnosis: bool | Iterable[Finding] | None = None,
    sample: int = 1,
    **options: Any,
) -> Path:
    """Make a film of a graph: forward, backward, and the update if there is one.

    An mp4 file has a chapter for each layer in each pass, and subtitles (.srt) beside it: the sentence and the formula
    of each step. Where the picture is too large for its texts to be read, a camera follows what happens.

    Args:
        loss: the Value that is differentiated, or a storyboard of it.
        path: where the film goes: an .mp4 or .gif file in a folder that exists.
        quality: "low" (854 × 480, 15 frames a second), "medium" (1280 × 720, 30) or "high" (1920 × 1080, 60).
        view: "network" or "graph"; the network where there is one, if not given.
        title: what the first card says.
        comparison: rows of the last card's table: a quantity, the deck's number as it is printed, the engine's.
        workers: how many processes draw; as many as there are cores, if that pays. The film is the same.
        diagnosis: mark what `viz.diagnose` finds, and say it on a card before the last: True for all of it, False for
            nothing, or the findings; if not given, what is news beside the steps, in graphs of up to 2000 nodes.
        sample: which sample of a batch the network shows, from 1.
        options: for `Storyboard`: by, learning_rate, parameters, names.

    Returns:
        The path.

    Raises:
        InputError: a path, quality or view that cannot be used; nothing is rendered then.
        MissingExtraError: what draws, encodes or typesets is not installed.
        GradientError: the loss is not one number, or depends on no leaf.
    """
    target = checked_target(path, (".mp4", ".gif"))
    rate = _GIF_RATES.get(quality) if target.suffix.lower() == ".gif" else None
    story = story_of(loss, 1, options)
    reel = Reel(story, quality, view, title, comparison, rate, beside_steps(story, diagnosis), sample)
    with tempfile.TemporaryDirectory(prefix="film-") as folder:
        reel.shoot(Path(folder), workers=workers)
        write_film(reel, Path(folder), target)
    return target
