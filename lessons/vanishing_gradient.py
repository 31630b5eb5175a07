# %% [markdown]
# # The vanishing gradient
#
# A layer more, and a network can say more. Until about 2010 it mostly learnt less: with five layers of sigmoids it
# often did not learn at all. Deck E ("Vanishing gradient") shows why. Along a path from the loss down to a weight of
# the first of L layers, the chain rule multiplies
#
# ∂E/∂w⁽¹⁾ = ∂E/∂y · σ′(s⁽ᴸ⁾) w⁽ᴸ⁾ · … · σ′(s⁽²⁾) w⁽²⁾ · σ′(s⁽¹⁾) x.
#
# A sigmoid is nowhere steeper than σ′ = 1/4. As long as no weight on the path is larger than 1, the product of the L
# slopes and the weights is at most (1/4)ᴸ: a thousandth after five layers, 10⁻¹⁸ after thirty. Which activation
# functions and which initial weights keep it alive?
"""The vanishing gradient: depth 1 to 30, four activation functions, four initialisations, before and after training."""

# %% What is compared. "Random" is deck E's small Gaussian; Glorot and He choose its width by the number of neurons.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import viz
from lessons.report import Quality, Report, lesson
from microgradphys import Value, constant, leaky_relu, nn, optim, sigmoid
from microgradphys.losses import binary_crossentropy
from microgradphys.nn.initialisers import normal
from microgradphys.notation import write
from microgradphys.symbols import number_text
from microgradphys.training import Recorder

WIDTH = 32
DEPTHS = range(1, 31)
TRAINED_DEPTH, EPOCHS = 5, 40
WIDTH_OF_RANDOM = 0.1  # For 32 neurons this is 1/√(3n), the usual choice before 2010.
ACTIVATIONS: dict[str, Any] = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "ReLU": "relu",
    "leaky ReLU": partial(leaky_relu, slope=0.1),  # Deck B's slope; deck E leaves it open.
}
INITIALISATIONS: dict[str, Any] = {
    "zero": "zeros",
    "random": normal(WIDTH_OF_RANDOM),
    "Glorot": "glorot_normal",
    "He": "he_normal",
}


# %% The data: 32 readings of a noisy tone whose phase nobody knows. Is it the fast tone or the slow one?
def tones(count: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Draw readings, shape (count, 32), and for each 1 if the tone has three periods, 0 if it has two.

    >>> tones(5)[0].shape
    (5, 32)
    """
    random = np.random.default_rng(0)
    fast, phase = random.integers(0, 2, count), random.uniform(0, 2 * np.pi, count)
    time = np.arange(WIDTH) / WIDTH
    tone = np.sqrt(2) * np.cos(2 * np.pi * (2 + fast)[:, None] * time + phase[:, None])
    return tone + random.normal(0, 0.5, tone.shape), fast


def network(depth: int, activation: Any, initialisation: Any) -> nn.Sequential:
    """Build so many hidden layers of 32 neurons, and one sigmoid neuron at the end.

    >>> len(network(3, "tanh", "he_normal"))
    4
    """
    hidden = [nn.Dense(WIDTH, activation, kernel_initializer=initialisation) for _ in range(depth)]
    output = nn.Dense(1, "sigmoid", kernel_initializer=initialisation)
    return nn.Sequential(*hidden, output, input_shape=(WIDTH,), seed=depth)


# %% How large is the gradient in each layer? One pass forward, one back, nothing is trained yet.
def gradient_norms(model: nn.Sequential, x: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Measure the gradients that arrive in each layer.

    Args:
        model: a network of Dense layers.
        x: inputs (n, 32).
        t: targets (n,), 0 or 1.

    Returns:
        The norms of ∂E/∂a⁽ˡ⁾, what is propagated back, and of ∂E/∂(W⁽ˡ⁾, b⁽ˡ⁾), what the layer learns from; of the
        first layer first and of the output last.
    """
    outputs: list[Any] = [x]
    for layer in model:
        outputs.append(layer(outputs[-1]))
    binary_crossentropy(outputs[-1], t[:, None]).backward()
    arriving = [np.linalg.norm(a.grad) for a in outputs[1:]]
    learning = [np.sqrt(sum(np.sum(p.grad**2) for p in layer.parameters())) for layer in model]
    return np.array(arriving), np.array(learning)


# %% One path, so that each factor can be seen: ten sigmoids in a row.
def chain(length: int = 10, seed: int = 0) -> tuple[Value, Value]:
    """Build E = (y − 0)² behind `length` layers of one sigmoid neuron each, with weights between 1/2 and 1.

    Returns:
        E and w⁽¹⁾.
    """
    weights = np.random.default_rng(seed).uniform(0.5, 1.0, length)
    w = [Value(float(weight), f"w^({k})") for k, weight in enumerate(weights, 1)]
    a: Value = constant(1.0, "x")
    for k in range(length):
        s = (w[k] * a).named(f"s^({k + 1})")
        a = sigmoid(s).named("y" if k == length - 1 else f"a^({k + 1})")
    E = ((a - constant(0.0, "t")) ** 2).named("E")
    E.backward()
    return E, w[0]


@dataclass(frozen=True)
class Factor:
    """One factor of the product: how it is written, its number, the product so far, and the bound on that.

    slopes: how many σ′ are in the product so far.
    """

    symbol: str
    number: float
    product: float
    bound: float
    slopes: int


def factors(E: Value, w: Value) -> list[Factor]:
    """List the factors of the only path from E down to w, as the engine explains them, with the product so far."""
    [path] = viz.explain(E, w).paths
    found: list[Factor] = []
    so_far, first, slopes = 1.0, 1.0, 0
    for symbol, number in path.one_by_one:
        written = write(symbol)
        slopes += "σ′" in written
        so_far *= number
        first = first if found else abs(so_far)
        found.append(Factor(written, number, so_far, first * 0.25**slopes, slopes))
    return found


# %% [markdown]
# ## What to notice
#
# - Sigmoids: every initialisation loses a constant factor per layer, and thirty layers leave 10⁻¹⁶ or less. The loss
#   of a layer is √(n Var(w) ⟨f′²⟩) where layers are wide: Glorot's and He's weights make it 1 for tanh and ReLU, not
#   for 1/4.
# - Zero is no small start, it is a standstill: tanh and ReLU put out 0, so no weight ever moves. Sigmoids put out
#   1/2; their layers wake up one after the other, but 10⁻²⁴ of a gradient arrives in the first, and the neurons of a
#   layer stay alike.
# - ReLU has the slope 1, but half of its neurons have 0. With Glorot's weights, meant for tanh, it loses √2 a layer;
#   He's weights give it back. Weights that are small but random vanish with any function.
# - The bound holds for one path with weights of size at most 1. A layer sums over n paths, and larger weights can
#   beat 1/4; but they also saturate the sigmoid, and then σ′ is much smaller than 1/4.
# - The gradient of a weight is (what arrives) times (what the layer before puts out). With small weights and tanh or
#   ReLU both shrink, one backwards, the other forwards: all layers then learn equally slowly (second table of
#   results.json).
# - After training, the layers of tanh and ReLU networks have gradients alike, whatever they began with. Sigmoid
#   networks of five hidden layers are where they were.
#
# ## Exercises
#
# 1. `path_slope(x, w)`: the slope along a path of sigmoids, factor by factor.
# 2. `bound(depth, largest_weight)`: how large it can be. From which weights on does it no longer fall with depth?
# 3. `deviations(n_in, n_out)`: how wide Glorot's and He's normal weights are.
# 4. Train the sigmoid network with `optim.Adam()` in place of SGD. What changes, and why?


# %% The lesson: one path, all depths, all layers.
@lesson
def run(report: Report) -> None:
    """Follow one path, measure every combination of depth, function and initialisation, and train the networks."""
    along_one_path(report)
    x, t = tones()
    against_depth(report, x[:128], t[:128])
    before_and_after(report, x, t)


def along_one_path(report: Report) -> None:
    """Show the product factor by factor, and compare it with the engine's gradient and with numpy."""
    E, w = chain()
    found = factors(E, w)
    rows = [(f.symbol, f"{f.number:.4g}", f"{f.product:.3e}", f"{f.bound:.3e}") for f in found]
    report.say(f"{viz.explain(E, w).lines()[1].strip()}")
    report.table(("factor", "number", "product", "∂E/∂y (1/4)ᵏ"), rows)
    report.number("factors of the path", {f.symbol: f.number for f in found})
    report.compare("product / engine's gradient", found[-1].product / w.grad, 1, "backward pass", within=1e-12)
    report.compare("engine's gradient / product in numpy", w.grad / by_numpy(), 1, "σ′ = σ(1 − σ)", within=1e-12)
    above = sum(abs(f.product) > f.bound * (1 + 1e-12) for f in found)
    report.compare("products above the bound", above, 0, "|w| ≤ 1, σ′ ≤ 1/4", within=0)
    report.figure("path", product_so_far(found, len(found)))
    report.page("steps", chain(4)[0], title="Four sigmoids in a row")
    report.video("path", partial(film_of_path, found=found, quality=report.quality))
    report.video("chain", partial(viz.movie, chain(4)[0], quality=report.quality, title="Four sigmoids in a row"))


def by_numpy(length: int = 10, seed: int = 0) -> float:
    """Compute ∂E/∂w⁽¹⁾ of the chain without the engine."""
    w = np.random.default_rng(seed).uniform(0.5, 1.0, length)
    a = [1.0]
    for weight in w:
        a.append(1 / (1 + np.exp(-weight * a[-1])))
    slopes = np.array(a[1:]) * (1 - np.array(a[1:]))
    return 2 * a[-1] * np.prod(slopes) * np.prod(w[1:])


def product_so_far(found: list[Factor], count: int, theme: Any = "light") -> viz.plots.Plot:
    """Draw the product of the first `count` factors, and the bound on all of them."""
    places, last = np.arange(1, len(found) + 1), found[count - 1]
    title = f"times {last.symbol} = {number_text(last.number)}: {number_text(last.product, 3)}"
    if count == len(found):
        title = f"After {last.slopes} slopes σ′ only {number_text(last.product, 3)} is left"
    return viz.plots.lines(
        {"∂E/∂y (1/4)ᵏ": (places, np.array([f.bound for f in found]))},
        points={"product": (places[:count], np.array([f.product for f in found[:count]]))},
        names=("factors of the chain rule, from the loss down", "product so far"), log=(False, True), title=title,
        theme=theme,
    )  # fmt: skip


def film_of_path(path: Path, found: list[Factor], quality: Quality) -> None:
    """Film the product as it grows smaller."""
    draw = partial(product_so_far, found, theme="dark")
    viz.plots.film(draw, range(1, len(found) + 1), path, rate=2, quality=quality, hold=3.0)


def against_depth(report: Report, x: np.ndarray, t: np.ndarray) -> None:
    """Compare the first with the last layer of every combination, and draw some of them."""
    arriving, learning, factor = ratios(x, t, DEPTHS)
    for pair, known in IN_WIDE_LAYERS.items():
        report.compare(f"factor per layer, {', '.join(pair)}", factor[pair], known, "√(n Var(w) ⟨f′²⟩)", within=0.05)
    for what, table in (("∂E/∂a", arriving), ("∂E/∂(W, b)", learning)):
        report.number(f"first / last layer, norm of {what}", {
            name: {start: dict(zip(DEPTHS, table[name, start], strict=True)) for start in INITIALISATIONS}
            for name in ACTIVATIONS
        })  # fmt: skip
    head = ("∂E/∂a: first / last", *(f"{depth} layers" for depth in DEPTHS[4::5]))
    report.table(head, [(", ".join(pair), *(f"{r:.1e}" for r in row[4::5])) for pair, row in arriving.items()])
    depths = np.array(DEPTHS)
    curves = {", ".join(pair): (depths, np.array(arriving[pair])) for pair in SHOWN}
    report.figure("depth", viz.plots.lines(
        {**curves, "(1/4)ᴸ": (depths, 0.25**depths)}, names=("depth L (hidden layers)", "‖∂E/∂a⁽¹⁾‖ / ‖∂E/∂y‖"),
        log=(False, True), title="Sigmoids lose the gradient whatever the start; ReLU with He weights keeps it",
    ))  # fmt: skip


Table = dict[tuple[str, str], Any]


def ratios(x: np.ndarray, t: np.ndarray, depths: Sequence[int]) -> tuple[Table, Table, Table]:
    """Measure all combinations of function and initialisation.

    Returns:
        By names: for each depth, norm in the first over norm in the last layer, of ∂E/∂a and of ∂E/∂(W, b); and the
        factor per layer of ∂E/∂a in the deepest network, its output layer left out.
    """
    arriving, learning, factor = {}, {}, {}
    for pair in product(ACTIVATIONS, INITIALISATIONS):
        norms = [gradient_norms(built(depth, pair), x, t) for depth in depths]
        arriving[pair], learning[pair] = ([float(norm[k][0] / norm[k][-1]) for norm in norms] for k in (0, 1))
        first, *_, last, _ = norms[-1][0]
        factor[pair] = (first / last) ** (1 / (depths[-1] - 1)) if last else 0.0
    return arriving, learning, factor


def built(depth: int, pair: tuple[str, str]) -> nn.Sequential:
    """Build the network with the function and the initialisation of these names."""
    return network(depth, ACTIVATIONS[pair[0]], INITIALISATIONS[pair[1]])


# Those that the figure shows, from the top down.
SHOWN = (
    ("ReLU", "He"), ("tanh", "Glorot"), ("ReLU", "Glorot"), ("tanh", "random"), ("ReLU", "random"), ("sigmoid", "He"),
    ("sigmoid", "random"),
)  # fmt: skip
# What a wide layer does to the gradient: √(n Var(w) ⟨f′²⟩). Var(w) is 1/n for Glorot and 2/n for He; f′ is 1/4 for
# a sigmoid near 0, 1 for tanh near 0, and 1 in half of the neurons of ReLU (and 0.1 in the others of leaky ReLU).
_SMALL = np.sqrt(WIDTH) * WIDTH_OF_RANDOM
IN_WIDE_LAYERS = {
    ("sigmoid", "random"): _SMALL / 4,
    ("sigmoid", "Glorot"): 1 / 4,
    ("tanh", "random"): _SMALL,
    ("ReLU", "random"): _SMALL / np.sqrt(2),
    ("ReLU", "Glorot"): 1 / np.sqrt(2),
    ("ReLU", "He"): 1.0,
    ("leaky ReLU", "He"): np.sqrt(1 + 0.1**2),
}


def before_and_after(report: Report, x: np.ndarray, t: np.ndarray) -> None:
    """Train a network of five hidden layers for each combination, and draw all their layers at the start and after."""
    recorded, accuracy = trained(x, t)
    rows = [(name, *(f"{accuracy[name, start]:.1%}" for start in INITIALISATIONS)) for name in ACTIVATIONS]
    report.table((f"right after {EPOCHS} epochs, {TRAINED_DEPTH} hidden layers", *INITIALISATIONS), rows)
    report.number("accuracy", {", ".join(pair): share for pair, share in accuracy.items()})
    report.number("spread of ∂E/∂a by layer, start and end", {
        ", ".join(pair): [[float(np.std(layer)) for layer in hidden(moment).values()] for moment in recorder.gradients]
        for pair, recorder in recorded.items()
    })  # fmt: skip
    for k, when in enumerate(("start", "end")):
        report.figure(f"activations_{when}", viz.plots.histogram_grid(
            {pair: hidden(recorder.activations[k]) for pair, recorder in recorded.items()}, name="a", each_row=True,
            title=TITLES["activations", when],
        ))  # fmt: skip
        report.figure(f"gradients_{when}", viz.plots.histogram_grid(
            {pair: hidden(recorder.gradients[k]) for pair, recorder in recorded.items()}, name="∂E/∂a", log=True,
            phase="backward", title=TITLES["gradients", when],
        ))  # fmt: skip


def trained(x: np.ndarray, t: np.ndarray) -> tuple[dict[tuple[str, str], Recorder], dict[tuple[str, str], float]]:
    """Train a network for each combination; return what its layers did at the start and after, and its accuracy."""
    recorded, accuracy = {}, {}
    for pair in product(ACTIVATIONS, INITIALISATIONS):
        recorded[pair] = Recorder(every=EPOCHS, rows=128)
        history = built(TRAINED_DEPTH, pair).fit(
            x, t, epochs=EPOCHS, optimizer=optim.SGD(0.3), loss="binary_crossentropy", metrics=["accuracy"],
            callbacks=[recorded[pair]], seed=0, progress=False,
        )  # fmt: skip
        accuracy[pair] = history["accuracy"][-1]
    return recorded, accuracy


TITLES = {
    ("activations", "start"): "At the start: small random weights shrink the activations of tanh and ReLU",
    ("gradients", "start"): "At the start: gradients shrink on the way down to layer 1, least with He weights",
    ("activations", "end"): f"After {EPOCHS} epochs: tanh and ReLU use their range, deep sigmoids say about 1/2",
    ("gradients", "end"): f"After {EPOCHS} epochs: gradients of tanh and ReLU are alike in all layers",
}


def hidden(layers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Leave out the output, and number the layers."""
    return {f"layer {k}": row for k, row in enumerate(list(layers.values())[:-1], 1)}


if __name__ == "__main__":
    run("vanishing_gradient")
