"""What `print` computes: arithmetic with the numbers that are known at a step, read and never executed."""

import numpy as np
import pytest
from networks import neuron

from microgradphys import Value
from viz import Stepper


def printed(text: str, position: int = 12) -> str:
    """What is printed of the neuron after a step; E is known after 4 of 19, the gradient of w after 12."""
    return " ".join(repr(Stepper(neuron()).jump(position).command(f"print {text}")).split())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("2 * w", 0.2),
        ("w - 0.1 * w.grad", 0.1 - 0.1 * 0.05865924921926712),
        ("w.value + w.data", 0.2),
        ("exp(w) + np.tanh(0)", np.exp(0.1)),
        ("abs(-w)", 0.1),
        ("(w + 1) ** 2 / 4", 1.1**2 / 4),
        ("2 × w − 1", -0.8),
        ("1 / 0", np.inf),
        ("9**9**9", np.inf),
    ],
)
def test_arithmetic_is_computed(text: str, answer: float) -> None:
    """With values and gradients of now."""
    said = printed(text).replace("−", "-").replace("∞", "inf")
    assert float(said.split("  ")[0].split(" ")[0]) == pytest.approx(answer, rel=1e-3)


def test_comparisons_are_answered() -> None:
    """With a word."""
    assert (printed("w.grad > 0"), printed("w == 1")) == ("True", "False")


def test_arrays_are_computed_element_by_element() -> None:
    """With their products and parts."""
    stepper = Stepper(np.sum(Value(np.array([[1.0, 2.0], [3.0, 4.0]]), "W") * 1.0))
    for text, answer in (("W[1, 0]", "3"), ("W[:, -1]", "[2, 4]"), ("W @ W", "[[7, 10], [15, 22]]"), ("sum(W)", "10")):
        assert " ".join(repr(stepper.print(text)).split()) == answer


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("E.grad + 1", "the gradient of E is not computed yet"),
        ("E + 1", "the value of E is not computed yet"),
        ("zz + 1", "no node is called 'zz'"),
        ("open('x')", "'open' is not a function of the table of primitives"),
        ("__import__('os')", "'__import__' is not a function"),
        ("w.__class__ + 1", "'w.__class__' is not computed here"),
        ("exp(w, w, w)", "cannot be computed"),
        ("w[0]", "cannot be computed"),
        ("[w for w in w][0]", "is not computed here"),
    ],
)
def test_what_cannot_be_computed_is_said(text: str, message: str) -> None:
    """In one sentence; nothing is executed."""
    assert message in printed(text, 0)
