"""What the panes of the full screen say, as lines that fit them: the graph, the formula, the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.sheet import Sheet, columns, padded
from viz.steps import State, Step
from viz.table import NOT_YET, gradient_text, shared, value_text
from viz.terminal.answers import Lines, card, known, told_here
from viz.terminal.watching import watches
from viz.terminal.whereabouts import source
from viz.text import Line, formula_lines

if TYPE_CHECKING:
    from viz.stepper import Stepper

# A graph of at least this many columns has room for formulas, and for the words that a number is not computed yet.
WIDE = 60
DOT = "·"


def graph_window(stepper: Stepper, top: int, rows: int) -> int:
    """The first node to show: the one of before, unless the node that is looked at would be out of sight.

    Where they fit, the nodes that this step's number comes from are in sight, too.

    Args:
        stepper: where we are.
        top: the node that was on top.
        rows: how many nodes fit.
    """
    last = max(len(stepper.story.nodes) - rows, 0)
    if not top <= stepper.node < top + rows:
        top = stepper.node - rows // 2
    touched = (stepper.node, *(_ends(stepper, stepper.step) if stepper.step else ()))
    if max(touched) - min(touched) < rows:
        top = min(max(top, max(touched) - rows + 1), min(touched))
    return min(max(top, 0), last)


def graph_lines(stepper: Stepper, top: int, sheet: Sheet) -> Lines:
    """Write the nodes from `top` on with value and gradient, the edge of this step drawn at their left.

    A wide pane also says how each node is computed, and its scope; in a narrow one a dot is what is not computed yet.
    """
    shown = range(top, min(top + sheet.height - 1, len(stepper.story.nodes)))
    rows = [("name", "value", "gradient", "computed as", "scope")]
    state = stepper.story.state(stepper.position)
    count = 5 if sheet.width >= WIDE else 3
    cells = [_cells(stepper, state, k) for k in shown]
    if count == 3:
        cells = [(name, *(DOT if text == NOT_YET else text for text in numbers)) for name, *numbers in cells]
    rows += [tuple(map(sheet.clipped, row)) for row in cells]  # type: ignore[arg-type]
    widths = shared([max(columns(row[c]) for row in rows) for c in range(count)], sheet.width - 4 - 2 * (count - 1))
    marks = _flow(stepper, sheet)
    phase = stepper.step.phase if stepper.step else ""
    lines = Lines()
    for row, k in zip(rows, [None, *shown], strict=True):
        name, value, gradient, *more = (
            padded(sheet.clipped(cell, width), width) + "  " for cell, width in zip(row, widths, strict=False)
        )
        rest = "".join(more)
        if k is None:
            lines.append([(f"    {name}{value}{gradient}{rest}", "dim")])
            continue
        lit = " bold" if k == stepper.node else ""
        known = (_colour(k in state.values, "forward"), _colour(k in state.gradients, "backward"))
        line: Line = [(marks.get(k, "    "), phase), (name, lit), (value, known[0] + lit), (gradient, known[1] + lit)]
        lines.append([*line, (rest.rstrip(), "dim")])
    return lines


def _cells(stepper: Stepper, state: State, k: int) -> tuple[str, ...]:
    """What the graph says about a node."""
    story, node = stepper.story, stepper.story.nodes[k]
    how = write(stepper.atlas.computing("forward", k).formula.symbols) if node.op else ""
    label = write(node.label)
    values = (value_text(state, k), gradient_text(story, state, k))
    return (label, *values, "" if how == label else how, printable(" / ".join(node.scope)))


def _colour(is_known: bool, style: str) -> str:
    """Dim what is not known."""
    return style if is_known else "dim"


def _flow(stepper: Stepper, sheet: Sheet) -> dict[int, str]:
    """Draw at the left of the nodes where the number of this step comes from, and where it goes."""
    step, marks = stepper.step, {}
    if step is not None:
        touched = (*_ends(stepper, step), step.node)
        low, high = min(touched), max(touched)
        marks = dict.fromkeys(range(low, high + 1), "│   ")
        for k in touched:
            corner = " " if low == high else "┌" if k == low else "└" if k == high else "├"
            marks[k] = corner + ("─▸ " if k == step.node else "── ")
    if step is None or stepper.node != step.node:
        marks[stepper.node] = marks.get(stepper.node, "    ")[:2] + "• "
    return {k: sheet.say(mark) for k, mark in marks.items()}


def _ends(stepper: Stepper, step: Step) -> tuple[int, ...]:
    """The nodes that the number of a step comes from."""
    if step.edge is not None:
        return (stepper.story.edges[step.edge].target,)
    return () if step.phase in ("backward", "update") else stepper.story.nodes[step.node].parents


def detail_lines(stepper: Stepper, sheet: Sheet) -> Lines:
    """Write the formula of the step, or the node that was chosen instead; then the watched nodes and what is known."""
    step = stepper.step
    before, stepper.paper = stepper.paper, sheet
    try:
        if step is None or stepper.node != step.node:
            lines = card(stepper, stepper.node)
        else:
            lines = Lines(formula_lines(step.move, sheet))
            if told := told_here(stepper):
                lines += [[], *told]
                if len(lines) > sheet.height:
                    more = sheet.clipped(sheet.say("… more: ':findings'"))
                    lines = Lines([*lines[: sheet.height - 1], [(more, "head")]])
        if stepper.watches:
            lines += [[], *watches(stepper, sheet.height // 3, changes=True)]
        room = sheet.height - len(lines) - 2
        if room > 2:
            lines += [[], [("known so far", "dim")], *known(stepper, room)[-room:]]
        return lines
    finally:
        stepper.paper = before


def source_lines(stepper: Stepper, sheet: Sheet) -> Lines:
    """Write the program around the line of the node that is looked at."""
    before, stepper.paper = stepper.paper, sheet
    try:
        return source(stepper, max(sheet.height - 1, 1))
    finally:
        stepper.paper = before
