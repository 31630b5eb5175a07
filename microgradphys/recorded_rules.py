"""What a rule recorded when it was run on the nodes of a graph, and how mathematics would write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.forms import parts_of, rebuilt
from microgradphys.mathematics import Call, Infix, Math, Number, Power
from microgradphys.value import Value

# Moving numbers about changes none of them: in the formula of a derivative these rows are not written.
REARRANGING = frozenset({"reshape", "expand_dims", "squeeze"})


def recorded(result: Value, known: Callable[[Value], bool]) -> list[Value]:
    """Return the nodes that a rule recorded, and those of the graph at which it started, operands first."""
    seen, stack = {result}, [result]
    while stack:
        node = stack.pop()
        if known(node):
            continue
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=lambda node: node.time)


def shortest(data: Any) -> Any:
    """Write an array of equal numbers as that number: the rule means each element."""
    return float(data.flat[0]) if np.ndim(data) and np.size(data) and np.all(data == data.flat[0]) else data


def _is(formula: Math, value: float) -> bool:
    """Whether a formula is this very number."""
    return isinstance(formula, Number) and np.ndim(formula.value) == 0 and formula.value == value


def simplified(formula: Math) -> Math:
    """Leave out what mathematics would not write: a factor 1, a power 1, the branch that was not taken."""
    match formula:
        case Call("where", (Number(condition), taken, other)) if np.ndim(condition) == 0:
            return taken if condition else other
        case Infix("·" | "⊙" as sign, terms):
            kept = tuple(term for term in terms if not _is(term, 1.0))
            return Infix(sign, kept) if len(kept) > 1 else kept[0] if kept else Number(1.0)
        case Power(base, exponent) if _is(exponent, 1.0):
            return base
        case _:
            return formula


def with_times(formula: Math) -> Math:
    """Write products of numbers with ×, as a product of digits needs."""
    parts = tuple(map(with_times, parts_of(formula)))
    if isinstance(formula, Infix):
        return Infix("×" if formula.sign == "·" else formula.sign, parts)
    return rebuilt(formula, parts)
