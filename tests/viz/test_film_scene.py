"""`viz.Film` in a lecturer's own manim file."""

import os
import re
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

import viz
from microgradphys import Value
from microgradphys.errors import InputError
from viz.films.paint import Painter
from viz.films.plan import FilmPlan
from viz.films.reel import picture_of
from viz.films.text import Typesetter
from viz.films.time import durations
from viz.storyboard import Storyboard
from viz.theme import DARK, LIGHT

ROOT = Path(__file__).parents[2]
LECTURE = """
import manim
import viz
from microgradphys import Value

a, b = Value(2.0, "a"), Value(3.0, "b")
loss = (a * b).named("E")


class Lecture(viz.Film):
    options = {"learning_rate": None}

    def construct(self):
        circle = manim.Circle(color="#FF0000", fill_opacity=1, radius=0.4).to_corner(manim.UR)
        self.play(manim.FadeIn(circle), run_time=0.4)
        self.play_forward(loss)
        self.play(manim.FadeOut(self.picture), run_time=0.4)
        self.play_backward(loss)
        self.next_section("once more")
        self.play_contribution(self.storyboard(loss).steps[2])
        self.remove(self.picture)
        self.play(circle.animate.shift(manim.LEFT), run_time=0.4)
"""


@pytest.fixture(scope="module")
def lecture(tmp_path_factory):
    """The videos that manim's own command makes of a lecturer's file."""
    folder = tmp_path_factory.mktemp("lecture")
    (folder / "lecture.py").write_text(LECTURE)
    command = [sys.executable, "-m", "manim", "-ql", "--save_sections", "--media_dir", "media", "lecture.py", "Lecture"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return folder / "media" / "videos" / "lecture" / "480p15"


def pictures(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_manims_own_command_plays_the_steps_and_the_lecturers_objects(lecture):
    shown = pictures(lecture / "Lecture.mp4")
    assert len(shown) == pytest.approx(15 * (3 * 0.4 + 1.2 * 5), abs=8)
    red = [(frame[..., 0].astype(int) - frame[..., 1] > 150).sum() for frame in shown]
    assert min(red[6:]) > 1000, "the circle stays, before, between and after the steps"
    inked = [(frame.max(axis=2) > 120).sum() for frame in shown]
    assert inked[6 + 17] > inked[5] + 1000
    assert inked[-1] < inked[5] + 1000, "what was removed is gone"


def test_each_step_is_a_section(lecture):
    names = sorted(path.name for path in (lecture / "sections").glob("*.mp4"))
    assert [re.sub(r"^Lecture_\d+_|\.mp4$", "", name) for name in names] == [
        "autocreated", "step-1", "step-2", "step-3", "step-4", "once-more",
    ]  # fmt: skip


def test_manim_draws_what_the_film_shows(lecture):
    a, b = Value(2.0, "a"), Value(3.0, "b")
    story = Storyboard((a * b).named("E"), learning_rate=None)
    frame = FilmPlan(story, picture_of(story, None), Typesetter()).frame(3)
    *_, ours = (pixels.copy() for pixels in Painter((854, 480)).pixels(frame, 18, 15) if pixels is not None)
    theirs = pictures(lecture / "sections" / "Lecture_0003_step-3.mp4")[-1]
    difference = np.abs(ours[..., 2::-1].astype(int) - theirs)[60:]
    assert difference[:, :700].mean() < 2


@pytest.fixture
def scene():
    scene = viz.Film()
    scene.setup()
    yield scene
    scene.tear_down()


def test_a_step_needs_a_graph(scene):
    with pytest.raises(InputError, match="which graph"):
        scene.play_contribution(1)
    loss = (Value(2.0, "a") * 3).named("E")
    steps = scene.storyboard(loss).steps
    other = Storyboard((Value(2.0, "b") * 3).named("E"))
    for wrong in (0, len(steps) + 1, "1", other.steps[0]):
        with pytest.raises(InputError, match=f"its steps are 1 to {len(steps)}"):
            scene.play_contribution(wrong)


def test_steps_of_a_storyboard_of_ones_own_are_understood(scene, monkeypatch):
    played = []
    monkeypatch.setattr(scene, "_play", lambda frame, seconds: played.append((len(frame.inks), seconds)))
    loss = (Value(2.0, "a") * 3).named("E")
    own = Storyboard(loss, learning_rate=None)
    scene.play_forward(loss)
    scene.play_contribution(own.steps[2])
    scene.play_contribution(own.steps[0], own)
    times = durations(own)
    assert [seconds for _, seconds in played] == [times[0], times[2], times[0]]


def test_on_a_light_background_the_colours_are_those_of_the_page(scene, monkeypatch):
    monkeypatch.setattr(scene, "play", lambda *_: None)
    loss = (Value(2.0, "a") * 3).named("E")
    for background, ink, other in (("#FFFFFF", LIGHT.ink, DARK.ink), (DARK.background, DARK.ink, LIGHT.ink)):
        scene.camera.background_color = background
        scene.play_contribution(1, loss)
        drawn = {shown.get_fill_color().to_hex() for shown in scene.picture if shown.get_fill_opacity()}
        assert ink in drawn
        assert other not in drawn - {background}


def test_the_variables_of_the_lecturer_give_the_names(scene):
    slope = Value(2.0)
    story = scene.storyboard(slope * 3)
    assert story.index("slope") == 0
    assert scene.storyboard(story) is story


def test_without_manim_the_extra_is_named():
    code = (
        "import sys; sys.modules['manim'] = None\nimport viz\nfrom microgradphys.errors import MissingExtraError\n"
        "try:\n    viz.Film\nexcept MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "viz.Film needs manim: pip install 'microgradphys[movie]'\n"
