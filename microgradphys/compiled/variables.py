"""What a program calls its results: the variable that the running line is about to assign to.

`s = W @ x + b` calls three functions; the Value that the last of them makes is `s`. The name stands in the bytecode,
right after the call: the next instruction stores the result.
"""

from __future__ import annotations

import dis
from functools import lru_cache
from itertools import pairwise
from types import CodeType, FrameType

from microgradphys.frames import is_ours, user_frame

_STORES = ("STORE_FAST", "STORE_NAME", "STORE_DEREF", "STORE_GLOBAL")


def assigned_name() -> tuple[object, str] | None:
    """Return the variable that the program is about to assign to, with the place of the assignment.

    A result that a function returns at once has the name that its caller gives it; the result of the function that is
    compiled is called as that.
    """
    frame: FrameType | None = user_frame()
    place, name = None, ""
    while frame is not None and not is_ours(frame):
        place, name = (frame, frame.f_lasti), _following(frame.f_code).get(frame.f_lasti, "")
        if name != "return":
            break
        name = frame.f_code.co_name.strip("<>")
        frame = frame.f_back
    return (place, name) if name not in ("", "lambda") else None


@lru_cache(maxsize=64)
def _following(code: CodeType) -> dict[int, str]:
    """Say for each instruction what becomes of its result: a variable's name, "return", or nothing known."""
    found = {}
    instructions = list(dis.get_instructions(code))
    for this, after in pairwise(instructions):
        # Python 3.11 is seen behind a call that goes on in Python, where other Pythons are seen at it.
        places = range(this.offset, after.offset, 2)
        if after.opname.startswith("RETURN"):
            found.update(dict.fromkeys(places, "return"))
        elif after.opname.startswith(_STORES):
            # Newer Pythons store two variables at once: the first is ours.
            found.update(dict.fromkeys(places, after.argval if isinstance(after.argval, str) else after.argval[0]))
    return found
