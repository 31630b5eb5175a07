"""Conditions of breakpoints: the grammar, its mistakes, and what numpy says of the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import neuron, story

from microgradphys import Value
from microgradphys.errors import InputError
from viz import Storyboard
from viz.steps import Move, Phase, Telling
from viz.terminal.conditions import ADJECTIVES, QUANTITIES, is_condition, parse, quantity_of

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
RELATIONS = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


def move(value: object, phase: Phase = "backward") -> Move:
    """A move with this number, of which nothing is told."""

    def tell(place: int) -> Telling:
        raise AssertionError("a condition looks at numbers only")

    return Move("", 0, phase, 0, None, value, tell)


@settings(deadline=None)
@given(
    st.one_of(NUMBERS, st.lists(NUMBERS, min_size=1, max_size=4).map(np.array)),
    st.sampled_from(sorted(RELATIONS)),
    st.floats(allow_nan=False),
    st.booleans(),
)
def test_a_comparison_is_numpys_of_any_element(value: object, relation: str, number: float, absolute: bool) -> None:
    """Of floats and of arrays, nan and infinity too."""
    what = "|gradient|" if absolute else "gradient"
    numbers = np.abs(value) if absolute else np.asarray(value)  # type: ignore[arg-type]
    wanted = bool(np.any(RELATIONS[relation](numbers, number)))
    assert parse(f"{what} {relation} {number!r}").met(move(value)) is wanted


@settings(deadline=None)
@given(st.one_of(NUMBERS, st.lists(NUMBERS, min_size=1, max_size=4).map(np.array)))
def test_an_adjective_is_numpys_of_any_element(value: object) -> None:
    """And its negation asks for any element that is not."""
    numbers = np.asarray(value)
    meanings = {
        "finite": np.isfinite(numbers), "infinite": np.isinf(numbers), "nan": np.isnan(numbers),
        "zero": numbers == 0, "negative": numbers < 0, "positive": numbers > 0,
    }  # fmt: skip
    assert set(meanings) == set(ADJECTIVES)
    for word, meaning in meanings.items():
        assert parse(f"value is {word}").met(move(value, "forward")) is bool(np.any(meaning))
        assert parse(f"value is not {word}").met(move(value, "forward")) is bool(np.any(~meaning))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("|gradient|<1e-6", "|gradient| < 1e-06"),
        ("gradient   >100", "gradient > 100"),
        ("value is not finite", "value is not finite"),
        ("contribution is nan", "contribution is nan"),
        ("gradient = 0", "gradient == 0"),
        ("local ≤ −2.5", "local <= -2.5"),
        ("value != inf", "value != inf"),
        ("| total | >= 1 and upstream > 0 or local is zero", "|total| >= 1 and upstream > 0 or local is zero"),
    ],
)
def test_what_is_typed_and_what_is_understood(text: str, written: str) -> None:
    """Signs and blanks are free; what is understood can be typed again."""
    assert is_condition(text)
    assert str(parse(text)) == written
    assert str(parse(written)) == written


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends too early"),
        ("gradient", "compared with nothing"),
        ("gradient <", "a number is missing"),
        ("gradient < x", "a number is missing"),
        ("|gradient < 1", "a bar .* is not closed"),
        ("speed > 1", "'speed' in the condition 'speed > 1' is not one of value, gradient"),
        ("gradient is", "must be one of finite"),
        ("gradient is not huge", "must be one of finite"),
        ("gradient > 1 xor value > 2", "'xor' after 'gradient > 1'"),
        ("gradient > 1 and", "ends too early"),
        ("gradient > __import__('os')", "a number is missing"),
    ],
)
def test_a_mistake_is_named(text: str, message: str) -> None:
    """With the condition, and how to write it."""
    with pytest.raises(InputError, match=message):
        parse(text)


def test_and_binds_tighter_than_or() -> None:
    """a or b and c is a or (b and c)."""
    condition = parse("gradient > 5 or gradient > 0 and gradient < 1")
    assert [condition.met(move(x)) for x in (6.0, 0.5, 3.0)] == [True, True, False]


def test_a_quantity_that_a_move_lacks_meets_no_test() -> None:
    """Neither a comparison nor its contrary."""
    value, gradient = move(1.0, "forward"), move(1.0)
    for text in ("gradient == 1", "gradient != 1", "local is finite", "local is not finite", "total < 9"):
        assert not parse(text).met(value)
    assert parse("gradient == 1").met(gradient)
    assert not parse("value == 1").met(gradient)


def test_quantities_are_those_of_the_move() -> None:
    """As the storyboard has them."""
    board = story(neuron())
    step = board.steps[8].move
    found = {name: quantity_of(step, name) for name in QUANTITIES}
    assert found == {
        "value": None, "gradient": step.value, "local": step.local, "contribution": step.contribution,
        "upstream": step.upstream, "total": step.total,
    }  # fmt: skip


def test_an_array_is_met_by_any_element() -> None:
    """One element that is not finite is enough."""
    w = Value([1.0, 2.0], "w")
    board = Storyboard((w * [np.inf, 1.0]).sum())
    assert [parse("value is not finite").met(m) for m in board.moves[:2]] == [True, True]
    assert not parse("|local| < 0.5").met(board.moves[0])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(gradient>1)", "gradient > 1"),
        ("not gradient > 1", "not gradient > 1"),
        ("not not gradient > 1", "not not gradient > 1"),
        ("(gradient > 5 or gradient < 1) and gradient is not zero",
         "(gradient > 5 or gradient < 1) and gradient is not zero"),
        ("not (gradient > 5 or gradient < 1)", "not (gradient > 5 or gradient < 1)"),
        ("((gradient > 5 and (gradient < 9)) or gradient is zero)",
         "gradient > 5 and gradient < 9 or gradient is zero"),
        ("(|gradient| > 5 or gradient < 1) and (gradient > 0 or gradient is nan)",
         "(|gradient| > 5 or gradient < 1) and (gradient > 0 or gradient is nan)"),
    ],
)  # fmt: skip
def test_parentheses_and_not(text: str, written: str) -> None:
    """What is understood can be typed again, and means what Python means by it."""
    assert is_condition(text)
    condition = parse(text)
    assert str(condition) == written == str(parse(written))
    for x in (-7.0, 0.0, 0.5, 6.0, 12.0):
        meaning = text.replace("|gradient|", "abs(x)").replace("gradient is not zero", "x != 0")
        meaning = meaning.replace("gradient is zero", "x == 0").replace("gradient is nan", "x != x")
        assert condition.met(move(x)) is eval(meaning.replace("gradient", "x"), {"x": x})
        assert not condition.met(move(x, "forward")), "a move without a gradient meets neither a test nor its contrary"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(gradient > 1", "a parenthesis is not closed after 'gradient > 1'"),
        ("gradient > 1)", "there is no '[(]' for it"),
        ("()", "is not one of value"),
        ("not", "ends too early"),
        ("(" * 400 + "gradient > 1" + ")" * 400, "more than 50 parentheses"),
        ("not " * 400 + "gradient > 1", "more than 50 parentheses"),
    ],
)
def test_a_mistake_with_parentheses_is_named(text: str, message: str) -> None:
    """Whatever the depth."""
    with pytest.raises(InputError, match=message):
        parse(text)
