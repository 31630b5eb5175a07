"""`play`: a storyboard as one HTML file that works without a network, in any browser, from a phone to a lecture hall.

The document holds a player (the files in `web-player/`) and one JSON object (see `viz.page.data`).

What a user named is hostile until it is escaped: formulas and pictures are written escaped by Python, all else is put
on the page as text, and nothing inside the JSON can end the element that holds it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from microgradphys.errors import InputError
from microgradphys.files import checked_target, write_atomically
from microgradphys.symbols import printable
from microgradphys.value import Value
from viz.diagnosis import beside_steps
from viz.large.folding import Fold
from viz.names import as_storyboard
from viz.page.data import page_data
from viz.page.javascript import tables
from viz.storyboard import Storyboard
from viz.svg import mark_style, style
from viz.symptoms.findings import Finding
from viz.theme import DARK, FONT, HIGH_CONTRAST, LIGHT, Theme


class Page:
    """A complete HTML document that shows a storyboard.

    Attributes:
        html: the document.
        title: its title.
    """

    def __init__(self, html: str, title: str) -> None:
        """Keep the document."""
        self.html = html
        self.title = title

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save the page, whole or not at all.

        Args:
            path: where to; its name must end in .html.

        Returns:
            The path.

        Raises:
            InputError: another ending, or a folder that cannot be written.
        """
        return write_atomically(checked_target(path, (".html",)), self.html.encode())

    def _repr_html_(self) -> str:
        """Show the page in a notebook, in a frame of its own.

        A notebook that does not trust its outputs takes frame and style away; what is left says what to do.
        """
        untrusted = "Trust this notebook, or run the cell, to see it."
        return (
            f'<p class="mgp-untrusted">{escape(printable(self.title))}. {untrusted}</p>'
            "<style>.mgp-untrusted { display: none; }</style>"
            f'<iframe title="{escape(self.title)}" sandbox="allow-scripts" srcdoc="{escape(self.html)}" '
            'style="width: 100%; height: 736px; border: 0"></iframe>'
        )


def play(
    loss: Value | Storyboard,
    *,
    title: str | None = None,
    fold: Fold = (),
    unfold: str | Iterable[str] = (),
    diagnosis: bool | Iterable[Finding] | None = None,
    sample: int = 1,
    **options: Any,
) -> Page:
    """Show forward pass, backward pass and update step by step on a page: buttons, arrow keys, a time line.

    Args:
        loss: a Value that holds one number, or a storyboard.
        title: the page's title; "The steps of E" if not given.
        fold: what to draw as one box in the graph view at first, as for `draw`; a click opens a box, and the button
            Fold closes it. A graph of more than 1200 nodes is folded by itself, and its steps are by layer or by pass.
        unfold: names or paths of boxes to draw open at first.
        diagnosis: mark on the pictures what `viz.diagnose` finds: True for all of it, False for nothing, or the
            findings; if not given, what is news beside the steps, in graphs of up to 2000 nodes.
        sample: which sample of a batch the network shows, from 1.
        options: for `Storyboard`, where a Value is given: by, learning_rate, parameters, names.

    Raises:
        InputError: a title that is not text, no such scope, or options for a storyboard that is already made.
        GradientError: the Value is not one number, or depends on no leaf.

    >>> x = Value(3.0, "x")
    >>> page = play(x * x, title="A square")
    >>> page.title, page.html.startswith("<!DOCTYPE html>")
    ('A square', True)
    """
    if isinstance(loss, Storyboard) and options:
        given = ", ".join(map(repr, options))
        raise InputError(f"{given} cannot be changed in a storyboard that is already made; give play the Value instead")
    if title is not None and not isinstance(title, str):
        raise InputError(f"title={title!r} is not text")
    story = as_storyboard(loss, **options)
    return page_of(page_data(story, title, fold, unfold, beside_steps(story, diagnosis), sample))


def page_of(data: dict[str, Any]) -> Page:
    """Make the page of what `page_data` returned."""
    return Page(_document(data), data["title"])


def _document(data: dict[str, Any]) -> str:
    """Put player, style and data into one document."""
    title = escape(printable(data["title"]))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
{style_sheet()}
{_PAGE_STYLE}
</style>
</head>
<body>
<main id="player"><noscript>This page shows its steps with JavaScript, which is switched off here.</noscript></main>
<script type="application/json" id="data">{embedded(data)}</script>
<script type="module">
{player_script().replace("export function", "function")}
mount(document.getElementById("player"), JSON.parse(document.getElementById("data").textContent), {{ page: true }});
</script>
</body>
</html>
"""


# Whatever is in the page, it can load nothing, send nothing and ask nobody.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)

# The player fills the window; where it is one screen, its unit follows the window's height as well.
_PAGE_STYLE = """html, body { margin: 0; }
@page { margin: 12mm; }
#player { min-height: 100vh; min-height: 100svh; display: grid; }
@media screen and (min-width: 900px) {
  #player { container-type: size; height: 100vh; height: 100dvh; min-height: 34rem; display: block; }
}"""


def embedded(data: Any) -> str:
    r"""Write data as JSON that no HTML parser can take for markup.

    >>> embedded({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


@cache
def style_sheet() -> str:
    """Write the player's style sheet: the themes' colours as variables, the picture's classes, the composition."""
    return f"{colours()}\n{asset('player.css')}\n{asset('layout.css')}"


@cache
def colours() -> str:
    """Write the themes' colours as variables, by the system's wish or on request, and the picture's classes."""
    variables = Theme(**{field.name: f"var(--{field.name})" for field in fields(Theme)})
    picture = (style(variables) + mark_style(variables)).replace("}", "}\n").strip()
    return f"""{_variables(".mgp-root", LIGHT)}
.mgp-root {{ --font: {FONT}; color-scheme: light; }}
@media (prefers-color-scheme: dark) {{
{_variables(".mgp-root", DARK)}
.mgp-root {{ color-scheme: dark; }}
}}
@media (prefers-contrast: more) {{
{_variables(".mgp-root", HIGH_CONTRAST)}
.mgp-root {{ color-scheme: light; }}
}}
{_variables('.mgp-root[data-theme="light"]', LIGHT)}
{_variables('.mgp-root[data-theme="dark"]', DARK)}
{_variables('.mgp-root[data-theme="contrast"]', HIGH_CONTRAST)}
.mgp-root[data-theme="light"], .mgp-root[data-theme="contrast"] {{ color-scheme: light; }}
.mgp-root[data-theme="dark"] {{ color-scheme: dark; }}
@media print {{
{_variables(".mgp-root, .mgp-root[data-theme]", LIGHT)}
}}
.mgp-picture {{
{picture}
}}"""


def _variables(selector: str, theme: Theme) -> str:
    """Write a theme's colours as variables."""
    colours = "; ".join(f"--{field.name}: {getattr(theme, field.name)}" for field in fields(Theme))
    return f"{selector} {{ {colours}; }}"


@cache
def player_script() -> str:
    """Join the parts of the player to one module, which exports `mount`."""
    engine = "mount helpers arithmetic formulas recompute facts paths"
    parts = "words grids stage pictures texts moving paper things folds controls search card numbers help address"
    return "\n\n".join([tables(), *(web_part(part) for part in f"{engine} {parts}".split())])


def web_part(name: str) -> str:
    """Read one of the parts that the player is joined from."""
    return asset(f"{name}.js")


def asset(name: str) -> str:
    """Read a file of `web-player/`."""
    return (files("viz") / "web-player" / name).read_text(encoding="utf-8").strip()
