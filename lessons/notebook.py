"""A program in cells as a notebook: what `# %%` divides in a file, a notebook divides into cells."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from microgradphys.files import checked_target, write_atomically

_CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)


def cells(program: str) -> list[dict[str, Any]]:
    r"""Cut a program into the cells of a notebook: "# %% [markdown]" begins words, "# %%" begins code.

    Args:
        program: the text of a Python file in the percent format, which editors and jupytext know.

    Returns:
        The cells as a notebook file has them (nbformat 4.5).

    >>> [(cell["cell_type"], cell["source"]) for cell in cells("# %% [markdown]\n# # Title\n# %% Add\n1 + 1\n")]
    [('markdown', '# Title'), ('code', '# Add\n1 + 1')]
    """
    before, *parts = _CELL.split(program)
    made = [("", before), *zip(parts[::2], parts[1::2], strict=True)]
    return [cell for k, (head, body) in enumerate(made) if (cell := _cell(k, head.strip(), body.strip("\n")))]


def _cell(number: int, head: str, body: str) -> dict[str, Any] | None:
    """Write one cell; none for one that is empty."""
    if head.startswith("[markdown]"):
        # A docstring after the words is for readers of the file, and repeats them.
        lines = [line for line in body.splitlines() if line.startswith("#")]
        source = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)
        return {"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": source}
    source = "\n".join(filter(None, (f"# {head}" if head else "", body)))
    if not source:
        return None
    code = {"execution_count": None, "outputs": []}
    return {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "source": source, **code}


def write(program: Path, target: Path) -> Path:
    """Write a program in cells as a notebook, whole or not at all.

    Args:
        program: the Python file.
        target: the notebook; its name must end in .ipynb.

    Raises:
        InputError: the target cannot be written.
    """
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "cells": cells(program.read_text(encoding="utf-8")),
    }
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    return write_atomically(checked_target(target, (".ipynb",)), f"{text}\n".encode())
