"""Folding: what depth buys (deck E, "Deep learning"; G. Montúfar et al., arXiv:1402.1869)."""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.checking import task


def relu(a: Any) -> Any:
    """Return max(0, a), element by element."""
    return np.maximum(0.0, a)


@task(
    lambda random: [(np.array([[1.0, -2.0], [0.0, 3.0]]),), (random.normal(size=(4, 2)),), (random.normal(size=3),)],
    wrong={
        "The left half is missing: which ReLU rises to the left?": lambda f, x: relu(x),
        "Subtracting the two gives x back; the left half must go up.": lambda f, x: relu(x) - relu(-x),
        "That folds the wrong way.": lambda f, x: -f(x),
    },
)
def absolute(x: Any) -> Any:
    """Return |x|, element by element, from two calls of `relu` and no other function."""
    return relu(x) + relu(-x)  # blank


@task(
    lambda random: [
        (random.uniform(-4, 4, size=(5, 2)), shifts) for shifts in ([], [0.0], [0.0, 1.0], [0.0, 2.0, 1.0], [0.5, 0.5])
    ],
    wrong={
        "Each fold acts on what the one before has left: you began with x again.":
            lambda f, x, shifts: np.abs(x - shifts[-1]) if shifts else x,
        "You folded only once.": lambda f, x, shifts: np.abs(x - shifts[0]) if shifts else x,
        "Shift first, then fold.": lambda f, x, shifts: _in_turn(x, shifts, lambda y, c: np.abs(y) - c),
        "The crease is at +shift: subtract it.": lambda f, x, shifts: _in_turn(x, shifts, lambda y, c: np.abs(y + c)),
    },
    hint="A loop over the shifts, in which x becomes what one layer makes of it.",
)  # fmt: skip
def folded(x: Any, shifts: Any) -> Any:
    """Return points x (N, 2) folded once for each shift c, in turn, along both axes: each layer makes |x − c| of x."""
    for c in shifts:
        x = np.abs(x - c)  # blank: one layer
    return x


@task(
    lambda random: [(n, depth) for n in (1, 2, 3) for depth in (0, 1, 2, 4)],
    wrong={
        "That is one axis; a layer folds along all n.": lambda f, n, depth: 2**depth,
        "Each layer multiplies the number; it does not add to it.": lambda f, n, depth: depth * 2**n,
        "Along each axis a fold gives two halves, not n.": lambda f, n, depth: n**depth,
        "That is one layer only.": lambda f, n, depth: 2**n,
    },
    hint="How many pieces lie on top of each other after one layer in the plane? And if these are folded again?",
)
def pieces(n: Any, depth: Any) -> Any:
    """Return how many pieces of an n-dimensional space lie on top of each other after `depth` layers fold all axes."""
    return 2 ** (n * depth)  # blank


def _in_turn(x: Any, shifts: Any, layer: Any) -> Any:
    """Apply one layer for each shift."""
    for c in shifts:
        x = layer(x, c)
    return x
