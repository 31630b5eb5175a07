# %% [markdown]
# # A simple network: nothing but a formula
#
# Three inputs, three hidden neurons, one output. Deck R ("A simple network") asks: can we evaluate a₁⁽³⁾ analytically
# as a function of x₁, x₂, x₃? We can. Each neuron of layer 2 is a sigmoid of a weighted sum,
#
# aᵢ⁽²⁾ = σ(x₁ θᵢ₁⁽¹⁾ + x₂ θᵢ₂⁽¹⁾ + x₃ θᵢ₃⁽¹⁾ + θᵢ₀⁽¹⁾),
#
# the output is a sigmoid of a weighted sum of these three, and so the network is nothing mysterious, but one formula
# with sixteen parameters. Nobody has to write it down: the engine recorded how the output was computed, and prints it.
"""A simple network: the 3-3-1 network of deck R is one formula of nested sigmoids, printed from the graph."""

# %% The sixteen parameters: row i feeds neuron i, and its first number is the bias θᵢ₀.
from __future__ import annotations

import math
from typing import Any

import numpy as np

import microgradphys as mgp
import viz
from lessons.report import Report, lesson
from microgradphys import Value, sigmoid
from microgradphys.closed_form import closed_form
from microgradphys.graph import ancestors
from microgradphys.mathematics import Symbol
from microgradphys.notation import write

X = (0.5, -1.0, 2.0)
THETA_1 = ((0.1, 0.8, -0.6, 0.4), (-0.3, 1.5, 0.7, -0.9), (0.2, -1.1, 0.5, 0.6))
THETA_2 = ((-0.4, 2.0, -1.5, 1.2),)


# %% A layer: as many sigmoids as there are rows, each with its name.
def layer(a: list[Value], theta: Any, number: int) -> list[Value]:
    """Compute the neurons of layer number + 1 from those of the layer before.

    Args:
        a: the neurons before.
        theta: one row for each neuron: its bias, and a weight for each of `a`.
        number: the layer that the parameters belong to, the deck's superscript.
    """
    neurons = []
    for i, row in enumerate(theta, 1):
        bias, *weights = (Value(value, f"θ_{i}{j}^({number})") for j, value in enumerate(row))
        products = [one * weight for one, weight in zip(a, weights, strict=True)]
        total = sum(products[1:], products[0]) + bias
        neurons.append(sigmoid(total.named(f"z_{i}^({number + 1})")).named(f"a_{i}^({number + 1})"))
    return neurons


# %% Two of them are the network.
def network(x: Any = X, theta_1: Any = THETA_1, theta_2: Any = THETA_2) -> Value:
    """Compute a₁⁽³⁾.

    Args:
        x: the inputs.
        theta_1: the parameters of the hidden layer, one row for each of its neurons.
        theta_2: the parameters of the output, one row.

    >>> round(network().data, 6)
    0.866764
    """
    inputs = [mgp.constant(value, f"x_{k}") for k, value in enumerate(x, 1)]
    with mgp.scope("layer 2"):
        hidden = layer(inputs, theta_1, 1)
    with mgp.scope("layer 3"):
        [output] = layer(hidden, theta_2, 2)
    return output


# %% The same in two lines of linear algebra.
def matrices(x: Any, theta_1: Any = THETA_1, theta_2: Any = THETA_2) -> Any:
    """Compute a⁽³⁾ = σ(θ⁽²⁾ σ(θ⁽¹⁾ x + θ₀⁽¹⁾) + θ₀⁽²⁾), shape (outputs,), of inputs x, shape (inputs,)."""
    first, second = np.array(theta_1), np.array(theta_2)
    hidden = sigmoid(first[:, 1:] @ x + first[:, 0])
    return sigmoid(second[:, 1:] @ hidden + second[:, 0])


# %% Does the printed formula say what the network does? Read it as a stranger would, with a calculator.
def calculated(formula: str, numbers: dict[str, float]) -> float:
    """Put numbers in place of the names in a formula, and compute it without the engine.

    Args:
        formula: a text with +, ·, parentheses and σ.
        numbers: from the names, as they are written, to their numbers.

    >>> calculated("σ(x₁ · θ₁₁⁽¹⁾ + θ₁₀⁽¹⁾)", {"x₁": 2.0, "θ₁₁⁽¹⁾": 3.0, "θ₁₀⁽¹⁾": -6.0})
    0.5
    """
    for name in sorted(numbers, key=len, reverse=True):
        formula = formula.replace(name, f"({numbers[name]!r})")
    return eval(formula.replace("·", "*"), {"σ": lambda z: 1 / (1 + math.exp(-z))})


def slope_of(formula: str, numbers: dict[str, float], name: str, h: float = 1e-5) -> float:
    """Measure the slope of a printed formula in one of its numbers, by a central difference."""
    above, below = (calculated(formula, {**numbers, name: numbers[name] + step}) for step in (h, -h))
    return (above - below) / (2 * h)


# %% [markdown]
# ## What to notice
#
# - The hidden neurons occur in the formula without their names: a σ within a σ. One more layer would put each of these
#   into every neuron of the next, and they would be written out again and again. The graph holds each neuron once; that
#   is why the graph, and not the formula, is what the engine differentiates.
# - Without σ everything multiplies out to one weighted sum of the inputs. All that a network can do beyond a straight
#   line, it can do because of σ.
# - The formula is smooth, so it has a slope in every direction: in the parameters, which training uses, and in the
#   inputs.
# - The index 0 is the bias, and the superscript the layer that a parameter leaves; the same deck counts ω⁽ˡ⁾ later by
#   the layer that it enters.
#
# ## Exercises
#
# 1. `count_parameters(widths)`: how many parameters has a network of layers n₁, …, n_L?
# 2. `without_sigmoid(theta_1, theta_2)`: with the identity in place of σ the network is w · x + b. Compute w and b.
# 3. `input_slope(x)`: write ∂a₁⁽³⁾/∂x₁ by hand as a sum over the three paths through layer 2, and compare with the
#    engine.


# %% The lesson: print, compute, draw.
@lesson
def run(report: Report) -> None:
    """Print the network as a formula, and compute that formula."""
    y = network()
    y.backward()
    formula = write(closed_form(y))
    report.say(f"{write(Symbol(str(y.name)))} = {formula}\n")
    report.say(viz.explain(y, "θ_11^(1)"))
    report.number("closed form", formula)
    report.number("closed form in LaTeX", write(closed_form(y), "latex"))
    leaves = {write(Symbol(str(leaf.name))): leaf for leaf in ancestors(y, constants=True) if not leaf.parents}
    numbers = {name: float(leaf.data) for name, leaf in leaves.items()}
    report.compare("a₁⁽³⁾", y.data, calculated(formula, numbers), "the printed formula", within=1e-14)
    report.compare("a₁⁽³⁾ by matrices", matrices(np.array(X))[0], y.data, "the engine, neuron by neuron", within=1e-14)

    slopes = {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    measured = [slope_of(formula, numbers, name) for name in slopes]
    report.compare("slopes in the 16 parameters", list(slopes.values()), measured,
                   "differences of the printed formula", within=1e-9)  # fmt: skip

    report.draw("network", y, view="network")
    report.page("steps", y, title="The 3-3-1 network of deck R", learning_rate=None)
    report.figure("slope", viz.plots.tangent(
        lambda x_1: matrices(np.stack([x_1, X[1], X[2]]))[0], at=[-3.0, X[0], 3.0], xlim=(-6, 6), names=("x₁", "a₁⁽³⁾"),
        title="The output is a smooth function of x₁, with a slope everywhere",
    ))  # fmt: skip
    report.figure("map", viz.plots.contours(
        lambda x_1, x_2: matrices(np.stack([x_1, x_2, X[2]]))[0], xlim=(-6, 6), ylim=(-6, 6), names=("x₁", "x₂"),
        title="Three sigmoids make a landscape that one sigmoid could not",
    ))  # fmt: skip


if __name__ == "__main__":
    run("simple_network")
