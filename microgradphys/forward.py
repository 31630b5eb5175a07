"""Computing a row of the table: its result for plain data, or what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microgradphys.data import brief
from microgradphys.errors import MatrixError, MicrogradphysError, ShapeError
from microgradphys.namespaces import arrays, floats, function_of
from microgradphys.primitives import Primitive

_ON_FLOATS, _ON_ARRAYS = vars(floats), vars(arrays)


def compute(row: Primitive, inputs: Any, static: dict[str, Any]) -> Any:
    """Compute a row's forward on plain data, naming operation and shapes if they do not fit.

    Args:
        row: a row of the table, or one of a user's own.
        inputs: a float or an array for each argument.
        static: the row's keyword arguments.

    Raises:
        ShapeError: the shapes do not fit the operation.
        MatrixError: a matrix is singular, or has no such decomposition.
    """
    # Most data are floats or arrays throughout: the first says which, and only floats are asked one by one.
    numbers = inputs[0].__class__ is float and row.partials and all(data.__class__ is float for data in inputs)
    function = (_ON_FLOATS if numbers else _ON_ARRAYS).get(row.name) or function_of(floats if numbers else arrays, row)
    try:
        return function(*inputs, **static) if static else function(*inputs)
    except MicrogradphysError:
        raise
    except np.linalg.LinAlgError as error:
        # numpy has one error for a matrix of the wrong shape and for one that is singular.
        kind = ShapeError if "dimension" in str(error) else MatrixError
        raise kind(f"{row.name}: {error}; its argument has shape {np.shape(inputs[0])}") from None
    except (ValueError, TypeError) as error:
        shapes = " and ".join(str(np.shape(data)) for data in inputs)
        options = "".join(f", {key}={brief(value)}" for key, value in static.items() if value is not None)
        raise ShapeError(f"{row.name}: shapes {shapes}{options} do not fit: {str(error).strip()}") from None


def as_number(data: Any, inputs: Sequence[Any]) -> Any:
    """Let a computed float64 number be a float; leave arrays what they are."""
    if data.__class__ is float or isinstance(data, (float, int)):
        return float(data)
    # Without a shape but an array: np.where of a truth and two numbers is a number all the same.
    numbers = len(inputs) == 3 and not np.shape(data) and all(a.__class__ is float for a in inputs[1:])
    return float(data) if numbers else np.asarray(data)


def is_own(row: Primitive) -> bool:
    """Whether a user added this row: its rules are somebody outside, who may keep or change what they see."""
    return row.name not in _ON_ARRAYS
