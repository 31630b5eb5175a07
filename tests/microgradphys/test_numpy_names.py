"""No function of numpy loses a Value silently: every public name is called with one, in every place and way."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import numpy as np
import pytest

from microgradphys import Value
from microgradphys.choices import CHOICES
from microgradphys.composed import COMPOSED
from microgradphys.errors import MicrogradphysError, UnsupportedError
from microgradphys.joined import JOINED
from microgradphys.linear_algebra import LINEAR_ALGEBRA
from microgradphys.numpy_calls import COMPARING, INSPECTING
from microgradphys.primitives import QUESTIONS
from microgradphys.products import PRODUCTS
from microgradphys.sampled import SAMPLED

MODULES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft, "np.random": np.random, "np.emath": np.emath}

# What answers with a shape, a truth, a position, a type or a text about a Value.
ABOUT = (
    {row.name for row in QUESTIONS}
    | INSPECTING
    | COMPARING
    | set("isscalar iterable dtype finfo issubdtype promote_types printoptions".split())
)
# Files, settings, and what handles lists of anything.
NOT_A_CALL = set(
    "fromfile fromregex genfromtxt load loadtxt memmap save savetxt savez savez_compressed test "
    "seed set_bit_generator "
    "get_state set_state info show_config show_runtime get_include set_printoptions setbufsize seterr "
    "seterrcall bmat shuffle frompyfunc getbufsize default_rng".split()
)
# What asks an option for its truth, its type or its size, where a Value stands in the place of that option.
AS_AN_OPTION = set(
    "array asanyarray asarray asarray_chkfinite ascontiguousarray asfortranarray asmatrix matrix require can_cast "
    "frombuffer fromiter full_like mintypecode result_type array_equiv angle histogram histogram_bin_edges isin "
    "matrix_rank nan_to_num poly1d real_if_close svd trapezoid unique".split()
)


def names() -> list[Any]:
    """List every public callable of numpy that is no exception, no file and no setting."""
    return [
        pytest.param(getattr(module, name), id=f"{path}.{name}")
        for path, module in MODULES.items()
        for name in sorted(dir(module))
        if not name.startswith("_")
        and name not in NOT_A_CALL
        and callable(function := getattr(module, name))
        and not (inspect.isclass(function) and issubclass(function, (BaseException, np.generic)))
    ]


WRITTEN_HERE = {**COMPOSED, **JOINED, **PRODUCTS, **CHOICES, **SAMPLED, **LINEAR_ALGEBRA}


@pytest.mark.parametrize("name", WRITTEN_HERE)
def test_an_option_that_is_left_out_is_what_numpy_takes(name: str) -> None:
    """What numpy says for "nothing was given" is each function's own matter."""
    numpys = inspect.signature(attrgetter(name)(np)).parameters
    for parameter in inspect.signature(WRITTEN_HERE[name]).parameters.values():
        default = numpys[parameter.name].default if parameter.name in numpys else inspect.Parameter.empty
        if default is not np._NoValue and parameter.default is not inspect.Parameter.empty and parameter.name in numpys:
            assert parameter.default == default


def calls() -> Iterator[tuple[Any, ...]]:
    """Put a Value in the first place, the second and the third, beside arrays and numbers; alone, in lists, as data."""
    for v in (Value([1.0, 2.0]), Value(np.eye(2)), Value(2.0)):
        a = np.array(v.data)
        yield from ((v,), (v, v), (v, v, v), ([v],), ([v, v],), (v, 1), (v, 0, 1), ((v, v), 0))
        yield from ((v, a), ([v, a],), (v, a, a))
        if v.ndim:
            yield from ((a, v), (a, a, v), ([a, v],), (a > 1, [v, v]), (a > 1, v, a))


def inside(result: Any) -> Iterator[Any]:
    """Go through the parts of a result."""
    if isinstance(result, (tuple, list)):
        for part in result:
            yield from inside(part)
    else:
        yield result


def fate(function: Callable[..., Any], args: tuple[Any, ...]) -> str:
    """Say what becomes of the Values in a call."""
    try:
        result = function(*args)
    except MicrogradphysError:
        return "refused"
    except (
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
        LookupError,
        ArithmeticError,
        RuntimeError,
        np.linalg.LinAlgError,
    ):
        return "numpy's own error"
    parts = list(inside(result))
    if any(isinstance(part, np.ndarray) and part.dtype == object for part in parts):
        return "an array of objects"
    return "recorded" if any(isinstance(part, Value) for part in parts) else "plain"


@pytest.mark.parametrize("function", names())
def test_a_value_is_recorded_or_refused_and_never_lost(function: Any) -> None:
    """In no place does a function return a plain result that was computed from a Value, or an array of objects."""
    name = function.__name__ if hasattr(function, "__name__") else type(function).__name__
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for args in calls():
            found = fate(function, args)
            assert found != "an array of objects"
            first = isinstance(args[0], Value) or (isinstance(args[0], list) and isinstance(args[0][0], Value))
            if found == "plain" and name not in ABOUT:
                assert not first, f"{name}{args} lost a Value"
                assert name in AS_AN_OPTION, f"{name}{args} lost a Value"


RECORDED = "exp add matmul sum mean where clip concatenate reshape linalg.norm linalg.solve sort prod".split()


@pytest.mark.parametrize("name", RECORDED)
def test_the_calls_above_do_record(name: str) -> None:
    """The test can tell: what has a row is recorded in at least one of the calls."""
    function: Any = np
    for part in name.split("."):
        function = getattr(function, part)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "recorded" in {fate(function, args) for args in [*calls(), (Value(np.eye(2)), (4,))]}


def test_the_calls_above_tell_a_loss() -> None:
    """The test can fail: a function that reads the data is found out."""
    assert fate(lambda v: np.exp(v.data), (Value([1.0, 2.0]),)) == "plain"
    assert fate(lambda v: np.fromiter([v], object), (Value([1.0, 2.0]),)) == "an array of objects"


UFUNCS = sorted(
    {
        function.__name__
        for name in dir(np)
        if isinstance(function := getattr(np, name), np.ufunc)
        and (function.nin, function.nout, function.signature) == (2, 1, None)
    }
)


@pytest.mark.parametrize("name", UFUNCS)
@pytest.mark.parametrize("method", ["reduce", "accumulate", "outer", "at", "reduceat"])
def test_methods_of_ufuncs_are_refused_by_name(name: str, method: str) -> None:
    """`np.add.reduce(v)` and its kin: the message names function and method."""
    v, a = Value([1.0, 2.0]), np.array([1.0, 2.0])
    ways = {"at": [(v, 0, 1), (a, 0, v)], "reduceat": [(v, [0])], "outer": [(v, a), (a, v)]}.get(method, [(v,)])
    for args in ways:
        with pytest.raises(UnsupportedError, match=rf"np\.{name}\.{method} has no row"):
            getattr(getattr(np, name), method)(*args)


OPTIONS: list[tuple[str, Any]] = [
    ("out", np.zeros(2)),
    ("where", np.array([True, False])),
    ("dtype", np.float32),
    ("casting", "unsafe"),
    ("order", "F"),
    ("subok", False),
]


@pytest.mark.parametrize("name", ["exp", "tanh", "add", "multiply", "maximum", "power", "square", "negative"])
@pytest.mark.parametrize(("option", "given"), OPTIONS)
def test_options_of_ufuncs_are_refused_by_name(name: str, option: str, given: Any) -> None:
    """An option that is not followed is not ignored either."""
    function = getattr(np, name)
    args = (Value([1.0, 2.0]),) * function.nin
    with pytest.raises(UnsupportedError, match=rf"np\.{name} is recorded without its option {option}="):
        function(*args, **{option: given})


@pytest.mark.parametrize("name", "sum mean prod max min amax std var cumsum cumprod".split())
@pytest.mark.parametrize("option", ["out", "dtype", "where", "initial"])
def test_options_of_reductions_are_refused_by_name(name: str, option: str) -> None:
    """Those that numpy's own function has."""
    function = getattr(np, name)
    if option in inspect.signature(function).parameters:
        given = {"out": np.zeros(()), "dtype": np.float32, "where": [True, False], "initial": 1.0}[option]
        with pytest.raises(UnsupportedError, match=rf"np\.{name} is recorded without its option {option}="):
            function(Value([1.0, 2.0]), **{option: given})


@pytest.mark.parametrize("name", [row.name for row in QUESTIONS if row.name != "argsort" and hasattr(np, row.name)])
def test_nothing_is_written_into_a_value(name: str) -> None:
    """Not even a truth, by a function that only looks."""
    function, v = getattr(np, name), Value([1.0, 2.0])
    with pytest.raises(UnsupportedError, match=f"np.{name} cannot write into a Value"):
        function(*([5.0, 7.0],) * getattr(function, "nin", 1), out=v)
    with pytest.raises(UnsupportedError, match="out="):
        np.exp([5.0, 7.0], out=v)
    assert v.data.tolist() == [1.0, 2.0]


SIGNS = ["+", "-", "*", "/", "//", "%", "**", "@"]


@pytest.mark.parametrize("sign", SIGNS)
def test_in_place_operators_make_a_new_value(sign: str) -> None:
    """`v += 1` gives the name to a new node and leaves the old one as it was."""
    for held in (np.full((2, 2), 3.0), 3.0):
        if sign == "@" and isinstance(held, float):
            continue
        v = Value(held)
        space: dict[str, Any] = {"v": v, "a": np.full((2, 2), 2.0)}
        exec(f"v {sign}= a", space)
        assert space["v"] is not v
        assert space["v"].parents[0] is v
        np.testing.assert_array_equal(v.data, held)


@pytest.mark.parametrize("sign", SIGNS)
def test_an_array_does_not_take_a_value_in(sign: str) -> None:
    """`array += v` is refused for arrays of any kind, and the array stays what it was."""
    for array in (np.full((2, 2), 3.0), np.full((2, 2), 3), np.full((2, 2), 3.0, np.float32)):
        before = array.copy()
        with pytest.raises(UnsupportedError, match="out="):
            exec(f"array {sign}= v", {"array": array, "v": Value(np.full((2, 2), 2.0))})
        np.testing.assert_array_equal(array, before)
        with pytest.raises((TypeError, ValueError)):
            array[0, 0] = Value(1.0)
        with pytest.raises(UnsupportedError):
            array[:] = Value(np.eye(2))


@pytest.mark.parametrize("sign", SIGNS[:-1])
def test_numbers_become_values_in_place(sign: str) -> None:
    """`number += v` rebinds, for Python's numbers and numpy's."""
    for number in (3, 3.0, True, np.float64(3.0), np.float32(3.0), np.int64(3)):
        space: dict[str, Any] = {"n": number, "v": Value(2.0)}
        exec(f"n {sign}= v", space)
        assert type(space["n"]) is Value


@pytest.mark.parametrize("kind", [np.bool_, np.int8, np.uint8, np.int32, np.int64, np.uint64, np.float16])
def test_integers_and_truths_are_promoted(kind: Any) -> None:
    """As data, as an operand of float64 and of float32 data: never less than float64, nor a truncated result."""
    a = np.array([0, 1, 1], kind)
    assert Value(a).dtype == (Value([1.0]) + a).dtype == np.float64
    x = Value([0.5, 1.5, 2.5])
    (x * a).sum().backward()
    assert x.grad.tolist() == [0.0, 1.0, 1.0]
    assert (Value(a) / 2).data.tolist() == [0.0, 0.5, 0.5]


def test_a_number_does_not_widen_float32() -> None:
    """Python's numbers and numpy's are weak on either side of every operator; arrays are not."""
    v = Value(np.ones(2, np.float32))
    for number in (2, 2.5, True, np.float64(2.5), np.int64(2)):
        for text in (
            "v + n",
            "n + v",
            "v * n",
            "n / v",
            "v ** n",
            "n ** v",
            "np.maximum(v, n)",
            "np.where(True, n, v)",
        ):
            y = eval(text, {"v": v, "n": number, "np": np})
            assert y.dtype == np.float32, (text, number)
            y.sum().backward()
            assert v.grad.dtype == np.float32
    assert (v + np.ones(2)).dtype == np.float64
