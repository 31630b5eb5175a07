"""What a film says in words: a subtitle for each step, and the titles of its chapters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from microgradphys.symbols import printable
from viz.steps import PHASES, Step
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding

Chapter = tuple[int, str]
# The letters of a line that a player can show.
_LONGEST = 120


def subtitles(story: Storyboard, marks: Sequence[int], rate: int, findings: Sequence[Finding] = ()) -> str:
    r"""Write the steps of a film as SubRip subtitles (.srt): the sentence of each step, and its formula.

    Args:
        story: the storyboard.
        marks: the video frame at which the title, each step and the last card begin, and their number in all.
        rate: video frames a second.
        findings: what the card before the last says.

    >>> from microgradphys import Value
    >>> story = Storyboard((Value(2.0, "a") * 3).named("E"), learning_rate=None)
    >>> print(subtitles(story, [0, 30, 48, 66, 84, 174], 15).split("\n\n")[0])
    1
    00:00:02,000 --> 00:00:03,200
    Forward pass · step 1 of 3 · compute E
    E = a · 3 = 2 × 3 = 6
    """
    times = [_time(mark / rate) for mark in marks]
    cues = [
        f"{step.number}\n{begin} --> {end}\n{_line(step.sentence)}\n{_line(str(step.formula))}\n"
        for step, (begin, end) in zip(story.steps, pairwise(times[1:]), strict=False)
    ]
    told = "".join(f"{_line(finding.sentence, 0)}\n" for finding in findings)
    if told:
        cues.append(f"{len(cues) + 1}\n{times[-3]} --> {times[-2]}\n{told}")
    return "\n".join(cues)


def chapters(story: Storyboard, marks: Sequence[int], findings: Sequence[Finding] = ()) -> list[Chapter]:
    """List the chapters of a film: its title, each layer in each pass, and its last card.

    Args:
        story: the storyboard.
        marks: as for `subtitles`.
        findings: as for `subtitles`.

    Returns:
        The video frame at which each begins, and its title; a graph without scopes has one chapter a pass.

    >>> from microgradphys import Value
    >>> story = Storyboard((Value(2.0, "a") * 3).named("E"), learning_rate=None)
    >>> chapters(story, [0, 30, 48, 66, 84, 174])
    [(0, 'Title'), (30, 'Forward pass'), (48, 'Backward pass'), (84, 'Result')]
    """
    found: list[Chapter] = [(0, "Title")]
    for step, begin in zip(story.steps, marks[1:], strict=False):
        title = _chapter(story, step)
        if title != found[-1][1]:
            found.append((begin, title))
    found += [(marks[-3], "What to look at")] if findings else []
    return [*found, (marks[-2], "Result")]


def _chapter(story: Storyboard, step: Step) -> str:
    """The chapter that a step belongs to: its pass, and the layer that computes or sends."""
    node = step.node if step.edge is None else story.edges[step.edge].target
    scope = story.nodes[node].scope if story.by != "update" and step.phase != "update" else ()
    return _line(" · ".join(filter(None, (PHASES[step.phase], " / ".join(scope)))))


def _time(second: float) -> str:
    """Write a moment as subtitles do."""
    whole = round(second * 1000)
    hours, minutes, seconds, rest = whole // 3_600_000, whole // 60_000 % 60, whole // 1000 % 60, whole % 1000
    return f"{hours:02}:{minutes:02}:{seconds:02},{rest:03}"


def _line(text: str, most: int = _LONGEST) -> str:
    """Write text on one line, and so that no player takes a part of it for markup or for a time; 0 letters: all."""
    line = " ".join(printable(text).split())
    line = line if not most or len(line) <= most else line[: most - 1].rstrip() + "…"
    return re.sub(r"<(?=\S)|\{(?=\\)|-(?=->)", r"\g<0> ", line)
