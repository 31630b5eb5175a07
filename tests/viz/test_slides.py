"""Slides: a deck that a browser plays step by step, and numbered pictures."""

import re
import xml.etree.ElementTree as ElementTree

import av
import numpy as np
import pytest
from networks import HOSTILE
from PIL import Image

from microgradphys import Value
from microgradphys.errors import InputError
from viz import Storyboard, slides
from viz.films.deck import beamer, deck_page
from viz.films.reel import Reel
from viz.films.time import durations


@pytest.fixture(scope="module")
def story():
    return Storyboard((Value(2.0, "a") * Value(3.0, "b")).named("E"), learning_rate=None)


@pytest.fixture(scope="module")
def written(story, tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides") / "new" / "out"
    files = slides(story, folder, film=True, quality="low", title="A <product> & more")
    assert [file.name for file in files] == ["film.mp4", "film.srt", "slides.html", "frames"]
    return folder


@pytest.fixture(scope="module")
def deck(browser, written):
    """The deck in a browser."""
    context = browser.new_context(viewport={"width": 854, "height": 520}, offline=True)
    page = context.new_page()
    page.goto((written / "slides.html").as_uri())
    yield page
    context.close()


def shown(page, number):
    """Wait until a film is seen, and has ended: it holds its last picture."""
    page.wait_for_function(
        "number => { const v = document.querySelector('video.front'); return v && v.dataset.clip === String(number) "
        "&& !v.seeking && v.paused && v.currentTime >= v.duration - 0.1 }",
        arg=number,
    )
    return page.text_content(".status")


def test_there_is_a_section_for_each_step_and_card(written, story):
    clips = re.findall(r'"name":"([^"]*)"', (written / "slides.html").read_text(encoding="utf-8"))
    assert clips == ["title", "step-001", "step-002", "step-003", "step-004", "end"]
    assert len(clips) == len(story.steps) + 2


def test_keys_and_clicks_show_the_right_step_and_hold_it(deck, written):
    assert shown(deck, 0) == "title"
    for key, number in (("ArrowRight", 1), ("PageDown", 2), (" ", 3), ("PageUp", 2), ("ArrowLeft", 1), ("Home", 0)):
        deck.keyboard.press(key)
        assert shown(deck, number) == ("title" if number == 0 else f"step {number} of 4")
    deck.keyboard.type("4")
    assert deck.text_content(".status") == "go to 4 ⏎"
    deck.keyboard.press("Enter")
    assert shown(deck, 4) == "step 4 of 4"
    deck.mouse.click(600, 200)
    deck.wait_for_function("document.querySelector('.status').textContent === 'end'")
    deck.mouse.click(20, 200)
    assert shown(deck, 4) == "step 4 of 4"
    # What is held is the last picture of that step.
    deck.locator(".stage").screenshot(path=written.parent / "held.png")
    picture = Image.open(written.parent / "held.png").convert("RGB")
    part = min(picture.width / 16, picture.height / 9)
    left, top = (picture.width - 16 * part) / 2, (picture.height - 9 * part) / 2
    inner = picture.crop(tuple(map(round, (left, top, picture.width - left, picture.height - top))))
    near, far = (
        np.abs(
            np.subtract(*(np.asarray(image.convert("RGB").resize((427, 240)), float) for image in (inner, still)))
        ).mean()
        for still in (Image.open(written / "frames" / f"step-00{k}.png") for k in (4, 3))
    )
    assert near < 2
    assert far > near + 1


def test_other_keys(deck):
    deck.keyboard.press("b")
    assert deck.get_attribute("#deck", "data-black") is not None
    deck.keyboard.press("b")
    assert deck.get_attribute("#deck", "data-black") is None
    deck.keyboard.press("?")
    assert deck.locator(".help").is_visible()
    deck.keyboard.press("Escape")
    assert not deck.locator(".help").is_visible()
    deck.keyboard.press("f")
    deck.wait_for_function("!!document.fullscreenElement")
    deck.keyboard.press("f")
    deck.wait_for_function("!document.fullscreenElement")
    deck.keyboard.type("99")
    deck.keyboard.press("Enter")
    assert shown(deck, 5) == "end"


def test_the_slide_of_findings_is_no_step(browser, tmp_path):
    w = Value(0.5, "w")
    for _ in range(2):
        E = (w * 2.0).named("E")
        E.backward()
    slides(E, tmp_path, quality="low", frames=None, by="update", learning_rate=None)
    page = browser.new_page()
    page.goto((tmp_path / "slides.html").as_uri())
    said = []
    for _ in range(5):
        said.append(page.text_content(".status"))
        page.keyboard.press("ArrowRight")
    assert said == ["title", "step 1 of 2", "step 2 of 2", "findings", "end"]
    page.close()


def test_the_deck_names_nothing_outside_itself(written):
    text = (written / "slides.html").read_text(encoding="utf-8")
    assert "A &lt;product&gt; &amp; more" in text
    assert not re.search(r"https?://|src=|@import|url\(", text)


def test_hostile_names_stay_text():
    page = deck_page("</title><script>", [{"name": name, "words": name, "data": ""} for name in HOSTILE])
    assert page.count("</script>") == 2
    assert "alert(1)</script>" not in page


def test_a_deck_too_large_for_one_file_has_its_films_beside_it(story, tmp_path, monkeypatch):
    monkeypatch.setattr("viz.films.deck._LARGEST", 1000)
    slides(story, tmp_path, quality="low", frames=None)
    assert 'src":"slides/step-002.mp4"' in (tmp_path / "slides.html").read_text(encoding="utf-8")
    for number, seconds in enumerate(durations(story), 1):
        with av.open(str(tmp_path / "slides" / f"step-{number:03}.mp4")) as piece:
            assert piece.streams.video[0].frames == pytest.approx(seconds * 15, abs=1)


def test_frames_are_the_last_moments_of_the_steps(written, story):
    names = sorted(file.name for file in (written / "frames").iterdir())
    assert names == ["end.png", "frames.tex", *(f"step-{k:03}.png" for k in range(1, 5)), "title.png"]
    with av.open(str(written / "film.mp4")) as film:
        frames = [frame.to_image() for frame in film.decode(video=0)]
    at = 30
    for number, seconds in enumerate(durations(story), 1):
        at += round(seconds * 15)
        still = Image.open(written / "frames" / f"step-{number:03}.png").convert("RGB")
        assert still.size == (1920, 1080)
        ours, films = (np.asarray(image.resize((427, 240)), float) for image in (still, frames[at - 1]))
        assert np.abs(ours - films).mean() < 3


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_frames_as_curves(story, tmp_path, kind):
    assert slides(story, tmp_path, deck=False, frames=kind) == [tmp_path / "frames"]
    first = (tmp_path / "frames" / f"step-001.{kind}").read_bytes()
    if kind == "svg":
        assert ElementTree.fromstring(first).get("viewBox") == "0 0 1920 1080"
    else:
        assert first.startswith(b"%PDF")
    assert not list(tmp_path.glob("*.mp4"))


def test_the_snippet_includes_every_frame():
    tex = beamer(["title", "step-001", "end"], ".png")
    assert "\\foreach \\name in {title,step-001,end}" in tex
    assert tex.count("{") == tex.count("}")
    assert "\\includesvg" in beamer(["end"], ".svg")


def test_what_cannot_be_used_is_named_before_anything_is_rendered(story, tmp_path, monkeypatch):
    monkeypatch.setattr(Reel, "shoot", lambda *_, **__: pytest.fail("rendered"))
    with pytest.raises(InputError, match="frames='bmp' is not one of 'png', 'svg', 'pdf'"):
        slides(story, tmp_path, frames="bmp")
    with pytest.raises(InputError, match="quality='best'"):
        slides(story, tmp_path, quality="best")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot make the folder"):
        slides(story, tmp_path / "file" / "out")
