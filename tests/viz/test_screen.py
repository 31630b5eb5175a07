"""The full screen, driven by textual's own pilot: every pane shows the step, keys and typed commands do the same."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from networks import HOSTILE, layers, neuron
from textual.events import Key
from textual.widgets import Static

from microgradphys import Value, lines, relu, sigmoid
from microgradphys.errors import InputError
from viz import Stepper
from viz.sheet import Sheet
from viz.terminal.panes import detail_lines, graph_lines, graph_window
from viz.terminal.screen import FullScreen
from viz.terminal.screen_prompt import Prompt
from viz.text import plain


def unit() -> Stepper:
    """One unit whose nodes know their lines."""
    with lines():
        w = Value(0.5, "w")
        y = sigmoid(w * 2).named("y")
        return Stepper((y**2).named("E"), learning_rate=None)


def drive(
    stepper: Stepper, body: Callable[[FullScreen, Any], Awaitable[None]], size: tuple[int, int] = (80, 24)
) -> None:
    """Run the screen without a terminal, and do something in it."""

    async def run() -> None:
        app = FullScreen(stepper, light=False)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await body(app, pilot)

    asyncio.run(run())


def text(app: FullScreen, name: str) -> str:
    """What a pane shows."""
    return str(app.query_one(f"#{name}", Static).render())


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 20)])
def test_every_pane_shows_the_step(size: tuple[int, int]) -> None:
    """Sentence, lit node, formula, lit line, time line; nothing wider than its pane."""

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n", "n", "right", "n", "n")
        await pilot.pause()
        assert app.stepper.position == 5
        assert text(app, "sentence").startswith("Backward pass · step 5 of 7")
        assert "┌─▸ y" in text(app, "graph")
        assert "└── E" in text(app, "graph")
        assert "∂E/∂y" in text(app, "detail").splitlines()[0]
        assert text(app, "time") == "▸▸▸◂◂··"
        if size[0] > 70:
            assert any("->" in row and "return" in row for row in text(app, "source").splitlines())
        for pane in ("graph", "detail", "source"):
            width = app.query_one(f"#{pane}", Static).content_size.width
            assert not width or max(map(len, text(app, pane).splitlines())) <= width

    drive(unit(), body, size)


def test_keys_go_everywhere() -> None:
    """Forwards, backwards, to the ends, up and down, to breakpoints, and back in what was done."""

    async def body(app: FullScreen, pilot: Any) -> None:
        seen = []
        for key in ("n", "right", "b", "left", "end", "home", "B", "c", "c", "r", "z"):
            await pilot.press(key)
            seen.append(app.stepper.position)
        assert seen == [1, 2, 1, 0, 19, 0, 0, 5, 6, 5, 6]
        await pilot.press("home", "B")
        assert app.stepper.breakpoints == ()
        await pilot.press("end", "down", "down", "up")
        assert app.stepper.node == app.stepper.story.index("y − t")
        assert app.query_one("#detail", Static).border_title == "Node"

    drive(Stepper(neuron()), body)


def test_the_prompt_understands_the_commands_of_the_terminal() -> None:
    """With Tab, an empty line, the commands typed before, and Escape."""

    async def body(app: FullScreen, pilot: Any) -> None:
        prompt = app.query_one(Prompt)
        await pilot.press("colon", *"br", "tab")
        assert prompt.value == "break"
        await pilot.press("space", *"op", "space", *"si", "tab", "enter")
        assert str(app.stepper.breakpoints[0]) == "op sigmoid"
        await pilot.press(*"c", "enter", "enter")
        assert (app.stepper.position, app.message) == (9, "breakpoint 1: op sigmoid (hit 2)")
        await pilot.press("up", "up", "up")
        assert prompt.value == "break op sigmoid"
        await pilot.press("down", "escape")
        assert (prompt.value, prompt.has_focus) == ("", False)
        await pilot.press("colon", *"fly", "enter")
        assert app.message == "no command 'fly'; h lists them"
        await pilot.press(*"un", "tab")
        assert "undo" in app.message

    drive(Stepper(neuron()), body)


def test_slash_finds_a_node() -> None:
    """And gives the keys back."""

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("slash", *"b_2", "enter", "n")
        await pilot.press("slash", *"a_1", "enter")
        assert app.stepper.node == app.stepper.story.index("a_1^(1)")
        assert app.stepper.position == 1

    drive(Stepper(layers(2, 2, 1)), body)


def test_a_click_looks_at_a_node() -> None:
    """In the graph; elsewhere it does nothing."""

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.click("#graph", offset=(6, 4))
        assert app.stepper.node == 2
        await pilot.click("#graph", offset=(6, 17))
        await pilot.click("#detail", offset=(6, 3))
        assert app.stepper.node == 2

    drive(Stepper(neuron()), body)


def test_a_longer_answer_takes_the_place_of_the_panes_until_escape() -> None:
    """help, where, known."""

    async def body(app: FullScreen, pilot: Any) -> None:
        for key, part in (("h", "reverse-continue"), ("w", "Backward pass"), ("k", "not computed")):
            await pilot.press(key)
            assert part in text(app, "told")
            assert app.query_one("#answer").display
            await pilot.press("pagedown", "pageup", "escape")
            assert not app.query_one("#answer").display

    drive(Stepper(neuron()).jump(9), body)


def test_it_plays_to_a_breakpoint_and_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Space starts and stops."""
    monkeypatch.setattr("viz.terminal.screen._PACE", 0.01)

    async def body(app: FullScreen, pilot: Any) -> None:
        app.stepper.break_("y")
        await pilot.press("space")
        while app.playing is not None:
            await pilot.pause(0.02)
        assert app.stepper.position == 3
        monkeypatch.setattr("viz.terminal.screen._PACE", 100)
        await pilot.press("space")
        assert app.playing is not None
        await pilot.press("space")
        assert app.playing is None

    drive(Stepper(neuron()), body)


@pytest.mark.parametrize(("key", "code"), [("q", None), ("ctrl+c", 130)])
def test_leaving(key: str, code: int | None) -> None:
    """q, and Ctrl-C with its code; the stepper stays where it is."""
    stepper = Stepper(neuron())

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n", key)
        assert app.return_value == code

    drive(stepper, body)
    assert stepper.position == 1


def test_light_and_dark_have_our_colours() -> None:
    """t changes between them."""

    async def body(app: FullScreen, pilot: Any) -> None:
        assert app.theme == "microgradphys-dark"
        assert "#E69F00" in app.current_theme.accent.upper()  # type: ignore[union-attr]
        await pilot.press("t")
        assert app.theme == "microgradphys-light"

    drive(Stepper(neuron()), body)


@pytest.mark.parametrize("name", HOSTILE[::3])
def test_hostile_names_are_text(name: str) -> None:
    """No markup is obeyed, nothing leaves its line."""

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n", "down", "w", "escape", "B")
        assert all(row.isprintable() for row in text(app, "graph").splitlines())
        assert "[b]x[/b]" in text(app, "graph")

    drive(Stepper((Value(np.nan, name) * Value(2.0, "[b]x[/b]")).named(name)), body)


def test_a_terminal_without_unicode_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    """In every pane, borders too."""
    monkeypatch.setattr("viz.terminal.screen.Sheet.of", lambda stream: Sheet(unicode=False))

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n", "n", "n", "n")
        await pilot.pause()
        assert all(text(app, pane).isascii() for pane in ("sentence", "graph", "detail", "source", "time", "message"))
        assert app.query_one("#graph").styles.border.top[0] == "ascii"

    drive(unit(), body)


def test_the_graph_keeps_its_place_while_the_node_is_in_sight() -> None:
    """Nothing jumps; a large graph is shown around the node."""
    stepper = Stepper(layers(4, 4, 1))
    stepper.find("n30")
    top = graph_window(stepper, 0, 10)
    assert top <= 30 < top + 10
    stepper.find("n31")
    assert graph_window(stepper, top, 10) == top
    assert len(graph_lines(stepper, top, Sheet(38, 11))) == 11


def test_details_show_what_is_watched_and_known() -> None:
    """Below the formula, as far as there is room."""
    stepper = Stepper(neuron()).jump(9)
    stepper.watch("w")
    told = plain(detail_lines(stepper, Sheet(60, 40)))
    assert told.splitlines()[0] == "  ∂E/∂s = ∂E/∂y · σ′(s)"
    assert "watch w  value 0.1" in told
    assert told.endswith("not computed: ∂E/∂w, ∂E/∂b")
    assert stepper.paper is None


def test_without_a_terminal_there_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where the terminal cannot."""
    with pytest.raises(InputError, match="needs a terminal"):
        Stepper(neuron()).screen()

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(InputError, match="cannot show a full screen"):
        Stepper(neuron()).screen()


@pytest.mark.parametrize("size", [(120, 40), (50, 20), (30, 12)])
@pytest.mark.parametrize("key", ["n", "h"])
def test_a_terminal_that_is_resized_shows_all_at_its_new_size(size: tuple[int, int], key: str) -> None:
    """At once, and not only after the next key; below an answer too."""
    panes = ("sentence", "graph", "detail", "source", "time", "message")

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n", key)
        before = text(app, "time")
        await pilot.resize_terminal(*size)
        for _ in range(50):
            await pilot.pause()
            if text(app, "time") != before:
                break
        shown = [text(app, pane) for pane in panes]
        assert text(app, "time") != before
        app.show()
        await pilot.pause()
        assert shown == [text(app, pane) for pane in panes]

    drive(Stepper(layers(3, 4, 2, 1)), body)


def test_a_narrow_terminal_has_the_whole_sentence_and_dots_for_what_is_not_computed() -> None:
    """With a legend; a wide one has words."""

    async def narrow(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n")
        await pilot.pause()
        assert "".join(text(app, "sentence").split()) == "Forwardpass·step1of66·layer1·computeW₁₁⁽¹⁾·x₁"
        assert "not" not in text(app, "graph")
        assert app.query_one("#graph").border_subtitle == "· not computed"

    async def wide(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n")
        assert "not computed" in text(app, "graph")
        assert app.query_one("#graph").border_subtitle == ""

    drive(Stepper(layers(2, 2, 1)), narrow, (40, 16))
    drive(Stepper(layers(2, 2, 1)), wide, (200, 50))


def test_without_room_for_the_program_its_line_stands_below_the_formula() -> None:
    """As text, cut where it is too long."""

    async def narrow(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n")
        await pilot.pause()
        line = str(app.query_one("#detail").border_subtitle)
        assert line.startswith("test_screen.py:")
        assert "y = sigmoid(" in line
        assert line.endswith("…")

    async def wide(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n")
        assert not app.query_one("#detail").border_subtitle

    drive(unit(), narrow, (50, 16))
    drive(unit(), wide)


def test_tab_completes_what_was_typed_before_it() -> None:
    """Also where both arrive together, as from a fast typist."""

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("colon", *"break alp", "tab")
        assert app.query_one(Prompt).value == "break alpha"

    drive(Stepper((Value(1.0, "alpha") * 2).named("E")), body)


def test_keys_that_arrive_at_once_are_taken_in_their_order() -> None:
    """Letters, then Tab, without a pause between them."""

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("colon")
        for key, letter in (*((c, c) for c in "until"), ("space", " "), *((c, c) for c in "alp"), ("tab", None)):
            app.post_message(Key(key, letter))
        await pilot.pause()
        assert app.query_one(Prompt).value == "until alpha"

    drive(Stepper((Value(1.0, "alpha") * 2).named("E")), body)


def test_where_both_ends_of_a_step_fit_they_are_in_sight() -> None:
    """What it comes from, and where it goes."""
    stepper = Stepper(layers(4, 4, 1))
    for number in range(1, len(stepper.story.steps) + 1):
        step = stepper.jump(number).step
        assert step is not None
        if step.edge is not None:
            sender = stepper.story.edges[step.edge].target
            top = graph_window(stepper, 0, 40)
            assert abs(sender - step.node) >= 40 or top <= min(sender, step.node) <= max(sender, step.node) < top + 40


@pytest.mark.parametrize(("size", "end"), [((80, 24), "use a leaky ReLU."), ((80, 18), "… more: ':findings'")])
def test_a_finding_is_told_whole_beside_its_step_or_says_where(size: tuple[int, int], end: str) -> None:
    """In a narrow pane it takes more lines; in a low one the last line says how to see it all."""
    h = relu(Value(-1.0, "w") * 2.0).named("h")

    async def body(app: FullScreen, pilot: Any) -> None:
        await pilot.press("n", "n")
        await pilot.pause()
        said = " ".join(text(app, "detail").split())
        assert "dead ReLU: h is 0 for this input" in said
        assert end in said

    drive(Stepper((h + Value(1.0, "c")) ** 2), body, size)
