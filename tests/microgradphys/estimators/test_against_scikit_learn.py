"""From the same weights on, and on the same batches, our networks learn as scikit-learn's own do."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor

from microgradphys.estimators import NetworkClassifier, NetworkRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
TWO, THREE = X[:, 0] > 0, np.digitize(X[:, 0], [-0.4, 0.4])
LABELS = np.column_stack([TWO, X[:, 1] > 0]).astype(int)
NUMBER, COUNT = np.sin(X[:, 0]), RNG.poisson(np.exp(X[:, 1]))

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize(
    "options",
    [
        {"solver": "adam", "beta_1": 0.8},
        {"solver": "sgd"},
        {"solver": "sgd", "nesterovs_momentum": False},
        {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.3},
        {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 2, "tol": 0.1},
        {"solver": "adam", "batch_size": 60, "tol": 0.02, "n_iter_no_change": 3},
        {"solver": "adam", "activation": "logistic", "hidden_layer_sizes": (4, 3)},
    ],
)
@pytest.mark.parametrize(
    ("kinds", "y", "loss"),
    [
        ((NetworkClassifier, MLPClassifier), TWO, {}),
        ((NetworkClassifier, MLPClassifier), THREE, {}),
        ((NetworkClassifier, MLPClassifier), LABELS, {}),
        ((NetworkRegressor, MLPRegressor), NUMBER, {}),
        ((NetworkRegressor, MLPRegressor), COUNT, {"loss": "poisson"}),
    ],
)
def test_steps_penalties_and_the_end_of_training(kinds: Any, y: Any, loss: Any, options: dict[str, Any]) -> None:
    common = {"hidden_layer_sizes": (5,), "activation": "tanh", "alpha": 0.5, "batch_size": 20, "shuffle": False}
    # Their ε is added before a factor √(1 − β₂ᵗ) that ours stands behind.
    common |= {"epsilon": 1e-14, "learning_rate_init": 0.01, "warm_start": True, "random_state": 0, **loss, **options}
    ours, theirs = (kind(**common, max_iter=1).fit(X, y) for kind in kinds)
    for mine, their in zip([*ours.coefs_, *ours.intercepts_], [*theirs.coefs_, *theirs.intercepts_], strict=True):
        mine[...] = their
    # Ours wait anew with each fit; theirs go on to wait.
    theirs.best_loss_, theirs._no_improvement_count = np.inf, 0
    for model in (ours, theirs):
        model.set_params(max_iter=25).fit(X, y)
    assert ours.n_iter_ == theirs.n_iter_
    for mine, their in zip([*ours.coefs_, *ours.intercepts_], [*theirs.coefs_, *theirs.intercepts_], strict=True):
        np.testing.assert_allclose(mine, their, rtol=1e-4, atol=1e-6)
    if not loss:
        np.testing.assert_allclose(ours.loss_curve_[1:], theirs.loss_curve_[1:], rtol=1e-5)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-4, atol=1e-5)
    if hasattr(ours, "predict_proba"):
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("y", [TWO, THREE])
@pytest.mark.parametrize("weights", [None, RNG.random(60)])
def test_without_hidden_layers_it_is_logistic_regression(y: Any, weights: Any) -> None:
    network = NetworkClassifier((), solver="lbfgs", alpha=2.0, max_iter=500, tol=1e-9, random_state=0)
    regression = LogisticRegression(C=0.5, tol=1e-9, max_iter=500).fit(X, y, sample_weight=weights)
    P = network.fit(X, y, sample_weight=weights).predict_proba(X)
    np.testing.assert_allclose(P, regression.predict_proba(X), atol=1e-4)
