"""What a program may change for the process that runs it, put back when it is done."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def put_back() -> Iterator[None]:
    """Put arguments, search path, folder and the three streams back as they were, closed or redirected ones too."""
    arguments, folders, folder = sys.argv, list(sys.path), _folder()
    streams = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}
    copies = {number: os.dup(number) for number in range(3) if _is_open(number)}
    try:
        yield
    finally:
        sys.argv, sys.path[:] = arguments, folders
        if folder is not None:
            os.chdir(folder)
        for stream in (sys.stdout, sys.stderr, *streams.values()):
            with contextlib.suppress(AttributeError, ValueError, OSError):
                stream.flush()
        for number, copy in copies.items():
            os.dup2(copy, number)
            os.close(copy)
        for number, (name, stream) in enumerate(streams.items()):
            setattr(sys, name, _opened(stream, number) if getattr(stream, "closed", False) else stream)


def _opened(stream: Any, number: int) -> Any:
    """Open a stream again that was closed, as it was."""
    # The wrapper is closed, but still knows how it wrote.
    mode = "r" if number == 0 else "w"
    return open(number, mode, encoding=stream.encoding, errors=stream.errors, closefd=False)


def _is_open(number: int) -> bool:
    """Whether a file descriptor is in use."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _folder() -> str | None:
    """The present folder, None where it was deleted."""
    try:
        return str(os.getcwd())  # noqa: PTH109
    except OSError:
        return None
