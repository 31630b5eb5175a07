"""What an estimator's network is trained for: a loss of weighted samples, and a penalty on large weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.losses import binary_crossentropy, categorical_crossentropy, huber, l1, l2, mae, mse
from microgradphys.losses.fitting import fitted, reduced

_PENALTIES = MappingProxyType({"l1": l1, "l2": l2})


@dataclass(frozen=True)
class Goal:
    """The loss of a batch: Σ w E / n.

    The weighted mean Σ w E / Σ w of each batch would not do: in batches of one sample, weights would have no effect.

    Args:
        loss: a function of outputs and targets, and of weights if there are any, that returns a mean.
        weighted: whether the last column of the targets is the weight of the sample; over all samples their mean is 1.

    >>> from microgradphys import Value
    >>> Goal(mse, True)(Value([[1.0], [3.0]]), np.array([[0.0, 0.5], [1.0, 1.5]])).data
    3.25
    """

    loss: Callable[..., Any]
    weighted: bool

    def __call__(self, outputs: Any, targets: Any) -> Any:
        """Compute the loss of a batch.

        Raises:
            InputError: there are weights, and the loss does not take them.
        """
        if not self.weighted:
            return self.loss(outputs, targets)
        weights = targets[:, -1]
        try:
            mean = self.loss(outputs, targets[:, :-1], weights=weights)
        except TypeError as error:
            if "weights" not in str(error):
                raise
            raise InputError(
                "sample_weight needs a loss that takes weights: loss(outputs, targets, weights=…)"
            ) from None
        return mean * np.mean(weights)


@dataclass(frozen=True)
class Penalty:
    """A penalty on large weights: l1 or l2, times a strength.

    >>> Penalty("l2", 0.5)({"W": np.array([3.0, -4.0]), "b": 100.0})
    12.5
    """

    kind: str
    strength: float

    def __call__(self, parameters: Any) -> Any:
        """Compute the penalty of parameters by name."""
        return _PENALTIES[self.kind](parameters, self.strength)


def penalty_of(kind: str | None, alpha: float, samples: float) -> Penalty | None:
    """Make a penalty as scikit-learn has it: α/2 Σ w², or α Σ |w|, divided by the number of samples in a batch.

    Args:
        kind: "l2", "l1", or None for none.
        alpha: α, 0 or more.
        samples: how many samples a batch has, each counted by its weight.

    Raises:
        InputError: there is no such penalty, or α is negative.

    >>> penalty_of("l2", 0.1, 10)
    Penalty(kind='l2', strength=0.005)
    """
    if kind is not None and kind not in _PENALTIES:
        raise InputError(f"penalty={kind!r}: there are 'l2', 'l1' and None")
    if isinstance(alpha, bool) or not isinstance(alpha, (int, float, np.number)) or not 0 <= alpha < np.inf:
        raise InputError(f"alpha={alpha!r} is not a finite number, 0 or more")
    if kind is None or alpha == 0:
        return None
    return Penalty(kind, float(alpha) / samples / (2 if kind == "l2" else 1))


def yes_or_no(outputs: Any, targets: Any, weights: Any = None) -> Any:
    """Compute the binary cross-entropy from logits; of several labels, the sum.

    >>> yes_or_no([[0.0, 0.0]], [[1.0, 0.0]]) == 2 * float(np.log(2))
    True
    """
    mean = binary_crossentropy(outputs, targets, weights=weights, from_logits=True)
    return mean * np.shape(outputs)[1] if np.shape(outputs)[1] > 1 else mean


def one_of_several(outputs: Any, targets: Any, weights: Any = None) -> Any:
    """Compute the cross-entropy from logits for targets that are one-hot.

    >>> one_of_several([[0.0, 0.0]], [[0.0, 1.0]]) == float(np.log(2))
    True
    """
    return categorical_crossentropy(outputs, targets, weights=weights, from_logits=True)


def half_squared_error(outputs: Any, targets: Any, weights: Any = None) -> Any:
    """Compute half the mean of squares, as scikit-learn's networks do.

    >>> half_squared_error([[3.0]], [[1.0]])
    2.0
    """
    return 0.5 * mse(outputs, targets, weights=weights)


def poisson(outputs: Any, targets: Any, weights: Any = None) -> Any:
    """Compute eᶻ − t z for counts t and the logarithm z of what is expected: −ln of the Poisson probability, but t!.

    >>> poisson([[0.0]], [[3.0]])
    1.0
    """
    z, t = fitted("poisson", outputs, targets)
    return reduced("poisson", np.exp(z) - t * z, "mean", weights)


REGRESSION: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "absolute_error": mae,
        "huber": huber,
        "mae": mae,
        "mse": mse,
        "poisson": poisson,
        "squared_error": half_squared_error,
    }
)
