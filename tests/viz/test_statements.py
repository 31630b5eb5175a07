"""The text of the lines that made nodes: whole statements, wherever they stand, and never one of ours."""

import linecache
import os
import subprocess
import sys
from pathlib import Path

import pytest

import viz
from microgradphys import Value
from viz.program import load
from viz.statements import long_statements, statement_at

ROOT = Path(__file__).parents[2]


def lines_of(folder: Path, text: str) -> dict[str | None, str]:
    """Run a program; the line that made each kind of node, by its primitive."""
    path = folder / "student.py"
    path.write_text(text, encoding="utf-8")
    return {node.op: node.line.text for node in load(str(path)).nodes if node.line}


def test_a_statement_over_several_lines_is_shown_whole(tmp_path: Path) -> None:
    """In functions, comprehensions, and where it is a call; comments are left out."""
    text = """
import numpy as np
from microgradphys import Value

def layer(ws):
    return np.tanh(sum(
        w * 2.0  # scaled
        for w in ws
    ))

ws = [
    Value(0.1),
    Value(0.2)]
loss = (
    layer(ws)
    - 1
) ** 2
"""
    found = lines_of(tmp_path, text)
    assert found["multiply"] == found["tanh"] == "return np.tanh(sum((w * 2.0 for w in ws)))"
    assert found["power"] == found["subtract"] == "loss = (layer(ws) - 1) ** 2"


def test_a_line_of_a_very_long_statement_stands_for_itself(tmp_path: Path) -> None:
    """What would not fit beside a step."""
    rows = "".join(f"    x * {k}.0,\n" for k in range(60))
    found = lines_of(tmp_path, f"from microgradphys import Value\nx = Value(1.0)\nys = [\n{rows}]\nloss = ys[7] / 2\n")
    assert found["multiply"] == "x * 7.0,"


@pytest.mark.parametrize("text", ["", "x = (", "%matplotlib inline\nx = (1 +\n 2)", "x = 1\0"])
def test_what_python_cannot_read_has_no_statements(text: str) -> None:
    """A cell, or a file that has changed since it ran."""
    assert long_statements(text) == {}


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    """As Python's own cache of lines is told of it."""
    path = tmp_path / "student.py"
    for text in ("y = (1 +\n  2)\n", "z = (3 *\n  4)\n# more\n"):
        path.write_text(text)
        linecache.checkcache(str(path))
        assert statement_at(str(path), 2) == " ".join(
            text.partition("\n#")[0].replace("(", "").replace(")", "").split()
        )
    assert statement_at(str(path), 99) == statement_at("nowhere.py", 1) == ""


def test_heads_of_blocks_are_shown_without_their_bodies() -> None:
    """Of a loop, a function, a condition."""
    text = "@f\ndef g(\n    x):\n    return x\nif g(\n    1):\n    y = 1\nelse:\n    y = 2\n"
    found = long_statements(text)
    assert (found[2], found[5], found.get(8)) == ("def g(x):", "if g(1):", None)


def test_the_graph_of_a_gradient_shows_the_line_that_asked_for_it(tmp_path: Path) -> None:
    """And no line of ours."""
    text = "import viz\nfrom microgradphys import Value\nx = Value(1.5)\nloss = viz.gradient(x**3 + x * x, x)\n"
    found = lines_of(tmp_path, text)
    assert found["multiply"] == "loss = viz.gradient(x**3 + x * x, x)"
    assert not [line for line in found.values() if "sweep" in line]


def test_gradients_that_are_asked_for_outside_of_a_program_have_lines_too() -> None:
    """Of the function that asked."""
    from microgradphys import lines

    with lines():
        x = Value(2.0, "x")
        slope = viz.gradient((x**4).named("y"), x)
    assert {node.place[0] for node in viz.Storyboard(slope).recording if hasattr(node, "place")} == {__file__}


def test_a_file_run_before_a_prompt_has_its_lines(tmp_path: Path) -> None:
    """`python -i student.py`."""
    path = tmp_path / "student.py"
    path.write_text("from microgradphys import Value\nw = Value(2.0)\nloss = w * w\n")
    asked = "import viz\nviz.Stepper(loss).next()\n"
    done = subprocess.run(
        [sys.executable, "-i", str(path)], input=asked, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "student.py:3  loss = w * w" in done.stdout
