"""What the stepper keeps an eye on: its breakpoints, and the nodes that are watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from viz.table import gradient_text, value_of, value_text
from viz.terminal.answers import Lines, label

if TYPE_CHECKING:
    from viz.stepper import Stepper


def breakpoints(stepper: Stepper, number: int | None = None) -> Lines:
    """List the breakpoints, or one of them."""
    sheet = stepper.sheet
    shown = [point for point in stepper.breakpoints if number in (None, point.number)]
    lines = Lines()
    for point in shown:
        hits = f", hit {point.hits} time{'s' * (point.hits != 1)}" if point.hits or number is None else ""
        once = ", once" if point.once else ""
        lines.append([(sheet.clipped(f"breakpoint {point.number}: {point}{once}{hits}"), "")])
    return lines or Lines([[("no breakpoint is set", "dim")]])


def watches(stepper: Stepper, most: int | None = None, changes: bool = False) -> Lines:
    """Show the watched nodes; if `changes`, say what changed with the last motion, and when."""
    sheet, story = stepper.sheet, stepper.story
    if not stepper.watches:
        return Lines([[("nothing is watched", "dim")]])
    now = story.state(stepper.position)
    then = story.state(stepper.before) if changes else now
    lines = Lines()
    for k in stepper.watches[:most]:
        value, value_changed = _change(value_of(then, k), value_of(now, k), value_text(then, k), value_text(now, k))
        texts = (gradient_text(story, then, k), gradient_text(story, now, k))
        gradient, gradient_changed = _change(then.gradients.get(k), now.gradients.get(k), *texts)
        changed = value_changed or gradient_changed
        text = f"watch {sheet.clipped(label(stepper, k), sheet.width // 4)}  value {value}  gradient {gradient}"
        text += f"  (step {_when(stepper, k)})" if changed else ""
        lines += [[(part, "head" if changed else "dim")] for part in sheet.folded(text, sheet.width, 2)]
    hidden = len(stepper.watches) - len(stepper.watches[:most])
    if hidden:
        lines.append([(sheet.clipped(f"{hidden} more; 'watch' lists them"), "dim")])
    return lines


def _change(before: Any, after: Any, old: str, new: str) -> tuple[str, bool]:
    """Write a number, with what it was before if it changed."""
    same = old == new and (before is after or np.array_equal(before, after, equal_nan=True))
    return (new, False) if same else (f"{old} → {new}", True)


def _when(stepper: Stepper, k: int) -> int:
    """The last step of the last motion at which a number of a node became known, or was taken back."""
    low, high = sorted((stepper.before, stepper.position))
    steps = stepper.story.steps[low:high]
    return next(step.number for step in reversed(steps) if any(move.node == k for move in step.moves))
