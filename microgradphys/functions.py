"""Functions that numpy does not have: each records its row of the table, on Values and on plain data alike."""

from typing import Any

import numpy as np

from microgradphys.data import as_data, own, own_index
from microgradphys.recording import values
from microgradphys.trees import flatten, unflatten
from microgradphys.value import Value


def sigmoid(x: Any) -> Any:
    """Compute the logistic function σ(x) = 1/(1 + e⁻ˣ), without overflow.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> sigmoid(0.0)
    0.5
    """
    return values.sigmoid(taken(x))


def relu(x: Any) -> Any:
    """Compute the rectifier max(x, 0); its derivative at 0 is 0.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> relu(-2.0), relu(3.0)
    (0.0, 3.0)
    """
    return values.relu(taken(x))


def logsigmoid(x: Any) -> Any:
    """Compute ln σ(x) = −ln(1 + e⁻ˣ), without overflow.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> logsigmoid(-1000.0)
    -1000.0
    """
    return values.logsigmoid(taken(x))


def softplus(x: Any) -> Any:
    """Compute ln(1 + eˣ), the smooth rectifier, without overflow.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> softplus(1000.0), softplus(-1000.0)
    (1000.0, 0.0)
    """
    return values.softplus(taken(x))


def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """Compute x where it is positive and slope · x elsewhere; the derivative at 0 is the slope.

    Args:
        x: a Value, a number or an array, of any shape.
        slope: a number, not differentiated.

    >>> leaky_relu(3.0), leaky_relu(-3.0, slope=0.5)
    (3.0, -1.5)
    """
    return values.leaky_relu(taken(x), slope=float(slope))


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Compute x where it is positive and alpha · (eˣ − 1) elsewhere; the derivative at 0 is alpha.

    The exponential linear unit of D.-A. Clevert, T. Unterthiner and S. Hochreiter, arXiv:1511.07289 (2015).

    Args:
        x: a Value, a number or an array, of any shape.
        alpha: a number, not differentiated.

    >>> elu(3.0), elu(-1000.0, alpha=0.5)
    (3.0, -0.5)
    """
    return values.elu(taken(x), alpha=float(alpha))


def silu(x: Any) -> Any:
    """Compute x · σ(x), also called swish.

    S. Elfwing, E. Uchibe and K. Doya, arXiv:1702.03118 (2017).

    Args:
        x: a Value, a number or an array, of any shape.

    >>> silu(0.0), silu(1000.0)
    (0.0, 1000.0)
    """
    return values.silu(taken(x))


def gelu(x: Any) -> Any:
    """Compute x · Φ(x), with the normal distribution function Φ itself and not its tanh approximation.

    D. Hendrycks and K. Gimpel, arXiv:1606.08415 (2016).

    Args:
        x: a Value, a number or an array, of any shape.

    >>> gelu(0.0), gelu(1000.0)
    (0.0, 1000.0)
    """
    return values.gelu(taken(x))


def erf(x: Any) -> Any:
    """Compute the error function 2/√π ∫₀ˣ exp(−t²) dt.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> erf(0.0), erf(10.0)
    (0.0, 1.0)
    """
    return values.erf(taken(x))


def erfc(x: Any) -> Any:
    """Compute 1 − erf(x), accurate also where erf is nearly 1.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> erfc(0.0), 0.0 < erfc(10.0) < 1e-44
    (1.0, True)
    """
    return values.erfc(taken(x))


def softmax(x: Any, axis: Any = -1) -> Any:
    """Compute eˣ / Σ eˣ along an axis: positive numbers whose sum is 1, in any range of x.

    Args:
        x: a Value, a number or an array.
        axis: along which to sum: a number, several, or None for all; not differentiated.

    >>> softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    return values.softmax(taken(x), axis=own(axis))


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """Compute ln softmax(x) = x − ln Σ eˣ along an axis, in any range of x.

    Args:
        x: a Value, a number or an array.
        axis: along which to sum: a number, several, or None for all; not differentiated.

    >>> log_softmax([0.0, 1000.0]).tolist()
    [-1000.0, 0.0]
    """
    return values.log_softmax(taken(x), axis=own(axis))


def logsumexp(x: Any, axis: Any = -1, keepdims: bool = False) -> Any:
    """Compute ln Σ eˣ along an axis, in any range of x.

    Args:
        x: a Value, a number or an array.
        axis: along which to sum: a number, several, or None for all; not differentiated.
        keepdims: whether to keep that axis, with length 1.

    >>> float(logsumexp([1000.0, -1000.0]))
    1000.0
    """
    return values.logsumexp(taken(x), axis=own(axis), keepdims=keepdims)


def set_at(x: Any, index: Any, value: Any) -> Any:
    """Return `x` with other elements at `index`; `x` itself stays as it is, for a Value is never changed in place.

    Args:
        x: a Value or an array.
        index: what numpy takes between brackets; where a place comes twice, the last element given counts.
        value: a Value, a number or an array that can be spread over the places.

    Raises:
        ShapeError: `value` does not fit the places.

    >>> x = Value([1.0, 2.0, 3.0])
    >>> y = set_at(x, 1, x[0] * 10)
    >>> y.data
    array([ 1., 10.,  3.])
    >>> y.sum().backward()
    >>> x.grad
    array([11.,  0.,  1.])
    """
    x, value = taken(x), taken(value)
    index = own_index(index)
    # numpy itself says which element of `value` goes where: -1 where none does.
    source = np.full(np.shape(x), -1)
    places = np.shape(source[index])
    source[index] = np.arange(np.prod(places, dtype=int)).reshape(places)
    spread = values.reshape(values.broadcast_to(value, shape=places), shape=-1)
    if not spread.size:
        return x
    return values.where(source < 0, x, values.getitem(spread, index=np.maximum(source, 0)))


def stop(x: Any) -> Any:
    """Return `x` as something through which no gradient flows, at no order.

    Args:
        x: a Value, which becomes a constant of the same data and name; anything else is returned as it is, and of
            nested tuples, lists and dictionaries every Value is made constant.

    >>> from microgradphys import grad
    >>> grad(lambda x: x * stop(x))(3.0)
    3.0
    """
    if isinstance(x, Value):
        return x.detach()
    leaves = flatten(x)
    return unflatten(x, list(map(stop, leaves))) if any(isinstance(leaf, Value) for leaf in leaves) else x


def taken(x: Any) -> Any:
    """Take an argument in: a Value as it is, anything else as data."""
    return x if isinstance(x, Value) else as_data(x)
