"""scikit-learn's own suite of checks for estimators, all of it, without an exception."""

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from microgradphys.estimators import NetworkClassifier, NetworkRegressor

ESTIMATORS = [NetworkClassifier(max_iter=100), NetworkRegressor(max_iter=100)]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(ESTIMATORS)
def test_it_is_an_estimator(estimator: Any, check: Any) -> None:
    check(estimator)
