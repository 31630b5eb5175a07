"""Each lesson is told once in a session, and every test looks at what it left."""

from __future__ import annotations

import contextlib
import functools
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lessons.course import find


@dataclass(frozen=True)
class Told:
    """What a lesson left: its folder, the files that it named, what it printed, and results.json."""

    folder: Path
    files: list[Path]
    printed: str
    numbers: dict[str, Any]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Told]:
    """Run a lesson by its name, without its films, the first time that it is asked for."""

    @functools.cache
    def tell(name: str) -> Told:
        folder, printed = tmp_path_factory.mktemp(name), io.StringIO()
        with contextlib.redirect_stdout(printed):
            files = find(name).load()(folder, film=False)
        return Told(folder, files, printed.getvalue(), json.loads((folder / "results.json").read_text("utf-8")))

    return tell
