"""The chain rule written out: every path, its factors, their sum."""

import numpy as np
import pytest
from networks import layers, neuron

from lessons.worked_example import scalar_network
from microgradphys import Value, constant, relu, sigmoid
from microgradphys.errors import InputError
from microgradphys.notation import write
from viz import Storyboard, explain


def test_for_w11_it_is_the_decks_own_line() -> None:
    """The deck's chain, its factors, its result."""
    net = scalar_network()
    assert str(explain(net.E, net.W1[0][0])).splitlines() == [
        "∂E/∂W₁₁ = ∂E/∂y · ∂y/∂s⁽²⁾ · ∂s⁽²⁾/∂x₁⁽¹⁾ · ∂x₁⁽¹⁾/∂s₁⁽¹⁾ · ∂s₁⁽¹⁾/∂W₁₁",
        "        = ∂E/∂y · σ′(s⁽²⁾) · W′₁ · σ′(s₁⁽¹⁾) · x₁",
        "        = 1.544 × 0.1761 × 0.5 × 0.2301 × 0.2",
        "        = 0.006255",
        "where ∂E/∂y = 2 · (y − t) = 1.544",
    ]


@pytest.mark.parametrize("sizes", [(1, 1), (2, 2, 1), (2, 3, 2), (2, 2, 2, 2, 1)])
def test_the_paths_add_up_to_the_gradient(sizes: tuple[int, ...]) -> None:
    """For every leaf, the sum over all paths is what backward computes."""
    loss = layers(*sizes)
    loss.backward()
    from microgradphys.graph import ancestors

    for leaf in ancestors(loss):
        if leaf.primitive is None:
            explanation = explain(loss, leaf)
            assert explanation.count == len(explanation.paths)
            assert sum(path.amount for path in explanation.paths) == pytest.approx(leaf.grad, rel=1e-12)
            assert explanation.total == leaf.grad


def test_the_numbers_of_a_path_multiply_to_its_amount() -> None:
    """Factors, read back from the text, give the result to the digits shown."""
    line = str(explain(neuron(), "w")).splitlines()[2]
    product = np.prod([float(part) for part in line.removeprefix("      = ").replace("−", "-").split(" × ")])
    assert product == pytest.approx(0.05865924921926712, rel=1e-3)


def test_arrays_are_explained_by_what_each_path_brings() -> None:
    """Structural rows have no local derivative; the path's own part of the gradient is an array."""
    W, x = Value([[1.0, 2.0], [3.0, 4.0]], "W"), constant([1.0, -1.0], "x")
    loss = (np.sum((W @ x) ** 2) + np.sum(W * W)).named("E")
    explanation = explain(loss, W)
    loss.backward()
    assert explanation.count == 3
    np.testing.assert_allclose(sum(path.amount for path in explanation.paths), W.grad)


def test_more_paths_than_can_be_listed_are_counted() -> None:
    """The number of paths doubles at each step; all are counted, some are shown."""
    a = Value(1.0, "a")
    b = a
    for _ in range(70):
        b = b * 0.5 + b * 0.5
    explanation = explain(b, a)
    assert explanation.count == 2**70
    assert len(explanation.paths) == 24
    assert f"… and {2**70 - 24} more paths" in str(explanation)
    assert explanation.total == pytest.approx(1.0)


def test_a_dead_path_brings_zero_and_says_so() -> None:
    """relu′ = 0 is a factor like any other."""
    w = Value(-1.0, "w")
    assert str(explain(relu(w * 2).named("y"), w)).splitlines()[-1] == "      = 0"


def test_the_loss_itself() -> None:
    """∂E/∂E is 1: one path, without factors."""
    loss = neuron()
    assert explain(loss, loss).count == 1
    assert explain(loss, loss).total == 1.0


def test_what_cannot_be_explained_is_named() -> None:
    """Constants and strangers."""
    with pytest.raises(InputError, match="x is a constant"):
        explain(neuron(), "x")
    with pytest.raises(InputError, match="'stranger' is not part of this graph"):
        explain(neuron(), Value(1.0, "stranger"))
    with pytest.raises(InputError, match="no node is called 'v'; the named nodes are"):
        explain(neuron(), "v")


def test_in_a_notebook_it_is_latex() -> None:
    """The same lines in LaTeX."""
    w = Value(1.0, "w")
    assert r"\frac{\partial y}{\partial w}" in explain(sigmoid(w).named("y"), w)._repr_latex_()


def test_a_derivative_between_names_stands_only_for_the_one_way_between_them() -> None:
    """z reaches E along three edges, so no path may call its own piece ∂E/∂z."""
    y = Value(3.0, "y")
    z = (y * 2).named("z")
    text = str(explain((z * z + z).named("E"), y))
    assert "∂E/∂z" not in text
    assert text.splitlines()[-1] == "∂E/∂y = 2 + 12 + 12 = 26"


def test_the_name_that_came_first_is_the_one_in_the_formula() -> None:
    """Lists and loop variables do not rename what has a name, and every alias is understood."""
    w1, w2 = Value(0.5), Value(0.25)
    w = [w1, w2]
    loss = sum((a * k for k, a in enumerate(w, 1)), Value(0.0)) ** 2
    for p in w:
        p.zero_grad()
    assert str(explain(loss, w1).left.bottom.name) == "w1"  # type: ignore[union-attr]
    assert explain(loss, "w[1]").total == explain(loss, w2).total == explain(loss, "p").total


def test_an_ambiguous_name_is_not_guessed() -> None:
    """Two nodes of one name, or no name at all."""
    loss = (Value(2.0, "w") * Value(3.0, "w")).named("E")
    with pytest.raises(InputError, match="several nodes are called 'w'; say which by their ids, n0 and n1"):
        explain(loss, "w")
    with pytest.raises(InputError, match="no node is called None"):
        explain(loss, None)  # type: ignore[arg-type]


def test_options_for_a_storyboard_that_is_there_are_refused() -> None:
    """They would change nothing."""
    with pytest.raises(InputError, match="by: a storyboard has its options already"):
        explain(Storyboard(neuron()), "w", by="node")


def test_in_a_notebook_words_stay_words() -> None:
    """Only formulas are between dollars."""
    w = Value(1.0, "w")
    lines = explain((w * w).named("E"), w)._repr_latex_().split("\n\n")
    assert lines[0] == "path 1 of 2"
    assert (lines[1][0], lines[1][-1]) == ("$", "$")


def test_factors_come_one_by_one_with_their_numbers() -> None:
    """Their product is what the path contributes; arrays have no number each."""
    x = Value(3.0, "x")
    E = (5 * sigmoid(2 * x) ** 2).named("E")
    [path] = explain(E, x).paths
    assert [write(symbol) for symbol, _ in path.one_by_one] == ["5", "2 · σ(2 · x)", "σ′(2 · x)", "2"]
    assert np.prod([number for _, number in path.one_by_one]) == pytest.approx(path.amount, rel=1e-15)
    assert explain(np.sum(np.tanh(Value([1.0, 2.0], "w"))).named("E"), "w").paths[0].one_by_one == ()
    assert explain(np.tanh(Value([[1.0]], "w")), "w").paths[0].one_by_one == ()
