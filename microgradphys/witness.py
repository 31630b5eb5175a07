"""Noticing that data changed under a recording.

Every node has the time of its making, and a leaf that is given new data gets a new one: a parent younger than its
child means that the graph is old. An array can also change untold, in the hands of whoever was given it. So an array
that leaves the engine is made read-only if it was computed, and has a *witness* if it is a leaf's: its bytes as they
were when it was last read.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.data import plain_index

if TYPE_CHECKING:
    from microgradphys.node import Node
    from microgradphys.primitives import Primitive
    from microgradphys.value import Value

clock = count(1).__next__


def lent(node: Node) -> Any:
    """Return the data for somebody outside to keep; until then nobody can have changed an array."""
    data = node.held
    if node.witness is None and data.__class__ is np.ndarray and data.flags.writeable:
        # A result stays as it is from now on; a leaf may be changed, and is compared with what it was.
        if node.primitive is not None:
            data.setflags(write=False)
        else:
            node.witness = data.tobytes()
    return data


def read(leaf: Value, row: Primitive, static: dict[str, Any]) -> None:
    """Note what a leaf's array holds as a row reads it; if it changed since last time, older graphs are out of date.

    Who reads only a part of it looks only at that part: a loop over n elements stays a matter of n.
    """
    if row.picks and unchanged(leaf, static[row.picks]):
        return
    now = leaf.held.tobytes()
    if leaf.witness != now:
        leaf.time, leaf.witness = clock(), now


def unchanged(leaf: Value, index: Any) -> bool:
    """Whether the part of a leaf's array at an index still holds what it held when it was last read."""
    then = np.frombuffer(leaf.witness or b"", leaf.held.dtype).reshape(leaf.held.shape)
    at = plain_index(index)
    return then[at].tobytes() == leaf.held[at].tobytes()


def changed_under(leaf: Value, nodes: Iterable[Value]) -> bool:
    """Whether a leaf's array changed where any of these nodes read it."""
    if leaf.witness == leaf.held.tobytes():
        return False
    readers = (node for node in nodes if any(parent is leaf for parent in node.parents))
    return not all(
        node.primitive is not None and node.primitive.picks and unchanged(leaf, node.static[node.primitive.picks])
        for node in readers
    )


def read_only(data: Any) -> Any:
    """Make an array refuse to be changed in place."""
    if data.__class__ is not float:
        data.setflags(write=False)
    return data


def unshared(data: Any) -> Any:
    """Copy a view of data that can be changed: nobody watches what a constant looks at."""
    return read_only(data.copy()) if getattr(getattr(data.base, "flags", None), "writeable", True) else data
