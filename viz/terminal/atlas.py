"""Where things are in a recorded graph: nodes by name, who uses a node, the way from it to the loss."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property

from microgradphys.errors import InputError
from microgradphys.notation import write
from microgradphys.value import Value
from viz.sheet import Sheet, in_ascii
from viz.steps import Move, Phase
from viz.storyboard import Storyboard

# More paths than this are not counted.
MANY = 1_000_000


@dataclass(frozen=True)
class Atlas:
    """What is looked up in a storyboard again and again, each table made when it is first asked for."""

    story: Storyboard

    def find(self, node: Value | str) -> int:
        """Return the index of a node, given as the Value or by its name, label or id.

        Raises:
            InputError: no node is called that, or several are.
        """
        if isinstance(node, Value):
            return self.story.index(node)
        # A formula is no single word, but for v₅, which stands for a long one.
        found = self.called(node) or ([] if node.isidentifier() and node[0] != "v" else self.formulas.get(node, []))
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            ids = ", ".join(map(self._described, found[:6])) + (" …" if len(found) > 6 else "")
            raise InputError(f"several nodes are called {node!r}; say which by its id: {ids}")
        raise InputError(f"no node is called {node!r}; {self._instead(node)}")

    def _described(self, k: int) -> str:
        """Tell a node from others of its name: by its id, and how it is computed."""
        if self.story.nodes[k].op is None:
            return f"n{k} (a leaf)"
        return f"n{k} = {Sheet().clipped(write(self.computing('forward', k).formula.symbols), 24)}"

    def _instead(self, name: str) -> str:
        """Say what a mistaken name may have meant."""
        close = difflib.get_close_matches(name, self.typed_names[:2000], 3)
        if close:
            return f"did you mean {' or '.join(map(repr, close))}?"
        some = [write(node.label) for node in self.story.nodes if node.named][:13]
        return f"the named nodes are {', '.join(some[:12]) or 'none'}{' …' if len(some) > 12 else ''}"

    def called(self, text: str) -> list[int]:
        """The nodes that have this name, or this id."""
        number = text[1:] if text.startswith("n") else ""
        if text in self.names or not (number.isdecimal() and number.isascii()):
            return self.names.get(text, [])
        return [int(number)] if int(number) < len(self.story.nodes) and text == f"n{int(number)}" else []

    @cached_property
    def names(self) -> dict[str, list[int]]:
        """The named nodes by what they may be called: name, label, label in ASCII, variable of the program."""
        found = self._by_label(True)
        for name, value in self.story.names.items():
            if value in self.story.data and (k := self.story.index(value)) not in found.get(name, ()):
                found.setdefault(name, []).append(k)
        return found

    @cached_property
    def formulas(self) -> dict[str, list[int]]:
        """The nodes without a name by the formula that stands for it; of a large graph this takes a while."""
        return self._by_label(False)

    def _by_label(self, named: bool) -> dict[str, list[int]]:
        """Sort nodes by what they may be called."""
        found: dict[str, list[int]] = {}
        for k, (value, node) in enumerate(zip(self.story.recording, self.story.nodes, strict=True)):
            if node.named == named:
                label = write(node.label)
                for call in {self.story.printer.name(value) or label, label, in_ascii(label)}:
                    found.setdefault(call, []).append(k)
        return found

    @cached_property
    def typed_names(self) -> tuple[str, ...]:
        """The names that one would type, in the order of the graph."""
        names = (self.story.printer.name(value) for value in self.story.recording)
        return tuple(dict.fromkeys(name for name in names if name))

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """The scopes, outermost name first, in the order of the graph."""
        paths = dict.fromkeys(
            node.scope[:depth] for node in self.story.nodes for depth in range(1, len(node.scope) + 1)
        )
        return tuple(dict.fromkeys(name for path in paths for name in ("/".join(path), path[-1])))

    @cached_property
    def ops(self) -> tuple[str, ...]:
        """The primitives that the graph uses."""
        return tuple(dict.fromkeys(node.op for node in self.story.nodes if node.op))

    @cached_property
    def lines(self) -> dict[tuple[str, int], None]:
        """The lines of the program that made nodes, as file and number, in the order of the graph."""
        return dict.fromkeys((node.line.file, node.line.number) for node in self.story.nodes if node.line is not None)

    @cached_property
    def users(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each node the edges that lead from it, each with the node that is computed from it."""
        users: list[list[tuple[int, int]]] = [[] for _ in self.story.nodes]
        for k, node in enumerate(self.story.nodes):
            for argument, parent in enumerate(node.parents):
                users[parent].append((self.story.edge_index(k, argument), k))
        return tuple(map(tuple, users))

    def computing(self, phase: Phase, node: int) -> Move:
        """The move that computes a node in the forward pass, or in the new one ("again")."""
        return self.story.moves[self._places[phase, node]]

    @cached_property
    def _places(self) -> dict[tuple[Phase, int], int]:
        """The places of the moves that compute nodes."""
        forward = [one for one in self.story.passes if one.phase in ("forward", "again")]
        return {(one.phase, node): place for one in forward for place, node in enumerate(one.nodes, one.start)}

    @cached_property
    def _ways(self) -> tuple[list[int | None], list[int]]:
        """For each node the first edge of its shortest way to the loss, and the number of its ways."""
        nodes = self.story.nodes
        first: list[int | None] = [None] * len(nodes)
        length, count = [0] * len(nodes), [0] * len(nodes)
        count[self.story.loss] = 1
        # A node is younger than its inputs, so that whoever uses it has been seen before it.
        for k in reversed(range(self.story.loss)):
            for edge, target in () if nodes[k].constant else self.users[k]:
                if not count[target]:
                    continue
                if first[k] is None or length[target] + 1 < length[k]:
                    first[k], length[k] = edge, length[target] + 1
                count[k] = min(count[k] + count[target], MANY)
        return first, count

    def path(self, node: int) -> list[int]:
        """The edges of the shortest way from a node to the loss; none from the loss, or where no gradient flows."""
        edges: list[int] = []
        while (edge := self._ways[0][node]) is not None:
            edges.append(edge)
            node = self.story.edges[edge].target
        return edges

    def path_count(self, node: int) -> int:
        """The number of ways from a node to the loss, at most `MANY`."""
        return self._ways[1][node]
