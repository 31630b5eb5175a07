"""Other people's programs, with which lessons compare their numbers; each is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from microgradphys.errors import MissingExtraError


def scikit_learn(module: str) -> Any:
    """Import a module of scikit-learn.

    Args:
        module: its name there: "linear_model".

    Raises:
        MissingExtraError: scikit-learn is not installed.

    >>> scikit_learn("linear_model").LogisticRegression.__name__
    'LogisticRegression'
    """
    try:
        return import_module(f"sklearn.{module}")
    except ImportError as error:
        raise MissingExtraError(
            "this lesson compares its numbers with scikit-learn's: pip install 'microgradphys[lessons]'"
        ) from error
