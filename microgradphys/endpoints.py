"""Where a backward pass begins and where it ends: the seed and the nodes to stop at, checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.data import as_data, is_value
from microgradphys.errors import GradientError, ShapeError
from microgradphys.graph import ancestors, describe

if TYPE_CHECKING:
    from microgradphys.value import Value


def seed_for(output: Value, seed: Any) -> Any:
    """Check the gradient to start a sweep with, or supply 1 for a number."""
    if seed is None and output.active and output.held.__class__ is float:
        return 1.0
    if not output.active:
        raise GradientError(f"{describe(output)} depends on no leaf Value, so it has no gradient")
    if seed is None:
        if output.size != 1:
            raise GradientError(
                f"backward() starts at one number, but {describe(output)} has shape {output.shape}; "
                "sum or average it first, or pass a seed of that shape"
            )
        return np.ones_like(output.held)
    seed = as_data(seed)
    if np.shape(seed) != output.shape:
        raise ShapeError(f"the seed has shape {np.shape(seed)}, but {describe(output)} has shape {output.shape}")
    return float(seed) if output.held.__class__ is float else np.asarray(seed, output.dtype)


def ends_for(output: Value, stop: Any) -> set[Value]:
    """Check the nodes at which a sweep is to end: one Value, several, or none."""
    if stop.__class__ is tuple and not stop:
        return set()
    ends = [stop] if is_value(stop) or not isinstance(stop, Iterable) else list(stop)
    known = set(ancestors(output))
    for node in ends:
        if not is_value(node):
            raise GradientError(f"stop= takes a Value or several, not {type(node).__name__}")
        if node not in known:
            why = "no gradient flows into it" if not node.active else "it is not in its graph"
            raise GradientError(f"{describe(output)} has no gradient at {describe(node)} to stop at: {why}")
    return set(ends)
