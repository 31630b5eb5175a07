"""The simple network: deck R's formula typed out here, and the one that the graph prints."""

import math
from typing import Any

import numpy as np
import pytest

from lessons import simple_network as lesson
from microgradphys.closed_form import closed_form
from microgradphys.notation import write

# The last formula of the deck's "A simple network", as it stands there.
DECK = (
    "σ(σ(x₁ · θ₁₁⁽¹⁾ + x₂ · θ₁₂⁽¹⁾ + x₃ · θ₁₃⁽¹⁾ + θ₁₀⁽¹⁾) · θ₁₁⁽²⁾ + "
    "σ(x₁ · θ₂₁⁽¹⁾ + x₂ · θ₂₂⁽¹⁾ + x₃ · θ₂₃⁽¹⁾ + θ₂₀⁽¹⁾) · θ₁₂⁽²⁾ + "
    "σ(x₁ · θ₃₁⁽¹⁾ + x₂ · θ₃₂⁽¹⁾ + x₃ · θ₃₃⁽¹⁾ + θ₃₀⁽¹⁾) · θ₁₃⁽²⁾ + θ₁₀⁽²⁾)"
)


def sigma(z: float) -> float:
    """Compute the sigmoid with `math` alone."""
    return 1 / (1 + math.exp(-z))


def nested(x: tuple[float, ...], one: np.ndarray, two: np.ndarray) -> float:
    """Compute the network as the deck writes it."""
    x1, x2, x3 = x
    return sigma(
        sigma(x1 * one[0, 1] + x2 * one[0, 2] + x3 * one[0, 3] + one[0, 0]) * two[0, 1]
        + sigma(x1 * one[1, 1] + x2 * one[1, 2] + x3 * one[1, 3] + one[1, 0]) * two[0, 2]
        + sigma(x1 * one[2, 1] + x2 * one[2, 2] + x3 * one[2, 3] + one[2, 0]) * two[0, 3]
        + two[0, 0]
    )


def test_the_graph_prints_the_decks_formula() -> None:
    assert write(closed_form(lesson.network())) == DECK


@pytest.mark.parametrize("seed", range(20))
def test_engine_matrices_and_nested_sigmoids_agree(seed: int) -> None:
    random = np.random.default_rng(seed)
    x = tuple(random.normal(0, 2, 3).tolist())
    one, two = random.normal(0, 2, (3, 4)), random.normal(0, 2, (1, 4))
    known = nested(x, one, two)
    assert lesson.network(x, one.tolist(), two.tolist()).data == pytest.approx(known, abs=1e-14)
    assert lesson.matrices(np.array(x), one, two)[0] == pytest.approx(known, abs=1e-14)


def test_another_width_prints_another_formula() -> None:
    assert write(closed_form(lesson.network((1.0,), ((0.0, 2.0),), ((0.5, -1.0),)))) == (
        "σ(σ(x₁ · θ₁₁⁽¹⁾ + θ₁₀⁽¹⁾) · θ₁₁⁽²⁾ + θ₁₀⁽²⁾)"
    )


def test_the_lesson_prints_the_formula_and_its_slopes(told: Any) -> None:
    left = told("simple_network")
    found = left.numbers
    assert f"a₁⁽³⁾ = {DECK}" in left.printed
    assert found["closed form"] == DECK
    assert found["closed form in LaTeX"].count("σ") == 4
    assert len(found["slopes in the 16 parameters"]) == 16
    assert {"network.svg", "slope.svg", "map.svg", "steps.html"} <= {file.name for file in left.files}
