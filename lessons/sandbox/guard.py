"""What a student's file may not do: files, network, other programs; and how much time and memory it has.

This keeps mistakes and curiosity from doing harm. It is no prison: whoever knows Python well enough can get out of it,
so nobody should check a file that is meant to attack them.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib.util
import os
import signal
import site
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows: there is the time limit only.
    resource = None

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROGRAMS = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "pty.")
_NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.")
_SIGNALS = ("os.kill", "signal.", "resource.")
_CHANGES = ("shutil.", "tempfile.", "sqlite3.", "ctypes.dlopen", "ctypes.dlsym", "os.")
_HARMLESS = frozenset({"os.putenv", "os.unsetenv", "os.chdir", "os.add_dll_directory"})
_LISTS = frozenset({"os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "glob.glob/2"})
# Libraries look there to count processors and memory.
_MACHINE = frozenset({"/proc/cpuinfo", "/proc/meminfo", "/proc/stat"})
# What writes the answer into a file may become this long; nothing else is written at all.
_LONGEST_FILE = 1 << 26


class Refused(PermissionError):
    """The student's file wanted something that an exercise does not need."""


def guard(hidden: Path) -> list[str]:
    """Refuse files, network and other programs from now on; this cannot be taken back.

    Args:
        hidden: a folder that may not be read although it stands among the packages.

    Returns:
        What was refused, in words; it grows.
    """
    refused: list[str] = []
    readable, searched = _readable(), {os.path.realpath(path) for path in sys.path}

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        words = _objection(event, arguments, lambda path: _may_read(path, readable, str(hidden), searched))
        if words:
            refused.append(words)
            raise Refused(f"an exercise may not {words}")

    sys.addaudithook(hear)
    return refused


def _objection(event: str, arguments: tuple[Any, ...], may_read: Callable[[Any], bool]) -> str:
    """Say what is wrong with an event of Python's, "" if nothing is."""
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & _WRITES:
            return f"write files: {_shown(path)}"
        return "" if may_read(path) else f"read files: {_shown(path)}"
    if event == "import":
        return "import the course: it holds the answers" if str(arguments[0]).partition(".")[0] == "lessons" else ""
    if event in _LISTS:
        return "" if may_read(arguments[0] or ".") else f"look into folders: {_shown(arguments[0])}"
    if event in _HARMLESS:
        return ""
    for group, words in (
        (_PROGRAMS, "start other programs"),
        (_NETWORK, "use the network"),
        (_SIGNALS, "send signals or change its limits"),
        (_CHANGES, "change files or load libraries"),
    ):
        if event.startswith(group):
            return f"{words} ({event})"
    return ""


def _readable() -> tuple[str, ...]:
    """List the folders of the standard library and of the installed packages."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = [sysconfig.get_path(name) for name in names] + [*site.getsitepackages(), site.getusersitepackages()]
    specs = [importlib.util.find_spec(name) for name in ("os", "numpy", "microgradphys", "viz")]
    folders += [str(Path(spec.origin).parent) for spec in specs if spec and spec.origin and spec.has_location]
    return tuple({f"{os.path.realpath(folder)}{os.sep}" for folder in folders})


def _may_read(path: Any, readable: tuple[str, ...], hidden: str, searched: set[str]) -> bool:
    """Whether a file or folder belongs to Python, or to a package that is installed."""
    if isinstance(path, int):
        return False
    real = os.path.realpath(os.fsdecode(path))
    if real in _MACHINE:
        return True
    inside = f"{real}{os.sep}"
    return real in searched or (inside.startswith(readable) and not inside.startswith(f"{hidden}{os.sep}"))


def _shown(path: Any) -> str:
    """Write a path, the end of a long one left out."""
    return repr(path if isinstance(path, int) else os.fsdecode(path)[:200])


def limit(seconds: int, megabytes: int) -> None:
    """Bound what this process may use, where the system can."""
    if resource is None:
        return
    for name, most in (
        ("RLIMIT_AS", megabytes << 20),
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_FSIZE", _LONGEST_FILE),
        ("RLIMIT_CORE", 0),
    ):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            kind = getattr(resource, name)
            hard = resource.getrlimit(kind)[1]
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (least, least))


class OutOfTime(BaseException):
    """The time is up. No Exception, so that `except Exception` in a student's loop does not swallow it."""


class Clock:
    """Gives each piece of a student's program the same time.

    Args:
        seconds: how long.
    """

    def __init__(self, seconds: float) -> None:
        """Get ready; this must come before `guard`."""
        self.seconds = seconds
        self.nowhere = open(os.devnull, "w")  # noqa: PTH123, SIM115  (kept open to the end)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Raise `OutOfTime` where the program stands when the time is up; end the process if it does not listen."""
        # The second alarm needs no cooperation: it ends what hangs within one instruction, or swallows the first.
        faulthandler.dump_traceback_later(self.seconds + 1, exit=True, file=self.nowhere)
        self._alarm(self.seconds)
        try:
            yield
        finally:
            self._alarm(0)
            faulthandler.cancel_dump_traceback_later()

    @staticmethod
    def _alarm(seconds: float) -> None:
        """Set the alarm, or put it off with 0."""
        if hasattr(signal, "setitimer"):
            # Anew each time: the program may have taken the bell for itself.
            signal.signal(signal.SIGALRM, _ring)
            signal.setitimer(signal.ITIMER_REAL, seconds)


def _ring(*_: Any) -> None:
    """Tell the program that its time is up."""
    raise OutOfTime
