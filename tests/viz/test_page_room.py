"""The page: where there is little room, or very much: long names, wide graphs, tablets, paper, a list of keys."""

import re
from itertools import pairwise

import numpy as np
import pytest

from microgradphys import Value, scope
from viz import play

LONG = "loss of the whole batch of images"


def long_names():
    """A loss with a long name, in a scope of 300 letters."""
    with scope("s" * 300):
        return (Value(0.5, "w") * Value(2.0, "x") + Value(1.0, "b")).named(LONG)


def chain(length):
    """A chain so long that it is drawn much wider than a page."""
    y = Value(0.5, "x")
    for k in range(length):
        y = np.tanh(y * Value(0.9, f"w_{k}"))
    return y.named("y")


def flat():
    """A graph that is much wider than it is high."""
    y = Value(0.5, "x")
    for k in range(9):
        y = np.sin(y).named(f"y_{k}")
    return y


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("room")
    made = {"names": long_names(), "chain": chain(12), "many steps": chain(24), "flat": flat()}
    return {name: play(loss, names={}).save(folder / f"{name}.html") for name, loss in made.items()}


def test_of_a_long_derivative_the_part_that_differs_stays_in_sight(visit, saved):
    page = visit(saved["names"], "#step=6")
    rows = page.locator(".mgp-known tbody[data-pass=backward] .mgp-label")
    assert rows.first.text_content() == f"∂{LONG}/∂{LONG}"
    seen = rows.locator("span:last-child").evaluate_all(
        "(all) => all.map((e) => [e.textContent, e.scrollWidth <= e.clientWidth])"
    )
    assert [text for text, _ in seen[1:]] == ["/∂b", "/∂w", "/∂x"]
    assert all(whole for _, whole in seen[1:])


def test_a_sentence_takes_no_more_than_its_lines_and_is_told_when_pointed_at(visit, saved):
    page = visit(saved["names"], "#step=2", width=1280, height=720)
    line = page.locator(".mgp-sentence")
    assert line.bounding_box()["height"] < 80
    assert "s" * 300 in line.get_attribute("title")
    assert page.locator(".mgp-stage").bounding_box()["height"] > 250


def test_a_name_column_leaves_the_room_to_the_numbers(visit, tmp_path):
    E = np.sum(Value([[0.5, 1.25], [3.0, 0.125]], "W") ** 2).named("E")
    page = visit(play(E).save(tmp_path / "page.html"), "#step=5")
    cell = page.locator(".mgp-known td").last
    assert cell.evaluate("(one) => one.scrollWidth <= one.clientWidth"), cell.text_content()


def test_a_flat_picture_leaves_the_room_below_it_to_what_is_known(visit, saved):
    page = visit(saved["flat"], "#step=5", width=820, height=1180)
    assert page.locator(".mgp-stage").bounding_box()["height"] < 400
    known = page.locator(".mgp-known").bounding_box()
    assert known["y"] + 100 < 1180


def test_every_formula_has_the_size_at_which_it_fits(visit, saved):
    """Also of steps that were not measured beforehand, for there are many."""
    page = visit(saved["many steps"])
    size = "getComputedStyle(document.querySelector('.mgp-lines')).getPropertyValue('--formula')"
    for k in range(5, 12):
        page.evaluate(f"location.hash = '#step={k}'")
        page.wait_for_function(f"document.querySelector('input[type=range]').value === '{k}'")
        assert page.evaluate(size) == "1"


def test_a_wide_graph_is_printed_in_strips_that_can_be_read(visit, saved):
    page = visit(saved["chain"], "#step=20&view=graph")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    strips = page.locator(".mgp-strips > svg")
    assert strips.count() > 2
    # Together they show everything, one after the other.
    views = [
        list(map(float, text.split()))
        for text in strips.evaluate_all("(all) => all.map((e) => e.getAttribute('viewBox'))")
    ]
    assert views[0][0] == 0
    for before, after in pairwise(views):
        assert before[0] + before[2] == pytest.approx(after[0])
    assert not page.locator(".mgp-picture > svg").first.is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert strips.count() == 0
    page.emulate_media(media="screen")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 3


def test_the_keys_are_listed_on_request(visit, saved):
    page = visit(saved["chain"], "#step=3")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    assert keys.is_visible()
    for key in ("→", "Home", "space", "/", "Enter", "Escape"):
        assert key in keys.locator("dt").all_text_contents().__str__()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert keys.is_hidden()
    page.locator(".mgp-help").click()
    page.get_by_role("button", name="Close (Escape)").last.click()
    assert keys.is_hidden()
    assert page.evaluate("document.activeElement.className") == "mgp-help"
    page.keyboard.press("ArrowRight")
    assert page.locator("input[type=range]").input_value() == "4"


def test_search_finds_numbers_and_operations_before_source_lines(visit, saved):
    page = visit(saved["chain"], "#step=2")
    page.keyboard.press("/")
    for typed, name in (("tanh", "Node · tanh(x · w₀) · tanh"), ("0.4219", "Node · tanh(x · w₀) · tanh")):
        page.locator("input[type=search]").fill(typed)
        assert page.locator("[role=option][data-node]").first.text_content() == name


def test_a_path_through_nodes_without_names_is_told_by_operations(visit, saved):
    page = visit(saved["chain"], "#step=2&view=graph")
    page.locator(".mgp-picture:not([hidden]) [data-id=n0]").click()
    told = page.locator(".mgp-chain").first.text_content()
    assert told.startswith("y ← multiply ← tanh ← multiply")
    assert told.endswith("tanh ← x · w₀ ← x")
