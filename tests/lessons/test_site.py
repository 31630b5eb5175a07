"""The course as a site: every link leads somewhere, players play, the search finds, nothing is asked of a network."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lessons.course import LESSONS, Lesson
from lessons.site.build import build
from lessons.site.glossary import TERMS
from lessons.site.stories import Story, body
from microgradphys.errors import InputError


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the first two lessons, beside a file of somebody else's."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "mine.txt").write_text("mine")
    chosen = [lesson for lesson in LESSONS if lesson.name in ("worked_example", "linear_regression")]
    assert build(folder, film=False, lessons=chosen) == folder / "index.html"
    return folder


class Links(HTMLParser):
    """Collects where the links, pictures and scripts of a page lead, and the anchors it has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given[key] or "" for key in ("href", "src") if key in given]
        self.anchors |= {given["id"] or ""} if "id" in given else set()


def links(page: Path) -> Links:
    """Read a page."""
    reader = Links()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def test_every_link_leads_to_a_file_that_is_there(site: Path) -> None:
    pages = [site / name for name in ("index.html", "gallery.html", "glossary.html", "search.html")]
    pages += [site / name / "index.html" for name in ("worked_example", "linear_regression")]
    for page in pages:
        for link in links(page).found:
            file, _, anchor = link.partition("#")
            if link == "data:,":
                continue
            target = page if not file else page.parent / file
            assert target.is_file(), (page.name, link)
            assert not anchor or anchor in links(target).anchors, (page.name, link)


def test_what_was_in_the_folder_is_still_there(site: Path) -> None:
    assert (site / "mine.txt").read_text() == "mine"


def test_the_glossary_says_where_its_words_are(site: Path) -> None:
    text = (site / "glossary.html").read_text(encoding="utf-8")
    entry = re.search(r"<dt id='learning-rate'>.*?</dd>", text)
    assert entry is not None
    assert all(f"<dt id='{re.sub('[^a-z0-9]+', '-', term.lower())}'" in text for term in TERMS)
    assert list(TERMS) == sorted(TERMS, key=str.lower)


def test_the_pages_work_in_a_browser_without_a_network(site: Path, visit) -> None:
    page = visit(site / "index.html", shows="main")
    assert page.locator(".cards li").count() == 2
    page.get_by_role("link", name=re.compile("The straight line")).click()
    assert page.locator("figcaption").all_inner_texts()[0] == "The line turns first, then climbs"
    assert page.locator("figure img").count() == 2
    assert page.evaluate("[...document.images].every((image) => image.decode !== undefined)")
    assert page.locator("tr.differs").count() == 0
    assert page.locator("tr.agrees").count() >= 4
    assert page.locator("ol li code").all_inner_texts() == ["mean_squared_error", "slopes", "largest_rate"]
    page.locator("iframe").scroll_into_view_if_needed()
    player = page.frame_locator("iframe")
    player.get_by_role("button", name=re.compile("Next", re.I)).first.click()
    page.get_by_text("What it prints").click()
    assert page.get_by_text("normal equations").first.is_visible()


def test_the_search_finds_words_of_lessons_and_of_the_glossary(site: Path, visit) -> None:
    page = visit(site / "search.html", shows="main")
    page.keyboard.press("/")
    page.locator("#search").fill("normal equations")
    assert page.locator("#found a").first.inner_text() == "The straight line: what a gradient is for"
    page.locator("#search").fill("LEARNING rate")
    assert "learning rate" in page.locator("#found a").all_inner_texts()
    page.locator("#search").fill("zyzzyva")
    assert page.locator("#count").inner_text() == "nothing found"
    page.locator("#search").fill("learning rate")
    page.locator("#found a", has_text=re.compile("^learning rate$")).click()
    assert page.locator("#learning-rate").is_visible()


@pytest.mark.parametrize("width", [360, 1920])
def test_nothing_sticks_out_sideways(site: Path, visit, width: int) -> None:
    for name in ("index.html", "linear_regression/index.html", "glossary.html"):
        page = visit(site / name, width=width, shows="main")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_tags_in_words_code_and_numbers_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    """A lesson that somebody else wrote."""
    results = '{"comparisons": {"x": {"name": "<b>x</b>", "here": ["NaN"], "there": [1.0], "source": "<i>", \
"difference": 0.0, "within": 1.0, "agrees": true}}}'
    (tmp_path / "results.json").write_text(results)
    file = tmp_path / "own.py"
    file.write_text("# %% [markdown]\n# # Own <script>alert(1)</script>\n# %% A <b>cell</b>\nx = '<img>'\n")

    class Own(Lesson):
        file = tmp_path / "own.py"  # type: ignore[assignment]

    story = Story(Own("own", "I", 1, "line"), [tmp_path / "results.json", tmp_path / "<q>.svg"], "<pre>")
    written = body(story)
    for tag in ("<script>", "<b>", "<i>", "<img>", "<q>"):
        assert tag not in written


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file"):
        build(tmp_path / "file", lessons=LESSONS[:1])
