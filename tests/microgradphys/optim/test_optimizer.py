"""A rule at work on Values, in a training loop that is written out."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, compile, optim
from microgradphys.errors import DataError, GradientError, InputError, ShapeError, StaleGraphError
from microgradphys.nn import MLP, Dense, Sequential

RULES = [optim.SGD(0.1), optim.Momentum(0.1), optim.Nesterov(0.1), optim.AdaGrad(0.1), optim.RMSprop(0.1),
         optim.Adam(0.1), optim.AdamW(0.1), optim.Clipped(optim.Adam(0.1), value=0.3)]  # fmt: skip


def values() -> list[Value]:
    """Numbers and arrays of both types, in a mixed order."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype(kind) for shape, kind in [((2, 3), "d"), (3, "f"), ((), "d"), (4, "f")]]
    return [Value(0.5, "a"), *map(Value, arrays[:2]), Value(-0.2, "b"), *map(Value, arrays[2:])]


def loss(parameters: list[Value]) -> Value:
    return sum((np.sum(np.sin(p) * p) for p in parameters), Value(0.0))


@pytest.mark.parametrize("rule", RULES)
def test_it_does_what_the_rule_does(rule: Any) -> None:
    """Bit for bit, whatever is joined inside; types and shapes stay."""
    parameters = values()
    optimizer = optim.Optimizer(parameters, rule)
    plain = [p.data for p in parameters]
    state = rule.start(plain)
    for _ in range(5):
        optimizer.zero_grad()
        loss(parameters).backward()
        plain, state = rule.step(plain, [p.grad for p in parameters], state)
        optimizer.step()
        for p, x in zip(parameters, plain, strict=True):
            assert (p.shape, p.dtype) == (np.shape(x), getattr(x, "dtype", np.float64))
            np.testing.assert_array_equal(p.data, x)
    for name, part in optimizer.state.items():
        for mine, other in zip(np.atleast_1d(np.array(part, object)), np.atleast_1d(np.array(state[name], object)),
                               strict=True):  # fmt: skip
            np.testing.assert_array_equal(mine, other)


def test_micrograds_loop_is_one_call() -> None:
    """`p.data -= learning_rate * p.grad` for all parameters of a network of scalars."""
    ends = []
    for written_out in (True, False):
        random.seed(3)
        model = MLP(2, [4, 1])
        optimizer = optim.Optimizer(model.parameters(), optim.SGD(0.05))
        for _ in range(4):
            error = (model([1.0, -2.0]) - 1) ** 2
            model.zero_grad()
            error.backward()
            if written_out:
                for p in model.parameters():
                    p.data -= 0.05 * p.grad
            else:
                optimizer.step()
        ends.append([p.data for p in model.parameters()])
    assert ends[0] == ends[1]


def test_new_data_are_new_arrays_and_old_graphs_say_that_they_are_old() -> None:
    w = Value(np.ones(3), "w")
    optimizer = optim.Optimizer([w], "adam")
    before, error = w.data, (w * w).sum()
    error.backward()
    optimizer.step()
    assert before.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(StaleGraphError, match="'w' changed"):
        error.backward()
    kept = optimizer.state["first_moment"][0].copy()
    w.data += 1.0
    np.testing.assert_array_equal(optimizer.state["first_moment"][0], kept)


def test_no_parameter_shares_memory_with_another_or_with_the_state() -> None:
    parameters = values()
    optimizer = optim.Optimizer(parameters, optim.Momentum(0.1))
    loss(parameters).backward()
    optimizer.step()
    arrays = [p.data for p in parameters if isinstance(p.data, np.ndarray)]
    kept = [part for part in optimizer.state["velocity"] if isinstance(part, np.ndarray)]
    for k, array in enumerate(arrays):
        assert not any(np.shares_memory(array, other) for other in [*arrays[:k], *kept])


@pytest.mark.parametrize("rule", RULES)
def test_what_the_loss_does_not_depend_on_stays(rule: Any) -> None:
    """Data and memory alike; AdamW does not let it decay either."""
    used, unused, numbers = Value([1.0, 2.0]), Value([3.0, 4.0]), [Value(5.0), Value(6.0)]
    optimizer = optim.Optimizer([used, unused, *numbers], rule)
    everything = [used, unused, *numbers]
    loss(everything).backward()
    optimizer.step()
    before = [p.data for p in everything], optimizer.state
    optimizer.zero_grad()
    loss([used, numbers[0]]).backward()
    optimizer.step()
    for place, stays in enumerate([False, True, False, True]):
        same = np.array_equal(everything[place].data, before[0][place])
        assert same == stays
        for name, part in optimizer.state.items():
            if isinstance(part, list):
                assert np.array_equal(part[place], before[1][name][place]) == stays


def test_a_run_goes_on_from_its_state() -> None:
    ends = []
    for interrupted in (False, True):
        parameters = values()
        optimizer = optim.Optimizer(parameters, optim.Adam(optim.schedules.Cosine(0.1, 10)))
        for k in range(6):
            if interrupted and k == 3:
                saved = optimizer.state
                optimizer = optim.Optimizer(parameters, optimizer.rule)
                optimizer.state = saved
            optimizer.zero_grad()
            loss(parameters).backward()
            optimizer.step()
        ends.append([np.array(p.data).tolist() for p in parameters])
    assert ends[0] == ends[1]


def test_states_and_gradients_may_be_lists() -> None:
    """As they come out of JSON, or of a hand that writes them."""
    w = Value([1.0, 2.0])
    optimizer = optim.Optimizer([w], optim.Momentum(0.5, momentum=0.5))
    optimizer.state = {"step": 1, "learning_rate": 0.5, "velocity": [[2.0, 4.0]]}
    w.grad = [1.0, 1.0]
    optimizer.step()
    assert w.data.tolist() == [-0.5, -0.5]


def test_the_learning_rate_can_be_changed() -> None:
    w = Value(1.0)
    optimizer = optim.Optimizer([w], optim.SGD(0.5))
    optimizer.learning_rate = 0.25
    w.grad = 1.0
    optimizer.step()
    assert (w.data, optimizer.learning_rate) == (0.75, 0.25)
    with pytest.raises(InputError, match="learning_rate=-1"):
        optimizer.learning_rate = -1


def test_a_rule_of_your_own_sees_each_parameter_by_itself() -> None:
    """What is not by elements is not joined: here each array moves by the norm of its own gradient."""

    @dataclass(frozen=True)
    class ByNorm:
        rate: float

        def start(self, params: Any) -> dict[str, Any]:
            return {"step": 0.0}

        def step(self, params: Any, gradients: Any, state: Any) -> Any:
            moved = [x - self.rate * g / np.linalg.norm(g) for x, g in zip(params, gradients, strict=True)]
            return moved, {"step": state["step"] + 1}

    v, w = Value([0.0, 0.0]), Value([0.0])
    v.grad, w.grad = np.array([3.0, 4.0]), np.array([7.0])
    optim.Optimizer([v, w], ByNorm(1.0)).step()
    np.testing.assert_allclose(v.data, [-0.6, -0.8])
    np.testing.assert_allclose(w.data, [-1.0])


def test_parameters_may_be_nested_or_generated() -> None:
    v, w = Value(1.0), Value(2.0)
    for parameters in ({"v": v, "w": [w]}, (p for p in [v, w]), {"a": v, "b": w}.values()):
        assert optim.Optimizer(parameters, optim.Adam()).parameters == [v, w]
    assert optim.Optimizer(v, "adam").parameters == [v]
    assert repr(optim.Optimizer([v], optim.SGD(0.1))).startswith("<Optimizer of 1 Values by GradientDescent(")


def computed() -> Value:
    return (Value(1.0) * 2).named("y")


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: optim.Optimizer([]), InputError, "no parameters are given"),
        (lambda: optim.Optimizer([1.0]), DataError, "a parameter is a Value, not 1.0"),
        (lambda: optim.Optimizer(3), DataError, "a parameter is a Value, not 3"),
        (lambda: optim.Optimizer([computed()]), GradientError, "'y' was computed"),
        (lambda: optim.Optimizer([w := Value(1.0), w]), InputError, "given twice"),
        (lambda: optim.Optimizer([Value(1.0)], "adamm"), InputError, "did you mean 'adam'"),
        (lambda: optim.Optimizer([Value(1.0)], 0.1), InputError, "0.1 is not an update rule"),  # type: ignore[arg-type]
        (lambda: optim.Optimizer([Value(1.0)], optim.Adam), InputError, "give an Adam, not the class"),
        (lambda: optim.Optimizer([Value(1.0)], "lbfgs"), InputError, "LBFGS needs the function that it minimises"),
        (lambda: optim.Optimizer(optim.Adam(), [Value(1.0)]), InputError, "parameters first"),  # type: ignore[arg-type]
        (lambda: optim.Optimizer([Value(1.0)]).step(), GradientError, "call loss.backward"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        make()


def test_shapes_that_changed_are_named() -> None:
    w = Value([1.0, 2.0])
    optimizer = optim.Optimizer([w], optim.SGD(0.1))
    w.grad = np.ones(3)
    with pytest.raises(ShapeError, match=r"shape \(2,\) has data or a gradient of shape \(3,\)"):
        optimizer.step()
    w.data, w.grad = [1.0, 2.0, 3.0], np.ones(3)
    with pytest.raises(ShapeError, match=r"shape \(2,\)"):
        optimizer.step()
    optimizer = optim.Optimizer([w, Value(1.0)], "momentum")
    with pytest.raises(ShapeError, match="there are 2 parameters, not 1"):
        optimizer.state = optimizer.state | {"velocity": [np.zeros(3)]}
    with pytest.raises(ShapeError, match=r"shape \(\) has data or a gradient of shape \(3,\)"):
        optimizer.state = optimizer.state | {"velocity": [np.zeros(3), np.zeros(3)]}
    with pytest.raises(InputError, match="the state has no 'learning_rate'"):
        optimizer.state = {"step": 1.0}


def test_it_is_not_compiled() -> None:
    w = Value(1.0)
    w.grad = 1.0
    optimizer = optim.Optimizer([w])
    with pytest.raises(Exception, match=r"steps an Optimizer, which changes Values; return rule\.step"):
        compile(lambda x: (optimizer.step(), x)[1])(1.0)


def test_layers_learn_xor() -> None:
    """The loop that everybody writes, with layers of arrays."""
    model = Sequential(Dense(8, activation="tanh"), Dense(1))
    x, t = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
    model(x)
    optimizer = optim.Optimizer(model.parameters(), optim.Adam(0.05))
    for _ in range(300):
        error = np.mean((model(x) - t) ** 2)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
    assert np.round(model(x).data).tolist() == t.tolist()
