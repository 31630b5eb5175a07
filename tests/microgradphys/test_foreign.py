"""Attributes that a Value has in other libraries: the message says what they are called here, and is right."""

import re
from operator import attrgetter

import numpy as np
import pytest

import microgradphys
from microgradphys import Value
from microgradphys.errors import ForeignError, UnsupportedError
from microgradphys.foreign import ADVICE, Elsewhere


@pytest.mark.parametrize(
    ("name", "instead"),
    [("_prev", ".parents"), ("_op", ".op"), ("item", ".data"), ("at", "set_at(value, index, new)"), ("t", "value.T")],
)
def test_an_attribute_of_another_library_says_what_it_is_called_here(name: str, instead: str) -> None:
    """Instead of leaving the newcomer to search."""
    with pytest.raises(ForeignError, match=f"has no attribute '{name}': .*{re.escape(instead)}"):
        getattr(Value(2.0), name)


@pytest.mark.parametrize("name", ["sin", "abs", "dot", "acos", "argmax", "median", "isnan"])
def test_a_function_of_numpy_that_is_no_method_is_named(name: str) -> None:
    """Where there is a row for it, under whichever of numpy's names."""
    with pytest.raises(AttributeError, match=rf"use the function np\.{name}$"):
        getattr(Value(0.5), name)


@pytest.mark.parametrize("name", ["nbytes", "tobytes", "real", "fill"])
def test_an_attribute_of_an_array_is_that_of_the_data(name: str) -> None:
    """Where a Value has nothing to do with it."""
    with pytest.raises(AttributeError, match=rf"its array is its \.data, which has {name}$"):
        getattr(Value([0.5]), name)


def test_setting_such_an_attribute_says_the_same() -> None:
    """`e.label = "e"` is what lectures write."""
    with pytest.raises(ForeignError, match=r"its name is its \.name"):
        Value(2.0).label = "e"  # type: ignore[attr-defined]


def test_an_attribute_that_nobody_has_is_an_ordinary_attribute_error() -> None:
    """So that hasattr works as ever, and Python's own "did you mean"."""
    assert not hasattr(Value(2.0), "wings")
    assert not hasattr(Value(2.0), "item")
    with pytest.raises(AttributeError, match="'Value' object has no attribute 'dta'"):
        _ = Value(2.0).dta  # type: ignore[attr-defined]


def test_what_a_value_has_is_all_that_is_listed() -> None:
    """A notebook completes names that work."""
    listed = dir(Value(2.0))
    assert {"data", "grad", "backward", "T"} < set(listed)
    assert not {"item", "sin", "_prev"} & set(listed)


def test_methods_of_our_own_are_left_alone() -> None:
    """tanh and sum are functions of numpy and methods here."""
    assert Value(0.0).tanh().data == Value([1.0, -1.0]).sum().data == 0.0


def test_no_advice_is_about_what_a_value_has() -> None:
    """Such advice would never be given."""
    assert [name for name in ADVICE if not isinstance(vars(Value)[name], Elsewhere)] == []


@pytest.mark.parametrize("name", ADVICE)
def test_advice_names_only_what_there_is(name: str) -> None:
    """Attributes, functions of numpy and functions of ours."""
    value = Value([[1.0, 2.0]])
    for attribute in re.findall(r"(?:value| its|whose|;) ?\.(\w+)", ADVICE[name]):
        assert hasattr(value, attribute)
    for module, function in re.findall(r"\b(np|microgradphys)\.([\w.]+)", ADVICE[name]):
        assert callable(attrgetter(function)({"np": np, "microgradphys": microgradphys}[module]))


def test_assigning_to_elements_says_what_to_write() -> None:
    """A node is what was computed; a changed copy is another node."""
    x = Value([1.0, 2.0])
    with pytest.raises(UnsupportedError, match=r"not changed in place; x = microgradphys\.set_at\(x, index, new\)"):
        x[0] = 5.0
