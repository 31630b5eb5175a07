"""Where a program is: the innermost of its running functions that is neither ours nor numpy's."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import FrameType

import numpy as np

_HERE = Path(__file__).parent
# `viz` records too, where it writes down the graph of a gradient: on behalf of the line that asked for it.
_OURS = tuple(f"{folder}{os.sep}" for folder in (_HERE, _HERE.with_name("viz"), Path(np.__file__).parent))
# The files that were asked about, and the answers: a graph whose lines are noted asks for every node.
_known: dict[str, bool] = {}


def is_ours(frame: FrameType) -> bool:
    """Whether a frame runs a function of ours or of numpy's."""
    return is_our_file(frame.f_code.co_filename)


def is_our_file(file: str) -> bool:
    """Whether a file is one of ours or of numpy's."""
    ours = _known.get(file)
    if ours is None:
        ours = _known[file] = file.startswith(_OURS)
    return ours


def user_frame(skip: int = 1) -> FrameType:
    """Find the innermost frame of a program; the outermost of all, if it has none.

    Args:
        skip: how many of the innermost frames are ours for certain.
    """
    frame = sys._getframe(skip)
    while frame.f_back is not None and is_ours(frame):
        frame = frame.f_back
    return frame
