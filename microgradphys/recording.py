"""Recording: what is computed with Values becomes nodes of the graph.

`apply` computes any row of the table and records it. The operators take shorter ways for floats and arrays and end in
`made` like everything else: there is one place where a node comes from.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys import scopes
from microgradphys.anomalies import examine
from microgradphys.data import as_data, checked_name, is_plain, raw
from microgradphys.forward import as_number, compute, is_own
from microgradphys.namespaces import Namespace, arrays
from microgradphys.options import checked_options, raw_options
from microgradphys.primitives import PRIMITIVES, QUESTIONS, Primitive
from microgradphys.witness import clock, lent, read, read_only, unshared

if TYPE_CHECKING:
    # A Value has its operators from what stands here; `value.py` puts the class in once it is made.
    from microgradphys.value import Value

_setting = scopes.current.get
_new = object.__new__
NO_STATIC: dict[str, Any] = {}


def constant(data: Any, name: str | None = None) -> Value:
    """Make a Value into which no gradient flows: an input or a target, with a name for the formulas.

    Args:
        data: as for `Value`.
        name: as for `Value`.

    >>> from microgradphys import Value, constant
    >>> x, w = constant(3.0, "x"), Value(2.0, "w")
    >>> (w * x).backward()
    >>> w.grad, x.grad
    (3.0, None)
    """
    trace = _setting().trace
    if trace is not None and data.__class__ is not float:
        return trace.constant(data, checked_name(name))
    value = made(None, read_only(as_data(data)), (), False, NO_STATIC)
    if name is not None:
        value.name = checked_name(name)
    return value


def apply(row: Primitive, *args: Any, **static: Any) -> Any:
    """Compute one primitive and record it; with no Value among the arguments, only compute it.

    Args:
        row: a row of the table.
        args: the differentiable arguments, Values or plain data.
        static: the row's keyword arguments.

    Raises:
        ShapeError: the shapes do not fit the operation.
        DataError: an argument cannot be differentiated.

    >>> from microgradphys import Value
    >>> apply(PRIMITIVES["square"], Value(3.0)).data
    9.0
    """
    plain = [arg for arg in args if arg.__class__ is not Value]
    if plain:
        if len(plain) == len(args) and (not static or is_plain(static.get("index"))):
            return compute(row, args, static)
        args = tuple([arg if arg.__class__ is Value else constant(arg) for arg in args])
    return recorded(row, args, tuple([parent.held for parent in args]), static)


def ask(row: Primitive, *args: Any, **static: Any) -> Any:
    """Answer a question with plain data; while a function is compiled, record it."""
    if _setting().trace is not None:
        static = checked_options(row.name, static, row.statics)
        return apply(row, *args, **static)
    return getattr(arrays, row.name)(*map(raw, args), **raw_options(row.name, static))


def recorded(row: Primitive, parents: tuple[Value, ...], inputs: tuple[Any, ...], static: dict[str, Any]) -> Value:
    """Compute one primitive of Values and record it."""
    if (trace := _setting().trace) is not None:
        trace.whole(parents)
        inputs = tuple([parent.held for parent in parents])
    # The rules of a user's own row are somebody outside, who may keep or change what they see.
    own = trace is None and is_own(row)
    if own:
        inputs = tuple([lent(parent) for parent in parents])
    data = compute(row, inputs, static)
    if data.__class__ is not np.ndarray or len(inputs) == 3:
        data = as_number(data, inputs)
    active = False
    for parent in parents:
        if parent.active:
            active = True
        if parent.witness is not None:
            read(parent, row, static)
        if parent.held is data and data.__class__ is not float:
            data = data.view()
    node = made(row, data, parents, active, static)
    if own:
        lent(node)
    return node


def made(row: Primitive | None, data: Any, parents: tuple[Value, ...], active: bool, static: dict[str, Any]) -> Value:
    """Make a node."""
    node = _new(Value)
    node.held = data
    node.received = None
    node.name = None
    node.primitive = row
    node.parents = parents
    node.static = static
    setting = _setting()
    node.scope = setting[0]
    node.time = clock()
    node.active = active
    node.witness = None
    if not setting[1]:
        _unusual(node, setting)
        active = node.active
    if not active and data.__class__ is not float and data.base is not None:
        node.held = unshared(data)
    return node


def _unusual(node: Value, setting: scopes.Setting) -> None:
    """Do with a new node what the block that it is made in asks for."""
    if setting.trace is not None:
        setting.trace.made(node, setting.recording)
        return
    if setting.anomaly:
        examine(node)
    if not setting.recording:
        node.primitive, node.parents, node.active, node.static = None, (), False, NO_STATIC
        read_only(node.held)


class Operations(Namespace):
    """What `xp` means in the table for Values: every row as an operation that is recorded."""

    def _function_of(self, row: Primitive) -> Any:
        """Record a row that a user added."""
        return partial(apply, row)


values = Operations(
    **{row.name: partial(apply, row) for row in PRIMITIVES.values()},
    **{row.name: partial(ask, row) for row in QUESTIONS},
)
