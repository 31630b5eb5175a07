"""Recipes: how a node is computed, differentiated and written anew with other numbers, as data for another language.

A recipe is read from the row that ran: its forward and its rules are traced over recorded symbols, written as a tape
of operations on single numbers (`cells.py`), and as trees of formulas whose numbers are left open. Nodes of one kind
share a recipe. What has none says so: a row that no tape can hold, or an array that is too large.

A tree is one of these, as lists:

```
["p", i]  operand i: its label in symbols, its value in numbers       ["n", i]  operand i, always its value
["y"]  the node itself          ["g"]  the gradient that arrives       ["local"]  the local derivative
["s", k]  a number that the tape leaves in slot k                      ["k", number]  a number that stays
["t", leaf]  a text that stays  ["f", form, part, …]  a form, as `forms.py` describes it
["*", form, part, …]  a product without its factors 1
["^", form, base, exponent]  a power, or the base alone where the exponent is 1
["?", k, form, then, else]  what slot k decides, or the form where it does not decide for all elements alike
["S", k]  slot k as it is; an array of equal numbers in another slot is written as that number
["P", form, a, b]  a times the factors of b
```
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microgradphys.cells import Tape
from microgradphys.errors import MicrogradphysError
from microgradphys.forms import form_of, leaf_of, parts_of
from microgradphys.mathematics import Infix, Math, Number, Power, Symbol
from microgradphys.source import Printer
from microgradphys.traced_rules import (
    MARK,
    PLACE,
    Pull,
    Tree,
    checked,
    is_given,
    operand_places,
    plain_number,
    stand_ins,
)
from microgradphys.value import Value

LARGEST = 1024


@dataclass
class Recipes:
    """The recipes of a graph's nodes.

    Attributes:
        forms: how formulas are put together, by number.
        kinds: the recipes, or {"reason": why there is none}.
        of: for each node the number of its recipe; None for a leaf.
    """

    printer: Printer
    forms: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[dict[str, Any]] = field(default_factory=list)
    of: list[int | None] = field(default_factory=list)
    _numbers: dict[Any, int] = field(default_factory=dict)

    def add(self, node: Value) -> None:
        """Find the recipe of one more node."""
        if node.primitive is None:
            self.of.append(None)
            return
        key = _kind(self.printer, node)
        if key not in self._numbers:
            self._numbers[key] = len(self.kinds)
            self.kinds.append(_recipe(self, node))
        self.of.append(self._numbers[key])

    def tree(self, formula: Math, leaves: dict[str, Tree], simplified: bool = False) -> Tree:
        """Write a formula as a tree, with other trees in the places of the symbols that stand for them."""
        if isinstance(formula, Symbol) and formula.name in leaves:
            return leaves[formula.name]
        if isinstance(formula, Number):
            return ["k", plain_number(formula.value)]
        parts = parts_of(formula)
        if not parts:
            return ["t", leaf_of(formula)]
        code = "f"
        if simplified and isinstance(formula, Infix) and formula.sign in ("·", "⊙"):
            code = "*"
        if simplified and isinstance(formula, Power):
            code = "^"
        return [code, self.form(formula), *(self.tree(part, leaves) for part in parts)]

    def form(self, formula: Math) -> int:
        """Number the form of a formula; that of a product knows its form between numbers, with ×."""
        found = form_of(formula)
        if found.get("sign") == "·":
            found = {**found, "times": self.form(Infix("×", (MARK, MARK)))}
        if found not in self.forms:
            self.forms.append(found)
        return self.forms.index(found)


def _kind(printer: Printer, node: Value) -> Any:
    """Say what nodes have in common that share a recipe."""
    static = repr(node.static) if not _holds_array(node.static) else id(node)
    places = operand_places(node)
    first = tuple(places[parent] for parent in node.parents)
    shapes = tuple(parent.shape for parent in node.parents)
    given = tuple((parent.active, bool(printer.name(parent)), parent.primitive is None) for parent in node.parents)
    held = tuple(repr(parent.held) for parent in node.parents if node.shape and is_given(printer, node, parent))
    return node.primitive, static, first, shapes, given, held


def _holds_array(static: Any) -> bool:
    """Whether options hold an array, which could be long."""
    if isinstance(static, dict):
        return any(map(_holds_array, static.values()))
    return any(map(_holds_array, static)) if isinstance(static, (tuple, list)) else isinstance(static, np.ndarray)


def _recipe(recipes: Recipes, node: Value) -> dict[str, Any]:
    """Trace one node, or say why it cannot be."""
    if max(int(np.prod(one.shape)) for one in (node, *node.parents)) > LARGEST:
        return {"reason": "its arrays are too large for it"}
    try:
        return _traced(recipes, node)
    except (TypeError, ValueError, AttributeError, IndexError, ArithmeticError, MicrogradphysError):
        return {"reason": ""}


def _traced(recipes: Recipes, node: Value) -> dict[str, Any]:
    """Trace the forward and the rules of one node."""
    row = node.primitive
    assert row is not None
    tape = Tape()
    given = {parent: tape.given(parent.shape) for parent in dict.fromkeys(node.parents)}
    code, out = tape.written(tape.rows.apply(row, *(given[parent] for parent in node.parents), **node.static))
    marks = {f"{PLACE}{k}": ["p", k] for k in range(len(node.parents))}
    written = recipes.printer.arranged(node, stand_ins(node).__getitem__)
    return {
        "inputs": [operand_places(node)[parent] for parent in given],
        "shape": list(node.shape),
        "forward": {"code": checked(code), "out": out},
        "numbers": recipes.tree(written, marks),
        "pulls": [Pull(recipes, node, k).written() if p.active else None for k, p in enumerate(node.parents)],
    }
