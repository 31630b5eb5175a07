"""Why a loss is no finite number: the batch is computed once more, and every operation looked at."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from microgradphys.anomalies import anomaly
from microgradphys.errors import AnomalyError, MicrogradphysError
from microgradphys.symbols import number_text
from microgradphys.training.arrays import Examples
from microgradphys.training.learning import Learner, Learnt

_LARGE = 1e6


def all_finite(learnt: Learnt) -> bool:
    """Whether every parameter is a finite number.

    >>> all_finite(Learnt({"w": np.array([1.0, np.nan])}, {}, {}))
    False
    """
    return all(bool(np.isfinite(value).all()) for value in learnt.parameters.values())


def explained(learner: Learner, learnt: Learnt, batch: Examples, losses: Iterable[float]) -> str:
    """Say which layer and operation made the first number that is not finite, and what is likely to be the cause.

    Args:
        learner: what made the step.
        learnt: the parameters before it.
        batch: its examples.
        losses: of the batches before.
    """
    if odd := _odd_data(batch):
        return odd
    if name := next((name for name, value in learnt.parameters.items() if not np.isfinite(value).all()), ""):
        return f"the parameter {name} was not finite before it: no step, but the program or a callback set it so"
    try:
        with anomaly():
            learner.update(learnt, batch.x, batch.y, batch.weight, None)
    except AnomalyError as error:
        where = f"in layer {error.scope[0]}, " if error.scope else "in the loss, "
        return f"{where}{error}. {_cause(str(error), learnt, losses)}"
    except MicrogradphysError as error:
        return str(error)
    return f"operation by operation it is finite: random numbers of dropout, or rounding. {_cause('', learnt, losses)}"


def _odd_data(batch: Examples) -> str:
    """Say that the data of a batch are not finite, as those of a stream may be."""
    for name, data in (("x", batch.x), ("y", batch.y)):
        numbers = np.asarray(data, float)
        bad = np.argwhere(~np.isfinite(numbers))
        if len(bad):
            return f"the data have {name}{[int(k) for k in bad[0]]} = {float(numbers[tuple(bad[0])])} in this batch"
    return ""


def _cause(message: str, learnt: Learnt, losses: Iterable[float]) -> str:
    """Name the likely cause."""
    rate = learnt.optimiser.get("learning_rate")
    largest = max((float(np.abs(value).max(initial=0.0)) for value in learnt.parameters.values()), default=0.0)
    known = [loss for loss in losses if np.isfinite(loss)]
    grown = len(known) > 1 and known[-1] > 100 * (abs(min(known)) + 1e-12)
    if grown or largest > _LARGE:
        shown = f"the learning rate {number_text(rate)}" if rate is not None else "the learning rate"
        losses_said = f"the loss grew from {number_text(min(known))} to {number_text(known[-1])}" if grown else ""
        sizes = f"the largest parameter is {number_text(largest)}" if largest > _LARGE else ""
        return f"Likely cause: {shown} is too large: {' and '.join(filter(None, (losses_said, sizes)))}"
    if "log" in message and "log1p" not in message:
        return "Likely cause: the logarithm of 0: use a loss from logits, or keep the argument away from 0"
    if "exp" in message:
        return "Likely cause: exp of a large number: scale the inputs, or use a function that is safe, as mgp.softmax"
    if "backward" in message:
        return "Likely cause: a derivative that is infinite there, as that of sqrt at 0: keep the argument away from it"
    if "divide" in message:
        return "Likely cause: a division by 0: add a small number to the divisor"
    return "Likely cause: numbers that are too large: scale the inputs, or make the learning rate smaller"
