"""Reading the flow of arrays out of any graph with products: attention, residual connections, convolutions.

Where a graph is not built of layers alone, it still has *stages*: a product, a convolution or a pool, with what is done
to each of its numbers before the next. Where several stages meet, as at a residual connection, another begins. What
leads from the last of them to the loss is the loss's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from viz.networks.loops import CUTTING
from viz.steps import Node
from viz.storyboard import Storyboard

_PRODUCTS = frozenset({"matmul", "einsum"})
_BEGINS = _PRODUCTS | {"windows"}
# What a last layer ends with; further calculations make the loss of it.
_ENDS = frozenset({"tanh", "sigmoid", "relu", "softmax", "log_softmax", "maximum", "softplus", "silu", "gelu"})
_LOSS = -1
_WORDS = {"matmul": "product", "einsum": "product", "maximum": "relu", "log_softmax": "log softmax"}
_SILENT = CUTTING | {"add", "subtract", "windows", "divide", "negative"}


@dataclass
class Stage:
    """What is done between two products: its nodes, in the order of the program."""

    members: list[int] = field(default_factory=list)

    def shown(self, nodes: Sequence[Node]) -> int:
        """The node whose numbers stand for it: the last that computes."""
        working = [k for k in self.members if nodes[k].op not in CUTTING]
        return (working or self.members)[-1]

    def words(self, nodes: Sequence[Node]) -> str:
        """What is done, in words."""
        ops = [str(nodes[k].op) for k in self.members]
        told = [_WORDS.get(op, op) for op in ops if op not in _SILENT]
        if "windows" in ops and not _PRODUCTS.intersection(ops):
            told = [f"{told[0]} pool", *told[1:]] if told else ["windows"]
        elif any(len(nodes[k].shape) == 4 for k in self.members):
            told = ["convolution" if word == "product" else word for word in told]
        return ", ".join(dict.fromkeys(told)) or ("joined" if "concatenate" in ops else "sum" if "add" in ops else "")


@dataclass(frozen=True)
class Flow:
    """Stages, the leaves that feed them, and the arrows between: from and to, as keys of `home`; the loss is -1.

    home: for each node the first node of its stage, its leaf, or -1.
    """

    stages: dict[int, Stage]
    leaves: tuple[int, ...]
    arrows: tuple[tuple[int, int], ...]
    home: dict[int, int]


def read_flow(story: Storyboard) -> Flow | None:
    """Find the stages of a graph, or None if there is no product in it.

    >>> import numpy as np
    >>> from microgradphys import Value, constant, softmax
    >>> x, W = constant(np.ones((3, 2)), "x"), Value(np.ones((2, 2)), "W")
    >>> q = x @ W
    >>> flow = read_flow(Storyboard(np.sum(softmax(q @ q.T) @ x)))
    >>> [stage.words(Storyboard(np.sum(softmax(q @ q.T) @ x)).nodes) for stage in flow.stages.values()]
    ['product', 'product, softmax', 'product']
    """
    nodes = story.nodes
    if not any(node.op in _BEGINS and not node.constant for node in nodes):
        return None
    reader = _Reader(nodes, _tail(nodes, story.loss))
    for k in range(len(nodes)):
        reader.read(k)
    arrows = dict.fromkeys(reader.arrows())
    drawn = {key for arrow in arrows for key in arrow}
    leaves = tuple(k for k, node in enumerate(nodes) if node.op is None and k in drawn)
    return Flow(reader.stages, leaves, tuple(arrows), reader.home) if reader.stages else None


def _tail(nodes: Sequence[Node], loss: int) -> set[int]:
    """The nodes that make the loss out of what the last stages end with."""
    tail = {loss}
    children: dict[int, list[int]] = {}
    for k, node in enumerate(nodes):
        for parent in node.parents:
            children.setdefault(parent, []).append(k)
    for k in reversed(range(loss)):
        node = nodes[k]
        ends = node.op is None or node.constant or node.named or node.op in _BEGINS or node.op in _ENDS
        if not ends and all(child in tail for child in children.get(k, ())):
            tail.add(k)
    return tail


class _Reader:
    """Finds the home of one node after the other."""

    def __init__(self, nodes: Sequence[Node], tail: set[int]) -> None:
        """Begin with what belongs to the loss."""
        self.nodes, self.tail = nodes, tail
        self.stages: dict[int, Stage] = {}
        self.home: dict[int, int] = dict.fromkeys(tail, _LOSS)

    def read(self, k: int) -> None:
        """Put a node into a stage, into a leaf that it is a part of, or at the beginning of a stage of its own."""
        node = self.nodes[k]
        if k in self.home:
            return
        homes = list(dict.fromkeys(self.home[parent] for parent in node.parents))
        before = [home for home in homes if home in self.stages]
        if node.op is None:
            self.home[k] = k
        elif (node.constant or node.op in CUTTING) and len(homes) == 1 and not before:
            self.home[k] = homes[0]
        elif node.constant:
            self.home[k] = max(homes, key=lambda home: len(self.nodes[home].shape))
        elif len(before) == 1 and (node.op not in _BEGINS or (node.op in _PRODUCTS and self._is_idle(before[0]))):
            self.home[k] = before[0]
            self.stages[before[0]].members.append(k)
        else:
            self.home[k] = k
            self.stages[k] = Stage([k])

    def _is_idle(self, stage: int) -> bool:
        """Whether a stage has only cut an array into windows."""
        return all(self.nodes[k].op in CUTTING | {"windows"} for k in self.stages[stage].members)

    def arrows(self) -> Iterable[tuple[int, int]]:
        """The ways from home to home, those of numbers in formulas left out."""
        for k, node in enumerate(self.nodes):
            for parent in node.parents:
                source, target = self.home[parent], self.home[k]
                leaf = self.nodes[source] if source >= 0 and source not in self.stages else None
                is_number = leaf is not None and leaf.constant and not self._is_data(parent, k)
                if source != target and not node.constant and not is_number:
                    yield source, target

    def _is_data(self, parent: int, k: int) -> bool:
        """Whether constants are data: arrays that are multiplied or cut into windows, or have a name."""
        leaf = self.nodes[self.home[parent]]
        return bool(leaf.shape) and k not in self.tail and (self.nodes[k].op in _BEGINS or leaf.named)
