"""Mathematics as data: a formula is a small tree of these classes, built once, from the rows that ran."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from microgradphys.symbols import number_text, parse_name


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
    """√a, or the root of another degree: ∛a."""

    body: Math
    degree: int = 2


@dataclass(frozen=True, slots=True)
class Bars:
    """|a|, or another pair of fences: ⌊a⌋, ⌈a⌉."""

    body: Math
    left: str = "|"
    right: str = "|"


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

_DERIVATIVE = re.compile(r"∂([²³⁴⁵⁶⁷⁸⁹]?)([^∂/]+)/((?:∂[^∂/]+)+)")
_POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def named(name: str) -> Math:
    """Read a name: a symbol, or the derivative that it says it is.

    >>> named("x_1"), named("∂y/∂x")
    (Symbol(name='x_1'), Derivative(top=Symbol(name='y'), bottom=Symbol(name='x')))
    """
    found = _DERIVATIVE.fullmatch(name)
    if not found:
        return Symbol(name)
    formula: Math = Symbol(found[2])
    order = 0
    for bottom in found[3][1:].split("∂"):
        power = _POWERS.find(bottom[-1]) if len(bottom) > 1 else -1
        for _ in range(max(power, 1)):
            formula = Derivative(formula, Symbol(bottom[:-1] if power > 1 else bottom))
            order += 1
    return formula if order == max(_POWERS.find(found[1] or "¹"), 1) else Symbol(name)


def in_full(formula: Derivative) -> tuple[int, Math, list[tuple[Math, int]]]:
    """Take a derivative of a derivative apart: its order, what is differentiated, and by what how often.

    Only derivatives by variables are one of a higher order; that by sin(x) is one of the derivative.

    >>> in_full(Derivative(named("∂y/∂x"), Symbol("x")))
    (2, Symbol(name='y'), [(Symbol(name='x'), 2)])
    >>> in_full(Derivative(named("∂y/∂x"), named("∂y/∂x")))[0]
    1
    """
    bottoms: list[Math] = [formula.bottom]
    top = formula.top
    while isinstance(top, Derivative) and all(isinstance(one, (Symbol, Item)) for one in (bottoms[-1], top.bottom)):
        bottoms.append(top.bottom)
        top = top.top
    bottoms.reverse()
    runs = [list(run) for _, run in groupby(bottoms)]
    return len(bottoms), top, [(run[0], len(run)) for run in runs]


# How tightly each kind binds; a looser part of a tighter whole is put in parentheses.
EQUATION, SUM, PRODUCT, PREFIX, POWER, ATOM = range(6)


def binding(math_: Math) -> int:
    """Say how tightly a formula holds together."""
    match math_:
        case Infix(sign="="):
            return EQUATION
        case Infix(sign="+" | "−" | "mod"):
            return SUM
        case Infix() | Fraction():
            return PRODUCT
        case Negative():
            return SUM
        case Number(value=value):
            return SUM if np.ndim(value) == 0 and (value < 0 or "×" in number_text(value)) else ATOM
        case Power() | Transposed():
            return POWER
        case Derivative():
            return PREFIX
        case Call(arguments=arguments, prime=False, function="Σ"):
            return PREFIX if arguments else ATOM
        case _:
            return ATOM


def join(sign: str, terms: tuple[Math, ...], part: Callable[[Math, int], str], between: str) -> str:
    """Join terms, with parentheses where a term would otherwise be read with its neighbour.

    Nobody knows how tightly mod binds: beside anything but an equals sign it is put in parentheses.
    """
    rest = SUM if sign == "=" else PRODUCT if sign in ("+", "−") else PREFIX
    loose = sign == "mod" or _is_infix(terms[0], "mod") or (rest == PREFIX and _is_infix(terms[0], "+−"))
    first = PREFIX if loose and sign != "=" else SUM
    # 1 − (−2 × 3): no sign follows another.
    least = [PREFIX if rest == PRODUCT and begins_with_sign(term) else rest for term in terms[1:]]
    return between.join([part(terms[0], first), *map(part, terms[1:], least)])


def begins_with_sign(formula: Math) -> bool:
    """Whether a product begins with a minus, or with a number of two factors."""
    while isinstance(formula, Infix):
        formula = formula.terms[0]
    return binding(formula) == SUM


def _is_infix(formula: Math, signs: str) -> bool:
    """Whether a formula is terms joined by one of these signs, which may need parentheses even in front."""
    return isinstance(formula, Infix) and formula.sign != "" and formula.sign in signs


def is_loose_below(formula: Math) -> bool:
    """Whether a name or an array needs parentheses below a superscript: it has one already, or is written in words."""
    if isinstance(formula, Number):
        return np.ndim(formula.value) > 0 and rows_of(formula.value) is None
    return isinstance(formula, Symbol) and bool(parse_name(formula.name).sup)


def is_stack(formula: Math, least: int) -> bool:
    """Whether a formula is a fraction drawn as one, which holds together by itself as a factor."""
    return isinstance(formula, Fraction) and least <= PREFIX


def text_of(value: Any) -> str:
    """Write an array too large to show as its shape."""
    return "array " + "×".join(map(str, np.shape(value)))


def rows_of(value: Any) -> list[list[float]] | None:
    """Return the rows of an array that is small enough to write out, None for a larger one."""
    array = np.asarray(value)
    if array.ndim > 2 or array.size > 12 or array.size == 0:
        return None
    return array.reshape(array.shape[0], -1).tolist()
