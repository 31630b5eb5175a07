"""Functions of two numbers on which optimisers are tried, each with every minimum that is known of it.

>>> from microgradphys import optim
>>> camel = optim.surfaces.three_hump_camel
>>> camel(0.0, 2.0), camel.minima[0], len(camel.minima)
(4.0, (0.0, 0.0), 3)
>>> optim.trace(camel, camel.start, optim.Momentum(0.02), 300).position[-1].round(2)
array([-1.75,  0.87])

`SURFACES` lists all of them, from the bowl that every method likes to the one with a tip for a minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Surface:
    """A function of two numbers, which is called as any other.

    Attributes:
        name: what it is called.
        f: what it computes, of numbers, arrays and Values alike.
        minima: where its minima are, the lowest first: every one on its map, but of Ackley only the lowest.
        lowest: the value at the first of them.
        xlim: the left and the right end of its map.
        ylim: the lower and the upper end.
        start: from where optimisers race to a minimum.
        source: who says so, or how it follows.

    >>> booth(1.0, 3.0), booth
    (0.0, <Surface: Booth>)
    """

    name: str
    f: Callable[[Any, Any], Any]
    minima: tuple[tuple[float, float], ...]
    lowest: float
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    start: tuple[float, float]
    source: str

    def __call__(self, x: Any, y: Any) -> Any:
        """Compute it."""
        return self.f(x, y)

    def __repr__(self) -> str:
        """Show the name."""
        return f"<Surface: {self.name}>"


def noisy(f: Callable[[Any, Any], Any], spread: float, seed: int = 0) -> Callable[[Any, Any], Any]:
    """Tilt a function at random, another way at each call: its gradient is ∇f + ξ, as that of a mini-batch is.

    Args:
        f: a function of two numbers.
        spread: the standard deviation of both components of ξ.
        seed: of the random numbers.

    >>> from microgradphys import grad
    >>> slope = grad(noisy(lambda x, y: 3 * x + y, spread=0.1))
    >>> round(slope(0.0, 0.0), 3), round(slope(0.0, 0.0), 3)
    (3.013, 3.064)
    """
    random = np.random.default_rng(seed)

    def tilted(x: Any, y: Any) -> Any:
        """Compute f(x, y) + ξ₁ x + ξ₂ y."""
        tilt = spread * random.standard_normal(2)
        return f(x, y) + float(tilt[0]) * x + float(tilt[1]) * y

    return tilted


def _ackley(x: Any, y: Any) -> Any:
    """Compute −20 exp(−0.2 √((x² + y²)/2)) − exp((cos 2πx + cos 2πy)/2) + e + 20."""
    distance, waves = np.sqrt((x**2 + y**2) / 2), (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)) / 2
    return -20 * np.exp(-0.2 * distance) - np.exp(waves) + (np.e + 20)


# The zeros of x + 10 π sin 2πx where it rises: both coordinates of each of Rastrigin's minima are among them.
_HOLLOWS = (0.0, 0.9949586377, -0.9949586377, 1.9899122337, -1.9899122337)

bowl = Surface(
    "bowl", lambda x, y: x**2 / 2 + y**2 / 2,
    minima=((0.0, 0.0),), lowest=0.0, xlim=(-2.5, 2.5), ylim=(-2.0, 2.0), start=(2.0, 1.5),
    source="a sum of squares",
)  # fmt: skip
narrow_bowl = Surface(
    "narrow bowl", lambda x, y: x**2 / 2 + 50 * y**2 / 2,
    minima=((0.0, 0.0),), lowest=0.0, xlim=(-2.5, 2.5), ylim=(-1.0, 1.0), start=(2.0, 0.6),
    source="a sum of squares",
)  # fmt: skip
booth = Surface(
    "Booth", lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    minima=((1.0, 3.0),), lowest=0.0, xlim=(-10.0, 10.0), ylim=(-10.0, 10.0), start=(-8.0, -4.0),
    source="two linear equations",
)  # fmt: skip
rosenbrock = Surface(
    "Rosenbrock", lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    minima=((1.0, 1.0),), lowest=0.0, xlim=(-2.0, 2.0), ylim=(-1.0, 3.0), start=(-1.2, 1.0),
    source="Computer J. 3 (1960) 175",
)  # fmt: skip
beale = Surface(
    "Beale", lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    minima=((3.0, 0.5),), lowest=0.0, xlim=(-1.0, 4.5), ylim=(-2.0, 2.0), start=(1.0, -1.5),
    source="ACM Trans. Math. Softw. 7 (1981) 17",
)  # fmt: skip
himmelblau = Surface(
    "Himmelblau", lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    minima=((3.0, 2.0), (-2.8051180870, 3.1313125183), (-3.7793102534, -3.2831859913), (3.5844283403, -1.8481265270)),
    lowest=0.0, xlim=(-5.0, 5.0), ylim=(-5.0, 5.0), start=(0.0, 0.0),
    source="y = 11 − x²; x = 3, or x³ + 3x² − 13x − 38 = 0",
)  # fmt: skip
three_hump_camel = Surface(
    "three-hump camel", lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    minima=((0.0, 0.0), (1.7475523458, -0.8737761729), (-1.7475523458, 0.8737761729)),
    lowest=0.0, xlim=(-2.5, 2.5), ylim=(-2.0, 2.0), start=(2.3, 1.5),
    source="y = −x/2; x = 0, or x² = 2.1 + √0.91",
)  # fmt: skip
six_hump_camel = Surface(
    "six-hump camel", lambda x, y: (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (-4 + 4 * y**2) * y**2,
    minima=((0.0898420131, -0.7126564030), (-0.0898420131, 0.7126564030), (-1.7036067150, 0.7960835687),
            (1.7036067150, -0.7960835687), (1.6071047529, 0.5686514549), (-1.6071047529, -0.5686514549)),
    lowest=-1.0316284535, xlim=(-2.2, 2.2), ylim=(-1.2, 1.2), start=(1.0, 0.1),
    source="Dixon and Szegő (1978): (0.0898, −0.7126), −1.0316",
)  # fmt: skip
saddle = Surface(
    "saddle", lambda x, y: x**2 / 2 - y**2 / 2 + y**4 / 4,
    minima=((0.0, 1.0), (0.0, -1.0)), lowest=-0.25, xlim=(-2.0, 2.0), ylim=(-1.7, 1.7), start=(1.5, 0.001),
    source="x = 0; y³ = y",
)  # fmt: skip
rastrigin = Surface(
    "Rastrigin", lambda x, y: 20 + x**2 - 10 * np.cos(2 * np.pi * x) + y**2 - 10 * np.cos(2 * np.pi * y),
    minima=tuple(sorted(((x, y) for x in _HOLLOWS for y in _HOLLOWS), key=lambda at: at[0] ** 2 + at[1] ** 2)),
    lowest=0.0, xlim=(-2.4, 2.4), ylim=(-2.4, 2.4), start=(-0.4, 0.3),
    source="x + 10π sin 2πx = 0, the same for y",
)  # fmt: skip
ackley = Surface(
    "Ackley", _ackley,
    minima=((0.0, 0.0),), lowest=0.0, xlim=(-3.0, 3.0), ylim=(-3.0, 3.0), start=(-0.4, 0.3),
    source="A Connectionist Machine for Genetic Hillclimbing (1987)",
)  # fmt: skip

SURFACES = (
    bowl, narrow_bowl, booth, rosenbrock, beale, himmelblau, three_hump_camel, six_hump_camel, saddle, rastrigin,
    ackley,
)  # fmt: skip
