"""`Checkpoint`: a training in a file, so that it goes on after whatever ended it, as if nothing had.

The file is replaced as a whole, from time to time, by one with all that the training needs: parameters, buffers, the
state of the optimiser and of the random numbers, which say the order of the data, the position in it, the history, and
what other callbacks remember. Killed at any moment, the same call goes on from the last such file, and ends with the
same numbers to the last bit:

>>> import tempfile
>>> from microgradphys import nn
>>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
>>> def train(epochs, folder):
...     model = nn.Sequential(nn.Dense(4, "tanh"), nn.Dropout(0.2), nn.Dense(1), seed=0)
...     history = model.fit(X, y, epochs, 2, seed=0, callbacks=[Checkpoint(f"{folder}/run.npz", resume=True)])
...     return history["loss"]
>>> with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
...     _ = train(2, one)
...     train(5, one) == train(5, two)
True
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microgradphys.archives import ENDINGS, read_archive, write_archive
from microgradphys.data import counted
from microgradphys.errors import InputError
from microgradphys.files import checked_target
from microgradphys.training.callbacks import Callback
from microgradphys.training.conditions import conditions, differences

if TYPE_CHECKING:
    from microgradphys.training.run import Run

KIND = "checkpoint"
_SHOWN = 3


class Checkpoint(Callback):
    """Write the training down from time to time, so that it can go on after whatever ended it.

    Args:
        path: the file, .npz, or .safetensors, which needs the package of this name; each time it is replaced as a
            whole. `model.load_weights` reads it too.
        every: after how many epochs it is written; also after the last one, and after Ctrl-C.
        batches: after how many batches too; only between epochs if not given.
        resume: whether a training goes on from the file, if there is one: the same call as before, with as many epochs
            as before or more. It is refused if the network, the data, the optimiser or another option has changed.
        keep: how many of the files written after epochs stay, besides the newest, as run-12.npz for epoch 12.

    Raises:
        InputError: the file cannot be written; later, it cannot be gone on from.

    >>> Checkpoint("run.txt")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: cannot write 'run.txt': its name must end in .npz or .safetensors
    """

    # What it writes has to hold what all others did.
    comes_last = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        every: int = 1,
        batches: int | None = None,
        resume: bool = False,
        keep: int = 0,
    ) -> None:
        """Check the options."""
        self.path: Path = checked_target(path, ENDINGS)
        self.every, self.resume = counted("every", every), bool(resume)
        self.batches = None if batches is None else counted("batches", batches)
        self.keep = counted("keep", keep, 0)
        self._kept: list[int] = []
        self._conditions: dict[str, str] = {}

    @property
    def each_batch(self) -> bool:
        """Whether it writes between epochs."""
        return self.batches is not None

    def begin(self, run: Run) -> None:
        """Go on from the file, if there is one and that was asked."""
        self._conditions, self._kept = conditions(run), []
        if self.resume and self.path.exists():
            run.restore(self._read(run.plan.epochs))

    def batch(self, run: Run) -> None:
        """Write after some batches."""
        if self.batches and run.batch % self.batches == 0:
            self._take_and_write(run)

    def epoch(self, run: Run) -> None:
        """Write after some epochs."""
        if run.epoch % self.every == 0 or run.epoch == run.plan.epochs:
            kept = [*self._kept, run.epoch][-self.keep :] if self.keep else []
            old, self._kept = set(self._kept) - set(kept), kept
            self._take_and_write(run, *kept[-1:])
            for epoch in old:
                self._beside(epoch).unlink(missing_ok=True)

    def end(self, run: Run) -> None:
        """Write where a training was interrupted or stopped, unless it went wrong."""
        if run.stopping and not run.failed:
            self._write(run, self.path)

    def state(self) -> dict[str, Any]:
        """Return of which epochs there are files."""
        return {"kept": self._kept}

    def restore(self, state: dict[str, Any]) -> None:
        """Take of which epochs there are files."""
        self._kept = state.get("kept", [])

    def _beside(self, epoch: int) -> Path:
        """Name the file of an epoch that stays."""
        return self.path.with_name(f"{self.path.stem}-{epoch}{self.path.suffix}")

    def _take_and_write(self, run: Run, *kept: int) -> None:
        """Write the parameters as other callbacks left them in the model; of an epoch that is kept, twice."""
        run.take()
        for epoch in kept:
            self._write(run, self._beside(epoch))
        self._write(run, self.path)

    def _write(self, run: Run, path: Path) -> None:
        """Write the state, and what it depends on."""
        write_archive(path, KIND, {**run.state(), "conditions": self._conditions})

    def _read(self, epochs: int) -> dict[str, Any]:
        """Read a state that belongs to this training, which is to have so many epochs.

        Raises:
            InputError: it cannot be read, or belongs to another one.
        """
        tree = read_archive(self.path, KIND)
        odd = differences(tree["conditions"], self._conditions)
        if odd:
            more = f"; and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
            raise InputError(
                f"{str(self.path)!r} is of another training: {'; '.join(odd[:_SHOWN])}{more}; "
                "train with what it was begun with, or give another file"
            )
        if tree["epoch"] > epochs:
            raise InputError(f"{str(self.path)!r} has {tree['epoch']} epochs already, and epochs={epochs}: give more")
        return tree
