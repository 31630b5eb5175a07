"""The film: what is on it, where, when, and that what is written is a film of exactly that."""

import io
import itertools
import pathlib
import subprocess
import sys
import warnings

import av
import numpy as np
import pytest
from networks import HOSTILE, layers

from microgradphys import Value, constant, relu, scope, sigmoid
from microgradphys.errors import InputError, MissingExtraError
from microgradphys.mathematics import Symbol
from viz.film import QUALITIES, durations, length, movie, starts
from viz.films import jobs
from viz.films.captions import chapters, subtitles
from viz.films.cards import end_card, title_card
from viz.films.equation import formula_parts
from viz.films.glyphs import path_points
from viz.films.items import BOTTOM, LEFT, RIGHT, SMALLEST, TOP, Frame, Ink, Traveller, dashed, rounded
from viz.films.paint import Painter
from viz.films.panel import LINES
from viz.films.plan import FilmPlan, moments
from viz.films.reel import Reel, picture_of
from viz.films.text import Typesetter, formula, inline, words
from viz.films.time import END_SECONDS, TITLE_SECONDS, frame_marks
from viz.picture import Place, news
from viz.storyboard import Storyboard
from viz.theme import DARK


def worked_example():
    """The 2-2-1 network of the lecture."""
    x1, x2 = constant(0.2, "x_1"), constant(0.3, "x_2")
    with scope("hidden layer"):
        w11, w12, w21, w22 = (
            Value(v, n) for v, n in zip((0.1, 0.2, 0.3, 0.4), ("W_11", "W_12", "W_21", "W_22"), strict=True)
        )
        s1 = (w11 * x1 + w12 * x2 + Value(0.5, "b_1")).named("s_1^(1)")
        s2 = (w21 * x1 + w22 * x2 + Value(0.5, "b_2")).named("s_2^(1)")
        h1, h2 = sigmoid(s1).named("x_1^(1)"), sigmoid(s2).named("x_2^(1)")
    with scope("output layer"):
        s = (Value(0.5, "W'_1") * h1 + Value(0.6, "W'_2") * h2 + Value(0.5, "b'")).named("s^(2)")
        y = sigmoid(s).named("y")
    with scope("loss"):
        return ((y - constant(0.0, "t")) ** 2).named("E")


def neuron():
    w, x, b = Value(0.8, "w"), constant(1.5, "x"), Value(-0.3, "b")
    return ((relu(w * x + b).named("y") - constant(2.0, "t")) ** 2).named("E")


def hostile():
    w, x = Value(0.8, '"#panic() \\'), constant(1.5, "$x$ <svg> & é")
    return ((sigmoid(w * x + Value(1e-7, "_*b*_`")).named("y\n\x00z" * 9) - 2) ** 2).named("#let E")


def shared():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    a = (x * y).named("a")
    return (a * np.sin(x) + a).named("f")


def arrays():
    w, x = Value(np.arange(6).reshape(2, 3) / 10, "W"), constant(np.array([1.0, 2, 3]), "x")
    return (np.tanh(w @ x).named("h") ** 2).sum().named("E")


@pytest.fixture(scope="module")
def setter():
    return Typesetter()


@pytest.fixture(scope="module")
def story():
    return Storyboard(worked_example(), learning_rate=1.0)


@pytest.fixture(scope="module")
def film(story, setter):
    return FilmPlan(story, picture_of(story, None), setter)


def faults(frame):
    """Texts that touch each other or leave the margin, at the start and at the end of a step, or are too small."""
    found = []
    for end in (False, True):
        places = frame.texts(end)
        found += [(a, b) for a, b in itertools.combinations(places, 2) if a.meets(b)]
        corners = [corner for place in places for corner in place.corners()]
        found += [(x, y) for x, y in corners if not (LEFT - 0.5 <= x <= RIGHT + 0.5 and TOP - 0.5 <= y <= BOTTOM + 0.5)]
    return found + [ink.size for ink in frame.inks if ink.place and ink.size < SMALLEST - 1e-6]


# When


def test_a_step_takes_as_long_as_it_is_new(story):
    seconds = durations(story)
    assert len(seconds) == len(story.steps) == 69
    assert min(seconds) >= 0.6
    assert max(seconds) <= 1.2
    products = [k for k, step in enumerate(story.steps[:17]) if story.nodes[step.move.node].op == "multiply"]
    assert seconds[products[0]] == 1.2
    assert [seconds[k] for k in products] == sorted((seconds[k] for k in products), reverse=True)
    assert sum(seconds[52:]) < 0.8 * sum(seconds[:17]), "the new forward pass holds little that is new"


def test_the_worked_example_takes_60_to_100_seconds(story):
    assert 60 <= length(story) <= 100
    assert length(story) == pytest.approx(TITLE_SECONDS + sum(durations(story)) + END_SECONDS)


def test_steps_start_one_after_the_other(story):
    assert starts(story)[0] == TITLE_SECONDS
    assert np.diff(starts(story)) == pytest.approx(durations(story)[:-1])


@pytest.mark.parametrize("rate", [10, 15, 30, 60])
def test_frames_follow_the_steps_at_every_rate(story, rate):
    marks = frame_marks(durations(story), rate)
    assert len(marks) == len(story.steps) + 3, "the title, the steps, the end card, and the end"
    assert marks[-1] == round(length(story) * rate)
    assert [mark / rate for mark in marks[1:-2]] == pytest.approx(starts(story), abs=0.51 / rate)


def test_a_step_of_several_moves_takes_longer_but_not_long():
    by_layer = Storyboard(worked_example(), by="layer", learning_rate=None)
    assert max(durations(by_layer)) <= 3.0
    assert min(durations(by_layer)) > 1.2


@pytest.mark.parametrize("local", [False, True])
def test_symbols_numbers_and_result_come_in_this_order(local):
    symbols, between, numbers, result = moments(1.0, local)
    assert 0 == symbols <= between < numbers < result < 1


# Where


@pytest.mark.parametrize("number", [1, 4, 9, 15, 17, 18, 19, 21, 22, 24, 30, 36, 43, 44, 52, 53, 60, 67, 69])
def test_no_text_touches_another_or_leaves_the_margin(film, number):
    frame = film.frame(number)
    assert len(frame.texts()) > 30
    assert faults(frame) == []


@pytest.mark.parametrize("make", [neuron, hostile, shared, arrays])
def test_no_text_touches_another_in_other_graphs(make, setter):
    story = Storyboard(make())
    film = FilmPlan(story, picture_of(story, None), setter)
    for number in range(1, len(story.steps) + 1):
        assert faults(film.frame(number)) == []


def test_the_check_for_overlap_can_fail(film):
    frame = film.frame(1)
    text = next(ink for ink in frame.inks if ink.place)
    frame.inks.append(text)
    assert faults(frame)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_can_be_filmed(name, setter):
    story = Storyboard((sigmoid(Value(0.5, name) * constant(2.0, name)) ** 2).named(name))
    film = FilmPlan(story, picture_of(story, None), setter)
    for number in (1, len(story.steps) // 2, len(story.steps)):
        assert faults(film.frame(number)) == []
    for card in (title_card(setter, story, name), end_card(setter, story, [(Symbol(name), name, 1.0)])):
        assert faults(card) == []


def test_a_larger_network_is_laid_out(setter):
    story = Storyboard(layers(3, 4, 2))
    film = FilmPlan(story, picture_of(story, None), setter)
    for number in range(1, len(story.steps) + 1, 7):
        assert faults(film.frame(number)) == []


@pytest.mark.parametrize("view", ["network", "graph"])
def test_both_views_are_laid_out(story, setter, view):
    film = FilmPlan(story, picture_of(story, view), setter)
    assert faults(film.frame(30)) == []


def test_the_cards_fit(story, setter):
    rows = [(Symbol(f"W_{k}"), f"{k / 7:.4f}", k / 7) for k in range(50)]
    cards = [title_card(setter, story, None), title_card(setter, story, "A very long title " * 20)]
    cards += [end_card(setter, story, table) for table in ((), rows[:3], rows)]
    cards.append(end_card(setter, Storyboard(neuron(), learning_rate=None), ()))
    for card in cards:
        assert faults(card) == []


def test_what_stays_keeps_its_place(film, story):
    def still(number):
        return {ink.points.tobytes() for ink in film.frame(number).inks if ink.fill == DARK.panel}

    assert still(1) == still(17) == still(43)
    # A name stands where it stood before its number was known, whatever the number.
    slot = ("value", story.index("s_1^(1)"))
    before, after = (
        film.picture.labels.slot(film.picture.labels.slots[slot], slot, known, story.steps[0])[0]
        for known in (None, (0.58, "forward"))
    )
    assert before.points[0] == pytest.approx(after.points[0])


def test_text_is_large_enough_for_the_back_row(film):
    assert film.picture.scale * 26 * 1.04 >= SMALLEST
    assert film.picture.labels.shrunk == {}
    assert film.picture.views == [], "the lecture's network is seen as a whole"


def test_one_number_changes_and_one_edge_is_lit(film, story):
    for number in (9, 21, 43, 46, 69):
        frame = film.frame(number)
        colour = DARK.backward if story.steps[number - 1].phase == "backward" else None
        lit = [ink for ink in frame.inks if ink.width == 6.0]
        assert len(lit) == 1
        assert colour is None or lit[0].stroke == colour
        plates = [ink for ink in frame.inks if ink.opacity == 0.4]
        assert len(plates) == 2, "one in the picture, one in the list"


def test_backward_is_dashed_and_runs_the_other_way(film):
    forward, backward = film.frame(1), film.frame(43)
    [there], [back] = forward.travellers, backward.travellers
    assert there.path[0][0] < there.path[-1][0]
    assert back.path[0][0] > back.path[-1][0]
    lines = [next(ink for ink in frame.inks if ink.width == 6.0) for frame in (forward, backward)]
    assert len(lines[1].points) > 4 * len(lines[0].points)


def test_an_arrow_starts_and_ends_on_its_path():
    arrow = Traveller(np.array([(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)]), 0.0, 1.0, "#ffffff")
    assert arrow.at(-1.0)[0] == pytest.approx((34.0, 0.0))
    assert arrow.at(2.0)[0] == pytest.approx((100.0, 100.0))


def test_dashes_cover_the_line_and_no_more():
    pieces = dashed(np.array([(0.0, 0.0), (10.0, 0.0)]), 3.0, 2.0)
    assert pieces[:, 0].max() == 8.0
    assert len(pieces) == 8


# What


def test_the_formula_appears_in_symbols_then_in_numbers_then_its_result(film, story):
    parts = formula_parts(film.setter, story.steps[20].move.formula, "#E69F00")
    stages = [stage for _, _, stage in parts]
    assert stages == sorted(stages)
    assert set(stages) == {0, 1, 2}
    assert parts[-1][1] == "#E69F00"


def test_a_formula_does_not_repeat_itself(film, story):
    first = formula_parts(film.setter, story.steps[0].move.formula, "#56B4E9")
    assert len(first) == 5, "left = numbers = result: its symbols are its left side"
    seed = formula_parts(film.setter, story.steps[17].move.formula, "#E69F00")
    assert len(seed) == 3


def test_a_second_contribution_shows_the_sum(setter):
    story = Storyboard(shared())
    film = FilmPlan(story, picture_of(story, None), setter)
    again = next(step for step in story.steps if step.move.formula.sign == "+=")
    assert [lead for lead, _, _ in film._notes(again, 0.0, 0.0)][-1] == "in all"
    assert film._notes(story.steps[0], 0.0, 0.0) == []


def test_the_list_does_not_scroll_during_a_pass(film, story):
    for phase, lines in film.panel.lines.items():
        steps = [step for step in story.steps if step.phase == phase]
        windows = {film.panel._window(lines, step, set()) for step in steps}
        assert len(windows) == 1
        assert len(lines) - windows.pop() <= max(LINES, len(lines))


def test_a_long_list_keeps_the_line_of_the_step_in_sight(setter):
    x = Value(0.5, "x_0")
    total = x
    for k in range(1, 40):
        total = (total * Value(1.01, f"w_{k}")).named(f"x_{k}")
    story = Storyboard(total, learning_rate=0.1)
    film = FilmPlan(story, picture_of(story, "graph"), setter)
    for step in story.steps[::9]:
        lines = film.panel.lines[step.phase]
        kind = {"forward": "value", "backward": "gradient"}.get(step.phase, step.phase)
        place = [(line.kind, line.node) for line in lines].index((kind, step.move.node))
        assert 0 <= place - film.panel._window(lines, step, {(kind, step.move.node)}) < LINES


def test_what_is_not_known_is_a_dot_and_never_zero(film, story):
    marks = [
        film.picture.labels.slot(text, slot, None, story.steps[20]) for slot, text in film.picture.labels.slots.items()
    ]
    dims = {ink.fill for inks in marks for ink in inks}
    assert dims == {DARK.dim}
    early = film.picture.labels.slot(film.picture.labels.slots[("gradient", 2)], ("gradient", 2), None, story.steps[0])
    assert early == [], "nobody has asked for gradients yet"


# Text


def test_names_are_never_read_as_markup(setter):
    assert setter.outline(words('#panic("no") \\ "')).width > 1
    assert setter.outline(formula(Symbol('"#panic() \\'))).width > 1
    assert setter.outline(words("")).width == 0
    assert setter.outline(words("a\x00\u202eb")).width == pytest.approx(setter.outline(words("ab")).width)


def test_the_same_text_is_set_once(setter):
    assert setter.outline("$x$") is setter.outline("$x$")


def test_texts_stand_on_their_baseline(setter):
    assert setter.outline("$1$").bottom == pytest.approx(0.0, abs=0.01)
    assert setter.outline("$frac(1, 2)$").bottom > 0.2
    assert setter.outline(words("E")).bottom == pytest.approx(0.0, abs=0.01)


def test_the_numbers_of_layers_stay_within_their_line(setter):
    assert "sscript((1))" in inline(Symbol("s_1^(1)"))
    assert "sscript" not in inline(Symbol("a name ^((1))"))
    outline = setter.outline(inline(Symbol("s_1^(1)")))
    assert outline.bottom - outline.top < 1.15


def test_paths_are_read_in_all_their_forms():
    assert path_points("M0 0L1 0 1 1z")[-1] == pytest.approx((0.0, 0.0))
    assert path_points("m1 1q1 0 1 1")[3] == pytest.approx((2.0, 2.0))
    assert path_points("M0 0C0 1 1 1 1 0")[2] == pytest.approx((1.0, 1.0))


# The file


@pytest.fixture(scope="module")
def rendered(story, tmp_path_factory):
    """The worked example as a film of low quality."""
    return movie(story, tmp_path_factory.mktemp("film") / "example.mp4", quality="low")


def pictures(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_the_film_has_the_frames_of_the_storyboard(rendered, story):
    (width, height), rate = QUALITIES["low"]
    shown = pictures(rendered)
    assert len(shown) == frame_marks(durations(story), rate)[-1] == round(length(story) * 15)
    assert shown[0].shape == (height, width, 3)
    # The time line's pointer is where the step is: its picture changes from step to step.
    for number, begin in enumerate(starts(story)[:-1]):
        now, then = shown[round(begin * rate) + 5], shown[round(starts(story)[number + 1] * rate) + 5]
        assert np.abs(now[440:470].astype(int) - then[440:470]).max() > 60


def test_every_step_ends_with_its_result(rendered, story, film):
    shown = pictures(rendered)
    marks = frame_marks(durations(story), 15)
    scale = 854 / 1920
    for number in (1, 21, 46, 69):
        result = film.frame(number).texts()
        last = shown[marks[number + 1] - 1]
        for place in result[-8:]:
            x, y, w, h = (round(v * scale) for v in (place.x, place.y, place.width / 2, place.height / 2))
            patch = last[max(y - h, 0) : y + h + 1, max(x - w, 0) : x + w + 1]
            assert patch.max() > 110, "something is written there"


def test_the_numbers_at_the_end_of_a_step_are_those_of_the_storyboard(film, story):
    for step in story.steps[::7]:
        frame, state = film.frame(step.number), story.state(step.number)
        after = {slot: number for slot, number, _ in news(story, step.stop)}
        for (kind, k), number in after.items():
            if kind == "value":
                assert number == state.again.get(k, state.updated.get(k, state.values.get(k)))
            elif kind == "gradient":
                assert number == state.gradients[k]
        known = {ink.points.tobytes() for ink in frame.inks if ink.place and ink.vanishes is None}
        for (kind, k), text in film.picture.labels.slots.items():
            shown = film.picture.labels.slot(
                text, (kind, k), (after[kind, k], "forward") if (kind, k) in after else None, step
            )
            assert all(ink.points.tobytes() in known for ink in shown), (
                "what is known stands there, and a dot elsewhere"
            )


def test_the_last_picture_of_a_step_is_its_own(rendered, story):
    shown = pictures(rendered)
    marks = frame_marks(durations(story), 15)
    ends = [shown[mark - 1].astype(int) for mark in marks[2:-1]]
    pitch = (RIGHT - LEFT) / len(story.steps)
    for number, end in enumerate(ends, 1):
        assert number == 1 or np.abs(end - ends[number - 2]).max() > 60
        # The pointer of the time line is a white wedge above the mark of the step.
        row = end[round((BOTTOM - 44) * 480 / 1080)].sum(axis=1)
        at = np.flatnonzero(row > 0.8 * row.max()).mean() / 854 * 1920
        assert at == pytest.approx(LEFT + pitch * (number - 0.5), abs=4)


def test_a_film_has_a_chapter_for_each_layer_in_each_pass(rendered, story):
    with av.open(str(rendered)) as container:
        found = [(float(c["start"] * c["time_base"]), c["metadata"]["title"]) for c in container.chapters()]
    expected = chapters(story, frame_marks(durations(story), 15))
    assert [title for _, title in found] == [title for _, title in expected]
    assert [second for second, _ in found] == pytest.approx([mark / 15 for mark, _ in expected], abs=0.001)
    assert "Backward pass · hidden layer" in [title for _, title in found]


def test_subtitles_say_each_step_when_it_is_seen(rendered, story):
    text = rendered.with_suffix(".srt").read_text(encoding="utf-8")
    assert text == subtitles(story, frame_marks(durations(story), 15), 15)
    cues = text.strip().split("\n\n")
    assert len(cues) == len(story.steps)
    for cue, step, start in zip(cues, story.steps, starts(story), strict=True):
        number, times, sentence, shown = cue.split("\n")
        hours, minutes, seconds = times.split(" --> ")[0].replace(",", ".").split(":")
        assert (int(number), sentence, shown) == (step.number, step.sentence, str(step.formula))
        assert int(hours) * 3600 + int(minutes) * 60 + float(seconds) == pytest.approx(start, abs=0.51 / 15)


def test_subtitles_hold_no_markup_whatever_the_names():
    named = (Value(1.0, "<i>\n\n{\\an8} -->") * 2).named("<b>")
    story = Storyboard(named, learning_rate=None)
    cues = subtitles(story, frame_marks(durations(story), 15), 15).strip().split("\n\n")
    assert [len(cue.split("\n")) for cue in cues] == [4, 4, 4]
    assert not any(mark in line for cue in cues for line in cue.split("\n")[2:] for mark in ("<i", "<b", "{\\", "-->"))


def test_the_film_is_the_same_however_many_processes_draw_it(tmp_path):
    story = Storyboard((Value(2.0, "a") * 3).named("E"), learning_rate=None)
    films = [
        movie(story, tmp_path / f"{workers}.mp4", quality="low", workers=workers).read_bytes() for workers in (1, 2, 3)
    ]
    assert films[0] == films[1] == films[2]


def test_a_job_arrives_as_it_was_sent(film):
    job = jobs.Job(film.frame(43), 12, (854, 480), 15, "film.mp4")
    back = jobs.unpacked(io.BytesIO(jobs.packed(job)))
    assert back is not None
    assert (back.count, back.size, back.rate, back.video, back.still) == (12, (854, 480), 15, "film.mp4", None)
    for mine, theirs in zip(job.frame.inks, back.frame.inks, strict=True):
        assert np.array_equal(mine.points, theirs.points)
        assert (mine.fill, mine.appears, mine.follows) == (theirs.fill, theirs.appears, theirs.follows)
    assert jobs.unpacked(io.BytesIO(b"")) is None


def test_what_goes_wrong_in_another_process_is_told(tmp_path, film):
    broken = jobs.Job(film.frame(1), 2, (854, 480), 15, str(tmp_path / "no" / "film.mp4"))
    with pytest.raises(RuntimeError, match="FileNotFoundError"):
        jobs.work([lambda: broken] * 3, 0.0, lambda: None, workers=2)


def test_where_no_process_can_be_started_one_does_it_all(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    assert movie((Value(2.0, "a") * 3).named("E"), tmp_path / "film.mp4", quality="low", workers=2).exists()


def test_a_gif_has_the_same_steps(tmp_path):
    story = Storyboard((Value(2.0, "a") * 3).named("E"), learning_rate=None)
    target = movie(story, tmp_path / "small.gif", quality="low")
    assert len(pictures(target)) == frame_marks(durations(story), 10)[-1]
    assert [file.name for file in tmp_path.iterdir()] == ["small.gif"]


def test_a_film_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        movie((Value(2.0, "a") * 3).named("E"), "small.mp4", quality="low", learning_rate=None)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["small.mp4", "small.srt"]


@pytest.mark.parametrize("watched", [True, False])
def test_a_bar_shows_the_steps_if_somebody_watches(tmp_path, monkeypatch, watched):
    class Screen(io.StringIO):
        def isatty(self):
            return watched

    monkeypatch.setattr(sys, "stderr", Screen())
    movie((Value(2.0, "a") * 3).named("E"), tmp_path / "film.mp4", quality="low", learning_rate=None)
    shown = sys.stderr.getvalue()
    assert ("film: 100%" in shown and "5/5" in shown) if watched else shown == ""


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_film_that_fails_leaves_the_old_one(tmp_path, monkeypatch, failure):
    target = tmp_path / "film.mp4"
    target.write_bytes(b"old")

    def fail(*_):
        raise failure

    monkeypatch.setattr(jobs, "write_piece", fail)
    with pytest.raises(failure):
        movie((Value(2.0, "a") * 3).named("E"), target, quality="low")
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["film.mp4"]


def test_what_cannot_be_used_is_named_before_anything_is_rendered(tmp_path, monkeypatch):
    monkeypatch.setattr(Reel, "shoot", lambda *_, **__: pytest.fail("rendered"))
    loss = neuron()
    for path, message in (("film.avi", r"\.mp4 or \.gif"), (tmp_path / "no" / "film.mp4", "does not exist")):
        with pytest.raises(InputError, match=message):
            movie(loss, path)
    with pytest.raises(InputError, match="quality='best'"):
        movie(loss, tmp_path / "film.mp4", quality="best")
    with pytest.raises(InputError, match="view='tree'"):
        movie(loss, tmp_path / "film.mp4", view="tree")
    with pytest.raises(InputError, match="view='graph'"):
        movie(shared(), tmp_path / "film.mp4", view="network")
    with pytest.raises(InputError, match="title=3 is not text"):
        movie(loss, tmp_path / "film.mp4", title=3)
    with pytest.raises(InputError, match="by: a storyboard was given"):
        movie(Storyboard(loss), tmp_path / "film.mp4", by="node")


@pytest.mark.parametrize("missing", ["cairo", "av"])
def test_without_what_draws_the_extra_is_named(tmp_path, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=r"microgradphys\[movie\]"):
        movie(neuron(), tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


def test_importing_the_film_does_not_import_manim():
    code = (
        "import sys, viz.film; sys.exit(any(name in sys.modules for name in ('manim', 'cairo', 'av', 'typst', 'tqdm')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=pathlib.Path(__file__).parents[2]).returncode == 0


def test_ink_knows_whether_it_moves():
    assert not Ink(np.zeros((4, 2))).moving
    assert Ink(np.zeros((4, 2)), appears=0.0).moving


def test_a_box_is_filled_to_its_corners():
    frame = Frame([Ink(rounded(Place(960, 540, 620, 410), 12), fill="#FFFFFF")])
    [pixels] = (found for found in Painter((480, 270)).pixels(frame, 2, 15) if found is not None)
    assert (pixels[90:180, 170:310, :3] == 255).all()


def test_pictures_that_look_alike_are_drawn_once(film):
    shown = list(Painter((480, 270)).pixels(film.frame(20), 60, 60))
    assert sum(pixels is None for pixels in shown) > 10
    assert shown[0] is not None
