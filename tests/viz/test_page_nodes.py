"""Nodes and edges of the page answer: cards with every path, tips, search; speed, links, access, print."""

import re

import numpy as np
import pytest
from array_networks import dense
from networks import HOSTILE, layers, story

from lessons.worked_example import scalar_network
from microgradphys import Value, constant, lines, scope, sigmoid
from microgradphys.errors import InputError
from microgradphys.notation import write
from microgradphys.symbols import number_text
from viz import Storyboard, explain, play
from viz.html import page_data

SHOWN = ".mgp-picture:not([hidden])"


def product_program():
    """A loss with four paths from x, a kink among them, and two from a."""
    with lines():
        x, a = Value(0.5, "x"), Value(2.0, "a")
        return (np.sin(x * a) * x + np.exp(x) * a + np.maximum(x, a)).named("L")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    with lines():
        example = Storyboard(scalar_network().E, learning_rate=1.0)
    return {
        "example": play(example).save(folder / "example.html"),
        "paths": play(product_program()).save(folder / "paths.html"),
    }


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def routes(page):
    return [re.sub(r"\s", "", text) for text in page.locator(".mgp-route").all_text_contents()]


def test_a_click_shows_every_path_as_viz_explain_does(visit, saved):
    told = explain(product_program(), "x")
    page = visit(saved["paths"], "#step=33&view=graph")
    page.locator(f"{SHOWN} [data-id=n0]").click()
    assert page.locator(".mgp-card h3").last.text_content().startswith("Its 4 paths to L")
    assert len(routes(page)) == len(told.paths) == told.count == 4
    for row, path in zip(routes(page), told.paths, strict=True):
        assert row.endswith(number_text(path.amount))
    sum_ = page.locator(".mgp-sum").text_content()
    assert sum_ == str(told).splitlines()[-1]
    lit = f"{SHOWN} .on-path:is(rect, path)"
    page.locator(".mgp-route").nth(1).click()
    assert page.locator(".mgp-route").nth(1).get_attribute("aria-pressed") == "true"
    ids = [thing.get_attribute("data-id") for thing in page.locator(lit).all()]
    drawn = Storyboard(product_program())
    assert {id_ for id_ in ids if id_[0] == "n"} == {drawn.nodes[k].id for k in told.paths[1].nodes}
    assert len([id_ for id_ in ids if id_[0] == "e"]) == len(told.paths[1].nodes) - 1
    page.get_by_role("button", name="Light all paths").click()
    assert page.locator(lit).count() > len(ids)
    press(page, "Escape")
    assert page.locator(".mgp-card").is_hidden()
    assert page.locator(lit).count() == 0


def test_the_card_says_what_is_known_at_this_step_and_no_more(visit, saved):
    page = visit(saved["example"], "#step=1&view=graph")
    page.locator(f"{SHOWN} [data-id=n2]").focus()
    press(page, "Enter")
    card = page.locator(".mgp-card")
    assert "W11" in card.locator("h2").text_content()
    facts = card.locator("dl").text_content()
    for part in ("kindleaf", "scopehidden layer", "value0.1", "∂E/∂W₁₁not computed"):
        assert part in facts
    assert card.locator("code").text_content().startswith("worked_example.py:")
    press(page, "End")
    assert "∂E/∂W₁₁0.006255" in card.locator("dl").text_content()
    press(page, "Escape")
    assert page.evaluate("document.activeElement.dataset.id") == "n2"


def test_paths_beyond_the_limit_are_counted(visit, tmp_path):
    y = x = Value(1.1, "x")
    for _ in range(70):
        y = y * y if _ % 35 == 0 else y + y
    page = visit(play(y.named("L"), learning_rate=None).save(tmp_path / "page.html"), "#step=1")
    page.locator("[data-id=n0]").first.dispatch_event("click")
    assert len(routes(page)) == 24
    assert page.locator(".mgp-note").last.text_content() == f"… and {2**70 - 24} more paths"
    assert explain(y, x).count == 2**70


def test_paths_without_number_are_not_counted_digit_by_digit():
    y = x = Value(1.0, "x")
    for _ in range(200):
        y = y + y
    data = page_data(Storyboard(y, learning_rate=None))
    assert data["ways"][0] == "more than 10⁴⁰"
    assert data["ways"][-1] == "1"
    assert explain(y, x).count == 2**200


def test_of_arrays_the_card_says_what_flows(visit, tmp_path):
    W, v = Value([[0.1, 0.2], [0.3, 0.4]], "W"), constant([1.0, -1.0], "v")
    loss = (np.tanh(W @ v) ** 2).sum().named("L")
    page = visit(play(loss).save(tmp_path / "page.html"), "#step=9&view=graph")
    page.locator(f"{SHOWN} [data-id=n0]").click()
    loss.backward()
    assert f"to W: {write_of(W.grad)}" in page.locator(".mgp-route").text_content()
    assert page.locator(".mgp-fields input").count() == 4
    page.locator(".mgp-fields input").nth(2).fill("1")
    press(page, "Enter")
    assert "W = [[0.1, 0.2], [1, 0.4]]" in page.locator(".mgp-changed").text_content()


def write_of(array):
    from microgradphys.mathematics import Number

    return write(Number(array))


def test_pointing_and_focus_tell_what_is_known(visit, saved):
    page = visit(saved["paths"], "#step=1&view=graph")
    tip = page.locator(".mgp-tip")
    page.locator(f"{SHOWN} [data-id=n3]").hover()
    assert tip.text_content().startswith("sin(x · a), sinvalue: not computed∂L/∂sin(x · a): not computed")
    assert re.search(r"test_page_nodes\.py:\d+ +return \(np\.sin\(x \* a\)", tip.text_content())
    page.mouse.move(2, 2)
    assert tip.is_hidden()
    press(page, "End", "Tab", "Tab", "ArrowDown", "ArrowDown")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "edge from x to x · a"
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == tip.get_attribute("id")
    assert tip.get_attribute("role") == "tooltip"
    text = tip.text_content()
    for part in (
        "value of x: 0.5",
        "gradient that arrives, ∂L/∂(x · a): 0.2702",
        "∂(x · a)/∂x: 2",
        "contribution: 0.5403",
    ):
        assert part in text
    assert page.evaluate("document.activeElement.matches(':focus-visible')")


def test_a_tap_opens_the_card(visit, saved):
    page = visit(saved["example"], "#step=20", width=400, height=800, has_touch=True, is_mobile=True)
    page.locator(f"{SHOWN} [data-id=u0]").tap()
    assert "value0.2" in page.locator(".mgp-card dl").text_content()


def test_search_leads_to_nodes_by_name_operation_scope_and_source(visit, saved):
    page = visit(saved["example"], "#view=graph")
    for typed, label in (("b_2", "b₂"), ("sigmoid", "x₁⁽¹⁾"), ("output layer", "W′₁"), ("enumerate(row", "W₁₁")):
        press(page, "/")
        page.keyboard.type(typed)
        found = page.locator("[role=option][data-node]")
        assert f"Node · {label}" in found.first.text_content() or any(
            f"Node · {label}" in text for text in found.all_text_contents()
        )
        press(page, "Escape")
    press(page, "/")
    page.keyboard.type("b_2")
    page.locator("[role=option][data-node]").first.click()
    assert page.locator(".mgp-card h2").text_content().strip() == "b2"
    assert page.evaluate("document.querySelector('[role=status]').textContent").startswith("Forward pass · step 1 ")


def test_speed_is_chosen_by_button_and_keys(visit, saved):
    page = visit(saved["example"])
    speed = page.locator(".mgp-speed")
    assert speed.text_content() == "1×"
    press(page, "+", "+", "+")
    assert speed.text_content() == "4×"
    press(page, "-", "-", "-", "-")
    assert speed.get_attribute("aria-label") == "Speed: 0.5 times (+ and −)"
    speed.click()
    speed.click()
    speed.click()
    assert speed.text_content() == "4×"
    page.locator("button[data-action=play]").click()
    page.wait_for_function("Number(document.querySelector('input[type=range]').value) >= 4")


def test_a_link_is_copied_or_said_to_be_in_the_address_bar(visit, saved):
    page = visit(saved["example"], "#step=7")
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
    page.locator(".mgp-theme").click()
    page.locator(".mgp-link").click()
    page.wait_for_function("Boolean(window.copied)")
    assert page.evaluate("window.copied").endswith("#step=7&theme=dark")
    assert page.locator(".mgp-link").text_content() == "Copied"
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    page.locator(".mgp-link").click()
    page.wait_for_function("document.querySelector('.mgp-link').textContent === 'In the address bar'")
    assert "clipboard is refused" in page.locator("[role=status]").text_content()
    assert (
        visit(saved["example"], "#step=7&theme=dark").evaluate("document.getElementById('player').dataset.theme")
        == "dark"
    )


def test_the_page_forbids_every_network_and_works_so(visit, saved):
    page = visit(saved["example"], "#step=2", bypass_csp=False)
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "default-src 'none'" in policy
    assert "http" not in policy
    press(page, "ArrowRight")
    page.locator(f"{SHOWN} [data-id=u0]").click()
    page.locator(".mgp-fields input").fill("1")
    press(page, "Enter", "Escape")
    assert page.locator(".mgp-changed").is_visible()


def test_every_control_has_a_name_and_a_role(visit, saved):
    page = visit(saved["example"], "#step=40&view=graph")
    page.locator(f"{SHOWN} [data-id=n2]").dispatch_event("click")
    tree = page.locator(".mgp").aria_snapshot()
    controls = re.findall(r"^\s*- (button|slider|combobox|textbox|searchbox)(.*)$", tree, re.MULTILINE)
    assert len(controls) > 40
    assert [kind for kind, rest in controls if not re.match(r' ".+"', rest)] == []
    for name in ("W₁₁, leaf", "edge from W₁₁ to W₁₁ · x₁", "Close (Escape)", "New number for W₁₁"):
        assert f'"{name}"' in tree
    assert 'dialog "Node W₁₁"' in tree
    assert 'slider "Step"' in tree


def test_it_prints_on_one_clean_page(visit, saved):
    page = visit(saved["example"], "#step=43")
    page.locator(f"{SHOWN} [data-id=u0]").click()
    document = page.pdf(prefer_css_page_size=False, format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1
    page.emulate_media(media="print")
    hidden = page.locator(".mgp-card, .mgp-tools, .mgp-foot, .mgp-tip")
    assert not any(part.is_visible() for part in hidden.all())
    for part in (".mgp-sentence", SHOWN, ".mgp-formula", ".mgp-known"):
        assert page.locator(part).is_visible()


@pytest.mark.parametrize("width", [360, 600, 1000, 1920])
def test_it_fits_from_a_phone_to_a_hall(visit, saved, width):
    page = visit(saved["example"], "#step=20&set=2:0.25", width=width, height=800 if width < 1900 else 1080)
    page.locator(f"{SHOWN} [data-id=u0]").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for box in (page.locator(part).bounding_box() for part in (".mgp-card", ".mgp-changed", ".mgp-tools")):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_it_can_be_seen_where_the_system_chooses_the_colours(visit, saved):
    page = visit(saved["example"], "#step=40", forced_colors="active", color_scheme="dark")
    colours = page.evaluate(
        "['.mgp', '.mgp-picture:not([hidden]) .lit', '.mgp-news', '.mgp-picture:not([hidden]) text.name']"
        ".map((one) => document.querySelector(one)).filter(Boolean)"
        ".map((one) => getComputedStyle(one)).map((one) => [one.backgroundColor, one.stroke, one.fill])"
    )
    assert colours[0][0] == "rgb(0, 0, 0)"
    assert len({str(colour) for colour in colours}) > 2


def test_hostile_names_scopes_and_lines_are_text_in_cards_and_tips(visit, tmp_path):
    loss = x = Value(1.5, "<img src=x onerror=window.hacked=1>")
    for name in HOSTILE:
        with scope(name or "nameless"):
            loss = loss * Value(1.1, name) + x
    page = visit(play(loss.named("L")).save(tmp_path / "page.html"), "#step=3&view=graph")
    for k in range(6):
        page.locator(f"{SHOWN} [data-id=n{k}]").dispatch_event("click")
        page.locator(f"{SHOWN} [data-id=n{k}]").dispatch_event("pointerover")
        assert page.locator(".mgp-card").is_visible()
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('img, iframe').length") == 0
    shown = page.evaluate("document.querySelector('#player').innerText")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)


def test_a_page_grows_with_its_graph_and_no_faster():
    def size(width):
        return len(play(story(layers(2, width, 1))).html)

    small, middle, large = size(4), size(8), size(16)
    assert large - middle < 2.6 * (middle - small)


def test_a_graph_of_one_node_and_one_that_a_neuron_is(visit, tmp_path):
    x = Value(2.0, "x")
    page = visit(play(x).save(tmp_path / "one.html"))
    page.locator(f"{SHOWN} [data-id=n0]").click()
    assert "∂x/∂x1" in page.locator(".mgp-card dl").text_content()
    y = sigmoid(Value(0.5, "w") * constant(2.0, "x"))
    assert play(y).html.startswith("<!DOCTYPE html>")


def test_the_circles_of_a_network_of_arrays_open_a_card(visit, tmp_path):
    """That of their array, as their numbers do; so do those of one sample among several of scalars."""
    page = visit(play(dense(2, 3, 1)).save(tmp_path / "arrays.html"), "#step=5&view=network")
    page.locator(f"{SHOWN} circle[data-id=u3]").click()
    page.mouse.move(2, 2)
    page.locator(f"{SHOWN} circle[data-id=u3]").hover()
    assert page.locator(f"{SHOWN} circle[data-id=u3]").get_attribute("aria-label") == "h₁[1], tanh"
    assert re.match(r"h₁\[1\], tanhvalue: −?[\d.]+∂E", page.locator(".mgp-tip").text_content())
    tip, circle = page.locator(".mgp-tip").bounding_box(), page.locator(f"{SHOWN} circle[data-id=u3]").bounding_box()
    assert (
        tip["y"] >= circle["y"] + circle["height"]
        or tip["y"] + tip["height"] <= circle["y"]
        or (tip["x"] >= circle["x"] + circle["width"] or tip["x"] + tip["width"] <= circle["x"])
    ), "what is told of a thing does not cover it"
    labels = page.locator(f"{SHOWN} path[role=button]").evaluate_all("(all) => all.map((e) => e.ariaLabel)")
    assert "W₁[1, 0], leaf" in labels
    assert len(set(labels)) == len(labels)
    card = page.locator(".mgp-card")
    assert "h1" in card.locator("h2").text_content()
    assert "shape3" in card.locator("dl").text_content()
    page.locator(f"{SHOWN} [data-id=w1]").focus()
    press(page, "Enter")
    assert "W1" in card.locator("h2").text_content()


def samples():
    """The same neuron for two samples, added up."""
    w = Value(0.5, "w")
    return sum((sigmoid(w * constant(x, f"x_{k}")).named(f"y_{k}") - 1) ** 2 for k, x in ((1, 0.2), (2, 0.7))).named(
        "E"
    )


def test_a_page_shows_the_sample_that_is_asked_for(visit, tmp_path):
    page = visit(play(samples(), sample=2).save(tmp_path / "samples.html"), "#step=2&view=network")
    assert "sample 2 of 2" in page.locator(SHOWN).text_content()
    page.locator(f"{SHOWN} circle[data-id=u1]").click()
    assert "y2" in page.locator(".mgp-card h2").text_content()
    with pytest.raises(InputError, match="there is no sample 3; samples go from 1 to 2"):
        play(samples(), sample=3)
