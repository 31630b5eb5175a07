"""In a notebook: a Value is shown as its graph, and `widget` is the page's player, which Python can steer.

The widget is the player of `viz.html`, by the same JavaScript, wherever anywidget works: JupyterLab, Jupyter Notebook,
VS Code, Colab, marimo. Only to steer it takes a kernel: under it a notebook keeps the page itself, which stays out of
sight while the widget lives, and is what a saved notebook shows when it is opened without a kernel.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import uuid4

import numpy as np

from microgradphys.errors import MissingExtraError
from microgradphys.value import Value
from viz.diagnosis import beside_steps
from viz.drawing import draw
from viz.html import page_data, page_of, player_script, style_sheet, web_part
from viz.large.folding import Fold
from viz.names import as_storyboard, names_in
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding

# Where no kernel knows the widget, JupyterLab says so in a line of words above the page that takes its place.
_INSTEAD = ".jp-OutputArea-child:has(+ .jp-OutputArea-child .SAVED) > .jupyter-widgets:not(:has(*)) { display: none; }"


# A graph of more nodes is shown by its scopes: a cell is no place to scroll in two directions.
MOST_NODES = 60
# How wide a cell's output is, in pixels, and how far a picture may be made smaller to fit into it.
_CELL = 960
_SMALLEST = 0.6


def picture(value: Value) -> str:
    """Draw the graph of a Value as SVG, with the names that the notebook's variables give: a Value shows itself so.

    >>> x = Value(3.0, "x")
    >>> picture(x * x)[:4]
    '<svg'
    """
    seed = None if value.size == 1 else np.ones(value.shape)
    names = names_in(vars(sys.modules["__main__"]))
    story = Storyboard(value, names=names, seed=seed, learning_rate=None)
    drawing = draw(story, fold=len(story.nodes) > MOST_NODES or ())
    return _fitted(drawing.svg(), drawing.picture.width, drawing.picture.height)


def _fitted(svg: str, width: float, height: float) -> str:
    """Draw a picture that is wider than a cell smaller, as far as it can still be read."""
    scale = min(1.0, max(_CELL / width, _SMALLEST))
    found = re.search(r'width="[^"]*" height="[^"]*"', svg)
    assert found is not None
    smaller = f'width="{width * scale:.0f}" height="{height * scale:.0f}"'
    # Where the picture is part of the page, it may become no smaller either.
    return svg.replace(found[0], smaller, 1).replace(
        'style="max-width: 100%;', f'style="max-width: 100%; min-width: {width * min(scale, _SMALLEST):.0f}px;', 1
    )


def widget(
    loss: Value | Storyboard,
    *,
    title: str | None = None,
    fold: Fold = (),
    unfold: str | Iterable[str] = (),
    diagnosis: bool | Iterable[Finding] | None = None,
    sample: int = 1,
    **options: Any,
) -> Any:
    """Show the steps of a Value inside a notebook: the page's player, which Python can steer and follow.

    Args:
        loss: a Value that holds one number, or a storyboard.
        title: shown above the steps, if it is given.
        fold: what to draw as one box in the graph view at first, as for `viz.play`.
        unfold: what to draw open there.
        diagnosis: mark on the pictures what `viz.diagnose` finds: True for all of it, False for nothing, or the
            findings; if not given, what is news beside the steps, in graphs of up to 2000 nodes.
        sample: which sample of a batch the network shows, from 1.
        options: for `Storyboard`, where a Value is given: by, learning_rate, parameters, names.

    Returns:
        An anywidget. `widget.step` is the number of the step that is shown: set it to go there, observe it to follow.

    Raises:
        MissingExtraError: the notebook extra is not installed.
        InputError: no such scope, or options for a storyboard that is already made.
        GradientError: the Value is not one number, or depends on no leaf.

    >>> x = Value(3.0, "x")
    >>> player = widget((x * x).named("E"))
    >>> player.step = 3
    >>> player.data["story"]["steps"][player.step - 1]["sentence"]
    'Backward pass · step 3 of 6 · contribution to x'
    """
    made = _player_class()
    story = as_storyboard(loss, **options)
    return made(data=page_data(story, title, fold, unfold, beside_steps(story, diagnosis), sample))


@cache
def _player_class() -> Any:
    """Make the widget's class, once anywidget is there.

    Raises:
        MissingExtraError: it is not.
    """
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise MissingExtraError("viz.widget needs anywidget: pip install 'microgradphys[notebook]'") from error

    class Player(anywidget.AnyWidget):
        """The player of a storyboard."""

        _esm = f"{player_script()}\n\n{web_part('notebook')}"
        _css = style_sheet()
        data = traitlets.Dict().tag(sync=True)
        step = traitlets.Int(1).tag(sync=True)
        saved = traitlets.Unicode().tag(sync=True)

        def __init__(self, **traits: Any) -> None:
            super().__init__(saved=f"mgp-saved-{uuid4().hex}", **traits)

        def __repr__(self) -> str:
            return f"<viz.widget: {self.data['title']}>"

        @traitlets.validate("step")
        def _within(self, proposal: Any) -> int:
            """Stay between the first step and the last."""
            return min(max(proposal["value"], 1), len(self.data["story"]["steps"]))

        def _ipython_display_(self) -> None:
            """Show the living player, and below it the page that a notebook without a kernel shows in its place."""
            from IPython.display import display

            # Colab gives every output a frame of its own, where the living one could not hide the other.
            kept = "google.colab" not in sys.modules
            display(self._repr_mimebundle_()[0], raw=True)  # type: ignore[index]
            if kept:
                page = f'<div class="{self.saved}"><style>{_INSTEAD}</style>{page_of(self.data)._repr_html_()}</div>'
                display({"text/html": page.replace("SAVED", self.saved)}, raw=True)

    return Player
