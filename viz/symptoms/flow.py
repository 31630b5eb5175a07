"""Findings about the flow of gradients: leaves that none reaches, and chains along which it vanishes or explodes.

Along one path the gradient is multiplied by one local derivative after the other. A leaf's *gain* is the largest such
product over its paths to the loss (dynamic programming in logarithms, so nothing underflows); of an array, the root
mean square of the local derivatives. Sums, means and moving elements about count as 1: averaging over a batch is no
chain. Y. Bengio, P. Simard and P. Frasconi, IEEE Trans. Neural Networks 5 (1994) 157.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from microgradphys.primitives import flat
from microgradphys.symbols import number_text, raised
from viz.steps import Move
from viz.symptoms.findings import GENTLE, MOST, VANISHING, Case, Finding, Kind, finite, some

_MOST_ALONE = 3
# The largest logarithm of a number that is safely one.
_NUMBERS = 700.0
_MIXING = frozenset({"matmul", "einsum", "outer", "solve"})
_PRODUCTS = _MIXING | {"multiply", "divide"}


def blocked(case: Case) -> Iterator[Finding]:
    """Name the leaves whose every path to the loss passes a local derivative of 0."""
    open_now, open_ever = _reached(case, _passes), _reached(case, _can_pass)
    closed = [k for k in case.leaves if k not in open_now]
    if not closed:
        return
    if any(not finite(case.gradients[k]) for k in closed):
        # 0 · ∞ is no 0: the first number that is not finite is told, and what it does is its consequence.
        return
    if len(closed) == len(case.leaves) and all(k in open_ever for k in closed):
        gate = _gates(case, closed[0], open_now)[0]
        yield case.finding("not reached", "note", gate, _flat(case, gate))
        return
    behind: dict[tuple[bool, tuple[int, ...]], list[int]] = {}
    for k in closed:
        gates = tuple(_gates(case, k, open_now))
        # A factor that is 0 is an input like any other; a function with slope 0 is worth a look.
        if k not in open_ever or all(case.story.nodes[gate].op not in _PRODUCTS for gate in gates):
            behind.setdefault((k in open_ever, gates), []).append(k)
    for (ever, gates), leaves in behind.items():
        # Many leaves behind one gate are one finding, at the gate.
        for nodes in [leaves] if len(leaves) > _MOST_ALONE else [[k] for k in leaves]:
            yield _of_blocked(case, nodes, gates, ever)


def _flat(case: Case, gate: int) -> str:
    """Say why every gradient of a graph is 0: it is a flat spot, or there are weights that are all 0."""
    node, loss = case.story.nodes[gate], case.label(case.story.loss)
    zero = [p for p in node.parents if p in case.leaves and not np.any(case.data(p))]
    if node.op in _PRODUCTS and zero:
        return (
            f"Every gradient of {loss} is 0, for {case.label(zero[0])} is 0: unless this is the minimum, start with "
            "random weights, not with zeros."
        )
    return (
        f"Every gradient of {loss} is 0, for the local derivative of {case.label(gate)} is 0: this is a flat spot or "
        "the minimum."
    )


def _of_blocked(case: Case, leaves: list[int], gates: tuple[int, ...], ever: bool) -> Finding:
    """Say which leaves get no gradient, and where it ends; `ever` if it might not for other numbers."""
    why = "for these inputs" if ever else "whatever the inputs"
    mend = "Look there first." if ever else "Use a smooth function in its place."
    first = some(list(dict.fromkeys(map(case.label, gates))), 2)
    return case.finding(
        "not reached",
        "note" if ever else "trouble",
        gates[0] if len(leaves) > 1 else leaves[0],
        f"No gradient of {case.label(case.story.loss)} reaches {some([case.label(k) for k in leaves])}: on every path "
        f"a local derivative is 0 {why}, first at {first}. {mend}",
    )


def chains(case: Case) -> Iterator[Finding]:
    """Name the leaf at the end of the chain that shrinks the gradient most, and of the one that stretches it most."""
    gains, came_by = _gains(case)
    limit = math.log(VANISHING)
    low = sorted((gains[k], k) for k in case.leaves if gains.get(k, 0.0) < limit)
    high = sorted((-gains[k], k) for k in case.leaves if gains.get(k, 0.0) > -limit)
    slope = "Use fewer layers, functions with larger slopes (as ReLU), or larger weights."
    if low:
        yield _of_chain(case, "vanishing gradient", "shrinks", slope, low, came_by)
    if high:
        yield _of_chain(
            case, "exploding gradient", "grows", "Use smaller weights, or clip the gradient.", high, came_by
        )


def _of_chain(
    case: Case, kind: Kind, verb: str, mend: str, ends: list[tuple[float, int]], came_by: dict[int, Move]
) -> Finding:
    """Describe the worst of the chains that shrink, or stretch, the gradient too much."""
    k = ends[0][1]
    links = _links(case, k, came_by)
    total = sum(links)
    gentle = abs(total) < GENTLE * len(links)
    mend = f"{mend} A decay or growth that is simulated in small steps may do so." if gentle else mend
    # Beyond the range of numbers only the exponent is left.
    far = f"about 10{raised(str(round(total / math.log(10))))}"
    size = number_text(math.exp(total), 2) if abs(total) < _NUMBERS else far
    also = f" {len(ends) - 1} other leaves are near it." if len(ends) > 2 else ""
    return case.finding(
        kind,
        "note" if gentle else "trouble",
        k,
        f"The gradient {verb} on its way from {case.label(case.story.loss)} to {case.label(k)}: along the best path "
        f"{len(links)} local derivatives multiply to {size}.{also} {mend}",
    )


def _passes(case: Case, move: Move) -> bool:
    """Whether an edge passes anything on for these numbers."""
    if move.local is not None:
        return bool(np.any(move.local))
    return bool(np.any(move.contribution) or not np.any(move.upstream))


def _can_pass(case: Case, move: Move) -> bool:
    """Whether an edge passes anything on for other numbers: its rule is not that it moves the result by jumps only."""
    assert move.edge is not None
    edge = case.story.edges[move.edge]
    row = case.story.recording[edge.target].primitive
    return row is None or not row.partials or row.partials[edge.argument] is not flat


def _reached(case: Case, passes: Any) -> set[int]:
    """The nodes to which a path of edges that pass something leads down from the loss."""
    reached = {case.story.loss}
    for k in range(case.story.loss - 1, -1, -1):
        moves = case.moves.get(k, ())
        if any(case.story.edges[m.edge].target in reached and passes(case, m) for m in moves if m.edge is not None):
            reached.add(k)
    return reached


def _gates(case: Case, leaf: int, reached: set[int]) -> list[int]:
    """The nodes at which the gradient on its way down to a leaf ends, the last ones that it reaches."""
    gates: dict[int, None] = {}
    seen, stack = {leaf}, [leaf]
    while stack:
        for move in case.moves.get(stack.pop(), ()):
            assert move.edge is not None
            target = case.story.edges[move.edge].target
            if target in reached:
                gates[target] = None
            elif target not in seen:
                seen.add(target)
                stack.append(target)
    return sorted(gates)


def _gains(case: Case) -> tuple[dict[int, float], dict[int, Move]]:
    """The logarithm of each node's gain, and the edge over which its best path comes; none where nothing arrives."""
    most = math.log(MOST)
    gains, came_by = {case.story.loss: 0.0}, {}
    for k in range(case.story.loss - 1, -1, -1):
        for move in case.moves.get(k, ()):
            assert move.edge is not None
            above, link = gains.get(case.story.edges[move.edge].target), _link(case, move)
            if above is None or link is None:
                continue
            at_an_end = case.story.nodes[k].op is None or case.story.edges[move.edge].target == case.story.loss
            through = above + (0.0 if at_an_end else max(min(link, most), -most))
            if through > gains.get(k, -math.inf):
                gains[k], came_by[k] = through, move
    return gains, came_by


def _link(case: Case, move: Move) -> float | None:
    """The logarithm of what an edge multiplies the gradient by, None if it passes nothing on."""
    assert move.edge is not None
    if move.local is not None:
        size = _size(move.local)
    elif case.story.nodes[case.story.edges[move.edge].target].op in _MIXING and np.any(move.upstream):
        size = _size(move.contribution) / _size(move.upstream)
    else:
        return 0.0
    return math.log(size) if 0 < size < math.inf else None


def _size(number: Any) -> float:
    """The root mean square."""
    if np.ndim(number) == 0:
        return abs(float(number))
    largest = float(np.max(np.abs(number), initial=0.0))
    # Scaled first, so that no square over- or underflows.
    return (
        largest * float(np.sqrt(np.mean(np.square(np.divide(number, largest))))) if 0 < largest < math.inf else largest
    )


def _links(case: Case, k: int, came_by: dict[int, Move]) -> list[float]:
    """The logarithms of the local derivatives along a node's best path, those of 1 left out."""
    links = []
    while k in came_by:
        move = came_by[k]
        assert move.edge is not None
        links.append(_link(case, move) or 0.0)
        k = case.story.edges[move.edge].target
    return [link for link in links if link != 0.0]
