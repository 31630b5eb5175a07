"""`NetworkEstimator`: what the classifier and the regressor have in common: options, fitting, and what was learnt."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from microgradphys import randomness
from microgradphys.errors import InputError
from microgradphys.estimators.networks import Layers, made, sizes_of
from microgradphys.estimators.options import generator_of
from microgradphys.estimators.samples import Samples
from microgradphys.estimators.storing import storable
from microgradphys.estimators.teaching import Lesson, Memory
from microgradphys.nn import Dense, Module
from microgradphys.training import History

_DTYPES = (np.float64, np.float32)


class NetworkEstimator(BaseEstimator):
    """A network that learns and answers as scikit-learn wants it; see `NetworkClassifier` for all options."""

    network_: Module
    history_: History
    n_outputs_: int
    n_iter_: int
    t_: int
    loss_: float
    loss_curve_: list[float]
    validation_scores_: list[float] | None
    best_loss_: float | None
    best_validation_score_: float | None
    n_features_in_: int

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str | Callable[..., Any] = "relu",
        *,
        solver: Any = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
        max_fun: int = 15000,
        loss: str | Callable[..., Any] | None = None,
        penalty: str | None = "l2",
        network: Callable[[int, int], Module] | None = None,
    ) -> None:
        """Keep the options as they are; `fit` looks at them."""
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.loss = loss
        self.penalty = penalty
        self.network = network

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network from the beginning, or, with warm_start, from where it is.

        Args:
            X: inputs (samples, features); numbers, float32 stays float32.
            y: targets: labels of classes (samples,), or numbers (samples,) or (samples, outputs).
            sample_weight: how much each sample counts (samples,).

        Returns:
            The estimator.

        Raises:
            ValueError: X or y cannot be learnt from; as all estimators say it.
            InputError: an option means nothing.
            TrainingError: the loss is not a finite number any more.
        """
        fresh = not (self.warm_start and hasattr(self, "network_"))
        self._generator = generator_of(self.random_state)
        with randomness.drawing_from(self._generator):
            hold_back = bool(self.early_stopping) and self.solver != "lbfgs"
            lesson, held = self._lesson(X, y, sample_weight, fresh, hold_back)
            score = None if held is None else lambda network: self._score_of(network.predict(held.x), held)
            history, self._memory, watch = lesson.taught(score, 0 if fresh else self.t_)
        self._note(lesson, history, fresh)
        if watch.score is not None:
            self.best_loss_ = None
            self.validation_scores_, self.best_validation_score_ = watch.scores, watch.best
        if not history.stopped:
            warnings.warn(
                f"the network was still learning after max_iter={self.max_iter} epochs: allow more of them, or learn "
                "faster with a larger learning_rate_init",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def _takes_parts(self) -> bool:
        """Whether it can learn epoch by epoch: not if samples are held back, nor if a solver sees them all at once."""
        return not self.early_stopping and self.solver != "lbfgs"

    def _teach_more(self, X: Any, y: Any, sample_weight: Any, classes: Any = None) -> Self:
        """Train the network one epoch more, in the order of the samples that comes next."""
        fresh = not hasattr(self, "network_")
        if fresh:
            self._generator, self._memory = generator_of(self.random_state), Memory()
        with randomness.drawing_from(self._generator):
            lesson, _ = self._lesson(X, y, sample_weight, fresh, False, classes)
            history, self._memory = lesson.continued(self._memory, 0 if fresh else self.t_)
        self._note(lesson, history, fresh)
        return self

    def _lesson(
        self, X: Any, y: Any, sample_weight: Any, fresh: bool, hold_back: bool, classes: Any = None
    ) -> tuple[Lesson, Samples | None]:
        """Look at the data, and make the network if there is none; set samples aside if that was asked."""
        X, y = validate_data(self, X, y, multi_output=True, dtype=_DTYPES, reset=fresh)
        targets, groups = self._encoded(y, X.dtype, classes if fresh else getattr(self, "classes_", None))
        if fresh:
            # If this training fails, the network before it would not know these classes.
            vars(self).pop("network_", None)
        weight = sample_weight
        if weight is not None:
            weight = _check_sample_weight(weight, X, dtype=X.dtype, ensure_non_negative=True)
        samples = Samples(X, targets, weight, groups).present()
        layers, network = self._network(samples, fresh)
        held = None
        if hold_back:
            samples, held = samples.held_back(self.validation_fraction)
        return Lesson(self, network, layers, self._loss(), samples), held

    def _network(self, samples: Samples, fresh: bool) -> tuple[Layers | None, Module]:
        """Make the network, or take the one that is there, if it is still the one that is meant."""
        inputs, outputs = samples.x.shape[1], samples.targets.shape[1]
        if self.network is not None:
            return None, made(self.network, inputs, outputs) if fresh else self.network_
        dtype = samples.x.dtype.name if fresh or self._layers is None else self._layers.dtype
        layers = Layers(inputs, sizes_of(self.hidden_layer_sizes), outputs, self.activation, dtype)
        if fresh:
            return layers, layers.build()
        if layers != self._layers:
            raise InputError(
                f"the network that is there is {self.network_!r}, and the options or the targets ask for another: "
                "fit anew, with warm_start=False"
            )
        return layers, self.network_

    def _note(self, lesson: Lesson, history: History, fresh: bool) -> None:
        """Keep what was learnt, and what was measured meanwhile."""
        self.network_, self._layers, self.history_ = lesson.network, lesson.layers, history
        self.n_outputs_, self.n_iter_ = lesson.samples.targets.shape[1], history.epochs
        self.t_ = (0 if fresh else self.t_) + history.epochs * len(lesson.samples)
        self.loss_curve_ = ([] if fresh else self.loss_curve_) + list(history.get("loss", []))
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else np.nan
        self.best_loss_ = min(self.loss_curve_, default=None)
        self.validation_scores_ = self.best_validation_score_ = None
        if history.interrupted:
            warnings.warn("training was interrupted; the network is what it was by then", stacklevel=3)

    def _outputs(self, X: Any) -> np.ndarray:
        """Compute what the last layer says (samples, outputs)."""
        check_is_fitted(self, "network_")
        return self.network_.predict(validate_data(self, X, dtype=_DTYPES, reset=False))

    @abstractmethod
    def _encoded(self, y: Any, dtype: Any, classes: Any) -> tuple[np.ndarray, np.ndarray | None]:
        """Write targets in columns as the network's outputs, and give the number of the class of each.

        Args:
            y: as the user gives them.
            dtype: of the columns.
            classes: the classes that there are, or None to find out.
        """

    @abstractmethod
    def _loss(self) -> Callable[..., Any]:
        """Choose the loss."""

    @abstractmethod
    def _score_of(self, outputs: np.ndarray, held: Samples) -> float:
        """Say how good outputs are for samples that were held back."""

    @property
    def coefs_(self) -> list[np.ndarray]:
        """The weights of each layer (inputs, units), of a network made of hidden_layer_sizes."""
        return [layer.W.data for layer in self._dense()]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """The biases of each layer (units,), of a network made of hidden_layer_sizes."""
        return [layer.b.data for layer in self._dense() if layer.b is not None]

    @property
    def n_layers_(self) -> int:
        """The number of layers, with that of the inputs, of a network made of hidden_layer_sizes."""
        return len(self._dense()) + 1

    def _dense(self) -> list[Dense]:
        """List the layers, if they are all of the kind that hidden_layer_sizes makes."""
        layers = list(self.network_.children().values())
        if self._layers is None:
            raise AttributeError("a network of your own has no coefs_ and intercepts_: network_.named_parameters()")
        return [layer for layer in layers if isinstance(layer, Dense)]

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent to another process: parameters as numbers, and nothing that can be made again."""
        state = vars(self).copy()
        if "network_" in state:
            state |= {"network_": storable(self.network_), "_memory": self._memory.stored()}
        return state

    def __copy__(self) -> Self:
        """Return an estimator that shares all with this one."""
        other = type(self).__new__(type(self))
        vars(other).update(vars(self))
        return other
