"""Callbacks of estimators: when to stop and at what rate to learn, as scikit-learn's networks do it; and going on."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from microgradphys.estimators.programs import SteadyLearner
from microgradphys.training import Callback, Run

_SLOWEST = 1e-6
_SLOWER = 5.0


class Watch(Callback):
    """Stop when the loss, or the score of samples that are held back, has not become better for some epochs.

    Args:
        tol: by how much it has to become better to count.
        patience: how many epochs in a row may be no better; if there is one more, it stops.
        score: a function of the network; with it, the weights of the best epoch are kept. Without it, the loss counts.
        slower: whether to learn more slowly first, and to stop only at a rate of 10⁻⁶.

    Attributes:
        scores: of each epoch, if there is a score.
        best: the best score, or the negative of the lowest loss.
    """

    def __init__(
        self, tol: float, patience: float, score: Callable[[Any], float] | None = None, slower: bool = False
    ) -> None:
        """Begin to wait."""
        self.tol, self.patience, self.score, self.slower = tol, patience, score, slower
        self.scores: list[float] = []
        self.best, self._waited = -math.inf, 0
        self._kept: tuple[dict[str, Any], dict[str, Any]] | None = None

    def epoch(self, run: Run) -> None:
        """Stop, or slow down, if it has become no better for too long."""
        value = -run.history["loss"][-1]
        if self.score is not None:
            value = self.score(run.model)
            self.scores.append(value)
        self._waited = self._waited + 1 if value < self.best + self.tol else 0
        if value > self.best:
            self.best = value
            # A step makes new arrays, so these stay what they are.
            self._kept = dict(run.learnt.parameters), dict(run.learnt.buffers)
        if self._waited <= self.patience:
            return
        if self.slower and run.learning_rate > _SLOWEST:
            run.learning_rate /= _SLOWER
            self._waited = 0
        else:
            what = "loss" if self.score is None else "score of the samples held back"
            run.stop(f"the {what} did not become better by {self.tol} for {self.patience} epochs")

    def end(self, run: Run) -> None:
        """Give the network the weights of the best epoch, if there was a score."""
        if self.score is not None and self._kept is not None:
            parameters, buffers = self._kept
            for name, value in run.model.named_parameters().items():
                value.data = parameters[name]
            run.model.set_buffers(buffers)


class InverseScaling(Callback):
    """Learn at the rate η / (t + 1)ᵖ, where t is how many samples there were so far.

    Args:
        rate: η.
        power: p.
        seen: how many samples there were before.
        samples: how many there are in an epoch.
    """

    def __init__(self, rate: float, power: float, seen: int, samples: int) -> None:
        """Take the numbers."""
        self.rate, self.power, self.seen, self.samples = rate, power, seen, samples

    def epoch(self, run: Run) -> None:
        """Set the rate of the coming epoch."""
        run.learning_rate = self.rate / (self.seen + run.epoch * self.samples + 1) ** self.power


class Continuation(Callback):
    """Train with programs that are there already, and with what the optimiser remembers of a training before.

    Args:
        learner: makes the steps.
        optimiser: the state to go on from; None to begin.

    Attributes:
        optimiser: the state at the end.
    """

    def __init__(self, learner: SteadyLearner, optimiser: dict[str, Any] | None) -> None:
        """Take both."""
        self.learner, self.optimiser = learner, optimiser

    def begin(self, run: Run) -> None:
        """Put them in."""
        self.learner.begin()
        run.learner = self.learner
        if self.optimiser is not None:
            run.learnt = run.learnt._replace(optimiser=deepcopy(self.optimiser))

    def end(self, run: Run) -> None:
        """Keep the state."""
        self.optimiser = run.learnt.optimiser
