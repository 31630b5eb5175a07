"""Every plot in every theme: legible, inside its figure, nothing upon anything, the same file each time."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text
from PIL import Image
from plot_gallery import GALLERY

from microgradphys.errors import InputError, MissingExtraError
from viz import plots
from viz.plots.keys import spread
from viz.plots.style import SMALL, contrast, families, style_of
from viz.plots.texts import drawable, shortened, width, wrapped
from viz.theme import SERIES, THEMES

HOSTILE = "$x_1^{2}$ 100 % \\frac{a} <b>&amp;</b> \"'\n\t\x00\u202e漢字 😀 é"


PAIRS = [(name, ("light", "dark")[k % 2]) for k, name in enumerate(GALLERY)]


@pytest.fixture(scope="module", params=PAIRS, ids="-".join)
def plot(request):
    name, theme = request.param
    return GALLERY[name](theme=theme)


def written(plot, monkeypatch):
    """The texts that are drawn, with their boxes in pixels and the artists themselves."""
    plot.pixels()  # The first time everything finds its place, which draws it too.
    found, draw = [], Text.draw

    def noted(self, renderer, *args, **options):
        if self.get_visible() and self.get_text().strip() and self.get_alpha() != 0:
            found.append((self.get_text(), self.get_window_extent(renderer), self))
        draw(self, renderer, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Text, "draw", noted)
        plot.pixels()
    return found


def faults(texts, figure):
    """Texts that leave the figure or lie on one another; those on contours are turned, and have gaps."""
    level = [(text, box) for text, box, artist in texts if artist.get_rotation() in (0, 90)]
    outside = [text for text, box in level if box.x0 < 0 or box.y0 < 0 or box.x1 > figure.bbox.width + 1
               or box.y1 > figure.bbox.height + 1]  # fmt: skip
    return outside + [
        (a, b) for k, (a, one) in enumerate(level) for b, two in level[:k]
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 1 and min(one.y1, two.y1) - max(one.y0, two.y0) > 1
    ]  # fmt: skip


def test_texts_do_not_touch_and_stay_inside(plot, monkeypatch):
    texts = written(plot, monkeypatch)
    assert len(texts) > 6
    assert faults(texts, plot.figure) == []


def test_the_check_for_overlap_can_fail(monkeypatch):
    plot = GALLERY["activation"]()
    plot.axes[0].text(0.5, 0.5, "one", transform=plot.axes[0].transAxes)
    plot.axes[0].text(0.5, 0.5, "two", transform=plot.axes[0].transAxes)
    plot.figure.text(1.01, 0.5, "away")
    assert faults(written(plot, monkeypatch), plot.figure) == ["away", ("two", "one")]


def test_letters_are_large_and_have_contrast(plot, monkeypatch):
    for text, _, artist in written(plot, monkeypatch):
        assert artist.get_fontsize() >= SMALL == 12, text
        # What stands in a cell has the cell behind it.
        if not plot.title.startswith("accuracy"):
            assert contrast(to_hex(artist.get_color()), plot.style.theme.background) >= 4.5, text


def test_the_title_says_something_and_axes_have_names(plot):
    assert plot.title
    assert "nan" not in plot.title.lower()
    if "images" not in plot.title:
        assert plot.axes[-1].get_xlabel() or plot.axes[-1].get_xticklabels()
        assert any(axes.get_ylabel() for axes in plot.axes)


@pytest.mark.parametrize("name", GALLERY)
def test_the_same_call_gives_the_same_file(name, tmp_path):
    one, two = GALLERY[name](), GALLERY[name]()
    first = one.save(tmp_path / "one.svg").read_bytes()
    assert first == two._repr_svg_().encode()
    assert ET.fromstring(first).tag.endswith("svg")


def test_a_picture_has_twice_the_pixels_of_a_browser_and_the_background_of_the_theme(tmp_path):
    with Image.open(GALLERY["tangent"](theme="dark").save(tmp_path / "x.png")) as picture:
        assert picture.size == (1536, 960)
        assert to_hex(np.array(picture.getpixel((0, 0))[:3]) / 255).upper() == THEMES["dark"].background
    pages = [GALLERY["tangent"]().save(tmp_path / name).read_bytes() for name in ("a.pdf", "b.pdf")]
    assert pages[0].startswith(b"%PDF")
    assert pages[0] == pages[1]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.pdf", "b.pdf", "x.png"]


def test_what_cannot_be_written_is_named(tmp_path):
    plot = GALLERY["roc"]()
    for path, message in (("plot.bmp", r"\.svg or \.png or \.pdf"), (tmp_path / "no" / "x.svg", "does not exist")):
        with pytest.raises(InputError, match=message):
            plot.save(path)
    with pytest.raises(InputError, match=r"theme='sepia' is not one of 'light', 'dark', 'contrast'"):
        GALLERY["roc"](theme="sepia")


def test_nothing_global_is_changed_and_the_users_settings_change_nothing(tmp_path):
    before = dict(mpl.rcParams)
    plot = GALLERY["contours"]()
    plain = plot._repr_svg_()
    assert plot._repr_svg_() == plain
    assert dict(mpl.rcParams) == before
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none", "lines.linewidth": 9}):
        assert GALLERY["contours"]()._repr_svg_() == plain
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


@pytest.mark.parametrize("make", [
    lambda text: plots.learning_curves({text: [3, 2], text + "2": [2, 1]}, step=text, title=text),
    lambda text: plots.violins({text: [1.0, 2.0, 4.0], text + "2": [1.0]}, value=text),
    lambda text: plots.confusion_matrix([text, "b", "c"], [text, "b", "b"]),
    lambda text: plots.roc([text, "b", "b"], {text: [1, 2, 3], "b": [3, 2, 1]}, positive=text),
    lambda text: plots.contours(lambda x, y: x * y, (0, 1), (0, 1), paths={text: [(0, 0), (1, 1)]}, names=(text, text)),
    lambda text: plots.contours(lambda x, y: x * y, (0, 1), (0, 1), paths={"a": [(0, 0), (1, 1)]},
                                outlines={text: [(0, 0), (0, 1)]}, crowds={text + "2": [(0, 0), (0, 1)]},
                                beside={text: [1, 2], "b": [1, 2]}, beside_name=text),
    lambda text: plots.images(np.eye(3)[None], names=[text], value=text),
    lambda text: plots.histograms({text: [1.0, 2.0], "b": [3.0, 4.0]}, names=(text, text)),
    lambda text: plots.decision_boundary(lambda p: p[:, 0] - 0.5, [[0, 1], [1, 0]], [text, "zz"], resolution=5),
    lambda text: plots.vector_field(lambda x, y: (x, y), (0, 1), (0, 1), strength=text, names=(text, text)),
])  # fmt: skip
@pytest.mark.parametrize("text", [HOSTILE, "W" * 300], ids=["hostile", "long"])
def test_a_users_text_is_text_and_fits(make, text, monkeypatch):
    plot = make(text)
    texts = written(plot, monkeypatch)
    assert faults(texts, plot.figure) == []
    ET.fromstring(plot._repr_svg_())


def test_a_users_dollars_are_shown(monkeypatch):
    texts = written(plots.learning_curves({"$x_1$ 50% \\a": [2, 1]}), monkeypatch)
    assert "$x_1$ 50% \\a" in [text for text, _, _ in texts]


def test_characters_that_no_font_has_are_boxes_and_the_plot_says_so(monkeypatch):
    plot = plots.learning_curves({"𒀀𒀀": [2, 1]})
    assert plot.notes == ["□ stands for what no installed font has: U+12000"]
    assert "□□" in [text for text, _, _ in written(plot, monkeypatch)]
    assert drawable("e\U000e0100") == "e"


def test_texts_are_cut_and_broken_where_they_should_be():
    assert shortened("short", 500, 12) == "short"
    assert width(shortened("W" * 300, 100, 12), 12) <= 100
    assert len({shortened(f"a model with a long name {k}", 100, 12) for k in range(12)}) == 12
    lines = wrapped("saturated where a < −4.36 or a > 4.36 and so on and on", 150, 12, 3).split("\n")
    assert len(lines) == 3
    assert all(width(line, 12) <= 150 and not line.endswith(("<", ">")) for line in lines)
    assert wrapped("", 100, 12, 3) == ""
    assert wrapped("W" * 300, 100, 12, 2).endswith("…")
    assert families()[0] == "DejaVu Sans"


def test_names_are_moved_apart_as_little_as_can_be():
    wanted = np.array([0.5, 0.9, 0.51, 0.5])
    placed = spread(wanted, 0.1, 0.0, 1.0)
    gaps = np.diff(np.sort(placed))
    assert gaps.min() == pytest.approx(0.1)
    assert placed[1] == 0.9
    assert placed[[0, 2, 3]].mean() == pytest.approx(wanted[[0, 2, 3]].mean())
    assert spread(np.array([1.0, 1.0, 1.0]), 0.3, 0.0, 1.0).tolist() == pytest.approx([0.4, 0.7, 1.0])


def test_a_name_follows_its_line_when_limits_change(monkeypatch):
    plot = plots.learning_curves({"loss": [1.0, 2.0], "b": [1.0, 1.5]})
    before = {text: box.y0 for text, box, _ in written(plot, monkeypatch)}
    plot.axes[0].set_ylim(0, 10)
    after = {text: box.y0 for text, box, artist in written(plot, monkeypatch) if artist.get_fontweight() == "bold"}
    assert after["loss"] < before["loss"] - 50


# Colours

# F. Viénot, H. Brettel and J. D. Mollon, Color Res. Appl. 24 (1999) 243, in linear RGB.
BLIND = {
    "nobody": np.eye(3),
    "protanopia": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
    "deuteranopia": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, eye):
    """A colour as CIELAB, as an eye sees it."""
    c = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    x, y, z = (f if f > 0 else 0 for f in XYZ @ np.clip(BLIND[eye] @ linear, 0, 1) / np.array([0.9505, 1.0, 1.089]))
    a, b, c = (np.cbrt(f) if f > 0.008856 else 7.787 * f + 16 / 116 for f in (x, y, z))
    return np.array([116 * b - 16, 500 * (a - b), 200 * (b - c)])


@pytest.mark.parametrize("theme", SERIES)
@pytest.mark.parametrize("eye", BLIND)
def test_the_colours_of_a_series_are_told_apart_by_every_eye(theme, eye):
    seen = [lab(colour, eye) for colour in SERIES[theme]]
    distances = [np.linalg.norm(a - b) for k, a in enumerate(seen) for b in seen[:k]]
    assert min(distances) > 15


@pytest.mark.parametrize("theme", SERIES)
def test_the_colours_of_a_series_can_be_read_as_text(theme):
    assert min(contrast(colour, THEMES[theme].background) for colour in SERIES[theme]) >= 4.5


@pytest.mark.parametrize("theme", SERIES)
def test_no_two_of_thirty_look_the_same(theme):
    looks = [style_of(theme).look(k) for k in range(30)]
    assert len(set(looks)) == 30


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", BLIND)
def test_colour_maps_grow_evenly_lighter_or_darker_for_every_eye(theme, eye):
    style = style_of(theme)
    for ramp in (style.sequential, style.pale, style.grey):
        light = [lab(to_hex(ramp(share)).upper(), eye)[0] for share in np.linspace(0, 1, 9)]
        steps = np.diff(light)
        assert (steps > 0).all() or (steps < 0).all()
    ends = [lab(to_hex(style.diverging(share)).upper(), eye) for share in (0.0, 1.0)]
    assert np.linalg.norm(ends[0] - ends[1]) > 40


# Imports


def test_importing_the_plots_imports_no_matplotlib():
    heavy = ("matplotlib", "av", "PIL", "rich")
    code = f"import sys, json, viz; viz.plots; print(json.dumps([m for m in {heavy} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True)
    assert json.loads(done.stdout) == []


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"microgradphys\[viz\]"):
        plots.activation("tanh")


def test_every_public_name_is_documented_with_an_example():
    for name in plots.__all__:
        assert (getattr(plots, name).__doc__ or "").count(">>>") or name in ("decision_boundary_film", "race")
