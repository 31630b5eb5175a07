"""viz: everything that shows. Each name is loaded when it is first used, so importing this costs nothing."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viz import plots as plots
    from viz.derivatives import gradient, newton
    from viz.drawing import draw
    from viz.explanation import explain
    from viz.film import movie
    from viz.film_deck import slides
    from viz.film_scene import Film
    from viz.html import play
    from viz.notebook import widget
    from viz.stepper import Stepper
    from viz.storyboard import Storyboard

_HOMES = {
    "Film": "viz.film_scene",
    "Stepper": "viz.stepper",
    "Storyboard": "viz.storyboard",
    "draw": "viz.drawing",
    "explain": "viz.explanation",
    "gradient": "viz.derivatives",
    "movie": "viz.film",
    "newton": "viz.derivatives",
    "play": "viz.html",
    "slides": "viz.film_deck",
    "widget": "viz.notebook",
}
__all__ = [
    "Film",
    "Stepper",
    "Storyboard",
    "draw",
    "explain",
    "gradient",
    "movie",
    "newton",
    "play",
    "slides",
    "widget",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name == "plots":
        return import_module("viz.plots")
    if name not in _HOMES:
        raise AttributeError(f"module 'viz' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
