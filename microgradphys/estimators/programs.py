"""Programs of training that are kept from one fit to the next.

A search fits the same network hundreds of times, and recording its program would take longer than many a fit.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from microgradphys import randomness
from microgradphys.estimators.goals import Goal, Penalty
from microgradphys.estimators.networks import Layers
from microgradphys.training.learning import Learner
from microgradphys.training.objective import objective

_KEPT = 8
# Each thread has its own, so that no two of them record, or forget, at once.
_local = threading.local()


class SteadyLearner(Learner):
    """Makes steps of trainings in which nobody but they changes the network: it is looked at once, not every epoch."""

    def check(self) -> None:
        """Trust the programs."""

    def begin(self) -> None:
        """Drop programs of which something changed since the last training, such as what a loss refers to."""
        super().check()


def learner_of(layers: Layers, rule: Any, goal: Goal, penalty: Penalty | None) -> SteadyLearner:
    """Find what makes the steps of such a training in this thread, or make it.

    Its programs take parameters as arguments, so it serves every network of such layers; it has one of its own, which
    never learns.

    Args:
        layers: the network.
        rule: of the optimiser.
        goal: the loss.
        penalty: on large weights.
    """
    table: dict[Any, SteadyLearner] = vars(_local).setdefault("table", {})
    key = layers, rule, goal, penalty
    try:
        found = table.pop(key, None)
    except TypeError:
        # Something in it can be changed, and so has no hash.
        return _made(*key)
    table[key] = found = found or _made(*key)
    while len(table) > _KEPT:
        del table[next(iter(table))]
    return found


def _made(layers: Layers, rule: Any, goal: Goal, penalty: Penalty | None) -> SteadyLearner:
    """Make it, without drawing from the generator of a training."""
    with randomness.drawing_from(np.random.default_rng(0)):
        return SteadyLearner(layers.build(), rule, objective(goal, penalty))
