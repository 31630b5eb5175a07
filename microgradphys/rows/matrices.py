"""The rows of linear algebra: inverses, determinants, systems of equations, decompositions."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.rows.primitive import Primitive
from microgradphys.rows.reductions import some
from microgradphys.rows.samples import A22, M23, M32, S22, V2


def _transposed(xp: Any, a: Any) -> Any:
    """Transpose every matrix."""
    return xp.swapaxes(a, axis1=-1, axis2=-2)


def _symmetric(a: Any) -> Any:
    """Return the symmetric part of every matrix."""
    return (a + np.swapaxes(a, -1, -2)) / 2


def _inv_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix whose inverse is y: −yᵀ g yᵀ."""
    return -xp.matmul(xp.matmul(_transposed(xp, y), g), _transposed(xp, y))


def _of_number(xp: Any, g: Any) -> Any:
    """Give a number for every matrix the axes of a matrix."""
    return xp.reshape(g, shape=(*np.shape(g), 1, 1))


def _det_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix whose determinant is y: g times the cofactors, which are y a⁻ᵀ unless y is 0."""
    if not some(y == 0):
        return _of_number(xp, g * y) * _transposed(xp, xp.inv(a))
    n = np.shape(a)[-1]
    others = np.array([[k for k in range(n) if k != i] for i in range(n)], int).reshape(n, n - 1)
    minors = xp.getitem(a, index=(..., others[:, None, :, None], others[None, :, None, :]))
    signs = (-1.0) ** np.add.outer(np.arange(n), np.arange(n))
    return _of_number(xp, g) * signs * xp.det(minors)


def _logabsdet_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix whose determinant's logarithm is y: g a⁻ᵀ."""
    return _of_number(xp, g) * _transposed(xp, xp.inv(a))


def _solve_vjp_b(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the right-hand side: aᵀ is solved for g."""
    if np.ndim(b) > 1:
        return xp.solve(_transposed(xp, a), g)
    return xp.squeeze(xp.solve(_transposed(xp, a), xp.expand_dims(g, axis=-1)), axis=-1)


def _solve_vjp_a(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the matrix: the contribution to the right-hand side times −yᵀ."""
    right = _solve_vjp_b(xp, g, y, a, b)
    if np.ndim(b) > 1:
        return -xp.matmul(right, _transposed(xp, y))
    return -xp.expand_dims(right, axis=-1) * xp.expand_dims(y, axis=-2)


def _cholesky_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix a = y yᵀ (I. Murray, arXiv:1602.07527, equation 10)."""
    inverse = xp.inv(y)
    same = np.eye(np.shape(y)[-1], dtype=y.dtype)
    half = np.tril(np.ones_like(same)) - same / 2
    inner = xp.matmul(_transposed(xp, y), g) * half
    whole = xp.matmul(xp.matmul(_transposed(xp, inverse), inner), inverse)
    return (whole + _transposed(xp, whole)) * 0.5


def _eigenvalues_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a symmetric matrix with eigenvalues y: V diag(g) Vᵀ."""
    v = xp.eigenvectors(a)
    return xp.matmul(v * xp.expand_dims(g, axis=-2), _transposed(xp, v))


def _eigenvectors_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a symmetric matrix with eigenvectors y (M. Giles, NA-08/01, section 3.1)."""
    found, same = xp.eigenvalues(a), np.eye(np.shape(a)[-1], dtype=y.dtype)
    gaps = xp.expand_dims(found, axis=-2) - xp.expand_dims(found, axis=-1) + same
    inner = xp.matmul(_transposed(xp, y), g) * (1.0 - same) / gaps
    whole = xp.matmul(xp.matmul(y, inner), _transposed(xp, y))
    return (whole + _transposed(xp, whole)) * 0.5


def _singular_values_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix with singular values y: U diag(g) Vᵀ."""
    return xp.matmul(xp.left_singular(a) * xp.expand_dims(g, axis=-2), xp.right_singular(a))


def _turned(xp: Any, product: Any, s: Any) -> Any:
    """Divide the antisymmetric part of a product by the differences of the squared singular values."""
    same, squares = np.eye(np.shape(s)[-1]), xp.square(s)
    gaps = xp.expand_dims(squares, axis=-2) - xp.expand_dims(squares, axis=-1) + same
    return (product - _transposed(xp, product)) * (1.0 - same) / gaps


def _left_singular_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix with left singular vectors y (J. Townsend, "Differentiating the SVD", 2016)."""
    s = xp.singular_values(a)
    along, row = xp.matmul(_transposed(xp, y), g), xp.expand_dims(s, axis=-2)
    whole = xp.matmul(y, _turned(xp, along, s) * row)
    if np.shape(a)[-2] > np.shape(a)[-1]:
        whole = whole + (g - xp.matmul(y, along)) / row
    return xp.matmul(whole, xp.right_singular(a))


def _right_singular_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix with right singular vectors y, its rows (J. Townsend, as above)."""
    s = xp.singular_values(a)
    along, column = xp.matmul(y, _transposed(xp, g)), xp.expand_dims(s, axis=-1)
    whole = xp.matmul(column * _turned(xp, along, s), y)
    if np.shape(a)[-1] > np.shape(a)[-2]:
        whole = whole + (g - xp.matmul(_transposed(xp, along), y)) / column
    return xp.matmul(xp.left_singular(a), whole)


def _pinv_vjp(xp: Any, g: Any, y: Any, a: Any) -> Any:
    """Contribution to a matrix with pseudoinverse y (G. Golub and V. Pereyra, SIAM J. Numer. Anal. 10 (1973) 413)."""
    turned, y_turned = _transposed(xp, g), _transposed(xp, y)
    outside = turned - xp.matmul(a, xp.matmul(y, turned))
    beside = turned - xp.matmul(xp.matmul(turned, y), a)
    inside = xp.matmul(xp.matmul(y_turned, g), y_turned)
    return xp.matmul(xp.matmul(outside, y), y_turned) + xp.matmul(y_turned, xp.matmul(y, beside)) - inside


# fmt: off
MATRICES: tuple[Primitive, ...] = (
    #         name            written          samples                              contribution of g = ∂loss/∂y to each argument
    Primitive("inv",          "inv(a)",        ((A22,), (np.stack([A22, S22]),)), forward=lambda xp, a: np.linalg.inv(a), vjps=(_inv_vjp,)),
    Primitive("det",          "det(a)",        ((A22,), (np.stack([A22, S22]),)), forward=lambda xp, a: np.linalg.det(a), vjps=(_det_vjp,)),
    Primitive("logabsdet",    "logabsdet(a)",  ((A22,), (np.stack([A22, -S22]),)), forward=lambda xp, a: np.linalg.slogdet(a).logabsdet,
              vjps=(_logabsdet_vjp,)),
    Primitive("solve",        "solve(a, b)",   ((A22, V2), (A22, M23), (np.stack([A22, S22]), M23), (np.stack([A22, S22]), V2)),
              forward=lambda xp, a, b: np.linalg.solve(a, b), vjps=(_solve_vjp_a, _solve_vjp_b)),
    Primitive("cholesky",     "cholesky(a)",   ((S22,), (np.stack([S22, S22 + np.eye(2)]),)),
              forward=lambda xp, a: np.linalg.cholesky(_symmetric(a)), vjps=(_cholesky_vjp,),
              convention="of a matrix that is not symmetric, the symmetric part is meant"),
    Primitive("eigenvalues",  "eigenvalues(a)", ((S22,), (np.stack([S22, -S22 + 0.3]),)),
              forward=lambda xp, a: np.linalg.eigvalsh(_symmetric(a)), vjps=(_eigenvalues_vjp,),
              convention="of a matrix that is not symmetric, the symmetric part is meant"),
    Primitive("eigenvectors", "eigenvectors(a)", ((S22,), (np.stack([S22, -S22 + 0.3]),)),
              forward=lambda xp, a: np.linalg.eigh(_symmetric(a)).eigenvectors, vjps=(_eigenvectors_vjp,),
              convention="the symmetric part is meant; equal eigenvalues have no derivative of their vectors"),
    Primitive("singular_values", "singular_values(a)", ((M23,), (M32,), (np.stack([A22, S22]),)),
              forward=lambda xp, a: np.linalg.svd(a, compute_uv=False), vjps=(_singular_values_vjp,)),
    Primitive("left_singular", "left_singular(a)", ((M23,), (M32,), (np.stack([A22, S22]),)),
              forward=lambda xp, a: np.linalg.svd(a, full_matrices=False).U, vjps=(_left_singular_vjp,),
              convention="equal singular values have no derivative of their vectors, nor has 0 if there are more rows than columns"),
    Primitive("right_singular", "right_singular(a)", ((M23,), (M32,), (np.stack([A22, S22]),)),
              forward=lambda xp, a: np.linalg.svd(a, full_matrices=False).Vh, vjps=(_right_singular_vjp,),
              convention="equal singular values have no derivative of their vectors, nor has 0 if there are more columns than rows"),
    Primitive("pinv",         "pinv(a)",       ((M23,), (M32,), (np.stack([A22, S22]),)),
              forward=lambda xp, a: np.linalg.pinv(a), vjps=(_pinv_vjp,), convention="the rank is taken to stay as it is"),
)
