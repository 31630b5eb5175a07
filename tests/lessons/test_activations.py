"""Activations: values by hand, slopes by complex steps, and the edges of saturation on a fine grid."""

import cmath
import math
from typing import Any

import numpy as np
import pytest

from lessons import activations as lesson
from microgradphys import Value

BY_HAND = {
    "step": lambda a: 1.0 if a >= 0 else 0.0,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "tanh": math.tanh,
    "ReLU": lambda a: max(0.0, a),
    "leaky ReLU": lambda a: max(0.1 * a, a),
    "ELU": lambda a: a if a >= 0 else math.exp(a) - 1,
    "maxout": lambda a: max(-0.5 * a - 1, 0.1 * a - 0.5, a - 1),
}


@pytest.mark.parametrize("name", lesson.FUNCTIONS)
def test_values_and_slopes_are_those_by_hand(name: str) -> None:
    """Slopes by secants so short that no kink lies in them."""
    for a in (-7.0, -2.3, -0.4, 0.3, 1.7, 6.0):
        assert float(lesson.FUNCTIONS[name](Value(a)).data) == pytest.approx(BY_HAND[name](a), abs=1e-15)
        h = 1e-5
        secant = (BY_HAND[name](a + h) - BY_HAND[name](a - h)) / (2 * h)
        assert lesson.slopes(lesson.FUNCTIONS[name], np.array([a]))[0] == pytest.approx(secant, abs=1e-9)
        assert lesson.ON_PAPER[name](np.array([a]))[0] == pytest.approx(secant, abs=1e-9)


@pytest.mark.parametrize(("name", "smooth"), [("sigmoid", lambda a: 1 / (1 + cmath.exp(-a))), ("tanh", cmath.tanh)])
def test_smooth_slopes_are_complex_steps(name: str, smooth: object) -> None:
    for a in (-3.0, 0.0, 0.7):
        step = smooth(complex(a, 1e-30)).imag / 1e-30  # type: ignore[operator]
        assert lesson.slopes(lesson.FUNCTIONS[name], np.array([a]))[0] == pytest.approx(step, rel=1e-14)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_beyond_the_edges_less_than_the_share_is_left(share: float) -> None:
    for name, edge in lesson.edges(share).items():
        most = 0.25 if name == "sigmoid" else 1.0
        assert lesson.ON_PAPER[name](np.array([edge]))[0] == pytest.approx(share * most, rel=1e-12)


def test_kinks_take_the_stated_slopes() -> None:
    at_zero = {name: lesson.slopes(f, np.zeros(1))[0] for name, f in lesson.FUNCTIONS.items()}
    assert (at_zero["step"], at_zero["ReLU"], at_zero["leaky ReLU"], at_zero["ELU"]) == (0, 0, 0.1, 1)


def test_the_lesson_prints_the_slopes_of_the_rows(told: Any) -> None:
    left = told("activations")
    found = left.numbers
    printed = left.printed
    for line in ("sigmoid: y′ = y · (1 − y)", "tanh: y′ = 1 − y · y", "ELU: y′ = 1 where a > 0, eᵃ where a < 0"):
        assert line in printed
    assert found["ReLU is saturated"] == [[-6.0, 0.0]]
    assert found["leaky ReLU is saturated"] == found["maxout is saturated"] == []
    assert {"step.svg", "leaky_ReLU.svg", "maxout.svg", "slopes.svg"} <= {file.name for file in left.files}
