"""The course: which lessons there are. A lesson is one module of this package with an entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from microgradphys.errors import InputError
from microgradphys.named import nearest


@dataclass(frozen=True, slots=True)
class Lesson:
    """An entry of the course.

    name: what the command line calls it, and its module. part: which part of the course. seconds: about
    how long it takes without the film. line: what it shows, in one line.
    """

    name: str
    part: str
    seconds: int
    line: str

    def load(self) -> Callable[..., list[Path]]:
        """Import the lesson's module and return its `run(out, *, film, quality, slides)`."""
        return import_module(f"lessons.{self.name}").run

    @property
    def file(self) -> Path:
        """The file that holds the lesson."""
        return Path(__file__).with_name(f"{self.name}.py")


_FOUNDATIONS = "I. Foundations"

# fmt: off
LESSONS = (
    Lesson("worked_example",          _FOUNDATIONS,  1, "the 2-2-1 sigmoid network: forward, backward, update, new output"),
    Lesson("simple_network",          _FOUNDATIONS,  3, "a 3-3-1 network is a formula: nested sigmoids, printed from the graph"),
    Lesson("linear_regression",       _FOUNDATIONS,  2, "mean squared error, gradient descent on w and b, and the normal equations"),
    Lesson("logistic_regression",     _FOUNDATIONS,  5, "one neuron: the sigmoid, cross-entropy from the likelihood, the student exam"),
    Lesson("perceptron",              _FOUNDATIONS,  5, "Rosenblatt's rule, step by step: it ends on separable data and never on XOR"),
    Lesson("discriminant_analysis",   _FOUNDATIONS,  4, "LDA and QDA from sample means and covariances: Bayes' rule is a sigmoid"),
    Lesson("activations",             _FOUNDATIONS,  3, "step, sigmoid, tanh, ReLU, leaky ReLU, ELU, maxout: value, derivative, saturation"),
    Lesson("backpropagation",         _FOUNDATIONS,  3, "the four equations in numpy, against the engine, at any depth and width"),
    Lesson("xor",                     _FOUNDATIONS,  7, "a perceptron fails, two layers learn it; the decision surface as training goes on"),
    Lesson("universal_approximation", _FOUNDATIONS,  8, "1, 2, 3, 6, 13 ReLU neurons on one curve; error against width; sigmoid bumps"),
    Lesson("folding",                 _FOUNDATIONS,  9, "what depth buys: two absolute-value layers fold the plane into four"),
    Lesson("vanishing_gradient",      _FOUNDATIONS, 14, "depth 1 to 30: what four activation functions and four initialisations do to the gradient"),
    Lesson("optimizer_paths",         _FOUNDATIONS, 17, "seven optimisers on eleven surfaces: paths, learning rates, and every known minimum found"),
    Lesson("adam_anatomy",            _FOUNDATIONS,  4, "Adam's step as a signal-to-noise ratio: both limits, the corrections, and a sign that climbs"),
    Lesson("evolution",               _FOUNDATIONS, 10, "a genetic algorithm, and CMA-ES with its ellipse, against the gradient methods"),
)
# fmt: on


def find(name: str) -> Lesson:
    """Return a lesson by its name.

    Raises:
        InputError: there is none; the nearest name is suggested.

    >>> find("worked_exampel")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: there is no lesson 'worked_exampel'; did you mean 'worked_example'?
    """
    names = [lesson.name for lesson in LESSONS]
    if name in names:
        return LESSONS[names.index(name)]
    raise InputError(f"there is no lesson {name!r}; {nearest(name, names)}")
