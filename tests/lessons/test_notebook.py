"""Lessons and the README as notebooks, run as Jupyter runs them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

import viz
from lessons import notebook
from lessons.cli import main
from lessons.worked_example import LEARNING_RATE, scalar_network
from microgradphys.errors import InputError

ROOT = Path(__file__).parents[2]
VIEW = "application/vnd.jupyter.widget-view+json"


def run(made: Any, folder: Path) -> list[dict[str, Any]]:
    """Run a notebook with nbclient, in a process of its own, and return the outputs that show something."""
    nbformat.validate(made)
    path = folder / "run.ipynb"
    nbformat.write(made, path)
    command = "import nbclient.cli; nbclient.cli.main()"
    subprocess.run([sys.executable, "-c", command, "--inplace", "--timeout=120", str(path)], check=True, cwd=folder)
    ran = nbformat.read(path, as_version=4)
    path.unlink()
    return [output["data"] for cell in ran.cells for output in cell.get("outputs", []) if "data" in output]


def test_the_worked_example_runs_as_a_notebook_and_shows_its_player(tmp_path: Path) -> None:
    assert main(["lesson", "worked_example", "--notebook", "--out", str(tmp_path)]) == 0
    made = nbformat.read(tmp_path / "worked_example.ipynb", as_version=4)
    assert made.cells[0].cell_type == "markdown"
    assert made.cells[0].source.startswith("# The worked example")
    shown = run(made, tmp_path)
    assert VIEW in shown[0]
    steps = len(viz.Storyboard(scalar_network().E, learning_rate=LEARNING_RATE))
    assert f"step {steps} of {steps}" in shown[1]["text/html"]
    assert list(tmp_path.iterdir()) == [tmp_path / "worked_example.ipynb"]


def test_the_readmes_examples_run_as_a_notebook(tmp_path: Path) -> None:
    """Its first blocks, without prompts, and at the end the Value and the player themselves."""
    blocks = re.findall(
        r"^```python\n(>>> .*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    typed = ["\n".join(line[4:] for line in block.splitlines() if line[:3] in (">>>", "...")) for block in blocks[:2]]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in [*typed, "E", "viz.widget(E)"]])
    graph, player, page = run(made, tmp_path)[-3:]
    assert "∂E/∂w = 0.05866" in graph["image/svg+xml"]
    assert VIEW in player
    assert "iframe" in page["text/html"]


def test_what_cells_are() -> None:
    program = '# %% [markdown]\n# # A title\n#\n# words\n"""Doc."""\n\n# %% A question\nx = 1\n\n# %%\n\n# %%\ny = 2\n'
    found = notebook.cells(f"import os\n\n{program}")
    assert [(cell["cell_type"], cell["source"]) for cell in found] == [
        ("code", "import os"),
        ("markdown", "# A title\n\nwords"),
        ("code", "# A question\nx = 1"),
        ("code", "y = 2"),
    ]
    assert len({cell["id"] for cell in found}) == len(found)


def test_a_notebook_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.ipynb"):
        notebook.write(ROOT / "lessons" / "worked_example.py", tmp_path / "lesson.txt")
    assert list(tmp_path.iterdir()) == []
