"""`to_onnx`: what ONNX Runtime computes from the file is what we compute."""

import sys
from math import inf, nan
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
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

from microgradphys import Value, export, grad, nn, primitive, stop
from microgradphys.errors import CheckError, InputError, MissingExtraError, UnsupportedError
from microgradphys.export import agreement
from microgradphys.primitives import ELEMENTWISE, PRIMITIVES, QUESTIONS

# ONNX has nothing like these, and `overlap` comes from gradients only.
MISSING = (
    "cholesky eigenvalues eigenvectors inv left_singular overlap pinv right_singular singular_values solve".split()
)
# Where their result is nearly 0, ONNX Runtime says 0: these are exact to so much of 1, and not of the result.
SATURATED = "elu gelu logsigmoid sigmoid silu softplus".split()


def run(path, *args):
    """Compute with ONNX Runtime."""
    session = onnxruntime.InferenceSession(path)
    named = {node.name: np.asarray(a) for node, a in zip(session.get_inputs(), args, strict=True)}
    results = session.run(None, named)
    return results[0] if len(results) == 1 else results


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_agrees_for_batches_of_all_sizes(name, dtype, tmp_path):
    model = network(name, dtype)
    path = export.to_onnx(model, tmp_path / "model.onnx")
    for size in (1, 3, 100):
        x = inputs(name, size, dtype)
        ours, theirs = outputs(model, x), run(path, x)
        assert theirs.dtype == ours.dtype
        np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-6 * max(1.0, np.abs(ours).max()))


@pytest.mark.parametrize("seed", range(8))
def test_random_networks_agree(seed, tmp_path):
    model = random_network(seed)
    path = export.to_onnx(model, tmp_path / "model.onnx")
    x = np.random.default_rng(seed).normal(size=(5, *model.sample_shape))
    np.testing.assert_allclose(run(path, x), outputs(model, x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", SHAPED)
def test_shapes_and_indices_agree_for_batches_of_all_sizes(name, tmp_path):
    f, draw = SHAPED[name], np.random.default_rng(0)
    path = export.to_onnx(f, tmp_path / "f.onnx", draw.normal(size=(2, 4, 3)))
    for size in (1, 3, 100):
        x = draw.normal(size=(size, 4, 3))
        ours = outputs(f, x)
        np.testing.assert_allclose(run(path, x), ours, rtol=1e-6, atol=1e-9)
        assert run(path, x).shape == ours.shape


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", [row for row in (*PRIMITIVES.values(), *QUESTIONS) if row.name not in MISSING])
def test_every_row_agrees_at_its_samples(row, dtype, tmp_path):
    for k, sample in enumerate(row.samples):
        args, static = arguments(sample, dtype)
        f = row_function(row, static)
        path = export.to_onnx(f, tmp_path / f"{k}.onnx", args, batch=False)
        ours, theirs = outputs(f, *args), run(path, *args)
        assert theirs.shape == ours.shape
        np.testing.assert_allclose(theirs, ours, rtol=1e-6, atol=0 if row.partials else 1e-7)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", ELEMENTWISE)
def test_elementwise_rows_are_exact_near_0_and_far_away(row, dtype, tmp_path):
    positive = np.array([1e-8, 1e-5, 1e-3, 0.3, 0.499, 0.5, 0.501, 0.999, 1.0, 1.001, 1.5, 3.0, 8.0, 20.0, 80.0])
    grid = np.concatenate([-positive, [0.0], positive]).astype(dtype)
    args = {
        1: (grid,),
        2: tuple(a.ravel() for a in np.meshgrid(grid, grid)),
        3: (grid, np.full_like(grid, -0.7), np.full_like(grid, 2.5)),
    }[row.arity]
    f = row_function(row, {})
    with np.errstate(all="ignore"):
        path = export.to_onnx(f, tmp_path / "row.onnx", args, batch=False)
        ours, theirs = outputs(f, *args), run(path, *args)
    np.testing.assert_allclose(
        theirs, ours, rtol=1e-6 if dtype == np.float64 else 3e-6, atol=1e-6 if row.name in SATURATED else 0
    )


@pytest.mark.parametrize("name", MISSING)
def test_a_row_that_onnx_lacks_is_named(name, tmp_path):
    args, static = arguments(PRIMITIVES[name].samples[0])
    with pytest.raises(UnsupportedError, match=f"the row '{name}' .* cannot be exported: ONNX has nothing for it"):
        export.to_onnx(row_function(PRIMITIVES[name], static), tmp_path / "f.onnx", args, batch=False)
    assert not list(tmp_path.iterdir())


def test_the_file_says_what_it_is(tmp_path):
    path = export.to_onnx(network("tanh"), tmp_path / "model.onnx")
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert (model.producer_name, model.opset_import[0].version) == ("microgradphys", 18)
    assert [value.name for value in model.graph.input] == ["x"]
    assert [value.name for value in model.graph.output] == ["y"]
    assert {array.name for array in model.graph.initializer} == {"dense_1.W", "dense_1.b", "dense_2.W", "dense_2.b"}
    for value, size in ((model.graph.input[0], 4), (model.graph.output[0], 3)):
        batch, other = value.type.tensor_type.shape.dim
        assert (batch.dim_param, other.dim_value) == ("batch", size)
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph.value_info
    assert inferred
    assert all(value.type.tensor_type.HasField("shape") for value in inferred)
    assert {"s_1", "a_2"} <= {name.replace("^(", "_").rstrip(")") for node in model.graph.node for name in node.output}


def test_buffers_keep_their_names(tmp_path):
    model = onnx.load(export.to_onnx(network("convolution"), tmp_path / "model.onnx"))
    assert {"batchnorm_1.running_mean", "batchnorm_1.running_var"} <= {a.name for a in model.graph.initializer}


def test_several_arguments_and_results_and_values_around(tmp_path):
    w = Value([2.0, 3.0], "w")

    def f(x, t):
        return {"sum": x * w + t, "product": x * t}

    path = export.to_onnx(f, tmp_path / "f.onnx", (np.ones((2, 2)), np.ones((2, 1))))
    x, t = np.arange(6.0).reshape(3, 2), np.ones((3, 1))
    first, second = run(path, x, t)
    np.testing.assert_allclose(first, x * [2.0, 3.0] + 1.0)
    np.testing.assert_allclose(second, x)
    assert [value.name for value in onnx.load(path).graph.output] == ["y_1", "y_2"]


def test_a_row_of_ones_own_is_exported_by_what_it_is_made_of(tmp_path):
    swish = primitive(
        "own_swish",
        "own_swish(a)",
        forward=lambda xp, a: a * xp.sigmoid(a),
        partials=lambda xp, y, a: xp.sigmoid(a) + y * (1 - xp.sigmoid(a)),
        samples=(0.5, -1.0),
    )
    x = np.linspace(-3, 3, 7)
    path = export.to_onnx(lambda x: swish(x), tmp_path / "f.onnx", x)
    np.testing.assert_allclose(run(path, x), outputs(swish, x), rtol=1e-6)


def test_a_row_of_ones_own_in_plain_numpy_is_named(tmp_path):
    cube = primitive(
        "own_cube",
        "own_cube(a)",
        forward=lambda xp, a: np.power(np.asarray(a, float), 3.0),
        partials=lambda xp, y, a: 3 * a * a,
        samples=(0.5,),
    )
    with pytest.raises(UnsupportedError, match="'own_cube'"):
        export.to_onnx(lambda x: cube(x), tmp_path / "f.onnx", np.ones(3))


def test_gradients_and_stopped_gradients_are_functions_too(tmp_path):
    slope = grad(lambda x: np.sum(np.tanh(x) ** 2 * stop(x)))
    x = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(run(export.to_onnx(slope, tmp_path / "f.onnx", x), x), slope(x), rtol=1e-6)


def test_numbers_that_are_none_are_computed_alike(tmp_path):
    x = np.array([1.0, -inf, inf, nan, -0.0])
    for name in "maximum relu absolute expm1 log1p square hypot".split():
        row = PRIMITIVES[name]
        f, args = row_function(row, {}), (x,) * row.arity
        with np.errstate(all="ignore"):
            path = export.to_onnx(f, tmp_path / f"{name}.onnx", args, batch=False)
            np.testing.assert_allclose(run(path, *args), outputs(f, *args), rtol=1e-15)


def test_hostile_names_are_names(tmp_path):
    hostile = ['"; drop', "a\nb", "\u202eright", "x" * 300, "\ud800", "", "x", "y"]
    values = [Value(float(k), name) for k, name in enumerate(hostile, 1)]

    def f(x):
        for value in values:
            x = (x * value).named(value.name)
        return x

    x = np.ones((2, 1))
    np.testing.assert_allclose(run(export.to_onnx(f, tmp_path / "f.onnx", x), x), 40320.0)


def test_a_network_of_single_numbers_is_exported_node_by_node(tmp_path):
    model = nn.MLP(2, [3, 1])
    path = export.to_onnx(lambda x: model([x[:, 0], x[:, 1]]), tmp_path / "mlp.onnx", np.ones((2, 2)))
    x = np.random.default_rng(0).normal(size=(5, 2))
    ours = [model(list(row)).data for row in x]
    np.testing.assert_allclose(run(path, x), ours, rtol=1e-12)


def test_a_network_that_has_learnt_is_what_is_written(tmp_path):
    model, x = network("tanh"), inputs("tanh", 5)
    before = outputs(model, x)
    model.fit(x, np.zeros_like(before), epochs=20, batch_size=2, optimizer="adam", loss="mse")
    theirs = run(export.to_onnx(model, tmp_path / "model.onnx"), x)
    np.testing.assert_allclose(theirs, outputs(model, x), rtol=1e-6, atol=1e-9)
    assert np.abs(theirs - before).max() > 0.01


def test_exporting_changes_nothing(tmp_path):
    model = network("convolution")
    before = {key: data.copy() for key, data in model.named_buffers().items()}
    with nn.training():
        path = export.to_onnx(model, tmp_path / "model.onnx")
    for key, data in model.named_buffers().items():
        np.testing.assert_array_equal(data, before[key])
    x = inputs("convolution", 2)
    np.testing.assert_allclose(run(path, x), outputs(model, x), rtol=1e-6)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_what_the_inputs_are_like_is_asked_for_if_nothing_says_it(tmp_path):
    with pytest.raises(InputError, match=r"Sequential does not say what its inputs are like: .*sample=X\[:2\]"):
        export.to_onnx(nn.Sequential(nn.Dense(2)), tmp_path / "model.onnx")
    path = export.to_onnx(nn.Sequential(nn.Dense(2)), tmp_path / "model.onnx", [[1.0, 2.0]])
    assert run(path, np.ones((4, 2))).shape == (4, 2)
    with pytest.raises(InputError, match="a sample is an array of numbers"):
        export.to_onnx(nn.Sequential(nn.Dense(2)), tmp_path / "model.onnx", "text")


def test_what_is_not_the_same_for_all_batches_is_refused_and_can_be_exported_whole(tmp_path):
    def f(x):
        return x * np.arange(len(x))

    with pytest.raises(UnsupportedError, match="batch=False"):
        export.to_onnx(f, tmp_path / "f.onnx", np.ones(3))
    with pytest.raises(UnsupportedError, match="other steps"):
        export.to_onnx(lambda x: x * 2.0 if len(x) == 11 else np.exp(x), tmp_path / "f.onnx", np.ones(3))
    path = export.to_onnx(f, tmp_path / "f.onnx", np.ones(3), batch=False)
    np.testing.assert_allclose(run(path, np.ones(3)), [0, 1, 2])
    with pytest.raises(InputError, match="batches of different sizes"):
        export.to_onnx(lambda x, y: x + y, tmp_path / "f.onnx", (np.ones(3), np.ones(1)))


def test_a_size_that_only_seems_to_be_a_line_is_found_out(tmp_path):
    with pytest.raises(CheckError, match="computed by ONNX Runtime"):
        export.to_onnx(lambda x: x * float(len(x)) ** 2, tmp_path / "f.onnx", np.ones(3))
    assert not list(tmp_path.iterdir())


def test_a_difference_is_found(tmp_path):
    with pytest.raises(CheckError, match=r"output 0 .* differ by 1\.0e-0"):
        agreement.agree([np.ones(2)], [np.ones(2) * 1.00001], "another")
    with pytest.raises(CheckError, match=r"shapes \(2,\) and \(2, 1\)"):
        agreement.agree([np.ones(2)], [np.ones((2, 1))], "another")


def test_a_function_that_returns_no_numbers_is_refused(tmp_path):
    with pytest.raises(InputError, match="returns no numbers"):
        export.to_onnx(lambda x: None, tmp_path / "f.onnx", np.ones(3))


@pytest.mark.parametrize(("path", "why"), [("model.txt", "must end in .onnx"), ("no/model.onnx", "does not exist")])
def test_a_file_that_cannot_be_written_is_refused(path, why, tmp_path):
    with pytest.raises(InputError, match=why):
        export.to_onnx(network("tanh"), tmp_path / path)


def test_the_old_file_stays_if_the_new_one_fails(tmp_path):
    path = export.to_onnx(network("tanh"), str(tmp_path / "model.onnx"))
    before = path.read_bytes()
    with pytest.raises(UnsupportedError):
        export.to_onnx(lambda x: np.linalg.inv(x), path, np.eye(2), batch=False)
    assert path.read_bytes() == before
    assert [file.name for file in Path(tmp_path).iterdir()] == ["model.onnx"]


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_a_missing_package_is_named_with_its_extra(package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"{package}: pip install 'microgradphys\[export\]'"):
        export.to_onnx(network("tanh"), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
