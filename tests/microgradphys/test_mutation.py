"""What changes between forward and backward gives the original gradient or one clear error; nothing is shared."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import Value, constant, grad, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp
from microgradphys.errors import DataError, StaleGraphError

M = np.arange(1.0, 7.0).reshape(2, 3)
FILTER = np.array([0.5, -1.0]).reshape(2, 1, 1)

# Functions of a Value and of arrays that the caller may change afterwards: operands, indices, axes, options.
CALLS: dict[str, tuple[Callable[..., Any], Any, tuple[Any, ...]]] = {
    "operand": (lambda v, a: v * a, M, (M + 1,)),
    "reflected operand": (lambda v, a: a / v, M, (M + 1,)),
    "list operand": (lambda v, a: v * a, M, ([2.0, 3.0, 4.0],)),
    "matrix": (lambda v, a: a @ v, M, (np.array([[1.0, 2.0]]),)),
    "condition": (lambda v, a: np.where(a, v, 2 * v), M, (M > 2,)),
    "bounds": (lambda v, a, b: np.clip(v, a, b), M, (np.full(3, 2.0), np.full(3, 5.0))),
    "index array": (lambda v, i: v[i], M, (np.array([0, 0, 1]),)),
    "index list": (lambda v, i: v[i], M, ([0, 0, 1],)),
    "index lists": (lambda v, i, j: v[i, j], M, ([0, 1], [2, 2])),
    "index of an index": (lambda v, i: v[1:, i], M, (np.array([0, 2, 2]),)),
    "mask": (lambda v, i: v[i], M, (M > 2,)),
    "ends of a slice": (lambda v, i, j: v[0, i:j], M, (np.array(0), np.array(2))),
    "take": (lambda v, i: np.take(v, i, axis=1), M, (np.array([0, 0, 1]),)),
    "take_along_axis": (lambda v, i: np.take_along_axis(v, i, 1), M, (np.array([[0, 0], [2, 1]]),)),
    "set_at": (lambda v, i, a: mgp.set_at(v, i, a) * v, M, (np.array([0, 1]), np.ones(3))),
    "shape array": (lambda v, s: v.reshape(s) * np.arange(6.0).reshape(3, 2), M, (np.array([3, 2]),)),
    "axes list": (
        lambda v, s: np.transpose(v, s) * np.arange(8.0).reshape(2, 2, 2),
        M[0, 0] + np.ones((2, 2, 2)),
        ([2, 0, 1],),
    ),
    "axes array": (
        lambda v, s: v.transpose(s) * np.arange(8.0).reshape(2, 2, 2),
        np.ones((2, 2, 2)),
        (np.array([2, 0, 1]),),
    ),
    "axis array": (lambda v, s: np.cumsum(v, axis=s), M, (np.array(1),)),
    "axis of max": (lambda v, s: np.amax(v, s), M, (np.array(1),)),
    "axis of norm": (lambda v, s: np.linalg.norm(v, None, s), M, (np.array(1),)),
    "freedom": (lambda v, s: v.var(ddof=s), M, (np.array(1),)),
    "spread shape": (lambda v, s: np.broadcast_to(v, s), M[0], (np.array([2, 3]),)),
    "slope": (lambda v, s: mgp.leaky_relu(-v, slope=s), M, (np.array(0.2),)),
    "places": (lambda v, x: np.trapezoid(v, x, axis=1), M, (np.array([0.0, 1.0, 4.0]),)),
    "padding": (lambda v, w: np.pad(v, w), M, (np.array([[1, 0], [0, 1]]),)),
    "shift": (lambda v, s: np.roll(v, s, 1) * M, M, (np.array(1),)),
    "repeats": (lambda v, s: np.repeat(v, s, 1) * np.arange(6.0), M, (np.array([1, 2, 3]),)),
    "sections": (lambda v, s: np.split(v, s, 1)[0], M, (np.array([2, 3]),)),
    "parts": (lambda v, a: np.concatenate([v, a]) ** 2, M, (M + 1,)),
    "einsum": (lambda v, a: np.einsum("ij,j->i", v, a), M, (np.ones(3),)),
    "solve": (lambda v, a: np.linalg.solve(a, v), M, (np.eye(2) * 2,)),
    "tensordot": (lambda v, a, b: np.tensordot(v, a, b), M, (M + 1, [[0, 1], [0, 1]])),
    "kernel": (lambda v, a: mgp.conv1d(v, a), M.reshape(1, 6, 1), (FILTER,)),
}


def spoiled(given: Any) -> None:
    """Change what the caller still holds, as far as its type allows."""
    if isinstance(given, np.ndarray):
        given[...] = ~given if given.dtype == bool else given[::-1].copy() + 1 if given.ndim else 1 - given
    elif isinstance(given, list):
        given.reverse()
        given[:] = [0 if isinstance(x, int) else x for x in given]


def copied(args: tuple[Any, ...]) -> list[Any]:
    """Copy arguments, so that one test cannot spoil another."""
    return [a.copy() if isinstance(a, np.ndarray) else [*a] for a in args]


@pytest.mark.parametrize(("f", "x", "args"), CALLS.values(), ids=CALLS)
def test_what_the_caller_changes_afterwards_changes_no_gradient(f: Any, x: Any, args: Any) -> None:
    """The array the Value was made from, and every array or list given beside it."""
    left, changed, original = Value(x), copied(args), x.copy()
    first = f(left, *args)
    first.backward(np.ones(first.shape))
    leaf = Value(original)
    result = f(leaf, *changed)
    seed = np.ones(result.shape)
    for given in (*changed, original):
        spoiled(given)
    np.testing.assert_array_equal(result.data, first.data)
    result.backward(seed)
    np.testing.assert_array_equal(leaf.grad, left.grad)


@pytest.mark.parametrize(("f", "x", "args"), CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("assign", [False, True])
def test_a_leaf_changed_after_the_forward_pass_is_an_error(f: Any, x: Any, args: Any, assign: bool) -> None:
    """In place or by assignment, whatever was done with it."""
    leaf = Value(x, "leaf")
    result = f(leaf, *args)
    if assign:
        leaf.data = leaf.data + 1
    else:
        leaf.data[...] += 1
    with pytest.raises(StaleGraphError, match="the data of 'leaf' changed"):
        result.backward(np.ones(result.shape))


def test_one_element_of_a_leaf_is_as_good_as_all() -> None:
    """Whoever read the element that changed is out of date, and whoever read another is not."""
    x = Value([1.0, 2.0, 3.0], "x")
    first, second = x[0] * 2, x[1:] * 3
    x.data[2] = 9.0
    assert x[0] * 4 == 4.0
    first.backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]
    with pytest.raises(StaleGraphError, match="'x'"):
        second.sum().backward()
    both = x[2] * x[0]
    both.backward()
    assert x.grad.tolist() == [11.0, 0.0, 1.0]
    with pytest.raises(StaleGraphError, match="'x'"):
        second.sum().backward()


def test_rows_that_are_updated_one_by_one_are_never_stale() -> None:
    """A table of which each step reads and changes another row, as an embedding is trained."""
    table = Value(np.zeros((5, 2)), "table")
    for step in range(20):
        row = table[step % 5]
        loss = ((row - 1.0) ** 2).sum()
        table.zero_grad()
        loss.backward()
        table.data[step % 5] -= 0.5 * table.grad[step % 5]
    np.testing.assert_array_equal(table.data, np.ones((5, 2)))


VIEWS: list[Callable[[Any], Any]] = [
    lambda v: v.reshape(2, 1),
    lambda v: v[::-1],
    lambda v: v.T,
    lambda v: np.broadcast_to(v, (2, 2)),
    lambda v: np.squeeze(v.reshape(1, 2)),
    lambda v: v.detach(),
]


@pytest.mark.parametrize("view", VIEWS)
def test_a_constant_does_not_look_at_data_that_can_change(view: Any) -> None:
    """What was computed without recording, or from a frozen leaf, is a number of then."""
    for freeze in (False, True):
        x, w = Value([1.0, 2.0], "x"), Value(3.0)
        if freeze:
            x.active = False
            y = view(x)
        else:
            with no_grad():
                y = view(x)
        wanted = y.data.sum()
        loss = (w * y).sum()
        x.data[0] = 100.0
        loss.backward()
        assert w.grad == wanted


def test_a_frozen_leaf_is_watched() -> None:
    """No gradient flows into it, but those of others are computed from its data."""
    x, w = Value([1.0, 2.0], "x"), Value(3.0)
    x.active = False
    loss = (w * x).sum()
    x.data[0] = 100.0
    with pytest.raises(StaleGraphError, match="'x'"):
        loss.backward()


def test_an_array_that_nobody_has_asked_for_is_not_compared_with_its_past() -> None:
    """Only its data's reader could have changed it: before that, no copy is kept."""
    x = Value([1.0, 2.0], "x")
    (x * x).sum().backward()
    assert x.witness is None
    loss = (x * x).sum()
    x.data[0] = 5.0
    with pytest.raises(StaleGraphError, match="'x'"):
        loss.backward()
    x.data = [3.0, 4.0]
    assert x.witness is None


def test_computed_data_and_constants_cannot_be_written_to() -> None:
    """numpy itself refuses."""
    x = Value([1.0, 2.0])
    for node in (x * 2, x[:], x.reshape(2, 1), constant([1.0, 2.0]), np.broadcast_to(x, (2, 2)), x.sum() * x):
        with pytest.raises(ValueError, match="read-only"):
            node.data[...] = 0.0


def test_a_masked_array_is_refused() -> None:
    """Its mask would be lost."""
    with pytest.raises(DataError, match="masked array"):
        Value(np.ma.array([1.0, 2.0], mask=[False, True]))


def arrays_in(tree: Any) -> Iterator[np.ndarray[Any, Any]]:
    """Go through the arrays of a nested structure."""
    if isinstance(tree, np.ndarray):
        yield tree
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            yield from arrays_in(part)


def assert_apart(*trees: Any) -> None:
    """No two arrays share memory."""
    for one, other in combinations([array for tree in trees for array in arrays_in(tree)], 2):
        assert not np.shares_memory(one, other)


# Every way in which one array could be handed through as it is.
PASSING: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b,
    lambda a, b: (a + b).reshape(3, 2).T.reshape(2, 3),
    lambda a, b: np.squeeze(np.expand_dims(a, 0) + b, 0)[:, :],
    lambda a, b: np.broadcast_to(a, (2, 3)) + b.swapaxes(0, 1).swapaxes(0, 1),
    lambda a, b: np.concatenate([a, b])[:2] + np.stack([a, b])[1],
    lambda a, b: np.where(True, a, b) - np.positive(b),
    lambda a, b: a[0] + a[1] + b,
    lambda a, b: np.flip(np.ravel(a)).reshape(2, 3) + np.moveaxis(b, 0, 0),
]


@pytest.mark.parametrize("f", PASSING)
def test_no_two_gradients_share_memory(f: Any) -> None:
    """Nor does a gradient with any data, with the seed, or with what the Values were made from."""
    given, other, seed = M.copy(), M + 1, np.ones((2, 3))
    a, b = Value(given), Value(other)
    result = f(a, b)
    result.backward(seed)
    nodes, stack = [], [result]
    while stack:
        node = stack.pop()
        if not any(node is known for known in nodes):
            nodes.append(node)
            stack += node.parents
    gradients = [node.grad for node in nodes if node.grad is not None]
    assert len(gradients) >= 3
    assert_apart(seed, given, other, *gradients)
    for data in (node.data for node in nodes):
        for gradient in gradients:
            assert not np.shares_memory(data, gradient)
    kept = a.grad
    before = kept.copy()
    result.backward(seed)
    np.testing.assert_array_equal(kept, before)
    np.testing.assert_array_equal(a.grad, 2 * before)


@pytest.mark.parametrize("f", PASSING)
def test_what_transforms_return_is_the_callers_own(f: Any) -> None:
    """Gradients share memory with nothing, and can be written to."""
    a, b, seed = M.copy(), M + 1, np.ones((2, 3))
    both = value_and_grad(lambda a, b: np.sum(f(a, b)), (0, 1))(a, b)[1]
    output, pull = vjp(f, a, b)
    pulled, again = pull(seed), pull(seed)
    derivatives = jacobian(f, (0, 1))(a, b)
    slope = jvp(f, (a, b), (seed, a))[1]
    assert_apart(a, b, seed, both, output, pulled, again, derivatives, slope)
    for array in arrays_in((both, pulled, derivatives, slope)):
        array += 1.0


def test_identities_share_nothing() -> None:
    """The shortest functions there are."""
    x, v = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    output, pull = vjp(lambda x: x, x)
    value, slope = jvp(lambda x: x, (x,), (v,))
    product = hvp(lambda x: np.sum(x * x) / 2)(x, v)
    curvature = hessian(lambda x: np.sum(x * x) / 2)(x)
    assert_apart(x, v, output, pull(v), value, slope, product, curvature, grad(lambda x: x @ v)(x))
    assert (pull(v)[0].tolist(), slope.tolist(), product.tolist()) == ([3.0, 4.0],) * 3


def test_a_seed_may_be_changed_and_used_again() -> None:
    """Each pass takes the seed of its moment."""
    x, seed = Value([1.0, 2.0]), np.array([1.0, 1.0])
    y = x * 1.0
    y.backward(seed)
    seed[:] = [10.0, 20.0]
    assert x.grad.tolist() == y.grad.tolist() == [1.0, 1.0]
    y.backward(seed)
    assert (x.grad.tolist(), y.grad.tolist()) == ([11.0, 21.0], [10.0, 20.0])


def test_zero_and_repeat_gives_the_same_again() -> None:
    """Bit by bit, over a graph in which nodes are used several times, elements among them."""
    x = Value(np.linspace(-1, 1, 6), "x")
    h = np.tanh(x * x[0]) + x[::-1]
    loss = (h * h).sum() + h[2] * x[3] + (h @ x)
    loss.backward()
    first, inner = x.grad, h.grad
    x.zero_grad()
    loss.backward()
    np.testing.assert_array_equal(x.grad, first)
    np.testing.assert_array_equal(h.grad, inner)


def test_a_loss_on_a_loss_and_a_part_of_it() -> None:
    """Losses in any order on one trunk give the leaf the gradient of their sum."""
    x = Value([0.5, -1.5])
    trunk = np.tanh(x)
    small, large = trunk[0] * 2, (trunk * trunk).sum()
    total = small + large
    total.backward()
    whole = x.grad
    x.zero_grad()
    for loss in (large, small):
        loss.backward()
    np.testing.assert_allclose(x.grad, whole, rtol=1e-15)
