"""A step as text: sentence, formula, the nodes it touches, the time line.

Text is lines of styled pieces first, and only then something that a terminal shows.

At most 24 lines of 80 columns; colour only where the terminal wants it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TextIO

from microgradphys.errors import MissingExtraError
from microgradphys.mathematics import Number
from microgradphys.notation import write
from viz.steps import KINDS, PHASES, Formula, Phase, State, Step
from viz.storyboard import Storyboard

Piece = tuple[str, str]
Line = list[Piece]
WIDTH, HEIGHT = 80, 24
# Styles by name, as rich understands them; the colours are the terminal's own, which its owner chose to be legible.
STYLES = {
    "forward": "blue",
    "again": "blue",
    "backward": "yellow",
    "update": "green",
    "dim": "dim",
    "head": "bold",
    "result": "bold",
    "": "",
}
_NOT_YET = "not computed"
_MARKS = {"forward": "▸", "backward": "◂", "update": "◆", "again": "▸"}


def step_lines(story: Storyboard, position: int) -> list[Line]:
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
    if position == 0:
        return [
            [("Before the first step", "head")],
            [],
            [(f"  {len(story.steps)} steps: ", ""), *_passes(story)],
            [],
            *_table(story, _leaves(story), story.state(0), None),
            [],
            _time_line(story, 0),
        ]
    step = story.steps[position - 1]
    title, _, rest = step.sentence.partition(" · ")
    move = step.move
    rest = _clipped(f" · {rest}", WIDTH - len(title))
    lines: list[Line] = [[(title, f"{step.phase} bold"), (rest, "")], []]
    lines += _formula(move.formula, step.phase)
    if move.formula.sign == "+=":
        lines.append([("  in all".ljust(len(write(move.formula.left)) + 6), ""), (write(Number(move.total)), "result")])
    if move.local_formula is not None:
        lines += [[], [("  where ", "dim"), (_clipped(str(move.local_formula), WIDTH - 8), "dim")]]
    used = len(lines) + 4
    lines += [[], *_table(story, _touched(story, step), story.state(position), move.node)[: HEIGHT - used], []]
    return [*lines, _time_line(story, position)]


def known_lines(story: Storyboard, position: int) -> list[Line]:
    """List everything known after a step, in the order in which it became known."""
    known = story.known(position)
    if not known:
        return [[("nothing is computed yet", "dim")]]
    width = max(len(write(line.label)) for line in known)
    styles = {kind: phase for phase, kind in KINDS.items()}
    arrow = {"update": "← ", "again": "new "}
    return [
        [
            (f"  {write(line.label):<{width}}  ", ""),
            (arrow.get(line.kind, "") + write(Number(line.value)), styles[line.kind]),
        ]
        for line in known
    ]


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
    for line in lines:
        styled = Text()
        for text, style in line:
            styled.append(text, " ".join(STYLES.get(part, part) for part in style.split()))
        styled.rstrip()
        console.print(styled)


def _passes(story: Storyboard) -> Line:
    """Name the passes of a storyboard, in their colours."""
    phases: list[Phase] = list(dict.fromkeys(step.phase for step in story.steps))
    pieces: Line = []
    for k, phase in enumerate(phases):
        pieces += [(", " if k else "", ""), (PHASES[phase].lower(), phase)]
    return pieces


def _formula(formula: Formula, phase: str) -> list[Line]:
    """Write a formula below itself: symbols, numbers, result."""
    left, symbols, numbers, result = formula.lines()
    head = f"  {left} {formula.sign} "
    indent = " " * (len(head) - 2) + "= "
    if len(head) > WIDTH // 2:
        return [
            [(_clipped(f"  {left}", WIDTH), "")],
            *_rows(f"    {formula.sign} ", "    = ", (symbols, numbers), result, phase),
        ]
    if symbols == left:
        return _rows(head, indent, (numbers,), result, phase)
    return _rows(head, indent, (symbols, numbers), result, phase)


def _rows(head: str, indent: str, parts: tuple[str, ...], result: str, phase: str) -> list[Line]:
    """Write the right-hand sides of a formula, each on its line, leaving out repetitions."""
    kept = [part for part in dict.fromkeys(parts) if part != result]
    lines: list[Line] = [
        [(indent if k else head, ""), (_clipped(part, WIDTH - len(head)), phase if k == len(parts) - 1 else "")]
        for k, part in enumerate(kept)
    ]
    return [*lines, [(indent if kept else head, ""), (_clipped(result, WIDTH - len(head)), f"{phase} bold")]]


def _clipped(text: str, width: int) -> str:
    """Cut a text that is too long for its line."""
    return text if len(text) <= width else text[: width - 1] + "…"


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


def _table(story: Storyboard, nodes: list[int], state: State, lit: int | None) -> list[Line]:
    """Write the value and the gradient of some nodes as a table."""
    rows = [("name", "value", "gradient")]
    for k in nodes[:14]:
        value = state.again.get(k, state.updated.get(k, state.values.get(k)))
        # After the update the gradients are those of the old values, and would mislead beside the new ones.
        gradient = "–" if story.nodes[k].constant or k in state.again else _shown(state.gradients.get(k))
        rows.append((_clipped(write(story.nodes[k].label), 32), _shown(value), gradient))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines: list[Line] = []
    for row, k in zip(rows, [None, *nodes], strict=False):
        mark = "▸ " if k is not None and k == lit else "  "
        style = "dim" if k is None else "head" if k == lit else ""
        lines.append([(mark + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), style)])
    return lines


def _shown(number: Any) -> str:
    """Write a number, or that it is not computed."""
    return _NOT_YET if number is None else _clipped(write(Number(number)), 30)


def _time_line(story: Storyboard, position: int) -> Line:
    """One mark a step, or one for several where there are more steps than columns."""
    each = -(-len(story.steps) // WIDTH)
    pieces: Line = []
    for start in range(0, len(story.steps), each):
        phase = story.steps[start].phase
        pieces.append((_MARKS[phase], phase) if start < position else ("·", "dim"))
    return pieces
