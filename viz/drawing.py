"""`draw`: a graph as a picture, in the state it is in: SVG to look at, and SVG, PNG or PDF to save."""

from __future__ import annotations

import base64
import importlib.util
import os
import tempfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError, MissingExtraError
from microgradphys.files import checked_target, write_atomically
from microgradphys.notation import write
from microgradphys.symbols import printable
from microgradphys.value import Value
from viz.graph_view import gradient_of, graph_picture
from viz.grids import codes
from viz.large.folding import Fold
from viz.names import as_storyboard
from viz.picture import Picture, Slot, Text, news, spread, text_width
from viz.steps import Phase
from viz.storyboard import Storyboard
from viz.svg import Filled, svg
from viz.theme import THEMES
from viz.views import has_graph_view, network_view, refused

# A picture saved as PNG has two pixels for each of its points, so that it is sharp on a projector; a very large one has
# fewer, so that it fits into the memory of whoever looks at it.
_PIXELS_PER_INCH = 144.0
_MOST_PIXELS = 60e6
_DOTS_PER_INCH = 96.0
# What would have to be smaller than this part of its size to fit is too small to be read.
_LEGIBLE = 0.7
# Cells of notebooks are wider than this.
_NARROW_CELL = 600.0


class Drawing:
    """A picture with its numbers.

    Attributes:
        picture: where everything stands.
        filled: the text of every slot and the class that colours it.
        lit: the ids of what is emphasised.
        phase: the pass in whose colour that is.
    """

    def __init__(self, picture: Picture, filled: Filled, lit: tuple[str, ...] = (), phase: Phase = "backward") -> None:
        """Keep what is to be drawn."""
        self.picture = picture
        self.filled = filled
        self.lit = lit
        self.phase: Phase = phase

    def svg(self, theme: Literal["light", "dark"] = "light") -> str:
        """Return the picture as an SVG document.

        Raises:
            InputError: there is no such theme.
        """
        if theme not in THEMES:
            raise InputError(f"theme={theme!r} is not one of {', '.join(map(repr, THEMES))}")
        return svg(self.picture, THEMES[theme], self.filled, self.lit, self.phase)

    def _repr_svg_(self) -> str:
        """Show the picture in a notebook."""
        return self.svg()

    def _repr_html_(self) -> str | None:
        """Show a wide picture in a notebook in a frame as wide as its cell, out of which JupyterLab's own would run."""
        if self.picture.width <= _NARROW_CELL:
            return None
        data = base64.b64encode(self.svg().encode()).decode()
        return (
            f'<img alt="{escape(printable(self.picture.title))}" style="max-width: 100%; height: auto" '
            f'src="data:image/svg+xml;base64,{data}">'
        )

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
        return typst.compile(str(page), format=form, ppi=sharpness, font_paths=font_folders())


def font_folders() -> list[str]:
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
    sample: int = 1,
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
        sample: in the network view, which sample of a batch to show, from 1.
        options: for `Storyboard`.

    Raises:
        InputError: no such view, step, scope or sample; or the graph is not a network.
        GradientError: the Value depends on no leaf.

    >>> x = Value(3.0, "x")
    >>> drawing = draw(x * x)
    >>> "not computed" in drawing.svg(), drawing.picture.title
    (True, 'The graph of x · x')
    """
    if isinstance(loss, Value) and loss.size != 1:
        options.setdefault("seed", np.ones(loss.shape))
    story = as_storyboard(loss, 1, **options)
    if view == "graph" and has_graph_view(story):
        picture = graph_picture(story, fold, unfold)
    elif view in ("network", "graph"):
        found = network_view(story, sample)
        if found is None:
            raise refused("draw")
        picture = found
    else:
        raise InputError(f"view={view!r} is not 'graph' or 'network'")
    if step is None:
        return Drawing(picture, _as_it_is(story, picture))
    filled = at_step(story, picture, step)
    if step == 0:
        return Drawing(picture, filled)
    shown = story.steps[step - 1]
    lit = tuple(dict.fromkeys(id_ for move in shown.moves for id_ in picture.routes[move.id].lit))
    return Drawing(picture, filled, lit, shown.phase)


def _as_it_is(story: Storyboard, picture: Picture) -> Filled:
    """Fill the slots with what the nodes hold now."""
    known: list[tuple[Slot, Any, str]] = []
    backward_is_done = story.recording[story.loss].grad is not None
    for slot in picture.wanted:
        which, k = slot[0], slot[1]
        if which == "value":
            known.append((slot, story.data[story.recording[k]], "forward"))
        elif which == "gradient":
            gradient = story.recording[k].grad
            known += [] if gradient is None else [(slot, gradient, "backward")]
        elif (move := story.contribution_along(k)) is not None and (which == "local" or backward_is_done):
            known.append((slot, move.local, "local") if which == "local" else (slot, move.contribution, "backward"))
    missing: Filled = {slot: (_missing(story, text), "unknown") for slot, text in picture.slots().items()}
    missing |= {slot: ("·", "unknown") for slot in picture.slots() if slot[0] == "local"}
    return _fill(picture, missing, known)


def _fill(picture: Picture, filled: Filled, known: list[tuple[Slot, Any, str]]) -> Filled:
    """Write what is known into the slots, and tint the heat maps and edges that show it."""
    slots = picture.slots()
    for slot, number, phase in spread(picture, known):
        if slot in slots:
            filled[slot] = (write(slots[slot].filled(number)), phase)
    filled.update({id_: (code, "") for id_, code in codes(picture, known).items()})
    return filled


def _missing(story: Storyboard, text: Text) -> str:
    """Say that a gradient is not computed, and of what it would be where the box does not say it."""
    if text.room is None and text.math is not None:
        return f"{write(text.math)} = ·"
    words = f"{gradient_of(story)} not computed"
    return words if text.room is None or text_width(words, text.size) * _LEGIBLE <= text.room else "·"


def at_step(story: Storyboard, picture: Picture, step: int) -> Filled:
    """Fill the slots with what is known after a step; what is not known is a dot.

    Raises:
        InputError: there is no such step.
    """
    return after_moves(story, picture, story.moves_done(step))


def after_moves(story: Storyboard, picture: Picture, stop: int) -> Filled:
    """Fill the slots with what is known after so many moves; what is not known is a dot."""
    last = {slot: (number, phase) for slot, number, phase in news(story, stop, picture.wanted)}
    known = [(slot, number, "forward" if phase == "leaf" else phase) for slot, (number, phase) in last.items()]
    return _fill(picture, dict.fromkeys(picture.slots(), ("·", "unknown")), known)
