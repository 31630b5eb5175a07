"""Packages that are needed only by who exports to them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from microgradphys.errors import MissingExtraError


def needed(package: str, what: str, install: str) -> Any:
    """Import a package, or say what installs it.

    Args:
        package: its name.
        what: what it is needed for.
        install: what pip is to install.

    Raises:
        MissingExtraError: it is not installed.

    >>> needed("math", "counting", "math").__name__
    'math'
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtraError(f"{what} needs {package}: pip install {install}") from error
