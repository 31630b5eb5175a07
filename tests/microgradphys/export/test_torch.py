"""`to_torch`: the module of PyTorch computes what we compute, and learns as we learn."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from exported_networks import (
    NETWORKS,
    SHAPED,
    arguments,
    inputs,
    network,
    outputs,
    random_network,
    row_function,
)

import microgradphys as mgp
from microgradphys import Value, export, nn
from microgradphys.errors import InputError, UnsupportedError
from microgradphys.primitives import PRIMITIVES, QUESTIONS

# The signs of singular vectors are free, and torch chooses others.
FREE = ("left_singular", "right_singular")


def compute(module, *args):
    """Compute with torch."""
    with torch.no_grad():
        return module(*map(torch.as_tensor, args)).numpy()


def slopes(model, x):
    """Return our gradients of a loss by name."""
    model.zero_grad()
    (model(x) ** 2).sum().backward()
    return {name: value.grad for name, value in model.named_parameters().items()}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_agrees_with_its_gradients_for_batches_of_all_sizes(name, dtype):
    model = network(name, dtype)
    module = export.to_torch(model)
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    for size in (1, 3, 100):
        x = inputs(name, size, dtype)
        ours, theirs = outputs(model, x), compute(module, x)
        assert theirs.dtype == ours.dtype
        np.testing.assert_allclose(theirs, ours, rtol=tolerance, atol=tolerance)
    if not model.parameters():
        return
    module.train()
    module.zero_grad()
    (module(torch.as_tensor(x)) ** 2).sum().backward()
    ours = slopes(model, x)
    theirs = {name: parameter.grad.numpy() for name, parameter in module.named_parameters()}
    assert theirs.keys() == ours.keys()
    for key, gradient in ours.items():
        scale = max(1.0, np.abs(gradient).max())
        np.testing.assert_allclose(theirs[key], gradient, rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize("seed", range(8))
def test_random_networks_agree(seed):
    model = random_network(seed)
    x = np.random.default_rng(seed).normal(size=(5, *model.sample_shape))
    np.testing.assert_allclose(compute(export.to_torch(model), x), outputs(model, x), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SHAPED)
def test_shapes_and_indices_agree_for_batches_of_all_sizes(name):
    f, draw = SHAPED[name], np.random.default_rng(0)
    module = export.to_torch(f, draw.normal(size=(2, 4, 3)))
    for size in (1, 3, 100):
        x = draw.normal(size=(size, 4, 3))
        ours = outputs(f, x)
        np.testing.assert_allclose(compute(module, x), ours, rtol=1e-9, atol=1e-12)
        assert compute(module, x).shape == ours.shape


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", [row for row in (*PRIMITIVES.values(), *QUESTIONS) if row.name not in FREE])
def test_every_row_agrees_at_its_samples(row, dtype):
    for sample in row.samples:
        args, static = arguments(sample, dtype)
        f = row_function(row, static)
        theirs, ours = compute(export.to_torch(f, args, batch=False), *args), outputs(f, *args)
        assert theirs.shape == ours.shape
        tolerance = 1e-9 if dtype == np.float64 else 2e-6
        np.testing.assert_allclose(theirs, ours, rtol=tolerance, atol=tolerance)


def test_another_choice_of_signs_is_found():
    args, _ = arguments(PRIMITIVES["left_singular"].samples[0])
    with pytest.raises(mgp.MicrogradphysError, match="computed by PyTorch"):
        export.to_torch(row_function(PRIMITIVES["left_singular"], {}), args, batch=False)


def test_the_state_has_the_names_it_has_here():
    model = network("convolution")
    module = export.to_torch(model)
    assert list(dict(module.named_parameters())) == list(model.named_parameters())
    assert dict(module.named_buffers()).keys() == model.named_buffers().keys()


def test_the_source_reads_like_the_network_and_stands_alone(tmp_path):
    model = nn.Sequential(nn.Dense(3, "tanh"), nn.Dense(1), input_shape=(2,), seed=0)
    module = export.to_torch(model)
    assert (
        module.source
        == '''\
import torch


class Sequential(torch.nn.Module):
    """Sequential, as microgradphys recorded it."""

    def __init__(self):
        """Make room for the parameters; load_state_dict() fills it."""
        super().__init__()
        self.dense_1 = torch.nn.Module()
        self.dense_2 = torch.nn.Module()
        self.dense_1.W = torch.nn.Parameter(torch.zeros((2, 3), dtype=torch.float64))
        self.dense_1.b = torch.nn.Parameter(torch.zeros((3,), dtype=torch.float64))
        self.dense_2.W = torch.nn.Parameter(torch.zeros((3, 1), dtype=torch.float64))
        self.dense_2.b = torch.nn.Parameter(torch.zeros((1,), dtype=torch.float64))

    def forward(self, x):
        """Compute the outputs."""
        W_1 = self.dense_1.W
        b_1 = self.dense_1.b
        W_2 = self.dense_2.W
        b_2 = self.dense_2.b
        s_1 = x @ W_1 + b_1
        a_1 = torch.tanh(s_1)
        s_2 = a_1 @ W_2 + b_2
        return s_2
'''
    )
    (tmp_path / "network.py").write_text(module.source, encoding="utf-8")
    torch.save(module.state_dict(), tmp_path / "state.pt")
    program = (
        "import sys, torch; from network import Sequential; m = Sequential(); "
        "m.load_state_dict(torch.load('state.pt')); "
        "print(repr(m(torch.ones(1, 2, dtype=torch.float64)).item()), 'microgradphys' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    number, ours = done.stdout.split()
    assert ours == "False"
    assert float(number) == pytest.approx(outputs(model, np.ones((1, 2))).item(), rel=1e-12)


def test_it_goes_on_learning_as_we_do():
    model = network("tanh")
    module, x = export.to_torch(model), inputs("tanh", 20)
    rule = torch.optim.SGD(module.parameters(), lr=0.01)
    for _ in range(5):
        rule.zero_grad()
        (module(torch.as_tensor(x)) ** 2).sum().backward()
        rule.step()
        for name, gradient in slopes(model, x).items():
            parameter = model.named_parameters()[name]
            parameter.data = parameter.data - 0.01 * gradient
    np.testing.assert_allclose(compute(module, x), outputs(model, x), rtol=1e-10)


def test_values_around_a_function_become_parameters_and_constants_buffers():
    w, c = Value([2.0, 3.0], "w"), mgp.constant([1.0, 2.0], "c")
    module = export.to_torch(lambda x: x * w + c, np.ones((2, 2)))
    assert list(dict(module.named_parameters())) == ["w"]
    assert list(dict(module.named_buffers())) == ["c"]
    np.testing.assert_allclose(compute(module, np.ones((1, 2))), [[3.0, 5.0]])


def test_gradients_stop_where_they_stop_here():
    module = export.to_torch(lambda x: x * mgp.stop(x), np.ones(2))
    x = torch.tensor([3.0], dtype=torch.float64, requires_grad=True)
    module(x).sum().backward()
    assert x.grad.item() == 3.0


def test_hostile_names_are_names():
    hostile = [
        '"; drop',
        "a\nb",
        "\u202eright",
        "x" * 300,
        "\ud800",
        "",
        "x",
        "forward",
        "a.b",
        "a",
        "__class__",
        "self",
    ]
    model = nn.Module()
    model.table = {name: Value(2.0, name) for name in hostile}

    def forward(x):
        for value in model.table.values():
            x = x * value
        return x

    model.forward = forward
    module = export.to_torch(model, np.ones((2, 1)))
    assert compute(module, np.ones((3, 1))).tolist() == [[4096.0]] * 3
    assert len(list(module.parameters())) == len(hostile)


def test_a_row_of_ones_own_is_exported_by_what_it_is_made_of():
    bent = mgp.primitive(
        "own_bent",
        "own_bent(a)",
        forward=lambda xp, a: a * xp.tanh(a),
        partials=lambda xp, y, a: xp.tanh(a) + a * (1 - xp.tanh(a) ** 2),
        samples=(0.5, -1.0),
    )
    x = np.linspace(-3, 3, 7)
    np.testing.assert_allclose(compute(export.to_torch(lambda x: bent(x), x), x), outputs(bent, x), rtol=1e-12)


def test_several_results_come_as_they_do_here():
    module = export.to_torch(lambda x: {"twice": x * 2.0, "pair": (x, x[0])}, np.ones(2))
    result = module(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
    assert result["twice"].tolist() == [2.0, 4.0, 6.0]
    assert result["pair"][1].item() == 1.0


def test_the_batch_backwards_in_part_is_refused():
    with pytest.raises(UnsupportedError, match="batch=False"):
        export.to_torch(lambda x: x[5:2:-1], np.ones((8, 2)))


def test_what_the_inputs_are_like_is_asked_for_if_nothing_says_it():
    with pytest.raises(InputError, match=r"sample=X\[:2\]"):
        export.to_torch(nn.Sequential(nn.Dense(2)))
