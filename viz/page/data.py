"""All that the player needs of a storyboard, as one JSON object.

```
{"schema": "microgradphys/page", "version": 1, "title": …, "titled": whether the user chose it,
 "story": the storyboard (see viz.schema), its formulas without LaTeX,
 "rows": [{"label": "∂E/∂y", "pass": "backward", "node": "n25"}],       what will ever be known, in that order
 "news": [[row, "1.544", trouble] or null],                            per move: the line it writes
 "sums": [{"note": "contribution 2 of 2", "plain": …, "mathml": …} or null],  per move: the running total
 "views": [{"name": "network" or "graph", "title": …, "svg": elements with data-id, "width": …, "height": …,
            "foot": the height at which its findings begin, "text": size of the smallest text,
            "changes": [[[text id, "W₁₁ = 0.1", class, font size], …]],   per move
            "tints": [[[id of a heat map or an edge, its code (see viz.grids)], …]],   per move
            "tinted": {id: {"what": …, "of": …, "at": …, "shape": …, "rows": …, "columns": …, "peak": …}},
            "routes": [{"lit": [ids], "path": SVG path data or null}],     per move
            "slots": {text id: {"what": "value", "gradient", "local" or "contribution", "of": node or edge by index,
                       "at": null or the place in its array, "name": …, "size": …, "room": … or null}},
            "things": {id: {"nodes": [indices], "edge": index or null, "at": place in the array, if it is one}},
                what a drawn thing stands for
            "inside": whether it is reached by opening and closing only, "opens": {box id: number of a view},
            "closes": the view that closing leads to, or null, "unfolds": the view with all open, or null}],
 "whole": whether every node, edge and move is there,
 "recipes": how the page computes everything again with other numbers (see `microgradphys.recipes`),
 "ways": [for each node how many paths lead from it to the loss, as text]}
```

Of a graph too large for a page, the moves are those that write a number into a picture, and the last of each step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from typing import Any, Literal

import numpy as np

from microgradphys.mathematics import Infix, Number
from microgradphys.notation import write
from viz.drawing import at_step
from viz.explanation import ways_to_loss
from viz.graph_view import folded_picture
from viz.grids import news_of_tints
from viz.large.fold_states import Digest, FoldState, coarse, digest, fold_states
from viz.large.folding import Fold, Folding
from viz.networks.units import Network
from viz.page.again import NO_RECIPES, recipes_of, things
from viz.picture import Grid, Line, Picture, Slot, Text, spread
from viz.schema import as_dict
from viz.steps import KINDS, Kind
from viz.storyboard import Storyboard
from viz.svg import body, path
from viz.symptoms.findings import Finding
from viz.symptoms.marks import marked
from viz.views import drawn_network, has_graph_view, network_view

SCHEMA = "microgradphys/page"
VERSION = 1
# Their number may double with every node; one with thousands of digits says nothing.
MOST_COUNTED = 10**40


def page_data(
    story: Storyboard,
    title: str | None = None,
    fold: Fold = (),
    unfold: str | Iterable[str] = (),
    findings: Iterable[Finding] = (),
    sample: int = 1,
) -> dict[str, Any]:
    """Return all that the player needs, as described above.

    Args:
        story: the storyboard.
        title: the page's title, shown above the steps if it is given.
        fold: what to draw as one box in the graph view, as for `draw`.
        unfold: what to draw open there.
        findings: what to mark on the pictures.
        sample: which sample of a batch the network shows, from 1.

    >>> from microgradphys import Value
    >>> x = Value(3.0, "x")
    >>> data = page_data(Storyboard((x * x).named("E"), learning_rate=None))
    >>> [view["name"] for view in data["views"]], data["rows"][-1], data["news"][-1]
    (['graph'], {'label': '∂E/∂x', 'pass': 'backward', 'node': 'n0'}, (2, '6', False))
    """
    network = network_view(story, sample)
    views: list[tuple[str, str, Picture, FoldState]] = []
    if network:
        views.append(("network", "Network", network, FoldState(set())))
    first = len(views)
    told = coarse(story)
    if has_graph_view(story):
        views += [("graph", "Graph", picture, state) for picture, state in _graph_pictures(story, told, fold, unfold)]
    views = [(name, shown, marked(picture, story, findings), state) for name, shown, picture, state in views]
    listed = views[min(first, len(views) - 1)][2].slots()
    kept = digest(told, {slot for _, _, picture, _ in views for slot in picture.wanted}, listed)
    units = drawn_network(told, sample) if kept.nodes is None else None
    rows, news = _rows(told, kept, listed)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "title": title or f"The steps of {write(story.nodes[story.loss].label)}",
        "titled": bool(title),
        "story": as_dict(told, kept, ("plain", "mathml")),
        "rows": rows,
        "news": news,
        "sums": _sums(told, kept),
        "views": [
            {
                "name": name,
                "title": title_,
                **_view(told, picture, kept, units),
                **_ways(state, first),
                "inside": k > first,
            }
            for k, (name, title_, picture, state) in enumerate(views)
        ],
        "whole": kept.nodes is None,
        "recipes": recipes_of(told) if kept.nodes is None else NO_RECIPES,
        "ways": [] if kept.nodes else _counts(told),
    }


def _counts(story: Storyboard) -> list[str]:
    """For each node, how many paths lead from it to the loss."""
    return [str(count) if count < MOST_COUNTED else "more than 10⁴⁰" for count in ways_to_loss(story)]


def _graph_pictures(
    story: Storyboard, told: Storyboard, fold: Fold, unfold: str | Iterable[str]
) -> list[tuple[Picture, FoldState]]:
    """Lay out the graph in every state that clicks can reach."""
    folding = Folding(story, full=fold is False)
    states = fold_states(folding, folding.opened(fold, unfold))
    hint = "A click opens one."
    if told is not story:
        cut = {"layer": "by layer", "update": "by pass"}[told.by]
        hint += f" The steps are {cut}; a viz.Stepper in Python has every contribution."
    return [(folded_picture(folding, state.opened, hint), state) for state in states]


def _ways(state: FoldState, first: int) -> dict[str, Any]:
    """Write where clicks lead from a picture, by the numbers of the views."""
    return {
        "opens": {box: view + first for box, view in state.opens.items()},
        "closes": None if state.closes is None else state.closes + first,
        "unfolds": None if state.unfolds is None else state.unfolds + first,
    }


def _rows(
    story: Storyboard, kept: Digest, shown: Container[Slot]
) -> tuple[list[dict[str, str]], list[tuple[int, str, bool] | None]]:
    """List the lines of "what is known so far", and for each move the line it writes and its number."""
    passes = {kind: phase for phase, kind in KINDS.items()}
    known = story.known(len(story.steps))
    if kept.nodes is not None:
        known = tuple(line for line in known if (_SLOT_OF[line.kind], line.node) in shown)
    row_of = {(line.kind, line.node): row for row, line in enumerate(known)}
    rows = [
        {"label": write(line.label), "pass": passes[line.kind], "node": story.nodes[line.node].id} for line in known
    ]
    news: list[tuple[int, str, bool] | None] = []
    for move in kept.moves:
        row = row_of.get((KINDS[move.phase], move.node))
        news.append(None if row is None else (row, write(Number(move.value)), _is_trouble(move.value)))
    return rows, news


# Where in a picture a line of what is known stands.
_SLOT_OF: dict[Kind, Literal["value", "gradient"]] = {
    "value": "value",
    "gradient": "gradient",
    "update": "value",
    "again": "value",
}


def _sums(story: Storyboard, kept: Digest) -> list[dict[str, str] | None]:
    """For each contribution to a gradient that gets several: which it is, and the total so far."""
    if kept.nodes is not None:
        return [None] * len(kept.moves)
    number_of = Counter(move.node for move in kept.moves if move.edge is not None)
    seen: Counter[int] = Counter()
    before: dict[int, Any] = {}
    sums: list[dict[str, str] | None] = []
    for move in kept.moves:
        if move.edge is None or number_of[move.node] == 1:
            sums.append(None)
            continue
        seen[move.node] += 1
        note = f"contribution {seen[move.node]} of {number_of[move.node]}"
        if move.node in before:
            added = Infix("+", (Number(before[move.node]), Number(move.contribution)))
            shown = Infix("=", (story.gradient(move.node), added, Number(move.total)))
            sums.append({"note": f"{note}, so far", "plain": write(shown), "mathml": write(shown, "mathml")})
        else:
            sums.append({"note": note, "plain": "", "mathml": ""})
        before[move.node] = move.total
    return sums


def _view(story: Storyboard, picture: Picture, kept: Digest, units: Network | None) -> dict[str, Any]:
    """Write one picture: as it is before the first step, and what each move changes and lights."""
    slots = picture.slots()

    def change(written: list[tuple[Slot, Any, str]]) -> list[tuple[str, str, str, float]]:
        known = spread(picture, written)
        filled = [(slots[slot], number, state) for slot, number, state in known if slot in slots]
        lines = [(text, write(text.filled(number)), number, state) for text, number, state in filled]
        return [
            (text.id, line, "trouble" if _is_trouble(number) else state, round(text.fitted(line), 1))
            for text, line, number, state in lines
        ]

    routes = [picture.routes[move.id] for move in kept.moves]
    return {
        "svg": body(picture, at_step(story, picture, 0), key="data-id"),
        "width": round(picture.width, 1),
        "height": round(picture.height, 1),
        "foot": round(picture.foot, 1),
        "text": min(text.size for text in picture.texts),
        "changes": [change(written) for written in kept.written],
        "tints": [news_of_tints(picture, written) for written in kept.written],
        "routes": [{"lit": list(route.lit), "path": path(route.path) if route.path else None} for route in routes],
        "slots": {text.id: _slot(text) for text in slots.values()},
        "tinted": {mark.id: _mark(mark) for marks in picture.tinted.values() for mark in marks},
        "things": things(story, picture, units) if kept.nodes is None else {},
    }


def _slot(text: Text) -> dict[str, Any]:
    """Describe a text that waits for a number, so that another number can be put there."""
    assert text.slot is not None
    name = "" if text.math is None else write(text.math)
    return {**_number(text.slot), "name": name, "size": text.size, "room": text.room, "span": text.span}


def _mark(mark: Grid | Line) -> dict[str, Any]:
    """Describe what is coloured by a number, so that another number can colour it."""
    assert mark.slot is not None
    cells = {"shape": mark.shape, "rows": mark.rows, "columns": mark.columns} if isinstance(mark, Grid) else {}
    return {**_number(mark.slot), **cells, "peak": mark.peak}


def _number(slot: Slot) -> dict[str, Any]:
    """Say which number stands in a slot."""
    return {"what": slot[0], "of": slot[1], "at": list(slot[2]) if len(slot) == 3 else None}


def _is_trouble(number: Any) -> bool:
    """Whether a number is none, or no longer finite."""
    return not bool(np.all(np.isfinite(number)))
