"""Newton, L-BFGS, the genetic algorithm and CMA-ES: what each is for, on functions whose minima are known."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from microgradphys import optim
from microgradphys.errors import InputError, MissingExtraError
from microgradphys.optim.surfaces import himmelblau, rastrigin, rosenbrock

START = (-1.2, 1.0)
ALL = [
    optim.SGD(1e-3), optim.SGD(1e-3, momentum=0.9), optim.Momentum(1e-3), optim.Nesterov(1e-3), optim.AdaGrad(0.5),
    optim.RMSprop(0.01), optim.Adam(0.05), optim.AdamW(0.05), optim.Clipped(optim.Adam(0.05), norm=1.0),
    optim.Newton(), optim.LBFGS(), optim.Genetic(), optim.CMAES(0.5),
]  # fmt: skip


@pytest.mark.parametrize("optimiser", ALL, ids=str)
def test_everything_descends_rosenbrocks_valley(optimiser: Any) -> None:
    """From 24.2 at the start."""
    path = optim.trace(rosenbrock, START, optimiser, 200)
    assert path.value[path.best] < 4.0
    assert rosenbrock(*path.position[path.best]) == path.value[path.best]


@pytest.mark.parametrize("optimiser", [optim.Newton(), optim.LBFGS(), optim.CMAES(0.5)], ids=str)
def test_those_that_learn_the_curvature_arrive(optimiser: Any) -> None:
    path = optim.trace(rosenbrock, START, optimiser, 300)
    np.testing.assert_allclose(path.position[-1], [1, 1], atol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_newton_is_at_the_minimum_of_a_quadratic_in_one_step(n: int) -> None:
    rng = np.random.default_rng(n)
    root, centre = rng.normal(size=(n, n)), rng.normal(size=n)
    matrix = root @ root.T + np.eye(n)
    path = optim.trace(lambda x: 0.5 * (x - centre) @ matrix @ (x - centre), np.zeros(n), "newton", 1)
    np.testing.assert_allclose(path.position[-1], centre, rtol=1e-10)
    np.testing.assert_allclose(path.state["hessian"][0], matrix, rtol=1e-10)
    assert path.state["damping"].tolist() == [0.0, 0.0]
    assert path.learning_rate is not None
    assert path.learning_rate[1] == 1.0


def test_newton_turns_round_where_the_curvature_is_negative() -> None:
    """At a saddle it goes down, not to the saddle; at a maximum and on a plain, too."""
    path = optim.trace(lambda x, y: x**2 - y**2 + y**4 / 4, (1.0, 0.01), optim.Newton(), 30)
    np.testing.assert_allclose(path.position[-1], [0, np.sqrt(2)], atol=1e-6)
    assert path.state["damping"][0] > 0
    assert np.all(np.diff(path.value) <= 0)
    assert optim.trace(lambda x: -np.cos(x), 3.0, optim.Newton(), 30).value[-1] == pytest.approx(-1)
    assert optim.trace(lambda x: -3.0 * x, 0.0, optim.Newton(), 2).position.ravel().tolist() == [0.0, 3.0, 6.0]


def test_newton_shortens_steps_that_would_climb() -> None:
    """On √(1 + x²) whole steps from outside of (−1, 1) fly away."""
    path = optim.trace(lambda x: np.sqrt(1 + x**2), 3.0, optim.Newton(), 20)
    assert abs(path.position[-1, 0]) < 1e-6
    assert path.learning_rate is not None
    assert np.nanmin(path.learning_rate) < 1
    assert np.all(np.diff(path.value) <= 0)


def test_newton_stays_where_nothing_is_lower() -> None:
    path = optim.trace(lambda x, y: x**2 + y**2, (0.0, 0.0), optim.Newton(), 3)
    assert path.position.tolist() == [[0.0, 0.0]] * 4


def test_a_function_without_a_value_ends_the_path() -> None:
    for optimiser in ALL:
        path = optim.trace(lambda x, y: np.log(x) + np.log(y), (-1.0, -1.0), optimiser, 5)
        assert 1 <= len(path) <= 6
        assert np.isfinite(path.position[0]).all()


@pytest.mark.parametrize("optimiser", [optim.Newton(), optim.LBFGS(), optim.CMAES(1.0)], ids=str)
def test_all_four_minima_are_found_from_four_starts(optimiser: Any) -> None:
    """The analytic ones, each from its own quarter."""
    for where in himmelblau.minima:
        path = optim.trace(himmelblau, (np.sign(where[0]) * 3.4, np.sign(where[1]) * 2.6), optimiser, 200)
        found = min(himmelblau.minima, key=lambda there: float(np.hypot(*(path.position[-1] - there))))
        np.testing.assert_allclose(path.position[-1], found, atol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_rastrigins_minimum_is_found_without_a_gradient(seed: int) -> None:
    """Also where it is not at 0, which multiplying mutations like."""
    start = (3.4, -2.7)
    for f, where in ((rastrigin, (0.0, 0.0)), (lambda x, y: rastrigin(x - 1.3, y + 2.4), (1.3, -2.4))):
        genetic = optim.trace(f, start, optim.Genetic(population=100, spread=3.0, seed=seed), 150)
        np.testing.assert_allclose(genetic.at(), where, atol=0.02)
        cmaes = optim.trace(f, start, optim.CMAES(3.0, population=100, seed=seed), 100)
        np.testing.assert_allclose(cmaes.at(), where, atol=1e-5)


@pytest.mark.parametrize("kind", [optim.Genetic, optim.CMAES])
def test_the_same_seed_gives_the_same_bits(kind: Any) -> None:
    """And leaves everybody else's random numbers alone."""
    before = np.random.get_state()[1].copy()  # type: ignore[union-attr]
    one, two, other = (optim.trace(rastrigin, (3.0, 1.0), kind(seed=seed), 20) for seed in (5, 5, 6))
    assert one.position.tobytes() == two.position.tobytes()
    assert all(one.state[name].tobytes() == two.state[name].tobytes() for name in one.state)
    assert one.position.tobytes() != other.position.tobytes()
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # type: ignore[arg-type]


def test_the_best_never_gets_lost_in_a_population() -> None:
    path = optim.trace(rastrigin, (3.0, 1.0), optim.Genetic(seed=2), 40)
    assert np.all(np.diff(path.value) <= 0)
    people, values = path.state["population"], path.state["population_values"]
    assert people.shape == (41, 50, 2)
    np.testing.assert_array_equal(people[:, 0], path.position)
    assert np.all(np.diff(values, axis=1) >= 0)
    assert values[7, 3] == rastrigin(*people[7, 3])


def test_children_have_the_head_of_one_parent_and_the_tail_of_the_other() -> None:
    from microgradphys.optim.genetic import crossover

    rng = np.random.default_rng(0)
    parents = np.repeat(np.arange(5)[:, None], 6, axis=1)
    places = set()
    for _ in range(100):
        children = crossover(parents, rng)
        assert (children[4] == 4).all()
        for a, b in ((0, 1), (2, 3)):
            assert children[a, 0] == a
            assert children[b, -1] == a
            assert (children[a] + children[b] == a + b).all()
            assert (np.abs(np.diff(children[a])) > 0).sum() == 1
        places.add(int((children[0] == 0).sum()))
    assert places == {1, 2, 3, 4, 5}


def test_mutation_is_a_share_of_the_parameter() -> None:
    """θ (1 + η z): what is 0 stays 0, what is ten times as large moves ten times as far."""
    path = optim.trace(lambda x, y: -np.abs(x), (1.0, 0.0), optim.Genetic(0.1, population=2, spread=1e-300), 1)
    assert np.abs(path.state["population"][1][:, 1]).max() < 1e-290
    rates = [optim.trace(lambda x: x, 1.0, optim.Genetic(rate), 3).learning_rate for rate in (
        0.2, optim.schedules.Exponential(0.2, factor=0.5))]  # fmt: skip
    assert [list(rate) for rate in rates if rate is not None] == [[0.2] * 4, [0.2, 0.1, 0.05, 0.025]]


def test_the_ellipse_of_cma_es_takes_the_shape_of_the_valley() -> None:
    """Along (1, 1), where the function is a hundred times as flat, it becomes longest."""
    path = optim.trace(lambda x, y: (x + y) ** 2 + 100 * (x - y) ** 2, (3.0, 1.0), optim.CMAES(1.0, seed=1), 30)
    np.testing.assert_allclose(path.state["covariance"][0], np.eye(2), atol=1e-3)
    spread, axes = np.linalg.eigh(path.state["covariance"][25])
    assert spread[1] > 20 * spread[0]
    assert abs(axes[:, 1] @ [1, 1]) / np.sqrt(2) > 0.98
    outline = path.ellipse(25) - path.position[25]
    inverse = np.linalg.inv(path.state["covariance"][25] * path.state["sigma"][25] ** 2)
    np.testing.assert_allclose(np.einsum("pi,ij,pj->p", outline, inverse, outline), 1.0, rtol=1e-8)
    assert np.isnan(path.state["population"][0]).all()
    drawn = path.state["population"][1] - path.position[0]
    assert np.abs(drawn).max() < 5 * path.state["sigma"][0]


@pytest.mark.parametrize(("module", "kind"), [("scipy.optimize", "LBFGS"), ("cma", "CMAES")])
def test_what_is_not_installed_is_named(module: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'microgradphys\[train\]'"):
        optim.trace(rosenbrock, START, getattr(optim, kind)(), 1)


def test_the_import_is_light() -> None:
    program = (
        "import sys; import microgradphys.optim; print([m for m in ('scipy', 'cma', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: optim.Newton(0.0), "Newton: learning_rate=0.0 must be above 0"),
        (lambda: optim.LBFGS(memory=0), "memory=0"),
        (lambda: optim.LBFGS(tolerance=-1.0), "tolerance=-1.0"),
        (lambda: optim.Genetic(-0.1), "Genetic: learning_rate=-0.1"),
        (lambda: optim.Genetic(population=1), "population=1 is not a whole number, 2 or more"),
        (lambda: optim.Genetic(spread=0.0), "spread=0.0"),
        (lambda: optim.Genetic(seed=-1), "seed=-1"),
        (lambda: optim.CMAES(-1.0), "sigma=-1.0"),
        (lambda: optim.CMAES(population=2), "population=2"),
        (lambda: optim.CMAES(seed=1.5), "seed=1.5"),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make()
