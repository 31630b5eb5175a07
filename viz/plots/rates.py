"""The numbers of classification: counts of confusion, the ROC curve and the area below it.

T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006) 861.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import InputError
from viz.plots.inputs import in_order


@dataclass(frozen=True)
class Curve:
    """A ROC curve: what share of the negatives and of the positives scores at least each threshold."""

    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    thresholds: np.ndarray

    @property
    def area(self) -> float:
        """The area below the curve: how often a positive scores above a negative, ties counting one half."""
        x, y = self.false_positive_rate, self.true_positive_rate
        return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))


def confusion_counts(true: Sequence[Any], predicted: Sequence[Any], labels: Sequence[Any]) -> np.ndarray:
    """Count how often each class was taken for each: a row for each true class, a column for each predicted one.

    Raises:
        InputError: the numbers of labels differ, or a label is not in the list.

    >>> confusion_counts("aab", "abb", "ab").tolist()
    [[1, 1], [0, 1]]
    """
    if len(true) != len(predicted):
        raise InputError(f"{len(true)} true labels and {len(predicted)} predicted ones: each example needs both")
    place = {label: k for k, label in enumerate(labels)}
    if len(place) < len(labels):
        raise InputError("labels: one of them is given twice")
    strange = [label for label in (*true, *predicted) if label not in place]
    if strange:
        raise InputError(f"labels: {brief(strange[0])} occurs, but is not among {brief(list(labels))}")
    counts = np.zeros((len(labels), len(labels)), int)
    np.add.at(counts, ([place[label] for label in true], [place[label] for label in predicted]), 1)
    return counts


def shares(counts: np.ndarray, axis: int) -> np.ndarray:
    """The share of what is right among each row (recall) or column (precision); nan where there is none.

    >>> shares(np.array([[1, 1], [0, 0]]), axis=1).tolist()
    [0.5, nan]
    """
    total = counts.sum(axis)
    return np.divide(np.diag(counts), total, out=np.full(len(counts), np.nan), where=total > 0)


def positive_class(true: Sequence[Any], positive: Any = None) -> Any:
    """Find which of two classes counts as positive: the one asked for, else the larger in order.

    Raises:
        InputError: there are not two classes, or the one asked for is not among them.
    """
    found = in_order(true)
    if len(found) != 2:
        only = f"only {brief(found[0])}" if len(found) == 1 else f"{len(found)} classes: {brief(found)}"
        raise InputError(f"a ROC curve needs examples of two classes, and there are {only}")
    if positive is None:
        return found[1]
    if positive not in found:
        raise InputError(f"positive={brief(positive)} is not one of the two classes {brief(found)}")
    return positive


def roc_curve(positive: np.ndarray, scores: np.ndarray) -> Curve:
    """Lower the threshold from infinity, and count who is above it; equal scores pass together.

    Args:
        positive: truths, shape (n,), of both kinds.
        scores: numbers, shape (n,); the larger, the more likely positive.

    >>> roc_curve(np.array([False, True, True]), np.array([0.1, 0.1, 0.9])).area
    0.75
    """
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], positive[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    true, false = np.cumsum(hits)[last], np.cumsum(~hits)[last]
    return Curve(
        np.concatenate([[0.0], false / false[-1]]),
        np.concatenate([[0.0], true / true[-1]]),
        np.concatenate([[np.inf], ranked[last]]),
    )
