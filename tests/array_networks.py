"""Networks of arrays, recurrent networks and batches, as students write them."""

from itertools import pairwise

import numpy as np

from microgradphys import Value, sigmoid
from viz.picture import Picture


def dense(*sizes: int, batch: int = 0, columns: bool = False) -> Value:
    """Layers of tanh, the last of sigmoid, of one sample or of a batch; with columns, samples stand side by side."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(batch, sizes[0]) if batch else sizes[0]).round(2)
    a = a.T
    for k, (i, o) in enumerate(pairwise(sizes), 1):
        shape = (o, 1) if columns and batch else (o,)
        W, b = Value(rng.normal(size=(o, i)).round(2), f"W{k}"), Value(rng.normal(size=shape).round(2), f"b{k}")
        if columns:
            s = W @ a + b
        else:
            W = Value(W.data.T, f"W{k}")
            s = (a if k > 1 or not batch else a.T) @ W + b
        a = (np.tanh(s) if k < len(sizes) - 1 else sigmoid(s)).named(f"h{k}")
    return np.mean((a - 0.5) ** 2).named("E")


def recurrent(width: int = 3, steps: int = 4, every: bool = False) -> Value:
    """A vector in time, h = tanh(W h + U x + b), with an output at the end or at every step."""
    rng = np.random.default_rng(1)
    W = Value(rng.normal(size=(width, width)).round(2), "W")
    U, V = Value(rng.normal(size=(width, 2)).round(2), "U"), Value(rng.normal(size=(1, width)).round(2), "V")
    b = Value(np.zeros(width), "b")
    h = np.zeros(width)
    outputs = []
    for x in rng.normal(size=(steps, 2)).round(2):
        h = np.tanh(W @ h + U @ x + b)
        outputs.append(V @ h)
    return sum((np.sum(y**2) for y in (outputs if every else outputs[-1:])), Value(0.0)).named("E")  # type: ignore[union-attr]


def scalar_recurrent(steps: int = 4) -> Value:
    """A number in time, h = tanh(w h + u x + b)."""
    w, u, b, h = Value(0.5, "w"), Value(-0.7, "u"), Value(0.1, "b"), Value(0.2, "h_0")
    for t in range(steps):
        h = np.tanh(w * h + u * (0.3 * t - 0.2) + b).named(f"h_{t + 1}")
    return ((h - 1.0) ** 2).named("E")


def meet(picture: Picture) -> list[tuple[str, str]]:
    """The boxes that overlap without one being inside of the other."""
    found = []
    for k, a in enumerate(picture.shapes):
        for b in picture.shapes[k + 1 :]:
            across, down = abs(a.x - b.x) * 2, abs(a.y - b.y) * 2
            apart = across >= a.width + b.width or down >= a.height + b.height
            inside = across <= abs(a.width - b.width) and down <= abs(a.height - b.height)
            if not apart and not inside:
                found.append((a.id, b.id))
    return found
