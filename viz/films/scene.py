"""`Film`: a scene for a lecturer's own manim file, beside other objects.

```python
# lecture.py, rendered by `manim -ql lecture.py Lecture`
class Lecture(viz.Film):
    def construct(self):
        self.play(Write(Text("Where does the gradient come from?")))
        self.clear()
        self.play_forward(loss)
        self.play_backward(loss)
```

This is the one module that imports manim; it is loaded when `viz.Film` is first used.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np

from microgradphys.errors import InputError, MissingExtraError
from microgradphys.value import Value
from viz.films.items import HEIGHT, WIDTH, Frame, Ink
from viz.films.plan import FilmPlan
from viz.films.reel import picture_of, story_of
from viz.films.text import Typesetter
from viz.steps import Phase, Step
from viz.storyboard import Storyboard
from viz.theme import DARK, LIGHT


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
            import manim
    except ImportError as error:
        raise MissingExtraError("viz.Film needs manim: pip install 'microgradphys[movie]'") from error
    return manim


manim = load_manim()


class Film(manim.Scene):
    """A manim scene that plays the steps of a graph; everything else in it is manim's own.

    The steps of a graph are drawn as in `viz.movie`, on the same dark background, or on one of your own: on a light
    one, as `self.camera.background_color = manim.WHITE`, in the colours of the page. What they draw is in `picture`:
    the next step replaces it, `self.play(FadeOut(self.picture))` takes it away. Objects of your own stay as they are.

    The whole passes (`play_forward`, `play_backward`, `play_update`) begin a section at each step: with
    `manim --save_sections`, manim writes a file for each.

    Attributes:
        view: "network" or "graph"; the network where there is one, if None. Set it in your class.
        options: for `Storyboard`, where a Value is given: by, learning_rate, parameters, names. Set it in your class.
        picture: what the last step drew.
    """

    view: str | None = None
    options: dict[str, Any] = {}  # noqa: RUF012  (it is only read)

    def setup(self) -> None:
        """Take the film's background; remember nothing of other scenes."""
        super().setup()
        self.camera.background_color = DARK.background
        self.picture = manim.Group()
        self._plans: dict[Value | Storyboard, FilmPlan] = {}
        self._current: FilmPlan | None = None
        # manim recognises a scene that it has drawn by a part of its numbers; ours may differ in the others.
        self._caching, manim.config.disable_caching = manim.config.disable_caching, True

    def tear_down(self) -> None:
        """Leave manim's settings as they were."""
        manim.config.disable_caching = self._caching
        super().tear_down()

    def storyboard(self, loss: Value | Storyboard) -> Storyboard:
        """Return the storyboard of a graph, the same each time: its steps are what `play_contribution` takes.

        Args:
            loss: the Value that is differentiated, or a storyboard of it.
        """
        return self._plan(loss, 2).story

    def play_forward(self, loss: Value | Storyboard) -> None:
        """Play the forward pass, each number becoming known after the other.

        Args:
            loss: the Value that is differentiated, or a storyboard of it.
        """
        self._play_passes(self._plan(loss, 2), "forward")

    def play_backward(self, loss: Value | Storyboard) -> None:
        """Play the backward pass, each contribution after the other.

        Args:
            loss: the Value that is differentiated, or a storyboard of it.
        """
        self._play_passes(self._plan(loss, 2), "backward")

    def play_update(self, loss: Value | Storyboard) -> None:
        """Play the update and the new forward pass.

        Args:
            loss: the Value that is differentiated, or a storyboard of it.
        """
        self._play_passes(self._plan(loss, 2), "update", "again")

    def play_contribution(self, step: Step | int, loss: Value | Storyboard | None = None) -> None:
        """Play one step, of any pass.

        Args:
            step: a step of a storyboard, or its number, from 1.
            loss: the graph it belongs to; the one that was played last, if not given.

        Raises:
            InputError: no graph has been played yet, or it has no such step.
        """
        plan = self._current if loss is None else self._plan(loss, 2)
        if plan is None:
            raise InputError("which graph? Give it as play_contribution(step, loss), or play one of its passes first")
        self._current = plan
        number = step.number if isinstance(step, Step) else step
        steps = plan.story.steps
        known = isinstance(number, int) and 1 <= number <= len(steps)
        # A lecturer's own storyboard of the same graph has the same steps.
        if not known or (isinstance(step, Step) and str(steps[number - 1].formula) != str(step.formula)):
            raise InputError(f"step {number!r} is not of the graph that is played; its steps are 1 to {len(steps)}")
        self._play(plan.frame(number), plan.seconds[number - 1])

    def _plan(self, loss: Value | Storyboard, depth: int) -> FilmPlan:
        """Lay out a graph, once."""
        if loss not in self._plans:
            options = {} if isinstance(loss, Storyboard) else dict(self.options)
            story = story_of(loss, depth, options)
            plan = FilmPlan(story, picture_of(story, self.view), Typesetter())
            self._plans[loss] = self._plans[story] = plan
        self._current = self._plans[loss]
        return self._current

    def _play_passes(self, plan: FilmPlan, *phases: Phase) -> None:
        """Play all steps of these passes, a section each."""
        for step in plan.story.steps:
            if step.phase in phases:
                self.next_section(f"step {step.number}")
                self.play_contribution(step)

    def _play(self, frame: Frame, seconds: float) -> None:
        """Play one step."""
        moved, colours = bool(frame.pan.seconds), _colours(self.camera.background_color)
        inks = [(ink, _mobject(ink, colours)) for ink in frame.layered()]
        changing = [(ink, shown) for ink, shown in inks if ink.moving or (moved and ink.follows)]
        arrows = [(arrow, _mobject(Ink(arrow.at(0.0), fill=arrow.colour), colours)) for arrow in frame.travellers]
        self.remove(self.picture)
        self.picture = manim.Group(*(shown for _, shown in inks), *(shown for _, shown in arrows))
        own = self.mobjects
        self.add(self.picture)
        self.bring_to_front(*own)
        self.play(_Step(self.picture, frame, changing, arrows, run_time=seconds, rate_func=manim.linear))


class _Step(manim.Animation):
    """Texts come and go, arrows travel, the camera moves."""

    def __init__(
        self, picture: Any, frame: Frame, changing: list[tuple[Ink, Any]], arrows: Iterable[Any], **options: Any
    ) -> None:
        """Keep what changes."""
        super().__init__(picture, **options)
        self.frame, self.changing, self.arrows = frame, changing, arrows

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw one moment."""
        now = alpha * self.run_time
        shift = self.frame.shift(now)
        for ink, shown in self.changing:
            if ink.follows and self.frame.pan.seconds:
                shown.points = _points(ink.points + shift)
            strength = ink.strength(now) * ink.opacity
            if ink.fill and shown.get_fill_opacity() != strength:
                shown.set_fill(opacity=strength)
        for arrow, shown in self.arrows:
            shown.points = _points(arrow.at(now))


def _points(points: np.ndarray) -> np.ndarray:
    """From pixels to manim's units, its origin in the middle and y upwards."""
    unit = manim.config.frame_height / HEIGHT
    placed = np.zeros((len(points), 3))
    placed[:, 0] = (points[:, 0] - WIDTH / 2) * unit
    placed[:, 1] = (HEIGHT / 2 - points[:, 1]) * unit
    return placed


def _colours(background: Any) -> dict[str | None, str]:
    """What each colour of the film becomes on a background: a dark one or a light one."""
    ground = manim.ManimColor(background)
    theme = LIGHT if ground.to_hsl()[2] > 0.5 else DARK
    turned: dict[str | None, str] = {getattr(DARK, one.name): getattr(theme, one.name) for one in fields(DARK)}
    return turned | {DARK.background: ground.to_hex(), None: theme.ink}


def _mobject(ink: Ink, colours: dict[str | None, str]) -> Any:
    """One vectorised mobject: all the glyphs of a text together, which draws many times faster than one by one."""
    shown = manim.VMobject(
        fill_color=colours[ink.fill],
        fill_opacity=ink.opacity if ink.fill else 0.0,
        stroke_color=colours[ink.stroke],
        # A line's width is in hundredths of a unit.
        stroke_width=ink.width * 100 * manim.config.frame_height / HEIGHT if ink.stroke else 0.0,
        stroke_opacity=ink.opacity if ink.stroke else 0.0,
    )
    shown.points = _points(ink.points)
    return shown
