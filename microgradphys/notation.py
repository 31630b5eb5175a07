r"""Writing a formula in the notation that a medium needs: plain Unicode, LaTeX, Typst or MathML.

The plain writer is here; the three that a machine sets are in `microgradphys.markup`.

>>> from microgradphys.mathematics import Symbol
>>> product = Infix("·", (Symbol("W_11"), Symbol("x_1")))
>>> write(product, "plain"), write(product, "latex")
('W₁₁ · x₁', 'W_{11} \\cdot x_{1}')
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from microgradphys.errors import InputError
from microgradphys.markup import latex, mathml, typst
from microgradphys.mathematics import (
    ATOM,
    PREFIX,
    PRODUCT,
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
    binding,
    in_full,
    is_loose_below,
    join,
    rows_of,
    text_of,
)
from microgradphys.symbols import function_parts, lowered, number_text, parse_name, raised

Notation = Literal["plain", "latex", "typst", "mathml"]


def write(formula: Math, notation: Notation = "plain") -> str:
    """Write a formula in one of the four notations.

    Args:
        formula: a tree of the classes of `microgradphys.mathematics`.
        notation: "plain", "latex", "typst" or "mathml" (without the enclosing `<math>`).

    >>> write(Fraction(Number(1.0), Symbol("y")), "mathml")
    '<mfrac><mn>1</mn><mi>y</mi></mfrac>'
    """
    if notation not in _WRITERS:
        raise InputError(f"notation={notation!r} is not one of {', '.join(map(repr, _WRITERS))}")
    return _WRITERS[notation](formula)


def _plain(formula: Math) -> str:
    """Write in Unicode, on one line."""

    def part(inner: Math, least: int) -> str:
        text = _plain(inner)
        return text if binding(inner) >= least else f"({text})"

    match formula:
        case Symbol(name):
            parsed = parse_name(name)
            text = parsed.base + "′" * parsed.primes
            return text + (lowered(parsed.sub) if parsed.sub else "") + (raised(parsed.sup) if parsed.sup else "")
        case Number(value) if np.ndim(value) == 0:
            return number_text(value)
        case Number(value):
            rows = rows_of(value)
            if rows is None:
                return text_of(value)
            lines = ["[" + ", ".join(map(number_text, row)) + "]" for row in rows]
            return (
                "[" + ", ".join(lines) + "]"
                if np.ndim(value) == 2
                else "[" + ", ".join(line[1:-1] for line in lines) + "]"
            )
        case Infix(sign, terms):
            return join(sign, terms, part, f" {sign} " if sign else " ")
        case Negative(body):
            return "−" + part(body, PRODUCT)
        case Fraction(top, bottom):
            return f"{part(top, PRODUCT)} / {part(bottom, ATOM if isinstance(bottom, Derivative) else PREFIX)}"
        case Power(base, exponent):
            above = raised(_plain(exponent))
            if above.startswith("^"):
                above = f"^{part(exponent, ATOM)}"
            return part(base, ATOM + is_loose_below(base)) + above
        case Root(body, degree):
            return ("∛" if degree == 3 else "√") + part(body, ATOM)
        case Bars(body, left, right):
            return f"{left}{_plain(body)}{right}"
        case Transposed(body):
            return part(body, ATOM + is_loose_below(body)) + "ᵀ"
        case Item(body, index):
            return f"{part(body, ATOM)}[{index}]"
        case Call("Σ", (body,)):
            return "Σ " + part(body, PRODUCT)
        case Call(function, arguments, prime):
            base, sub = function_parts(function)
            name = base + (lowered(sub) if sub else "") + ("′" if prime else "")
            return f"{name}({', '.join(map(_plain, arguments))})"
        case Derivative():
            order, top, bottoms = in_full(formula)
            below = "".join(f"∂{part(one, ATOM)}{raised(str(power)) if power > 1 else ''}" for one, power in bottoms)
            return f"∂{raised(str(order)) if order > 1 else ''}{part(top, ATOM)}/{below}"


_WRITERS: dict[str, Callable[[Math], str]] = {"plain": _plain, "latex": latex, "typst": typst, "mathml": mathml}
