"""`diagnose`: what is wrong with a graph or its gradients, each finding at its node, in one sentence that says the fix.

The thresholds, each with its reason, stand in `viz.symptoms.findings`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.graph import everything
from microgradphys.rerun import recorded_again
from microgradphys.symbols import printable
from microgradphys.value import Value
from viz.drawing import Drawing, draw
from viz.names import names_around
from viz.storyboard import Storyboard
from viz.symptoms.findings import MOST_ALIKE, Case, Finding
from viz.symptoms.flow import blocked, chains
from viz.symptoms.marks import marked
from viz.symptoms.numbers import not_finite
from viz.symptoms.outsiders import outside
from viz.symptoms.passes import accumulated, not_computed, stale
from viz.symptoms.saturation import saturated
from viz.symptoms.units import dead

_CHECKS = (not_finite, stale, not_computed, accumulated, dead, saturated, outside, blocked, chains)
SIGNS = {"trouble": "▲", "note": "◇"}
# Whoever shows every step computes the gradients anew, from the data of now.
_NO_NEWS = frozenset({"not computed", "stale graph"})
# Looking through larger graphs than this takes seconds, and is left to those who ask for it.
AT_ONCE = 2000


@dataclass(frozen=True)
class Diagnosis:
    """What was found, and the storyboard that it was found in.

    Attributes:
        story: the storyboard of the data of now.
        findings: the findings, troubles first.
    """

    story: Storyboard
    findings: tuple[Finding, ...]

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """The findings that are wrong whatever the program is about."""
        return tuple(finding for finding in self.findings if finding.level == "trouble")

    def __iter__(self) -> Iterator[Finding]:
        """Go through the findings."""
        return iter(self.findings)

    def __len__(self) -> int:
        """The number of findings."""
        return len(self.findings)

    def __str__(self) -> str:
        """Write the findings, one below the other."""
        return "\n".join(lines(self.findings))

    __repr__ = __str__

    def draw(self, **options: Any) -> Drawing:
        """Draw the graph with a numbered mark at each finding and the sentences below.

        Args:
            options: view, fold and step, as for `viz.draw`.
        """
        drawing = draw(self.story, **options)
        picture = marked(drawing.picture, self.story, self.findings)
        return Drawing(picture, drawing.filled, drawing.lit, drawing.phase)

    def _repr_svg_(self) -> str:
        """Show the marked picture in a notebook."""
        return self.draw().svg()

    def _repr_html_(self) -> str | None:
        """Show a wide one no wider than its cell."""
        return self.draw()._repr_html_()


def diagnose(
    loss: Value | Storyboard, *, parameters: Iterable[Value] | None = None, names: Mapping[str, Value] | None = None
) -> Diagnosis:
    """Look for what goes wrong with gradients: in the graph, in the numbers, in how backward() was called.

    Args:
        loss: a Value that holds one number, or a storyboard of it.
        parameters: the leaves that are to be trained; without them, the named leaves of the program.
        names: names for Values that have none.

    Returns:
        The findings, which print and draw themselves.

    Raises:
        InputError: the parameters are not Values.
        GradientError: the Value is not one number, or depends on no leaf.

    >>> from microgradphys import relu
    >>> w = Value(-1.0, "w")
    >>> E = relu(w * 2).named("E")
    >>> E.backward()
    >>> for finding in diagnose(E):
    ...     print(finding.kind, "·", finding.level, "·", finding.sentence[:35])
    dead ReLU · note · E is 0 for this input, and so is th
    not reached · note · Every gradient of E is 0, for the l
    """
    around = names_around(1) if names is None and not isinstance(loss, Storyboard) else names
    with np.errstate(all="ignore"):
        case = _case(loss, _checked(parameters), around)
        found = [finding for check in _CHECKS for finding in check(case)]
    found.sort(key=lambda finding: finding.level != "trouble")
    return Diagnosis(case.story, tuple(found))


def beside_steps(story: Storyboard, wanted: bool | Iterable[Finding] | None = None) -> tuple[Finding, ...]:
    """Choose the findings that are shown beside the steps of a storyboard.

    Args:
        story: the storyboard.
        wanted: findings, as of `diagnose`; True for all there are, False for none, None for those that are news to
            whoever sees the steps: not that there was no backward pass, or that data changed since. Graphs of more
            than 2000 nodes are looked through for True only.

    >>> story = Storyboard(Value(2.0, "x") * 3)
    >>> len(beside_steps(story)), len(beside_steps(story, True)), len(beside_steps(story, False))
    (0, 1, 0)
    """
    if wanted is None:
        return news(story) if len(story.nodes) <= AT_ONCE else ()
    if isinstance(wanted, bool):
        return diagnose(story).findings if wanted else ()
    return tuple(wanted)


def news(loss: Value | Storyboard, names: Mapping[str, Value] | None = None) -> tuple[Finding, ...]:
    """Diagnose, and leave out what is no news to whoever sees the steps, which are of gradients computed anew."""
    return tuple(finding for finding in diagnose(loss, names=names) if finding.kind not in _NO_NEWS)


def lines(findings: Iterable[Finding]) -> list[str]:
    """Write findings for a terminal, numbered as the marks on the picture; many of one kind are cut short.

    >>> lines([])
    ['nothing is wrong: no finding']
    """
    written, seen, left_out = [], Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for number, finding in enumerate(findings, 1):
        key = (finding.kind, finding.level)
        seen[key] += 1
        if seen[key] > MOST_ALIKE:
            left_out[key] += 1
        else:
            written.append(f"{number} {SIGNS[finding.level]} {finding.kind}: {printable(finding.sentence)}")
    written += [f"… and {count} more of the kind {kind!r}" for (kind, _), count in left_out.items()]
    return written or ["nothing is wrong: no finding"]


def _checked(parameters: Any) -> tuple[Value, ...] | None:
    """Take the parameters, one or several."""
    if parameters is None:
        return None
    given = [parameters] if isinstance(parameters, Value) or not isinstance(parameters, Iterable) else list(parameters)
    for value in given:
        if not isinstance(value, Value):
            raise InputError(f"parameters= takes Values, not {type(value).__name__}")
    return tuple(given)


def _case(loss: Value | Storyboard, parameters: tuple[Value, ...] | None, names: Mapping[str, Value] | None) -> Case:
    """Make the storyboard to look at: that of a stale graph is of the same graph, computed again."""
    if isinstance(loss, Storyboard):
        output = loss.recording[-1]
        return Case(loss, output, _changed(output), {}, names or loss.names, parameters)
    if not isinstance(loss, Value):
        raise InputError(f"a diagnosis needs a Value, not {type(loss).__name__}")
    known = dict(names or {})
    changed = _changed(loss)
    if not changed:
        return Case(Storyboard(loss, learning_rate=None, names=known), loss, (), {}, known, parameters)
    again = recorded_again(loss)
    computed = [[node for node in everything(end) if node.primitive is not None] for end in (loss, again)]
    original = dict(zip(computed[1], computed[0], strict=True))
    renamed = {old: new for new, old in original.items()}
    ours = {name: renamed.get(value, value) for name, value in known.items()}
    return Case(Storyboard(again, learning_rate=None, names=ours), loss, changed, original, known, parameters)


def _changed(output: Value) -> tuple[Value, ...]:
    """The leaves whose data changed after something of this graph was computed from them."""
    changed: dict[Value, None] = {}
    for node in everything(output):
        for parent in node.parents:
            other = parent.witness is not None and parent.witness != parent.held.tobytes()
            if parent.time > node.time or other:
                changed[parent] = None
    return tuple(changed)
