r"""Mathematics as data, and four ways to write it: plain Unicode, LaTeX, Typst and MathML.

A formula is a small tree of the classes below. It is built once, from the rows that ran, and written in the notation
that a medium needs; names that a user chose are escaped by each writer.

>>> product = Infix("·", (Symbol("W_11"), Symbol("x_1")))
>>> write(product, "plain"), write(product, "latex")
('W₁₁ · x₁', 'W_{11} \\cdot x_{1}')
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError

Notation = Literal["plain", "latex", "typst", "mathml"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: `W_11`, `s_1^(1)`, `W'_1`, or any text."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A number, or a small array of them."""

    value: Any


@dataclass(frozen=True, slots=True)
class Infix:
    """Terms joined by one sign: = + − · × ⊙ ⊗, or "" for a matrix product."""

    sign: str
    terms: tuple[Math, ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """−a."""

    body: Math


@dataclass(frozen=True, slots=True)
class Fraction:
    """a over b."""

    top: Math
    bottom: Math


@dataclass(frozen=True, slots=True)
class Power:
    """a to the power of b."""

    base: Math
    exponent: Math


@dataclass(frozen=True, slots=True)
class Root:
    """√a."""

    body: Math


@dataclass(frozen=True, slots=True)
class Bars:
    """|a|."""

    body: Math


@dataclass(frozen=True, slots=True)
class Transposed:
    """aᵀ."""

    body: Math


@dataclass(frozen=True, slots=True)
class Item:
    """a[i], the index as the program wrote it."""

    body: Math
    index: str


@dataclass(frozen=True, slots=True)
class Call:
    """f(a, b), or its derivative f′(a)."""

    function: str
    arguments: tuple[Math, ...]
    prime: bool = False


@dataclass(frozen=True, slots=True)
class Derivative:
    """∂a/∂b."""

    top: Math
    bottom: Math


Math = Symbol | Number | Infix | Negative | Fraction | Power | Root | Bars | Transposed | Item | Call | Derivative

# How tightly each kind binds; a looser part of a tighter whole is put in parentheses.
_EQUATION, _SUM, _PRODUCT, _PREFIX, _POWER, _ATOM = range(6)


def _binding(math_: Math) -> int:
    """Say how tightly a formula holds together."""
    match math_:
        case Infix(sign="="):
            return _EQUATION
        case Infix(sign="+" | "−"):
            return _SUM
        case Infix() | Fraction():
            return _PRODUCT
        case Negative():
            return _SUM
        case Number(value=value):
            return _SUM if np.ndim(value) == 0 and (value < 0 or "×" in number_text(value)) else _ATOM
        case Power() | Transposed():
            return _POWER
        case Derivative():
            return _PREFIX
        case Call(arguments=arguments, prime=False, function="Σ"):
            return _PREFIX if arguments else _ATOM
        case _:
            return _ATOM


def number_text(value: float, digits: int = 4) -> str:
    """Write a number with `digits` significant digits, as every medium here does.

    >>> [number_text(x) for x in (0.1, 1.2187769, -0.00625509, 1.5e-7, 123456.0, float("nan"))]
    ['0.1', '1.219', '−0.006255', '1.5×10⁻⁷', '123456', 'NaN']
    """
    mantissa, exponent = number_parts(value, digits)
    return mantissa if exponent is None else f"{mantissa}×10{_raised(str(exponent))}"


def number_parts(value: float, digits: int = 4) -> tuple[str, int | None]:
    """Split a number into its decimal text and the power of ten it is multiplied by, if any."""
    value = float(value)
    if math.isnan(value):
        return "NaN", None
    if math.isinf(value):
        return "∞" if value > 0 else "−∞", None
    if value == 0:
        return "0", None
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    if -5 < exponent < 6:
        text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-", "−"), None
    mantissa = f"{value:.{digits - 1}e}".partition("e")[0].rstrip("0").rstrip(".")
    return mantissa.replace("-", "−"), exponent


_GREEK: dict[str, str] = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        strict=True,
    )
)
_NAME = re.compile(
    r"(?P<base>∂?[^\W\d_]+)(?P<digits>\d{0,4})(?P<primes>['′]{0,3})"
    r"(?:_(?:\{(?P<sub>[^{}]{1,12})\}|(?P<short>\w{1,3})))?"
    r"(?:\^(?:\{(?P<sup>[^{}]{1,12})\}|(?P<raised>\(\w{1,4}\)|[\w*+]{1,3})))?"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol taken apart: base, primes, subscript and superscript."""

    base: str
    primes: int = 0
    sub: str = ""
    sup: str = ""


def printable(text: str) -> str:
    r"""Make one harmless line of a text that a user chose: control characters become spaces.

    >>> printable("two\nlines")
    'two lines'
    """
    return "".join(c if c.isprintable() else " " for c in text)


def parse_name(name: str) -> Name:
    """Take a name apart as mathematics reads it; what does not fit the grammar is one text, on one line.

    >>> parse_name("s_1^(1)")
    Name(base='s', primes=0, sub='1', sup='(1)')
    >>> parse_name("W'_1").primes, parse_name("W11").sub, parse_name("eta").base
    (1, '11', 'η')
    >>> parse_name("learning rate")
    Name(base='learning rate', primes=0, sub='', sup='')
    """
    name = printable(name)
    found = _NAME.fullmatch(name)
    if not found:
        return Name(name)
    sub = ",".join(filter(None, (found["digits"], found["sub"] or found["short"])))
    return Name(
        _GREEK.get(found["base"], found["base"]), len(found["primes"]), sub, found["sup"] or found["raised"] or ""
    )


_SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ"
)


def _lowered(text: str) -> str:
    """Write a subscript in Unicode, or after an underscore where Unicode lacks a letter."""
    if all(ord(c) in _SUBSCRIPTS for c in text):
        return text.translate(_SUBSCRIPTS)
    return "_" + text


def _raised(text: str) -> str:
    """Write a superscript in Unicode, or after a caret where Unicode lacks a letter."""
    if all(ord(c) in _SUPERSCRIPTS for c in text):
        return text.translate(_SUPERSCRIPTS)
    return "^" + text


def write(formula: Math, notation: Notation = "plain") -> str:
    """Write a formula in one of the four notations.

    Args:
        formula: a tree of the classes of this module.
        notation: "plain", "latex", "typst" or "mathml" (without the enclosing `<math>`).

    >>> write(Fraction(Number(1.0), Symbol("y")), "mathml")
    '<mfrac><mn>1</mn><mi>y</mi></mfrac>'
    """
    if notation not in _WRITERS:
        raise InputError(f"notation={notation!r} is not one of {', '.join(map(repr, _WRITERS))}")
    return _WRITERS[notation](formula)


def _text_of(value: Any) -> str:
    """Write an array too large to show as its shape."""
    return "array " + "×".join(map(str, np.shape(value)))


def _rows(value: Any) -> list[list[float]] | None:
    """Return the rows of an array that is small enough to write out, None for a larger one."""
    array = np.asarray(value)
    if array.ndim > 2 or array.size > 12 or array.size == 0:
        return None
    return array.reshape(array.shape[0], -1).tolist()


def _plain(formula: Math) -> str:
    """Write in Unicode, on one line."""

    def part(inner: Math, least: int) -> str:
        text = _plain(inner)
        return text if _binding(inner) >= least else f"({text})"

    match formula:
        case Symbol(name):
            parsed = parse_name(name)
            text = parsed.base + "′" * parsed.primes
            return text + (_lowered(parsed.sub) if parsed.sub else "") + (_raised(parsed.sup) if parsed.sup else "")
        case Number(value) if np.ndim(value) == 0:
            return number_text(value)
        case Number(value):
            rows = _rows(value)
            if rows is None:
                return _text_of(value)
            lines = ["[" + ", ".join(map(number_text, row)) + "]" for row in rows]
            return (
                "[" + ", ".join(lines) + "]"
                if np.ndim(value) == 2
                else "[" + ", ".join(line[1:-1] for line in lines) + "]"
            )
        case Infix(sign, terms):
            return _join(sign, terms, part, f" {sign} " if sign else " ")
        case Negative(body):
            return "−" + part(body, _PRODUCT)
        case Fraction(top, bottom):
            return f"{part(top, _PRODUCT)} / {part(bottom, _PREFIX)}"
        case Power(base, exponent):
            raised = _raised(_plain(exponent))
            if raised.startswith("^"):
                raised = f"^{part(exponent, _ATOM)}"
            return part(base, _ATOM) + raised
        case Root(body):
            return "√" + part(body, _ATOM)
        case Bars(body):
            return f"|{_plain(body)}|"
        case Transposed(body):
            return part(body, _ATOM) + "ᵀ"
        case Item(body, index):
            return f"{part(body, _ATOM)}[{index}]"
        case Call("Σ", (body,)):
            return "Σ " + part(body, _PRODUCT)
        case Call(function, arguments, prime):
            return f"{function}{'′' if prime else ''}({', '.join(map(_plain, arguments))})"
        case Derivative(top, bottom):
            return f"∂{part(top, _ATOM)}/∂{part(bottom, _ATOM)}"


def _join(sign: str, terms: tuple[Math, ...], part: Callable[[Math, int], str], between: str) -> str:
    """Join terms, with parentheses where a term would otherwise be read with its neighbour."""
    rest = _SUM if sign == "=" else _PRODUCT if sign in ("+", "−") else _PREFIX
    first = _PREFIX if rest == _PREFIX and _is_sum(terms[0]) else _SUM
    return between.join([part(terms[0], first), *(part(term, rest) for term in terms[1:])])


def _is_sum(formula: Math) -> bool:
    """Whether a formula is a sum or a difference, which a product puts in parentheses even in front."""
    return isinstance(formula, Infix) and formula.sign in ("+", "−")


def _is_stack(formula: Math, least: int) -> bool:
    """Whether a formula is a fraction drawn as one, which holds together by itself as a factor."""
    return isinstance(formula, Fraction) and least <= _PREFIX


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
}


def _latex_text(text: str) -> str:
    """Escape a text for LaTeX: one letter is a variable, more are upright."""
    safe = "".join(_LATEX_ESCAPES.get(c, c) for c in text)
    return safe if len(text) == 1 else rf"\mathrm{{{safe}}}"


def _latex(formula: Math) -> str:
    """Write in LaTeX mathematics."""

    def part(inner: Math, least: int) -> str:
        text = _latex(inner)
        return text if _binding(inner) >= least or _is_stack(inner, least) else rf"\left({text}\right)"

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
            rows = _rows(value)
            if rows is None:
                return _latex_text(_text_of(value))
            lines = [" & ".join(_latex(Number(x)) for x in row) for row in rows]
            return r"\begin{pmatrix}" + r" \\ ".join(lines) + r"\end{pmatrix}"
        case Infix(sign, terms):
            return _join(sign, terms, part, _LATEX_SIGNS[sign])
        case Negative(body):
            return "-" + part(body, _PRODUCT)
        case Fraction(top, bottom):
            return rf"\frac{{{_latex(top)}}}{{{_latex(bottom)}}}"
        case Power(base, exponent):
            return f"{part(base, _ATOM)}^{{{_latex(exponent)}}}"
        case Root(body):
            return rf"\sqrt{{{_latex(body)}}}"
        case Bars(body):
            return rf"\left|{_latex(body)}\right|"
        case Transposed(body):
            return part(body, _ATOM) + r"^{\mathsf{T}}"
        case Item(body, index):
            return f"{part(body, _ATOM)}[{_latex_text(index)}]"
        case Call("Σ", (body,)):
            return r"\sum " + part(body, _PRODUCT)
        case Call(function, arguments, prime):
            inside = ", ".join(map(_latex, arguments))
            name = _latex_text(function) + ("'" if prime else "")
            return rf"{name}\left({inside}\right)"
        case Derivative(top, bottom):
            return rf"\frac{{\partial {part(top, _ATOM)}}}{{\partial {part(bottom, _ATOM)}}}"


def _typst_text(text: str) -> str:
    """Quote a text for Typst: one letter is a variable, more are upright."""
    if (len(text) == 1 and text.isalpha()) or re.fullmatch(r"\d+|\(\d+\)", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _typst(formula: Math) -> str:
    """Write in Typst mathematics."""

    def part(inner: Math, least: int) -> str:
        text = _typst(inner)
        return text if _binding(inner) >= least or _is_stack(inner, least) else f"lr(({text}))"

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
            rows = _rows(value)
            if rows is None:
                return _typst_text(_text_of(value))
            return "mat(" + "; ".join(", ".join(_typst(Number(x)) for x in row) for row in rows) + ")"
        case Infix(sign, terms):
            return _join(sign, terms, part, f" {sign} " if sign else " thin ")
        case Negative(body):
            return "−" + part(body, _PRODUCT)
        case Fraction(top, bottom):
            return f"frac({_typst(top)}, {_typst(bottom)})"
        case Power(base, exponent):
            return f"{part(base, _ATOM)}^({_typst(exponent)})"
        case Root(body):
            return f"sqrt({_typst(body)})"
        case Bars(body):
            return f"lr(| {_typst(body)} |)"
        case Transposed(body):
            return part(body, _ATOM) + '^upright("T")'
        case Item(body, index):
            return f"{part(body, _ATOM)} {_typst_text(f'[{index}]')}"
        case Call("Σ", (body,)):
            return "sum " + part(body, _PRODUCT)
        case Call(function, arguments, prime):
            inside = ", ".join(map(_typst, arguments))
            name = _typst_text(function) + ("'" if prime else "")
            return f"{name} lr(({inside}))"
        case Derivative(top, bottom):
            return f"frac(∂ {part(top, _ATOM)}, ∂ {part(bottom, _ATOM)})"


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
    kind = "mi" if text.isalpha() else "mn" if text.isdigit() else "mtext"
    return f"<{kind}>{escape(text)}</{kind}>"


def _mathml(formula: Math) -> str:
    """Write in presentation MathML."""

    def part(inner: Math, least: int) -> str:
        text = _mathml(inner)
        return text if _binding(inner) >= least or _is_stack(inner, least) else _row(_sign("("), text, _sign(")"))

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
            rows = _rows(value)
            if rows is None:
                return _mathml_text(_text_of(value))
            cells = ("".join(f"<mtd>{_mathml(Number(x))}</mtd>" for x in row) for row in rows)
            table = "<mtable>" + "".join(f"<mtr>{row}</mtr>" for row in cells) + "</mtable>"
            return _row(_sign("("), table, _sign(")"))
        case Infix(sign, terms):
            return _row(_join(sign, terms, part, _sign(sign) if sign else '<mspace width="0.2em"/>'))
        case Negative(body):
            return _row(_sign("−"), part(body, _PRODUCT))
        case Fraction(top, bottom):
            return f"<mfrac>{_mathml(top)}{_mathml(bottom)}</mfrac>"
        case Power(base, exponent):
            return f"<msup>{part(base, _ATOM)}{_mathml(exponent)}</msup>"
        case Root(body):
            return f"<msqrt>{_mathml(body)}</msqrt>"
        case Bars(body):
            return _row(_sign("|"), _mathml(body), _sign("|"))
        case Transposed(body):
            return f"<msup>{part(body, _ATOM)}<mi>T</mi></msup>"
        case Item(body, index):
            return _row(part(body, _ATOM), _sign("["), _mathml_text(index), _sign("]"))
        case Call("Σ", (body,)):
            return _row(_sign("∑"), part(body, _PRODUCT))
        case Call(function, arguments, prime):
            name = _mathml_text(function)
            name = f"<msup>{name}<mo>′</mo></msup>" if prime else name
            inside = _sign(",").join(map(_mathml, arguments))
            return _row(name, _row(_sign("("), inside, _sign(")")))
        case Derivative(top, bottom):
            up, down = (_row("<mo>∂</mo>", part(side, _ATOM)) for side in (top, bottom))
            return f"<mfrac>{up}{down}</mfrac>"


def _mathml_symbol(name: Name) -> str:
    """Write a name in MathML, with its primes, subscript and superscript."""
    base = _mathml_text(name.base)
    sup = ("<mo>" + "′" * name.primes + "</mo>" if name.primes else "") + (_mathml_text(name.sup) if name.sup else "")
    if name.sub and sup:
        return f"<msubsup>{base}{_mathml_text(name.sub)}{_row(sup)}</msubsup>"
    if name.sub:
        return f"<msub>{base}{_mathml_text(name.sub)}</msub>"
    return f"<msup>{base}{_row(sup)}</msup>" if sup else base


_WRITERS: dict[str, Callable[[Math], str]] = {"plain": _plain, "latex": _latex, "typst": _typst, "mathml": _mathml}
