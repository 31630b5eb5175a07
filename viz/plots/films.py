"""`film`: plots one after the other as a film, in which nothing jumps."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError, MissingExtraError
from microgradphys.files import checked_target, written_aside
from viz.plots.inputs import called, number_between, whole_between
from viz.plots.plot import Plot

Quality = Literal["low", "medium", "high"]
_SIZES = {"low": (854, 480), "medium": (1280, 720), "high": (1920, 1080)}
_INCHES = 4.8


def film(
    draw: Callable[[Any], Plot],
    frames: Iterable[Any],
    path: str | os.PathLike[str],
    *,
    rate: int = 10,
    quality: Quality = "medium",
    hold: float = 1.0,
) -> Path:
    """Make a film of plots: `draw` is called for each of the frames, and all stand on the axes of the last.

    Args:
        draw: a function that makes the plot of one frame.
        frames: what it is called with, one after the other: epochs, snapshots of parameters, ...
        path: where the film goes: an .mp4 or .gif file in a folder that exists.
        rate: frames a second.
        quality: "low" (854 × 480 pixels), "medium" (1280 × 720) or "high" (1920 × 1080).
        hold: how many seconds the last frame stays.

    Returns:
        The path.

    Raises:
        InputError: a path, rate, quality or frame that cannot be used.
        MissingExtraError: PyAV (for mp4) or Pillow (for gif) is not installed.

    >>> import tempfile
    >>> from viz.plots import learning_curves
    >>> losses = [4.0, 2.0, 1.5, 1.2]
    >>> draw = lambda n: learning_curves({"loss": losses[:n]})
    >>> film(draw, [2, 3, 4], Path(tempfile.mkdtemp()) / "loss.gif", quality="low").name
    'loss.gif'
    """
    called(draw, "draw")
    target = checked_target(path, (".mp4", ".gif"))
    if not isinstance(quality, str) or quality not in _SIZES:
        raise InputError(f"quality={brief(quality)} is not one of {', '.join(map(repr, _SIZES))}")
    rate, hold = whole_between(rate, "rate", 1, 60), number_between(hold, "hold", 0, 60)
    scenes = list(frames)
    if not scenes:
        raise InputError("frames: there are none, so there is no film")
    write = _write_gif if target.suffix.lower() == ".gif" else _write_mp4
    stage = _Stage(draw, scenes, _SIZES[quality])
    with written_aside(target) as aside, _progress(len(scenes)) as done:
        write(_shown(stage, scenes, done, round(hold * rate)), aside, rate, _SIZES[quality])
    return target


class _Stage:
    """Where everything stands in every frame: the axes of the last one, with limits that hold first and last."""

    def __init__(self, draw: Callable[[Any], Plot], scenes: list[Any], size: tuple[int, int]) -> None:
        """Draw the first and the last frame, and keep their measures."""
        self.draw, self.size = draw, size
        first, last = self._drawn(scenes[0]), self._drawn(scenes[-1])
        first.keep_places()
        last.lay_out()
        self.places = [axes.get_position(original=True) for axes in last.figure.axes]
        self.limits = [
            [(min(a[0], b[0]), max(a[1], b[1])) if a[0] < a[1] else b for a, b in zip(one, two, strict=True)]
            for one, two in zip(*([(axes.get_xlim(), axes.get_ylim()) for axes in plot.axes] for plot in (first, last)),
                                strict=True)
        ]  # fmt: skip

    def _drawn(self, scene: Any) -> Plot:
        """Draw a frame in the size of the film."""
        plot = self.draw(scene)
        if not isinstance(plot, Plot):
            raise InputError(f"draw must return a plot of viz.plots, not {type(plot).__name__}")
        width, height = self.size
        dpi = height / _INCHES
        plot.figure.set_dpi(dpi)
        plot.figure.set_size_inches(width / dpi, height / dpi)
        return plot

    def picture(self, scene: Any) -> np.ndarray:
        """Render a frame: bytes, shape (height, width, 3)."""
        plot = self._drawn(scene)
        if len(plot.figure.axes) != len(self.places) or len(plot.axes) != len(self.limits):
            raise InputError("draw must give every frame as many axes as the last")
        for axes, place in zip(plot.figure.axes, self.places, strict=True):
            axes.set_position(place)
        for axes, (x, y) in zip(plot.axes, self.limits, strict=True):
            axes.set(xlim=x, ylim=y)
        plot.keep_places()
        return plot.pixels()


def _shown(stage: _Stage, scenes: list[Any], done: Callable[[], Any], held: int) -> Iterator[np.ndarray]:
    """Render all frames, the last one as often as it is held."""
    picture = np.zeros(0)
    for scene in scenes:
        picture = stage.picture(scene)
        yield picture
        done()
    for _ in range(held):
        yield picture


def _write_mp4(pictures: Iterator[np.ndarray], target: Path, rate: int, size: tuple[int, int]) -> None:
    """Write H.264, as every browser and projector plays it.

    Raises:
        MissingExtraError: PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise MissingExtraError(
            "a film as .mp4 needs PyAV: pip install 'microgradphys[movie]'; .gif does not"
        ) from error
    with av.open(str(target), "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=rate, options={"crf": "18"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _write_gif(pictures: Iterator[np.ndarray], target: Path, rate: int, size: tuple[int, int]) -> None:
    """Write a GIF that begins again at its end.

    Raises:
        MissingExtraError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingExtraError("a film as .gif needs Pillow: pip install 'microgradphys[viz]'") from error
    reduced = (Image.fromarray(picture).quantize(128, dither=Image.Dither.NONE) for picture in pictures)
    first = next(reduced)
    options: dict[str, Any] = {"save_all": True, "duration": round(1000 / rate), "loop": 0}
    with target.open("wb") as file:
        first.save(file, format="GIF", append_images=reduced, **options)


@contextmanager
def _progress(frames: int) -> Iterator[Callable[[], Any]]:
    """Show one bar over the frames, if somebody is watching."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("film", total=frames)
        yield lambda: bar.advance(task)
