"""The table of a network: counts, shapes, nesting, sharing, buffers, width, names, and what it leaves alone."""

from typing import Any

import numpy as np
import pytest

from microgradphys import Value, nn, randomness
from microgradphys.errors import InputError, ShapeError


def test_the_convolutional_network_of_the_lectures() -> None:
    model = nn.Sequential(
        nn.Conv2D(8, 3, activation="relu"),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(16, "relu"),
        nn.Dense(10, "softmax"),
        input_shape=(28, 28, 1),
    )
    summary = model.summary()
    assert [row.parameters for row in summary.rows] == [80, 0, 0, 21648, 170]
    assert [row.shape for row in summary.rows] == [(26, 26, 8), (13, 13, 8), (1352,), (16,), (10,)]
    assert (summary.total, summary.buffers) == (21898, 0)
    assert summary.text(80) == (
        "name         type       output       parameters\n"
        "-----------------------------------------------\n"
        "conv2d_1     Conv2D     (26, 26, 8)          80\n"
        "maxpool2d_1  MaxPool2D  (13, 13, 8)           0\n"
        "flatten_1    Flatten    (1352,)               0\n"
        "dense_1      Dense      (16,)             21648\n"
        "dense_2      Dense      (10,)               170\n"
        "-----------------------------------------------\n"
        "total                                     21898"
    )
    assert max(map(len, summary.text(40).splitlines())) <= 40
    assert [line.split()[-1] for line in summary.text(40).splitlines() if "-" not in line][1:] == (
        "80 0 0 21648 170 21898".split()
    )


class Own(nn.Module):
    """Parameters of its own, a module that is there twice, and one in a list."""

    def __init__(self) -> None:
        self.scale = Value(np.ones(3))
        self.first = nn.Dense(3)
        self.again = self.first
        self.rest = [nn.Sequential(nn.Dense(2), nn.BatchNorm())]

    def forward(self, x: Any) -> Any:
        return self.rest[0](self.again(self.first(x)) * self.scale)


def test_modules_in_modules_stand_below_them_and_what_is_shared_counts_once() -> None:
    model = Own()
    summary = model.summary((3,))
    assert [(row.name, row.kind, row.shape, row.parameters, row.depth) for row in summary.rows] == [
        ("own", "Own", (2,), 3, 0),
        ("first", "Dense", (3,), 12, 0),
        ("rest.0", "Sequential", (2,), 0, 0),
        ("dense_1", "Dense", (2,), 8, 1),
        ("batchnorm_1", "BatchNorm", (2,), 4, 1),
    ]
    assert summary.total == sum(p.size for p in model.parameters()) == 27
    assert summary.buffers == sum(np.size(kept) for kept in model.named_buffers().values()) > 0
    assert f"not learnt {summary.buffers}" in " ".join(summary.text(80).split())
    assert model.summary().rows == summary.rows


def test_a_table_before_there_are_parameters_says_what_is_missing() -> None:
    model = nn.Sequential(nn.Dense(3), nn.Dense(1))
    with pytest.raises(InputError, match=r"shape of its inputs: .*model\.summary\(\(28, 28, 1\)\)"):
        model.summary()
    assert model.summary((4,)).total == 15 + 4
    assert model.summary().total == 19
    with pytest.raises(ShapeError, match="weights for 4 inputs"):
        model.summary((5,))


@pytest.mark.parametrize("shape", ["ab", (-1,), (2.5,), (0, 3), True])
def test_what_is_no_shape_is_refused(shape: Any) -> None:
    with pytest.raises(InputError, match="is not the shape of a sample"):
        nn.Dense(1).summary(shape)


def test_a_module_that_is_never_called_has_no_parameters_and_no_shape() -> None:
    class Forgetful(nn.Module):
        def __init__(self) -> None:
            self.used, self.forgotten = nn.Dense(2), nn.Dense(2)

        def forward(self, x: Any) -> Any:
            return self.used(x)

    model = Forgetful()
    summary = model.summary(3)
    assert [(row.name, row.shape, row.parameters) for row in summary.rows] == [
        ("used", (2,), 8),
        ("forgotten", None, 0),
    ]
    assert model.summary().rows == summary.rows


def test_a_convolution_takes_images_of_other_sizes() -> None:
    model = nn.Sequential(nn.Conv2D(2, 3), input_shape=(8, 8, 1))
    assert model.summary((20, 10, 1)).rows[0].shape == (18, 8, 2)
    assert model.summary().rows[0].shape == (6, 6, 2)


def test_it_changes_nothing() -> None:
    """No number is drawn, no buffer moves, and the network computes what it computed, in training too."""
    model = nn.Sequential(nn.Dense(3), nn.BatchNorm(), nn.Dropout(0.5), input_shape=(2,), seed=1)
    x = np.random.default_rng(0).normal(size=(5, 2))
    before, kept = model(x).data, {name: np.copy(kept) for name, kept in model.named_buffers().items()}
    source = np.random.default_rng(0)
    with randomness.drawing_from(source), nn.training():
        model.summary()
    assert source.random() == np.random.default_rng(0).random()
    assert all(np.array_equal(kept[name], now) for name, now in model.named_buffers().items())
    np.testing.assert_array_equal(model(x).data, before)
    assert all("forward" not in vars(layer) for layer in model)


def test_neurons_of_scalars_have_a_table_too() -> None:
    summary = nn.MLP(2, [3, 1]).summary()
    assert summary.total == 13
    assert [row.parameters for row in summary.rows if row.kind == "Neuron"] == [3, 3, 3, 4]
    assert nn.MLP(2, [3, 1]).summary((2,)).total == 13


@pytest.mark.parametrize("name", ["a\nb\tc", "[red]x[/red]", "x" * 300, "שלום", "層", "\u202eabc"])
def test_a_name_that_anybody_chose_stays_on_its_line(name: str) -> None:
    layer = nn.Dense(1)
    layer.name = name
    text = nn.Sequential(layer, input_shape=(2,)).summary().text(80)
    lines = text.splitlines()
    assert len(lines) == 5
    assert all(len(line) <= 80 and line.isprintable() for line in lines)
    assert lines[2].endswith("3")


def test_it_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    summary = nn.Sequential(nn.Dense(1), input_shape=(2,)).summary()
    assert capsys.readouterr().out == f"{summary.text()}\n"
    assert (str(summary), repr(summary)) == (summary.text(), "<Summary: 1 layers, 3 parameters>")
