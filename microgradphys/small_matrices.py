"""Determinants, inverses and linear equations of small matrices, by the formulas of the blackboard.

numpy computes these as a whole, with pivots that depend on the numbers. A tape (`cells.py`) holds one straight line for
all numbers, so it takes Cramer's rule, whose length grows too fast for more than a few rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MOST_ROWS = 4


def det(xp: Any, a: Any) -> Any:
    """Expand along the first row.

    >>> float(det(np, np.array([[1.0, 2.0], [3.0, 4.0]])))
    -2.0
    """
    n = a.shape[-1]
    if n > MOST_ROWS:
        raise ValueError(f"a matrix of {n} rows is too large for a straight line of operations")
    if n == 1:
        return a[..., 0, 0]
    terms = [xp.multiply(a[..., 0, k], det(xp, _without(a, 0, k))) for k in range(n)]
    total = terms[0]
    for k, term in enumerate(terms[1:], 1):
        total = (xp.subtract if k % 2 else xp.add)(total, term)
    return total


def inv(xp: Any, a: Any) -> Any:
    """Divide the cofactors, mirrored, by the determinant.

    >>> inv(np, np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[-2.0, 1.0], [1.5, -0.5]]
    """
    n = a.shape[-1]
    if n == 1:
        return xp.divide(1.0, a)
    minors = [[det(xp, _without(a, row, column)) for row in range(n)] for column in range(n)]
    signed = [[xp.negative(one) if (i + j) % 2 else one for j, one in enumerate(line)] for i, line in enumerate(minors)]
    adjugate = np.stack([np.stack(line, axis=-1) for line in signed], axis=-2)
    return xp.divide(adjugate, det(xp, a)[..., None, None])


def solve(xp: Any, a: Any, b: Any) -> Any:
    """Multiply by the inverse; a stack of vectors is told from a matrix as numpy tells it."""
    return np.matmul(inv(xp, a), b)


def _without(a: Any, row: int, column: int) -> Any:
    """Leave out one row and one column."""
    return np.delete(np.delete(a, row, axis=-2), column, axis=-1)


SMALL: dict[str, Callable[..., Any]] = {
    "det": det,
    "inv": inv,
    "solve": solve,
    "logabsdet": lambda xp, a: xp.log(xp.absolute(det(xp, a))),
    "sign_of_det": lambda xp, a: xp.sign(det(xp, a)),
}
