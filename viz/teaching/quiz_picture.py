"""The picture beside a quiz or on a worksheet: the graph, with signs in the places of hidden numbers."""

from __future__ import annotations

from collections.abc import Mapping

from microgradphys.notation import write
from viz.drawing import after_moves
from viz.graph_view import graph_picture
from viz.picture import Picture, Slot
from viz.storyboard import Storyboard
from viz.svg import Filled
from viz.views import network_view

# More boxes than these cannot be read on one page.
MOST_BOXES = 60


def quiz_picture(story: Storyboard) -> tuple[Picture | None, str]:
    """Draw the network, or the graph, folded if it is large; None and the reason if it is too large even then.

    >>> from microgradphys import Value
    >>> picture, note = quiz_picture(Storyboard(Value(2.0, "x") * 3))
    >>> len(picture.shapes), note
    (2, '')
    """
    network = network_view(story)
    if network is not None:
        return network, ""
    if len(story.nodes) <= MOST_BOXES:
        return graph_picture(story), ""
    outermost = {node.scope[0] if node.scope else node.id for node in story.nodes}
    if len(outermost) <= MOST_BOXES:
        return graph_picture(
            story, True
        ), f"The graph has {len(story.nodes)} nodes: its scopes are drawn as one box each."
    return None, f"The graph has {len(story.nodes)} nodes, too many to draw on one page."


def filled(story: Storyboard, picture: Picture, stop: int, hidden: Mapping[Slot, str]) -> Filled:
    """Fill the slots with what is known after `stop` moves, the hidden ones with a sign, the others with a dot.

    Args:
        story: the storyboard.
        picture: its picture.
        stop: how many moves are done.
        hidden: the slots whose numbers are asked for, with what stands there.
    """
    slots = picture.slots()
    shown = after_moves(story, picture, stop)
    for slot, sign in hidden.items():
        if slot in slots:
            name = slots[slot].math
            shown[slot] = (sign if name is None else f"{write(name)} = {sign}", "asked")
    return shown


def lit(picture: Picture, story: Storyboard, k: int) -> tuple[str, ...]:
    """What a move lights up on the picture."""
    route = picture.routes.get(story.moves[k].id)
    return route.lit if route else ()
