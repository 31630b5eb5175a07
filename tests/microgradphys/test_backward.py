"""The reverse sweep: numbers against independent oracles, accumulation, seeds, and who owns a gradient."""

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy
import micrograd.engine
import numpy as np
import pytest

from microgradphys import Value, constant, grad, relu
from microgradphys.backward import Contribution, sweep
from microgradphys.contributions import fit
from microgradphys.errors import DataError, GradientError, ShapeError
from microgradphys.graph import everything
from microgradphys.namespaces import arrays
from microgradphys.primitives import Primitive
from microgradphys.recording import apply, values

X = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.6]])
W = np.array([[0.5, -0.3], [1.4, 0.2], [-0.8, 0.9]])

EXPRESSIONS: dict[str, Callable[..., Any]] = {
    "perceptron": lambda np, x, w: np.mean((np.tanh(np.matmul(x, w)) - 0.5) ** 2),
    "softmax": lambda np, x, w: (
        -np.sum(np.log(np.exp(np.matmul(x, w)) / np.sum(np.exp(np.matmul(x, w)), axis=1, keepdims=True)))
    ),
    "rectifier": lambda np, x, w: np.sum(np.maximum(np.matmul(x, w), 0.1) * np.array([1.0, -2.0])),
    "broadcast": lambda np, x, w: np.sum((x[:, :, None] * w[None, :, :] + x[0, 0]) ** 3),
    "division": lambda np, x, w: np.sum(x / (1.0 + np.sum(w**2))) / np.mean(2.0 + np.abs(w)),
    "shapes": lambda np, x, w: np.sum(np.reshape(x, (3, 2)) * w * np.transpose(np.reshape(x, (2, 3)))),
    "indexing": lambda np, x, w: x[1, 2] * w[0, 1] + np.sum(x[:, ::-1][0] * w[:, 1]) - np.sum(w[np.array([0, 0, 2])]),
    "outer": lambda np, x, w: np.sum(np.sin(np.outer(x[0], w[:, 0])) * np.cos(np.outer(w[:, 1], x[1]))),
    "choice": lambda np, x, w: np.sum(np.where(x > 0, np.sqrt(np.abs(x) + 1.0), x * x)) * np.sum(w),
    "axes": lambda np, x, w: np.sum(np.swapaxes(x, 0, 1) * w) + np.sum(np.squeeze(np.expand_dims(x, 0), 0)) * w[0, 0],
    "powers": lambda np, x, w: np.sum(np.abs(x) ** 1.7) * np.sum(2.0**w),
    "batch": lambda np, x, w: np.sum(np.tanh(np.matmul(np.stack([X, X + 1]) * x, w))),
    "minimum": lambda np, x, w: np.sum(np.minimum(x, np.transpose(w))) - np.sum(np.square(w) * 3 - w),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_gradients_agree_with_autograd(name: str) -> None:
    """The autograd package, which shares no code with ours, finds the same numbers."""
    f = EXPRESSIONS[name]
    ours = grad(lambda x, w: f(np, x, w), (0, 1))(X, W)
    for n in (0, 1):
        theirs = autograd.grad(lambda x, w: f(autograd.numpy, x, w), n)(X, W)
        np.testing.assert_allclose(ours[n], theirs, rtol=1e-12, atol=1e-13)


# What is linear in x has the gradient 0 of a gradient, at which autograd wonders aloud.
@pytest.mark.filterwarnings("ignore:Output seems independent of input")
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_second_derivatives_agree_with_autograd(name: str) -> None:
    """A Hessian-vector product over two nested sweeps is autograd's too."""
    f = EXPRESSIONS[name]

    def slope(np_: Any, grad_: Any) -> Any:
        return lambda x: np_.sum(grad_(lambda inner: f(np_, inner, W))(x) * np.cos(X))

    ours = grad(slope(np, grad))(X)
    theirs = autograd.grad(slope(autograd.numpy, autograd.grad))(X)
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


def program(number: Callable[[float], Any]) -> tuple[Any, Any, Any]:
    """Run the example of micrograd's README."""
    a, b = number(-4.0), number(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return a, b, g


def test_micrograds_example_runs_unchanged_to_the_same_numbers() -> None:
    """The README of micrograd gives 24.7041, 138.8338 and 645.5773 here as well."""
    for ours, theirs in zip(program(Value), program(micrograd.engine.Value), strict=True):
        assert ours.data == pytest.approx(theirs.data, rel=1e-14)
        assert ours.grad == pytest.approx(theirs.grad, rel=1e-14)


def test_grad_is_none_until_it_is_computed() -> None:
    """What is not computed is not 0, before and outside of a backward pass."""
    x, other = Value(1.0), Value(2.0)
    y = x * 2
    assert x.grad is None
    y.backward()
    assert (x.grad, y.grad, other.grad) == (2.0, 1.0, None)


def test_every_edge_of_a_repeated_parent_counts() -> None:
    """x·x brings two contributions to x."""
    x = Value(3.0)
    (x * x * x).backward()
    assert x.grad == 27.0


def test_a_second_backward_accumulates_on_leaves_and_replaces_on_the_rest() -> None:
    """Twice the same pass: twice the gradient on the leaf, the same on the way."""
    x = Value([1.0, 2.0])
    h = x * 3
    y = (h * h).sum()
    y.backward()
    first, between = x.grad, h.grad
    y.backward()
    assert x.grad.tolist() == (2 * first).tolist()
    assert h.grad.tolist() == between.tolist()
    assert y.grad == 1.0


def test_two_losses_on_one_trunk_add_up_on_the_leaf() -> None:
    """The trunk's own gradient is of the last loss; the leaf's is of their sum."""
    x = Value(2.0)
    trunk = x * x
    one, other = trunk * 3, trunk.exp()
    one.backward()
    other.backward()
    assert x.grad == pytest.approx(4 * 3 + 4 * np.exp(4.0))
    assert trunk.grad == pytest.approx(np.exp(4.0))


def test_zero_grad_forgets() -> None:
    """After zero_grad the next pass starts from nothing."""
    x = Value(2.0)
    (x * 5).backward()
    x.zero_grad()
    assert x.grad is None
    (x * 3).backward()
    assert x.grad == 3.0


def test_a_number_and_an_array_without_axes_keep_their_kinds() -> None:
    """A float's gradient is a float, an array's is an array, whichever comes first."""
    for swap in (1, -1):
        number, array = Value(2.0), Value(np.array(3.0))
        np.multiply(*(number, array)[::swap]).backward()
        assert (type(number.grad), number.grad) == (float, 3.0)
        assert (type(array.grad), array.grad) == (np.ndarray, 2.0)


def test_a_leaf_is_its_own_gradient() -> None:
    """∂x/∂x = 1."""
    x = Value(2.0)
    x.backward()
    assert x.grad == 1.0


def test_gradients_do_not_alias() -> None:
    """Changing one gradient in place changes no other, and not the seed."""
    a, b, seed = Value([1.0, 2.0]), Value([3.0, 4.0]), np.array([1.0, 1.0])
    total = a + b
    total.backward(seed)
    a.grad[0] = 99.0
    seed[1] = 77.0
    assert (b.grad.tolist(), total.grad.tolist()) == ([1.0, 1.0], [1.0, 1.0])
    kept = b.grad
    total.backward(np.array([1.0, 1.0]))
    assert kept.tolist() == [1.0, 1.0]


def trunk(x: Value, b: Value) -> list[Value]:
    """A graph along whose edges gradients are handed on unchanged, as views, and to several parents."""
    nodes = [x, b]
    nodes.append(x + b)
    nodes.append(nodes[-1].reshape(3, 2))
    nodes.append(nodes[-1].T)
    nodes.append(nodes[-1] - np.ones((2, 3)))
    nodes.append(nodes[-1] + nodes[-1])
    nodes.append((nodes[-1] + nodes[2]).sum())
    return nodes


def test_no_two_gradients_share_memory_whatever_the_sweep_shared() -> None:
    """Each node's gradient, once asked for, is an array of its own that can be changed, and stays the same one."""
    nodes = trunk(Value(X), Value(X * 2))
    nodes[-1].backward()
    gradients = [node.grad for node in nodes]
    for k, gradient in enumerate(gradients[:-1]):
        assert gradient.flags.writeable
        assert nodes[k].grad is gradient
        others = [other for other in (*gradients[:k], *gradients[k + 1 :]) if isinstance(other, np.ndarray)]
        assert not any(np.shares_memory(gradient, array) for array in (*others, *(node.data for node in nodes[:-1])))


def test_sums_in_place_disturb_no_gradient_that_was_handed_on() -> None:
    """Each of many uses of one node adds to its gradient only."""
    x, b = Value(X), Value(X * 2)
    nodes = trunk(x, b)
    nodes[-1].backward()
    expected = [np.full((2, 3), 3.0)] * 3 + [np.full((3, 2), 2.0)] + [np.full((2, 3), 2.0)] * 2
    for node, gradient in zip(nodes, expected, strict=False):
        np.testing.assert_array_equal(node.grad, gradient)


def test_a_view_that_was_handed_on_first_is_not_added_to() -> None:
    """The gradient of `r` reaches `h` as a view, and what `k` adds there later is no business of `r`."""
    h = np.tanh(Value(X))
    k = h * 2.0
    r = h.reshape(3, 2)
    ((r * r).sum() + k.sum()).backward()
    np.testing.assert_allclose(r.grad, 2 * r.data)
    np.testing.assert_allclose(h.grad, 2 * h.data + 2)


def test_what_grad_returns_can_be_changed_and_shares_nothing() -> None:
    """Two arguments whose gradients are the same numbers have two arrays."""
    first, second = grad(lambda a, b: np.sum(a + b), (0, 1))(X, X)
    first *= 2.0
    assert (first.tolist(), second.tolist()) == ([[2.0] * 3] * 2, [[1.0] * 3] * 2)


def test_a_rule_that_keeps_its_answer_does_not_lose_it() -> None:
    """A row of somebody else's may return the same array every time; gradients are added up beside it."""
    kept = np.array([1.0, 2.0])
    row = Primitive("mine", "mine(a)", (), vjps=(lambda xp, g, y, a: kept,), forward=lambda xp, a: a * 1.0)
    x = Value([1.0, 1.0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "mine", lambda a: a * 1.0, raising=False)
        (apply(row, x) + apply(row, x)).sum().backward()
    x.grad *= 5.0
    assert (x.grad.tolist(), kept.tolist()) == ([10.0, 20.0], [1.0, 2.0])


def test_a_long_batch_gives_a_bias_its_gradient_in_its_dtype() -> None:
    """Sums of many rows, taken as products, are sums."""
    batch = np.random.default_rng(0).normal(size=(3, 500, 4)).astype(np.float32)
    b = Value(np.zeros(4, np.float32))
    ((b + batch) * batch).sum().backward()
    assert b.grad.dtype == np.float32
    np.testing.assert_allclose(b.grad, batch.astype(float).sum(axis=(0, 1)), rtol=1e-4, atol=1e-3)


def test_a_spread_gradient_can_be_changed_in_place() -> None:
    """What a broadcast left behind is an array of the leaf's own."""
    x = Value(np.ones((2, 3)))
    x.sum().backward()
    x.grad *= 2.0
    assert x.grad.tolist() == [[2.0] * 3] * 2


def test_a_seed_weighs_the_elements() -> None:
    """A seed is the gradient of what follows, in the shape of the output."""
    x = Value([1.0, 2.0])
    (x * x).backward([1.0, 10.0])
    assert x.grad.tolist() == [2.0, 40.0]


@pytest.mark.parametrize("seed", [3, 3.0, np.float64(3), np.array(3.0)], ids=repr)
def test_the_seed_of_a_number_is_a_number(seed: Any) -> None:
    """However 3 is written, the gradients of floats are floats."""
    x = Value(2.0)
    y = x * x
    y.backward(seed)
    assert (x.grad, y.grad) == (12.0, 3.0)
    assert type(x.grad) is type(y.grad) is float


def test_an_array_of_one_element_needs_no_seed() -> None:
    """One number is one number, in any shape."""
    x = Value([[3.0]])
    (x * x).backward()
    assert x.grad.tolist() == [[6.0]]


def test_backward_on_an_array_asks_for_one_number() -> None:
    """The message names the node, its shape and both ways out."""
    with pytest.raises(GradientError, match=r"'y' has shape \(2,\); sum or average it first, or pass a seed"):
        (Value([1.0, 2.0]) * 2).named("y").backward()


def test_a_seed_of_another_shape_is_refused() -> None:
    """The message shows both shapes."""
    with pytest.raises(ShapeError, match=r"the seed has shape \(3,\), but a result of multiply with shape \(2,\)"):
        (Value([1.0, 2.0]) * 2).backward([1.0, 1.0, 1.0])


@pytest.mark.parametrize("seed", ["1", 1j, Value(1.0)], ids=repr)
def test_a_seed_is_plain_real_data(seed: Any) -> None:
    """Text, complex numbers and Values are no seeds."""
    with pytest.raises(DataError):
        (Value(1.0) * 2).backward(seed)


def test_backward_without_a_leaf_has_no_meaning() -> None:
    """A result of constants alone says that it depends on no leaf."""
    with pytest.raises(GradientError, match="depends on no leaf Value"):
        (constant(1.0) * 2).backward()


def test_a_watched_sweep_tells_every_contribution_in_order() -> None:
    """Each edge is told once, with upstream, local derivative, amount and running total."""
    x, w = Value(3.0, "x"), Value(2.0, "w")
    told: list[Contribution] = []
    gradients = sweep((x * w + x).named("y"), 1.0, told.append)
    assert [(c.node.op, c.argument, c.parent.name, c.upstream, c.amount, c.total) for c in told] == [
        ("add", 0, None, 1.0, 1.0, 1.0),
        ("add", 1, "x", 1.0, 1.0, 1.0),
        ("multiply", 0, "x", 1.0, 2.0, 3.0),
        ("multiply", 1, "w", 1.0, 3.0, 3.0),
    ]
    assert (gradients[x], gradients[w]) == (3.0, 3.0)
    assert x.grad is None


def test_structural_rows_have_no_local_derivative() -> None:
    """A matrix product has no one number on its edge."""
    told: list[Contribution] = []
    sweep((Value(X) @ Value(W)).sum(), 1.0, told.append)
    assert {c.local for c in told} == {None}


def test_infinite_slopes_are_numpys() -> None:
    """√ at 0 has the slope inf that numpy gives, on a float as on an array."""
    for x in (Value(0.0), Value([0.0])):
        with np.errstate(divide="ignore"):
            x.sqrt().sum().backward()
        assert np.all(np.isinf(x.grad))


@pytest.mark.parametrize(
    ("amount", "like", "shape"),
    [
        ((2, 3), (3,), (3,)),
        ((2, 3), (2, 1), (2, 1)),
        ((4, 2, 3), (1, 3), (1, 3)),
        ((2,), (), ()),
        ((0, 3), (1, 3), (1, 3)),
        ((5000, 3), (3,), (3,)),
        ((50, 1, 100, 3), (1, 1, 3), (1, 1, 3)),
        ((5000, 2, 3), (1, 2, 1), (1, 2, 1)),
    ],
)
def test_fit_undoes_broadcasting(amount: tuple[int, ...], like: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Repeated axes are summed, and the total is kept."""
    fitted = fit(np.ones(amount), np.zeros(like))
    assert fitted.shape == shape
    assert fitted.sum() == np.ones(amount).sum()


@pytest.mark.parametrize("f", [np.absolute, relu, lambda x: np.maximum(x, x * x), lambda x: np.clip(x, -1, 1)])
def test_truths_and_shares_widen_no_float32_at_higher_orders(f: Any) -> None:
    """Nothing in the graph of a gradient is wider than the data."""
    x = Value(np.array([1.0, -2.0], np.float32))
    gradient = sweep(f(x), constant(np.ones(2, np.float32)), values=values)[x]
    assert {node.dtype for node in everything(gradient) if node.shape} == {np.dtype(np.float32)}


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 3)])
def test_a_gradient_has_the_dtype_of_its_data_beside_another_at_every_order(shape: tuple[int, ...]) -> None:
    x, w = Value(np.ones(shape, np.float32)), Value(np.arange(6.0).reshape(2, 3))
    seed = np.ones((2, 3))
    for gradients in (sweep(x * w, seed), sweep(x * w, constant(seed), values=values)):
        assert (gradients[x].dtype, gradients[w].dtype) == (np.float32, np.float64)
