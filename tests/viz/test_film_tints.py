"""Heat maps, tinted edges and sliding windows in the film."""

import itertools

import numpy as np
import pytest
from array_networks import dense, recurrent, scalar_recurrent

from microgradphys import Value, conv2d
from viz import Storyboard, window
from viz.films.items import BOTTOM, LEFT, RIGHT, TOP, Ink
from viz.films.plan import FilmPlan
from viz.films.reel import picture_of
from viz.films.text import Typesetter
from viz.films.tints import TintFilm
from viz.grids import cells, code_of, codes
from viz.picture import news, part_of
from viz.theme import DARK
from viz.views import network_view


@pytest.fixture(scope="module")
def setter() -> Typesetter:
    """One typesetter for all films."""
    return Typesetter()


def convolution() -> Storyboard:
    """A small image under a small window."""
    return window(conv2d(Value(np.ones((1, 4, 4, 1)), "x"), Value(np.full((2, 2, 1, 1), -0.5), "k"), padding=1))


STORIES = {
    "edges": lambda: Storyboard(dense(2, 3, 1)),
    "batch": lambda: Storyboard(dense(2, 6, 2, batch=3)),
    "heat": lambda: Storyboard(dense(30, 40, 1)),
    "time": lambda: Storyboard(recurrent()),
    "scalar time": lambda: Storyboard(scalar_recurrent()),
    "window": convolution,
}


@pytest.mark.parametrize("name", STORIES)
def test_no_text_of_the_film_touches_another(name: str, setter: Typesetter) -> None:
    """At the start and at the end of steps of every pass, inside the frame's margin."""
    story = STORIES[name]()
    film = FilmPlan(story, picture_of(story, None), setter)
    count = len(story.steps)
    for number in (1, count // 3, count // 2, count):
        frame = film.frame(number)
        for end in (False, True):
            places = frame.texts(end)
            assert not [1 for a, b in itertools.combinations(places, 2) if a.meets(b)], number
            for place in places:
                for x, y in place.corners():
                    assert LEFT - 0.5 <= x <= RIGHT + 0.5
                    assert TOP - 0.5 <= y <= BOTTOM + 0.5


def tints(story: Storyboard) -> TintFilm:
    """The tinted part of a film at the picture's own scale."""
    picture = network_view(story)
    assert picture is not None
    return TintFilm(picture, lambda points: np.array(points, float), 1.0)


def test_cells_change_when_their_numbers_arrive() -> None:
    """Before the arrival the old cells, after it the new ones, everything else stays."""
    story = STORIES["heat"]()
    film = tints(story)
    step = next(step for step in story.steps if step.phase == "update" and step.node == story.index("W1"))
    before, after = list(news(story, step.start)), list(news(story, step.stop))
    inks = film.grids(before, after, 0.7)
    going, coming = ([ink for ink in inks if getattr(ink, what) == 0.7] for what in ("vanishes", "appears"))
    grid = next(grid for grid in film.picture.grids if grid.slot == ("value", story.index("W1")))
    for changed, known in ((going, before), (coming, after)):
        number = {slot: value for slot, value, _ in known}["value", story.index("W1")]
        assert len(changed) == len(cells(grid, code_of(grid, number)))
        assert {ink.fill for ink in changed} == {DARK.forward, DARK.backward}
    known = codes(film.picture, before)
    others = sum(len(cells(g, known.get(g.id, ""))) for g in film.picture.grids if g is not grid)
    assert len(inks) == len(film.picture.grids) + len(going) + len(coming) + others


def test_edges_are_as_thick_as_their_weights_are_large_and_dashed_where_negative() -> None:
    """The largest weight has the thickest edge."""
    story = STORIES["edges"]()
    film = tints(story)
    inks: list[Ink] = film.lines(news(story, 0))
    slots = [line.slot for line in film.edges if line.slot]
    weights = [part_of(slot, story.data[story.recording[slot[1]]]) for slot in slots]
    assert len(inks) == len(weights) == 9
    assert int(np.argmax(np.abs(weights))) == int(np.argmax([ink.width for ink in inks]))
    for ink, weight in zip(inks, weights, strict=True):
        assert ink.stroke == (DARK.backward if weight < 0 else DARK.forward)
        assert (len(ink.points) > 4) == (weight < 0)
