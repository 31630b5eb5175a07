"""How far a training is: a bar of tqdm in a terminal or a notebook, where tqdm is installed; elsewhere nothing."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

from microgradphys.errors import MissingExtraError
from microgradphys.symbols import number_text


class Progress:
    """Shows how far a training is, or does not.

    Args:
        wanted: True, False, or None for where somebody can see it.
        epochs: how many there will be.
        batches: how many an epoch has, or None.
        done: how many batches are done already.

    Raises:
        MissingExtraError: it is wanted, and tqdm is not installed.
    """

    def __init__(self, wanted: bool | None, epochs: int, batches: int | None, done: int = 0) -> None:
        """Make the bar."""
        self._epochs, self._bar = epochs, None
        make = _bar(wanted)
        if make is not None:
            total = None if batches is None else epochs * batches
            self._bar = make(total=total, initial=done, unit=" batches", dynamic_ncols=True)

    def batch(self, epoch: int, loss: float) -> None:
        """Show one more batch."""
        if self._bar is not None:
            self._bar.set_description(f"epoch {epoch}/{self._epochs}", refresh=False)
            self._bar.update()

    def epoch(self, row: dict[str, float]) -> None:
        """Show what was measured in an epoch."""
        if self._bar is not None:
            self._bar.set_postfix({name: number_text(value) for name, value in row.items()}, refresh=False)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()


def _bar(wanted: bool | None) -> Callable[..., Any] | None:
    """Find what makes a bar, if there is to be one."""
    if wanted is False or (wanted is None and not (in_notebook() or getattr(sys.stderr, "isatty", bool)())):
        return None
    try:
        with warnings.catch_warnings():
            # Without ipywidgets tqdm says so, and shows a bar of text.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        if wanted:
            raise MissingExtraError('a progress bar needs tqdm: pip install "microgradphys[train]"') from None
        return None
    return tqdm


def in_notebook() -> bool:
    """Whether this runs in the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def shown(thing: Any) -> Any:
    """Show something in a notebook; return what replaces it by something else."""
    return sys.modules["IPython"].display.display(thing, display_id=True)
