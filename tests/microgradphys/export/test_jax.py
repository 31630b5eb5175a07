"""`to_jax`: the function in JAX computes what we compute, and JAX differentiates, compiles and maps it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from exported_networks import SHAPED, arguments, inputs, network, outputs, row_function

import microgradphys as mgp
from microgradphys import Value, export, nn
from microgradphys.errors import InputError
from microgradphys.primitives import PRIMITIVES, QUESTIONS

# Each compiles for seconds; the rows are tested one by one, and every layer is made of rows.
SOME = ("convolution", "lstm and more", "words", "of one's own")


@pytest.fixture(autouse=True)
def wide():
    """Let JAX compute in float64, as we do."""
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("name", SOME)
def test_networks_agree_with_their_gradients(name):
    model = network(name)
    f, x = export.to_jax(model), inputs(name, 3)
    np.testing.assert_allclose(jax.jit(f)(f.parameters, x), outputs(model, x), rtol=1e-10, atol=1e-12)
    theirs = jax.jit(jax.grad(lambda p: jnp.sum(f(p, x) ** 2)))(f.parameters)
    model.zero_grad()
    (model(x) ** 2).sum().backward()
    for key, value in model.named_parameters().items():
        np.testing.assert_allclose(theirs[key], value.grad, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("row", [*PRIMITIVES.values(), *QUESTIONS])
def test_every_row_agrees_at_its_samples(row):
    for sample in row.samples[:3]:
        args, static = arguments(sample)
        f = row_function(row, static)
        theirs, ours = np.asarray(export.to_jax(f)(*args)), outputs(f, *args)
        assert theirs.shape == ours.shape
        np.testing.assert_allclose(theirs, ours, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", SHAPED)
def test_shapes_and_indices_agree(name):
    f, x = SHAPED[name], np.random.default_rng(0).normal(size=(5, 4, 3))
    np.testing.assert_allclose(export.to_jax(f)(x), outputs(f, x), rtol=1e-9, atol=1e-12)


def test_the_source_reads_like_the_function():
    def loss(w, x, t):
        s = x @ w
        y = np.tanh(s)
        return np.mean((y - t) ** 2)

    f = export.to_jax(loss)
    with pytest.raises(InputError, match="no source yet"):
        _ = f.source
    assert f(np.zeros(3), np.ones((2, 3)), np.ones(2)) == 1.0
    assert (
        f.source
        == """\
import jax.numpy as jnp


def loss(w, x, t):
    s = x @ w
    y = jnp.tanh(s)
    v1 = y - t
    v2 = jnp.power(v1, 2.0)
    loss = jnp.mean(v2)
    return loss
"""
    )


def test_jax_differentiates_compiles_and_maps_it():
    f = export.to_jax(lambda w, x: mgp.sigmoid(np.sum(w * x)))
    w, x = np.array([0.5, -1.0]), np.arange(6.0).reshape(3, 2)
    ours = [mgp.grad(lambda w, row=row: mgp.sigmoid(np.sum(w * row)))(w) for row in x]
    np.testing.assert_allclose(jax.jit(jax.vmap(jax.grad(f), (None, 0)))(w, x), ours, rtol=1e-12)


def test_nested_arguments_and_results_keep_their_form():
    f = export.to_jax(lambda p, flag: {"y": p["a"][0] * p["a"][1] if flag else p["a"][0]})
    arguments = {"a": (jnp.ones(2), jnp.full(2, 3.0))}
    assert f(arguments, True)["y"].tolist() == [3.0, 3.0]
    assert f(arguments, False)["y"].tolist() == [1.0, 1.0]


def test_names_that_mean_something_else_in_the_source_are_changed():
    def lax(jnp, np):
        return mgp.conv1d(jnp[None, :, None], np[:, None, None])[0, :, 0]

    np.testing.assert_allclose(export.to_jax(lax)(np.arange(4.0), np.ones(2)), [1.0, 3.0, 5.0])


def test_our_gradients_are_functions_too():
    slope = mgp.grad(lambda w: np.sum(np.tanh(w) ** 2))
    w = np.array([0.5, -1.0])
    np.testing.assert_allclose(export.to_jax(slope)(w), slope(w), rtol=1e-12)


def test_what_changes_around_a_function_is_seen():
    w = Value(2.0, "w")
    scale = [3.0]
    f = export.to_jax(lambda x: x * w * scale[0])
    assert f(1.0) == 6.0
    scale[0] = 4.0
    assert f(1.0) == 8.0
    w.data = 5.0
    assert f(1.0) == 20.0


def test_where_jax_has_no_float64_it_is_float32_without_a_warning():
    with jax.enable_x64(False):
        model = network("convolution")
        f, x = export.to_jax(model), inputs("convolution", 2)
        assert f(f.parameters, x).dtype == np.float32
        np.testing.assert_allclose(f(f.parameters, x), outputs(model, x), rtol=1e-4, atol=1e-5)


def test_gradients_stop_where_they_stop_here():
    assert jax.grad(export.to_jax(lambda x: x * mgp.stop(x)))(3.0) == 3.0


def test_what_cannot_be_exported_is_refused():
    with pytest.raises(InputError, match="not a function"):
        export.to_jax(3.0)
    with pytest.raises(InputError, match="no parameters yet"):
        export.to_jax(nn.Sequential(nn.Dense(2)))
