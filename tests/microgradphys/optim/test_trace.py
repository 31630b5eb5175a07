"""The whole path of an optimiser, as pictures read it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import viz
from microgradphys import optim
from microgradphys.errors import DataError, InputError
from microgradphys.optim.surfaces import rosenbrock

START = (-1.2, 1.0)
REMEMBERED: list[tuple[Any, set[str]]] = [
    (optim.SGD(1e-3), set()),
    (optim.Momentum(1e-3), {"velocity"}),
    (optim.Nesterov(1e-3), {"velocity"}),
    (optim.AdaGrad(), {"squares"}),
    (optim.RMSprop(), {"second_moment"}),
    (optim.Adam(), {"first_moment", "second_moment"}),
    (optim.AdamW(), {"first_moment", "second_moment"}),
    (optim.Clipped(optim.Momentum(1e-3), norm=1.0), {"velocity"}),
    (optim.Newton(), {"hessian", "damping"}),
    (optim.LBFGS(), set()),
    (optim.Genetic(), {"population", "population_values"}),
    (optim.CMAES(), {"sigma", "covariance", "population", "population_values"}),
]


@pytest.mark.parametrize(("optimiser", "names"), REMEMBERED, ids=lambda given: type(given).__name__)
def test_every_moment_has_its_row(optimiser: Any, names: set[str]) -> None:
    path = optim.trace(rosenbrock, START, optimiser, 10)
    assert len(path) == 11
    assert path.state.keys() == names
    rows = [path.position, path.value, path.gradient, path.learning_rate, *path.state.values()]
    assert {len(row) for row in rows if row is not None} == {11}
    assert all(isinstance(row, np.ndarray) for row in rows if row is not None)
    assert [rosenbrock(*point) for point in path.position] == pytest.approx(path.value.tolist())
    if path.gradient is not None:
        assert path.position[0].tolist() == list(START)
        x, y = path.position.T
        slope = np.stack([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)], axis=1)
        np.testing.assert_allclose(path.gradient, slope, rtol=1e-9, atol=1e-9)


def test_the_rows_are_what_the_rule_did() -> None:
    rule = optim.Adam(optim.schedules.Annealing(0.1, decay=0.5))
    path = optim.trace(rosenbrock, START, rule, 10)
    assert path.gradient is not None
    assert path.learning_rate is not None
    x, state = np.array(START), rule.start(np.array(START))
    for k in range(10):
        assert path.learning_rate[k] == state["learning_rate"]
        np.testing.assert_array_equal(path.state["first_moment"][k], state["first_moment"])
        x, state = rule.step(x, path.gradient[k], state)
        np.testing.assert_array_equal(path.position[k + 1], x)


def test_momentum_oscillates_where_descent_crawls() -> None:
    """In a long valley: momentum crosses the axis again and again, and is farther after as many steps."""
    valley = lambda x, y: x**2 + 50 * y**2
    slow, heavy = (optim.trace(valley, (2.0, 0.1), rule(0.005), 60) for rule in (optim.SGD, optim.Momentum))
    assert np.sum(np.diff(np.sign(heavy.position[:, 1])) != 0) > 5
    assert np.sum(np.diff(np.sign(slow.position[:, 1])) != 0) == 0
    assert heavy.value[-1] < slow.value[-1]


def test_a_rate_that_is_too_large_ends_where_numbers_do() -> None:
    path = optim.trace(lambda x: x**4, 10.0, optim.SGD(1.0), 100)
    assert len(path) < 20
    assert np.isfinite(path.position[:-1]).all()
    assert not np.isfinite(path.position[-1]).all()
    assert path.best == 0


def test_a_function_may_take_numbers_an_array_or_a_tree() -> None:
    same = [
        optim.trace(rosenbrock, START, "sgd", 3),
        optim.trace(rosenbrock, np.array(START), "sgd", 3),
        optim.trace(lambda p: rosenbrock(p[0], p[1]), list(START), "sgd", 3),
        optim.trace(lambda p: rosenbrock(*p), np.array(START), "sgd", 3),
        optim.trace(
            lambda p: rosenbrock(p["x"], np.sum(p["y"])), {"x": START[0], "y": np.array([[START[1]]])}, "sgd", 3
        ),
    ]
    for path in same[1:]:
        np.testing.assert_allclose(path.position, same[0].position, rtol=1e-12)
    end = same[-1].at(2)
    assert isinstance(end["x"], float)
    assert end["y"].shape == (1, 1)
    assert optim.trace(lambda x: x**2, 1.0, "sgd", 1).at(0) == 1.0
    assert optim.trace(lambda x: np.sum(x**2), np.ones(2, np.float32), "sgd", 1).at().dtype == np.float32
    assert optim.trace(np.hypot, (3.0, 4.0), "newton", 0).value.tolist() == [5.0]


def test_a_network_is_trained_by_any_of_them() -> None:
    """XOR, by methods with and without a gradient."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    t = np.array([0.0, 1.0, 1.0, 0.0])
    rng = np.random.default_rng(3)
    params = {"W": rng.normal(size=(2, 3)), "b": np.zeros(3), "v": rng.normal(size=3), "c": 0.0}

    def loss(p: Any) -> Any:
        return np.mean((np.tanh(x @ p["W"] + p["b"]) @ p["v"] + p["c"] - t) ** 2)

    for optimiser, steps in ((optim.Adam(0.1), 200), (optim.LBFGS(), 100), (optim.CMAES(0.5), 200)):
        path = optim.trace(loss, params, optimiser, steps)
        assert path.value[path.best] < 1e-3
        assert float(loss(path.at(path.best))) == pytest.approx(path.value[path.best])


def test_a_trace_goes_straight_into_the_pictures(tmp_path: Path) -> None:
    paths = {kind: optim.trace(rosenbrock, START, kind, 8) for kind in ("momentum", "newton", "genetic", "cmaes")}
    plot = viz.plots.contours(rosenbrock, (-2, 2), (-1, 3), paths=paths, resolution=21)
    assert plot.numbers["newton"] == pytest.approx(paths["newton"].value[-1])
    viz.plots.contours(rosenbrock, (-2, 2), (-1, 3), paths=paths["newton"], resolution=21)
    film = viz.plots.race(rosenbrock, paths, tmp_path / "race.gif", xlim=(-2, 2), ylim=(-1, 3), frames=2, resolution=21,
                          quality="low")  # fmt: skip
    assert film.stat().st_size > 1000


def test_a_trace_is_its_positions() -> None:
    path = optim.trace(rosenbrock, START, "adam", 2)
    assert np.asarray(path).shape == (3, 2)
    assert np.asarray(path, np.float32).dtype == np.float32
    np.asarray(path)[0] = 7.0
    assert path.position[0].tolist() == list(START)
    assert repr(path).startswith("<Trace of Adam: 2 steps from 24.2 to ")
    assert optim.trace(rosenbrock, START, optim.Clipped(optim.Adam(), norm=1.0), 1).name == "Adam"


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((rosenbrock, START, "adma", 3), InputError, "did you mean 'adam'"),
        ((rosenbrock, START, optim.Adam, 3), InputError, "is not an optimiser; give an optim.Adam"),
        ((rosenbrock, START, 0.1, 3), InputError, "0.1 is not an optimiser"),
        ((rosenbrock, START, "sgd", -1), InputError, "steps=-1 is not a whole number, 0 or more"),
        ((rosenbrock, START, "sgd", 2.5), InputError, "steps=2.5"),
        ((rosenbrock, (), "sgd", 1), InputError, "no parameters are given"),
        ((rosenbrock, np.zeros(0), "sgd", 1), InputError, "no parameters are given"),
        ((rosenbrock, ("a", "b"), "sgd", 1), DataError, "text"),
        (("x**2", 1.0, "sgd", 1), InputError, "nothing to minimise: 'x\\*\\*2' is not a function"),
        ((lambda x: x, np.ones(3), "genetic", 1), InputError, r"one number, not an array of shape \(3,\)"),
        ((lambda x: x, np.ones(3), "sgd", 1), Exception, r"one number, not shape \(3,\)"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        optim.trace(*arguments)


def test_an_ellipse_needs_a_covariance_of_two() -> None:
    with pytest.raises(InputError, match="Adam of 2 parameters has no ellipse; CMAES of two has"):
        optim.trace(rosenbrock, START, "adam", 1).ellipse()
    with pytest.raises(InputError, match="CMAES of 3 parameters"):
        optim.trace(lambda x: np.sum(x**2), np.ones(3), "cmaes", 1).ellipse()
