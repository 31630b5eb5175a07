"""Networks in scikit-learn's machinery: pipelines, searches, importance; in other processes and on a Dask cluster."""

import sys
from typing import Any

import joblib
import numpy as np
import pytest
from dask.distributed import Client, LocalCluster
from sklearn.base import clone
from sklearn.inspection import permutation_importance
from sklearn.metrics import roc_curve
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from microgradphys.errors import MissingExtraError
from microgradphys.estimators import NetworkClassifier, NetworkRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3)) * (1.0, 100.0, 0.01)
Y = np.where(X[:, 0] + X[:, 1] / 100 > 0, "up", "down")
GRID = {"networkclassifier__alpha": [1e-4, 10.0], "networkclassifier__hidden_layer_sizes": [(4,), (4, 4)]}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def pipeline() -> Any:
    """A network behind a scaler."""
    return make_pipeline(StandardScaler(), NetworkClassifier(learning_rate_init=0.05, max_iter=25, random_state=0))


def search(**options: Any) -> GridSearchCV:
    """Four networks, each fitted twice and once more."""
    return GridSearchCV(pipeline(), GRID, cv=2, **options).fit(X, Y)


def agree(one: GridSearchCV, other: GridSearchCV) -> bool:
    """Whether two searches found the same, bit for bit."""
    scores = [found.cv_results_["mean_test_score"] for found in (one, other)]
    return np.array_equal(*scores) and np.array_equal(one.predict_proba(X), other.predict_proba(X))


def test_a_pipeline_is_scored_and_looked_into() -> None:
    model = clone(pipeline()).fit(X, Y)
    assert cross_val_score(pipeline(), X, Y, cv=3).mean() > 0.8
    importance = permutation_importance(model, X, Y, n_repeats=3, random_state=0).importances_mean
    assert importance[2] < min(importance[:2])
    false, true, _ = roc_curve(Y, model.predict_proba(X)[:, 1], pos_label="up")
    assert np.trapezoid(true, false) > 0.9


def test_searches_find_the_same_in_other_processes_and_threads() -> None:
    alone = search()
    assert alone.best_params_["networkclassifier__alpha"] == 1e-4
    assert agree(alone, search(n_jobs=2))
    with joblib.parallel_config("threading", n_jobs=2):
        assert agree(alone, search())


def test_searches_find_the_same_on_a_cluster() -> None:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        found = search()
    assert agree(search(), found)


def test_a_regressor_is_searched_too() -> None:
    found = GridSearchCV(NetworkRegressor((8,), max_iter=20, random_state=0), {"activation": ["tanh", "relu"]}, cv=2)
    assert found.fit(X[:, :1], X[:, 0]).best_estimator_.n_features_in_ == 1


def test_without_scikit_learn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("microgradphys.estimators")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(MissingExtraError, match=r"microgradphys\[train\]"):
        import microgradphys.estimators  # noqa: F401
