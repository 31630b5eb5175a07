"""The four equations of backpropagation, in the indices of deck R ("Backpropagation").

Of one example: a are activations (n,), z what they were computed from, a = σ(z). W (deck R writes ω) leads into a layer
from the one before, shape (n, m): row j belongs to neuron j. Δ_j = ∂E/∂z_j, written `delta`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import Gradients, added, task
from microgradphys import Value, constant
from microgradphys import sigmoid as _sigmoid


def _pairs(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw z and t of output layers with one, two and three neurons."""
    for n in (1, 2, 3, 3):
        yield random.normal(size=n), random.uniform(size=n)


def _hidden(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Draw Δ of the next layer, the weights that lead there, and z."""
    for n, m in ((1, 1), (1, 3), (2, 2), (3, 3), (3, 2)):
        yield random.normal(size=n), random.normal(size=(n, m)), random.normal(size=m)


def _squares(z: np.ndarray, t: np.ndarray) -> Gradients:
    """Ask the engine for ∂E/∂z of E = ½ Σ (σ(z) − t)²."""
    values = [Value(one, f"z_{j}") for j, one in enumerate(z, 1)]
    errors = [(_sigmoid(v).named(f"a_{j}") - constant(t[j - 1], f"t_{j}")) ** 2 for j, v in enumerate(values, 1)]
    return Gradients((added(errors) * 0.5).named("E"), values)


def _through(delta_next: np.ndarray, W_next: np.ndarray, z: np.ndarray) -> Gradients:
    """Ask the engine: an E = Σ Δ_k z_k has just these Δ in the next layer."""
    values = [Value(one, f"z_{j}") for j, one in enumerate(z, 1)]
    a = [_sigmoid(v).named(f"a_{j}") for j, v in enumerate(values, 1)]
    terms = []
    for k, row in enumerate(W_next, 1):
        products = [constant(w, f"W_{k}{j}") * a[j - 1] for j, w in enumerate(row, 1)]
        above = added(products).named(f"z_{k}^(next)")
        terms.append(constant(delta_next[k - 1], f"Δ_{k}^(next)") * above)
    return Gradients(added(terms).named("E"), values)


def sigmoid(z: Any) -> Any:
    """Return σ(z), element by element."""
    return 1 / (1 + np.exp(-z))


@task(
    _pairs,
    engine=_squares,
    wrong={
        "Only a linear output layer has no factor σ′; this one is a sigmoid.": lambda f, z, t: sigmoid(z) - t,
        "The factor 2 of the square and the ½ of E cancel.": lambda f, z, t: 2 * f(z, t),
    },
    hint="Equation 1: how E changes with a_j, times how a_j changes with z_j.",
)
def output_error(z: Any, t: Any) -> Any:
    """Return Δ of a sigmoid output layer, (n,), for E = ½ Σ_j (a_j − t_j)²."""
    a = sigmoid(z)
    return (a - t) * a * (1 - a)  # blank: equation 1


@task(
    _hidden,
    engine=_through,
    wrong={
        "The factor σ′(z_j) is missing.": lambda f, delta, W, z: delta @ W,
        "You used σ(z_j) in place of its slope.": lambda f, delta, W, z: (delta @ W) * sigmoid(z),
        "A neuron feeds all neurons of the next layer: only one of the paths is in yours.":
            lambda f, delta, W, z: delta[0] * W[0] * sigmoid(z) * (1 - sigmoid(z)),
    },
    hint="Equation 2: Δ comes back along the weights by which a_j went forward; then through σ.",
)  # fmt: skip
def hidden_error(delta_next: Any, W_next: Any, z: Any) -> Any:
    """Return Δ of a hidden layer, (m,), from that of the next layer (n,) and the weights W_next (n, m) between them."""
    a = sigmoid(z)
    arriving = delta_next @ W_next  # blank: ∂E/∂a_j, over all paths
    return arriving * a * (1 - a)  # blank: equation 2


@task(
    lambda random: [(random.normal(size=n), random.normal(size=m)) for n, m in ((1, 1), (2, 3), (3, 2), (3, 3))],
    wrong={
        "Rows and columns are exchanged: W_jk belongs to neuron j and input k.":
            lambda f, delta, a: (np.outer(a, delta), delta),
        "∂E/∂b_j is simpler: by how much does z_j change with b_j?":
            lambda f, delta, a: (np.outer(delta, a), np.outer(delta, a).sum(axis=1)),
    },
    hint="Equations 3 and 4: by how much does z_j change with W_jk, and by how much with b_j?",
)  # fmt: skip
def parameter_slopes(delta: Any, a_before: Any) -> Any:
    """Return ∂E/∂W, (n, m), and ∂E/∂b, (n,), from Δ (n,) and the activations (m,) of the layer before."""
    slope_W = np.outer(delta, a_before)  # blank: equation 3
    slope_b = delta  # blank: equation 4
    return slope_W, slope_b
