"""The rule of one operand, traced: what a node sends back, as a tape of operations and as trees of its formulas.

The rule is run once over the recorded symbols; what it records is then written twice, as operations on single numbers
and as formulas whose numbers are left open (see `recipes.py` for the form of both).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.arranging import arrange
from microgradphys.cells import Cells, Tape, cells, number_text
from microgradphys.mathematics import Call, Infix, Symbol
from microgradphys.primitives import QUESTIONS
from microgradphys.recorded_rules import REARRANGING, recorded, shortest
from microgradphys.recording import values
from microgradphys.scopes import tracing
from microgradphys.source import Printer
from microgradphys.value import Value

if TYPE_CHECKING:
    from microgradphys.recipes import Recipes

Tree = list[Any]
LONGEST = 4000
MARK = Symbol("m")
_QUESTIONS = frozenset(row.name for row in QUESTIONS)


def plain_number(value: Any) -> Any:
    """Write a number or an array so that every JSON reader takes it.

    >>> plain_number(np.array([1, np.inf])), plain_number(True)
    ([1.0, 'Infinity'], 1.0)
    """
    if np.ndim(value):
        return [plain_number(part) for part in value]
    return float(value) if np.isfinite(value) else number_text(value)


PLACE = "operand "


def operand_places(node: Value) -> dict[Value, int]:
    """Say at which place each operand stands, first where it stands at several."""
    return {parent: k for k, parent in reversed(list(enumerate(node.parents)))}


def stand_ins(node: Value) -> dict[Value, Symbol]:
    """Make a symbol to stand in for each operand; the first place counts of one that is there twice."""
    return {parent: Symbol(f"{PLACE}{k}") for parent, k in operand_places(node).items()}


def is_given(printer: Printer, node: Value, parent: Value) -> bool:
    """Whether a rule gets this operand as a plain number."""
    return bool(node.primitive and node.primitive.partials) and not (parent.active or printer.name(parent))


def checked(code: list[Any]) -> list[Any]:
    """Refuse a tape that is too long for a page."""
    if len(code) > LONGEST:
        raise ValueError("too many operations")
    return code


class Watch:
    """What records a rule: everything it computes, questions too, with constants where it takes plain numbers."""

    def constant(self, data: Any, name: str | None) -> Value:
        """Make a node for plain data among the operands."""
        made = Value(0.0, name)
        made.held, made.active = np.asarray(data) if np.ndim(data) else data * 1.0, False
        return made

    def whole(self, operands: tuple[Value, ...]) -> None:
        """Leave whole numbers among the operands as they are."""

    def keep(self, node: Value, data: Any) -> None:
        """See a new leaf."""

    def made(self, node: Value, recording: bool) -> None:
        """See a new node."""


class Pull:
    """The trace of one rule: what a node sends back to one of its operands."""

    def __init__(self, recipes: Recipes, node: Value, argument: int) -> None:
        """Record the rule over stand-ins."""
        self.recipes, self.node, self.argument = recipes, node, argument
        self.row = row = node.primitive
        assert row is not None
        printer = recipes.printer
        self.g = Value(np.ones(node.shape) if node.shape else 1.0)
        self.plain = {parent for parent in node.parents if is_given(printer, node, parent)}
        # What a rule does with a plain number beside an array may depend on that number.
        inputs = [parent.held if node.shape and parent in self.plain else parent for parent in node.parents]
        self.leaves: dict[Value, Tree] = {self.g: ["g"], node: ["y"]}
        for parent, k in operand_places(node).items():
            self.leaves[parent] = ["n" if parent in self.plain or printer.is_number(parent) else "p", k]
        with tracing(Watch()), np.errstate(all="ignore"):
            if row.partials:
                self.result = row.partials[argument](values, node, *inputs, **node.static)
                self.shown = row.shown(argument)(values, node, *inputs, **node.static) if row.textbook else self.result
            else:
                self.result = row.vjp(argument)(values, self.g, node, *node.parents, **node.static)
                self.shown = self.result
        self.slots: dict[Value, int] = {}

    def _recorded(self, result: Any) -> list[Value]:
        """List what the rule recorded on the way to a result, and the operands where it began."""
        return recorded(result, self.leaves.__contains__) if isinstance(result, Value) else []

    def written(self) -> dict[str, Any]:
        """Write tape and trees."""
        algebra = self._tree()
        code, local, amount, slots = self._tape()
        names = {"code": code, "slots": slots, "amount": amount, "local": local}
        if local is None:
            names["symbols"] = names["numbers"] = self._summed(algebra, self._result_shape())
            return names
        form = self.recipes.form
        both = bool(self.node.shape) and bool(self._result_shape())
        times = form(Infix("⊙" if both else "·", (MARK, MARK)))
        prime = self._prime()
        symbols, numbers = (["P", times, ["g"], part] for part in (prime or algebra, ["local"] if prime else algebra))
        names["symbols"] = self._summed(symbols, self.node.shape)
        names["numbers"] = self._summed(numbers, self.node.shape)
        return names | ({"prime": prime, "algebra": algebra} if prime else {"named": algebra})

    def _result_shape(self) -> tuple[int, ...]:
        """The shape of what the rule returns."""
        return self.result.shape if isinstance(self.result, Value) else np.shape(self.result)

    def _summed(self, tree: Tree, shape: tuple[int, ...]) -> Tree:
        """Put a sum before what is summed up because the operand was repeated."""
        if shape == self.node.parents[self.argument].shape:
            return tree
        return ["f", self.recipes.form(Call("Σ", (MARK,))), tree]

    def _prime(self) -> Tree | None:
        """Write f′(a) for a function of one argument."""
        place = Symbol(f"{PLACE}0")
        row, node = self.row, self.node
        assert row is not None
        written = arrange(row, [place, *(Symbol(f"{PLACE}{k}") for k in range(1, len(node.parents)))], node.static)
        if not (isinstance(written, Call) and written.arguments == (place,)):
            return None
        return self.recipes.tree(Call(written.function, written.arguments, prime=True), {place.name: ["p", 0]})

    def _is_plain(self, node: Value) -> bool:
        """Whether the rule would have computed a plain number here, were it not traced."""
        return node.op in _QUESTIONS or (node.primitive is not None and all(p in self._plain for p in node.parents))

    def _tree(self) -> Tree:
        """Write what the rule recorded, down to the operands."""
        if not isinstance(self.shown, Value):
            return ["k", plain_number(self.shown)]
        self._plain = set(self.plain)
        made: dict[Value, Tree] = {}
        for node in self._recorded(self.shown):
            if node in self.leaves:
                made[node] = self.leaves[node]
            elif node.primitive is None:
                self._plain.add(node)
                made[node] = ["k", plain_number(shortest(node.held))]
            elif self._is_plain(node):
                self._plain.add(node)
                made[node] = ["s", node]
            elif node.op in REARRANGING:
                made[node] = made[node.parents[0]]
            elif node.op == "where" and made[node.parents[0]][0] == "s":
                choice = self.recipes.form(Call("where", (MARK, MARK, MARK)))
                made[node] = ["?", made[node.parents[0]][1], choice, made[node.parents[1]], made[node.parents[2]]]
            else:
                marks = stand_ins(node)
                leaves = {mark.name: made[parent] for parent, mark in marks.items()}
                made[node] = self.recipes.tree(
                    self.recipes.printer.arranged(node, marks.__getitem__), leaves, simplified=True
                )
        whole = made[self.shown]
        return self._numbered(["S", whole[1]] if whole[0] == "s" else whole)

    def _numbered(self, tree: Tree) -> Tree:
        """Number the slots that a tree needs."""
        if tree[0] in "sS?":
            tree = [tree[0], self.slots.setdefault(tree[1], len(self.slots)), *tree[2:]]
        return [self._numbered(part) if isinstance(part, list) and tree[0] != "k" else part for part in tree]

    def _tape(self) -> tuple[list[Any], Any, list[Any], list[Any]]:
        """Write the operations of the rule: of the operands, the node and what arrives."""
        tape = Tape()
        given = {parent: tape.given(parent.shape) for parent in dict.fromkeys(self.node.parents)}
        given[self.node], given[self.g] = tape.given(self.node.shape), tape.given(self.node.shape)
        done = self._replayed(tape, given)
        result = done[self.result] if isinstance(self.result, Value) else cells(self.result)
        assert self.row is not None
        amount = tape.rows.multiply(given[self.g], result) if self.row.partials else result
        amount = _fitted(tape, amount, self.node.parents[self.argument].shape)
        wanted = [amount, *([result] if self.row.partials else []), *(done[slot] for slot in self.slots)]
        code, places = tape.written(np.concatenate([np.asarray(one, object).ravel() for one in wanted]))
        groups = [_taken(places, one) for one in wanted]
        local = {"out": groups[1], "shape": list(result.shape)} if self.row.partials else None
        slots = [
            {"out": out, "shape": list(slot.shape)}
            for slot, out in zip(self.slots, groups[1 + bool(self.row.partials) :], strict=True)
        ]
        return checked(code), local, groups[0], slots

    def _replayed(self, tape: Tape, given: dict[Value, Cells]) -> dict[Value, Cells]:
        """Compute what the rule recorded with steps."""
        done: dict[Value, Cells] = dict(given)
        for node in dict.fromkeys((*self._recorded(self.result), *self._recorded(self.shown))):
            if node in done:
                continue
            if node.primitive is None:
                done[node] = cells(np.asarray(node.held, float))
            else:
                done[node] = tape.rows.apply(node.primitive, *(done[p] for p in node.parents), **node.static)
        return done


def _taken(places: list[Any], group: Any) -> list[Any]:
    """Take as many places off the front as a group has."""
    taken = places[: np.size(group)]
    del places[: np.size(group)]
    return taken


def _fitted(tape: Tape, amount: Cells, shape: tuple[int, ...]) -> Cells:
    """Sum over the axes along which an operand was repeated, as the sweep does."""
    if amount.shape == shape:
        return amount
    lead = len(amount.shape) - len(shape)
    axes = [k for k, size in enumerate(amount.shape) if k < lead or (shape[k - lead] == 1 and size != 1)]
    return tape.rows.reshape(tape.rows.sum(amount, axis=tuple(axes)), shape=shape) if axes else amount
