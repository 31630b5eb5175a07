"""Metrics: against scikit-learn's, in every form that outputs and targets have, and scikit-learn's own as metrics."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from microgradphys import metrics
from microgradphys.errors import InputError, MicrogradphysError, ShapeError

RNG = np.random.default_rng(2)
SCORES, CLASS = RNG.random((40, 3)), RNG.integers(0, 3, 40)
P, YES = RNG.random((40, 1)), RNG.integers(0, 2, 40)
Y, T, W = RNG.normal(size=(40, 2)), RNG.normal(size=(40, 2)), RNG.random(40)


@pytest.mark.parametrize("weights", [None, W], ids=["all alike", "weights"])
def test_accuracy_is_that_of_scikit_learn_in_every_form(weights: Any) -> None:
    several = sk.accuracy_score(CLASS, SCORES.argmax(1), sample_weight=weights)
    for targets in (CLASS, CLASS[:, None], np.eye(3)[CLASS]):
        assert metrics.accuracy(SCORES, targets, weights) == pytest.approx(several)
    single = sk.accuracy_score(YES, P[:, 0] > 0.5, sample_weight=weights)
    for outputs in (P, P[:, 0]):
        for targets in (YES, YES[:, None], YES == 1):
            assert metrics.accuracy(outputs, targets, weights) == pytest.approx(single)
    assert metrics.accuracy(P - 0.5, 2 * YES - 1, weights) == pytest.approx(single)
    assert metrics.accuracy(P - 0.5, YES, weights, threshold=0.0) == pytest.approx(single)


@pytest.mark.parametrize("weights", [None, W], ids=["all alike", "weights"])
def test_measures_of_regression_are_those_of_scikit_learn(weights: Any) -> None:
    for ours, theirs in (
        ("mse", sk.mean_squared_error),
        ("mae", sk.mean_absolute_error),
        ("rmse", lambda t, y, sample_weight: np.sqrt(sk.mean_squared_error(t, y, sample_weight=sample_weight))),
        ("r2", sk.r2_score),
    ):
        assert metrics.metric_of(ours)(Y, T, weights=weights) == pytest.approx(theirs(T, Y, sample_weight=weights))
    assert (metrics.r2([5.0, 5.0], [2.0, 2.0]), metrics.r2([2.0, 2.0], [2.0, 2.0])) == (0.0, 1.0)
    assert metrics.r2([0.0, 0.5, 0.0, 0.0], [1.0, -1.0, 1.0, -1.0]) == pytest.approx(1 - (1 + 2.25 + 1 + 1) / 4)


@pytest.mark.parametrize(
    ("function", "outputs", "targets", "expected"),
    [
        (sk.precision_score, P, YES, sk.precision_score(YES, P[:, 0] > 0.5)),
        (sk.precision_score, P, YES[:, None], sk.precision_score(YES, P[:, 0] > 0.5)),
        (sk.accuracy_score, np.array([[0.1, 0.7, 0.2]]), np.array([[0.0, 1.0, 0.0]]), 1.0),
        (sk.balanced_accuracy_score, SCORES, np.eye(3)[CLASS], sk.balanced_accuracy_score(CLASS, SCORES.argmax(1))),
        (sk.roc_auc_score, P, YES[:, None], sk.roc_auc_score(YES, P[:, 0])),
        (sk.log_loss, P, YES, sk.log_loss(YES, P[:, 0])),
        (sk.r2_score, Y, T, sk.r2_score(T, Y)),
        (sk.median_absolute_error, Y[:, :1], T[:, 0], sk.median_absolute_error(T[:, 0], Y[:, 0])),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_functions_of_scikit_learn_get_what_they_want_in_their_order(
    function: Any, outputs: Any, targets: Any, expected: float
) -> None:
    metric = metrics.metric_of(function)
    assert metric(outputs, targets) == pytest.approx(expected)
    assert metric.__name__ == function.__name__


def test_every_name_is_a_metric_and_any_function_is_one() -> None:
    for name in ("accuracy", "binary_accuracy", "categorical_accuracy", "mse", "hinge", "r2_score"):
        assert callable(metrics.metric_of(name))

    def mine(outputs: Any, targets: Any) -> float:
        return 3.0

    assert metrics.metric_of(mine) is mine


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: metrics.accuracy(SCORES, CLASS[:5]), ShapeError, r"\(40, 3\) and targets of shape \(5,\)"),
        (lambda: metrics.accuracy(P, CLASS[:5]), ShapeError, "do not fit"),
        (lambda: metrics.accuracy(P, YES, W[:5]), ShapeError, "weights"),
        (lambda: metrics.metric_of("acuracy"), InputError, "did you mean 'accuracy'"),
        (lambda: metrics.metric_of("f1"), InputError, "from sklearn.metrics import f1_score; metrics=.f1_score."),
        (lambda: metrics.metric_of(3), InputError, "not 3"),  # type: ignore[arg-type]
    ],
)
def test_mistakes_are_named(make: Any, kind: type[MicrogradphysError], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()
