"""`Conv1D` and `Conv2D`: filters that look at every place of a signal or an image in turn.

Source: Y. LeCun and others, Gradient-based learning applied to document recognition (1998).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from microgradphys.convolutions import conv1d, conv2d
from microgradphys.data import counted
from microgradphys.errors import InputError, ShapeError
from microgradphys.nn.activations import activation_of
from microgradphys.nn.initialisers import Initialiser, initialiser_of
from microgradphys.nn.layer import ArrayLayer, sizes
from microgradphys.value import Value

Padding = Literal["valid", "same"] | int


class Convolution(ArrayLayer):
    """What convolutions along one axis and along two have in common; `Conv1D` and `Conv2D` are made of it.

    Attributes:
        places: the axes that filters move along, as messages name them.
    """

    places: ClassVar[tuple[str, ...]] = ()
    padding: Padding
    W: Value
    b: Value | None

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Padding = "valid",
        activation: str | Callable[..., Any] | None = None,
        *,
        kernel_initializer: str | float | Initialiser = "glorot_uniform",
        bias_initializer: str | float | Initialiser = "zeros",
        use_bias: bool = True,
    ) -> None:
        """Remember what to make."""
        self.filters = counted("filters", filters)
        self.kernel_size, self.strides, self.padding = kernel_size, strides, padding
        self.activation, self.use_bias = activation, use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        sizes("kernel_size", kernel_size, len(self.places))
        sizes("strides", strides, len(self.places))
        if padding not in ("valid", "same"):
            if isinstance(padding, str):
                raise InputError(f"padding={padding!r} is not 'valid', 'same' or a whole number of zeros")
            counted("padding", padding, 0)
        for given in (kernel_initializer, bias_initializer):
            initialiser_of(given)
        activation_of(activation)

    def build(self, shape: tuple[int, ...]) -> None:
        """Make filters for so many channels, and a bias for each filter."""
        if len(shape) != len(self.places) + 1:
            raise ShapeError(
                f"{type(self).__name__} needs samples of shape ({', '.join(self.places)}, channels), not {shape}"
            )
        window = sizes("kernel_size", self.kernel_size, len(self.places))
        self.W = self.parameter("W", self.kernel_initializer, (*window, shape[-1], self.filters))
        self.b = self.parameter("b", self.bias_initializer, (self.filters,)) if self.use_bias else None

    def forward(self, x: Any) -> Any:
        """Compute what every filter finds at every place: (batch, places …, filters)."""
        first, *second = sizes("strides", self.strides, len(self.places))
        s = conv2d(x, self.W, (first, second[0]), self.padding) if second else conv1d(x, self.W, first, self.padding)
        if self.b is not None:
            s = s + self.b
        return self.named("a", activation_of(self.activation)(self.named("s", s)))


class Conv1D(Convolution):
    """Filters that move along signals (batch, length, channels): activation(x * W + b).

    Args:
        filters: the number of filters, which is the number of channels that come out.
        kernel_size: the width of a filter.
        strides: the step from one place to the next.
        padding: "valid" for none, "same" for as many zeros as keep length / strides, or their number at either end.
        activation: the name of a function, or a function; none by default.
        kernel_initializer: how the filters begin: a name, a number, or a function of a generator and a shape.
        bias_initializer: how the biases begin.
        use_bias: whether there are biases, one for each filter.

    Attributes:
        W: the filters (width, channels, filters), once there are any.
        b: the biases (filters,), or None.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the signals are no signals, are too short, or have other channels than before.

    >>> import numpy as np
    >>> layer = Conv1D(1, 2, kernel_initializer=1.0)
    >>> layer(np.arange(4.0).reshape(1, 4, 1)).data.ravel()
    array([1., 3., 5.])
    >>> layer
    Conv1D(1, 2, kernel_initializer=1.0)
    """

    places = ("length",)


class Conv2D(Convolution):
    """Filters that move over images (batch, height, width, channels): activation(x * W + b).

    Args:
        filters: the number of filters, which is the number of channels that come out.
        kernel_size: the height and width of a filter, or one number for both.
        strides: the steps down and across, or one number for both.
        padding: "valid" for none, "same" for as many zeros as keep size / strides, or their number at every edge.
        activation: the name of a function, or a function; none by default.
        kernel_initializer: how the filters begin: a name, a number, or a function of a generator and a shape.
        bias_initializer: how the biases begin.
        use_bias: whether there are biases, one for each filter.

    Attributes:
        W: the filters (height, width, channels, filters), once there are any.
        b: the biases (filters,), or None.

    Raises:
        InputError: an argument is none.
        ShapeError: later, when the images are no images, are too small, or have other channels than before.

    >>> import numpy as np
    >>> layer = Conv2D(8, 3, activation="relu")
    >>> layer(np.zeros((5, 28, 28, 1))).shape, [p.size for p in layer.parameters()]
    ((5, 26, 26, 8), [72, 8])
    """

    places = ("height", "width")
