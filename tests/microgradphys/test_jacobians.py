"""Jacobians, Hessians and products with them: closed forms, each other, finite differences, structures, errors."""

from typing import Any

import numpy as np
import pytest

from microgradphys import Value, grad, hessian, hvp, jacobian, jvp, no_grad, vjp
from microgradphys.errors import GradientError, InputError, ShapeError

X = np.array([0.3, -0.5, 1.2])
W = np.array([[0.1, 0.2, -0.3], [0.3, -0.4, 0.5]])


def layer(w: Any) -> Any:
    """A layer of two neurons."""
    return np.tanh(w @ X)


def bowl(x: Any) -> Any:
    """A scalar function with a full Hessian."""
    return np.sum(np.tanh(x) ** 2) * x[0] + np.exp(x[1] * x[2])


def central(f: Any, x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """The Jacobian by central differences."""
    columns = []
    for index in np.ndindex(x.shape):
        move = np.zeros_like(x)
        move[index] = step
        columns.append((np.asarray(f(x + move)) - np.asarray(f(x - move))) / (2 * step))
    return np.stack(columns, -1).reshape(np.shape(f(x)) + x.shape)


def test_a_jacobian_has_the_shape_of_output_and_input() -> None:
    """And agrees with central differences."""
    found = jacobian(layer)(W)
    assert found.shape == (2, 2, 3)
    np.testing.assert_allclose(found, central(layer, W), atol=1e-9)


def test_a_hessian_is_symmetric_and_right() -> None:
    """Against central differences of the gradient."""
    found = hessian(bowl)(X)
    np.testing.assert_allclose(found, found.T, atol=1e-15)
    np.testing.assert_allclose(found, central(grad(bowl), X), atol=1e-8)


def test_products_are_those_of_the_matrices() -> None:
    """vjp, jvp and hvp never build them."""
    J, H, v = jacobian(layer)(W), hessian(bowl)(X), np.array([1.0, -2.0, 0.5])
    output, pull = vjp(layer, W)
    np.testing.assert_allclose(output, layer(W))
    np.testing.assert_allclose(pull(np.array([1.0, -1.0]))[0], np.einsum("i,ijk->jk", [1.0, -1.0], J))
    output, slope = jvp(layer, (W,), (np.ones_like(W),))
    np.testing.assert_allclose(output, layer(W))
    np.testing.assert_allclose(slope, J.sum((1, 2)))
    np.testing.assert_allclose(hvp(bowl)(X, v), H @ v)


def test_structures_are_kept_on_both_sides() -> None:
    """Dictionaries in, tuples out."""
    point = {"a": 2.0, "b": np.array([3.0, 4.0])}
    found = jacobian(lambda p: (p["a"] * p["b"], p["a"] ** 2))(point)
    np.testing.assert_array_equal(found[0]["a"], [3.0, 4.0])
    np.testing.assert_array_equal(found[0]["b"], 2 * np.eye(2))
    assert found[1]["a"] == 4.0
    np.testing.assert_array_equal(found[1]["b"], [0.0, 0.0])
    assert hessian(lambda p: p["a"] * p["b"][0] ** 2)(point)["a"]["a"] == 0.0
    output, pull = vjp(lambda p: {"s": p["a"] * p["b"]}, point)
    np.testing.assert_array_equal(pull({"s": np.ones(2)})[0]["a"], 7.0)
    assert list(output) == ["s"]
    slopes = jvp(lambda a, b: (a * b, a), (2.0, 5.0), (1.0, 1.0))[1]
    assert slopes == (7.0, 1.0)


def test_transforms_nest_in_any_order() -> None:
    """Each against a closed form."""
    assert grad(lambda x: jvp(lambda y: y * y * x, (x,), (1.0,))[1])(3.0) == 12.0
    np.testing.assert_allclose(grad(lambda x: np.sum(hessian(lambda y: np.sum(y**3))(x)))(X), 6.0)
    np.testing.assert_allclose(jacobian(jacobian(lambda x: x**3))(X)[1, 1, 1], 6 * X[1])
    assert jvp(grad(lambda x: x**4), (2.0,), (1.0,)) == (32.0, 48.0)
    assert grad(lambda x: vjp(lambda y: y**3, x)[1](1.0)[0])(2.0) == 12.0
    assert grad(lambda x: hvp(lambda y: y**4)(x, 1.0))(2.0) == 48.0


def test_a_closure_over_a_value_is_not_taken_for_a_constant() -> None:
    """The results are Values that can be swept."""
    w = Value(3.0, "w")
    found = jacobian(lambda x: w * x**2)(X)
    np.testing.assert_array_equal(found.data, np.diag(6 * X))
    found[0, 0].backward()
    assert w.grad == pytest.approx(2 * X[0])
    w.grad = None
    _, slope = jvp(lambda x: w * x**2, (2.0,), (1.0,))
    slope.backward()
    assert w.grad == 4.0


def test_what_does_not_depend_on_its_input_has_derivative_zero() -> None:
    """In the right shapes."""
    assert jacobian(lambda x: 3.0)(2.0) == 0.0
    np.testing.assert_array_equal(jacobian(lambda x: np.ones(2))(X), np.zeros((2, 3)))
    assert jvp(lambda x: 3.0, (2.0,), (1.0,)) == (3.0, 0.0)
    assert vjp(lambda x, y: x, 1.0, 2.0)[1](5.0) == (5.0, 0.0)
    assert jvp(np.prod, (np.zeros(0),), (np.zeros(0),)) == (1.0, 0.0)
    assert jvp(np.prod, (np.zeros(0),), (Value(np.zeros(0)),))[1] == 0.0
    w = Value([3.0, 4.0])
    output, slope = jvp(lambda x: w * w, (2.0,), (1.0,))
    assert output.data.tolist() == [9.0, 16.0]
    np.testing.assert_array_equal(slope, [0.0, 0.0])


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda: jvp(layer, (W,), (X,)), ShapeError, r"the tangent has shape \(3,\) where \(2, 3\) is needed"),
        (lambda: jvp(layer, W, W), InputError, "two tuples"),
        (lambda: jvp(layer, (W,), W), InputError, "two tuples"),
        (lambda: jvp(layer, W, (W,)), InputError, "two tuples"),
        (lambda: vjp(layer, W)[1](1.0), ShapeError, r"the gradient has shape \(\) where \(2,\) is needed"),
        (lambda: vjp(layer, W)[1]((1.0, 2.0)), ShapeError, "has 2 parts where there are 1"),
        (lambda: hvp(bowl)(X, 1.0), ShapeError, r"the vector has shape \(\) where \(3,\)"),
        (lambda: hessian(layer)(W), GradientError, r"one number, not shape \(2,\)"),
        (lambda: jacobian(layer, 1)(W), InputError, "does not have"),
        (lambda: jacobian(3), InputError, "not a function"),  # type: ignore[arg-type]
        (lambda: grad(layer, (0, 0))(W), InputError, "twice"),
        (lambda: grad(layer, "x")(W), InputError, "not a whole number"),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused(use: Any, error: type[Exception], message: str) -> None:
    """With the shapes or the argument in the message."""
    with pytest.raises(error, match=message):
        use()


def test_transforms_record_what_they_need_where_nothing_else_is_recorded() -> None:
    """Inside `no_grad` a derivative is the same number."""
    with no_grad():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert jvp(lambda x: x**3, (2.0,), (1.0,)) == (8.0, 12.0)
        assert vjp(lambda x: x**3, 2.0)[1](1.0) == (12.0,)
        np.testing.assert_array_equal(hessian(lambda x: np.sum(x**3))(X), np.diag(6 * X))
