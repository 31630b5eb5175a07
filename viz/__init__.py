"""viz: everything that shows. Each name is loaded when it is first used, so importing this costs nothing."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viz import plots as plots
    from viz.derivatives import gradient, newton
    from viz.diagnosis import diagnose
    from viz.drawing import draw
    from viz.explanation import explain
    from viz.film import movie
    from viz.films.deck import slides
    from viz.films.scene import Film
    from viz.html import play
    from viz.networks.sliding import window
    from viz.notebook import widget
    from viz.stepper import Stepper
    from viz.storyboard import Storyboard
    from viz.teaching.quizzing import quiz
    from viz.teaching.worksheets import worksheet

_HOMES = {
    "Film": "viz.films.scene",
    "Stepper": "viz.stepper",
    "Storyboard": "viz.storyboard",
    "diagnose": "viz.diagnosis",
    "draw": "viz.drawing",
    "explain": "viz.explanation",
    "gradient": "viz.derivatives",
    "movie": "viz.film",
    "newton": "viz.derivatives",
    "play": "viz.html",
    "quiz": "viz.teaching.quizzing",
    "slides": "viz.films.deck",
    "widget": "viz.notebook",
    "window": "viz.networks.sliding",
    "worksheet": "viz.teaching.worksheets",
}
__all__ = [
    "Film",
    "Stepper",
    "Storyboard",
    "diagnose",
    "draw",
    "explain",
    "gradient",
    "movie",
    "newton",
    "play",
    "quiz",
    "slides",
    "widget",
    "window",
    "worksheet",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name == "plots":
        return import_module("viz.plots")
    if name not in _HOMES:
        raise AttributeError(f"module 'viz' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names too, whether they are loaded or not."""
    return sorted({*globals(), *__all__, "plots"})
