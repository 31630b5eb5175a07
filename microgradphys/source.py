"""The printer: a recorded graph as mathematics, read from the rows that ran.

A row says how it is written (`a + b`, `σ(a)`, `√a`); the printer puts the operands in their places. The formula
of a derivative is not stored anywhere: the row's own partial is run on the recorded nodes, and what it recorded is
printed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from microgradphys.data import raw
from microgradphys.mathematics import (
    Bars,
    Call,
    Fraction,
    Infix,
    Item,
    Math,
    Negative,
    Number,
    Power,
    Root,
    Symbol,
    Transposed,
    named,
)
from microgradphys.notation import write
from microgradphys.primitives import Primitive
from microgradphys.recording import constant, values
from microgradphys.value import Value

# Moving numbers about changes none of them: in the formula of a derivative these rows are not written.
_REARRANGING = frozenset({"reshape", "expand_dims", "squeeze"})
# What these mean depends on the axis, so it is written.
_REDUCING = frozenset({"sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "norm"})
_LONGEST_INLINE = 32
# More operations than this inside each other are longer than that, so a label never asks further back.
_DEEPEST_INLINE = 8


def arrange(row: Primitive, arguments: list[Math], static: Mapping[str, Any]) -> Math:
    """Write one row of the table with `arguments` in the places of a, b, c.

    >>> from microgradphys.primitives import PRIMITIVES
    >>> write(arrange(PRIMITIVES["divide"], [Symbol("x"), Symbol("y")], {}))
    'x / y'
    """
    place = dict(zip("abcdefgh", arguments, strict=False))
    written = row.written
    if static.get("axis") is not None and row.name in _REDUCING:
        return Call(row.name, (arguments[0], Symbol(f"axis={static['axis']}")))
    if row.name == "einsum" and "subscripts" in static:
        return Call(row.name, (Symbol(static["subscripts"].replace("->", "→")), *arguments))
    if row.name == "getitem":
        return Item(arguments[0], _index_text(static["index"]))
    if found := re.fullmatch(r"(\w) ([-+−·⊗@/^]|mod) (\w)", written):
        return _infix(found[2], *(place.get(x) or _literal(x) for x in (found[1], found[3])))
    if found := re.fullmatch(r"([−+√∛|Σ]) ?(\w)\|?", written):
        return _PREFIXES[found[1]](place[found[2]])
    if found := re.fullmatch(r"([⌊⌈])(.+)([⌋⌉])", written):
        return Bars(_read(found[2], place), found[1], found[3])
    if "√(" in written or re.search(r" [+−·/^] ", written):
        return _read(written, place)
    if written == "aᵀ":
        return Transposed(place["a"])
    return Call(written.partition("(")[0], tuple(arguments))


_PREFIXES: dict[str, Callable[[Math], Math]] = {
    "−": Negative,
    "+": lambda body: body,
    "√": Root,
    "∛": lambda body: Root(body, 3),
    "|": Bars,
    "Σ": lambda body: Call("Σ", (body,)),
}
_SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "·", ast.Div: "/", ast.Pow: "^"}
_AS_PYTHON = str.maketrans({"^": "**", "−": "-", "·": "*", "√": "sqrt"})


def _read(written: str, place: Mapping[str, Math]) -> Math:
    """Read a row's writing that has several operations, `ln(e ^ a + e ^ b)`: it has Python's precedences."""

    def built(tree: Any) -> Math:
        match tree:
            case ast.BinOp(left, operation, right):
                return _infix(_SIGNS[type(operation)], built(left), built(right))
            case ast.UnaryOp(ast.USub(), body):
                return Negative(built(body))
            case ast.Call(ast.Name("sqrt"), [body]):
                return Root(built(body))
            case ast.Call(ast.Name(function), arguments):
                return Call(function, tuple(map(built, arguments)))
        text = ast.unparse(tree)
        return place.get(text) or _literal(text)

    return built(ast.parse(written.translate(_AS_PYTHON), mode="eval").body)


def _literal(text: str) -> Math:
    """Read a fixed part of a row's writing: the 2 of a ^ 2, the e of e ^ a."""
    return Number(float(text)) if re.fullmatch(r"\d+(\.\d+)?", text) else Symbol(text)


def _infix(sign: str, a: Math, b: Math) -> Math:
    """Write a operator b as mathematics does, a + b + c without inner parentheses."""
    if sign == "/":
        return Fraction(a, b)
    if sign == "^":
        return Power(a, b)
    if sign == "@":
        sign = ""
    if sign in ("+", "·") and isinstance(a, Infix) and a.sign == sign:
        return Infix(sign, (*a.terms, b))
    return Infix(sign, (a, b))


def product(sign: str, a: Math, b: Math) -> Math:
    """Write a times b as one row of factors.

    >>> write(product("·", Symbol("x"), Infix("·", (Number(2.0), Symbol("y")))))
    'x · 2 · y'
    """
    factors = b.terms if isinstance(b, Infix) and b.sign == sign else (b,)
    return Infix(sign, (a, *factors))


def _index_text(index: Any) -> str:
    """Write an index as the program wrote it, unless it is long."""
    if isinstance(index, tuple):
        return ", ".join(map(_index_text, index))
    if isinstance(index, slice):
        ends = [("" if end is None else str(end)) for end in (index.start, index.stop)]
        return ":".join(ends) + ("" if index.step is None else f":{index.step}")
    text = " ".join(str(index.tolist() if isinstance(index, np.ndarray) else index).split())
    return "…" if index is Ellipsis or len(text) > _LONGEST_INLINE else text


class Printer:
    """Writes the nodes of one graph, with the names they have.

    Args:
        nodes: the graph, in the order of its making.
        names: names for nodes that have none of their own.

    >>> from microgradphys.graph import ancestors
    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> y = np.tanh(a * b)
    >>> write(Printer(ancestors(y)).expression(y))
    'tanh(a · b)'
    """

    def __init__(self, nodes: list[Value], names: Mapping[Value, str] | None = None) -> None:
        """Note the names; a label is chosen when it is asked for, so that a large graph costs what is shown of it."""
        self._labels: dict[Value, Math] = {}
        self._names = {node: node.name or (names or {}).get(node) for node in nodes}
        self._place = {node: k for k, node in enumerate(nodes)}
        self._depth: dict[Value, int] = {}
        for node in nodes:
            depth = 0
            if not self._names[node] and node.parents:
                depth = 1 + max(map(self._depth.__getitem__, node.parents))
            elif self._is_number(node):
                self._labels[node] = Number(node.held)
            self._depth[node] = depth if depth <= _DEEPEST_INLINE else 0

    @cached_property
    def _taken(self) -> set[str]:
        """The names that the program uses, as they are written."""
        return {write(Symbol(name)) for name in set(self._names.values()) if name}

    def _choose_label(self, node: Value) -> Math:
        """Label a node by its name, its number, its expression if that is short, or its place in the order."""
        name = self._names[node]
        if name:
            return named(name)
        if node.primitive is not None and self._depth[node]:
            # What adds to 0 has the value of what it adds, and is another node.
            alone = self._only_summand(node) is not None
            expression = self._arranged(node, self.label) if alone else self.expression(node)
            if len(write(expression)) <= _LONGEST_INLINE:
                return expression
        # A name that the program uses itself, v7 or v[7], is left to it.
        k = self._place[node]
        letters = (letter for letter in "vuzqpn" if write(Symbol(f"{letter}_{{{k}}}")) not in self._taken)
        return Symbol(f"{next(letters, 'node')}_{{{k}}}")

    def name(self, node: Value) -> str | None:
        """The name of a node, if it has one."""
        return self._names.get(node)

    def label(self, node: Value) -> Math:
        """What a node is called in formulas."""
        if node not in self._labels:
            self._labels[node] = self._choose_label(node)
        return self._labels[node]

    def expression(self, node: Value, written: Callable[[Value], Math] | None = None) -> Math:
        """How a computed node follows from its parents, in symbols; the 0 that Python's sum begins with is left out.

        Args:
            node: the node.
            written: how its parents are written, if not by what they are called.
        """
        written = written or self._part
        added = self._only_summand(node)
        return self._arranged(node, written) if added is None else written(added)

    def _only_summand(self, node: Value) -> Value | None:
        """What a node adds to 0, if that is all it does."""
        if node.op != "add":
            return None
        labels = zip(node.parents, map(self.label, node.parents), strict=True)
        added = [one for one, label in labels if not (isinstance(label, Number) and np.all(label.value == 0))]
        return added[0] if len(added) == 1 else None

    def _part(self, node: Value) -> Math:
        """What a node is called inside of a longer formula: where nothing was added to it yet, what it began with."""
        added = None if self._names[node] or not self._depth[node] else self._only_summand(node)
        return self.label(node if added is None else added)

    def _is_number(self, node: Value) -> bool:
        """Whether a node is a number in the program, which has no name."""
        return node.primitive is None and not node.active and not self.name(node)

    def numbers(self, node: Value, data: Mapping[Value, Any]) -> Math:
        """How a computed node follows from its parents, in numbers."""
        return _with_times(self._arranged(node, lambda parent: Number(data[parent])))

    def local(self, node: Value, argument: int, data: Mapping[Value, Any]) -> tuple[Math, Math, Math]:
        """Write ∂node/∂parent of an elementwise row: as the lecture does, as its algebra, and in numbers.

        For a function of one argument the first is f′(a); else it is the algebra itself.
        """
        row = node.primitive
        assert row is not None
        told = [_as_told(parent, data) for parent in node.parents]
        known = dict(zip(told, node.parents, strict=True))
        inputs = [
            one if parent.active or self.name(parent) else data[parent]
            for one, parent in zip(told, node.parents, strict=True)
        ]
        # The textbook's form may compute nan at an edge; only what it records is asked for.
        with np.errstate(all="ignore"):
            result = row.shown(argument)(values, node, *inputs, **node.static)
        algebra = self._derived(result, self.label, known)
        numbers = _with_times(self._derived(result, lambda parent: Number(data[parent]), known))
        written = arrange(row, [self.label(parent) for parent in node.parents], node.static)
        if isinstance(written, Call) and written.arguments == tuple(map(self.label, node.parents[:1])):
            return Call(written.function, written.arguments, prime=True), algebra, numbers
        return algebra, algebra, numbers

    def pulled(
        self, node: Value, argument: int, upstream: Any, symbol: Math, data: Mapping[Value, Any]
    ) -> tuple[Math, Math]:
        """Write the contribution of a structural row, in symbols and in numbers."""
        row = node.primitive
        assert row is not None
        g = Value(upstream)
        told = [_as_told(parent, data) for parent in node.parents]
        known = {**dict(zip(told, node.parents, strict=True)), g: g}
        result = row.vjp(argument)(values, g, node, *told, **node.static)
        in_symbols = self._derived(result, lambda one: symbol if one is g else self.label(one), known)
        in_numbers = _with_times(self._derived(result, lambda one: Number(upstream if one is g else data[one]), known))
        if np.shape(raw(result)) != node.parents[argument].shape:
            return Call("Σ", (in_symbols,)), Call("Σ", (in_numbers,))
        return in_symbols, in_numbers

    def _arranged(self, node: Value, leaf: Callable[[Value], Math]) -> Math:
        """Write one node in terms of its parents."""
        assert node.primitive is not None
        arguments = [leaf(parent) for parent in node.parents]
        written = arrange(node.primitive, arguments, node.static)
        if written == Infix("·", tuple(arguments)) and all(parent.shape for parent in node.parents):
            return Infix("⊙", tuple(arguments))
        return written

    def _derived(self, result: Any, leaf: Callable[[Value], Math], told: Mapping[Value, Value]) -> Math:
        """Write what a rule recorded, down to the nodes of our graph, for which others may have stood in."""
        if not isinstance(result, Value):
            return Number(result * 1.0)

        def known(node: Value) -> bool:
            return node in told or node in self._names

        written: dict[Value, Math] = {}
        for node in _between(result, known):
            if known(node):
                written[node] = leaf(told.get(node, node))
            elif node.primitive is None:
                written[node] = Number(_shortest(node.held))
            elif node.op in _REARRANGING:
                written[node] = written[node.parents[0]]
            else:
                written[node] = _simplified(self._arranged(node, written.__getitem__))
        return written[result]


def _as_told(parent: Value, data: Mapping[Value, Any]) -> Value:
    """Return a node as it was when its graph was read: one to stand in for a leaf that holds other data by now."""
    if data[parent] is parent.held:
        return parent
    return Value(data[parent]) if parent.active else constant(data[parent])


def _between(result: Value, known: Callable[[Value], bool]) -> list[Value]:
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


def _shortest(data: Any) -> Any:
    """Write an array of equal numbers as that number: the rule means each element."""
    return float(data.flat[0]) if np.ndim(data) and np.size(data) and np.all(data == data.flat[0]) else data


def _is(formula: Math, value: float) -> bool:
    """Whether a formula is this very number."""
    return isinstance(formula, Number) and np.ndim(formula.value) == 0 and formula.value == value


def _simplified(formula: Math) -> Math:
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


def _with_times(formula: Math) -> Math:
    """Write products of numbers with ×, as a product of digits needs."""
    match formula:
        case Infix(sign, terms):
            return Infix("×" if sign == "·" else sign, tuple(map(_with_times, terms)))
        case Negative(body):
            return Negative(_with_times(body))
        case Fraction(top, bottom):
            return Fraction(_with_times(top), _with_times(bottom))
        case Power(base, exponent):
            return Power(_with_times(base), _with_times(exponent))
        case Root(body, degree):
            return Root(_with_times(body), degree)
        case Bars(body, left, right):
            return Bars(_with_times(body), left, right)
        case Item(body, index):
            return Item(_with_times(body), index)
        case Call(function, arguments):
            return Call(function, tuple(map(_with_times, arguments)))
        case _:
            return formula
