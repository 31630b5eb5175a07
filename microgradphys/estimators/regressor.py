"""`NetworkRegressor`: a network that says a number, or several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_array, column_or_1d

from microgradphys.errors import InputError
from microgradphys.estimators.base import NetworkEstimator
from microgradphys.estimators.goals import REGRESSION
from microgradphys.estimators.samples import Samples
from microgradphys.named import chosen


class NetworkRegressor(MultiOutputMixin, RegressorMixin, NetworkEstimator):
    """A regressor for one number or several a sample; scikit-learn's `MLPRegressor` of ours.

    Args:
        hidden_layer_sizes: as for `NetworkClassifier`, with all that follow.
        loss: None or "squared_error" for half the mean of squares; "absolute_error", "huber", "mse", "mae"; "poisson"
            for counts, where the network computes the logarithm of what is expected; or a function of outputs and
            targets, both (samples, outputs), and of `weights` if there are any, that returns the mean.

    Attributes:
        network_: the network, an nn.Module.
        history_: losses of each epoch of the last fit, which draws itself: history_.plot().
        loss_curve_: the loss of each epoch.
        validation_scores_: with early_stopping, R² after each epoch.
        n_iter_: how many epochs the last fit had.
        coefs_: the weights of each layer.
        intercepts_: the biases of each layer.

    >>> import numpy as np
    >>> x = np.linspace(-1, 1, 50)
    >>> model = NetworkRegressor((16,), "tanh", solver="lbfgs", alpha=0.0, random_state=0)
    >>> model = model.fit(x[:, None], np.sin(3 * x))
    >>> round(model.score(x[:, None], np.sin(3 * x)), 2)
    1.0
    """

    @available_if(lambda estimator: estimator._takes_parts())
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network one epoch more, or for the first time.

        Args:
            X: inputs (samples, features).
            y: targets (samples,) or (samples, outputs).
            sample_weight: how much each sample counts (samples,).

        Returns:
            The estimator.

        Raises:
            InputError: an option does not go with it.
        """
        return self._teach_more(X, y, sample_weight)

    def predict(self, X: Any) -> np.ndarray:
        """Compute the number, or the numbers, of each sample.

        Args:
            X: inputs (samples, features).

        Returns:
            Numbers (samples,), or (samples, outputs) if there are several.
        """
        return self._answers(self._outputs(X))

    @property
    def out_activation_(self) -> str:
        """What makes answers of the outputs, as scikit-learn calls it."""
        return "exp" if self.loss == "poisson" else "identity"

    def _answers(self, outputs: np.ndarray) -> np.ndarray:
        """Make answers of the outputs of the network."""
        answers = np.exp(outputs) if self.loss == "poisson" else outputs
        return answers[:, 0] if answers.shape[1] == 1 else answers

    def _encoded(self, y: Any, dtype: Any, classes: Any) -> tuple[np.ndarray, np.ndarray | None]:
        """Write numbers in columns."""
        targets = check_array(y, ensure_2d=False, dtype=dtype, input_name="y")
        if targets.ndim == 2 and targets.shape[1] == 1:
            targets = column_or_1d(targets, warn=True)
        if self.loss == "poisson" and (targets < 0).any():
            raise InputError("loss='poisson' is for counts, and y has negative numbers")
        return targets.reshape(len(targets), -1), None

    def _loss(self) -> Callable[..., Any]:
        """Choose the loss; without a choice it is half the mean of squares."""
        return chosen("loss", REGRESSION, "squared_error" if self.loss is None else self.loss)

    def _score_of(self, outputs: np.ndarray, held: Samples) -> float:
        """Compute R², nan where the answers are no numbers."""
        answers = self._answers(outputs)
        if not np.isfinite(answers).all():
            return float("nan")
        return float(r2_score(held.targets, answers.reshape(held.targets.shape), sample_weight=held.weight))
