"""The quiz on a page: driven in a browser by keyboard, with the same verdicts as in Python."""

import base64
import json
import re

import numpy as np
import pytest
from networks import HOSTILE, layers
from spellings import REFUSED, SPELLINGS

from lessons.worked_example import scalar_network
from microgradphys import Value, scope, sigmoid
from viz import quiz
from viz.teaching.quiz_page import quiz_page
from viz.teaching.typed import FEWEST_DIGITS
from viz.teaching.verdicts import check


@pytest.fixture
def opened(browser, tmp_path):
    """Open a quiz; nothing may go wrong on the page, and nothing may be fetched."""
    page, faults = browser.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda request: faults.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    )

    def open_(test):
        page.goto(test.save(tmp_path / "quiz.html").as_uri())
        return page

    yield open_
    page.close()
    assert faults == []


def data_of(test):
    """The JSON of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', quiz_page(test).html, re.DOTALL)
    return json.loads(found[1])


def typed(page, text):
    """Type an answer, and say what the page says."""
    page.fill("#answer", text)
    page.keyboard.press("Enter")
    return page.locator("#verdict").get_attribute("data-outcome"), page.locator("#verdict").inner_text()


def test_a_whole_quiz_by_keyboard(opened):
    test = quiz(scalar_network().E, count=6, seed=3, names={})
    page = opened(test)
    assert page.locator("#progress").inner_text() == "Question 1 of 6"
    assert page.locator("#words").inner_text() == test.questions[0].words
    assert page.locator("text.asked").count() >= 4
    for k, asked in enumerate(test.questions):
        wrong = asked.mistakes[0]
        assert typed(page, repr(wrong.number)) == ("wrong", check(asked, repr(wrong.number)).words)
        outcome, words = typed(page, repr(asked.answer))
        assert (outcome, words) == ("right", check(asked, repr(asked.answer)).words)
        assert page.evaluate("document.activeElement.id") == "next"
        page.keyboard.press("Enter")
        assert page.locator("#progress").inner_text() == (f"Question {k + 2} of 6" if k < 5 else "Done")
    assert page.locator("#words").inner_text() == "6 of 6 right, 0 of them at the first try and without a hint."
    assert page.locator("text.asked").count() == 0


def test_the_page_judges_as_python_does(opened):
    test = quiz(scalar_network().E, hide="local", nodes="s^(2)", names={})
    asked = test.questions[0]
    page = opened(test)
    numbers = [0.18, 0.1765, 0.2, 0.0, 3.0, *(mistake.number for mistake in asked.mistakes)]
    texts = [repr(number) for number in numbers] + ["", "abc", "0.77", "0.7718·(1−0.7718)+1", "3e-1"]
    for text in texts:
        verdict = check(asked, text)
        outcome, words = typed(page, text)
        assert outcome == verdict.outcome, text
        assert verdict.outcome == "unread" or words == verdict.words


def test_the_page_reads_numbers_as_python_does(opened):
    page = opened(quiz(Value(2.0, "x") * 3, names={}))
    script = page.locator("script[type=module]").inner_text().replace("export function", "function")
    known = f"const data = {{digits: {FEWEST_DIGITS}}};"
    code = known + script[script.index("const FUNCTIONS") : script.index("/** Whether an answer")].replace(
        "let position = 0;", ""
    )
    read = page.evaluate(f"(texts) => {{ {code}; return texts.map((text) => {{ const v = read(text).value; "
                         "return v === null ? null : String(v); }); }", [text for text, _ in SPELLINGS])  # fmt: skip
    assert [float(value.replace("Infinity", "inf")) for value in read] == pytest.approx([n for _, n in SPELLINGS])
    refused = [text for text in REFUSED if text.strip() and len(text) < 201 and not text.startswith("(((")]
    assert page.evaluate(f"(texts) => {{ {code}; return texts.map((text) => read(text).value); }}", refused) == [
        None
    ] * len(refused)


def test_hints_reveal_and_skip(opened):
    test = quiz(scalar_network().E, count=2, seed=1, names={})
    page = opened(test)
    hints = [h for h in test.questions[0].hints if h != test.questions[0].formula]
    for hint in hints:
        page.click("#hint")
        assert page.locator("#verdict").inner_text() == hint
    page.click("#hint")
    assert "no more hints" in page.locator("#verdict").inner_text()
    page.click("#reveal")
    assert page.locator("#verdict").inner_text() == test.questions[0].solution
    page.keyboard.press("Enter")
    page.click("#skip")
    assert page.locator("#verdict").inner_text().startswith("Skipped: it is")
    page.keyboard.press("Enter")
    assert page.locator("#words").inner_text().startswith("0 of 2 right")


def test_the_answer_is_not_there_to_be_read_in_passing():
    test = quiz(scalar_network().E, count=6, seed=3, names={})
    for asked, written in zip(test.questions, data_of(test)["questions"], strict=True):
        secret = json.loads(base64.b64decode(written.pop("secret")))
        assert secret["answer"] == asked.answer
        assert repr(asked.answer) not in json.dumps(written)


def test_dark_and_narrow(browser, tmp_path):
    path = quiz(scalar_network().E, names={}).save(tmp_path / "quiz.html")
    page = browser.new_page(viewport={"width": 360, "height": 700}, color_scheme="dark")
    page.goto(path.as_uri())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 31)"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.getElementById('form').getBoundingClientRect().right <= innerWidth")
    page.close()


def test_what_helps_a_screen_reader(opened):
    page = opened(quiz(scalar_network().E, names={}))
    assert page.get_by_role("textbox", name="Your answer").count() == 1
    assert page.get_by_role("status").count() == 1
    assert page.get_by_role("img", name=re.compile("with the numbers that are asked for hidden")).count() == 1
    assert page.get_by_role("heading", level=2).inner_text() == page.locator("#words").inner_text()


def test_a_notebook_shows_the_same_page():
    test = quiz(scalar_network().E, names={})
    assert test._repr_html_() == quiz_page(test)._repr_html_()
    assert test._repr_html_().count("<iframe") == 1


def test_the_frame_of_a_notebook_checks_answers(browser, tmp_path):
    test = quiz(scalar_network().E, names={})
    (tmp_path / "notebook.html").write_text(test._repr_html_(), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "notebook.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#answer").fill("x*w")
    frame.locator("#answer").press("Enter")
    assert frame.locator("#verdict").inner_text().startswith("Put numbers in the place of x, w;")
    frame.locator("#answer").fill(repr(test.questions[0].answer))
    frame.get_by_role("button", name="Check").click()
    assert frame.locator("#verdict").get_attribute("data-outcome") == "right"
    frame.get_by_role("button", name="Next").press("Enter")
    assert frame.locator("#progress").inner_text() == "Question 2 of 6"
    page.close()


def test_large_graphs_are_folded_or_left_out_and_it_says_so():
    page = quiz_page(quiz(layers(3, 8, 8, 8, 2), names={})).html
    assert "its scopes are drawn as one box each" in page or "mgp-picture" in page
    x = Value(0.1, "x")
    for k in range(80):
        with scope(f"block {k}"):
            x = np.tanh(x)
    page = quiz_page(quiz(x, names={})).html
    assert "The graph has 81 nodes, too many to draw on one page." in page
    assert '<div class="mgp-picture">' not in page


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(opened, name):
    w = Value(0.3, name or None)
    page = opened(quiz((sigmoid(w) * w).named("E"), count=4, names={}))
    assert page.locator("#progress").inner_text() == "Question 1 of 4"
    assert page.locator("script").count() == 2
