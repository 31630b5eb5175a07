"""When each step of a film happens: a number is read more slowly the first time its kind is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import accumulate

from viz.steps import Move
from viz.storyboard import Storyboard

TITLE_SECONDS = 2.0
END_SECONDS = 6.0
# Seconds of a step that is new, and of one whose like has been seen often.
_NEW, _OFTEN, _LESS = 1.2, 0.7, 0.1
# What each further number of a step that holds several adds, and the longest that a step may take.
_FURTHER, _LONGEST = 0.15, 3.0


def durations(story: Storyboard) -> list[float]:
    """Give the seconds that each step of a storyboard takes in the film.

    Args:
        story: the storyboard.

    Returns:
        One number a step: 1.2 for the first of its kind, down to 0.7, and more for a step of several moves.

    >>> from microgradphys import Value
    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> durations(Storyboard(((a * b) * b).named("E"), learning_rate=None))
    [1.2, 1.1, 1.2, 1.2, 1.1, 1.0, 0.9]
    """
    seen: Counter[Hashable] = Counter()
    seconds: list[float] = []
    for step in story.steps:
        longest = 0.0
        for move in step.moves:
            kind = _kind(story, move)
            longest = max(longest, _NEW - _LESS * seen[kind])
            seen[kind] += 1
        further = _FURTHER * (len(step.moves) - 1)
        seconds.append(round(min(max(longest, _OFTEN) + further, _LONGEST), 2))
    return seconds


def starts(story: Storyboard, seconds: Sequence[float] | None = None) -> list[float]:
    """Give the second at which each step starts in the film.

    Args:
        story: the storyboard.
        seconds: how long each step takes, where a camera moves (`FilmPlan.seconds`); `durations(story)` if not given.

    Returns:
        One number a step, after the title; the end card starts where the last step ends.

    >>> from microgradphys import Value
    >>> starts(Storyboard((Value(2.0, "a") * 3).named("E"), learning_rate=None))
    [2.0, 3.2, 4.4]
    """
    return [round(second, 2) for second in accumulate(seconds or durations(story), initial=TITLE_SECONDS)][:-1]


def length(story: Storyboard) -> float:
    """Give the seconds of the whole film, with title and end card."""
    return round(TITLE_SECONDS + sum(durations(story)) + END_SECONDS, 2)


def frame_marks(seconds: Sequence[float], rate: int, findings: float = 0.0) -> list[int]:
    """Give the first video frame of the title, of each step and of the end card, and the number of them in all.

    Args:
        seconds: how long each step takes.
        rate: video frames a second.
        findings: how long the card of what was found takes, before the end card; 0 for no such card.

    >>> frame_marks([1.2, 1.1], 10)
    [0, 20, 32, 43, 103]
    """
    begins = [round(second, 2) for second in accumulate(seconds, initial=TITLE_SECONDS)]
    begins += [begins[-1] + findings] if findings else []
    return [round(second * rate) for second in (0.0, *begins, begins[-1] + END_SECONDS)]


def _kind(story: Storyboard, move: Move) -> Hashable:
    """What is new about a move: a pass and an operation; the new forward pass repeats the first."""
    if move.edge is not None:
        target = story.nodes[story.edges[move.edge].target]
        return "backward", target.op, move.local_formula is not None
    phase = "forward" if move.phase == "again" else move.phase
    return phase, story.nodes[move.node].op if phase == "forward" else None
