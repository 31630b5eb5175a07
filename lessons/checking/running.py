"""Runs a student's file in a process of its own, and reads what became of it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal, get_args

from lessons.sandbox.wire import packed, unpacked
from microgradphys.errors import InputError

Status = Literal["answered", "undone", "missing", "raised", "late", "memory", "ended", "refused", "crashed"]
_LONGEST = 3600
_LEAST_MEMORY = 256
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True)
class Limits:
    """How many seconds the file, and each of its functions, may take, and how much memory the whole process.

    Raises:
        InputError: nothing can be run within them.
    """

    seconds: float = 5.0
    megabytes: int = 1024

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not 0 < self.seconds <= _LONGEST:
            raise InputError(f"seconds={self.seconds} is no time that a check can take; give it up to {_LONGEST}")
        if self.megabytes < _LEAST_MEMORY:
            raise InputError(f"megabytes={self.megabytes} is too little for Python and numpy; give it {_LEAST_MEMORY}")


@dataclass(frozen=True)
class Outcome:
    """What became of the file itself, or of one task.

    status: "answered" if the function returned in every case. answers: what it returned. case: the index of the case
    in which it did not. text: the student's own traceback. line: the last line of the file that was at work, number
    and text. printed: the beginning of what it printed. refused: what it was not allowed to do. undone: why it
    was not called.
    """

    status: Status
    answers: tuple[Any, ...] = ()
    case: int = 0
    text: str = ""
    line: tuple[Any, ...] = ()
    printed: str = ""
    refused: tuple[str, ...] = ()
    undone: str = ""


def run(name: str, source: bytes, tasks: Mapping[str, Sequence[tuple[Any, ...]]], limits: Limits) -> dict[str, Outcome]:
    """Run a file, call its functions, and never wait for it longer than agreed.

    Args:
        name: of the file, as tracebacks show it.
        source: what is in it.
        tasks: the arguments for each function, one tuple for each call.
        limits: what it may use.

    Returns:
        What became of the file, under the name "", and of each function that was called.
    """
    token = secrets.token_hex(8)
    order = {
        "token": token,
        "file": name,
        "source": source.decode("latin-1"),
        "tasks": [{"name": name, "cases": [packed(case) for case in cases]} for name, cases in tasks.items()],
        "seconds": limits.seconds,
        "megabytes": limits.megabytes,
    }
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as out:
        begin = time.monotonic()
        code = _finished(json.dumps(order).encode(), folder, out, (limits.seconds + 2) * (len(tasks) + 1) + 5)
        late = code is None or time.monotonic() - begin > limits.seconds
        out.seek(0)
        return dict(_read(out, token, "late" if late else "crashed"))


def _finished(order: bytes, folder: str, out: IO[bytes], seconds: float) -> int | None:
    """Start the process, wait for its end, and see that nothing of it is left; return its exit code if it had one."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-B", "-m", "lessons.sandbox"],
        stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL,
        cwd=folder, env=_environment(folder), start_new_session=True,
    )  # fmt: skip
    try:
        process.communicate(order, seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        # Its whole group: what it started ends with it, also when we are interrupted.
        with contextlib.suppress(OSError):
            (os.killpg if hasattr(os, "killpg") else os.kill)(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()
    return process.returncode


def _environment(folder: str) -> dict[str, str]:
    """Give it the packages that are there, and none of the user's own settings and secrets."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    packages = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM")}
    own = {"PYTHONPATH": packages, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "HOME": folder, "TMPDIR": folder}
    return {**kept, **threads, **own}


def _read(out: IO[bytes], token: str, end: Status) -> Iterator[tuple[str, Outcome]]:
    """Read the lines of the process; what it began and did not tell about ended as `end` says."""
    begun: str | None = None
    for line in out:
        before, _, text = line.decode("ascii", "replace").partition(" ")
        if before != token:
            continue
        told = json.loads(text)
        begun = told.get("begins")
        if begun is None:
            yield told.pop("task"), _outcome(told)
    if begun is not None:
        yield begun, Outcome(end)


def _outcome(told: dict[str, Any]) -> Outcome:
    """Read what became of one task."""
    assert told["status"] in get_args(Status)
    answers = tuple(unpacked(answer) for answer in told.pop("answers", ()))
    lists = {name: tuple(told.pop(name)) for name in ("refused", "line") if name in told}
    return Outcome(answers=answers, **lists, **told)
