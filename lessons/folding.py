# %% [markdown]
# # Folding: what depth buys
#
# One hidden layer can do everything (`universal_approximation`), so why have more? Deck E ("Deep learning") answers
# with a sheet of paper, after G. Montúfar and others, "On the number of linear regions of deep neural networks"
# (2014, arXiv:1402.1869). A neuron with the absolute value as activation function,
#
# h₁ = |x₁|,
#
# lays the left half of the plane on the right half. A second layer, h₂ = |x₂|, lays the lower half on the upper: four
# quadrants have become one. Whatever the next layer draws there, it draws four times. Cut a hole into a folded sheet,
# unfold it, and count.
#
# |x| = ReLU(x) + ReLU(−x), so a layer of ReLUs can do it, too.
"""Folding: two absolute-value layers fold the plane into four, and each fold doubles the number of linear regions."""

# %% A fold is a layer: the absolute value of one coordinate, and a shift that puts the middle of the sheet at 0 again.
from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import viz
from lessons.report import Quality, Report, lesson
from microgradphys import Value, constant, grad, relu

Fold = tuple[int, float]  # which coordinate, 0 or 1, and by how much it is shifted afterwards
TWO: tuple[Fold, ...] = ((0, 0.5), (1, 0.5))
FOUR: tuple[Fold, ...] = (*TWO, (0, 0.25), (1, 0.25))
SIX: tuple[Fold, ...] = (*FOUR, (0, 0.125), (1, 0.125))


def folded(x1: Any, x2: Any, folds: Sequence[Fold]) -> tuple[Any, Any]:
    """Fold the plane, fold by fold: h ← |h| − shift for one of the two coordinates.

    >>> folded(-0.75, 0.5, TWO)
    (0.25, 0.0)
    """
    h = [x1, x2]
    for axis, shift in folds:
        h[axis] = abs(h[axis]) - shift
    return h[0], h[1]


# %% The last layer cuts a round hole into the middle of the folded sheet: positive inside.
def hole(x1: Any, x2: Any, folds: Sequence[Fold]) -> Any:
    """Compute r² − h₁² − h₂², with r a little more than half of the last shift.

    >>> hole(0.5, -0.5, TWO) > 0, hole(0.0, 0.0, TWO) > 0
    (True, False)
    """
    h1, h2 = folded(x1, x2, folds)
    return (0.6 * folds[-1][1]) ** 2 - h1**2 - h2**2


# %% Or it weighs the two coordinates: then the network is linear in every piece of the sheet.
def ramp(x1: Any, x2: Any, folds: Sequence[Fold]) -> Any:
    """Compute h₁ + 2 h₂.

    >>> ramp(-0.75, 0.5, TWO)
    0.25
    """
    h1, h2 = folded(x1, x2, folds)
    return h1 + 2 * h2


def by_signs(x1: np.ndarray, x2: np.ndarray, folds: Sequence[Fold]) -> tuple[np.ndarray, np.ndarray]:
    """Compute the gradient of the ramp in closed form: 1 or 2 times the signs that a point met on its way.

    Args:
        x1: coordinates, shape (n,).
        x2: the same.
        folds: of the sheet.

    Returns:
        The gradient (n, 2), and on which side of each fold a point was, shape (n, folds).
    """
    h, slope, sides = [x1, x2], np.tile([1.0, 2.0], (len(x1), 1)), []
    for axis, shift in folds:
        sides.append(np.sign(h[axis]))
        slope[:, axis] *= sides[-1]
        h[axis] = np.abs(h[axis]) - shift
    return slope, np.array(sides).T


# %% The same number of neurons in one layer: lines that cross. How many pieces can they cut the plane into?
def pieces_of_lines(normals: np.ndarray, offsets: np.ndarray) -> int:
    """Count the pieces into which lines n · x = c cut the plane, no two of them parallel.

    Each piece has a corner where two lines cross, so it is enough to look around all crossings.

    Args:
        normals: shape (lines, 2).
        offsets: shape (lines,).

    >>> pieces_of_lines(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 0.0]))
    4
    """
    seen = set()
    for j, k in zip(*np.triu_indices(len(offsets), 1), strict=True):
        both = np.array([normals[j], normals[k]])
        for sides in product((-1e-7, 1e-7), repeat=2):
            place = np.linalg.solve(both, offsets[[j, k]] + np.array(sides))
            seen.add(tuple(np.sign(normals @ place - offsets)))
    return len(seen)


# %% [markdown]
# ## What to notice
#
# - A fold doubles: m folds make 2ᵐ linear pieces and 2ᵐ⁄² × 2ᵐ⁄² holes. One layer of m neurons has at most 1 + m +
#   m(m − 1)/2 pieces: m straight lines cannot cut the plane into more. Twelve neurons: 4096 against 79.
# - The pieces are not free: all are copies of one, mirrored: depth is cheap where the world is symmetric or repeats
#   itself, and buys nothing for a function without a pattern. Deck E calls it a prior.
# - The gradient of the ramp has the same size everywhere, only its signs change. A fold has the slope ±1, so
#   gradients go back through it without loss (compare `vanishing_gradient`).
# - On the fold itself the absolute value has no slope; the engine says 0, by the convention of its table.
#
# ## Exercises
#
# 1. `absolute(x)`: |x| from two ReLUs.
# 2. `folded(x, shifts)`: points of the plane after several layers, each of which folds along both axes.
# 3. `pieces(n, depth)`: how many pieces of an n-dimensional space lie on one another after `depth` layers.
# 4. Shift the first fold by 0.4 in place of 0.5 and count the holes again. Which of them are cut?


# %% The lesson: fold, cut, unfold, count.
@lesson
def run(report: Report) -> None:
    """Fold the plane, compare values, gradients and counts with what they must be, and draw the holes."""
    random = np.random.default_rng(0)
    x1, x2 = random.uniform(-1, 1, (2, 2000))
    mirrored = [hole(s * x1, t * x2, TWO) - hole(x1, x2, TWO) for s in (-1, 1) for t in (-1, 1)]
    report.compare("hole(±x₁, ±x₂) − hole(x₁, x₂)", np.array(mirrored), np.zeros((4, 2000)), "symmetry", within=0)
    report.compare("|x|", relu(x1) + relu(-x1), np.abs(x1), "ReLU(x) + ReLU(−x)", within=0)
    wave = folded(x1, x2, FOUR)[0] + 0.25
    report.compare("h₁ + 1/4 after two folds", wave, np.abs(x1 % 1 - 0.5), "distance to ±1/2", within=1e-12)
    for folds in (TWO, FOUR, SIX):
        slopes = grad(lambda a, b, folds=folds: np.sum(ramp(a, b, folds)), argnums=(0, 1))(x1, x2)
        report.compare(f"gradient through {len(folds)} folds", np.array(slopes).T, by_signs(x1, x2, folds)[0],
                       "(±1, ±2)", within=1e-12)  # fmt: skip
    count(report)
    for folds in (TWO, FOUR, SIX):
        report.figure(f"{len(folds)}_folds", viz.plots.contours(
            partial(hole, folds=folds), (-1, 1), (-1, 1), levels=[0.0], resolution=301, names=("x₁", "x₂"),
            title=f"{len(folds)} folds, one hole: {2 ** len(folds)} holes in the plane",
        ))  # fmt: skip
    small = at_one_point()
    report.say(viz.explain(small, "x_1"))
    report.draw("graph", small)
    report.page("steps", small, title="Two folds at one point")
    report.video("folding", partial(film_of_folding, quality=report.quality))


def count(report: Report) -> None:
    """Count linear pieces: of folds on a grid, of one layer around the crossings of its lines."""
    side = (np.arange(512) + 0.5) / 256 - 1
    x1, x2 = (part.ravel() for part in np.meshgrid(side, side))
    random = np.random.default_rng(1)
    rows, deep, shallow = [], [], []
    for m in range(2, 13, 2):
        folds = [(k % 2, 0.5 ** (k // 2 + 1)) for k in range(m)]
        deep.append(len(np.unique(by_signs(x1, x2, folds)[1], axis=0)))
        shallow.append(pieces_of_lines(random.normal(size=(m, 2)), random.normal(size=m)))
        rows.append((str(m), str(deep[-1]), str(shallow[-1])))
    report.table(("neurons", "pieces, one fold a layer", "pieces, all in one layer"), rows)
    neurons = np.arange(2, 13, 2)
    report.compare("pieces of m folds", deep, 2**neurons, "2ᵐ", within=0)
    report.compare(
        "pieces of one layer", shallow, 1 + neurons + neurons * (neurons - 1) // 2, "1 + m + m(m−1)/2", within=0
    )
    report.figure("pieces", viz.plots.lines(
        {"one fold a layer": (neurons, np.array(deep)), "all in one layer": (neurons, np.array(shallow))},
        names=("neurons", "linear pieces of the plane"), log=(False, True), title="Each fold doubles the pieces",
    ))  # fmt: skip


def at_one_point() -> Value:
    """Build the hole behind two folds at one point, as a graph of numbers with its gradient."""
    h1 = (abs(Value(-0.7, "x_1")) - constant(0.5, "c")).named("h_1")
    h2 = (abs(Value(0.3, "x_2")) - constant(0.5, "c")).named("h_2")
    f = (constant(0.09, "r²") - h1**2 - h2**2).named("f")
    f.backward()
    return f


def film_of_folding(path: Path, quality: Quality) -> None:
    """Film the sheet while it is folded, once to the right and once upwards."""
    side = np.linspace(-0.95, 0.95, 20)
    x1, x2 = (part.ravel() for part in np.meshgrid(side, side))
    quarters = {
        f"x₁ {'<>'[right]} 0, x₂ {'<>'[up]} 0": ((x1 > 0) == right) & ((x2 > 0) == up)
        for right, up in product((True, False), repeat=2)
    }

    def draw(moment: float) -> viz.plots.Plot:
        """Draw the sheet at a moment from 0 to 2: what is folded goes through 0, as seen from above."""
        first, second = min(moment, 1.0), max(moment - 1.0, 0.0)
        h1 = np.where(x1 < 0, np.cos(np.pi * first) * x1, x1)
        h2 = np.where(x2 < 0, np.cos(np.pi * second) * x2, x2)
        title = "h₁ = |x₁|: left comes to lie on right" if moment <= 1 else "h₂ = |x₂|: four quadrants on one"
        return viz.plots.lines(
            points={name: (h1[own], h2[own]) for name, own in quarters.items()}, names=("h₁", "h₂"), title=title,
            theme="dark",
        )  # fmt: skip

    viz.plots.film(draw, np.linspace(0, 2, 61).tolist(), path, rate=12, quality=quality, hold=2.0)


if __name__ == "__main__":
    run("folding")
