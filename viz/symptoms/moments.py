"""When a finding shows: the step from which on a film or a stepper can tell it."""

from __future__ import annotations

from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding, finite

# These show in the values of the forward pass, all others in gradients.
_OF_VALUES = ("dead ReLU", "saturated")


def first_step(story: Storyboard, finding: Finding) -> int:
    """The number of the step that shows a finding: its node's value becomes known, or the last part of its gradient.

    >>> from microgradphys import Value, relu
    >>> from viz.diagnosis import diagnose
    >>> found = diagnose((relu(Value(-1.0, "w")).named("h") * 2).named("E"), names={})
    >>> [(finding.kind, first_step(found.story, finding)) for finding in found][1]
    ('dead ReLU', 1)
    """
    k = finding.node
    assert k is not None
    of_value = finding.kind in _OF_VALUES or (
        finding.kind == "not finite" and not finite(story.data[story.recording[k]])
    )
    phase = "forward" if of_value else "backward"
    one = next(one for one in story.passes if one.phase == phase)
    rows = one.rows(k)
    done = one.start + rows[-1] + 1 if rows else 1
    return next((step.number for step in story.steps if step.stop >= done), 1)
