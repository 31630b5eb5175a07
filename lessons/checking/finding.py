"""The exercises that there are: those of the course, and those in a folder that a lecturer names."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from lessons.checking.starter import starter
from lessons.checking.task import Task
from microgradphys.errors import InputError
from microgradphys.files import checked_target, write_atomically
from microgradphys.named import nearest

_COURSE = Path(__file__).parents[1] / "exercises"


@dataclass(frozen=True)
class Exercise:
    """An exercise: its name, its file, and its tasks in the order in which they are asked."""

    name: str
    file: Path
    tasks: tuple[Task, ...]

    @property
    def starter(self) -> str:
        """The file that a student fills in."""
        return self._written(blanks=True)

    @property
    def solution(self) -> str:
        """The same file, filled in."""
        return self._written(blanks=False)

    def _written(self, *, blanks: bool) -> str:
        """Write what a student gets, with the blanks or without."""
        names = frozenset(task.name for task in self.tasks)
        return starter(self.name, self.file.read_text(encoding="utf-8"), names, blanks=blanks)


def names(folder: Path = _COURSE) -> list[str]:
    """List the exercises in a folder: its Python files whose names begin with a letter."""
    return sorted(file.stem for file in folder.glob("[A-Za-z]*.py"))


def find(name: str, folder: str | Path | None = None) -> Exercise:
    """Load an exercise by its name.

    Args:
        name: of the exercise.
        folder: where a lecturer keeps exercises; those of the course are found if it has none of this name.

    Raises:
        InputError: there is none of this name (the nearest is suggested), or its file is no exercise.

    >>> find("worked_exampel")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: there is no exercise 'worked_exampel'; did you mean 'worked_example'?
    """
    folders = [_COURSE] if folder is None else [Path(folder), _COURSE]
    if not folders[0].is_dir():
        raise InputError(f"there is no folder {str(folder)!r}")
    for place in folders:
        if name in names(place):
            return _loaded(name, place / f"{name}.py")
    there = [one for place in folders for one in names(place)]
    raise InputError(f"there is no exercise {name!r}; {nearest(name, there)}")


def _loaded(name: str, file: Path) -> Exercise:
    """Run the file of an exercise and collect its tasks."""
    spec = importlib.util.spec_from_file_location(f"lessons.exercises.{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # The file is a lecturer's: whatever it raises, it is named.
        raise InputError(f"the exercise {str(file)!r} raises {type(error).__name__}: {error}") from error
    tasks = tuple(thing for thing in vars(module).values() if isinstance(thing, Task))
    if not tasks:
        raise InputError(f"{str(file)!r} is no exercise: it has no function with @task")
    return Exercise(name, file, tasks)


def write_starter(exercise: Exercise, path: str | Path | None = None) -> Path:
    """Write the file that a student fills in; one that is there already stays as it is.

    Args:
        exercise: the exercise.
        path: where it goes; NAME.py if not given.

    Raises:
        InputError: there is such a file already, or it cannot be written.
    """
    target = checked_target(path or f"{exercise.name}.py", (".py",))
    if os.path.lexists(target):
        raise InputError(f"{str(target)!r} is there already and stays as it is; name another file with --out")
    return write_atomically(target, exercise.starter.encode())
