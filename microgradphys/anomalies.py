"""`anomaly`: finding the operation that made the first nan or infinity, and the line of the program that asked for it.

>>> import numpy as np
>>> from microgradphys import Value, anomaly
>>> x = Value(0.0, "x")
>>> with anomaly():
...     y = np.sqrt(x)
...     y.backward()
Traceback (most recent call last):
...
microgradphys.errors.AnomalyError: backward: the rule of sqrt for its argument a gives inf, from the upstream gradient \
1.0 and 'x' = 0.0; a result of sqrt with shape () was made at <doctest microgradphys.anomalies[3]>:2: y = np.sqrt(x)

Numbers that come in as nan or inf are the program's own affair: an operation is named only if everything it was
given is finite. The mode is kept per thread and per task, as scopes are.
"""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.data import raw
from microgradphys.errors import AnomalyError
from microgradphys.frames import user_frame
from microgradphys.graph import describe
from microgradphys.scopes import changed, current

if TYPE_CHECKING:
    from microgradphys.backward import Contribution
    from microgradphys.value import Value

_LETTERS = "abcdefgh"


@contextmanager
def anomaly() -> Iterator[None]:
    """Stop at the first operation in the block that makes nan or inf out of finite numbers, forward or backward.

    The error names the operation, its numbers and the line that recorded it. numpy's own warnings about such numbers
    are silent in the block, for the error says more. Recording takes longer, as every result is looked at; outside of
    the block nothing does. What `replay` runs again is not looked at.

    Raises:
        AnomalyError: in the block, where the number is made.

    >>> import numpy as np
    >>> from microgradphys import grad
    >>> with anomaly():
    ...     grad(lambda x: np.log(x - 1.0))(1.0)
    Traceback (most recent call last):
    ...
    microgradphys.errors.AnomalyError: forward: log gives -inf, from a = 0.0; a result of log with shape () was made \
at <doctest microgradphys.anomalies.anomaly[2]>:2: grad(lambda x: np.log(x - 1.0))(1.0)
    """
    with changed(anomaly="everywhere"), np.errstate(all="ignore"):
        yield


@contextmanager
def while_sweeping() -> Iterator[None]:
    """Note where nodes are made, but leave it to the sweep to say what is wrong: rules may mask what they compute."""
    with changed(anomaly="noting"):
        yield


def examine(node: Value) -> None:
    """Note where a node is made, and refuse it if it made nan or inf out of finite numbers."""
    frame = user_frame(3)
    node.place = frame.f_code.co_filename, frame.f_lineno
    if node.parents and current.get().anomaly == "everywhere" and not _finite(node.held) and _inputs_finite(node):
        message = f"forward: {node.op} gives {_bad(node.held)}, from {_inputs(node)}; {_origin(node)}"
        raise AnomalyError(message).within(node.scope)


def examined(watch: Callable[[Contribution], None] | None) -> Callable[[Contribution], None]:
    """Make a watcher that refuses the first contribution that is nan or inf though all it came from is finite."""
    excused: set[Value] = set()

    def watcher(item: Contribution) -> None:
        if not _finite(item.amount):
            if _finite(item.upstream) and _inputs_finite(item.node):
                raise AnomalyError(_of_rule(item)).within(item.node.scope)
            excused.add(item.parent)
        elif not _finite(item.total) and item.parent not in excused:
            raise AnomalyError(_of_sum(item)).within(item.node.scope)
        if watch is not None:
            watch(item)

    return watcher


def _of_rule(item: Contribution) -> str:
    """Say which rule went wrong."""
    node = item.node
    return (
        f"backward: the rule of {node.op} for its argument {_letter(item.argument)} gives {_bad(item.amount)}, "
        f"from the upstream gradient {_text(raw(item.upstream))} and {_inputs(node)}; {_origin(node)}"
    )


def _of_sum(item: Contribution) -> str:
    """Say which sum of finite contributions went wrong."""
    return (
        f"backward: the contributions to {describe(item.parent)} are finite, but their sum is {_bad(item.total)}; "
        f"the last came from {item.node.op}, and {_origin(item.node)}"
    )


def _finite(data: Any) -> bool:
    """Whether every number is finite."""
    data = raw(data)
    return math.isfinite(data) if data.__class__ is float else bool(np.all(np.isfinite(data)))


def _inputs_finite(node: Value) -> bool:
    """Whether everything that a node was computed from is finite."""
    return all(_finite(parent.held) for parent in node.parents)


def _inputs(node: Value) -> str:
    """Show what a node was computed from: names, or letters as the table has them, and numbers."""
    return " and ".join(
        f"{_letter(k) if parent.name is None else repr(parent.name)} = {_text(parent.held)}"
        for k, parent in enumerate(node.parents)
    )


def _bad(data: Any) -> str:
    """Say which of the numbers is not finite, and where."""
    array = np.asarray(raw(data))
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    return f"{float(array[index])}{f' at {list(index)} of shape {array.shape}' if index else ''}"


def _letter(k: int) -> str:
    """Name an argument as the table does."""
    return _LETTERS[k] if k < len(_LETTERS) else f"number {k + 1}"


def _text(data: Any) -> str:
    """Write a number or a small array out, and a larger one as its shape and range."""
    if np.size(data) <= 4:
        return str(data.tolist() if isinstance(data, np.ndarray) else data)
    return f"an array of shape {np.shape(data)} from {float(np.min(data)):.4g} to {float(np.max(data)):.4g}"


def _origin(node: Value) -> str:
    """Say where a node was made, with the text of the line if that can be had."""
    place = getattr(node, "place", None)
    if place is None:
        return (
            f"{describe(node)} was made before anomaly() was on, so its line is not known; record it inside the block"
        )
    text = linecache.getline(*place).strip()
    return f"{describe(node)} was made at {place[0]}:{place[1]}{text and f': {text}'}"
