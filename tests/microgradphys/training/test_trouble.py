"""Training that goes wrong, or is stopped: what was learnt is kept, and the message says why."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, nn, optim
from microgradphys.errors import InputError, TrainingError
from microgradphys.training import Callback

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 3)), RNG.normal(size=(40, 1))


class Last(Callback):
    """Remembers the parameters after each batch."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def batch(self, run: Any) -> None:
        self.kept.append([np.copy(p.data) for p in run.model.parameters()])


def network() -> nn.Sequential:
    """Two layers."""
    return nn.Sequential(nn.Dense(5, "tanh"), nn.Dense(1), input_shape=(3,), seed=1)


def test_a_rate_that_is_too_large_is_named_and_the_last_finite_parameters_are_kept() -> None:
    model, last = nn.Sequential(nn.Dense(4), nn.Dense(1), seed=0), Last()
    with pytest.raises(TrainingError, match=r"epoch \d+, batch \d+: .*in the loss, .*learning rate 50 is") as caught:
        model.fit(X, Y, epochs=200, batch_size=10, optimizer=optim.SGD(50.0), callbacks=[last], seed=0)
    assert "the loss grew from" in str(caught.value)
    assert all(np.isfinite(p.data).all() for p in model.parameters())
    kept = [[a.tobytes() for a in one] for one in last.kept]
    assert [p.data.tobytes() for p in model.parameters()] in kept[-2:]
    assert model.history.epochs == (len(kept)) // 4
    assert model.history.stopped == "a loss that is not finite"


class Rooted(nn.Module):
    """The root of something that is 0 for the example [0, 0, 0], whose derivative is infinite: the loss is finite."""

    def __init__(self) -> None:
        self.w = Value(np.ones((3, 1)), "w")
        self.name = "root"

    def forward(self, x: Any) -> Any:
        return np.sqrt(np.absolute(x @ self.w))


class Logarithm(nn.Module):
    """The logarithm of 0."""

    def __init__(self) -> None:
        self.w, self.name = Value(np.ones((3, 1)), "w"), "logarithm"

    def forward(self, x: Any) -> Any:
        return np.log((x**2) @ self.w)


def test_parameters_that_somebody_else_spoilt_are_named() -> None:
    class Spoil(Callback):
        def epoch(self, run: Any) -> None:
            run.model[0].b.data = np.full(5, np.nan)

    with pytest.raises(TrainingError, match=r"epoch 2, batch 1: .*dense_1\.b was not finite before it: no step"):
        network().fit(X, Y, epochs=3, callbacks=[Spoil()])


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Rooted, "in layer root, backward: the rule of sqrt .*infinite there"),
        (Logarithm, "in layer logarithm, forward: log gives -inf.*the logarithm of 0"),
    ],
)
def test_the_operation_its_batch_and_its_line_are_named(kind: Any, message: str, compiled: bool) -> None:
    x = X.copy()
    x[25] = 0.0
    model = kind()
    with pytest.raises(TrainingError, match=rf"epoch 1, batch 3: .*{message}") as caught:
        model.fit(x, np.ones(40), epochs=3, batch_size=10, shuffle=False, compiled=compiled)
    assert "test_trouble.py" in str(caught.value)
    assert np.isfinite(model.w.data).all()


def test_data_of_a_stream_are_looked_at_too() -> None:
    bad = X.copy()
    bad[3, 1] = np.inf
    with pytest.raises(InputError, match="X has inf in row 3, column 1"):
        network().fit(lambda: [(X, Y), (bad, Y)], epochs=2)


PROGRAM = """
import sys, numpy as np
from microgradphys import nn
from microgradphys.training import Callback
class Ready(Callback):
    def batch(self, run):
        print("ready", flush=True)
        sys.stdin.readline()
model = nn.Sequential(nn.Dense(5, "tanh"), nn.Dense(1), seed=1)
X = np.linspace(-1, 1, 40)
history = model.fit(X, X, epochs=10, batch_size=10, callbacks=[Ready()], seed=0, validation_split=0.2)
print("ended", history.interrupted, history.epochs, history.stopped, bool(np.isfinite(model.predict(X)).all()))
"""


def _interrupted(signals: int) -> tuple[str, str, int]:
    """Run a training; after its 6th batch of 40, send signals; return what it said, and its exit code."""
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        # Whoever runs the tests in the background ignores Ctrl-C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    for k in range(6):
        assert process.stdout.readline() == "ready\n"
        if k < 5:
            process.stdin.write("\n")
            process.stdin.flush()
    for _ in range(signals):
        process.send_signal(signal.SIGINT)
        # Signals of a kind that come at the same time are one.
        threading.Event().wait(0.3)
    said, trouble = process.communicate("\n" * 40, timeout=60)
    return said, trouble, process.returncode


def test_ctrl_c_ends_after_the_batch_and_keeps_the_history() -> None:
    said, trouble, code = _interrupted(1)
    assert said.splitlines()[-1] == "ended True 1 interrupted True"
    assert (trouble, code) == ("", 0)


def test_a_second_ctrl_c_stops_at_once() -> None:
    said, trouble, code = _interrupted(2)
    assert "ended" not in said
    assert "KeyboardInterrupt" in trouble
    assert code != 0


class Interrupting(Callback):
    """Raises, in the middle of an epoch, what Ctrl-C raises where no signal is listened to."""

    def batch(self, run: Any) -> None:
        if run.epoch == 1 and run.batch == 2:
            raise KeyboardInterrupt


def test_an_interrupt_in_another_thread_ends_the_training_as_well() -> None:
    found: list[Any] = []
    model = network()

    def train() -> None:
        found.append(model.fit(X, Y, epochs=5, batch_size=10, callbacks=[Interrupting()]))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert (found[0].interrupted, found[0].epochs, found[0].stopped) == (True, 1, "interrupted")
    assert signal.getsignal(signal.SIGINT) is not None


def test_signals_are_as_before_and_a_handler_of_the_programs_own_is_left_alone() -> None:
    seen: list[Any] = []

    class Look(Callback):
        def epoch(self, run: Any) -> None:
            seen.append(signal.getsignal(signal.SIGINT))

    def own(number: int, frame: Any) -> None:
        raise AssertionError

    before = signal.getsignal(signal.SIGINT)
    try:
        for handler in (signal.default_int_handler, own):
            signal.signal(signal.SIGINT, handler)
            network().fit(X, Y, epochs=1, callbacks=[Look()])
            assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen[0] is not signal.default_int_handler
    assert seen[1] is own


def test_an_error_in_a_callback_leaves_the_network_whole() -> None:
    class Broken(Callback):
        def batch(self, run: Any) -> None:
            if run.batch == 3:
                raise RuntimeError("mine")

    model, last = network(), Last()
    with pytest.raises(RuntimeError, match="mine"):
        model.fit(X, Y, epochs=1, batch_size=10, callbacks=[last, Broken()])
    assert all(map(np.array_equal, last.kept[-1], [p.data for p in model.parameters()]))


def test_ctrl_c_while_the_validation_is_computed_ends_after_that_epoch() -> None:
    class Signal(Callback):
        def epoch(self, run: Any) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        history = network().fit(X, Y, epochs=5, batch_size=10, callbacks=[Signal()])
    finally:
        signal.signal(signal.SIGINT, before)
    assert (history.epochs, history.interrupted, history.stopped) == (1, True, "interrupted")
