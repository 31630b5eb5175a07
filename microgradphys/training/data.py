"""`Data`: what a user gives as data, taken for one network."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.data import brief, raw
from microgradphys.errors import InputError, MicrogradphysError, ShapeError
from microgradphys.scopes import no_grad
from microgradphys.training import arrays
from microgradphys.training.arrays import Examples
from microgradphys.training.batches import ArraySource, Source, StreamSource
from microgradphys.training.evaluation import dtype_of, takes_whole_numbers
from microgradphys.training.learning import Model, answers


class Data:
    """Takes what a user gave as data for one network and one loss; builds the network if it has no parameters yet.

    Args:
        model: the network.
        own: whether the loss is the user's.
    """

    def __init__(self, model: Model, own: bool) -> None:
        """Look at the network."""
        self.model, self.own = model, own
        self._outputs: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._positions: dict[tuple[int, ...], tuple[np.ndarray, np.ndarray]] = {}

    def examples(self, X: Any, y: Any, weight: Any) -> Examples:
        """Take inputs and targets, each once.

        Raises:
            InputError, ShapeError, DataError: they cannot be learnt from.
        """
        if y is None:
            raise InputError("y is missing; a network that is to return its inputs learns with y=X")
        dtype = dtype_of(self.model)
        x = arrays.inputs(X, dtype, takes_whole_numbers(self.model))
        t = x if y is X else arrays.numeric(y, "y")
        arrays.same_length(X=x, y=t)
        if x.dtype.kind == "i":
            self._look_up(x)
        targets = arrays.targets(t, self.outputs(x), dtype, self.own)
        return Examples(x, targets, None if weight is None else arrays.weights(weight, len(x), dtype))

    def outputs(self, x: np.ndarray) -> tuple[int, ...]:
        """Find the shape of the outputs for such inputs, which builds a network that has no parameters yet."""
        known = self._outputs.get(x.shape[1:])
        if known is None:
            with no_grad():
                known = np.shape(raw(answers(self.model, x[:1])))
            if not known:
                raise ShapeError("the network returns a single number for a batch, and not a row for each example")
            self._outputs[x.shape[1:]] = known
        return known

    def _look_up(self, x: np.ndarray) -> None:
        """Compute the examples with the smallest and largest positions, if they go beyond those of before.

        A network that looks positions up refuses here those that it has nothing for; a compiled step looks no more.
        """
        low, high = x.min(0), x.max(0)
        known = self._positions.get(x.shape[1:])
        if known is not None:
            low, high = np.minimum(low, known[0]), np.maximum(high, known[1])
            if np.array_equal(low, known[0]) and np.array_equal(high, known[1]):
                return
        rows = np.unique([x.argmin(0), x.argmax(0)])
        with no_grad():
            answers(self.model, x[rows])
        self._positions[x.shape[1:]] = low, high

    def source(self, X: Any, y: Any, weight: Any, steps: int | None) -> Examples | Source:
        """Take examples, or a stream of batches of them."""
        if not arrays.is_stream(X):
            return self.examples(X, y, weight)
        if y is not None or weight is not None:
            raise InputError("X gives batches, and so it has to give their targets too: (x, y) each; leave y away")
        source = StreamSource(X, steps, self.examples)
        self.examples(*source.first)
        return source

    def validation(self, given: Any, size: int) -> Any:
        """Take the data for validation: (X, y), (X, y, weight), or a stream that can be gone through again."""
        if given is None:
            return None
        if arrays.is_stream(given):
            return self.source(given, None, None, None)
        if not isinstance(given, (tuple, list)) or not 2 <= len(given) <= 3:
            raise InputError(f"validation_data is (X, y) or (X, y, sample_weight), not {brief(given)}")
        try:
            examples = self.examples(*given, *[None] * (3 - len(given)))
        except MicrogradphysError as error:
            raise type(error)(f"validation_data: {error}") from error
        return ArraySource(examples, max(size, 256))
