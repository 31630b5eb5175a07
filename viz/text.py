"""A step as text: sentence, line of the program, formula, the nodes it touches, the time line.

Text is lines of styled pieces first, and only then something that a terminal shows.

At most 24 lines of 80 columns, fewer where the terminal has fewer; colour and Unicode only where it has them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from microgradphys.errors import MissingExtraError
from microgradphys.mathematics import Number
from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.sheet import HEIGHT, WIDTH, Sheet, columns, padded
from viz.statements import file_name
from viz.steps import KINDS, PHASES, Formula, Known, Move, Phase, Step
from viz.steps import Line as SourceLine
from viz.storyboard import Storyboard
from viz.table import table_lines

Piece = tuple[str, str]
Line = list[Piece]
__all__ = ["HEIGHT", "WIDTH", "Line", "Piece", "known_lines", "plain", "print_lines", "step_lines"]
# Styles by name, as rich understands them; the colours are the terminal's own, which its owner chose to be legible.
STYLES = {
    "forward": "blue",
    "again": "blue",
    "backward": "yellow",
    "update": "green",
    "trouble": "red",
    "dim": "dim",
    "head": "bold",
    "result": "bold",
    "": "",
}
_MARKS = {"forward": "▸", "backward": "◂", "update": "◆", "again": "▸"}
_FULL = Sheet()
# The most nodes that the table of a step lists.
_MOST = 14


def step_lines(story: Storyboard, position: int, sheet: Sheet = _FULL) -> list[Line]:
    """Write what a step says; position 0 is the moment before the first step.

    >>> from microgradphys import Value
    >>> x = Value(3.0, "x")
    >>> print(plain(step_lines(Storyboard((x * x).named("E"), learning_rate=None), 4)))
    Backward pass · step 4 of 4 · contribution to x
    <BLANKLINE>
      ∂E/∂x += ∂E/∂E · x
             = 1 × 3
             = 3
      in all   6
    <BLANKLINE>
      name  value  gradient
      E     9      1
    ▸ x     3      6
    <BLANKLINE>
    ▸◂◂◂
    """
    head = [*sentence_lines(story, position, sheet), []]
    if position == 0:
        nodes, lit = _leaves(story), None
    else:
        step = story.steps[position - 1]
        head += [*formula_lines(step.move, sheet), []]
        nodes, lit = _touched(story, step), step.node
    # The blank line and the time line follow.
    room = max(sheet.height - len(head) - 2, 2)
    shown = _shown(nodes, lit, min(room - 1, _MOST))
    table = table_lines(story, shown, story.state(position), lit, sheet)
    if len(shown) < len(nodes) and len(table) < room:
        table.append([(sheet.clipped(f"  … and {len(nodes) - len(shown)} more"), "dim")])
    return [*head[: sheet.height - len(table) - 2], *table, [], time_line(story, position, sheet)]


def sentence_lines(story: Storyboard, position: int, sheet: Sheet = _FULL) -> list[Line]:
    """Write the sentence of a step, and the line of the program that it comes from."""
    if position == 0:
        passes: Line = [(f"  {len(story.steps)} steps: ", "")]
        phases: list[Phase] = list(dict.fromkeys(step.phase for step in story.steps))
        for k, phase in enumerate(phases):
            passes += [(PHASES[phase].lower(), phase), (", " if k < len(phases) - 1 else "", "")]
        return [*title_lines(story, position, sheet, 1), [], *_wrapped(passes, sheet)]
    lines = title_lines(story, position, sheet, 1 if sheet.width == WIDTH else 3)
    place = place_text(story.nodes[working_node(story, story.steps[position - 1].move)].line)
    return [*lines, [(sheet.clipped(place), "dim")]] if place else lines


def title_lines(story: Storyboard, position: int, sheet: Sheet, most: int) -> list[Line]:
    """Write the sentence of a step alone, on `most` lines or fewer."""
    if position == 0:
        return [[(sheet.clipped("Before the first step"), "head")]]
    step = story.steps[position - 1]
    first, *more = sheet.folded(sentence_text(story, step, sheet), sheet.width, most)
    title = first[: len(step.sentence.partition(" · ")[0])]
    lines: list[Line] = [[(title, f"{step.phase} bold"), (first[len(title) :], "")]]
    return [*lines, *([(f"  {sheet.clipped(part, sheet.width - 2)}", "")] for part in more)]


def sentence_parts(story: Storyboard, step: Step) -> list[str]:
    """Take a sentence apart: pass, step, scope if any, what is computed (whose name may hold a dot)."""
    scope = story.nodes[working_node(story, step.move)].scope
    return step.sentence.split(" · ", 1 if story.by == "update" else 2 + bool(scope))


def sentence_text(story: Storyboard, step: Step, sheet: Sheet = _FULL) -> str:
    """Write the sentence of a step; without Unicode dashes join its parts, as dots would be read as products."""
    return sheet.say((" · " if sheet.unicode else " - ").join(sentence_parts(story, step)))


def _wrapped(line: Line, sheet: Sheet) -> list[Line]:
    """Break a line of styled pieces between its pieces, never before a comma."""
    lines, used = [[]], 0
    for text, style in line:
        if used and used + columns(text.rstrip()) + 1 > sheet.width and text != ", ":
            lines.append([("  ", "")])
            used = 2
        lines[-1].append((text[: sheet.width - used], style))
        used += columns(text)
    return lines


def working_node(story: Storyboard, move: Move) -> int:
    """The node whose operation a move is about: that which computes, or which sends a contribution."""
    return move.node if move.edge is None else story.edges[move.edge].target


def place_text(place: SourceLine | None) -> str:
    """Write a line of the program with where it stands; nothing where it is not known, as at Python's older prompts."""
    return printable(f"{file_name(place.file)}:{place.number}  {place.text}") if place and place.text else ""


def formula_lines(move: Move, sheet: Sheet = _FULL) -> list[Line]:
    """Write the formula of a move below itself: symbols, numbers, result, running total, local derivative."""
    lines = _formula(move.formula, move.phase, sheet)
    if move.formula.sign == "+=":
        left = columns(sheet.say(write(move.formula.left)))
        head = padded("  in all", min(left, sheet.width // 2) + 6)
        lines.append([(head, ""), (sheet.clipped(write(Number(move.total)), sheet.width - len(head)), "result")])
    if move.local_formula is not None:
        lines.append([])
        for k, part in enumerate(sheet.folded(str(move.local_formula), sheet.width - 8, 3)):
            lines.append([("  where " if k == 0 else "        ", "dim"), (part, "dim")])
    return lines


def _formula(formula: Formula, phase: str, sheet: Sheet) -> list[Line]:
    """Write a formula below itself: symbols, numbers, result."""
    left, symbols, numbers, result = map(sheet.say, formula.lines())
    sign = sheet.say(formula.sign)
    head = f"  {left} {sign} "
    indent = " " * (columns(head) - 2) + "= "
    parts = (numbers,) if symbols == left else (symbols, numbers)
    if columns(head) > sheet.width // 2:
        above: Line = [(sheet.clipped(f"  {left}"), "")]
        return [above, *_rows(f"    {sign} ", "    = ", parts, result, phase, sheet)]
    return _rows(head, indent, parts, result, phase, sheet)


def _rows(head: str, indent: str, parts: Sequence[str], result: str, phase: str, sheet: Sheet) -> list[Line]:
    """Write the right-hand sides of a formula, each on its own lines, leaving out repetitions."""
    kept = [part for part in dict.fromkeys(parts) if part != result]
    room = sheet.width - columns(head)
    lines: list[Line] = []
    for k, part in enumerate(kept):
        style = phase if k == len(parts) - 1 else ""
        for row, text in enumerate(sheet.folded(part, room, 3)):
            lines.append([(head if not k and not row else " " * len(indent) if row else indent, ""), (text, style)])
    return [*lines, [(indent if kept else head, ""), (sheet.clipped(result, room), f"{phase} bold")]]


def known_lines(
    story: Storyboard, position: int, sheet: Sheet = _FULL, most: int | None = None, unnamed: bool = False
) -> list[Line]:
    """List what is known after a step, in the order in which it became known; of nodes without a name if asked.

    Only the last `most` numbers, if given.
    """
    known = story.known(position, unnamed)
    if not known:
        which = " with a name" if position else ""
        return [[(sheet.clipped(f"nothing{which} is computed yet"), "dim")]]
    shown = known if most is None else known[-most:]
    labels = [sheet.clipped(write(line.label), sheet.width // 2) for line in shown]
    width = max(map(columns, labels))
    lines: list[Line] = []
    if len(shown) < len(known):
        lines.append([(sheet.clipped(f"  … {len(known) - len(shown)} before these; 'known all' lists them"), "dim")])
    lines += [
        [(f"  {padded(label, width)}  ", ""), _known(line, sheet, width)]
        for label, line in zip(labels, shown, strict=True)
    ]
    return lines


def _known(line: Known, sheet: Sheet, width: int) -> Piece:
    """Write the number of a line of what is known."""
    phase = next(phase for phase, kind in KINDS.items() if kind == line.kind)
    before = {"update": "← ", "again": "new "}.get(line.kind, "")
    return sheet.clipped(before + write(Number(line.value)), sheet.width - width - 4), phase


def plain(lines: Iterable[Line]) -> str:
    """Write lines without style.

    >>> plain([[("a", "head"), ("b", "")]])
    'ab'
    """
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)


def print_lines(lines: Iterable[Line], file: TextIO | None = None) -> None:
    """Print lines, in colour if the terminal wants it.

    Raises:
        MissingExtraError: rich is not installed.
    """
    try:
        from rich.console import Console
        from rich.text import Text
    except ImportError as error:
        raise MissingExtraError("stepping in a terminal needs rich: pip install 'microgradphys[viz]'") from error
    console = Console(file=file, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        print(plain(lines), file=file or sys.stdout)
        return
    for line in lines:
        styled = Text()
        for text, style in line:
            styled.append(text, " ".join(STYLES.get(part, part) for part in style.split()))
        styled.rstrip()
        console.print(styled)


def _leaves(story: Storyboard) -> list[int]:
    """The nodes that are known before the first step."""
    return [k for k, node in enumerate(story.nodes) if node.op is None and (node.named or not node.constant)]


def _touched(story: Storyboard, step: Step) -> list[int]:
    """The nodes that a step is about, in the order of the graph."""
    nodes: set[int] = set()
    for move in step.moves:
        nodes.add(move.node)
        if move.phase in ("forward", "again"):
            nodes.update(story.nodes[move.node].parents)
        elif move.edge is not None:
            nodes.add(story.edges[move.edge].target)
    return sorted(
        (k for k in nodes if story.nodes[k].named or story.nodes[k].op or not story.nodes[k].constant),
        reverse=step.phase == "backward",
    )


def _shown(nodes: list[int], lit: int | None, most: int) -> list[int]:
    """The first nodes of a table that has rows for `most` lines, and always the one that the step is about."""
    if len(nodes) <= most:
        return nodes
    # The last line says how many are left out, where there is a line for it.
    count = max(most - 1, 1)
    first = nodes[:count]
    return first if lit is None or lit in first or lit not in nodes else [*first[:-1], lit]


def time_line(story: Storyboard, position: int, sheet: Sheet = _FULL) -> Line:
    """One mark a step, or one for several where there are more steps than columns."""
    each = max(-(-len(story.steps) // sheet.width), 1)
    pieces: Line = []
    for start in range(0, len(story.steps), each):
        phase = story.steps[start].phase
        pieces.append((sheet.say(_MARKS[phase]), phase) if start < position else ("·" if sheet.unicode else ".", "dim"))
    return pieces
