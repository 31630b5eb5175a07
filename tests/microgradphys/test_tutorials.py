"""Programs as tutorials have them, on arrays: written once, run with autograd's numpy and grad and with ours."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import autograd
import autograd.numpy
import numpy as np
import pytest

import microgradphys
from microgradphys import Value, grad, relu

THEIRS = SimpleNamespace(np=autograd.numpy, grad=autograd.grad)
OURS = SimpleNamespace(np=np, grad=microgradphys.grad)


def classifier(lib: Any) -> Any:
    """A network whose parameters are a list of pairs, with log-softmax by hand, some steps of gradient descent."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 5))
    T = np.eye(3)[np.argmax(X[:, :3], axis=1)]
    params = [(0.1 * rng.normal(size=(m, n)), 0.1 * rng.normal(size=n)) for m, n in ((5, 6), (6, 3))]

    def objective(params: Any) -> Any:
        units = out = X
        for W, b in params:
            out = lib.np.dot(units, W) + b
            units = lib.np.tanh(out)
        logs = out - lib.np.log(lib.np.sum(lib.np.exp(out), axis=1, keepdims=True))
        return -lib.np.sum(logs * T) + 0.1 * sum(lib.np.sum(W**2) + lib.np.sum(b**2) for W, b in params)

    for _ in range(10):
        steps = lib.grad(objective)(params)
        params = [(W - 0.01 * dW, b - 0.01 * db) for (W, b), (dW, db) in zip(params, steps, strict=True)]
    return np.concatenate([np.ravel(part) for pair in params for part in pair])


def sine_by_its_series(lib: Any) -> Any:
    """A loop that runs until a term is small, and four derivatives of it."""

    def sine(x: Any) -> Any:
        total = term = x
        i = 0
        while lib.np.abs(term) > 1e-12:
            term = -term * x**2 / ((2 * i + 3) * (2 * i + 2))
            total = total + term
            i += 1
        return total

    found, f = [], sine
    for _ in range(4):
        f = lib.grad(f)
        found.append(f(0.7))
    return found


def recurrent(lib: Any) -> Any:
    """A state that is joined with each input in turn."""
    inputs = np.random.default_rng(1).normal(size=(5, 3))

    def last(W: Any) -> Any:
        state = np.zeros(4)
        for x in inputs:
            state = lib.np.tanh(lib.np.dot(lib.np.concatenate([state, x]), W))
        return lib.np.sum(state)

    return lib.grad(last)(np.random.default_rng(2).normal(size=(7, 4)))


def pendulum(lib: Any) -> Any:
    """Where a pendulum stands after some time, by where it started: first and second derivative."""

    def angle(start: Any) -> Any:
        position, velocity = start, 0.0
        for _ in range(50):
            velocity = velocity - 0.01 * 9.81 * lib.np.sin(position)
            position = position + 0.01 * velocity
        return position

    return [lib.grad(angle)(0.3), lib.grad(lib.grad(angle))(0.3)]


def gradient_penalty(lib: Any) -> Any:
    """The gradient of a gradient's length."""
    x, W = np.random.default_rng(3).normal(size=4), np.random.default_rng(4).normal(size=(4, 3))

    def critic(x: Any, W: Any) -> Any:
        return lib.np.sum(lib.np.tanh(lib.np.dot(x, W)))

    return lib.grad(lambda W: (lib.np.sqrt(lib.np.sum(lib.grad(critic)(x, W) ** 2)) - 1) ** 2)(W)


@pytest.mark.parametrize("program", [classifier, sine_by_its_series, recurrent, pendulum, gradient_penalty])
def test_the_program_gives_what_it_gives_with_autograd(program: Callable[[Any], Any]) -> None:
    """With nothing changed but numpy and grad."""
    np.testing.assert_allclose(program(OURS), program(THEIRS), rtol=1e-10)


class Linear:
    """A layer as a class of one's own, as in PyTorch."""

    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        self.weight = Value(rng.normal(size=(outputs, inputs)) / np.sqrt(inputs))
        self.bias = Value(np.zeros(outputs))

    def __call__(self, x: Any) -> Any:
        return x @ self.weight.T + self.bias


def test_a_training_loop_with_adam_by_hand_learns() -> None:
    """Layers as classes, `p.grad = None`, backward, and an update of the data in place."""
    rng = np.random.default_rng(0)
    first, second = Linear(4, 16, rng), Linear(16, 1, rng)
    parameters = [first.weight, first.bias, second.weight, second.bias]
    X = rng.normal(size=(32, 4))
    Y = np.sin(X.sum(axis=1, keepdims=True))
    mean, square = [0.0] * 4, [0.0] * 4
    losses = []
    for t in range(1, 101):
        loss = ((second(relu(first(X))) - Y) ** 2).mean()
        for p in parameters:
            p.grad = None
        loss.backward()
        losses.append(loss.data)
        for k, p in enumerate(parameters):
            mean[k] = 0.9 * mean[k] + 0.1 * p.grad
            square[k] = 0.999 * square[k] + 0.001 * p.grad**2
            p.data -= 0.01 * (mean[k] / (1 - 0.9**t)) / (np.sqrt(square[k] / (1 - 0.999**t)) + 1e-8)
    assert losses[-1] < 0.3 * losses[0]


def test_newtons_method_finds_a_minimum() -> None:
    """Hessian and gradient in a loop: at the minimum of Σx⁴ − Πx all x are equal, and 4x³ = x²."""
    x = np.array([1.0, 2.0, 3.0])

    def f(x: Any) -> Any:
        return np.sum(x**4) - np.prod(x)

    for _ in range(20):
        x = x - np.linalg.solve(microgradphys.hessian(f)(x), grad(f)(x))
    np.testing.assert_allclose(x, np.full(3, 0.25), rtol=1e-9)


def test_equations_of_motion_come_from_a_lagrangian() -> None:
    """q̈ = M⁻¹ ∂L/∂q of two unlike oscillators, differentiated once more."""
    mass, stiffness = np.array([2.0, 4.0]), np.array([3.0, 5.0])

    def lagrangian(q: Any, v: Any) -> Any:
        return 0.5 * np.sum(mass * v**2) - 0.5 * np.sum(stiffness * q**2)

    def acceleration(q: Any, v: Any) -> Any:
        return np.linalg.solve(microgradphys.hessian(lagrangian, 1)(q, v), grad(lagrangian)(q, v))

    q, v = np.array([1.0, 2.0]), np.array([0.5, 0.0])
    np.testing.assert_allclose(acceleration(q, v), -stiffness * q / mass)
    np.testing.assert_allclose(microgradphys.jacobian(acceleration)(q, v), np.diag(-stiffness / mass))
