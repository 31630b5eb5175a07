"""The storyboard: a recorded graph as a sequence of steps. Every renderer reads it, none computes anything else.

What is known at step k is a function of the graph and k, so going back and jumping cost nothing, and step 17 is the
same step, with the same numbers, in the terminal, on the page, in the picture and in the film.

A storyboard is made of *moves*, one number becoming known each: a node's value, the seed of the backward pass, one
contribution to one gradient, one updated leaf. A *step* is a run of moves: one (`by="contribution"`), all that
one node sends back (`"node"`), all of one scope (`"layer"`) or a whole pass (`"update"`).
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from functools import partial
from itertools import accumulate
from typing import Any, Literal, get_args

import numpy as np

from microgradphys.endpoints import seed_for
from microgradphys.errors import GradientError, InputError
from microgradphys.graph import ancestors, describe
from microgradphys.mathematics import Derivative, Math, named
from microgradphys.notation import write
from microgradphys.source import Printer
from microgradphys.value import Value
from viz.moves.cutting import Cutter
from viz.moves.made import Made
from viz.moves.passes import forward_and_backward, update_and_again
from viz.moves.telling import Teller
from viz.steps import By, Edge, Known, Move, Node, State, Step

# The scope of a step of Newton's method (`viz.newton`).
NEWTON = "Newton step"
_USUAL_RATE = 0.1
# As many names as an error message can list.
_MOST_NAMES = 40


class Storyboard:
    """The steps of a graph's forward pass, backward pass, update and new forward pass.

    Args:
        loss: a Value that holds one number.
        by: how much is one step: "contribution", "node", "layer" or "update".
        learning_rate: η of the gradient descent step that follows the backward pass; None for no update. "usual" is
            0.1, and None for a derivative or a step of Newton's method, which nobody wants to be small.
        parameters: the leaves to update; all leaves but constants if not given.
        names: names for Values that have none, as `{"W": W}`.
        seed: the gradient to start with, in the shape of the loss, where that is not one number.

    Raises:
        GradientError: the loss is not one number, or depends on no leaf.
        InputError: `by` or the learning rate makes no sense.
        StaleGraphError: data changed since the graph was recorded.

    >>> w = Value(3.0, "w")
    >>> story = Storyboard((w * w).named("E"), learning_rate=None)
    >>> for step in story:
    ...     print(step.number, step.sentence, "|", step.formula)
    1 Forward pass · step 1 of 4 · compute E | E = w · w = 3 × 3 = 9
    2 Backward pass · step 2 of 4 · start at E | ∂E/∂E = 1
    3 Backward pass · step 3 of 4 · contribution to w | ∂E/∂w = ∂E/∂E · w = 1 × 3 = 3
    4 Backward pass · step 4 of 4 · contribution to w | ∂E/∂w += ∂E/∂E · w = 1 × 3 = 3
    """

    def __init__(
        self,
        loss: Value,
        by: By = "contribution",
        *,
        learning_rate: float | Literal["usual"] | None = "usual",
        parameters: Iterable[Value] | None = None,
        names: Mapping[str, Value] | None = None,
        seed: Any = None,
    ) -> None:
        """Record every move once."""
        if not isinstance(loss, Value):
            raise InputError(f"a storyboard needs a Value, not {type(loss).__name__}")
        if not isinstance(by, str) or by not in get_args(By):
            raise InputError(f"by={by!r} is not one of {', '.join(map(repr, get_args(By)))}")
        self.is_loss = not _is_derivative(loss)
        if learning_rate == "usual":
            learning_rate = _USUAL_RATE if self.is_loss else None
        if learning_rate is not None and not (isinstance(learning_rate, (int, float)) and np.isfinite(learning_rate)):
            raise InputError(f"learning_rate={learning_rate!r} is not a finite number")
        if not isinstance(names or {}, Mapping) or not all(isinstance(key, str) for key in names or {}):
            raise InputError('names is a dictionary from text to Values, as {"w": w}')
        if loss.size != 1 and seed is None:
            raise GradientError(
                f"a storyboard starts at one number, but {describe(loss)} has shape {loss.shape}; "
                "sum or average it first"
            )
        seed = seed_for(loss, seed)
        self.by: By = by
        self.learning_rate = learning_rate
        self._aliases = dict(names or {})
        self._places: dict[int, int] = {}
        self._by_name: dict[str, list[int]] | None = None
        # What is not finite is seen at its node; numpy's warnings would be about lines of ours.
        with _without_collecting(), np.errstate(all="ignore"):
            self._read(loss)
            self.passes = forward_and_backward(self.recording, self._index, self.data, seed)
            if learning_rate is not None:
                chosen = None if parameters is None else self._chosen(parameters)
                self.passes += update_and_again(self.recording, self.passes, learning_rate, chosen)
        self._teller = Teller(self.recording, self.printer, self.passes, self._first_edge, learning_rate)
        self.moves: Sequence[Move] = Made(self._teller.move, range(self.passes[-1].stop))
        self.steps: Sequence[Step] = self._cut(by)

    def cut(self, by: By) -> Storyboard:
        """Return the same moves cut into other steps; nothing is computed again.

        >>> story = Storyboard((Value(3.0, "x") * 2).named("y"))
        >>> len(story.steps), len(story.cut("update").steps)
        (5, 4)
        """
        other = copy(self)
        other.by, other.steps = by, self._cut(by)
        return other

    def _cut(self, by: By) -> Sequence[Step]:
        """Cut the moves into steps."""
        cutter = Cutter(by, self.nodes, self.moves, self.passes)
        return Made(cutter.step, range(len(cutter)))

    def _read(self, loss: Value) -> None:
        """Read the graph: its nodes, their data, their names, their edges."""
        self.recording = ancestors(loss, constants=True)
        # A copy, so that the story stays the same whatever becomes of the program's data.
        self.data = {node: _copy(node.held) for node in self.recording}
        first_names: dict[Value, str] = {}
        # After `total = Value(0.0, "total")` and `total = total + a` the sum goes without: two nodes of a name confuse.
        taken = {node.name for node in self.recording}
        for name, node in self._aliases.items():
            if name not in taken:
                first_names.setdefault(node, name)
        self.printer = Printer(self.recording, first_names)
        self._index = {node: k for k, node in enumerate(self.recording)}
        self.nodes = tuple(map(self._node, self.recording))
        self._first_edge = [0, *accumulate(len(node.parents) for node in self.nodes)]
        self.edges: Sequence[Edge] = Made(partial(_edge, self.nodes, self._first_edge), range(self._first_edge[-1]))

    def __len__(self) -> int:
        """The number of steps."""
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        """Go through the steps in their order."""
        return iter(self.steps)

    @property
    def names(self) -> Mapping[str, Value]:
        """The names that were given for Values, those of Values outside the graph too."""
        return self._aliases

    @property
    def loss(self) -> int:
        """The index of the loss among the nodes."""
        return len(self.nodes) - 1

    def index(self, node: Value | str) -> int:
        """Return the index of a node, given as the Value or by its name or label.

        Raises:
            InputError: no node of this graph has that name, or several have.
        """
        if isinstance(node, Value):
            if node not in self._index:
                raise InputError(f"{describe(node)} is not part of this graph")
            return self._index[node]
        found = self._called(node) if isinstance(node, str) else []
        if len(found) > 1:
            ids = " and ".join(self.nodes[k].id for k in found)
            raise InputError(f"several nodes are called {node!r}; say which by their ids, {ids}, or give the Value")
        if found:
            return found[0]
        there = [drawn for drawn in self.nodes if drawn.named]
        names = ", ".join(write(drawn.label) for drawn in there[:_MOST_NAMES]) or "none"
        more = f" and {len(there) - _MOST_NAMES} more" if len(there) > _MOST_NAMES else ""
        raise InputError(f"no node is called {node!r}; the named nodes are {names}{more}")

    def _called(self, text: str) -> list[int]:
        """The nodes with a name, a label or an id, of which the label of an unnamed node is the slowest to find."""
        if self._by_name is None:
            by_name: dict[str, list[int]] = {}
            for k, value in enumerate(self.recording):
                name = self.printer.name(value)
                for way in {f"n{k}"} if not name else {f"n{k}", name, write(named(name))}:
                    by_name.setdefault(way, []).append(k)
            self._by_name = by_name
        if text in self._by_name:
            return self._by_name[text]
        found = [k for k, node in enumerate(self.nodes) if not node.named and write(node.label) == text]
        alias = self._index.get(self._aliases[text]) if text in self._aliases else None
        return found or ([] if alias is None else [alias])

    def edge_index(self, target: int, argument: int) -> int:
        """Return the index of the edge to an argument of a node."""
        return self._first_edge[target] + argument

    def contribution_along(self, edge: int) -> Move | None:
        """Return the move that flows along an edge; None where no gradient does."""
        if not self._places:
            backward = self.passes[1]
            arguments = (item.argument for item in backward.contributions)
            edges = map(self.edge_index, backward.senders[1:], arguments)
            self._places = {edge: place for place, edge in enumerate(edges, backward.start + 1)}
        return self.moves[self._places[edge]] if edge in self._places else None

    def moves_done(self, step: int) -> int:
        """Return how many moves are done after step number `step`; none at 0, the moment before the first.

        Raises:
            InputError: there is no such step.
        """
        if not isinstance(step, int) or not 0 <= step <= len(self.steps):
            raise InputError(f"there is no step {step!r}; steps go from 0 to {len(self.steps)}")
        return self.steps[step - 1].stop if step else 0

    def state(self, step: int) -> State:
        """Return everything known after step number `step`; 0 is the moment before the first.

        Raises:
            InputError: there is no such step.
        """
        done = self.moves_done(step)
        leaves = {k: self.data[node] for k, node in enumerate(self.recording) if node.primitive is None}
        forward, *later = (one.known(done) for one in self.passes)
        return State(leaves | forward, *later, *({} for _ in range(4 - len(self.passes))))

    def known(self, step: int, unnamed: bool = False) -> tuple[Known, ...]:
        """List what is known after a step, in the order in which it became known; of nodes without a name if asked."""
        state, nodes = self.state(step), self.nodes
        shown = [unnamed or node.named for node in nodes]
        lines = [
            *(Known(nodes[k].label, v, "value", k) for k, v in state.values.items() if shown[k] and nodes[k].op),
            *(Known(self.gradient(k), v, "gradient", k) for k, v in state.gradients.items() if shown[k]),
            *(Known(nodes[k].label, v, "update", k) for k, v in state.updated.items()),
            *(Known(nodes[k].label, v, "again", k) for k, v in state.again.items() if shown[k]),
        ]
        return tuple(lines)

    def gradient(self, node: int) -> Math:
        """∂loss/∂node."""
        return self._teller.gradient(node)

    def to_json(self, indent: int | None = None) -> str:
        """Write the storyboard in its documented, versioned form (see `viz.schema`)."""
        from viz.schema import dump

        return dump(self, indent)

    @property
    def parameters(self) -> tuple[int, ...]:
        """The indices of the leaves that the update changes."""
        return tuple(k for one in self.passes if one.phase == "update" for k in one.nodes)

    def _chosen(self, parameters: Any) -> set[int]:
        """Find the leaves that are to be updated."""
        if isinstance(parameters, (Value, str)) or not isinstance(parameters, Iterable):
            parameters = [parameters]
        wanted = {self.index(node) for node in parameters}
        reached = set(self.passes[-1].nodes)
        for k in wanted:
            if self.nodes[k].op is not None or k not in reached:
                raise InputError(f"{write(self.nodes[k].label)} is not a leaf with a gradient, so it cannot be updated")
        return wanted

    def _node(self, node: Value) -> Node:
        """Describe one node."""
        return Node(
            id=f"n{self._index[node]}",
            named=bool(self.printer.name(node)),
            op=node.op,
            scope=node.scope,
            constant=not node.active,
            shape=node.shape,
            parents=tuple(self._index[parent] for parent in node.parents),
            recorded=node,
            labelled=self.printer.label,
        )


def _is_derivative(loss: Value) -> bool:
    """Whether a Value is a derivative by its name, or where a step of Newton's method goes."""
    return NEWTON in loss.scope or isinstance(named(loss.name or ""), Derivative)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep the garbage collector from looking again and again at what is being made, none of which is garbage."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _edge(nodes: Sequence[Node], first_edge: Sequence[int], k: int) -> Edge:
    """Describe one edge: there is one for each argument of each node."""
    target = bisect_right(first_edge, k) - 1
    argument = k - first_edge[target]
    source = nodes[target].parents[argument]
    return Edge(f"e{target}.{argument}", source, target, argument, not nodes[source].constant)


def _copy(data: Any) -> Any:
    """Copy an array that its owner may change."""
    return np.array(data) if isinstance(data, np.ndarray) and data.flags.writeable else data
