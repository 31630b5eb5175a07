"""Every lesson: it runs, its files are there, and each number that is known from elsewhere agrees."""

from typing import Any

import pytest

from lessons.course import LESSONS

NAMES = [lesson.name for lesson in LESSONS if lesson.name != "worked_example"]


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_runs_and_agrees_with_what_is_known(name: str, told: Any) -> None:
    """Without its films; each figure is there as SVG and as PNG."""
    lesson = told(name)
    assert {file.name for file in lesson.files} == {file.name for file in lesson.folder.iterdir()}
    figures = {file.stem for file in lesson.files if file.suffix == ".png"}
    assert figures == {file.stem for file in lesson.files if file.suffix == ".svg"}
    assert figures
    comparisons = lesson.numbers["comparisons"]
    assert comparisons
    assert {row["name"]: row["difference"] for row in comparisons.values() if not row["agrees"]} == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_tells_its_story(name: str) -> None:
    """Question, what to notice and exercises, in cells; the mathematics is in words and code, not in a picture."""
    [lesson] = [lesson for lesson in LESSONS if lesson.name == name]
    text = lesson.file.read_text(encoding="utf-8")
    assert text.startswith("# %% [markdown]\n# # ")
    for heading in ("# ## What to notice", "# ## Exercises"):
        assert heading in text
    assert text.count("# %%") >= 5
