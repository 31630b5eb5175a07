"""The film's first and last card: what is to come, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from microgradphys.mathematics import Math, Number
from microgradphys.notation import write
from microgradphys.symbols import number_text
from viz.films.items import BOTTOM, LEFT, RIGHT, SMALLEST, WIDTH, Frame, Ink, polygon, shade, written
from viz.films.plan import time_mark
from viz.films.text import Outline, Typesetter, fitted, inline, shortened, words
from viz.steps import PHASES, Phase
from viz.storyboard import Storyboard
from viz.theme import DARK

Comparison = Sequence[tuple[Math, str, float]]
# A cell of the end card's table: what it says, and its colour.
Cell = tuple[Math | str, str]

_LEGEND: dict[Phase, str] = {
    "forward": "values",
    "backward": "gradients",
    "update": "new parameters",
    "again": "the new output",
}
_TABLE_TOP, _PITCH, _SIZE = 392.0, 56.0, 42.0
_HEAD, _APART = 30.0, 24.0
_ROWS, _BLOCKS = 11, 3


def title_card(setter: Typesetter, story: Storyboard, title: str | None) -> Frame:
    """The film's name, and how its passes are drawn."""
    frame = Frame()
    phases: list[Phase] = list(dict.fromkeys(step.phase for step in story.steps))
    default = "One step of gradient descent" if "update" in phases else "Forward pass and backward pass"
    name = shortened(setter, title or default, (RIGHT - LEFT) / 64, bold=True)
    size = min(84.0, (RIGHT - LEFT) / name.right)
    frame.inks.append(_centred(name, 430, size, DARK.ink))
    frame.inks.append(_rule(520))
    wide = max(setter.outline(words(f"{PHASES[phase]}: {_LEGEND[phase]}")).advance for phase in phases) * 40
    left = (WIDTH - wide - 60) / 2
    for row, phase in enumerate(phases):
        y, moment = 610 + row * 68.0, 0.2 + 0.2 * row
        mark = time_mark(phase, left + 10, y - 14, 60.0)
        mark = (mark - mark.mean(axis=0)) * 1.6 + mark.mean(axis=0)
        frame.inks.append(Ink(mark, fill=DARK.phase(phase), appears=moment))
        text = setter.outline(words(f"{PHASES[phase]}: {_LEGEND[phase]}"))
        frame.inks.append(replace(written(text, left + 60, y, 40, DARK.phase(phase)), appears=moment))
    return frame


def end_card(setter: Typesetter, story: Storyboard, comparison: Comparison) -> Frame:
    """The loss and the output before and after, and a table: deck and engine, or every parameter."""
    frame = Frame()
    _results(frame, setter, story)
    frame.inks.append(_rule(286))
    heads, rows = _table(story, comparison)
    _draw_table(frame, setter, heads, rows)
    return frame


def _results(frame: Frame, setter: Typesetter, story: Storyboard) -> None:
    """The output and the loss, the new beside the old."""
    again = {move.node: move.value for move in story.moves if move.phase == "again"}
    loss = "Loss" if story.is_loss else ""
    for what, y, k, size in ((loss, 124.0, story.loss, 72.0), ("Output", 232.0, _output(story), 54.0)):
        if k is None or np.ndim(story.data[story.recording[k]]):
            continue
        old = story.data[story.recording[k]]
        label = story.nodes[k].label
        cells = [
            # "Loss loss" would say it twice.
            (words("" if write(label).lower() == what.lower() else what), DARK.dim),
            (inline(label), DARK.ink),
            ("$=$", DARK.ink),
            (inline(Number(old)), shade(old, DARK.dim if k in again else DARK.forward)),
        ]
        if k in again:
            new = again[k]
            cells += [("$arrow.r$", DARK.ink), (inline(Number(new), bold=True), shade(new, DARK.forward))]
        outlines = [(setter.outline(markup), colour) for markup, colour in cells]
        length = sum(outline.advance for outline, _ in outlines) + 0.35 * (len(outlines) - 1)
        most = (RIGHT - LEFT) / SMALLEST
        if length > most:
            rest = length - outlines[1][0].advance
            outlines[1] = (shortened(setter, write(story.nodes[k].label), most - rest), DARK.ink)
            length = rest + outlines[1][0].advance
        size = min(size, (RIGHT - LEFT) / length)
        x = (WIDTH - length * size) / 2
        for outline, colour in outlines:
            frame.inks.append(replace(written(outline, x, y, size, colour), appears=0.0))
            x += (outline.advance + 0.35) * size


def _output(story: Storyboard) -> int | None:
    """The last named number through which every parameter reaches the loss, if there is one."""
    named = [k for k, node in enumerate(story.nodes) if node.op and node.named and not node.shape and k != story.loss]
    if not named:
        return None
    sources: dict[int, list[int]] = {}
    for edge in story.edges:
        sources.setdefault(edge.target, []).append(edge.source)
    seen, left = {named[-1], story.loss}, [story.loss]
    while left:
        fresh = set(sources.get(left.pop(), ())) - seen
        seen |= fresh
        left += fresh
    beside = any(story.nodes[k].op is None and not story.nodes[k].constant for k in seen)
    return None if beside else named[-1]


def _table(story: Storyboard, comparison: Comparison) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """The end card's columns and lines."""
    if comparison:
        heads = ("deck", "engine")
        return heads, [
            ((name, DARK.ink), (deck, DARK.ink), (number_text(number), DARK.forward))
            for name, deck, number in comparison
        ]
    news = {move.node: move.value for move in story.moves if move.phase == "update"}
    scalars = [k for k in news if not story.nodes[k].shape]
    if scalars:
        return ("before", "after"), [
            (
                (story.nodes[k].label, DARK.ink),
                _number(story.data[story.recording[k]], DARK.dim),
                _number(news[k], DARK.update),
            )
            for k in scalars
        ]
    gradients = {move.node: move.value for move in story.moves if move.phase == "backward"}
    leaves = [k for k in gradients if story.nodes[k].op is None]
    if not any(np.ndim(gradients[k]) for k in leaves):
        return ("gradient",), [((story.gradient(k), DARK.ink), _number(gradients[k], DARK.backward)) for k in leaves]
    return ("numbers", "length of its gradient"), [
        (
            (story.nodes[k].label, DARK.ink),
            ("×".join(map(str, story.nodes[k].shape)) or "1", DARK.dim),
            _number(np.linalg.norm(gradients[k]), DARK.backward),
        )
        for k in leaves
    ]


def _number(value: Any, colour: str) -> Cell:
    """A number as a cell, in the colour of trouble where it is not finite."""
    return Number(value), shade(value, colour)


def _draw_table(frame: Frame, setter: Typesetter, heads: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> None:
    """Draw the table in as many blocks beside each other as it needs, and say how many lines are left out."""
    left_out = max(len(rows) - _ROWS * _BLOCKS, 0)
    rows = rows[: _ROWS * _BLOCKS]
    blocks = max(-(-len(rows) // _ROWS), 1)
    tall = -(-len(rows) // blocks)
    columns = 1 + len(heads)
    # The table stands in the middle of what is left.
    top = _TABLE_TOP + max((BOTTOM - 40 - _TABLE_TOP - tall * _PITCH) / 2, 0.0)
    column = min((RIGHT - LEFT) / (blocks * columns), 250.0)
    # Long names and heads take what room there is.
    share = (RIGHT - LEFT) / blocks
    first = _widest(setter, [row[0][0] for row in rows], _SIZE, column, share - column * len(heads))
    rest = _widest(setter, heads, _HEAD, column, (share - first) / len(heads))
    for block in range(blocks if rows else 0):
        x = WIDTH / 2 + (block - blocks / 2) * (first + rest * len(heads))
        places = [(x + first / 2, first), *((x + first + rest * (c + 0.5), rest) for c in range(len(heads)))]
        for head, (middle, room) in zip(heads, places[1:], strict=True):
            _cell(frame, setter, (head, DARK.dim), middle, top - 42, room, _HEAD, 0.15)
        for row, cells in enumerate(rows[block * tall : (block + 1) * tall]):
            for cell, (middle, room) in zip(cells, places, strict=True):
                _cell(frame, setter, cell, middle, top + 18 + row * _PITCH, room, _SIZE, 0.3)
    if left_out:
        note = setter.outline(words(f"and {left_out} more"))
        frame.inks.append(_centred(note, BOTTOM - 6, 28, DARK.dim))


def _widest(setter: Typesetter, texts: Sequence[Math | str], size: float, least: float, most: float) -> float:
    """How wide a column is that holds texts, within what it may be."""
    widths = [setter.outline(words(text) if isinstance(text, str) else inline(text)).width for text in texts]
    return min(max(least, *(width * size + _APART for width in widths)), max(most, least))


def _cell(
    frame: Frame, setter: Typesetter, cell: Cell, x: float, y: float, room: float, size: float, moment: float
) -> None:
    """One entry of the table, centred in its column."""
    outline, size = fitted(setter, cell[0], room - _APART, size, SMALLEST)
    start = x - (outline.left + outline.right) / 2 * size
    frame.inks.append(replace(written(outline, start, y, size, cell[1]), appears=moment))


def _centred(outline: Outline, y: float, size: float, colour: str) -> Ink:
    """A text in the middle of the frame."""
    return written(outline, WIDTH / 2 - (outline.left + outline.right) / 2 * size, y, size, colour)


def _rule(y: float) -> Ink:
    """A thin line across the middle of the frame."""
    return Ink(
        polygon([(WIDTH * 0.3, y), (WIDTH * 0.7, y), (WIDTH * 0.7, y + 3), (WIDTH * 0.3, y + 3)]), fill=DARK.line
    )
