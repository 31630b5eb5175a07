"""`NetworkClassifier`: a network that says which class, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from microgradphys.errors import InputError
from microgradphys.estimators.base import NetworkEstimator
from microgradphys.estimators.goals import one_of_several, yes_or_no
from microgradphys.estimators.samples import Samples
from microgradphys.functions import log_softmax, logsigmoid
from microgradphys.named import chosen


class NetworkClassifier(ClassifierMixin, NetworkEstimator):
    """A classifier for labels of any kind, and for several labels a sample; scikit-learn's `MLPClassifier` of ours.

    Args:
        hidden_layer_sizes: how many neurons each hidden layer has: (64, 64).
        activation: of the hidden layers: a name of `nn`, or "identity", "logistic"; or a function.
        solver: a name of `optim`, or "lbfgs", which needs no learning rate and sees all samples at once; or a rule,
            as optim.AdamW(0.01).
        alpha: strength of the penalty: α/2 Σ w², divided by the number of samples in a batch, is added to the loss.
        batch_size: how many samples a step sees; "auto" is 200, or all if there are fewer.
        learning_rate: for the solver "sgd": "constant"; "invscaling", learning_rate_init / (t + 1)^power_t after t
            samples; or "adaptive", a fifth when training would otherwise stop.
        learning_rate_init: of solvers that are given by name.
        power_t: of "invscaling".
        max_iter: how many epochs at most.
        shuffle: whether the order of the samples is drawn anew for each epoch.
        random_state: a whole number that weights, order and split depend on; a RandomState or a Generator to draw it
            from; None for the common generator.
        tol: by how much loss or score have to become better to count.
        verbose: whether to show a bar.
        warm_start: whether `fit` goes on with the network that is there.
        momentum: of the solver "sgd".
        nesterovs_momentum: of the solver "sgd": whether it looks ahead.
        early_stopping: whether to hold samples back, to stop when the score of these does not become better any more,
            and to take the weights of the best epoch. Otherwise the loss says when to stop.
        validation_fraction: which share is held back.
        beta_1: of the solver "adam".
        beta_2: of the solver "adam".
        epsilon: of the solver "adam".
        n_iter_no_change: how many epochs in a row may be no better.
        max_fun: of the solver "lbfgs": how often it may compute the loss.
        loss: None or "log_loss" for the cross-entropy; or a function of logits and targets of 0 and 1, both (samples,
            outputs), and of `weights` if there are any, that returns the mean.
        penalty: "l2", "l1" (α Σ |w|) or None.
        network: a function of the numbers of inputs and of outputs that makes any nn.Module, instead of
            hidden_layer_sizes and activation. Its outputs are logits: one for two classes, else one a class.

    Attributes:
        classes_: the labels, sorted.
        network_: the network, an nn.Module.
        history_: losses of each epoch of the last fit, which draws itself: history_.plot().
        loss_curve_: the loss of each epoch.
        validation_scores_: with early_stopping, the share of right answers after each epoch.
        n_iter_: how many epochs the last fit had.
        coefs_: the weights of each layer.
        intercepts_: the biases of each layer.

    >>> import numpy as np
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> model = NetworkClassifier((8,), "tanh", solver="lbfgs", random_state=0)
    >>> model.fit(X, ["same", "other", "other", "same"]).predict(X)
    array(['same', 'other', 'other', 'same'], dtype='<U5')
    """

    classes_: np.ndarray
    _multilabel: bool

    @available_if(lambda estimator: estimator._takes_parts())
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Train the network one epoch more, or for the first time.

        Args:
            X: inputs (samples, features).
            y: labels (samples,), or 0 and 1 for each of several labels (samples, labels).
            sample_weight: how much each sample counts (samples,).
            classes: all labels that there will be; needed in the first call.

        Returns:
            The estimator.

        Raises:
            InputError: the classes are missing, or others than before; or an option does not go with it.
        """
        fresh = not hasattr(self, "network_")
        known = None if classes is None else np.unique(np.asarray(classes))
        if fresh and known is None and not type_of_target(y).startswith("multilabel"):
            raise InputError("classes must be passed on the first call to partial_fit: all labels that there will be")
        if not fresh and known is not None and not np.array_equal(self.classes_, known):
            raise InputError(f"classes={classes!r} is not the same as on the last call to partial_fit: {self.classes_}")
        return self._teach_more(X, y, sample_weight, known)

    def predict(self, X: Any) -> np.ndarray:
        """Say the class of each sample: the label that is likeliest; of several labels, those likelier than not.

        Args:
            X: inputs (samples, features).

        Returns:
            Labels (samples,), or 0 and 1 (samples, labels).
        """
        choice = self._chosen(self._outputs(X))
        return choice.astype(int) if choice.ndim == 2 else self.classes_[choice]

    def decision_function(self, X: Any) -> np.ndarray:
        """Compute the logits, the outputs of the network: which is larger, is likelier.

        Args:
            X: inputs (samples, features).

        Returns:
            One for each class (samples, classes); for two classes that of the second, (samples,).
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self._is_binary() else outputs

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Compute the logarithms of the probabilities, which stay finite where these are 0.

        Args:
            X: inputs (samples, features).

        Returns:
            Logarithms (samples, classes).
        """
        outputs = self._outputs(X)
        if self._multilabel:
            return logsigmoid(outputs)
        if len(self.classes_) == 1:
            return np.zeros_like(outputs)
        return logsigmoid(np.hstack([-outputs, outputs])) if self._is_binary() else log_softmax(outputs)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Compute how likely each class is: the sigmoid or the softmax of the logits.

        Args:
            X: inputs (samples, features).

        Returns:
            Probabilities (samples, classes).
        """
        return np.exp(self.predict_log_proba(X))

    @property
    def out_activation_(self) -> str:
        """What makes probabilities of the outputs, as scikit-learn calls it."""
        return "logistic" if self._multilabel or self._is_binary() else "softmax"

    def _is_binary(self) -> bool:
        """Whether there are two classes, or only one, and so one output."""
        return not self._multilabel and len(self.classes_) <= 2

    def _chosen(self, outputs: np.ndarray) -> np.ndarray:
        """Return the number of the class of each, or whether each label holds."""
        if self._multilabel:
            return outputs > 0
        if self._is_binary():
            return (outputs[:, 0] > 0).astype(int) if len(self.classes_) == 2 else np.zeros(len(outputs), int)
        return outputs.argmax(1)

    def _encoded(self, y: Any, dtype: Any, classes: Any) -> tuple[np.ndarray, np.ndarray | None]:
        """Write labels as 0 and 1: one column for two classes, else one a class."""
        check_classification_targets(y)
        multilabel = type_of_target(y).startswith("multilabel")
        if multilabel:
            y = y.toarray() if hasattr(y, "toarray") else y
            labels, groups = np.arange(y.shape[1]), None
        else:
            y = column_or_1d(y, warn=True)
            labels, groups = np.unique(y, return_inverse=True)
        if classes is not None:
            if odd := [label for label in labels.tolist() if label not in classes.tolist()]:
                raise InputError(f"y has classes that are not among those known: {odd}; known are {classes.tolist()}")
            groups = None if groups is None else np.searchsorted(classes, labels)[groups]
        self._multilabel, self.classes_ = multilabel, labels if classes is None else classes
        if groups is None:
            return y.astype(dtype), None
        if len(self.classes_) <= 2:
            return groups[:, None].astype(dtype), groups
        return np.eye(len(self.classes_), dtype=dtype)[groups], groups

    def _loss(self) -> Callable[..., Any]:
        """Choose the loss; without a choice it is the cross-entropy."""
        usual = one_of_several if not self._multilabel and not self._is_binary() else yes_or_no
        return chosen("loss", {"log_loss": usual}, "log_loss" if self.loss is None else self.loss)

    def _score_of(self, outputs: np.ndarray, held: Samples) -> float:
        """Compute the share of right answers."""
        right = self._chosen(outputs) == (held.targets > 0 if held.groups is None else held.groups)
        return float(np.average(right if right.ndim == 1 else right.all(1), weights=held.weight))

    def __sklearn_tags__(self) -> Any:
        """Say that a sample may have several labels."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
