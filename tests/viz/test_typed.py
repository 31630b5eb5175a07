"""What a student types: right in many spellings, refused when it is not arithmetic, never executed."""

import math

import pytest
from spellings import REFUSED, SPELLINGS

from microgradphys.errors import InputError
from viz.teaching.typed import fits, nearly, read


@pytest.mark.parametrize(("text", "number"), SPELLINGS)
def test_a_number_is_understood_however_it_is_written(text, number):
    assert read(text).value == pytest.approx(number)


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_with_the_fix(text):
    with pytest.raises(InputError, match=r"type (a number|it),? as 0\.25|at most 200 letters"):
        read(text)


def test_names_are_to_be_replaced_by_numbers():
    with pytest.raises(InputError, match=r"^put numbers in the place of x, w; type it as 0\.25"):
        read("x*w")
    with pytest.raises(InputError, match="'help' is not a number"):
        read("help")


def test_huge_powers_end_at_once():
    assert read("9^9^9").value == math.inf
    assert math.isnan(read("(0-1)^0.5").value)


@pytest.mark.parametrize(
    ("text", "number", "right"),
    [
        ("0.1762", 0.17609854, True),
        ("0.176", 0.17609854, True),
        ("0.18", 0.17609854, False),
        ("0.177", 0.17609854, False),
        ("0.1765", 0.17609854, False),
        ("1.00", 1.0049, True),
        ("12300", 12345.0, True),
        ("12000", 12345.0, False),
        ("12,300.0", 12345.0, False),
        ("1000", 1004.0, True),
        ("100", 100.4, True),
        ("100", 101.0, False),
        ("17.6%", 0.17609854, True),
        ("18%", 0.17609854, False),
        ("-0", 0.0, True),
        ("1e-320", 1e-320, True),
        ("1.23e300", 1.2345e300, True),
        ("1.3e300", 1.2345e300, False),
        ("1.23e4", 12345.0, True),
        ("0", 0.0, True),
        ("0.001", 0.0, False),
        ("0.5", 0.5, True),
        ("nan", math.nan, True),
        ("inf", math.inf, True),
        ("-inf", math.inf, False),
        ("5", math.nan, False),
    ],
)
def test_the_tolerance(text, number, right):
    assert fits(read(text), number) is right


def test_a_difference_of_rounding_errors_is_zero():
    assert fits(read("0"), 5.5e-17, scale=0.3)
    assert not fits(read("0"), 5.5e-4, scale=0.3)


def test_coarse_and_close():
    assert nearly(read("0.18"), 0.17609854) == "coarse"
    assert nearly(read("0.1765"), 0.17609854) == "close"
    assert nearly(read("0.3"), 0.17609854) == ""
    assert nearly(read("0"), 0.01) == ""
