"""A film as a list of what is to be shown, a title, every step and a last card, and how it is shot."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from microgradphys.errors import InputError
from microgradphys.mathematics import Math
from microgradphys.value import Value
from viz.films.cards import end_card, title_card
from viz.films.items import Frame
from viz.films.jobs import Job, work
from viz.films.mp4 import load_av
from viz.films.paint import load_cairo
from viz.films.plan import FilmPlan
from viz.films.signs import findings_card, seconds
from viz.films.text import Typesetter
from viz.films.time import frame_marks
from viz.large.fold_states import coarse
from viz.names import as_storyboard
from viz.picture import Picture
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding
from viz.views import network_view, refused

Quality = Literal["low", "medium", "high"]
View = Literal["network", "graph"]
Comparison = Sequence[tuple[Math, str, float]]
QUALITIES: dict[str, tuple[tuple[int, int], int]] = {
    "low": ((854, 480), 15),
    "medium": ((1280, 720), 30),
    "high": ((1920, 1080), 60),
}


class Reel:
    """A film that is planned.

    Args:
        story: the storyboard.
        quality: "low", "medium" or "high".
        view: "network" or "graph"; the network where there is one, if not given.
        title: what the first card says.
        comparison: rows of the last card's table.
        rate: video frames a second; the quality's, if not given.
        findings: what was found in the graph: signs at its nodes, and a card before the last.
        sample: which sample of a batch the network shows, from 1.

    Raises:
        InputError: a quality, view or title that cannot be used.
        MissingExtraError: what draws, encodes or typesets is not installed.
    """

    def __init__(
        self,
        story: Storyboard,
        quality: str,
        view: str | None = None,
        title: str | None = None,
        comparison: Comparison = (),
        rate: int | None = None,
        findings: Sequence[Finding] = (),
        sample: int = 1,
    ) -> None:
        """See that everything is there, and lay out what stays."""
        if quality not in QUALITIES:
            raise InputError(f"quality={quality!r} is not one of {', '.join(map(repr, QUALITIES))}")
        if title is not None and not isinstance(title, str):
            raise InputError(f"title={title!r} is not text")
        story = coarse(story)
        picture = picture_of(story, view, sample)
        load_av()
        load_cairo()
        setter = Typesetter()
        self.story, self.plan, self.findings = story, FilmPlan(story, picture, setter, findings), findings
        self.size, usual = QUALITIES[quality]
        self.rate = rate or usual
        self.marks = frame_marks(self.plan.seconds, self.rate, seconds(findings))
        steps = [f"step-{step.number:03}" for step in story.steps]
        self.names = ["title", *steps, *(["findings"] if findings else []), "end"]
        self._frames: list[Callable[[], Frame]] = [functools.partial(title_card, setter, story, title)]
        self._frames += [functools.partial(self.plan.frame, step.number) for step in story.steps]
        if findings:
            self._frames.append(functools.partial(findings_card, setter, findings))
        self._frames.append(functools.partial(end_card, setter, story, tuple(comparison)))

    def shoot(
        self, folder: Path, *, videos: bool = True, stills: str | None = None, workers: int | None = None
    ) -> None:
        """Draw everything into a folder: `step-001.mp4` for each step, and its last moment as `step-001.png`.

        Args:
            folder: where the files go.
            videos: whether to make the mp4 files.
            stills: the ending of the pictures, ".png", ".svg" or ".pdf"; None for no pictures.
            workers: how many processes draw; chosen by how much there is to do, if not given.
        """
        jobs = [functools.partial(self._job, k, folder, videos, stills) for k in range(len(self.names))]
        pixels = float(self.size[0] * self.size[1] * (self.marks[-1] if videos else len(jobs)))
        with _progress(len(jobs)) as done:
            work(jobs, pixels, done, workers)

    def _job(self, k: int, folder: Path, videos: bool, stills: str | None) -> Job:
        """Lay out one card or step."""
        path = str(folder / self.names[k])
        return Job(
            frame=self._frames[k](),
            count=self.marks[k + 1] - self.marks[k],
            size=self.size,
            rate=self.rate,
            video=f"{path}.mp4" if videos else None,
            still=f"{path}{stills}" if stills else None,
        )


def story_of(loss: Value | Storyboard, depth: int, options: dict[str, Any]) -> Storyboard:
    """Make a storyboard, with names from the variables of a caller; options are not for one that is made already."""
    if isinstance(loss, Storyboard) and options:
        raise InputError(f"{', '.join(options)}: a storyboard was given, which has its options already")
    return as_storyboard(loss, depth + 1, **options)


def picture_of(story: Storyboard, view: str | None, sample: int = 1) -> Picture:
    """The network, or the graph where there is no network.

    Raises:
        InputError: another view, no network to see, or no such sample.
    """
    if view not in (None, "network", "graph"):
        raise InputError(f"view={view!r} is not 'network' or 'graph'")
    network = None if view == "graph" else network_view(story, sample)
    if network is not None:
        return network
    if view == "network":
        raise refused("film")
    from viz.graph_view import graph_picture

    return graph_picture(story, tight=True)


@contextmanager
def _progress(steps: int) -> Iterator[Callable[[], Any]]:
    """Show one bar over the steps, if somebody is watching."""
    from tqdm import tqdm

    with tqdm(total=steps, unit="step", desc="film", disable=not sys.stderr.isatty()) as bar:
        yield bar.update
