"""Moves made from the columns of their passes, and what is written about them: formulas in symbols and in numbers."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np

from microgradphys.arranging import product
from microgradphys.mathematics import Call, Derivative, Infix, Math, Number, Symbol
from microgradphys.source import Printer
from microgradphys.value import Value
from viz.moves.passes import Pass
from viz.steps import Formula, Move, Telling


class Teller:
    """Makes the moves of a storyboard, and writes their formulas.

    Args:
        recording: the graph.
        printer: writes its nodes.
        passes: the passes, in their order.
        first_edge: for each node, the number of edges before its own.
        learning_rate: of the update.
    """

    def __init__(
        self,
        recording: list[Value],
        printer: Printer,
        passes: list[Pass],
        first_edge: list[int],
        learning_rate: float | None,
    ) -> None:
        """Keep the columns."""
        self._recording = recording
        self._printer = printer
        self._passes = passes
        self._first_edge = first_edge
        self._learning_rate = learning_rate
        self._starts = [one.start for one in passes]
        backward = passes[1]
        self._gradients = backward.known(backward.stop)
        self._last: tuple[int, Telling] | None = None

    def gradient(self, node: int) -> Math:
        """∂loss/∂node."""
        return Derivative(self._printer.label(self._recording[-1]), self._printer.label(self._recording[node]))

    def move(self, place: int) -> Move:
        """Make the move at a place."""
        one, row = self._at(place)
        node, value = one.nodes[row], one.values[row]
        if one.phase != "backward" or row == 0:
            return Move(f"{one.phase}:n{node}", place, one.phase, node, None, value, self.tell)
        item, sender = one.contributions[row - 1], one.senders[row]
        return Move(
            f"backward:n{sender}.{item.argument}",
            place,
            "backward",
            node,
            self._first_edge[sender] + item.argument,
            value,
            self.tell,
            item.upstream,
            _plain_number(item.local),
            item.amount,
            value,
        )

    def tell(self, place: int) -> Telling:
        """Write what there is to say about the move at a place."""
        # Whoever asks for one of the formulas of a move will ask for the others.
        if self._last is None or self._last[0] != place:
            self._last = place, self._told(place)
        return self._last[1]

    def _told(self, place: int) -> Telling:
        """Write it anew."""
        one, row = self._at(place)
        node, value = self._recording[one.nodes[row]], one.values[row]
        label = self._printer.label(node)
        if one.phase == "update":
            return Telling(self._updated(node, one.nodes[row], one, value))
        if one.phase != "backward":
            symbols, numbers = self._printer.expression(node), self._printer.numbers(node, one.data)
            return Telling(Formula(label, "=", symbols, numbers, Number(value)))
        if row == 0:
            seed = Number(value)
            return Telling(Formula(self.gradient(one.nodes[0]), "=", seed, seed, seed))
        return self._contribution(one, row)

    def _contribution(self, one: Pass, row: int) -> Telling:
        """Write one contribution to one gradient."""
        item, parent = one.contributions[row - 1], one.nodes[row]
        upstream, local_formula, named = self.gradient(one.senders[row]), None, None
        if item.local is None:
            symbols, numbers = self._printer.pulled(item.node, item.argument, item.upstream, upstream, one.data)
        else:
            named, algebra, local_numbers = self._printer.local(item.node, item.argument, one.data)
            local = Number(_plain_number(item.local))
            sign = "⊙" if np.ndim(item.upstream) and np.ndim(item.local) else "·"
            shown = local if named != algebra else local_numbers
            symbols = product(sign, upstream, named)
            numbers = product("×" if sign == "·" else sign, Number(item.upstream), shown)
            if item.node.shape != item.parent.shape:
                symbols, numbers = Call("Σ", (symbols,)), Call("Σ", (numbers,))
            if named != algebra:
                local_formula = Formula(named, "=", algebra, local_numbers, local)
        again = self._passes[1].rows(parent)[0] < row
        formula = Formula(self.gradient(parent), "+=" if again else "=", symbols, numbers, Number(item.amount))
        return Telling(formula, local_formula, named)

    def _updated(self, node: Value, k: int, one: Pass, new: Any) -> Formula:
        """Write one step of gradient descent."""
        label = self._printer.label(node)
        symbols = Infix("−", (label, Infix("·", (Symbol("eta"), self.gradient(k)))))
        change = Infix("×", (Number(self._learning_rate), Number(self._gradients[k])))
        numbers = Infix("−", (Number(one.data[node]), change))
        return Formula(label, "←", symbols, numbers, Number(new))

    def _at(self, place: int) -> tuple[Pass, int]:
        """The pass of a move, and its row there."""
        which = bisect_right(self._starts, place) - 1
        return self._passes[which], place - self._starts[which]


def _plain_number(local: Any) -> Any:
    """Turn the truth values of a rule (relu′ is [a > 0]) into numbers."""
    return local if local is None else float(local) if np.ndim(local) == 0 else np.array(local, float)
