"""`replay`: run a recorded scalar graph again and again, level by level instead of node by node.

A training loop over scalar Values builds the same graph at every step. Record it once: nodes of one kind that wait for
nothing but earlier levels are computed together, as one array operation, and so are their contributions on the way
back. The rules are those of the table; only the order of work is new. A chain of additions counts as one sum, so that
a neuron with many inputs is three levels and not one for each input; sums may differ from the eager result in the
last digits.

>>> from microgradphys import Value, replay
>>> w = Value(3.0, "w")
>>> loss = (w * 2 - 1) ** 2
>>> again = replay(loss)
>>> for step in range(3):
...     print(f"{again.run():.4f} {w.grad:.4f}")
...     w.data -= 0.1 * w.grad
25.0000 20.0000
1.0000 4.0000
0.0400 0.8000
"""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.compiled.graph import straight_line
from microgradphys.data import brief
from microgradphys.errors import GradientError, InputError, ShapeError, UnsupportedError
from microgradphys.graph import describe, everything
from microgradphys.together import Plan
from microgradphys.value import Value

# Up to so many nodes a graph is written as source: if it is narrow, and if it is not.
_SMALL, _TINY = 2000, 200
# With fewer nodes to a level than this, Python floats are faster than arrays.
_NARROW = 6


class Replay:
    """A scalar graph, ready to run again.

    Attributes:
        loss: the Value that `run` computes.
        levels: what is computed together, in order; single nodes where the graph is too narrow for more.
        source: a small graph as Python, which then runs instead of the levels; None for a larger one.
    """

    def __init__(self, loss: Value) -> None:
        """Sort the graph into levels."""
        if not isinstance(loss, Value):
            raise InputError(f"replay takes a Value, the result of a computation, not {brief(loss)}")
        nodes = everything(loss)
        for node in nodes:
            if node.shape:
                raise ShapeError(f"replay is for graphs of numbers, but {describe(node)} has shape {node.shape}")
            if node.primitive is not None and not node.primitive.partials:
                raise UnsupportedError(
                    f"replay runs elementwise rows, and {node.op} is none; write it with +, * and their kin"
                )
        if not loss.active:
            raise GradientError(f"{describe(loss)} depends on no leaf Value, so there is nothing to replay")
        self.loss = loss
        plan = Plan(nodes, loss)
        self.leaves = [node for node in nodes if node.primitive is None]
        self._narrower = [leaf for leaf in self.leaves if leaf.active and leaf.dtype != np.float64]
        self._dtype = loss.dtype
        self._narrow = plan.computed < _NARROW * len(plan.groups)
        self.levels = plan.numbers() if self._narrow else plan.levels()
        self.source: str | None = None
        if plan.computed <= (_SMALL if self._narrow else _TINY):
            self.source, self._lines, self._names = straight_line(loss, nodes)
        self._size = len(plan.place)
        self._place = plan.place[loss]

    def run(self) -> float:
        """Compute the loss from the data that the leaves hold now, and set the leaves' gradients.

        Returns:
            The loss, which the recorded Value then holds too. Gradients are replaced, not added up.

        Raises:
            ShapeError: a leaf has been given an array.
        """
        try:
            found = self._run_levels() if self.source is None else self._run_lines()
        except (TypeError, ValueError):
            for leaf in self.leaves:
                if leaf.shape:
                    raise ShapeError(
                        f"replay is for graphs of numbers, but {describe(leaf)} has shape {leaf.shape} now"
                    ) from None
            raise
        # Everything is computed with float64: what was of another type takes it on again.
        for leaf in self._narrower:
            leaf.grad = np.asarray(leaf.grad, leaf.dtype)
        if self._dtype != np.float64:
            self.loss.held = np.asarray(found, self._dtype)
        return found

    def _run_levels(self) -> float:
        """Go through the levels, forward and back."""
        data = [leaf.held for leaf in self.leaves]
        values: Any = np.zeros(self._size)
        values[: len(data)] = data
        gradients: Any = np.zeros(self._size)
        if self._narrow:
            values, gradients = values.tolist(), gradients.tolist()
        for level in self.levels:
            level.forward(values)
        gradients[self._place] = 1.0
        for level in reversed(self.levels):
            level.backward(values, gradients)
        for leaf, gradient in zip(self.leaves, gradients[: len(data)], strict=True):
            if leaf.active:
                leaf.grad = float(gradient)
        self.loss.held = float(values[self._place])
        return self.loss.held

    def _run_lines(self) -> float:
        """Do the same with the source of a small graph."""
        leaves = {name: leaf.held for leaf, name in self._names.items() if leaf.active}
        constants = {name: leaf.held for leaf, name in self._names.items() if not leaf.active}
        self.loss.held, gradients = self._lines(leaves, constants)
        for leaf, name in self._names.items():
            if leaf.active:
                leaf.grad = gradients[name]
        return self.loss.held


def replay(loss: Value) -> Replay:
    """Prepare a graph of scalar Values to be run again with new data on its leaves.

    The graph stays what it is: where the program chose a branch by the number of a Value, this one is kept. For what
    depends on the data use `np.where`, `np.maximum` and the like, or `compile`, which refuses such a branch.

    Args:
        loss: the result of any computation with scalar Values.

    Returns:
        An object whose `run()` computes the loss and the gradients of the leaves from the leaves' current data.

    Raises:
        ShapeError: the graph holds arrays.
        UnsupportedError: an operation is not elementwise.
        GradientError: the loss depends on no leaf.
        InputError: this is not a Value.

    >>> x = Value(2.0)
    >>> replay(x * x).run()
    4.0
    """
    return Replay(loss)
