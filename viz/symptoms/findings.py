"""What a diagnosis says: findings, each at a node, and the thresholds that decide, each with its reason.

A *trouble* is wrong whatever the program is about. A *note* is a fact that is right in one program and a mistake in
another (gradients that were added up, a unit that is off for one input): the sentence says how to tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from microgradphys.mathematics import Math
from microgradphys.notation import write
from microgradphys.symbols import number_text
from microgradphys.value import Value
from viz.steps import Move
from viz.storyboard import Storyboard

Kind = Literal[
    "not computed",
    "accumulated",
    "stale graph",
    "dead ReLU",
    "saturated",
    "not reached",
    "vanishing gradient",
    "exploding gradient",
    "not finite",
]
Level = Literal["trouble", "note"]

# Two gradients are the same within this part of their largest element: sums in another order differ by rounding only.
SAME, SAME_SINGLE = 1e-6, 1e-3
# A unit is dead, or saturated, for good if it is so for this many inputs: one that is on half the time is off for 16
# inputs in a row in 1 batch of 65 000. For fewer it is a note.
ENOUGH = 16
# Below this part of a layer it is a note all the same: ReLU networks that learn well have some dead units.
MANY = 0.5
# A sigmoid, tanh or softmax is saturated where its derivative is below this part of its largest value: for sigmoid
# beyond ±8.3, for tanh beyond ±4.1, for softmax where one probability is above 0.99975.
# A step of gradient descent is then a thousand times smaller than it could be.
SATURATED = 1e-3
# The largest derivative of each function that saturates.
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "softmax": 0.25}
# A gradient vanishes along a chain where the local derivatives of its best path multiply to less than 1e-5: at a
# learning rate that suits the last layer, the first then takes a hundred thousand steps for one. It explodes above 1e5.
# The first factor of a path (the loss near its minimum) and the last (an input) are left out, and none counts for more
# than a factor of ten either way, so that a unit of measure is no chain.
VANISHING, MOST = 1e-5, 10.0
# The logarithm of a link, on average, below which a chain is a note: factors between 0.8 and 1.25 are the small steps
# of a simulation as often as layers.
GENTLE = 0.22
# So many sentences of one kind are read; of more, the number.
MOST_ALIKE = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    node: the index of the node among the storyboard's, None for a leaf that is not part of the graph. label: what it
    is called. sentence: what is the matter and how to mend it. level: "trouble", or "note" for a fact that need not
    be a mistake.
    """

    kind: Kind
    level: Level
    node: int | None
    label: Math
    sentence: str


@dataclass(frozen=True)
class Case:
    """What a diagnosis looks at.

    story: the storyboard, of the data of now. loss: the Value that was given. stale: the leaves whose data changed
    since the loss was computed; where there are any, the storyboard is of a graph that was computed again. original:
    the nodes that the program made, by the storyboard's own. names: the program's Values by name. parameters: the
    Values that were said to be parameters.
    """

    story: Storyboard
    loss: Value
    stale: tuple[Value, ...]
    original: Mapping[Value, Value]
    names: Mapping[str, Value]
    parameters: tuple[Value, ...] | None

    @cached_property
    def backward(self) -> list[Move]:
        """The moves of the storyboard's backward pass."""
        return [move for move in self.story.moves if move.phase == "backward"]

    @cached_property
    def moves(self) -> dict[int, list[Move]]:
        """The contributions that reach each node, in their order."""
        found: dict[int, list[Move]] = {}
        for move in self.backward:
            if move.edge is not None:
                found.setdefault(move.node, []).append(move)
        return found

    @cached_property
    def gradients(self) -> dict[int, Any]:
        """The gradient of each node in one backward pass of the storyboard."""
        return {move.node: move.value for move in self.backward}

    @cached_property
    def leaves(self) -> list[int]:
        """The leaves into which gradients flow."""
        return [k for k, node in enumerate(self.story.nodes) if node.op is None and not node.constant]

    def data(self, k: int) -> Any:
        """The value of a node."""
        return self.story.data[self.story.recording[k]]

    def label(self, k: int) -> str:
        """What a node is called."""
        return write(self.story.nodes[k].label)

    def gradient(self, k: int) -> str:
        """How the gradient of a node is written."""
        return write(self.story.gradient(k))

    def finding(self, kind: Kind, level: Level, k: int, sentence: str) -> Finding:
        """Make a finding at a node."""
        return Finding(kind, level, k, self.story.nodes[k].label, sentence)


def finite(number: Any) -> bool:
    """Whether every number is finite."""
    return math.isfinite(number) if number.__class__ is float else bool(np.all(np.isfinite(number)))


def shown(number: Any) -> str:
    """Write a number, or the norm of an array.

    >>> shown(0.25), shown(np.array([3.0, 4.0]))
    ('0.25', 'norm 5')
    """
    return number_text(number) if np.ndim(number) == 0 else f"norm {number_text(float(np.linalg.norm(number)))}"


def some(names: list[str], most: int = 4) -> str:
    """List names, the first few of many.

    >>> some(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
