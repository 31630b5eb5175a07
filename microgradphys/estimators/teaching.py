"""One fit: a network, samples, and the options of an estimator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from microgradphys.data import counted
from microgradphys.estimators.goals import Goal, penalty_of
from microgradphys.estimators.networks import Layers
from microgradphys.estimators.options import batch_size_of, check_pace, solver_of
from microgradphys.estimators.programs import SteadyLearner, learner_of
from microgradphys.estimators.quasi_newton import minimised
from microgradphys.estimators.samples import Samples
from microgradphys.estimators.watching import Continuation, InverseScaling, Watch
from microgradphys.nn import Module
from microgradphys.training import Callback, History
from microgradphys.training.objective import objective


@dataclass(frozen=True)
class Memory:
    """What one fit leaves for the next: programs, and what the optimiser remembers.

    Attributes:
        learner: made the steps of a network that a function of the user's made, or None.
        key: what it was made for.
        optimiser: the state at the end, or None.
    """

    learner: SteadyLearner | None = None
    key: Any = None
    optimiser: dict[str, Any] | None = None

    def stored(self) -> Memory:
        """Leave away what can be made again."""
        return Memory(optimiser=self.optimiser)


@dataclass(frozen=True)
class Lesson:
    """A network to be taught, and how.

    Args:
        options: an estimator.
        network: what learns.
        layers: what it was made of, or None if a function of the user's made it.
        loss: a function of outputs and targets.
        samples: to learn from.
    """

    options: Any
    network: Module
    layers: Layers | None
    loss: Callable[..., Any]
    samples: Samples

    def taught(self, score: Callable[[Any], float] | None, seen: int) -> tuple[History, Memory, Watch]:
        """Teach the network until it has learnt, or for as many epochs as the options say.

        Args:
            score: a function of the network that says how good it is with samples that are held back.
            seen: how many samples it has learnt from so far.
        """
        options = self.options
        check_pace(options)
        slower = options.solver == "sgd" and options.learning_rate == "adaptive"
        watch = Watch(options.tol, options.n_iter_no_change, score, slower)
        epochs = counted("max_iter", options.max_iter)
        if options.solver == "lbfgs":
            return self._minimised(epochs), Memory(), watch
        return *self._fit(Memory(), epochs, [watch, *self._scaling(seen)]), watch

    def continued(self, memory: Memory, seen: int) -> tuple[History, Memory]:
        """Teach the network one epoch more.

        Args:
            memory: of the fit before.
            seen: how many samples it has learnt from so far.
        """
        check_pace(self.options)
        return self._fit(memory, 1, self._scaling(seen))

    def _fit(self, memory: Memory, epochs: int, callbacks: list[Callback]) -> tuple[History, Memory]:
        """Train with the network's own `fit`, with programs that are kept."""
        rule, (goal, penalty, size) = solver_of(self.options), self._goal(True)
        key = self.network, rule, goal, penalty
        learner = memory.learner if memory.key == key else None
        if self.layers is not None:
            learner = learner_of(self.layers, rule, goal, penalty)
        continuation = Continuation(
            learner or SteadyLearner(self.network, rule, objective(goal, penalty)), memory.optimiser
        )
        history = self.network.fit(
            self.samples.x,
            self.samples.goals(),
            epochs=epochs,
            batch_size=size,
            optimizer=rule,
            loss=goal,
            penalty=penalty,
            callbacks=[continuation, *callbacks],
            shuffle=bool(self.options.shuffle),
            progress=bool(self.options.verbose),
        )
        kept = continuation.learner if self.layers is None else None
        return history, Memory(kept, key if kept else None, continuation.optimiser)

    def _goal(self, batches: bool) -> tuple[Any, Any, int]:
        """Say what is minimised, and how many samples are in a batch."""
        options, samples = self.options, self.samples
        size = batch_size_of(options.batch_size, len(samples)) if batches else len(samples)
        penalty = penalty_of(options.penalty, options.alpha, size * samples.mean_weight())
        return Goal(self.loss, samples.weight is not None), penalty, size

    def _scaling(self, seen: int) -> list[Callback]:
        """Return the schedule of learning rates, if one was chosen."""
        options = self.options
        if options.solver != "sgd" or options.learning_rate != "invscaling":
            return []
        return [InverseScaling(options.learning_rate_init, options.power_t, seen, len(self.samples))]

    def _minimised(self, epochs: int) -> History:
        """Minimise the loss of all samples at once."""
        goal, penalty, _ = self._goal(False)
        options = self.options
        limits = {"maxiter": epochs, "maxfun": counted("max_fun", options.max_fun), "gtol": options.tol}
        return minimised(self.network, objective(goal, penalty), self.samples.x, self.samples.goals(), limits)
