"""Programs written for micrograd run with another import and compute the same."""

import random
from types import ModuleType
from typing import Any

import micrograd.engine
import micrograd.nn
import numpy as np
import pytest

import microgradphys
import microgradphys.nn
from microgradphys import replay

LIBRARIES = [(microgradphys, microgradphys.nn), (micrograd.engine, micrograd.nn)]


def moons(samples: int, noise: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other, and which of them a point belongs to: −1 or 1."""
    angle = np.linspace(0, np.pi, samples // 2)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    points = np.concatenate([upper, lower])
    return points + rng.normal(0, noise, points.shape), np.repeat([-1, 1], samples // 2)


def demo_loss(engine: ModuleType, model: Any, X: np.ndarray, y: np.ndarray) -> tuple[Any, float]:
    """The loss of micrograd's demo notebook, a hinge loss and a penalty, and the accuracy."""
    inputs = [list(map(engine.Value, xrow)) for xrow in X]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    alpha = 1e-4
    reg_loss = alpha * sum(p * p for p in model.parameters())
    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores, strict=True)]
    return data_loss + reg_loss, sum(accuracy) / len(accuracy)


def demo(engine: ModuleType, layers: ModuleType, samples: int, steps: int) -> list[tuple[float, float]]:
    """The training loop of micrograd's demo notebook: the loss and the accuracy of each step."""
    random.seed(1337)
    X, y = moons(samples, 0.1, np.random.default_rng(1337))
    model = layers.MLP(2, [16, 16, 1])
    seen = []
    for k in range(steps):
        total_loss, acc = demo_loss(engine, model, X, y)
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        seen.append((total_loss.data, acc))
    return seen


def test_the_demo_agrees_with_micrograd_step_by_step() -> None:
    """Twelve steps on 20 points, every loss to twelve digits, and it learns."""
    ours, theirs = (demo(*library, samples=20, steps=12) for library in LIBRARIES)
    assert [accuracy for _, accuracy in ours] == [accuracy for _, accuracy in theirs]
    assert [loss for loss, _ in ours] == pytest.approx([loss for loss, _ in theirs], rel=1e-12)
    assert ours[-1][0] < 0.5 * ours[0][0]


def test_the_demo_can_be_replayed() -> None:
    """One recording, run again with new weights, is the loop without building the graph anew."""
    random.seed(1337)
    X, y = moons(20, 0.1, np.random.default_rng(1337))
    model = microgradphys.nn.MLP(2, [16, 16, 1])
    again = replay(demo_loss(microgradphys, model, X, y)[0])
    losses = []
    for k in range(12):
        losses.append(again.run())
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    expected = demo(microgradphys, microgradphys.nn, samples=20, steps=12)
    assert losses == pytest.approx([loss for loss, _ in expected], rel=1e-9)


def line(engine: ModuleType, _: ModuleType) -> list[float]:
    """A straight line fitted to points, with plain numbers as inputs."""
    w, b = engine.Value(0.3), engine.Value(0)
    points = [(x / 10, 3 * x / 10 + 1) for x in range(20)]
    for _epoch in range(50):
        losses = [(w * x + b - y) ** 2 for x, y in points]
        loss = sum(losses) / len(losses)
        w.grad = b.grad = 0
        loss.backward()
        w.data -= 0.1 * w.grad
        b.data -= 0.1 * b.grad
    return [loss.data, w.data, b.data]


def momentum(engine: ModuleType, layers: ModuleType) -> list[float]:
    """A network of one's own out of layers, velocities in a dictionary by parameter, the best weights kept."""

    class Net(layers.Module):
        def __init__(self) -> None:
            self.hidden, self.out = layers.Layer(1, 6), layers.Layer(6, 1, nonlin=False)

        def __call__(self, x: float) -> Any:
            return self.out(self.hidden([x]))

        def parameters(self) -> list[Any]:
            return self.hidden.parameters() + self.out.parameters()

    random.seed(5)
    net = Net()
    velocity = dict.fromkeys(net.parameters(), 0.0)
    data = [(i / 5 - 1, (i / 5 - 1) ** 2) for i in range(11)]
    best = (float("inf"), [0.0])
    for _ in range(20):
        loss = sum((net(x) - y) ** 2 for x, y in data) * (1 / len(data))
        net.zero_grad()
        loss.backward()
        for p in net.parameters():
            velocity[p] = 0.9 * velocity[p] - 0.05 * p.grad
            p.data += velocity[p]
        best = min(best, (loss.data, [p.data for p in net.parameters()]))
    return [best[0], *best[1]]


@pytest.mark.parametrize("program", [line, momentum])
def test_training_loops_agree_with_micrograd(program: Any) -> None:
    """With nothing changed but the import."""
    ours, theirs = (program(*library) for library in LIBRARIES)
    assert ours == pytest.approx(theirs, rel=1e-10)


def reused_leaf(value: Any) -> list[Any]:
    """One leaf on many paths, through relu on both of its sides."""
    a = value(-4.0)
    b = 2 * a + 2 + a
    c = b.relu() + b * a
    d = (b * b).relu()
    return [a, d + c + c * a]


def negative_powers(value: Any) -> list[Any]:
    """Quotients and powers below 1."""
    a, b = value(0.5), value(3.0)
    return [a, b, a / b - b / a + a**-2 + b**0.5 - 1 / (a - b) + (a * b) ** -0.5]


def python_sums(value: Any) -> list[Any]:
    """`sum` over Values starts at the number 0; a Value may be on both sides of an operation."""
    parts = [value(0.1 * k) for k in range(1, 6)]
    return [*parts, sum(part * part for part in parts) + parts[0] - parts[0] + parts[1] / parts[1]]


@pytest.mark.parametrize("program", [reused_leaf, negative_powers, python_sums])
def test_values_and_gradients_are_those_of_micrograd(program: Any) -> None:
    """Of each leaf."""
    found = []
    for engine, _ in LIBRARIES:
        *leaves, output = program(engine.Value)
        output.backward()
        found.append([output.data, *(leaf.grad for leaf in leaves)])
    assert found[0] == pytest.approx(found[1], rel=1e-13)


def test_the_first_program_is_right_by_hand() -> None:
    """With b = 3a + 2: b = −10 is cut off by relu, and y = b² + ba + ba², so dy/da = 2b·3 + 3a + b + 3a² + 2ab."""
    a, y = reused_leaf(microgradphys.Value)
    y.backward()
    assert y.data == 100 + 40 - 160
    assert a.grad == -60 - 12 - 10 + 48 + 80


def test_a_second_backward_pass_is_right_where_micrograd_is_not() -> None:
    """Gradients add up on leaves only: micrograd's also add up in between, and so are wrong."""
    found = []
    for engine, _ in LIBRARIES:
        x = engine.Value(3.0)
        y = (x * x) * 2
        y.backward()
        y.backward()
        found.append(x.grad)
    assert found == [24.0, 36.0]
