"""The camera: large pictures are seen in parts that can be read, and it moves calmly, before anything else does."""

import itertools

import numpy as np
import pytest
from array_networks import dense
from networks import layers

from microgradphys import Value, constant, sigmoid
from microgradphys.errors import InputError
from viz.films.camera import View, focus, views
from viz.films.items import BOTTOM, LEFT, RIGHT, SMALLEST, TOP
from viz.films.panel import MAP
from viz.films.plan import FilmPlan
from viz.films.reel import picture_of
from viz.films.text import Typesetter
from viz.films.time import durations
from viz.picture import Place, changes
from viz.storyboard import Storyboard
from viz.theme import DARK


@pytest.fixture(scope="module")
def setter():
    return Typesetter()


@pytest.fixture(scope="module")
def film(setter):
    """A network of 40 weights as a graph: far wider than the frame."""
    story = Storyboard(layers(3, 4, 2), by="node")
    return FilmPlan(story, picture_of(story, "graph"), setter)


def plan(loss, setter, view=None, **options):
    story = Storyboard(loss, **options)
    return FilmPlan(story, picture_of(story, view), setter)


def faults(frame):
    """Texts that touch, leave the margin or are too small, at the start and at the end of a step."""
    found = [ink.size for ink in frame.inks if ink.place and ink.size < SMALLEST - 1e-6]
    for end in (False, True):
        places = frame.texts(end)
        found += [(a, b) for a, b in itertools.combinations(places, 2) if a.meets(b)]
        corners = [corner for place in places for corner in place.corners()]
        found += [(x, y) for x, y in corners if not (LEFT - 0.5 <= x <= RIGHT + 0.5 and TOP - 0.5 <= y <= BOTTOM + 0.5)]
    return found


def infinite():
    a, b = Value(float("inf"), "a"), Value(float("nan"), "b")
    return ((a * b + a) * 2).named("E")


def wide():
    w, x = Value(np.arange(600).reshape(20, 30) / 1000, "W"), constant(np.arange(30.0) / 30, "x")
    return (np.tanh(w @ x).named("h") ** 2).sum().named("E")


def long_names():
    w = Value(0.5, "a name of a great many words " * 9)
    return (sigmoid(w * constant(2.0, "x" * 300)).named("m" * 90) ** 2).named("W" * 300)


@pytest.mark.parametrize("make", [infinite, wide, long_names, lambda: Value(2.0, "x"), lambda: layers(5, 6, 5)])
@pytest.mark.parametrize("by", ["contribution", "layer"])
@pytest.mark.parametrize("view", [None, "graph"])
def test_everything_can_be_read_whatever_is_filmed(make, by, view, setter):
    film = plan(make(), setter, view, by=by)
    numbers = range(1, len(film.story.steps) + 1)
    for number in itertools.islice(numbers, 0, None, max(len(numbers) // 9, 1)):
        assert faults(film.frame(number)) == [], number


def test_what_is_not_finite_is_in_the_colour_of_trouble(setter):
    film = plan(infinite(), setter)
    frame = film.frame(len(film.story.steps))
    slot = ("gradient", film.story.index("a"))
    [ink] = film.picture.labels.slot(
        film.picture.labels.slots[slot], slot, (float("nan"), "backward"), film.story.steps[-1]
    )
    assert ink.fill == DARK.trouble
    assert DARK.trouble in {ink.fill for ink in frame.inks if ink.place and not ink.follows}


def test_no_text_touches_another_where_the_camera_moves(film):
    moves = [number for number, pan in enumerate(film.pans, 1) if pan]
    assert 5 < len(moves) < len(film.story.steps) / 2
    for number in moves[::4]:
        assert faults(film.frame(number)) == []


def test_what_is_lit_is_seen(film):
    """The numbers that a step changes stand inside the room of the picture."""
    for step in film.story.steps[::9]:
        frame = film.frame(step.number)
        shown = {ink.points.tobytes() for ink in frame.inks if ink.place and ink.follows}
        assert shown
        view = film.picture.views[step.number - 1]
        for slot, number, phase in changes(step.move):
            labels = film.picture.labels
            if slot in labels.slots and labels.slots[slot].id not in labels.hidden:
                inks = labels.slot(labels.slots[slot], slot, (number, phase), step)
                assert {view.moved(ink).points.tobytes() for ink in inks} <= shown


def test_the_camera_is_still_before_a_number_changes(film):
    for number, pan in enumerate(film.pans, 1):
        if pan:
            frame = film.frame(number)
            assert frame.shift(pan) == (0.0, 0.0)
            assert np.hypot(*frame.shift(0.0)) > 1
            fresh = [ink for ink in frame.inks if ink.appears is not None and not ink.follows and ink.place]
            assert min(ink.appears for ink in fresh) >= pan
            assert all(arrow.begins >= pan for arrow in frame.travellers)
            break


def test_the_camera_starts_where_it_was(film):
    for before, after in itertools.pairwise(film.picture.views):
        assert after.before == before.corner
        assert bool(after.seconds) == (after.before != after.corner)


def test_a_move_takes_its_own_time(film):
    assert film.seconds == [own + pan for own, pan in zip(durations(film.story), film.pans, strict=True)]
    assert all(pan == 0 or 0.6 <= pan <= 1.4 for pan in film.pans)


def test_nothing_of_the_picture_reaches_out_of_its_room(film):
    """What hides the rest of the frame is drawn after the picture, and before everything else."""
    order = [ink.follows for ink in film.frame(30).layered()]
    assert order == sorted(order, reverse=True)
    [hides] = [ink for ink in film.frame(30).inks if ink.fill == "#10151F" and not ink.follows]
    assert len(hides.points) == 4 * 16


def test_the_overview_shows_everything_and_what_is_seen(film):
    inside = Place(MAP.x, MAP.y, MAP.width + 8, MAP.height + 8)
    corners = np.array(inside.corners())
    for ink in film.overview.fixed:
        assert (ink.points >= corners.min(axis=0)).all()
        assert (ink.points <= corners.max(axis=0)).all()
    lists = [place for place in film.frame(60).texts() if place.x > MAP.x - MAP.width / 2]
    assert lists
    assert not any(place.meets(MAP) for place in lists)


def test_the_camera_looks_ahead():
    room = Place(100, 50, 200, 100)
    near = [(0.0, 0.0, 40.0, 40.0), (60.0, 0.0, 100.0, 40.0), (20.0, 0.0, 60.0, 40.0)]
    found = views([*near, (800.0, 0.0, 840.0, 40.0)], (1000.0, 80.0), room)
    assert len({view.corner for view in found[:3]}) == 1
    assert [view.seconds > 0 for view in found] == [False, False, False, True]


def test_where_too_much_is_lit_the_last_is_seen():
    room = Place(100, 50, 200, 100)
    assert focus([(0, 0, 10, 10), (900, 0, 910, 10), (950, 0, 960, 10)], room) == (900, 0, 960, 10)
    assert focus([(0, 0, 1000, 10)], room) == (0, 0, 1000, 10)


def test_a_view_knows_what_passes_by():
    view = View(Place(100, 50, 200, 100), (0.0, 0.0), (-1000.0, 0.0), 1.0)
    between = np.array([(500.0, 50.0), (510.0, 50.0)])
    assert view.meets(between), "it is seen on the way"
    assert not view.meets(between + np.array((0.0, 500.0)))


def test_names_on_edges_are_whole_where_there_is_room_for_them(setter):
    """W₁[0, 1] and not W…; the numbers of a small network of arrays are all there."""
    film = plan(dense(2, 3, 1), setter)
    labels, W = film.picture.labels, film.story.index("W1")
    assert labels.hidden == set()
    assert not any(text.id in labels.short for slot, text in labels.slots.items() if slot[1] == W)


def test_a_graph_of_thirty_nodes_moves_the_camera_seldom(setter):
    film = plan(layers(2, 2, 1), setter, "graph", learning_rate=None)
    moves = sum(view.seconds > 0 for view in film.picture.views)
    assert moves <= len(film.story.steps) / 4
    assert film.picture.labels.hidden == set()


def test_the_note_below_a_picture_is_never_outside_of_the_camera(setter):
    film = plan(dense(2, 3, 2, batch=3), setter)
    assert film.picture.views
    (note,) = film.picture.notes
    frames = [film.frame(number) for number in (1, 20, len(film.story.steps))]
    assert all(note in frame.inks and faults(frame) == [] for frame in frames)


def test_a_film_shows_the_sample_that_is_asked_for(setter):
    story = Storyboard(dense(2, 3, 2, batch=3))
    film = FilmPlan(story, picture_of(story, None, 3), setter)
    assert ("value", story.index("h1"), (2, 0)) in film.picture.labels.slots
    with pytest.raises(InputError, match="there is no sample 4"):
        picture_of(story, None, 4)
