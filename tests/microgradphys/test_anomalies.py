"""`anomaly`: the first nan or infinity is stopped, forward and backward, at every order, with its line."""

import asyncio
import linecache
import threading
import warnings
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, anomaly, compile, constant, grad, hessian, jacobian, jvp, no_grad, sigmoid
from microgradphys.errors import AnomalyError, MicrogradphysError
from microgradphys.scopes import current


def line_of(text: str) -> str:
    """Return "file:number: text" of the one line of this file that begins so."""
    lines = linecache.getlines(__file__)
    (number,) = [n for n, line in enumerate(lines, 1) if line.strip().startswith(text)]
    return f"made at {__file__}:{number}: {lines[number - 1].strip()}"


def said(call: Any) -> str:
    """Return what the error of a call says."""
    with pytest.raises(AnomalyError) as caught:
        call()
    assert isinstance(caught.value, MicrogradphysError)
    assert isinstance(caught.value, ArithmeticError)
    return str(caught.value)


def test_a_forward_operation_is_named_with_its_numbers_and_its_line() -> None:
    """The innermost line of the program, not of the library."""
    x = Value(0.0, "x")

    def model() -> Any:
        z = x * 2 - 1
        w = np.log(z + 1)
        return w + 1

    def run() -> None:
        with anomaly():
            model()

    text = said(run)
    assert text.startswith("forward: log gives -inf, from a = 0.0; a result of log with shape () was made at ")
    assert text.endswith(line_of("w = np.log(z + 1)"))


def test_an_array_is_shown_by_its_place_and_range() -> None:
    """Small arrays are written out, larger ones summed up."""
    with anomaly():
        x = Value([1.0, 0.0, -1.0, 2.0], "x")
        assert "divide gives inf at [1] of shape (4,), from a = 1.0 and 'x' = [1.0, 0.0, -1.0, 2.0]" in said(
            lambda: 1 / x
        )
        wide = Value(np.arange(6.0).reshape(2, 3))
        assert "log gives -inf at [0, 0] of shape (2, 3), from a = an array of shape (2, 3) from 0 to 5" in said(
            lambda: np.log(wide)
        )


def test_a_backward_rule_is_named_with_the_line_of_its_node() -> None:
    """The square root of 0 is 0, but its slope is not finite."""
    with anomaly():
        x = Value(0.0, "x")
        root = np.sqrt(x)
        y = (root * 3).named("y")
        text = said(y.backward)
    assert text.startswith(
        "backward: the rule of sqrt for its argument a gives inf, from the upstream gradient 3.0 and 'x' = 0.0; "
    )
    assert text.endswith(line_of("root = np.sqrt(x)"))
    assert x.grad is None


def test_a_node_from_before_is_said_to_be() -> None:
    """Its line was not noted."""
    y = np.sqrt(Value(0.0, "x"))
    with anomaly():
        assert "was made before anomaly() was on, so its line is not known" in said(y.backward)


def test_a_sum_of_finite_contributions_that_overflows_is_named() -> None:
    """Neither edge is to blame alone."""
    with anomaly():
        x = Value(1.0, "x")
        y = x * 1e308 + (x * 1e308 - 1e308)
        assert said(y.backward).startswith(
            "backward: the contributions to 'x' are finite, but their sum is inf; the last came from multiply"
        )


@pytest.mark.parametrize(
    ("call", "phase", "op"),
    [
        (lambda: grad(lambda x: np.sqrt(x))(0.0), "backward", "sqrt"),
        (lambda: grad(grad(lambda x: np.sqrt(x)))(0.0), "backward", "sqrt"),
        (lambda: grad(grad(lambda x: x**1.5))(0.0), "backward", "power"),
        (lambda: jacobian(lambda x: np.cbrt(x))(np.array([1.0, 0.0])), "backward", "cbrt"),
        (lambda: hessian(lambda x: np.sum(x**1.5))(np.array([1.0, 0.0])), "backward", "power"),
        (lambda: jvp(np.sqrt, (0.0,), (1.0,)), "backward", "sqrt"),
        (lambda: grad(lambda x: np.sum(np.log(x)))(np.array([1.0, 0.0])), "forward", "log"),
        (lambda: grad(lambda x: np.sum(np.exp(x)))(np.array([1.0, 1000.0])), "forward", "exp"),
        (lambda: grad(lambda x: np.linalg.det(x))(np.diag([1e200, 1e200])), "forward", "det"),
    ],
)
def test_transforms_are_looked_at(call: Any, phase: str, op: str) -> None:
    """Every order, scalars and arrays; the line is the user's."""
    with anomaly():
        text = said(call)
    assert text.startswith(f"{phase}: ")
    assert f"{op} gives" in text or f"the rule of {op} for its argument a gives" in text
    assert f"{__file__}:" in text


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * np.inf * 0.5,
        lambda x: x * 2 + x * np.inf,
        lambda x: np.exp(constant(np.inf)) * x,
        lambda x: np.sum(np.array([np.nan, 1.0]) * x + x),
        lambda x: np.maximum(np.array([-np.inf, 1.0]), x).sum(),
    ],
)
def test_what_comes_in_is_the_programs_own(f: Any) -> None:
    """Operations on infinities and nans are not the culprits, forward or backward."""
    with anomaly():
        y = f(Value(2.0))
        y.backward()


def test_a_gradient_that_starts_infinite_is_the_programs_own() -> None:
    """The seed is given, not made."""
    x = Value(2.0)
    with anomaly():
        (x * 3).backward(np.inf)
    assert x.grad == np.inf


def test_rules_that_mask_what_they_compute_are_left_alone() -> None:
    """log′ beside a where, the length of zero, a power of zero: finite gradients raise nothing, at order 2 either."""
    with anomaly():
        assert grad(grad(lambda x: x**2))(0.0) == 2.0
        assert np.all(np.isfinite(grad(lambda x: np.sum(grad(np.linalg.norm)(x)))(np.zeros(2))))
        assert grad(grad(lambda x: sigmoid(x)))(1000.0) == 0.0


def test_a_later_culprit_is_not_excused_by_an_earlier_infinity() -> None:
    """Two paths to x: one brings an infinity from outside, the other makes one."""
    with anomaly():
        x = Value(0.0, "x")
        y = np.sqrt(x) + x * np.inf
        assert "the rule of sqrt" in said(y.backward)


def test_numpys_warnings_are_silent_inside_only() -> None:
    """The error says it once; outside numpy warns as ever."""
    x = Value([0.0, 1.0])
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with anomaly():
            said(lambda: np.log(x))
            _ = np.array([0.0]) / 0.0
        assert heard == []
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.log(x)


def test_the_mode_ends_with_its_block_however_it_ends() -> None:
    """Nothing is noted before or after, also where the block ended with an error."""
    with pytest.raises(KeyError), anomaly():
        raise KeyError
    with pytest.raises(AnomalyError), anomaly():
        np.sqrt(Value(0.0)).backward()
    assert current.get().anomaly == ""
    y = Value(0.0) * 2
    assert not hasattr(y, "place")
    with np.errstate(all="ignore"):
        np.log(y)


def test_it_nests_with_the_other_settings() -> None:
    """no_grad and a block inside a block change nothing."""
    x = Value(0.0)
    with anomaly():
        with no_grad():
            assert said(lambda: np.log(x)).startswith("forward: log gives -inf")
        with anomaly():
            pass
        assert said(lambda: np.log(x)).startswith("forward: log gives -inf")


def test_threads_and_tasks_have_modes_of_their_own() -> None:
    """What one turns on, the others do not see."""
    outcomes: dict[str, Any] = {}

    def other() -> None:
        with np.errstate(all="ignore"):
            outcomes["thread"] = np.log(Value(0.0)).data

    async def watched() -> None:
        with anomaly():
            await asyncio.sleep(0)
            outcomes["watched"] = said(lambda: np.log(Value(0.0)))

    async def free() -> None:
        await asyncio.sleep(0)
        with np.errstate(all="ignore"):
            outcomes["free"] = np.log(Value(0.0)).data

    async def both() -> None:
        await asyncio.gather(watched(), free())

    with anomaly():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    asyncio.run(both())
    assert outcomes["thread"] == outcomes["free"] == -np.inf
    assert outcomes["watched"].startswith("forward: log")


def test_inside_the_block_a_compiled_function_is_looked_at_too() -> None:
    """Whether it was compiled before or not; outside it runs as it was compiled."""
    compiled = compile(grad(lambda x: np.log(x - 1.0) * 2.0))
    assert compiled(3.0) == 1.0
    with anomaly():
        assert "forward: log gives -inf, from a = 0.0" in said(lambda: compiled(1.0))
        assert compiled(3.0) == 1.0
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert compiled(1.0) == np.inf


def test_a_watcher_still_sees_every_contribution() -> None:
    """The sweep of a storyboard goes on as it was."""
    import viz

    x = Value(3.0, "x")
    y = (x * x).named("y")
    with anomaly():
        inside = [str(step.formula) for step in viz.Storyboard(y)]
    assert inside == [str(step.formula) for step in viz.Storyboard(y)]
