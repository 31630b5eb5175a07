"""`slides`: the film cut into its steps: a deck for the browser that stops at each, and pictures for Beamer."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import fields
from html import escape
from pathlib import Path
from typing import Any, Literal

from microgradphys.errors import InputError
from microgradphys.files import checked_target, write_atomically, written_aside
from microgradphys.mathematics import Math
from microgradphys.symbols import printable
from microgradphys.value import Value
from viz.diagnosis import beside_steps
from viz.films.reel import Quality, Reel, View, story_of
from viz.films.write import write_film
from viz.html import asset, embedded
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding
from viz.theme import DARK, FONT

Frames = Literal["png", "svg", "pdf"]
_FRAMES = ("png", "svg", "pdf")
# A page with more than so many bytes of film opens slowly: its films then lie in a folder beside it.
_LARGEST = 60_000_000
_KEYS = (
    ("→ ↓ PageDown, click", "next step"),
    ("← ↑ PageUp", "the step before, at its end"),
    ("space", "hold, go on"),
    ("Home, End", "first, last"),
    ("number, Enter", "jump to a step"),
    ("R", "play the step again"),
    ("F", "full screen"),
    ("B", "black"),
    ("?", "these keys"),
)


def slides(
    loss: Value | Storyboard,
    folder: str | os.PathLike[str],
    *,
    deck: bool = True,
    frames: Frames | None = "png",
    film: bool = False,
    quality: Quality = "medium",
    view: View | None = None,
    title: str | None = None,
    comparison: Sequence[tuple[Math, str, float]] = (),
    workers: int | None = None,
    diagnosis: bool | Iterable[Finding] | None = None,
    sample: int = 1,
    **options: Any,
) -> list[Path]:
    """Cut the film of a graph into slides, one for each step.

    `slides.html` plays a step and holds its last picture until a key, a click or a presenter's clicker asks for the
    next; it is one file that works offline. `frames/step-001.png` and so on are the last moments of the steps, for
    Beamer and other programs; `frames/frames.tex` includes them.

    Args:
        loss: the Value that is differentiated, or a storyboard of it.
        folder: where the files go; made if it is not there.
        deck: whether to write `slides.html`.
        frames: "png", "svg" or "pdf"; None for no frames.
        film: whether to write `film.mp4` and its subtitles, too: nothing is rendered twice.
        quality: "low", "medium" or "high", of the films; frames are 1920 × 1080 in any case.
        view: "network" or "graph"; the network where there is one, if not given.
        title: what the first card says.
        comparison: rows of the last card's table, as for `movie`.
        workers: how many processes draw; as many as there are cores, if that pays.
        diagnosis: what to mark, as for `movie`.
        sample: which sample of a batch the network shows, from 1.
        options: for `Storyboard`: by, learning_rate, parameters, names.

    Returns:
        The files that were written; of the frames, the folder.

    Raises:
        InputError: an option or a folder that cannot be used; nothing is rendered then.
        MissingExtraError: what draws, encodes or typesets is not installed.
        GradientError: the loss is not one number, or depends on no leaf.
    """
    if frames is not None and frames not in _FRAMES:
        raise InputError(f"frames={frames!r} is not one of {', '.join(map(repr, _FRAMES))}")
    story = story_of(loss, 1, options)
    reel = Reel(story, quality, view, title, comparison, findings=beside_steps(story, diagnosis), sample=sample)
    place = _made(Path(folder))
    target = checked_target(place / "film.mp4", (".mp4",))
    written: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="film-") as name:
        made, stills = Path(name), None if frames is None else f".{frames}"
        reel.shoot(made, videos=deck or film, stills=stills, workers=workers)
        if film:
            written += write_film(reel, made, target)
        if deck:
            written.append(_write_deck(reel, made, place / "slides.html", printable(title or "Slides")))
        if stills is not None:
            written.append(_write_frames(reel, made, _made(place / "frames"), stills))
    return written


def _made(folder: Path) -> Path:
    """Make a folder if it is not there.

    Raises:
        InputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {str(folder)!r}: {error.strerror}") from None
    return folder


def _write_deck(reel: Reel, made: Path, target: Path, title: str) -> Path:
    """Write the deck with its films inside, or beside it where they are too large."""
    sizes = sum((made / f"{name}.mp4").stat().st_size for name in reel.names)
    beside = None if sizes <= _LARGEST else _made(target.with_name("slides"))
    clips = []
    for name, words in zip(reel.names, _words(reel, title), strict=True):
        piece = made / f"{name}.mp4"
        clip = {"name": name, "words": words}
        if beside is None:
            clip["data"] = base64.b64encode(piece.read_bytes()).decode()
        else:
            write_atomically(beside / piece.name, piece.read_bytes())
            clip["src"] = f"{beside.name}/{piece.name}"
        clips.append(clip)
    return write_atomically(target, deck_page(title, clips).encode())


def _words(reel: Reel, title: str) -> list[str]:
    """What each slide says, for those who do not see it."""
    told = [" ".join(finding.sentence for finding in reel.findings)] if reel.findings else []
    return [title, *(f"{step.sentence}: {step.formula}" for step in reel.story.steps), *told, "The result"]


def deck_page(title: str, clips: list[dict[str, str]]) -> str:
    """Write the HTML document of a deck.

    Args:
        title: what the window's title says.
        clips: the films in their order: what each says, and its file (`src`) or its bytes in base 64 (`data`).
    """
    colours = "; ".join(f"--{field.name}: {getattr(DARK, field.name)}" for field in fields(DARK))
    keys = "<br>".join(f"<kbd>{escape(key)}</kbd> {escape(what)}" for key, what in _KEYS)
    script = asset("deck.js").replace("export function", "function")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
:root {{ {colours}; --font: {FONT}; }}
{asset("deck.css")}
</style>
</head>
<body>
<main id="deck">
<div class="stage"><video muted playsinline preload="auto"></video><video muted playsinline preload="auto"></video>
<p class="help" hidden>{keys}</p></div>
<div class="foot"><span class="status" role="status"></span><span>→ next · ← back · ? keys</span></div>
<p class="words" aria-live="polite"></p>
<noscript>These slides are shown with JavaScript, which is switched off here.</noscript>
</main>
<script type="application/json" id="clips">{embedded({"title": title, "clips": clips})}</script>
<script type="module">
{script}
showDeck(document.getElementById("deck"), JSON.parse(document.getElementById("clips").textContent));
</script>
</body>
</html>
"""


def _write_frames(reel: Reel, made: Path, folder: Path, ending: str) -> Path:
    """Put the numbered frames into their folder, and a snippet that includes them."""
    for name in reel.names:
        with written_aside(folder / f"{name}{ending}") as aside:
            shutil.copyfile(made / f"{name}{ending}", aside)
    write_atomically(folder / "frames.tex", beamer(reel.names, ending).encode())
    return folder


def beamer(names: Sequence[str], ending: str) -> str:
    r"""Write a snippet of LaTeX that puts every frame on a slide of its own.

    Args:
        names: the frames' names, without ending.
        ending: ".png", ".pdf" or ".svg".

    >>> print(beamer(["title", "step-001"], ".pdf").splitlines()[-4])
    \foreach \name in {title,step-001}{%
    """
    svg = "\n% SVG needs \\usepackage{svg}, inkscape and \\includesvg; PDF frames need nothing." * (ending == ".svg")
    include = "\\includesvg" if ending == ".svg" else "\\includegraphics"
    return f"""% Every step on a slide of its own, in a document that begins with
%   \\documentclass[aspectratio=169]{{beamer}} \\usepackage{{pgffor}}
%   \\newcommand{{\\frames}}{{frames}}  % the folder that holds this file
%   \\input{{\\frames/frames.tex}}
% One step alone: {include}[width=\\paperwidth]{{\\frames/step-001}}{svg}
{{\\setbeamertemplate{{navigation symbols}}{{}}\\setbeamercolor{{background canvas}}{{bg=black}}%
\\foreach \\name in {{{",".join(names)}}}{{%
  \\begin{{frame}}[plain]\\makebox[\\textwidth]{{{include}[width=\\paperwidth]{{\\frames/\\name}}}}\\end{{frame}}%
}}%
}}
"""
