"""Three ways to write a formula for a machine that sets it: LaTeX, Typst and MathML.

What a user named is data: each writer escapes it in its own way.
"""

from __future__ import annotations

import re
from html import escape

import numpy as np

from microgradphys.mathematics import (
    ATOM,
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
    is_stack,
    join,
    rows_of,
    text_of,
)
from microgradphys.symbols import Name, function_parts, number_parts, parse_name

_LATEX_ESCAPES = {c: "\\" + c for c in "&%$#_{}"} | {
    "\\": r"\backslash{}",
    "~": r"\sim{}",
    "^": r"\char94{}",
    " ": r"\ ",
}
_LATEX_SIGNS = {
    "·": r" \cdot ",
    "×": r" \times ",
    "−": " - ",
    "+": " + ",
    "⊙": r" \odot ",
    "⊗": r" \otimes ",
    "": r"\,",
    "=": " = ",
    "mod": r" \bmod ",
}
_LATEX_FENCES = {"⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil "}


# What a letter may wear, as LaTeX and Typst call it.
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0307": "dot"}


def _accent(text: str) -> str:
    """Name the accent that a single letter wears; "" if it wears none, or is no single letter."""
    return _ACCENTS.get(text[1:], "") if text[:1].isalpha() else ""


def _latex_text(text: str) -> str:
    """Escape a text for LaTeX: one letter is a variable, more are upright."""
    safe = "".join(_LATEX_ESCAPES.get(c, c) for c in text)
    if accent := _accent(text):
        return rf"\{accent}{{{text[0]}}}"
    return safe if len(text) == 1 else rf"\mathrm{{{safe}}}"


def latex(formula: Math) -> str:
    """Write in LaTeX mathematics."""

    def part(inner: Math, least: int) -> str:
        text = latex(inner)
        return text if binding(inner) >= least or is_stack(inner, least) else rf"\left({text}\right)"

    match formula:
        case Symbol(name):
            parsed = parse_name(name)
            text = _latex_text(parsed.base) + "'" * parsed.primes
            sub = "".join(_LATEX_ESCAPES.get(c, c) for c in parsed.sub)
            sup = "".join(_LATEX_ESCAPES.get(c, c) for c in parsed.sup)
            return text + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")
        case Number(value) if np.ndim(value) == 0:
            mantissa, exponent = number_parts(value)
            mantissa = mantissa.replace("−", "-").replace("∞", r"\infty")
            mantissa = r"\mathrm{NaN}" if mantissa == "NaN" else mantissa
            return mantissa if exponent is None else rf"{mantissa} \times 10^{{{exponent}}}"
        case Number(value):
            rows = rows_of(value)
            if rows is None:
                return _latex_text(text_of(value))
            lines = [" & ".join(latex(Number(x)) for x in row) for row in rows]
            return r"\begin{pmatrix}" + r" \\ ".join(lines) + r"\end{pmatrix}"
        case Infix(sign, terms):
            return join(sign, terms, part, _LATEX_SIGNS[sign])
        case Negative(body):
            return "-" + part(body, PRODUCT)
        case Fraction(top, bottom):
            return rf"\frac{{{latex(top)}}}{{{latex(bottom)}}}"
        case Power(base, exponent):
            return f"{part(base, ATOM + is_loose_below(base))}^{{{latex(exponent)}}}"
        case Root(body, degree):
            return (r"\sqrt" if degree == 2 else rf"\sqrt[{degree}]") + f"{{{latex(body)}}}"
        case Bars(body, left, right):
            return rf"\left{_LATEX_FENCES.get(left, left)}{latex(body)}\right{_LATEX_FENCES.get(right, right).strip()}"
        case Transposed(body):
            return part(body, ATOM + is_loose_below(body)) + r"^{\mathsf{T}}"
        case Item(body, index):
            return f"{part(body, ATOM)}[{_latex_text(index)}]"
        case Call("Σ", (body,)):
            return r"\sum " + part(body, PRODUCT)
        case Call(function, arguments, prime):
            inside = ", ".join(map(latex, arguments))
            base, sub = function_parts(function)
            name = _latex_text(base) + (f"_{{{sub}}}" if sub else "") + ("'" if prime else "")
            return rf"{name}\left({inside}\right)"
        case Derivative():
            order, top, bottoms = in_full(formula)
            below = " ".join(
                rf"\partial {part(one, ATOM)}" + (f"^{{{power}}}" if power > 1 else "") for one, power in bottoms
            )
            return rf"\frac{{\partial{f'^{{{order}}}' if order > 1 else ''} {part(top, ATOM)}}}{{{below}}}"


def _typst_text(text: str) -> str:
    """Quote a text for Typst: one letter is a variable, more are upright."""
    if (len(text) == 1 and text.isalpha()) or re.fullmatch(r"\d+|\(\d+\)", text):
        return text
    if accent := _accent(text):
        return f"{accent}({text[0]})"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def typst(formula: Math) -> str:
    """Write in Typst mathematics."""

    def part(inner: Math, least: int) -> str:
        text = typst(inner)
        return text if binding(inner) >= least or is_stack(inner, least) else f"lr(({text}))"

    match formula:
        case Symbol(name):
            parsed = parse_name(name)
            text = _typst_text(parsed.base) + "'" * parsed.primes
            sub = f"_({_typst_text(parsed.sub)})" if parsed.sub else ""
            return text + sub + (f"^({_typst_text(parsed.sup)})" if parsed.sup else "")
        case Number(value) if np.ndim(value) == 0:
            mantissa, exponent = number_parts(value)
            mantissa = '"NaN"' if mantissa == "NaN" else mantissa
            return mantissa if exponent is None else f"{mantissa} times 10^({str(exponent).replace('-', '−')})"
        case Number(value):
            rows = rows_of(value)
            if rows is None:
                return _typst_text(text_of(value))
            return "mat(" + "; ".join(", ".join(typst(Number(x)) for x in row) for row in rows) + ")"
        case Infix(sign, terms):
            return join(sign, terms, part, f" {sign} " if sign else " thin ")
        case Negative(body):
            return "−" + part(body, PRODUCT)
        case Fraction(top, bottom):
            return f"frac({typst(top)}, {typst(bottom)})"
        case Power(base, exponent):
            return f"{part(base, ATOM + is_loose_below(base))}^({typst(exponent)})"
        case Root(body, degree):
            return f"sqrt({typst(body)})" if degree == 2 else f"root({degree}, {typst(body)})"
        case Bars(body, left, right):
            return f"lr({left} {typst(body)} {right})"
        case Transposed(body):
            return part(body, ATOM + is_loose_below(body)) + '^upright("T")'
        case Item(body, index):
            return f"{part(body, ATOM)} {_typst_text(f'[{index}]')}"
        case Call("Σ", (body,)):
            return "sum " + part(body, PRODUCT)
        case Call(function, arguments, prime):
            inside = ", ".join(map(typst, arguments))
            base, sub = function_parts(function)
            name = _typst_text(base) + ("'" if prime else "") + (f"_({sub})" if sub else "")
            return f"{name} lr(({inside}))"
        case Derivative():
            order, top, bottoms = in_full(formula)
            below = " ".join(f"∂ {part(one, ATOM)}" + (f"^{power}" if power > 1 else "") for one, power in bottoms)
            return f"frac(∂{f'^{order}' if order > 1 else ''} {part(top, ATOM)}, {below})"


def _row(*parts: str) -> str:
    """Group MathML elements."""
    return "<mrow>" + "".join(parts) + "</mrow>"


def _sign(sign: str) -> str:
    """Write an operator in MathML."""
    return f"<mo>{escape(sign)}</mo>"


def _mathml_text(text: str) -> str:
    """Write a text in MathML: one letter is a variable, a word is upright."""
    if not text:
        return "<mrow></mrow>"
    kind = "mi" if text.isalpha() or _accent(text) else "mn" if text.isdigit() else "mtext"
    return f"<{kind}>{escape(text)}</{kind}>"


def mathml(formula: Math) -> str:
    """Write in presentation MathML."""

    def part(inner: Math, least: int) -> str:
        text = mathml(inner)
        return text if binding(inner) >= least or is_stack(inner, least) else _row(_sign("("), text, _sign(")"))

    match formula:
        case Symbol(name):
            return _mathml_symbol(parse_name(name))
        case Number(value) if np.ndim(value) == 0:
            mantissa, exponent = number_parts(value)
            text = f"<mn>{mantissa}</mn>"
            if mantissa.startswith("−"):
                text = _row(_sign("−"), f"<mn>{mantissa[1:]}</mn>")
            ten = f"<msup><mn>10</mn><mn>{str(exponent).replace('-', '−')}</mn></msup>"
            return text if exponent is None else _row(text, _sign("×"), ten)
        case Number(value):
            rows = rows_of(value)
            if rows is None:
                return _mathml_text(text_of(value))
            cells = ("".join(f"<mtd>{mathml(Number(x))}</mtd>" for x in row) for row in rows)
            table = "<mtable>" + "".join(f"<mtr>{row}</mtr>" for row in cells) + "</mtable>"
            return _row(_sign("("), table, _sign(")"))
        case Infix(sign, terms):
            return _row(join(sign, terms, part, _sign(sign) if sign else '<mspace width="0.2em"/>'))
        case Negative(body):
            return _row(_sign("−"), part(body, PRODUCT))
        case Fraction(top, bottom):
            return f"<mfrac>{mathml(top)}{mathml(bottom)}</mfrac>"
        case Power(base, exponent):
            return f"<msup>{part(base, ATOM + is_loose_below(base))}{mathml(exponent)}</msup>"
        case Root(body, degree):
            text = mathml(body)
            return f"<msqrt>{text}</msqrt>" if degree == 2 else f"<mroot>{_row(text)}<mn>{degree}</mn></mroot>"
        case Bars(body, left, right):
            return _row(_sign(left), mathml(body), _sign(right))
        case Transposed(body):
            return f"<msup>{part(body, ATOM + is_loose_below(body))}<mi>T</mi></msup>"
        case Item(body, index):
            return _row(part(body, ATOM), _sign("["), _mathml_text(index), _sign("]"))
        case Call("Σ", (body,)):
            return _row(_sign("∑"), part(body, PRODUCT))
        case Call(function, arguments, prime):
            base, sub = function_parts(function)
            name = f"<msub>{_mathml_text(base)}<mn>{sub}</mn></msub>" if sub else _mathml_text(base)
            name = f"<msup>{name}<mo>′</mo></msup>" if prime else name
            inside = _sign(",").join(map(mathml, arguments))
            return _row(name, _row(_sign("("), inside, _sign(")")))
        case Derivative():
            order, top, bottoms = in_full(formula)
            sign = f"<msup><mo>∂</mo><mn>{order}</mn></msup>" if order > 1 else "<mo>∂</mo>"
            below = [
                f"<msup>{part(one, ATOM)}<mn>{power}</mn></msup>" if power > 1 else part(one, ATOM)
                for one, power in bottoms
            ]
            down = _row(*(piece for one in below for piece in ("<mo>∂</mo>", one)))
            return f"<mfrac>{_row(sign, part(top, ATOM))}{down}</mfrac>"


def _mathml_symbol(name: Name) -> str:
    """Write a name in MathML, with its primes, subscript and superscript."""
    base = _mathml_text(name.base)
    sup = ("<mo>" + "′" * name.primes + "</mo>" if name.primes else "") + (_mathml_text(name.sup) if name.sup else "")
    if name.sub and sup:
        return f"<msubsup>{base}{_mathml_text(name.sub)}{_row(sup)}</msubsup>"
    if name.sub:
        return f"<msub>{base}{_mathml_text(name.sub)}</msub>"
    return f"<msup>{base}{_row(sup)}</msup>" if sup else base
