"""Update rules against the papers' formulas, written out here for one number in plain Python; and compiled."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from microgradphys import compile, optim, value_and_grad
from microgradphys.errors import DataError, InputError, ShapeError
from microgradphys.trees import flatten

RATE = 0.1
Path = Iterator[float]


def gradient(x: float) -> float:
    """The slope of something with a kink of curvature, so that no rule has it easy."""
    return math.sin(3 * x) + x


def descent(x: float) -> Path:
    while True:
        x -= RATE * gradient(x)
        yield x


def polyak(x: float) -> Path:
    """x_{t+1} = x_t − η g + γ (x_t − x_{t−1})."""
    before = x
    while True:
        x, before = x - RATE * gradient(x) + 0.9 * (x - before), x
        yield x


def nesterov(x: float) -> Path:
    """Sutskever's form: v ← γ v − η g(x + γ v), x ← x + v; our x is the point ahead, x + γ v."""
    v = 0.0
    while True:
        v = 0.9 * v - RATE * gradient(x + 0.9 * v)
        x += v
        yield x + 0.9 * v


def adagrad(x: float) -> Path:
    squares = []
    while True:
        g = gradient(x)
        squares.append(g * g)
        x -= RATE * g / (math.sqrt(math.fsum(squares)) + 1e-10)
        yield x


def rmsprop(x: float) -> Path:
    seen: list[float] = []
    while True:
        seen.append(gradient(x))
        mean = math.fsum(0.01 * 0.99**age * g * g for age, g in enumerate(reversed(seen)))
        x -= RATE * seen[-1] / (math.sqrt(mean) + 1e-8)
        yield x


def adam(x: float, decay: float = 0.0) -> Path:
    """The moments as weighted means of all gradients, weights that add up to 1: this is what the corrections do."""
    seen: list[float] = []
    while True:
        seen.append(gradient(x))
        m, s = (
            math.fsum(beta**age * part for age, part in enumerate(reversed(parts)))
            / math.fsum(beta**age for age in range(len(parts)))
            for beta, parts in ((0.9, seen), (0.999, [g * g for g in seen]))
        )
        x -= RATE * decay * x
        x -= RATE * m / (math.sqrt(s) + 1e-8)
        yield x


PAPERS: list[tuple[Any, Callable[[float], Path]]] = [
    (optim.GradientDescent(RATE), descent),
    (optim.SGD(RATE, momentum=0.9), polyak),
    (optim.Momentum(RATE, momentum=0.9), polyak),
    (optim.SGD(RATE, momentum=0.9, nesterov=True), nesterov),
    (optim.Nesterov(RATE, momentum=0.9), nesterov),
    (optim.AdaGrad(RATE), adagrad),
    (optim.RMSprop(RATE), rmsprop),
    (optim.Adam(RATE), adam),
    (optim.AdamW(RATE), lambda x: adam(x, 0.01)),
]
RULES = [rule for rule, _ in PAPERS]
SCHEDULES = [
    optim.schedules.Constant(0.05),
    optim.schedules.Step(0.05, every=2, factor=0.5),
    optim.schedules.Exponential(0.05, factor=0.9),
    optim.schedules.Cosine(0.05, steps=4, least=0.001),
    optim.schedules.Annealing(0.05, decay=0.3),
    lambda step: 0.1 / (step + 1),
]


def tree(rng: np.random.Generator, *dtypes: Any) -> dict[str, Any]:
    """Parameters or gradients of all kinds."""
    w, b, c = dtypes
    return {
        "w": rng.normal(size=(5, 4)).astype(w),
        "b": [rng.normal(size=3).astype(b), (float(rng.normal()),)],
        "c": rng.normal(size=1).astype(c),
    }


@pytest.mark.parametrize(("rule", "paper"), PAPERS, ids=lambda p: type(p).__name__)
def test_the_path_is_that_of_the_papers_formula(rule: Any, paper: Callable[[float], Path]) -> None:
    x, state, path = 2.0, rule.start(2.0), paper(2.0)
    for _ in range(60):
        x, state = rule.step(x, gradient(x), state)
        assert x == pytest.approx(next(path), rel=1e-12, abs=1e-12)
    assert state["step"] == 60


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kinds", ["ddd", "fff", "fdf"])
def test_every_number_of_every_array_goes_the_way_of_a_number_alone(rule: Any, kinds: str) -> None:
    """Structure, shapes and types stay, in parameters and state."""
    rng = np.random.default_rng(0)
    params = tree(rng, *kinds)
    state = rule.start(params)
    alone = [[(float(x), rule.start(0.0)) for x in np.ravel(leaf)] for leaf in flatten(params)]
    for _ in range(4):
        slopes = tree(rng, *kinds)
        after, state = rule.step(params, slopes, state)
        for leaf, old, g, numbers in zip(*map(flatten, (after, params, slopes)), alone, strict=True):
            assert (type(leaf), np.shape(leaf)) == (type(old), np.shape(old))
            assert getattr(leaf, "dtype", float) == getattr(old, "dtype", float)
            numbers[:] = [rule.step(x, float(d), kept)[:2] for (x, kept), d in zip(numbers, np.ravel(g), strict=True)]
            close = 1e-12 if getattr(leaf, "dtype", float) == np.float64 else 1e-5
            np.testing.assert_allclose(np.ravel(leaf), [x for x, _ in numbers], rtol=close, atol=close)
        for name in rule.memory():
            kept = flatten(state[name])
            assert [getattr(leaf, "dtype", float) for leaf in kept] == [
                getattr(leaf, "dtype", float) for leaf in flatten(params)
            ]
        params = after


@pytest.mark.parametrize("rate", [0.05, *SCHEDULES], ids=lambda rate: type(rate).__name__)
@pytest.mark.parametrize("limits", [{}, {"norm": 0.4}, {"value": 0.5}, {"norm": 0.4, "value": 0.5}], ids=str)
def test_compiled_is_eager_to_the_last_bit(rate: Any, limits: dict[str, float]) -> None:
    """Every rule, of both types and mixed, with every schedule and limit; recorded once for all steps.

    The norm of small arrays is summed in another order when it is compiled, which changes the last digits.
    """
    rng = np.random.default_rng(1)
    for kinds, rule in zip("ddd fff fdf ddd fff fdf ddd fff fdf".split(), RULES, strict=True):
        rule = replace(rule, learning_rate=rate)
        rule = optim.Clipped(rule, **limits) if limits else rule
        compiled = compile(rule.step)
        params = again = tree(rng, *kinds)
        state = state_again = rule.start(params)
        for _ in range(6):
            slopes = tree(rng, *kinds)
            params, state = rule.step(params, slopes, state)
            again, state_again = compiled(again, slopes, state_again)
            for mine, other in zip(flatten([params, state]), flatten([again, state_again]), strict=True):
                assert getattr(mine, "dtype", float) == getattr(other, "dtype", float)
                close = 0 if "norm" not in limits else 1e-6 if getattr(mine, "dtype", float) == np.float32 else 1e-13
                np.testing.assert_allclose(mine, other, rtol=close, atol=close)
        assert "1 kinds of call" in repr(compiled)


def test_forward_backward_and_update_are_one_program() -> None:
    rule = optim.Adam(0.05)

    def loss(params: Any, x: Any, t: Any) -> Any:
        return np.mean((np.tanh(x @ params["w"]) + params["b"] - t) ** 2)

    @compile
    def train(params: Any, state: Any, x: Any, t: Any) -> Any:
        value, slopes = value_and_grad(loss)(params, x, t)
        return value, *rule.step(params, slopes, state)

    rng = np.random.default_rng(0)
    x, params = rng.normal(size=(50, 3)), {"w": np.zeros(3), "b": np.zeros(1)}
    t, state = np.tanh(x @ np.array([1.0, -0.5, 0.2])) + 0.3, rule.start({"w": np.zeros(3), "b": np.zeros(1)})
    losses = []
    for _ in range(300):
        value, params, state = train(params, state, x, t)
        losses.append(value)
    assert losses[-1] < 1e-5 < 0.1 < losses[0]
    assert "first_moment" in train.source


@pytest.mark.parametrize("rule", RULES)
def test_a_step_changes_nothing_that_it_was_given_and_shares_nothing(rule: Any) -> None:
    rng = np.random.default_rng(0)
    params, slopes = tree(rng, *"ddd"), tree(rng, *"ddd")
    state = rule.step(params, slopes, rule.start(params))[1]
    given = [params, slopes, state]
    before = json.dumps(given, default=lambda array: array.tolist())
    after = rule.step(*given)
    assert json.dumps(given, default=lambda array: array.tolist()) == before
    arrays = [leaf for leaf in flatten([*after, *given]) if isinstance(leaf, np.ndarray)]
    assert len({leaf.__array_interface__["data"][0] for leaf in arrays}) == len(arrays)


def test_a_run_goes_on_from_a_state_as_if_it_had_never_ended() -> None:
    """What was written down as JSON, which keeps every bit of a float64, is the whole of it."""
    for rule in [*RULES, optim.Adam(optim.schedules.Cosine(0.1, 20))]:
        x, state = [0.3, 2.0], rule.start([0.3, 2.0])
        for k in range(10):
            if k == 5:
                x, state = json.loads(json.dumps([x, state]))
            x, state = rule.step(x, [gradient(part) for part in x], state)
        y, state = [0.3, 2.0], rule.start([0.3, 2.0])
        for _ in range(10):
            y, state = rule.step(y, [gradient(part) for part in y], state)
        assert x == y


def test_the_rate_of_the_coming_step_is_in_the_state_and_may_be_changed() -> None:
    rule = optim.SGD(0.5)
    x, state = rule.step(1.0, 1.0, rule.start(1.0) | {"learning_rate": 0.25})
    assert (x, state["learning_rate"]) == (0.75, 0.25)
    rule = optim.SGD(optim.schedules.Step(0.5, every=1, factor=0.5))
    _, state = rule.step(1.0, 1.0, rule.start(1.0))
    assert state["learning_rate"] == 0.25


@pytest.mark.parametrize("rule", RULES)
def test_a_gradient_of_zero_moves_nothing(rule: Any) -> None:
    """epsilon keeps 0/0 away."""
    x, state = np.array([1.0, -2.0]), rule.start(np.zeros(2))
    rule = replace(rule, weight_decay=0.0) if isinstance(rule, optim.AdamW) else rule
    for _ in range(3):
        x, state = rule.step(x, np.zeros(2), state)
    assert x.tolist() == [1.0, -2.0]


def test_nan_gradients_are_the_callers_affair() -> None:
    x, _ = optim.Adam().step(np.ones(2), np.array([np.nan, 1.0]), optim.Adam().start(np.ones(2)))
    assert np.isnan(x).tolist() == [True, False]


def test_a_state_that_was_read_from_a_file_is_as_good() -> None:
    """There numbers are arrays without axes, of float64, which must not widen float32."""
    rule, x = optim.Adam(0.1), [np.ones(3, np.float32)]
    state = rule.step(x, x, rule.start(x))[1]
    read = {**state, "step": np.array(state["step"]), "learning_rate": np.float64(state["learning_rate"])}
    for step in (rule.step, compile(rule.step)):
        for left, right in zip(flatten(step(x, x, state)), flatten(step(x, x, read)), strict=True):
            assert type(left) is type(right)
            assert getattr(left, "dtype", float) == getattr(right, "dtype", float)
            np.testing.assert_array_equal(left, right)


def test_a_float32_parameter_is_not_widened_by_its_gradient() -> None:
    x = np.ones(2, np.float32)
    after, state = optim.Adam().step([x], [np.ones(2)], optim.Adam().start([x]))
    assert {leaf.dtype for leaf in (after[0], state["first_moment"][0])} == {np.dtype("f")}


@pytest.mark.parametrize("rule", RULES)
def test_numbers_stay_numbers(rule: Any) -> None:
    """Python's floats; one in an array without axes becomes one if it is float64, as everywhere, and stays if not."""
    for x, kind in ((2.0, float), (np.array(2.0), float), (np.array(2.0, np.float32), np.ndarray)):
        for step in (rule.step, compile(rule.step)):
            after, state = step([x], [x], rule.start([x]))
            assert [type(leaf) for leaf in flatten([after, *map(state.get, rule.memory())])] == [kind] * (
                1 + len(rule.memory())
            )
            assert getattr(after[0], "dtype", float) == getattr(x, "dtype", float)


def test_gradients_of_a_dictionary_are_found_by_key_not_by_order() -> None:
    rule = optim.SGD(1.0)
    params = {"w": np.zeros(2), "b": 0.0}
    after, _ = rule.step(params, {"b": 5.0, "w": np.ones(2)}, rule.start(params))
    assert after["b"] == -5.0
    assert after["w"].tolist() == [-1.0, -1.0]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: optim.SGD(-0.1), "learning_rate=-0.1 must be a finite number not below 0"),
        (lambda: optim.Adam(math.nan), "learning_rate=nan must be"),
        (lambda: optim.Adam(True), "learning_rate=True must be a number"),
        (lambda: optim.Adam("fast"), "learning_rate='fast' must be a number"),  # type: ignore[arg-type]
        (lambda: optim.Adam([1.0]), r"write|given as Optimizer\(parameters, Adam\(0.01\)\)"),  # type: ignore[arg-type]
        (lambda: optim.Adam(beta1=1.0), "beta1=1.0 must be a number from 0 up to, but not including, 1"),
        (lambda: optim.AdamW(beta2=-0.1), "beta2=-0.1"),
        (lambda: optim.AdamW(weight_decay=-1.0), "weight_decay=-1.0"),
        (lambda: optim.Adam(epsilon=-1.0), "epsilon=-1.0"),
        (lambda: optim.RMSprop(beta=1.5), "beta=1.5"),
        (lambda: optim.RMSprop(epsilon=math.inf), "epsilon=inf"),
        (lambda: optim.AdaGrad(epsilon=-1.0), "epsilon=-1.0"),
        (lambda: optim.Momentum(momentum=1.0), "momentum=1.0"),
        (lambda: optim.Nesterov(momentum=-1.0), "momentum=-1.0"),
        (lambda: optim.SGD(momentum=1.1), "momentum=1.1"),
        (lambda: optim.SGD(nesterov=True), "nesterov=True looks ahead along the momentum"),
        (lambda: optim.SGD(optim.schedules.Cosine), "give a Cosine with its numbers, not the class"),
        (lambda: optim.SGD(lambda step: -1.0).start(1.0), "the learning rate of the first step=-1.0"),
        (lambda: optim.SGD(lambda step: None).start(1.0), "the learning rate of the first step=None"),
        (lambda: optim.SGD().start([]), "no parameters are given"),
        (lambda: optim.SGD().start({"layer": []}), "no parameters are given"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        make()


@pytest.mark.parametrize(
    ("slopes", "error", "said"),
    [
        ({"w": np.zeros(3), "b": 0.0}, ShapeError, r"gradients\['w'\] has shape \(3,\), its parameter \(2,\)"),
        ({"w": np.zeros(2), "b": np.zeros(1)}, ShapeError, r"gradients\['b'\] has shape \(1,\)"),
        ({"w": np.zeros(2)}, InputError, r"keys \['w', 'b'\], not one with the keys \['w'\]"),
        ([np.zeros(2), 0.0], InputError, r"keys \['w', 'b'\], not a list of 2"),
        ({"w": np.zeros(2), "b": None}, InputError, r"gradients\['b'\] must be a number or an array.*not None"),
        ({"w": np.zeros(2), "b": [1.0]}, InputError, "not a list of 1"),
    ],
)
def test_gradients_that_do_not_fit_are_named(slopes: Any, error: type[Exception], said: str) -> None:
    rule, params = optim.Adam(), {"w": np.zeros(2), "b": 0.0}
    with pytest.raises(error, match=said):
        rule.step(params, slopes, rule.start(params))


def test_the_state_of_another_rule_is_refused() -> None:
    with pytest.raises(InputError, match="the state has no 'first_moment'; begin with the start"):
        optim.Adam().step(1.0, 1.0, optim.SGD().start(1.0))
    with pytest.raises(ShapeError, match=r"state\['velocity'\] has shape"):
        optim.Momentum().step(np.ones(2), np.ones(2), optim.Momentum().start(np.ones(3)))
    with pytest.raises(DataError, match="text"):
        optim.Adam().start(["w"])


def test_rules_are_data() -> None:
    """Equal if their numbers are, written as they are made, and unchangeable."""
    assert optim.Adam(0.1) == eval(repr(optim.Adam(0.1)), {"Adam": optim.Adam})
    assert optim.SGD is optim.GradientDescent
    with pytest.raises(FrozenInstanceError):
        optim.Adam().beta1 = 0.5  # type: ignore[misc]


def test_adam_is_the_signal_to_noise_ratio() -> None:
    """η where the gradient does not change, and much less where its sign is a matter of chance."""
    rule, rng = optim.Adam(0.1, beta2=0.9), np.random.default_rng(0)
    steady = noisy = np.zeros(1000)
    kept, also = rule.start(steady), rule.start(noisy)
    for _ in range(100):
        before = steady, noisy
        steady, kept = rule.step(steady, np.full(1000, 7.0), kept)
        noisy, also = rule.step(noisy, rng.normal(0, 7.0, 1000), also)
    np.testing.assert_allclose(before[0] - steady, 0.1, rtol=1e-6)
    assert np.mean(np.abs(before[1] - noisy)) < 0.03
