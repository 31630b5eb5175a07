"""`draw`: a graph as a picture, in the state it is in: SVG to look at, and SVG, PNG or PDF to save."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError, MissingExtraError
from microgradphys.notation import write
from microgradphys.value import Value
from viz.files import checked_target, write_atomically
from viz.folding import Fold
from viz.graph_view import gradient_of, graph_picture
from viz.names import as_storyboard
from viz.network import read_network
from viz.network_view import network_picture
from viz.picture import Picture, Slot, Text, news
from viz.storyboard import Storyboard
from viz.svg import svg
from viz.theme import THEMES

# A picture saved as PNG has two pixels for each of its points, so that it is sharp on a projector; a very large one has
# fewer, so that it fits into the memory of whoever looks at it.
_PIXELS_PER_INCH = 144.0
_MOST_PIXELS = 60e6
_DOTS_PER_INCH = 96.0


class Drawing:
    """A picture with its numbers.

    Attributes:
        picture: where everything stands.
        filled: the text of every slot and the class that colours it.
    """

    def __init__(self, picture: Picture, filled: dict[Slot, tuple[str, str]], lit: tuple[str, ...] = ()) -> None:
        """Keep what is to be drawn."""
        self.picture = picture
        self.filled = filled
        self.lit = lit

    def svg(self, theme: Literal["light", "dark"] = "light") -> str:
        """Return the picture as an SVG document.

        Raises:
            InputError: there is no such theme.
        """
        if theme not in THEMES:
            raise InputError(f"theme={theme!r} is not one of {', '.join(map(repr, THEMES))}")
        return svg(self.picture, THEMES[theme], self.filled, self.lit)

    def _repr_svg_(self) -> str:
        """Show the picture in a notebook."""
        return self.svg()

    def save(self, path: str | os.PathLike[str], theme: Literal["light", "dark"] = "light") -> Path:
        """Save the picture, in the form that the file's ending names: .svg, .png or .pdf.

        Returns:
            The path.

        Raises:
            InputError: another ending, or a folder that cannot be written.
            MissingExtraError: PNG and PDF need the viz extra.
        """
        target = checked_target(path, (".svg", ".png", ".pdf"))
        document = self.svg(theme)
        if target.suffix.lower() == ".svg":
            return write_atomically(target, document.encode())
        form = "png" if target.suffix.lower() == ".png" else "pdf"
        pixels = self.picture.width * self.picture.height * (_PIXELS_PER_INCH / _DOTS_PER_INCH) ** 2
        sharpness = _PIXELS_PER_INCH * min(1.0, (_MOST_PIXELS / pixels) ** 0.5)
        return write_atomically(target, _converted(document, form, sharpness))


def _converted(document: str, form: Literal["png", "pdf"], sharpness: float) -> bytes:
    """Turn an SVG document into PNG or PDF, with Typst."""
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError(
            f"saving a picture as {form.upper()} needs typst: pip install 'microgradphys[viz]'"
        ) from error
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "picture.svg").write_text(document, encoding="utf-8")
        page = Path(folder) / "page.typ"
        page.write_text('#set page(width: auto, height: auto, margin: 0pt)\n#image("picture.svg")', encoding="utf-8")
        return typst.compile(str(page), format=form, ppi=sharpness, font_paths=_font_folders())


def _font_folders() -> list[str]:
    """Where matplotlib keeps DejaVu Sans, which has every sign of our formulas, so that all machines draw alike."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        return []
    return [str(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf")]


def draw(
    loss: Value | Storyboard,
    *,
    view: Literal["graph", "network"] = "graph",
    fold: Fold = (),
    unfold: str | Iterable[str] = (),
    step: int | None = None,
    **options: Any,
) -> Drawing:
    """Draw the graph of a Value: values and gradients on the nodes, local derivatives on the edges.

    A gradient that no backward pass has computed is drawn as "not computed", never as 0.

    Args:
        loss: the Value whose graph is drawn, or a storyboard of it.
        view: "graph" for a box per operation, "network" for neurons as circles.
        fold: what to draw as one box: names or paths of scopes ("layer 1/neuron 3"), True for all outermost scopes, or
            the depth from which on scopes are boxes. A graph of more than 1200 nodes is folded by itself; False draws
            even that in full.
        unfold: names or paths of boxes to draw open.
        step: draw what is known after this step of the storyboard, instead of what the nodes hold now.
        options: for `Storyboard`.

    Raises:
        InputError: no such view, step or scope; or the graph is not a network.
        GradientError: the Value depends on no leaf.

    >>> x = Value(3.0, "x")
    >>> drawing = draw(x * x)
    >>> "not computed" in drawing.svg(), drawing.picture.title
    (True, 'The graph of x · x')
    """
    if isinstance(loss, Value) and loss.size != 1:
        options.setdefault("seed", np.ones(loss.shape))
    story = as_storyboard(loss, 1, **options)
    if view == "graph":
        picture = graph_picture(story, fold, unfold)
    elif view == "network":
        network = read_network(story)
        if network is None:
            raise InputError(
                "this graph is not built as neurons, sums of weight times input; draw it with view='graph'"
            )
        picture = network_picture(story, network)
    else:
        raise InputError(f"view={view!r} is not 'graph' or 'network'")
    if step is None:
        return Drawing(picture, _as_it_is(story, picture))
    lit = picture.routes[story.steps[step - 1].move.id].lit if 0 < step <= len(story.steps) else ()
    return Drawing(picture, at_step(story, picture, step), lit)


def _as_it_is(story: Storyboard, picture: Picture) -> dict[Slot, tuple[str, str]]:
    """Fill the slots with what the nodes hold now."""
    filled: dict[Slot, tuple[str, str]] = {}
    for slot, text in picture.slots().items():
        which, k = slot
        if which == "value":
            filled[slot] = (write(text.filled(story.data[story.recording[k]])), "forward")
        elif which == "gradient":
            gradient = story.recording[k].grad
            filled[slot] = (
                (_missing(story, text), "unknown") if gradient is None else (write(text.filled(gradient)), "backward")
            )
        else:
            move = story.contribution_along(k)
            filled[slot] = ("·", "unknown") if move is None else (write(text.filled(move.local)), "local")
    return filled


def _missing(story: Storyboard, text: Text) -> str:
    """Say that a gradient is not computed, and of what it would be where the box does not say it."""
    if text.room is None and text.math is not None:
        return f"{write(text.math)} = ·"
    return f"{gradient_of(story)} not computed"


def at_step(story: Storyboard, picture: Picture, step: int) -> dict[Slot, tuple[str, str]]:
    """Fill the slots with what is known after a step; what is not known is a dot.

    Raises:
        InputError: there is no such step.
    """
    slots = picture.slots()
    filled: dict[Slot, tuple[str, str]] = dict.fromkeys(slots, ("·", "unknown"))
    last = {slot: (number, phase) for slot, number, phase in news(story, story.moves_done(step), slots)}
    for slot, (number, phase) in last.items():
        filled[slot] = (write(slots[slot].filled(number)), "forward" if phase == "leaf" else phase)
    return filled
