"""Axes for numbers that span decades, with numbers written as everywhere here."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError
from microgradphys.symbols import number_text


def logarithmic(axes: Any, values: np.ndarray, wanted: bool | None, along: Literal["x", "y"] = "y") -> None:
    """Make an axis logarithmic if that is wanted, or if the numbers are positive and span two decades.

    Raises:
        InputError: it is wanted, and there is a number that is not positive.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return
    if wanted and finite.min() <= 0:
        raise InputError(f"log=True: a logarithmic axis has no place for {number_text(float(finite.min()))}")
    if wanted is False or finite.min() <= 0 or (wanted is None and finite.max() < 100 * finite.min()):
        return
    axis = {"x": axes.xaxis, "y": axes.yaxis}[along]
    axes.set(**{f"{along}scale": "log"})
    axis.set_major_formatter(lambda value, _: number_text(value))
    axis.set_minor_formatter(lambda value, _: "")
    if finite.max() < 10 * finite.min():
        span = float(finite.max() / finite.min()) - 1
        digits = 2 if span > 0.5 else min(2 + math.ceil(-math.log10(max(span, 1e-6))), 8)
        axis.set_minor_formatter(lambda value, _: number_text(value, digits))
