"""The JSON form of a storyboard, version 1: for the page, and for any program that wants to show the same steps.

```
{"schema": "microgradphys/storyboard", "version": 1, "by": …, "learning_rate": number or null, "loss": "n20",
 "nodes": [{"id": "n0", "label": formula, "named": …, "op": null or "multiply", "scope": ["hidden"],
            "constant": …, "shape": […], "value": number, "parents": ["n1", …],
            "line": null or {"file": "student.py", "number": 7, "text": "y = sigmoid(w * x)"}}],
 "edges": [{"id": "e5.0", "source": "n3", "target": "n5", "argument": 0, "live": …}],
 "moves": [{"id": "backward:n5.0", "phase": "forward" | "backward" | "update" | "again", "node": "n3",
            "edge": null or "e5.0", "value": number, "upstream": …, "local": …, "contribution": …, "total": …,
            "formula": {"left": formula, "sign": "=" | "+=" | "←", "symbols": formula, "numbers": formula,
                        "result": formula}, "local_formula": the same or null}],
 "steps": [{"id": …, "number": 1, "phase": …, "start": 0, "stop": 1, "sentence": "Forward pass · step 1 of 68 · …"}]}
```

`formula` is `{"plain": …, "latex": …, "mathml": …}`. `number` is a JSON number, a nested list for arrays, or
one of the strings "NaN", "Infinity", "-Infinity". After step k the first `steps[k-1].stop` moves are known and
nothing else is; what is not known is absent, never 0.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.mathematics import Math
from microgradphys.notation import Notation, write
from viz.statements import file_name

if TYPE_CHECKING:
    from viz.large.fold_states import Digest
    from viz.steps import Edge, Formula, Move, Node
    from viz.storyboard import Storyboard

SCHEMA = "microgradphys/storyboard"
VERSION = 1


def number(value: Any) -> Any:
    """Write a number or an array so that every JSON reader takes it.

    >>> number(np.array([1.0, float("nan")])), number(float("-inf")), number(None)
    ([1.0, 'NaN'], '-Infinity', None)
    """
    if value is None:
        return None
    if np.ndim(value):
        return [number(part) for part in value]
    value = float(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


NOTATIONS: tuple[Notation, ...] = ("plain", "latex", "mathml")


def formula(tree: Math, notations: tuple[Notation, ...] = NOTATIONS) -> dict[str, str]:
    """Write a formula in the notations a reader may want.

    >>> from microgradphys.mathematics import Symbol
    >>> formula(Symbol("x_1"))["latex"]
    'x_{1}'
    """
    return {notation: write(tree, notation) for notation in notations}


def dump(story: Storyboard, indent: int | None = None) -> str:
    """Write a whole storyboard.

    >>> from microgradphys import Value
    >>> from viz.storyboard import Storyboard
    >>> json.loads(dump(Storyboard(Value(2.0, "x") * 3)))["loss"]
    'n2'
    """
    return json.dumps(as_dict(story), indent=indent, ensure_ascii=False, allow_nan=False)


def as_dict(
    story: Storyboard, only: Digest | None = None, notations: tuple[Notation, ...] = NOTATIONS
) -> dict[str, Any]:
    """Return the JSON form as Python dictionaries and lists.

    Args:
        story: the storyboard.
        only: the moves, nodes and edges to write; the steps then count these moves. All if not given.
        notations: what formulas are written in.
    """
    nodes, edges, moves = range(len(story.nodes)), range(len(story.edges)), story.moves
    spans = [(step.start, step.stop) for step in story.steps]
    if only is not None:
        moves, spans = only.moves, only.spans
        nodes, edges = only.nodes or nodes, only.edges if only.edges is not None else edges
    stops = {stop for _, stop in spans}
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "by": story.by,
        "learning_rate": story.learning_rate,
        "loss": story.nodes[story.loss].id,
        "nodes": [_node(story, k, story.nodes[k], notations) for k in nodes],
        "edges": [_edge(story, story.edges[k]) for k in edges],
        "moves": [
            _move(story, move, notations if only is None or only.nodes is None or k + 1 in stops else ())
            for k, move in enumerate(moves)
        ],
        "steps": [
            {
                "id": step.id,
                "number": step.number,
                "phase": step.phase,
                "start": start,
                "stop": stop,
                "sentence": step.sentence,
            }
            for step, (start, stop) in zip(story.steps, spans, strict=True)
        ],
    }


def _edge(story: Storyboard, edge: Edge) -> dict[str, Any]:
    """Write one edge."""
    return {
        "id": edge.id,
        "source": story.nodes[edge.source].id,
        "target": story.nodes[edge.target].id,
        "argument": edge.argument,
        "live": edge.live,
    }


def _node(story: Storyboard, k: int, node: Node, notations: tuple[Notation, ...]) -> dict[str, Any]:
    """Write one node."""
    return {
        "id": node.id,
        "label": formula(node.label, notations),
        "named": node.named,
        "op": node.op,
        "scope": list(node.scope),
        "constant": node.constant,
        "shape": list(node.shape),
        "value": number(story.data[story.recording[k]]),
        "parents": [story.nodes[parent].id for parent in node.parents],
        "line": None
        if node.line is None
        else {"file": file_name(node.line.file), "number": node.line.number, "text": node.line.text},
    }


def _move(story: Storyboard, move: Move, notations: tuple[Notation, ...]) -> dict[str, Any]:
    """Write one move, with its formulas if there is a notation for them."""
    return {
        "id": move.id,
        "phase": move.phase,
        "node": story.nodes[move.node].id,
        "edge": None if move.edge is None else story.edges[move.edge].id,
        "value": number(move.value),
        "upstream": number(move.upstream),
        "local": number(move.local),
        "contribution": number(move.contribution),
        "total": number(move.total),
        "formula": _formula(move.formula, notations) if notations else None,
        "local_formula": _formula(move.local_formula, notations) if notations else None,
    }


def _formula(lines: Formula | None, notations: tuple[Notation, ...]) -> dict[str, Any] | None:
    """Write the four parts of a step's formula."""
    if lines is None:
        return None
    return {
        "left": formula(lines.left, notations),
        "sign": lines.sign,
        "symbols": formula(lines.symbols, notations),
        "numbers": formula(lines.numbers, notations),
        "result": formula(lines.result, notations),
    }
