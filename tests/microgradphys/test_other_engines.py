"""Random programs of arrays against autograd, PyTorch and JAX: value, gradient and second order of each.

autograd is always there; PyTorch and JAX are asked where they are installed. `RANDOM_PROGRAMS=5000` runs more
programs than an ordinary run does; `tests/random_programs.py` says how they are drawn.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from random_programs import Library, Program, build, numpy_like, run

import microgradphys as mgp
from microgradphys import grad, value_and_grad

COUNT = int(os.environ.get("RANDOM_PROGRAMS", "0"))
OURS = replace(
    numpy_like(np),
    functions=numpy_like(np).functions
    | {
        "relu": mgp.relu,
        "sigmoid": mgp.sigmoid,
        "softplus": mgp.softplus,
        "softmax": lambda a, axis: mgp.softmax(a, axis=axis),
        "logsumexp": lambda a, axis, keepdims: mgp.logsumexp(a, axis=axis, keepdims=keepdims),
        "norm": lambda a, axis, keepdims: np.linalg.norm(a, axis=axis, keepdims=keepdims),
        "take": lambda a, indices, axis: np.take(a, indices, axis=axis),
    },
)
Answer = tuple[float, list[Any], list[Any]]


def directions(program: Program) -> list[Any]:
    """Draw the direction of the second derivative."""
    random = np.random.default_rng(len(program.steps))
    return [np.asarray(random.normal(size=leaf.shape)) for leaf in program.leaves]


def ours(program: Program) -> Answer:
    """Ask this project."""
    leaves = list(program.leaves)
    value, gradient = value_and_grad(lambda leaves: run(program, OURS, leaves))(leaves)

    def slope(leaves: list[Any]) -> Any:
        parts = grad(lambda leaves: run(program, OURS, leaves))(leaves)
        return sum(np.sum(part * v) for part, v in zip(parts, directions(program), strict=True))

    return float(value), gradient, grad(slope)(leaves)


def by_transforms(program: Program, library: Library, both: Any, slope_of: Any) -> Answer:
    """Ask a library with `value_and_grad` and `grad`."""
    leaves = list(program.leaves)
    value, gradient = both(lambda leaves: run(program, library, leaves))(leaves)
    along = directions(program)

    def slope(leaves: list[Any]) -> Any:
        parts = slope_of(lambda leaves: run(program, library, leaves))(leaves)
        total = library.functions["sum"](parts[0] * along[0])
        for part, v in zip(parts[1:], along[1:], strict=True):
            total = total + library.functions["sum"](part * v)
        return total

    return float(value), gradient, slope_of(slope)(leaves)


def autograds(program: Program) -> Answer:
    """Ask the autograd package; what it lacks is written with indices."""
    known = numpy_like(anp)

    def ordered(a: Any, axis: int) -> Any:
        data = a
        while hasattr(data, "_value"):
            data = data._value
        places = list(np.indices(data.shape))
        places[axis] = np.argsort(data, axis=axis)
        return a[tuple(places)]

    def tiled(a: Any, reps: tuple[int, ...]) -> Any:
        return a[np.ix_(*(np.tile(np.arange(size), count) for size, count in zip(a.shape, reps, strict=True)))]

    def product(a: Any, axis: Any, keepdims: bool) -> Any:
        shape = np.shape(np.sum(np.ones(a.shape), axis=axis, keepdims=keepdims))
        for along in range(a.ndim) if axis is None else np.atleast_1d(axis).tolist():
            parts = [a[(slice(None),) * (along % a.ndim) + (slice(k, k + 1),)] for k in range(a.shape[along])]
            a = math.prod(parts[1:], start=parts[0])
        return anp.reshape(a, shape)

    def spread(a: Any, b: Any, subscripts: str) -> Any:
        words = subscripts.partition("->")[0].split(",")
        sizes: dict[str, int] = {}
        for word, array in zip(words, (a, b), strict=True):
            for letter, size in zip(word, array.shape, strict=True):
                sizes[letter] = max(sizes.get(letter, 1), size)
        full = [array * np.ones([sizes[letter] for letter in word]) for word, array in zip(words, (a, b), strict=True)]
        return anp.einsum(subscripts, *full)

    functions = known.functions | {
        "hypot": lambda a, b: anp.sqrt(a * a + b * b),
        "broadcast_to": lambda a, shape: a * np.ones(shape),
        "where": lambda a, b: a * (a > b) + b * 0.5 * (a <= b),
        "prod": product,
        "std": lambda a, **static: anp.sqrt(anp.var(a, **static)),
        "flip": lambda a, axis: a[(slice(None),) * axis + (slice(None, None, -1),)],
        "sort": ordered,
        "tile": tiled,
        "einsum": spread,
        "pad": lambda a, widths: anp.pad(a, widths, "constant"),
    }
    return by_transforms(program, Library(functions), autograd.value_and_grad, autograd.grad)


def jaxs(program: Program) -> Answer:
    """Ask JAX in float64."""
    import jax

    jax.config.update("jax_enable_x64", True)
    known = numpy_like(jax.numpy)
    listed = {name: known.functions[name] for name in ("getitem", "take")}
    functions = known.functions | {
        "getitem": lambda a, index: listed["getitem"](
            a, tuple(np.array(part) if isinstance(part, list) else part for part in index)
        ),
        "take": lambda a, indices, axis: listed["take"](a, np.array(indices), axis),
        "softplus": jax.nn.softplus,
        "softmax": lambda a, axis: jax.nn.softmax(a, axis=axis),
        "logsumexp": lambda a, axis, keepdims: jax.nn.logsumexp(a, axis=axis, keepdims=keepdims),
    }
    leaves = replace(program, leaves=tuple(map(jax.numpy.asarray, program.leaves)))
    return by_transforms(leaves, Library(functions, jax.numpy.asarray), jax.value_and_grad, jax.grad)


def torchs_functions(torch: Any) -> dict[str, Callable[..., Any]]:
    """Write every function of the programs in PyTorch's words."""

    def dims(a: Any, axis: Any) -> tuple[int, ...]:
        return tuple(range(a.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)

    def product(a: Any, axis: Any, keepdims: bool) -> Any:
        for dim in sorted((dim % a.ndim for dim in dims(a, axis)), reverse=True):
            a = torch.prod(a, dim, keepdim=keepdims)
        return a

    def reduced(name: str, **options: Any) -> Callable[..., Any]:
        function = getattr(torch, name)
        return lambda a, axis=None, keepdims=False: function(a, dim=dims(a, axis), keepdim=keepdims, **options)

    same = (
        "tanh sin cos exp log sqrt square absolute relu sigmoid arctan negative reciprocal sinh log1p expm1 add "
        "subtract multiply divide maximum minimum hypot arctan2 logaddexp matmul outer"
    ).split()
    return {name: getattr(torch, name) for name in same} | {
        "softplus": lambda a: torch.logaddexp(a, torch.zeros_like(a)),
        "power": lambda a, exponent: a**exponent,
        "where": lambda a, b: torch.where(a > b, a, b * 0.5),
        "sum": reduced("sum"),
        "mean": reduced("mean"),
        "max": reduced("amax"),
        "min": reduced("amin"),
        "var": reduced("var", correction=0),
        "std": reduced("std", correction=0),
        "logsumexp": reduced("logsumexp"),
        "norm": lambda a, axis, keepdims: torch.sqrt(torch.sum(a * a, dim=dims(a, axis), keepdim=keepdims)),
        "reshape": lambda a, shape: torch.reshape(a, shape),
        "swapaxes": lambda a, axis1, axis2: torch.swapaxes(a, axis1, axis2),
        "broadcast_to": lambda a, shape: torch.broadcast_to(a, shape),
        "prod": product,
        "transpose": lambda a, axes: torch.permute(a, axes),
        "expand_dims": torch.unsqueeze,
        "squeeze": torch.squeeze,
        "flip": lambda a, axis: torch.flip(a, (axis,)),
        "cumsum": torch.cumsum,
        "repeat": lambda a, repeats, axis: torch.repeat_interleave(a, repeats, axis),
        "tile": lambda a, reps: torch.tile(a, reps),
        "roll": lambda a, shift, axis: torch.roll(a, shift, axis),
        "pad": lambda a, widths: torch.nn.functional.pad(a, [n for pair in reversed(widths) for n in pair]),
        "getitem": lambda a, index: a[index],
        "take": lambda a, indices, axis: torch.index_select(a, axis, torch.tensor(indices)),
        "concatenate": lambda *parts, axis: torch.cat(parts, axis),
        "stack": lambda *parts, axis: torch.stack(parts, axis),
        "einsum": lambda *parts, subscripts: torch.einsum(subscripts, *parts),
        "softmax": lambda a, axis: torch.softmax(a, axis),
        "clip": lambda a, low, high: torch.clamp(a, low, high),
        "sort": lambda a, axis: torch.sort(a, axis).values,
    }


def torchs(program: Program) -> Answer:
    """Ask PyTorch in float64, by backward over backward."""
    import torch

    library = Library(torchs_functions(torch), torch.tensor)
    leaves = [torch.tensor(leaf, requires_grad=True) for leaf in program.leaves]
    value = run(program, library, leaves)
    gradient = torch.autograd.grad(value, leaves, create_graph=True)
    slope = sum((part * torch.tensor(v)).sum() for part, v in zip(gradient, directions(program), strict=True))
    second = torch.autograd.grad(slope, leaves, allow_unused=True) if slope.requires_grad else [None] * len(leaves)
    plain = [part.detach().numpy() for part in gradient]
    return value.item(), plain, [0.0 if part is None else part.numpy(force=True) for part in second]


def assert_agree(program: Program, found: Answer, wanted: Answer) -> None:
    """Compare value, gradient and second order up to the rounding of a dozen steps."""
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-9, err_msg=str(program))
    for order, close in ((1, 1e-8), (2, 1e-6)):
        size = max([1.0, *(float(np.max(np.abs(part))) for part in wanted[order])])
        for mine, theirs in zip(found[order], wanted[order], strict=True):
            np.testing.assert_allclose(
                mine, theirs, rtol=close, atol=close * 1e-2 * size, err_msg=f"order {order}\n{program}"
            )


@pytest.mark.filterwarnings("ignore:Output seems independent of input")
@pytest.mark.parametrize("seed", range(COUNT or 200))
def test_random_programs_agree_with_autograd(seed: int) -> None:
    """An engine with rules of its own, over numpy's numbers."""
    program = build(seed)
    assert_agree(program, ours(program), autograds(program))


@pytest.mark.parametrize("seed", range(COUNT or 200) if find_spec("torch") else [])
def test_random_programs_agree_with_pytorch(seed: int) -> None:
    """An engine with numbers and rules of its own."""
    program = build(seed)
    assert_agree(program, ours(program), torchs(program))


@pytest.mark.parametrize("seed", range(COUNT // 10 or 5) if find_spec("jax") else [])
def test_random_programs_agree_with_jax(seed: int) -> None:
    """An engine that compiles what it differentiates, and takes its time for it."""
    program = build(seed)
    assert_agree(program, ours(program), jaxs(program))


def test_the_programs_hold_every_function() -> None:
    """Among the programs of an ordinary run each function occurs, most of them often."""
    used = [name for seed in range(200) for name, _, _ in build(seed).steps]
    assert set(used) == set(OURS.functions)
    assert all(used.count(name) > 3 for name in OURS.functions)
    assert all(len(build(seed).steps) == 12 for seed in range(200))


def test_a_wrong_gradient_is_found() -> None:
    """The comparison can fail."""
    program = build(0)
    value, gradient, second = ours(program)
    for wrong in (
        (value * (1 + 1e-7), gradient, second),
        (value, [part * (1 + 1e-6) for part in gradient], second),
        (value, gradient, [part * (1 + 1e-4) + 1e-4 for part in second]),
    ):
        with pytest.raises(AssertionError, match="x3 = "):
            assert_agree(program, wrong, autograds(program))
