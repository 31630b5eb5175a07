"""The page: its structure, its safety, and its behaviour in a real browser."""

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from array_networks import dense
from networks import HOSTILE, layers, story

from lessons.worked_example import scalar_network
from microgradphys import Value, constant, scope
from microgradphys.errors import GradientError, InputError
from microgradphys.mathematics import Number
from microgradphys.notation import write
from viz import Storyboard, play
from viz.drawing import at_step
from viz.graph_view import graph_picture
from viz.html import embedded, page_data, player_script, style_sheet
from viz.networks.network import read_network
from viz.networks.network_view import network_picture
from viz.schema import as_dict
from viz.svg import svg
from viz.theme import LIGHT, THEMES, Theme
from viz.views import network_view


class Parsed(HTMLParser):
    """The elements of a document, and the text in its scripts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.scripts, self.title, self.open = [], [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        if self.open and self.open[-1] == "title":
            self.title += data


@pytest.fixture(scope="module")
def example():
    return story(scalar_network().E)


@pytest.fixture(scope="module")
def saved(example, tmp_path_factory):
    return play(example, title="The worked example").save(tmp_path_factory.mktemp("page") / "steps.html")


def sentence(page):
    """The sentence on the screen, as the storyboard writes it."""
    return page.evaluate(
        "[document.querySelector('.mgp-sentence strong').lastChild, document.querySelector('.mgp-rest')]"
        ".map((part) => part.textContent).join(' · ')"
    )


def step_of(page):
    return int(page.evaluate("document.querySelector('input[type=range]').value"))


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    return step_of(page)


# --------------------------------------------------------------------------------------------------------- structure


def test_one_document_that_loads_nothing(example):
    html = play(example).html
    parsed = Parsed(html)
    assert html.count("<!DOCTYPE html>") == html.count("<html") == html.count("</html>") == 1
    assert set(re.findall(r"https?://[^\s\"'`<>)]*", html)) <= {"http://www.w3.org/2000/svg"}
    assert not [
        tag
        for tag, attrs in parsed.tags
        if "src" in attrs or str(attrs.get("href", "data:")).partition(":")[0] != "data"
    ]
    assert [attrs.get("type") for tag, attrs in parsed.tags if tag == "script"] == ["application/json", "module"]
    assert "@import" not in html
    assert "url(" not in html
    assert "export " not in parsed.scripts[1]
    assert parsed.title == "The steps of E"
    assert len(html.encode()) < 450_000


def test_data_is_json_with_as_many_entries_as_moves(example):
    data = json.loads(Parsed(play(example).html).scripts[0])
    assert (data["schema"], data["version"]) == ("microgradphys/page", 1)
    assert data["story"] == json.loads(json.dumps(as_dict(example, notations=("plain", "mathml"))))
    assert [view["name"] for view in data["views"] if not view["inside"]] == ["network", "graph"]
    for part in (data["news"], data["sums"], *(view[key] for view in data["views"] for key in ("changes", "routes"))):
        assert len(part) == len(example.moves)


def test_every_text_and_route_is_drawn(example):
    for view in page_data(example)["views"]:
        drawn = re.findall(r'data-id="([^"]*)"', view["svg"])
        assert len(drawn) == len(set(drawn))
        assert " id=" not in view["svg"]
        assert {id_ for change in view["changes"] for id_, *_ in change} <= set(drawn)
        assert {id_ for route in view["routes"] for id_ in route["lit"]} <= set(drawn)
        assert all(len(route["lit"]) == 1 for route in view["routes"])


def test_a_graph_without_neurons_has_the_graph_view_only():
    x = Value(3.0, "x")
    assert [view["name"] for view in page_data(Storyboard(x * x))["views"]] == ["graph"]
    assert [view["name"] for view in page_data(Storyboard(x * 2))["views"]] == ["graph"]


def test_running_totals_add_up():
    x = Value(3.0, "x")
    data = page_data(Storyboard((x * x).named("E"), learning_rate=None))
    assert [entry and (entry["note"], entry["plain"]) for entry in data["sums"]] == [
        None,
        None,
        ("contribution 1 of 2", ""),
        ("contribution 2 of 2, so far", "∂E/∂x = 3 + 3 = 6"),
    ]
    assert [entry and entry[1] for entry in data["news"]] == ["9", "1", "3", "6"]


def test_trouble_is_marked():
    x = Value(0.0, "x")
    with np.errstate(all="ignore"):
        data = page_data(Storyboard((np.log(x) * x).named("L"), learning_rate=None))
    assert data["news"][1][1:] == ("NaN", True)
    assert data["views"][0]["changes"][0][0][1:3] == ("−∞", "trouble")


@pytest.mark.parametrize("by", ["contribution", "node", "layer", "update"])
def test_options_reach_the_storyboard(by):
    data = json.loads(Parsed(play(layers(2, 2, 1), by=by, learning_rate=0.5).html).scripts[0])
    assert (data["story"]["by"], data["story"]["learning_rate"]) == (by, 0.5)


def test_folded_scopes_are_one_box():
    views = [page_data(story(layers(2, 2, 1)), fold=fold)["views"][1]["svg"] for fold in ((), "layer 1", True)]
    assert [view.count("shape group") for view in views] == [0, 1, 2]


def test_names_come_from_the_caller():
    slope = Value(3.0)
    html = play(slope * slope).html
    assert "∂(slope · slope)/∂slope" in html


# ------------------------------------------------------------------------------------------------- errors and files


def test_errors_say_what_is_wrong(example, tmp_path):
    with pytest.raises(InputError, match="needs a Value"):
        play(3.0)
    with pytest.raises(InputError, match="'by' cannot be changed"):
        play(example, by="node")
    with pytest.raises(InputError, match="title=3 is not text"):
        play(example, title=3)
    with pytest.raises(InputError, match="no scope is called 'nowhere'"):
        play(example, fold=["nowhere"])
    with pytest.raises(GradientError, match="shape"):
        play(Value([1.0, 2.0], "v") * 2)
    page = play(example)
    with pytest.raises(InputError, match=r"must end in \.html"):
        page.save(tmp_path / "page.pdf")
    with pytest.raises(InputError, match="nowhere"):
        page.save(tmp_path / "nowhere" / "page.html")


def test_save_writes_whole_files_only(example, tmp_path, monkeypatch):
    page = play(example)
    target = page.save(tmp_path / "page.html")
    assert target == tmp_path / "page.html"
    assert target.read_text(encoding="utf-8") == page.html
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(InputError, match="disk full"):
        play(Value(2.0, "x") ** 2).save(target)
    assert target.read_text(encoding="utf-8") == page.html
    assert list(tmp_path.iterdir()) == [target]


def test_notebook_frame_holds_the_document(example):
    page = play(example, title='"quoted" & <b>')
    parsed = Parsed(page._repr_html_())
    _, attrs = parsed.tags[-1]
    assert [tag for tag, _ in parsed.tags] == ["p", "style", "iframe"]
    assert attrs["srcdoc"] == page.html
    assert attrs["title"] == page.title
    assert attrs["sandbox"] == "allow-scripts"


def test_embedded_data_cannot_end_its_element():
    nasty = ["</script>", "<!--<script>", "\u2028\u2029", "a & b", "\ud800", *HOSTILE]
    text = embedded(nasty)
    assert not set("<>&\u2028\u2029\ud800") & set(text)
    assert json.loads(text) == nasty


# --------------------------------------------------------------------------------------------------------- colours


def brightness(colour):
    parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a, b):
    bright, dark = sorted((brightness(a), brightness(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_texts_stand_out(name):
    theme = THEMES[name]
    least = 7.0 if name == "contrast" else 4.5
    for colour in (theme.ink, theme.dim, theme.forward, theme.backward, theme.update):
        assert contrast(colour, theme.background) >= least
        assert contrast(colour, theme.panel) >= least


def test_style_sheet_takes_every_colour_from_the_themes():
    sheet = style_sheet()
    colours = {getattr(theme, field).lower() for theme in THEMES.values() for field in Theme.__slots__}
    assert {found.lower() for found in re.findall(r"#[0-9a-fA-F]{6}\b", sheet)} == colours
    assert sheet.count("{") == sheet.count("}")


# ------------------------------------------------------------------------------------------------- in the browser


def test_buttons_keys_and_slider_lead_to_the_same_steps(visit, saved, example):
    page, last = visit(saved), len(example.steps)
    assert step_of(page) == 1
    assert press(page, "ArrowRight", "ArrowRight") == 3
    assert press(page, "ArrowLeft") == 2
    assert press(page, "End") == last
    assert press(page, "ArrowRight") == last
    assert press(page, "Home") == 1
    assert press(page, "ArrowLeft") == 1
    assert press(page, "PageDown") == 2
    assert press(page, "PageUp") == 1
    for action, expected in (("next", 2), ("next", 3), ("back", 2), ("last", last), ("first", 1)):
        page.click(f"button[data-action={action}]")
        assert step_of(page) == expected
    box = page.locator("input[type=range]").bounding_box()
    for wanted in (1, 18, 41, last):
        page.mouse.click(box["x"] + box["width"] * (wanted - 0.5) / last, box["y"] + box["height"] / 2)
        assert step_of(page) == wanted
        assert sentence(page) == example.steps[wanted - 1].sentence
        pointer = page.locator(".mgp-pointer").bounding_box()
        assert pointer["x"] + pointer["width"] / 2 == pytest.approx(
            box["x"] + box["width"] * (wanted - 0.5) / last, abs=2
        )


def test_address_names_the_step(visit, saved):
    page = visit(saved, "#step=41&view=graph")
    assert step_of(page) == 41
    assert page.locator("button[data-view=graph]").get_attribute("aria-pressed") == "true"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.hash === '#step=42&view=graph'")
    page.evaluate("location.hash = '#step=7'")
    page.wait_for_function("document.querySelector('input[type=range]').value === '7'")
    assert page.evaluate("history.length") <= 3
    for wrong, expected in (("#step=0", 1), ("#step=1000", 69), ("#step=abc", 69), ("#nonsense", 69)):
        page.evaluate(f"location.hash = {wrong!r}")
        page.wait_for_timeout(50)
        assert step_of(page) == expected
    assert step_of(visit(saved, "#step=abc")) == 1


def test_every_step_shows_the_numbers_of_the_storyboard(visit, saved, example):
    page = visit(saved)
    pictures = {"network": network_picture(example, read_network(example)), "graph": graph_picture(example)}
    texts = {name: {text.id: text.slot for text in picture.texts if text.slot} for name, picture in pictures.items()}
    for k, step in enumerate(example.steps, 1):
        seen = page.evaluate(
            """() => ({
                known: [...document.querySelectorAll('.mgp-known tr[data-state]:not([data-state=missing])')]
                    .map((row) => [row.cells[0].textContent, row.cells[1].textContent]),
                lines: document.querySelectorAll('.mgp-known tr[data-state=now]').length,
                texts: Object.fromEntries([...document.querySelectorAll('.mgp-picture:not([hidden]) text')]
                    .map((text) => [text.dataset.id, text.textContent])),
                lit: [...document.querySelectorAll('.mgp-picture:not([hidden]) .lit')].map((thing) => thing.dataset.id),
                result: document.querySelector('.mgp-line.main .mgp-math:last-child math').textContent,
                status: document.querySelector('[role=status]').textContent,
            })"""
        )
        assert sentence(page) == step.sentence
        assert seen["status"] == f"{step.sentence}: {step.move.formula}"
        assert seen["known"] == [[write(line.label), write(Number(line.value))] for line in example.known(k)]
        named = example.nodes[step.move.node].named
        assert seen["lines"] == (1 if named else 0)
        name = "network" if k % 2 else "graph"
        filled = at_step(example, pictures[name], k)
        assert {id_: seen["texts"][id_] for id_ in texts[name]} == {
            id_: filled[slot][0] for id_, slot in texts[name].items()
        }
        assert seen["lit"] == list(pictures[name].routes[step.move.id].lit)
        assert seen["result"].lstrip("=") == write(step.move.formula.result)
        page.click(f"button[data-view={'graph' if k % 2 else 'network'}]")
        page.keyboard.press("ArrowRight")


def test_local_derivative_and_running_total_have_their_own_lines(visit, saved, example, tmp_path):
    page = visit(saved, "#step=21")
    assert example.steps[20].move.local_formula is not None
    assert "σ" in page.locator(".mgp-line.local math").first.text_content()
    x = Value(3.0, "x")
    page = visit(play((x * x).named("E")).save(tmp_path / "square.html"), "#step=4")
    assert page.locator(".mgp-line.main").text_content().startswith("∂E∂x+=")
    assert page.locator(".mgp-line.sum").text_content() == "contribution 2 of 2, so far∂E∂x=3+3=6"


def test_play_and_pause(visit, saved):
    page = visit(saved, "#step=3")
    page.keyboard.press(" ")
    assert page.locator("button[data-action=play]").get_attribute("aria-label") == "Pause (space)"
    page.wait_for_function("document.querySelector('input[type=range]').value === '4'")
    page.click("button[data-action=play]")
    assert page.locator("button[data-action=play]").get_attribute("aria-label") == "Play (space)"
    page.keyboard.press("End")
    page.locator("button[data-action=next]").focus()
    page.click("button[data-action=play]")
    page.wait_for_function("document.querySelector('input[type=range]').value === '1'")
    page.keyboard.press("ArrowRight")
    assert page.locator("button[data-action=play]").get_attribute("aria-label") == "Play (space)"


def test_search_finds_names_numbers_and_nothing(visit, saved, example):
    page = visit(saved)
    page.keyboard.press("/")
    for typed in ("W11", "w_11", "W₁₁"):
        page.locator("input[type=search]").fill(typed)
        found = page.locator("[role=option][data-step]").all_text_contents()
        steps = {step.sentence: str(step.move.formula) for step in example.steps}
        assert "W₁₁" in found[0]
        assert all("W₁₁" in text + steps[text] for text in found)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "W₁₁" in sentence(page)
    assert page.locator("[role=listbox]").is_hidden()
    assert press(page, "ArrowRight") > 1
    page.keyboard.press("/")
    page.keyboard.type("41")
    page.keyboard.press("Enter")
    assert step_of(page) == 41
    page.keyboard.press("/")
    page.keyboard.type("no such thing")
    assert page.locator("[role=listbox]").text_content() == "No step and no node is called that"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert step_of(page) == 41
    assert page.locator("[role=listbox]").is_hidden()
    page.keyboard.press("/")
    page.keyboard.type("update b")
    page.locator("[role=option]").first.click()
    assert "update b" in sentence(page)


def test_everything_is_reached_by_tab_in_the_order_it_is_seen(visit, saved):
    page = visit(saved, "#step=2&view=graph")
    names = []
    for _ in range(19):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('aria-label')")
        if name is None:
            break
        names.append(name.partition(":")[0].partition(" (")[0])
        assert page.evaluate("document.activeElement.matches(':focus-visible')")
    assert names == [
        "Graph", "x₁, constant", "Fold", "What is known so far", "Step", "First step", "Back", "Play", "Next",
        "Last step", "Speed", "Fit the picture into its panel", "Show the picture at a size that can be read",
        "Network view", "Graph view", "Find a step or a node by name or number", "Copy a link to this step", "Colours",
        "Keys",
    ]  # fmt: skip
    assert page.locator("[role=status]").get_attribute("aria-live") == "polite"
    assert page.locator("input[type=range]").get_attribute("aria-valuetext").startswith("Forward pass · step 2 of 69")


PANELS = ".mgp-head, .mgp-stage, .mgp-formula, .mgp-known, .mgp-foot, .mgp-tools"
BOXES = f"""() => [...document.querySelectorAll('{PANELS}')].map((panel) => {{
    const box = panel.getBoundingClientRect();
    return [panel.className, ...[box.left, box.top + scrollY, box.right, box.bottom + scrollY].map(Math.round)];
}})"""


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 800), (1100, 800), (900, 900), (400, 800)])
def test_nothing_jumps_nothing_overlaps(visit, saved, example, width, height):
    page = visit(saved, width=width, height=height)
    boxes = page.evaluate(BOXES)
    for _ in example.steps[1:]:
        page.keyboard.press("ArrowRight")
        assert page.evaluate(BOXES) == boxes, sentence(page)
        inside = "['.mgp-sentence', '.mgp-formula'].every((name) => { const one = document.querySelector(name);"
        assert page.evaluate(
            f"{inside} return one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight + 1; }})"
        )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width >= 900:
        assert page.evaluate("document.documentElement.scrollHeight") <= height
    places = [box[1:] for box in boxes if box[0] != "mgp-tools" or width < 900]
    for k, (left, top, right, bottom) in enumerate(places):
        assert 0 <= left < right <= width
        for other in places[:k]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    controls = page.locator("button:visible, input[type=search]").all()
    rows = [control.bounding_box() for control in controls]
    for k, a in enumerate(rows):
        for b in rows[:k]:
            # The halves of a switch share a border.
            apart = a["x"] + a["width"] <= b["x"] + 4 or b["x"] + b["width"] <= a["x"] + 4
            assert apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]


def test_texts_of_the_picture_do_not_touch_in_this_browser(visit, saved, example):
    for view in ("network", "graph"):
        page = visit(saved, f"#step=43&view={view}")
        boxes = page.evaluate(
            """() => [...document.querySelectorAll('.mgp-picture:not([hidden]) text:not([transform])')]
                .filter((text) => text.textContent !== '·')
                .map((text) => {
                    const [box, y] = [text.getBBox(), Number(text.getAttribute('y'))];
                    const half = 0.36 * Number(text.getAttribute('font-size'));
                    return [text.textContent, box.x, y - half, box.x + box.width, y + half];
                })"""
        )
        for k, (name, left, top, right, bottom) in enumerate(boxes):
            for other, *place in boxes[:k]:
                assert right <= place[0] or place[2] <= left or bottom <= place[1] or place[3] <= top, (name, other)


def test_the_back_row_can_read(visit, saved):
    page = visit(saved, "#step=43", width=1920, height=1080)
    sizes = page.evaluate(
        "[...document.querySelectorAll('.mgp-sentence, .mgp-known td, .mgp-line.main')]"
        ".map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 26
    assert page.evaluate("document.querySelector('.mgp-picture text').getBoundingClientRect().height") >= 20


def test_narrow_page_is_stacked_and_wide_page_side_by_side(visit, saved):
    narrow, wide = ({box[0]: box[1:] for box in visit(saved, width=w).evaluate(BOXES)} for w in (400, 1000))
    assert narrow["mgp-known"][1] >= narrow["mgp-stage"][3]
    assert narrow["mgp-formula"][1] >= narrow["mgp-stage"][3]
    assert wide["mgp-known"][0] >= wide["mgp-stage"][2]
    assert wide["mgp-known"][1] <= wide["mgp-stage"][1]
    page = visit(saved, width=400, height=800)
    foot = page.locator(".mgp-transport").bounding_box()
    assert foot["y"] + foot["height"] <= 800
    assert all(button.bounding_box()["height"] >= 44 for button in page.locator(".mgp-transport button").all())


def test_colours_follow_the_system_and_then_the_button(visit, saved):
    background = "getComputedStyle(document.querySelector('.mgp')).backgroundColor"
    ink = "getComputedStyle(document.querySelector('.mgp')).color"

    def rgb(colour):
        return f"rgb({', '.join(str(int(colour[k : k + 2], 16)) for k in (1, 3, 5))})"

    assert visit(saved, color_scheme="light").evaluate(background) == rgb(THEMES["light"].background)
    page = visit(saved, color_scheme="dark")
    assert page.evaluate(background) == rgb(THEMES["dark"].background)
    assert visit(saved, contrast="more").evaluate(ink) == rgb(THEMES["contrast"].ink)
    for name, label in (("contrast", "High contrast"), ("light", "Light"), ("dark", "Dark")):
        page.click(".mgp-theme")
        assert page.locator(".mgp-theme").text_content() == label
        assert page.evaluate(ink) == rgb(THEMES[name].ink)
    page.emulate_media(media="print")
    assert page.evaluate(background) == rgb(THEMES["light"].background)
    assert page.locator(".mgp-foot").is_hidden()


def test_dot_flows_along_the_edge_unless_motion_is_unwanted(visit, saved, example):
    k = next(
        k for k, step in enumerate(example.steps, 1) if step.id.startswith("backward") and step.move.edge is not None
    )
    k = next(
        j for j in range(k, 60) if network_picture(example, read_network(example)).routes[example.steps[j - 1].id].path
    )
    where = "document.querySelector('.mgp-picture:not([hidden]) .mgp-dot').getAttribute('transform')"
    page = visit(saved, f"#step={k - 1}", calm=False)
    page.keyboard.press("ArrowRight")
    start = page.evaluate(where)
    page.wait_for_function(f"{where} !== {start!r}")
    page.wait_for_timeout(1100)
    end = page.evaluate(where)
    assert end != start
    page = visit(saved, f"#step={k - 1}", calm=True)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(where) == end


def test_wide_picture_follows_the_step_and_can_be_fitted(visit, saved):
    page = visit(saved, "#view=graph")
    inside = """() => {
        const [panel, lit] = ['', ' .lit'].map((part) => document.querySelector(`.mgp-picture:not([hidden])${part}`));
        const [a, b] = [panel, lit].map((one) => one.getBoundingClientRect());
        return b.left >= a.left - 1 && b.right <= a.right + 1 && b.top >= a.top - 1 && b.bottom <= a.bottom + 1;
    }"""
    for key in ("End", "Home", *["ArrowRight"] * 20):
        page.keyboard.press(key)
        assert page.evaluate(inside), sentence(page)
    page.get_by_role("button", name="Fit the picture").click()
    size = "['scrollWidth', 'clientWidth'].map((one) => document.querySelector('.mgp-picture:not([hidden])')[one])"
    scrolled, room = page.evaluate(size)
    assert scrolled <= room
    page.get_by_role("button", name="Show the picture at a size").click()
    scrolled, room = page.evaluate(size)
    assert scrolled > room
    page.locator(".mgp-picture:not([hidden])").hover()
    page.mouse.wheel(0, -200)
    page.wait_for_function(f"({size})[0] > {scrolled}")


def test_hostile_names_are_text(visit, tmp_path):
    bad = [
        *HOSTILE,
        "<img src=x onerror=window.hacked=1>",
        "\u2066isolate\u2069 </title>",
        "</script><script>window.hacked=1</script>",
    ]
    loss = x = Value(1.5, bad[0])
    for k, name in enumerate(bad):
        with scope(name or "nameless"):
            loss = loss * Value(1.0 + k / 10, name) + constant(1.0, name) * x
    page_ = play(
        loss.named("</svg><script>window.hacked=1</script>"),
        title="</title><script>window.hacked=1</script>\u2028\ud800",
    )
    parsed = Parsed(page_.html)
    assert [tag for tag, _ in parsed.tags if tag in ("script", "img", "svg")] == ["script", "script"]
    assert parsed.title.startswith("</title><script>")
    page = visit(page_.save(tmp_path / "hostile.html"))
    last = int(page.locator("input[type=range]").get_attribute("max"))
    for k in (2, last // 3, last // 2, last):
        page.evaluate(f"location.hash = '#step={k}'")
        page.wait_for_function(f"document.querySelector('input[type=range]').value === '{k}'")
    for view in page.locator("button[data-view]").all():
        view.click()
    page.keyboard.press("/")
    page.keyboard.type("script")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert page.evaluate("document.querySelectorAll('img, iframe, object, embed').length") == 0
    shown = page.evaluate("document.querySelector('#player').innerText") + page.title()
    assert "alert(1)" in shown
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)


@pytest.mark.parametrize("make", [
    lambda: (np.array([1.0, 2.0]) @ Value([[0.1, 0.2], [0.3, 0.4]], "W")).sum().named("E"),
    lambda: Value(2.0, "w") * 3,
    lambda: np.log(Value(0.0, "z")) * 2,
    lambda: np.tanh(layers(3, 3, 1)),
])  # fmt: skip
def test_other_programs_are_shown(visit, tmp_path, make):
    with np.errstate(all="ignore"):
        page = visit(play(make()).save(tmp_path / "other.html"), width=900, height=700)
    last = int(page.locator("input[type=range]").get_attribute("max"))
    seen = {sentence(page)}
    for _ in range(last - 1):
        page.keyboard.press("ArrowRight")
        seen.add(sentence(page))
    assert len(seen) == last


def test_several_players_share_a_page(visit, tmp_path):
    x = Value(3.0, "x")
    code = player_script().replace("export function", "function")
    data = embedded(page_data(Storyboard((x * x).named("E"))))
    document = f"""<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><style>{style_sheet()}</style>
        <div id="a"></div><div id="b"></div><script type="module">{code}
        const data = {data};
        window.a = mount(document.getElementById("a"), data);
        window.b = mount(document.getElementById("b"), data);
        document.getElementById("b").addEventListener("step", (event) => {{ window.heard = event.detail; }});
        </script>"""
    path = tmp_path / "two.html"
    path.write_text(document, encoding="utf-8")
    page = visit(path)
    page.locator("#b button[data-action=next]").click()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("[window.a.step, window.b.step, window.heard, location.hash]") == [1, 3, 3, ""]
    page.evaluate("window.a.go(5); window.b.destroy()")
    assert page.evaluate("[window.a.step, document.getElementById('b').children.length]") == [5, 0]


def test_notebook_frame_plays(visit, saved, tmp_path):
    x = Value(3.0, "x")
    path = Path(tmp_path / "notebook.html")
    path.write_text(
        f"<!DOCTYPE html><meta charset='utf-8'><p class='mgp-sentence'>a notebook</p>{play(x * x)._repr_html_()}",
        encoding="utf-8",
    )
    page = visit(path)
    frame = page.frame_locator("iframe")
    frame.locator("button[data-action=next]").click()
    assert frame.locator("input[type=range]").input_value() == "2"


@pytest.mark.parametrize("loss", [dense(30, 15, 30), dense(2, 3, 1)], ids=["heat maps", "edges"])
def test_heat_maps_and_edges_are_tinted_as_the_picture_says(visit, tmp_path, loss):
    """At steps in any order, cells and edges have the colours that the file would have."""
    board = story(loss)
    picture = network_view(board)
    page = visit(play(board).save(tmp_path / "steps.html"))
    look = """(id) => {
        const thing = document.querySelector(`[data-id="${id}"]`);
        if (thing.tagName !== "g") return [[...thing.classList].filter((c) => c !== "lit").join(" "), 1];
        return [...thing.querySelectorAll("path")].filter((path) => path.getAttribute("fill-opacity") > 0)
            .map((path) => [path.classList[1], path.getAttribute("d").split("z").length - 1]);
    }"""
    for step in (len(board.steps), 1, len(board.steps) // 2):
        page.evaluate("(k) => { location.hash = `#step=${k}`; }", step)
        page.wait_for_function(
            "(k) => document.querySelector('.mgp-rest').textContent.includes(`step ${k} of`)", arg=step
        )
        drawn = ET.fromstring(svg(picture, LIGHT, at_step(board, picture, step)))
        for mark in (*picture.grids, *(line for line in picture.lines if line.slot)):
            thing = next(element for element in drawn.iter() if element.get("id") == mark.id)
            if thing.tag.endswith("path"):
                expected = [thing.get("class"), 1]
                found = page.evaluate(look, mark.id)
            else:
                paths = thing.findall("{http://www.w3.org/2000/svg}path")
                expected = sorted([path.get("class").split()[1], path.get("d").count("z")] for path in paths)
                found = sorted(page.evaluate(look, mark.id))
            assert found == expected, (mark.id, step)


# ----------------------------------------------------------------------------------------------------------- folding


def test_boxes_open_and_close_and_show_the_numbers_of_the_step(visit, saved, example):
    page = visit(saved, "#step=40&view=graph")
    groups = "document.querySelectorAll('.mgp-picture:not([hidden]) rect.group').length"
    shown = """Object.fromEntries([...document.querySelectorAll('.mgp-picture:not([hidden]) text')]
        .map((text) => [text.dataset.id, text.textContent]))"""

    def agrees(fold, unfold=()):
        picture = graph_picture(example, fold, unfold)
        texts = page.evaluate(shown)
        filled = at_step(example, picture, step_of(page))
        assert {text.id: texts[text.id] for text in picture.texts if text.slot} == {
            text.id: filled[text.slot][0] for text in picture.texts if text.slot
        }

    assert page.evaluate(groups) == 0
    page.keyboard.press("f")
    assert page.evaluate(groups) == 3
    agrees(True)
    page.locator("rect[aria-label='Open output layer']").click(force=True)
    assert page.evaluate(groups) == 2
    agrees(True, "output layer")
    for _ in range(25):
        page.keyboard.press("ArrowRight")
        agrees(True, "output layer")
    page.locator("rect[aria-label='Open hidden layer']").focus()
    page.keyboard.press("Enter")
    agrees(True, "hidden layer")
    page.keyboard.press("f")
    assert page.evaluate(groups) == 3
    page.get_by_role("button", name="Unfold all").click()
    assert page.evaluate(groups) == 0
    agrees(())


def test_dragging_opens_nothing(visit, saved):
    page = visit(saved, "#step=40&view=graph")
    page.keyboard.press("f")
    box = page.locator("rect[aria-label='Open output layer']").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
    page.mouse.up()
    assert page.evaluate("document.querySelectorAll('.mgp-picture:not([hidden]) rect.group').length") == 3


def test_a_large_graph_opens_folded(visit, tmp_path):
    x = Value(0.5, "x")
    for k in range(3000):
        x = x * 0.999 if k % 2 else x + 0.001
    page = visit(play(x.named("y")).save(tmp_path / "steps.html"))
    page.locator("rect[aria-label='Open add, multiply × 1500'], rect[aria-label^='Open add, multiply']").first.click(
        force=True
    )
    assert page.locator("rect[aria-label$=' more']").count() == 1
    assert "too many to be read at once" in page.locator(".mgp-picture text[data-id=note]").text_content()
