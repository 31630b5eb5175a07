"""A recorded backward pass as one would write it down: no factor or power 1, nothing twice. The numbers stay."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any

from microgradphys.graph import ancestors
from microgradphys.recording import apply, constant, values
from microgradphys.value import Value

# What was computed, by operation, operands and options.
Known = dict[Hashable, Value]


def tidied(found: Mapping[Value, Any], inside: Collection[Value], known: Known) -> dict[Value, Any]:
    """Replace the gradients that a sweep has recorded by ones that are computed without detours.

    Args:
        found: for each node its gradient, a Value or a number.
        inside: the nodes of the forward pass, which stay as they are.
        known: what was computed already; what is computed now is added to it.

    >>> from microgradphys import constant
    >>> x = Value(3.0, "x")
    >>> y = 1 * (2 * x) + 1 * (2 * x)
    >>> [node.op for node in ancestors(tidied({x: y}, {x}, {})[x])]
    [None, 'multiply', 'add']
    """
    new: dict[Value, Value] = {}
    for node in ancestors_of([value for value in found.values() if isinstance(value, Value)]):
        if node in inside or node.primitive is None:
            new[node] = known.setdefault(_key(node, node.parents), node) if _is_number(node) else node
            if node.primitive is not None:
                known.setdefault(_key(node, tuple(new.get(parent, parent) for parent in node.parents)), node)
            continue
        new[node] = _again(node, tuple(new.get(parent, parent) for parent in node.parents), known)
    return {node: new.get(value, value) if isinstance(value, Value) else value for node, value in found.items()}


def ancestors_of(ends: list[Value]) -> list[Value]:
    """Every node that some Values depend on, constants too, in the order of their making."""
    seen = {node for end in ends for node in ancestors(end, constants=True)}
    return sorted(seen, key=lambda node: node.time)


def _again(node: Value, parents: tuple[Value, ...], known: Known) -> Value:
    """The node with new operands, or what is the same with less to compute."""
    assert node.primitive is not None
    shorter = _shorter(node, parents)
    if shorter is not None and any(shorter is parent for parent in parents):
        return shorter
    key = _key(node, parents) if shorter is None else _key(shorter, shorter.parents)
    if key in known:
        return known[key]
    same = all(a is b for a, b in zip(parents, node.parents, strict=True))
    made = shorter if shorter is not None else (node if same else apply(node.primitive, *parents, **node.static))
    known[key] = made
    made.scope = node.scope
    if hasattr(node, "place"):
        made.place = node.place
    return made


def _shorter(node: Value, parents: tuple[Value, ...]) -> Value | None:
    """What is the same with less to compute: of a product with 1 or −1, of a power of 1 or 0; None otherwise."""
    if node.op == "power" and _is_number(parents[1]) and parents[0].shape == node.shape:
        return {1.0: parents[0], 0.0: constant(1.0) if not node.shape else None}.get(parents[1].held)
    if node.op != "multiply":
        return None
    if all(map(_is_number, parents)):
        return constant(parents[0].held * parents[1].held)
    for one, other in (parents, parents[::-1]):
        if _is_number(one) and other.active and other.shape == node.shape:
            if one.held == 1.0:
                return other
            if one.held == -1.0:
                return values.negative(other)
    return None


def _is_number(node: Value) -> bool:
    """Whether a node is a number in the text of a formula."""
    return node.primitive is None and not node.active and node.name is None and node.held.__class__ is float


def _key(node: Value, parents: tuple[Value, ...]) -> Hashable:
    """What tells one computation from another."""
    if node.primitive is None:
        return node.held if _is_number(node) else node
    options = tuple(sorted(node.static.items()))
    try:
        hash(options)
    except TypeError:
        return node
    return node.primitive.name, parents, options
