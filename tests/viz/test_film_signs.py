"""Findings in the film: a sign from the step on that shows what is wrong, and a card that says it."""

import numpy as np
import pytest
from networks import HOSTILE, layers

from microgradphys import Value, constant, relu
from viz import Storyboard, diagnose
from viz.diagnosis import beside_steps
from viz.films.captions import chapters, subtitles
from viz.films.items import BOTTOM, LEFT, RIGHT, TOP
from viz.films.reel import Reel
from viz.films.signs import findings_card, seconds, sign
from viz.films.text import Typesetter


def sick(name: str = "h") -> Value:
    """A unit that is off, and a gradient that was never reset."""
    w, v = Value(0.7, "w"), Value(-0.3, "v")
    for _ in range(2):
        loss = ((w * 2.0 + relu(v * constant(2.0, "x")).named(name) - 3) ** 2).named("E")
        loss.backward()
    return loss


def reel_of(loss: Value) -> Reel:
    """Its film, planned."""
    story = Storyboard(loss, learning_rate=None)
    return Reel(story, "low", findings=beside_steps(story))


def signs_at(reel: Reel, number: int) -> list[float | None]:
    """When the signs of a step come, as the rims that only they have."""
    shape = sign("note", 0.0, 0.0)[1]
    inks = reel.plan.frame(number).inks
    return [ink.appears for ink in inks if (ink.fill, ink.stroke, ink.width) == (shape.fill, shape.stroke, shape.width)]


def test_a_sign_comes_with_the_number_that_shows_it_and_stays() -> None:
    """The dead unit with its value in the forward pass, the sum with the gradient of w in the backward pass."""
    reel = reel_of(sick())
    assert [finding.kind for finding in reel.findings] == ["accumulated", "dead ReLU", "not reached"]
    story = reel.story
    h = story.index("h")
    value = next(step.number for step in story.steps if step.node == h)
    gradient = max(s.number for s in story.steps if s.phase == "backward" and s.node == story.index("w"))
    assert signs_at(reel, value - 1) == []
    (arrival,) = signs_at(reel, value)
    assert arrival is not None
    assert arrival > 0
    assert signs_at(reel, value + 1) == [None]
    assert None in signs_at(reel, gradient)
    assert len(signs_at(reel, len(story.steps))) == 3


def test_a_card_before_the_last_says_it() -> None:
    """With its own chapter, its own subtitle, and time to read; a healthy film has none."""
    reel = reel_of(sick())
    assert reel.names[-2:] == ["findings", "end"]
    assert len(reel.marks) == len(reel.names) + 1
    assert reel.marks[-2] - reel.marks[-3] == round(seconds(reel.findings) * reel.rate)
    assert chapters(reel.story, reel.marks, reel.findings)[-2:] == [
        (reel.marks[-3], "What to look at"),
        (reel.marks[-2], "Result"),
    ]
    last = subtitles(reel.story, reel.marks, reel.rate, reel.findings).strip().split("\n\n")[-1]
    assert "reset it with w.zero_grad()" in last
    w = Value(0.5, "w")
    assert "findings" not in reel_of((w * 2.0 - 3) ** 2).names


@pytest.mark.parametrize("name", HOSTILE)
def test_cards_stay_inside_the_frame(name: str) -> None:
    """Whatever nodes are called, and however much there is to say."""
    setter = Typesetter()
    many = layers(2, 3, 1)
    many.backward()
    many.backward()
    for loss in (sick(name), many):
        frame = findings_card(setter, diagnose(loss, names={}).findings)
        ends = np.concatenate([ink.points for ink in frame.inks])
        assert ends[:, 0].min() >= LEFT - 1
        assert ends[:, 0].max() <= RIGHT + 1
        assert ends[:, 1].min() >= TOP
        assert ends[:, 1].max() <= BOTTOM
        places = frame.texts()
        assert not any(a.meets(b) for k, a in enumerate(places) for b in places[:k])
