"""The formulas of the rules are what the rules compute."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from microgradphys import optim
from microgradphys.errors import InputError


@pytest.mark.parametrize(
    "rule", [optim.SGD(), optim.Momentum(), optim.Nesterov(), optim.AdaGrad(), optim.RMSprop(), optim.Adam()], ids=str
)
def test_python_can_compute_what_is_written(rule: optim.ElementwiseRule) -> None:
    """As eval sees it: what is remembered first, then x from the new values."""
    letters = {"velocity": "v", "first_moment": "m", "second_moment": "s", "squares": "s"}
    known = {"x": 0.7, "g": -1.3, "η": 0.2, "t": 4.0, "v": 0.3, "m": 0.4, "s": 0.9, "root": np.sqrt}
    names = rule.memory()
    x, after = rule.update(0.7, -1.3, 0.2, 4.0, tuple(known[letters[name]] for name in names))
    spelled = {
        "·": "*",
        "−": "-",
        "^": "**",
        "ᵗ": "**t",
        "√s": "root(s)",
        "√(": "root(",
        "×10⁻⁸": "e-8",
        "×10⁻¹⁰": "e-10",
    }
    for name, text in optim.formulas(rule).items():
        for sign, meaning in spelled.items():
            text = text.replace(sign, meaning)
        known[name] = eval(text, {"root": np.sqrt}, known)
    assert known["x"] == pytest.approx(x, rel=1e-12)
    assert [known[letters[name]] for name in names] == pytest.approx(list(after), rel=1e-12)


def test_a_rule_of_ones_own_is_written_and_what_has_no_formula_is_refused() -> None:
    @dataclass(frozen=True)
    class Sign(optim.ElementwiseRule):
        def update(self, x: Any, g: Any, rate: Any, step: Any, memory: Any) -> Any:
            return x - rate * np.sign(g), ()

    assert optim.formulas(Sign(0.1)) == {"x": "x − η · sgn(g)"}
    assert optim.formulas(optim.Momentum(), "latex")["v"] == "0.9 \\cdot v + η \\cdot g"
    for other in (optim.Newton(), optim.Clipped(optim.SGD(), norm=1.0), 3):
        with pytest.raises(InputError, match="has no formula for every number by itself"):
            optim.formulas(other)
