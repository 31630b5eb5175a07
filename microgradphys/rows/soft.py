"""The rows of the soft maximum: softmax, its logarithm, and the logarithm of the sum under it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from microgradphys.rows.primitive import Primitive
from microgradphys.rows.reductions import kept
from microgradphys.rows.samples import B223, M23


def _softmax(xp: Any, a: Any, *, axis: Any = -1) -> Any:
    """Compute eᵃ / Σ eᵃ, the largest term taken out first, so that nothing overflows."""
    e = np.exp(a - np.max(a, axis=axis, keepdims=True, initial=-math.inf))
    return e / np.sum(e, axis=axis, keepdims=True)


def _softmax_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = -1) -> Any:
    """Contribution y (g − Σ g y)."""
    return y * (g - xp.sum(g * y, axis=axis, keepdims=True))


def _log_softmax(xp: Any, a: Any, *, axis: Any = -1) -> Any:
    """Compute a − ln Σ eᵃ, the largest term taken out first, so that nothing overflows."""
    below = a - np.max(a, axis=axis, keepdims=True, initial=-math.inf)
    return below - np.log(np.sum(np.exp(below), axis=axis, keepdims=True))


def _log_softmax_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = -1) -> Any:
    """Contribution g − eʸ Σ g."""
    return g - xp.exp(y) * xp.sum(g, axis=axis, keepdims=True)


def _logsumexp(xp: Any, a: Any, *, axis: Any = -1, keepdims: bool = False) -> Any:
    """Compute ln Σ eᵃ, the largest term taken out first, so that nothing overflows."""
    top = np.max(a, axis=axis, keepdims=True, initial=-math.inf)
    top = np.where(np.isfinite(top), top, np.zeros_like(top))
    with np.errstate(divide="ignore", over="ignore"):
        y = np.log(np.sum(np.exp(a - top), axis=axis, keepdims=True)) + top
    return y if keepdims else np.squeeze(y, axis=axis)


def _logsumexp_vjp(xp: Any, g: Any, y: Any, a: Any, *, axis: Any = -1, keepdims: bool = False) -> Any:
    """Hand every term its share of the sum, and nothing where there is no sum."""
    shape = kept(a, axis)
    gone = xp.reshape(y, shape=shape) == -math.inf
    return xp.where(gone, 0.0, xp.reshape(g, shape=shape)) * xp.softmax(xp.where(gone, 0.0, a), axis=axis)


# fmt: off
SOFT: tuple[Primitive, ...] = (
    #         name           written           samples                                    contribution of g = ∂loss/∂y to the argument
    Primitive("softmax",     "softmax(a)",     ((M23,), ((M23,), {"axis": 0}), ((B223,), {"axis": (0, 2)})),
              forward=_softmax, vjps=(_softmax_vjp,), statics=("axis",)),
    Primitive("log_softmax", "log_softmax(a)", ((M23,), ((M23,), {"axis": 0}), ((B223,), {"axis": None})),
              forward=_log_softmax, vjps=(_log_softmax_vjp,), statics=("axis",)),
    Primitive("logsumexp",   "logsumexp(a)",   ((M23,), ((M23,), {"axis": 0, "keepdims": True}), ((B223,), {"axis": None})),
              forward=_logsumexp, vjps=(_logsumexp_vjp,), statics=("axis", "keepdims"),
              convention="a slice of −∞ alone has the sum −∞ and the gradient 0"),
)
