"""Values and gradients side by side: the table that stands below a step, and the numbers in it."""

from __future__ import annotations

from typing import Any

from microgradphys.mathematics import Number
from microgradphys.notation import write
from viz.sheet import Sheet, columns, padded
from viz.steps import State
from viz.storyboard import Storyboard

NOT_YET = "not computed"


def table_lines(
    story: Storyboard, nodes: list[int], state: State, lit: int | None, sheet: Sheet
) -> list[list[tuple[str, str]]]:
    """Write the value and the gradient of some nodes as a table."""
    rows = [("name", "value", "gradient")]
    for k in nodes:
        cells = (write(story.nodes[k].label), value_text(state, k), gradient_text(story, state, k))
        rows.append(tuple(map(sheet.clipped, cells)))  # type: ignore[arg-type]
    widths = shared([max(columns(row[column]) for row in rows) for column in range(3)], sheet.width - 6)
    lines: list[list[tuple[str, str]]] = []
    for row, k in zip(rows, [None, *nodes], strict=True):
        mark = sheet.say("▸ ") if k is not None and k == lit else "  "
        style = "dim" if k is None else "head" if k == lit else ""
        cells = (padded(sheet.clipped(cell, width), width) for cell, width in zip(row, widths, strict=True))
        lines.append([(mark + "  ".join(cells), style)])
    return lines


def shared(wanted: list[int], room: int) -> list[int]:
    """Take columns from the widest until all fit."""
    widths = list(wanted)
    while sum(widths) > room:
        widths[widths.index(max(widths))] -= 1
    return widths


def value_of(state: State, k: int) -> Any:
    """The value that a node has at a moment, None if it is not computed yet."""
    return state.again.get(k, state.updated.get(k, state.values.get(k)))


def value_text(state: State, k: int) -> str:
    """Write the value that a node has at a moment."""
    return _shown(value_of(state, k))


def gradient_text(story: Storyboard, state: State, k: int) -> str:
    """Write the gradient that a node has at a moment; a dash where it has none to have."""
    # After the update the gradients are those of the old values, and would mislead beside the new ones.
    return "–" if story.nodes[k].constant or k in state.again else _shown(state.gradients.get(k))


def _shown(number: Any) -> str:
    """Write a number, or that it is not computed."""
    return NOT_YET if number is None else write(Number(number))
