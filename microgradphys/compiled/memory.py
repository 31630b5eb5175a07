"""Which arrays may be overwritten: what was computed in this call and is not looked at again."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from microgradphys.compiled.expressions import is_numpys
from microgradphys.compiled.steps import Step

# Smaller arrays come from numpy's own cache, and an expression is quicker and easier to read than `out=`.
SMALL = 1024

_VIEWS = frozenset("reshape transpose swapaxes broadcast_to expand_dims squeeze getitem windows einsum".split())


def may_alias(step: Step) -> bool:
    """Whether the result may share memory with an operand: it is a view of one, or made by a row we know nothing of."""
    row = step.row
    assert row is not None
    return row.name in _VIEWS or not (row.partials or hasattr(np, row.name) or row.name in _FRESH)


_FRESH = frozenset("scatter overlap softmax log_softmax logsumexp norm inv det solve cholesky".split())


def writes_out(step: Step) -> bool:
    """Whether numpy can write the result into an array that is there."""
    row = step.row
    return (
        row is not None
        and is_numpys(row)
        and isinstance(getattr(np, row.name, None), np.ufunc)
        and step.nbytes >= SMALL
    )


class Memory:
    """Follows which lines look at which arrays.

    Args:
        leaves: for each line, in order, the step that it computes and the steps that it looks at.
        results: the steps that the program returns.
    """

    def __init__(self, leaves: list[tuple[Step, list[Step]]], results: list[Step]) -> None:
        """Find the last line that looks at each array."""
        self._owners: dict[Step, frozenset[Step]] = {}
        self._last: dict[Step, int] = {}
        for k, (step, seen) in enumerate(leaves):
            inside = frozenset(owner for leaf in seen for owner in self.owners(leaf))
            self._owners[step] = inside if step.row is not None and may_alias(step) else frozenset([step])
            for owner in inside | self._owners[step]:
                self._last[owner] = k
        for step in results:
            for owner in self.owners(step):
                self._last[owner] = len(leaves)
        self._ends: dict[int, list[Step]] = defaultdict(list)
        for owner, k in self._last.items():
            self._ends[k].append(owner)
        # Each variable holds the array of one step, needed or free.
        self._holders: dict[str, Step] = {}
        self._names: dict[Step, str] = {}
        self._free: dict[Any, dict[str, None]] = defaultdict(dict)

    def owners(self, step: Step) -> frozenset[Step]:
        """The steps whose arrays a step may be a view of; itself, if it is none."""
        return self._owners.get(step, frozenset([step]))

    def out(self, k: int, step: Step, name: str) -> str | None:
        """Choose an array for the result of line `k`, by its name; None for a new one."""
        self._release(k)
        chosen = None
        if writes_out(step):
            chosen = self._dying_operand(k, step) or self._dead(step)
        # From this line on the name stands for the new result.
        for taken in (chosen, name):
            if taken in self._holders:
                owner = self._holders.pop(taken)
                self._names.pop(owner, None)
                self._free[_kind(owner)].pop(taken, None)
        if step.row is not None and step in self.owners(step):
            self._names[step] = name
            self._holders[name] = step
        return chosen

    def _release(self, k: int) -> None:
        """Put the arrays that no line from `k` on looks at among the free ones."""
        for owner in self._ends[k - 1]:
            if owner in self._names:
                self._free[_kind(owner)][self._names.pop(owner)] = None

    def _dying_operand(self, k: int, step: Step) -> str | None:
        """Find an operand that this line is the last to look at, and that can be overwritten as it is read."""
        if step.op == "matmul":
            return None
        for operand in step.operands:
            if operand in self._names and self._last[operand] == k and _kind(operand) == _kind(step):
                return self._names[operand]
        return None

    def _dead(self, step: Step) -> str | None:
        """Find an array that is not needed any more."""
        return next(reversed(self._free[_kind(step)]), None)


def _kind(step: Step) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Say which arrays can hold a step's elements: those of the same kind."""
    return step.shape, step.dtype
