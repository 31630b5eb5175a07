"""Where a derivative is a convention, infinite, or a limit: one table of what every row says there.

A line is: the row, where, its keywords, its value, its gradient, and the diagonal of its Hessian (… where that is
nobody's business). A line in which the row takes an array shows elements of one array.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, grad, hessian
from microgradphys.primitives import PRIMITIVES
from microgradphys.recording import apply

inf, nan = math.inf, math.nan
LN2 = math.log(2)
Z2 = [[0.0, 0.0], [0.0, 0.0]]

# fmt: off
NUMBERS: list[tuple[str, tuple[float, ...], dict[str, Any], float, tuple[float, ...], Any]] = [
    # name           at                  keywords          value   gradient          second derivatives
    # kinks
    ("relu",         (0.0,),             {},               0.0,    (0.0,),           (0.0,)),
    ("relu",         (-0.0,),            {},               0.0,    (0.0,),           (0.0,)),
    ("absolute",     (0.0,),             {},               0.0,    (0.0,),           (0.0,)),
    ("absolute",     (-0.0,),            {},               0.0,    (0.0,),           (0.0,)),
    ("leaky_relu",   (0.0,),             {},               0.0,    (0.01,),          (0.0,)),
    ("leaky_relu",   (0.0,),             {"slope": 0.3},   0.0,    (0.3,),           (0.0,)),
    ("elu",          (0.0,),             {},               0.0,    (1.0,),           (1.0,)),
    ("elu",          (0.0,),             {"alpha": 0.7},   0.0,    (0.7,),           (0.7,)),
    ("maximum",      (2.0, 2.0),         {},               2.0,    (0.5, 0.5),       (0.0, 0.0)),
    ("maximum",      (0.0, -0.0),        {},               0.0,    (0.5, 0.5),       (0.0, 0.0)),
    ("minimum",      (2.0, 2.0),         {},               2.0,    (0.5, 0.5),       (0.0, 0.0)),
    ("maximum",      (inf, inf),         {},               inf,    (0.5, 0.5),       (0.0, 0.0)),
    ("clip",         (-1.0, -1.0, 1.0),  {},               -1.0,   (1.0, 0.0, 0.0),  (0.0, 0.0, 0.0)),
    ("clip",         (1.0, -1.0, 1.0),   {},               1.0,    (1.0, 0.0, 0.0),  (0.0, 0.0, 0.0)),
    ("clip",         (1.0, 1.0, 1.0),    {},               1.0,    (1.0, 0.0, 0.0),  (0.0, 0.0, 0.0)),
    ("clip",         (0.0, 2.0, 1.0),    {},               1.0,    (0.0, 0.0, 1.0),  (0.0, 0.0, 0.0)),
    ("clip",         (inf, -inf, 1.0),   {},               1.0,    (0.0, 0.0, 1.0),  (0.0, 0.0, 0.0)),
    ("hypot",        (0.0, 0.0),         {},               0.0,    (0.0, 0.0),       (0.0, 0.0)),
    ("hypot",        (0.0, -2.0),        {},               2.0,    (0.0, -1.0),      (0.5, 0.0)),
    # jumps
    ("sign",         (0.0,),             {},               0.0,    (0.0,),           (0.0,)),
    ("floor",        (2.0,),             {},               2.0,    (0.0,),           (0.0,)),
    ("ceil",         (2.0,),             {},               2.0,    (0.0,),           (0.0,)),
    ("trunc",        (-2.0,),            {},               -2.0,   (0.0,),           (0.0,)),
    ("rint",         (2.5,),             {},               2.0,    (0.0,),           (0.0,)),
    ("round",        (0.25,),            {"decimals": 1},  0.2,    (0.0,),           (0.0,)),
    ("floor_divide", (6.0, 2.0),         {},               3.0,    (0.0, 0.0),       (0.0, 0.0)),
    ("remainder",    (6.0, 2.0),         {},               0.0,    (1.0, -3.0),      (0.0, 0.0)),
    ("remainder",    (-6.0, 4.0),        {},               2.0,    (1.0, 2.0),       (0.0, 0.0)),
    # choices: what is not taken has no say, nan or not
    ("where",        (1.0, 5.0, nan),    {},               5.0,    (0.0, 1.0, 0.0),  (0.0, 0.0, 0.0)),
    ("where",        (0.0, nan, 5.0),    {},               5.0,    (0.0, 0.0, 1.0),  (0.0, 0.0, 0.0)),
    ("where",        (0.0, inf, -inf),   {},               -inf,   (0.0, 0.0, 1.0),  (0.0, 0.0, 0.0)),
    # powers at 0
    ("power",        (0.0, 0.0),         {},               1.0,    (0.0, 0.0),       (0.0, 0.0)),
    ("power",        (0.0, 1.0),         {},               0.0,    (1.0, 0.0),       (0.0, 0.0)),
    ("power",        (0.0, 2.0),         {},               0.0,    (0.0, 0.0),       (2.0, 0.0)),
    ("power",        (0.0, 3.0),         {},               0.0,    (0.0, 0.0),       (0.0, 0.0)),
    ("power",        (0.0, 0.5),         {},               0.0,    (inf, 0.0),       ...),
    ("power",        (0.0, 0.3),         {},               0.0,    (inf, 0.0),       (-inf, 0.0)),
    ("power",        (inf, -1.3),        {},               0.0,    (0.0, nan),       ...),
    ("power",        (0.0, -1.0),        {},               inf,    (-inf, nan),      ...),
    ("power",        (-2.0, 3.0),        {},               -8.0,   (12.0, 0.0),      (-12.0, 0.0)),
    ("power",        (-2.0, 0.0),        {},               1.0,    (0.0, 0.0),       (0.0, 0.0)),
    ("power",        (3.0, 0.0),         {},               1.0,    (0.0, math.log(3)), (0.0, math.log(3) ** 2)),
    ("power",        (-8.0, 0.5),        {},               nan,    (nan, nan),       ...),
    ("square",       (0.0,),             {},               0.0,    (0.0,),           (2.0,)),
    # vertical tangents and poles are infinite, as IEEE divides
    ("sqrt",         (0.0,),             {},               0.0,    (inf,),           (-inf,)),
    ("cbrt",         (0.0,),             {},               0.0,    (inf,),           ...),
    ("log",          (0.0,),             {},               -inf,   (inf,),           (-inf,)),
    ("log2",         (0.0,),             {},               -inf,   (inf,),           (-inf,)),
    ("log10",        (0.0,),             {},               -inf,   (inf,),           (-inf,)),
    ("log1p",        (-1.0,),            {},               -inf,   (inf,),           (-inf,)),
    ("arcsin",       (1.0,),             {},               math.pi / 2, (inf,),      ...),
    ("arccos",       (1.0,),             {},               0.0,    (-inf,),          ...),
    ("arccosh",      (1.0,),             {},               0.0,    (inf,),           ...),
    ("arctanh",      (1.0,),             {},               inf,    (inf,),           ...),
    ("reciprocal",   (0.0,),             {},               inf,    (-inf,),          (inf,)),
    ("divide",       (1.0, 0.0),         {},               inf,    (inf, -inf),      ...),
    ("divide",       (0.0, 0.0),         {},               nan,    (inf, nan),       ...),
    ("arctan2",      (0.0, 0.0),         {},               0.0,    (nan, nan),       ...),
    ("fmod",         (4.0, 2.0),         {},               0.0,    (1.0, -2.0),      (0.0, 0.0)),
    ("arctan2",      (0.0, -1.0),        {},               math.pi, (-1.0, 0.0),     (0.0, 0.0)),
    ("arctan2",      (1.0, 0.0),         {},               math.pi / 2, (0.0, -1.0), (0.0, 0.0)),
    # limits at infinity
    ("sigmoid",      (-inf,),            {},               0.0,    (0.0,),           (0.0,)),
    ("sigmoid",      (inf,),             {},               1.0,    (0.0,),           (0.0,)),
    ("logsigmoid",   (-inf,),            {},               -inf,   (1.0,),           (0.0,)),
    ("logsigmoid",   (inf,),             {},               0.0,    (0.0,),           (0.0,)),
    ("softplus",     (-inf,),            {},               0.0,    (0.0,),           (0.0,)),
    ("softplus",     (inf,),             {},               inf,    (1.0,),           (0.0,)),
    ("silu",         (-inf,),            {},               0.0,    (0.0,),           (0.0,)),
    ("silu",         (inf,),             {},               inf,    (1.0,),           (0.0,)),
    ("gelu",         (-inf,),            {},               0.0,    (0.0,),           (0.0,)),
    ("gelu",         (inf,),             {},               inf,    (1.0,),           (0.0,)),
    ("elu",          (-inf,),            {},               -1.0,   (0.0,),           (0.0,)),
    ("elu",          (inf,),             {},               inf,    (1.0,),           (0.0,)),
    ("relu",         (-inf,),            {},               0.0,    (0.0,),           (0.0,)),
    ("relu",         (inf,),             {},               inf,    (1.0,),           (0.0,)),
    ("leaky_relu",   (-inf,),            {},               -inf,   (0.01,),          (0.0,)),
    ("leaky_relu",   (inf,),             {},               inf,    (1.0,),           (0.0,)),
    ("tanh",         (-inf,),            {},               -1.0,   (0.0,),           (0.0,)),
    ("tanh",         (inf,),             {},               1.0,    (0.0,),           (0.0,)),
    ("erf",          (-inf,),            {},               -1.0,   (0.0,),           (0.0,)),
    ("erf",          (inf,),             {},               1.0,    (0.0,),           (0.0,)),
    ("erfc",         (-inf,),            {},               2.0,    (0.0,),           (0.0,)),
    ("erfc",         (inf,),             {},               0.0,    (0.0,),           (0.0,)),
    ("exp",          (-inf,),            {},               0.0,    (0.0,),           (0.0,)),
    ("exp2",         (-inf,),            {},               0.0,    (0.0,),           (0.0,)),
    ("expm1",        (-inf,),            {},               -1.0,   (0.0,),           (0.0,)),
    ("exp",          (inf,),             {},               inf,    (inf,),           (inf,)),
    ("sinh",         (-inf,),            {},               -inf,   (inf,),           (-inf,)),
    ("cosh",         (-inf,),            {},               inf,    (-inf,),          (inf,)),
    ("log",          (inf,),             {},               inf,    (0.0,),           (0.0,)),
    ("log1p",        (inf,),             {},               inf,    (0.0,),           (0.0,)),
    ("sqrt",         (inf,),             {},               inf,    (0.0,),           (0.0,)),
    ("cbrt",         (-inf,),            {},               -inf,   (0.0,),           ...),
    ("arctan",       (-inf,),            {},               -math.pi / 2, (0.0,),     ...),
    ("arctan",       (inf,),             {},               math.pi / 2, (0.0,),      ...),
    ("arcsinh",      (-inf,),            {},               -inf,   (0.0,),           ...),
    ("arccosh",      (inf,),             {},               inf,    (0.0,),           ...),
    ("absolute",     (-inf,),            {},               inf,    (-1.0,),          (0.0,)),
    ("square",       (-inf,),            {},               inf,    (-inf,),          (2.0,)),
    ("reciprocal",   (-inf,),            {},               0.0,    (0.0,),           (0.0,)),
    ("divide",       (1.0, inf),         {},               0.0,    (0.0, 0.0),       (0.0, 0.0)),
    ("power",        (inf, 2.0),         {},               inf,    (inf, inf),       ...),
    ("hypot",        (inf, 1.0),         {},               inf,    (1.0, 0.0),       ...),
    ("hypot",        (1.0, -inf),        {},               inf,    (0.0, -1.0),      ...),
    ("hypot",        (inf, -inf),        {},               inf,    (nan, nan),       ...),
    ("arctan2",      (1.0, inf),         {},               0.0,    (0.0, 0.0),       ...),
    ("arctan2",      (-inf, 1.0),        {},               -math.pi / 2, (0.0, 0.0), ...),
    ("logaddexp",    (inf, 0.0),         {},               inf,    (1.0, 0.0),       (0.0, 0.0)),
    ("logaddexp",    (-inf, 0.0),        {},               0.0,    (0.0, 1.0),       (0.0, 0.0)),
    ("logaddexp",    (-inf, -inf),       {},               -inf,   (0.5, 0.5),       ...),
    ("logaddexp",    (inf, inf),         {},               inf,    (0.5, 0.5),       ...),
    ("logaddexp",    (0.0, 0.0),         {},               LN2,    (0.5, 0.5),       (0.25, 0.25)),
]
ARRAYS: list[tuple[str, Any, dict[str, Any], Any, Any, Any]] = [
    ("max",          [3.0, 1.0, 3.0],    {},               3.0,    [0.5, 0.0, 0.5],  [0.0, 0.0, 0.0]),
    ("min",          [1.0, 1.0, 1.0],    {},               1.0,    [1 / 3] * 3,      [0.0, 0.0, 0.0]),
    ("max",          [1.0, nan, 3.0],    {},               nan,    [0.0, 1.0, 0.0],  [0.0, 0.0, 0.0]),
    ("max",          [-inf, -inf],       {},               -inf,   [0.5, 0.5],       [0.0, 0.0]),
    ("norm",         [0.0, 0.0],         {},               0.0,    [0.0, 0.0],       [0.0, 0.0]),
    ("norm",         [0.0, 2.0],         {},               2.0,    [0.0, 1.0],       [0.5, 0.0]),
    ("norm",         Z2,                 {"axis": 1},      0.0,    Z2,               Z2),
    ("std",          [0.1, 0.1, 0.1],    {},               0.0,    [0.0, 0.0, 0.0],  [0.0, 0.0, 0.0]),
    ("std",          Z2,                 {"axis": 0},      0.0,    Z2,               Z2),
    ("var",          [0.0, 0.0],         {},               0.0,    [0.0, 0.0],       [0.5, 0.5]),
    ("prod",         [0.0, 2.0, 3.0],    {},               0.0,    [6.0, 0.0, 0.0],  [0.0, 0.0, 0.0]),
    ("prod",         [0.0, 0.0, 3.0],    {},               0.0,    [0.0, 0.0, 0.0],  [0.0, 0.0, 0.0]),
    ("prod",         [0.0],              {},               0.0,    [1.0],            [0.0]),
    ("logsumexp",    [-inf, -inf],       {},               -inf,   [0.0, 0.0],       [0.0, 0.0]),
    ("logsumexp",    [-inf, 2.0],        {},               2.0,    [0.0, 1.0],       [0.0, 0.0]),
    ("softmax",      [-inf, 2.0],        {},               1.0,    [0.0, 0.0],       [0.0, 0.0]),
    ("cholesky",     [[4.0, 9.0], [-9.0, 1.0]], {},        3.0,    [[0.25, 0.25], [0.25, 0.5]], ...),
    ("eigenvalues",  [[4.0, 9.0], [-9.0, 1.0]], {},        5.0,    [[1.0, 0.0], [0.0, 1.0]], ...),
    ("eigenvectors", [[4.0, 9.0], [-9.0, 1.0]], {},        2.0,    Z2,               ...),
    ("left_singular", [[1.0, 0.0], [0.0, 1.0]], {},        2.0,    [[nan, nan], [nan, nan]], ...),
    ("right_singular", [[1.0, 0.0], [0.0, 1.0]], {},       2.0,    [[nan, nan], [nan, nan]], ...),
    ("pinv",         [[2.0, 0.0], [0.0, 0.0]], {},         0.5,    [[-0.25, 0.25], [0.25, 0.0]], ...),
]
# fmt: on


def labels(lines: list[Any]) -> list[str]:
    """Name every line by its row and its place."""
    return [f"{line[0]}{line[1]}" for line in lines]


def test_every_convention_of_the_table_has_a_line() -> None:
    """A row that states a convention is tested here."""
    told = {line[0] for line in (*NUMBERS, *ARRAYS)}
    assert {row.name for row in PRIMITIVES.values() if row.convention} <= told


@pytest.mark.parametrize("kind", [float, np.float64, np.float32])
@pytest.mark.parametrize(("name", "at", "static", "value", "gradient", "second"), NUMBERS, ids=labels(NUMBERS))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_numbers_meet_the_edges_as_the_table_says(
    name: str, at: Any, static: Any, value: float, gradient: Any, second: Any, kind: Any
) -> None:
    """Python floats, and arrays of both precisions, at orders 1 and 2."""
    given = [a if kind is float else np.array([a], kind) for a in at]
    leaves = [Value(a) for a in given]
    y = apply(PRIMITIVES[name], *leaves, **static)
    y.backward()
    close = 1e-6 if kind is np.float32 else 1e-15
    np.testing.assert_allclose(np.ravel(y.data), [value], rtol=close)
    np.testing.assert_allclose(np.ravel([leaf.grad for leaf in leaves]), gradient, rtol=close)
    if second is not ...:
        for n in range(len(at)):

            def slope(a: Any, n: int = n) -> Any:
                return grad(lambda x: apply(PRIMITIVES[name], *given[:n], x, *given[n + 1 :], **static).sum())(a).sum()

            np.testing.assert_allclose(
                np.ravel(grad(slope)(given[n])), [second[n]], rtol=close, err_msg=f"argument {n}"
            )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "at", "static", "value", "gradient", "second"), ARRAYS, ids=labels(ARRAYS))
def test_arrays_meet_the_edges_as_the_table_says(
    name: str, at: Any, static: Any, value: Any, gradient: Any, second: Any, kind: Any
) -> None:
    """The sum of the result, its gradient, and the diagonal of its Hessian."""

    def total(x: Any) -> Any:
        y = apply(PRIMITIVES[name], x, **static)
        return np.sum(y * y) if name == "eigenvectors" else np.sum(y)

    point, close = np.array(at, kind), 1e-6 if kind is np.float32 else 1e-14
    np.testing.assert_allclose(total(Value(point)).data, value, rtol=close, atol=close)
    np.testing.assert_allclose(grad(total)(point), gradient, rtol=close, atol=close)
    if second is not ...:
        matrix = hessian(total)(point).reshape(point.size, point.size)
        np.testing.assert_allclose(np.diag(matrix).reshape(point.shape), second, rtol=close, atol=close)


def test_cumulative_products_with_zeros_are_right_at_orders_1_and_2() -> None:
    """Σ cumprod of (0, 2, 0, 3): no factor is divided by."""
    x = np.array([0.0, 2.0, 0.0, 3.0])

    def total(x: Any) -> Any:
        return np.sum(np.cumprod(x))

    assert grad(total)(x).tolist() == [3.0, 0.0, 0.0, 0.0]
    assert hessian(total)(x).tolist() == [[0, 1, 8, 0], [1, 0, 0, 0], [8, 0, 0, 0], [0, 0, 0, 0]]


def test_an_infinite_slope_behind_a_branch_is_nan_unless_it_is_kept_away() -> None:
    """0 · ∞ has no value: choose before the function with the pole, not only after it."""
    x = np.array([0.0, 4.0])
    with np.errstate(divide="ignore", invalid="ignore"):
        trap = grad(lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0)))(x)
    np.testing.assert_array_equal(trap, [nan, 0.25])
    safe = grad(lambda x: np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0)))(x)
    np.testing.assert_array_equal(safe, [0.0, 0.25])


@pytest.mark.parametrize(
    "text",
    [
        "1 / v",
        "v / v",
        "-1 / v",
        "v ** -1",
        "(v - 8) ** 0.5",
        "(v + 10.0) ** 400",
        "(v + 1e300) * 1e300",
        "1 // v",
        "1 % v",
        "np.log(v)",
        "np.log(v - 1)",
        "np.exp(v + 1000)",
        "np.sqrt(v - 1)",
        "np.arccosh(v)",
        "np.tan(v + np.inf)",
        "np.floor(v + np.inf)",
        "np.floor(-v)",
        "np.ceil(v - 0.5)",
        "np.trunc(v - 0.5)",
        "np.rint(v - 0.5)",
        "np.hypot(v + 1e200, 1e200) * 1e200",
        "-v",
        "0.0 * -v",
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_python_float_behaves_as_numpys_float64(text: str) -> None:
    """Where Python raises or differs, numpy's inf, nan or sign is the answer."""
    found = eval(text, {"v": Value(0.0), "np": np}).data
    wanted = eval(text, {"v": np.float64(0.0), "np": np})
    assert type(found) is float
    np.testing.assert_array_equal(found, wanted)
    assert math.isnan(found) or np.signbit(found) == np.signbit(wanted)
