"""What a terminal can show: how wide and high it is, and which signs it has.

A terminal without Unicode gets our signs in ASCII: `∂E/∂w` becomes `dE/dw`, `W₁₁⁽²⁾` `W_11^(2)`, `1.5×10⁻⁷` `1.5e-7`.
"""

from __future__ import annotations

import codecs
import functools
import os
import re
import shutil
import sys
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from microgradphys.errors import InputError

WIDTH, HEIGHT = 80, 24
_LEAST_WIDTH, _LEAST_HEIGHT = 20, 8
# One of each kind of sign that we write; an encoding that lacks one of them gets none.
_SAMPLE = "∂σ₁⁽′·×−√Σ▸◂…"
_SIGNS = dict(
    zip(
        "∂−×·⊙⊗′″Σ√∛∞≤≥≠→←↑↓…–—▸◂◆•│└├┌─█⌊⌋⌈⌉αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ▲◇✓✗",
        "d - * * (*) (x) ' '' Sum sqrt cbrt inf <= >= != -> <- ^ v ~ - - > < + o | ` | , - # floor( ) ceil( ) "
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi "
        "psi omega Gamma Delta Theta Lambda Xi Pi Sum Phi Psi Omega ! i + x".split(),
        strict=True,
    )
)
_POWER_OF_TEN = re.compile("×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_ROOT = re.compile(r"([√∛Σ])(?=[^( ])")
_BEFORE = {"<sub>": "_", "<super>": "^"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The size of what is written on, in columns and lines, and whether it has our signs or ASCII alone."""

    width: int = WIDTH
    height: int = HEIGHT
    unicode: bool = True

    @classmethod
    def of(cls, stream: Any) -> Sheet:
        """Look at a stream: 80 columns of 24 lines, or what its terminal has if that is less."""
        asked = bool(os.environ.get("COLUMNS", "").isdigit()) or is_terminal(stream)
        columns, lines = shutil.get_terminal_size((WIDTH, HEIGHT + 1)) if asked else (WIDTH, HEIGHT + 1)
        # The prompt that follows needs a line too.
        width, height = max(min(columns, WIDTH), _LEAST_WIDTH), max(min(lines - 1, HEIGHT), _LEAST_HEIGHT)
        return cls(width, height, _has_signs(_encoding(stream)))

    def say(self, text: str) -> str:
        """Write a text with the signs that there are.

        >>> Sheet().say("∂E/∂w₁"), Sheet(unicode=False).say("∂E/∂w₁ = 2×10⁻⁷")
        ('∂E/∂w₁', 'dE/dw_1 = 2e-7')
        """
        return text if self.unicode else in_ascii(text)

    def clipped(self, text: str, width: int | None = None) -> str:
        """Write a text, cut where it is too long for its place, which is the whole line if not given.

        >>> Sheet().clipped("a long text", 8), Sheet(unicode=False).clipped("a long text", 8)
        ('a long …', 'a long ~')
        """
        room, text = self.width if width is None else width, self.say(text)
        if columns(text) <= room:
            return text
        used, kept = 0, []
        for letter in text:
            used += columns(letter)
            if used >= room:
                break
            kept.append(letter)
        return "".join(kept) + self.say("…")

    def folded(self, text: str, room: int, most: int) -> list[str]:
        """Write a text on several lines, broken at spaces, the last of `most` cut where there is more.

        >>> Sheet().folded("a = b · c + d", 6, 2)
        ['a = b', '· c +…']
        """
        lines, words = [], self.say(text).split(" ")
        while words and len(lines) < most - 1:
            count = 1
            while count < len(words) and columns(" ".join(words[: count + 1])) <= room:
                count += 1
            lines.append(self.clipped(" ".join(words[:count]), room))
            words = words[count:]
        return [*lines, self.clipped(" ".join(words), room)] if words else lines


def columns(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> columns("∂E/∂w"), columns("重み")
    (5, 4)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def padded(text: str, width: int) -> str:
    """Fill a text up with spaces."""
    return text + " " * (width - columns(text))


def in_ascii(text: str) -> str:
    """Write our signs in ASCII, keeping the letters that are not ours.

    >>> in_ascii("σ′(s₁⁽²⁾) ⊙ √x − é")
    "sigma'(s_1^(2)) (*) sqrt x - é"
    """
    if text.isascii():
        return text
    text = _ROOT.sub(r"\1 ", text)
    text = _POWER_OF_TEN.sub(lambda found: f"e{unicodedata.normalize('NFKD', found[1])}", text)
    parts = []
    for level, letters in groupby(text, lambda letter: unicodedata.decomposition(letter).partition(" ")[0]):
        run = "".join(letters)
        parts.append(_BEFORE[level] + unicodedata.normalize("NFKD", run) if level in _BEFORE else run)
    return "".join(_SIGNS.get(letter, letter) for letter in "".join(parts))


def replacing() -> str:
    """Name the way in which a stream is to write letters that it lacks: in ASCII where that can be, else as "?"."""
    codecs.register_error("microgradphys", _replaced)
    return "microgradphys"


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Replace the letters that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = unicodedata.normalize("NFKD", in_ascii(error.object[error.start : error.end]))
    return "".join(c if c.isascii() else "" if unicodedata.combining(c) else "?" for c in plain), error.end


def check_full_screen() -> None:
    """See that there is a terminal that a full screen can be drawn on.

    Raises:
        InputError: there is none.
    """
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise InputError("the full screen needs a terminal for input and output; without it, commands can be piped in")
    if os.environ.get("TERM", "dumb") in ("dumb", "unknown", "") and os.name != "nt":
        raise InputError("this terminal cannot show a full screen (TERM is dumb or missing); step without it")


def is_terminal(stream: Any) -> bool:
    """Whether somebody looks at a stream; a closed one is no terminal."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def _encoding(stream: Any) -> str:
    """The encoding of a stream; of one that only says UTF-8 because Python has nothing else for it, ASCII."""
    said = os.environ.get("LC_ALL") or os.environ.get("LANG")
    chosen = os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8")
    # In the locale C, Python writes UTF-8 whatever the terminal may understand (PEP 540).
    if sys.flags.utf8_mode and said in ("C", "POSIX") and not chosen and stream in (sys.stdout, sys.stderr):
        return "ascii"
    return getattr(stream, "encoding", None) or "utf-8"


@functools.cache
def _has_signs(encoding: str) -> bool:
    """Whether an encoding has our signs."""
    try:
        _SAMPLE.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
