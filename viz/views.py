"""Which pictures a storyboard has: its network, in the form that suits its size, and its graph."""

from __future__ import annotations

from microgradphys.errors import InputError
from viz.networks.array_network import read_arrays
from viz.networks.array_neurons import WIDEST, neurons
from viz.networks.heat_view import heat_picture
from viz.networks.network import LARGEST, drawable, read_units
from viz.networks.network_view import network_picture
from viz.networks.repeats import check_sample, in_time, sample_of
from viz.networks.sliding import Window
from viz.networks.time_view import time_picture
from viz.networks.window_view import window_picture
from viz.picture import Picture
from viz.storyboard import Storyboard

# The most edges that are drawn one by one.
_MOST_EDGES = 320
_MOST_LAYERS = 40
# A graph of more nodes than these has more neurons than can be drawn, or more samples than anybody steps through.
_MOST_NODES = 10_000
_MOST_IN_TIME = 120


def network_view(story: Storyboard, sample: int = 1) -> Picture | None:
    """Draw the network in a storyboard's graph, or return None if there is none to draw.

    Small networks are drawn neuron by neuron, for one sample; large networks of arrays as heat maps; what uses its
    weights again and again, as a recurrent network does, in columns of time.

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
    if any(node.shape for node in story.nodes):
        return _of_arrays(story, sample)
    network = read_units(story)
    if network is None:
        return None
    time = in_time(network) if network.repeats else None
    if time is not None:
        check_sample(sample, 1)
        return time_picture(story, network, time, None) if len(network.units) <= _MOST_IN_TIME else None
    if network.repeats:
        network = sample_of(network, sample)
    else:
        check_sample(sample, 1)
    return network_picture(story, network) if network and drawable(network) else None


def _of_arrays(story: Storyboard, sample: int) -> Picture | None:
    """Draw a network of arrays."""
    found = read_arrays(story)
    if found is None:
        return None
    time = in_time(found.network) if found.network.repeats else None
    if found.network.repeats and time is None:
        return None
    if time is not None:
        check_sample(sample, found.samples)
        few = len(found.network.units) <= _MOST_IN_TIME
        return time_picture(story, found.network, time, found.axes) if few else None
    if max(found.widths) <= WIDEST:
        network = neurons(found, story, sample)
        if len(network.units) <= LARGEST and len(network.connections) <= _MOST_EDGES:
            return network_picture(story, network)
    check_sample(sample, found.samples)
    return heat_picture(story, found) if len(found.network.units) <= _MOST_LAYERS else None


def has_graph_view(story: Storyboard) -> bool:
    """Whether the graph is worth drawing: that of a sliding window has an edge for every number at every place."""
    return not isinstance(story, Window)


def refused(what: str) -> InputError:
    """The error of a picture that is not there."""
    return InputError(f"this graph is not built as neurons, sums of weight times input; {what} it with view='graph'")
