"""`Dropout`: a network that may not rely on any one of its neurons."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys import randomness, scopes
from microgradphys.errors import InputError
from microgradphys.nn.layer import ArrayLayer


class Dropout(ArrayLayer):
    """While the network learns, set a random part of the inputs to 0, and divide the rest by 1 − rate.

    So what comes out is, on average, what went in; in a prediction it is exactly that. The numbers that decide come
    from `microgradphys.randomness.uniform`: an input stays where its number is rate or more.

    Args:
        rate: the part that is dropped: 0 for none, less than 1.

    Raises:
        InputError: the rate is none.

    Source: N. Srivastava and others, Dropout: a simple way to prevent neural networks from overfitting (2014).

    >>> from microgradphys import seed
    >>> from microgradphys.scopes import training
    >>> seed(0)
    >>> layer = Dropout(0.5)
    >>> layer(np.ones(6))
    array([1., 1., 1., 1., 1., 1.])
    >>> with training():
    ...     layer(np.ones(6))
    array([2., 0., 0., 0., 2., 2.])
    """

    def __init__(self, rate: float) -> None:
        """Remember the rate."""
        if isinstance(rate, bool) or not isinstance(rate, (int, float, np.floating)) or not 0 <= rate < 1:
            raise InputError(f"rate={rate!r} is not the part of the inputs to drop: 0 or more, less than 1")
        self.rate = rate

    def forward(self, x: Any) -> Any:
        """Drop inputs, if the network learns."""
        if not scopes.current.get().training or self.rate == 0:
            return x
        stays = randomness.uniform(np.shape(x)) >= self.rate
        return np.where(stays, np.divide(x, 1 - float(self.rate)), 0.0)
