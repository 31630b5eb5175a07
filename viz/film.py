"""`movie`: a film of a network that learns: values forward, every contribution back, the update, the new output.

manim draws it and Typst sets its formulas; neither LaTeX nor an ffmpeg program is needed.
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from microgradphys.errors import InputError
from microgradphys.mathematics import Math
from microgradphys.value import Value
from viz.files import checked_target, written_aside
from viz.film_cards import end_card, title_card
from viz.film_gif import write_gif
from viz.film_items import Frame
from viz.film_plan import Film
from viz.film_scene import load_manim, render
from viz.film_text import Typesetter
from viz.film_time import durations, frame_marks, length, starts
from viz.names import as_storyboard
from viz.picture import Picture
from viz.storyboard import Storyboard
from viz.views import network_view, refused

__all__ = ["durations", "length", "movie", "starts"]

Quality = Literal["low", "medium", "high"]
QUALITIES: dict[str, tuple[tuple[int, int], int]] = {
    "low": ((854, 480), 15),
    "medium": ((1280, 720), 30),
    "high": ((1920, 1080), 60),
}
# The pauses between a GIF's frames are whole hundredths of a second.
_GIF_RATES = {"low": 10, "medium": 20, "high": 25}


def movie(
    loss: Value | Storyboard,
    path: str | os.PathLike[str],
    *,
    quality: Quality = "medium",
    view: Literal["network", "graph"] | None = None,
    title: str | None = None,
    comparison: Sequence[tuple[Math, str, float]] = (),
    **options: Any,
) -> Path:
    """Make a film of a graph: forward, backward, and the update if there is one.

    Args:
        loss: the Value that is differentiated, or a storyboard of it.
        path: where the film goes: an .mp4 or .gif file in a folder that exists.
        quality: "low" (854 × 480, 15 frames a second), "medium" (1280 × 720, 30) or "high" (1920 × 1080, 60).
        view: "network" or "graph"; the network where there is one, if not given.
        title: what the first card says.
        comparison: rows of the last card's table: a quantity, the deck's number as it is printed, the engine's.
        options: for `Storyboard`: by, learning_rate, parameters, names.

    Returns:
        The path.

    Raises:
        InputError: a path, quality or view that cannot be used; nothing is rendered then.
        MissingExtraError: manim or Typst is not installed.
        GradientError: the loss is not one number, or depends on no leaf.
    """
    target = checked_target(path, (".mp4", ".gif"))
    if quality not in QUALITIES:
        raise InputError(f"quality={quality!r} is not one of {', '.join(map(repr, QUALITIES))}")
    if isinstance(loss, Storyboard):
        if options:
            raise InputError(f"{', '.join(options)}: a storyboard was given, which has its options already")
        story = loss
    else:
        story = as_storyboard(loss, 1, **options)
    picture = _picture(story, view)
    load_manim()
    setter = Typesetter()
    film = Film(story, picture, setter)
    frames: list[Callable[[], Frame]] = [functools.partial(title_card, setter, story, title)]
    frames += [functools.partial(film.frame, step.number) for step in story.steps]
    frames.append(functools.partial(end_card, setter, story, tuple(comparison)))
    size, rate = QUALITIES[quality]
    gif = target.suffix.lower() == ".gif"
    rate = _GIF_RATES[quality] if gif else rate
    with written_aside(target) as aside, tempfile.TemporaryDirectory(prefix="film-") as folder:
        # manim names its files itself, so the film is made elsewhere and copied beside its place.
        made = Path(folder) / "made.mp4"
        with _progress(len(frames)) as done:
            render(frames, frame_marks(story, rate), size, rate, made, done)
        if gif:
            write_gif(made, aside, rate)
        else:
            aside.write_bytes(made.read_bytes())
    return target


def _picture(story: Storyboard, view: str | None) -> Picture:
    """The network, or the graph where there is no network."""
    if view not in (None, "network", "graph"):
        raise InputError(f"view={view!r} is not 'network' or 'graph'")
    network = None if view == "graph" else network_view(story)
    if network is not None:
        return network
    if view == "network":
        raise refused("film")
    from viz.graph_view import graph_picture

    return graph_picture(story)


@contextmanager
def _progress(steps: int) -> Iterator[Callable[[], Any]]:
    """Show one bar over the steps, if somebody is watching."""
    from tqdm import tqdm

    with tqdm(total=steps, unit="step", desc="film", disable=not sys.stderr.isatty()) as bar:
        yield bar.update
