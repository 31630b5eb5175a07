"""What is measured: `make bench`. Ratios count; absolute times are those of the machine at that moment."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
# One thread for everybody, said before anybody reads it.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import convolution
import networks
import numpy as np
import recurrent
import scaling
from chart import CHART, draw, save, saved
from course_times import lessons
from epochs import epochs
from timing import Measured, best, import_seconds, table

from lessons.worked_example import LEARNING_RATE, scalar_network
from microgradphys import Value, replay
from microgradphys.nn import MLP
from viz import Storyboard, play
from viz import draw as draw_graph


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
    save("demo", [Measured("micrograd's demo", times)])
    rows = [
        (name, f"{seconds * 1e3:.2f} ms a step", f"{times['micrograd'] / seconds:.1f}x micrograd")
        for name, seconds in times.items()
    ]
    return table("micrograd's demo, 65 000 nodes (targets: eager 2x, replay 200x)", rows)


def _compared(title: str, measured: list[Measured]) -> str:
    """Write a table of times and of ratios to the first library, a line for each library."""
    rows = [
        (one.what, library, f"{seconds * 1e6:.0f} µs a step", f"{one.ratio(library):.2f}x {next(iter(one.times))}")
        for one in measured
        for library, seconds in one.times.items()
    ]
    return table(title, rows)


def _mean_ratio(measured: list[Measured], library: str) -> str:
    """Write the geometric mean of a library's ratios."""
    return f"{library}: geometric mean {np.exp(np.mean([np.log(one.ratio(library)) for one in measured])):.2f}x"


def dense() -> str:
    """A training step of dense networks, float64 and float32, in every library; the chart is of float64."""
    tables = []
    for dtype in (np.float64, np.float32):
        small = networks.measure(networks.SMALL, dtype)
        large = networks.measure((networks.AUTOENCODER,), dtype)
        title = f"A training step, {np.dtype(dtype)}, one thread (targets: small ones 3x PyTorch, autoencoder 0.8x)"
        means = [_mean_ratio(small, library) for library in small[0].times]
        tables.append("\n".join([_compared(title, small + large), *(f"  {mean}" for mean in means)]))
        if dtype == np.float64 and len(small[0].times) == len(networks.LIBRARIES):
            # The chart is of all libraries: where one is not installed, the last one drawn stays.
            save("training", [*small, *large, convolution.measure()])
    return "\n\n".join(tables)


def chart() -> str:
    """The chart of what `dense` measured."""
    return f"The chart of these training steps: {draw(saved(), CHART)}"


def digits() -> str:
    """A training step of a convolutional network in every library."""
    title = "A training step of a convolutional network, float32, one thread (aim: parity with PyTorch)"
    return _compared(title, [convolution.measure()])


def sequences() -> str:
    """A training step of recurrent layers in every library."""
    title = "A training step of recurrent layers of 32 over 50 steps, one thread (aim: parity with PyTorch)"
    kinds = [(kind, dtype) for dtype in (np.float64, np.float32) for kind in recurrent.ORDERS]
    return _compared(title, [recurrent.measure(*kind) for kind in kinds])


def memory() -> str:
    """Bytes for each node of a scalar graph, and the most that a step of the autoencoder holds at a time."""
    from micrograd.engine import Value as Micrograd

    nodes = _expression(Value)[1]
    kinds = {"micrograd": Micrograd, "microgradphys": Value}
    held = {name: scaling.traced(lambda kind=kind: _expression(kind))[0] / nodes for name, kind in kinds.items()}
    rows = [
        (name, f"{each:.0f} bytes a node", f"{each / held['micrograd']:.2f}x micrograd") for name, each in held.items()
    ]
    steps = {"eager": networks.ours, "compiled": networks.ours_compiled, "numpy, by hand": networks.by_hand}
    for name, build in steps.items():
        peak = scaling.traced(build(networks.AUTOENCODER, np.float64).step)[1]
        held[name] = peak / 1e6
        rows.append((f"a step of {networks.AUTOENCODER}, {name}", f"{peak / 1e6:.1f} MB at most", ""))
    save("memory", held)
    return table("Memory", rows)


def growth() -> str:
    """Time per node of scalar graphs from a thousand to a million nodes."""
    rows = []
    for build in (scaling.chain, scaling.wide):
        times = [scaling.seconds_per_node(build, 10**k) * 1e6 for k in range(3, 7)]
        rows.append((build.__name__, *(f"10^{k}: {time:.2f} µs" for k, time in enumerate(times, 3))))
        if build is scaling.chain:
            save("growth", {f"10^{k}": time for k, time in enumerate(times, 3)})
    return table("Time per node, forward and backward, by the number of nodes (target: flat)", rows)


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
    """How long the worked example's film takes to render, and what the time goes to."""
    import film as films

    story = Storyboard(scalar_network().E, learning_rate=LEARNING_RATE)
    rows = []
    for quality in ("low", "high"):
        cost, shares = films.rendered(story, quality), films.parts(story, quality)
        whole = sum(shares.values())
        rows.append(
            (
                quality,
                f"{cost.film:.0f} s of film",
                f"{cost.clock:.1f} s",
                f"{cost.processors:.1f} s of processors",
                ", ".join(f"{part} {spent / whole:.0%}" for part, spent in sorted(shares.items())),
            )
        )
    title = "Rendering the film of the worked example (targets on two cores: low in 30 s, high in twice its length)"
    return table(title, rows)


def large() -> str:
    """Seconds until a graph of 65 000 nodes is told, drawn folded, and on a page, and 1000 nodes are drawn in full."""
    rows = []
    for name, build in (("micrograd's MLP on 100 points", _samples), ("a chain of 100 000", lambda: _chain(100_000))):
        loss = build()
        for what, show in (("storyboard", Storyboard), ("draw", draw_graph), ("play", play)):
            start = perf_counter()
            show(loss)
            rows.append((name, what, f"{perf_counter() - start:.1f} s"))
    start = perf_counter()
    draw_graph(_chain(1000)).svg()
    rows.append(("a chain of 1000, in full", "draw", f"{perf_counter() - start:.1f} s"))
    return table("Large graphs, folded (target: below 5 s)", rows)


def _chain(length: int) -> Value:
    """A chain of operations."""
    x = Value(0.5, "x")
    for k in range(length):
        x = x * 0.999 if k % 2 else x + 0.001
    return x.named("y")


def _samples() -> Value:
    """A hundred points through a 2-16-16-1 network, every weight a Value."""
    model = MLP(2, [16, 16, 1])
    return sum((model([0.01 * k, 1.0]) - 1.0) ** 2 for k in range(100))


def course() -> str:
    """Seconds per lesson, without films and with them."""
    return "\n".join(lessons(films) for films in (False, True))


def main() -> None:
    """Measure everything, printing each table as it is ready."""
    measures = (
        imports,
        eager,
        demo,
        dense,
        digits,
        sequences,
        epochs,
        chart,
        memory,
        growth,
        page,
        film,
        large,
        course,
    )
    wanted = sys.argv[1:]
    for measure in measures:
        if not wanted or measure.__name__ in wanted:
            print(measure(), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
