"""Backpropagation: the four equations against the engine, and against the deck's sums written index by index."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons import backpropagation as lesson

COSTS = ("MSE", "cross-entropy")


def largest_difference(one: dict[int, np.ndarray], two: dict[int, np.ndarray]) -> float:
    """Compare layer by layer, in units of the largest number of the layer."""
    assert one.keys() == two.keys()
    return max(float(np.max(np.abs(one[k] - two[k])) / np.max(np.abs(two[k]))) for k in two)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 7), min_size=2, max_size=12), st.integers(1, 9), st.integers(0, 99), st.sampled_from(COSTS)
)
def test_any_depth_and_width_agrees_with_the_engine(widths: list[int], n: int, seed: int, cost: lesson.Cost) -> None:
    random = np.random.default_rng(seed)
    net = lesson.network(widths, seed)
    x, t = random.normal(size=(widths[0], n)), random.uniform(0.1, 0.9, (widths[-1], n))
    Δ, dω, db = lesson.by_hand(net, x, t, cost)
    engine_Δ, engine_ω, engine_b = lesson.by_engine(net, x, t, cost)
    assert largest_difference(engine_Δ, Δ) < 1e-12
    assert largest_difference(engine_ω, dω) < 1e-12
    # A bias may have a gradient that is a sum which cancels; its unit is that of the errors that are summed.
    for layer in db:
        np.testing.assert_allclose(
            engine_b[layer], db[layer], rtol=1e-12, atol=1e-12 * float(np.max(np.abs(dω[layer])))
        )


@pytest.mark.parametrize("cost", COSTS)
def test_fifty_layers_agree_with_the_engine(cost: lesson.Cost) -> None:
    net, x, t = lesson.problem((3, *[4] * 48, 2))
    assert largest_difference(lesson.by_engine(net, x, t, cost)[1], lesson.by_hand(net, x, t, cost)[1]) < 1e-12


@pytest.mark.parametrize("cost", COSTS)
def test_the_equations_are_the_decks_sums(cost: lesson.Cost) -> None:
    """For one example, with loops over j and k, and Δ of the output from the definition of the cost."""
    net, x, t = lesson.problem((2, 3, 2), n=1)
    sigma = np.vectorize(lambda z: 1 / (1 + math.exp(-z)))
    z2 = [sum(net.ω[2][j, k] * x[k, 0] for k in range(2)) + net.b[2][j, 0] for j in range(3)]
    a2 = [sigma(z) for z in z2]
    z3 = [sum(net.ω[3][j, k] * a2[k] for k in range(3)) + net.b[3][j, 0] for j in range(2)]
    if cost == "MSE":
        delta3 = [2 * (z3[j] - t[j, 0]) for j in range(2)]
    else:
        a3 = [sigma(z) for z in z3]
        slopes = [-t[j, 0] / a3[j] + (1 - t[j, 0]) / (1 - a3[j]) for j in range(2)]
        delta3 = [slopes[j] * a3[j] * (1 - a3[j]) for j in range(2)]
    delta2 = [sum(delta3[k] * net.ω[3][k, j] for k in range(2)) * a2[j] * (1 - a2[j]) for j in range(3)]
    found, dω, db = lesson.by_hand(net, x, t, cost)
    for layer, delta, before in ((2, delta2, x[:, 0]), (3, delta3, a2)):
        np.testing.assert_allclose(found[layer][:, 0], delta, rtol=0, atol=1e-13)
        np.testing.assert_allclose(dω[layer], [[d * a for a in before] for d in delta], rtol=0, atol=1e-13)
        np.testing.assert_allclose(db[layer][:, 0], delta, rtol=0, atol=1e-13)


def test_a_wrong_equation_is_found() -> None:
    """The comparison can fail: without σ′ in one layer, it does."""
    net, x, t = lesson.problem((3, 4, 4, 1))
    wrong = {**net.ω, 3: net.ω[3] * 1.000001}
    assert largest_difference(lesson.by_hand(lesson.Network(wrong, net.b), x, t, "MSE")[1],
                              lesson.by_engine(net, x, t, "MSE")[1]) > 1e-9  # fmt: skip


def test_what_the_lesson_prints_about_differences_is_so(told: Any) -> None:
    left = told("backpropagation")
    found = left.numbers
    assert found["forward passes by differences"] == 2 * (3 * 5 + 5 * 4 + 4 * 2)
    sizes = list(found["|Δ| by layer, MSE"].values())
    assert sizes == sorted(sizes)
    assert {"errors.svg", "differences.svg", "network.svg", "steps.html"} <= {file.name for file in left.files}
    assert "σ′(z₁⁽²⁾)" in left.printed
