"""The neurons of a network of arrays, for one sample: of a wide layer, the first and the last."""

from __future__ import annotations

from microgradphys.notation import write
from viz.networks.array_network import ArrayNetwork, Axes
from viz.networks.network import input_name
from viz.networks.repeats import check_sample, sample_note
from viz.networks.units import Connection, Network, Unit
from viz.storyboard import Storyboard

# Layers up to this width are drawn neuron by neuron; a wider one shows its first neurons and its last.
WHOLE, WIDEST = 10, 24
_FIRST = 5


def neurons(found: ArrayNetwork, story: Storyboard, sample: int) -> Network:
    """Draw every neuron of the layers: the network of one sample; of a wide layer, the first neurons and the last.

    Raises:
        InputError: there is no such sample.
    """
    check_sample(sample, found.samples)
    units: list[Unit] = []
    drawn: list[dict[int, int]] = []
    taken = {write(node.label) for node in story.nodes if node.named}
    for layer, axes, width in zip(found.network.units, found.axes, found.widths, strict=True):
        shown = range(width) if width <= WHOLE else (*range(_FIRST), width - 1)
        drawn.append({})
        for j in shown:
            if j == width - 1 and width > WHOLE:
                units.append(Unit(layer.output, None, layer.layer, more=width - len(shown)))
            drawn[-1][j] = len(units)
            units.append(_neuron(story, layer, axes, j, sample - 1, taken))
    connections = [
        Connection(link.weight, link.product, u, v, product.at(i, j))
        for link, product in zip(found.network.connections, found.products, strict=True)
        for j, v in drawn[link.target].items()
        for i, u in drawn[link.source].items()
    ]
    note = sample_note(sample, found.samples)
    return Network(units, connections, found.network.rest, note)


def _neuron(story: Storyboard, layer: Unit, axes: Axes, j: int, sample: int, taken: set[str]) -> Unit:
    """One neuron of a layer."""
    at = axes.at(j, sample)
    node = story.nodes[layer.output]
    biases_at = [
        tuple(j if size > 1 else 0 for size in story.nodes[bias].shape) if story.nodes[bias].shape else ()
        for bias in layer.biases
    ]
    return Unit(
        layer.output,
        layer.total,
        layer.layer,
        layer.biases,
        layer.inside,
        at,
        biases_at,
        None if node.named or node.op is not None or not node.constant else input_name(taken, j),
    )
