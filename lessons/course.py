"""The course: which lessons there are. A lesson is one module of this package with an entry here."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from microgradphys.errors import InputError


@dataclass(frozen=True, slots=True)
class Lesson:
    """An entry of the course.

    name: what the command line calls it, and its module. part: which part of the course. line: what it shows, in one
    line. seconds: about how long it takes without the film.
    """

    name: str
    part: str
    line: str
    seconds: int

    def load(self) -> Callable[..., list[Path]]:
        """Import the lesson's module and return its `run(out, *, film, quality, slides)`."""
        return import_module(f"lessons.{self.name}").run

    @property
    def file(self) -> Path:
        """The file that holds the lesson."""
        return Path(__file__).with_name(f"{self.name}.py")


_FOUNDATIONS = "I. Foundations"

LESSONS = (
    Lesson("worked_example", _FOUNDATIONS, "the 2-2-1 sigmoid network: forward, backward, update, new output", 3),
    Lesson("simple_network", _FOUNDATIONS, "a 3-3-1 network is a formula: nested sigmoids, printed from the graph", 3),
    Lesson(
        "linear_regression",
        _FOUNDATIONS,
        "mean squared error, gradient descent on w and b, and the normal equations",
        2,
    ),
    Lesson(
        "logistic_regression",
        _FOUNDATIONS,
        "one neuron: the sigmoid, cross-entropy from the likelihood, the student exam",
        4,
    ),
    Lesson(
        "perceptron", _FOUNDATIONS, "Rosenblatt's rule, step by step: it ends on separable data and never on XOR", 3
    ),
    Lesson(
        "discriminant_analysis",
        _FOUNDATIONS,
        "LDA and QDA from sample means and covariances: Bayes' rule is a sigmoid",
        3,
    ),
    Lesson(
        "activations",
        _FOUNDATIONS,
        "step, sigmoid, tanh, ReLU, leaky ReLU, ELU, maxout: value, derivative, saturation",
        3,
    ),
    Lesson(
        "backpropagation", _FOUNDATIONS, "the four equations in numpy, against the engine, at any depth and width", 4
    ),
    Lesson(
        "xor",
        "I. Foundations",
        "a perceptron fails, two layers learn it; the decision surface as training goes on",
        seconds=5,
    ),
    Lesson(
        "universal_approximation",
        "I. Foundations",
        "1, 2, 3, 6, 13 ReLU neurons on one curve; error against width; sigmoid bumps",
        seconds=6,
    ),
    Lesson(
        "vanishing_gradient",
        _FOUNDATIONS,
        "depth 1 to 30: what four activation functions and four initialisations do to the gradient",
        9,
    ),
    Lesson(
        "optimizer_paths",
        _FOUNDATIONS,
        "seven optimisers on eleven surfaces: paths, learning rates, and every known minimum found",
        12,
    ),
    Lesson(
        "adam_anatomy",
        _FOUNDATIONS,
        "Adam's step as a signal-to-noise ratio: both limits, the corrections, and a sign that climbs",
        6,
    ),
    Lesson(
        "evolution", _FOUNDATIONS, "a genetic algorithm, and CMA-ES with its ellipse, against the gradient methods", 10
    ),
)


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
    near = difflib.get_close_matches(name, names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"the lessons are {', '.join(names)}"
    raise InputError(f"there is no lesson {name!r}; {hint}")
