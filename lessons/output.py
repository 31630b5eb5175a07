"""Where a lesson puts its files, and the tables it prints."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.files import checked_target, write_atomically
from viz.schema import number
from viz.sheet import Sheet


def prepared(out: str | os.PathLike[str]) -> Path:
    """Make the output folder if it is not there, and see that it can be written.

    Nothing that is in it already is deleted; files of the same name are replaced.

    Raises:
        InputError: it cannot be made or written.
    """
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {str(folder)!r}: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise InputError(f"cannot write into the folder {str(folder)!r}: it is not writable")
    return folder


def save_json(path: Path, data: dict[str, Any]) -> Path:
    """Write results in full precision, arrays as lists; whole or not at all."""
    text = json.dumps(_ready(data), indent=2, ensure_ascii=False, allow_nan=False)
    return write_atomically(checked_target(path, (".json",)), f"{text}\n".encode())


def _ready(value: Any) -> Any:
    """Turn numbers and arrays, also inside of dictionaries and lists, into what every JSON reader takes."""
    if isinstance(value, dict):
        return {str(key): _ready(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_ready(part) for part in value]
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biu":
        return value.tolist()
    return value if isinstance(value, (str, int)) else number(value)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align columns under their heads, in the signs that the terminal has.

    >>> print(table(("name", "value"), [("x", "0.5")]))
    name  value
    ────  ─────
    x     0.5
    """
    say = Sheet.of(sys.stdout).say
    head, *rows = [[say(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    lines = [head, [say("─") * width for width in widths], *rows]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)
