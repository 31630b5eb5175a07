"""Layers that keep the largest number, or the average, of every window of signals and images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from microgradphys.convolutions import average_pool, max_pool
from microgradphys.errors import ShapeError
from microgradphys.nn.layer import ArrayLayer, sizes


class Pooling(ArrayLayer):
    """What all layers that pool have in common; the four below are made of it.

    Attributes:
        pool: what is computed of every window.
        places: the axes that windows move along, as messages name them.
    """

    pool: ClassVar[Callable[..., Any]]
    places: ClassVar[tuple[str, ...]] = ()

    def __init__(self, pool_size: Any = 2, strides: Any = None) -> None:
        """Remember the windows."""
        self.pool_size, self.strides = pool_size, strides
        sizes("pool_size", pool_size, len(self.places))
        if strides is not None:
            sizes("strides", strides, len(self.places))

    def forward(self, x: Any) -> Any:
        """Pool the windows."""
        count = len(self.places)
        if np.ndim(x) != count + 2:
            wanted = f"(batch, {', '.join(self.places)}, channels)"
            raise ShapeError(f"{type(self).__name__} needs inputs of shape {wanted}, not {np.shape(x)}")
        window = sizes("pool_size", self.pool_size, count)
        stride = None if self.strides is None else sizes("strides", self.strides, count)
        return self.pool(x, window, stride)


class MaxPool1D(Pooling):
    """Keep the largest number of every window of signals (batch, length, channels); ties share its gradient.

    A rest at the edge that fills no window is left out.

    Args:
        pool_size: the width of a window.
        strides: the step from one window to the next; by default its width.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the inputs have other axes, or are smaller than a window.

    >>> MaxPool1D(3)(np.arange(6.0).reshape(1, 6, 1)).ravel()
    array([2., 5.])
    """

    pool = staticmethod(max_pool)
    places = ("length",)


class MaxPool2D(Pooling):
    """Keep the largest number of every window of images (batch, height, width, channels); ties share its gradient.

    A rest at the edge that fills no window is left out.

    Args:
        pool_size: the height and width of a window, or one number for both.
        strides: the steps down and across; by default the window's size.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the inputs have other axes, or are smaller than a window.

    >>> MaxPool2D(2)(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """

    pool = staticmethod(max_pool)
    places = ("height", "width")


class AveragePool1D(Pooling):
    """Average over every window of signals (batch, length, channels).

    A rest at the edge that fills no window is left out.

    Args:
        pool_size: the width of a window.
        strides: the step from one window to the next; by default its width.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the inputs have other axes, or are smaller than a window.

    >>> AveragePool1D(3)(np.arange(6.0).reshape(1, 6, 1)).ravel()
    array([1., 4.])
    """

    pool = staticmethod(average_pool)
    places = ("length",)


class AveragePool2D(Pooling):
    """Average over every window of images (batch, height, width, channels).

    A rest at the edge that fills no window is left out.

    Args:
        pool_size: the height and width of a window, or one number for both.
        strides: the steps down and across; by default the window's size.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the inputs have other axes, or are smaller than a window.

    >>> AveragePool2D(2)(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """

    pool = staticmethod(average_pool)
    places = ("height", "width")
