"""Running a definition that was written here: tracebacks and the debugger show its lines."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable
from itertools import count
from typing import Any

_numbers = count(1)


def executed(text: str, name: str, things: dict[str, Any], kind: str) -> Callable[..., Any]:
    r"""Return the function that a text defines; its lines can be seen as long as the function lives.

    Args:
        text: the definition.
        name: what it defines.
        things: what it calls by name.
        kind: what to call it in tracebacks.

    >>> executed("def double(x):\n    return 2 * x\n", "double", {}, "example")(4.0)
    8.0
    """
    filename = f"<{kind} {name} {next(_numbers)}>"
    space = dict(things)
    exec(compile(text, filename, "exec"), space)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    # Left in its own space, the function would hold itself.
    function = space.pop(name)
    weakref.finalize(function, linecache.cache.pop, filename, None)
    return function
