"""Findings about units: a ReLU that is off for all inputs of the batch.

One input says little: of a healthy ReLU network half of the units are off for it. So instances of one unit are counted
together: along the batch of an array, whose last axis is the units, and, in a graph of scalars, the nodes that apply
the same function to sums of the same leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz.symptoms.findings import ENOUGH, MANY, Case, Finding, Level

# What a unit applies its function to.
_SUMS = frozenset({"add", "subtract", "matmul", "einsum", "sum"})


@dataclass(frozen=True, slots=True)
class Group:
    """Instances of units: the nodes, whether each is asleep (inputs by units), and the part of its layer that is."""

    nodes: tuple[int, ...]
    asleep: Any
    share: float


def dead(case: Case) -> Iterator[Finding]:
    """Find the ReLUs that are 0 with a local derivative of 0."""
    for group in groups(case, _is_relu, lambda y, local, op: (local == 0) & (y == 0)):
        who, verb, when = whom(case, group)
        if who:
            yield case.finding(
                "dead ReLU",
                level(group),
                group.nodes[0],
                f"{who} {verb} 0 {when}, and so is the local derivative: no gradient flows back through it. If it "
                "stays so, start with other weights or a smaller learning rate, or use a leaky ReLU.",
            )


def _is_relu(case: Case, k: int) -> bool:
    """Whether a node is a ReLU: relu(a), maximum(a, 0), clip(a, 0, ∞), where(a > 0, a, 0) or a * (a > 0)."""
    node = case.story.nodes[k]
    data = [case.data(p) for p in node.parents]
    zero = [case.story.nodes[p].constant and not np.any(number) for p, number in zip(node.parents, data, strict=True)]
    match node.op:
        case "relu":
            return True
        case "maximum":
            return sum(zero) == 1
        case "clip":
            return zero[1] and bool(np.all(np.isposinf(data[2])))
        case "where":
            # A mask of another kind, as for padding, is no function of a.
            return zero[2] and np.shape(data[0]) == np.shape(data[1]) and np.array_equal(data[0], data[1] > 0)
        case "multiply":
            return _is_masked(case, node.parents)
    return False


def _is_masked(case: Case, factors: tuple[int, ...]) -> bool:
    """Whether a product is a · (a > 0): a mask of zeros alone is one if a is a sum, not log p with a target of 0."""
    known = [p for p in factors if case.story.nodes[p].constant]
    if len(known) != 1:
        return False
    a = factors[factors[0] == known[0]]
    mask, data = case.data(known[0]), case.data(a)
    told = np.ndim(mask) > 0 and np.any(mask)
    same = np.shape(mask) == np.shape(data) and np.array_equal(mask, data > 0)
    return bool(same and (told or case.story.nodes[a].op in _SUMS))


def groups(case: Case, wanted: Any, test: Any) -> Iterator[Group]:
    """Gather the instances of each unit, and ask of each whether it is asleep."""
    nodes, scalars = case.story.nodes, {}
    for moves in case.moves.values():
        for move in moves:
            assert move.edge is not None
            k = case.story.edges[move.edge].target
            if move.local is None or not wanted(case, k):
                continue
            asleep = np.broadcast_to(test(case.data(k), move.local, nodes[k].op), nodes[k].shape)
            if asleep.ndim > 1:
                units = asleep.reshape(-1, asleep.shape[-1])
                yield Group((k,), units, float(np.mean(np.all(units, axis=0))))
            elif asleep.ndim == 1 and asleep.all():
                # Units of one input, or one unit for a batch of inputs: it is all the same where all are asleep.
                yield Group((k,), asleep[:, None], 1.0)
            elif asleep.ndim == 0:
                scalars.setdefault((nodes[k].op, _weights(case, move.node)), []).append((k, bool(asleep)))
    layers: dict[Any, list[bool]] = {}
    for found in scalars.values():
        layers.setdefault(nodes[found[0][0]].scope, []).append(all(asleep for _, asleep in found))
    for found in scalars.values():
        share = float(np.mean(layers[nodes[found[0][0]].scope]))
        yield Group(tuple(k for k, _ in found), np.array([asleep for _, asleep in found])[:, None], share)


def _weights(case: Case, k: int) -> Any:
    """The leaves that a sum of products begins with: a unit is known by its weights, whatever its inputs."""
    nodes, leaves, stack = case.story.nodes, set(), [k]
    while stack:
        node = nodes[stack.pop()]
        for parent in node.parents:
            if nodes[parent].op is None and not nodes[parent].constant:
                leaves.add(parent)
            elif nodes[parent].op in ("add", "subtract", "multiply"):
                stack.append(parent)
    return frozenset(leaves) or k


def whom(case: Case, group: Group) -> tuple[str, str, str]:
    """Name the units that are asleep for all inputs, with the verb that fits, and say for which inputs."""
    count = int(np.all(group.asleep, axis=0).sum())
    inputs, units = group.asleep.shape
    first = group.nodes[0]
    name = case.label(first)
    if not count or not inputs:
        return "", "", ""
    when = f"for all {inputs} inputs" if inputs > 1 else "for this input"
    if units > 1:
        return f"{count} of {units} units of {name}", "is" if count == 1 else "are", when
    if len(group.nodes) > 1:
        return f"The unit of {name}", "is", when
    if inputs > 1 and case.story.nodes[first].op == "softmax":
        return name, "is", when
    if inputs > 1:
        return f"All of {name}", "is", f"in all {inputs} elements"
    return name, "is", when


def level(group: Group) -> Level:
    """Call it trouble if there are inputs enough to be sure, and it is more than a few units of the layer."""
    return "trouble" if len(group.asleep) >= ENOUGH and group.share >= MANY else "note"
