"""Worksheets and answer sheets: the text as it is printed, HTML and PDF, and nothing that a name could do."""

import json
import math
from html.parser import HTMLParser

import numpy as np
import pytest
import typst
from networks import HOSTILE, layers, neuron

from lessons.worked_example import scalar_network
from microgradphys import Value, sigmoid
from microgradphys.errors import InputError
from microgradphys.notation import write
from viz import quiz, worksheet
from viz.teaching.sheet_forms import _data, html, pdf, text
from viz.teaching.typed import fits, read
from viz.teaching.worksheets import sheet

QUESTIONS = """\
The numbers of E

Name ____________________  Date __________

1. What is s?
   s = w · x + b
   given: w = 0.1, x = 0.2, b = 0.5
   Answer: ____________________
2. What is the local derivative ∂y/∂s?
   ∂y/∂s = y · (1 − y)
   given: s = your answer to 1, y = 0.6271
   Answer: ____________________
3. What is the contribution to ∂E/∂s through y?
   ∂E/∂s = ∂E/∂y · σ′(s)
   given: ∂E/∂y = 1.254, s = your answer to 1, y = 0.6271
   Answer: ____________________"""
ANSWERS = """\
The numbers of E: answers

1. What is s?
   s = w · x + b = 0.02 + 0.5 = 0.52
   Answer: 0.52
2. What is the local derivative ∂y/∂s?
   ∂y/∂s = y · (1 − y) = 0.6271 × (1 − 0.6271) = 0.2338
   Answer: 0.2338
3. What is the contribution to ∂E/∂s through y?
   ∂E/∂s = ∂E/∂y · σ′(s) = 1.254 × 0.2338 = 0.2933
   Answer: 0.2933"""


class Tags(HTMLParser):
    """The elements of a document."""

    def __init__(self, document):
        super().__init__()
        self.found = []
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)


def three():
    """A quiz about one neuron."""
    return quiz(neuron(), count=3, names={})


def test_the_text_of_both_sheets():
    assert text(sheet(three())) == QUESTIONS
    assert text(sheet(three(), solved=True)) == ANSWERS


def test_every_printed_answer_is_the_storyboards():
    test = quiz(scalar_network().E, count=30, names={})
    for asked, one in zip(test.questions, sheet(test, solved=True).exercises, strict=True):
        assert fits(read(write(one.result)), asked.answer)
        assert asked.words == one.words


def test_what_an_earlier_question_asks_for_is_not_given_away():
    for seed in range(5):
        test = quiz(layers(2, 2, 2), count=20, seed=seed, names={})
        exercises = sheet(test).exercises
        for k, asked in enumerate(test.questions):
            for later in exercises[k + 1 :]:
                if asked.kind == "value" and not asked.element:
                    lines = [write(line) for line in later.given]
                    assert f"{write(asked.left)} = {write(asked.result)}" not in lines


def test_the_picture_has_blanks_and_the_answer_sheet_has_numbers():
    blank, solved = sheet(three()).drawn, sheet(three(), solved=True).drawn
    assert "s = (1)" in blank
    assert "0.52" not in blank
    assert "s = 0.52" in solved
    assert "0.2933" in solved


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_files(tmp_path, paper):
    for ending in (".html", ".pdf"):
        files = worksheet(neuron(), tmp_path / f"sheet{ending}", paper=paper, names={})
        assert [file.name for file in files] == [f"sheet{ending}", f"sheet-answers{ending}"]
        assert all(file.read_bytes().startswith(b"%PDF" if ending == ".pdf" else b"<!DOCTYPE") for file in files)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "sheet-answers.html", "sheet-answers.pdf", "sheet.html", "sheet.pdf",
    ]  # fmt: skip
    assert f"size: {'A4' if paper == 'a4' else 'letter'}" in (tmp_path / "sheet.html").read_text()


def test_formulas_can_be_left_out_and_the_heading_chosen():
    test = quiz(neuron(), count=2, formulas=False, names={})
    assert "s = w · x + b" not in text(sheet(test))
    assert text(sheet(test, title="Homework 3")).startswith("Homework 3\n")


@pytest.mark.parametrize("ending", ["html", "pdf"])
def test_the_seed_makes_variants_and_each_is_always_the_same(tmp_path, ending):
    E, made = layers(2, 2, 1), []
    for k, seed in enumerate((1, 1, 2)):
        made.append([f.read_bytes() for f in worksheet(E, tmp_path / f"{k}.{ending}", seed=seed, names={})])
    assert made[0] == made[1]
    assert made[0][0] != made[2][0]
    test = quiz(E, seed=2, names={})
    assert text(sheet(test, variant=2, solved=True)).startswith("The numbers of E, variant 2: answers\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_harmless_in_html_and_pdf(name):
    w = Value(0.3, name or None)
    for solved in (False, True):
        made = sheet(quiz((sigmoid(w) * w).named("E"), count=4, names={}), solved=solved, title=name or None)
        document = html(made).decode()
        assert "script" not in Tags(document).found
        assert Tags(document).found.count("li") == 4
        assert pdf(made).startswith(b"%PDF")


@pytest.mark.parametrize(
    "name", ['#panic("x")', '$ #read("/etc/passwd") $', '"); #panic(1); ("', "\\u{41}", "*a* _b_ @c <d>"]
)
def test_typst_never_runs_a_name(name):
    w = Value(0.3, name)
    assert pdf(sheet(quiz((w * w).named(name), count=3, names={}), title=name)).startswith(b"%PDF")


def test_wide_pictures_get_a_page_of_their_own():
    x = Value(0.4, "x")
    y = x
    for k in range(12):
        y = np.tanh(y).named(f"y_{k}")
    assert _data(sheet(quiz(y, names={})))["picture"] == "apart"
    assert _data(sheet(three()))["picture"] == "here"
    for k in range(60):
        y = np.tanh(y).named(f"z_{k}")
    large = sheet(quiz(y, names={}))
    assert _data(large)["picture"] == ""
    assert "too many to draw on one page" in text(large)


def test_small_arrays_and_numbers_that_are_none():
    W = Value([[1.0, 2.0], [3.0, math.nan]], "W")
    made = sheet(quiz(np.sum(W * 2).named("E"), count=5, names={}))
    assert "not asked for: nan" in text(made)
    assert pdf(made).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("sheet.txt", {}, "must end in .html or .pdf"),
        ("missing/sheet.pdf", {}, "does not exist"),
        ("sheet.html", {"paper": "a3"}, "paper='a3' is not one of 'a4', 'letter'"),
        ("sheet.html", {"count": 0}, "count=0 is not a number of questions"),
    ],
)
def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path, path, options, message):
    with pytest.raises(InputError, match=message):
        worksheet(neuron(), tmp_path / path, names={}, **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [4, 7, 8])
@pytest.mark.parametrize("solved", [False, True])
def test_no_last_page_is_almost_empty(count: int, solved: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Typst says about where the sheet ends, in the form that is kept."""
    ends = []
    ask = typst.query

    def query(*words: object, **options: object) -> str:
        ends.append(json.loads(answer := ask(*words, **options)))
        return answer

    monkeypatch.setattr(typst, "query", query)
    assert pdf(sheet(quiz(neuron(), count=count, names={}), solved=solved)).startswith(b"%PDF")
    assert ends[-1]["page"] == 1 or ends[-1]["part"] > 0.3
