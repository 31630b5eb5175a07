# %% [markdown]
# # Optimiser paths: seven ways down eleven surfaces
#
# Training is going downhill on a surface of very many dimensions, which nobody can see. In two dimensions everything
# can be seen: the bowl, the bent valley, the saddle, the egg box, and how each optimiser fares on them. This is
# exercise 1b of deck R: show the path, find the learning rate that arrives first, find all the minima, and compare them
# with the analytical results.
#
# Every function here has minima that are known: from algebra, or from the paper that proposed it.
"""Optimiser paths on functions of two numbers: learning rates, momentum, Newton, and every known minimum found."""

# %% The rules, and the surfaces. Newton has the Hessian; all others have the gradient g only.
from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

import viz
from lessons.descents import arrivals, first_of, follow
from lessons.report import Report, lesson
from microgradphys import Value, optim
from microgradphys.closed_form import closed_form
from microgradphys.notation import write
from microgradphys.optim import surfaces
from microgradphys.optim.surfaces import SURFACES, Surface
from viz.plots import contours, race
from viz.plots.inputs import counted

RULES: dict[str, Any] = {
    "descent": optim.GradientDescent(),
    "noisy descent": optim.GradientDescent(),
    "momentum": optim.Momentum(),
    "Nesterov": optim.Nesterov(),
    "RMSprop": optim.RMSprop(beta=0.9),
    "Adam": optim.Adam(),
}
RATES = np.geomspace(1e-4, 1.0, 25)
STEPS = 600
NOISE = {"noisy descent": 0.3}  # standard deviation of what is added to g, as a mini-batch does


# %% Which learning rate arrives first? Twenty-five balls, one for each, which `follow` lets roll at once.
def tuned(surface: Surface) -> dict[str, tuple[float, int | None, int | None]]:
    """Give of each rule the best learning rate, its steps to a minimum, and which minimum; Newton has no rate.

    Each rate is tried twice, the second time from 10⁻⁹ beside: where that arrives at another step, the first was luck.
    """
    found: dict[str, tuple[float, int | None, int | None]] = {}
    for name, rule in RULES.items():
        start = np.array(surface.start)
        starts = np.repeat([start, start + 1e-9], len(RATES), axis=0)
        path = follow(surface, rule, starts, np.tile(RATES, 2), STEPS, NOISE.get(name, 0.0))
        one, two = np.split(arrivals(path, surface), 2)
        # Where nobody arrives, the one that ends nearest to the minimum.
        nearest = int(np.nanargmin(np.abs(path[-1, : len(RATES)] - surface.minima[0]).sum(axis=1)))
        ball, steps, minimum = first_of(np.where(one == two, one, np.inf)) or (nearest, None, None)
        found[name] = (float(RATES[ball]), steps, minimum)
    path = optim.trace(surface, surface.start, "newton", 25).position[:, None]
    _, steps, minimum = first_of(arrivals(path, surface, stay=5)) or (0, None, None)
    return {**found, "Newton": (1.0, steps, minimum)}


def walked(surface: Surface, best: dict[str, Any], names: Any, steps: int) -> dict[str, optim.Trace]:
    """Trace some of the optimisers with their best learning rates."""
    made = {}
    for name in names:
        f = surfaces.noisy(surface, NOISE[name]) if name in NOISE else surface
        rule = optim.Newton() if name == "Newton" else replace(RULES[name], learning_rate=best[name][0])
        made[name] = optim.trace(f, surface.start, rule, 25 if name == "Newton" else steps)
    return made


# %% All the minima: balls from 8 × 8 places, cooled down, and Newton for the last digits.
def hunt(surface: Surface) -> np.ndarray:
    """Find the known minima, each from the ball that ends nearest to it; shape (how many, 2)."""
    starts = np.stack(np.meshgrid(*(np.linspace(*ends, 10)[1:-1] for ends in (surface.xlim, surface.ylim))), -1)
    cooling = optim.schedules.Exponential(0.3, factor=0.985)
    ends = follow(surface, optim.Adam(), starts.reshape(-1, 2), cooling, 1200)[-1]
    nearest = [ends[np.argmin(np.hypot(*(ends - minimum).T))] for minimum in surface.minima]
    return np.array([optim.trace(surface, end, "newton", 10).position[-1] for end in nearest])


# %% What can be known beforehand: on a bowl with curvatures 1 and 50 a step multiplies the error by 1 − η λ.
STUDY = {"too small": 0.004, "right": 2 / 51, "too large": 0.0399, "diverging": 0.041}


def shrinking(rate: float) -> float:
    """Return by what the error is multiplied in a step, in the end: max |1 − η λ|, for λ = 1 and 50.

    >>> round(shrinking(2 / 51), 4), round(shrinking(0.041), 4)
    (0.9608, 1.05)
    """
    return max(abs(1 - rate * curvature) for curvature in (1.0, 50.0))


# %% [markdown]
# ## What to notice
#
# - Descent has one learning rate for all directions. The steepest direction says how large it may be (η < 2/λ), the
#   flattest how long it takes: about as many steps as the ratio of the curvatures. At the best rate it zigzags.
# - Momentum adds up what persists and cancels what alternates. In the narrow bowl its error shrinks by √γ a step,
#   whatever the curvature. In the round bowl it only overshoots: with γ = 0.9 it is never faster than 0.95 a step.
# - RMSprop and Adam divide each component by its own size, so both curvatures look alike, as long as the valley runs
#   along an axis. Rosenbrock's is bent.
# - Newton knows the curvature: one step on any parabola, and near any minimum the digits double with each step. The
#   price is the Hessian.
# - At a saddle the slope is 0. A ball that begins exactly on the ridge stays there; a little noise sends it off.
# - All of them find the minimum of the basin that they begin in. Which basin, the start decides: near its border, by
#   a hair. Momentum rolls across borders.
#
# ## Exercises
#
# 1. `best_rate(curvatures)`: the learning rate at which descent is fastest on a bowl with these curvatures.
# 2. `heavy_ball(f, start, rate, momentum, steps)`: write momentum yourself; compare with `optim.trace`.
# 3. `minima(f, xlim, ylim)`: find all minima of f(x, y) = (x² − 1)² + (y² − 1)² + x y / 2 on [−2, 2]².
# 4. Turn the narrow bowl by 45°. Who suffers, descent or RMSprop? Explain.


# %% The lesson: run, draw, compare.
@lesson
def run(report: Report) -> None:
    """Race the optimisers, study learning rates, and find every known minimum."""
    for name, rule in RULES.items():
        if name not in NOISE:
            report.say(f"{name}: " + ",  ".join(f"{to} ← {by}" for to, by in optim.formulas(rule).items()))
    report.say("Newton: x ← x − H⁻¹ g\n")
    for surface in SURFACES:
        report.say(f"{surface.name}: {write(closed_form(surface(Value(0.5, 'x'), Value(0.5, 'y'))))}")
    learning_rates(report)
    races(report)
    states(report)
    all_minima(report)


def learning_rates(report: Report) -> None:
    """Go down the narrow bowl with four learning rates."""
    bowl = surfaces.narrow_bowl
    paths = {
        name: optim.trace(bowl, (x, 0.6), optim.SGD(rate), 400)
        for (name, rate), x in zip(STUDY.items(), (-2.3, -1.2, 0.9, 2.3), strict=True)
    }
    for name, rate in STUDY.items():
        far = np.linalg.norm(paths[name].position[-2:], axis=1)
        report.compare(f"{name}: error left by a step, η = {rate:.4g}", far[1] / far[0], shrinking(rate),
                       "max |1 − η λ|", within=1e-9)  # fmt: skip
    heavy = np.linalg.norm(optim.trace(bowl, bowl.start, optim.Momentum(0.02), 300).position[[100, 300]], axis=1)
    report.compare(
        "momentum 0.9: error left by a step", (heavy[1] / heavy[0]) ** (1 / 200), 0.9**0.5, "√γ", within=5e-3
    )
    shown = {f"{name}, η = {rate:.3g}": paths[name].position[:12] for name, rate in STUDY.items()}
    report.figure("learning_rates", contours(bowl, bowl.xlim, bowl.ylim, paths=shown,
                  title="Four learning rates: creeping, best, swinging, leaving"))  # fmt: skip
    values = {name: (np.arange(101), path.value[:101]) for name, path in paths.items()}
    report.figure("learning_rates_value", viz.plots.lines(values, names=("step", "f"), log=(False, True),
                  title=f"Above η = 2/λ = {2 / 50} every step makes it worse"))  # fmt: skip


def races(report: Report) -> None:
    """Find the best learning rates, tell how many steps each optimiser needs, and draw its way."""
    rows, results, best = [], {}, {}
    for surface in SURFACES:
        best[surface.name] = found = tuned(surface)
        cells = [
            f"> {STEPS}" if k is None else f"({k})" if _local(surface, at) else str(k) for _, k, at in found.values()
        ]
        rows.append((surface.name, *cells))
        results[surface.name] = {name: {"learning rate": rate, "steps": k} for name, (rate, k, _) in found.items()}
        paths = walked(surface, found, ("descent", "momentum", "RMSprop", "Adam", "Newton"), 100)
        report.figure(f"paths_{_file(surface)}", contours(surface, surface.xlim, surface.ylim, paths=paths,
                      levels=10 if len(surface.minima) < 10 else 4, title=_told(surface, found)))  # fmt: skip
    report.say("\nSteps to a minimum, each at its best learning rate; in brackets where a lower one is known:")
    report.table(("", *best["bowl"]), rows)
    report.number("steps to a minimum", results)
    for surface in (surfaces.narrow_bowl, surfaces.booth):
        path = optim.trace(surface, surface.start, "newton", 1)
        report.compare(f"Newton on {surface.name}, one step", path.position[-1], surface.minima[0], surface.source,
                       within=1e-12)  # fmt: skip
    on_the_ridge = optim.trace(surfaces.saddle, (1.5, 0.0), optim.SGD(0.1), 400)
    report.compare("descent along the ridge", on_the_ridge.position[-1], (0.0, 0.0), "the saddle point", within=1e-9)
    nudged = optim.trace(surfaces.noisy(surfaces.saddle, 0.01), (1.5, 0.0), optim.SGD(0.1), 400)
    report.compare(
        "the same with a little noise", np.abs(nudged.position[-1]), (0.0, 1.0), "x = 0; y = ±1", within=0.02
    )
    for surface in (surfaces.narrow_bowl, surfaces.rosenbrock, surfaces.saddle):
        paths = walked(surface, best[surface.name], ("descent", "noisy descent", "momentum", "Adam", "Newton"), 60)
        report.video(f"race_{_file(surface)}", partial(race, surface, paths, xlim=surface.xlim, ylim=surface.ylim,
                     frames=31, quality=report.quality))  # fmt: skip


def states(report: Report) -> None:
    """Draw what optimisers remember beside the way that they go."""
    bowl, valley = surfaces.narrow_bowl, surfaces.rosenbrock
    draw = partial(contours, bowl, bowl.xlim, bowl.ylim)
    path = optim.trace(bowl, bowl.start, optim.Momentum(0.005), 60)
    report.figure("state_momentum", draw(
        paths={"momentum": path}, beside=dict(zip(("in x", "in y"), path.state["velocity"].T, strict=True)),
        beside_name="velocity", title="What persists adds up, what alternates cancels"))  # fmt: skip
    path = optim.trace(bowl, bowl.start, optim.RMSprop(0.02, beta=0.9), 60)
    with np.errstate(divide="ignore"):
        rates = 0.02 / np.sqrt(path.state["second_moment"]).T
    report.figure("state_rmsprop", draw(
        paths={"RMSprop": path}, beside=dict(zip(("in x", "in y"), rates, strict=True)), beside_name="η / √s",
        title="RMSprop has a learning rate for each direction"))  # fmt: skip
    path = optim.trace(valley, valley.start, "newton", 22)
    curvatures = np.linalg.eigvalsh(path.state["hessian"])
    report.figure("state_newton", contours(
        valley, valley.xlim, valley.ylim, paths={"Newton": path},
        beside={"along": curvatures[:, 0], "across": curvatures[:, 1]}, beside_name="curvature",
        title="Newton divides by the curvatures, along the valley and across"))  # fmt: skip


def all_minima(report: Report) -> None:
    """Find every known minimum, and show which start leads where."""
    for surface in SURFACES:
        found = hunt(surface)
        many = "the minimum" if len(found) == 1 else f"all {len(found)} minima"
        report.compare(f"{surface.name}: {many}", found, surface.minima, surface.source, within=1e-8)
        report.compare(f"{surface.name}: lowest f", surface(*found[0]), surface.lowest, surface.source, within=1e-8)
    four = surfaces.himmelblau
    for name, rate in (("descent", 0.01), ("momentum", 0.01)):

        def where(starts: np.ndarray, name: str = name, rate: float = rate) -> Any:
            """Say for each start which minimum it leads to."""
            ends = follow(four, RULES[name], starts, rate, 300)[-1]
            return np.linalg.norm(ends[:, None] - np.array(four.minima), axis=2).argmin(axis=1) + 1

        report.figure(f"basins_{name}", viz.plots.decision_boundary(
            where, np.array(four.minima), [1, 2, 3, 4], xlim=four.xlim, ylim=four.ylim, names=("x", "y"),
            resolution=151, title=f"Himmelblau by {name}: the start decides"))  # fmt: skip


def _local(surface: Surface, minimum: int | None) -> bool:
    """Whether a minimum is higher than the lowest."""
    return minimum is not None and surface(*surface.minima[minimum]) > surface.lowest + 1e-6


def _told(surface: Surface, found: dict[str, tuple[float, int | None, int | None]]) -> str:
    """Say who arrives first, and who last."""
    steps = {name: k if k is not None else STEPS for name, (_, k, _) in found.items() if name not in NOISE}
    first, last = min(steps, key=steps.__getitem__), max(steps, key=steps.__getitem__)
    slow = f"more than {STEPS}" if found[last][1] is None else steps[last]
    return f"{surface.name.capitalize()}: {first} arrives after {counted(steps[first], 'step')}, {last} after {slow}"


def _file(surface: Surface) -> str:
    """Name a file."""
    return surface.name.replace(" ", "_").replace("-", "_").lower()


if __name__ == "__main__":
    run("optimizer_paths")
