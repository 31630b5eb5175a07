"""Random programs of arrays, written once and run by any library that has numpy's functions.

A program is a list of steps over a growing list of arrays; `build` draws one from a seed, `run` computes it with a
`Library`. The drawing looks at shapes and at numbers only, so every library gets the same program, away from kinks,
ties, poles and the ends of domains, where libraries may rightly differ: those are told apart in tests of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Step = tuple[str, tuple[int, ...], dict[str, Any]]
LARGEST, LEAVES = 50.0, 3


@dataclass(frozen=True, slots=True)
class Library:
    """What a program needs: functions by numpy's names, each with numpy's meaning, and constants."""

    functions: dict[str, Callable[..., Any]]
    array: Callable[[Any], Any] = field(default=lambda data: data)


@dataclass(frozen=True, slots=True)
class Program:
    """Leaves and steps; the result is the sum of the last arrays, each times fixed weights."""

    leaves: tuple[Any, ...]
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        """Write the program, to be read when a test fails."""
        lines = [f"x{k} = array of shape {leaf.shape}" for k, leaf in enumerate(self.leaves)]
        for k, (name, inputs, static) in enumerate(self.steps, len(self.leaves)):
            lines.append(
                f"x{k} = {name}({', '.join([*(f'x{i}' for i in inputs), *(f'{a}={b!r}' for a, b in static.items())])})"
            )
        return "\n".join(lines)


ONE = (
    "tanh sin cos exp log sqrt square absolute relu sigmoid softplus arctan negative reciprocal power sinh log1p expm1"
).split()
TWO = "add subtract multiply divide maximum minimum where hypot arctan2 logaddexp".split()
REDUCE = "sum mean max min prod var std logsumexp norm".split()
SHAPE = "reshape transpose swapaxes expand_dims squeeze broadcast_to flip cumsum repeat tile roll pad".split()
OTHER = "getitem take matmul concatenate stack outer einsum softmax clip sort".split()
KINDS = [ONE, TWO, TWO, REDUCE, SHAPE, OTHER, OTHER]


def numpy_like(np: Any) -> Library:
    """Write every function in terms of a namespace that has numpy's: numpy, autograd's, JAX's."""
    own: dict[str, Callable[..., Any]] = {
        "relu": lambda a: np.maximum(a, 0.0),
        "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
        "softplus": lambda a: np.log1p(np.exp(a)),
        "power": lambda a, exponent: a**exponent,
        "where": lambda a, b: np.where(a > b, a, b * 0.5),
        "norm": lambda a, axis, keepdims: np.sqrt(np.sum(a * a, axis=axis, keepdims=keepdims)),
        "logsumexp": lambda a, axis, keepdims: np.log(np.sum(np.exp(a), axis=axis, keepdims=keepdims)),
        "softmax": lambda a, axis: np.exp(a) / np.sum(np.exp(a), axis=axis, keepdims=True),
        "clip": lambda a, low, high: np.clip(a, low, high),
        "getitem": lambda a, index: a[index],
        "take": lambda a, indices, axis: a[(slice(None),) * axis + (indices,)],
        "concatenate": lambda *parts, axis: np.concatenate(parts, axis=axis),
        "stack": lambda *parts, axis: np.stack(parts, axis=axis),
        "einsum": lambda *parts, subscripts: np.einsum(subscripts, *parts),
        "reshape": lambda a, shape: np.reshape(a, shape),
        "transpose": lambda a, axes: np.transpose(a, axes),
        "swapaxes": lambda a, axis1, axis2: np.swapaxes(a, axis1, axis2),
        "broadcast_to": lambda a, shape: np.broadcast_to(a, shape),
        "tile": lambda a, reps: np.tile(a, reps),
        "pad": lambda a, widths: np.pad(a, widths),
    }
    names = (*ONE, *TWO, *REDUCE, *SHAPE, *OTHER)
    return Library({name: own.get(name) or getattr(np, name) for name in names if name in own or hasattr(np, name)})


def build(seed: int, steps: int = 12) -> Program:
    """Draw a program: each step takes arrays that are there, in a way that fits their shapes and numbers."""
    random = np.random.default_rng(seed)
    shapes = [tuple(random.integers(1, 4, random.integers(0, 4)).tolist()) for _ in range(LEAVES)]
    leaves = tuple(np.asarray(random.normal(size=shape)) for shape in shapes)
    library, made, pool = numpy_like(np), [], list(leaves)
    for _ in range(50 * steps):
        if len(made) == steps:
            break
        kind = KINDS[random.integers(len(KINDS))]
        name = kind[random.integers(len(kind))]
        inputs = tuple(int(len(pool) - 1 - min(random.geometric(0.25) - 1, len(pool) - 1)) for _ in range(3))
        step = drawn(random, name, inputs, pool)
        if step is None:
            continue
        with np.errstate(all="ignore"):
            try:
                result = np.asarray(compute(library, step, pool))
            except ValueError:
                continue
        if 0 < result.size <= 60 and np.all(np.isfinite(result)) and np.max(np.abs(result)) < LARGEST:
            made.append(step)
            pool.append(result)
    return Program(leaves, tuple(made))


def drawn(random: np.random.Generator, name: str, inputs: tuple[int, ...], pool: list[Any]) -> Step | None:
    """Draw the options of a step, or say that it does not fit."""
    a, b = pool[inputs[0]], pool[inputs[1]]
    if name in ONE:
        return _of_one(random, name, inputs[:1], a)
    if name in TWO:
        return _of_two(name, inputs[:2], a, b)
    if name in REDUCE:
        return _reduction(random, name, inputs[:1], a)
    if name in SHAPE:
        return _rearranged(random, name, inputs[:1], a)
    return _other(random, name, inputs, a, b, pool)


def _of_one(random: np.random.Generator, name: str, inputs: tuple[int, ...], a: Any) -> Step | None:
    """Keep away from kinks and poles."""
    static: dict[str, Any] = {}
    if name in ("log", "sqrt") and np.min(a) < 0.1:
        return None
    if name in ("absolute", "relu", "reciprocal") and np.min(np.abs(a)) < 0.05:
        return None
    if name == "log1p" and np.min(a) < -0.8:
        return None
    if name == "power":
        exponent = [2, 3, 0.5, -1.5, 2.0][random.integers(5)]
        if isinstance(exponent, float) and np.min(a) < 0.1:
            return None
        static["exponent"] = exponent
    return name, inputs, static


def _of_two(name: str, inputs: tuple[int, ...], a: Any, b: Any) -> Step | None:
    """Keep away from ties, from small divisors and from the branch of the angle."""
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return None
    if name in ("maximum", "minimum", "where") and (inputs[0] == inputs[1] or np.min(np.abs(a - b)) < 1e-3):
        return None
    if name in ("divide", "hypot") and np.min(np.abs(b)) < 0.05:
        return None
    if name == "arctan2" and np.min(b) < 0.05:
        return None
    return name, inputs, {}


def _axis(random: np.random.Generator, a: Any, several: bool = True) -> Any:
    """Draw one axis, all, or two."""
    if not a.ndim:
        return None
    choices: list[Any] = [int(random.integers(-a.ndim, a.ndim))]
    if several:
        choices += [None, tuple(sorted(random.permutation(a.ndim)[:2].tolist()))]
    return choices[random.integers(len(choices))]


def _apart(a: Any) -> bool:
    """Whether no two elements are nearly equal."""
    return a.size < 2 or float(np.min(np.diff(np.sort(a, axis=None)))) > 1e-3


def _reduction(random: np.random.Generator, name: str, inputs: tuple[int, ...], a: Any) -> Step | None:
    """Keep away from ties and from the tips of cones."""
    if not a.ndim:
        return None
    if name in ("max", "min") and not _apart(a):
        return None
    static = {"axis": _axis(random, a), "keepdims": bool(random.integers(2))}
    if name in ("std", "norm"):
        lengths = np.std(a, axis=static["axis"]) if name == "std" else np.sqrt(np.sum(a * a, axis=static["axis"]))
        if np.min(lengths) < 0.05:
            return None
    return name, inputs, static


def _rearranged(random: np.random.Generator, name: str, inputs: tuple[int, ...], a: Any) -> Step | None:
    """Draw a new order, shape or place for the elements."""
    n = a.ndim
    if name == "reshape":
        shape = [(-1,), (1, -1), (a.size, 1), a.shape[::-1]][random.integers(4)]
        return name, inputs, {"shape": shape}
    if name == "expand_dims":
        return name, inputs, {"axis": int(random.integers(-n - 1, n + 1))}
    if name == "broadcast_to":
        return name, inputs, {"shape": (int(random.integers(1, 3)), *a.shape)}
    if not n:
        return None
    axis = int(random.integers(n))
    static: dict[str, dict[str, Any]] = {
        "transpose": {"axes": tuple(random.permutation(n).tolist())},
        "swapaxes": {"axis1": axis, "axis2": -1},
        "squeeze": {"axis": axis},
        "flip": {"axis": axis},
        "cumsum": {"axis": axis},
        "repeat": {"repeats": int(random.integers(1, 3)), "axis": axis},
        "tile": {"reps": tuple(random.integers(1, 3, n).tolist())},
        "roll": {"shift": int(random.integers(-3, 4)), "axis": axis},
        "pad": {"widths": tuple((int(random.integers(2)), int(random.integers(2))) for _ in range(n))},
    }
    if name == "squeeze" and a.shape[axis] != 1:
        return None
    return name, inputs, static[name]


def _index(random: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Draw an index of numpy: numbers, slices, an ellipsis, a new axis, positions that may repeat."""
    parts: list[Any] = []
    for size in shape[: random.integers(1, len(shape) + 1)]:
        parts.append(
            [int(random.integers(-size, size)), slice(None), slice(0, int(random.integers(1, size + 1)))][
                random.integers(3)
            ]
        )
    if random.integers(4) == 0:
        parts[0] = random.integers(0, shape[0], 3).tolist()
        parts[1:] = [slice(None) if isinstance(part, int) else part for part in parts[1:]]
    elif random.integers(3) == 0:
        parts.append(None)
    return tuple(parts)


def _other(
    random: np.random.Generator, name: str, inputs: tuple[int, ...], a: Any, b: Any, pool: list[Any]
) -> Step | None:
    """Draw products, joins, picks and orders."""
    one, two, n = inputs[:1], inputs[:2], a.ndim
    if name in ("getitem", "take", "softmax", "sort", "clip"):
        if not n:
            return None
        axis = int(random.integers(n))
        if (name == "sort" and not _apart(a)) or (name == "clip" and np.min(np.abs(np.abs(a) - 0.7)) < 1e-3):
            return None
        static: dict[str, dict[str, Any]] = {
            "getitem": {"index": _index(random, a.shape)},
            "take": {"indices": random.integers(0, a.shape[axis], 3).tolist(), "axis": axis},
            "softmax": {"axis": axis},
            "sort": {"axis": axis},
            "clip": {"low": -0.7, "high": 0.7},
        }
        return name, one, static[name]
    if name == "outer":
        return (name, two, {}) if n == b.ndim == 1 else None
    if name == "matmul":
        return (name, two, {}) if n and b.ndim and a.shape[-1] == b.shape[-2 if b.ndim > 1 else 0] else None
    if name == "einsum":
        fitting = {
            (2, 2): "ij,jk->ki",
            (2, 1): "ij,j->i",
            (1, 1): "i,i->",
            (3, 2): "bij,jk->bik",
            (3, 3): "bij,bij->ib",
        }
        subscripts = fitting.get((n, b.ndim))
        return (name, two, {"subscripts": subscripts}) if subscripts else None
    same = [k for k in range(len(pool)) if pool[k].shape == a.shape]
    parts = (inputs[0], *(same[random.integers(len(same))] for _ in range(random.integers(1, 3))))
    if name == "concatenate" and not n:
        return None
    return name, parts, {"axis": int(random.integers(n + (name == "stack")))}


def compute(library: Library, step: Step, pool: list[Any]) -> Any:
    """Compute one step."""
    name, inputs, static = step
    return library.functions[name](*(pool[k] for k in inputs), **static)


def run(program: Program, library: Library, leaves: list[Any]) -> Any:
    """Compute a program: one number, to which every array contributes with weights of its own."""
    pool = list(leaves)
    for step in program.steps:
        pool.append(compute(library, step, pool))
    multiply, add, total = library.functions["multiply"], library.functions["sum"], None
    for k, result in enumerate(pool):
        weights = library.array(
            np.cos(np.arange(1.0, 1.0 + int(np.prod(result.shape))) + k).reshape(tuple(result.shape))
        )
        term = add(multiply(result, weights))
        total = term if total is None else total + term
    return total
