"""The full screen: graph, formula and program side by side, the time line at the foot, and a prompt line.

It needs textual, which is imported with this module; `Stepper.screen` imports it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Click
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from viz.sheet import Sheet
from viz.table import NOT_YET
from viz.terminal.answers import Lines, announced
from viz.terminal.commands import QUITTING
from viz.terminal.obeying import Mistake, obey
from viz.terminal.panes import DOT, WIDE, detail_lines, graph_lines, graph_window, source_lines
from viz.terminal.screen_look import is_light, styled, textual_theme
from viz.terminal.screen_prompt import Prompt
from viz.terminal.whereabouts import looked_line
from viz.text import Line, place_text, plain, time_line, title_lines

if TYPE_CHECKING:
    from viz.stepper import Stepper

# From how many columns on the panes stand side by side, and which style holds from how many on.
_SIDE_BY_SIDE = 70
_WIDTHS = [(0, "-narrow"), (_SIDE_BY_SIDE, "-wide")]
# Seconds a step stays while it plays.
_PACE = 0.7
_HINT = "n next  b back  space play  / find  : command  h help  q quit"
_LONG_HINT = f"{_HINT}  c continue  r reverse-continue  B break here  ↑↓ chain  w where  z undo  t light or dark"


class Pane(Static):
    """A part of the screen whose text depends on its size."""

    class Resized(Message):
        """A pane has its new size, which it gets some time after the terminal has its own."""

    def on_resize(self) -> None:
        """Tell the screen."""
        self.post_message(self.Resized())


class FullScreen(App[int]):
    """The stepper in a whole terminal.

    Args:
        stepper: where we are; it stays where the screen leaves it.
    """

    TITLE = "microgradphys step"
    ENABLE_COMMAND_PALETTE = False
    # Keys are the panes' own, unless the prompt is asked for.
    AUTO_FOCUS = ""
    CSS = """
    Static { text-wrap: nowrap; text-overflow: clip; }
    #sentence { height: 1; }
    .-narrow #sentence { height: 2; }
    #panels { height: 1fr; }
    #graph { width: 1fr; height: 1fr; border: round $secondary; }
    #side { width: 1fr; height: 1fr; }
    #detail { height: 3fr; border: round $secondary; }
    #source { height: 2fr; border: round $secondary; }
    #answer { height: 1fr; border: round $primary; display: none; }
    #told { text-wrap: wrap; }
    #time, #message { height: 1; }
    .-narrow #panels { layout: vertical; }
    .-narrow #graph, .-narrow #side { width: 100%; }
    .-narrow #source { display: none; }
    .ascii { border: ascii $secondary !important; }
    """
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = _WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "obey('next')", "next"),
        Binding("b,left,e", "obey('back')", "back"),
        Binding("c", "obey('continue')", "continue"),
        Binding("r", "obey('reverse-continue')", "reverse-continue"),
        Binding("up,u", "obey('up')", "up"),
        Binding("down,d", "obey('down')", "down"),
        Binding("home", "obey('jump 0')", "start"),
        Binding("end", "last", "end"),
        Binding("B", "break_here", "break here"),
        Binding("z", "obey('undo')", "undo"),
        Binding("w", "obey('where')", "where"),
        Binding("k", "obey('known')", "known"),
        Binding("l", "obey('list')", "list"),
        Binding("h,question_mark", "obey('help')", "help"),
        Binding("space", "play", "play"),
        Binding("slash", "ask('/')", "find"),
        Binding("colon", "ask('')", "command"),
        Binding("t", "other_theme", "light or dark"),
        Binding("pageup", "turn(-1)", "up in an answer"),
        Binding("pagedown", "turn(1)", "down in an answer"),
        Binding("escape", "close", "close"),
        Binding("q,ctrl+d", "quit", "quit"),
        Binding("ctrl+c", "stop", "stop", priority=True),
    ]

    def __init__(self, stepper: Stepper, light: bool | None = None) -> None:
        """Take a stepper; a terminal that says its background is light gets the light theme."""
        super().__init__()
        self.stepper = stepper
        self.unicode = Sheet.of(sys.stdout).unicode
        self.light = is_light() if light is None else light
        self.top = 0
        self.message = plain(announced(stepper)).replace("'findings", "':findings")
        self.playing: Timer | None = None

    def compose(self) -> ComposeResult:
        """Place the panes."""
        yield Static(id="sentence")
        with Horizontal(id="panels"):
            yield Pane(id="graph")
            with Vertical(id="side"):
                yield Pane(id="detail")
                yield Pane(id="source")
        with VerticalScroll(id="answer", can_focus=False):
            yield Static(id="told")
        yield Pane(id="time")
        yield Static(id="message")
        yield Prompt(self.stepper)

    def on_mount(self) -> None:
        """Name the panes and choose the colours."""
        for light in (True, False):
            self.register_theme(textual_theme(light))
        self._paint()
        for name in ("graph", "detail", "source"):
            pane = self.query_one(f"#{name}", Static)
            pane.border_title = {"graph": "Graph", "detail": "Formula", "source": "Program"}[name]
            pane.set_class(not self.unicode, "ascii")
        self.call_after_refresh(self.show)

    def on_pane_resized(self) -> None:
        """Fit what the panes show to their new sizes."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Write every pane anew."""
        stepper, story = self.stepper, self.stepper.story
        wide = Sheet(max(self.size.width, 20), 2, self.unicode)
        self._write("sentence", title_lines(story, stepper.position, wide, 1 if wide.width >= _SIDE_BY_SIDE else 2))
        graph = self._sheet("graph")
        legend = f"{DOT} {NOT_YET}" if graph.width < WIDE else ""
        self.query_one("#graph", Static).border_subtitle = graph.say(legend)
        self.top = graph_window(stepper, self.top, max(graph.height - 1, 1))
        self._write("graph", graph_lines(stepper, self.top, graph))
        here = stepper.step is not None and stepper.node == stepper.step.node
        detail = self.query_one("#detail", Static)
        detail.border_title = "Formula" if here else "Node"
        # Where there is no room for the program, at least for its line.
        line = "" if self.query_one("#source").display else place_text(looked_line(stepper))
        detail.border_subtitle = Text(graph.clipped(line, max(self.size.width - 6, 0)))
        self._write("detail", detail_lines(stepper, self._sheet("detail")))
        self._write("source", source_lines(stepper, self._sheet("source")))
        self._write("time", [time_line(story, stepper.position, wide)])
        hint = _LONG_HINT if wide.width > len(_LONG_HINT) else _HINT
        self._write("message", [[(wide.clipped(self.message or hint), "head" if self.message else "dim")]])

    def on_click(self, event: Click) -> None:
        """Look at the node that is clicked."""
        graph = self.query_one("#graph", Static)
        at = event.get_content_offset(graph) if event.widget is graph else None
        # The first row names the columns.
        if at is not None and 0 < at.y <= len(self.stepper.story.nodes) - self.top:
            self.obeyed(f"find n{self.top + at.y - 1}")

    def obeyed(self, line: str) -> None:
        """Carry out a typed command, and show what it answers."""
        if line.split()[:1] and line.split()[0] in QUITTING:
            self.exit(0)
            return
        self._halt()
        stepper, selected = self.stepper, self.stepper.node
        stepper.paper = Sheet(max(self.size.width - 4, 20), 10_000, self.unicode)
        answer = obey(stepper, line)
        notes = () if isinstance(answer, Lines) else answer.notes
        stepper.paper = None
        self.message = "  ".join(notes)
        looked = isinstance(answer, Lines) and stepper.node != selected
        if isinstance(answer, Lines) and not looked:
            if isinstance(answer, Mistake) or len(answer) == 1:
                self.message = " ".join(plain(answer).split())
            elif answer:
                self._tell(line, answer)
                return
        self.action_close()

    def say(self, text: str) -> None:
        """Show a short message."""
        self.message = text
        self.show()

    def action_obey(self, line: str) -> None:
        """Carry out the command of a key."""
        self.obeyed(line)

    def action_last(self) -> None:
        """Go to the last step."""
        self.obeyed(f"jump {len(self.stepper.story.steps)}")

    def action_break_here(self) -> None:
        """Set a breakpoint at the node that is looked at, or remove it."""
        k = self.stepper.node
        points = [point for point in self.stepper.breakpoints if point.place is not None and point.condition is None]
        mine = [
            point.number for point in points if point.place and (point.place.kind, point.place.what) == ("node", (k,))
        ]
        self.obeyed(f"clear {mine[0]}" if mine else f"break {self.stepper.story.nodes[k].id}")

    def action_ask(self, start: str) -> None:
        """Go to the prompt line."""
        self.query_one(Prompt).ask(start)

    def action_play(self) -> None:
        """Play on, or pause."""
        if self.playing is None:
            self.playing = self.set_interval(_PACE, self._tick)
        else:
            self._halt()

    def action_other_theme(self) -> None:
        """Change between light and dark."""
        self.light = not self.light
        self._paint()
        self.show()

    def action_close(self) -> None:
        """Close the answer, leave the prompt line, and show where we are."""
        self.query_one("#answer").display = False
        self.query_one("#panels").display = True
        self.call_after_refresh(self.show)

    def action_turn(self, pages: int) -> None:
        """Turn the pages of an answer."""
        pane = self.query_one("#answer", VerticalScroll)
        pane.scroll_relative(y=pages * max(pane.size.height - 2, 1), animate=False)

    def action_stop(self) -> None:
        """Leave as Ctrl-C does."""
        self.exit(130)

    def _tell(self, line: str, answer: Lines) -> None:
        """Show a longer answer in place of the panes."""
        # It was written for the width of now, and is folded anew where the terminal becomes narrower.
        self.query_one("#told", Static).update(styled(answer, self.light, wrap=True))
        pane = self.query_one("#answer", VerticalScroll)
        pane.border_title = Text(f"{line} (Esc closes)")
        pane.display = True
        self.query_one("#panels").display = False
        pane.scroll_home(animate=False)

    def _tick(self) -> None:
        """Take one step of the play; stop at a breakpoint and at the end."""
        self.stepper.next()
        at_end = self.stepper.position == len(self.stepper.story.steps)
        step = self.stepper.step
        stops = step and any(point.stops(self.stepper.story, step) for point in self.stepper.breakpoints)
        watched = step and any(move.node in self.stepper.watches for move in step.moves)
        if at_end or stops or watched:
            self._halt()
        self.show()

    def _halt(self) -> None:
        """Stop playing."""
        if self.playing is not None:
            self.playing.stop()
            self.playing = None

    def _sheet(self, name: str) -> Sheet:
        """The size of a pane."""
        size = self.query_one(f"#{name}", Static).content_size
        return Sheet(max(size.width, 12), max(size.height, 3), self.unicode)

    def _write(self, name: str, lines: list[Line]) -> None:
        """Write lines into a pane."""
        self.query_one(f"#{name}", Static).update(styled(lines, self.light))

    def _paint(self) -> None:
        """Take on the colours of the background."""
        self.theme = textual_theme(self.light).name


def show(stepper: Stepper) -> None:
    """Step in the full screen.

    Raises:
        KeyboardInterrupt: it was left with Ctrl-C.
    """
    if FullScreen(stepper).run() == 130:
        raise KeyboardInterrupt
