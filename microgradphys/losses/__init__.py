"""Losses: how far outputs are from targets, as one number; and penalties on large weights.

A loss takes outputs and targets, both with the samples along their first axis, and averages over the samples:

>>> from microgradphys import Value
>>> y = Value([[0.2], [0.9]], "y")
>>> E = mse(y, [0.0, 1.0])
>>> E.backward()
>>> E.data, y.grad.ravel().tolist()
(0.025, [0.2, -0.09999999999999998])

The targets here are two numbers and the outputs a column: numpy would subtract all from all, and train a network on the
mean of its targets without a word. A loss takes such targets as the column that is meant, and refuses any other pair of
shapes.

Lectures disagree about factors: the mean of squares, their sum, half their sum. `LOSSES` has a name for each.

In reading order:

regression      targets that are numbers: squares, absolute values, Huber's between the two
classification  targets that are classes: cross-entropies, hinge, KL divergence
probabilities   logarithms of probabilities, finite at 0
fitting         what all of them share: one shape for outputs and targets, one number for all samples
penalties       L1 and L2 on weights
table           losses by name
"""

from microgradphys.losses.classification import (
    binary_crossentropy,
    categorical_crossentropy,
    cross_entropy,
    hinge,
    kl_divergence,
    sparse_categorical_crossentropy,
)
from microgradphys.losses.penalties import l1, l2, weights_of
from microgradphys.losses.regression import huber, mae, mse
from microgradphys.losses.table import LOSSES, loss_of

__all__ = [
    "LOSSES",
    "binary_crossentropy",
    "categorical_crossentropy",
    "cross_entropy",
    "hinge",
    "huber",
    "kl_divergence",
    "l1",
    "l2",
    "loss_of",
    "mae",
    "mse",
    "sparse_categorical_crossentropy",
    "weights_of",
]
