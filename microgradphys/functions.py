"""Functions that numpy does not have: each records its row of the table, on Values and on plain data alike."""

from typing import Any

from microgradphys.data import as_data, own
from microgradphys.value import Value, values


def sigmoid(x: Any) -> Any:
    """Compute the logistic function σ(x) = 1/(1 + e⁻ˣ), without overflow.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> sigmoid(0.0)
    0.5
    """
    return values.sigmoid(_taken(x))


def relu(x: Any) -> Any:
    """Compute the rectifier max(x, 0); its derivative at 0 is 0.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> relu(-2.0), relu(3.0)
    (0.0, 3.0)
    """
    return values.relu(_taken(x))


def logsigmoid(x: Any) -> Any:
    """Compute ln σ(x) = −ln(1 + e⁻ˣ), without overflow.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> logsigmoid(-1000.0)
    -1000.0
    """
    return values.logsigmoid(_taken(x))


def softplus(x: Any) -> Any:
    """Compute ln(1 + eˣ), the smooth rectifier, without overflow.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> softplus(1000.0), softplus(-1000.0)
    (1000.0, 0.0)
    """
    return values.softplus(_taken(x))


def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """Compute x where it is positive and slope · x elsewhere; the derivative at 0 is the slope.

    Args:
        x: a Value, a number or an array, of any shape.
        slope: a number, not differentiated.

    >>> leaky_relu(3.0), leaky_relu(-3.0, slope=0.5)
    (3.0, -1.5)
    """
    return values.leaky_relu(_taken(x), slope=float(slope))


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Compute x where it is positive and alpha · (eˣ − 1) elsewhere; the derivative at 0 is alpha.

    The exponential linear unit of D.-A. Clevert, T. Unterthiner and S. Hochreiter, arXiv:1511.07289 (2015).

    Args:
        x: a Value, a number or an array, of any shape.
        alpha: a number, not differentiated.

    >>> elu(3.0), elu(-1000.0, alpha=0.5)
    (3.0, -0.5)
    """
    return values.elu(_taken(x), alpha=float(alpha))


def silu(x: Any) -> Any:
    """Compute x · σ(x), also called swish.

    S. Elfwing, E. Uchibe and K. Doya, arXiv:1702.03118 (2017).

    Args:
        x: a Value, a number or an array, of any shape.

    >>> silu(0.0), silu(1000.0)
    (0.0, 1000.0)
    """
    return values.silu(_taken(x))


def gelu(x: Any) -> Any:
    """Compute x · Φ(x), with the normal distribution function Φ itself and not its tanh approximation.

    D. Hendrycks and K. Gimpel, arXiv:1606.08415 (2016).

    Args:
        x: a Value, a number or an array, of any shape.

    >>> gelu(0.0), gelu(1000.0)
    (0.0, 1000.0)
    """
    return values.gelu(_taken(x))


def erf(x: Any) -> Any:
    """Compute the error function 2/√π ∫₀ˣ exp(−t²) dt.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> erf(0.0), erf(10.0)
    (0.0, 1.0)
    """
    return values.erf(_taken(x))


def erfc(x: Any) -> Any:
    """Compute 1 − erf(x), accurate also where erf is nearly 1.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> erfc(0.0), 0.0 < erfc(10.0) < 1e-44
    (1.0, True)
    """
    return values.erfc(_taken(x))


def softmax(x: Any, axis: Any = -1) -> Any:
    """Compute eˣ / Σ eˣ along an axis: positive numbers whose sum is 1, in any range of x.

    Args:
        x: a Value, a number or an array.
        axis: along which to sum: a number, several, or None for all; not differentiated.

    >>> softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    return values.softmax(_taken(x), axis=own(axis))


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """Compute ln softmax(x) = x − ln Σ eˣ along an axis, in any range of x.

    Args:
        x: a Value, a number or an array.
        axis: along which to sum: a number, several, or None for all; not differentiated.

    >>> log_softmax([0.0, 1000.0]).tolist()
    [-1000.0, 0.0]
    """
    return values.log_softmax(_taken(x), axis=own(axis))


def logsumexp(x: Any, axis: Any = -1, keepdims: bool = False) -> Any:
    """Compute ln Σ eˣ along an axis, in any range of x.

    Args:
        x: a Value, a number or an array.
        axis: along which to sum: a number, several, or None for all; not differentiated.
        keepdims: whether to keep that axis, with length 1.

    >>> float(logsumexp([1000.0, -1000.0]))
    1000.0
    """
    return values.logsumexp(_taken(x), axis=own(axis), keepdims=keepdims)


def _taken(x: Any) -> Any:
    """Take a Value as it is and anything else as plain data."""
    return x if isinstance(x, Value) else as_data(x)
