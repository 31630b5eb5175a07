"""What neurons without a name are called: a and s, as layers call them, where a formula would not fit into a circle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from microgradphys.mathematics import Item, Math, Symbol
from microgradphys.notation import write
from viz.networks.units import Network, Unit
from viz.picture import Index
from viz.storyboard import Storyboard

# So many signs fit into a circle at a size that can be read.
_SHORT = 8


def with_short_names(story: Storyboard, network: Network) -> Network:
    """Call every output and every weighted sum that is a formula a⁽¹⁾ and s⁽¹⁾, unless the program has these names."""
    taken = {write(node.label) for node in story.nodes if node.named}
    row: Counter[int] = Counter()
    units = []
    for unit in network.units:
        row[unit.layer] += 1 + max(unit.more - 1, 0)
        units.append(_named(story, unit, row[unit.layer], taken))
    return replace(network, units=units)


def _named(story: Storyboard, unit: Unit, row: int, taken: Collection[str]) -> Unit:
    """The unit with names for what has none."""
    if unit.total is None or unit.more:
        return unit
    label, sum_label = unit.label, unit.sum_label
    if label is None and is_long(story, unit.output):
        label = short_name("a", unit.layer, row, unit.at, taken)
    if sum_label is None and is_long(story, unit.total):
        sum_label = short_name("s", unit.layer, row, unit.at, taken)
    return replace(unit, label=label, sum_label=sum_label)


def is_long(story: Storyboard, node: int) -> bool:
    """Whether a node has no name but a formula that is too long for one."""
    return not story.nodes[node].named and len(write(story.nodes[node].label)) > _SHORT


def short_name(letter: str, layer: int, row: int, at: Index, taken: Collection[str]) -> Math | None:
    """The name of a neuron, or of a whole layer where `row` is 0; None if the program calls something else so.

    >>> write(short_name("a", 2, 3, (), ())), write(short_name("a", 2, 0, (0, 1), ()))
    ('a₃⁽²⁾', 'a⁽²⁾[0, 1]')
    """
    whole = Symbol(f"{letter}^({layer})")
    name = whole if at or not row else Symbol(f"{letter}_{row}^({layer})")
    if write(name) in taken or write(whole) in taken:
        return None
    return Item(name, ", ".join(map(str, at))) if at else name
