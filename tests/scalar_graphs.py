"""Random graphs of single numbers over all elementwise rows of the table, with names on some of their nodes."""

from __future__ import annotations

import random
import warnings

import numpy as np

from microgradphys import Value, constant
from microgradphys.primitives import ELEMENTWISE
from microgradphys.recording import apply
from viz import Storyboard

# Numbers at which formulas are written in another way: without a factor, with a sign, at a kink.
ROUND = (0.5, -1.5, 1.0, 0.0, 2.0)


def leaves_of(seed: int) -> list[float]:
    """Draw the numbers of the four leaves, round ones among them."""
    rnd = random.Random(1000 + seed)
    return [rnd.choice(ROUND) if rnd.random() < 0.5 else rnd.gauss(0, 1) for _ in range(4)]


def changed(seed: int, leaves: list[float]) -> tuple[int, list[float]]:
    """Draw a leaf and another number for it."""
    rnd = random.Random(2000 + seed)
    k = rnd.randrange(len(leaves))
    new = rnd.choice(ROUND) if rnd.random() < 0.5 else rnd.gauss(0, 2)
    return k, [new if j == k else leaf for j, leaf in enumerate(leaves)]


def graph(seed: int, leaves: list[float], size: int = 8) -> tuple[Storyboard, list[Value]]:
    """Draw a graph; the same seed draws the same graph whatever the numbers of the leaves."""
    rnd = random.Random(seed)
    made = [Value(leaves[0], "w"), Value(leaves[1], "x_1"), Value(leaves[2]), constant(leaves[3], "t")]
    pool = list(made)
    # Whatever a graph runs into (1/0, the logarithm of −1) is to be shown as well.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(size):
            row = rnd.choice(ELEMENTWISE)
            args = [rnd.choice(pool[-6:]) if rnd.random() < 0.8 else rnd.choice(ROUND) for _ in range(row.arity)]
            if not any(isinstance(arg, Value) for arg in args):
                args[0] = pool[-1]
            result = apply(row, *args)
            pool.append(result.named(f"v_{k}") if rnd.random() < 0.5 else result)
        loss = pool[-1]
        for term in pool[:-1]:
            loss = loss + term * 0.5
        story = Storyboard(loss.named("L"), names={"u": made[2]})
        list(story.moves)
    return story, made
