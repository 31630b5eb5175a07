"""One element of a formula of arrays: what one element of the result is computed from, with its numbers.

Of an array too large to write out a student can still compute one element: of an elementwise operation from the
elements in the same place, of a matrix product from a row and a column.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
    Transposed,
)
from viz.picture import Index

# A row times a column of more numbers than these is drudgery.
MOST_PRODUCTS = 6
Given = tuple[tuple[Math, Any], ...]


@dataclass(frozen=True, slots=True)
class Element:
    """The formula of one element, in symbols and in numbers, and the numbers that it is made of, with their names."""

    symbols: Math
    numbers: Math
    given: Given


def element_of(symbols: Math, numbers: Math, at: Index, shape: tuple[int, ...]) -> Element | None:
    """Write the formula of one element of an elementwise operation, or None if it needs more than one of an array.

    Args:
        symbols: the formula of the array.
        numbers: the same with its numbers.
        at: which element.
        shape: the shape of the result.

    >>> from microgradphys.mathematics import Symbol
    >>> from microgradphys.notation import write
    >>> found = element_of(Infix("+", (Symbol("s"), Symbol("b"))), Infix("+", (Number(np.ones((5, 8))),
    ...     Number(np.arange(8.0)))), (4, 2), (5, 8))
    >>> write(found.symbols), write(found.numbers)
    ('s[4, 2] + b[2]', '1 + 2')
    """
    given: list[tuple[Math, Any]] = []
    pairs = _pairs(symbols, numbers)
    if pairs is None:
        narrow = _narrowed(numbers, at, shape)
        return None if narrow is None else Element(item(symbols, at), narrow, ())
    parts: list[tuple[Math, Math]] = []
    for symbol, number in pairs:
        if isinstance(number, Number):
            place = place_in(np.shape(number.value), at, shape)
            if place is None:
                return None
            one = float(np.asarray(number.value)[place])
            name = item(symbol, place)
            if not isinstance(symbol, Number):
                given.append((name, one))
            parts.append((name, Number(one)))
        else:
            found = element_of(symbol, number, at, shape)
            if found is None:
                return None
            given += found.given
            parts.append((found.symbols, found.numbers))
    names, values = zip(*parts, strict=True)
    return Element(_with_parts(symbols, names, "·"), _with_parts(numbers, values), tuple(given))


def product_element(symbols: Math, numbers: Math, at: Index) -> Element | None:
    """Write one element of a matrix product as a row times a column, or None if it is no short one.

    Args:
        symbols: the formula, as x W or hᵀ δ.
        numbers: the same with its arrays.
        at: which element, of a product of matrices.

    >>> from microgradphys.mathematics import Symbol
    >>> from microgradphys.notation import write
    >>> found = product_element(Infix("", (Symbol("x"), Symbol("W"))), Infix("", (Number(np.ones((5, 2))),
    ...     Number(np.ones((2, 8))))), (4, 7))
    >>> write(found.symbols), write(found.numbers)
    ('x[4, :] · W[:, 7]', '1 × 1 + 1 × 1')
    """
    names, factors = _factors(symbols), _factors(numbers)
    if names is None or factors is None or len(at) != 2:
        return None
    left, right = map(_matrix, factors)
    if left is None or right is None or left.shape[1] != right.shape[0] or left.shape[1] > MOST_PRODUCTS:
        return None
    row, column = left[at[0]], right[:, at[1]]
    lines = (_line(names[0], at[0], row=True), _line(names[1], at[1], row=False))
    pairs = tuple(Infix("×", (Number(float(a)), Number(float(b)))) for a, b in zip(row, column, strict=True))
    written = pairs[0] if len(pairs) == 1 else Infix("+", pairs)
    return Element(Infix("·", lines), written, ((lines[0], row), (lines[1], column)))


def elements(given: Iterable[tuple[Math, Any]], at: Index, shape: tuple[int, ...]) -> Given | None:
    """Take the element of each array that belongs to one element of the result; None if one has none.

    >>> from microgradphys.mathematics import Symbol
    >>> elements([(Symbol("b"), np.arange(8.0))], (4, 2), (5, 8))
    ((Item(body=Symbol(name='b'), index='2'), 2.0),)
    """
    found = []
    for name, number in given:
        place = place_in(np.shape(number), at, shape)
        if place is None:
            return None
        found.append((item(name, place), float(np.asarray(number)[place])))
    return tuple(found)


def item(name: Math, at: Index) -> Math:
    """What an element is called.

    >>> from microgradphys.mathematics import Symbol
    >>> item(Symbol("h"), (0, 3))
    Item(body=Symbol(name='h'), index='0, 3')
    """
    return Item(name, ", ".join(map(str, at))) if at else name


def place_in(shape: tuple[int, ...], at: Index, result: tuple[int, ...]) -> Index | None:
    """Which element of an array goes into one element of what it is broadcast to; None if it is not.

    >>> place_in((8,), (4, 2), (5, 8)), place_in((5, 1), (4, 2), (5, 8)), place_in((3,), (4, 2), (5, 8))
    ((2,), (4, 0), None)
    """
    if len(shape) > len(result) or len(at) != len(result):
        return None
    beyond = len(result) - len(shape)
    if any(size not in (1, full) for size, full in zip(shape, result[beyond:], strict=True)):
        return None
    return tuple(0 if size == 1 else k for size, k in zip(shape, at[beyond:], strict=True))


def _pairs(symbols: Math, numbers: Math) -> list[tuple[Math, Math]] | None:
    """The parts of a formula in symbols beside those in numbers, or None where the two are built differently."""
    if isinstance(numbers, Number):
        return None
    ours, theirs = _parts(symbols), _parts(numbers)
    alike = type(symbols) is type(numbers) and len(ours) == len(theirs) > 0
    return list(zip(ours, theirs, strict=True)) if alike else None


def _narrowed(numbers: Math, at: Index, shape: tuple[int, ...]) -> Math | None:
    """One element of every array of a formula in numbers."""
    if isinstance(numbers, Number):
        place = place_in(np.shape(numbers.value), at, shape)
        return None if place is None else Number(float(np.asarray(numbers.value)[place]))
    parts = [_narrowed(part, at, shape) for part in _parts(numbers)]
    kept = tuple(part for part in parts if part is not None)
    return _with_parts(numbers, kept) if kept and len(kept) == len(parts) else None


def _parts(formula: Math) -> tuple[Math, ...]:
    """The parts of a formula that works element by element."""
    match formula:
        case Infix(sign, terms) if sign:
            return terms
        case Call(_, arguments):
            return arguments
        case Negative(body) | Root(body) | Bars(body):
            return (body,)
        case Fraction(top, bottom):
            return top, bottom
        case Power(base, exponent):
            return base, exponent
    return ()


def _with_parts(formula: Math, parts: tuple[Math, ...], times: str = "×") -> Math:
    """The same formula of other parts; numbers are multiplied with `times`, not element by element."""
    match formula:
        case Infix(sign, _):
            return Infix(times if sign == "⊙" else sign, parts)
        case Call():
            return replace(formula, arguments=parts)
        case Fraction():
            return Fraction(*parts)
        case Power():
            return Power(*parts)
        case Negative() | Root() | Bars():
            (body,) = parts
            return replace(formula, body=body)
    return formula


def _factors(formula: Math) -> tuple[Math, Math] | None:
    """The two factors of a matrix product."""
    if isinstance(formula, Infix) and formula.sign == "" and len(formula.terms) == 2:
        return formula.terms[0], formula.terms[1]
    return None


def _matrix(term: Math) -> np.ndarray[Any, Any] | None:
    """The matrix that a factor stands for."""
    if isinstance(term, Transposed):
        inner = _matrix(term.body)
        return None if inner is None else inner.T
    if not isinstance(term, Number) or np.ndim(term.value) != 2:
        return None
    return np.asarray(term.value)


def _line(name: Math, k: int, row: bool) -> Math:
    """What a row or a column of a matrix is called; a row of a transposed one is a column."""
    if isinstance(name, Transposed):
        return _line(name.body, k, not row)
    return Item(name, f"{k}, :" if row else f":, {k}")
