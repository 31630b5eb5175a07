"""The scene that manim renders: one play call a step. manim is imported when a film is made, not before."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from microgradphys.errors import MissingExtraError
from viz.film_items import HEIGHT, WIDTH, Frame, Ink
from viz.theme import DARK

# manim's frame is 8 units high.
_UNITS = 8.0 / HEIGHT
# A line that is one pixel wide on the frame, in manim's hundredths of a unit.
_STROKE = 100 * _UNITS
# Seconds in which a text comes or goes.
_FADE = 0.12


def load_manim() -> Any:
    """Import manim, without the warnings of what it imports.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        with warnings.catch_warnings():
            # Its sound library uses a module of Python's that is going away; we make no sound.
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            warnings.filterwarnings("ignore", category=SyntaxWarning)
            import av  # noqa: F401
            import manim
    except ImportError as error:
        raise MissingExtraError("viz.movie needs manim: pip install 'microgradphys[movie]'") from error
    return manim


def render(
    frames: Sequence[Callable[[], Frame]],
    marks: Sequence[int],
    size: tuple[int, int],
    rate: int,
    target: Path,
    done: Callable[[], Any],
) -> None:
    """Render a film to an mp4 file.

    Args:
        frames: what makes each step's frame, called when its turn comes.
        marks: the video frame at which each begins, and the number of video frames in all.
        size: width and height in pixels.
        rate: video frames a second.
        target: the file to write.
        done: called after each step.
    """
    manim = load_manim()
    with tempfile.TemporaryDirectory(prefix="film-") as folder, _settings(manim, size, rate, Path(folder)):

        class Film(manim.Scene):
            """Every step, one play call each."""

            def construct(self) -> None:
                """Play all steps."""
                for make, begin, end in zip(frames, marks, marks[1:], strict=False):
                    if end > begin:
                        _play(manim, self, make(), end - begin, rate)
                    done()

        scene = Film()
        scene.render()
        Path(scene.renderer.file_writer.movie_file_path).replace(target)


@contextmanager
def _settings(manim: Any, size: tuple[int, int], rate: int, folder: Path) -> Iterator[None]:
    """Set manim up for one film, quietly, and put everything back afterwards."""
    logger = logging.getLogger("manim")
    level = logger.level
    settings = {
        "pixel_width": size[0],
        "pixel_height": size[1],
        "frame_height": 8.0,
        "frame_width": 8.0 * WIDTH / HEIGHT,
        "frame_rate": rate,
        "background_color": DARK.background,
        "media_dir": str(folder),
        "disable_caching": True,
        "progress_bar": "none",
        "verbosity": "ERROR",
        "format": "mp4",
        "write_to_movie": True,
        "save_last_frame": False,
        "save_sections": False,
        "preview": False,
        "transparent": False,
        "renderer": "cairo",
        "output_file": "film",
        "from_animation_number": 0,
        "upto_animation_number": -1,
    }
    with manim.tempconfig(settings):
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def _play(manim: Any, scene: Any, frame: Frame, count: int, rate: int) -> None:
    """Play one step in exactly so many video frames."""
    seconds = (count - 0.5) / rate
    moving = [(ink, _mobject(manim, ink)) for ink in frame.inks if ink.moving]
    arrows = [(arrow, _mobject(manim, Ink(arrow.at(0.0), fill=arrow.colour))) for arrow in frame.travellers]

    class Step(manim.Animation):
        """Texts come and go, arrows travel."""

        def interpolate_mobject(self, alpha: float) -> None:
            """Draw one moment."""
            now = alpha * seconds
            for ink, mobject in moving:
                strength = _strength(ink, now) * ink.opacity
                if mobject.get_fill_opacity() != strength:
                    mobject.set_fill(opacity=strength)
            for arrow, mobject in arrows:
                mobject.points = _points(arrow.at(now))

    scene.clear()
    scene.add(*(_mobject(manim, ink) for ink in frame.inks if not ink.moving))
    group = manim.VGroup(*(mobject for _, mobject in moving), *(mobject for _, mobject in arrows))
    scene.play(Step(group, run_time=seconds, rate_func=manim.linear))


def _strength(ink: Ink, now: float) -> float:
    """How visible something is at a moment of its step."""
    strength = 1.0
    if ink.appears is not None:
        strength = min(max((now - ink.appears) / _FADE, 0.0), 1.0)
    if ink.vanishes is not None:
        strength = min(strength, 1.0 - min(max((now - ink.vanishes) / _FADE, 0.0), 1.0))
    return strength


def _points(points: np.ndarray) -> np.ndarray:
    """From pixels to manim's units, its origin in the middle and y upwards."""
    placed = np.zeros((len(points), 3))
    placed[:, 0] = (points[:, 0] - WIDTH / 2) * _UNITS
    placed[:, 1] = (HEIGHT / 2 - points[:, 1]) * _UNITS
    return placed


def _mobject(manim: Any, ink: Ink) -> Any:
    """One vectorised mobject: all the glyphs of a text together, which draws many times faster than one by one."""
    mobject = manim.VMobject(
        fill_color=ink.fill or DARK.ink,
        fill_opacity=ink.opacity if ink.fill else 0.0,
        stroke_color=ink.stroke or DARK.ink,
        stroke_width=ink.width * _STROKE if ink.stroke else 0.0,
        stroke_opacity=ink.opacity if ink.stroke else 0.0,
    )
    mobject.points = _points(ink.points)
    return mobject
