"""A training that is killed again and again: `python killed_training.py chain FOLDER KILLS`.

`... finish FOLDER` goes on from there to the end, and `... alone` trains without a file and without being killed."""

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np

from microgradphys import nn, optim
from microgradphys.training import Checkpoint, EarlyStopping, LookBack, Schedule

EPOCHS = 300


def train(path: Path | None, epochs: int = EPOCHS) -> dict[str, object]:
    """Train with everything that remembers or draws something, and describe the outcome to the last bit."""
    generator = np.random.default_rng(0)
    X = generator.normal(size=(50, 3))
    model = nn.Sequential(
        nn.Dense(6, "tanh", kernel_initializer="orthogonal"), nn.BatchNorm(), nn.Dropout(0.3), nn.Dense(1), seed=0
    )
    callbacks = [
        EarlyStopping(patience=1000),
        look_back := LookBack(),
        Schedule(optim.schedules.Exponential(0.01, 0.99)),
    ]
    if path is not None:
        callbacks.insert(0, Checkpoint(path, batches=1, resume=True))
    history = model.fit(
        X, X @ [1.0, 2.0, 3.0], epochs, 8, metrics=["mae"], validation_split=0.2, callbacks=callbacks, seed=1
    )
    assert not history.notes
    numbers = {**{name: value.data for name, value in model.named_parameters().items()}, **model.named_buffers()}
    measured = {name: column for name, column in history.items() if name != "seconds"}
    assert len(measured["loss"]) == epochs
    return {
        "numbers": hashlib.sha256(b"".join(np.asarray(number).tobytes() for number in numbers.values())).hexdigest(),
        "history": hashlib.sha256(json.dumps(measured).encode()).hexdigest(),
        "best": look_back.best_epoch,
    }


def chain(path: Path, kills: int) -> dict[str, object]:
    """Begin, or go on, in a process of its own, and kill it at a random moment, many times."""
    begin = time.perf_counter()
    train(path.with_name("warm.npz"), 1)
    usual = 1.5 * (time.perf_counter() - begin)
    killed, leftovers = 0, 0
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            train(path)
            os._exit(0)
        time.sleep(random.uniform(0, usual))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        leftovers += len(list(path.parent.glob(".*unfinished*")))
    return {"killed": killed, "leftovers": leftovers, "written": path.exists()}


if __name__ == "__main__":
    file = None if sys.argv[1] == "alone" else Path(sys.argv[2], "run.npz")
    print(json.dumps(chain(file, int(sys.argv[3])) if file and sys.argv[1] == "chain" else train(file)))
