"""A lesson's file as a page: its words and its code in their order, then what it drew, computed and printed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from lessons.checking import finding
from lessons.course import Lesson
from lessons.notebook import cells
from microgradphys.errors import MissingExtraError

_NOTICE = "## What to notice"


@dataclass(frozen=True)
class Story:
    """A lesson, and what a run of it left.

    lesson: its entry in the course. files: what it wrote. printed: what it said. seconds: how long it took.
    """

    lesson: Lesson
    files: list[Path] = field(default_factory=list)
    printed: str = ""
    seconds: float = 0.0

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The cells of the file."""
        return cells(self.lesson.file.read_text(encoding="utf-8"))

    @property
    def title(self) -> str:
        """The first heading."""
        words = next(cell["source"] for cell in self.cells if cell["cell_type"] == "markdown")
        return words.splitlines()[0].removeprefix("# ").strip()

    def names(self, *endings: str) -> list[str]:
        """List the names of the files with these endings, in the order in which they were written."""
        return list(dict.fromkeys(file.name for file in self.files if file.suffix in endings))

    def pages(self) -> list[str]:
        """List the players among the files."""
        return [name for name in self.names(".html") if name not in ("index.html", "slides.html")]

    @property
    def results(self) -> dict[str, Any]:
        """Read what the lesson computed."""
        found = [file for file in self.files if file.name == "results.json"]
        return json.loads(found[0].read_text(encoding="utf-8")) if found else {}

    def comparisons(self) -> list[dict[str, Any]]:
        """List the numbers that the lesson compared with what they should be."""
        return list(self.results.get("comparisons", {}).values())


def body(story: Story) -> str:
    """Write a lesson as HTML: figures stand before what there is to notice in them.

    Raises:
        MissingExtraError: what turns words and code into HTML is not installed.
    """
    parts, shown = [], False
    for cell in story.cells:
        if _NOTICE in cell["source"] and not shown:
            parts, shown = [*parts, _figures(story)], True
        parts.append(_words(cell["source"]) if cell["cell_type"] == "markdown" else _code(cell["source"]))
    parts += [] if shown else [_figures(story)]
    return "\n".join([*parts, _exercise(story), _numbers(story), _players(story), _said(story), _files(story)])


def _words(text: str) -> str:
    """Turn markdown into HTML; tags in it are shown, not obeyed."""
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise MissingExtraError("the course needs markdown-it-py: pip install 'microgradphys[lessons]'") from error
    return str(MarkdownIt("js-default").render(text))


def _code(text: str) -> str:
    """Colour a piece of Python; what runs the lesson is folded."""
    try:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer
    except ImportError as error:
        raise MissingExtraError("the course needs pygments: pip install 'microgradphys[lessons]'") from error
    first = text.splitlines()[0]
    title = first.removeprefix("# ") if first.startswith("# ") else "code"
    shown = text.split("\n", 1)[1].strip("\n") if first.startswith("# ") and "\n" in text else text
    coloured = highlight(shown, PythonLexer(), HtmlFormatter(nowrap=False))
    opened = "" if title.startswith(("The lesson", "Run as")) or "def run(" in shown else " open"
    return f"<details class='code'{opened}><summary>{escape(title)}</summary>{coloured}</details>"


def _figures(story: Story) -> str:
    """Show every figure with what it says, and every film."""
    titles = story.results.get("figures", {})
    figures = "".join(
        f"<figure><a href='{escape(name)}'><img src='{escape(name)}' alt='{said}' loading='lazy'></a>"
        f"<figcaption>{said}</figcaption></figure>"
        for name in story.names(".svg")
        for said in [escape(titles.get(Path(name).stem, _spoken(name)))]
    )
    films = "".join(
        f"<figure><video controls preload='metadata' src='{escape(name)}'></video>"
        f"<figcaption>{escape(_spoken(name))}, the film</figcaption></figure>"
        for name in story.names(".mp4")
    )
    return f"<section class='figures' id='figures'>{figures}{films}</section>"


def _exercise(story: Story) -> str:
    """Name the functions that a student writes and `microgradphys check` looks at, and give the file to begin with."""
    if story.lesson.name not in finding.names():
        return ""
    exercise = finding.find(story.lesson.name)
    tasks = "".join(
        f"<li><code>{escape(task.name)}</code>: {escape(_first_line(task.function))}</li>" for task in exercise.tasks
    )
    return (
        f"<h3>Checked by the course</h3><ol>{tasks}</ol><p><code>microgradphys exercise {exercise.name}</code> writes "
        f"the file with the blanks; <code>microgradphys check {exercise.name}.py</code> says what is right, and where "
        "the rest went wrong.</p>"
    )


def _first_line(function: Any) -> str:
    """Take what a function is asked to do from its docstring."""
    return (function.__doc__ or "").strip().partition("\n")[0]


def _numbers(story: Story) -> str:
    """Write the table of comparisons."""
    rows = story.comparisons()
    if not rows:
        return ""
    body = "".join(
        f"<tr class='{'agrees' if row['agrees'] else 'differs'}'><th scope='row'>{escape(row['name'])}</th>"
        f"<td>{_digits(row['here'])}</td><td>{_digits(row['there'])}</td><td>{escape(row['source'])}</td>"
        f"<td>{row['difference']:.1e}</td><td>{'agrees' if row['agrees'] else 'differs'}</td></tr>"
        for row in rows
    )
    head = "".join(f"<th scope='col'>{text}</th>" for text in ("number", "here", "there", "from", "difference", ""))
    return (
        f"<h2 id='numbers'>The numbers, beside what they should be</h2><div class='wide'><table><thead><tr>{head}</tr>"
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _players(story: Story) -> str:
    """Put the players on the page, each in a frame of its own."""
    frames = "".join(
        f"<iframe title='{escape(_spoken(name))}' src='{escape(name)}' loading='lazy'></iframe>"
        f"<p><a href='{escape(name)}'>{escape(_spoken(name))} on a page of its own</a></p>"
        for name in story.pages()
    )
    return f"<h2 id='steps'>Step by step</h2>{frames}" if frames else ""


def _said(story: Story) -> str:
    """Show what the lesson printed."""
    if not story.printed.strip():
        return ""
    return (
        f"<details class='code'><summary>What it prints</summary><pre>{escape(story.printed.strip())}</pre></details>"
    )


def _files(story: Story) -> str:
    """List the files, to take away."""
    items = "".join(f"<li><a href='{escape(file.name)}'>{escape(file.name)}</a></li>" for file in story.files)
    return f"<h2 id='files'>Files</h2><ul class='files'>{items}</ul>" if items else ""


def _spoken(name: str) -> str:
    """Say a file's name in words."""
    return Path(name).stem.replace("_", " ").replace("-", " ")


def _digits(value: Any) -> str:
    """Write a number, or the first two of several."""
    flat = value if isinstance(value, list) else [value]
    while flat and isinstance(flat[0], list):
        flat = [number for row in flat for number in row]
    shown = [f"{part:.8g}" if isinstance(part, (int, float)) else escape(str(part)) for part in flat[:2]]
    return ", ".join(shown) + (" …" if len(flat) > 2 else "")
