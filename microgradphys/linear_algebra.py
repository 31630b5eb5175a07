"""numpy's linear algebra as compositions of rows: einsum, norms and what lives in `np.linalg`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from microgradphys.composed import diagonal, only
from microgradphys.errors import UnsupportedError

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def einsum(xp: Any, subscripts: str, *operands: Any, optimize: Any = False) -> Any:
    """Sum products over named axes, as "ij,jk->ik" says; the order of the products is numpy's own choice."""
    if not isinstance(subscripts, str):
        raise UnsupportedError("np.einsum is recorded with its subscripts as a text, such as 'ij,jk->ik'")
    inputs, output = _parsed(subscripts, operands)
    taken = list(operands)
    for n, letters in enumerate(inputs):
        while repeated := next((letter for letter in letters if letters.count(letter) > 1), None):
            first, second = letters.index(repeated), letters.rindex(repeated)
            if np.shape(taken[n])[first] != np.shape(taken[n])[second]:
                raise ValueError(f"the axes called {repeated!r} have different lengths")
            taken[n] = diagonal(xp, taken[n], axis1=first, axis2=second)
            letters = letters[:first] + letters[first + 1 : second] + letters[second + 1 :] + repeated
        inputs[n] = letters
    return xp.einsum(*taken, subscripts=f"{','.join(inputs)}->{output}")


def _parsed(subscripts: str, operands: tuple[Any, ...]) -> tuple[list[str], str]:
    """Read subscripts: a word for each operand and one for the result, with letters in the place of an ellipsis."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise ValueError(f"{subscripts!r} names {len(inputs)} operands, but there are {len(operands)}")
    hidden = [
        np.ndim(a) - len(word.replace("...", "")) if "..." in word else 0
        for word, a in zip(inputs, operands, strict=True)
    ]
    spare = "".join(letter for letter in _LETTERS if letter not in subscripts)[: max(hidden)]
    inputs = [word.replace("...", spare[len(spare) - count :]) for word, count in zip(inputs, hidden, strict=True)]
    if not arrow:
        once = sorted(letter for letter in set(left) - set(",.") if left.count(letter) == 1)
        output = spare + "".join(once)
    output = output.replace("...", spare)
    for word, a in zip(inputs, operands, strict=True):
        if len(word) != np.ndim(a):
            raise ValueError(f"{word!r} names {len(word)} axes, but the operand has shape {np.shape(a)}")
    return inputs, output


def norm(xp: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Measure the length of vectors (ord 1, 2, inf, -inf) or of matrices as vectors ("fro"); 0 has gradient 0."""
    one = np.ndim(axis) == 0 if axis is not None else np.ndim(x) == 1
    if ord is None or (one and ord == 2) or (not one and ord == "fro"):
        return xp.norm(x, axis=axis, keepdims=keepdims)
    if one and ord == 1:
        return xp.sum(xp.absolute(x), axis=axis, keepdims=keepdims)
    if one and ord in (np.inf, -np.inf):
        return (xp.max if ord > 0 else xp.min)(xp.absolute(x), axis=axis, keepdims=keepdims)
    kind = "vectors with ord=1, 2, inf or -inf" if one else "matrices with ord='fro'"
    raise UnsupportedError(f"np.linalg.norm is recorded for {kind}, not ord={ord!r}")


def slogdet(xp: Any, a: Any) -> Any:
    """Return sign and logarithm of a determinant; the sign is plain data, for it has no derivative."""
    return type(np.linalg.slogdet(np.eye(1)))(xp.sign_of_det(a), xp.logabsdet(a))


def cholesky(xp: Any, a: Any, /, *, upper: bool = False) -> Any:
    """Find L with L Lᵀ = a."""
    only("linalg.cholesky", "upper", upper, False)
    return xp.cholesky(a)


def eigh(xp: Any, a: Any, UPLO: str = "L") -> Any:
    """Return eigenvalues and eigenvectors of symmetric matrices."""
    only("linalg.eigh", "UPLO", UPLO, "L")
    pair = type(np.linalg.eigh(np.eye(1)))
    return pair(xp.eigenvalues(a), xp.eigenvectors(a))


def eigvalsh(xp: Any, a: Any, UPLO: str = "L") -> Any:
    """Return eigenvalues of symmetric matrices, in ascending order."""
    only("linalg.eigvalsh", "UPLO", UPLO, "L")
    return xp.eigenvalues(a)


LINEAR_ALGEBRA: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "einsum": einsum,
        "linalg.norm": norm,
        "linalg.slogdet": slogdet,
        "linalg.cholesky": cholesky,
        "linalg.eigh": eigh,
        "linalg.eigvalsh": eigvalsh,
        "linalg.inv": lambda xp, a: xp.inv(a),
        "linalg.det": lambda xp, a: xp.det(a),
        "linalg.solve": lambda xp, a, b: xp.solve(a, b),
    }
)
