"""The table of primitives: every row at its sample points, on every kind of number, and a tester that can fail."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from microgradphys import Value
from microgradphys.backward import sweep
from microgradphys.check import check_primitive
from microgradphys.data import raw
from microgradphys.errors import CheckError
from microgradphys.namespaces import arrays, floats
from microgradphys.primitives import ELEMENTWISE, PRIMITIVES, SOFT, STRUCTURAL, Primitive, flat
from microgradphys.recording import apply

ROWS = (*ELEMENTWISE, *STRUCTURAL, *SOFT)
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1000.0, -1000.0, 1e-300, math.inf, -math.inf, math.nan)
DOMAINS = {"arcsin": (-0.9, 0.9), "arccos": (-0.9, 0.9), "arctanh": (-0.9, 0.9), "arccosh": (1.2, 3.0)}
SHAPES: dict[str, tuple[tuple[int, ...], ...]] = {
    "0-d": ((), (), ()),
    "empty": ((0,), (0,), (0,)),
    "one element": ((1,), (1,), (1,)),
    "vector": ((4,), (4,), (4,)),
    "number and matrix": ((), (2, 3), ()),
    "row and column": ((1, 3), (2, 1), (2, 3)),
    "vector and batch": ((3,), (2, 2, 3), (1, 1)),
    "empty and row": ((0, 3), (1, 3), (3,)),
}


def samples(row: Primitive) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """List a row's sample points as (arguments, static keywords)."""
    return [sample if len(sample) == 2 and isinstance(sample[1], dict) else (sample, {}) for sample in row.samples]


def cases() -> list[Any]:
    """List every row with each of its samples."""
    return [
        pytest.param(row, args, static, id=f"{row.name}-{k}")
        for row in ROWS
        for k, (args, static) in enumerate(samples(row))
    ]


def every_argument(rows: tuple[Primitive, ...]) -> list[Any]:
    """List every row with each of its arguments."""
    return [pytest.param(row, n, id=f"{row.name}-{'abc'[n]}") for row in rows for n in range(row.arity)]


def points(row: Primitive, shapes: tuple[tuple[int, ...], ...], seed: int = 0) -> list[Any]:
    """Draw arguments inside the domain of every row and away from kinks; a condition is 0 or 1."""
    drawn = np.random.default_rng(seed)
    args = [np.asarray(drawn.uniform(*DOMAINS.get(row.name, (0.3, 2.0)), shape)) for shape in shapes[: row.arity]]
    if row.name == "where":
        args[0] = np.asarray(args[0] > 1.0, float)
    return args


def broken(row: Primitive, n: int, wrong: Any) -> Primitive:
    """Copy a row with the rule of argument `n` made wrong by `wrong`, a function of its result."""
    kind = "partials" if row.partials else "vjps"
    rules = list(getattr(row, kind))
    right = row.vjp(n) if row.vjps else rules[n]
    if row.variadic:
        rules[n] = lambda *args, **static: lambda place: wrong(row.vjp(place)(*args, **static))
    else:
        rules[n] = lambda *args, **static: wrong(right(*args, **static))
    # Without `picks` the sweep asks the rule itself.
    return replace(row, picks="", **{kind: tuple(rules)})


def complaints(row: Primitive, order: int) -> list[str]:
    """Check a row at all of its samples and collect what the tester says."""
    found = []
    for args, static in samples(row):
        try:
            check_primitive(row, args, static, order=order)
        except CheckError as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize(("row", "args", "static"), cases())
def test_rules_agree_with_central_differences_at_orders_1_and_2(
    row: Primitive, args: tuple[Any, ...], static: dict[str, Any]
) -> None:
    """Every row is right, and so is its derivative."""
    check_primitive(row, args, static, order=2)


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_every_row_is_complete(row: Primitive) -> None:
    """A row has a writing, samples of its arity, and either partials or vjps."""
    assert row.written
    assert bool(row.partials) != bool(row.vjps)
    assert samples(row)
    for args, static in samples(row):
        assert len(args) == row.arity or (row.variadic and len(args) > row.arity)
        assert set(static) <= set(row.statics)


def test_names_are_unique_and_numpys_own() -> None:
    """The table has one row per name, and a row without a forward is a function of numpy."""
    assert len(PRIMITIVES) == len(ROWS)
    assert all(hasattr(np, row.name) for row in ROWS if row.forward is None)
    assert repr(PRIMITIVES["tanh"]) == "<primitive tanh>"


@pytest.mark.parametrize("shapes", list(SHAPES.values()), ids=list(SHAPES))
@pytest.mark.parametrize("row", ELEMENTWISE, ids=repr)
def test_elementwise_rows_are_right_in_every_shape(row: Primitive, shapes: tuple[tuple[int, ...], ...]) -> None:
    """Broadcasting, 0-d and empty arrays have right gradients at orders 1 and 2."""
    check_primitive(row, tuple(points(row, shapes)), {}, order=2)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shapes", list(SHAPES.values()), ids=list(SHAPES))
@pytest.mark.parametrize("row", ELEMENTWISE, ids=repr)
def test_gradients_have_the_shape_and_dtype_of_their_data(
    row: Primitive, shapes: tuple[tuple[int, ...], ...], dtype: type
) -> None:
    """A gradient looks like what it is the gradient of, and float32 stays float32."""
    leaves = [Value(np.asarray(arg, dtype)) for arg in points(row, shapes)]
    result = apply(row, *leaves)
    assert result.dtype == dtype
    result.backward(np.ones(result.shape))
    for leaf in leaves:
        assert np.shape(leaf.grad) == leaf.shape
        assert np.asarray(leaf.grad).dtype == dtype


@pytest.mark.parametrize(("row", "args", "static"), [case for case in cases() if "dtype" not in case.values[-1]])
def test_samples_in_float32_stay_float32(row: Primitive, args: tuple[Any, ...], static: dict[str, Any]) -> None:
    """Every row computes float32 from float32 and hands float32 gradients back."""
    leaves = [Value(np.asarray(arg, np.float32)) for arg in args]
    result = apply(row, *leaves, **static)
    assert result.dtype == np.float32
    gradients = sweep(result, np.ones(result.shape, np.float32))
    assert {gradients[leaf].dtype for leaf in leaves} == {np.dtype(np.float32)}


@pytest.mark.parametrize("row", ELEMENTWISE, ids=repr)
def test_non_contiguous_arrays_have_the_same_gradients(row: Primitive) -> None:
    """Strides are nobody's business: a slice with a step gives what its copy gives."""
    wide = points(row, ((4, 6),) * 3)
    sliced, copied = ([Value(make(a[::2, ::-3])) for a in wide] for make in (lambda a: a, np.ascontiguousarray))
    for leaves in (sliced, copied):
        apply(row, *leaves).sum().backward()
    for one, other in zip(sliced, copied, strict=True):
        np.testing.assert_array_equal(one.grad, other.grad)


@pytest.mark.parametrize("row", ELEMENTWISE, ids=repr)
def test_floats_and_arrays_agree(row: Primitive) -> None:
    """At random points a Python float has the value and the gradients of an array of one element."""
    for seed in range(20):
        numbers = [float(a) for a in points(row, ((), (), ()), seed)]
        one, many = [Value(a) for a in numbers], [Value([a]) for a in numbers]
        result, results = apply(row, *one), apply(row, *many)
        result.backward()
        results.backward()
        assert type(result.data) is float
        assert result.data == pytest.approx(results.data[0], rel=1e-14)
        for leaf, leaves in zip(one, many, strict=True):
            assert type(leaf.grad) is float
            assert leaf.grad == pytest.approx(leaves.grad[0], rel=1e-13)


@pytest.mark.parametrize("row", ELEMENTWISE, ids=repr)
def test_floats_meet_the_edges_as_numpy_does(row: Primitive) -> None:
    """Where Python's `math` raises, a float gets numpy's inf or nan."""
    for a in EDGES:
        for b in EDGES if row.arity > 1 else (1.0,):
            args = (a, b, 2.0)[: row.arity]
            with np.errstate(all="ignore"):
                number = getattr(floats, row.name)(*args)
                expected = getattr(arrays, row.name)(*(np.array([x]) for x in args))[0]
            np.testing.assert_allclose(number, expected, rtol=1e-14, err_msg=f"{row.name}{args}")


@pytest.mark.parametrize(("row", "n"), every_argument(ROWS))
def test_a_rule_that_is_wrong_by_a_thousandth_is_caught_and_named(row: Primitive, n: int) -> None:
    """The tester can fail: 0.1 % on any rule of any row, and the message names row and argument."""
    # A flat rule, as floor has, is 0 everywhere, and 0.1 % of 0 is nothing: there the wrong rule adds.
    wrong = (lambda g: g + 0.001) if row.partials and row.partials[n] is flat else (lambda g: g * 1.001)
    found = complaints(broken(row, n, wrong), order=1)
    assert found
    for message in found:
        assert message.startswith(f"{row.name}, order 1: the gradient with respect to argument {'abc'[n]}")
        assert f"the rule of primitive {row.name!r} for its argument {'abc'[n]} is wrong" in message


@pytest.mark.parametrize(("row", "n"), every_argument(ROWS))
def test_a_rule_that_is_wrong_by_a_thousandth_is_caught_at_every_sample_where_it_counts(row: Primitive, n: int) -> None:
    """No sample is blind: wherever a rule's value is not zero, scaling it is noticed."""
    for args, static in samples(row):
        leaves = [Value(arg) for arg in args]
        result = apply(row, *leaves, **static)
        gradient = sweep(result, np.ones(result.shape) if result.shape else 1.0)[leaves[n]]
        if np.any(gradient):
            with pytest.raises(CheckError, match=f"argument {'abc'[n]}"):
                check_primitive(broken(row, n, lambda g: g * 1.001), args, static, order=1)


CURVED = (
    "divide reciprocal power square sqrt cbrt hypot exp exp2 expm1 log log2 log10 log1p logaddexp sin cos tan "
    "arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh sigmoid logsigmoid softplus elu silu "
    "gelu erf erfc"
).split()


@pytest.mark.parametrize(("row", "n"), every_argument(tuple(PRIMITIVES[name] for name in CURVED)))
def test_a_rule_that_forgets_its_own_derivative_is_caught_at_order_2(row: Primitive, n: int) -> None:
    """A rule with the right number but no history passes order 1 and fails order 2."""
    forgetful = broken(row, n, raw)
    assert not complaints(forgetful, order=1)
    assert all(f"{row.name}, order 2" in message for message in complaints(forgetful, order=2))
    assert complaints(forgetful, order=2)


def slopes(name: str, *args: float) -> tuple[float, ...]:
    """Return the gradient of one row at one point, as floats and, the same, as arrays."""
    numbers, lists = [Value(a) for a in args], [Value([a]) for a in args]
    apply(PRIMITIVES[name], *numbers).backward()
    apply(PRIMITIVES[name], *lists).backward()
    assert [leaf.grad for leaf in numbers] == [leaf.grad[0] for leaf in lists]
    return tuple(leaf.grad for leaf in numbers)


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("relu", (0.0,), (0.0,)),
        ("absolute", (0.0,), (0.0,)),
        ("maximum", (2.0, 2.0), (0.5, 0.5)),
        ("minimum", (2.0, 2.0), (0.5, 0.5)),
        ("power", (3.0, 0.0), (0.0, math.log(3.0))),
        ("power", (0.0, 0.0), (0.0, 0.0)),
        ("power", (0.0, 2.0), (0.0, 0.0)),
        ("power", (-2.0, 3.0), (12.0, 0.0)),
        ("where", (0.0, 5.0, 7.0), (0.0, 0.0, 1.0)),
        ("where", (2.0, 5.0, 7.0), (0.0, 1.0, 0.0)),
    ],
)
def test_kinks_and_ties_follow_their_stated_convention(
    name: str, args: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    """Where a function has no derivative, the row says which number stands for it."""
    assert slopes(name, *args) == expected


@pytest.mark.parametrize("a", [-1000.0, -40.0, 40.0, 1000.0])
def test_sigmoid_neither_overflows_nor_warns(a: float) -> None:
    """σ and its slope are finite at both ends, without a warning."""
    for x in (Value(a), Value([a])):
        y = x.sigmoid().sum()
        y.backward()
        assert 0.0 <= float(y.data) <= 1.0
        assert float(np.sum(x.grad)) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(("a", "b"), [((2, 3), (4,)), ((1, 3), (2, 2)), ((), (2, 2)), ((3,), ())])
def test_outer_flattens_as_numpy_does(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Factors of any shape get gradients of their own shape back."""
    check_primitive(PRIMITIVES["outer"], (np.ones(a), 2.0 * np.ones(b)), {})


@pytest.mark.parametrize(
    "index",
    [0, -1, slice(None, None, -1), (slice(None), 1), ..., None, ([0, 0], [1, 1]), np.array([True, False])],
    ids=repr,
)
def test_indexing_of_every_kind_has_the_right_gradient(index: Any) -> None:
    """Slices, masks, repeated positions and new axes all scatter their gradients back."""
    x = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.6]])
    check_primitive(PRIMITIVES["getitem"], (x,), {"index": index})


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["sum", "mean"])
def test_reductions_are_right_along_every_axis(name: str, axis: Any, keepdims: bool) -> None:
    """Sum and mean are right over one axis, several, all, with and without keeping them."""
    x = np.random.default_rng(1).normal(size=(2, 3, 2))
    check_primitive(PRIMITIVES[name], (x,), {"axis": axis, "keepdims": keepdims})


@pytest.mark.parametrize("name", ["sum", "mean", "reshape", "squeeze", "transpose", "expand_dims", "broadcast_to"])
def test_structural_rows_take_a_single_number(name: str) -> None:
    """A Value that holds a Python float can be summed, reshaped and spread, and gets a float back."""
    static = {"reshape": {"shape": (1, 1)}, "expand_dims": {"axis": 0}, "broadcast_to": {"shape": (1,)}}.get(name, {})
    x = Value(3.0)
    apply(PRIMITIVES[name], x, **static).backward()
    assert x.grad == 1.0
    assert type(x.grad) is float
