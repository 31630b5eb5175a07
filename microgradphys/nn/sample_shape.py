"""The shape of one sample, as users give it."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.errors import InputError


def sample_shape_of(given: Any) -> tuple[int, ...]:
    """Return the shape of a sample, without the axis of the batch; a number is the length of a row.

    Raises:
        InputError: it is no shape, or leaves a length open.

    >>> sample_shape_of(5), sample_shape_of([28, 28, 1])
    ((5,), (28, 28, 1))
    """
    shape = given if isinstance(given, (tuple, list)) else (given,)
    if None in shape and len(shape) > 1:
        raise InputError(
            f"{given!r} leaves a length open: give any, as the networks that do not depend on it take every other, too"
        )
    if not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n > 0 for n in shape):
        raise InputError(f"{given!r} is not the shape of a sample, as (28, 28, 1) is that of an image")
    return tuple(map(int, shape))
