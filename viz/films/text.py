"""Text for the film as outlines: Typst sets it, and its glyphs become Bézier curves. No LaTeX anywhere.

A text is measured before it is placed, so that the film is laid out with the true sizes of what will be drawn. Each
glyph is read once, and each text is set once, however many frames show it.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from microgradphys.errors import MissingExtraError
from microgradphys.forms import parts_of, rebuilt
from microgradphys.mathematics import Bars, Derivative, Fraction, Infix, Math, Number, Symbol
from microgradphys.notation import write
from microgradphys.symbols import parse_name
from viz.films.glyphs import SVG, leaves, path_points

# Texts are set at 100 points, and measured in em.
_EM = 100.0
_PAGE = """#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set text(size: 100pt, font: ("DejaVu Sans", "New Computer Modern"))
#show math.equation: set text(font: "New Computer Modern Math", weight: 450)
#box(width: 0pt, height: 1pt, fill: rgb("#ff0000"))"""
_HREF = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True, eq=False)
class Outline:
    """A text as closed curves, in em, with its baseline at y = 0, y downwards, and its start at x = 0.

    points: four rows for each cubic curve. advance: how far the next text begins. left, top, right, bottom: its ink.
    """

    points: np.ndarray
    advance: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """The width of its ink."""
        return self.right - self.left


def words(text: str, bold: bool = False) -> str:
    r"""Write plain words as Typst markup: nothing in them is read as markup, and what cannot be printed is left out.

    >>> words('a "name" #x\n')
    '#text(weight: "regular")[#"a \\"name\\" #x "]'
    """
    line = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
    return f'#text(weight: "{"bold" if bold else "regular"}")[#{_quoted(line)}]'


def formula(math: Math, bold: bool = False) -> str:
    """Write a formula as Typst markup, with fractions above each other.

    >>> from microgradphys.mathematics import Symbol
    >>> formula(Symbol("x_1"))
    '$display(x_(1))$'
    """
    written = _FUNCTION.sub(r"\1", write(math, "typst"))
    return f"$display({f'bold({written})' if bold else written})$"


def inline(math: Math, bold: bool = False) -> str:
    """Write a formula as Typst markup that is one line high: fractions with a slash, arrays in brackets.

    >>> from microgradphys.mathematics import Symbol
    >>> inline(Symbol("x_1"))
    '#set math.frac(style: "horizontal");$x_(1)$'
    """
    if isinstance(math, Number) and np.ndim(math.value):
        return words(write(math), bold)
    written = _SPECIAL.sub(_respelt, _FUNCTION.sub(r"\1", write(_levelled(math), "typst")))
    return f'#set math.frac(style: "horizontal");${f"bold({written})" if bold else written}$'


def _levelled(math: Math) -> Math:
    """Write fractions as products with a slash, which get the parentheses that they need on one line."""
    parts = tuple(map(_levelled, parts_of(math)))
    if not isinstance(math, Fraction):
        return rebuilt(math, parts) if parts else math
    top, bottom = parts
    return Infix(_SLASH, (top, Bars(bottom, "(", ")") if isinstance(bottom, Derivative) else bottom))


# A slash that Typst does not read as a fraction of its own.
_SLASH = "\\/"
# Typst would put a space between the name of a function and its argument.
_FUNCTION = re.compile(r'("(?:\\.|[^"\\])*") (?=lr\(\()')
_SPECIAL = re.compile(r'"(?P<quoted>(?:\\.|[^"\\])*)"|\^\((?P<layer>\(\d+\))\)')


def _respelt(found: re.Match[str]) -> str:
    """A layer's number in parentheses becomes smaller, so that lines stay apart; ∂E a sign and a variable."""
    if found["layer"]:
        return f"^(sscript({found['layer']}))"
    quoted = found["quoted"]
    return f"∂ {quoted[1]}" if len(quoted) == 2 and quoted[0] == "∂" and quoted[1].isalpha() else found[0]


def font_folders() -> list[str]:
    """Where matplotlib keeps DejaVu Sans, so that all machines draw alike."""
    found = importlib.util.find_spec("matplotlib")
    return [str(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf")] if found and found.origin else []


class Typesetter:
    """Sets texts, each once.

    Raises:
        MissingExtraError: Typst is not installed.

    >>> setter = Typesetter()
    >>> setter.outline(words("wide")).width > setter.outline(words("i")).width > 0
    True
    """

    def __init__(self) -> None:
        """Start a Typst compiler."""
        try:
            import typst
        except ImportError as error:
            raise MissingExtraError("viz.movie needs typst: pip install 'microgradphys[viz]'") from error
        self._compiler: Any = typst.Compiler(font_paths=font_folders())
        self._glyphs: dict[str, np.ndarray] = {}
        self.outline: Callable[[str], Outline] = functools.cache(self._outline)

    def _outline(self, markup: str) -> Outline:
        """Set one text."""
        page = ElementTree.fromstring(self._compiler.compile(f"{_PAGE}{markup}".encode(), format="svg"))
        for symbol in page.iter(f"{SVG}symbol"):
            path = symbol.find(f"{SVG}path")
            if symbol.get("id") not in self._glyphs and path is not None:
                self._glyphs[symbol.get("id", "")] = path_points(path.get("d", ""))
        baseline = 0.0
        pieces: list[np.ndarray] = []
        for element, matrix in leaves(page, np.eye(3)):
            if element.get("fill") == "#ff0000":
                baseline = float(matrix[1, 2]) + 1.0
            else:
                points = self._leaf(element)
                pieces.append(points @ matrix[:2, :2].T + matrix[:2, 2])
        points = (np.concatenate(pieces) if pieces else np.zeros((0, 2))) - (0.0, baseline)
        points = points / _EM
        advance = float(page.get("viewBox", "0 0 0 0").split()[2]) / _EM
        if not len(points):
            return Outline(points, advance, 0.0, 0.0, 0.0, 0.0)
        return Outline(points, advance, *map(float, (*points.min(axis=0), *points.max(axis=0))))

    def _leaf(self, element: ElementTree.Element) -> np.ndarray:
        """The curves of one glyph or one bar."""
        if element.tag == f"{SVG}use":
            glyph = self._glyphs.get(element.get(_HREF, "#")[1:], np.zeros((0, 2)))
            return glyph + np.array((float(element.get("x", 0)), float(element.get("y", 0))))
        points = path_points(element.get("d", ""))
        if element.get("stroke") is None or not len(points):
            return points
        # The bars of fractions and roots are the only lines that mathematics draws: each becomes a rectangle.
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        half = float(element.get("stroke-width", 1)) / 2
        return path_points(f"M {x0} {y0 - half} H {x1} V {y1 + half} H {x0} Z")


def shortened(setter: Typesetter, text: str, room: float, bold: bool = False) -> Outline:
    """Set words, cut off with an ellipsis where they do not fit into so many em."""
    outline = setter.outline(words(text, bold))
    keep = len(text)
    while outline.width > room and keep > 1:
        keep = min(keep - 1, int(keep * room / outline.width))
        outline = setter.outline(words(text[:keep].rstrip() + "…", bold))
    return outline


def fitted(
    setter: Typesetter, math: Math | str, room: float, size: float, least: float, bold: bool = False
) -> tuple[Outline, float]:
    """Set a formula or words on one line: smaller where the room asks for it, cut off where that were too small.

    Args:
        setter: what sets it.
        math: the formula, or words.
        room: how wide it may be, in pixels.
        size: its size, in pixels, where it has room.
        least: the smallest size that can be read, in pixels.
        bold: whether it is bold.

    Returns:
        The text and its size.
    """
    outline = setter.outline(words(math, bold) if isinstance(math, str) else inline(math, bold))
    size = min(size, room / max(outline.width, 0.1))
    if size >= least:
        return outline, size
    if isinstance(math, str):
        return shortened(setter, math, room / least, bold), least
    return cut(setter, math, room / least, bold), least


def cut(setter: Typesetter, math: Math, room: float, bold: bool = False) -> Outline:
    """Set a formula on one line; what does not fit into so many em loses what it can best do without.

    A derivative loses what is differentiated, ∂E/∂w becomes ∂/∂w; a name its last letters, and keeps its subscript.
    """
    outline = setter.outline(inline(math, bold))
    if outline.width > room and bold:
        outline = setter.outline(inline(math))
    if outline.width <= room:
        return outline
    name = math.bottom if isinstance(math, Derivative) else math
    if not isinstance(name, Symbol):
        return shortened(setter, write(math), room, bold)
    parsed = parse_name(name.name)
    scripts = Symbol("x" + f"_{{{parsed.sub}}}" * bool(parsed.sub) + f"^{{{parsed.sup}}}" * bool(parsed.sup))
    tail, lead = write(scripts, "typst")[1:], "∂ \\/ ∂ " * isinstance(math, Derivative)
    outline = setter.outline(f"${lead}{write(name, 'typst')}$")
    keep = min(len(parsed.base), int(room * 4) + 1)
    while outline.width > room and keep > 1:
        keep -= 1
        outline = setter.outline(f"${lead}{_quoted(parsed.base[:keep].rstrip() + '…')}{tail}$")
    return outline


def _quoted(text: str) -> str:
    """Write a text as a string of Typst."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
