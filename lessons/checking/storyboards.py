"""Hints from the storyboard of a case: at which step the student's number left the way, and what is missing there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from lessons.checking.comparing import close, flat
from lessons.checking.task import Gradients
from microgradphys.mathematics import Number
from microgradphys.notation import write
from microgradphys.value import Value
from viz.storyboard import Storyboard
from viz.teaching.asking import Asker
from viz.teaching.mistakes import Mistake

_SAME = 1e-6


def from_storyboard(right: Gradients, answer: Any) -> list[str]:
    """Find the step at which a student's gradient went wrong.

    Args:
        right: the gradients, and the loss of whose graph they are.
        answer: the student's.

    Returns:
        Sentences, the likeliest first: what went wrong at which step, or else what arrives there.
    """
    found, known = flat(answer), flat(right.numbers)
    wanted = list(_leaves(right.wanted))
    if found is None or known is None or len(found) != len(known) or len(wanted) != len(known):
        return []
    wrong = np.flatnonzero(~close(found, known, _SAME))
    if len(wrong) == 0:
        return []
    place = next((k for k in wrong if known[k]), wrong[0])
    story = Storyboard(right.loss, learning_rate=None)
    way = Way(story, wanted[place])
    return [*way.mistaken(float(found[place])), *way.arriving(known)]


def _leaves(wanted: Any) -> Iterator[Value]:
    """Go through the Values in nested lists."""
    if isinstance(wanted, Value):
        yield wanted
    else:
        for part in wanted:
            yield from _leaves(part)


class Way:
    """The ways of the gradient from the loss to one Value.

    Args:
        story: the storyboard of the loss.
        goal: the Value.
    """

    def __init__(self, story: Storyboard, goal: Value) -> None:
        """Look at the storyboard."""
        self.story, self.goal, self.asker = story, story.index(goal), Asker(story)
        self.ways = self.asker.around.ways
        self.answer = self._total(self.goal)

    def _total(self, node: int) -> float:
        """The gradient of a node."""
        return float(self.story.moves[self.ways[node][-1]].total) if node in self.ways else 1.0

    def mistaken(self, number: float) -> Iterator[str]:
        """Name the mistakes that lead to this number, each with its step."""
        for candidate in self.asker.candidates(("contribution", "gradient")):
            move = self.story.moves[candidate.move]
            through = self._through(move.node) if candidate.size == 1 else 0.0
            if not through or not move.total:
                continue
            question = self.asker.question(candidate, 0)
            for mistake in question.mistakes:
                if self._leads_to(mistake, question.answer, move.total, through, number):
                    yield f"{self._where(candidate.move)}: {_begun(mistake.sentence)}"

    def _leads_to(self, mistake: Mistake, right: float, total: float, through: float, number: float) -> bool:
        """Whether a mistake in one contribution or sum changes the answer to this number."""
        wrong = self.answer + (mistake.number - right) / total * through
        return math.isclose(wrong, number, rel_tol=_SAME)

    def _through(self, node: int) -> float:
        """What part of the answer flows through a node: its gradient times ∂node/∂goal."""
        below = {node: 1.0}
        for k in range(node - 1, self.goal - 1, -1):
            locals_ = [(self._sender(m), self.story.moves[m].local) for m in self.ways.get(k, ())]
            if any(local is None or np.shape(local) for _, local in locals_):
                return 0.0
            below[k] = sum(below.get(sender, 0.0) * float(local) for sender, local in locals_)
        return below.get(self.goal, 0.0) * self._total(node)

    def arriving(self, answers: np.ndarray) -> Iterator[str]:
        """Say at which step the number becomes known, and what arrives there, unless that is one of the answers."""
        m = self._last(self.goal)
        while m is not None and _is_unit(self.story.moves[m].local):
            m = self._last(self._sender(m))
        if m is None or np.shape(upstream := self.story.moves[m].upstream):
            return
        if np.any(np.isclose(np.abs(answers), abs(upstream), rtol=_SAME)):
            return
        top = self.asker.around.through(self._sender(m))
        arrives = f"{write(self.story.gradient(top))} = {write(Number(upstream))}"
        yield f"{self._where(m)}: {arrives} arrives there, and is multiplied by a local derivative. Is it so in yours?"

    def _last(self, node: int) -> int | None:
        """The last move that contributes to a node's gradient, None for the loss itself."""
        return self.ways[node][-1] if node in self.ways else None

    def _sender(self, m: int) -> int:
        """The node that a contribution comes from."""
        edge = self.story.moves[m].edge
        assert edge is not None
        return self.story.edges[edge].target

    def _where(self, m: int) -> str:
        """Name a step: its number, and what becomes known."""
        name = write(self.story.nodes[self.story.moves[m].node].label)
        return f"Step {m + 1} of {len(self.story.moves)} of the storyboard, contribution to {name}"


def _is_unit(local: Any) -> bool:
    """Whether a local derivative is 1 or −1, as in a sum or a difference."""
    return local is not None and not np.shape(local) and abs(local) == 1.0


def _begun(sentence: str) -> str:
    """Go on with a sentence after a colon."""
    return sentence[0].lower() + sentence[1:]
