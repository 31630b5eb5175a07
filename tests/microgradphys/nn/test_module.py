"""Modules: how parameters are found, named, shared and replaced; Sequential and Dense."""

import copy
from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import Value, nn
from microgradphys.errors import InputError, MicrogradphysError, ShapeError


class Nested(nn.Module):
    """Parameters in a list, a dictionary and modules, one of them there twice."""

    def __init__(self) -> None:
        self.knots = [Value(1.0), Value(2.0)]
        self.table = {"left": Value(3.0)}
        self.first = nn.Dense(2)
        self.again = self.first
        self.inputs = mgp.constant(5.0)

    def forward(self, x: Any) -> Any:
        return self.again(self.first(x)) * self.knots[0] + self.knots[1] * self.table["left"]


def test_parameters_are_found_once_wherever_they_are() -> None:
    module = Nested()
    module(np.zeros((1, 2)))
    assert list(module.named_parameters()) == ["knots.0", "knots.1", "table.left", "first.W", "first.b"]
    assert len(module.parameters()) == 5


def test_a_module_having_other_parameters_shares_what_is_shared_and_leaves_the_first_alone() -> None:
    module = Nested()
    x = np.ones((1, 2))
    before = module(x).data
    parameters = {name: value.data * 2 for name, value in module.named_parameters().items()}
    other = module.having(parameters)
    W, b = parameters["first.W"], parameters["first.b"]
    assert np.allclose(other(x), ((x @ W + b) @ W + b) * 2.0 + 4.0 * 6.0)
    assert np.array_equal(module(x).data, before)
    with pytest.raises(InputError, match=r"not the same: first\.W"):
        module.having({name: value for name, value in parameters.items() if name != "first.W"})


def test_a_gradient_of_the_parameters_is_that_of_backward() -> None:
    model = nn.Sequential(nn.Dense(3, "tanh"), nn.Dense(1), input_shape=(2,), seed=1)
    x = np.random.default_rng(0).normal(size=(4, 2))

    def loss(parameters: Any) -> Any:
        return (model.having(parameters)(x) ** 2).mean()

    (model(x) ** 2).mean().backward()
    parameters = {name: value.data for name, value in model.named_parameters().items()}
    gradients, compiled = mgp.grad(loss)(parameters), mgp.compile(mgp.grad(loss))(parameters)
    for name, value in model.named_parameters().items():
        np.testing.assert_allclose(gradients[name], value.grad, rtol=1e-14)
        np.testing.assert_allclose(compiled[name], value.grad, rtol=1e-13)
    mgp.check_gradients(loss, parameters, order=1)


def test_the_same_seed_gives_the_same_bits() -> None:
    """From the common generator, and from one of the network's own, whatever was drawn before."""
    layers = [lambda: nn.Dense(3, "relu", kernel_initializer="he"), lambda: nn.Dense(2)]
    found = []
    for own in (True, True, False, False):
        mgp.seed(5)
        model = nn.Sequential(*[make() for make in layers], seed=7 if own else None)
        model(np.zeros((1, 4)))
        found.append([p.data.tobytes() for p in model.parameters()])
    assert found[0] == found[1] != found[2] == found[3]


def test_float32_stays_float32() -> None:
    model = nn.Sequential(nn.Dense(3, "sigmoid"), nn.Dense(1), dtype="float32")
    y = model(np.zeros((2, 5)))
    (y**2).mean().backward()
    assert {y.dtype, *(p.dtype for p in model.parameters()), *(p.grad.dtype for p in model.parameters())} == {
        np.dtype(np.float32)
    }


def test_a_sequential_inside_of_another_has_its_type_unless_it_has_one_of_its_own() -> None:
    inner, own = nn.Sequential(nn.Sequential(nn.Dense(2))), nn.Sequential(nn.Dense(1), dtype="float64")
    model = nn.Sequential(inner, own, input_shape=(3,), dtype="float32")
    assert [p.dtype for p in model.parameters()] == [np.float32, np.float32, np.float64, np.float64]


def test_layers_are_scopes_and_their_values_have_the_names_of_the_lectures() -> None:
    model = nn.Sequential(nn.Dense(3, "sigmoid"), nn.Dense(1), input_shape=(2,))
    y = model(np.zeros((1, 2)))
    assert y.scope == ("dense_2",)
    assert y.name == "s^(2)"
    assert [p.name for p in model.parameters()] == ["W^(1)", "b^(1)", "W^(2)", "b^(2)"]
    assert (repr(model), len(model), model[0].name) == (
        "Sequential(Dense(3, activation='sigmoid'), Dense(1))",
        2,
        "dense_1",
    )


def test_a_sequential_inside_of_another_is_a_layer() -> None:
    encoder = nn.Sequential(nn.Dense(2, "tanh"))
    model = nn.Sequential(encoder, nn.Dense(3), input_shape=(3,))
    assert list(model.named_parameters()) == [
        "sequential_1.dense_1.W",
        "sequential_1.dense_1.b",
        "dense_1.W",
        "dense_1.b",
    ]
    assert encoder(np.zeros((1, 3))).shape == (1, 2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Dense(0), "units=0 is not a whole number"),
        (lambda: nn.Dense(2.5), "units=2.5"),  # type: ignore[arg-type]
        (lambda: nn.Dense(2, "sigmod"), "there is no activation 'sigmod': did you mean 'sigmoid'"),
        (lambda: nn.Dense(2, kernel_initializer="h"), "there is no initialiser 'h'"),
        (lambda: nn.Sequential("dense"), "'dense' is not a layer"),
        (lambda: nn.Sequential(dtype="int32"), "float32 or float64"),
        (lambda: nn.Sequential(seed=-1), "a seed is a whole number"),
        (lambda: nn.Sequential([layer := nn.Dense(1), layer]), "a layer stands twice"),
        (lambda: nn.Dense(1)(np.float64(3.0)), "not a single number"),
        (lambda: nn.Module()(1.0), "Module has no `forward"),
    ],
)
def test_mistakes_get_one_clear_message(make: Any, message: str) -> None:
    with pytest.raises(MicrogradphysError, match=message):
        make()


def test_inputs_of_another_width_are_refused_with_both_widths() -> None:
    model = nn.Sequential(nn.Dense(1), input_shape=(3,))
    with pytest.raises(ShapeError, match=r"weights for 3 inputs, and got inputs of shape \(2, 4\)"):
        model(np.zeros((2, 4)))


@pytest.mark.parametrize("name", ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal"])
def test_initialisers_keep_their_promise(name: str) -> None:
    """The variance of the papers; orthonormal columns."""
    from microgradphys.nn.initialisers import INITIALISERS, fans

    shape = (3, 3, 20, 40)
    weights = INITIALISERS[name](np.random.default_rng(0), shape)
    fan_in, fan_out = fans(shape)
    if name == "orthogonal":
        matrix = weights.reshape(-1, 40)
        np.testing.assert_allclose(matrix.T @ matrix, np.eye(40), atol=1e-12)
        return
    variance = 2 / (fan_in + fan_out) if "glorot" in name else 2 / fan_in
    assert weights.var() == pytest.approx(variance, rel=0.05)
    assert abs(weights.mean()) < 0.02


def test_a_deep_copy_learns_on_its_own() -> None:
    class Scaled(nn.Module):
        """A parameter that is there twice, a constant, and a network with buffers."""

        def __init__(self) -> None:
            self.scale = self.again = Value(2.0, "scale")
            self.shift = [mgp.constant(np.ones(1))]
            self.inner = [nn.Sequential(nn.BatchNorm(), nn.Dense(1), seed=0)]

        def forward(self, x: Any) -> Any:
            return self.inner[0](x) * self.scale * self.again + self.shift[0]

    x = np.arange(8.0).reshape(4, 2)
    model = Scaled()
    model.fit(x, x[:, 0], epochs=1)
    before = model.predict(x)
    other = copy.deepcopy(model)
    assert np.array_equal(other.predict(x), before)
    assert other.scale is other.again
    assert list(other.named_parameters()) == list(model.named_parameters())
    assert {p.name for p in other.parameters()} == {p.name for p in model.parameters()}
    other.fit(x, x[:, 0], epochs=2)
    assert np.array_equal(model.predict(x), before)
    assert not np.array_equal(other.predict(x), before)
