"""Ctrl-C while a network learns: the batch is finished, and all ends as it should; a second one stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Interruption:
    """Whether somebody has pressed Ctrl-C."""

    def __init__(self) -> None:
        """Nobody has."""
        self.wanted = False

    def __call__(self, number: int, frame: Any) -> None:
        """Note the signal; the second one is an exception, as ever."""
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True


@contextmanager
def listening() -> Iterator[Interruption]:
    """Note Ctrl-C in the block instead of raising an exception amid a step.

    A handler of the program's own is left alone, and in another thread than the main one there are no signals; there
    an exception may come, and ends the training just so.
    """
    interruption = Interruption()
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interruption
        return
    signal.signal(signal.SIGINT, interruption)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
