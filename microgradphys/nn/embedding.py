"""`Embedding`: a vector to learn for each of a number of words, or of other things that can be counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.data import counted, own_index
from microgradphys.errors import DataError, InputError
from microgradphys.nn.initialisers import Initialiser, initialiser_of
from microgradphys.nn.layer import ArrayLayer
from microgradphys.value import Value


class Embedding(ArrayLayer):
    """Look up a row of a table for every whole number among the inputs: (batch, …) becomes (batch, …, output_dim).

    A row that is looked up several times gets the sum of the gradients. A compiled function takes whole numbers only,
    and does not look whether there is a row for each: Python counts −1 from the end. `fit` looks at the data before.

    Args:
        input_dim: the number of rows: the inputs go from 0 to one less.
        output_dim: the length of a row.
        embeddings_initializer: how the rows begin: a name, a number, or a function of a generator and a shape.

    Attributes:
        W: the table (input_dim, output_dim), once there is one.

    Raises:
        InputError: an argument is none; later, an input has no row.
        DataError: later, when inputs are not whole numbers.

    >>> layer = Embedding(3, 2, embeddings_initializer=1.0)
    >>> layer(np.array([[0, 2, 2]])).sum().backward()
    >>> layer.W.grad
    array([[1., 1.],
           [0., 0.],
           [2., 2.]])
    """

    takes_whole_numbers = True
    W: Value

    def __init__(
        self, input_dim: int, output_dim: int, *, embeddings_initializer: str | float | Initialiser = "uniform"
    ) -> None:
        """Remember what to make."""
        self.input_dim, self.output_dim = counted("input_dim", input_dim), counted("output_dim", output_dim)
        self.embeddings_initializer = embeddings_initializer
        initialiser_of(embeddings_initializer)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make the table; the shape of the inputs does not matter."""
        self.W = self.parameter("W", self.embeddings_initializer, (self.input_dim, self.output_dim))

    def forward(self, x: Any) -> Any:
        """Look up the rows."""
        return self.W[own_index(self._rows(x))]

    def _rows(self, x: Any) -> Any:
        """Take inputs as whole numbers that have a row; those of a compiled function are not known yet."""
        if isinstance(x, Value):
            if x.dtype.kind == "i":
                return x
            raise DataError("Embedding looks up whole numbers: give it an array of integers, not a Value")
        given = np.asarray(x)
        if given.dtype.kind not in "iuf" or not np.all(given == np.floor(given)):
            raise DataError(f"Embedding looks up whole numbers, not these of {given.dtype}")
        whole = given.astype(np.int64)
        if given.size and not 0 <= whole.min() <= whole.max() < self.input_dim:
            raise InputError(
                f"Embedding has rows 0 to {self.input_dim - 1}, and inputs go from {whole.min()} to {whole.max()}"
            )
        return whole
