"""Whether an exported network computes what the network computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.data import raw
from microgradphys.errors import CheckError
from microgradphys.export.recording import resized
from microgradphys.scopes import no_grad, training
from microgradphys.trees import flatten

# Of the largest number of an output: float32 has 6e-8, of which a network makes some more.
TOLERANCE = {"float32": 2e-5, "float64": 1e-6}


def compare(
    ours: Callable[..., Any], theirs: Callable[..., Any], samples: tuple[Any, ...], batch: bool, library: str
) -> None:
    """Compute the same with both, for a batch of another size than any that was recorded.

    Args:
        ours: the network, or the function.
        theirs: what was made of it, from arrays to arrays.
        samples: arguments.
        batch: whether their first axes may have any length.
        library: for the message.

    Raises:
        CheckError: they differ by more than rounding.
    """
    inputs = tuple(resized(item, 3) for item in samples) if batch else samples
    with no_grad(), training(False):
        here, there = ([np.asarray(raw(a)) for a in flatten(f(*inputs)) if a is not None] for f in (ours, theirs))
    agree(here, there, library)


def agree(ours: list[Any], theirs: list[Any], library: str) -> None:
    """Refuse an export that computes something else.

    Args:
        ours: the outputs here.
        theirs: the outputs there.
        library: for the message.

    Raises:
        CheckError: they differ by more than rounding.

    >>> agree([np.ones(2)], [np.ones(2) * (1 + 1e-9)], "numpy")
    """
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        tolerance = TOLERANCE.get(str(a.dtype), 1e-6)
        scale = np.max(np.abs(a), initial=1.0, where=np.isfinite(a))
        if a.shape != b.shape or not np.allclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
            what = f"shapes {a.shape} and {b.shape}" if a.shape != b.shape else f"they differ by {_largest(a, b):.1e}"
            raise CheckError(
                f"output {k} of the exported network is not that of the network ({what}), computed by {library}: "
                "please report it"
            )


def _largest(a: Any, b: Any) -> float:
    """Find the largest difference between numbers."""
    return float(np.nanmax(np.abs(a - b)))
