"""Callbacks: stopping, looking back, schedules, recorders; and a training that goes on from where it was."""

import sys
import types
from typing import Any

import numpy as np
import pytest

import viz
from microgradphys import nn, optim
from microgradphys.errors import InputError
from microgradphys.training import (
    BoundaryRecorder,
    Callback,
    EarlyStopping,
    LivePlot,
    LookBack,
    Recorder,
    Run,
    Schedule,
)
from microgradphys.training import history as history_module

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 3)), RNG.normal(size=(60, 1))


def network(rate: float = 0.0) -> nn.Sequential:
    """Two layers with what has state between them."""
    layers = [nn.Dense(8, "tanh"), nn.BatchNorm(), nn.Dropout(rate), nn.Dense(1)]
    return nn.Sequential(*layers, input_shape=(3,), seed=1)


def numbers(model: nn.Module) -> list[bytes]:
    """The bits of all parameters and buffers."""
    return [np.asarray(n).tobytes() for n in [*(p.data for p in model.parameters()), *model.named_buffers().values()]]


class Weights(Callback):
    """Remembers the network after each epoch."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def epoch(self, run: Run) -> None:
        self.kept.append(numbers(run.model))


class Script(Callback):
    """Writes losses into the history, as if they had been measured."""

    def __init__(self, losses: list[float], name: str = "val_loss") -> None:
        self.losses, self.name = losses, name

    def epoch(self, run: Run) -> None:
        run.history[self.name][-1] = self.losses[run.epoch - 1]


@pytest.mark.parametrize(
    ("losses", "options", "epochs"),
    [
        ([5, 4, 3, 2, 1, 0], {}, 6),
        ([5, 4, 4, 4, 1, 0], {"patience": 2}, 4),
        ([5, 4, 3.9, 3.8, 3.7, 0], {"patience": 2, "min_delta": 0.5}, 4),
        ([5, 6, 4, 6, 6, 3], {"patience": 3}, 6),
        ([5, np.nan, np.nan, np.nan, 1, 0], {"patience": 2}, 3),
        ([5, 6, 6, 6, 6, 6], {"patience": 0}, 2),
    ],
)
def test_early_stopping_waits_as_long_as_it_was_told(losses: Any, options: Any, epochs: int) -> None:
    stop = EarlyStopping(**{"patience": 1, **options})
    history = network().fit(X, Y, epochs=6, validation_split=0.2, callbacks=[Script(losses), stop])
    assert history.epochs == epochs
    assert ("early stopping" in history.stopped) is (epochs < 6)


def test_of_a_score_more_is_better() -> None:
    script = Script([0.5, 0.9, 0.8, 0.7, 0.6, 0.5], "accuracy")
    y = (Y > 0).astype(float)
    stop = EarlyStopping(patience=2, monitor="accuracy")
    history = network().fit(X, y, epochs=6, metrics=["accuracy"], callbacks=[script, stop])
    assert (history.epochs, stop.best_epoch, stop.best) == (4, 2, 0.9)


@pytest.mark.parametrize("callback", [LookBack(), EarlyStopping(patience=3, restore_best=True)])
def test_looking_back_takes_the_weights_of_the_best_epoch(callback: Any) -> None:
    model, weights = network(), Weights()
    script = Script([5, 4, 1, 3, 2, 6])
    model.fit(X, Y, epochs=6, validation_split=0.2, callbacks=[script, weights, callback])
    assert len(weights.kept) == 6
    assert numbers(model) == weights.kept[2]
    assert callback.best_epoch == 3


def test_what_is_watched_has_to_be_measured() -> None:
    with pytest.raises(InputError, match="did you mean 'val_loss'"):
        network().fit(X, Y, validation_split=0.1, callbacks=[EarlyStopping(monitor="val_los")])


def test_a_schedule_sets_the_rate_of_each_epoch() -> None:
    history = network().fit(X, Y, epochs=4, callbacks=[Schedule(lambda epoch: 0.1 / (1 + epoch))])
    assert history["learning_rate"] == [0.1, 0.05, 0.1 / 3, 0.025]
    with pytest.raises(InputError, match="a schedule of its own"):
        network().fit(X, Y, optimizer=optim.SGD(optim.schedules.Constant(0.1)), callbacks=[Schedule(lambda e: 0.1)])
    with pytest.raises(InputError, match="a learning rate is a finite number"):
        network().fit(X, Y, callbacks=[Schedule(lambda e: -1.0)])
    with pytest.raises(InputError, match="a schedule is a function"):
        Schedule(0.1)  # type: ignore[arg-type]


def test_a_callback_can_stop_a_training_within_an_epoch() -> None:
    class Enough(Callback):
        def batch(self, run: Run) -> None:
            if run.epoch == 1 and run.batch == 1:
                run.stop("enough")

    history = network().fit(X, Y, epochs=9, callbacks=[Enough()])
    assert (history.epochs, history.stopped, history.interrupted) == (1, "enough", False)


def test_anything_with_the_four_methods_is_a_callback() -> None:
    seen: list[str] = []
    own = types.SimpleNamespace(
        **{
            name: lambda run, name=name: seen.append(f"{name} {run.epoch}.{run.batch}")
            for name in ("begin", "batch", "epoch", "end")
        }
    )
    network().fit(X, Y, epochs=2, callbacks=own)  # type: ignore[arg-type]
    assert seen == [
        "begin 0.0",
        "batch 0.1",
        "batch 0.2",
        "epoch 1.0",
        "batch 1.1",
        "batch 1.2",
        "epoch 2.0",
        "end 2.0",
    ]


class Break(Callback):
    """Takes the state after some batch, and ends the training there."""

    def __init__(self, epoch: int, batch: int) -> None:
        self.where, self.state_then = (epoch, batch), {}

    def batch(self, run: Run) -> None:
        if (run.epoch, run.batch) == self.where:
            self.state_then = run.state()
            run.stop("broken off")

    def epoch(self, run: Run) -> None:
        if (run.epoch, run.batch) == self.where:
            self.state_then = run.state()
            run.stop("broken off")


class Resume(Callback):
    """Goes on from a state."""

    def __init__(self, state: Any) -> None:
        self.given = state

    def begin(self, run: Run) -> None:
        run.restore(self.given)


@pytest.mark.parametrize(("where", "shuffle"), [((0, 1), True), ((1, 0), True), ((1, 5), True), ((2, 3), False)])
def test_a_training_that_goes_on_ends_as_one_that_was_never_broken_off(where: Any, shuffle: bool) -> None:
    """Bit for bit: dropout, order, split, the optimiser, the history, what callbacks know."""
    options: dict[str, Any] = {"epochs": 4, "batch_size": 10, "validation_split": 0.1, "shuffle": shuffle}
    whole, look = network(0.3), LookBack()
    expected = whole.fit(X, Y, seed=3, callbacks=[Callback(), look], **options)
    broken = Break(*where)
    first = network(0.3)
    first.fit(X, Y, seed=3, callbacks=[broken, LookBack()], **options)
    second, back = network(0.3), LookBack()
    # Another seed: all that matters is in the state.
    found = second.fit(X, Y, seed=99, callbacks=[Resume(broken.state_then), back], **options)
    assert numbers(second) == numbers(whole)
    assert {**found.history, "seconds": 0} == {**expected.history, "seconds": 0}
    assert (back.best, back.best_epoch) == (look.best, look.best_epoch)


def test_a_state_of_another_network_is_refused() -> None:
    broken = Break(1, 0)
    network().fit(X, Y, callbacks=[broken])
    other = nn.Sequential(nn.Dense(2), nn.Dense(1), seed=1)
    with pytest.raises(InputError, match=r"another network: .*dense_1\.W"):
        other.fit(X, Y, callbacks=[Resume(broken.state_then)])
    with pytest.raises(InputError, match="version 99"):
        network().fit(X, Y, callbacks=[Resume({**broken.state_then, "version": 99})])


def test_activations_and_gradients_are_those_of_the_network() -> None:
    model, recorder, plain = network(0.3), Recorder(every=2, rows=20, most=50), network(0.3)
    model.fit(X, Y, epochs=3, seed=0, callbacks=[recorder])
    plain.fit(X, Y, epochs=3, seed=0)
    assert numbers(model) == numbers(plain)
    assert recorder.epochs == [0, 2]
    first = recorder.activations[0]
    assert list(first) == ["dense_1", "batchnorm_1", "dropout_1", "dense_2"]
    untrained = network()
    hidden = untrained[0](X[:20]).data
    np.testing.assert_allclose(first["dense_1"], hidden.ravel()[np.linspace(0, 159, 50).astype(int)])
    assert recorder.spread["dense_1"][0] == pytest.approx(hidden.std())
    outputs = model.fit(X, Y, epochs=1, batch_size=60, callbacks=[recorder]) and recorder.activations[0]["dense_2"]
    np.testing.assert_allclose(recorder.gradients[0]["dense_2"], 2 * (outputs - Y[:20, 0]) / 20)


def test_layers_of_a_module_of_ones_own_are_named_by_their_attributes() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.hidden, self.out = nn.Dense(4, "relu"), nn.Dense(1)

        def forward(self, x: Any) -> Any:
            return self.out(self.hidden(x))

    recorder = Recorder()
    Own().fit(X, Y, epochs=1, callbacks=[recorder])
    assert list(recorder.activations[-1]) == ["hidden", "out"]


def test_what_recorders_keep_is_what_plots_take(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "painter", lambda: viz.plots.learning_curves)

    x, y = X[:, :2], (X[:, 0] > 0).astype(int)
    model = nn.Sequential(nn.Dense(4, "tanh"), nn.Dense(1, "sigmoid"), seed=0)
    boundary, recorder = BoundaryRecorder(every=5), Recorder()
    history = model.fit(x, y, epochs=10, loss="binary_crossentropy", callbacks=[boundary, recorder])
    viz.plots.histograms(recorder.activations[-1], recorder.gradients[-1])
    last = boundary.snapshots[-1]
    assert np.array_equal(boundary.predict(last, x), model.predict(x))
    assert not np.array_equal(boundary.predict(boundary.snapshots[0], x), model.predict(x))
    film = viz.plots.decision_boundary_film(
        boundary.predict, boundary.snapshots, x, y, tmp_path / "film.gif", steps=boundary.epochs, quality="low"
    )
    assert film.exists()
    assert history.plot().numbers["best step"] == history.best["epoch"]


def test_the_curves_are_drawn_in_a_notebook_only(monkeypatch: pytest.MonkeyPatch) -> None:
    network().fit(X, Y, epochs=2, callbacks=[LivePlot()])
    drawn: list[Any] = []

    def display(thing: Any, display_id: bool) -> Any:
        drawn.append(thing)
        return types.SimpleNamespace(update=drawn.append)

    monkeypatch.setattr(history_module, "painter", lambda: viz.plots.learning_curves)
    notebook = types.SimpleNamespace(
        get_ipython=lambda: types.SimpleNamespace(kernel=1), display=types.SimpleNamespace(display=display)
    )
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    network().fit(X, Y, epochs=5, callbacks=[LivePlot("loss", every=2)], progress=False)
    assert len(drawn) == 3
    assert "loss is lowest at epoch" in drawn[-1].title


def test_options_of_callbacks_are_checked() -> None:
    for make in (lambda: EarlyStopping(patience=-1), lambda: Recorder(every=0), lambda: BoundaryRecorder(every=1.5)):  # type: ignore[arg-type]
        with pytest.raises(InputError, match="is not a whole number"):
            make()


def test_a_stream_goes_on_where_it_was() -> None:
    def endless() -> Any:
        yield from ((X[k % 50 : k % 50 + 10], Y[k % 50 : k % 50 + 10]) for k in range(0, 1000, 7))

    options: dict[str, Any] = {"epochs": 4, "steps_per_epoch": 3}
    whole, broken, first, second = network(), Break(2, 1), network(), network()
    whole.fit(endless, **options)
    first.fit(endless, callbacks=[broken], **options)
    second.fit(endless, callbacks=[Resume(broken.state_then)], **options)
    assert numbers(second) == numbers(whole)
