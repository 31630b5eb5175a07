"""Where the stepper is: the way to the loss, the steps around, the lines of the program around."""

from __future__ import annotations

import linecache
from itertools import chain
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from microgradphys.mathematics import Derivative, Number
from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.sheet import Sheet, columns, padded
from viz.statements import file_name
from viz.steps import Line as SourceLine
from viz.steps import Move
from viz.table import NOT_YET
from viz.terminal.answers import Lines, label
from viz.terminal.atlas import MANY
from viz.text import Line, place_text, sentence_parts, sentence_text, working_node

if TYPE_CHECKING:
    from viz.stepper import Stepper

# In fewer columns than this, what would stand on one line stands on two, or is shortened.
_WIDE = 60


def where(stepper: Stepper) -> Lines:
    """Say where in the graph we are, and write the way to the loss with the local derivative on each edge."""
    sheet, atlas, story = stepper.sheet, stepper.atlas, stepper.story
    lines = stepper.headline()
    node, working = stepper.node, _working(stepper)
    if scope := story.nodes[working].scope:
        lines.append([(sheet.clipped(f"  in scope {printable(' / '.join(scope))}"), "dim")])
    if stepper.step is not None and node == stepper.step.node and stepper.step.edge is not None:
        way = [stepper.step.edge, *atlas.path(working)]
    else:
        way = atlas.path(node)
    if not way:
        return Lines([*lines, [], [(sheet.clipped(f"{label(stepper, node)} {_end(stepper, node)}"), "")]])
    count = atlas.path_count(node)
    ways = "the only way" if count == 1 else f"one of {count if count < MANY else f'{MANY} or more'} ways"
    lines += [[], [(sheet.clipped(f"{ways} from {label(stepper, node)} to {label(stepper, story.loss)}:"), "")]]
    most = max(sheet.height - len(lines) - 2, 3) // (1 if sheet.width >= _WIDE else 2)
    # Of a long way only the ends are written, for that takes longer than to find it.
    ends = way if len(way) <= most else [*way[: most // 2], *way[len(way) - (most - most // 2 - 1) :]]
    widest = max(columns(sheet.clipped(label(stepper, story.edges[e].target), sheet.width // 4)) for e in ends)
    rows = [_edge(stepper, e, widest) for e in ends]
    if len(ends) < len(way):
        rows.insert(most // 2, [[(sheet.clipped(f"  … {len(way) - len(ends)} more nodes …"), "dim")]])
    return Lines(
        [*lines, [(sheet.say(f"▸ {sheet.clipped(label(stepper, node), sheet.width - 2)}"), "head")], *chain(*rows)]
    )


def _end(stepper: Stepper, node: int) -> str:
    """Say why there is no way from a node to the loss."""
    return "is the loss itself" if node == stepper.story.loss else "is a constant: no gradient flows through it"


def _edge(stepper: Stepper, e: int, widest: int) -> list[Line]:
    """Write one edge of a way: the node it leads to, in a column of its width, and the local derivative on it."""
    story, sheet = stepper.story, stepper.sheet
    edge, move = story.edges[e], story.contribution_along(e)
    derivative = write(Derivative(story.nodes[edge.target].label, story.nodes[edge.source].label))
    known = move is not None and move.place < story.moves_done(stepper.position)
    style = "backward" if known else "dim"
    if move is None or move.local is not None:
        before, number = f"{derivative}{_symbol(move, known)}", f" = {_number(move, known)}"
    else:
        before, number = _passed(move, known, story.nodes[edge.target].op), ""
    name, arrow = label(stepper, edge.target), f"  {sheet.say('↑')} "
    if sheet.width < _WIDE:
        return [
            [(sheet.clipped(f"{arrow}{name}"), "")],
            [(f"      {_shortened(sheet, before, number, sheet.width - 6)}", style)],
        ]
    name = padded(sheet.clipped(name, sheet.width // 4), max(widest, 12))
    return [[(f"{arrow}{name}  ", ""), (_shortened(sheet, before, number, sheet.width - columns(name) - 6), style)]]


def _shortened(sheet: Sheet, before: str, number: str, room: int) -> str:
    """Write what is equal to a number, cut where it is too long, and the number, which stays."""
    number = sheet.clipped(number, room - 1)
    return sheet.clipped(before, room - columns(number)) + number


def _number(move: Move | None, known: bool) -> str:
    """Write the local derivative that a move used as a number."""
    return write(Number(move.local)) if move is not None and known else NOT_YET


def _symbol(move: Move | None, known: bool) -> str:
    """Write the local derivative that a move used in symbols, where they say more than the number."""
    if move is None or not known or move.local_symbol is None:
        return ""
    symbol = write(move.local_symbol)
    return "" if symbol == _number(move, known) else f" = {symbol}"


def _passed(move: Move, known: bool, op: str | None) -> str:
    """Write how a row without a single local derivative passes a gradient back."""
    if not known:
        return f"through {op}: {NOT_YET}"
    return f"through {op}: {write(move.formula.left)} {move.formula.sign} {write(move.formula.symbols)}"


def steps_around(stepper: Stepper, middle: int) -> Lines:
    """List the steps around one of them."""
    sheet, story = stepper.sheet, stepper.story
    first = max(min(middle - 6, len(story.steps) - 12), 0)
    lines = Lines()
    for step in story.steps[first : first + 12]:
        here = step.number == stepper.position
        stops = any(point.stops(story, step) for point in stepper.breakpoints)
        mark = ("B" if stops else " ") + sheet.say("▸ " if here else "  ")
        style = f"{step.phase}{' bold' if here else ''}"
        text = sentence_text(story, step, sheet)
        if sheet.width < _WIDE:
            text = f"{step.number} {step.phase}: {sentence_parts(story, step)[-1]}"
        lines.append([(mark, ""), (sheet.clipped(text, sheet.width - columns(mark)), style)])
    return lines


def _working(stepper: Stepper) -> int:
    """The node that is looked at; at a step, the one whose operation the step is about."""
    step, node = stepper.step, stepper.node
    return node if step is None or node != step.node else working_node(stepper.story, step.move)


def looked_line(stepper: Stepper) -> SourceLine | None:
    """The line of the program that made the node that is looked at, where it was noted."""
    return stepper.story.nodes[_working(stepper)].line


def source(stepper: Stepper, most: int = 11) -> Lines:
    """List the lines of the program around that of the node that is looked at."""
    sheet, place = stepper.sheet, looked_line(stepper)
    if place is None or not place.text:
        return Lines([[(sheet.clipped(f"the line that made {label(stepper, _working(stepper))} is not known"), "dim")]])
    rows = linecache.getlines(place.file)
    if not 0 < place.number <= len(rows):
        return Lines([[(sheet.clipped(place_text(place)), "")]])
    stops = {p.place.what for p in stepper.breakpoints if p.place is not None and p.place.kind == "line"}
    first = max(min(place.number - most // 2 - 1, len(rows) - most), 0)
    shown, path = [row.rstrip().expandtabs(4) for row in rows[first : first + most]], file_name(place.file)
    if sheet.width < _WIDE:
        shown = dedent("\n".join(shown)).split("\n")
    elif path == Path(place.file).name:
        path = place.file
    lines = Lines([[(sheet.clipped(printable(path)), "dim")]])
    for number, text in enumerate(shown, first + 1):
        here = number == place.number
        mark = f"{number:>4} {'B' if (place.file, number) in stops else ' '}{'->' if here else '  '} "
        # The line that is looked at is shown to its end.
        for code in sheet.folded(printable(text), sheet.width - len(mark), 3 if here else 1):
            lines.append([(mark, "" if here else "dim"), (code, "head" if here else "")])
            mark = " " * len(mark)
    return lines
