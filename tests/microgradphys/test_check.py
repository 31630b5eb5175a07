"""check_gradients: it passes what is right, and names what is wrong."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from microgradphys import check_gradients
from microgradphys.errors import CheckError
from microgradphys.primitives import PRIMITIVES
from microgradphys.recording import apply

WRONG_TANH = replace(PRIMITIVES["tanh"], partials=(lambda xp, y, a: 1.001 * (1 - y * y),))
WRONG_MATMUL = replace(
    PRIMITIVES["matmul"],
    vjps=(PRIMITIVES["matmul"].vjps[0], lambda xp, g, y, a, b: 1.001 * xp.matmul(xp.transpose(a), g)),
)


def test_numbers_arrays_and_nested_arguments_are_checked() -> None:
    """Every leaf of every argument counts."""
    check_gradients(lambda x, t: np.sum(x * t["w"][0]) ** 2 / t["b"], np.ones(3), {"w": [np.arange(3.0)], "b": 2.0})


def test_methods_of_values_may_be_used() -> None:
    """The function gets Values, also where only its value is needed."""
    check_gradients(lambda x: (x.tanh() * x.exp()).sum(axis=0), np.array([0.3, 0.5]))


def test_a_function_may_return_an_array_or_a_structure() -> None:
    """A fixed combination of all elements is checked."""
    check_gradients(lambda x: {"a": np.sin(x), "b": [x * x, 3.0]}, np.array([0.3, 0.5]))


def test_higher_orders_can_be_asked_for() -> None:
    """Order 4 checks four derivatives."""
    check_gradients(lambda x: np.exp(x) * x**3, 0.7, order=4, tolerance=1e-5)


def test_functions_without_dependence_pass() -> None:
    """A constant's gradient is zero, and that is right."""
    check_gradients(lambda x: 3.0, np.ones(2))


@pytest.mark.parametrize("wrong", ["first", "second", "third"])
def test_every_part_of_a_structure_counts(wrong: str) -> None:
    def model(x: Any) -> dict[str, Any]:
        return {name: apply(WRONG_TANH, x) if name == wrong else np.tanh(x) for name in ("first", "second", "third")}

    with pytest.raises(CheckError, match="primitive 'tanh'"):
        check_gradients(model, 0.5)


def test_the_primitive_deep_inside_is_named() -> None:
    """The message names the function, the order, argument, index, both numbers, and the guilty row."""

    def model(x: Any, w: Any) -> Any:
        return np.sum(np.exp(apply(WRONG_TANH, x * w)) ** 2)

    with pytest.raises(CheckError) as caught:
        check_gradients(model, np.array([0.0, 0.5]), 2.0)
    message = str(caught.value)
    numbers = r"is (\d\.\d+), but central differences give (\d\.\d+)"
    found = re.match(r"model, order 1: the gradient with respect to argument a\[0\] " + numbers, message)
    assert found
    assert float(found[1]) == pytest.approx(1.001 * float(found[2]), rel=1e-6)
    assert message.endswith("the rule of primitive 'tanh' for its argument a is wrong")


def test_the_argument_of_a_structural_row_is_named() -> None:
    """A wrong vjp for the right factor is found behind other operations."""
    with pytest.raises(CheckError, match="primitive 'matmul' for its argument b is wrong"):
        check_gradients(lambda w: np.sum(apply(WRONG_MATMUL, np.ones((2, 3)), w) ** 2), np.ones((3, 2)))


def test_a_function_that_leaves_the_recording_is_caught() -> None:
    """Its gradient is 0 and its slope is not; no primitive is to blame."""
    with pytest.raises(CheckError, match=r"argument a is 0, but central differences give 4\.0*\d*$"):
        check_gradients(lambda x: x.data**2, 2.0)


def test_a_kink_is_named_as_one() -> None:
    """At relu's kink differences see 1/2, and the message says which convention the row follows."""
    with pytest.raises(CheckError, match=r"unless this point is its kink \(relu′\(0\) = 0\)"):
        check_gradients(lambda x: x.relu(), 0.0)


def test_a_broken_history_is_caught_at_order_two() -> None:
    """A function that cuts its own recording has no second derivative."""
    forgetful = replace(PRIMITIVES["sin"], partials=(lambda xp, y, a: np.cos(getattr(a, "data", a)),))
    with pytest.raises(CheckError, match="order 2"):
        check_gradients(lambda x: apply(forgetful, x), np.array([0.5]))
    check_gradients(lambda x: apply(forgetful, x), np.array([0.5]), order=1)


@pytest.mark.parametrize(("factor", "caught"), [(1 + 1e-4, True), (1 + 1e-9, False)])
def test_the_tolerance_is_relative(factor: float, caught: bool) -> None:
    """A ten-thousandth is noticed on a steep function, rounding is not."""
    row = replace(PRIMITIVES["square"], partials=(lambda xp, y, a: factor * 2 * a,))
    if caught:
        with pytest.raises(CheckError):
            check_gradients(lambda x: 1e6 * apply(row, x), 3.0, order=1)
    else:
        check_gradients(lambda x: 1e6 * apply(row, x), 3.0, order=1)


def test_large_arguments_and_small_slopes_pass() -> None:
    """The allowance grows with rounding, so right rules are not blamed."""
    check_gradients(lambda x: 1e-6 * np.sin(x) + 1e3, np.array([1.0, 1e4]))
