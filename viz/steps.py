"""The steps of a storyboard as data: what a node, an edge, a move, a step is, and what is known at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from microgradphys.mathematics import Math
from microgradphys.notation import Notation, write
from microgradphys.value import Value
from viz.statements import statement_at

Phase = Literal["forward", "backward", "update", "again"]
By = Literal["contribution", "node", "layer", "update"]
PHASES: dict[Phase, str] = {
    "forward": "Forward pass",
    "backward": "Backward pass",
    "update": "Update",
    "again": "New forward pass",
}
# What becomes known in each pass.
Kind = Literal["value", "gradient", "update", "again"]
KINDS: dict[Phase, Kind] = {"forward": "value", "backward": "gradient", "update": "update", "again": "again"}


@dataclass(frozen=True, slots=True)
class Line:
    """The line of the program that made a node: its file, its number from 1, its statement where that can be had."""

    file: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the picture: `id` is stable, `op` is None for a leaf. Label and line are found when asked for."""

    id: str
    named: bool
    op: str | None
    scope: tuple[str, ...]
    constant: bool
    shape: tuple[int, ...]
    parents: tuple[int, ...]
    recorded: Value = field(repr=False, compare=False)
    labelled: Callable[[Value], Math] = field(repr=False, compare=False)

    @property
    def label(self) -> Math:
        """What the node is called in formulas."""
        return self.labelled(self.recorded)

    @property
    def line(self) -> Line | None:
        """The line of the program that made the node, where that was noted."""
        place = getattr(self.recorded, "place", None)
        return None if place is None else Line(place[0], place[1], statement_at(*place))


@dataclass(frozen=True, slots=True)
class Edge:
    """The edge from a parent (`source`) to the node computed from it (`target`), its argument number `argument`."""

    id: str
    source: int
    target: int
    argument: int
    live: bool


@dataclass(frozen=True, slots=True)
class Formula:
    """`left sign symbols = numbers = result`, as trees that any notation can write."""

    left: Math
    sign: str
    symbols: Math
    numbers: Math
    result: Math

    def lines(self, notation: Notation = "plain") -> tuple[str, str, str, str]:
        """Write left side, symbols, numbers and result."""
        return tuple(write(part, notation) for part in (self.left, self.symbols, self.numbers, self.result))  # type: ignore[return-value]

    def __str__(self) -> str:
        """Write the formula on one line, leaving out a part that only repeats the one before it."""
        left, *parts = self.lines()
        kept = [part for k, part in enumerate(parts) if part != (parts[k - 1] if k else left)]
        return f"{left} {self.sign} {' = '.join(kept)}"


class Telling(NamedTuple):
    """What is written about a move: its formula, and of a contribution the local derivative and its own line."""

    formula: Formula
    local_formula: Formula | None = None
    local_symbol: Math | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """One number becoming known.

    place: how many moves are before it. value: what becomes known: a node's value, a parent's gradient so far, or a
    leaf's new value. upstream, local (None for structural rows), contribution and total: of a contribution, else None.
    edge: the index of the edge it flows along, None for a move within a node. tell: writes its formulas, when they are
    asked for.
    """

    id: str
    place: int
    phase: Phase
    node: int
    edge: int | None
    value: Any
    tell: Callable[[int], Telling] = field(repr=False)
    upstream: Any = None
    local: Any = None
    contribution: Any = None
    total: Any = None

    def __eq__(self, other: object) -> bool:
        """Whether it is the same move of the same storyboard."""
        return isinstance(other, Move) and (self.id, self.tell) == (other.id, other.tell)

    def __hash__(self) -> int:
        """A number for sets and dictionaries."""
        return hash((self.id, self.tell))

    @property
    def formula(self) -> Formula:
        """The formula, in symbols and in numbers."""
        return self.tell(self.place).formula

    @property
    def local_formula(self) -> Formula | None:
        """The local derivative's own line, where it has one."""
        return self.tell(self.place).local_formula

    @property
    def local_symbol(self) -> Math | None:
        """How the local derivative is written."""
        return self.tell(self.place).local_symbol


@dataclass(frozen=True, slots=True)
class Step:
    """A run of moves that is shown at once; `start` counts the moves before it, `number` counts from 1.

    `id` is that of the last move, so that one id is one moment, however the moves are cut into steps.
    """

    id: str
    number: int
    phase: Phase
    start: int
    moves: Sequence[Move] = field(compare=False)
    say: Callable[[Step], str] = field(repr=False, compare=False)

    @property
    def sentence(self) -> str:
        """Which pass, which step of how many, where, and what becomes known."""
        return self.say(self)

    @property
    def move(self) -> Move:
        """The last move, whose number the step is about."""
        return self.moves[-1]

    @property
    def stop(self) -> int:
        """The number of moves known after this step."""
        return self.start + len(self.moves)

    @property
    def node(self) -> int:
        """The index of the node whose number becomes known."""
        return self.move.node

    @property
    def edge(self) -> int | None:
        """The index of the edge it flows along, if it does."""
        return self.move.edge

    @property
    def value(self) -> Any:
        """What becomes known."""
        return self.move.value

    @property
    def upstream(self) -> Any:
        """The gradient that arrives at the edge, of a contribution."""
        return self.move.upstream

    @property
    def local(self) -> Any:
        """The local derivative on the edge, of a contribution."""
        return self.move.local

    @property
    def contribution(self) -> Any:
        """What is added to a gradient, of a contribution."""
        return self.move.contribution

    @property
    def total(self) -> Any:
        """The gradient so far, of a contribution."""
        return self.move.total

    @property
    def formula(self) -> Formula:
        """The formula, in symbols and in numbers."""
        return self.move.formula


@dataclass(frozen=True, slots=True)
class Known:
    """One line of "what is known so far": a name, its number, and which kind of number it is."""

    label: Math
    value: Any
    kind: Kind
    node: int


@dataclass(frozen=True, slots=True)
class State:
    """Everything known at one moment: numbers by node index; a node that is missing is not computed yet."""

    values: Mapping[int, Any]
    gradients: Mapping[int, Any]
    updated: Mapping[int, Any]
    again: Mapping[int, Any]
