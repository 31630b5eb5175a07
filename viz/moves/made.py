"""A sequence whose items are made when they are asked for, so that a large graph costs what is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class Made(Sequence[T]):
    """As a tuple, but an item is made by its place each time it is asked for; a slice is such a sequence again.

    Args:
        make: makes the item at a place.
        places: the places, from 0.

    >>> squares = Made(lambda k: k * k, range(1_000_000))
    >>> squares[-1], list(squares[2:5]), squares[2:5] == (4, 9, 16)
    (999998000001, [4, 9, 16], True)
    """

    def __init__(self, make: Callable[[int], T], places: range) -> None:
        """Keep how to make the items."""
        self._make = make
        self._places = places

    def __len__(self) -> int:
        """The number of items."""
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> Made[T]: ...

    def __getitem__(self, at: int | slice) -> T | Made[T]:
        """Make the item at a place, or cut out a part."""
        if isinstance(at, slice):
            return Made(self._make, self._places[at])
        return self._make(self._places[at])

    def __iter__(self) -> Iterator[T]:
        """Make one after the other."""
        return map(self._make, self._places)

    def __eq__(self, other: object) -> bool:
        """Whether another sequence has equal items."""
        if not isinstance(other, (Made, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __repr__(self) -> str:
        """Show the items, as a tuple does, but no more than six of them."""
        shown = ", ".join(map(repr, self[:6]))
        return f"({shown}{', …' if len(self) > 6 else ''})"
