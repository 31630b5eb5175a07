"""How formulas are put together, as data: for whoever writes formulas anew with other numbers, and not in Python.

`notation.py` and `markup.py` know how a sum, a fraction, a power is written and when a part of it needs parentheses.
Nothing of that is said again here: each form is found out by writing it with marks in the places of its parts.

>>> form_of(Infix("·", (Symbol("x"), Symbol("y"))))["plain"]
{'pieces': ['', ' · ', ''], 'fenced': ['=m+', '=m+-*s/']}
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from string import ascii_letters, digits
from typing import Any, Literal

import numpy as np

from microgradphys.mathematics import (
    ATOM,
    POWER,
    PREFIX,
    Bars,
    Call,
    Derivative,
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
    begins_with_sign,
    binding,
    is_loose_below,
)
from microgradphys.notation import write
from microgradphys.symbols import raised

Written = Literal["plain", "mathml"]
_NOTATIONS: tuple[Written, ...] = ("plain", "mathml")
_A, _B = Symbol("a"), Symbol("b")
# One formula of each kind that parentheses may depend on.
KINDS: dict[str, Math] = {
    "=": Infix("=", (_A, _B)),
    "m": Infix("mod", (_A, _B)),
    "+": Infix("+", (_A, _B)),
    "-": Negative(_A),
    "*": Infix("·", (_A, _B)),
    "s": Infix("·", (Negative(_A), _B)),
    "/": Fraction(_A, _B),
    "p": Call("Σ", (_A,)),
    "d": Derivative(_A, _B),
    "^": Power(_A, _B),
    "r": Symbol("a^2"),
    "a": _A,
}
FENCES = {"plain": ["(", ")"], "mathml": ["<mrow><mo>(</mo>", "<mo>)</mo></mrow>"]}
# What a plain exponent may be written with, and how.
RAISED = {c: raised(c) for c in digits + ascii_letters + "+-−=()" if not raised(c).startswith("^")}


def kind_of(formula: Math) -> str:
    """Say which of `KINDS` a formula is, where it is part of another.

    >>> kind_of(Number(-0.5)), kind_of(Infix("⊙", (_A, _B)))
    ('-', '*')
    """
    if isinstance(formula, Infix) and formula.sign in ("=", "mod", "+", "−"):
        return {"=": "=", "mod": "m"}.get(formula.sign, "+")
    if isinstance(formula, Fraction):
        return "/"
    if isinstance(formula, Infix):
        return "s" if begins_with_sign(formula) else "*"
    if isinstance(formula, Derivative):
        return "d"
    if is_loose_below(formula):
        return "r"
    return {PREFIX: "p", POWER: "^", ATOM: "a"}.get(binding(formula), "-")


def parts_of(formula: Math) -> tuple[Math, ...]:
    """Return the formulas that a formula is put together of; a derivative of a derivative is written as one thing."""
    match formula:
        case Derivative(Derivative(), _):
            return ()
        case Infix(_, terms):
            return terms
        case Call(_, arguments):
            return arguments
        case Fraction(a, b) | Power(a, b) | Derivative(a, b):
            return a, b
        case Negative(body) | Root(body) | Bars(body) | Transposed(body) | Item(body):
            return (body,)
        case _:
            return ()


def rebuilt(formula: Math, parts: tuple[Math, ...]) -> Math:
    """Put a formula together of other parts."""
    match formula:
        case Infix():
            return replace(formula, terms=parts)
        case Call():
            return replace(formula, arguments=parts)
        case Fraction():
            return Fraction(*parts)
        case Power():
            return Power(*parts)
        case Derivative() if parts:
            return Derivative(*parts)
        case Negative() | Root() | Bars() | Transposed() | Item():
            return replace(formula, body=parts[0])
        case _:
            return formula


def form_of(formula: Math) -> dict[str, Any]:
    """Describe how a formula is put together of its parts.

    Returns:
        kind: as a part of another formula. sign: of terms, of which there may be any number; the second piece and the
        second fence are then those of all further terms. raised: whether the second part is an exponent, which stands
        above where plain text can do that. For each notation the pieces around the parts, and for each part the kinds
        that are put in parentheses.
    """
    parts = parts_of(formula)
    marks = tuple(Symbol(chr(0x4E00 + k)) for k in range(2 if isinstance(formula, Infix) else len(parts)))
    return _form(rebuilt(formula, marks))


@lru_cache(maxsize=512)
def _form(marked: Math) -> dict[str, Any]:
    """Describe the form of a formula whose parts are marks."""
    marks = parts_of(marked)
    found: dict[str, Any] = {"kind": kind_of(marked)}
    if isinstance(marked, Infix):
        found["sign"] = marked.sign
    if isinstance(marked, Power):
        found["raised"] = True
    for notation in _NOTATIONS:
        pieces, rest = [], write(marked, notation)
        for mark in marks:
            before, _, rest = rest.partition(write(mark, notation))
            pieces.append(before)
        pieces.append(rest)
        fenced = [
            "".join(k for k in KINDS if _is_fenced(marked, part, k, pieces, notation)) for part in range(len(marks))
        ]
        found[notation] = {"pieces": pieces, "fenced": fenced}
    return found


def _is_fenced(marked: Math, part: int, kind: str, pieces: list[str], notation: Written) -> bool:
    """Whether a part of this kind is written in parentheses."""
    parts = list(parts_of(marked))
    parts[part] = KINDS[kind]
    written = [write(one, notation) for one in parts]
    written[part] = written[part].join(FENCES[notation])
    if isinstance(marked, Power) and part == 1 and notation == "plain":
        return kind not in "ra"
    whole = pieces[0] + "".join(text + piece for text, piece in zip(written, pieces[1:], strict=True))
    return write(rebuilt(marked, tuple(parts)), notation) == whole


def leaf_of(formula: Math) -> dict[str, str]:
    """Write a formula that stays as it is."""
    return {"kind": kind_of(formula), "plain": write(formula), "mathml": write(formula, "mathml")}


def is_number(formula: Math) -> bool:
    """Whether a formula is one number."""
    return isinstance(formula, Number) and np.ndim(formula.value) == 0
