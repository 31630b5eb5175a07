"""A convolution or a pool as its window slides: one step for each place, the sum of products in symbols and numbers.

The arrays are taken apart into numbers, and every element of the output is recorded anew, as one node, from the
elements under its window. What comes out is a storyboard like any other, so it can be drawn, played, filmed and
stepped through; backwards, each place hands its gradient to the elements under its window and to the kernel, which
adds them up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.mathematics import Call, Fraction, Infix, Math, Number
from microgradphys.primitives import Primitive
from microgradphys.recording import apply, constant
from microgradphys.scopes import recording
from microgradphys.value import Value
from viz.networks.window_search import CHANNELS, Place, Sliding, find_window, under
from viz.steps import By, Telling
from viz.storyboard import Storyboard


class Window(Storyboard):
    """The storyboard of a window that slides: see `window`.

    Attributes:
        sliding: the numbers, and how the window moves.
        inputs, kernel, outputs: the node's index by (channel, row, column), or by (row, column).
        rests: what channels that are not drawn add, by (row, column).
    """

    def __init__(self, sliding: Sliding, by: By) -> None:
        """Record every element anew."""
        with recording(True):
            made = _Recorded(sliding)
        super().__init__(made.total, by, learning_rate=None)
        self.sliding = sliding
        node_of = {value: k for k, value in enumerate(self.recording)}
        self.inputs: dict[Place, int] = {at: node_of[x] for at, x in made.inputs.items() if x in node_of}
        self.kernel: dict[Place, int] = {at: node_of[x] for at, x in made.kernel.items() if x in node_of}
        self.outputs: dict[Place, int] = {at: node_of[x] for at, x in made.outputs.items()}
        self.place_of = {node: place for place, node in self.outputs.items()}
        self._moves = self.moves
        self.moves = tuple(replace(move, tell=self._told) for move in self._moves)
        self.steps = tuple(replace(step, moves=self.moves[step.start : step.stop]) for step in self.steps)

    def under(self, place: Place) -> list[Place]:
        """The places of the image, by (channel, row, column), under the window at one place of the output."""
        return under(self.sliding, place)

    def _told(self, place: int) -> Telling:
        """Write the formula of a window as the sum of its products, not as a function of all its numbers."""
        move = self._moves[place]
        told = move.tell(place)
        node = self.recording[move.node]
        row = node.primitive
        if move.phase != "forward" or row is None or row not in _FORMULAS:
            return told
        labels = [self.printer.label(parent) for parent in node.parents]
        numbers: list[Math] = [Number(self.data[parent]) for parent in node.parents]
        symbols, in_numbers = (_FORMULAS[row](parts, sign) for parts, sign in ((labels, "·"), (numbers, "×")))
        return told._replace(formula=replace(told.formula, symbols=symbols, numbers=in_numbers))


def window(y: Value, *, sample: int = 1, channel: int = 1, size: int = 10, by: By = "node") -> Window:
    """Show how the window of a convolution or a pool slides: a storyboard with one step for each place.

    Args:
        y: what `conv1d`, `conv2d`, `max_pool` or `average_pool` returned, or anything computed from it; the last of
            them that it was computed from is shown.
        sample: which image of the batch, from 1.
        channel: which channel of the output, from 1.
        size: the most rows and columns of the image, with its padding, that are shown.
        by: as for `Storyboard`; "node" makes one step of each place.

    Returns:
        A storyboard, for `viz.draw`, `viz.play`, `viz.movie` and `viz.Stepper`. Where a gradient has reached `y`, its
        last steps start from that gradient; else from the sum of the output's elements.

    Raises:
        InputError: nothing slides there, or no such sample or channel.

    >>> from microgradphys import conv1d
    >>> x, k = Value([[[1.0], [2.0], [4.0]]], "x"), Value([[[-1.0]], [[1.0]]], "k")
    >>> print(window(conv1d(x, k)).steps[1].formula)
    y₂ = k₁ · x₂ + k₂ · x₃ = −1 × 2 + 1 × 4 = 2
    """
    if not isinstance(y, Value):
        raise InputError(f"a window needs a Value, not {type(y).__name__}")
    if not isinstance(size, int) or size < 1:
        raise InputError(f"size={size!r} is not a positive whole number")
    return Window(find_window(y, sample, channel, size), by)


class _Recorded:
    """The elements of a sliding window as Values of their own."""

    def __init__(self, sliding: Sliding) -> None:
        """Record every place of the output."""
        self.sliding = sliding
        image, kernel, output = sliding.names
        drawn = sliding.image[:CHANNELS]
        many, flat = len(drawn) > 1, sliding.image.shape[1] == 1 and sliding.size[0] == 1
        zero = constant(0.0)
        self.inputs = {
            place: Value(float(number), _name(image, place, many, flat, self._before(place)))
            if self._is_inside(place)
            else zero
            for place, number in np.ndenumerate(drawn)
        }
        self.kernel = (
            {}
            if sliding.kernel is None
            else {
                place: Value(float(number), _name(kernel, place, many, flat))
                for place, number in np.ndenumerate(sliding.kernel[:CHANNELS])
            }
        )
        self.outputs = {
            place: self._place(place).named(_name(output, (0, *place), False, flat))
            for place in np.ndindex(sliding.output.shape)
        }
        letter = next(letter for letter in "ELQ" if letter not in sliding.names)
        weights = np.ones(sliding.output.shape) if sliding.gradient is None else sliding.gradient
        pairs = [constant(float(weight)) for _, weight in np.ndenumerate(weights)]
        row = _TOTAL if sliding.gradient is None else _SUM
        ends = list(self.outputs.values())
        self.total = apply(row, *(ends if row is _TOTAL else [*ends, *pairs])).named(letter)

    def _before(self, place: Place) -> Place:
        """How many zeros come before a place of the image, which is counted without them."""
        return self.sliding.around[0][0], self.sliding.around[1][0]

    def _is_inside(self, place: Place) -> bool:
        """Whether a place is one of the image and not of the zeros around it."""
        (top, _), (left, _) = self.sliding.around
        whole = self.sliding.image.shape
        height, width = (size - sum(pair) for size, pair in zip(whole[1:], self.sliding.around, strict=True))
        return 0 <= place[1] - top < height and 0 <= place[2] - left < width

    def _place(self, place: Place) -> Value:
        """Record one place of the output."""
        covered = under(self.sliding, place)
        inputs = [self.inputs[at] for at in covered]
        if self.sliding.kernel is None:
            return apply(_MAX if self.sliding.kind == "max" else _MEAN, *inputs)
        _, top, left = covered[0]
        weights = [self.kernel[c, i - top, j - left] for c, i, j in covered]
        rest = float(self.sliding.output[place]) - sum(a.held * b.held for a, b in zip(inputs, weights, strict=True))
        if len(self.sliding.image) > CHANNELS:
            return apply(_SUM, *inputs, constant(rest, "rest"), *weights, constant(1.0))
        return apply(_SUM, *inputs, *weights)


def _name(base: str, place: Place, many: bool, flat: bool, before: Place = (0, 0)) -> str:
    """Name an element as the lectures do, from 1: x₂₃, and x₂₃⁽¹⁾ where there are several channels."""
    channel, row, column = place
    row, column = row - before[0] + 1, column - before[1] + 1
    between = "" if max(row, column) < 10 else ","
    raised = f"^({channel + 1})" if many else ""
    return f"{base}_{{{column if flat else f'{row}{between}{column}'}}}{raised}"


def _sum(xp: Any, *numbers: Any) -> Any:
    """Sum the products of the first half of the numbers with the second."""
    half = len(numbers) // 2
    return sum((b * a for a, b in zip(numbers[:half], numbers[half:], strict=True)), 0.0)


def _sum_vjp(xp: Any, g: Any, y: Any, *numbers: Any) -> Callable[[int], Any]:
    """Hand every number the gradient times its partner."""
    half = len(numbers) // 2
    return lambda argument: g * numbers[(argument + half) % (2 * half)]


def _max_vjp(xp: Any, g: Any, y: Any, *numbers: Any) -> Callable[[int], Any]:
    """Share the gradient among the largest."""
    data = [getattr(number, "held", number) for number in numbers]
    top = [number == max(data) for number in data]
    return lambda argument: g * (float(top[argument]) / max(sum(top), 1))


_SUM = Primitive("window_sum", "window_sum(a)", (), vjps=(_sum_vjp,), forward=_sum, variadic=True)
_MAX = Primitive("window_max", "max(a)", (), vjps=(_max_vjp,), forward=lambda xp, *numbers: max(numbers), variadic=True)
_MEAN = Primitive(
    "window_mean",
    "mean(a)",
    (),
    vjps=(lambda xp, g, y, *numbers: lambda argument: g / len(numbers),),
    forward=lambda xp, *numbers: sum(numbers) / len(numbers),
    variadic=True,
)
_TOTAL = Primitive(
    "window_total",
    "sum(a)",
    (),
    vjps=(lambda xp, g, y, *numbers: lambda argument: g * 1.0,),
    forward=lambda xp, *numbers: sum(numbers),
    variadic=True,
)


def _products(parts: list[Math], sign: str) -> Math:
    """Write the sum of products, the kernel's number first."""
    half = len(parts) // 2
    terms = tuple(
        a if isinstance(b, Number) and b.value == 1.0 and sign == "·" else Infix(sign, (b, a))
        for a, b in zip(parts[:half], parts[half:], strict=True)
    )
    return _added(list(terms), sign)


def _added(parts: list[Math], sign: str) -> Math:
    """Write a sum."""
    return Infix("+", tuple(parts)) if len(parts) > 1 else parts[0]


_FORMULAS: dict[Primitive, Callable[[list[Math], str], Math]] = {
    _SUM: _products,
    _MAX: lambda parts, sign: Call("max", tuple(parts)),
    _MEAN: lambda parts, sign: Fraction(_added(parts, sign), Number(float(len(parts)))),
    _TOTAL: _added,
}
