"""How the weights of a layer begin.

An initialiser is a function of a generator and a shape. The *fans* of a shape are how many inputs an output has, and
how many outputs an input has: of a matrix its sides, of filters (height, width, channels, filters) those times the
window.

Sources: X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks (2010);
K. He and others, Delving deep into rectifiers (2015); A. Saxe and others, Exact solutions to the nonlinear dynamics of
learning in deep linear networks (2014).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from microgradphys.errors import InputError, ShapeError
from microgradphys.named import chosen

Initialiser = Callable[[np.random.Generator, tuple[int, ...]], Any]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Count the inputs of an output, and the outputs of an input.

    >>> fans((784, 16)), fans((3, 3, 1, 8)), fans((5,))
    ((784, 16), (9, 72), (5, 5))
    """
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def constant(value: float) -> Initialiser:
    """Begin with the same number everywhere.

    >>> constant(0.5)(np.random.default_rng(0), (2,))
    array([0.5, 0.5])
    """
    return lambda generator, shape: np.full(shape, float(value))


def _positive(size: float) -> None:
    """Refuse a width that is none."""
    if not (size >= 0 and math.isfinite(size)):
        raise InputError(f"the width of random weights is a finite number, 0 or more, not {size!r}")


def normal(scale: float = 0.05) -> Initialiser:
    """Begin with normal numbers around 0.

    Args:
        scale: their standard deviation.

    >>> normal(2.0)(np.random.default_rng(0), (3,)).shape
    (3,)
    """
    _positive(scale)
    return lambda generator, shape: generator.normal(0.0, scale, shape)


def uniform(limit: float = 0.05) -> Initialiser:
    """Begin with numbers that are equally likely between −limit and limit.

    >>> bool(abs(uniform(0.1)(np.random.default_rng(0), (3,))).max() < 0.1)
    True
    """
    _positive(limit)
    return lambda generator, shape: generator.uniform(-limit, limit, shape)


def _zeros(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Begin with 0, where all neurons of a layer stay alike."""
    return np.zeros(shape)


def _ones(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Begin with 1."""
    return np.ones(shape)


def _glorot_uniform(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Keep the variance of both directions on average: uniform within √(6 / (inputs + outputs))."""
    limit = math.sqrt(6.0 / max(1, sum(fans(shape))))
    return generator.uniform(-limit, limit, shape)


def _glorot_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Keep the variance of both directions on average: normal, variance 2 / (inputs + outputs)."""
    return generator.normal(0.0, math.sqrt(2.0 / max(1, sum(fans(shape)))), shape)


def _he_uniform(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Keep the variance through rectifiers: uniform within √(6 / inputs)."""
    limit = math.sqrt(6.0 / max(1, fans(shape)[0]))
    return generator.uniform(-limit, limit, shape)


def _he_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Keep the variance through rectifiers: normal, variance 2 / inputs."""
    return generator.normal(0.0, math.sqrt(2.0 / max(1, fans(shape)[0])), shape)


def _orthogonal(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Keep lengths: a random matrix with orthonormal rows or columns, all axes but the last taken as one."""
    if len(shape) < 2:
        raise ShapeError(f"orthogonal weights need a matrix, and {shape} is the shape of none")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(generator.normal(size=(max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diagonal(r))  # Without this, the matrices would not be equally likely.
    return (q if rows >= columns else q.T).reshape(shape)


INITIALISERS: Mapping[str, Initialiser] = MappingProxyType(
    {
        "glorot": _glorot_uniform,
        "glorot_normal": _glorot_normal,
        "glorot_uniform": _glorot_uniform,
        "he": _he_normal,
        "he_normal": _he_normal,
        "he_uniform": _he_uniform,
        "kaiming_normal": _he_normal,
        "kaiming_uniform": _he_uniform,
        "normal": normal(),
        "ones": _ones,
        "orthogonal": _orthogonal,
        "random_normal": normal(),
        "random_uniform": uniform(),
        "uniform": uniform(),
        "xavier_normal": _glorot_normal,
        "xavier_uniform": _glorot_uniform,
        "zero": _zeros,
        "zeros": _zeros,
    }
)


def initialiser_of(given: str | float | Initialiser) -> Initialiser:
    """Return an initialiser: by its name, as itself, or `constant` of a number.

    Raises:
        InputError: there is none of this name.

    >>> initialiser_of("zeros")(np.random.default_rng(0), (2,))
    array([0., 0.])
    """
    return constant(given) if isinstance(given, (int, float)) else chosen("initialiser", INITIALISERS, given)
