"""Products, einsum and np.linalg: against numpy, against central differences, and against autograd."""

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from microgradphys import Value, check_gradients, grad
from microgradphys.errors import MatrixError, MicrogradphysError, ShapeError, UnsupportedError

RANDOM = np.random.default_rng(11)


def drawn(*shape: int) -> Any:
    """Draw an array."""
    return RANDOM.normal(size=shape)


S = drawn(3, 3) @ np.eye(3) + 3 * np.eye(3)

# Functions of several arrays that autograd has too.
COMMON: dict[str, tuple[Any, ...]] = {
    "dot numbers": (lambda np, a, b: np.dot(a, b), drawn(), drawn(2)),
    "dot vectors": (lambda np, a, b: np.dot(a, b), drawn(3), drawn(3)),
    "dot matrices": (lambda np, a, b: np.dot(a, b), drawn(2, 3), drawn(3, 4)),
    "dot batches": (lambda np, a, b: np.dot(a, b), drawn(2, 2, 3), drawn(4, 3, 2)),
    "inner vectors": (lambda np, a, b: np.inner(a, b), drawn(3), drawn(3)),
    "inner": (lambda np, a, b: np.inner(a, b), drawn(2, 3), drawn(4, 2, 3)),
    "inner number": (lambda np, a, b: np.inner(a, b), drawn(2, 3), drawn()),
    "tensordot": (lambda np, a, b: np.tensordot(a, b), drawn(2, 3, 4), drawn(3, 4, 2)),
    "tensordot 0": (lambda np, a, b: np.tensordot(a, b, 0), drawn(2), drawn(3)),
    "tensordot axes": (lambda np, a, b: np.tensordot(a, b, axes=([2, 0], [0, 1])), drawn(2, 3, 4), drawn(4, 2, 3)),
    "einsum": (lambda np, a, b: np.einsum("ij,jk->ik", a, b), drawn(2, 3), drawn(3, 4)),
    "einsum implicit": (lambda np, a, b: np.einsum("ij, jk", a, b), drawn(2, 3), drawn(3, 4)),
    "einsum order": (lambda np, a: np.einsum("ba", a), drawn(2, 3)),
    "einsum three": (lambda np, a, b, c: np.einsum("ij,j,kj->ki", a, b, c), drawn(2, 3), drawn(3), drawn(4, 3)),
    "einsum sum": (lambda np, a, b: np.einsum("ij,k->k", a, b), drawn(2, 3), drawn(4)),
    "einsum ellipsis": (lambda np, a, b: np.einsum("...ij,...jk->...ik", a, b), drawn(2, 2, 3), drawn(2, 3, 2)),
    "inv": (lambda np, a: np.linalg.inv(a), S),
    "inv batch": (lambda np, a: np.linalg.inv(a), np.stack([S, S @ S])),
    "det": (lambda np, a: np.linalg.det(a), S),
    "slogdet": (lambda np, a: np.linalg.slogdet(a)[1], -S),
    "solve vector": (lambda np, a, b: np.linalg.solve(a, b), S, drawn(3)),
    "solve": (lambda np, a, b: np.linalg.solve(a, b), S, drawn(3, 2)),
    "norm": (lambda np, a: np.linalg.norm(a), drawn(3)),
    "norm matrix": (lambda np, a: np.linalg.norm(a), drawn(3, 2)),
    "norm fro": (lambda np, a: np.linalg.norm(a, "fro"), drawn(3, 2)),
    "norm axis": (lambda np, a: np.linalg.norm(a, axis=1), drawn(3, 2)),
    "norm axes": (lambda np, a: np.linalg.norm(a, axis=(0, 2)), drawn(3, 2, 2)),
    "eigenvalues": (lambda np, a: np.linalg.eigh(a + a.T)[0], S),
    "eigenvectors": (lambda np, a: np.linalg.eigh(a + a.T)[1] ** 2, S),
    "cholesky": (lambda np, a: np.linalg.cholesky(a @ a.T), S),
    **{
        f"svd {part} {shape}": (
            lambda np, a, part=part: np.linalg.svd(a, full_matrices=False)[part] ** 2,
            drawn(*shape),
        )
        for part in range(3)
        for shape in ((3, 3), (2, 4), (4, 2))
    },
    "nuclear norm": (lambda np, a: np.linalg.norm(a, "nuc"), drawn(3, 2)),
    "cross": (lambda np, a, b: np.cross(a, b), drawn(2, 3), drawn(2, 3)),
    "cross axes": (lambda np, a, b: np.cross(a, b, axisa=0, axisc=0), drawn(3, 2), drawn(2, 3)),
}
# Functions that autograd lacks, or has with fewer shapes.
OTHERS: dict[str, tuple[Any, ...]] = {
    "vdot": (lambda a, b: np.vdot(a, b), drawn(2, 3), drawn(3, 2)),
    "kron": (lambda a, b: np.kron(a, b), drawn(2, 3), drawn(3, 2)),
    "kron of a vector": (lambda a, b: np.kron(a, b), drawn(2), drawn(2, 2)),
    "einsum diagonal": (lambda a: np.einsum("ii->i", a), drawn(3, 3)),
    "einsum trace": (lambda a, b: np.einsum("iji,j", a, b), drawn(2, 3, 2), drawn(3)),
    "einsum thrice": (lambda a: np.einsum("iii", a), drawn(2, 2, 2)),
    "einsum ellipses": (lambda a, b: np.einsum("...i,i->...", a, b, optimize=True), drawn(2, 2, 3), drawn(3)),
    "einsum ellipsis only": (lambda a, b: np.einsum("...,...", a, b), drawn(2, 3), drawn(3)),
    "einsum one for many": (lambda a, b: np.einsum("i,i->", a, b), drawn(1), drawn(3)),
    "einsum one for many inside": (lambda a, b: np.einsum("bij,jk->bik", a, b), drawn(2, 2, 1), drawn(3, 2)),
    "einsum none": (lambda a, b: np.einsum("i,ij->j", a, b), drawn(0), drawn(0, 2)),
    "einsum spread": (lambda a, b: np.einsum("ij,ij->ij", a, b), drawn(1, 3), drawn(2, 3)),
    "solve batch": (lambda a, b: np.linalg.solve(a, b), np.stack([S, S + 1]), drawn(3)),
    "norm keepdims": (lambda a: np.linalg.norm(a, axis=-1, keepdims=True), drawn(3, 2)),
    "norm 1": (lambda a: np.linalg.norm(a, 1), drawn(3)),
    "norm 2": (lambda a: np.linalg.norm(a, 2, axis=0), drawn(3, 2)),
    "norm inf": (lambda a: np.linalg.norm(a, np.inf, axis=0), drawn(3, 2)),
    "norm -inf": (lambda a: np.linalg.norm(a, -np.inf), drawn(3)),
    "eigvalsh": (lambda a: np.linalg.eigvalsh(a + np.swapaxes(a, -1, -2)), np.stack([S, S @ S])),
    "eigh": (lambda a: np.linalg.eigh(a + np.swapaxes(a, -1, -2)).eigenvectors, np.stack([S, S @ S])),
    "svd batch": (lambda a: np.linalg.svd(a, full_matrices=False).U ** 2, drawn(2, 3, 2)),
    "svd square": (lambda a: np.linalg.svd(a).Vh ** 2, drawn(3, 3)),
    "svd values": (lambda a: np.linalg.svd(a, compute_uv=False), drawn(2, 2, 3)),
    "svd whole": (lambda a: np.matmul(*np.linalg.svd(a, full_matrices=False)[::2]), drawn(2, 3)),
    "svdvals": (lambda a: np.linalg.svdvals(a), drawn(2, 2, 3)),
    "pinv tall": (lambda a: np.linalg.pinv(a), drawn(4, 2)),
    "pinv wide": (lambda a: np.linalg.pinv(a), drawn(2, 2, 3)),
    **{
        f"norm of matrices {ord} {axis} {keepdims}": (
            lambda a, ord=ord, axis=axis, keepdims=keepdims: np.linalg.norm(a, ord, axis=axis, keepdims=keepdims),
            drawn(2, 3, 4) if axis else drawn(3, 2),
        )
        for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
        for axis, keepdims in ((None, False), ((2, 0), False), ((-2, -1), True))
    },
    "matrix_norm": (lambda a: np.linalg.matrix_norm(a, ord=2, keepdims=True), drawn(2, 2, 3)),
    "vector_norm": (lambda a: np.linalg.vector_norm(a), drawn(2, 2, 3)),
    "vector_norm axes": (lambda a: np.linalg.vector_norm(a, ord=1, axis=(0, -1), keepdims=True), drawn(2, 2, 3)),
    "vector_norm largest": (lambda a: np.linalg.vector_norm(a, ord=np.inf), drawn(2, 3)),
    **{
        f"matrix_power {n}": (lambda a, n=n: np.linalg.matrix_power(a, n), np.stack([S, S + 1]) / 4)
        for n in (-3, -1, 0, 1, 2, 5)
    },
    "multi_dot": (lambda a, b, c: np.linalg.multi_dot([a, b, c]), drawn(2, 3), drawn(3, 4), drawn(4, 2)),
    "multi_dot vectors": (lambda a, b, c: np.linalg.multi_dot([a, b, c]), drawn(3), drawn(3, 4), drawn(4)),
    "multi_dot two": (lambda a, b: np.linalg.multi_dot([a, b]), drawn(3), drawn(3)),
    "multi_dot batch": (lambda a, b: np.linalg.multi_dot([a, b]), drawn(2, 2, 3), drawn(3)),
    "cross many": (lambda a, b: np.cross(a, b), drawn(2, 2, 3), drawn(2, 1, 3)),
    "cross spread": (lambda a, b: np.cross(a, b), drawn(2, 3), drawn(3)),
    "cross axis": (lambda a, b: np.cross(a, b, axis=0), drawn(3, 2), drawn(3, 1)),
    "linalg.cross": (lambda a, b: np.linalg.cross(a, b, axis=-2), drawn(3, 2), drawn(3, 2)),
    "linalg.trace": (lambda a: np.linalg.trace(a, offset=1), drawn(2, 3, 3)),
    "linalg.diagonal": (lambda a: np.linalg.diagonal(a, offset=-1), drawn(2, 3, 3)),
    "linalg.outer": (lambda a, b: np.linalg.outer(a, b), drawn(2), drawn(3)),
    "linalg.matmul": (lambda a, b: np.linalg.matmul(a, b), drawn(2, 3), drawn(3)),
    "linalg.tensordot": (lambda a, b: np.linalg.tensordot(a, b, axes=1), drawn(2, 3), drawn(3, 2)),
    "linalg.vecdot": (lambda a, b: np.linalg.vecdot(a, b, axis=0), drawn(2, 3), drawn(2, 3)),
    "linalg.matrix_transpose": (lambda a: np.linalg.matrix_transpose(a), drawn(2, 3, 2)),
    "matrix_transpose": (lambda a: np.matrix_transpose(a), drawn(2, 3)),
    "vecdot": (lambda a, b: np.vecdot(a, b), drawn(2, 3), drawn(3)),
    **(
        {}
        if not hasattr(np, "matvec")
        else {
            "matvec": (lambda a, b: np.matvec(a, b), drawn(2, 2, 3), drawn(3)),
            "vecmat": (lambda a, b: np.vecmat(a, b), drawn(4, 2), drawn(2, 3)),
        }
    ),
    "det batch": (lambda a: np.linalg.det(a), np.stack([S, S + 1])),
}


@pytest.mark.parametrize(("f", "args"), [(f, args) for f, *args in COMMON.values()], ids=COMMON)
def test_value_and_gradients_agree_with_autograd(f: Any, args: list[Any]) -> None:
    """The independent oracle, for every argument; numpy itself for the value."""
    np.testing.assert_allclose(np.asarray(f(np, *map(Value, args)).data), f(np, *args), rtol=1e-12)
    for n in range(len(args)):
        found = grad(lambda *a: np.sum(np.sin(f(np, *a))), n)(*args)
        expected = autograd.grad(lambda *a: anp.sum(anp.sin(f(anp, *a))), n)(*args)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("f", "args"), [(f, args) for f, *args in COMMON.values()], ids=COMMON)
def test_autograds_list_is_right_at_order_2(f: Any, args: list[Any]) -> None:
    """The gradient of the gradient agrees with central differences."""
    check_gradients(lambda *a: np.sin(f(np, *a)), *args, order=2)


@pytest.mark.parametrize(("f", "args"), [(f, args) for f, *args in OTHERS.values()], ids=OTHERS)
def test_the_rest_agrees_with_numpy_and_central_differences(f: Any, args: list[Any]) -> None:
    """The value is numpy's own; orders 1 and 2 are right."""
    np.testing.assert_allclose(np.asarray(f(*map(Value, args)).data), f(*args), rtol=1e-12)
    check_gradients(lambda *a: np.sin(f(*a)), *args, order=2)


@pytest.mark.parametrize("name", [*COMMON, *OTHERS])
def test_float32_stays_float32(name: str) -> None:
    """Data and gradients keep their dtype."""
    f, *args = COMMON.get(name) or OTHERS[name]
    leaves = [Value(np.asarray(a, np.float32)) for a in args]
    y = f(np, *leaves) if name in COMMON else f(*leaves)
    assert y.dtype == np.float32
    y.backward(np.ones(y.shape))
    assert {leaf.grad.dtype for leaf in leaves} == {np.dtype(np.float32)}


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_the_determinant_of_a_singular_matrix_has_a_gradient(rank: int) -> None:
    """Cofactors need no inverse, at orders 1 and 2."""
    a = np.diag([1.0, 2.0, 3.0][:rank] + [0.0] * (3 - rank))
    check_gradients(np.linalg.det, a, order=2)
    check_gradients(np.linalg.det, np.zeros((1, 1)), order=2)


def test_the_length_of_zero_has_gradient_0() -> None:
    """The tip of the cone, at orders 1 and 2, and only there."""
    x = Value([[0.0, 0.0], [3.0, 4.0]])
    np.linalg.norm(x, axis=1).sum().backward()
    np.testing.assert_allclose(x.grad, [[0, 0], [0.6, 0.8]])
    assert np.all(np.isfinite(grad(lambda x: np.sum(grad(lambda x: np.linalg.norm(x))(x)))(np.zeros(2))))


def test_slogdet_is_a_pair_as_in_numpy() -> None:
    """The sign is plain data; the logarithm is a Value."""
    found = np.linalg.slogdet(Value(-S))
    assert found.sign == np.linalg.slogdet(-S).sign
    assert isinstance(found.logabsdet, Value)


def test_the_factor_of_a_symmetric_matrix_has_a_symmetric_gradient() -> None:
    """Cholesky reads the symmetric part."""
    x = Value(S @ S.T)
    np.linalg.cholesky(x).sum().backward()
    np.testing.assert_allclose(x.grad, x.grad.T)


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="numpy has them from 2.2 on")
def test_vectors_are_no_matrices() -> None:
    """matvec and vecmat refuse what matmul would take."""
    for call in (lambda v: np.matvec(v, v), lambda v: np.matvec(v[None], 2.0), lambda v: np.vecmat(v, v)):
        with pytest.raises(ShapeError, match=r"np\.(matvec|vecmat): .*it takes"):
            call(Value(np.ones(2)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: np.linalg.norm(m, 3), UnsupportedError, "np.linalg.norm is recorded for matrices with ord='fro'"),
        (lambda m: np.linalg.norm(m[None], 2), ShapeError, "np.linalg.norm: .*more than two axes needs axis="),
        (lambda m: np.linalg.norm(m[0], 3), UnsupportedError, "np.linalg.norm is recorded for vectors with ord=1"),
        (lambda m: np.linalg.cholesky(m, upper=True), UnsupportedError, "cholesky is recorded with upper=False only"),
        (lambda m: np.linalg.eigh(m, "U"), UnsupportedError, "np.linalg.eigh is recorded with UPLO='L' only"),
        (lambda m: np.linalg.eigvalsh(m, "U"), UnsupportedError, "np.linalg.eigvalsh is recorded with UPLO='L' only"),
        (lambda m: np.linalg.svd(m[:1]), UnsupportedError, "np.linalg.svd of shape .* full_matrices=False only"),
        (lambda m: np.linalg.svd(m, hermitian=True), UnsupportedError, "svd is recorded with hermitian=False only"),
        (lambda m: np.linalg.pinv(m, 1e-3), UnsupportedError, "pinv is recorded with rcond=None only"),
        (lambda m: np.linalg.pinv(m, hermitian=True), UnsupportedError, "pinv is recorded with hermitian=False only"),
        (lambda m: np.linalg.pinv(m, rtol=1e-3), UnsupportedError, "pinv is recorded without its option rtol="),
        (lambda m: np.linalg.lstsq(m, m[0]), UnsupportedError, "np.linalg.lstsq has no row"),
        (lambda m: np.linalg.cond(m), UnsupportedError, "np.linalg.cond has no row"),
        (lambda m: np.linalg.outer(m, m[0]), ShapeError, "np.linalg.outer: .*two vectors"),
        (lambda m: np.linalg.matrix_power(m[:1], 2), ShapeError, "np.linalg.matrix_power: .*not square"),
        (lambda m: np.linalg.matrix_power(m, 0.5), ShapeError, "np.linalg.matrix_power: .*integer"),
        (lambda m: np.linalg.multi_dot([m]), ShapeError, "np.linalg.multi_dot: .*two matrices or more"),
        (lambda m: np.linalg.multi_dot([m, m[0], m]), ShapeError, "np.linalg.multi_dot: .*may be vectors"),
        (lambda m: np.cross(m, m), ShapeError, "np.cross: .*three components"),
        (lambda m: np.vecdot(m, np.ones((2, 1))), ShapeError, "np.vecdot: .*different lengths"),
        (lambda m: np.linalg.qr(m), UnsupportedError, "np.linalg.qr has no row"),
        (lambda m: np.einsum(m, [0, 1]), UnsupportedError, "np.einsum is recorded with its subscripts as a text"),
        (lambda m: np.einsum("ij,jk", m), ShapeError, "np.einsum: .*names 2 operands, but there are 1"),
        (lambda m: np.einsum("ijk", m), ShapeError, "np.einsum: .*names 3 axes, but the operand has shape"),
        (lambda m: np.einsum("ij,jk", m, np.ones((3, 2))), ShapeError, "einsum: shapes"),
        (lambda m: np.einsum("ii", m[:1]), ShapeError, "np.einsum: .*called 'i' have different lengths"),
        (lambda m: np.einsum("ij->i", m, casting="safe"), UnsupportedError, "np.einsum .* option casting="),
        (lambda m: np.tensordot(m, np.ones((3, 3))), ShapeError, "np.tensordot: .*different lengths"),
        (lambda m: np.linalg.inv(m[:1]), ShapeError, "inv: .*square"),
        (lambda m: np.linalg.inv(m * 0), MatrixError, "inv: Singular matrix"),
        (lambda m: np.linalg.cholesky(-m), MatrixError, "cholesky: Matrix is not positive definite"),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_name(call: Any, error: type, message: str) -> None:
    """The message names numpy's function and what is wrong."""
    with pytest.raises(error, match=message):
        call(Value([[2.0, 0.5], [0.5, 1.0]]))


def test_a_singular_matrix_is_one_of_numpys_errors_too() -> None:
    """A program that catches what numpy raises goes on; it is no matter of shapes."""
    for kind in (np.linalg.LinAlgError, ValueError, MicrogradphysError):
        with pytest.raises(kind, match=r"solve: Singular matrix; its argument has shape \(2, 2\)"):
            np.linalg.solve(Value(np.ones((2, 2))), np.ones(2))
    assert not issubclass(MatrixError, ShapeError)


def test_singular_vectors_and_values_make_the_matrix() -> None:
    """U, S and Vh belong together, and the gradient of their product is that of the matrix."""
    for shape in ((3, 3), (2, 4), (4, 2), (2, 3, 2)):
        a = Value(drawn(*shape))
        u, s, v = np.linalg.svd(a, full_matrices=False)
        back = (u * s[..., None, :]) @ v
        np.testing.assert_allclose(back.data, a.data)
        weights = drawn(*shape)
        (back * weights).sum().backward()
        np.testing.assert_allclose(a.grad, weights, atol=1e-10)


def test_equal_singular_values_have_a_derivative_and_their_vectors_none() -> None:
    """As the table says: nan says so."""
    a = Value(np.eye(2))
    np.linalg.norm(a, "nuc").backward()
    np.testing.assert_allclose(a.grad, np.eye(2))
    with np.errstate(all="ignore"):
        np.linalg.svd(a).U.backward(np.ones((2, 2)))
    assert np.any(np.isnan(a.grad))


def test_a_power_of_0_is_the_identity_whatever_the_matrix() -> None:
    """Its gradient is 0, also where the matrix has no inverse."""
    a = Value(np.full((2, 2), np.inf))
    y = np.linalg.matrix_power(a, 0)
    y.backward(np.ones((2, 2)))
    np.testing.assert_array_equal(y.data, np.eye(2))
    np.testing.assert_array_equal(a.grad, np.zeros((2, 2)))


@pytest.mark.parametrize("subscripts", ["iij->j", "iji->j", "ijj->i", "iijk->jk", "ijik->kj", "ijki->jk"])
def test_the_diagonal_of_any_two_axes_may_be_summed(subscripts: str) -> None:
    x = np.random.default_rng(4).normal(size=(3,) * (len(subscripts.split("->")[0])))
    v = Value(x)
    y = np.einsum(subscripts, v)
    np.testing.assert_allclose(y.data, np.einsum(subscripts, x))
    check_gradients(lambda x: np.sin(np.einsum(subscripts, x)), x, order=1)
