"""What a diagnosis found, in the film: a sign at each node from the step on that shows it, and a card of sentences."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from microgradphys.symbols import printable
from viz.films.items import BOTTOM, LEFT, RIGHT, Frame, Ink, polygon, written
from viz.films.text import Typesetter, words
from viz.picture import Picture, Point
from viz.steps import Step
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding
from viz.symptoms.marks import Places
from viz.symptoms.moments import first_step
from viz.theme import DARK

_RADIUS = 17.0
# The card: the size of its sentences and their lines, and the letters that a line holds.
_SIZE, _LINE, _APART, _LETTERS = 31.0, 43.0, 22.0, 96
_FIRST = 230.0
# Seconds of the card, and what each sentence adds, up to the last.
_SECONDS, _EACH, _LONGEST = 2.0, 2.5, 12.0


class SignFilm:
    """The signs on the picture of a film.

    Args:
        story: the storyboard.
        picture: its picture.
        findings: what was found in it.
    """

    def __init__(self, story: Storyboard, picture: Picture, findings: Sequence[Finding]) -> None:
        """Find where each sign stands, and from which step on."""
        self.signs: list[tuple[int, Point, str]] = []
        places = Places(picture, story)
        taken: set[Point] = set()
        for finding in findings:
            at = None if finding.node is None else places.of(finding.node)
            if finding.node is not None and at is not None and at not in taken:
                taken.add(at)
                self.signs.append((first_step(story, finding), at, finding.level))

    def draw(self, step: Step, arrival: float, place: Sequence[np.ndarray]) -> list[Ink]:
        """The signs at a step, each of which comes when the numbers of its step do.

        Args:
            step: the step.
            arrival: the second at which its numbers become known.
            place: where each sign stands on the frame.
        """
        inks = []
        for (number, _, level), (x, y) in zip(self.signs, place, strict=True):
            if number <= step.number:
                appears = arrival if number == step.number else None
                inks += [replace(ink, appears=appears) for ink in sign(level, float(x), float(y))]
        return inks


def sign(level: str, x: float, y: float, radius: float = _RADIUS) -> list[Ink]:
    """A filled triangle for trouble, a hollow diamond for a note, with a rim that keeps it apart."""
    corners: list[Point] = [(0.0, -0.95), (0.95, 0.7), (-0.95, 0.7)]
    if level == "note":
        corners = [(0.0, -0.9), (0.9, 0.0), (0.0, 0.9), (-0.9, 0.0)]
    outline = polygon([(x + dx * radius, y + dy * radius) for dx, dy in corners])
    fill = DARK.trouble if level == "trouble" else DARK.background
    return [Ink(outline, stroke=DARK.background, width=11.0), Ink(outline, fill=fill, stroke=DARK.trouble, width=4.0)]


def seconds(findings: Sequence[Finding]) -> float:
    """How long the card is shown: nothing where nothing was found."""
    return min(_SECONDS + _EACH * len(findings), _LONGEST) if findings else 0.0


def findings_card(setter: Typesetter, findings: Sequence[Finding]) -> Frame:
    """The sentences, each behind the sign that its node has; as many as there is room for."""
    frame = Frame()
    head = setter.outline(words("What to look at", bold=True))
    frame.inks.append(written(head, LEFT, 130.0, 60.0, DARK.ink))
    y = _FIRST
    for shown, finding in enumerate(findings):
        lines = textwrap.wrap(printable(f"{finding.kind}: {finding.sentence}"), _LETTERS)
        if y + _LINE * len(lines) > BOTTOM - _LINE:
            more = setter.outline(words(f"and {len(findings) - shown} more"))
            frame.inks.append(written(more, LEFT + 60, y, _SIZE, DARK.dim))
            break
        moment = 0.2 + 0.3 * shown
        frame.inks += [replace(ink, appears=moment) for ink in sign(finding.level, LEFT + 20, y - 11)]
        for line in lines:
            outline = setter.outline(words(line))
            size = min(_SIZE, (RIGHT - LEFT - 60) / max(outline.right, 0.1))
            frame.inks.append(replace(written(outline, LEFT + 60, y, size, DARK.ink), appears=moment))
            y += _LINE
        y += _APART
    return frame
