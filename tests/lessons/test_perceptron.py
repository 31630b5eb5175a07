"""The perceptron: Rosenblatt's rule in plain Python, gates, Novikoff's bound on other data, and the circle of XOR."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons import perceptron as lesson


def in_plain_python(x: list[list[float]], t: list[int], at_zero: int) -> tuple[list[float], int]:
    """Learn with lists; return the last weights and the number of updates."""
    w, updates, mistakes = [0.0] * len(x[0]), 0, True
    while mistakes:
        mistakes = False
        for row, target in zip(x, t, strict=True):
            s = sum(a * b for a, b in zip(w, row, strict=True))
            y = 1 if s > 0 else -1 if s < 0 else at_zero
            if y != target:
                w = [a + target * b for a, b in zip(w, row, strict=True)]
                updates, mistakes = updates + 1, True
    return w, updates


@pytest.mark.parametrize("at_zero", lesson.AT_ZERO.values())
def test_the_rule_is_that_of_plain_python(at_zero: int) -> None:
    x, t = lesson.separable()
    course = lesson.learn(x, t, at_zero=at_zero)
    w, updates = in_plain_python(x.tolist(), t.tolist(), at_zero)
    np.testing.assert_allclose(course.weights[-1], w, rtol=0, atol=1e-12)
    assert (course.ended, len(course.examples)) == (True, updates)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.sampled_from([-1, 0, 1]))
def test_learning_ends_within_novikoffs_bound(seed: int, dimension: int, at_zero: int) -> None:
    """Whatever the dimension, and whatever the unit answers at zero."""
    random = np.random.default_rng(seed)
    w = random.normal(size=dimension + 1)
    x = np.column_stack([np.ones(50), random.normal(size=(50, dimension))])
    x = x[np.abs(x @ w) > 0.3]
    if not len(x):
        return
    t = np.sign(x @ w)
    radius, gamma = lesson.novikoff(x, t, w)
    course = lesson.learn(x, t, at_zero=at_zero, epochs=10_000)
    assert course.ended
    assert len(course.examples) <= (radius / gamma) ** 2
    assert np.array_equal([lesson.answer(course.weights[-1], row, at_zero) for row in x], t)


def test_one_unit_is_and_or_or_by_what_it_does_at_its_threshold() -> None:
    w = np.array([-1.0, 1.0, 1.0])
    corners = [(x[1], x[2]) for x in lesson.SQUARE]
    assert [lesson.answer(w, x, -1) > 0 for x in lesson.SQUARE] == [bool(a and b) for a, b in corners]
    assert [lesson.answer(w, x, 1) > 0 for x in lesson.SQUARE] == [bool(a or b) for a, b in corners]


def test_gates_are_learnt_and_xor_never_is() -> None:
    """Ten thousand epochs make no difference, and the weights repeat exactly."""
    for gate in ("AND", "OR"):
        assert lesson.learn(lesson.SQUARE, lesson.GATES[gate]).ended
    for at_zero in (-1, 0, 1):
        course = lesson.learn(lesson.SQUARE, lesson.GATES["XOR"], epochs=10_000, at_zero=at_zero)
        assert not course.ended
        found = lesson.cycle(course)
        assert found is not None
        first, again = found
        assert np.array_equal(course.weights[again:], course.weights[first : first - again])
        assert np.abs(course.weights).max() <= 3


def test_a_course_that_ends_has_no_circle() -> None:
    x, t = lesson.separable()
    assert lesson.cycle(lesson.learn(x, t)) is None


def test_the_lesson_tells_how_often_it_learnt(told: Any) -> None:
    left = told("perceptron")
    found = left.numbers
    assert max(found["updates"].values()) <= found["bound"]
    assert (found["AND"]["ended"], found["OR"]["ended"], found["XOR"]["ended"]) == (True, True, False)
    assert {"separated.svg", "bounds.svg", "xor.svg", "steps.html"} <= {file.name for file in left.files}
