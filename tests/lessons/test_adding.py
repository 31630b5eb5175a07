"""docs/adding.md: its exercise and its lesson are files that work as they stand there."""

import ast
import contextlib
import json
import re
from pathlib import Path

import pytest

import lessons
from lessons import course
from lessons.cli import main
from lessons.course import Lesson

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
EXERCISE, LESSON, ENTRY = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_exercise_of_the_page_can_be_written_and_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its own commands; filled in it is right, and its mistakes are recognised."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "FOLDER" / "spring.py").write_text(EXERCISE, encoding="utf-8")
    [commands] = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    write, check = [line.split()[1:] for line in commands.splitlines()]
    assert main(write) == 0
    with pytest.raises(SystemExit):
        main(check)
    assert "spring: 2 not done yet." in capsys.readouterr().out
    mine = (tmp_path / "mine.py").read_text(encoding="utf-8")
    assert "microgradphys" not in mine.partition('"""')[2]
    for energy, slope, words in (
        ("k * x**2 / 2", "k * x", "spring: 2 right."),
        ("k * x**2", "-k * x", "Hint: The ½ is missing."),
        ("k * x**2", "-k * x", "Hint: The sign is wrong."),
        ("k * x**2 / 2", "k * x / 2", "you left out the factor 2 of the rule of powers"),
    ):
        (tmp_path / "mine.py").write_text(mine.replace("...", energy, 1).replace("...", slope, 1), encoding="utf-8")
        with contextlib.suppress(SystemExit):
            main(check)
        assert words in capsys.readouterr().out


def test_the_lesson_of_the_page_runs_and_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its file in place and its entry in the list."""
    (tmp_path / "pendulum.py").write_text(LESSON, encoding="utf-8")
    entry = eval(ENTRY, {"Lesson": Lesson})
    monkeypatch.setattr(lessons, "__path__", [*lessons.__path__, str(tmp_path)])
    monkeypatch.setattr(course, "LESSONS", (*course.LESSONS, entry))
    monkeypatch.setattr("lessons.cli.LESSONS", course.LESSONS)
    assert main(["lessons"]) == 0
    assert f"{entry.line} (1 s without film)" in capsys.readouterr().out
    assert main(["lesson", "pendulum", "--out", str(tmp_path / "out")]) == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["comparisons"]["slope at 0"]["agrees"]
    assert (tmp_path / "out" / "torque.png").exists()
    ast.parse(LESSON)


def test_the_defaults_that_the_page_names_are_those_of_the_commands() -> None:
    """5 seconds, a gigabyte, 1e-8."""
    from lessons.checking.running import Limits
    from lessons.checking.task import Task

    assert (Limits().seconds, Limits().megabytes) == (5.0, 1024)
    assert Task(lambda: 0, lambda random: [()]).within == 1e-8
    for words in ("with 5 seconds for each function and a gigabyte of memory", "1e-8 if not given"):
        assert words in " ".join(PAGE.split())
