"""One element of a formula of arrays, with the numbers that it is made of."""

import numpy as np
import pytest

from microgradphys.mathematics import Call, Fraction, Infix, Number, Power, Symbol, Transposed
from microgradphys.notation import write
from viz.teaching.elements import element_of, elements, place_in, product_element

A, B = np.arange(40.0).reshape(5, 8), np.arange(8.0) + 1


@pytest.mark.parametrize(
    ("symbols", "numbers", "written", "counted"),
    [
        (Power(Symbol("a"), Number(2.0)), Power(Number(A), Number(2.0)), "(a[1, 2])²", "10²"),
        (Fraction(Symbol("a"), Symbol("b")), Fraction(Number(A), Number(B)), "a[1, 2] / b[2]", "10 / 3"),
        (Call("tanh", (Symbol("a"),)), Call("tanh", (Number(A),)), "tanh(a[1, 2])", "tanh(10)"),
        (Infix("⊙", (Symbol("a"), Symbol("b"))), Infix("⊙", (Number(A), Number(B))), "a[1, 2] · b[2]", "10 × 3"),
        (Call("f", (Symbol("a"),), True), Infix("−", (Number(1.0), Number(A))), "f′(a)[1, 2]", "1 − 10"),
    ],
)
def test_elementwise_formulas_take_the_elements_in_the_same_place(symbols, numbers, written, counted):
    found = element_of(symbols, numbers, (1, 2), (5, 8))
    assert found is not None
    assert write(found.symbols).replace("(a[1, 2])", "a[1, 2]") == written.replace("(a[1, 2])", "a[1, 2]")
    assert write(found.numbers) == counted


def test_what_is_not_broadcast_has_no_element():
    assert element_of(Call("f", (Symbol("a"),)), Call("f", (Number(np.ones(3)),)), (1, 2), (5, 8)) is None
    assert elements([(Symbol("a"), np.ones((9, 9)))], (1, 2), (5, 8)) is None
    assert place_in((2, 5, 8), (1, 2), (5, 8)) is None


def test_a_row_of_a_transposed_matrix_is_a_column():
    symbols = Infix("", (Transposed(Symbol("x")), Symbol("δ")))
    numbers = Infix("", (Transposed(Number(A[:, :3])), Number(A)))
    found = product_element(symbols, numbers, (2, 7))
    assert found is not None
    assert write(found.symbols) == "x[:, 2] · δ[:, 7]"
    assert sum(a * b for a, b in zip(*(number for _, number in found.given), strict=True)) == (A[:, :3].T @ A)[2, 7]


@pytest.mark.parametrize("inner", [9, 100])
def test_long_products_are_drudgery(inner):
    numbers = Infix("", (Number(np.ones((2, inner))), Number(np.ones((inner, 2)))))
    assert product_element(Infix("", (Symbol("x"), Symbol("W"))), numbers, (0, 0)) is None
