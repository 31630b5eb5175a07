"""Weights that are used several times: a batch of samples, each through the same network, or a network in time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from microgradphys.errors import InputError
from viz.networks.units import Network


def sample_of(network: Network, sample: int) -> Network | None:
    """Return what one sample goes through, where every weight is used once for each sample; else None.

    Args:
        network: units and connections, the same weights several times.
        sample: which to show, from 1.

    Raises:
        InputError: there is no such sample.
    """
    turn = _turns(network)
    if turn is None:
        return None
    count = max(turn.values()) + 1
    check_sample(sample, count)
    kept = [u for u in turn if turn[u] == sample - 1]
    links = [link for link in network.connections if turn[link.target] == sample - 1]
    drawn = sorted({*kept, *(link.source for link in links)})
    place = {u: k for k, u in enumerate(drawn)}
    return replace(
        network,
        units=[network.units[u] for u in drawn],
        connections=[replace(link, source=place[link.source], target=place[link.target]) for link in links],
        note=sample_note(sample, count),
        elsewhere=_elsewhere(network, kept, drawn),
    )


def check_sample(sample: int, count: int) -> None:
    """Refuse a sample that is not there."""
    if not isinstance(sample, int) or not 1 <= sample <= count:
        there = f"samples go from 1 to {count}" if count > 1 else "there is one sample"
        raise InputError(f"there is no sample {sample!r}; {there}")


def sample_note(sample: int, count: int) -> str:
    """Say which sample is drawn, and what the gradients of weights are."""
    if count == 1:
        return ""
    return f"sample {sample} of {count}; the gradients of weights and biases are those of all samples together"


def _turns(network: Network) -> dict[int, int] | None:
    """For each neuron, which sample goes through it; None if neurons are not used in turn."""
    used: Counter[int] = Counter()
    turn: dict[int, int] = {}
    for link in network.connections:
        if turn.setdefault(link.target, used[link.weight]) != used[link.weight]:
            return None
        used[link.weight] += 1
    if len(set(used.values())) > 1 or any(
        turn.get(x.source, turn[x.target]) != turn[x.target] for x in network.connections
    ):
        return None
    return turn


def _elsewhere(network: Network, kept: list[int], drawn: list[int]) -> frozenset[int]:
    """The nodes that belong to other samples alone: their inputs, products, sums and outputs."""
    here = {k for u in drawn for k in (network.units[u].output, *network.units[u].inside)}
    there: set[int] = set()
    for u in set(range(len(network.units))) - {*kept, *drawn}:
        there |= {network.units[u].output, *network.units[u].inside}
    there |= {link.product for link in network.connections if link.target not in kept}
    return frozenset(there - here)


@dataclass(frozen=True)
class Time:
    """A network in time: for each unit its place across (time, from 0) and upwards (its role, from 0)."""

    places: dict[int, tuple[int, int]]

    @property
    def steps(self) -> int:
        """The number of places in time."""
        return 1 + max(time for time, _ in self.places.values())


def in_time(network: Network) -> Time | None:
    """Lay a network out in time, if neurons feed later ones by the same weights; else None.

    Neurons with a weight in common have the same role; the first of them is the first in time, and so on. What has
    its role alone, as the output after the last step, stands where its latest source stands.
    """
    if not _recurs(network):
        return None
    role = _roles(network)
    members: dict[int, list[int]] = {}
    for u, unit in enumerate(network.units):
        if unit.total is not None:
            members.setdefault(role[u], []).append(u)
    time: dict[int, int] = {}
    for us in members.values():
        if len(us) > 1:
            time |= {u: k for k, u in enumerate(us)}
    for link in network.connections:
        if link.target not in time or len(members[role[link.target]]) == 1:
            time[link.target] = max(time.get(link.target, 0), time.get(link.source, 0))
    rows = {r: k + 1 for k, r in enumerate(members)}
    places = {u: (time[u], rows[role[u]]) for u in time}
    return Time(_with_inputs(network, places))


def _with_inputs(network: Network, places: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Put inputs below the first neurons that they feed; what feeds along time, a first state, before them."""
    found = dict(places)
    for u, unit in enumerate(network.units):
        if unit.total is not None:
            continue
        fed = [link for link in network.connections if link.source == u]
        first = min(fed, key=lambda link: places[link.target])
        time, row = places[first.target]
        along = any(
            link.weight == first.weight and network.units[link.source].total is not None for link in network.connections
        )
        found[u] = (time - 1, row) if along else (time, 0)
    taken: Counter[tuple[int, int]] = Counter()
    for u in sorted(found):
        at = found[u]
        if network.units[u].total is None and at[1] == 0:
            found[u] = (at[0], -taken[at])
            taken[at] += 1
    lowest, earliest = min(row for _, row in found.values()), min(time for time, _ in found.values())
    return {u: (time - earliest, row - lowest) for u, (time, row) in found.items()}


def _roles(network: Network) -> list[int]:
    """For each unit, the first of those with which it has a weight in common, directly or through others."""
    role = list(range(len(network.units)))

    def root(u: int) -> int:
        while role[u] != u:
            role[u] = u = role[role[u]]
        return u

    first: dict[int, int] = {}
    for link in network.connections:
        a, b = root(first.setdefault(link.weight, link.target)), root(link.target)
        role[max(a, b)] = min(a, b)
    return [root(u) for u in range(len(network.units))]


def _recurs(network: Network) -> bool:
    """Whether some neuron is fed, directly or through others, by one that uses the same weights."""
    own: list[set[int]] = [set() for _ in network.units]
    for link in network.connections:
        own[link.target].add(link.weight)
    before: list[set[int]] = [set() for _ in network.units]
    found = False
    for link in sorted(network.connections, key=lambda link: (network.units[link.target].layer, link.target)):
        before[link.target] |= before[link.source] | own[link.source]
    for u, weights in enumerate(before):
        found = found or bool(weights & own[u])
    return found
