"""The storyboard: a recorded graph as a sequence of steps. Every renderer reads it, none computes anything else.

What is known at step k is a function of the graph and k, so going back and jumping cost nothing, and step 17 is the
same step, with the same numbers, in the terminal, on the page, in the picture and in the film.

A storyboard is made of *moves*, one number becoming known each: a node's value, the seed of the backward pass, one
contribution to one gradient, one updated leaf. A *step* is a run of moves: one (`by="contribution"`), all that
one node sends back (`"node"`), all of one scope (`"layer"`) or a whole pass (`"update"`).
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np

from microgradphys.backward import Contribution, sweep
from microgradphys.errors import GradientError, InputError
from microgradphys.graph import ancestors, describe
from microgradphys.mathematics import Call, Derivative, Infix, Math, Number, Symbol
from microgradphys.notation import write
from microgradphys.rerun import recompute
from microgradphys.source import Printer, product
from microgradphys.symbols import printable
from microgradphys.value import Value, seed_for
from viz.steps import PHASES, By, Edge, Formula, Known, Line, Move, Node, Phase, State, Step


class Storyboard:
    """The steps of a graph's forward pass, backward pass, update and new forward pass.

    Args:
        loss: a Value that holds one number.
        by: how much is one step: "contribution", "node", "layer" or "update".
        learning_rate: η of the gradient descent step that follows the backward pass; None for no update.
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
        learning_rate: float | None = 0.1,
        parameters: Iterable[Value] | None = None,
        names: Mapping[str, Value] | None = None,
        seed: Any = None,
    ) -> None:
        """Record every move once."""
        if not isinstance(loss, Value):
            raise InputError(f"a storyboard needs a Value, not {type(loss).__name__}")
        if not isinstance(by, str) or by not in _GROUPS:
            raise InputError(f"by={by!r} is not one of {', '.join(map(repr, _GROUPS))}")
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
        self.recording = ancestors(loss, constants=True)
        # A copy, so that the story stays the same whatever becomes of the program's data.
        self.data = {node: _copy(node.held) for node in self.recording}
        self._aliases = dict(names or {})
        first_names: dict[Value, str] = {}
        for name, node in self._aliases.items():
            first_names.setdefault(node, name)
        self.printer = Printer(self.recording, first_names)
        self._index = {node: k for k, node in enumerate(self.recording)}
        self.nodes = tuple(self._node(node) for node in self.recording)
        self.edges = tuple(self._edges())
        self._edge_index = {(edge.target, edge.argument): k for k, edge in enumerate(self.edges)}
        backward = list(self._backward(loss, seed))
        after = [] if learning_rate is None else self._update(learning_rate, parameters, backward)
        self.moves: tuple[Move, ...] = (*self._forward(), *backward, *after)
        self.steps = tuple(self._steps())

    def __len__(self) -> int:
        """The number of steps."""
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        """Go through the steps in their order."""
        return iter(self.steps)

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
        found = [
            k
            for k, (value, drawn) in enumerate(zip(self.recording, self.nodes, strict=True))
            if isinstance(node, str) and node in (self.printer.name(value), write(drawn.label), drawn.id)
        ]
        alias = self._aliases.get(node) if isinstance(node, str) else None
        if not found and isinstance(alias, Value) and alias in self._index:
            return self._index[alias]
        if len(found) > 1:
            ids = " and ".join(self.nodes[k].id for k in found)
            raise InputError(f"several nodes are called {node!r}; say which by their ids, {ids}, or give the Value")
        if found:
            return found[0]
        names = ", ".join(write(drawn.label) for drawn in self.nodes if drawn.named)
        raise InputError(f"no node is called {node!r}; the named nodes are {names or 'none'}")

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
        known: dict[Phase, dict[int, Any]] = {phase: {} for phase in PHASES}
        known["forward"] = {k: self.data[node] for k, node in enumerate(self.recording) if node.primitive is None}
        for move in self.moves[: self.moves_done(step)]:
            known[move.phase][move.node] = move.value
        return State(known["forward"], known["backward"], known["update"], known["again"])

    def known(self, step: int) -> tuple[Known, ...]:
        """List what is known after a step, in the order in which it became known; named nodes only."""
        state = self.state(step)
        lines = [
            *(Known(self.nodes[k].label, v, "value", k) for k, v in state.values.items() if self._listed(k)),
            *(Known(self.gradient(k), v, "gradient", k) for k, v in state.gradients.items() if self.nodes[k].named),
            *(Known(self.nodes[k].label, v, "update", k) for k, v in state.updated.items()),
            *(Known(self.nodes[k].label, v, "again", k) for k, v in state.again.items() if self.nodes[k].named),
        ]
        return tuple(lines)

    def gradient(self, node: int) -> Math:
        """∂loss/∂node."""
        return Derivative(self.nodes[self.loss].label, self.nodes[node].label)

    def to_json(self, indent: int | None = None) -> str:
        """Write the storyboard in its documented, versioned form (see `viz.schema`)."""
        from viz.schema import dump

        return dump(self, indent)

    @property
    def parameters(self) -> tuple[int, ...]:
        """The indices of the leaves that the update changes."""
        return tuple(move.node for move in self.moves if move.phase == "update")

    def _listed(self, k: int) -> bool:
        """Whether a value belongs in the list of what is known: computed, and named."""
        return self.nodes[k].named and self.nodes[k].op is not None

    def _node(self, node: Value) -> Node:
        """Describe one node."""
        return Node(
            id=f"n{self._index[node]}",
            label=self.printer.label(node),
            named=bool(self.printer.name(node)),
            op=node.op,
            scope=node.scope,
            constant=not node.active,
            shape=node.shape,
            parents=tuple(self._index[parent] for parent in node.parents),
            line=_line(node),
        )

    def _edges(self) -> Iterable[Edge]:
        """Describe the edges, one for each argument of each node."""
        for node in self.recording:
            target = self._index[node]
            for argument, parent in enumerate(node.parents):
                yield Edge(f"e{target}.{argument}", self._index[parent], target, argument, parent.active)

    def _forward(self, phase: Phase = "forward", data: Mapping[Value, Any] | None = None) -> Iterable[Move]:
        """One move for each computed node, in the order in which the program computed them."""
        data = data or self.data
        for k, node in enumerate(self.recording):
            if node.primitive is None:
                continue
            label = self.printer.label(node)
            symbols, numbers = self.printer.expression(node), self.printer.numbers(node, data)
            formula = Formula(label, "=", symbols, numbers, Number(data[node]))
            yield Move(f"{phase}:n{k}", phase, k, None, data[node], formula)

    def _backward(self, loss: Value, seed: Any) -> Iterable[Move]:
        """The seed, then one move for each contribution."""
        one = Number(seed)
        yield Move(
            f"backward:n{self.loss}",
            "backward",
            self.loss,
            None,
            seed,
            Formula(self.gradient(self.loss), "=", one, one, one),
        )
        watched: list[Contribution] = []
        sweep(loss, seed, watched.append)
        reached: set[Value] = set()
        for item in watched:
            yield self._contribution(item, item.parent in reached)
            reached.add(item.parent)

    def _contribution(self, item: Contribution, again: bool) -> Move:
        """Describe one contribution to one gradient."""
        target, source = self._index[item.node], self._index[item.parent]
        upstream, local_formula, named = self.gradient(target), None, None
        if item.local is None:
            symbols, numbers = self.printer.pulled(item.node, item.argument, item.upstream, upstream, self.data)
        else:
            named, algebra, local_numbers = self.printer.local(item.node, item.argument, self.data)
            local = Number(_plain_number(item.local))
            sign = "⊙" if np.ndim(item.upstream) and np.ndim(item.local) else "·"
            shown = local if named != algebra else local_numbers
            symbols = product(sign, upstream, named)
            numbers = product("×" if sign == "·" else sign, Number(item.upstream), shown)
            if item.node.shape != item.parent.shape:
                symbols, numbers = Call("Σ", (symbols,)), Call("Σ", (numbers,))
            if named != algebra:
                local_formula = Formula(named, "=", algebra, local_numbers, local)
        formula = Formula(self.gradient(source), "+=" if again else "=", symbols, numbers, Number(item.amount))
        return Move(
            f"backward:n{target}.{item.argument}",
            "backward",
            source,
            self._edge_index[target, item.argument],
            item.total,
            formula,
            item.upstream,
            _plain_number(item.local),
            item.amount,
            item.total,
            local_formula,
            named,
        )

    def _update(self, learning_rate: float, parameters: Iterable[Value] | None, backward: list[Move]) -> Iterable[Move]:
        """One gradient descent step for each parameter, then the new forward pass."""
        gradients = {move.node: move.value for move in backward}
        chosen = [k for k, node in enumerate(self.recording) if node.primitive is None and k in gradients]
        if parameters is not None:
            if isinstance(parameters, (Value, str)) or not isinstance(parameters, Iterable):
                parameters = [parameters]
            wanted = {self.index(node) for node in parameters}
            for k in wanted - set(chosen):
                raise InputError(f"{write(self.nodes[k].label)} is not a leaf with a gradient, so it cannot be updated")
            chosen = [k for k in chosen if k in wanted]
        eta = Symbol("eta")
        changed: dict[Value, Any] = {}
        for k in chosen:
            node, gradient = self.recording[k], gradients[k]
            new = self.data[node] - learning_rate * gradient
            changed[node] = new
            label = self.nodes[k].label
            symbols = Infix("−", (label, Infix("·", (eta, self.gradient(k)))))
            numbers = Infix("−", (Number(self.data[node]), Infix("×", (Number(learning_rate), Number(gradient)))))
            yield Move(f"update:n{k}", "update", k, None, new, Formula(label, "←", symbols, numbers, Number(new)))
        yield from self._forward("again", recompute(self.recording, changed))

    def _steps(self) -> Iterable[Step]:
        """Cut the moves into steps."""
        key = _GROUPS[self.by]
        runs = [tuple(run) for _, run in groupby(self.moves, lambda move: key(move, self._scope(move)))]
        start = 0
        for number, run in enumerate(runs, 1):
            phase, scope = run[-1].phase, self._scope(run[-1])
            what = _what(self, run) if self.by != "update" else ""
            where = printable(" / ".join(scope)) if self.by != "update" else ""
            parts = (PHASES[phase], f"step {number} of {len(runs)}", where, what)
            yield Step(run[-1].id, number, phase, start, run, " · ".join(filter(None, parts)))
            start += len(run)

    def _scope(self, move: Move) -> tuple[str, ...]:
        """The scope in which a move happens: that of the node that computes or sends."""
        node = move.node if move.edge is None else self.edges[move.edge].target
        return self.nodes[node].scope


_GROUPS: dict[str, Callable[[Move, tuple[str, ...]], tuple[str, ...]]] = {
    "contribution": lambda move, scope: (move.id,),
    "node": lambda move, scope: (move.phase, move.id.partition(":")[2].partition(".")[0]),
    "layer": lambda move, scope: (move.phase, "/".join(scope)),
    "update": lambda move, scope: (move.phase,),
}


def _what(story: Storyboard, run: tuple[Move, ...]) -> str:
    """Say what a step computes."""
    labels = list(dict.fromkeys(write(story.nodes[move.node].label) for move in run))
    names = ", ".join(labels[:6]) + (" …" if len(labels) > 6 else "")
    move = run[-1]
    if move.phase == "update":
        return f"update {names}"
    if move.phase != "backward":
        return f"compute {names}"
    if move.edge is None:
        return f"start at {names}"
    return f"contribution to {names}"


def _line(node: Value) -> Line | None:
    """Say which line of the program made a node, where that was noted."""
    place = getattr(node, "place", None)
    return None if place is None else Line(place[0], place[1], linecache.getline(*place).strip())


def _copy(data: Any) -> Any:
    """Copy an array that its owner may change."""
    return np.array(data) if isinstance(data, np.ndarray) and data.flags.writeable else data


def _plain_number(local: Any) -> Any:
    """Turn the truth values of a rule (relu′ is [a > 0]) into numbers."""
    return local if local is None else float(local) if np.ndim(local) == 0 else np.array(local, float)
