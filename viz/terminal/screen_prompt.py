"""The prompt line of the full screen: commands as in the terminal, Tab to complete, arrows for those typed before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from viz.terminal.completion import completions

if TYPE_CHECKING:
    from viz.stepper import Stepper


class Prompt(Input):
    """A line for commands; Escape leaves it."""

    DEFAULT_CSS = """
    Prompt { height: 1; border: none; padding: 0; background: $surface; }
    Prompt:focus { border: none; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # Not before what was typed ahead of them has arrived: no priority.
        Binding("tab", "complete", "complete", show=False),
        Binding("escape", "leave", "leave", show=False),
        Binding("up", "older", "the one before", show=False),
        Binding("down", "newer", "the one after", show=False),
    ]

    def __init__(self, stepper: Stepper) -> None:
        """Take the stepper that the commands are for."""
        super().__init__(placeholder=": for a command, / to find a node", select_on_focus=False)
        self.cursor_blink = False
        self.stepper = stepper
        self.typed: list[str] = []
        self.at = 0

    def ask(self, start: str) -> None:
        """Take the keyboard, with the beginning of a command."""
        self.value = start
        self.cursor_position = len(start)
        self.at = len(self.typed)
        self.screen.set_focus(self)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Carry out the line; an empty one is the one before it."""
        event.stop()
        line = event.value.strip() or (self.typed[-1] if self.typed else "next")
        self.typed.append(line)
        self.at = len(self.typed)
        self.value = ""
        self.app.obeyed(line)  # type: ignore[attr-defined]
        if line.startswith("/"):
            self.action_leave()

    def action_complete(self) -> None:
        """Complete the line as far as it is certain, and name the choices."""
        found = completions(self.stepper, self.value)
        common = _beginning(found)
        if len(common) > len(self.value.lstrip()):
            self.value = common
            self.cursor_position = len(common)
        elif len(found) > 1:
            self.app.say("  ".join(line.rpartition(" ")[2] for line in found))  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        """Give the keyboard back to the panes."""
        self.value = ""
        self.screen.set_focus(None)
        self.app.action_close()  # type: ignore[attr-defined]

    def action_older(self) -> None:
        """Go to the command typed before."""
        self._recall(self.at - 1)

    def action_newer(self) -> None:
        """Go to the command typed after."""
        self._recall(self.at + 1)

    def _recall(self, at: int) -> None:
        """Show a command that was typed."""
        self.at = min(max(at, 0), len(self.typed))
        self.value = self.typed[self.at] if self.at < len(self.typed) else ""
        self.cursor_position = len(self.value)


def _beginning(lines: list[str]) -> str:
    """What all lines begin with."""
    if not lines:
        return ""
    first, last = min(lines), max(lines)
    same = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:same]
