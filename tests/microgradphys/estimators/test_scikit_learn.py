"""scikit-learn's own suite of checks for estimators, all of it, without an exception."""

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from microgradphys.estimators import NetworkClassifier, NetworkRegressor

ESTIMATORS = [
    NetworkClassifier(learning_rate_init=0.01, max_iter=40),
    NetworkRegressor(learning_rate_init=0.01, max_iter=40),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(ESTIMATORS)
def test_it_is_an_estimator(estimator: Any, check: Any) -> None:
    check(estimator)
