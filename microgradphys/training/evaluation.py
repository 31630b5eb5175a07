"""`evaluate` and `predict`: what a network makes of data, batch by batch, with its layers as in prediction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from microgradphys.data import raw
from microgradphys.scopes import no_grad
from microgradphys.training import arrays
from microgradphys.training.batches import Source
from microgradphys.training.learning import Model, answers
from microgradphys.training.objective import Objective
from microgradphys.training.run import Sums


def measured(model: Model, objective: Objective, source: Source, parameters: Mapping[str, Any]) -> dict[str, float]:
    """Compute the mean loss over all batches, with the penalty, and the metrics of all examples at once.

    Args:
        model: the network.
        objective: loss, penalty and metrics.
        source: of the batches.
        parameters: of the model, for the penalty.
    """
    sums, kept = Sums(), ([], [])
    with no_grad(), np.errstate(all="ignore"):
        for batch in source.epoch(None):
            outputs = np.asarray(raw(answers(model, batch.x)))
            loss = float(raw(objective.of(outputs, batch.y, batch.weight, parameters)))
            sums.add({"loss": loss}, len(batch))
            if objective.metrics:
                kept[0].append(outputs)
                kept[1].append(batch.y)
    return sums.means() | (objective.measured(*map(np.concatenate, kept)) if objective.metrics else {})


def predicted(model: Model, X: Any, batch_size: int) -> Any:
    """Compute the outputs for inputs, batch by batch.

    Args:
        model: the network.
        X: inputs (rows, …), or a stream of batches of them.
        batch_size: how many at once.
    """
    with no_grad():
        if arrays.is_stream(X):
            return np.concatenate([np.asarray(raw(answers(model, x))) for x in _inputs(X, model)])
        x = inputs_for(model, X)
        parts = [np.asarray(raw(answers(model, x[k : k + batch_size]))) for k in range(0, len(x), batch_size)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _inputs(stream: Any, model: Model) -> Iterator[np.ndarray]:
    """Take the inputs of batches, whether targets come with them or not."""
    batches: Any = stream() if callable(stream) else stream
    for batch in batches:
        yield inputs_for(model, batch[0] if isinstance(batch, tuple) else batch)


def inputs_for(model: Model, X: Any) -> np.ndarray:
    """Take inputs in the dtype of a network."""
    return arrays.inputs(X, dtype_of(model), takes_whole_numbers(model))


def dtype_of(model: Any) -> np.dtype:
    """Say in what a network computes: float64, unless all its parameters are float32."""
    kinds = {np.asarray(value.data).dtype for value in model.named_parameters().values()}
    return np.result_type(*kinds) if kinds else np.dtype(getattr(model, "dtype", np.float64))


def takes_whole_numbers(model: Any) -> bool:
    """Whether a network looks its inputs up, as an Embedding does, or somebody wrote a module of his own that may."""
    return any(getattr(module, "takes_whole_numbers", False) for module in model.named_modules().values())
