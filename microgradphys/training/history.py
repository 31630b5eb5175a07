"""`History`: what was measured in each epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from microgradphys.errors import InputError, MissingExtraError
from microgradphys.named import chosen
from microgradphys.symbols import number_text

# What is noted of an epoch beside losses and metrics.
CIRCUMSTANCES = ("learning_rate", "seconds")
_SCORES = ("accuracy", "acc", "auc", "f1", "score", "precision", "recall", "r2")


class History(Mapping[str, list[float]]):
    """Losses and metrics of each epoch by name, as they grow: `history["loss"]`, `history["val_loss"]`.

    Attributes:
        interrupted: whether Ctrl-C ended the training.
        stopped: why it ended before the last epoch; "" if it did not.
        notes: what else should be known, such as that the network could not be compiled.
        objective: the loss and the metrics, for `evaluate`.

    >>> history = History()
    >>> history.add({"loss": 2.0, "seconds": 0.1})
    >>> history.add({"loss": 1.0, "seconds": 0.1})
    >>> history["loss"], history.best
    ([2.0, 1.0], {'epoch': 2, 'loss': 1.0, 'seconds': 0.1})
    >>> history
    <History of 2 epochs: loss 1; lowest in epoch 2>
    """

    def __init__(self) -> None:
        """Start without an epoch."""
        self.interrupted = False
        self.stopped = ""
        self.notes: list[str] = []
        self.objective: Any = None
        self._columns: dict[str, list[float]] = {}
        self._epochs = 0

    @property
    def history(self) -> dict[str, list[float]]:
        """The same as a dictionary of lists, as Keras has it."""
        return {name: list(column) for name, column in self._columns.items()}

    @property
    def curves(self) -> dict[str, list[float]]:
        """The losses and metrics alone, without learning rates and seconds."""
        return {name: column for name, column in self.history.items() if name not in CIRCUMSTANCES}

    @property
    def epochs(self) -> int:
        """How many epochs there were."""
        return self._epochs

    @property
    def rows(self) -> list[dict[str, float]]:
        """One dictionary an epoch, with its number."""
        return [self.row(k) for k in range(self._epochs)]

    def row(self, k: int) -> dict[str, Any]:
        """Return all that is known of the epoch with index k, counted from 0 or from the end.

        >>> History().row(0)
        Traceback (most recent call last):
        ...
        microgradphys.errors.InputError: there is no epoch with index 0: there were 0 epochs
        """
        if not -self._epochs <= k < self._epochs:
            raise InputError(f"there is no epoch with index {k}: there were {self._epochs} epochs")
        k %= self._epochs
        return {"epoch": k + 1, **{name: column[k] for name, column in self._columns.items()}}

    @property
    def best(self) -> dict[str, Any]:
        """The epoch with the lowest validation loss, or with the lowest loss if there was no validation."""
        return self.row(self.best_index("val_loss" if "val_loss" in self._columns else "loss"))

    def best_index(self, monitor: str) -> int:
        """Return the index of the epoch in which something was best: a loss lowest, a score highest.

        Raises:
            InputError: nothing of this name was measured, or it was never a number.

        >>> history = History()
        >>> history.add({"loss": 2.0, "accuracy": 0.5})
        >>> history.add({"loss": 3.0, "accuracy": 0.7})
        >>> history.best_index("loss"), history.best_index("accuracy")
        (0, 1)
        """
        column = np.array(chosen("measure", self._columns, monitor), float)
        if not np.isfinite(column).any():
            raise InputError(f"{monitor} was never a finite number, so no epoch is the best")
        return int(np.nanargmax(column) if rises(monitor) else np.nanargmin(column))

    def add(self, row: Mapping[str, float]) -> None:
        """Append what was measured in one epoch; what was not measured before is nan there.

        >>> history = History()
        >>> history.add({"loss": 1.0})
        >>> history["loss"]
        [1.0]
        """
        for name in [*row, *(name for name in self._columns if name not in row)]:
            column = self._columns.setdefault(name, [math.nan] * self._epochs)
            column.append(float(row.get(name, math.nan)))
        self._epochs += 1

    def restore(self, columns: Mapping[str, Any]) -> None:
        """Take what `history` gave, in the place of all there is.

        >>> history = History()
        >>> history.restore({"loss": [3.0, 2.0]})
        >>> history.epochs
        2
        """
        self._columns = {name: [float(number) for number in column] for name, column in columns.items()}
        self._epochs = max(map(len, self._columns.values()), default=0)

    def plot(self, *names: str, **options: Any) -> Any:
        """Draw losses and metrics, as `viz.plots.learning_curves` does.

        Args:
            names: which; all losses and metrics if none is given.
            options: for that function, such as `title` or `theme`.

        Raises:
            InputError: there is no epoch yet, or nothing of this name.
            MissingExtraError: nothing that draws is installed.
        """
        paint = painter()
        if paint is None:
            raise MissingExtraError('nothing here draws curves: pip install "microgradphys[viz]"')
        if not self._epochs:
            raise InputError("there is no curve to draw: no epoch was finished")
        return paint({name: chosen("measure", self._columns, name) for name in names} or self.curves, **options)

    def _repr_svg_(self) -> str | None:
        """Show the curves in a notebook, where there are any and somebody draws them."""
        try:
            return self.plot()._repr_svg_()
        except (InputError, MissingExtraError):
            return None

    def __getitem__(self, name: str) -> list[float]:
        """Return one number an epoch."""
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._columns)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._columns)

    def __repr__(self) -> str:
        """Show the last epoch, and which was the best."""
        if not self._epochs:
            return "<History of 0 epochs>"
        last = ", ".join(f"{name} {number_text(column[-1])}" for name, column in self.curves.items())
        name = "val_loss" if "val_loss" in self._columns else "loss"
        lowest = ""
        if np.isfinite(self._columns.get(name, [])).any():
            lowest = f"; lowest{' val_loss' * (name != 'loss')} in epoch {self.best_index(name) + 1}"
        ended = f"; {'interrupted' if self.interrupted else self.stopped}" if self.interrupted or self.stopped else ""
        ended += "".join(f"; {note.partition(',')[0]}" for note in self.notes)
        return f"<History of {self._epochs} epoch{'s' * (self._epochs != 1)}: {last}{lowest}{ended}>"


def rises(name: str) -> bool:
    """Whether more of a measure is better.

    >>> rises("val_accuracy"), rises("val_loss")
    (True, False)
    """
    return any(word in _SCORES for word in name.lower().replace("-", "_").split("_"))


@cache
def painter() -> Callable[..., Any] | None:
    """Find what draws curves: the engine draws nothing, `viz` does under the entry point `microgradphys.curves`."""
    from importlib.metadata import entry_points

    return next((found.load() for found in entry_points(group="microgradphys.curves")), None)
