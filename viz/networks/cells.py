"""Reading cells out of a graph: what a recurrent layer does at one step, whatever gates it has.

`LSTM` and `GRU` are not sums of products, so no neurons are found in them. But each step is a scope, "step 1", "step
2", and so are layers: a cell is what belongs to one step of one layer, and what happens outside of steps goes into
boxes of its own. What only cuts, stacks and turns arrays is looked through. A loop of the program's own needs no scopes
(`viz.networks.loops`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from microgradphys.mathematics import Math
from viz.networks.loops import CUTTING, JOINING, Scope, counterparts, loop_scopes
from viz.steps import Node
from viz.storyboard import Storyboard

_STEP = re.compile(r"step (\d+)")
# Of more named nodes than these in a cell, the last are shown.
_MOST_SHOWN = 8
# More steps than these are not drawn all: the first and the last are.
_FIRST, _LAST = 4, 3


@dataclass(frozen=True)
class Box:
    """A cell, if it has a `step`, or what else belongs together; `shown` are the nodes whose numbers stand in it."""

    title: str
    layer: Scope
    step: int | None
    members: tuple[int, ...]
    shown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """What one box hands to another: the node, and both boxes by index."""

    node: int
    source: int
    target: int


@dataclass(frozen=True)
class Cells:
    """Cells, other boxes, what they hand on, and the leaves with how often each is used.

    hidden: the steps that are not drawn. loss: the nodes that lead from the last boxes to the loss. called: names for
    nodes that have none but whose counterparts in another step do.
    """

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    leaves: dict[int, int]
    hidden: tuple[int, ...]
    loss: tuple[int, ...]
    called: dict[int, Math] = field(default_factory=dict)

    @cached_property
    def box_of(self) -> dict[int, int]:
        """The box of each node that is in one."""
        return {k: b for b, box in enumerate(self.boxes) for k in box.members}

    @property
    def steps(self) -> list[int]:
        """The steps that are drawn, in order."""
        return sorted({box.step for box in self.boxes if box.step is not None})


def read_cells(story: Storyboard) -> Cells | None:
    """Find the cells in a storyboard's graph, or None if no step hands anything to the next.

    >>> from microgradphys import nn
    >>> y = nn.GRU(2)(np.ones((1, 3, 2)))
    >>> found = read_cells(Storyboard(np.sum(y)))
    >>> [box.title for box in found.boxes if box.step], len(found.boxes[1].shown)
    (['step 1', 'step 2', 'step 3'], 4)
    """
    nodes = story.nodes
    scopes = [node.scope for node in nodes]
    if not any(map(_step_of, scopes)):
        scopes = loop_scopes(nodes) or []
    if not any(map(_step_of, scopes)):
        return None
    keys = _keys(nodes, scopes, story.loss)
    steps = sorted({key[1] for key in keys.values() if key[1] is not None})
    hidden = tuple(steps[_FIRST:-_LAST]) if len(steps) > _FIRST + _LAST + 1 else ()
    members: dict[tuple[Scope, int | None, int], list[int]] = defaultdict(list)
    for k, key in keys.items():
        members[key].append(k)
    loss = members.pop(_LOSS, [])
    stepping = {layer[:1] for layer, step, _ in keys.values() if step is not None}
    called: dict[int, Math] = {}
    for layer in {layer for layer, step, _ in members if step is not None}:
        bodies = [members[key] for key in sorted(members, key=lambda key: key[1] or 0) if key[0] == layer and key[1]]
        called |= counterparts(nodes, bodies)
    boxes = tuple(
        Box(
            _title(layer, step, part, layer in stepping),
            layer,
            step,
            tuple(inside),
            _shown(story, inside, called, step),
        )
        for (layer, step, part), inside in members.items()
        if step not in hidden
    )
    links = _links(story, scopes, boxes, loss)
    recurs = any(
        boxes[link.source].layer == boxes[link.target].layer and boxes[link.source].step is not None
        for link in links
        if link.target >= 0 and boxes[link.target].step is not None
    )
    if not recurs:
        return None
    return Cells(boxes, links, _leaves(nodes, scopes), hidden, tuple(loss), called)


_LOSS = ((), None, -1)


def _step_of(scope: Scope) -> tuple[Scope, int] | None:
    """The layer and the number of the step that a scope belongs to."""
    for place, name in enumerate(scope):
        if found := _STEP.fullmatch(name):
            return scope[:place], int(found[1])
    return None


def _keys(nodes: Sequence[Node], scopes: Sequence[Scope], loss: int) -> dict[int, tuple[Scope, int | None, int]]:
    """For each node, which box it belongs to: layer, step, and outside of steps, which part.

    Part 0 of a layer comes before its steps, part 1 after them; outside of layers, parts are numbered by what has a
    name.
    """
    keys: dict[int, tuple[Scope, int | None, int]] = {}
    layers_before: list[frozenset[Scope]] = []
    for k, node in enumerate(nodes):
        before = frozenset[Scope]().union(*(layers_before[p] for p in node.parents))
        cell = _step_of(scopes[k])
        layers_before.append(before | {cell[0]} if cell else before)
        if cell:
            if node.op is None and not node.constant:
                continue
            keys[k] = (*cell, 0)
        elif scopes[k] and (_is_data(node) or _is_work(node)):
            layer = scopes[k][:1]
            keys[k] = (layer, None, int(any(scope[:1] == layer for scope in before)))
    keys |= _outside(nodes, scopes, loss, keys)
    return keys


def _is_data(node: Node) -> bool:
    """Whether a node is numbers without a name."""
    return node.op is None and node.constant and not node.named and bool(node.shape)


def _is_work(node: Node) -> bool:
    """Whether a node computes, rather than cuts and turns what there is."""
    return node.op is not None and not node.constant and (node.named or node.op not in CUTTING)


def _outside(
    nodes: Sequence[Node], scopes: Sequence[Scope], loss: int, keys: dict[int, tuple[Scope, int | None, int]]
) -> dict[int, tuple[Scope, int | None, int]]:
    """The boxes of nodes outside of every scope: one for each that has a name, with what leads to it; the loss's."""
    found: dict[int, tuple[Scope, int | None, int]] = {}
    used: dict[int, int] = {}
    for k in reversed(range(len(nodes))):
        node = nodes[k]
        free = k not in keys and not scopes[k] and node.op is not None and not node.constant
        if free and k == loss:
            found[k] = _LOSS
        elif free and node.named:
            found[k] = ((), None, k)
        elif free and node.op not in CUTTING:
            found[k] = found.get(used.get(k, loss), _LOSS)
        for parent in node.parents:
            used[parent] = k
    return dict(sorted(found.items()))


def _title(layer: Scope, step: int | None, part: int, has_steps: bool) -> str:
    """What is written in a box."""
    name = " · ".join(layer).replace("_", " ")
    if step is None:
        return f"{name}, before its steps" if part == 0 and has_steps else name
    return f"{name}, step {step}" if name else f"step {step}"


def _shown(story: Storyboard, members: Iterable[int], called: Container[int], step: int | None) -> tuple[int, ...]:
    """The nodes whose numbers stand in a box: those with names and data of their own, or the last."""
    nodes, found, last = story.nodes, [], None
    for k in members:
        node = nodes[k]
        if node.constant:
            data = story.recording[k].held
            again = any(nodes[one].constant and np.array_equal(story.recording[one].held, data) for one in found)
            if node.op is None and np.any(data) and node.shape and not again:
                found.append(k)
            continue
        if step is not None and node.op in JOINING:
            continue
        last = k
        if (node.named or k in called) and len(node.shape) < 3:
            found.append(k)
    if last is not None and not any(not nodes[k].constant for k in found):
        found.append(last)
    return tuple(found[-_MOST_SHOWN:])


def _links(story: Storyboard, scopes: Sequence[Scope], boxes: tuple[Box, ...], loss: list[int]) -> tuple[Link, ...]:
    """What boxes hand to each other, cutting and stacking looked through; the loss is box -1."""
    nodes = story.nodes
    box_of = {k: b for b, box in enumerate(boxes) for k in box.members} | dict.fromkeys(loss, -1)
    origins: list[tuple[int, ...]] = []
    found: dict[tuple[int, int], Link] = {}
    for k, node in enumerate(nodes):
        if k not in box_of:
            seen = _origins(story, k, origins)
            if _step_of(scopes[k]):
                # Of steps that are not drawn, only what comes from the last that is goes on.
                seen = tuple(origin for origin in seen if boxes[box_of[origin]].step is not None)
            origins.append(seen)
            continue
        origins.append((k,) if not node.constant else ())
        for parent in node.parents:
            for origin in origins[parent]:
                source, target = box_of[origin], box_of[k]
                if source != target:
                    found.setdefault((origin, target), Link(origin, source, target))
    return tuple(found.values())


def _origins(story: Storyboard, k: int, origins: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Where a node that is looked through comes from; a step cut out of stacked steps is that step."""
    node, record = story.nodes[k], story.recording[k]
    if node.op == "getitem":
        parent, index = node.parents[0], record.static["index"]
        stacked = story.recording[parent]
        axis = stacked.static.get("axis") if story.nodes[parent].op == "stack" else None
        place = index[axis] if isinstance(index, tuple) and isinstance(axis, int) and 0 <= axis < len(index) else None
        if isinstance(place, int):
            return origins[story.nodes[parent].parents[place]]
    return tuple(dict.fromkeys(origin for parent in node.parents for origin in origins[parent]))


def _leaves(nodes: Sequence[Node], scopes: Sequence[Scope]) -> dict[int, int]:
    """The leaves with names, and how often each is used."""
    used = Counter(parent for node in nodes for parent in node.parents)
    return {
        k: used[k]
        for k, node in enumerate(nodes)
        if node.op is None and (not node.constant or (node.named and _step_of(scopes[k]) is None))
    }
