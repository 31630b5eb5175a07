"""Films of plots: as many frames as asked for, in which nothing jumps."""

import io
import sys

import av
import numpy as np
import pytest
from PIL import Image
from plot_gallery import POINTS, WAYS, bowl

from microgradphys.errors import InputError, MissingExtraError
from viz import plots
from viz.plots import films


def frames_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]


def curves(count):
    return plots.learning_curves({"loss": [8.0, 4.0, 2.0, 1.0, 0.9][:count]}, log=False)


def noted(monkeypatch):
    """The limits and places of the axes of every frame, as they are when it is rendered."""
    seen, pixels = [], plots.Plot.pixels

    def note(self):
        axes = self.axes[0]
        seen.append((axes.get_xlim(), axes.get_ylim(), axes.get_position(original=True).bounds))
        return pixels(self)

    monkeypatch.setattr(plots.Plot, "pixels", note)
    return seen


def test_a_film_has_a_frame_of_each_and_holds_the_last(tmp_path, monkeypatch):
    seen = noted(monkeypatch)
    path = plots.film(curves, [2, 3, 4, 5], tmp_path / "film.mp4", quality="low", rate=5, hold=0.4)
    shown = frames_of(path)
    assert len(shown) == 4 + 2
    assert shown[0].shape == (480, 854, 3)
    assert np.abs(shown[0] - shown[3]).max() > 100
    assert np.abs(shown[3] - shown[5]).mean() < 1
    assert len(seen) == 4
    assert len(set(seen)) == 1, "axes and limits stay"
    (left, right), (low, high), _ = seen[0]
    assert left < 1 < 5 < right
    assert low < 0.9 < 8 < high
    assert [file.name for file in tmp_path.iterdir()] == ["film.mp4"]


def test_what_is_wrong_at_first_has_its_name_in_the_margin(tmp_path, monkeypatch):
    """Although nothing is wrong in the last picture, which sets the margins."""
    ends, pixels = [], plots.Plot.pixels

    def note(self):
        picture = pixels(self)
        boxes = [text.get_window_extent() for text in self.axes[0].texts if text.get_text() == "wrong"]
        ends.append(max(box.x1 for box in boxes) / self.figure.bbox.width)
        return picture

    monkeypatch.setattr(plots.Plot, "pixels", note)
    labels = np.where(POINTS[:, 0] > 1, "1", "0")
    plots.decision_boundary_film(
        lambda shift, points: points[:, 0] - shift, [0.0, 1.0], POINTS, labels, tmp_path / "b.gif", quality="low",
        resolution=21, threshold=0,
    )  # fmt: skip
    assert max(ends) < 1


def test_a_boundary_moves_and_the_examples_stay(tmp_path, monkeypatch):
    seen = noted(monkeypatch)
    labels = (POINTS[:, 0] > 1).astype(int)
    path = plots.decision_boundary_film(
        lambda shift, points: points[:, 0] - shift, [0.0, 0.5, 1.0], POINTS, labels, tmp_path / "b.gif",
        steps=[0, 10, 20], quality="low", resolution=21,
    )  # fmt: skip
    with Image.open(path) as film:
        assert film.size == (854, 480)
        assert film.n_frames == 3
    assert len(set(seen)) == 1


def test_optimisers_race_step_by_step(tmp_path, monkeypatch):
    titles = []
    pixels = plots.Plot.pixels
    monkeypatch.setattr(plots.Plot, "pixels", lambda self: titles.append(self.title) or pixels(self))
    path = plots.race(bowl, WAYS, tmp_path / "r.mp4", xlim=(-2.5, 2.5), ylim=(-2, 2), frames=5, quality="low",
                      resolution=31, rate=10)  # fmt: skip
    assert titles == ["step 0 of 13", *(f"step {k} of 13: descent is lowest" for k in (4, 8, 12, 13))]
    shown = frames_of(path)
    assert len(shown) == 5 + 10
    assert np.abs(shown[0] - shown[4]).max() > 100
    # What is not near a path, a name or the title stays: here the names of the axes and the corner of the map.
    assert np.abs(shown[0][380:, :60] - shown[4][380:, :60]).mean() < 1


def test_shapes_and_curves_of_a_step_are_shown_at_that_step(tmp_path, monkeypatch):
    """An outline that moves, a crowd that ends early and stays, and a curve that grows on axes that do not."""
    seen, pixels = [], plots.Plot.pixels

    def note(self):
        on_map, at_right = ([line for line in axes.lines if len(line.get_xdata()) > 2] for axes in self.axes)
        outline = [line.get_xdata()[0] for line in on_map if len(line.get_xdata()) == 5]
        crowd = [line.get_xdata()[0] for line in on_map if len(line.get_xdata()) == 7]
        seen.append((outline, crowd, len(at_right[0].get_xdata()) if at_right else 0, self.axes[1].get_xlim(),
                     self.axes[1].get_ylim()))  # fmt: skip
        return pixels(self)

    monkeypatch.setattr(plots.Plot, "pixels", note)
    outline, crowd = np.zeros((14, 5, 2)), np.ones((5, 7, 2))
    outline[:, :, 0], crowd[:, :, 0] = np.arange(14)[:, None] / 10, np.arange(5)[:, None] / 10
    plots.race(bowl, WAYS, tmp_path / "r.gif", xlim=(-2.5, 2.5), ylim=(-2, 2), frames=3, quality="low", resolution=21,
               outlines={"descent": outline}, crowds={"people": crowd}, beside={"v": np.arange(14.0)})  # fmt: skip
    assert [row[:3] for row in seen] == [([0.0], [0.0], 0), ([0.7], [0.4], 8), ([1.3], [0.4], 14)]
    assert len({row[3:] for row in seen}) == 1
    assert seen[0][3] == (0, 13)


def test_what_cannot_be_filmed_is_named_and_leaves_nothing(tmp_path):
    target = tmp_path / "film.gif"
    for arguments, options, message in (
        ((curves, [2], tmp_path / "film.avi"), {}, r"\.mp4 or \.gif"),
        ((curves, [2], tmp_path / "no" / "film.gif"), {}, "does not exist"),
        ((curves, [], target), {}, "there are none"),
        ((curves, [2], target), {"quality": "best"}, "quality='best'"),
        ((curves, [2], target), {"rate": 0}, "rate=0"),
        ((curves, [2], target), {"hold": -1}, "hold=-1"),
        ((3, [2], target), {}, "draw must be a function"),
        ((lambda k: k, [2], target), {}, "draw must return a plot"),
    ):
        with pytest.raises(InputError, match=message):
            plots.film(*arguments, **options)
    with pytest.raises(InputError, match="no optimiser"):
        plots.race(bowl, {}, target, xlim=(0, 1), ylim=(0, 1))
    with pytest.raises(InputError, match="2 steps for 1 snapshot"):
        plots.decision_boundary_film(lambda s, p: p[:, 0], [1], [[0, 1], [1, 0]], [0, 1], target, steps=[1, 2])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_film_that_fails_leaves_the_old_one(tmp_path, failure):
    target = tmp_path / "film.gif"
    target.write_bytes(b"old")

    def fails(count):
        if count == 3:
            raise failure
        return curves(count)

    with pytest.raises(failure):
        plots.film(fails, [2, 3, 4], target, quality="low")
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["film.gif"]


@pytest.mark.parametrize("watched", [True, False])
def test_a_bar_shows_the_frames_if_somebody_watches(monkeypatch, watched):
    class Screen(io.StringIO):
        def isatty(self):
            return watched

    monkeypatch.setattr(sys, "stderr", Screen())
    with films._progress(2) as done:
        done()
        done()
    assert ("film" in sys.stderr.getvalue()) is watched


@pytest.mark.parametrize(("module", "ending"), [("av", "mp4"), ("PIL", "gif")])
def test_without_the_writer_the_extra_is_named(tmp_path, monkeypatch, module, ending):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match="microgradphys"):
        plots.film(curves, [2], tmp_path / f"film.{ending}")
    assert list(tmp_path.iterdir()) == []
