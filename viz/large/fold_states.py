"""What a page needs of a folded graph: the pictures that can be reached by opening and closing, and the steps to show.

A page cannot hold every contribution of a hundred thousand nodes. Of a large graph it holds coarser steps, and of each
step the moves that write a number into one of its pictures, and the last.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from viz.large.folding import Folding, Group
from viz.picture import Slot, changes, history
from viz.steps import By, Move
from viz.storyboard import Storyboard

# Beyond so many boxes in all its pictures a page gets slow; what is left closed is opened from Python.
_MOST_BOXES, _MOST_PICTURES = 900, 30
# A picture of a large graph takes its time, and a page is to open at once.
_MOST_LARGE = 12
# More moves or steps than these are cut more coarsely.
_MOST_MOVES, _MOST_STEPS = 8000, 1500


@dataclass
class FoldState:
    """One way of drawing the graph.

    opened: the groups that are open. opens: for each box that can be opened here, the state in which it is. closes: the
    state that closing leads to. unfolds: the state in which all is open, if there is one.
    """

    opened: set[Group]
    opens: dict[str, int] = field(default_factory=dict)
    closes: int | None = None
    unfolds: int | None = None


def fold_states(folding: Folding, opened: set[Group]) -> list[FoldState]:
    """List the states that clicks can reach from a first one, as many as a page bears.

    In each, one group is open with all that it is in; closing it leads back. Where all scopes are open at first,
    closing leads to the state in which all are closed.
    """
    states = [FoldState(opened)]
    home = 0
    if not folding.large and folding.groups(folding.root) and len(opened) > 1:
        states[0].closes = home = 1
        states.append(FoldState({folding.root}, unfolds=0))
    base = states[home].opened
    state_of: dict[Group, int] = {}
    room = _MOST_BOXES
    most = _MOST_LARGE if folding.large else _MOST_PICTURES
    at = home
    while at < len(states):
        state = states[at]
        for item in folding.boxes(state.opened):
            if not isinstance(item, Group):
                continue
            wider = base | {item, *item.ancestors()}
            size = 0 if item in state_of else len(folding.boxes(wider))
            if item not in state_of and len(states) < most and size <= room:
                room -= size
                state_of[item] = len(states)
                states.append(FoldState(wider, closes=_home_of(item, state_of, home), unfolds=state.unfolds))
            if item in state_of:
                state.opens[item.id] = state_of[item]
        at += 1
    return states


def _home_of(group: Group, state_of: dict[Group, int], home: int) -> int:
    """The state that closing a group leads to: that of the group it is in."""
    return next((state_of[outer] for outer in group.ancestors() if outer in state_of), home)


def coarse(story: Storyboard) -> Storyboard:
    """Cut a storyboard that is too long for a page into steps that are not: by layer, or by pass.

    >>> from microgradphys import Value
    >>> coarse(Storyboard(Value(1.0, "x") * 2)).by
    'contribution'
    """
    if len(story.moves) <= _MOST_MOVES and len(story.steps) <= _MOST_MOVES:
        return story
    cuts: list[By] = ["layer", "update"]
    shorter = (story.cut(by) for by in cuts if len(story.steps) > _MOST_STEPS)
    return next((one for one in shorter if len(one.steps) <= _MOST_STEPS), story)


@dataclass(frozen=True)
class Digest:
    """The moves that a page holds, and for each step how many of them are done before it and after it.

    written: for each of these moves the slots that it writes into; of a large graph the last move of a step writes
    whatever the step does. nodes and edges: those that are drawn somewhere; None for all.
    """

    moves: list[Move]
    spans: list[tuple[int, int]]
    written: list[list[tuple[Slot, Any, str]]]
    nodes: list[int] | None = None
    edges: list[int] | None = None


def digest(story: Storyboard, slots: Iterable[Slot], listed: Iterable[Slot]) -> Digest:
    """Choose the moves that a page holds.

    Args:
        story: the storyboard.
        slots: the slots of all its pictures.
        listed: the slots whose numbers are listed beside the picture.

    Returns:
        All moves, or of a large graph the last of every step, and the last of each step that writes a listed number.
    """
    if len(story.moves) <= _MOST_MOVES:
        moves = list(story.moves)
        return Digest(moves, [(step.start, step.stop) for step in story.steps], [changes(move) for move in moves])
    slots = set(slots)
    news = sorted(
        ((place, slot, number, phase) for slot in slots for place, number, phase in history(story, slot)), key=_place
    )
    stops = [step.stop for step in story.steps]
    steps: list[dict[Slot, tuple[int, Any, str]]] = [{} for _ in stops]
    for place, slot, number, phase in news:
        if place >= 0:
            steps[bisect_right(stops, place)][slot] = (place, number, phase)
    listed = slots.intersection(listed)
    places: list[int] = []
    spans: list[tuple[int, int]] = []
    written: list[list[tuple[Slot, Any, str]]] = []
    for stop, news_of in zip(stops, steps, strict=True):
        own = sorted({*(news_of[slot][0] for slot in listed if slot in news_of), stop - 1})
        spans.append((len(places), len(places) + len(own)))
        places += own
        written += [[] for _ in own[1:]] + [[(slot, number, phase) for slot, (_, number, phase) in news_of.items()]]
    moves = [story.moves[place] for place in places]
    nodes = sorted({k for which, k, *_ in slots if which in ("value", "gradient")} | {move.node for move in moves})
    return Digest(moves, spans, written, nodes, sorted({k for which, k, *_ in slots if which == "local"}))


def _place(news: tuple[int, Slot, Any, str]) -> int:
    """When something is written."""
    return news[0]
