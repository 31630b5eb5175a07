"""The worked example by hand: a 2-2-1 network of sigmoids, E = (y − t)² (deck E, "Concrete example").

x: inputs (2,). W: weights (2, 2), row i feeds hidden neuron i. b: (2,). V: the deck's W′ (2,). c: the deck's b′.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import Gradients, task
from microgradphys import Value, constant
from microgradphys import sigmoid as _sigmoid

_DECK = (
    np.array([0.2, 0.3]), np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.5, 0.5]), np.array([0.5, 0.6]), 0.5, 0.0,
)  # fmt: skip


def _networks(random: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """Draw networks; the first is the deck's."""
    yield _DECK
    for _ in range(5):
        yield *(random.normal(size=size) for size in ((2,), (2, 2), (2,), (2,))), float(random.normal()), 1.0


def _sent(random: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """Draw x, x⁽¹⁾, y, V and t."""
    for x, W, b, V, c, t in _networks(random):
        _, x_1, _, y = forward(x, W, b, V, c)
        yield x, x_1, float(y), V, t


def _output(s: list[Value], y: float, V: np.ndarray, t: float) -> tuple[Value, Value]:
    """Build the graph from s⁽¹⁾ on, with the b′ that leads to y; return E and s⁽²⁾."""
    c = np.log(y / (1 - y)) - sum(V[i] * float(_sigmoid(s[i].data)) for i in range(2))
    v = [Value(V[i], f"W'_{i + 1}") for i in range(2)]
    hidden = [_sigmoid(s[i]).named(f"x_{i + 1}^(1)") for i in range(2)]
    s_2 = (v[0] * hidden[0] + v[1] * hidden[1] + Value(c, "b'")).named("s^(2)")
    return ((_sigmoid(s_2).named("y") - constant(t, "t")) ** 2).named("E"), s_2


def _deltas(x_1: np.ndarray, y: float, V: np.ndarray, t: float) -> Gradients:
    """Ask the engine for ∂E/∂s⁽¹⁾ and ∂E/∂s⁽²⁾."""
    s = [Value(np.log(one / (1 - one)), f"s_{i}^(1)") for i, one in enumerate(x_1, 1)]
    E, s_2 = _output(s, y, V, t)
    return Gradients(E, (s, s_2))


def _slopes(x: np.ndarray, x_1: np.ndarray, y: float, V: np.ndarray, t: float) -> Gradients:
    """Ask the engine for ∂E/∂W, which is the same for all W and b that lead to the same x⁽¹⁾."""
    w = [[Value(0.5, f"W_{i}{j}") for j in (1, 2)] for i in (1, 2)]
    x_ = [constant(x[j], f"x_{j + 1}") for j in range(2)]
    b = [Value(np.log(one / (1 - one)) - 0.5 * x.sum(), f"b_{i}") for i, one in enumerate(x_1, 1)]
    s = [(w[i][0] * x_[0] + w[i][1] * x_[1] + b[i]).named(f"s_{i + 1}^(1)") for i in range(2)]
    return Gradients(_output(s, y, V, t)[0], w)


def _slope_of_sigmoid(s: float) -> Gradients:
    """Ask the engine for σ′."""
    leaf = Value(s, "s")
    return Gradients(_sigmoid(leaf).named("y"), leaf)


def sigmoid(s: Any) -> Any:
    """Return σ(s), element by element."""
    return 1 / (1 + np.exp(-s))


@task(
    lambda random: [(0.0,), (1.5,), (-1.5,), *((float(s),) for s in random.normal(size=5))],
    engine=_slope_of_sigmoid,
    wrong={
        "That is σ, not its slope.": lambda f, s: sigmoid(s),
        "You put s where σ(s) belongs.": lambda f, s: s * (1 - s),
        "One factor is missing: the slope is a product of two.": lambda f, s: 1 - sigmoid(s),
    },
    hint="Write the slope with σ(s) alone, and look at where σ is flat: there the slope must be nearly 0.",
)
def sigmoid_slope(s: Any) -> Any:
    """Return σ′(s)."""
    y = sigmoid(s)
    return y * (1 - y)  # blank: from y alone


@task(
    lambda random: (network[:5] for network in _networks(random)),
    wrong={
        "You used the columns of W; row i feeds hidden neuron i.": lambda f, x, W, b, V, c: f(x, W.T, b, V, c),
        "The bias b of the hidden layer is missing.": lambda f, x, W, b, V, c: f(x, W, 0 * b, V, c),
        "The bias c of the output is missing.": lambda f, x, W, b, V, c: f(x, W, b, V, 0.0),
        "The output neuron has its sigmoid, too.": lambda f, x, W, b, V, c: (
            *f(x, W, b, V, c)[:3],
            f(x, W, b, V, c)[2],
        ),
    },
    hint="A neuron adds up weights times inputs, then its bias; what it sends on is σ of that sum.",
)
def forward(x: Any, W: Any, b: Any, V: Any, c: Any) -> Any:
    """Return s⁽¹⁾ (2,), x⁽¹⁾ (2,), s⁽²⁾ and y."""
    s_1 = W @ x + b  # blank: what the hidden neurons add up
    x_1 = sigmoid(s_1)  # blank: what they send on
    s_2 = V @ x_1 + c  # blank: what the output neuron adds up
    y = sigmoid(s_2)  # blank
    return s_1, x_1, s_2, y


@task(
    lambda random: (case[1:] for case in _sent(random)),
    engine=_deltas,
    hint="Go from E back: each function on the way gives one factor, its slope; each sum gives the weight.",
)
def deltas(x_1: Any, y: Any, V: Any, t: Any) -> Any:
    """Return ∂E/∂s⁽¹⁾ (2,) and ∂E/∂s⁽²⁾: how E changes with what each neuron adds up. x_1 and y are what they send."""
    delta_2 = 2 * (y - t) * y * (1 - y)  # blank: the output neuron
    delta_1 = delta_2 * V * x_1 * (1 - x_1)  # blank: the hidden neurons
    return delta_1, delta_2


@task(
    _sent,
    engine=_slopes,
    wrong={
        "Rows and columns are exchanged: W_ij belongs to neuron i and input j.":
            lambda f, x, x_1, y, V, t: f(x, x_1, y, V, t).T,
    },
    hint="One path leads from E to W_ij. Go along it and write down every factor.",
)  # fmt: skip
def weight_slopes(x: Any, x_1: Any, y: Any, V: Any, t: Any) -> Any:
    """Return ∂E/∂W_ij, shape (2, 2)."""
    delta_2 = 2 * (y - t) * y * (1 - y)  # blank: as above
    delta_1 = delta_2 * V * x_1 * (1 - x_1)  # blank: as above
    return np.outer(delta_1, x)  # blank: one more factor, which depends on j


@task(
    lambda random: [(random.normal(size=(2, 2)), random.normal(size=(2, 2)), eta) for eta in (1.0, 0.1, 0.0)],
    wrong={
        "That goes uphill: the gradient points to where E grows.": lambda f, w, slope, eta: w + eta * slope,
        "The learning rate is missing.": lambda f, w, slope, eta: w - slope,
        "That is the step, not where it leads to.": lambda f, w, slope, eta: -eta * slope,
    },
)
def update(w: Any, slope: Any, eta: Any) -> Any:
    """Return the weights after one step of gradient descent with learning rate η."""
    return w - eta * slope  # blank
