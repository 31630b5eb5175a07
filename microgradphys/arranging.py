"""One row of the table as mathematics: how it is written, with formulas in the places of its operands.

A row says it itself, as `a + b`, `σ(a)` or `√a`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

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
)
from microgradphys.primitives import Primitive

# What these mean depends on the axis, so it is written.
_REDUCING = frozenset({"sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "norm"})
_LONGEST_INDEX = 32


def arrange(row: Primitive, arguments: list[Math], static: Mapping[str, Any]) -> Math:
    """Write one row of the table with `arguments` in the places of a, b, c.

    >>> from microgradphys.notation import write
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

    >>> from microgradphys.notation import write
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
    return "…" if index is Ellipsis or len(text) > _LONGEST_INDEX else text
