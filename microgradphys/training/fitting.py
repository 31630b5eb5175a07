"""`fit`: epochs of batches, until all are done or somebody says that it is enough."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from microgradphys import randomness
from microgradphys.data import counted
from microgradphys.errors import InputError, TrainingError
from microgradphys.training.arrays import Examples
from microgradphys.training.batches import ArraySource
from microgradphys.training.data import Data
from microgradphys.training.diagnosis import all_finite, explained
from microgradphys.training.evaluation import measured, predicted
from microgradphys.training.history import History
from microgradphys.training.interruption import Interruption, listening
from microgradphys.training.learning import Learner, Learnt, Model
from microgradphys.training.objective import Objective, objective
from microgradphys.training.options import called_back, rule_of, share
from microgradphys.training.progress import Progress
from microgradphys.training.run import INTERRUPTED, Plan, Run, Sums


def fit(
    model: Model,
    X: Any,
    y: Any = None,
    epochs: int = 10,
    batch_size: int = 32,
    optimizer: Any = "adam",
    loss: Any = "mse",
    metrics: Any = (),
    validation_split: float = 0.0,
    validation_data: Any = None,
    callbacks: Iterable[Any] = (),
    penalty: Any = None,
    sample_weight: Any = None,
    shuffle: bool = True,
    seed: int | None = None,
    progress: bool | None = None,
    steps_per_epoch: int | None = None,
    compiled: bool = True,
) -> History:
    """Train a network; see `microgradphys.nn.Module.fit`, which calls this."""
    plan = Plan(
        counted("epochs", epochs, 0),
        counted("batch_size", batch_size),
        bool(shuffle),
        share("validation_split", validation_split),
    )
    steps = None if steps_per_epoch is None else counted("steps_per_epoch", steps_per_epoch)
    goal, rule = objective(loss, penalty, metrics), rule_of(optimizer)
    generator = randomness.generator() if seed is None else randomness.started(seed)
    data = Data(model, callable(loss))
    with randomness.drawing_from(generator):
        examples = data.source(X, y, sample_weight, steps)
        held = data.validation(validation_data, plan.batch_size)
    if plan.validation_split and (held is not None or not isinstance(examples, Examples)):
        raise InputError("validation_split is for arrays, and without validation_data: say which of the two is meant")
    run = Run(model, Learner(model, rule, goal, compiled), plan, examples, generator)
    run.validation = held or run.validation
    run.callbacks = called_back(callbacks)
    run.history.objective = goal
    model.history = run.history
    with _lasting(run), listening() as interruption:
        _train(run, interruption, progress)
    return run.history


@contextmanager
def _lasting(run: Run) -> Iterator[None]:
    """Whatever happens in the block, leave the parameters of the last whole step in the model."""
    try:
        yield
    except BaseException:
        run.put()
        raise


def _train(run: Run, interruption: Interruption, progress: bool | None) -> None:
    """Go through the epochs that are left, with all callbacks."""
    for callback in run.callbacks:
        callback.begin(run)
    bar = Progress(progress, run.plan.epochs, run.count, run.epoch * (run.count or 0) + run.batch)
    try:
        while run.epoch < run.plan.epochs and not run.stopping:
            _epoch(run, interruption, bar)
            if interruption.wanted:
                run.stop(INTERRUPTED)
    except KeyboardInterrupt:
        # A second Ctrl-C, while the first still waited for its batch, is meant.
        if interruption.wanted:
            raise
        run.stop(INTERRUPTED)
        interruption.wanted = True
    finally:
        bar.close()
        run.history.stopped = run.stopping
        run.history.interrupted = interruption.wanted
        run.put()
        for callback in run.callbacks:
            callback.end(run)


def _epoch(run: Run, interruption: Interruption, bar: Progress) -> None:
    """Go through the batches of one epoch, and measure."""
    begin = time.perf_counter()
    if run.callbacks:
        run.learner.check()
    run.rate = run.rate if run.batch else run.learning_rate
    watchful = [callback for callback in run.callbacks if getattr(callback, "each_batch", True)]
    last: tuple[Learnt, Examples] | None = None
    for batch in run.batches():
        before = run.learnt
        learnt, loss, outputs = run.learner.step(before, batch, run.generator)
        if not np.isfinite(loss):
            _refuse(run, before, batch, last)
        row = {"loss": loss}
        if outputs is not None:
            row |= run.learner.objective.measured(outputs, np.asarray(batch.y))
        run.sums.add(row, len(batch))
        last = before, batch
        run.losses.append(loss)
        run.learnt, run.batch = learnt, run.batch + 1
        bar.batch(run.epoch + 1, loss)
        if watchful:
            run.put()
            for callback in watchful:
                callback.batch(run)
            run.take()
        if run.stopping or interruption.wanted:
            break
    if not all_finite(run.learnt) and last is not None:
        _refuse(run, run.learnt, last[1], last)
    if run.batch == run.count or not (run.stopping or interruption.wanted):
        _measure(run, begin, bar)


def _measure(run: Run, begin: float, bar: Progress) -> None:
    """Write down an epoch that is finished, and let callbacks look at it."""
    run.put()
    row = run.sums.means()
    if run.validation is not None:
        held = measured(run.model, run.learner.objective, run.validation, run.learnt.parameters)
        row |= {f"val_{name}": value for name, value in held.items()}
    run.epoch, run.batch, run.sums = run.epoch + 1, 0, Sums()
    run.history.add({**row, "learning_rate": run.rate, "seconds": time.perf_counter() - begin})
    if run.learner.note and run.learner.note not in run.history.notes:
        run.history.notes.append(run.learner.note)
    bar.epoch(row)
    for callback in run.callbacks:
        callback.epoch(run)
    if run.callbacks:
        run.take()


def _refuse(run: Run, before: Learnt, batch: Examples, last: tuple[Learnt, Examples] | None) -> None:
    """Stop because of a loss that is not finite, or because of the step before it, if that spoilt the parameters.

    Raises:
        TrainingError: in any case.
    """
    number = run.batch + 1
    if last is not None and not all_finite(before):
        (before, batch), number = last, number - 1
    run.learnt = before
    run.failed = True
    run.stop("a loss that is not finite")
    why = explained(run.learner, before, batch, run.losses)
    raise TrainingError(
        f"epoch {run.epoch + 1}, batch {number}: the loss or its gradient is not finite; {why}. "
        "The parameters are those before this batch, and model.history has the epochs before"
    )


def evaluate(
    model: Model, X: Any, y: Any, batch_size: int, loss: Any, metrics: Any, sample_weight: Any
) -> dict[str, float]:
    """Measure a network; see `microgradphys.nn.Module.evaluate`, which calls this."""
    history = model.history
    known = None if history is None else history.objective
    goal = objective(loss or "mse") if loss or known is None else Objective(known.loss, None, known.metrics)
    if metrics is not None:
        goal = Objective(goal.loss, None, objective(goal.loss, None, metrics).metrics)
    source = Data(model, callable(loss)).source(X, y, sample_weight, None)
    if isinstance(source, Examples):
        source = ArraySource(source, counted("batch_size", batch_size))
    return measured(model, goal, source, {})


def predict(model: Model, X: Any, batch_size: int) -> Any:
    """Compute outputs; see `microgradphys.nn.Module.predict`, which calls this."""
    return predicted(model, X, counted("batch_size", batch_size))
