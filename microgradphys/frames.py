"""Where a program is: the innermost of its running functions that is neither ours nor numpy's."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import FrameType

import numpy as np

_OURS = tuple(f"{Path(file).parent}{os.sep}" for file in (__file__, np.__file__))


def is_ours(frame: FrameType) -> bool:
    """Whether a frame runs a function of ours or of numpy's."""
    return frame.f_code.co_filename.startswith(_OURS)


def user_frame() -> FrameType:
    """Find the innermost frame of a program; the outermost of all, if it has none."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_ours(frame):
        frame = frame.f_back
    return frame
