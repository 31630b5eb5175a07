"""What the stepper answers when it is asked about a node, or about everything that is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.mathematics import Number
from microgradphys.notation import write
from microgradphys.symbols import number_text, printable
from microgradphys.value import Value
from viz.diagnosis import SIGNS
from viz.diagnosis import lines as written
from viz.sheet import Sheet
from viz.steps import State
from viz.symptoms.findings import Finding
from viz.table import NOT_YET, gradient_text, value_of, value_text
from viz.terminal.expressions import computed, parsed
from viz.text import Line, known_lines, place_text, plain

if TYPE_CHECKING:
    from viz.stepper import Stepper

# So many letters of a finding are told at its step.
_LETTERS = 360


class Lines(list[Line]):
    """Lines that show themselves in a REPL."""

    def __repr__(self) -> str:
        """Show the lines as text."""
        return plain(self)


def label(stepper: Stepper, k: int) -> str:
    """Name a node."""
    return write(stepper.story.nodes[k].label)


def card(stepper: Stepper, k: int, without: Iterable[str] = ()) -> Lines:
    """Show one node: value, gradient, formula, primitive, line, inputs, users, but for what it is to do without."""
    sheet, styles = stepper.sheet, {"value": "forward", "gradient": "backward"}
    lines = Lines([[(sheet.clipped(label(stepper, k)), "head")]])
    for name, text in _facts(stepper, k):
        if name in without:
            continue
        head = f"  {name:<10}"
        for part in sheet.folded(printable(text), sheet.width - len(head), 3):
            lines.append([(head, "dim"), (part, styles.get(name, ""))])
            head = " " * len(head)
    return lines


def _facts(stepper: Stepper, k: int) -> list[tuple[str, str]]:
    """List what there is to say about a node, in words and numbers."""
    story, state = stepper.story, stepper.story.state(stepper.position)
    node, users = story.nodes[k], [target for _, target in stepper.atlas.users[k]]
    scope = f", in scope {' / '.join(node.scope)}" if node.scope else ""
    kind = node.op or ("constant" if node.constant else "leaf")
    facts = [
        ("value", _exact(value_text(state, k), value_of(state, k))),
        ("gradient", _gradient(stepper, state, k)),
        ("shape", str(node.shape) if node.shape else ""),
        ("formula", _formula(stepper, k, state) if node.op else ""),
        ("op" if node.op else "kind", f"{kind} ({node.id}){scope}"),
        ("line", place_text(node.line)),
        ("inputs", _names(stepper, node.parents)),
        ("used by", _names(stepper, users) or "nothing: it is the loss"),
    ]
    return [(name, text) for name, text in facts if text]


def _gradient(stepper: Stepper, state: State, k: int) -> str:
    """Write the gradient of a node, or why it has none to show."""
    if stepper.story.nodes[k].constant:
        return "– (a constant has none)"
    text = gradient_text(stepper.story, state, k)
    return "– (that of the old values)" if text == "–" else _exact(text, state.gradients.get(k))


def _exact(text: str, number: Any) -> str:
    """Write a number with all its digits behind its first four, where there are more."""
    if number is None or np.ndim(number) != 0 or not np.isfinite(number) or float(number) == float(f"{number:.4g}"):
        return text
    return f"{text}  ({float(number)!r})"


def _formula(stepper: Stepper, k: int, state: State) -> str:
    """Write how a node is computed; its numbers only where they are known."""
    if k in state.again:
        return str(stepper.atlas.computing("again", k).formula)
    formula = stepper.atlas.computing("forward", k).formula
    return str(formula) if k in state.values else f"{write(formula.left)} {formula.sign} {write(formula.symbols)}"


def _names(stepper: Stepper, nodes: Any) -> str:
    """List some nodes."""
    names = list(dict.fromkeys(label(stepper, k) for k in list(nodes)[:12]))
    return ", ".join(names) + (" …" if len(nodes) > 12 else "")


def printed(stepper: Stepper, what: Value | str) -> Lines:
    """Show a node, one thing of it, or what arithmetic with nodes comes to; arrays in full.

    Raises:
        InputError: no such node, or it is not computed yet.
    """
    if isinstance(what, str) and not stepper.atlas.called(what):
        name, _, asked = what.rpartition(".")
        if not what.strip():
            return _with_arrays(stepper, stepper.node)
        if name and asked in _ASKED and (stepper.atlas.called(name) or parsed(what) is None):
            return _one_thing(stepper, stepper.atlas.find(name), asked)
        if (tree := parsed(what)) is not None and what not in stepper.atlas.formulas:
            return _number(computed(stepper, tree), stepper.sheet)
    return _with_arrays(stepper, stepper.atlas.find(what))


def can_be_printed(stepper: Stepper, text: str) -> bool:
    """Whether a text that is typed alone is a node, one thing of it, or arithmetic."""
    name, _, asked = text.rpartition(".")
    called = stepper.atlas.called
    return bool(called(text) or (asked in _ASKED and called(name)) or parsed(text) is not None)


def _number(number: Any, sheet: Sheet) -> Lines:
    """Write a number, an array, or the answer of a comparison."""
    if np.ndim(number):
        return _array(number, sheet)
    text = str(bool(number)) if np.asarray(number).dtype == bool else _exact(write(Number(number)), number)
    return Lines([[(sheet.clipped(text), "")]])


_ASKED = ("value", "data", "gradient", "grad", "shape", "op", "line")


def _one_thing(stepper: Stepper, k: int, asked: str) -> Lines:
    """Show one thing of a node."""
    node, state, sheet = stepper.story.nodes[k], stepper.story.state(stepper.position), stepper.sheet
    asked = {"data": "value", "grad": "gradient"}.get(asked, asked)
    number = {"value": value_of(state, k), "gradient": state.gradients.get(k)}.get(asked)
    if number is not None and np.ndim(number):
        return _array(number, sheet)
    text = {
        "value": _exact(value_text(state, k), value_of(state, k)),
        "gradient": _gradient(stepper, state, k),
        "shape": str(node.shape),
        "op": node.op or "leaf",
        "line": place_text(node.line) or "not known",
    }[asked]
    return Lines([[(sheet.clipped(text), "dim" if text == NOT_YET else "")]])


def _with_arrays(stepper: Stepper, k: int) -> Lines:
    """Show a node, and below it its arrays in full."""
    state, sheet = stepper.story.state(stepper.position), stepper.sheet
    numbers = {"value": value_of(state, k), "gradient": state.gradients.get(k)}
    arrays = {name: number for name, number in numbers.items() if number is not None and np.ndim(number)}
    lines = card(stepper, k, without=arrays)
    for name, number in arrays.items():
        lines += [[(f"  {name}", "dim")], *_array(number, sheet, "    ")]
    return lines


def _array(number: Any, sheet: Sheet, indent: str = "") -> Lines:
    """Write an array element by element; numpy leaves out the middle of very large ones."""
    written = np.array2string(
        np.asarray(number),
        max_line_width=sheet.width - len(indent),
        separator=", ",
        formatter={"float_kind": lambda x: sheet.say(number_text(float(x)))},
    )
    return Lines([[(sheet.clipped(indent + row), "")] for row in written.splitlines()])


def known(stepper: Stepper, most: int | None = None, unnamed: bool = False) -> Lines:
    """List what is known so far, or the last `most` numbers of it, and name what is not computed yet."""
    sheet, story = stepper.sheet, stepper.story
    lines = Lines(known_lines(story, stepper.position, sheet, most, unnamed))
    state = story.state(stepper.position)
    values = [node.label for k, node in enumerate(story.nodes) if node.named and k not in state.values]
    gradients = [
        k for k, node in enumerate(story.nodes) if node.named and not node.constant and k not in state.gradients
    ]
    rows = 4 if most is None else min(max((most - len(lines)) // 2, 1), 4)
    for missing in (values, [story.gradient(k) for k in gradients[:13]]):
        if missing:
            names = ", ".join(map(write, missing[:12])) + (" …" if len(missing) > 12 else "")
            first, *more = sheet.folded(f"{NOT_YET}: {names}", sheet.width - 4, rows)
            lines += [[(f"  {first}", "dim")], *([(f"    {part}", "dim")] for part in more)]
    return lines


def left_out(stepper: Stepper) -> Lines:
    """Say how many values of nodes without a name are known, which `known` lists only where it is asked to."""
    state = stepper.story.state(stepper.position)
    count = sum(bool(node.op) and not node.named and k in state.values for k, node in enumerate(stepper.story.nodes))
    text = f"  known values without a name: {count}; 'known all' lists them"
    return Lines([[(stepper.sheet.clipped(text), "dim")]] if count else [])


def findings(sheet: Sheet, found: Iterable[Finding]) -> Lines:
    """Write findings, each folded to the width that there is."""
    lines = Lines()
    for text in written(found):
        style = "trouble" if "▲" in text[:6] else ""
        first, *more = sheet.folded(text, sheet.width - 4, 12)
        lines += [[(first, style)], *([(f"    {part}", "")] for part in more)]
    return lines


def told_here(stepper: Stepper) -> Lines:
    """Say what was found at the node of this step, at the step that shows it."""
    sheet, lines = stepper.sheet, Lines()
    for number, finding in stepper.told_at.get(stepper.position, ()):
        style = "trouble" if finding.level == "trouble" else "head"
        text = f"{SIGNS[finding.level]} {number} {finding.kind}: {printable(finding.sentence)}"
        lines += [[(part, style)] for part in sheet.folded(text, sheet.width, max(_LETTERS // sheet.width, 4))]
    return lines


def announced(stepper: Stepper) -> Lines:
    """Say before the first step that there are findings, or that a large graph was not looked through."""
    count, nodes = len(stepper.told), len(stepper.story.nodes)
    if stepper.is_unexamined:
        text = f"{nodes} nodes: 'findings' looks for what is wrong"
        return Lines([[(stepper.sheet.clipped(text), "dim")]])
    if not count:
        return Lines()
    text = f"{count} finding{'s' * (count > 1)}: type 'findings'"
    trouble = any(finding.level == "trouble" for finding in stepper.told)
    return Lines([[(stepper.sheet.clipped(text), "trouble" if trouble else "head")]])
