# %% [markdown]
# # Backpropagation: four equations
#
# A network of a hundred weights has a hundred slopes. To measure each by moving its weight a little takes a hundred
# forward passes; for a million weights, a million. Deck R ("Backpropagation") finds all of them in one forward and one
# backward pass. Layer ℓ = 1 is the input and L the output; ω_jk⁽ˡ⁾ leads from neuron k of layer ℓ − 1 to neuron j of
# layer ℓ; z is what goes into a neuron and a = σ(z) what comes out. With the error Δ_j⁽ˡ⁾ = ∂E/∂z_j⁽ˡ⁾,
#
# 1. Δ_j⁽ᴸ⁾ = ∂E/∂a_j⁽ᴸ⁾ σ′(z_j⁽ᴸ⁾): here the cost enters,
# 2. Δ_j⁽ˡ⁾ = (Σₖ Δ_k⁽ˡ⁺¹⁾ ω_kj⁽ˡ⁺¹⁾) σ′(z_j⁽ˡ⁾): the errors go back through the same weights,
# 3. ∂E/∂ω_jk⁽ˡ⁾ = Δ_j⁽ˡ⁾ a_k⁽ˡ⁻¹⁾,
# 4. ∂E/∂b_j⁽ˡ⁾ = Δ_j⁽ˡ⁾.
#
# Here they stand once in numpy. The engine knows none of them: it knows the slope of σ, of a product and of a sum. The
# two must agree to the last digits, whatever the depth.
"""Backpropagation: the four equations of deck R in numpy, against the engine, at any depth and width."""

# %% A network: its weights and biases by layer, from layer = 2 on, as the deck counts.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

import microgradphys as mgp
import viz
from lessons.report import Report, lesson
from microgradphys import Value, sigmoid
from microgradphys.symbols import number_text

Cost = Literal["MSE", "cross-entropy"]


@dataclass(frozen=True)
class Network:
    """Weights ω[layer], shape (n_l, n_{layer−1}), and biases b[layer], shape (n_l, 1), for layer = 2 … L."""

    ω: dict[int, np.ndarray]
    b: dict[int, np.ndarray]

    @property
    def L(self) -> int:
        """The number of layers, the input being the first."""
        return max(self.ω)


def network(widths: Sequence[int], seed: int = 0) -> Network:
    """Draw weights and biases from normal distributions.

    Args:
        widths: n₁, …, n_L: how many neurons each layer has, the input being the first.
        seed: of the random numbers.

    >>> {layer: weights.shape for layer, weights in network((3, 4, 2)).ω.items()}
    {2: (4, 3), 3: (2, 4)}
    """
    random = np.random.default_rng(seed)
    pairs = list(enumerate(zip(widths[1:], widths[:-1], strict=True), 2))
    return Network(
        {layer: random.normal(0, 1.5 / np.sqrt(k), (j, k)) for layer, (j, k) in pairs},
        {layer: random.normal(0, 0.5, (j, 1)) for layer, (j, _) in pairs},
    )


# %% The four equations. Columns of x and t are examples, E is their average.
def by_hand(net: Network, x: np.ndarray, t: np.ndarray, cost: Cost) -> tuple[dict, dict, dict]:
    """Compute Δ, ∂E/∂ω and ∂E/∂b of every layer, without the engine.

    The hidden layers are sigmoids. With the MSE the output layer is linear, as deck R assumes; with the cross-entropy
    it is a sigmoid, whose σ′ cancels, so that Δ⁽ᴸ⁾ is a⁽ᴸ⁾ − t times a number for either cost.

    Args:
        net: the network.
        x: inputs, shape (n₁, n).
        t: targets, shape (n_L, n).
        cost: "MSE" or "cross-entropy".

    Returns:
        Δ[layer], shape (n_l, n); ∂E/∂ω[layer] and ∂E/∂b[layer] in the shapes of ω[layer] and b[layer].
    """
    L, n = net.L, x.shape[1]
    a, z = {1: x}, {}
    for layer in range(2, L + 1):
        z[layer] = net.ω[layer] @ a[layer - 1] + net.b[layer]
        a[layer] = z[layer] if layer == L and cost == "MSE" else 1 / (1 + np.exp(-z[layer]))

    Δ = {L: {"MSE": 2, "cross-entropy": 1}[cost] * (a[L] - t) / n}  # equation 1
    for layer in range(L - 1, 1, -1):
        Δ[layer] = net.ω[layer + 1].T @ Δ[layer + 1] * a[layer] * (1 - a[layer])  # equation 2
    dω = {layer: Δ[layer] @ a[layer - 1].T for layer in Δ}  # equation 3
    db = {layer: Δ[layer].sum(axis=1, keepdims=True) for layer in Δ}  # equation 4
    return Δ, dω, db


# %% The engine is told the cost, and nothing about gradients.
def cost_of(ω: dict[int, Any], b: dict[int, Any], x: np.ndarray, t: np.ndarray, cost: Cost) -> Any:
    """Compute E = (1/n) Σ (a − t)², or E = −(1/n) Σ (t ln a + (1 − t) ln(1 − a)).

    >>> float(cost_of({2: np.ones((1, 2))}, {2: np.zeros((1, 1))}, np.ones((2, 3)), np.zeros((1, 3)), "MSE"))
    4.0
    """
    a, L = x, max(ω)
    for layer in range(2, L):
        a = sigmoid(ω[layer] @ a + b[layer])
    z = ω[L] @ a + b[L]
    if cost == "MSE":
        return np.sum((z - t) ** 2) / x.shape[1]
    a = sigmoid(z)
    return -np.sum(t * np.log(a) + (1 - t) * np.log(1 - a)) / x.shape[1]


def by_engine(net: Network, x: np.ndarray, t: np.ndarray, cost: Cost) -> tuple[dict, dict, dict]:
    """Ask the engine for Δ, ∂E/∂ω and ∂E/∂b; arguments as for `by_hand`.

    b is added to z, so Δ = ∂E/∂z is the gradient of a bias that each example has for itself.
    """
    slopes = mgp.grad(lambda ω, b: cost_of(ω, b, x, t, cost), argnums=(0, 1))
    _, Δ = slopes(net.ω, {layer: np.repeat(b, x.shape[1], axis=1) for layer, b in net.b.items()})
    return Δ, *slopes(net.ω, net.b)


# %% And the way without backpropagation: two forward passes for each weight.
def by_differences(net: Network, x: np.ndarray, t: np.ndarray, cost: Cost, h: float) -> dict[int, np.ndarray]:
    """Estimate ∂E/∂ω by central differences (E(ω + h) − E(ω − h)) / 2h, one weight after the other."""
    found = {layer: np.empty_like(weights) for layer, weights in net.ω.items()}
    for layer, weights in net.ω.items():
        for place in np.ndindex(weights.shape):
            moved = [weights.copy(), weights.copy()]
            moved[0][place] += h
            moved[1][place] -= h
            above, below = (cost_of({**net.ω, layer: one}, net.b, x, t, cost) for one in moved)
            found[layer][place] = (above - below) / (2 * h)
    return found


# %% [markdown]
# ## What to notice
#
# - Equation 2 is the forward pass with the weights transposed. That is why the backward pass costs about as much as the
#   forward pass, however many weights there are.
# - Both costs begin with a − t: a linear output suits the squared error, a sigmoid the cross-entropy.
# - Each layer that the errors pass multiplies them by weights and by σ′ ≤ 1/4, so they shrink by about the same factor
#   again and again. The lesson `vanishing_gradient` is about that.
# - Differences are never as good. A large h bends away from the tangent, a small one drowns in the rounding of E.
# - Deck E writes s for z and x⁽ˡ⁾ for a, and counts the layers from 0; deck B has E = ½(y − t)², and loses the 2.
#
# ## Exercises
#
# 1. `output_error(a, t, n)`: Δ⁽ᴸ⁾ of the squared error with a *sigmoid* output layer (the worked example has one).
# 2. `hidden_error(Δ_next, ω_next, a)`: equation 2 for tanh in place of the sigmoid.
# 3. `weight_gradient(Δ, a_previous)`: equation 3 for one example, without a loop and without @.
# 4. How many multiplications does each pass take for layers of n₁, …, n_L neurons?


# %% The lesson: compare, draw.
@lesson
def run(report: Report) -> None:
    """Compare the four equations with the engine, and with differences."""
    report.say("Δ, ∂E/∂ω and ∂E/∂b of each layer, in units of its largest ∂E/∂ω: by the engine, by the four equations.")
    for cost in ("MSE", "cross-entropy"):
        for widths in ((3, 1), (2, 2, 1), (3, 5, 4, 2), (4, *[6] * 10, 3), (2, *[5] * 30, 1)):
            net, x, t = problem(widths)
            Δ, dω, db = by_hand(net, x, t, cost)
            units = {layer: np.abs(dω[layer]).max() for layer in dω}
            found, known = (flat(*part, units=units) for part in (by_engine(net, x, t, cost), (Δ, dω, db)))
            report.compare(f"{cost}, {_named(widths)}", found, known, "the four equations", within=1e-12)
    shrinking(report)
    differences(report)
    E = small(*problem((2, 3, 1), n=1))
    E.backward()
    report.say(viz.explain(E, "ω_11^(2)"))
    report.draw("network", E, view="network")
    report.page("steps", E, title="Backpropagation through 2-3-1")


def problem(widths: Sequence[int], n: int = 8) -> tuple[Network, np.ndarray, np.ndarray]:
    """Draw a network, inputs and targets 0 or 1."""
    random = np.random.default_rng(len(widths))
    return network(widths), random.normal(size=(widths[0], n)), random.integers(0, 2, (widths[-1], n)).astype(float)


def flat(*parts: dict[int, np.ndarray], units: dict[int, float] | None = None) -> np.ndarray:
    """Put all numbers of some layers in one row, each layer in a unit of its own: far from the output they are tiny."""
    return np.concatenate(
        [part[layer].ravel() / (units[layer] if units else 1.0) for part in parts for layer in sorted(part)]
    )


def _named(widths: Sequence[int]) -> str:
    """Write 3-5-4-2, or how many layers there are."""
    return "-".join(map(str, widths)) if len(widths) < 6 else f"{len(widths)} layers"


def shrinking(report: Report) -> None:
    """Draw how large the error is layer by layer."""
    curves = {}
    for cost in ("MSE", "cross-entropy"):
        Δ, _, _ = by_hand(*problem((4, *[6] * 10, 3)), cost)
        norms = [float(np.linalg.norm(Δ[layer])) for layer in sorted(Δ)]
        curves[cost] = (sorted(Δ), norms)
        report.number(f"|Δ| by layer, {cost}", dict(zip(sorted(Δ), norms, strict=True)))
    report.figure("errors", viz.plots.lines(
        curves, names=("layer ℓ", "size of the error |Δ⁽ˡ⁾|"), log=(False, True),
        title="Each layer that the error goes back through takes its share of it",
    ))  # fmt: skip


def differences(report: Report) -> None:
    """Draw how far central differences are from the four equations, against h."""
    net, x, t = problem((3, 5, 4, 2))
    exact = by_hand(net, x, t, "MSE")[1]
    steps = 10.0 ** np.arange(-12, 0.1, 0.5)
    off = [float(np.max(np.abs(flat(by_differences(net, x, t, "MSE", h)) - flat(exact)))) for h in steps]
    best = int(np.argmin(off))
    report.compare(
        "differences", flat(by_differences(net, x, t, "MSE", steps[best])), flat(exact), "equation 3", within=1e-8
    )
    report.number("best h", steps[best])
    passes = report.number("forward passes by differences", 2 * flat(exact).size)
    report.figure("differences", viz.plots.lines(
        {"central differences": (steps, off)}, names=("h", "largest error of ∂E/∂ω"), log=(True, True),
        title=f"{passes} forward passes, and at best an error of {number_text(off[best], 1)}",
    ))  # fmt: skip


def small(net: Network, x: np.ndarray, t: np.ndarray) -> Value:
    """Build a network of scalars with the deck's indices, small enough to step through; the cost is (a − t)²."""
    a = [mgp.constant(value, f"a_{k}^(1)") for k, value in enumerate(x[:, 0], 1)]
    for layer in range(2, net.L + 1):
        with mgp.scope(f"layer {layer}"):
            neurons = []
            for j, (row, bias) in enumerate(zip(net.ω[layer], net.b[layer][:, 0], strict=True), 1):
                terms = [Value(one, f"ω_{j}{k}^({layer})") * a[k - 1] for k, one in enumerate(row, 1)]
                z = (sum(terms[1:], terms[0]) + Value(bias, f"b_{j}^({layer})")).named(f"z_{j}^({layer})")
                neurons.append(z if layer == net.L else sigmoid(z).named(f"a_{j}^({layer})"))
        a = neurons
    return ((a[0] - mgp.constant(t[0, 0], "t")) ** 2).named("E")


if __name__ == "__main__":
    run("backpropagation")
