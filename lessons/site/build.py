"""The whole course as one static site: a page for each lesson, an index, a gallery, a glossary, and a search."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import time
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby, pairwise
from pathlib import Path
from typing import Literal

from lessons.course import LESSONS, Lesson
from lessons.output import prepared
from lessons.site.glossary import TERMS
from lessons.site.stories import Story, body
from microgradphys.files import write_atomically
from viz.html import colours

_ASSETS = Path(__file__).with_name("assets")


def build(
    out: str | os.PathLike[str],
    *,
    film: bool = True,
    quality: Literal["low", "medium", "high"] = "medium",
    lessons: Sequence[Lesson] = LESSONS,
) -> Path:
    """Run lessons and write the site: index.html, gallery.html, glossary.html, search.html, and a folder a lesson.

    Nothing that is in the folder already is deleted; files of the same names are replaced, each as a whole.

    Args:
        out: the folder; made if it is not there.
        film: whether to render films.
        quality: of the films.
        lessons: those of the course, if not all.

    Returns:
        The index.

    Raises:
        InputError: the folder cannot be made or written.
        MissingExtraError: an extra is not installed.
    """
    folder = prepared(out)
    stories = [_told(lesson, folder, film, quality, f"{k}/{len(lessons)}") for k, lesson in enumerate(lessons, 1)]
    _put(folder / "style.css", f"{colours()}\n{(_ASSETS / 'style.css').read_text(encoding='utf-8')}")
    _put(folder / "search.js", (_ASSETS / "search.js").read_text(encoding="utf-8"))
    _put(folder / "pages.js", f"const PAGES = {json.dumps(list(_searched(stories)), ensure_ascii=False)};\n")
    for before, story, after in _neighbours(stories):
        _put(folder / story.lesson.name / "index.html", _lesson_page(before, story, after))
    _put(folder / "gallery.html", _page("Gallery", _gallery(stories)))
    _put(folder / "glossary.html", _page("Glossary", _glossary(stories)))
    _put(folder / "search.html", _page("Search", _search(), scripts=("pages.js", "search.js")))
    return _put(folder / "index.html", _page("The course", _index(stories)))


def _told(lesson: Lesson, folder: Path, film: bool, quality: Literal["low", "medium", "high"], count: str) -> Story:
    """Run one lesson, and keep what it says."""
    print(f"{count} {lesson.name} …", end=" ", flush=True)
    begin, said = time.perf_counter(), io.StringIO()
    with contextlib.redirect_stdout(said):
        files = lesson.load()(folder / lesson.name, film=film, quality=quality)
    seconds = time.perf_counter() - begin
    print(f"{seconds:.1f} s")
    return Story(lesson, files, said.getvalue(), seconds)


def _put(path: Path, text: str) -> Path:
    """Write a file as a whole."""
    return write_atomically(path, text.encode())


def _page(title: str, content: str, up: str = "", scripts: Iterable[str] = (), foot: str = "") -> str:
    """Put content into a page of the site."""
    links = " ".join(
        f'<a href="{up}{file}">{text}</a>'
        for file, text in (("gallery.html", "gallery"), ("glossary.html", "glossary"), ("search.html", "search"))
    )
    tail = "".join(f'<script src="{up}{script}"></script>' for script in scripts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{up}style.css">
<title>{escape(title)}</title>
</head>
<body class="mgp-root">
<header><a class="home" href="{up}index.html">microgradphys, the course</a> <nav>{links}</nav></header>
<main>
{content}
</main>
<footer>{foot}</footer>
{tail}</body>
</html>
"""


def _neighbours(stories: list[Story]) -> Iterable[tuple[Story | None, Story, Story | None]]:
    """List every lesson with the one before it and the one after it."""
    row = [None, *stories, None]
    return ((before, story, after) for (before, story), after in zip(pairwise(row), row[2:], strict=False) if story)


def _lesson_page(before: Story | None, story: Story, after: Story | None) -> str:
    """Write the page of a lesson."""
    foot = f"{_leading_to(before, '← {}')} {_leading_to(after, '{} →')}"
    return _page(story.title, body(story), up="../", foot=foot)


def _leading_to(other: Story | None, mark: str) -> str:
    """Write the link to a lesson beside this one."""
    if other is None:
        return "<span></span>"
    return f'<a href="../{other.lesson.name}/index.html">{mark.format(escape(other.title))}</a>'


def _index(stories: list[Story]) -> str:
    """Write the index: the lessons by part, each with its first figure."""
    parts = []
    for part, group in groupby(stories, lambda story: story.lesson.part):
        cards = "".join(_card(story) for story in group)
        parts.append(f"<h2>{escape(part)}</h2><ul class='cards'>{cards}</ul>")
    return "<h1>Gradients, shown step by step</h1>" + "".join(parts)


def _card(story: Story) -> str:
    """Write a lesson as a card of the index."""
    name = story.lesson.name
    figures = story.names(".svg")
    image = f"<img src='{name}/{escape(figures[0])}' alt='' loading='lazy'>" if figures else ""
    words = f"<div><b>{escape(story.title)}</b> <small>{escape(story.lesson.line)}</small></div>"
    return f"<li><a href='{name}/index.html'>{image}{words}</a></li>"


def _gallery(stories: list[Story]) -> str:
    """Show every figure of the course."""
    cards = "".join(
        f"<li><a href='{story.lesson.name}/index.html#figures'><img src='{story.lesson.name}/{escape(figure)}' "
        f"alt='{escape(Path(figure).stem)}' loading='lazy'><div><small>{escape(story.title)}</small></div></a></li>"
        for story in stories
        for figure in story.names(".svg")
    )
    return f"<h1>Gallery</h1><ul class='cards'>{cards}</ul>"


def _glossary(stories: list[Story]) -> str:
    """Explain the words of the course, each with the lessons that speak of it."""
    texts = {story.lesson.name: _text(story).lower() for story in stories}
    entries = []
    for term, meaning in TERMS.items():
        where = [
            f"<a href='{story.lesson.name}/index.html'>{escape(story.lesson.name)}</a>"
            for story in stories
            if re.search(rf"\b{re.escape(term.lower())}", texts[story.lesson.name])
        ]
        seen = f" <small>in {', '.join(where)}</small>" if where else ""
        entries.append(f"<dt id='{_anchor(term)}'>{escape(term)}</dt><dd>{escape(meaning)}{seen}</dd>")
    return f"<h1>Glossary</h1><dl>{''.join(entries)}</dl>"


def _search() -> str:
    """Write the page of the search; its words are in pages.js."""
    return (
        "<h1>Search</h1><label for='search'>Words that a lesson or the glossary has (press / to come back here)</label>"
        "<input type='search' id='search' autofocus><p id='count' role='status'></p><ul id='found'></ul>"
        "<noscript>The search needs JavaScript; the glossary does not.</noscript>"
    )


def _searched(stories: list[Story]) -> Iterable[dict[str, str]]:
    """List what can be found: each lesson with its words, each word of the glossary."""
    for story in stories:
        yield {"title": story.title, "address": f"{story.lesson.name}/index.html", "text": _text(story)}
    for term, meaning in TERMS.items():
        yield {"title": term, "address": f"glossary.html#{_anchor(term)}", "text": meaning}


def _text(story: Story) -> str:
    """Collect the words of a lesson, code aside."""
    words = " ".join(cell["source"] for cell in story.cells if cell["cell_type"] == "markdown")
    return re.sub(r"[#*`_\s]+", " ", f"{story.lesson.line}. {words}").strip()


def _anchor(term: str) -> str:
    """Write a term as the end of an address."""
    return re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")
