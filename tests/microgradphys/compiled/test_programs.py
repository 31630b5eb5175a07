"""Random programs: compiled with one set of numbers, compared with eager ones on others, ties and zeros among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from agreement import agree, apart, weighted

import microgradphys as mgp
from microgradphys import Value, compile, constant, grad, value_and_grad
from microgradphys.trees import flatten

Random = np.random.Generator
SHAPES: tuple[tuple[int, ...], ...] = ((), (3,), (2, 3), (3, 2), (1, 3), (2, 1), (4, 3, 2), (20, 30))
SMOOTH = (np.tanh, np.sin, np.exp, np.square, np.absolute, mgp.relu, mgp.sigmoid, mgp.softplus, mgp.gelu, np.arctan)
PAIRS = (np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.hypot, np.logaddexp, np.arctan2)
REDUCTIONS = (np.sum, np.mean, np.max, np.min, np.prod, np.var, np.std, np.median)


def one(a: Any, random: Random) -> Callable[[Any], Any]:
    """Choose a function of one array of this shape."""
    n = a.ndim
    choices: list[Any] = [random.choice(SMOOTH), lambda x: -x, lambda x: 0.5 * x + 1.0, lambda x: x**2 - x]  # type: ignore[arg-type]
    choices.append(lambda x: x / (1.0 + x * x))
    choices.append(lambda x: np.where(x > 0.1, x, 2.0 * x))
    choices.append(lambda x: np.clip(x, -0.5, 0.5))
    if n:
        axis = int(random.integers(n))
        keep, reduce = bool(random.integers(2)), random.choice(REDUCTIONS)  # type: ignore[arg-type]
        choices += [lambda x: reduce(x, axis=axis, keepdims=keep)] * 3
        choices += [lambda x: x.T, lambda x: x.ravel(), lambda x: np.flip(x, axis), lambda x: np.sort(x, axis)]
        choices += [lambda x: x[..., None], lambda x: x[None], lambda x: x[..., ::-1], lambda x: x[:1]]
        choices += [lambda x: np.cumsum(x, axis), lambda x: np.roll(x, 1, axis), lambda x: x[[0, -1, 0]]]
        choices += [lambda x: mgp.softmax(x, axis), lambda x: mgp.logsumexp(x, axis), lambda x: np.stack([x, 2.0 * x])]
        choices += [lambda x: np.concatenate([x, x * x], axis), lambda x: np.linalg.norm(x, axis=axis)]
        choices += [
            lambda x: np.take_along_axis(x, np.argsort(x, axis), axis),
            lambda x: x - x.max(axis, keepdims=True),
        ]
    if n > 1:
        choices += [lambda x: np.swapaxes(x, 0, -1), lambda x: x @ np.swapaxes(x, -1, -2), lambda x: x[0, ..., :1]]
        choices += [lambda x: np.einsum("...ij->...ji", x), lambda x: x[np.argmax(x, 0)], lambda x: np.triu(x)]
    return choices[int(random.integers(len(choices)))]


def two(a: Any, b: Any, random: Random) -> Callable[[Any, Any], Any] | None:
    """Choose a function of two arrays, None where there is none for these shapes."""
    choices: list[Any] = []
    try:
        np.broadcast_shapes(a.shape, b.shape)
        choices += [random.choice(PAIRS), lambda x, y: np.where(x > y, x, y * 2.0)]  # type: ignore[arg-type]
        choices += [lambda x, y: x / (1.0 + y * y), lambda x, y: np.where((x > 0) & (y <= x), x * y, 0.0)]
    except ValueError:
        pass
    if a.ndim and b.ndim and a.shape[-1] == b.shape[max(b.ndim - 2, 0)] and max(a.ndim, b.ndim) < 3:
        choices += [lambda x, y: x @ y] * 3
    if a.shape == b.shape:
        choices += [lambda x, y: np.stack([x, y], -1), lambda x, y: np.vdot(x, y)]
    if not a.size > 100:
        choices.append(lambda x, y: np.outer(x, y[..., :1] if np.ndim(y) else y))
    return choices[int(random.integers(len(choices)))] if choices else None


class Program:
    """A random program: its arguments, and a function of them that does what was drawn."""

    def __init__(self, seed: int) -> None:
        """Draw arguments, and then operations that fit."""
        self.random = random = np.random.default_rng(seed)
        self.dtype = random.choice([np.float64, np.float64, np.float32])  # type: ignore[arg-type]
        self.shapes = [SHAPES[k] for k in random.integers(len(SHAPES), size=random.integers(1, 4))]
        self.captured = [self.array(SHAPES[k]) for k in random.integers(len(SHAPES), size=random.integers(0, 3))]
        self.value = Value(self.array(SHAPES[int(random.integers(len(SHAPES)))]), "w")
        self.steps: list[tuple[Any, tuple[int, ...]]] = []
        # The structure of the arguments and of the result.
        self.nesting = int(random.integers(4))
        made = [np.asarray(a) for a in [*self.leaves(), *self.captured, self.value.held]]
        with np.errstate(all="ignore"):
            while len(self.steps) < random.integers(3, 14):
                first, second = (int(k) for k in random.integers(len(made), size=2))
                f, used = one(made[first], random), (first,)
                if random.random() < 0.5:
                    f, used = two(made[first], made[second], random), (first, second)
                if f is not None and (y := np.asarray(f(*(made[k] for k in used)))).size < 3000 and y.ndim < 5:
                    self.steps.append((f, used))
                    made.append(y)

    def array(self, shape: tuple[int, ...]) -> Any:
        """Draw data, often with equal elements and zeros."""
        kind = self.random.integers(4)
        drawn = self.random.normal(size=shape) if kind else self.random.integers(-1, 2, shape) * 1.0
        return np.asarray(drawn, self.dtype)

    def leaves(self) -> list[Any]:
        """Draw arguments; numbers are Python floats."""
        return [self.array(shape) if shape else float(self.array(())) for shape in self.shapes]

    def arguments(self) -> tuple[Any, Any]:
        """Draw arguments in their structure, and positions."""
        leaves = self.leaves()
        nested = (leaves, tuple(leaves), {f"p{k}": a for k, a in enumerate(leaves)}, {"a": [leaves[0]], 2: leaves[1:]})
        return nested[self.nesting], self.random.integers(0, 2, 3)

    def __call__(self, parameters: Any, places: Any) -> Any:
        """Run; return everything."""
        made = [*flatten(parameters), *map(constant, self.captured), self.value]
        for f, used in self.steps:
            made.append(f(*(made[k] for k in used)))
        last = made[-1]
        picked = last[places % np.shape(last)[0]] if np.size(last) > 1 and len(last) else last
        return {"made": made[-4:], "picked": (picked, made[0])}

    def loss(self, parameters: Any, places: Any) -> Any:
        """Make one number of it."""
        return sum(weighted(y) for y in flatten(self(parameters, places))) * 1.0


def check(seed: int) -> None:
    """Compare a program, its gradient and the gradient's gradient, on three sets of arguments."""
    program = Program(seed)

    def curved(parameters: Any, places: Any) -> Any:
        slopes = flatten(grad(program.loss)(parameters, places))
        return sum(weighted(g) for g in slopes)

    functions = [value_and_grad(program.loss), *([grad(curved)] if seed % 4 == 0 else [])]
    if program.dtype is np.float64 or () not in program.shapes:
        # numpy alone makes float64 of a number beside float32, where Values and compiled functions keep float32.
        functions.append(program)
    pairs = [(f, compile(f)) for f in functions]
    with np.errstate(all="ignore"):
        for _ in range(3):
            args = program.arguments()
            program.value.data = program.array(program.value.shape) if program.value.shape else float(program.array(()))
            for array in program.captured:
                array[...] = program.array(array.shape)
            for f, compiled in pairs:
                found = compiled(*args)
                agree(f(*args), found, program.dtype)
                apart(found, args, program.captured, program.value.held)
    assert all(len(compiled._kinds) == 1 for _, compiled in pairs)


@pytest.mark.parametrize("seed", range(120))
def test_random_programs_compute_what_they_say_on_fresh_data(seed):
    check(seed)
