"""Which node to look at next: what is computed from a node, what it is computed from, what has a name like this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from microgradphys.errors import InputError
from microgradphys.notation import write
from microgradphys.value import Value
from viz.terminal.atlas import Atlas


def chosen_user(atlas: Atlas, node: int, wanted: Value | str | None) -> int:
    """Choose among the nodes that are computed from a node; the next on its way to the loss if none is wanted.

    Raises:
        InputError: there is none, or not that one.
    """
    nearest = [atlas.story.edges[edge].target for edge in atlas.path(node)[:1]]
    users = [*nearest, *(target for _, target in atlas.users[node])]
    return _chosen(atlas, users, wanted, f"nothing is computed from {_label(atlas, node)}")


def chosen_input(atlas: Atlas, node: int, wanted: Value | str | None) -> int:
    """Choose among the inputs of a node; the first through which a gradient flows if none is wanted.

    Raises:
        InputError: there is none, or not that one.
    """
    nodes = atlas.story.nodes
    inputs = sorted(nodes[node].parents, key=lambda k: nodes[k].constant)
    return _chosen(atlas, inputs, wanted, f"{_label(atlas, node)} is a leaf: it has no inputs")


def next_named(atlas: Atlas, node: int, text: str) -> int:
    """Choose the next node, in the order of the graph and round again, whose name or else formula holds a text.

    Raises:
        InputError: there is none.
    """
    if found := atlas.called(text) or _holding(atlas.names, text) or _holding(atlas.formulas, text):
        return min(found, key=lambda k: (k - node - 1) % len(atlas.story.nodes))
    raise InputError(f"no node's name holds {text!r}")


def _holding(names: Mapping[str, list[int]], text: str) -> list[int]:
    """The nodes whose name holds a text, in capitals or not."""
    wanted = text.casefold()
    return [k for name, nodes in names.items() if wanted and wanted in name.casefold() for k in nodes]


def _chosen(atlas: Atlas, there: Iterable[int], wanted: Value | str | None, none: str) -> int:
    """Choose the first, or the one that is wanted."""
    choices = list(dict.fromkeys(there))
    if not choices:
        raise InputError(none)
    if wanted is None:
        return choices[0]
    named = {write(atlas.story.nodes[k].label): k for k in choices}
    k = named[wanted] if isinstance(wanted, str) and wanted in named else atlas.find(wanted)
    if k not in choices:
        some = ", ".join(list(named)[:12]) + (" …" if len(named) > 12 else "")
        raise InputError(f"{_label(atlas, k)} is not next to the node that is looked at; there are {some}")
    return k


def _label(atlas: Atlas, k: int) -> str:
    """Name a node."""
    return write(atlas.story.nodes[k].label)
