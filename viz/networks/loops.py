"""Loops read out of a graph: which nodes belong to one step in time, where the program has no scopes that say it.

A loop over time uses its parameters once in every step. So a node belongs to the step of the last such use before it,
and a loop is one if all its steps do the same. What a variable of the last step is called, its counterparts are, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from microgradphys.mathematics import Math
from viz.steps import Node

Scope = tuple[str, ...]
# What only cuts, stacks and turns arrays is no work of a step.
JOINING = frozenset({"stack", "concatenate"})
CUTTING = JOINING | {"getitem", "swapaxes", "transpose", "reshape", "expand_dims"}
# Fewer repetitions of a single parameter may as well be two layers that share it.
_FEWEST = 3
# So many ways of counting are tried.
_MOST_TRIED = 6


def loop_scopes(nodes: Sequence[Node]) -> list[Scope] | None:
    """The scope of every node, with "step 1", "step 2" … for what a loop does; None if there is no loop.

    Args:
        nodes: in the order of the program.
    """
    users: dict[int, list[int]] = defaultdict(list)
    for k, node in enumerate(nodes):
        for parent in dict.fromkeys(node.parents):
            if nodes[parent].op is None and not nodes[parent].constant:
                users[parent].append(k)
    counts = {len(using) for using in users.values()} - {1}
    shared = {n: [leaf for leaf, using in users.items() if len(using) % n == 0] for n in counts}
    for n in sorted(counts, key=lambda n: (len(shared[n]), n), reverse=True)[:_MOST_TRIED]:
        if len(shared[n]) > 1 or n >= _FEWEST:
            found = _read(nodes, {leaf: users[leaf] for leaf in shared[n]}, n)
            if found is not None:
                return found
    return None


def _read(nodes: Sequence[Node], users: Mapping[int, Sequence[int]], count: int) -> list[Scope] | None:
    """The scopes if the loop goes round so often; None if its steps do not all do the same.

    Args:
        nodes: in the order of the program.
        users: the nodes that use each of the loop's parameters.
        count: how often the loop goes round.
    """
    turns = {
        (k, leaf): place * count // len(using) + 1 for leaf, using in users.items() for place, k in enumerate(using)
    }
    step, first = _steps_after(nodes, turns), _steps_before(nodes, turns)
    bodies = [[k for k in range(len(nodes)) if step[k] == t and _works(nodes[k])] for t in range(1, count + 1)]
    template = [nodes[k].op for k in bodies[0]]
    # What comes after the loop belongs to no step.
    bodies[-1] = bodies[-1][: len(template)]
    if any([nodes[k].op for k in body] != template for body in bodies) or not _carries(nodes, step, bodies[1]):
        return None
    scopes: list[Scope] = [node.scope for node in nodes]
    for t, body in enumerate(bodies, 1):
        for k in body:
            scopes[k] = (f"step {t}",)
    for k, node in enumerate(nodes):
        if first[k] and ((node.constant and node.op is None) or node.op in CUTTING):
            scopes[k] = (f"step {first[k]}",)
    return scopes


def _carries(nodes: Sequence[Node], step: Sequence[int], body: Sequence[int]) -> bool:
    """Whether a step does more with what it gets from the step before than to add to it, as samples do to a loss."""
    got = {k for k in range(len(nodes)) if step[k] == 1 and not nodes[k].constant}
    for k in body:
        if got.intersection(nodes[k].parents):
            if nodes[k].op not in ("add", "subtract"):
                return True
            got.add(k)
    return False


def _steps_after(nodes: Sequence[Node], turns: Mapping[tuple[int, int], int]) -> list[int]:
    """For each node the step that it comes from, told by which use of a parameter is before it; 0 before the first."""
    step: list[int] = []
    for k, node in enumerate(nodes):
        step.append(max((max(step[parent], turns.get((k, parent), 0)) for parent in node.parents), default=0))
    return step


def _steps_before(nodes: Sequence[Node], turns: Mapping[tuple[int, int], int]) -> list[int]:
    """For each node the first step that needs it; 0 if none does."""
    own = dict[int, int]()
    for (k, _), turn in turns.items():
        own[k] = turn
    first = [0] * len(nodes)
    for k in reversed(range(len(nodes))):
        needed = own.get(k, 0 if _works(nodes[k]) else first[k])
        for parent in nodes[k].parents:
            first[parent] = min(filter(None, (first[parent], needed)), default=0)
    return first


def _works(node: Node) -> bool:
    """Whether a node computes, rather than cuts and turns what there is."""
    return node.op is not None and not node.constant and node.op not in CUTTING


def counterparts(nodes: Sequence[Node], bodies: Sequence[Sequence[int]]) -> dict[int, Math]:
    """Names for nameless nodes of a step: those that their counterparts in other steps have, the last first.

    Args:
        nodes: in the order of the program.
        bodies: the nodes of each step of one loop.
    """
    working = [[k for k in body if _works(nodes[k])] for body in bodies]
    if len({tuple(nodes[k].op for k in body) for body in working}) > 1 or any(
        sum(nodes[k].named for k in body) > sum(nodes[k].named for k in working[-1]) for body in working
    ):
        return {}
    return {
        k: nodes[named].label
        for body in working[:-1]
        for k, named in zip(body, working[-1], strict=True)
        if nodes[named].named and not nodes[k].named
    }
