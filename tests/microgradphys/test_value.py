"""Value: what it takes, what it refuses, and what it records."""

import copy
import math
import operator
import pickle
import threading
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, compile, constant, grad, no_grad, relu, scope, sigmoid, value_and_grad
from microgradphys.data import as_data
from microgradphys.errors import DataError, GradientError, MicrogradphysError, ShapeError, UnsupportedError
from microgradphys.rerun import recorded_again


@pytest.mark.parametrize("data", [2, 2.0, True, np.float64(2), np.int64(2), np.int8(2), np.bool_(True)], ids=repr)
def test_a_number_becomes_a_float(data: Any) -> None:
    """Python's and numpy's numbers are held as a Python float."""
    assert type(Value(data).data) is float
    assert Value(data).data == float(data)


@pytest.mark.parametrize(
    "data", [[1, 2], (1.0, 2.0), np.array([1, 2], np.int32), np.array([1, 2], np.float16)], ids=repr
)
def test_anything_array_like_becomes_float64(data: Any) -> None:
    """Lists, tuples and arrays of other types are held as float64 arrays."""
    assert Value(data).dtype == np.float64
    assert Value(data).data.tolist() == [1.0, 2.0]


def test_float32_stays_float32_through_operations_and_gradients() -> None:
    """Numbers and float64 scalars do not widen a float32 array."""
    x = Value(np.array([0.5, -1.5], np.float32))
    y = sigmoid(np.tanh(2 * x + 1.0) / np.float64(3)) ** 2 - relu(x)
    y.mean().backward()
    assert y.dtype == x.grad.dtype == np.float32


def test_a_float32_number_stays_one() -> None:
    """A float32 scalar is held as it is, not as a Python float."""
    assert (Value(np.float32(1.5)) * 2).dtype == np.float32


def test_astype_turns_one_float_into_the_other_and_into_nothing_else() -> None:
    """The gradient comes back in the type of the leaf."""
    x = Value([0.5, 0.1])
    y = x.astype(np.float32)
    y.sum().backward()
    assert (y.dtype, x.grad.dtype) == (np.float32, np.float64)
    assert y.data.tolist() == np.array([0.5, 0.1], np.float32).tolist()
    with pytest.raises(DataError, match="astype: a Value holds float32 or float64, not int64; use"):
        x.astype(np.int64)


def test_floats_stay_floats() -> None:
    """Python floats give a Python float, forward and back, whatever is done with them."""
    x = Value(0.7)
    y = -((x * 2 + 1) / 3 - x**2).tanh().exp().log().sqrt().sigmoid().relu() + abs(np.sin(x))
    y.sum().backward()
    assert type(y.data) is type(x.grad) is float


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (1j, "complex numbers"),
        (np.array([1j]), "complex numbers"),
        ("1.5", "text"),
        (["a"], "text"),
        (b"1", "text"),
        (None, "objects"),
        (object(), "objects"),
        ({"a": 1}, "objects"),
        ([1.0, None], "objects"),
        ([[1.0], [1.0, 2.0]], "inhomogeneous"),
        (10**400, "too large"),
    ],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
@pytest.mark.parametrize("make", [Value, constant, lambda data: Value(1.0) * data])
def test_data_that_cannot_be_differentiated_is_refused_with_the_reason(make: Any, data: Any, why: str) -> None:
    """Complex numbers, text, objects and ragged lists raise a TypeError that says so."""
    with pytest.raises(DataError, match=why) as caught:
        make(data)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, MicrogradphysError)


def test_a_value_of_values_is_refused() -> None:
    """Neither a Value nor a list of them is data."""
    v = Value(1.0)
    with pytest.raises(DataError, match="is a Value already"):
        Value(v)
    with pytest.raises(DataError, match=r"use its \.data"):
        Value([v, v])


def test_long_data_is_shortened_in_the_message() -> None:
    """An error message does not fill the screen."""
    with pytest.raises(DataError) as caught:
        Value("x" * 10_000)
    assert len(str(caught.value)) < 200


def test_data_is_a_copy_of_what_was_given() -> None:
    """Changing the caller's array afterwards has no effect, on a leaf, a constant or an operand."""
    given = np.array([1.0, 2.0])
    leaf, fixed = Value(given), constant(given)
    y = leaf * given
    given[:] = 9.0
    assert leaf.data.tolist() == fixed.data.tolist() == [1.0, 2.0]
    y.sum().backward()
    assert leaf.grad.tolist() == [1.0, 2.0]


def test_an_index_is_a_copy_of_what_was_given() -> None:
    """Changing the caller's index array afterwards does not move the gradient."""
    x, array, nested = Value([1.0, 2.0, 3.0]), np.array([0, 0]), [0]
    y = x[array].sum() + x[nested,].sum()
    array[:], nested[0] = 2, 2
    y.backward()
    assert x.grad.tolist() == [3.0, 0.0, 0.0]


def test_assigned_data_is_a_copy_too() -> None:
    """Two leaves given the same array do not share it."""
    x, y = Value([1.0]), Value([2.0])
    x.data = y.data
    x.data[0] = 5.0
    assert y.data[0] == 2.0


def test_computed_data_and_constants_are_read_only() -> None:
    """Only a leaf's array can be changed in place."""
    x, c = Value([1.0, 2.0]), constant([1.0, 2.0])
    c.data = [3.0, 4.0]
    for node in (x * 2, x.reshape(2, 1), x + 0, c, Value(np.float32(1)) * 2):
        with pytest.raises(ValueError, match="read-only"):
            node.data[...] = 0.0


def test_the_data_of_a_computed_node_cannot_be_assigned() -> None:
    """The message names the node and says what to do."""
    y = (Value(1.0) * 2).named("y")
    with pytest.raises(GradientError, match="'y' was computed, so its data cannot be set; set the data of the leaves"):
        y.data = 3.0


def test_attributes_describe_the_data() -> None:
    """Shape, ndim, size, dtype and len are numpy's."""
    v = Value(np.ones((2, 3)))
    assert (v.shape, v.ndim, v.size, v.dtype, len(v)) == ((2, 3), 2, 6, np.float64, 2)
    s = Value(1.0)
    assert (s.shape, s.ndim, s.size, s.dtype) == ((), 0, 1, np.float64)
    assert (np.shape(v), np.ndim(v), np.size(v)) == ((2, 3), 2, 6)


def test_a_number_has_no_length_and_nothing_to_iterate() -> None:
    """Asking a number for its first axis says that it has none."""
    with pytest.raises(ShapeError, match="has no length"):
        len(Value(1.0))
    with pytest.raises(ShapeError, match="has no length"):
        iter(Value(1.0))


def test_iteration_gives_recorded_elements() -> None:
    """Going through the first axis records each element."""
    x = Value([1.0, 2.0, 3.0])
    a, b, c = x
    (a * b + c).backward()
    assert x.grad.tolist() == [2.0, 1.0, 1.0]


def test_an_index_outside_raises_numpys_index_error() -> None:
    """Loops that rely on IndexError keep working."""
    with pytest.raises(IndexError):
        Value([1.0])[3]


def test_an_index_must_be_plain() -> None:
    """A Value as an index would lose its gradient, so it is refused."""
    with pytest.raises(DataError, match="an index has no gradient"):
        Value([1.0, 2.0])[Value(1.0)]


def test_parents_are_ordered_and_repeat() -> None:
    """x·x has two edges, and a − b knows which is which."""
    x, y = Value(3.0), Value(2.0)
    assert (x * x).parents == (x, x)
    assert (x - y).parents[0] is x
    assert (1 - y).parents[1] is y
    assert (x * y).op == "multiply"
    assert (x.op, x.parents) == (None, ())


NUMBERS = [2, 2.0, True, np.float64(2), np.float32(2), np.int64(2)]
OPERANDS = [*NUMBERS, [1.0, 2.0], np.array([1.0, 2.0]), np.array([[1], [2]]), np.array(2.0)]


@pytest.mark.parametrize("other", OPERANDS, ids=repr)
@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "**", "//", "%"])
@pytest.mark.parametrize("held", [1.5, np.array([1.5, 2.5])], ids=["number", "array"])
def test_operators_and_their_reflections_give_values(held: Any, sign: str, other: Any) -> None:
    """With a number, a list or an array on either side the result is one Value, with numpy's numbers."""
    for text in (f"v {sign} other", f"other {sign} v"):
        result = eval(text, {"v": Value(held), "other": other})
        expected = eval(text, {"v": held, "other": np.asarray(other)})
        assert type(result) is Value
        np.testing.assert_allclose(result.data, expected, rtol=1e-15)


def test_matmul_and_its_reflection_give_values() -> None:
    """`array @ v` and `v @ array` are one Value each."""
    a, v = np.array([[1.0, 2.0], [3.0, 4.0]]), Value([1.0, 1.0])
    assert type(a @ v) is type(v @ a) is Value
    assert (a @ v).data.tolist() == [3.0, 7.0]
    assert (v @ a).data.tolist() == [4.0, 6.0]


@pytest.mark.parametrize(
    ("call", "op"),
    [
        (lambda v: np.tanh(v), "tanh"),
        (lambda v: np.abs(v), "absolute"),
        (lambda v: np.true_divide(v, 2), "divide"),
        (lambda v: np.pow(v, 2), "power"),
        (lambda v: np.around(v, 1), "round"),
        (lambda v: np.fabs(v), "absolute"),
        (lambda v: np.radians(v), "deg2rad"),
        (lambda v: np.degrees(v), "rad2deg"),
        (lambda v: np.atan2(v, 2), "arctan2"),
        (lambda v: np.mod(v, 2), "remainder"),
        (lambda v: np.positive(v), "positive"),
        (lambda v: np.maximum(0.0, v), "maximum"),
        (lambda v: np.where(v > 1, v, 0.0), "where"),
        (lambda v: np.sum(v, 0), "sum"),
        (lambda v: np.sum(v, 0, None, None, True), "sum"),
        (lambda v: np.mean(v, axis=-1, keepdims=True), "mean"),
        (lambda v: np.reshape(v, (3, 2)), "reshape"),
        (lambda v: np.transpose(v, (1, 0)), "transpose"),
        (lambda v: np.permute_dims(v), "transpose"),
        (lambda v: np.swapaxes(v, 0, 1), "swapaxes"),
        (lambda v: np.expand_dims(v, 0), "expand_dims"),
        (lambda v: np.squeeze(v), "squeeze"),
        (lambda v: np.broadcast_to(v, (2, 2, 3)), "broadcast_to"),
        (lambda v: np.outer(v, [1.0]), "outer"),
        (lambda v: np.matmul([1.0, 1.0], v), "matmul"),
        (lambda v: v.T, "transpose"),
        (lambda v: v.transpose(), "transpose"),
        (lambda v: v.transpose(1, 0), "transpose"),
        (lambda v: v.transpose((1, 0)), "transpose"),
        (lambda v: v.reshape(3, 2), "reshape"),
        (lambda v: v.reshape(-1), "reshape"),
        (lambda v: v.sum(axis=1), "sum"),
        (lambda v: v.mean(), "mean"),
        (lambda v: v[0], "getitem"),
        (lambda v: sigmoid(v), "sigmoid"),
        (lambda v: relu(v), "relu"),
    ],
)
def test_numpys_functions_and_methods_record_and_agree_with_numpy(call: Any, op: str) -> None:
    """Each records one node of its row, whose data is what numpy computes."""
    data = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]])
    result = call(Value(data))
    assert result.op == op
    if op not in ("sigmoid", "relu"):
        np.testing.assert_allclose(np.asarray(result.data), call(data))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda v: np.unwrap(v), "np.unwrap has no row"),
        (lambda v: np.linalg.cond(v), "np.linalg.cond has no row"),
        (lambda v: np.spacing(v), "spacing has no row"),
        (lambda v: np.array([1.0]) ^ v, "bitwise_xor has no row"),
        (lambda v: np.nanmedian(v), "np.nanmedian has no row"),
        (lambda v: np.emath.sqrt(v), "sqrt has no row"),
        (lambda v: np.add.reduce(v), r"np.add.reduce has no row"),
        (lambda v: np.multiply.outer(v, v), r"np.multiply.outer has no row"),
        (lambda v: np.add.at(v, 0, 1), r"np.add.at has no row"),
        (lambda v: np.add(v, 1, out=np.zeros(2)), r"np.add is recorded without its option out="),
        (lambda v: np.add(v, 1, np.zeros(2)), r"np.add is recorded without its option out="),
        (lambda v: np.exp(v, where=[True, False]), r"np.exp is recorded without its option where="),
        (lambda v: np.sum(v, dtype=float), r"np.sum is recorded without its option dtype="),
        (lambda v: np.sum(v, initial=1.0), r"np.sum is recorded without its option initial="),
        (lambda v: np.sum(v, initial=1.0, dtype=float), r"np.sum is recorded without its option dtype=, initial=;"),
        (lambda v: np.reshape(v, (1, 2), "F"), r"np.reshape is recorded without its option order="),
        (lambda v: np.where(v), "np.where is recorded with 3 positional arguments, not 1"),
        (
            lambda v: np.median(v, 0, None),
            r"np.median is recorded as median\(a, axis=None, \*, keepdims=False\): too many",
        ),
        (lambda v: np.sum(v, axis=v), "np.sum: its options are not differentiated"),
        (lambda v: np.asarray(v), "does not turn into a plain array"),
        (lambda v: np.array([v, v]), "does not turn into a plain array"),
        (lambda v: np.float64(v), "does not turn into a plain array"),
    ],
)
def test_what_numpy_cannot_record_is_refused_by_name(call: Any, named: str) -> None:
    """A function, option or method without a row raises a TypeError that names it."""
    with pytest.raises(UnsupportedError, match=named) as caught:
        call(Value([1.0, 2.0]))
    assert isinstance(caught.value, TypeError)


def test_an_array_cannot_take_a_value_in_place() -> None:
    """`array += v` would lose the recording, so it is refused."""
    array = np.ones(2)
    with pytest.raises(UnsupportedError, match=r"out=; leave it out and write a = a \+ b where it comes from a \+= b"):
        array += Value([1.0, 2.0])


def test_several_values_become_one_by_stack() -> None:
    """The message of what does not keep gradients names what does."""
    a, b = Value(1.0), Value(2.0)
    with pytest.raises(UnsupportedError, match=r"np\.stack\(\[\.\.\.\]\) to make one Value of several"):
        np.array([a, b])
    np.stack([a, b])[1].backward()
    assert (a.grad, b.grad) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a, b: a + b, r"add: shapes \(2,\) and \(3,\) do not fit"),
        (lambda a, b: a @ b, r"matmul: shapes \(2,\) and \(3,\) do not fit"),
        (lambda a, b: np.maximum(a, b), r"maximum: shapes \(2,\) and \(3,\) do not fit"),
        (lambda a, b: np.where([True], a, b), r"where: shapes \(1,\) and \(2,\) and \(3,\) do not fit"),
        (lambda a, b: np.sum(a, axis=5), r"sum: shapes \(2,\), axis=5 do not fit"),
        (lambda a, b: a.reshape(3), r"reshape: shapes \(2,\), shape=3 do not fit"),
        (lambda a, b: np.broadcast_to(a, (3,)), r"broadcast_to: shapes \(2,\), shape=\(3,\) do not fit"),
        (lambda a, b: np.squeeze(a, axis=0), r"squeeze: shapes \(2,\), axis=0 do not fit"),
        (lambda a, b: Value(1.0)[0], r"getitem: shapes \(\), index=0 do not fit"),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_the_operation(call: Any, message: str) -> None:
    """The error names the operation, every shape and the option."""
    with pytest.raises(ShapeError, match=message) as caught:
        call(Value([1.0, 2.0]), Value([1.0, 2.0, 3.0]))
    assert isinstance(caught.value, ValueError)


def test_comparisons_compare_data() -> None:
    """All six comparisons, with Values, numbers and arrays on either side, give plain truths."""
    a, b = Value(1.0), Value(2.0)
    assert (a < b, a <= b, a > b, a >= b, a == b, a != b) == (True, True, False, False, False, True)
    assert (a < 2, operator.gt(2, a), np.float64(2) > a, a == 1, a is not None) == (True,) * 5
    v = Value([1.0, 3.0])
    assert (v > 2).tolist() == operator.lt(2, v).tolist() == (np.array([2, 2]) < v).tolist() == [False, True]
    assert (v == [1.0, 2.0]).tolist() == [True, False]


@pytest.mark.parametrize("use", [operator.invert, lambda v: v & 1, lambda v: True | v, lambda v: v ^ v])
def test_operators_of_truths_refuse_numbers(use: Any) -> None:
    """As numpy does; a truth in the place of a Value would have lost it."""
    for v in (Value(1.0), Value([0.0, 2.0])):
        with pytest.raises(UnsupportedError, match=r"are for truths; of numbers ask np\.logical_"):
            use(v)
    masked = compile(lambda x: np.where((x > 0) & ~(x > 1) | (x < -2), x, 0.0))
    assert masked(np.array([0.5, 2.0, -3.0])).tolist() == [0.5, 0.0, -3.0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda v: np.argmax(v) == 1,
        lambda v: np.argmax(a=v) == 1,
        lambda v: np.isfinite(v).all(),
        lambda v: np.allclose(v, [1.0, 2.0]),
        lambda v: np.allclose(a=v, b=v),
        lambda v: np.array_equal(v, v),
        lambda v: np.zeros_like(v).tolist() == [0.0, 0.0],
        lambda v: not np.signbit(v).any(),
    ],
)
def test_numpys_questions_look_at_the_data(ask: Any) -> None:
    """Functions that answer with truths, shapes or positions give plain numpy answers."""
    assert ask(Value([1.0, 2.0]))


@pytest.mark.parametrize(
    "ask",
    [
        lambda x: np.argmax(x, 0),
        lambda x: np.argmax(x, 1, None, keepdims=True),
        lambda x: np.argmin(x),
        lambda x: np.argmin(x, 1, None, keepdims=True),
        lambda x: np.argsort(x, 0, "stable"),
        lambda x: np.argsort(x, axis=1),
    ],
)
def test_a_compiled_question_takes_its_options_as_numpy_does(ask: Any) -> None:
    """By their order or by name; the answer is that of this call's data."""
    answer = compile(lambda x: ask(x) * 1.0)
    for x in (np.array([[0.5, -1.0], [2.0, 3.0]]), np.array([[2.0, 3.0], [-1.0, 0.5]])):
        np.testing.assert_array_equal(answer(x), ask(x))


def test_a_compiled_question_writes_into_nothing() -> None:
    """The third argument of numpy's function is `out`, and no other option."""
    with pytest.raises(UnsupportedError, match=r"np\.argmax is recorded without its option out="):
        compile(lambda x: np.argmax(x, 0, x) * 1.0)(np.ones(2))


def test_a_program_may_branch_on_a_number() -> None:
    """The truth of a Value is that of its number; an array has none, as in numpy."""
    assert Value(0.5)
    assert not Value(0.0)
    with pytest.raises(ValueError, match="truth value"):
        bool(Value([1.0, 2.0]))


def test_a_node_is_found_by_what_it_is() -> None:
    """Equal data does not make two nodes one in sets and dictionaries."""
    a, b, c = Value(1.0), Value(1.0), Value([1.0, 2.0])
    assert len({a, b, c, a}) == 3
    assert {a: "a", b: "b"}[b] == "b"


def test_names_are_given_at_the_start_or_along_the_way() -> None:
    """`named` returns the node it names."""
    x = Value(1.0, "x")
    y = (x * 2).named("y")
    assert (x.name, y.name, constant(1.0, "c").name, (x + y).name) == ("x", "y", "c", None)
    assert repr(y) == "Value(data=2.0, grad=None, name='y')"
    assert repr(Value([1, 2])) == "Value(data=array([1., 2.]), grad=None)"


@pytest.mark.parametrize("make", [lambda: Value(1.0, 3), lambda: Value(1.0).named(3), lambda: constant(1.0, 3)])
def test_a_name_is_a_text(make: Any) -> None:
    """A second number where a name belongs is an early, clear error."""
    with pytest.raises(DataError, match="a name is a text, not 3"):
        make()


def test_no_gradient_flows_into_a_constant() -> None:
    """A constant, and what is computed from constants alone, stays without gradient."""
    c, w = constant([1.0, 2.0], "x"), Value([3.0, 4.0])
    squared = c * c
    (squared * w).sum().backward()
    assert (c.active, squared.active, w.active) == (False, False, True)
    assert c.grad is squared.grad is None
    assert w.grad.tolist() == [1.0, 4.0]


def test_scopes_nest_and_end() -> None:
    """A node remembers the blocks in which it was made."""
    with scope("net"):
        with scope("hidden"):
            inner = Value(1.0) + 1
        outer = inner * 2
    assert inner.scope == ("net", "hidden")
    assert inner.parents[1].scope == ("net", "hidden")
    assert outer.scope == ("net",)
    assert Value(1.0).scope == ()


def test_a_scope_ends_with_an_error() -> None:
    """An exception leaves no scope behind."""
    with pytest.raises(RuntimeError, match="stop"), scope("a"):
        raise RuntimeError("stop")
    assert Value(1.0).scope == ()


def test_scopes_of_threads_are_their_own() -> None:
    """A scope in one thread does not reach another."""
    found = []
    with scope("here"):
        thread = threading.Thread(target=lambda: found.append(Value(1.0).scope))
        thread.start()
        thread.join()
    assert found == [()]


@pytest.mark.parametrize("store", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_recording_cannot_be_pickled_or_copied(store: Any) -> None:
    """A Value belongs to the program that made it; the message says what to store instead."""
    with pytest.raises(DataError, match=r"store its \.data instead"):
        store(Value(1.0) * 2)


def test_functions_work_on_plain_data_too() -> None:
    """Without a Value, relu and sigmoid only compute."""
    assert relu(-1.0) == 0.0
    assert relu(np.array([-1.0, 2.0])).tolist() == [0.0, 2.0]
    assert sigmoid(0.0) == 0.5
    assert sigmoid(np.zeros(2)).tolist() == [0.5, 0.5]


def test_pos_is_the_same_node() -> None:
    """+v records nothing."""
    v = Value(1.0)
    assert +v is v


def test_sum_of_a_list_of_values_is_a_value() -> None:
    """Python's own `sum` starts at 0 and works."""
    parts = [Value(1.0), Value(2.0), Value(3.0)]
    assert sum(parts).data == 6.0


@pytest.mark.parametrize("use", [float, int, lambda v: v << 2, lambda v: pow(v, 2, 3)])
def test_what_is_not_recorded_is_not_done_silently(use: Any) -> None:
    """Conversions and operators without a row are TypeErrors."""
    with pytest.raises(TypeError):
        use(Value(1.0))


def test_divmod_is_both_of_its_operations() -> None:
    """On either side, as numpy's function of the name."""
    x = Value([5.3, -5.3])
    whole, rest = divmod(x, 2.0)
    assert whole.data.tolist() == [2.0, -3.0]
    np.testing.assert_allclose(rest.data, [1.3, 0.7])
    whole, rest = divmod(7.0, Value(2.0, "x"))
    assert (whole.data, rest.data, rest.op, rest.parents[1].name) == (3.0, 1.0, "remainder", "x")


INDICES: list[Any] = [..., (), None, (None, ..., None), True, False, (..., True)]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_a_number_takes_the_indices_that_numpy_takes_of_one(index: Any) -> None:
    """Python's float and an array without axes alike, at two orders, eager and compiled."""
    for number in (2.0, np.array(2.0)):
        wanted = np.float64(2.0)[index]
        assert np.array_equal(Value(number)[index].data, wanted)
        f = lambda x: np.sum(x[index] ** 3)
        slope, curvature = (12.0, 12.0) if np.size(wanted) else (0.0, 0.0)
        assert (grad(f)(number), grad(grad(f))(number)) == (slope, curvature)
        compiled = compile(value_and_grad(f))(number)
        assert compiled == (2 * slope / 3, slope)
        assert isinstance(compiled[1], float)


def test_an_array_is_read_by_rows_or_by_columns() -> None:
    """`order` as numpy means it; an order that depends on memory is refused."""
    a = np.arange(24.0).reshape(2, 3, 4)
    v = Value(a)
    for order in ("C", "F"):
        assert np.array_equal(v.ravel(order).data, a.ravel(order))  # type: ignore[arg-type]
        assert np.array_equal(v.flatten(order).data, a.ravel(order))  # type: ignore[arg-type]
        for shape in ((6, -1), -1, [-1, 3, 2], (24,)):
            assert np.array_equal(v.reshape(shape, order=order).data, a.reshape(shape, order=order))  # type: ignore[call-overload]
    with pytest.raises(UnsupportedError, match="the order is 'C', row by row, or 'F', column by column, not 'K'"):
        v.ravel("K")
    assert np.array_equal(v.mT.data, a.mT)
    v.ravel("F")[1].backward()
    assert np.flatnonzero(v.grad).tolist() == [12]


def test_numpys_functions_know_their_arguments_by_name() -> None:
    """`a=` for what has to be there, and numpy's own sign for what was left out."""
    v = Value([[1.0, 2.0]])
    assert np.sum(a=v).data == np.sum(v, keepdims=np._NoValue).data == 3.0
    assert np.transpose(a=v, axes=(1, 0)).shape == np.expand_dims(a=v[0], axis=1).shape == (2, 1)
    with pytest.raises(TypeError, match="matmul"):
        np.matmul(v)  # type: ignore[call-overload]


@pytest.mark.parametrize("axis", [np.int64(0), (np.int32(0),), np.int64(-2)])
def test_a_whole_number_of_numpy_is_one(axis: Any) -> None:
    """As an axis, alone or in a tuple, eager and compiled."""
    x, weights = np.arange(6.0).reshape(2, 1, 3), np.array([[1.0, 2.0, 3.0]])
    for f in (lambda x: np.sum(np.sum(x, axis=axis) * weights), lambda x: np.sum(x.mean(axis) * weights)):
        value, slope = value_and_grad(f)(x)
        compiled = compile(value_and_grad(f))(x)
        assert compiled[0] == value
        np.testing.assert_array_equal(compiled[1], slope)


@pytest.mark.parametrize("name", ["sum", "prod"])
@pytest.mark.parametrize("axis", [0, -1])
def test_of_a_number_numpy_reduces_axis_0(name: str, axis: int) -> None:
    """There is none, and it does all the same; so does the gradient."""
    for number in (3.0, np.array(3.0)):
        assert value_and_grad(lambda x: getattr(np, name)(x, axis=axis) * 2.0)(number) == (6.0, 2.0)


def test_as_data_keeps_a_float_as_it_is() -> None:
    """The fastest case does nothing."""
    number = 1.25
    assert as_data(number) is number


def test_an_f_string_writes_the_number() -> None:
    """As of any number; without a form it is the Value's own text."""
    assert f"{Value(0.59575):.2f}" == "0.60"
    assert f"{Value(1.0)}" == "Value(data=1.0, grad=None)"


def test_math_is_told_to_be_numpy() -> None:
    """`math.exp` would lose the gradient."""
    with pytest.raises(TypeError, match=r"use np\.exp"):
        math.exp(Value(1.0))


def test_data_of_another_shape_forgets_the_gradient() -> None:
    """Gradients of two shapes do not add up."""
    x = Value([1.0, 2.0])
    x.sum().backward()
    x.data = 3.0
    (x * 4).backward()
    assert x.grad == 4.0


def test_a_list_of_axes_changed_later_changes_nothing() -> None:
    """Options are copied."""
    axes, m = [1, 0], Value(np.arange(6.0).reshape(2, 3))
    out = (np.transpose(m, axes=axes) * np.arange(6.0).reshape(3, 2)).sum()
    axes[:] = [0, 1]
    out.backward()
    np.testing.assert_array_equal(m.grad, np.arange(6.0).reshape(3, 2).T)


def test_a_graph_is_recorded_again_with_new_data() -> None:
    """The leaves are the same, everything else is new."""
    w = Value(2.0, "w")
    with scope("s"):
        y = (w * w).named("y")
    w.data = 3.0
    again = recorded_again(y)
    again.backward()
    assert (again.data, again.name, again.scope, w.grad) == (9.0, "y", ("s",), 6.0)


def test_nothing_is_recorded_without_gradients() -> None:
    """Operators, methods and numpy alike; leaves stay leaves; the mode ends with its block, even after an error."""
    w = Value([1.0, 2.0], "w")
    with no_grad(), scope("quiet"):
        made = [w * 2, w.tanh(), np.exp(w), w[0], w @ w, -Value(1.0), Value(1.0) + 1]
        leaf = Value(1.0)
    assert all((y.parents, y.active, y.op, y.scope) == ((), False, None, ("quiet",)) for y in made)
    assert leaf.active
    with pytest.raises(ZeroDivisionError), no_grad():
        _ = 1 / 0
    assert (w * 2).active


def test_recording_goes_on_in_other_threads() -> None:
    """The mode belongs to one thread."""
    seen: list[bool] = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append((Value(1.0) * 2).active))
        thread.start()
        thread.join()
    assert seen == [True]


def test_a_detached_value_is_a_constant_of_the_same_name() -> None:
    """Its data is its own."""
    x = Value([1.0, 2.0], "x")
    y = x.detach()
    x.data[0] = 9.0
    assert (y.name, y.active, y.data.tolist()) == ("x", False, [1.0, 2.0])
