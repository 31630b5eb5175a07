"""`Run`: one training as it stands, for callbacks to look at and to change, and for checkpoints to write down."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microgradphys.data import raw
from microgradphys.errors import InputError
from microgradphys.training.arrays import Examples
from microgradphys.training.batches import ArraySource, Source, StreamSource, split
from microgradphys.training.history import History
from microgradphys.training.learning import Learner, Learnt, Model

VERSION = 1
INTERRUPTED = "interrupted"
_REMEMBERED = 50


@dataclass(frozen=True)
class Plan:
    """What was asked for: how many epochs, in batches of what size, whether shuffled, which share for validation."""

    epochs: int
    batch_size: int
    shuffle: bool
    validation_split: float


@dataclass
class Sums:
    """The loss and the metrics of an epoch so far, each the sum over the examples, and how much these count."""

    total: float = 0.0
    values: dict[str, float] = field(default_factory=dict)

    def add(self, measured: dict[str, float], weight: float) -> None:
        """Add those of a batch."""
        self.total += weight
        for name, value in measured.items():
            self.values[name] = self.values.get(name, 0.0) + value * weight

    def means(self) -> dict[str, float]:
        """Return the means.

        >>> sums = Sums()
        >>> sums.add({"loss": 1.0}, 3)
        >>> sums.add({"loss": 5.0}, 1)
        >>> sums.means()
        {'loss': 2.0}
        """
        return {name: value / self.total for name, value in self.values.items()} if self.total else {}


class Run:
    """One training as it stands.

    The parameters of the model are up to date whenever a callback is called; what a callback of an epoch changes in
    them holds for the next epoch.

    Attributes:
        model: what is trained.
        history: of the finished epochs.
        plan: what was asked for.
        learner: makes steps.
        learnt: parameters, buffers and the optimiser's state by now.
        generator: where all random numbers of this training come from.
        epoch: how many epochs are finished: in `Callback.epoch`, the number of the one that just was.
        batch: how many batches of the next epoch are done.
        rate: the learning rate at the beginning of this epoch.
        losses: of the last batches, each before its step.
        stopping: why training is to end after this batch, "" if it is not.
        failed: whether it ends because something went wrong.
        examples: what is learnt from, before a part is set aside for validation.
    """

    def __init__(
        self, model: Model, learner: Learner, plan: Plan, examples: Examples | Source, generator: np.random.Generator
    ) -> None:
        """Start before the first epoch."""
        self.model, self.learner, self.plan = model, learner, plan
        self.history = History()
        self.generator = generator
        self.callbacks: Sequence[Any] = ()
        self.epoch = self.batch = 0
        self.rate = np.nan
        self.losses: deque[float] = deque(maxlen=_REMEMBERED)
        self.stopping, self.failed = "", False
        self.sums = Sums()
        self.examples = examples
        self._at_start = self._at_epoch = generator.bit_generator.state
        self.validation: Source | None = None
        self.source = self._source()
        self.learnt = Learnt({}, {}, {})
        self._values: dict[str, Any] = {}
        self.take()
        self.learnt = self.learnt._replace(optimiser=learner.rule.start(self.learnt.parameters))

    @property
    def count(self) -> int | None:
        """How many batches an epoch has; None where nobody knows."""
        return self.source.count

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name: numbers and arrays, not to be changed in place."""
        return self.learnt.parameters

    @property
    def learning_rate(self) -> float:
        """The learning rate of the coming step; a callback may set it."""
        return float(self.learnt.optimiser.get("learning_rate", np.nan))

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        """Set it."""
        if callable(getattr(self.learner.rule, "learning_rate", None)):
            raise InputError(
                f"the optimiser has a schedule of its own: {self.learner.rule!r}; give it a number instead"
            )
        if isinstance(rate, bool) or not np.ndim(rate) == 0 or not 0 <= float(rate) < np.inf:
            raise InputError(f"a learning rate is a finite number, not below 0: {rate!r}")
        self.learnt.optimiser["learning_rate"] = float(rate)

    def stop(self, reason: str) -> None:
        """End the training after this batch, or this epoch.

        Args:
            reason: what `history.stopped` will say.
        """
        self.stopping = reason

    def put(self) -> None:
        """Give the model the parameters and buffers that were learnt: copies, which are the model's own."""
        for name, value in self._values.items():
            value.data = self.learnt.parameters[name]
        if self.learnt.buffers:
            self.model.set_buffers({name: _copy(buffer) for name, buffer in self.learnt.buffers.items()})

    def take(self) -> None:
        """Take parameters and buffers from the model."""
        self._values = self.model.named_parameters()
        parameters = {name: _copy(value.data) for name, value in self._values.items()}
        if not parameters:
            raise InputError(
                "the network has no parameters, so there is nothing to learn; a parameter is a Value, "
                "kept in an attribute: self.w = Value(0.5)"
            )
        buffers = {name: _copy(raw(buffer)) for name, buffer in self.model.named_buffers().items()}
        self.learnt = self.learnt._replace(parameters=parameters, buffers=buffers)

    def batches(self) -> Any:
        """Draw the order of the coming epoch, and give its batches but for those that are done."""
        resumed = self.batch > 0
        before = self.generator.bit_generator.state
        if resumed:
            self.generator.bit_generator.state = self._at_epoch
        self._at_epoch = self.generator.bit_generator.state
        found = self.source.epoch(self.generator if self.plan.shuffle else None, self.batch)
        if resumed:
            self.generator.bit_generator.state = before
        return found

    def state(self) -> dict[str, Any]:
        """Return all that a training needs to go on as if it had never stopped: numbers, texts and arrays.

        The order of the examples is there as the state of the generator that it was, and will be, drawn from.
        """
        return {
            "version": VERSION,
            "epoch": self.epoch,
            "batch": self.batch,
            "rate": self.rate,
            "parameters": {name: _copy(value) for name, value in self.learnt.parameters.items()},
            "buffers": {name: _copy(value) for name, value in self.learnt.buffers.items()},
            "optimiser": deepcopy(self.learnt.optimiser),
            "generator": self.generator.bit_generator.state,
            "generator_at_start": self._at_start,
            "generator_at_epoch": self._at_epoch,
            # Whoever interrupts a training wants to go on with it later.
            "stopping": "" if self.stopping == INTERRUPTED else self.stopping,
            "sums": {"total": self.sums.total, "values": dict(self.sums.values)},
            "history": {name: np.array(column) for name, column in self.history.items()},
            "callbacks": {name: callback.state() for name, callback in self._remembering().items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state` gave; the model, the data and the options have to be the same as then.

        Raises:
            InputError: it is that of another model, or of a later version.
        """
        if state.get("version") != VERSION:
            raise InputError(f"this state has version {state.get('version')!r}, and this program reads {VERSION}")
        shapes = {name: np.shape(value) for name, value in self.learnt.parameters.items()}
        given = {name: np.shape(value) for name, value in state["parameters"].items()}
        if shapes != given:
            odd = sorted(name for name in {*shapes, *given} if shapes.get(name) != given.get(name))
            raise InputError(f"this state is that of another network: {', '.join(odd)} differ")
        self.generator.bit_generator.state = state["generator_at_start"]
        self._at_start = state["generator_at_start"]
        self.source = self._source()
        if isinstance(self.source, StreamSource):
            self.source.resume(int(state["epoch"]))
        self._at_epoch = state["generator_at_epoch"]
        self.generator.bit_generator.state = state["generator"]
        self.learnt = Learnt(*(deepcopy(state[part]) for part in ("parameters", "buffers", "optimiser")))
        self.epoch, self.batch, self.rate = int(state["epoch"]), int(state["batch"]), float(state["rate"])
        self.sums = Sums(float(state["sums"]["total"]), dict(state["sums"]["values"]))
        self.history.restore(state["history"])
        self.stopping = str(state["stopping"])
        for name, callback in self._remembering().items():
            callback.restore(state["callbacks"].get(name, {}))
        self.put()

    def _remembering(self) -> dict[str, Any]:
        """Name the callbacks that have a state: "EarlyStopping 1"."""
        named: dict[str, Any] = {}
        for callback in self.callbacks:
            if hasattr(callback, "state") and hasattr(callback, "restore"):
                kind = type(callback).__name__
                number = sum(type(other).__name__ == kind for other in named.values()) + 1
                named[f"{kind} {number}"] = callback
        return named

    def _source(self) -> Source:
        """Make the source of the batches, with a part of the examples set aside for validation if that was asked."""
        examples = self.examples
        if not isinstance(examples, Examples):
            return examples
        if self.plan.validation_split:
            examples, held = split(examples, self.plan.validation_split, self.generator)
            self.validation = ArraySource(held, max(self.plan.batch_size, 256))
        return ArraySource(examples, self.plan.batch_size)


def _copy(data: Any) -> Any:
    """Copy an array, to lie in memory as it does; numbers are as they are."""
    return data.copy(order="K") if isinstance(data, np.ndarray) else data
