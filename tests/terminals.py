"""A terminal of its own for a command line: keys are pressed, the screen is read."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[1]
# Seconds after which nothing more is expected; a busy machine takes some.
PATIENCE = 60


def hear_interrupts() -> None:
    """Let a program hear Ctrl-C also where the tests run in the background, whose programs do not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Session:
    """`microgradphys WORDS` at a terminal, without colour; whatever is left of it ends with the block."""

    def __init__(self, *words: str, **settings: str) -> None:
        """Start it."""
        self.terminal, inside = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lessons", *words],
            stdin=inside, stdout=inside, stderr=inside, cwd=ROOT, start_new_session=True,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", **settings},
            preexec_fn=self._inside,
        )  # fmt: skip
        os.close(inside)
        self.seen = b""

    @staticmethod
    def _inside() -> None:
        """Make the terminal the program's own, before it starts."""
        hear_interrupts()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def __enter__(self) -> Session:
        """Use it in a block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it."""
        self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self.terminal)

    def until(self, text: str) -> str:
        """Read until a text appears, and return what came before it."""
        wanted, end = text.encode(), time.monotonic() + PATIENCE
        while wanted not in self.seen and time.monotonic() < end and self._read():
            pass
        assert wanted in self.seen, self.seen.decode(errors="replace")
        before, _, self.seen = self.seen.partition(wanted)
        return before.decode(errors="replace")

    def _read(self) -> bool:
        """Read what there is, and say whether there may be more."""
        if select.select([self.terminal], [], [], 0.2)[0]:
            try:
                self.seen += os.read(self.terminal, 65536)
            except OSError:
                return False
        return True

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.terminal, text.encode())

    def code(self) -> int:
        """Wait for its end and return its exit code."""
        return self.process.wait(PATIENCE)
