"""The theme as matplotlib understands it: in force while a plot of ours is drawn, and never outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from microgradphys.data import brief
from microgradphys.errors import InputError, MissingExtraError
from viz.theme import SERIES, THEMES, Theme

ThemeName = Literal["light", "dark", "contrast"]
TITLE, LABEL, SMALL = 16.0, 14.0, 12.0
_DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (9, 2)), (0, (3, 1, 1, 1, 1, 1)))
_MARKERS = "osD^vPX*<>"
# Families that have what DejaVu Sans lacks, by the systems that come with them; those that are there are used.
_MORE_FONTS = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Source Han Sans", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
    *("Hiragino Sans", "PingFang SC", "Apple SD Gothic Neo", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic"),
    *("Noto Sans Devanagari", "Noto Sans Thai", "Noto Emoji", "Segoe UI Symbol"),
)


def load_matplotlib() -> Any:
    """Import matplotlib.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtraError("viz.plots needs matplotlib: pip install 'microgradphys[viz]'") from error
    return matplotlib


@dataclass(frozen=True, slots=True)
class Look:
    """How one of several curves, classes or paths is drawn: a colour, and a shape that says the same without it."""

    colour: str
    dash: Any
    marker: str


@dataclass(frozen=True, slots=True)
class Style:
    """A theme and what only plots need of it."""

    name: str
    theme: Theme

    def look(self, k: int) -> Look:
        """The look of the k-th of several."""
        colours = SERIES[self.name]
        return Look(colours[k % len(colours)], _DASHES[k % len(_DASHES)], _MARKERS[k % len(_MARKERS)])

    @property
    def sequential(self) -> Any:
        """A colour map from small to large: from the background to blue and on to the ink."""
        return _ramp((self.theme.background, self.theme.forward, self.theme.ink))

    @property
    def pale(self) -> Any:
        """A colour map from small to large that leaves what is drawn on it legible."""
        return _ramp((self.theme.background, mixed(self.theme.forward, self.theme.background, 0.5)))

    @property
    def diverging(self) -> Any:
        """A colour map from orange through the background to blue."""
        return _ramp((self.theme.backward, self.theme.background, self.theme.forward))

    @property
    def grey(self) -> Any:
        """A colour map from the background to the ink."""
        return _ramp((self.theme.background, self.theme.ink))


def style_of(theme: str) -> Style:
    """Find a theme by its name.

    Raises:
        InputError: there is no such theme.

    >>> style_of("sepia")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: theme='sepia' is not one of 'light', 'dark', 'contrast'
    """
    if not isinstance(theme, str) or theme not in THEMES:
        raise InputError(f"theme={brief(theme)} is not one of {', '.join(map(repr, THEMES))}")
    return Style(theme, THEMES[theme])


@contextmanager
def in_force(style: Style) -> Iterator[None]:
    """Have matplotlib draw by the theme, whatever the user's own settings are, and put those back afterwards."""
    matplotlib = load_matplotlib()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_settings(style.theme))
        yield


def _settings(theme: Theme) -> dict[str, Any]:
    """The settings of matplotlib that make a theme."""
    return {
        **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), theme.background),
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"), theme.ink),
        **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), theme.line),
        **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
        **dict.fromkeys(("xtick.labelsize", "ytick.labelsize"), SMALL),
        "axes.labelsize": LABEL,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": theme.line,
        "grid.alpha": 0.25,
        "figure.dpi": 96.0,
        "font.family": list(families()),
        "font.size": SMALL,
        "hatch.color": theme.line,
        "lines.linewidth": 2.5,
        # What a user calls a curve is text: no dollar sign begins a formula.
        "text.parse_math": False,
        # The same call gives the same file.
        "svg.hashsalt": "microgradphys",
    }


@cache
def families() -> tuple[str, ...]:
    """The fonts that are asked for a character, one after the other."""
    load_matplotlib()
    from matplotlib.font_manager import fontManager

    there = {entry.name for entry in fontManager.ttflist}
    return ("DejaVu Sans", *(name for name in _MORE_FONTS if name in there))


@cache
def characters() -> frozenset[int]:
    """The code points that one of the fonts can draw."""
    load_matplotlib()
    from matplotlib import font_manager

    files = [font_manager.findfont(font_manager.FontProperties(family=[name])) for name in families()]
    return frozenset().union(*(font_manager.get_font(file).get_charmap() for file in files))


def mixed(colour: str, other: str, share: float) -> str:
    """Mix two colours: `share` of the first and the rest of the second.

    >>> mixed("#FFFFFF", "#000000", 0.5)
    '#808080'
    """
    pairs = [(int(colour[k : k + 2], 16), int(other[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def contrast(colour: str, other: str) -> float:
    """The contrast of two colours: from 1 to 21 (WCAG 2.2).

    >>> round(contrast("#000000", "#FFFFFF"), 1)
    21.0
    """
    dark, bright = sorted((_luminance(colour), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """How bright a colour is, from 0 to 1 (sRGB, IEC 61966-2-1)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ramp(colours: tuple[str, ...]) -> Any:
    """A colour map that goes through some colours at equal distances."""
    load_matplotlib()
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("theme", colours)
