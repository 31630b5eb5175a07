"""Closed forms: a graph written out in its leaves."""

import numpy as np
import pytest

from microgradphys import Value, constant, sigmoid
from microgradphys.closed_form import closed_form
from microgradphys.errors import InputError
from microgradphys.notation import write

X, Y = Value(0.5, "x"), Value(2.0, "y")


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (X, "x"),
        (Value(3.0), "v₀"),
        ((X * Y + 1).named("s") ** 2, "(x · y + 1)²"),
        (sum([X * Y, np.exp(X)]), "x · y + eˣ"),
        (sigmoid(sigmoid((X - constant(1.0, "t")).named("s")).named("a") / Y), "σ(σ(x − t) / y)"),
        (np.sum(Value([[1.0, 2.0]], "W") @ Value([1.0, 2.0], "v")), "Σ W v"),
        (-(X + Y) * (X + Y), "−(x + y) · (x + y)"),
    ],
)
def test_names_between_are_written_out(y: Value, expected: str) -> None:
    assert write(closed_form(y)) == expected


def test_what_is_known_is_called_by_its_name() -> None:
    s = (X * Y + 1).named("s")
    assert write(closed_form(s**2 + X, known=[s])) == "s² + x"
    assert write(closed_form(s, known=[s])) == "s"


def test_the_formula_computes_what_the_graph_does() -> None:
    """Read as Python, for graphs that use nodes many times."""
    random = np.random.default_rng(0)
    for _ in range(20):
        nodes = [Value(random.normal(), name) for name in "abc"]
        for _ in range(8):
            one, two = random.choice(len(nodes), 2)
            step = random.integers(4)
            nodes.append(
                [nodes[one] + nodes[two], nodes[one] * nodes[two], nodes[one] - nodes[two], sigmoid(nodes[one])][step]
            )
        text = write(closed_form(nodes[-1])).translate(str.maketrans({"·": "*", "−": "-"}))
        read = eval(text, {"σ": lambda z: 1 / (1 + np.exp(-z)), **{leaf.name: leaf.data for leaf in nodes[:3]}})
        assert read == pytest.approx(nodes[-1].data, rel=1e-12)


def test_a_formula_that_nobody_could_read_is_refused_at_once() -> None:
    y = X
    for _ in range(60):
        y = y * y + 1
    with pytest.raises(InputError, match="more than 2000 operations"):
        closed_form(y)
    chain = X
    for _ in range(10_000):
        chain = sigmoid(chain)
    with pytest.raises(InputError, match="more than 100 inside each other"):
        closed_form(chain)
    ninety = X
    for _ in range(90):
        ninety = np.tanh(-ninety)
    with pytest.raises(InputError, match="write out a part"):
        closed_form(ninety)
    fifty = X
    for _ in range(50):
        fifty = np.tanh(-fifty)
    for notation in ("plain", "latex", "typst", "mathml"):
        assert write(closed_form(fifty), notation).count("tanh") == 50
