"""`fit`: networks learn what they should, the same in every way of asking, and mistakes are named."""

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import microgradphys as mgp
from microgradphys import Value, losses, nn, optim
from microgradphys.errors import InputError, MicrogradphysError, ShapeError
from microgradphys.randomness import drawing_from
from microgradphys.training import Callback

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(50, 3)), RNG.normal(size=(50, 2))


def network(*units: int, activation: str = "tanh", last: str | None = None, **options: Any) -> nn.Sequential:
    """A network of dense layers."""
    hidden = [nn.Dense(n, activation) for n in units[:-1]]
    return nn.Sequential(*hidden, nn.Dense(units[-1], last), **{"seed": 1, **options})


def numbers(model: nn.Module) -> list[Any]:
    """All parameters and buffers of a network."""
    return [*(np.copy(p.data) for p in model.parameters()), *map(np.copy, model.named_buffers().values())]


def same(one: nn.Module, other: nn.Module) -> bool:
    """Whether two networks have the same bits."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(numbers(one), numbers(other), strict=True))


@pytest.mark.parametrize("seed", range(10))
def test_xor_is_learnt(seed: int) -> None:
    model = network(8, 1, last="sigmoid", seed=seed)
    history = model.fit(
        *XOR, epochs=400, optimizer=optim.Adam(0.05), loss="binary_crossentropy", metrics=["accuracy"], seed=seed
    )
    assert history["accuracy"][-1] == 1.0
    assert np.array_equal(model.predict(XOR[0])[:, 0] > 0.5, XOR[1] == 1)


def test_a_least_squares_network_reaches_the_solution_of_the_normal_equations() -> None:
    model = network(2)
    model.fit(X, Y, epochs=3000, batch_size=50, optimizer=optim.SGD(0.3))
    padded = np.hstack([X, np.ones((50, 1))])
    solution = np.linalg.solve(padded.T @ padded, padded.T @ Y)
    W, b = (p.data for p in model.parameters())
    np.testing.assert_allclose(np.vstack([W, b]), solution, atol=1e-8)


@pytest.mark.parametrize(
    ("loss", "y", "last"),
    [
        ("mse", Y[:4], None),
        ("mae", Y[:4], None),
        ("huber", Y[:4], None),
        ("binary_crossentropy", np.array([[0, 1], [1, 1], [0, 0], [1, 0]]), "sigmoid"),
        ("categorical_crossentropy", np.eye(2)[[0, 1, 1, 0]], "softmax"),
        ("sparse_categorical_crossentropy", np.array([0, 1, 1, 0]), "softmax"),
        ("cross_entropy", np.array([0, 1, 1, 0]), None),
        ("hinge", np.array([[-1, 1], [1, 1], [-1, -1], [1, -1]]), None),
        ("kl_divergence", np.eye(2)[[0, 1, 1, 0]], "softmax"),
    ],
)
def test_a_tiny_batch_drives_every_loss_to_zero(loss: str, y: Any, last: str | None) -> None:
    model = network(16, 2, last=last)
    rate = optim.schedules.Exponential(0.1, 0.995)
    history = model.fit(X[:4], y, epochs=1500, optimizer=optim.Adam(rate), loss=loss)
    assert history["loss"][-1] < 1e-3


class Deep(nn.Module):
    """Everything that needs care: dropout, batch norm, a scalar, a shared layer."""

    def __init__(self, rate: float = 0.3) -> None:
        mgp.seed(3)
        self.first, self.norm, self.drop = nn.Dense(6, "relu"), nn.BatchNorm(), nn.Dropout(rate)
        self.last, self.scale = nn.Dense(2), Value(1.5)

    def forward(self, x: Any) -> Any:
        return self.scale * self.last(self.drop(self.norm(self.first(x))))


@pytest.mark.parametrize("optimizer", ["adam", "momentum", optim.AdamW(0.01)])
def test_compiled_and_step_by_step_give_the_same_numbers(optimizer: Any) -> None:
    found = []
    for compiled in (True, False):
        model = Deep()
        weights = np.linspace(0.5, 2, 50)
        history = model.fit(
            X, Y, epochs=3, batch_size=16, optimizer=optimizer, metrics=["mae"], validation_split=0.2, seed=5,
            penalty=losses.l2, sample_weight=weights, compiled=compiled,
        )  # fmt: skip
        assert history.notes == []
        found.append((numbers(model), history.history))
    (parameters, measured), (others, expected) = found
    assert len(parameters) == 9
    for a, b in zip(parameters, others, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    for name in ("loss", "mae", "val_loss", "val_mae"):
        np.testing.assert_allclose(measured[name], expected[name], rtol=1e-9)


def test_the_same_seed_gives_the_same_bits() -> None:
    models = []
    for seed, common in ((5, 0), (5, 1), (6, 2), (None, 3), (None, 3), (None, 4)):
        model = Deep()
        mgp.seed(common)
        model.fit(X, Y, epochs=2, batch_size=16, validation_split=0.1, seed=seed)
        models.append(model)
    equal = [same(one, other) for one, other in pairwise(models)]
    assert equal == [True, False, False, True, False]


def test_layers_do_otherwise_while_they_learn_and_are_as_ever_afterwards() -> None:
    model = Deep(rate=0.9)
    before = [np.copy(buffer) for buffer in model.named_buffers().values()]
    model.fit(X, Y, epochs=2)
    assert not any(map(np.array_equal, before, model.named_buffers().values()))
    assert np.array_equal(model.predict(X), model.predict(X))


def test_float32_stays_float32_and_data_are_cast_once() -> None:
    model = network(4, 2, dtype="float32")
    model.fit(X, Y, epochs=2, optimizer="adam", validation_split=0.2)
    assert {p.dtype for p in model.parameters()} == {np.dtype(np.float32)}
    assert model.predict(X).dtype == np.float32


def test_nothing_of_the_users_is_changed_or_shared() -> None:
    x, y = X.copy(), Y.copy()
    model = network(4, 2)
    model.fit(x, y, epochs=1, shuffle=False)
    assert np.array_equal(x, X)
    assert np.array_equal(y, Y)
    kept = [p.data for p in model.parameters()]
    copies = [p.copy() for p in kept]
    model.fit(x, y, epochs=1)
    assert all(map(np.array_equal, kept, copies))
    assert not any(np.shares_memory(p.data, array) for p in model.parameters() for array in (x, y, *kept))


def test_labels_columns_and_rows_are_what_they_mean() -> None:
    """(n,) and (n, 1) are the same; one number a row is the label of a class where there are several outputs."""
    shapes = []
    for y in (Y[:, 0], Y[:, :1], Y[:, 0].tolist(), Value(Y[:, 0])):
        model = network(1)
        model.fit(X, y, epochs=1, seed=0)
        shapes.append(model.parameters()[0].data.tobytes())
    assert len(set(shapes)) == 1
    model = network(3, last="softmax")
    labels = np.arange(50) % 3
    first = model.evaluate(X, labels, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    again = model.evaluate(X, np.eye(3)[labels], loss="categorical_crossentropy", metrics=["accuracy"])
    assert first == pytest.approx(again)


def test_an_autoencoder_learns_its_inputs() -> None:
    model = network(2, 3)
    history = model.fit(X, X, epochs=40, optimizer=optim.Adam(0.03), seed=0)
    assert history["loss"][-1] < 0.7 * history["loss"][0]


def test_targets_may_leave_out_an_axis_of_length_1() -> None:
    """As the numbers of a sequence do, which the network returns as (rows, time, 1)."""
    x, y = RNG.normal(size=(6, 4, 2)), RNG.normal(size=(6, 4))
    first, second = (nn.Sequential(nn.RNN(3, return_sequences=True), nn.Dense(1), seed=0) for _ in range(2))
    assert first.fit(x, y, epochs=1, seed=0)["loss"] == second.fit(x, y[:, :, None], epochs=1, seed=0)["loss"]


def test_a_module_that_holds_itself_learns() -> None:
    class Ring(Branching):
        def __init__(self) -> None:
            super().__init__()
            self.me = self

    assert Ring().fit(X, X, epochs=1).epochs == 1


def test_single_numbers_are_inputs_too() -> None:
    x = np.linspace(-1, 1, 20)
    model = network(1)
    model.fit(x, 3 * x, epochs=200, optimizer=optim.SGD(0.3))
    assert model.predict(x).shape == (20, 1)
    assert model.predict(2.0 * np.ones(1))[0, 0] == pytest.approx(6.0, abs=1e-3)


def test_weights_count_as_if_an_example_stood_there_so_often() -> None:
    models = [network(2), network(2)]
    weights = np.arange(1, 5)
    models[0].fit(X[:4], Y[:4], epochs=5, batch_size=99, sample_weight=weights)
    often = np.repeat(np.arange(4), weights)
    models[1].fit(X[often], Y[often], epochs=5, batch_size=99)
    for a, b in zip(*map(numbers, models), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)


def test_weights_count_in_batches_of_one_too() -> None:
    """An example of weight 0 moves nothing, and one of weight 2 moves twice as far."""
    models = [nn.Sequential(nn.Dense(1), input_shape=(2,), seed=0) for _ in range(3)]
    for model, weights in zip(models, (None, [2.0, 0.0], [1.0, 1.0]), strict=True):
        model.fit(X[:2, :2], Y[:2, :1], epochs=1, batch_size=1, optimizer=optim.SGD(0.01), shuffle=False,
                  sample_weight=weights, loss="mse")  # fmt: skip
    start = nn.Sequential(nn.Dense(1), input_shape=(2,), seed=0)
    weights, bias = (p.data for p in start.parameters())
    slope = 2 * (X[0, :2] @ weights + bias - Y[0, :1])
    np.testing.assert_allclose(models[1].parameters()[1].data, bias - 0.01 * 2 * slope, rtol=1e-12)
    np.testing.assert_array_equal(models[0].parameters()[0].data, models[2].parameters()[0].data)


def test_embeddings_get_whole_numbers() -> None:
    words = np.array([[0, 1], [1, 2], [2, 0], [2, 2]])
    for kind in (np.int32, np.uint8, np.float64):
        model = nn.Sequential(nn.Embedding(3, 4), nn.Flatten(), nn.Dense(1), seed=0)
        history = model.fit(words.astype(kind), [0.0, 1.0, 2.0, 3.0], epochs=200, optimizer=optim.Adam(0.05))
        assert history["loss"][-1] < 0.01
        assert history.notes == []


@pytest.mark.parametrize("odd", [-1, 3])
def test_a_position_without_a_row_is_refused_wherever_it_comes(odd: int) -> None:
    """Compiled steps do not look: Python would count −1 from the end."""
    words, y = np.array([[0, 1]] * 6 + [[2, odd]]), np.arange(7.0)
    model = nn.Sequential(nn.Embedding(3, 2), nn.Flatten(), nn.Dense(1), seed=0)
    stream = [(words[:2], y[:2]), (words[2:4], y[2:4]), (words[4:], y[4:])]
    for data in ((words, y), (lambda: stream, None)):
        with pytest.raises(InputError, match="Embedding has rows 0 to 2, and inputs go from"):
            model.fit(*data, epochs=1, batch_size=2, shuffle=False)
    assert model.fit(words[:6], y[:6], epochs=1).epochs == 1


class Branching(nn.Module):
    """A network that looks at its numbers, which cannot be compiled."""

    def __init__(self) -> None:
        self.slope = Value(0.5)

    def forward(self, x: Any) -> Any:
        return self.slope * x if np.mean(x) > -100 and self.slope.data > 0 else x


def test_a_network_that_cannot_be_compiled_learns_step_by_step_and_says_so() -> None:
    model = Branching()
    history = model.fit(X[:, 0], 2 * X[:, 0], epochs=30, optimizer=optim.SGD(0.5))
    assert model.slope.data == pytest.approx(2.0)
    assert len(history.notes) == 1
    assert "not compiled" in history.notes[0]


@pytest.mark.parametrize("compiled", [True, False])
def test_a_callback_that_changes_the_network_is_followed(compiled: bool) -> None:
    """A parameter, and a rate of dropout, that are set between epochs."""

    class Change(Callback):
        def epoch(self, run: Any) -> None:
            run.model.scale.data = 0.0
            run.model.drop.rate = 0.5

    model = Deep(rate=0.0)
    model.fit(X, Y, epochs=1, batch_size=50, callbacks=[Change()], compiled=compiled)
    before = numbers(model)
    state = np.random.default_rng(1)
    with drawing_from(state):
        model.fit(X, Y, epochs=2, batch_size=50, shuffle=False, callbacks=[Change()], compiled=compiled)
    # With a factor of 0 behind it, no layer but the last bias, and the factor itself, has a gradient.
    assert all(map(np.array_equal, before[:4], numbers(model)[:4]))
    drawn = np.random.default_rng(1)
    drawn.random((2, 50, 6))
    assert state.bit_generator.state == drawn.bit_generator.state


def test_networks_of_scalars_learn_too_sample_by_sample() -> None:
    random.seed(4)
    model = nn.MLP(2, [6, 1])
    history = model.fit(*XOR, epochs=80, optimizer=optim.Adam(0.1))
    assert history["loss"][-1] < 0.02
    assert "a network of scalars" in history.notes[0]
    outputs = model.predict(XOR[0])
    assert outputs.shape == (4, 1)
    assert outputs[2, 0] == model(XOR[0][2]).data


def failing(outputs: Any, targets: Any) -> float:
    """A metric with a mistake."""
    return len(outputs) / 0


def test_no_epoch_is_an_empty_history() -> None:
    model = network(2)
    assert model.fit(X, Y, epochs=0).epochs == 0
    assert len(model.parameters()) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"X": X[:3]}, "X has 3 rows and y has 50"),
        ({"X": np.zeros((0, 3)), "y": np.zeros((0, 2))}, r"X is empty: shape \(0, 3\)"),
        ({"X": np.where(np.arange(150).reshape(50, 3) == 7, np.nan, X)}, "X has nan in row 2, column 1"),
        ({"y": np.where(np.arange(100).reshape(50, 2) == 7, np.inf, Y)}, "y has inf in row 3, column 1"),
        ({"batch_size": 0}, "batch_size=0 is not a whole number, 1 or more"),
        ({"batch_size": 2.5}, "batch_size=2.5"),
        ({"epochs": -1}, "epochs=-1 is not a whole number, 0 or more"),
        ({"validation_split": 1.0}, "validation_split=1.0 is not a number from 0"),
        ({"validation_split": -0.1}, "validation_split"),
        ({"validation_split": 0.001}, "leaves 50 for training and 0 for validation"),
        ({"validation_split": 0.1, "validation_data": (X, Y)}, "which of the two"),
        ({"validation_data": X}, r"validation_data is \(X, y\)"),
        ({"optimizer": "adma"}, "did you mean 'adam'"),
        ({"loss": "msee"}, "did you mean 'mse'"),
        ({"metrics": ["acuracy"]}, "did you mean 'accuracy'"),
        ({"metrics": [3]}, "a metric is a name or a function"),
        ({"y": Y[:, :1].repeat(3, 1)}, r"y has shape \(50, 3\)"),
        ({"y": Y[:, 0]}, "no label of a class"),
        ({"y": np.full(50, 7)}, "the label 7 in row 0"),
        ({"y": None}, "y=X"),
        ({"X": np.full((50, 3), "a")}, "X has text"),
        ({"X": [["a", None, {}]] * 50}, "X has something that is not a number"),
        ({"X": X + 1j}, "X has complex numbers"),
        ({"X": 3.0}, "X is a single number"),
        ({"X": [[1.0], [2.0, 3.0]]}, "X is not an array"),
        ({"sample_weight": np.ones(3)}, "there are 50 examples"),
        ({"sample_weight": -np.ones(50)}, "weights are 0 or more"),
        ({"sample_weight": np.ones(50), "loss": lambda a, b: ((a - b) ** 2).mean()}, "needs a loss that takes weights"),
        ({"callbacks": [3]}, "a callback is an object with"),
        ({"callbacks": [Callback]}, "a callback is an object with"),
        ({"metrics": [lambda outputs, targets: outputs]}, "has to return one number for a batch"),
        ({"optimizer": optim.Adam}, r"a rule with its learning rate, optim\.Adam"),
        ({"optimizer": "lbfgs"}, "LBFGS looks at all examples at once"),
        ({"optimizer": 0.1}, "an optimiser is a name or a rule"),
        ({"loss": lambda outputs, targets: 1.0}, "the loss does not depend on the parameters"),
        ({"loss": lambda outputs, targets: outputs - targets}, "one number, not shape"),
        ({"penalty": 0.1}, "a penalty is a function"),
        ({"seed": -1}, "a seed is a whole number"),
        ({"y": ["cat", "dog"] * 25}, "y has text.*return_inverse=True"),
        ({"X": np.ma.masked_array(X, X > 1)}, "X is masked in places"),
        ({"X": sparse.csr_array(X)}, "X is a sparse matrix"),
        ({"metrics": [failing]}, r"the metric 'failing' of outputs \(32, 2\) .* fails: ZeroDivisionError"),
        ({"metrics": {"short": lambda a, b: losses.mse(a, b[:3])}}, "the metric 'short': mse"),
        ({"validation_data": (X[:, :2], Y)}, "validation_data: Dense has weights for 3 inputs"),
        ({"validation_data": (X * np.nan, Y)}, "validation_data: X has nan"),
        ({"steps_per_epoch": 0}, "steps_per_epoch=0"),
    ],
)
def test_mistakes_get_one_clear_message(options: dict[str, Any], message: str) -> None:
    model = network(2)
    with pytest.raises(MicrogradphysError, match=message):
        model.fit(**{"X": X, "y": Y, "epochs": 1, **options})


def test_a_network_that_loses_its_graph_is_told_so() -> None:
    class Plain(Branching):
        def forward(self, x: Any) -> Any:
            return self.slope.data * x

    for compiled in (True, False):
        with pytest.raises(InputError, match="outputs do not depend on the parameters"):
            Plain().fit(X, X, epochs=1, compiled=compiled)


@pytest.mark.parametrize(("wrap", "kind"), [(lambda y: (y, y), "tuple"), (lambda y: None, "None")])
def test_a_network_returns_one_value(wrap: Any, kind: str) -> None:
    class Other(Branching):
        def forward(self, x: Any) -> Any:
            return wrap(self.slope * x)

    with pytest.raises(InputError, match=f"forward returned {kind}; a network returns one Value"):
        Other().fit(X, X, epochs=1)


def test_mistakes_do_not_touch_the_network() -> None:
    model = network(2, input_shape=(3,))
    before = numbers(model)
    with pytest.raises(ShapeError, match="weights for 3 inputs"):
        model.fit(X[:, :2], Y, epochs=1)
    with pytest.raises(InputError, match="nothing to learn; a parameter is a Value"):
        nn.Sequential(nn.Flatten()).fit(X, X, epochs=1)
    assert all(map(np.array_equal, before, numbers(model)))


def test_evaluate_remembers_what_the_network_was_trained_for() -> None:
    model = network(1, last="sigmoid")
    y = (X[:, 0] > 0).astype(float)
    history = model.fit(X, y, epochs=3, loss="binary_crossentropy", metrics={"right": "accuracy"})
    found = model.evaluate(X, y)
    assert list(found) == ["loss", "right"]
    assert found["loss"] < history["loss"][0]
    assert model.history is history
    assert list(model.evaluate(X, y, loss="mse", metrics=["mae"])) == ["loss", "mae"]
    expected = model.predict(X)[:, 0]
    assert model.evaluate(X, y, loss="mse", batch_size=7)["loss"] == pytest.approx(np.mean((expected - y) ** 2))
    assert np.array_equal(model.predict(iter([X[:20], X[20:]]))[:, 0], expected)
