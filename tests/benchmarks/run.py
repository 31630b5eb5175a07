"""What is measured: `make bench`. Ratios count; absolute times are those of the machine at that moment."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from timing import best, import_seconds, table

from lessons.worked_example import LEARNING_RATE, scalar_network
from microgradphys import Value, replay
from viz import Storyboard, movie, play


def _expression(value: Callable[[float], Any]) -> tuple[Any, int]:
    """Compute a scalar expression of sums, products, powers and relus; return it and its number of operations."""
    a, b = value(2.0), value(-3.0)
    x = a
    for _ in range(60):
        x = ((x * a + a * b) * b + b).relu() * 0.1 + a**2
    return x, 60 * 8


def _forward_and_back(value: Callable[[float], Any]) -> None:
    """Compute the expression and its gradient."""
    output, _ = _expression(value)
    output.backward()


def eager() -> str:
    """Time per node, forward and backward, against micrograd on the same expression."""
    from micrograd.engine import Value as Micrograd

    nodes = _expression(Value)[1]
    times = best(
        {"micrograd": lambda: _forward_and_back(Micrograd), "microgradphys": lambda: _forward_and_back(Value)},
        repeat=200,
    )
    rows = [
        (name, f"{seconds / nodes * 1e6:.2f} µs a node", f"{times['micrograd'] / seconds:.2f}x micrograd")
        for name, seconds in times.items()
    ]
    return table("Scalar graph, forward and backward (target: at least 1x, aim 2x)", rows)


def _demo_loss(value: Callable[[float], Any]) -> Any:
    """Compute micrograd's own demo: 2-16-16-1 on 100 points, hinge loss and L2, every weight a scalar."""
    rng = random.Random(0)
    sizes = (2, 16, 16, 1)
    weights = [[[value(rng.uniform(-1, 1)) for _ in range(a + 1)] for _ in range(b)] for a, b in pairwise(sizes)]
    total = value(0.0)
    for _ in range(100):
        units: list[Any] = [rng.gauss(0, 1) for _ in range(2)]
        for depth, layer in enumerate(weights):
            sums = [sum((w * u for w, u in zip(n, units, strict=False)), n[-1]) for n in layer]
            units = [s.relu() for s in sums] if depth < 2 else sums
        total = total + (1 - rng.choice((-1.0, 1.0)) * units[0]).relu()
    penalty = sum((w * w for layer in weights for n in layer for w in n), value(0.0))
    return total * 0.01 + 1e-4 * penalty


def demo() -> str:
    """The whole training step of micrograd's demo: micrograd, ours, and ours replayed."""
    from micrograd.engine import Value as Micrograd

    again = replay(_demo_loss(Value))
    steps = {
        "micrograd": lambda: _demo_loss(Micrograd).backward(),
        "microgradphys, eager": lambda: _demo_loss(Value).backward(),
    }
    times = best(steps, rounds=5) | best({"microgradphys, replay": again.run}, repeat=100)
    rows = [
        (name, f"{seconds * 1e3:.2f} ms a step", f"{times['micrograd'] / seconds:.1f}x micrograd")
        for name, seconds in times.items()
    ]
    return table("micrograd's demo, 65 000 nodes (targets: eager 2x, replay 200x)", rows)


def imports() -> str:
    """What importing the engine costs beyond numpy."""
    seconds = import_seconds("microgradphys", after="numpy")
    return table("import microgradphys, beyond numpy (target: under 0.1 s)", [("microgradphys", f"{seconds:.3f} s")])


def page() -> str:
    """How long it takes to write the worked example's page; the first time starts Graphviz."""
    story = Storyboard(scalar_network().E, learning_rate=LEARNING_RATE)
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        play(story).save(Path(folder) / "steps.html")
        first = perf_counter() - start
        again = best({"page": lambda: play(story).save(Path(folder) / "steps.html")})["page"]
    return table(
        "Writing the page of the worked example (aim: under 0.5 s)",
        [("first in a process", f"{first:.2f} s"), ("after that", f"{again:.2f} s")],
    )


def film() -> str:
    """Seconds of rendering for each second of film."""
    import av

    story = Storyboard(scalar_network().E, learning_rate=LEARNING_RATE)
    rows = []
    for quality in ("low", "high"):
        with tempfile.TemporaryDirectory() as folder:
            start = perf_counter()
            path = movie(story, Path(folder) / "film.mp4", quality=quality, title="The worked example")
            seconds = perf_counter() - start
            with av.open(str(path)) as container:
                length = float(container.duration or 0) / av.time_base
        rows.append((quality, f"{length:.1f} s of film", f"{seconds:.1f} s", f"{seconds / length:.2f} s a second"))
    return table("Rendering the film of the worked example", rows)


def main() -> None:
    """Measure everything, printing each table as it is ready."""
    for measure in (imports, eager, demo, page, film):
        print(measure(), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
