"""How a Value shows itself in a notebook: as whoever draws graphs, and is installed, says.

The engine knows no drawing. A package that draws says so under the entry point `microgradphys.display`, as `viz` does:
a function that takes a Value and returns its picture as SVG.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from microgradphys.errors import MicrogradphysError

if TYPE_CHECKING:
    from microgradphys.value import Value


@cache
def painter() -> Callable[[Value], str] | None:
    """Find what draws Values, if anything here does."""
    from importlib.metadata import entry_points

    return next((found.load() for found in entry_points(group="microgradphys.display")), None)


def picture(value: Value) -> str | None:
    """Draw the graph of a computed Value; None, for text, where there is no graph or nobody to draw it."""
    paint = painter() if value.parents else None
    try:
        return paint(value) if paint else None
    except MicrogradphysError:
        # No gradient, data that changed, nothing to lay it out with: the text says what there is.
        return None
