"""Functions that numpy does not have: each records its row of the table, on Values and on plain data alike."""

from typing import Any, Literal

import numpy as np

from microgradphys.composed import pad, tensordot
from microgradphys.data import as_data, own, own_index
from microgradphys.errors import InputError, ShapeError
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


def conv1d(x: Any, kernel: Any, stride: int = 1, padding: Literal["valid", "same"] | int = "valid") -> Any:
    """Convolve signals with filters, as networks mean it: the filters are not turned round.

    Args:
        x: signals, of shape (N, length, channels).
        kernel: filters, of shape (width, channels, filters).
        stride: the step from one place to the next.
        padding: "valid" for none, "same" for as many zeros as keep length / stride, or their number at either end.

    Returns:
        Signals of shape (N, places, filters).

    Raises:
        ShapeError: the shapes do not fit.
        InputError: there is no such stride or padding.

    >>> conv1d(np.arange(5.0).reshape(1, 5, 1), np.array([-1.0, 1.0]).reshape(2, 1, 1)).ravel()
    array([1., 1., 1., 1.])
    """
    return _convolved("conv1d", x, kernel, (stride,), padding)


def conv2d(
    x: Any, kernel: Any, stride: int | tuple[int, int] = 1, padding: Literal["valid", "same"] | int = "valid"
) -> Any:
    """Convolve images with filters, channels last as in Keras; the filters are not turned round.

    Args:
        x: images, of shape (N, height, width, channels).
        kernel: filters, of shape (height, width, channels, filters).
        stride: the step from one place to the next, or two, down and across.
        padding: "valid" for none, "same" for as many zeros as keep size / stride, or their number at every edge.

    Returns:
        Images of shape (N, places down, places across, filters).

    Raises:
        ShapeError: the shapes do not fit.
        InputError: there is no such stride or padding.

    >>> image = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> conv2d(image, np.ones((2, 2, 1, 1)))[0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    return _convolved("conv2d", x, kernel, stride if isinstance(stride, tuple) else (stride, stride), padding)


def max_pool(x: Any, size: int | tuple[int, ...] = 2, stride: int | tuple[int, ...] | None = None) -> Any:
    """Keep the largest element of every window; ties share the gradient equally, and a rest at the edge is left out.

    Args:
        x: signals or images, of shape (N, …, channels).
        size: of the window along every axis between the first and the last, or one for each.
        stride: the step from one window to the next; the window's size if it is not given.

    Raises:
        ShapeError: the window is larger than the image.
        InputError: there is no such size or stride.

    >>> max_pool(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    windows, axes = _pooled("max_pool", x, size, stride)
    return values.max(windows, axis=axes)


def average_pool(x: Any, size: int | tuple[int, ...] = 2, stride: int | tuple[int, ...] | None = None) -> Any:
    """Average over every window; a rest at the edge is left out.

    Args:
        x: signals or images, of shape (N, …, channels).
        size: of the window along every axis between the first and the last, or one for each.
        stride: the step from one window to the next; the window's size if it is not given.

    Raises:
        ShapeError: the window is larger than the image.
        InputError: there is no such size or stride.

    >>> average_pool(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    windows, axes = _pooled("average_pool", x, size, stride)
    return values.mean(windows, axis=axes)


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


def _steps(name: str, what: str, given: Any, count: int) -> tuple[int, ...]:
    """Read a size or a stride: one whole number, or one for each axis."""
    steps = given if isinstance(given, tuple) else (given,) * count
    if len(steps) != count or not all(isinstance(step, int | np.integer) and step > 0 for step in steps):
        raise InputError(f"{name}: {what}={given!r} is not a positive whole number, or a tuple of {count} of them")
    return tuple(map(int, steps))


def _windows(name: str, x: Any, size: tuple[int, ...], stride: tuple[int, ...]) -> Any:
    """Cut windows out of the axes between the first and the last."""
    if any(width > length for width, length in zip(size, np.shape(x)[1:], strict=False)):
        raise ShapeError(f"{name}: a window of {size} is larger than what it moves over, of shape {np.shape(x)}")
    return values.windows(x, size=size, stride=stride)


def _convolved(name: str, x: Any, kernel: Any, stride: tuple[int, ...], padding: Any) -> Any:
    """Convolve along one axis or two: cut windows out, and sum each against every filter."""
    x, kernel, axes = taken(x), taken(kernel), len(stride)
    stride = _steps(name, "stride", stride, axes)
    if not np.ndim(x) == np.ndim(kernel) == axes + 2 or np.shape(x)[-1] != np.shape(kernel)[-2]:
        places = ("length", "width") if axes == 1 else ("height, width", "height, width")
        raise ShapeError(
            f"{name} needs x of shape (N, {places[0]}, channels) and filters ({places[1]}, channels, filters), "
            f"with as many channels, not {np.shape(x)} and {np.shape(kernel)}"
        )
    size = tuple(np.shape(kernel)[:axes])
    around = _padding(name, padding, np.shape(x)[1:-1], size, stride)
    if any(map(any, around)):
        x = pad(values, x, ((0, 0), *around, (0, 0)))
    windows = _windows(name, x, size, stride)
    return tensordot(values, windows, kernel, (tuple(range(-axes - 1, 0)), (axes, *range(axes))))


def _padding(
    name: str, padding: Any, lengths: tuple[int, ...], size: tuple[int, ...], stride: tuple[int, ...]
) -> list[tuple[int, int]]:
    """Say how many zeros go before and after each axis; "same" puts the odd one after, as Keras does."""
    if isinstance(padding, int | np.integer) and padding >= 0:
        return [(int(padding), int(padding))] * len(size)
    if padding not in ("valid", "same"):
        raise InputError(f"{name}: padding={padding!r} is not 'valid', 'same' or a whole number")
    if padding == "valid":
        return [(0, 0)] * len(size)
    wanted = [-(-length // step) for length, step in zip(lengths, stride, strict=True)]
    missing = [
        max((count - 1) * step + width - length, 0)
        for count, step, width, length in zip(wanted, stride, size, lengths, strict=True)
    ]
    return [(zeros // 2, zeros - zeros // 2) for zeros in missing]


def _pooled(name: str, x: Any, size: Any, stride: Any) -> tuple[Any, tuple[int, ...]]:
    """Cut the windows of a pool out, and say which axes they are."""
    x = taken(x)
    axes = np.ndim(x) - 2
    if axes < 1:
        raise ShapeError(f"{name} needs x of shape (N, length or height and width, channels), not {np.shape(x)}")
    size = _steps(name, "size", size, axes)
    stride = size if stride is None else _steps(name, "stride", stride, axes)
    return _windows(name, x, size, stride), tuple(range(-axes, 0))
