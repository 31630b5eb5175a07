"""`Trainable`: the methods of a Module that train it and ask it; `microgradphys.training` does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from microgradphys.training import History
    from microgradphys.training.learning import Model


class Trainable:
    """What can be trained: a network with parameters.

    Attributes:
        history: of the last training, or None.
    """

    history: History | None = None

    def fit(
        self: Model,
        X: Any,
        y: Any = None,
        epochs: int = 10,
        batch_size: int = 32,
        optimizer: Any = "adam",
        loss: str | Callable[..., Any] = "mse",
        metrics: Iterable[Any] | Mapping[str, Any] = (),
        validation_split: float = 0.0,
        validation_data: Any = None,
        callbacks: Iterable[Any] = (),
        penalty: Callable[..., Any] | None = None,
        sample_weight: Any = None,
        shuffle: bool = True,
        seed: int | None = None,
        progress: bool | None = None,
        *,
        steps_per_epoch: int | None = None,
        compiled: bool = True,
    ) -> History:
        """Train the network on examples.

        Forward, backward and update of a batch are one compiled program; a network that cannot be compiled, as one
        that branches on data, learns operation by operation, and `history.notes` says so. Ctrl-C ends the training
        after the batch it is at, a second one at once; in any case parameters are those of the last whole step.

        Args:
            X: inputs, (rows, …); or batches (x, y), or (x, y, weight), from an iterable, a generator, or a function
                without arguments that makes one for each epoch.
            y: targets, in the shape of the outputs, or labels of classes, (rows,); X itself for an autoencoder.
            epochs: how often all examples are gone through.
            batch_size: how many examples there are in a step; in the last one of an epoch, what is left.
            optimizer: the name of a rule, or a rule: "adam", optim.SGD(0.1). It starts anew with each call.
            loss: a name, or a function of outputs and targets that returns their mean over the batch.
            metrics: what else is measured: names, functions of outputs and targets, also those of scikit-learn, or a
                dictionary of them by name. While it learns, they are means over the batches; `val_…` is of all at once.
            validation_split: which share of the examples is set aside, at random, to validate with.
            validation_data: (X, y) to validate with, after each epoch.
            callbacks: see `microgradphys.training`: EarlyStopping, LookBack, Checkpoint, Schedule, or your own.
            penalty: a function of the parameters by name that is added to the loss: losses.l2.
            sample_weight: how much each example counts, (rows,).
            shuffle: whether the order is drawn anew for each epoch.
            seed: a whole number that order, split, dropout, and weights that are still missing, depend on; the common
                generator if not given, which `mgp.seed` starts.
            progress: whether a bar is shown; if not given, in a terminal or a notebook, if tqdm is installed.
            steps_per_epoch: how many batches an epoch has, for a stream that does not end.
            compiled: False runs step by step, in Python, for a debugger.

        Returns:
            What was measured in each epoch; also `model.history`.

        Raises:
            TrainingError: the loss is not a finite number any more; parameters and history are those before.
            InputError, ShapeError, DataError: data or options that cannot be used.

        >>> import numpy as np
        >>> from microgradphys import nn, optim
        >>> x = np.linspace(-1, 1, 50)
        >>> model = nn.Sequential(nn.Dense(1), input_shape=(1,), seed=0)
        >>> history = model.fit(x, 2 * x + 1, epochs=100, optimizer=optim.Adam(0.1), seed=0)
        >>> history.epochs, history["loss"][-1] < 0.1 * history["loss"][0]
        (100, True)
        """
        from microgradphys.training.fitting import fit

        options = {key: value for key, value in locals().items() if key not in ("self", "fit")}
        return fit(self, **options)

    def evaluate(
        self: Model,
        X: Any,
        y: Any = None,
        batch_size: int = 256,
        loss: str | Callable[..., Any] | None = None,
        metrics: Iterable[Any] | Mapping[str, Any] | None = None,
        sample_weight: Any = None,
    ) -> dict[str, float]:
        """Measure how well the network does on examples, with its layers as they predict.

        Args:
            X: as for `fit`.
            y: as for `fit`.
            batch_size: how many examples are computed at once.
            loss: as for `fit`; that of the last training if not given, and else "mse".
            metrics: as for `fit`; those of the last training if not given.
            sample_weight: how much each example counts, (rows,).

        Returns:
            The mean loss under "loss", without a penalty, and each metric, of all examples at once.

        >>> from microgradphys import nn
        >>> model = nn.Sequential(nn.Dense(1, kernel_initializer=2.0))
        >>> model.evaluate([[1.0], [2.0]], [3.0, 4.0], metrics=["mae"])
        {'loss': 0.5, 'mae': 0.5}
        """
        from microgradphys.training.fitting import evaluate

        return evaluate(self, X, y, batch_size, loss, metrics, sample_weight)

    def predict(self: Model, X: Any, batch_size: int = 256) -> Any:
        """Compute the outputs for inputs, batch by batch, with the layers as they predict.

        Args:
            X: inputs, (rows, …), or a stream of batches of them.
            batch_size: how many are computed at once.

        Returns:
            The outputs, an array (rows, …).

        >>> from microgradphys import nn
        >>> nn.Sequential(nn.Dense(1, kernel_initializer=2.0)).predict([[1.0], [2.0]])
        array([[2.],
               [4.]])
        """
        from microgradphys.training.fitting import predict

        return predict(self, X, batch_size)
