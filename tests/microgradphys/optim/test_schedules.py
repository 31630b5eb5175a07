"""Learning rates that change."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from microgradphys import compile
from microgradphys.errors import InputError
from microgradphys.optim import schedules

FORMULAS: list[tuple[Any, Callable[[int], float]]] = [
    (schedules.Constant(0.2), lambda k: 0.2),
    (schedules.Step(0.2, every=5), lambda k: 0.2 / 10 ** (k // 5)),
    (schedules.Exponential(0.2, factor=0.9), lambda k: 0.2 * 0.9**k),
    (schedules.Cosine(0.2, steps=30, least=0.02), lambda k: 0.11 + 0.09 * math.cos(min(k, 30) * math.pi / 30)),
    (schedules.Annealing(0.2, decay=0.5), lambda k: 0.4 / (2 + k)),
]


@pytest.mark.parametrize(("schedule", "formula"), FORMULAS)
def test_the_rate_is_the_formulas_eager_and_compiled(schedule: Any, formula: Callable[[int], float]) -> None:
    compiled = compile(lambda step: schedule(step))
    for k in range(40):
        rate = schedule(k)
        assert type(rate) is float
        assert rate == pytest.approx(formula(k), rel=1e-13)
        assert rate == compiled(float(k))


@pytest.mark.parametrize(("schedule", "_"), FORMULAS)
def test_a_rate_begins_at_what_was_given_and_never_rises(schedule: Any, _: Any) -> None:
    rates = [schedule(k) for k in range(100)]
    assert rates[0] == 0.2
    assert np.all(np.diff(rates) <= 0)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: schedules.Constant(-1), "rate=-1"),
        (lambda: schedules.Step(0.1, every=0), "every=0 is not a whole number, 1 or more"),
        (lambda: schedules.Step(0.1, every=2, factor=1.5), "factor=1.5 must be a number from 0 to 1"),
        (lambda: schedules.Step(math.nan, every=2), "rate=nan"),
        (lambda: schedules.Exponential(0.1, factor=-0.1), "factor=-0.1"),
        (lambda: schedules.Exponential("0.1", factor=0.1), "rate='0.1' must be a number"),  # type: ignore[arg-type]
        (lambda: schedules.Cosine(0.1, steps=2.5), "steps=2.5"),  # type: ignore[arg-type]
        (lambda: schedules.Cosine(0.1, steps=2, least=-1.0), "least=-1.0"),
        (lambda: schedules.Annealing(0.1, decay=-1.0), "decay=-1.0"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        make()
