# %% [markdown]
# # Evolution: down the hill without a gradient
#
# Suppose that f can be computed, but not differentiated: a simulation, an experiment, a program of somebody else. Then
# one can still try, keep what is good, and vary it. Deck R has two ways.
#
# A **genetic algorithm** keeps a population. Its children mix the parameters of two parents, which swap all that comes
# after a random place (crossover), and each parameter of a child is multiplied by 1 + η z with a random z (mutation).
# The best of parents and children survive.
#
# **CMA-ES** keeps a normal distribution. In each generation it draws mutants θ + σ N(0, C), moves θ to the weighted
# mean of the best, and learns from all of them how far to look, σ, and in which directions, C. The ellipse of C is
# where it searches, and that can be watched.
#
# Both run on the surfaces of the lesson `optimizer_paths`, whose minima are known, against methods that use ∇f.
"""Evolution: a genetic algorithm, and CMA-ES with its ellipse, against the gradient methods."""

# %% Every generation costs as many evaluations of f as it has members.
from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from lessons.descents import arrivals, follow
from lessons.optimizer_paths import tuned
from lessons.report import Report, lesson
from microgradphys import optim
from microgradphys.optim import surfaces
from microgradphys.optim.genetic import crossover
from microgradphys.optim.surfaces import SURFACES, Surface
from viz.plots import contours, lines, race

POPULATION = 30
GENERATIONS = 80
SEEDS = range(3)
Runs = dict[str, list[optim.Trace]]


def evolved(f: Any, start: Any, kind: str, spread: float, seed: int = 0, steps: int = GENERATIONS) -> optim.Trace:
    """Follow one of the two methods.

    Args:
        f: a function of two numbers.
        start: where the first population is centred.
        kind: "genetic" or "CMA-ES".
        spread: the standard deviation of the first population.
        seed: of the random numbers.
        steps: how many generations.

    >>> evolved(surfaces.bowl, (2.0, 1.0), "genetic", 1.0).at() < (0.01, 0.01)
    True
    """
    if kind == "genetic":
        return optim.trace(f, start, optim.Genetic(population=POPULATION, spread=spread, seed=seed), steps)
    return optim.trace(f, start, optim.CMAES(spread, population=POPULATION, seed=seed), steps)


def quarter(surface: Surface) -> float:
    """Return a quarter of the width of a map: how far to look at first."""
    return (surface.xlim[1] - surface.xlim[0]) / 4


def populations(surface: Surface) -> Runs:
    """Let both methods run on a surface, three times each."""
    return {
        kind: [evolved(surface, surface.start, kind, quarter(surface), seed) for seed in SEEDS]
        for kind in ("genetic", "CMA-ES")
    }


# %% The deck's two chromosomes, and their offspring.
CHROMOSOMES = "1101100100110110", "1101111000011110"
OFFSPRING = "1101111000011110", "1101100100110110"


def bits(words: tuple[str, ...]) -> np.ndarray:
    """Turn words of 0 and 1 into an array, one row each.

    >>> bits(("01", "11")).tolist()
    [[0, 1], [1, 1]]
    """
    return np.array([[int(letter) for letter in word] for word in words])


# %% A bowl that no axis runs along: curvatures 1 and 50, turned by 30°.
TURNED = 30.0


def turned_bowl(x: Any, y: Any) -> Any:
    """Compute (u² + 50 v²) / 2, u along the valley, v across."""
    cosine, sine = np.cos(np.radians(TURNED)), np.sin(np.radians(TURNED))
    return surfaces.narrow_bowl(cosine * x + sine * y, cosine * y - sine * x)


def shape(path: optim.Trace, first: int = 15, last: int = 40) -> tuple[float, float]:
    """Return the ratio of the axes of the search ellipse, and its direction in degrees, averaged over generations."""
    covariance = path.state["covariance"][first:last]
    area = np.sqrt(np.linalg.det(covariance))[:, None, None]
    spread, axes = np.linalg.eigh((covariance / area).mean(axis=0))
    return float(np.sqrt(spread[1] / spread[0])), float(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])) % 180)


# %% [markdown]
# ## What to notice
#
# - The ellipse of CMA-ES lies down in the valley and grows along it. On a bowl it becomes the ellipse of the contours:
#   C is then the inverse of the Hessian, up to a factor, learnt from nothing but the order of a few values.
# - Only that order counts. On log f both methods make exactly the same steps as on f; a gradient would be another one.
# - Where the gradient is there, it wins: a hundred gradients, each at the price of a few evaluations of f (W. Baur and
#   V. Strassen, 1983), against hundreds of evaluations. And that is in two dimensions; a network has millions.
# - Among many hollows evolution looks at the whole map, and the gradient only at its own basin.
# - Mutation by a factor is fine near 0, where many of these functions have their minimum, and slow away from it; 0
#   itself would stay 0. And it knows the axes only: in Rosenbrock's bent valley the population gets stuck.
#
# ## Exercises
#
# 1. `crossover(first, second, place)`: return both children of two lists.
# 2. `survivors(people, f, count)`: return the best of a population, in order.
# 3. Move Rastrigin's function so that its minimum is at (2, 2). How often does the genetic algorithm find it now?
# 4. How do the evaluations of CMA-ES grow with the number of parameters, on Σ k xₖ² with 2, 4, 8, 16 of them?


# %% The lesson: run, draw, compare.
@lesson
def run(report: Report) -> None:
    """Let populations evolve, and count."""
    children = crossover(bits(CHROMOSOMES), np.random.default_rng(11))
    report.compare("offspring of the two chromosomes", children, bits(OFFSPRING), "deck R, crossover", within=0.0)
    only_order(report)
    ellipses(report)
    runs = {surface.name: populations(surface) for surface in SURFACES}
    minima(report, runs)
    evaluations(report, runs)
    hollows(report)


def only_order(report: Report) -> None:
    """Run both methods on f and on its logarithm."""
    valley = surfaces.rosenbrock
    for kind in ("genetic", "CMA-ES"):
        one, two = (
            evolved(f, valley.start, kind, 0.5, steps=40) for f in (valley, lambda x, y: np.log(valley(x, y) + 1e-3))
        )
        report.compare(f"{kind}: steps on log f", two.position, one.position, "steps on f", within=0.0)


def ellipses(report: Report) -> None:
    """Watch the search ellipse: on the turned bowl against the Hessian, and along Rosenbrock's valley."""
    paths = [evolved(turned_bowl, (2.0, 0.6), "CMA-ES", 1.0, seed) for seed in range(8)]
    ratios, directions = np.transpose([shape(path) for path in paths])
    report.compare("ratio of the ellipse's axes", ratios.mean(), 50**0.5, "√50: C ∝ H⁻¹", within=0.7)
    report.compare("direction of the ellipse / degrees", directions.mean(), TURNED, "the valley", within=1.5)
    path = paths[0]
    axes = np.sqrt(np.linalg.eigvalsh(path.state["covariance"]))
    outlines = np.array([path.ellipse(k) for k in range(len(path))])
    report.figure("ellipse_on_a_bowl", contours(
        turned_bowl, (-3, 3), (-2, 2), paths={"CMA-ES": path.position[:9]}, outlines={"CMA-ES": outlines[:9:2]},
        beside={"CMA-ES": axes[:, 1] / axes[:, 0], "√50": np.full(len(path), 50**0.5)},
        beside_name="ratio of the ellipse's axes", title="The ellipse learns the shape of the contours"))  # fmt: skip
    valley = surfaces.rosenbrock
    path = evolved(valley, valley.start, "CMA-ES", 0.3, seed=1)
    outlines = np.array([path.ellipse(k) for k in range(len(path))])
    axes = path.state["sigma"][:, None] * np.sqrt(np.linalg.eigvalsh(path.state["covariance"]))
    draw = partial(contours, valley, valley.xlim, valley.ylim, paths={"CMA-ES": path})
    report.figure("ellipse_in_a_valley", draw(
        outlines={"CMA-ES": outlines[::4]}, title="Each ellipse lies along the valley"))  # fmt: skip
    report.video("ellipse_in_a_valley", partial(
        race, valley, {"CMA-ES": path}, xlim=valley.xlim, ylim=valley.ylim, outlines={"CMA-ES": outlines},
        crowds={"mutants": path.state["population"]}, beside={"long": axes[:, 1], "short": axes[:, 0]},
        beside_name="axes of the ellipse",
        frames=45, rate=6, quality=report.quality))  # fmt: skip


def minima(report: Report, runs: dict[str, Runs]) -> None:
    """Compare the lowest minimum of every surface with what CMA-ES found, the best of three runs."""
    for surface in SURFACES:
        end = min(runs[surface.name]["CMA-ES"], key=lambda path: path.value[-1]).position[-1]
        lowest = [where for where in surface.minima if surface(*where) < surface.lowest + 1e-6]
        nearest = min(lowest, key=lambda where: float(np.hypot(*(end - where))))
        report.compare(f"{surface.name}: lowest minimum by CMA-ES", end, nearest, surface.source, within=1e-6)


def evaluations(report: Report, runs: dict[str, Runs]) -> None:
    """Count what each method needs to come to a minimum, and draw it for one surface."""
    head = ("", "genetic: f", "CMA-ES: f", "momentum: ∇f", "Adam: ∇f", "Newton: H")
    rows, counts = [], {}
    for surface in SURFACES:
        found: dict[str, int | None] = {}
        for kind, paths in runs[surface.name].items():
            needed = np.median([arrivals(path.position[:, None], surface, stay=5).min() for path in paths])
            found[kind] = POPULATION * (int(needed) + 1) if np.isfinite(needed) else None
        best = tuned(surface)
        found |= {name: best[name][1] for name in ("momentum", "Adam", "Newton")}
        counts[surface.name] = found
        most = f"> {POPULATION * GENERATIONS}"
        rows.append((surface.name, *(most if count is None else str(count) for count in found.values())))
    report.say("Evaluations until a minimum is reached (of evolution the median of three runs):")
    report.table(head, rows)
    report.number("evaluations to a minimum", counts)
    names = ("evaluations of f, or of ∇f", "f − lowest")
    title = "Himmelblau: a gradient is worth many trials"
    report.figure("evaluations", lines(_falls(surfaces.himmelblau), log=(True, True), names=names, title=title))


def _falls(surface: Surface) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give for each method the lowest value so far against the evaluations."""
    momentum = optim.Momentum(tuned(surface)["momentum"][0])
    traces = {
        "genetic": (POPULATION, evolved(surface, (0.0, 0.0), "genetic", quarter(surface))),
        "CMA-ES": (POPULATION, evolved(surface, (0.0, 0.0), "CMA-ES", quarter(surface))),
        "momentum": (1, optim.trace(surface, (0.0, 0.0), momentum, 400)),
        "Newton": (1, optim.trace(surface, (0.0, 0.0), "newton", 12)),
    }
    return {
        name: (
            each * np.arange(1, len(path) + 1),
            np.maximum(np.minimum.accumulate(path.value) - surface.lowest, 1e-12),
        )
        for name, (each, path) in traces.items()
    }


def hollows(report: Report) -> None:
    """Begin anywhere among Rastrigin's hollows: who finds the lowest of them?"""
    egg_box = surfaces.rastrigin
    starts = np.random.default_rng(5).uniform(-2.4, 2.4, (12, 2))
    look = partial(evolved, egg_box, spread=quarter(egg_box))
    ends = {
        kind: [look(start, kind, seed=seed).position[-1] for seed, start in enumerate(starts)]
        for kind in ("genetic", "CMA-ES")
    }
    ends["Adam"] = list(follow(egg_box, optim.Adam(), starts, 0.05, 600)[-1])
    shares = {kind: int((np.linalg.norm(where, axis=1) < 0.05).sum()) for kind, where in ends.items()}
    report.say("Of 12 starts among Rastrigin's 25 hollows, so many come to the lowest:")
    report.table(("method", "starts"), [(kind, str(count)) for kind, count in shares.items()])
    report.number("starts of 12 that come to the lowest of 25 hollows", shares)
    path = evolved(egg_box, (1.6, -1.7), "genetic", 0.6, seed=2, steps=24)
    crowd = path.state["population"]
    options = {"paths": {"genetic": path}, "xlim": egg_box.xlim, "ylim": egg_box.ylim, "levels": 4}
    report.figure("population", contours(
        egg_box, crowds={"first": crowd[0], "genetic": crowd[6]}, **options,
        title="A population leaves its hollow, and finds the lowest"))  # fmt: skip
    film = {"crowds": {"genetic": crowd}, "frames": 25, "rate": 4, "quality": report.quality}
    report.video("population", lambda target: race(egg_box, path=target, **film, **options))


if __name__ == "__main__":
    run("evolution")
