"""grad and value_and_grad: to any order, over nested arguments, through closures, and where they refuse."""

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, constant, grad, relu, sigmoid, value_and_grad
from microgradphys.errors import DataError, GradientError, InputError, StaleGraphError
from microgradphys.trees import flatten, unflatten

Pair = namedtuple("Pair", "left right")

POINT = 0.6
SINES = (np.sin(POINT), np.cos(POINT), -np.sin(POINT), -np.cos(POINT), np.sin(POINT))
T = np.tanh(POINT)
S = 1 / (1 + np.exp(-POINT))
CLOSED_FORMS: dict[str, tuple[Callable[[Any], Any], tuple[float, ...]]] = {
    "x⁵": (lambda x: x**5, (POINT**5, 5 * POINT**4, 20 * POINT**3, 60 * POINT**2, 120 * POINT)),
    "x·x·x": (lambda x: x * x * x, (POINT**3, 3 * POINT**2, 6 * POINT, 6.0, 0.0)),
    "1/x": (lambda x: 1 / x, tuple(c * POINT**-p for c, p in ((1, 1), (-1, 2), (2, 3), (-6, 4), (24, 5)))),
    "√x": (
        lambda x: np.sqrt(x),
        tuple(c * POINT**p for c, p in ((1, 0.5), (0.5, -0.5), (-0.25, -1.5), (0.375, -2.5), (-0.9375, -3.5))),
    ),
    "ln x": (lambda x: np.log(x), (np.log(POINT), *(c * POINT**-p for c, p in ((1, 1), (-1, 2), (2, 3), (-6, 4))))),
    "e²ˣ": (lambda x: np.exp(2 * x), tuple(2**k * np.exp(2 * POINT) for k in range(5))),
    "2ˣ": (lambda x: 2**x, tuple(np.log(2) ** k * 2**POINT for k in range(5))),
    "sin": (lambda x: np.sin(x), SINES),
    "cos": (lambda x: np.cos(x), (*SINES[1:], SINES[1])),
    "tanh": (
        lambda x: np.tanh(x),
        (T, 1 - T**2, -2 * T * (1 - T**2), (1 - T**2) * (6 * T**2 - 2), (1 - T**2) * (16 * T - 24 * T**3)),
    ),
    "sigmoid": (
        sigmoid,
        (
            S,
            S * (1 - S),
            S * (1 - S) * (1 - 2 * S),
            S * (1 - S) * (1 - 6 * S + 6 * S**2),
            S * (1 - S) * (1 - 2 * S) * (1 - 12 * S + 12 * S**2),
        ),
    ),
    "relu": (relu, (POINT, 1.0, 0.0, 0.0, 0.0)),
    "|x|·x": (lambda x: abs(x) * x, (POINT**2, 2 * POINT, 2.0, 0.0, 0.0)),
    "max(x², x)": (lambda x: np.maximum(x**2, x), (POINT, 1.0, 0.0, 0.0, 0.0)),
    "where": (lambda x: np.where(x > 0, x**3, -x), (POINT**3, 3 * POINT**2, 6 * POINT, 6.0, 0.0)),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_derivatives_to_order_four_have_their_closed_forms(name: str) -> None:
    """Differentiating again and again gives what paper gives, on floats and on arrays."""
    f, expected = CLOSED_FORMS[name]
    number, array = f, lambda x: np.sum(f(x))
    for k, derivative in enumerate(expected):
        assert float(number(POINT)) == pytest.approx(derivative, rel=1e-12, abs=1e-12), f"order {k}"
        np.testing.assert_allclose(array(np.array([POINT])), derivative, rtol=1e-12, atol=1e-12)
        number = grad(number)
        array = (lambda previous: lambda x: np.sum(grad(previous)(x)))(array)


def test_a_float_gives_a_float_at_every_order() -> None:
    """Plain numbers in, plain numbers out."""
    f = np.sin
    for _ in range(3):
        f = grad(f)
        assert type(f(0.5)) is float


def test_an_array_gives_an_array_of_its_own() -> None:
    """The gradient can be changed in place and is float32 for float32."""
    x = np.array([1.0, -2.0], np.float32)
    found = grad(lambda x: np.sum(np.tanh(x) ** 2))(x)
    found[0] = 0.0
    assert found.dtype == np.float32
    assert grad(lambda x: np.sum(grad(lambda y: np.sum(y**3))(x)))(x).dtype == np.float32


def test_value_and_grad_gives_both() -> None:
    """The value is what the function returns, as plain data."""
    value, gradient = value_and_grad(lambda x, y: np.sum(x * y))(np.array([1.0, 2.0]), 3.0)
    assert (value, gradient.tolist()) == (9.0, [3.0, 3.0])


@pytest.mark.parametrize(("argnums", "expected"), [(0, 12.0), (1, 4.0), (-1, 4.0), ((1, 0), (4.0, 12.0)), ((), ())])
def test_argnums_choose_the_arguments(argnums: Any, expected: Any) -> None:
    """One number gives one gradient, several give a tuple in their order."""
    assert grad(lambda x, y: x**2 * y, argnums)(2.0, 3.0) == expected


def test_keyword_arguments_are_passed_on() -> None:
    """They are not differentiated."""
    assert grad(lambda x, *, power: x**power)(2.0, power=3) == 12.0


@pytest.mark.parametrize(("argnums", "args"), [(1, (1.0,)), (-2, (1.0,)), ((0, 3), (1.0, 2.0)), (0, ())])
def test_a_missing_argument_is_named(argnums: Any, args: tuple[float, ...]) -> None:
    """An argnums beyond the call says so."""
    with pytest.raises(InputError, match="argnums="):
        grad(lambda *xs: xs[0], argnums)(*args)


@pytest.mark.parametrize("argnums", [(0, 0), (1, -1)])
def test_an_argument_that_is_named_twice_is_refused(argnums: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="names an argument twice"):
        grad(lambda x, y: x * y, argnums)(1.0, 2.0)


def test_an_argument_given_by_name_is_not_counted() -> None:
    """The message says that only positional ones are."""
    with pytest.raises(InputError, match="this call with 0 positional ones"):
        grad(lambda x: x)(x=1.0)


def test_gradients_have_the_structure_of_their_argument() -> None:
    """Tuples, lists, dictionaries and named tuples come back as they were."""
    tree = {"w": [np.ones((2, 2)), 2.0], "b": (3.0,), "p": Pair(1.0, np.array([1.0, 2.0])), "none": []}

    def f(t: Any) -> Any:
        return np.sum(t["w"][0]) * t["w"][1] + t["b"][0] ** 2 + t["p"].left * np.sum(t["p"].right ** 2)

    found = grad(f)(tree)
    assert list(found) == list(tree)
    assert found["w"][0].tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert (found["w"][1], found["b"], found["none"]) == (4.0, (6.0,), [])
    assert type(found["p"]) is Pair
    assert (found["p"].left, found["p"].right.tolist()) == (5.0, [2.0, 4.0])


def test_nested_arguments_can_be_differentiated_twice() -> None:
    """A gradient of a dictionary is a dictionary of things that can be differentiated."""
    inner = grad(lambda t: t["a"] ** 3 * t["b"])
    outer = grad(lambda t: inner(t)["a"] + inner(t)["b"])
    assert outer({"a": 2.0, "b": 3.0}) == {"a": 6 * 2.0 * 3.0 + 3 * 4.0, "b": 3 * 4.0}


def test_flatten_and_unflatten_are_inverse() -> None:
    """Empty branches and one level in another survive."""
    for tree in ([], {}, (), [[], {"a": ()}], {"a": [1, (2, {"b": 3})]}, Pair(1, [2]), 5):
        assert unflatten(tree, flatten(tree)) == tree


def test_perturbations_are_not_confused() -> None:
    """d/dx x · d/dy (x + y) is 1, not 2: the inner y is not the outer x.

    J. M. Siskind and B. A. Pearlmutter, IFL 2005, "Perturbation confusion and referential transparency".
    """
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(3.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: x * y**2)(x))(3.0) == 12.0


def test_an_inner_function_of_the_outer_argument_alone_has_gradient_zero() -> None:
    """What does not depend on y has the derivative 0 in y, whatever it does in x."""
    assert grad(lambda x: x * grad(lambda y: x**2)(1.0))(3.0) == 0.0


def test_mixed_derivatives_do_not_depend_on_the_order() -> None:
    """∂²f/∂x∂y = ∂²f/∂y∂x."""

    def f(x: Any, y: Any) -> Any:
        return np.sin(x * y) * np.exp(x) / y

    one = grad(lambda x: grad(f, 1)(x, 0.7))(0.4)
    other = grad(lambda y: grad(f, 0)(0.4, y))(0.7)
    assert one == pytest.approx(other, rel=1e-12)


def test_a_closure_over_a_value_gives_a_value() -> None:
    """A gradient that depends on an outer Value can be taken further with backward()."""
    w = Value(3.0, "w")
    slope = grad(lambda x: w * x**2)(2.0)
    assert isinstance(slope, Value)
    assert slope.data == 12.0
    slope.backward()
    assert w.grad == 4.0


def test_a_closure_over_a_constant_gives_plain_numbers() -> None:
    """Nothing is to be gained from a Value into which no gradient flows."""
    c = constant(3.0)
    assert type(grad(lambda x: c * x**2)(2.0)) is float


def test_a_value_as_argument_stays_connected() -> None:
    """The gradient at a Value is a Value that depends on it."""
    x = Value([1.0, 2.0])
    slope = grad(lambda y: np.sum(y**3))(x)
    slope.sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]


def test_the_outer_leaf_gets_no_gradient_from_an_inner_grad() -> None:
    """grad() leaves .grad alone: only backward() writes it."""
    w = Value(3.0)
    grad(lambda x: w * x)(2.0)
    assert w.grad is None


@pytest.mark.parametrize("f", [lambda x: 5.0, lambda x: constant(5.0), lambda x: np.float64(5.0), lambda x: 5])
def test_a_function_that_ignores_its_argument_has_gradient_zero(f: Any) -> None:
    """Zero, in the argument's shape, and the value is still returned."""
    value, gradient = value_and_grad(f)(np.ones((2, 3)))
    assert (value, gradient.tolist()) == (5.0, [[0.0] * 3] * 2)
    assert grad(f)(1.0) == 0.0
    assert grad(grad(f))(1.0) == 0.0


def test_an_argument_that_is_ignored_has_gradient_zero() -> None:
    """One argument used and one not."""
    assert grad(lambda x, y: x**2, (0, 1))(3.0, 4.0) == (6.0, 0.0)


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: x * np.ones(3), GradientError, r"returns one number, not shape \(3,\); sum or average it"),
        (lambda x: np.ones(3), GradientError, r"returns one number, not shape \(3,\)"),
        (lambda x: None, DataError, "cannot differentiate objects: None"),
        (lambda x: (x, x), DataError, "plain array"),
        (lambda x: "1", DataError, "text"),
        (lambda x: (x, 1), DataError, r"^grad\(\) needs a function that returns one number: "),
    ],
)
def test_a_function_that_returns_no_number_is_refused(f: Any, error: type[Exception], message: str) -> None:
    """The message says what came instead."""
    with pytest.raises(error, match=message):
        grad(f)(1.0)


@pytest.mark.parametrize("argument", ["1", 1j, None, object(), [1.0, None]], ids=lambda given: type(given).__name__)
def test_an_argument_that_cannot_be_differentiated_is_refused(argument: Any) -> None:
    """Arguments are data as a Value's are."""
    with pytest.raises(DataError):
        grad(lambda x: 1.0)(argument)


def test_a_closure_over_a_changed_leaf_is_noticed() -> None:
    """A transform reads the same recording, and the same warning."""
    w = Value(1.0, "w")
    old = w * 2
    w.data = 5.0
    with pytest.raises(StaleGraphError, match="'w'"):
        grad(lambda x: x * old)(1.0)


def test_the_callers_arrays_are_left_alone() -> None:
    """A function that changes its input's copies cannot reach the caller's."""
    x = np.array([1.0, 2.0])
    grad(lambda v: np.sum(v * v))(x)
    assert x.tolist() == [1.0, 2.0]
    assert x.flags.writeable


def test_wrapped_functions_say_what_they_are() -> None:
    """The docstring of a transform names the function."""

    def energy(x: Any) -> Any:
        return x

    assert grad(energy).__doc__ == "Gradient of energy."
    assert value_and_grad(energy).__doc__ == "Value and gradient of energy."


def loss(w: Any) -> Any:
    """A small network: a matrix, a nonlinearity, a matrix, a softmax."""
    x = np.array([[0.3, -0.7], [1.2, 0.4], [-0.5, 0.9]])
    h = np.tanh(x @ w[:2] + w[2])
    scores = np.exp(h @ w[3:].T)
    return -np.mean(np.log(scores / np.sum(scores, axis=1, keepdims=True))[:, 0]) + 0.1 * np.sum(w**4)


W = np.random.default_rng(3).normal(size=(5, 4))
V = np.random.default_rng(4).normal(size=(5, 4))


def test_hessian_vector_products_agree_with_differences_of_gradients() -> None:
    """H v is the slope of the gradient along v."""
    product = grad(lambda w: np.sum(grad(loss)(w) * V))(W)
    step = 1e-5
    expected = (grad(loss)(W + step * V) - grad(loss)(W - step * V)) / (2 * step)
    np.testing.assert_allclose(product, expected, rtol=1e-7, atol=1e-8)


def test_a_hessian_built_row_by_row_is_symmetric() -> None:
    """Twenty rows of second derivatives form a symmetric matrix."""
    rows = [grad(lambda w, n=n: np.reshape(grad(loss)(w), (-1,))[n])(W).ravel() for n in range(W.size)]
    np.testing.assert_allclose(rows, np.transpose(rows), rtol=1e-11, atol=1e-12)


def test_gradient_descent_on_plain_arrays_converges() -> None:
    """The transform is all one needs to train."""
    w = np.zeros(2)
    slope = grad(lambda w: np.sum((w - np.array([1.0, -2.0])) ** 2))
    for _ in range(100):
        w = w - 0.2 * slope(w)
    np.testing.assert_allclose(w, [1.0, -2.0], atol=1e-10)
