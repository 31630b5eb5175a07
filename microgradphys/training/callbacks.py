"""Callbacks: what is done between batches and epochs, beside learning. Any object with these four methods is one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.data import counted
from microgradphys.errors import InputError
from microgradphys.named import chosen
from microgradphys.training.history import rises

if TYPE_CHECKING:
    from microgradphys.training.run import Run


class Callback:
    """Does nothing at any time; a callback of your own overrides what it needs.

    >>> from microgradphys import nn
    >>> class Tell(Callback):
    ...     def epoch(self, run):
    ...         print(run.epoch, run.history["loss"][-1] < 1)
    >>> model = nn.Sequential(nn.Dense(1), input_shape=(1,), seed=0)
    >>> _ = model.fit([[0.1], [0.2]], [0.2, 0.4], epochs=2, callbacks=[Tell()], seed=0)
    1 True
    2 True
    """

    @property
    def each_batch(self) -> bool:
        """Whether it wants to be called after each batch."""
        return type(self).batch is not Callback.batch

    def begin(self, run: Run) -> None:
        """Look at a training before its first batch."""

    def batch(self, run: Run) -> None:
        """Look at a training after a batch."""

    def epoch(self, run: Run) -> None:
        """Look at a training after an epoch; its numbers are the last of `run.history`."""

    def end(self, run: Run) -> None:
        """Look at a training when it ends, however it ends."""

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint has to keep of this."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave."""


class _Best(Callback):
    """Knows which epoch was the best so far.

    Args:
        monitor: the name of what is watched; the validation loss if there is one and else the loss, if not given.
        min_delta: by how much an epoch has to be better to count.
    """

    def __init__(self, monitor: str | None = None, min_delta: float = 0.0) -> None:
        """Know none yet."""
        self.monitor, self.min_delta = monitor, min_delta
        self.best, self.best_epoch = math.nan, 0

    def begin(self, run: Run) -> None:
        """Forget an earlier training."""
        self.best, self.best_epoch = math.nan, 0

    def improved(self, run: Run) -> bool:
        """Whether the last epoch is the best so far."""
        name = self.monitor or ("val_loss" if "val_loss" in run.history else "loss")
        value = chosen("measure", run.history, name)[-1]
        gain = (value - self.best) * (1 if rises(name) else -1)
        if not math.isnan(value) and (math.isnan(self.best) or gain > self.min_delta):
            self.best, self.best_epoch = value, run.epoch
            return True
        return False

    def state(self) -> dict[str, Any]:
        """Return the best epoch."""
        return {"best": self.best, "best_epoch": self.best_epoch}

    def restore(self, state: dict[str, Any]) -> None:
        """Take the best epoch."""
        if state:
            self.best, self.best_epoch = float(state["best"]), int(state["best_epoch"])


class EarlyStopping(_Best):
    """Stop when nothing has become better for some epochs.

    Args:
        patience: how many epochs in a row may be no better than the best.
        monitor: what is watched; the validation loss if there is one, and else the loss, if not given.
        min_delta: by how much an epoch has to be better to count.
        restore_best: whether the model gets the weights of the best epoch at the end.

    Source: L. Prechelt, "Early stopping — but when?", in: Neural Networks: Tricks of the Trade (1998).

    >>> from microgradphys import nn
    >>> model = nn.Sequential(nn.Dense(1, kernel_initializer=1.0), input_shape=(1,))
    >>> history = model.fit([[0.0], [1.0]], [0.0, 1.0], epochs=50, callbacks=[EarlyStopping(patience=2)])
    >>> history.epochs, history.stopped
    (3, 'early stopping: no better than in epoch 1')
    """

    def __init__(
        self, patience: int = 5, monitor: str | None = None, min_delta: float = 0.0, restore_best: bool = False
    ) -> None:
        """Check the patience."""
        super().__init__(monitor, min_delta)
        self.patience = counted("patience", patience, 0)
        self._kept = LookBack(monitor, min_delta) if restore_best else None

    def begin(self, run: Run) -> None:
        """Begin to wait."""
        super().begin(run)
        if self._kept:
            self._kept.begin(run)

    def epoch(self, run: Run) -> None:
        """Stop if there was no better epoch for too long."""
        if self._kept:
            self._kept.epoch(run)
        if not self.improved(run) and run.epoch - self.best_epoch >= max(self.patience, 1):
            run.stop(f"early stopping: no better than in epoch {self.best_epoch}")

    def end(self, run: Run) -> None:
        """Give the model the best weights, if that was asked."""
        if self._kept:
            self._kept.end(run)

    def state(self) -> dict[str, Any]:
        """Return the best epoch, with its weights if they are kept."""
        return {**super().state(), **({"kept": self._kept.state()} if self._kept else {})}

    def restore(self, state: dict[str, Any]) -> None:
        """Take the best epoch."""
        super().restore(state)
        if self._kept and state:
            self._kept.restore(state["kept"])


class LookBack(_Best):
    """Train to the end, and then take the weights of the best epoch.

    Args:
        monitor: what is watched; the validation loss if there is one, and else the loss, if not given.
        min_delta: by how much an epoch has to be better to count.

    Attributes:
        best_epoch: the number of the epoch whose weights the model has at the end.
        best: what was watched, in that epoch.
    """

    def __init__(self, monitor: str | None = None, min_delta: float = 0.0) -> None:
        """Keep nothing yet."""
        super().__init__(monitor, min_delta)
        self._weights: tuple[dict[str, Any], dict[str, Any]] | None = None

    def begin(self, run: Run) -> None:
        """Forget an earlier training."""
        super().begin(run)
        self._weights = None

    def epoch(self, run: Run) -> None:
        """Keep the weights if they are the best."""
        if self.improved(run):
            # A step makes new arrays, so these stay what they are.
            self._weights = dict(run.learnt.parameters), dict(run.learnt.buffers)

    def end(self, run: Run) -> None:
        """Give the model the best weights."""
        if self._weights is not None:
            parameters, buffers = self._weights
            for name, value in run.model.named_parameters().items():
                value.data = parameters[name]
            if buffers:
                run.model.set_buffers({name: np.copy(buffer) for name, buffer in buffers.items()})

    def state(self) -> dict[str, Any]:
        """Return the best epoch and its weights."""
        weights = self._weights
        kept = {} if weights is None else {"parameters": dict(weights[0]), "buffers": dict(weights[1])}
        return {**super().state(), **kept}

    def restore(self, state: dict[str, Any]) -> None:
        """Take the best epoch and its weights."""
        super().restore(state)
        if "parameters" in state:
            self._weights = dict(state["parameters"]), dict(state["buffers"])


class Schedule(Callback):
    """Change the learning rate from epoch to epoch.

    Args:
        rate: a function of the number of epochs made so far, 0 at first, that returns the learning rate: one of
            `optim.schedules`, counted in epochs, or your own.

    >>> from microgradphys import nn, optim
    >>> model = nn.Sequential(nn.Dense(1), input_shape=(1,), seed=0)
    >>> halving = Schedule(optim.schedules.Exponential(0.1, factor=0.5))
    >>> model.fit([[0.0], [1.0]], [0.0, 1.0], epochs=3, callbacks=[halving])["learning_rate"]
    [0.1, 0.05, 0.025]
    """

    def __init__(self, rate: Callable[[int], float]) -> None:
        """Take the function."""
        if not callable(rate):
            raise InputError(f"a schedule is a function of the number of epochs, not {rate!r}")
        self.rate = rate

    def begin(self, run: Run) -> None:
        """Set the first rate."""
        run.learning_rate = self.rate(run.epoch)

    def epoch(self, run: Run) -> None:
        """Set the rate of the next epoch."""
        run.learning_rate = self.rate(run.epoch)
