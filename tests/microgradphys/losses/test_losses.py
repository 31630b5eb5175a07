"""Losses: their closed forms, gradients, extremes, types, shapes, weights, names and mistakes."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import Value, losses, nn
from microgradphys.errors import InputError, MicrogradphysError, ShapeError

RNG = np.random.default_rng(3)
Y, T = RNG.normal(size=(2, 6, 3))
YES = (RNG.random((6, 3)) > 0.5).astype(float)
CLASS = np.array([0, 2, 1, 1, 2, 0])
HOT = np.eye(3)[CLASS]
P = mgp.softmax(Y)
SOFT = mgp.softmax(T)

# Each with its arguments, and the textbook's formula for one loss per sample.
CASES: dict[str, tuple[Callable[..., Any], Any, Any, Any]] = {
    "mse": (losses.mse, Y, T, ((Y - T) ** 2).mean(1)),
    "mae": (losses.mae, Y, T, abs(Y - T).mean(1)),
    "huber": (
        partial(losses.huber, delta=0.7),
        Y,
        T,
        np.where(abs(Y - T) < 0.7, (Y - T) ** 2 / 2, 0.7 * (abs(Y - T) - 0.35)).mean(1),
    ),
    "binary": (losses.binary_crossentropy, P, YES, -np.log(np.where(YES == 1, P, 1 - P)).mean(1)),
    "binary, logits": (
        partial(losses.binary_crossentropy, from_logits=True),
        Y,
        YES,
        np.log(1 + np.exp(np.where(YES == 1, -Y, Y))).mean(1),
    ),
    "categorical": (losses.categorical_crossentropy, P, HOT, -np.log(P[range(6), CLASS])),
    "categorical, soft": (losses.categorical_crossentropy, P, SOFT, -(SOFT * np.log(P)).sum(1)),
    "categorical, logits": (
        partial(losses.categorical_crossentropy, from_logits=True),
        Y,
        HOT,
        -np.log(P[range(6), CLASS]),
    ),
    "sparse": (losses.sparse_categorical_crossentropy, P, CLASS, -np.log(P[range(6), CLASS])),
    "sparse, logits": (losses.cross_entropy, Y, CLASS, -np.log(P[range(6), CLASS])),
    "hinge": (losses.hinge, Y, 2 * YES - 1, np.maximum(0, 1 - (2 * YES - 1) * Y).mean(1)),
    "kl": (losses.kl_divergence, P, SOFT, (SOFT * np.log(SOFT / P)).sum(1)),
    "kl, logits": (partial(losses.kl_divergence, from_logits=True), Y, SOFT, (SOFT * np.log(SOFT / P)).sum(1)),
}
each_case = pytest.mark.parametrize(("loss", "y", "t", "by_hand"), CASES.values(), ids=CASES.keys())


@each_case
def test_a_loss_is_its_closed_form_in_every_reduction(loss: Any, y: Any, t: Any, by_hand: Any) -> None:
    np.testing.assert_allclose(loss(y, t, "none"), by_hand, rtol=1e-12)
    assert loss(y, t) == pytest.approx(by_hand.mean(), rel=1e-13)
    columns = 1 if loss(y, t, "sum") == pytest.approx(by_hand.sum(), rel=1e-12) else 3
    assert loss(y, t, "sum") == pytest.approx(by_hand.sum() * columns, rel=1e-12)


@each_case
def test_its_gradient_is_that_of_finite_differences_at_both_orders(loss: Any, y: Any, t: Any, by_hand: Any) -> None:
    mgp.check_gradients(lambda outputs: loss(outputs, t), y, order=2)


@each_case
def test_compiled_it_is_the_same(loss: Any, y: Any, t: Any, by_hand: Any) -> None:
    """Targets are arguments, of whole numbers where they were."""
    step = mgp.value_and_grad(lambda outputs, targets: loss(outputs, targets), 0)
    value, gradient = step(y, t)
    value_again, gradient_again = mgp.compile(step)(y, t)
    assert value_again == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(gradient_again, gradient, rtol=1e-12, atol=1e-17)


@each_case
def test_weights_count_a_sample_as_often_as_they_say(loss: Any, y: Any, t: Any, by_hand: Any) -> None:
    often = np.array([1, 2, 0, 3, 1, 1])
    repeated = loss(y.repeat(often, 0), t.repeat(often, 0))
    assert loss(y, t, weights=often) == pytest.approx(repeated, rel=1e-13)
    assert loss(y, t, weights=0.5 * often) == pytest.approx(repeated, rel=1e-13)
    assert loss(y, t, "sum", often) == pytest.approx(loss(y.repeat(often, 0), t.repeat(often, 0), "sum"), rel=1e-13)
    np.testing.assert_allclose(loss(y, t, "none", often), often * by_hand, rtol=1e-12)
    assert loss(y, t, weights=np.zeros(6)) == 0.0


@each_case
def test_float32_stays_float32(loss: Any, y: Any, t: Any, by_hand: Any) -> None:
    outputs = Value(y.astype(np.float32))
    E = loss(outputs, t, weights=np.ones(6))
    E.backward()
    assert (E.dtype, outputs.grad.dtype) == (np.float32, np.float32)
    assert float(E.data) == pytest.approx(by_hand.mean(), rel=1e-5)


def test_lectures_disagree_about_factors() -> None:
    y = Value([3.0, 1.0, 1.0])
    losses.mse(y, [1.0, 1.0, 0.0], "half").backward()
    assert y.grad.tolist() == [2.0, 0.0, 1.0]
    assert [losses.loss_of(name)([3.0, 1.0], [1.0, 1.0]) for name in ("mse", "sse", "half_sse")] == [2.0, 4.0, 2.0]


@pytest.mark.parametrize("size", [40.0, 1000.0, 1e300])
def test_from_logits_nothing_overflows_and_no_gradient_is_lost(size: float) -> None:
    """Right by a lot costs next to nothing, and wrong by a lot what it is wrong by."""
    z, two = Value([[size], [-size], [size], [-size]]), Value([[size, 0.0], [0.0, size]])
    E = losses.binary_crossentropy(z, [1, 0, 0, 1], "none", from_logits=True)
    np.testing.assert_allclose(E.data, [0.0, 0.0, size, size], rtol=1e-14, atol=1e-16)
    E.sum().backward()
    np.testing.assert_allclose(z.grad.ravel(), [0.0, 0.0, 1.0, -1.0], rtol=1e-14, atol=1e-16)
    E = losses.cross_entropy(two, [0, 0], "sum")
    E.backward()
    assert E.data == size
    np.testing.assert_allclose(two.grad[1], [-1.0, 1.0], rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_of_0_and_1_have_a_finite_loss_and_gradient(dtype: Any) -> None:
    most = 100.0 if dtype == np.float64 else -math.log(np.finfo(np.float32).tiny)
    p = Value(np.array([0.0, 1.0, 0.0, 1.0], dtype))
    E = losses.binary_crossentropy(p, [0, 1, 1, 0], "none")
    np.testing.assert_allclose(E.data, [0.0, 0.0, most, most], rtol=1e-6)
    assert not np.signbit(E.data).any()
    E.sum().backward()
    assert np.isfinite(p.grad).all()
    q = Value(np.array([[0.0, 1.0], [1.0, 0.0]], dtype))
    for E in (losses.sparse_categorical_crossentropy(q, [1, 1]), losses.categorical_crossentropy(q, [[0, 1], [0, 1]])):
        assert float(E.data) == pytest.approx(most / 2, rel=1e-6)
        E.backward()
    assert np.isfinite(q.grad).all()
    assert losses.kl_divergence(q, q.data).data == 0.0


def test_small_probabilities_keep_their_logarithm() -> None:
    assert losses.binary_crossentropy([1e-30], [1]) == pytest.approx(30 * math.log(10), rel=1e-14)
    assert losses.categorical_crossentropy([[1e-30, 1.0]], [[1, 0]]) == pytest.approx(30 * math.log(10), rel=1e-14)


def test_classes_that_are_ruled_out_may_have_logits_of_minus_infinity() -> None:
    z = Value([[0.0, -math.inf, 0.0]])
    E = losses.cross_entropy(z, [0])
    E.backward()
    assert E.data == pytest.approx(math.log(2))
    assert z.grad.tolist() == [[-0.5, 0.0, 0.5]]


def test_corners_are_those_of_the_table() -> None:
    y = Value([1.0, 1.0])
    (losses.hinge(y, [1, 1]) + losses.mae(y, [1.0, 1.0])).backward()
    assert y.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("huge", [math.nan, math.inf])
def test_what_is_not_finite_is_not_hidden(huge: float) -> None:
    for loss in (losses.mse, losses.mae):
        assert not math.isfinite(loss([huge, 1.0], [0.0, 1.0]))
    assert math.isnan(losses.binary_crossentropy([math.nan, 0.5], [1, 0]))
    assert math.isnan(losses.sparse_categorical_crossentropy([[math.nan, math.nan]], [1]))


def test_a_column_of_outputs_fits_a_row_of_targets_and_is_never_spread() -> None:
    column, row = np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 2.0, 3.0])
    assert losses.mse(column, row) == losses.mse(row, column) == losses.mse(row, [1.0, 2.0, 4.0]) == 1 / 3
    assert losses.mse(Value(2.0), [1.0]).data == losses.mse([Value(2.0)], 1.0).data == 1.0
    assert losses.sparse_categorical_crossentropy(P, CLASS[:, None]) == losses.sparse_categorical_crossentropy(P, CLASS)


def test_lists_of_scalar_values_are_outputs() -> None:
    """As the scalar network returns them, for one sample after the other."""
    model = nn.MLP(2, [3, 2])
    inputs, targets = [[0.1, 0.2], [0.3, -0.4]], [[1.0, 0.0], [0.5, 0.5]]
    E = losses.mse([model(x) for x in inputs], targets)
    E.backward()
    by_hand = sum(
        (y.data - t) ** 2 for x, ts in zip(inputs, targets, strict=True) for y, t in zip(model(x), ts, strict=True)
    )
    assert E.data == pytest.approx(by_hand / 4)
    assert all(p.grad is not None for p in model.parameters())


def test_sequences_are_averaged_over_their_places() -> None:
    z, classes = RNG.normal(size=(2, 5, 4)), RNG.integers(0, 4, (2, 5))
    flat = losses.cross_entropy(z.reshape(10, 4), classes.ravel())
    assert losses.cross_entropy(z, classes) == pytest.approx(flat)
    assert losses.cross_entropy(z, np.eye(4)[classes]) == pytest.approx(flat)
    mask = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0]])
    chosen = losses.cross_entropy(z[mask == 1], classes[mask == 1])
    assert losses.cross_entropy(z, classes, weights=mask) == pytest.approx(chosen)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: losses.mse(np.zeros((3, 2)), np.zeros(3)), ShapeError, r"\(3, 2\) .* \(3,\) do not .* 3 .* \(2,\)"),
        (lambda: losses.mse(np.zeros((3, 1)), np.zeros((1, 3))), ShapeError, "do not fit"),
        (lambda: losses.mae(np.zeros(3), np.zeros(4)), ShapeError, r"mae: .*\(3,\).*\(4,\)"),
        (lambda: losses.mse([], []), ShapeError, "no samples"),
        (lambda: losses.mse([1.0], [1.0], "average"), InputError, "no reduction 'average'"),  # type: ignore[arg-type]
        (lambda: losses.mse([1.0, 2.0], [1.0, 2.0], weights=[1.0]), ShapeError, r"weights of .* \(1,\) .* 2 samples"),
        (lambda: losses.mse(["a"], [1.0]), MicrogradphysError, "text"),
        (lambda: losses.huber([1.0], [1.0], delta=0.0), InputError, "delta=0.0"),
        (lambda: losses.huber([1.0], [1.0], delta="a"), InputError, "delta='a'"),  # type: ignore[arg-type]
        (lambda: losses.binary_crossentropy([2.5], [1]), InputError, "2.5 is .*=True, as .binary_.*_logits. does"),
        (lambda: losses.binary_crossentropy([0.5, 0.5], [1, -1]), InputError, "-1.0 is among the targets; .*hinge"),
        (lambda: losses.categorical_crossentropy(P, CLASS), ShapeError, "sparse_categorical_crossentropy"),
        (lambda: losses.categorical_crossentropy(P - 1, HOT), InputError, "as .cross_entropy. does"),
        (lambda: losses.categorical_crossentropy([[1.0]], [[1.0]]), ShapeError, "binary_crossentropy"),
        (lambda: losses.sparse_categorical_crossentropy(P, HOT), ShapeError, "for one-hot targets there is cat"),
        (lambda: losses.sparse_categorical_crossentropy(P, CLASS - 1), InputError, "-1.0 is among .* from 0 to 2"),
        (lambda: losses.sparse_categorical_crossentropy(P, CLASS + 1), InputError, "3.0 is among"),
        (lambda: losses.sparse_categorical_crossentropy(P, CLASS + 0.5), InputError, "0.5 is among"),
        (lambda: losses.cross_entropy(P, CLASS[:4]), ShapeError, r"cross_entropy: .* of shape \(6,\), not \(4,\)"),
        (lambda: losses.cross_entropy(1.0, 1), ShapeError, "cross_entropy"),
        (lambda: losses.hinge([0.5], [0]), InputError, "0.0 is among the targets; they are -1 or .1"),
        (lambda: losses.loss_of("msee"), InputError, "no loss 'msee': did you mean 'mse'"),
        (lambda: losses.loss_of(3), InputError, "not 3"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_mistakes_are_named(make: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


def test_every_name_is_a_loss() -> None:
    for name, loss in losses.LOSSES.items():
        classes = "sparse" in name
        y = np.array([[0.25, 0.75], [0.5, 0.5]])
        t = np.array([0, 1]) if classes else np.array([[1.0, 1.0], [1.0, 1.0]])
        assert losses.loss_of(name) is loss
        assert math.isfinite(loss(y, t))
