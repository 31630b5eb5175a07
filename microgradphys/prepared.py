"""Sweeps written out: a training loop asks for the gradient of one graph again and again, with other numbers in it.

When graphs of one size, that end in one operation and have leaves of the same shapes, have come often enough, the
sweep of such a graph is written out as a function. It first recognises the graph, node by node; then the rules of the
table send the gradients back, a line for each contribution, in the order of the ordinary sweep:

>>> from microgradphys import Value, constant
>>> w, x = Value(3.0, "w"), constant(2.0, "x")
>>> loss = np.square(w * x)
>>> print(Text(loss, 1.0, [w, *loss.parents, loss]).definition)
def sweep(v3, g3):
    try:
        if v3.primitive is not square or not v3.active or g3.__class__ is not float: return None
        v2, = v3.parents
        if v2.primitive is not multiply or not v2.active: return None
        v0, v1, = v2.parents
        if v1.active or v1.held.__class__ is not float: return None
        if not v0.active or v0.primitive is not None or v0.held.__class__ is not float: return None
        if not v0.time < v1.time < v2.time < v3.time: return None
        g2 = g3 * square_a(floats, v3.held, v2.held)
        g0 = g2 * multiply_a(floats, v2.held, v0.held, v1.held)
        return {v3: g3, v2: g2, v0: g0}
    except FLOAT_ERRORS:
        return None

That the nodes were made in the same order says at once that they are as many different nodes, and that no leaf has had
new data since. Where anything is not as it was, or Python raises where numpy would say inf or nan, the function
returns None, and the ordinary sweep does the work, or says what is wrong. The rules are called and not copied, so the
numbers are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.contributions import added, fit, is_mixed, kept, owned, rule_of, summing
from microgradphys.namespaces import FLOAT_ERRORS, arrays, floats
from microgradphys.primitives import PRIMITIVES, Primitive
from microgradphys.written import executed

if TYPE_CHECKING:
    from microgradphys.value import Value

Sweep = Callable[["Value", Any], dict["Value", Any] | None]

# After so many graphs for which there was no sweep one is written, which takes about as long as so many sweeps. A
# program whose graphs are all different soon stops paying for it; and of a large graph it would be a noticeable pause.
_PATIENCE = frozenset(64 * 8**k for k in range(6))
_LARGEST = 600
# Kept for each operation that graphs end in: the last ones.
_KEPT = 4

# What the lines may call, beside the rules.
_THINGS: dict[str, Any] = {
    "FLOAT_ERRORS": FLOAT_ERRORS,
    "added": added,
    "arrays": arrays,
    "fit": fit,
    "floats": floats,
    "kept": kept,
    "ndarray": np.ndarray,
    "owned": owned,
}

_written: dict[Primitive, tuple[Sweep, ...]] = {}
_met: dict[tuple[Any, ...], int] = {}


def prepared(output: Value, seed: Any) -> dict[Value, Any] | None:
    """Sweep from an output whose graph is one that was prepared for; None if it is not."""
    assert output.primitive is not None
    for sweep in _written.get(output.primitive, ()):
        gradients = sweep(output, seed)
        if gradients is not None:
            return gradients
    return None


def prepare(output: Value, seed: Any, nodes: list[Value]) -> None:
    """Take notice of a graph for which no sweep was prepared; if such graphs come often, write one."""
    row = output.primitive
    if row is None or not output.active or len(nodes) > _LARGEST:
        return
    if len(_met) > 1000:
        _met.clear()
    leaves = [node.held for node in nodes if node.primitive is None and node.held.__class__ is not float]
    kind = row, len(nodes), *[(leaf.dtype, leaf.shape) for leaf in leaves]
    times = _met[kind] = _met.get(kind, 0) + 1
    if times in _PATIENCE and all(map(_is_ordinary, nodes)):
        text = Text(output, seed, nodes)
        sweep = executed(text.definition, "sweep", text.things, "prepared")
        _written[row] = (sweep, *_written.get(row, ()))[:_KEPT]


def _is_ordinary(node: Value) -> bool:
    """Whether a node is a leaf, or made by a row of the table that needs nothing special of the sweep."""
    row = node.primitive
    if row is None:
        return True
    known = PRIMITIVES.get(row.name) is row and not row.variadic and not row.picks
    return known and not is_mixed(node) and all(map(_is_plain, node.static.values()))


def _is_plain(option: Any) -> bool:
    """Whether two options are alike if they are equal."""
    kinds = int | float | str | type | np.dtype | None
    return all(map(_is_plain, option)) if isinstance(option, tuple) else isinstance(option, kinds)


class Text:
    """The definition of a prepared sweep, and the things that its lines call by name."""

    def __init__(self, output: Value, seed: Any, nodes: list[Value]) -> None:
        """Name the nodes by the order of their making."""
        given = {parent for node in nodes for parent in node.parents}
        self.nodes = sorted(given.union(nodes), key=attrgetter("time"))
        self.names = {node: f"v{k}" for k, node in enumerate(self.nodes)}
        self.gradients = {output: seed}
        self.lines: list[str] = []
        self.things = dict(_THINGS)
        self._recognise()
        self._send()

    @property
    def definition(self) -> str:
        """The sweep as Python."""
        last = self.names[self.nodes[-1]]
        gradients = ", ".join(f"{self.names[node]}: {self._gradient(node)}" for node in self.gradients)
        body = "\n        ".join([*self.lines, f"return {{{gradients}}}"])
        return (
            f"def sweep({last}, g{last[1:]}):\n    try:\n        {body}\n    except FLOAT_ERRORS:\n        return None"
        )

    def _gradient(self, node: Value) -> str:
        """Name a node's gradient."""
        return f"g{self.names[node][1:]}"

    def _named(self, name: str, thing: Any) -> str:
        """Let the lines call something by a name."""
        self.things[name] = thing
        return name

    def _recognise(self) -> None:
        """Write the lines that return None for another graph."""
        bound = {self.nodes[-1]}
        for node in reversed(self.nodes):
            v = self.names[node]
            computed = node.active and node.primitive is not None
            wrong = self._not_of_the_row(node, v) if computed else self._not_given(node, v)
            if node is self.nodes[-1]:
                wrong += self._not_of_the_kind(node.held, f"g{v[1:]}")
            self.lines.append(f"if {' or '.join(wrong)}: return None")
            if not computed:
                continue
            parents = []
            for argument, parent in enumerate(node.parents):
                parents.append(f"{v}_{argument}" if parent in bound else self.names[parent])
                bound.add(parent)
            self.lines.append(f"{', '.join(parents)}, = {v}.parents")
            for parent, name in zip(node.parents, parents, strict=True):
                if name != self.names[parent]:
                    self.lines.append(f"if {name} is not {self.names[parent]}: return None")
        self.lines.append(f"if not {' < '.join(f'{v}.time' for v in self.names.values())}: return None")

    def _not_of_the_row(self, node: Value, v: str) -> list[str]:
        """Say when another operation made a node."""
        assert node.primitive is not None
        wrong = [f"{v}.primitive is not {self._named(node.primitive.name, node.primitive)}", f"not {v}.active"]
        options = [f"{v}.static != {self._named(f's{v[1:]}', node.static)}"] if node.primitive.statics else []
        return wrong + options

    def _not_given(self, node: Value, v: str) -> list[str]:
        """Say when a leaf or a constant is another, or changed untold since it was read."""
        leaf = [f"not {v}.active", f"{v}.primitive is not None"] if node.active else [f"{v}.active"]
        wrong = leaf + self._not_of_the_kind(node.held, f"{v}.held")
        if node.held.__class__ is np.ndarray:
            wrong.append(f"{v}.witness is not None and {v}.witness != {v}.held.tobytes()")
        return wrong

    def _not_of_the_kind(self, data: Any, name: str) -> list[str]:
        """Say when data have another class, shape or dtype."""
        if data.__class__ is float:
            return [f"{name}.__class__ is not float"]
        dtype = self._named(data.dtype.name, data.dtype)
        return [f"{name}.__class__ is not ndarray", f"{name}.shape != {data.shape}", f"{name}.dtype is not {dtype}"]

    def _send(self) -> None:
        """Write the lines that send the gradients back."""
        for node in reversed(self.nodes):
            if node.active and node.primitive is not None:
                for argument, parent in enumerate(node.parents):
                    if parent.active:
                        self._contribute(node, argument, parent)

    def _contribute(self, node: Value, argument: int, parent: Value) -> None:
        """Write the lines of one edge, and compute what they do."""
        inputs, data, first = [given.held for given in node.parents], parent.held, parent not in self.gradients
        local, made = rule_of(node, argument, inputs, self.gradients[node], None)
        text = self._gradient(node) if local.__class__ is int and local == 1 else self._rule(node, argument)
        alike = made.__class__ is data.__class__ is np.ndarray and data.ndim > 0 and made.dtype == data.dtype
        g = self._gradient(parent)
        target = g if first else "more"
        self.lines.append(f"{target} = {self._fitted(node, argument, text, made, first, alike)}")
        if alike and data.dtype != np.float64:
            # What comes from float32 may depend on numbers: some rules mend an edge with an array of float64.
            dtype = self._named(data.dtype.name, data.dtype)
            self.lines.append(f"if {target}.dtype is not {dtype}: {target} = {target}.astype({dtype})")
        if first:
            self.gradients[parent] = fit(made, data)
        else:
            self.lines.append(f"{g} += more" if data.__class__ is float else f"{g} = added({g}, more)")

    def _rule(self, node: Value, argument: int) -> str:
        """Write what the rule of an edge computes."""
        row, v = node.primitive, self.names[node]
        assert row is not None
        inputs = "".join(f", {self.names[parent]}.held" for parent in node.parents)
        inputs += f", **{v}.static" if node.static else ""
        rule = self._named(f"{row.name}_{'abc'[argument]}", (row.partials or row.vjps)[argument])
        if not row.partials:
            return f"{rule}(arrays, {self._gradient(node)}, {v}.held{inputs})"
        xp = "floats" if node.held.__class__ is float else "arrays"
        return f"{self._gradient(node)} * {rule}({xp}, {v}.held{inputs})"

    def _fitted(self, node: Value, argument: int, text: str, made: Any, first: bool, alike: bool) -> str:
        """Write how a contribution is brought into the shape of the data, where it does not have it."""
        row, parent, g = node.primitive, node.parents[argument], self._gradient(node)
        data, like = parent.held, f"{self.names[parent]}.held"
        assert row is not None
        if alike and made.shape != data.shape:
            return f"{self._named(f'sum_{g[1:]}_{argument}', summing(made.shape, data.shape, data.dtype))}({text})"
        if not alike and not made.__class__ is data.__class__ is float:
            return f"owned({text}, {like}, {g}, {self._named(row.name, row)})" if first else f"fit({text}, {like})"
        if not first or made.__class__ is float or (row.partials and text != g):
            return text
        return f"kept({text}, {g}, {self._named(row.name, row)})"
