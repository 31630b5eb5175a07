"""A user's function of two numbers, evaluated on a grid: at once if that gives the same, else point by point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.scopes import no_grad
from viz.plots.inputs import called, numbers, whole_between


def grid(xlim: tuple[float, float], ylim: tuple[float, float], resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """Make the coordinates of a grid of points.

    Raises:
        InputError: the resolution is not a whole number from 2 to 1000.
    """
    count = whole_between(resolution, "resolution", 2, 1000)
    return np.linspace(*xlim, count), np.linspace(*ylim, count)


def heights(f: Callable[[Any, Any], Any], x: np.ndarray, y: np.ndarray, together: bool = True) -> np.ndarray:
    """Evaluate f(x, y) on a grid.

    Args:
        f: a function of two numbers that returns one.
        x: shape (n,).
        y: shape (m,).
        together: whether to try all points at once.

    Returns:
        Shape (m, n).

    >>> heights(lambda x, y: x + 10 * y, np.array([1.0, 2.0]), np.array([3.0, 4.0])).tolist()
    [[31.0, 32.0], [41.0, 42.0]]
    """
    return components(f, x, y, 1, together)[0]


def components(
    f: Callable[[Any, Any], Any], x: np.ndarray, y: np.ndarray, count: int, together: bool = True
) -> np.ndarray:
    """Evaluate a function of two numbers that returns `count` numbers, on a grid.

    Returns:
        Shape (count, m, n).

    Raises:
        InputError: f is no function, or returns something else.
    """
    called(f)
    with no_grad(), np.errstate(all="ignore"):
        at_once = _at_once(f, *np.meshgrid(x, y), count) if together else None
        if at_once is not None:
            return at_once
        rows = [[_at(f, float(a), float(b), count) for a in x] for b in y]
    return np.moveaxis(np.array(rows), 2, 0)


def _at(f: Callable[[Any, Any], Any], x: float, y: float, count: int) -> np.ndarray:
    """Evaluate at one point; what is outside the domain of Python's functions is nan."""
    try:
        result = f(x, y)
    except (ZeroDivisionError, OverflowError):
        return np.full(count, np.nan)
    except ValueError as error:
        if "math domain" not in str(error) and "expected a" not in str(error):
            raise
        return np.full(count, np.nan)
    if isinstance(result, complex):
        return np.full(count, np.nan)
    value = numbers(result, "what f returns")
    if value.size != count:
        wanted = "one number" if count == 1 else f"{count} numbers"
        raise InputError(f"f({x:.4g}, {y:.4g}) must be {wanted}, not an array of shape {value.shape}")
    return value.ravel()


def _at_once(f: Callable[[Any, Any], Any], x: np.ndarray, y: np.ndarray, count: int) -> np.ndarray | None:
    """Evaluate with arrays, and believe it only if some single points say the same: f may sum, or branch."""
    try:
        result = f(x.copy(), y.copy())
        values = np.stack(
            [np.broadcast_to(numbers(part, ""), x.shape) for part in ([result] if count == 1 else result)]
        )
    except Exception:  # Whatever f cannot do with arrays, it is asked point by point next, and may raise then.
        return None
    if values.shape != (count, *x.shape):
        return None
    picked = np.unique(np.linspace(0, x.size - 1, 12).astype(int))
    for k in picked:
        alone = _at(f, float(x.flat[k]), float(y.flat[k]), count)
        if not np.allclose(values.reshape(count, -1)[:, k], alone, rtol=1e-6, atol=1e-12, equal_nan=True):
            return None
    return values.copy()
