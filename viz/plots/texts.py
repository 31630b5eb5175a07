"""Texts that a user chose, as a plot shows them: verbatim, on the room that there is."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from microgradphys.symbols import printable
from viz.plots.style import characters, families, load_matplotlib

MISSING = "□"


def drawable(text: Any, missing: set[str] | None = None) -> str:
    r"""Make a text of anything, and a box of each character that no installed font has.

    Args:
        text: a name; what is not a text is written as `str` does.
        missing: where to note the characters that a box stands for.

    >>> gone = set()
    >>> drawable("50 % of $x_1$\n", gone), drawable("a\U00012000b", gone), len(gone)
    ('50 % of $x_1$ ', 'a□b', 1)
    """
    known = characters()
    # A mark that only changes the sign before it is left out, not boxed.
    kept = [c for c in printable(str(text)) if ord(c) in known or unicodedata.category(c) != "Mn"]
    if missing is not None:
        missing.update(c for c in kept if ord(c) not in known)
    return "".join(c if ord(c) in known else MISSING for c in kept)


@lru_cache(4096)
def width(text: str, size: float, bold: bool = False) -> float:
    """Measure how wide a text is, in points."""
    load_matplotlib()
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=list(families()), size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0])


def shortened(text: str, room: float, size: float, bold: bool = False) -> str:
    """Cut a name that is wider than its room, in points, with an ellipsis; the end of names is what differs.

    >>> shortened("validation loss", 1000, 12), shortened("validation loss", 70, 12)
    ('validation loss', 'valida…oss')
    """
    if width(text, size, bold) <= room:
        return text
    least, most = 0, len(text) - 1
    while least < most:
        middle = (least + most + 1) // 2
        fits = width(_parted(text, middle), size, bold) <= room
        least, most = (middle, most) if fits else (least, middle - 1)
    return _parted(text, least)


def _parted(text: str, kept: int) -> str:
    """Keep so many letters: two thirds of them at the start, the rest at the end."""
    last = kept // 3
    return text[: kept - last].rstrip() + "…" + text[len(text) - last :].lstrip()


def _cut(text: str, room: float, size: float, bold: bool) -> str:
    """Cut off the end of a sentence that is wider than its room."""
    if width(text, size, bold) <= room:
        return text
    return text[: _fitting(text, room - width("…", size, bold), size, bold)].rstrip() + "…"


def wrapped(text: str, room: float, size: float, lines: int, bold: bool = False) -> str:
    r"""Break a text into lines that fit into the room, in points; the last one is cut if there is more.

    >>> wrapped("the validation loss is lowest at epoch 12", 150, 12, 2)
    'the validation loss is\nlowest at epoch 12'
    """
    wide = _broken(text, room, size, lines, bold)
    if len(wide) == 1 or wide[-1].endswith("…"):
        return "\n".join(wide)
    # As many lines, as equally long as can be.
    least, most = 0.5 * room, room
    while most - least > 4:
        middle = (least + most) / 2
        narrow = _broken(text, middle, size, lines, bold)
        fits = len(narrow) == len(wide) and narrow[-1] == narrow[-1].rstrip("…")
        least, most = (least, middle) if fits else (middle, most)
    return "\n".join(_broken(text, most, size, lines, bold))


def _broken(text: str, room: float, size: float, lines: int, bold: bool) -> list[str]:
    """Break a text into lines, each as full as can be."""
    rest, done = text.strip(), []
    while rest and len(done) < lines - 1 and width(rest, size, bold) > room:
        most = max(_fitting(rest, room, size, bold), 1)
        space = rest.rfind(" ", 0, most + 1)
        # A relation stays with what it relates, and a number with what it is the number of.
        while space > 0 and (rest[space - 1] in "<>=" or rest[space + 1 : space + 2] in tuple("<>=−0123456789")):
            space = rest.rfind(" ", 0, space)
        most = space if space > 0 else most
        done.append(rest[:most].rstrip())
        rest = rest[most:].lstrip()
    return [*done, _cut(rest, room, size, bold)] if rest or not done else done


def _fitting(text: str, room: float, size: float, bold: bool) -> int:
    """How many of the first characters fit into the room."""
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        if width(text[:middle], size, bold) <= room:
            least = middle
        else:
            most = middle - 1
    return least
