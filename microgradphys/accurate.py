"""Slopes that keep their digits, where the form of the textbook loses some: the table holds both, and shows the latter.

What is lost is mostly the rounding of an exponent, for an error in x counts x times in eˣ. It is found out exactly, as
`lost`, and made good to first order. As mathematics, what was lost is 0 everywhere, and so is its derivative: the next
order is that of the textbook's form.

The exact sums and products are those of T. J. Dekker, Numerische Mathematik 18 (1971) 224.
"""

import math
from typing import Any

import numpy as np

# Beyond ±64, e^(−a²) is 0 in every precision.
_FAR = 64.0
# √2 in two parts, the first of so few digits that its product with a coarse number is exact; √½; 1/√(2π).
_ROOT = 11585 / 2**13
_ROOT_REST = 2.89920605950488e-05
_SQRT_HALF, _GAUSS = math.sqrt(0.5), 1.0 / math.sqrt(2.0 * math.pi)


def _clipped(xp: Any, a: Any, end: float) -> Any:
    """Return a between −end and end."""
    return xp.maximum(xp.minimum(a, end), -end)


def _coarse(xp: Any, a: Any) -> Any:
    """Round to 64ths, so that the square has no more digits than a number holds."""
    return xp.rint(a * 64) / 64


def _square(xp: Any, a: Any) -> tuple[Any, Any]:
    """Compute a², rounded, and what it lost."""
    square, coarse = a * a, _coarse(xp, a)
    return square, (coarse * coarse - square) + (a - coarse) * (a + coarse)


def bell(xp: Any, a: Any, height: float) -> Any:
    """Compute e^(−a²) · height: the square is rounded, and what it lost is made good."""
    square, lost = _square(xp, _clipped(xp, a, _FAR))
    return xp.exp(-square) * (height - lost * height)


def gelu(xp: Any, a: Any) -> Any:
    """Compute Φ(a) + a φ(a): Φ is taken at the rounded −a/√2, and φ makes good the distance from a."""
    near = _clipped(xp, a, _FAR)
    x = near * -_SQRT_HALF
    coarse = _coarse(xp, x)
    distance = (near + coarse * _ROOT) + (x - coarse) * _ROOT + x * _ROOT_REST
    square, lost = _square(xp, near)
    return xp.erfc(x) / 2 + xp.exp(-square / 2) * _GAUSS * (near + (distance - near * lost / 2))


def silu(xp: Any, a: Any) -> Any:
    """Compute σ(a) (1 + a σ(−a)) from one e^−|a|, which is rounded once; an infinity times the 0 it makes is 0."""
    right, finite = a > 0, xp.where(xp.absolute(a) == math.inf, 0.0, a)
    # Not of |a|, whose slope at 0 is 0.
    e = xp.exp(xp.where(right, -a, a))
    top = (1 + e) + xp.where(right, e, 1.0) * finite
    return xp.where(right, 1.0, e) * top / (1 + e * (2 + e))


def share(xp: Any, a: Any, b: Any) -> Any:
    """Compute σ(a − b), and 1/2 for equal infinities: the difference is rounded, and what it lost is made good."""
    same = (a == b) & (xp.absolute(a) == math.inf)
    part = xp.sigmoid(xp.where(same, 0.0, a) - xp.where(same, 0.0, b))
    # Further out nothing is lost that counts.
    p, q = _clipped(xp, a, 2048.0), _clipped(xp, b, 2048.0)
    gap = p - q
    back = gap - p
    lost = (p - (gap - back)) - (q + back)
    return part * (1 + lost * (1 - part))


def cbrt(xp: Any, y: Any, a: Any) -> Any:
    """Compute y / (3a), in which the error of y counts once and not twice; 1 / (3y²) where that is inf or 0."""
    edge = (a == 0) | (xp.absolute(a) == math.inf)
    return xp.where(edge, 1.0, y) / xp.where(edge, y * y, a) / 3


def less_one(xp: Any, a: Any, b: Any) -> Any:
    """Compute b − 1, and 1 where a = b = 0, so that the slope of 0⁰ is 0."""
    if (b == 0) is False:
        return b - 1  # One number, and no array of them: the dtype stays a's.
    return xp.where((a == 0) & (b == 0), 1, b - 1)


def power(xp: Any, a: Any, b: Any) -> Any:
    """Compute b a^(b−1): b − 1 is rounded where b < 1/2, and what it lost is made good."""
    if b.__class__ is float and a.__class__ is not float and a.dtype == np.float32:
        # Beside float32 a number is float32, and so is the number less one.
        single = np.float32(b)
        b, less = float(single), float(single - 1)
    else:
        less = b - 1
    back = less - b
    lost = (b - (less - back)) - (1 + back)
    slope = b * xp.power(a, less_one(xp, a, b))
    exact = lost == 0
    if exact is True or (isinstance(exact, (np.ndarray, np.bool_)) and np.all(exact)):
        return slope
    # Masked twice, for at 0 an infinite slope times the slope 0 of a mask would be nan in the next order.
    near = (a > 0) & (a < math.inf)
    return slope + xp.where(near, slope, 0) * (lost * xp.log(xp.where(near, a, 1)))
