"""A training that ended too early goes on as if it had not, or it is said why it cannot."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import killed_training
import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import losses, nn, optim
from microgradphys.archives import read_archive
from microgradphys.errors import InputError, TrainingError
from microgradphys.training import BoundaryRecorder, Callback, Checkpoint, EarlyStopping, LookBack, Recorder, Schedule

X = np.random.default_rng(0).normal(size=(20, 4))
Y = X.sum(axis=1)
PENALTY = partial(losses.l2, strength=0.1)
IMAGES = np.random.default_rng(1).normal(size=(9, 6, 6, 1))


class End(Callback):
    """Ends a training after some batches, as a power cut does."""

    def __init__(self, after: int) -> None:
        self.left = after

    def batch(self, run: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise SystemExit


class Clip(Callback):
    """Changes the parameters after each batch and after each epoch."""

    def epoch(self, run: Any) -> None:
        for value in run.model.parameters():
            value.data = np.clip(value.data, -0.3, 0.3)

    def batch(self, run: Any) -> None:
        for value in run.model.parameters():
            value.data = value.data * 0.99


def dense(dtype: str = "float64") -> nn.Sequential:
    return nn.Sequential(nn.Dense(3, "tanh"), nn.BatchNorm(), nn.Dropout(0.5), nn.Dense(1), seed=0, dtype=dtype)


def conv() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2D(2, 3, kernel_initializer="orthogonal"), nn.MaxPool2D(2), nn.Flatten(), nn.Dense(1), seed=0
    )


def stream() -> Any:
    generator = np.random.default_rng(5)
    while True:
        x = generator.normal(size=(4, 4))
        yield x, x.sum(axis=1)


def outcome(model: nn.Module, history: Any) -> dict[str, Any]:
    """All numbers that a training leaves behind, times excepted, to the last bit."""
    numbers = {**{name: value.data for name, value in model.named_parameters().items()}, **model.named_buffers()}
    measured = {name: column for name, column in history.items() if name != "seconds"}
    return {name: np.asarray(number).tobytes() for name, number in numbers.items()} | {"history": repr(measured)}


CASES: dict[str, tuple[Callable[[], nn.Module], dict[str, Any], Callable[[], list[Any]]]] = {
    "adam": (dense, {"X": X, "y": Y}, list),
    "float32": (lambda: dense("float32"), {"X": X, "y": Y, "optimizer": "rmsprop"}, list),
    "schedule": (dense, {"X": X, "y": Y, "optimizer": optim.SGD(optim.schedules.Exponential(0.1, 0.9))}, list),
    "rate": (dense, {"X": X, "y": Y}, lambda: [Schedule(optim.schedules.Exponential(0.1, 0.9))]),
    "weights": (
        dense,
        {"X": X, "y": Y, "sample_weight": np.arange(1.0, 21.0), "penalty": partial(losses.l2, strength=0.1)},
        list,
    ),
    "metrics": (dense, {"X": X, "y": Y, "metrics": ["mae"], "validation_split": 0.3, "shuffle": False}, list),
    "held": (dense, {"X": X, "y": Y, "validation_data": (X[:5], Y[:5])}, lambda: [LookBack(), EarlyStopping(9)]),
    "stopping": (dense, {"X": X, "y": Y, "optimizer": optim.Adam(1e-9)}, lambda: [EarlyStopping(2, restore_best=True)]),
    "changed": (dense, {"X": X, "y": Y}, lambda: [Clip()]),
    "debugged": (dense, {"X": X, "y": Y, "compiled": False}, list),
    "convolution": (conv, {"X": IMAGES, "y": IMAGES.sum(axis=(1, 2, 3))}, list),
    "endless": (dense, {"X": stream, "steps_per_epoch": 3}, list),
    "batches": (dense, {"X": [(X[:7], Y[:7]), (X[7:], Y[7:])].copy}, list),
}


@pytest.mark.parametrize(("case", "ending"), [*((case, ".npz") for case in CASES), ("metrics", ".safetensors")])
def test_all_that_a_training_needs_is_in_the_file(case: str, ending: str, tmp_path: Path) -> None:
    """Ended amid an epoch or after one, again and again, it ends like the training that was not."""
    make, options, others = CASES[case]
    options = {"batch_size": 5, "epochs": 3, "seed": 3, **options}
    model = make()
    wanted = outcome(model, model.fit(callbacks=others(), **options))
    for name, after, writes in (("a", 3, {"batches": 1}), ("b", 5, {})):
        history = None
        for _ in range(30):
            model = make()
            checkpoint = Checkpoint(tmp_path / f"{name}{ending}", resume=True, **writes)
            try:
                history = model.fit(callbacks=[checkpoint, *others(), End(after)], **options)
            except SystemExit:
                continue
            break
        assert history is not None
        assert outcome(model, history) == wanted


def test_a_kill_at_a_random_moment_a_hundred_times_loses_nothing(tmp_path: Path) -> None:
    """SIGKILL, while it compiles, learns or writes; what killed writers leave behind is gone in the end."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    def begun(*args: str) -> subprocess.Popen[str]:
        command = [sys.executable, killed_training.__file__, *args]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def said(process: subprocess.Popen[str]) -> Any:
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        return json.loads(output)

    chain = begun("chain", str(tmp_path), "100")
    alone = said(begun("alone"))
    found = said(chain)
    assert found["killed"] > 60
    assert found["written"]
    assert read_archive(tmp_path / "run.npz", "checkpoint")["epoch"] > 0
    assert said(begun("finish", str(tmp_path))) == alone
    assert {path.name for path in tmp_path.iterdir()} == {"run.npz", "warm.npz"}


def test_without_seeds_too(tmp_path: Path) -> None:
    """The common generator is in the file, so nobody needs to know how it began."""
    path = tmp_path / "run.npz"
    mgp.seed(1)
    model = nn.Sequential(nn.Dense(3, "tanh"), nn.Dropout(0.5), nn.Dense(1))
    wanted = outcome(model, model.fit(X, Y, 4, 6))
    mgp.seed(1)
    model = nn.Sequential(nn.Dense(3, "tanh"), nn.Dropout(0.5), nn.Dense(1))
    with pytest.raises(SystemExit):
        model.fit(X, Y, 4, 6, callbacks=[Checkpoint(path, batches=1), End(6)])
    mgp.seed(2)
    model = nn.Sequential(nn.Dense(3, "tanh"), nn.Dropout(0.5), nn.Dense(1))
    assert outcome(model, model.fit(X, Y, 4, 6, callbacks=[Checkpoint(path, resume=True)])) == wanted


def test_the_same_call_goes_on_with_more_epochs_and_does_nothing_when_all_are_done(tmp_path: Path) -> None:
    def train(epochs: int, folder: Path | None = tmp_path) -> dict[str, Any]:
        model = dense()
        callbacks = [Checkpoint(folder / "run.npz", resume=True)] if folder else []
        return outcome(model, model.fit(X, Y, epochs, 6, seed=0, callbacks=callbacks))

    assert train(2) == train(2) == train(2, None)
    assert train(5) == train(5, None)
    with pytest.raises(InputError, match=r"run\.npz' has 5 epochs already, and epochs=4: give more"):
        train(4)


def test_ctrl_c_leaves_a_file_to_go_on_from(tmp_path: Path) -> None:
    class Press(Callback):
        def batch(self, run: Any) -> None:
            if (run.epoch, run.batch) == (1, 2):
                raise KeyboardInterrupt

    path = tmp_path / "run.npz"
    model = dense()
    history = model.fit(X, Y, 4, 6, seed=0, callbacks=[Checkpoint(path), Press()])
    assert (history.interrupted, history.epochs) == (True, 1)
    assert read_archive(path, "checkpoint")["batch"] == 2
    model, alone = dense(), dense()
    again = outcome(model, model.fit(X, Y, 4, 6, seed=0, callbacks=[Checkpoint(path, resume=True)]))
    assert again == outcome(alone, alone.fit(X, Y, 4, 6, seed=0))


def test_a_training_that_went_wrong_leaves_the_file_of_before(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    checkpoint = Checkpoint(path)

    def blowing(outputs: Any, targets: Any) -> Any:
        loss = ((outputs - targets) ** 2).mean()
        return loss if read_epoch() < 1 else loss / 0.0

    def read_epoch() -> int:
        return read_archive(path, "checkpoint")["epoch"] if path.exists() else 0

    model = dense()
    with pytest.raises(TrainingError):
        model.fit(X, Y, 4, 6, loss=blowing, seed=0, callbacks=[checkpoint], compiled=False)
    assert (read_archive(path, "checkpoint")["epoch"], read_archive(path, "checkpoint")["batch"]) == (1, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": X + 1e-15}, r"X was \(20, 4\) float64 \w{16} and is \(20, 4\) float64 \w{16}"),
        ({"X": X[:19], "y": Y[:19]}, r"X was \(20, 4\) .* and is \(19, 4\) .*; y was"),
        ({"X": lambda: [(X, Y)], "y": None}, "X was .* and is a stream of some batches; there is no y any more"),
        (
            {"optimizer": optim.Adam(0.002)},
            r"optimizer was Adam\(learning_rate=0.001, .* is Adam\(learning_rate=0.002",
        ),
        ({"optimizer": "sgd"}, r"optimizer was Adam\(.*\) and is GradientDescent\("),
        ({"loss": "mae"}, "loss was .* and is "),
        ({"batch_size": 7}, "batch_size was 6 and is 7; train with what it was begun with, or give another file"),
        ({"shuffle": False}, "shuffle was True and is False"),
        ({"validation_split": 0.5}, r"validation_split was 0.0 and is 0.5"),
        ({"validation_data": (X, Y)}, "there was no validation X; there was no validation y"),
        ({"sample_weight": np.ones(20)}, "there was no sample_weight"),
        ({"model": lambda: dense("float32")}, r"X was \(20, 4\) float64 .* and is \(20, 4\) float32"),
        ({"model": conv, "X": IMAGES, "y": Y[:9]}, "X was"),
        (
            {"model": lambda: nn.Sequential(nn.Dense(3, "relu"), nn.BatchNorm(), nn.Dropout(0.5), nn.Dense(1))},
            r"layer dense_1 was Dense\(units=3, activation='tanh', .*\) and is Dense\(units=3, activation='relu'",
        ),
        (
            {"model": lambda: nn.Sequential(nn.Dense(4, "tanh"), nn.Dense(1))},
            "layer dense_1 was .*; there is no layer batchnorm_1 any more; .*and [0-9]+ more",
        ),
    ],
)
def test_another_training_is_refused_with_the_difference(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    """And neither the file nor the network is changed."""
    path = tmp_path / "run.npz"
    options = {"X": X, "y": Y, "batch_size": 6, "epochs": 2, "seed": 0}
    dense().fit(callbacks=[Checkpoint(path)], **options)
    before = path.read_bytes()
    options |= change
    model = options.pop("model", dense)()
    model(options["X"][:1] if isinstance(options["X"], np.ndarray) else X[:1])
    numbers = [value.data.tobytes() for value in model.parameters()]
    with pytest.raises(InputError, match=rf"run\.npz' is of another training: .*{message}"):
        model.fit(callbacks=[Checkpoint(path, resume=True)], **options)
    assert path.read_bytes() == before
    assert [value.data.tobytes() for value in model.parameters()] == numbers


def test_a_damaged_file_is_refused_and_a_missing_one_is_begun(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    dense().fit(X, Y, 1, callbacks=[Checkpoint(path, resume=True)])
    raw = path.read_bytes()
    path.write_bytes(raw[:-100])
    with pytest.raises(InputError, match=r"cannot read .*run\.npz': it is damaged"):
        dense().fit(X, Y, 2, callbacks=[Checkpoint(path, resume=True)])
    assert path.read_bytes() == raw[:-100]
    dense().save(path)
    with pytest.raises(InputError, match=r"run\.npz' is a file of kind 'model', not 'checkpoint'"):
        dense().fit(X, Y, 2, callbacks=[Checkpoint(path, resume=True)])


def test_files_of_the_last_epochs_stay_if_that_is_asked(tmp_path: Path) -> None:
    (tmp_path / "run-1.txt").touch()
    for epochs in (3, 7):
        dense().fit(X, Y, epochs, seed=0, callbacks=[Checkpoint(tmp_path / "run.npz", every=2, resume=True, keep=2)])
    assert {path.name for path in tmp_path.iterdir()} == {"run.npz", "run-6.npz", "run-7.npz", "run-1.txt"}
    model, other = dense(), dense()
    model.fit(X, Y, 6, seed=0)
    other(X)
    other.load_weights(tmp_path / "run-6.npz")
    assert outcome(other, {}) == outcome(model, {})


def test_recorders_know_what_was_before(tmp_path: Path) -> None:
    def recorded(*epochs: int) -> str:
        for some in epochs:
            recorders = [Recorder(), BoundaryRecorder()]
            dense().fit(X, Y, some, seed=0, callbacks=[Checkpoint(tmp_path / f"{epochs}.npz", resume=True), *recorders])
        return repr([recorder.state() for recorder in recorders])

    assert recorded(1, 3) == recorded(3)


def test_weights_are_read_from_a_checkpoint_too(tmp_path: Path) -> None:
    model, other = dense(), dense()
    history = model.fit(X, Y, 2, callbacks=[Checkpoint(tmp_path / "run.npz")])
    other(X)
    other.load_weights(tmp_path / "run.npz")
    assert outcome(other, history) == outcome(model, history)


def test_mistakes_are_named_before_a_training_begins(tmp_path: Path) -> None:
    for make, message in [
        (lambda: Checkpoint(tmp_path / "none" / "run.npz"), "the folder .*none' does not exist"),
        (lambda: Checkpoint(tmp_path / "run.npz", every=0), "every=0 is not a whole number"),
        (lambda: Checkpoint(tmp_path / "run.npz", keep=-1), "keep=-1 is not a whole number, 0 or more"),
        (lambda: Checkpoint(tmp_path / "run.npz", batches=-1), "batches=-1 is not a whole number"),
    ]:
        with pytest.raises(InputError, match=message):
            make()
