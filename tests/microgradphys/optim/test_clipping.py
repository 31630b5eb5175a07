"""Gradients cut to size."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradphys import optim
from microgradphys.errors import InputError
from microgradphys.trees import flatten

NUMBERS = st.floats(-1e6, 1e6)


def norm(tree: Any) -> float:
    return float(np.linalg.norm(np.concatenate([np.ravel(leaf) for leaf in flatten(tree)])))


@given(st.lists(NUMBERS, min_size=1, max_size=8), NUMBERS, st.floats(1e-3, 1e3))
def test_a_clipped_norm_is_no_larger_and_points_the_same_way(row: list[float], number: float, most: float) -> None:
    before = {"w": np.array(row), "b": number}
    after = optim.clip_by_norm(before, most)
    assert norm(after) <= most * (1 + 1e-12)
    if norm(before) + 1e-6 <= most:
        assert flatten(after)[0].tolist() == row
    np.testing.assert_allclose(after["w"] * norm(before), before["w"] * norm(after), rtol=1e-9, atol=1e-300)


@given(st.lists(NUMBERS, min_size=1, max_size=8), st.floats(1e-3, 1e3))
def test_clipped_values_are_in_the_range(row: list[float], most: float) -> None:
    after = optim.clip_by_value([np.array(row)], most)[0]
    assert after.tolist() == [min(max(x, -most), most) for x in row]


def test_types_and_structure_stay() -> None:
    before = {"w": np.ones(3, np.float32), "b": (np.ones(2), 5.0)}
    for after in (optim.clip_by_norm(before, 0.1), optim.clip_by_value(before, 0.1)):
        assert after["w"].dtype == np.float32
        assert after["b"][0].dtype == np.float64
        assert isinstance(after["b"], tuple)
        assert isinstance(after["b"][1], float)


def test_a_gradient_of_zero_stays_zero() -> None:
    assert optim.clip_by_norm([np.zeros(2), 0.0], 1.0)[1] == 0.0


def test_both_limits_cut_values_first() -> None:
    rule = optim.Clipped(optim.SGD(1.0), norm=1.0, value=3.0)
    after, _ = rule.step(np.zeros(2), np.array([300.0, 4.0]), rule.start(np.zeros(2)))
    np.testing.assert_allclose(after, -np.sqrt([0.5, 0.5]), rtol=1e-6)


def test_the_rule_may_be_given_by_its_name() -> None:
    assert optim.Clipped("adam", norm=1.0) == optim.Clipped(optim.Adam(), norm=1.0)
    for other in (optim.Adam, "lbfgs", 0.1):
        with pytest.raises(InputError, match="Clipped takes an update rule"):
            optim.Clipped(other, norm=1.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "needs a limit"),
        ({"norm": 0.0}, "norm=0.0 must be above 0"),
        ({"value": -1.0}, "value=-1.0"),
        ({"norm": "1"}, "norm='1' must be a number"),
    ],
)
def test_limits_that_make_no_sense_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        optim.Clipped(optim.SGD(), **options)
