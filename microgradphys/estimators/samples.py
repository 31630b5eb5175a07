"""Samples as an estimator takes them: inputs, targets in columns, and how much each of them counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.loading import split


@dataclass(frozen=True)
class Samples:
    """Samples, one a row.

    Attributes:
        x: the inputs (rows, inputs).
        targets: as the network's outputs (rows, outputs).
        weight: how much each counts (rows,), or None.
        groups: the number of the class of each (rows,), or None.
    """

    x: np.ndarray
    targets: np.ndarray
    weight: np.ndarray | None = None
    groups: np.ndarray | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.x)

    def rows(self, where: Any) -> Samples:
        """Take some of the rows."""
        others = (None if part is None else part[where] for part in (self.weight, self.groups))
        return Samples(self.x[where], self.targets[where], *others)

    def present(self) -> Samples:
        """Leave out those that do not count.

        >>> samples = Samples(np.zeros((2, 1)), np.zeros((2, 1)), np.array([0.0, 3.0]))
        >>> len(samples.present())
        1
        """
        return self if self.weight is None or self.weight.all() else self.rows(self.weight > 0)

    def mean_weight(self) -> float:
        """Say how much a sample counts on average.

        >>> Samples(np.zeros((1, 1)), np.zeros((1, 1))).mean_weight()
        1.0
        """
        return 1.0 if self.weight is None else float(self.weight.mean())

    def goals(self) -> np.ndarray:
        """Return the targets, with the weight of each as a last column if there are weights: 1 on average.

        >>> Samples(np.zeros((2, 1)), np.zeros((2, 1)), np.array([1.0, 3.0])).goals()
        array([[0. , 0.5],
               [0. , 1.5]])
        """
        if self.weight is None:
            return self.targets
        return np.column_stack([self.targets, self.weight / self.mean_weight()]).astype(self.x.dtype)

    def held_back(self, share: float) -> tuple[Samples, Samples]:
        """Split at random into those to learn from and those to validate with; of each class the same share, if it can.

        Args:
            share: of the second part, which has two samples at least.

        Raises:
            InputError: it is no share, or the first part would have fewer than two samples.

        >>> rest, held = Samples(np.zeros((10, 1)), np.zeros((10, 1))).held_back(0.2)
        >>> len(rest), len(held)
        (8, 2)
        """
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
            raise InputError(f"validation_fraction={share!r} is not a share between 0 and 1")
        held = max(2, math.ceil(len(self) * share))
        if len(self) - held < 2:
            raise InputError(
                f"early_stopping holds back {held} of {len(self)} samples for validation, which leaves fewer than 2 to "
                "learn from: give more samples, or change validation_fraction"
            )
        places = np.arange(len(self))
        parts = split(places, validation=held / len(self), test=0.0, stratify=self._in_proportion(held))
        return self.rows(np.sort(parts.train[0])), self.rows(np.sort(parts.validation[0]))

    def _in_proportion(self, held: int) -> np.ndarray | None:
        """Return the classes, if each of them can be in both parts."""
        if self.groups is None:
            return None
        counts = np.unique(self.groups, return_counts=True)[1]
        return self.groups if counts.min() > 1 and len(counts) <= min(held, len(self) - held) else None
