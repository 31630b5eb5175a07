"""Reports: what lessons print and write, and numbers beside what they should be."""

import json
from pathlib import Path

import numpy as np
import pytest

from lessons.report import Report, lesson
from microgradphys.errors import InputError


def test_numbers_of_every_kind_come_back_from_the_results(tmp_path: Path) -> None:
    @lesson
    def run(report: Report) -> None:
        """Keep some."""
        report.number("array", np.array([[1.0, np.nan]]))
        report.number("nested", {"count": 3, "flags": [True, np.bool_(False)], "name": "ReLU", "none": None})
        report.number("infinite", -np.inf)

    files = run(tmp_path / "out", film=False)
    assert files == [tmp_path / "out" / "results.json"]
    found = json.loads(files[0].read_text())
    assert found["array"] == [[1.0, "NaN"]]
    assert found["nested"] == {"count": 3, "flags": [True, False], "name": "ReLU", "none": None}
    assert found["infinite"] == "-Infinity"


def test_a_number_that_differs_is_marked_and_written_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    @lesson
    def run(report: Report) -> None:
        """Compare two."""
        report.compare("near", [1.0, 2.0], [1.0, 2.0 + 1e-9], "a friend", within=1e-8)
        report.compare("far", 1.0, 1.1, "somebody", within=1e-8)
        report.compare("nan", np.nan, 1.0, "nobody", within=1e-8)

    [file] = run(tmp_path, film=False)
    comparisons = json.loads(file.read_text())["comparisons"]
    assert {name: row["agrees"] for name, row in comparisons.items()} == {"near": True, "far": False, "nan": False}
    printed = capsys.readouterr().out
    assert printed.count("differs") == 2
    assert "somebody ← differs" in printed


def test_films_are_left_out_when_they_are_not_wanted(tmp_path: Path) -> None:
    made = []

    @lesson
    def run(report: Report) -> None:
        """Film."""
        report.video("race", made.append)

    run(tmp_path, film=False)
    assert made == []
    files = run(tmp_path, film=True)
    assert made == [tmp_path / "race.mp4"] == files[:1]


def test_a_folder_that_cannot_be_made_is_named_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    @lesson
    def run(report: Report) -> None:
        """Never get here."""
        raise AssertionError

    with pytest.raises(InputError, match="file"):
        run(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
