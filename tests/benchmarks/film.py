"""What a film costs: seconds on the clock and of the processors, and where they go."""

from __future__ import annotations

import resource
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from viz import Storyboard, movie
from viz.films.jobs import Job, carry_out
from viz.films.paint import Painter
from viz.films.plan import FilmPlan
from viz.films.reel import QUALITIES, picture_of
from viz.films.text import Typesetter
from viz.films.time import frame_marks


@dataclass(frozen=True)
class Cost:
    """Seconds of a film: how long it runs, how long it took, and the processors' time in all processes."""

    film: float
    clock: float
    processors: float


def rendered(story: Storyboard, quality: str) -> Cost:
    """Make a film as a user does, with as many processes as there are cores."""
    import av

    with tempfile.TemporaryDirectory() as folder:
        clock, used = perf_counter(), _processors()
        path = movie(story, Path(folder) / "film.mp4", quality=quality, title="The worked example")  # type: ignore[arg-type]
        clock, used = perf_counter() - clock, _processors() - used
        with av.open(str(path)) as container:
            return Cost(float(container.duration or 0) / av.time_base, clock, used)


def parts(story: Storyboard, quality: str) -> dict[str, float]:
    """Make a film in this process, and say how much of the processor's time each part of the work took."""
    size, rate = QUALITIES[quality]
    spent: Counter[str] = Counter()
    setter = Typesetter()
    setter.outline = _timed(setter.outline, "typesetting", spent)
    painter = Painter(size)
    painter._draw = _timed(painter._draw, "drawing", spent)  # type: ignore[method-assign]
    start = process_time()
    plan = FilmPlan(story, picture_of(story, None), setter)
    marks = frame_marks(plan.seconds, rate)[1:]
    spent["layout"] += process_time() - start
    with tempfile.TemporaryDirectory() as folder:
        for step, begin, end in zip(story.steps, marks, marks[1:], strict=False):
            start = process_time()
            frame = plan.frame(step.number)
            spent["layout"] += process_time() - start
            start = process_time()
            carry_out(Job(frame, end - begin, size, rate, str(Path(folder) / "piece.mp4")), {size: painter})
            spent["encoding"] += process_time() - start
    spent["layout"] -= spent["typesetting"]
    spent["encoding"] -= spent["drawing"]
    return dict(spent)


def _timed(function: Callable[..., Any], name: str, spent: Counter[str]) -> Callable[..., Any]:
    """Add the time that a function takes to an account."""

    def timed(*arguments: Any) -> Any:
        start = process_time()
        try:
            return function(*arguments)
        finally:
            spent[name] += process_time() - start

    return timed


def _processors() -> float:
    """Seconds of all processors that this process and those it has waited for have used."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)
