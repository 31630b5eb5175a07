"""Networks are the same after a file, or the file is refused and nothing has changed."""

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import CASES, Case

import microgradphys as mgp
from microgradphys import Value, nn, randomness
from microgradphys.archives import read_archive, write_archive
from microgradphys.errors import InputError, MicrogradphysError

ENDINGS = [".npz", ".safetensors"]


class Line(nn.Module):
    """A module of one's own without arguments."""

    def __init__(self) -> None:
        self.slope, self.offset = Value(2.0), Value(1.0)

    def forward(self, x: Any) -> Any:
        return self.slope * x + self.offset


class Residual(nn.Module):
    """A module of one's own around another, with a buffer."""

    buffer_names = ("calls",)

    def __init__(self, inner: nn.Module, scale: float = 2.0) -> None:
        self.inner, self.scale = inner, scale
        self.calls = np.zeros((), np.int64)

    def forward(self, x: Any) -> Any:
        self.calls = self.calls + 1
        return x + self.scale * self.inner(x)


class Careless(nn.Module):
    """A module that forgets an argument."""

    def __init__(self, size: int) -> None:
        self.w = Value(np.zeros(size))


class Wide(nn.Sequential):
    """A Sequential with a constructor of its own."""

    def __init__(self, width: int) -> None:
        super().__init__(nn.Dense(width), nn.Dense(1))
        self.width = width


def numbers(model: nn.Module) -> dict[str, Any]:
    """All numbers of a model, as bytes with their shapes and types."""
    named = {name: value.data for name, value in model.named_parameters().items()} | model.named_buffers()
    return {name: (np.shape(a), np.asarray(a).dtype, np.asarray(a).tobytes()) for name, a in named.items()}


def network(seed: int = 0, **options: Any) -> nn.Sequential:
    """A network of two layers."""
    return nn.Sequential(nn.Dense(3, np.tanh), nn.Dense(2), **{"input_shape": (4,), "seed": seed, **options})


def message_of(call: Any) -> str:
    """What is said where something is refused; nothing where it is not."""
    try:
        call()
    except MicrogradphysError as error:
        return str(error)
    return ""


layers = st.builds(
    nn.Dense,
    st.integers(1, 4),
    st.sampled_from([None, "relu", "tanh", np.tanh, mgp.softplus]),
    kernel_initializer=st.sampled_from(["he", "orthogonal", 0.5, "zeros"]),
    use_bias=st.booleans(),
)
networks = st.recursive(
    layers | st.builds(Line),
    lambda inner: st.builds(lambda parts: nn.Sequential(*parts), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=6,
)


@pytest.mark.parametrize("ending", ENDINGS)
@given(part=networks, dtype=st.sampled_from(["float32", "float64"]), built=st.booleans())
@settings(max_examples=25, deadline=None)
def test_random_networks_are_the_same_after_a_file(
    part: nn.Module, dtype: str, built: bool, ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    model = nn.Sequential(part, nn.Dense(1), dtype=dtype, seed=1)
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    if built:
        model(x)
    again = nn.load(model.save(tmp_path_factory.getbasetemp() / f"model{ending}"), {"Line": Line})
    assert numbers(again) == numbers(model)
    assert [p.name for p in again.parameters()] == [p.name for p in model.parameters()]
    assert list(again.named_modules()) == list(model.named_modules())
    assert [part.built for part in again.named_modules().values()] == [
        part.built for part in model.named_modules().values()
    ]
    y = model(x).data
    assert again(x).data.tobytes() == y.tobytes()


@pytest.mark.parametrize("ending", ENDINGS)
def test_weights_go_from_one_network_to_another_of_the_same_kind(ending: str, tmp_path: Path) -> None:
    first, second = network(0), network(1)
    before = second.parameters()
    (second(np.ones((1, 4))) ** 2).sum().backward()
    second.load_weights(first.save_weights(tmp_path / f"w{ending}"))
    assert numbers(second) == numbers(first)
    assert all(a is b for a, b in zip(second.parameters(), before, strict=True))
    assert [p.grad for p in second.parameters()] == [None] * 4


def test_a_file_is_read_by_numpy_alone(tmp_path: Path) -> None:
    model = network()
    with np.load(model.save(tmp_path / "m.npz")) as plain:
        np.testing.assert_array_equal(plain["parameters/dense_1.W"], model[0].W.data)


def test_networks_of_scalar_values_too(tmp_path: Path) -> None:
    for model in (nn.MLP(2, [3, 1]), nn.Layer(2, 2, nonlin=False), nn.Neuron(3), nn.MLP(2, []), nn.Layer(2, 0)):
        again = nn.load(model.save(tmp_path / "m.npz"))
        assert (repr(again), numbers(again)) == (repr(model), numbers(model))


def test_modules_of_ones_own_are_made_by_their_classes(tmp_path: Path) -> None:
    model = nn.Sequential(Residual(nn.Dense(4), 0.5), Wide(3), nn.Dense(2), input_shape=(4,))
    path = model.save(tmp_path / "m.npz")
    again = nn.load(path, classes={"Residual": Residual, "Wide": Wide})
    assert numbers(again) == numbers(model)
    assert (again[0].scale, again[0].calls, again[1].width) == (0.5, 1, 3)
    names = [[part.name for part in one.named_modules().values()] for one in (model, again)]
    assert names[0] == names[1]
    assert "inner" in names[0]
    with pytest.raises(InputError, match=r"a Residual, which is a class of your own: nn\.load\(.*'Residual': Residual"):
        nn.load(path, {"Wide": Wide})
    with pytest.raises(InputError, match=r"cannot make the Residual in .* again: .*unexpected keyword"):
        nn.load(path, {"Residual": Line, "Wide": Wide})


def test_loading_draws_no_random_number_that_others_would_get(tmp_path: Path) -> None:
    paths = [model.save(tmp_path / f"{k}.npz") for k, model in enumerate((network(), nn.MLP(2, [2])))]
    found = []
    for load in (False, True):
        mgp.seed(3)
        random.seed(3)
        if load:
            for path in paths:
                nn.load(path)
        found.append((random.random(), randomness.generator().random()))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: nn.Sequential(nn.Dense(1, lambda x: x)),
            r"write down dense_1 \(Dense\): its activation is a function, <lambda>, which .* by its name",
        ),
        (
            lambda: nn.Dense(1, kernel_initializer=lambda g, s: np.ones(s)),
            r"model \(Dense\): its kernel_initializer",
        ),
        (lambda: Careless(2), "Careless does not keep the argument 'size'"),
        (lambda: Residual(nn.Dense(1), Value(1.0)), r"its scale is a Value; give it as numbers or text"),
        (lambda: Residual(nn.Sequential(shared := Line(), Residual(shared))), r"line_1 \(Line\): it stands twice"),
        (lambda: Residual({1: [(nn.Dense(1, len),)]}), r"inner \(Dense\): its activation is a function, len"),
    ],
)
def test_what_cannot_be_written_down_is_named_with_the_fix(make: Any, message: str, tmp_path: Path) -> None:
    model = make()
    with pytest.raises(InputError, match=message):
        model.save(tmp_path / "m.npz")
    assert list(tmp_path.iterdir()) == []
    model.save_weights(tmp_path / "w.npz")


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            lambda: network(input_shape=(5,)),
            r"dense_1.W is \(5, 3\) float64 in the file, \(4, 3\) float64",
        ),
        (lambda: network(dtype="float32"), r"dense_2.b is \(2,\) float32 in the file, \(2,\) float64"),
        (lambda: nn.Sequential(nn.Dense(3), input_shape=(4,)), r"the file has no dense_2.W; the file has no dense_2.b"),
        (lambda: nn.Sequential(network(), input_shape=(4,)), r"the model has no sequential_1.dense_1.W"),
        (lambda: Residual(network()), "the file has no dense_1.W.*and 3 more; build the model as it was"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(other: Any, message: str, tmp_path: Path) -> None:
    model = network()
    before = numbers(model)
    path = other().save_weights(tmp_path / "w.npz")
    with pytest.raises(InputError, match=rf"w\.npz' does not fit the model: .*{message}"):
        model.load_weights(path)
    assert numbers(model) == before


def test_a_network_without_parameters_yet_is_told_to_make_them(tmp_path: Path) -> None:
    path = network().save_weights(tmp_path / "w.npz")
    with pytest.raises(InputError, match="no parameters yet: give it its input_shape, or call it once"):
        nn.Sequential(nn.Dense(3), nn.Dense(2)).load_weights(path)
    with pytest.raises(InputError, match=r"w\.npz' has no architecture: make the model, then model\.load_weights"):
        nn.load(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_damaged_file_changes_nothing(ending: str, tmp_path: Path) -> None:
    model, path = network(1), network(2).save(tmp_path / f"m{ending}")
    raw = path.read_bytes()
    for k in range(0, len(raw), 97):
        for damaged in (raw[:k], raw[:k] + bytes([raw[k] ^ 255]) + raw[k + 1 :]):
            path.write_bytes(damaged)
            before = numbers(model)
            if message_of(lambda: model.load_weights(path)):
                assert numbers(model) == before
                assert str(path) in message_of(lambda: nn.load(path))
    model = network(1)
    before = numbers(model)
    path.write_bytes(raw)
    model.load_weights(path)
    assert numbers(model) != before


def test_a_failed_save_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = network(0)
    path = model.save(tmp_path / "m.npz")

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(InputError, match=r"cannot write .*m\.npz': No space left on device"):
        network(1).save(path)
    assert numbers(nn.load(path)) == numbers(model)
    assert list(tmp_path.iterdir()) == [path]


def test_a_layer_that_this_version_does_not_know_is_named(tmp_path: Path) -> None:
    tree = read_archive(network().save(tmp_path / "m.npz"), "model")
    tree["architecture"]["config"]["layers"][0]["class"] = "Transformer"
    path = write_archive(tmp_path / "m.npz", "model", tree)
    with pytest.raises(InputError, match="a Transformer, which this version of microgradphys does not know: update"):
        nn.load(path)
    tree["architecture"]["config"]["layers"][0]["class"] = "load"
    with pytest.raises(InputError, match="has a load, which"):
        nn.load(write_archive(tmp_path / "m.npz", "model", tree))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_layer_is_the_same_after_a_file(case: Case, tmp_path: Path) -> None:
    """As the layer of a network, after it has learnt from a batch and so has other buffers than at first."""
    model = nn.Sequential(case.make(), seed=0)
    with nn.training():
        model(case.inputs(3))
    again = nn.load(model.save(tmp_path / "m.npz"))
    assert (repr(again), numbers(again)) == (repr(model), numbers(model))
    outputs = [np.asarray(getattr(one(case.inputs()), "data", one(case.inputs()))) for one in (model, again)]
    assert outputs[0].tobytes() == outputs[1].tobytes()
