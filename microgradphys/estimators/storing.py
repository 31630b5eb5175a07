"""How an estimator travels to another process: scikit-learn and joblib send it by pickle; our own files never use it.

A Value is a recording, and refuses to be pickled; but the parameters of a network are numbers with a name.
"""

from __future__ import annotations

from typing import Any

from microgradphys.nn import Module
from microgradphys.value import Value


class _Parameter:
    """Stands for a parameter while a network is pickled or copied; what comes out is a Value again."""

    def __init__(self, value: Value) -> None:
        """Take what makes it again."""
        self._made_of = value.data, value.name

    def __reduce__(self) -> Any:
        """Say how to make it again."""
        return Value, self._made_of


def storable(network: Module) -> Module:
    """Return a copy of a network that can be pickled, with its parameters as they are now."""
    return network.having({name: _Parameter(value) for name, value in network.named_parameters().items()})
