"""A whole graph as one line of mathematics."""

import numpy as np
import pytest

from microgradphys import Value, constant, sigmoid
from microgradphys.errors import InputError
from microgradphys.formulas import formula


def test_a_formula_goes_down_to_what_has_a_name() -> None:
    x, w = constant(2.0, "x"), Value(0.5, "w")
    hidden = sigmoid(w * x)
    assert formula(w * hidden + 1) == "w · σ(w · x) + 1"
    hidden = hidden.named("h")
    assert formula(w * hidden + 1) == "w · h + 1"
    assert formula(hidden) == "σ(w · x)"


def test_long_ones_are_written_whole() -> None:
    x = [Value(float(k), f"x_{k}") for k in range(9)]
    assert formula(sum((one**2 for one in x[1:]), x[0] ** 2)) == " + ".join(f"x{'₀₁₂₃₄₅₆₇₈'[k]}²" for k in range(9))


def test_a_leaf_is_its_name_and_python_can_compute_what_is_written() -> None:
    x, y = Value(1.25, "x"), Value(-0.5, "y")
    assert formula(x) == "x"
    z = (1 - x) * (x - (y - 2)) / (x / y) - (x + y) * 3
    text = formula(z).replace("·", "*").replace("−", "-")
    assert eval(text, {"x": 1.25, "y": -0.5}) == pytest.approx(float(z.data))


def test_what_nobody_could_read_is_refused() -> None:
    deep = Value(1.0, "a")
    for _ in range(3000):
        deep = np.tanh(deep)
    wide = Value(1.0, "a")
    for _ in range(60):
        wide = wide * wide
    for y in (deep, wide):
        with pytest.raises(InputError, match=r"give parts of it a name with \.named"):
            formula(y)
    with pytest.raises(InputError, match=r"3\.0 is not a Value"):
        formula(3.0)
    with pytest.raises(InputError, match="notation='tex'"):
        formula(Value(1.0, "x"), "tex")  # pyright: ignore[reportArgumentType]
