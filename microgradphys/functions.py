"""Functions that numpy does not have: each records its row of the table, on Values and on plain data alike."""

from typing import Any

from microgradphys.data import as_data
from microgradphys.value import Value, values


def sigmoid(x: Any) -> Any:
    """Compute the logistic function σ(x) = 1/(1 + e⁻ˣ), without overflow.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> sigmoid(0.0)
    0.5
    """
    return values.sigmoid(x if isinstance(x, Value) else as_data(x))


def relu(x: Any) -> Any:
    """Compute the rectifier max(x, 0); its derivative at 0 is 0.

    Args:
        x: a Value, a number or an array, of any shape.

    >>> relu(-2.0), relu(3.0)
    (0.0, 3.0)
    """
    return values.relu(x if isinstance(x, Value) else as_data(x))
