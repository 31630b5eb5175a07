"""Convolutions and pools: windows cut out of signals and images, and what is computed of each."""

from typing import Any, Literal

import numpy as np

from microgradphys.composed import pad
from microgradphys.errors import InputError, ShapeError
from microgradphys.functions import taken
from microgradphys.products import tensordot
from microgradphys.recording import values


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
