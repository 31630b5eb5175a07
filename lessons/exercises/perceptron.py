"""The perceptron: a threshold unit and Rosenblatt's rule (deck E, "Perceptron algorithm").

w: weights (n,). x: one example (n,), its first number is 1, so that w[0] is the bias. t: its class, +1 or −1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking import task


def _examples(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Draw weights, an example and its class: on either side, and on the line itself."""
    for t in (1, -1):
        yield np.zeros(3), np.array([1.0, 2.0, -1.0]), t
        yield np.array([-1.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0]), t
        for _ in range(6):
            yield random.normal(size=3), np.array([1.0, *random.normal(size=2)]), t


def _runs(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw samples that a line separates, with some room."""
    for n in (5, 20):
        x = np.column_stack([np.ones(4 * n), random.normal(size=(4 * n, 2))])
        height = x @ np.array([0.3, 1.0, -0.7])
        far = np.argsort(-np.abs(height))[:n]
        yield x[far], np.where(height[far] > 0, 1, -1)


@task(
    lambda random: ((w, x) for w, x, t in _examples(random) if t == 1),
    wrong={
        "At w · x = 0 yours fires. Deck E does so too; here, as in deck B, a unit fires above its threshold only.":
            lambda f, w, x: 1 if w @ x >= 0 else -1,
        "The two classes are exchanged.": lambda f, w, x: -f(w, x),
        "The classes here are +1 and −1, not 1 and 0.": lambda f, w, x: int(w @ x > 0),
        "Return the class, not the sum.": lambda f, w, x: w @ x,
        "The class at w · x = 0 is −1, not 0.": lambda f, w, x: np.sign(w @ x),
    },
)  # fmt: skip
def answer(w: Any, x: Any) -> Any:
    """Return the class that the unit says: +1 where w · x > 0, and −1 elsewhere."""
    return 1 if w @ x > 0 else -1  # blank


@task(
    _examples,
    wrong={
        "Only a mistake moves the weights: what if the answer is right already?": lambda f, w, x, t: w + t * x,
        "The weights move the wrong way: afterwards w · x must be closer to the sign of t.":
            lambda f, w, x, t: w - t * x if answer(w, x) != t else w,
        "A mistake on −1 moves the weights the other way: the class t is missing.":
            lambda f, w, x, t: w + x if answer(w, x) != t else w,
        "That is the change, not the new weights.": lambda f, w, x, t: t * x if answer(w, x) != t else 0 * w,
        "Yours moves where the answer is right, and not where it is wrong.":
            lambda f, w, x, t: w + t * x if answer(w, x) == t else w,
    },
    hint="There are three cases: right already, a mistake on +1, a mistake on −1.",
)  # fmt: skip
def perceptron_update(w: Any, x: Any, t: Any) -> Any:
    """Return the weights after Rosenblatt has seen one example, with η = 1."""
    mistaken = answer(w, x) != t
    return w + t * x if mistaken else w  # blank: Rosenblatt's rule


@task(
    _runs,
    wrong={"Start at w = 0.": lambda f, x, t: f(x, t, 1.0)},
    hint="Go through the examples in order, again and again, until a whole round passes without a mistake.",
)
def learned(x: Any, t: Any, start: Any = 0.0) -> Any:
    """Return the weights with which every example is right; x is (N, n), t is (N,), and a line separates them."""
    w = np.full(x.shape[1], start)
    while any(answer(w, one) != kind for one, kind in zip(x, t, strict=True)):
        for one, kind in zip(x, t, strict=True):
            w = perceptron_update(w, one, kind)  # blank
    return w
