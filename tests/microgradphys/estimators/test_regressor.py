"""`NetworkRegressor`: one number or several, and the losses for it."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from microgradphys.errors import InputError
from microgradphys.estimators import NetworkRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 3))
Y = np.sin(X[:, 0]) + 0.5 * X[:, 1]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def network(*sizes: int, **options: Any) -> NetworkRegressor:
    """A small network that learns quickly."""
    common = {"activation": "tanh", "learning_rate_init": 0.02, "max_iter": 150, "random_state": 1}
    return NetworkRegressor(sizes or (16,), **{**common, **options})


def test_one_number() -> None:
    model = network().fit(X, Y)
    assert model.predict(X).shape == (100,)
    assert model.score(X, Y) == r2_score(Y, model.predict(X)) > 0.95
    assert not hasattr(model, "decision_function")


def test_several_numbers() -> None:
    both = np.column_stack([Y, -2 * Y, X[:, 2]])
    model = network().fit(X, both)
    assert model.predict(X).shape == (100, 3)
    assert model.score(X, both) > 0.9
    assert model.coefs_[-1].shape == (16, 3)


def test_lbfgs_without_hidden_layers_is_linear_regression() -> None:
    model = network(solver="lbfgs", alpha=0.0, max_iter=500, tol=1e-10).set_params(hidden_layer_sizes=()).fit(X, Y)
    line = LinearRegression().fit(X, Y)
    np.testing.assert_allclose(model.coefs_[0][:, 0], line.coef_, atol=1e-6)
    np.testing.assert_allclose(model.intercepts_[0], line.intercept_, atol=1e-6)
    assert model.loss_ == pytest.approx(0.5 * np.mean((line.predict(X) - Y) ** 2))
    assert model.history_.stopped


def test_weights_of_linear_regression_too() -> None:
    weights = RNG.random(100)
    model = network(solver="lbfgs", alpha=0.0, max_iter=500, tol=1e-10).set_params(hidden_layer_sizes=())
    line = LinearRegression().fit(X, Y, sample_weight=weights)
    np.testing.assert_allclose(model.fit(X, Y, sample_weight=weights).predict(X), line.predict(X), atol=1e-5)


def test_lbfgs_keeps_float32() -> None:
    model = network(solver="lbfgs", max_iter=30).fit(X.astype(np.float32), Y)
    assert model.predict(X.astype(np.float32)).dtype == np.float32
    assert model.score(X, Y) > 0.9


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "mse", "mae"])
def test_losses(loss: str) -> None:
    assert network(loss=loss).fit(X, Y).score(X, Y) > 0.9


def test_half_the_square_and_the_square() -> None:
    options: dict[str, Any] = {"alpha": 0.0, "max_iter": 1}
    half, whole = network(loss=None, **options).fit(X, Y), network(loss="mse", **options).fit(X, Y)
    assert whole.loss_ == 2 * half.loss_


def test_counts() -> None:
    expected = np.exp(1 + Y)
    counts = RNG.poisson(expected)
    model = network(loss="poisson").fit(X, counts)
    assert (model.predict(X) > 0).all()
    assert r2_score(expected, model.predict(X)) > 0.8
    assert model.out_activation_ == "exp"
    with pytest.raises(InputError, match="loss='poisson' is for counts, and y has negative numbers"):
        model.fit(X, Y)


def test_early_stopping_by_r2() -> None:
    model = network(early_stopping=True, tol=0.01).fit(X, Y)
    assert model.validation_scores_ is not None
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.n_iter_ < 150


def test_learning_in_parts() -> None:
    whole = network(max_iter=3).fit(X, Y)
    parts = network()
    for _ in range(3):
        parts = parts.partial_fit(X, Y)
    assert np.array_equal(whole.predict(X), parts.predict(X))
    with pytest.raises(InputError, match="ask for another: fit anew"):
        parts.partial_fit(X, np.column_stack([Y, Y]))
