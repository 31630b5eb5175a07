"""numpy's linear algebra as compositions of rows: einsum, norms and what lives in `np.linalg`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import index
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from microgradphys.composed import diagonal, moveaxis, only, trace
from microgradphys.errors import UnsupportedError
from microgradphys.products import dot, tensordot

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
    """Measure the length of vectors (ord 1, 2, inf, -inf) or of matrices; 0 has gradient 0."""
    if ord is None:
        return xp.norm(x, axis=axis, keepdims=keepdims)
    if axis is None and np.ndim(x) > 2:
        raise ValueError("an array of more than two axes needs axis= beside ord=")
    one = np.ndim(axis) == 0 if axis is not None else np.ndim(x) == 1
    if one:
        return _vector_norm(xp, x, ord, axis, keepdims)
    return _matrix_norm(xp, x, ord, (-2, -1) if axis is None else axis, keepdims)


def _vector_norm(xp: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    """Measure the length of vectors that lie along one axis, several or all."""
    if ord == 2:
        return xp.norm(x, axis=axis, keepdims=keepdims)
    if ord == 1:
        return xp.sum(xp.absolute(x), axis=axis, keepdims=keepdims)
    if ord in (np.inf, -np.inf):
        return (xp.max if ord > 0 else xp.min)(xp.absolute(x), axis=axis, keepdims=keepdims)
    raise UnsupportedError(f"np.linalg.norm is recorded for vectors with ord=1, 2, inf or -inf, not ord={ord!r}")


def _matrix_norm(xp: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    """Measure matrices: as vectors, by their singular values, or by the sums of their columns or rows."""
    if ord == "fro":
        return xp.norm(x, axis=axis, keepdims=keepdims)
    if ord not in ("nuc", 1, -1, 2, -2, np.inf, -np.inf):
        raise UnsupportedError(
            f"np.linalg.norm is recorded for matrices with ord='fro', 'nuc', 1, 2, inf and their negatives, not {ord!r}"
        )
    axes = normalize_axis_tuple(axis, np.ndim(x))
    shape = tuple(1 if k in axes else size for k, size in enumerate(np.shape(x)))
    x = moveaxis(xp, x, axes, (-2, -1))
    singular, columns = ord in ("nuc", 2, -2), ord in (1, -1)
    parts = xp.singular_values(x) if singular else xp.sum(xp.absolute(x), axis=-2 if columns else -1)
    found = xp.sum(parts, axis=-1) if ord == "nuc" else (xp.max if ord > 0 else xp.min)(parts, axis=-1)
    return xp.reshape(found, shape=shape) if keepdims else found


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


def svd(xp: Any, a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Return singular vectors and values, a = U diag(S) Vh; of a matrix that is not square, the thin form."""
    only("linalg.svd", "hermitian", hermitian, False)
    if not compute_uv:
        return xp.singular_values(a)
    if full_matrices and np.ndim(a) > 1 and np.shape(a)[-1] != np.shape(a)[-2]:
        raise UnsupportedError(
            f"np.linalg.svd of shape {np.shape(a)} is recorded with full_matrices=False only: "
            "the other vectors are not determined"
        )
    triple = type(np.linalg.svd(np.eye(1)))
    return triple(xp.left_singular(a), xp.singular_values(a), xp.right_singular(a))


def matrix_power(xp: Any, a: Any, n: int) -> Any:
    """Multiply a square matrix with itself, `n` factors, or its inverse if `n` is negative."""
    n = index(n)
    if np.ndim(a) < 2 or np.shape(a)[-1] != np.shape(a)[-2]:
        raise ValueError("the matrix is not square")
    if n == 0:
        return xp.where(np.zeros(np.shape(a), bool), a, np.eye(np.shape(a)[-1], dtype=getattr(a, "dtype", float)))
    square, n = (xp.inv(a) if n < 0 else a), abs(n)
    found = None
    while n:
        if n & 1:
            found = square if found is None else xp.matmul(found, square)
        n >>= 1
        square = xp.matmul(square, square) if n else square
    return found


def multi_dot(xp: Any, arrays: Sequence[Any]) -> Any:
    """Multiply matrices, the first and the last of which may be vectors."""
    if len(arrays) == 2:
        return dot(xp, *arrays)
    if len(arrays) < 2 or any(np.ndim(a) not in (1, 2) for a in arrays) or any(np.ndim(a) < 2 for a in arrays[1:-1]):
        raise ValueError("it takes two matrices or more, of which the first and the last may be vectors")
    return reduce(xp.matmul, arrays)


def cross(xp: Any, a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Multiply vectors of three components to what is at right angles to both."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(xp, a, axisa, -1), moveaxis(xp, b, axisb, -1)
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:
        raise ValueError("it takes vectors of three components")
    p, q = ([xp.getitem(x, index=(..., k)) for k in range(3)] for x in (a, b))
    parts = [xp.subtract(p[k - 2] * q[k - 1], p[k - 1] * q[k - 2]) for k in range(3)]
    return moveaxis(xp, xp.stack(*parts, axis=-1), -1, axisc)


def vecdot(xp: Any, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Sum the products of vectors that lie along one axis."""
    if np.shape(x1)[axis] != np.shape(x2)[axis]:
        raise ValueError("the vectors have different lengths")
    return xp.sum(xp.multiply(moveaxis(xp, x1, axis, -1), moveaxis(xp, x2, axis, -1)), axis=-1)


def matvec(xp: Any, x1: Any, x2: Any, /) -> Any:
    """Multiply matrices with vectors."""
    if np.ndim(x1) < 2 or not np.ndim(x2):
        raise ValueError("it takes matrices and vectors")
    return xp.squeeze(xp.matmul(x1, xp.expand_dims(x2, axis=-1)), axis=-1)


def vecmat(xp: Any, x1: Any, x2: Any, /) -> Any:
    """Multiply vectors with matrices."""
    if not np.ndim(x1) or np.ndim(x2) < 2:
        raise ValueError("it takes vectors and matrices")
    return xp.squeeze(xp.matmul(xp.expand_dims(x1, axis=-2), x2), axis=-2)


def outer(xp: Any, x1: Any, x2: Any, /) -> Any:
    """Multiply every element of a vector with every element of another."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError("it takes two vectors")
    return xp.outer(x1, x2)


def pinv(xp: Any, a: Any, rcond: Any = None, hermitian: bool = False) -> Any:
    """Find the pseudoinverse; singular values below numpy's own limit count as 0."""
    only("linalg.pinv", "rcond", rcond, None)
    only("linalg.pinv", "hermitian", hermitian, False)
    return xp.pinv(a)


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
        "linalg.svd": svd,
        "linalg.svdvals": lambda xp, x, /: xp.singular_values(x),
        "linalg.pinv": pinv,
        "linalg.matrix_power": matrix_power,
        "linalg.multi_dot": multi_dot,
        "linalg.matrix_norm": lambda xp, x, /, *, keepdims=False, ord="fro": norm(xp, x, ord, (-2, -1), keepdims),
        "linalg.vector_norm": lambda xp, x, /, *, axis=None, keepdims=False, ord=2: _vector_norm(
            xp, x, ord, axis, keepdims
        ),
        "linalg.trace": lambda xp, x, /, *, offset=0: trace(xp, x, offset, -2, -1),
        "linalg.diagonal": lambda xp, x, /, *, offset=0: diagonal(xp, x, offset, -2, -1),
        "linalg.outer": outer,
        "linalg.matmul": lambda xp, x1, x2, /: xp.matmul(x1, x2),
        "linalg.tensordot": lambda xp, x1, x2, /, *, axes=2: tensordot(xp, x1, x2, axes),
        "linalg.cross": lambda xp, x1, x2, /, *, axis=-1: cross(xp, x1, x2, axis=axis),
        "linalg.vecdot": vecdot,
        "linalg.matrix_transpose": lambda xp, x, /: xp.swapaxes(x, axis1=-2, axis2=-1),
        "matrix_transpose": lambda xp, x, /: xp.swapaxes(x, axis1=-2, axis2=-1),
        "cross": cross,
        "vecdot": vecdot,
        "matvec": matvec,
        "vecmat": vecmat,
    }
)
