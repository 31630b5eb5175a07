"""The printer: formulas come from the rows that ran."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from microgradphys import Value, constant, log_softmax, logsumexp, relu, sigmoid, softmax
from microgradphys.arranging import arrange, product
from microgradphys.graph import ancestors
from microgradphys.mathematics import Infix, Number, Symbol
from microgradphys.notation import write
from microgradphys.primitives import PRIMITIVES
from microgradphys.recording import apply
from microgradphys.source import Printer


def printed(output: Value, names: dict[Value, str] | None = None) -> str:
    """Write how a node follows from its parents."""
    return write(Printer(ancestors(output, constants=True), names).expression(output))


def local(output: Value, argument: int = 0) -> tuple[str, ...]:
    """Write the local derivative of a node: as the lecture does, its algebra, its numbers."""
    nodes = ancestors(output, constants=True)
    data = {node: node.data for node in nodes}
    return tuple(map(write, Printer(nodes).local(output, argument, data)))


def pulled(output: Value, argument: int) -> tuple[str, ...]:
    """Write the contribution of a structural row, in symbols and numbers."""
    nodes = ancestors(output, constants=True)
    data = {node: node.data for node in nodes}
    upstream = 2.0 if not output.shape else np.full(output.shape, 2.0)
    return tuple(map(write, Printer(nodes).pulled(output, argument, upstream, Symbol("g"), data)))


X, Y, M, V = Value(0.5, "x"), Value(2.0, "y"), Value([[1.0, 2.0], [3.0, 4.0]], "M"), Value([1.0, -1.0], "v")

FORWARD: list[tuple[Callable[[], Value], str]] = [
    (lambda: X + Y, "x + y"),
    (lambda: X + Y + X, "x + y + x"),
    (lambda: X - (Y - X), "x − (y − x)"),
    (lambda: X * Y * X, "x · y · x"),
    (lambda: (X + Y) * X, "(x + y) · x"),
    (lambda: 1 / X, "1 / x"),
    (lambda: X / (Y * X), "x / (y · x)"),
    (lambda: X**2, "x²"),
    (lambda: X**Y, "xʸ"),
    (lambda: 2**X, "2ˣ"),
    (lambda: -X, "−x"),
    (lambda: X + (-3), "x + (−3)"),
    (lambda: abs(X - 1), "|x − 1|"),
    (lambda: np.square(X), "x²"),
    (lambda: np.sqrt(X + 1), "√(x + 1)"),
    (lambda: np.exp(X), "eˣ"),
    (lambda: np.exp(-X), "e⁻ˣ"),
    (lambda: np.log(X), "ln(x)"),
    (lambda: np.sin(X * Y), "sin(x · y)"),
    (lambda: np.tanh(X), "tanh(x)"),
    (lambda: sigmoid(X), "σ(x)"),
    (lambda: relu(X), "relu(x)"),
    (lambda: np.maximum(X, 0), "max(x, 0)"),
    (lambda: np.minimum(X, Y), "min(x, y)"),
    (lambda: np.where(X, X, Y), "where(x, x, y)"),
    (lambda: M @ V, "M v"),
    (lambda: (M + 1) @ V, "(M + 1) v"),
    (lambda: M * V, "M ⊙ v"),
    (lambda: M * 2, "M · 2"),
    (lambda: M.T, "Mᵀ"),
    (lambda: np.swapaxes(M, 0, 1), "Mᵀ"),
    (lambda: M.sum(), "Σ M"),
    (lambda: (M @ V).mean(), "mean(M v)"),
    (lambda: np.outer(V, V), "v ⊗ v"),
    (lambda: M.reshape(4), "reshape(M)"),
    (lambda: V[0], "v[0]"),
    (lambda: M[1, ::-1], "M[1, ::-1]"),
    (lambda: M[..., 0:1], "M[…, 0:1]"),
    (lambda: V[np.array([0, 0])], "v[[0, 0]]"),
    (lambda: (M @ V)[0], "(M v)[0]"),
    (lambda: V[np.zeros(100, int)], "v[…]"),
    (lambda: np.expand_dims(V, 0), "expand(v)"),
    (lambda: np.broadcast_to(V, (2, 2)), "spread(v)"),
    (lambda: np.squeeze(M), "squeeze(M)"),
]


@pytest.mark.parametrize(("make", "text"), FORWARD, ids=[text for _, text in FORWARD])
def test_operations_are_written_as_on_the_blackboard(make: Callable[[], Value], text: str) -> None:
    """Every row has its place for a, b and c."""
    assert printed(make()) == text


@pytest.mark.parametrize("row", PRIMITIVES.values(), ids=repr)
def test_every_row_can_be_written_in_every_notation(row: Any) -> None:
    """No row lacks a writing."""
    static = {"index": 0} if row.name == "getitem" else {}
    formula = arrange(row, [Symbol(name) for name in "QRS"[: row.arity]], static)
    for notation in ("plain", "latex", "typst", "mathml"):
        assert "Q" in write(formula, notation)


@pytest.mark.parametrize(
    ("make", "argument", "expected"),
    [
        (lambda: X + Y, 0, ("1", "1", "1")),
        (lambda: X - Y, 1, ("−1", "−1", "−1")),
        (lambda: X * Y, 0, ("y", "y", "2")),
        (lambda: X * 3, 0, ("3", "3", "3")),
        (lambda: X / Y, 0, ("1 / y", "1 / y", "1 / 2")),
        (lambda: X**2, 0, ("2 · x", "2 · x", "2 × 0.5")),
        (lambda: X**3, 0, ("3 · x²", "3 · x²", "3 × 0.5²")),
        (lambda: X**Y, 0, ("y · x^(y − 1)", "y · x^(y − 1)", "2 × 0.5^(2 − 1)")),
        (lambda: (X**Y).named("z"), 1, ("z · ln(x)", "z · ln(x)", "0.25 × ln(0.5)")),
        (lambda: np.exp(X).named("z"), 0, ("z", "z", "1.649")),
        (lambda: np.log(X), 0, ("ln′(x)", "1 / x", "1 / 0.5")),
        (lambda: np.sin(X), 0, ("sin′(x)", "cos(x)", "cos(0.5)")),
        (lambda: np.cos(X), 0, ("cos′(x)", "−sin(x)", "−sin(0.5)")),
        (lambda: np.tanh(X).named("z"), 0, ("tanh′(x)", "1 − z · z", "1 − 0.4621 × 0.4621")),
        (lambda: sigmoid(X).named("z"), 0, ("σ′(x)", "z · (1 − z)", "0.6225 × (1 − 0.6225)")),
        (lambda: np.sqrt(X).named("z"), 0, ("1 / (2 · z)", "1 / (2 · z)", "1 / (2 × 0.7071)")),
        (lambda: relu(X), 0, ("relu′(x)", "1", "1")),
        (lambda: relu(-X), 0, ("relu′(−x)", "0", "0")),
        (lambda: np.maximum(X, X), 0, ("0.5", "0.5", "0.5")),
        (lambda: np.where(X, X, Y), 1, ("1", "1", "1")),
    ],
)
def test_local_derivatives_are_what_the_rule_recorded(
    make: Callable[[], Value], argument: int, expected: tuple[str, ...]
) -> None:
    """The lecture's writing, the algebra of the row's own partial, and its numbers."""
    assert local(make(), argument) == expected


@pytest.mark.parametrize(
    ("make", "argument", "symbols"),
    [
        (lambda: M @ M, 0, "g Mᵀ"),
        (lambda: M @ M, 1, "Mᵀ g"),
        (lambda: M @ V, 0, "g ⊗ v"),
        (lambda: M @ V, 1, "Mᵀ g"),
        (lambda: V @ V, 0, "g · v"),
        (lambda: M.sum(), 0, "spread(g)"),
        (lambda: V.mean(), 0, "spread(g · 0.5)"),
        (lambda: M.T, 0, "gᵀ"),
        (lambda: M.reshape(4), 0, "g"),
        (lambda: np.outer(V, V), 0, "g v"),
        (lambda: V[0], 0, "scatter(g)"),
        (lambda: np.concatenate([V, V, [1.0]]), 1, "g[2:4]"),
        (lambda: np.stack([V, V]), 1, "g[1]"),
        (lambda: np.max(V), 0, "g ⊙ [1, 0]"),
        (lambda: np.var(V), 0, "g ⊙ (v − mean(v))"),
        (lambda: np.linalg.norm(M, axis=0).named("n"), 0, "g / n ⊙ M"),
        (lambda: np.linalg.inv(M).named("Y"), 0, "−Yᵀ g Yᵀ"),
        (lambda: np.linalg.solve(M, V), 1, "solve(Mᵀ, g)"),
        (lambda: np.einsum("ij,j->i", M, V), 1, "einsum(i,ij→j, g, M)"),
        (lambda: softmax(V).named("z"), 0, "z ⊙ (g − sum(g ⊙ z, axis=-1))"),
        (lambda: log_softmax(V).named("z"), 0, "g − eᶻ ⊙ sum(g, axis=-1)"),
        (lambda: logsumexp(V), 0, "g ⊙ softmax(v)"),
        (lambda: logsumexp(M, axis=0, keepdims=True), 0, "g ⊙ softmax(M)"),
        (lambda: apply(PRIMITIVES["scatter"], V, index=([0, 2],), shape=(3,)), 0, "g[[0, 2]]"),
    ],
)
def test_contributions_of_structural_rows_are_what_the_rule_recorded(
    make: Callable[[], Value], argument: int, symbols: str
) -> None:
    """Moving numbers about is not written."""
    assert pulled(make(), argument)[0] == symbols


def test_contributions_are_written_in_numbers() -> None:
    """The same tree, with numbers in the places of the symbols."""
    assert pulled(M @ V, 1)[1] == "[[1, 2], [3, 4]]ᵀ [2, 2]"
    assert pulled(V.mean(), 0)[1] == "spread(2 × 0.5)"


@pytest.mark.parametrize("name", "sum mean prod max min var std cumsum linalg.norm".split())
def test_the_axis_of_a_reduction_is_written(name: str) -> None:
    """Without it the formula would say something else."""
    assert printed(operator.attrgetter(name)(np)(M, axis=0)) == f"{name.split('.')[-1]}(M, axis=0)"


def test_what_was_broadcast_is_summed_in_the_formula() -> None:
    """One matrix for a stack of them."""
    assert pulled(Value(np.ones((3, 2, 2)), "B") @ M, 1)[0] == "Σ Bᵀ g"


def test_the_zero_that_a_sum_begins_with_is_not_written() -> None:
    """Python's `sum` adds it; it is in no formula of the lecture."""
    assert printed(sum([X, Y])) == "x + y"
    assert printed(sum([X])) == "x"


def test_long_expressions_are_abbreviated() -> None:
    """A label is never longer than a line can bear: beyond that it is v and the node's place."""
    y = X
    for _ in range(30):
        y = np.tanh(y * Y + X)
    nodes = ancestors(y)
    printer = Printer(nodes)
    labels = [write(printer.label(node)) for node in nodes]
    assert max(map(len, labels)) <= 32
    assert "v₈" in labels
    assert labels.index("v₈") == 8
    assert printed(y).count("(") <= 4


def test_names_come_from_the_node_or_from_the_caller() -> None:
    """A Value's own name goes first."""
    a, b = Value(1.0), Value(2.0, "b")
    assert printed(a * b, {a: "alpha", b: "other"}) == "α · b"
    assert printed(a * b) == "v₀ · b"


def test_constants_are_their_number_or_their_name() -> None:
    """An unnamed constant is written out, a named one by its name."""
    assert printed(X * 3) == "x · 3"
    assert printed(X * constant(3.0, "k")) == "x · k"
    assert printed(X * constant(3.0, "")) == "x · 3"
    assert local(X * constant(3.0, "k"))[0] == "k"


def test_product_is_one_row_of_factors() -> None:
    """Factors of the same sign are joined, others stay whole."""
    factors = Infix("·", (Number(2.0), Symbol("y")))
    assert write(product("·", Symbol("x"), factors)) == "x · 2 · y"
    assert write(product("⊙", Symbol("x"), factors)) == "x ⊙ (2 · y)"
