"""How the full screen looks: our theme as textual's, and lines of styled pieces in its colours."""

from __future__ import annotations

import os
from collections.abc import Iterable

from rich.text import Text
from textual.theme import Theme

from viz.text import Line
from viz.theme import DARK, LIGHT


def textual_theme(light: bool) -> Theme:
    """Write one of our themes as textual's."""
    colours = LIGHT if light else DARK
    return Theme(
        name=f"microgradphys-{'light' if light else 'dark'}",
        primary=colours.forward,
        secondary=colours.line,
        accent=colours.backward,
        warning=colours.backward,
        error=colours.trouble,
        success=colours.update,
        foreground=colours.ink,
        background=colours.background,
        surface=colours.panel,
        panel=colours.panel,
        dark=not light,
    )


def styled(lines: Iterable[Line], light: bool, wrap: bool = False) -> Text:
    """Colour lines by the theme; nothing in them is markup. They are cut where they are too long, or wrapped."""
    theme = LIGHT if light else DARK
    styles = {name: getattr(theme, name) for name in ("forward", "backward", "update", "trouble", "dim")}
    styles |= {"again": theme.forward, "head": "bold", "result": "bold"}
    text = Text(no_wrap=not wrap, overflow="fold" if wrap else "crop")
    for line in lines:
        for piece, style in line:
            text.append(piece, " ".join(styles.get(word, word) for word in style.split()))
        text.append("\n")
    text.right_crop(1)
    return text


def is_light() -> bool:
    """Whether the terminal says that its background is light, as many do in COLORFGBG."""
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return background in ("7", "15")
