"""Which pictures a storyboard has: its network, in the form that suits its size, and its graph."""

from __future__ import annotations

from microgradphys.errors import InputError
from viz.networks.array_network import read_arrays
from viz.networks.array_neurons import WIDEST, neurons
from viz.networks.cell_view import cell_picture
from viz.networks.cells import read_cells
from viz.networks.flow import read_flow
from viz.networks.flow_view import flow_picture, samples_of
from viz.networks.heat_view import heat_picture
from viz.networks.network import LARGEST, drawable, read_units
from viz.networks.network_view import network_picture
from viz.networks.repeats import check_sample, in_time, sample_of
from viz.networks.sliding import Window
from viz.networks.time_view import time_picture
from viz.networks.units import Network
from viz.networks.window_view import window_picture
from viz.picture import Picture
from viz.storyboard import Storyboard

# The most edges that are drawn one by one.
_MOST_EDGES = 320
_MOST_LAYERS = 40
# A graph of more nodes than these has more neurons than can be drawn, or more samples than anybody steps through.
_MOST_NODES = 10_000
_MOST_IN_TIME = 120
_MOST_BOXES = 60


def network_view(story: Storyboard, sample: int = 1) -> Picture | None:
    """Draw the network in a storyboard's graph, or return None if there is none to draw.

    Small networks are drawn neuron by neuron, for one sample; large networks of arrays as heat maps; what uses its
    weights again and again, as a recurrent network does, in columns of time, and what has gates as cells in time; what
    else has products of arrays, as attention and convolutions, as boxes of arrays.

    Args:
        story: the storyboard.
        sample: which sample of a batch to show, from 1.

    Raises:
        InputError: there is no such sample.
    """
    if isinstance(story, Window):
        return window_picture(story)
    if len(story.nodes) > _MOST_NODES:
        return None
    network = drawn_network(story, sample)
    if network is not None:
        return network_picture(story, network)
    return _in_time(story, sample) or _heat_maps(story, sample) or _cells(story, sample) or _flow(story, sample)


def drawn_network(story: Storyboard, sample: int = 1) -> Network | None:
    """Read the network that is drawn neuron by neuron, or return None if there is none that is.

    Args:
        story: the storyboard.
        sample: which sample of a batch to show, from 1.

    Raises:
        InputError: there is no such sample.
    """
    if isinstance(story, Window) or len(story.nodes) > _MOST_NODES:
        return None
    if any(node.shape for node in story.nodes):
        found = read_arrays(story)
        if found is None or found.network.repeats or max(found.widths) > WIDEST:
            return None
        network = neurons(found, story, sample)
        few = len(network.units) <= LARGEST and len(network.connections) <= _MOST_EDGES
        return network if few else None
    network = read_units(story)
    if network is None:
        return None
    if not network.repeats:
        check_sample(sample, 1)
    elif in_time(network) is not None:
        return None
    else:
        network = sample_of(network, sample)
    return network if network and drawable(network) else None


def _in_time(story: Storyboard, sample: int) -> Picture | None:
    """Draw a network that uses its weights again and again in columns of time."""
    found = read_arrays(story) if any(node.shape for node in story.nodes) else None
    network = read_units(story) if found is None else found.network
    time = in_time(network) if network is not None and network.repeats else None
    if network is None or time is None:
        return None
    check_sample(sample, found.samples if found else 1)
    few = len(network.units) <= _MOST_IN_TIME
    return time_picture(story, network, time, found.axes if found else None) if few else None


def _heat_maps(story: Storyboard, sample: int) -> Picture | None:
    """Draw a large network of arrays as heat maps."""
    found = read_arrays(story) if any(node.shape for node in story.nodes) else None
    if found is None or found.network.repeats:
        return None
    check_sample(sample, found.samples)
    return heat_picture(story, found) if len(found.network.units) <= _MOST_LAYERS else None


def _cells(story: Storyboard, sample: int) -> Picture | None:
    """Draw the steps of recurrent layers, whatever gates they have, as cells in columns of time."""
    found = read_cells(story)
    if found is None or sum(len(box.shown) for box in found.boxes) > _MOST_IN_TIME:
        return None
    check_sample(sample, 1)
    return cell_picture(story, found)


def _flow(story: Storyboard, sample: int) -> Picture | None:
    """Draw whatever has products of arrays, a convolution or attention, as boxes with arrows between them."""
    found = read_flow(story)
    if found is None or len(found.stages) + len(found.leaves) > _MOST_BOXES:
        return None
    check_sample(sample, samples_of(story, found))
    return flow_picture(story, found, sample)


def has_graph_view(story: Storyboard) -> bool:
    """Whether the graph is worth drawing: that of a sliding window has an edge for every number at every place."""
    return not isinstance(story, Window)


def refused(what: str) -> InputError:
    """The error of a picture that is not there."""
    return InputError(f"this graph is not built as neurons, sums of weight times input; {what} it with view='graph'")
