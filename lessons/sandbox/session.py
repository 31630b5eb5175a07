"""One run of a student's file: what it defines is called with the arguments that came, and what became of it is told.

On standard input comes what is to be run; on standard output goes a line when the file or a task begins, and one with
what became of it.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import linecache
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lessons.sandbox.guard import Clock, OutOfTime, Refused, guard, limit
from lessons.sandbox.wire import packed, unpacked

_MOST_LETTERS = 4_000
_OURS = str(Path(__file__).parent)


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.text = ""

    def writable(self) -> bool:
        """Whether one can write: yes."""
        return True

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        self.text += text[: _MOST_LETTERS - len(self.text)]
        return len(text)


class Session:
    """One run of a student's file.

    Args:
        order: what came on standard input.
        tell: writes a line for the other side.
    """

    def __init__(self, order: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
        """Close the doors."""
        self.tell, self.file, self.tasks = tell, order["file"], order["tasks"]
        self.source = order["source"].encode("latin-1")
        self.clock = Clock(order["seconds"])
        limit(int(order["seconds"] + 2) * (len(self.tasks) + 1), order["megabytes"])
        self.refused = guard(Path(__file__).parents[1])
        self.variables: dict[str, Any] = {"__name__": "exercise", "__builtins__": __builtins__}
        self.undone: dict[str, str] = {}

    def run(self) -> None:
        """Run the file, and then every task."""
        if self._piece("", self._load)["status"] != "answered":
            return
        for task in self.tasks:
            if task["name"] in self.undone:
                self.tell({"task": task["name"], "status": "undone", "undone": self.undone[task["name"]]})
            else:
                self._piece(task["name"], lambda task=task: self._answers(task["name"], task["cases"]))

    def _piece(self, name: str, do: Callable[[], Iterator[Any]]) -> dict[str, Any]:
        """Do one thing in its time, and tell what became of it."""
        self.tell({"begins": name})
        printed, answers = Printed(), []
        found: dict[str, Any] = {"task": name, "status": "answered", "answers": answers}
        before = len(self.refused)
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                with self.clock.running():
                    answers.extend(do())
                found["refused"] = self.refused[before:]
            except BaseException as error:
                found |= {"refused": self.refused[before:], "case": len(answers), **self._told(error)}
        self.tell(found | {"printed": printed.text})
        return found

    def _load(self) -> Iterator[Any]:
        """Read and run the file."""
        text = io.TextIOWrapper(io.BytesIO(self.source), "utf-8", "replace").read()
        linecache.cache[self.file] = (len(text), None, text.splitlines(keepends=True), self.file)
        tree = ast.parse(self.source, self.file)
        self.undone = _undone([node for node in tree.body if isinstance(node, ast.FunctionDef)])
        exec(compile(tree, self.file, "exec", dont_inherit=True), self.variables)
        yield None

    def _answers(self, name: str, cases: list[Any]) -> Iterator[Any]:
        """Call one function of the file with each of its cases."""
        function = self.variables.get(name)
        if not callable(function):
            raise Missing
        for case in cases:
            yield packed(function(*unpacked(case)))

    def _told(self, error: BaseException) -> dict[str, Any]:
        """Describe what was raised, in the student's own lines."""
        match error:
            case Missing():
                return {"status": "missing"}
            case MemoryError():
                # Its traceback holds what filled the memory.
                return {"status": "memory", "line": self._line(error)}
            case OutOfTime():
                return {"status": "late", "line": self._line(error)}
            case SystemExit():
                return {"status": "ended", "line": self._line(error)}
            case Refused():
                return {"status": "refused", "line": self._line(error)}
        return {"status": "raised", "text": _shortened(own_traceback(error)), "line": self._line(error)}

    def _line(self, error: BaseException) -> list[Any]:
        """Find the last line of the file that was at work: its number and its text."""
        lines = [number for frame, number in traceback.walk_tb(error.__traceback__)
                 if frame.f_code.co_filename == self.file]  # fmt: skip
        return [lines[-1], linecache.getline(self.file, lines[-1]).strip()[:200]] if lines else []


class Missing(Exception):
    """There is no function of this name."""


def _undone(functions: list[ast.FunctionDef]) -> dict[str, str]:
    """Say of each function that is not done why: it has blanks, or calls one that has."""
    found: dict[str, str] = {}
    for function in functions:
        if lines := sorted(set(_blanks(function))):
            found[function.name] = f"three dots still stand for code in line {', '.join(map(str, lines))}"
    for function in functions:
        called = [node.id for node in ast.walk(function) if isinstance(node, ast.Name) and node.id in found]
        if called and function.name not in found:
            found[function.name] = f"it calls {called[0]}, which is not done yet"
    return found


def _blanks(function: ast.FunctionDef) -> Iterator[int]:
    """Find the lines of a function on which three dots stand for code; those of x[..., 0] are code."""
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Subscript):
            stack.append(node.value)
        elif isinstance(node, ast.Constant) and node.value is ...:
            yield node.lineno
        else:
            stack.extend(ast.iter_child_nodes(node))


def own_traceback(error: BaseException) -> str:
    """Write a traceback without the frames of this process, also of the errors that led to it."""
    told = traceback.TracebackException.from_exception(error, limit=-20, lookup_lines=False)
    waiting: list[traceback.TracebackException | None] = [told]
    while waiting:
        one = waiting.pop()
        if one is not None:
            one.stack[:] = [frame for frame in one.stack if not _is_ours(frame.filename)]
            waiting += [one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or ())]
    return "".join(told.format()).rstrip()


def _shortened(text: str) -> str:
    """Leave out what is too much in the middle of a text."""
    half = _MOST_LETTERS // 2
    return text if len(text) <= _MOST_LETTERS else f"{text[:half]} …\n… {text[-half:]}"


def _is_ours(file: str) -> bool:
    """Whether a frame is of this process and not of the student's file or of a library that it calls."""
    return file.startswith((_OURS, "<frozen")) or os.path.basename(file) in ("ast.py", "contextlib.py")  # noqa: PTH119


def main() -> None:
    """Read what is to be run, run it, and end at once, whatever threads the student has left."""
    order = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    with open(os.devnull, "r+b") as nowhere:  # noqa: PTH123
        for stream in (0, 1, 2):
            os.dup2(nowhere.fileno(), stream)

    def tell(line: dict[str, Any]) -> None:
        # On a line of its own, whatever else was written there.
        out.write(f"\n{order['token']} {json.dumps(line)}\n")
        out.flush()

    with contextlib.suppress(OSError, ValueError):
        Session(order, tell).run()
    os._exit(0)
