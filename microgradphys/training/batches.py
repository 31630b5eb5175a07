"""Where batches come from: arrays, shuffled anew for each epoch, or a stream of batches that somebody else makes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sized
from itertools import chain, islice
from typing import Any, Protocol

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError, MicrogradphysError
from microgradphys.loading.batching import places
from microgradphys.training.arrays import Examples

Taking = Callable[..., Examples]


class Source(Protocol):
    """Gives the batches of an epoch; `count` is how many, or None where nobody knows."""

    count: int | None

    def epoch(self, generator: np.random.Generator | None, skip: int = 0) -> Iterator[Examples]:
        """Give the batches of one epoch, without the first few; in a random order if there is a generator."""
        ...

    def sample(self, rows: int) -> Examples:
        """Give at most so many examples to look at, always the same."""
        ...


class ArraySource:
    """Batches of arrays.

    Args:
        examples: all of them.
        size: how many are in a batch; in the last one there may be fewer.

    >>> source = ArraySource(Examples(np.arange(5.0)), 2)
    >>> source.count, [batch.x.tolist() for batch in source.epoch(None)]
    (3, [[0.0, 1.0], [2.0, 3.0], [4.0]])
    """

    def __init__(self, examples: Examples, size: int) -> None:
        """Count the batches."""
        self.examples, self.size = examples, size
        self.count: int | None = -(-len(examples) // size)

    def sample(self, rows: int) -> Examples:
        """Give the first examples."""
        return self.examples.rows(slice(0, rows))

    def epoch(self, generator: np.random.Generator | None, skip: int = 0) -> Iterator[Examples]:
        """Give the batches of one epoch; the order is drawn at once."""
        rows = len(self.examples)
        order = None if generator is None else generator.permutation(rows)
        return (self.examples.rows(where) for where in places(rows, self.size, order, skip))


class StreamSource:
    """Batches that come as they are: (x, y), (x, y, weight), or x alone for a network that returns its inputs.

    Args:
        stream: an iterable of batches, or a function without arguments that makes one for each epoch.
        steps: how many batches an epoch has, for a stream that does not end.
        take: makes Examples of one batch.

    Raises:
        InputError: there is no batch in it.
    """

    def __init__(self, stream: Any, steps: int | None, take: Taking) -> None:
        """Look at the first batch."""
        self._stream, self._steps, self._take = stream, steps, take
        self._epochs = 0
        self.count = steps or (len(stream) if isinstance(stream, Sized) else None)
        begun = self._started()
        first = next(begun, None)
        if first is None:
            raise InputError("there is no batch in the stream that was given")
        self.first = _parts(first)
        self._begun: Iterator[Any] | None = chain([first], begun)
        if steps:
            self._begun = self._without_end(self._begun, begun is stream)

    def resume(self, epochs: int) -> None:
        """Leave out the batches of epochs that are done, where a stream goes on from one epoch to the next."""
        if self._steps and self._begun:
            deque(islice(self._begun, epochs * self._steps), maxlen=0)

    def _started(self) -> Iterator[Any]:
        """Start the stream, or go on with one that cannot be started anew."""
        stream: Any = self._stream() if callable(self._stream) else self._stream
        return iter(stream)

    def _without_end(self, begun: Iterator[Any], once: bool) -> Iterator[Any]:
        """Begin anew wherever the stream ends, unless it is one that cannot."""
        yield from begun
        while not once:
            yield from self._started()

    def sample(self, rows: int) -> Examples:
        """Give some examples to look at: the first batch."""
        return self._take(*self.first).rows(slice(0, rows))

    def epoch(self, generator: np.random.Generator | None, skip: int = 0) -> Iterator[Examples]:
        """Give the batches of one epoch.

        Raises:
            InputError: a generator has ended in an earlier epoch, or a batch is none.
        """
        self._epochs += 1
        batches = self._begun or self._started()
        if not self._steps:
            self._begun = None
        return self._taken(islice(batches, skip, self._steps), skip)

    def _taken(self, batches: Iterator[Any], skip: int) -> Iterator[Examples]:
        """Take batches one by one."""
        number = skip
        for number, batch in enumerate(batches, skip + 1):
            try:
                taken = self._take(*_parts(batch))
            except MicrogradphysError as error:
                raise type(error)(f"batch {number} of epoch {self._epochs}: {error}") from error
            yield taken
        if number == 0:
            raise InputError(
                f"the stream has no batch left in epoch {self._epochs}: give a function that makes a new one for each "
                "epoch, or a list of batches in an object that can be gone through again"
            )


def _parts(batch: Any) -> tuple[Any, Any, Any]:
    """Take a batch apart: inputs, targets, weights."""
    if not isinstance(batch, (tuple, list)):
        return batch, batch, None
    if not 2 <= len(batch) <= 3:
        raise InputError(f"a batch is (x, y) or (x, y, weight), not {len(batch)} things: {brief(batch)}")
    x, y, *weight = batch
    if isinstance(y, (int, float, np.generic)):
        raise InputError(
            "the stream gives single samples, not batches: loading.batches_of(samples, 32) makes batches of them"
        )
    return x, y, weight[0] if weight else None


def split(examples: Examples, share: float, generator: np.random.Generator) -> tuple[Examples, Examples]:
    """Split examples at random into those for training and those for validation.

    Args:
        examples: all of them.
        share: of validation, between 0 and 1.
        generator: says which.

    Raises:
        InputError: one of the two would be empty.

    >>> parts = split(Examples(np.arange(10.0)), 0.3, np.random.default_rng(0))
    >>> [len(part) for part in parts]
    [7, 3]
    """
    held = round(len(examples) * share)
    if not 0 < held < len(examples):
        raise InputError(
            f"validation_split={share} of {len(examples)} examples leaves {len(examples) - held} for training and "
            f"{held} for validation: both need some"
        )
    order = generator.permutation(len(examples))
    return examples.rows(np.sort(order[held:])), examples.rows(np.sort(order[:held]))
