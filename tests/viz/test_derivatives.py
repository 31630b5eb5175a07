"""The graph of a gradient is a graph: its numbers against closed forms, its names, and every renderer."""

import math
import re

import numpy as np
import pytest

from microgradphys import Value, constant, grad, lines, scope
from microgradphys.errors import GradientError, InputError, MatrixError
from microgradphys.mathematics import Derivative, Symbol, named
from microgradphys.notation import write
from viz import Stepper, Storyboard, draw, explain, gradient, newton, play


def test_derivatives_of_a_power() -> None:
    """x⁴ at 2: 32, 48, 48, 24, and then a constant."""
    x = Value(2.0, "x")
    y = (x**4).named("y")
    seen = []
    for _ in range(4):
        y = gradient(y, x)
        seen.append((y.data, y.name))
    assert seen == [(32.0, "∂y/∂x"), (48.0, "∂²y/∂x²"), (48.0, "∂³y/∂x³"), (24.0, "∂⁴y/∂x⁴")]


@pytest.mark.parametrize("at", [-2.0, 0.3, 1.7])
def test_second_derivative_of_a_product(at: float) -> None:
    """(eˣ sin x)″ = 2 eˣ cos x, from the graph, and its own derivative by the storyboard."""
    x = Value(at, "x")
    curvature = gradient(gradient((np.exp(x) * np.sin(x)).named("y"), x), x)
    assert curvature.data == pytest.approx(2 * math.exp(at) * math.cos(at))
    board = Storyboard(curvature, learning_rate=None)
    third = board.state(len(board.steps)).gradients[board.index("x")]
    assert third == pytest.approx(2 * math.exp(at) * (math.cos(at) - math.sin(at)))


def rosenbrock(at: tuple[float, float]) -> tuple[Value, Value, Value]:
    """(1 − x₁)² + 100 (x₂ − x₁²)², and its variables."""
    a, b = Value(at[0], "x_1"), Value(at[1], "x_2")
    return ((1 - a) ** 2 + 100 * (b - a**2) ** 2).named("f"), a, b


def test_mixed_derivatives() -> None:
    """The Hessian of Rosenbrock's function, entry by entry."""
    f, a, b = rosenbrock((-1.2, 1.0))
    found = {slope.name: slope.data for x in (a, b) for slope in (gradient(gradient(f, x), z) for z in (a, b))}
    assert found == pytest.approx(
        {"∂²f/∂x_1²": 1330.0, "∂²f/∂x_1∂x_2": 480.0, "∂²f/∂x_2∂x_1": 480.0, "∂²f/∂x_2²": 200.0}
    )


def test_newton_steps_are_those_of_linear_algebra() -> None:
    """x − H⁻¹ g with numpy's solver; one variable and two."""
    for at in ((-1.2, 1.0), (0.5, 2.0)):
        (u, v), (f, a, b) = at, rosenbrock(at)
        g = np.array([-2 * (1 - u) - 400 * u * (v - u * u), 200 * (v - u * u)])
        H = np.array([[2 - 400 * (v - 3 * u * u), -400 * u], [-400 * u, 200]])
        np.testing.assert_allclose([new.data for new in newton(f, a, b)], np.array(at) - np.linalg.solve(H, g))
    x = Value(3.0, "x")
    (new,) = newton((x**4).named("y"), x)
    assert new.data == pytest.approx(3.0 - 3.0 / 3)
    separate = Value(1.0, "p") ** 2 + Value(2.0, "q") ** 2
    p, q = (node for node in Storyboard(separate).recording if node.name in ("p", "q"))
    assert [new.data for new in newton(separate, p, q)] == [0.0, 0.0]


def test_names_are_written_as_mathematics() -> None:
    """A name that says it is a derivative is written as one, in every notation, and found by it."""
    x = Value(2.0, "x_1")
    curvature = gradient(gradient((x**4).named("y"), x), x)
    board = Storyboard(curvature)
    label = board.nodes[board.loss].label
    assert label == Derivative(Derivative(Symbol("y"), Symbol("x_1")), Symbol("x_1"))
    assert write(label) == "∂²y/∂x₁²"
    assert write(label, "latex") == r"\frac{\partial^{2} y}{\partial x_{1}^{2}}"
    assert write(label, "typst") == "frac(∂^2 y, ∂ x_(1)^2)" or "∂^2" in write(label, "typst")
    assert "<msup><mo>∂</mo><mn>2</mn></msup>" in write(label, "mathml")
    assert board.index("∂²y/∂x_1²") == board.index("∂²y/∂x₁²") == board.loss
    assert write(board.gradient(board.index("x_1"))) == "∂³y/∂x₁³"


@pytest.mark.parametrize("name", ["∂", "∂y", "∂y/x", "∂²y/∂x", "∂y/∂", "a/∂b", "∂³y/∂x²", "</b>∂"])
def test_other_names_stay_names(name: str) -> None:
    """Only what is a derivative through and through is read as one."""
    assert named(name) == Symbol(name)


def test_forward_and_backward_parts_fold() -> None:
    """The backward pass is a scope of the derivative's name."""
    x = Value(0.7, "x")
    with scope("forward"):
        y = (np.exp(x) * np.sin(x)).named("y")
    picture = draw(gradient(y, x), fold=True).picture
    assert [text.math and write(text.math) for text in picture.texts if text.id.startswith("name-g")] == [
        "forward",
        "∂y/∂x",
    ]


def test_every_renderer_shows_a_second_derivative() -> None:
    """Picture, page, stepper and explanation."""
    x = Value(0.7, "x")
    curvature = gradient(gradient((np.exp(x) * np.sin(x)).named("y"), x), x)
    assert "∂²y/∂x²" in draw(curvature).svg()
    assert "∂²y/∂x²" in play(curvature).html
    assert "∂²y/∂x² · compute" in repr(Stepper(curvature).jump(5))
    assert str(explain(curvature, x)).splitlines()[-1].startswith("∂³y/∂x³ = ")


def test_a_gradient_that_is_there_already_gets_a_node_of_its_own() -> None:
    """∂(w · x)/∂x is w, which keeps its name; a constant slope is a graph too, to any order."""
    w, x = Value(3.0, "w"), Value(2.0, "x")
    slope = gradient((w * x).named("y"), x)
    assert (slope.data, slope.name, w.name) == (3.0, "∂y/∂x", "w")
    assert gradient(slope, w).data == 1.0
    steady = gradient((x * 2.0).named("z"), x)
    assert (steady.data, steady.name) == (2.0, "∂z/∂x")
    assert str(Storyboard(steady).steps[1].formula) == "∂z/∂x = 2 · x⁰ = 2 × 1 = 2"
    assert gradient(steady, x).data == 0.0
    assert str(Storyboard(gradient(x * 1.0, x)).steps[0].formula) == "∂y/∂x = x⁰ = 2⁰ = 1"


def test_arrays() -> None:
    """The gradient of a sum over an array is an array; its sum can be differentiated again."""
    v = Value([1.0, 2.0], "v")
    slope = gradient((v**3).sum().named("E"), v)
    assert slope.data.tolist() == [3.0, 12.0]
    assert gradient(slope.sum(), v).data.tolist() == [6.0, 12.0]


def test_what_has_no_gradient_says_so() -> None:
    """Arrays, strangers, numbers, too many variables."""
    x, z = Value(1.0, "x"), Value(1.0, "z")
    with pytest.raises(GradientError, match="'x' does not depend on 'z'"):
        gradient(x, z)
    with pytest.raises(GradientError, match=r"shape \(2,\)"):
        gradient(Value([1.0, 2.0], "v") * 2, x)
    with pytest.raises(InputError, match="not float"):
        gradient(1.0, x)  # type: ignore[arg-type]
    with pytest.raises(GradientError, match="depend"):
        gradient(constant(1.0, "c") * 2, x)
    with pytest.raises(InputError, match="one variable or two"):
        newton(x * x)


def test_hostile_names_are_harmless() -> None:
    """A name goes into the derivative's name as text."""
    x = Value(2.0, "<b>x</b>")
    assert "<b>" not in draw(gradient((x * x).named("y&"), x)).svg()


def test_newton_says_what_it_cannot_do() -> None:
    a, b = Value(1.0, "a"), Value(2.0, "b")
    with pytest.raises(InputError, match=r"as newton\(y, a, b\)"):
        newton(a * a + b * b, [a, b])  # type: ignore[arg-type]
    with pytest.raises(MatrixError, match="the Hessian of lin has no inverse"):
        newton((a * 2).named("lin"), a)
    with pytest.raises(MatrixError, match="no inverse"):
        newton((a + b) ** 2, a, b)


FUNCTIONS = {
    "power": lambda x: x**4,
    "square": lambda x: x**2,
    "product": lambda x: np.exp(x) * np.sin(x),
    "tanh": np.tanh,
    "quotient": lambda x: 1 / (1 + x * x),
    "loss": lambda x: (np.tanh(2 * x + 1) - 0.3) ** 2,
    "gauss": lambda x: np.exp(-x * x / 2),
    "array": lambda x: np.sum(np.tanh(x * np.array([0.5, 1.0])) ** 2),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_derivatives_have_no_factor_1_and_no_step_twice(name: str) -> None:
    """And are those that the transforms compute."""
    x = Value(0.7, "x")
    curvature = gradient(gradient(FUNCTIONS[name](x).named("y"), x), x)
    assert curvature.data == pytest.approx(grad(grad(FUNCTIONS[name]))(0.7), rel=1e-12)
    steps = [str(step.formula) for step in Storyboard(curvature, learning_rate=None) if step.phase == "forward"]
    assert len(set(steps)) == len(steps)
    assert not [formula for formula in steps if re.search(r"(^|[ (])−?1 ·|· \(?−?1(?! [−+]|[\d.])", formula)]


def test_a_newton_step_computes_the_same_only_once() -> None:
    """The mixed derivative of two gradients shares what they have in common."""
    f, a, b = rosenbrock((-1.2, 1.0))
    new, _ = newton(f, a, b)
    board = Storyboard(new, learning_rate=None)
    steps = [str(step.formula) for step in board if step.phase == "forward"]
    assert len(set(steps)) == len(steps)
    third = board.state(len(board.steps)).gradients[board.index("x_2")]
    moved = [newton(*rosenbrock((-1.2, 1.0 + h)))[0].data for h in (1e-6, -1e-6)]
    assert third == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-6)


def test_a_derivative_is_no_loss_to_descend() -> None:
    """No update follows a derivative or a Newton step by itself; a loss that is made of one has it."""
    f, a, b = rosenbrock((-1.2, 1.0))
    slope = gradient(f, a)
    (new, _) = newton(f, a, b)
    for board in (Storyboard(slope), Storyboard(gradient(slope, b)), Storyboard(new)):
        assert board.learning_rate is None
        assert {step.phase for step in board} == {"forward", "backward"}
    assert Storyboard(slope, learning_rate=0.5).learning_rate == 0.5
    assert Storyboard((slope - 1.0) ** 2).learning_rate == Storyboard(f).learning_rate == 0.1


def test_powers_of_1_and_0_are_not_written() -> None:
    """The derivatives of squares of sums have no (1 − a)¹ and no (1 − a)⁰, and products of numbers are one number."""
    f, a, b = rosenbrock((-1.2, 1.0))
    for y in (gradient(gradient(f, a), a), *newton(f, a, b)):
        formulas = [str(step.formula) for step in Storyboard(y)]
        assert not [formula for formula in formulas if re.search("[⁰¹]( |$)", formula)]
        assert not [formula for formula in formulas if re.search(r"= [\d.]+ × [\d.]+ = [\d.]+ ·", formula)]


def test_the_line_of_a_derivative_is_the_one_that_asked_for_it() -> None:
    """Not one of ours."""
    with lines():
        x = Value(2.0, "x")
        slope = gradient((x**3).named("y"), x)
    texts = [node.line.text for node in Storyboard(slope).nodes if node.op and node.line]
    assert texts == ['slope = gradient((x**3).named("y"), x)'] * len(texts)
    assert texts


def test_orders_are_counted_over_variables_only() -> None:
    """∂³y/∂x³, but ∂(∂²y/∂x²)/∂sin(x), and the derivative of itself is ∂(∂²y/∂x²)/∂(∂²y/∂x²) = 1."""
    x = Value(0.7, "x")
    board = Storyboard(gradient(gradient((x * np.sin(x)).named("y"), x), x))
    formulas = {str(step.formula).partition(" = ")[0] for step in board if step.phase == "backward"}
    assert {"∂(∂²y/∂x²)/∂(∂²y/∂x²)", "∂(∂²y/∂x²)/∂sin(x)", "∂³y/∂x³"} <= formulas
