"""Primitives that users define: what follows from a row of theirs, and what is refused."""

import builtins
import keyword
import math
import threading
from typing import Any

import numpy as np
import pytest

import viz
from microgradphys import Value, check_gradients, grad, hessian, primitive, replay, sigmoid
from microgradphys.errors import CheckError, InputError, MicrogradphysError, StaleGraphError
from microgradphys.graph import ancestors
from microgradphys.namespaces import OWN_ROWS, arrays, floats
from microgradphys.notation import write
from microgradphys.recording import values
from microgradphys.source import Printer


@pytest.fixture(autouse=True)
def names_of_this_test() -> Any:
    """Forget the rows that a test defined."""
    before = dict(OWN_ROWS)
    OWN_ROWS.clear()
    yield
    OWN_ROWS.clear()
    OWN_ROWS.update(before)


SWISH: dict[str, Any] = {
    "written": "swish(a)",
    "forward": lambda xp, a: a * xp.sigmoid(a),
    "partials": (lambda xp, y, a: xp.sigmoid(a) + y * (1 - xp.sigmoid(a)),),
    "samples": ((0.5,), (-1.0,), (np.array([0.2, -0.5, 1.3]),)),
}
ROOT_MEAN: dict[str, Any] = {
    "written": "root_mean(a)",
    "forward": lambda xp, a: np.sqrt(np.mean(np.square(a))),
    "vjps": lambda xp, g, y, a: g * a / (y * np.size(a)),
    "samples": (np.array([[0.3, -1.2], [0.7, 2.0]]), np.array([1.0, 2.0, -0.5])),
}


def test_a_row_of_ones_own_works_on_everything() -> None:
    """Values, numbers, lists and arrays; float32 stays float32, also through numbers of float64."""
    swish = primitive("swish", **SWISH)
    assert swish(0.0) == 0.0
    assert type(swish(1)) is float
    np.testing.assert_allclose(swish([0.0, 1.0]), [0.0, sigmoid(1.0)])
    x = Value(np.array([0.5, -1.0], np.float32), "x")
    y = swish(x)
    assert (y.op, y.dtype) == ("swish", np.float32)
    y.sum().backward()
    assert x.grad.dtype == np.float32
    wide = primitive("wide", "2 * a", forward=lambda xp, a: np.float64(2) * a, partials=lambda xp, y, a: 2, samples=1.0)
    assert wide(x).dtype == np.float32
    assert type(wide(3.0)) is float
    assert wide.__name__ == "wide"
    assert wide.__doc__ == "Compute 2 · a, with a derivative of its own."


def test_its_rules_may_keep_what_they_see_but_not_change_it_unnoticed() -> None:
    """numpy refuses to write to results, and a leaf is compared with its past."""
    seen: list[Any] = []

    def forward(xp: Any, a: Any) -> Any:
        seen.append(a)
        return 2 * a

    keeper = primitive("keeper", "2 · a", forward=forward, partials=lambda xp, y, a: seen.append(y) or 2, samples=1.0)
    x = Value([1.0, 2.0], "x")
    loss = keeper(x * 3.0).sum()
    loss.backward()
    for array in seen[-2:]:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7.0
    loss = (keeper(x) ** 2).sum()
    seen[-1][0] = 7.0
    with pytest.raises(StaleGraphError, match="'x'"):
        loss.backward()


def test_its_gradient_is_right_at_every_order() -> None:
    """Orders 1 to 3 agree with the same function composed of the table's rows."""
    swish = primitive("swish", **SWISH)
    check_gradients(lambda x: np.sum(np.sin(swish(x))), np.array([0.3, -0.7]), order=3)
    np.testing.assert_allclose(
        hessian(lambda x: np.sum(swish(x) ** 2))(np.array([0.3, -0.7])),
        hessian(lambda x: np.sum((x * sigmoid(x)) ** 2))(np.array([0.3, -0.7])),
    )
    third = grad(grad(grad(swish)))(0.4)
    assert third == pytest.approx(grad(grad(grad(lambda x: x * sigmoid(x))))(0.4))


def test_a_structural_row_may_use_numpy() -> None:
    """Its vjp is written in the table's operations, so that it has a derivative itself."""
    root_mean = primitive("root_mean", **ROOT_MEAN)
    check_gradients(lambda x: root_mean(x) ** 3, np.array([0.3, -0.7, 2.0]), order=2)
    assert root_mean(np.array([3.0, 3.0])) == 3.0
    assert root_mean(-0.1) == Value(0.1).data == arrays.root_mean(np.array([0.1])) == 0.1
    assert arrays.root_mean(np.array([1, 7])) == 5.0
    x = Value(np.array([3.0, 4.0], np.float32), "x")
    y = root_mean(x)
    y.backward()
    assert y.data.dtype == x.grad.dtype == np.float32


def test_a_structural_row_may_take_numbers() -> None:
    """They come as Python's floats, and a forward that wants arrays is refused."""
    row: dict[str, Any] = {
        "written": "a · b",
        "forward": lambda xp, a, b: a * b,
        "vjps": (lambda xp, g, y, a, b: g * b, lambda xp, g, y, a, b: xp.sum(g * a)),
        "samples": ((np.array([0.5, -1.0]), 3.0),),
    }
    scaled = primitive("scaled", **row)
    assert grad(lambda b: np.sum(scaled([1.0, 2.0], b)))(5.0) == 3.0
    with pytest.raises(InputError, match="'float' object has no attribute 'item'"):
        primitive("scaled", **{**row, "forward": lambda xp, a, b: a * b.item()})


def test_options_are_not_differentiated() -> None:
    """Keyword arguments reach the forward and the rules."""
    power = primitive(
        "scaled", "scaled(a)", forward=lambda xp, a, by=2.0: by * xp.sin(a), statics=("by",),
        partials=lambda xp, y, a, by=2.0: by * xp.cos(a), samples=(0.5, ((0.5,), {"by": 3.0})),
    )  # fmt: skip
    assert power(0.5, by=4.0) == 4.0 * math.sin(0.5)
    assert grad(lambda x: power(x, by=5.0))(0.0) == 5.0
    x = Value(0.5, "x")
    y = power(x, by=5.0)
    assert [write(text) for text in Printer(ancestors(y)).local(y, 0, {x: x.data})][1:] == [
        "5 · cos(x)",
        "5 × cos(0.5)",
    ]


def test_other_rows_may_use_it() -> None:
    """`xp.swish` exists on floats, arrays and Values, and in its own rule while that is checked."""
    primitive("swish", **SWISH)
    assert floats.swish(0.0) == 0.0
    assert arrays.swish(np.zeros(2)).shape == (2,)
    assert values.swish(Value(0.0)).op == "swish"
    twice = primitive(
        "twice_swish", "2 · swish(a)", forward=lambda xp, a: 2 * xp.swish(a),
        partials=lambda xp, y, a: 2 * xp.sigmoid(a) + 2 * xp.swish(a) * (1 - xp.sigmoid(a)), samples=0.5,
    )  # fmt: skip
    assert twice(1.0) == 2 * sigmoid(1.0)
    own_exp = primitive(
        "own_exp", "e ^ a", forward=lambda xp, a: xp.exp(a), partials=lambda xp, y, a: xp.own_exp(a), samples=0.5
    )
    assert grad(grad(own_exp))(0.0) == 1.0
    with pytest.raises(AttributeError, match="no row of the table of primitives is called 'swosh'"):
        _ = values.swosh


def test_it_is_shown_like_any_other() -> None:
    """The chain rule, the steps, their JSON form and the picture follow from the row."""
    swish = primitive("swish", **SWISH)
    w, x = Value(0.5, "w"), Value(2.0, "x")
    y = swish(w * x).named("y")
    E = (y**2).named("E")
    text = str(viz.explain(E, w))
    assert "∂E/∂w = ∂E/∂y · ∂y/∂w\n      = ∂E/∂y · swish′(w · x) · x" in text
    story = viz.Storyboard(E)
    assert "y = swish(w · x) = swish(1) = 0.7311" in [str(step.formula) for step in story]
    assert '"op": "swish"' in story.to_json()
    assert "swish" in str(viz.Stepper(E).to("y"))
    assert "swish" in viz.draw(E).svg()


def test_a_neuron_with_it_is_drawn_as_a_neuron() -> None:
    """The view as a network knows an activation function by its row."""
    swish = primitive("swish", **SWISH)
    w, v, x, t = Value(0.5, "w_11"), Value(0.3, "w_12"), Value(2.0, "x_1"), Value(1.0, "x_2")
    known = np.tanh(w * x + v * t).named("y")
    own = swish(w * x + v * t).named("y")
    circles = [viz.draw(y, view="network").svg().count("<circle") for y in (own, known)]
    assert circles[0] == circles[1] > 0


@pytest.mark.parametrize("wide", [False, True])
def test_a_graph_with_it_is_replayed(wide: bool) -> None:
    """One node at a time or level by level, the eager numbers; a row of the same name is another row."""
    first = primitive("swish", **SWISH)
    second = primitive("swish", **{**SWISH, "forward": lambda xp, a: xp.sin(a), "partials": lambda xp, y, a: xp.cos(a)})
    xs = [Value(0.1 * k) for k in range(40 if wide else 1)]
    loss = sum((first(x) * second(x) for x in xs), Value(0.0))
    loss.backward()
    eager, found = [x.grad for x in xs], replay(loss).run()
    assert found == pytest.approx(sum(x.data * sigmoid(x.data) * math.sin(x.data) for x in xs))
    np.testing.assert_allclose([x.grad for x in xs], eager)


def test_a_name_of_ones_own_may_be_defined_again() -> None:
    """As a cell of a notebook that is run again does; older graphs keep the row that made them."""
    old = primitive("swish", **SWISH)
    x = Value(0.5, "x")
    y = old(x)
    new = primitive("swish", "a ^ 2", forward=lambda xp, a: a * a, partials=lambda xp, y, a: 2 * a, samples=1.5)
    y.backward()
    assert x.grad == pytest.approx(grad(lambda x: x * sigmoid(x))(0.5))
    assert (old(1.0), new(3.0), floats.swish(3.0)) == (sigmoid(1.0), 9.0, 9.0)


@pytest.mark.parametrize("kind", [SWISH, ROOT_MEAN], ids=["partials", "vjps"])
def test_a_rule_that_is_wrong_by_a_thousandth_is_refused(kind: dict[str, Any]) -> None:
    """The error names row and argument, and nothing is defined."""
    key = "partials" if "partials" in kind else "vjps"
    right = kind[key][0] if isinstance(kind[key], tuple) else kind[key]
    for wrong in (lambda *args: 1.001 * right(*args), lambda *args: right(*args) * float("nan")):
        with pytest.raises(CheckError, match=r"wrong_row, order 1: .*primitive 'wrong_row' for its argument a"):
            primitive("wrong_row", **{**kind, key: wrong})
    assert "wrong_row" not in OWN_ROWS
    assert not hasattr(floats, "wrong_row")


def test_a_rule_that_cannot_be_differentiated_is_refused() -> None:
    """A derivative that loses its argument is right at order 1 only."""
    with pytest.raises(CheckError, match="lost, order 2"):
        primitive(
            "lost", "lost(a)", forward=lambda xp, a: xp.sin(a),
            partials=lambda xp, y, a: np.cos(getattr(a, "data", a)), samples=0.5,
        )  # fmt: skip
    with pytest.raises(InputError, match=r"lost: its rules cannot be run at \(0.5\): UnsupportedError: .*xp.exp"):
        primitive(
            "lost", "lost(a)", forward=lambda xp, a: xp.sin(a), partials=lambda xp, y, a: math.cos(a), samples=0.5
        )


def test_a_rule_that_branches_is_refused() -> None:
    """An `if` decides for one number, not for each element of an array."""
    with pytest.raises(InputError, match=r"leaky: its rules cannot be run at \(\[0.5, 0.5\]\): Value.*ambiguous"):
        primitive(
            "leaky", "leaky(a)", forward=lambda xp, a: xp.where(a > 0, a, 0.1 * a),
            partials=lambda xp, y, a: 1.0 if a > 0 else 0.1, samples=(0.5, -0.5),
        )  # fmt: skip


def test_random_rows_are_as_right_as_what_they_are_made_of() -> None:
    """A product of two rows of the table, with its product rule, is its composition at orders 1 and 2."""
    drawn = np.random.default_rng(3)
    names = "sin cos tanh exp sigmoid arctan softplus square".split()
    slopes = {
        "sin": lambda xp, a: xp.cos(a),
        "cos": lambda xp, a: -xp.sin(a),
        "tanh": lambda xp, a: 1 - xp.square(xp.tanh(a)),
        "exp": lambda xp, a: xp.exp(a),
        "sigmoid": lambda xp, a: xp.sigmoid(a) * (1 - xp.sigmoid(a)),
        "arctan": lambda xp, a: 1 / (1 + a * a),
        "softplus": lambda xp, a: xp.sigmoid(a),
        "square": lambda xp, a: 2 * a,
    }
    for _ in range(20):
        f, g = drawn.choice(names, 2).tolist()
        point = drawn.normal(size=(2, 3))
        row = primitive(
            "mixed", "mixed(a, b)",
            forward=lambda xp, a, b, f=f, g=g: getattr(xp, f)(a) * getattr(xp, g)(b),
            partials=(
                lambda xp, y, a, b, f=f, g=g: slopes[f](xp, a) * getattr(xp, g)(b),
                lambda xp, y, a, b, f=f, g=g: getattr(xp, f)(a) * slopes[g](xp, b),
            ),
            samples=((0.3, -0.4), (point, point[0])),
        )  # fmt: skip
        composed = lambda a, b, f=f, g=g: getattr(values, f)(a) * getattr(values, g)(b)
        for n in (0, 1):
            one = hessian(lambda a, b, row=row: np.sum(row(a, b)), n)(point, point[1])
            np.testing.assert_allclose(one, hessian(lambda a, b, c=composed: np.sum(c(a, b)), n)(point, point[1]))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a * sigmoid(a)", "x · sigmoid(x)"),
        ("a · σ(a) ^ 2", "x · σ(x)²"),
        ("a / √(1 + a ** 2)", "x / √(1 + x²)"),
        ("-a", "−x"),
        ("1 - a", "1 − x"),
        ("0.5 * a", "0.5 · x"),
        ("-2 * a + 1", "−2 · x + 1"),
        ("√a", "√x"),
        ("|a|", "|x|"),
        ("⌊a / 2⌋", "⌊x / 2⌋"),
        ("e ^ a / 2", "eˣ / 2"),
        ("ln(1 + a)", "ln(1 + x)"),
    ],
)
def test_the_writing_may_be_a_formula(written: str, shown: str) -> None:
    """The usual signs, and Python's, are read; the formula stands in pictures and sentences."""
    row = primitive("written", written, forward=lambda xp, a: xp.sin(a), partials=lambda xp, y, a: xp.cos(a), samples=1)
    y = row(Value(0.5, "x")).named("y")
    assert str(viz.Storyboard(y, learning_rate=None).steps[0].formula).startswith(f"y = {shown} = ")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a +",
        "a + (2",
        "foo",
        "x",
        "swish(x)",
        "swish(b)",
        "swish a",
        "3",
        "a + b",
        "a[0] + 1",
        "a if a else a",
        "a,",
    ],
)
def test_a_writing_that_cannot_be_read_is_refused(written: str) -> None:
    """Before anything else is defined; the message shows what can be."""
    with pytest.raises(InputError, match=r"written=.* cannot be read; write 'swish\(a\)'"):
        primitive("swish", **{**SWISH, "written": written})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *((name, "exists already") for name in ("tanh", "sigmoid", "scatter", "svd", "interp", "grad", "primitive")),
        *((name, "word of Python's own") for name in ("lambda", "print", "sum", "None")),
        *((name, "a name that Python can read") for name in ("", "2x", "a b", "_x", "__class__", "a.b", None, 3)),
    ],
)
def test_a_name_that_is_taken_or_none_is_refused(name: Any, message: str) -> None:
    """Python's, numpy's and ours stay what they are."""
    with pytest.raises(InputError, match=message):
        primitive(name, **SWISH)
    assert all(keyword.iskeyword(word) or hasattr(builtins, word) for word in ("lambda", "print"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": ()}, "needs samples"),
        ({"samples": ((0.5, 1.0),)}, r"has 1 partials, but a sample of 2 arguments: \(0.5, 1.0\)"),
        ({"samples": (((0.5,), {"by": 1}),)}, "option 'by', which statics= does not name"),
        ({"partials": ()}, "needs either partials, if it works element by element, or vjps"),
        ({"vjps": SWISH["partials"]}, "needs either partials"),
        ({"partials": (1.0,)}, "partials holds something that is no function"),
        ({"partials": SWISH["partials"] * 9, "samples": ((1.0,) * 9,)}, "has 9 arguments; 8 can be written"),
        ({"partials": 1.0}, "partials holds something that is no function"),
        ({"forward": None}, "forward is no function"),
        ({"written": 3}, "written=3 is not a text"),
        ({"forward": lambda xp, a: math.tanh(a)}, r"forward fails on arrays at \(\[0.5, 0.5\]\): TypeError"),
        ({"forward": lambda xp, a: np.linalg.norm(a) * a.size}, r"makes shape \(\) of shape \(2,\).*give vjps"),
        ({"forward": lambda xp, a: a.astype(float)}, r"forward fails on floats at \(0.5\): AttributeError"),
        ({"forward": lambda xp, a: a if xp is arrays else 2 * a}, "gives 1.0 for the floats .* but 0.5 for the same"),
        ({"forward": lambda xp, a: a if xp is arrays else [a]}, "makes a list of floats, not a float"),
        ({"forward": lambda xp, a: a * 1j}, "gives complex128"),
        ({"forward": lambda xp, a: a if xp is arrays else a * 1j}, "makes a complex of floats"),
        ({"forward": lambda xp, a: np.array(["x", "y"])}, "gives <U1"),
        ({"forward": lambda xp, a: np.multiply(a, 2, out=a)}, r"forward fails on arrays .*read-only"),
        ({"partials": lambda xp, y, a: xp.tanhh(a)}, "AttributeError: no row of the table of primitives is called"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    """Every message names the row and what to do; nothing is defined."""
    with pytest.raises(InputError, match=message):
        primitive("swish", **{**SWISH, **change})
    assert "swish" not in OWN_ROWS


def test_a_call_that_does_not_fit_is_refused() -> None:
    """The message shows how the function is called; complex results are refused when they come up later."""
    swish = primitive("swish", **SWISH)
    for call in (lambda: swish(), lambda: swish(1.0, 2.0), lambda: swish(1.0, by=2)):
        with pytest.raises(InputError, match=r"swish\(a\) was called with other arguments"):
            call()
    root = primitive("own_root", "√a", forward=lambda xp, a: a**0.5, partials=lambda xp, y, a: 1 / (2 * y), samples=2.0)
    with pytest.raises(MicrogradphysError, match="own_root: its forward gives complex numbers"):
        root(-1.0)


def test_threads_define_rows_side_by_side() -> None:
    """Each gets its own; nobody sees a row that is still being checked."""
    seen: list[bool] = []

    def peek(xp: Any, y: Any, a: Any) -> Any:
        thread = threading.Thread(target=lambda: seen.append(hasattr(values, "row_3")))
        thread.start()
        thread.join()
        return 3

    made: dict[int, Any] = {}

    def define(k: int) -> None:
        rule = peek if k == 3 else lambda xp, y, a: k
        made[k] = primitive(f"row_{k}", f"{k} · a", forward=lambda xp, a: k * a, partials=rule, samples=1.0)

    threads = [threading.Thread(target=define, args=(k,)) for k in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [grad(made[k])(1.0) for k in range(1, 6)] == [1, 2, 3, 4, 5]
    assert not any(seen[:4])
