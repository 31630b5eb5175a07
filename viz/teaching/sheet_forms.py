"""A sheet as text, as HTML and as PDF by way of Typst. What a user named is text in each, never markup."""

from __future__ import annotations

import json
import re
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from microgradphys.errors import MissingExtraError
from microgradphys.mathematics import Math
from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.drawing import font_folders
from viz.theme import FONT, LIGHT

if TYPE_CHECKING:
    from viz.teaching.worksheets import Exercise, Sheet

_PAGE = {"a4": "A4", "letter": "letter"}
_STYLE = f"""@page {{ size: PAPER; margin: 18mm; }}
body {{ font: 12pt/1.4 {FONT}; color: {LIGHT.ink}; background: {LIGHT.background}; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; }}
h1 {{ font-size: 1.4em; margin: 0 0 .6em; overflow-wrap: anywhere; }}
.who {{ display: flex; gap: 2em; margin: 0 0 1em; }}
.who span {{ flex: 1; border-bottom: 1px solid {LIGHT.ink}; }}
figure {{ margin: 0 0 1em; text-align: center; }}
figure svg {{ max-width: 100%; height: auto; max-height: 11cm; }}
ol {{ padding-left: 1.6em; }}
li {{ margin: 0 0 1.1em; break-inside: avoid; }}
li p {{ margin: .2em 0; overflow-wrap: anywhere; }}
.given {{ color: {LIGHT.dim}; }}
.line {{ border-bottom: 1px solid {LIGHT.ink}; height: 2.2em; }}
.result {{ font-weight: 700; }}
footer {{ color: {LIGHT.dim}; font-size: .85em; }}
@media print {{ body {{ margin: 0; padding: 0; max-width: none; }} }}"""
_TYPST = """#let data = json("data.json")
#set document(title: data.title, date: none)
#set page(paper: data.paper, margin: 18mm, numbering: "1 / 1")
#set text(font: "DejaVu Sans", size: 10pt, lang: "en")
#set par(leading: 0.7em)
#let rule(width) = box(width: width, stroke: (bottom: 0.6pt), height: 1.1em)
#let fitted(body) = layout(room => {
  let needed = measure(body).width
  if needed > room.width { scale(room.width / needed * 100%, reflow: true, origin: left, body) } else { body }
})
#let formula(it, tall: true) = {
  let body = eval(it, mode: "math")
  if tall { block(inset: (top: 2.5mm, bottom: 1mm), fitted(box($display(#body)$))) } else { box($#body$) }
}
#let drawn(height) = align(center, image("picture.svg", fit: "contain", width: 100%, height: height))
#text(size: 15pt, weight: "bold", data.title)
#if not data.solved [ #v(1mm) #grid(columns: (auto, 1fr, auto, 5cm), gutter: 2mm,
  data.name, rule(100%), data.date, rule(100%)) ]
#if data.picture == "here" { drawn(data.height * 1mm) }
#for one in data.exercises {
  let number = strong(str(one.number) + ".")
  block(breakable: false, width: 100%, below: 7mm * data.tight, grid(columns: (8mm, 1fr), number, {
    text(weight: "bold", one.words)
    if data.solved {
      formula(one.solution)
      text(weight: "bold", data.answer + " ")
      formula(one.result, tall: false)
    } else {
      if one.formula != none { formula(one.formula) }
      if one.given.len() > 0 {
        let numbers = one.given.map(it => formula(it, tall: false))
        let listed = if one.long { stack(spacing: 2mm, ..numbers.map(fitted)) } else { numbers.join(h(5mm) + [ ]) }
        block(above: 3mm, text(fill: luma(40%), data.given + h(2mm) + listed))
      }
      block(above: 9mm * data.tight, data.answer + " " + rule(70%))
    }
  }))
}
#text(size: 8pt, fill: luma(40%), data.notes.join(" "))
#context [#metadata((page: here().page(), part: here().position().y / page.height)) <end>]
#if data.picture == "apart" { page(flipped: true, drawn(100%)) }
"""
# Millimetres: what the picture may take on the first page, how wide that is; points: the smallest text to be read.
_HIGHEST, _WIDE, _SMALLEST = 85.0, 174.0, 5.0
_POINTS = 72 / 25.4
# A last page is at least so full; where it is not, everything moves together, or at last apart again.
_LEAST_FULL, _TIGHTER = 0.3, (1.0, 0.85, 0.7, 1.2, 1.4)
# More letters than these may not fit on a line.
_LONG = 60


def text(sheet: Sheet) -> str:
    """Write a sheet as plain text.

    >>> from microgradphys import Value
    >>> from viz.teaching.quizzing import quiz
    >>> from viz.teaching.worksheets import sheet
    >>> print(text(sheet(quiz((Value(3.0, "w") * 2).named("E"), hide="value", count=1, names={}))))
    The numbers of E
    <BLANKLINE>
    Name ____________________  Date __________
    <BLANKLINE>
    1. What is E?
       E = w · 2
       given: w = 3
       Answer: ____________________
    """
    lines = [printable(sheet.title), ""]
    if not sheet.solved:
        lines += [f"Name {'_' * 20}  Date {'_' * 10}", ""]
    for one in sheet.exercises:
        lines.append(f"{one.number}. {printable(one.words)}")
        if sheet.solved:
            lines += [f"   {write(one.solution)}", f"   Answer: {write(one.result)}"]
            continue
        lines += [f"   {write(one.formula)}"] if one.formula else []
        lines += [f"   given: {', '.join(map(write, one.given))}"] if one.given else []
        lines.append(f"   Answer: {'_' * 20}")
    return "\n".join([*lines, *sheet.notes])


def html(sheet: Sheet) -> bytes:
    """Write a sheet as an HTML document to print."""
    who = "" if sheet.solved else '<p class="who"><span>Name</span><span>Date</span></p>'
    figure = f"<figure>{sheet.drawn}</figure>" if sheet.drawn else ""
    notes = "".join(f"<p>{escape(printable(note))}</p>" for note in sheet.notes)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{escape(printable(sheet.title))}</title>
<style>{_STYLE.replace("PAPER", _PAGE[sheet.paper])}</style>
</head>
<body>
<h1>{escape(printable(sheet.title))}</h1>
{who}
{figure}
<ol>
{"".join(_item(one, sheet.solved) for one in sheet.exercises)}</ol>
<footer>{notes}</footer>
</body>
</html>
""".encode()


def _item(one: Exercise, solved: bool) -> str:
    """Write one question for HTML."""
    parts = [f"<p><strong>{escape(printable(one.words))}</strong></p>"]
    if solved:
        parts += [f"<p>{_mathml(one.solution)}</p>", f'<p class="result">Answer: {_mathml(one.result)}</p>']
    else:
        parts += [f"<p>{_mathml(one.formula)}</p>"] if one.formula else []
        given = ", ".join(map(_mathml, one.given))
        parts += [f'<p class="given">given: {given}</p>'] if given else []
        parts.append('<p class="line">Answer:</p>')
    return f"<li>{''.join(parts)}</li>\n"


def _mathml(formula: Math) -> str:
    """Write a formula for the browser."""
    return f"<math>{write(formula, 'mathml')}</math>"


def pdf(sheet: Sheet) -> bytes:
    """Set a sheet as PDF; all texts reach Typst as data.

    Raises:
        MissingExtraError: typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("a worksheet as PDF needs typst: pip install 'microgradphys[viz]'") from error
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "picture.svg").write_text(sheet.drawn, encoding="utf-8")
        page = Path(folder) / "sheet.typ"
        page.write_text(_TYPST, encoding="utf-8")
        for tight in (*_TIGHTER, 1.0):
            data = _data(sheet) | {"tight": tight}
            data["height"] = _place(sheet)[1] * min(tight, 1.0)
            (Path(folder) / "data.json").write_text(json.dumps(data), encoding="utf-8")
            end = json.loads(typst.query(str(page), "<end>", field="value", one=True, font_paths=font_folders()))
            if end["page"] == 1 or end["part"] > _LEAST_FULL:
                break
        return typst.compile(str(page), format="pdf", font_paths=font_folders())


def _data(sheet: Sheet) -> dict[str, object]:
    """What the Typst document reads."""
    where, height = _place(sheet)
    return {
        "paper": "us-letter" if sheet.paper == "letter" else "a4",
        "title": _breakable(sheet.title),
        "solved": sheet.solved,
        "picture": where,
        "height": height,
        "notes": [printable(note) for note in sheet.notes],
        "name": "Name",
        "date": "Date",
        "given": "given:",
        "answer": "Answer:",
        "exercises": [
            {
                "number": one.number,
                "words": _breakable(one.words),
                "formula": write(one.formula, "typst") if one.formula else None,
                "given": [write(line, "typst") for line in one.given],
                "long": any(len(write(line)) > _LONG for line in one.given),
                "solution": write(one.solution, "typst"),
                "result": write(one.result, "typst"),
            }
            for one in sheet.exercises
        ],
    }


def _place(sheet: Sheet) -> tuple[str, float]:
    """Where the picture goes, and how high it is: a wide one has a page of its own, on its side."""
    if sheet.picture is None or not sheet.drawn:
        return "", 0.0
    per_pixel = min(_WIDE / sheet.picture.width, _HIGHEST / sheet.picture.height)
    smallest = min((text.size for text in sheet.picture.texts), default=_SMALLEST)
    readable = smallest * per_pixel * _POINTS >= _SMALLEST
    return "here" if readable else "apart", sheet.picture.height * per_pixel


def _breakable(words: str) -> str:
    """Let a word that is wider than a line break, at invisible spaces.

    >>> len(_breakable("x" * 100))
    102
    """
    return re.sub(r"(\S{40})(?=\S)", "\\1\u200b", printable(words))
